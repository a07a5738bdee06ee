// What goes wrong on the page itself, as the knobs say.
const faults = new Map(document.querySelector('meta[name="faults"]').content.split(" ").filter(Boolean).map((told) => told.split("=")));

/** How that fault is turned on; undefined while it is off. */
const fault = (name) => faults.get(name);

/** Does to what is typed into the fields of a form what the knob says. */
function spoilTyping(form) {
  const field = form.querySelector("input[type=email]");
  const how = fault("typing");
  if (!field) return;
  if (how === "steals") field.addEventListener("focus", () => setTimeout(() => form.querySelector("select, button").focus()));
  // These stand at the form, before it looks whether it is filled.
  if (how === "eats") field.addEventListener("input", () => { field.value = [...field.value].filter((_, at) => at % 2 === 0).join(""); });
  if (how === "appends") field.addEventListener("input", () => { if (!field.value.endsWith(".autofill.example")) field.value += ".autofill.example"; });
  if (fault("native_dialog") === "leaving") field.addEventListener("input", () => window.addEventListener("beforeunload", (event) => event.preventDefault()));
}

/** Replaces the button that sends by one like it, each time the pointer comes. */
function spoilButton(form, go) {
  if (!fault("rerender")) return;
  const replace = (button) => button.addEventListener("pointermove", () => {
    const next = button.cloneNode(true);
    replace(next);
    button.replaceWith(next);
  });
  replace(go);
}

// What may lie over the page: what it is called, what it says, and its buttons; the last one only sends it away.
const covers = {
  cookies: ["Cookies", "We use cookies.", ["Accept all", "Only necessary"]],
  nps: ["Survey", "How likely are you to recommend Heap to a colleague?", ["0", "5", "10", "Not now"]],
  news: ["News", "See what is new in Heap.", ["Show me", "Got it"]],
};

/** Lays over the page what is to lie over it: a survey over the first dialog, the others over a page that has just come. */
function spoilPage(hasDialog) {
  const which = fault("overlay");
  if (!which || hasDialog !== (which === "nps") || sessionStorage.getItem(`sent away: ${which}`)) return;
  const [name, text, buttons] = covers[which];
  const close = () => { sessionStorage.setItem(`sent away: ${which}`, "yes"); cover.remove(); };
  const cover = make("div", { className: "overlay", role: "region", "aria-label": name },
    make("div", { className: "dialog" }, make("p", { textContent: text }),
      ...buttons.map((label) => make("button", { type: "button", className: "button", textContent: label, onclick: close }))));
  // Whatever is clicked in it is told to the judge.
  cover.addEventListener("click", (event) => fetch("/_clicked", { method: "POST", body: event.target.textContent }), { capture: true });
  document.body.append(cover);
}
