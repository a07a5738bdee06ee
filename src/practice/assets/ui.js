// What every part of the console uses: making elements, asking the server, telling the person.
const csrf = document.querySelector('meta[name="csrf-token"]').content;
const readyAfter = Number(document.querySelector('meta[name="ready-after"]').content);

/** An element with properties (or attributes, where a name has a dash or is `role`) and children. */
function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "role" || name === "for" || name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** Asks the server; the promise fails with an Error in the server's own words. */
async function ask(method, path, body) {
  const options = { method, headers: { "Accept": "application/json" } };
  if (method !== "GET") options.headers["X-CSRF-Token"] = csrf;
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("The server could not be reached. Check your connection and try again.");
  }
  if (response.status === 401) {
    location.assign("/login?redirect=" + encodeURIComponent(location.pathname + location.search));
    return new Promise(() => {});
  }
  const answer = await response.json().catch(() => ({}));
  if (response.status === 403 && answer.error === "step_up") return stepUp(location.pathname + location.search);
  if (!response.ok) throw new Error(answer.error || "Something went wrong. Please try again.");
  return answer;
}

/** Leads to where the password is asked once more, and then to the page `back`; the promise is never kept. */
function stepUp(back) {
  location.assign("/step-up?redirect=" + encodeURIComponent(back));
  return new Promise(() => {});
}

/** Says something in the corner for a while. */
function toast(text) {
  if (fault("toast") === "none") return;
  const box = make("div", { className: "toast", role: "status" });
  document.getElementById("toasts").append(box);
  box.append(make("span", { className: "tick", "aria-hidden": "true" }), make("span", { textContent: text }));
  setTimeout(() => box.remove(), 5000);
}
