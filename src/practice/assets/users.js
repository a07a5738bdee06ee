// The Users & Permissions page: its rows, its pages, and what can be done about a person.
const users = document.getElementById("users");
let shown = { people: [], page: 1, pages: 1, count: 0 };
let asked = 0;

const rolesOffered = () => users.dataset.roles.split(",");
const pageAsked = () => Number(new URLSearchParams(location.search).get("page")) || 1;
const calledIn = (person) => (person.name ? `${person.name} (${person.email})` : person.email);

function initials(person) {
  const words = (person.name || "").split(/\s+/).map((word) => word.match(/\p{L}/u)?.[0]).filter(Boolean);
  return words.length > 1 ? words[0] + words.at(-1) : words[0] || "";
}

function hue(text) {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 997;
  return sum % 8;
}

function row(person) {
  const pending = person.state === "pending";
  const face = make("span", { className: pending ? "avatar waiting" : `avatar hue-${hue(person.email)}`, "aria-hidden": "true" });
  face.dataset.initials = initials(person).toUpperCase();
  const more = make("button", {
    type: "button", className: "more", "aria-label": "More options", "aria-haspopup": "menu", "aria-expanded": "false",
    disabled: users.dataset.managed === "scim",
  });
  const line = make("tr", {},
    make("td", {}, make("div", { className: "who" }, face, make("span", { textContent: person.name || "—" }))),
    make("td", { className: "address", textContent: person.email }),
    make("td", { textContent: person.role }),
    make("td", {}, make("span", { className: `badge ${person.state}`, textContent: pending ? "Pending" : "Active" })),
    make("td", { className: "actions" }, more));
  line.dataset.userId = person.id;
  return line;
}

function render() {
  const table = document.getElementById("people");
  closeMenu();
  table.tBodies[0].replaceChildren(...shown.people.map(row));
  table.hidden = false;
  document.getElementById("skeleton").hidden = true;
  document.getElementById("count").textContent = shown.count === null ? "" : shown.count === 1 ? "1 user" : `${shown.count} users`;
  document.getElementById("place").textContent = `Page ${shown.page} of ${shown.pages}`;
  document.getElementById("previous").disabled = shown.page <= 1;
  document.getElementById("next").disabled = shown.page >= shown.pages;
  document.getElementById("pager").hidden = false;
}

/** Fetches a page of people and shows it; only the answer to the latest request counts. */
async function load(page) {
  const turn = ++asked;
  users.setAttribute("aria-busy", "true");
  try {
    const answer = await ask("GET", `/api/users?page=${page}`);
    if (turn !== asked) return;
    shown = answer;
    render();
    const wanted = shown.page > 1 ? `?page=${shown.page}` : "";
    if (shown.page !== pageAsked()) history.replaceState(null, "", location.pathname + wanted);
  } catch (error) {
    if (turn === asked) document.getElementById("count").textContent = error.message;
  }
  if (turn === asked) users.removeAttribute("aria-busy");
}

function turnTo(page) {
  history.pushState(null, "", page > 1 ? `?page=${page}` : location.pathname);
  return load(page);
}

/** Sends a change, then shows the list as the server has it now. */
async function change(method, path, body, page) {
  if (fault("double_handler")) ask(method, path, body).catch(() => {});
  const answer = await ask(method, path, body);
  await (page === undefined ? load(shown.page) : turnTo(page));
  return answer.message;
}

/** Shows an invitation before the server has it, and takes it back when the server says no. */
function showBefore(wanted) {
  const before = shown;
  const person = { id: 0, name: "", state: "pending", removable: false, ...wanted };
  shown = { ...shown, people: [person, ...shown.people], count: shown.count + 1 };
  render();
  toast(`Invitation sent to ${wanted.email}`);
  ask("POST", "/api/invitations", wanted).catch(() => { shown = before; render(); });
}

function openInvite() {
  if (fault("native_dialog") === "alert") setTimeout(() => alert("Have you heard of our new plans?"));
  const email = make("input", { id: "invite-email", name: "email", type: "email", autocomplete: "off", placeholder: "name@company.com" });
  const role = roleSelect("invite-role", rolesOffered());
  const filled = () => /^[^\s@]+@[^\s@]+$/.test(email.value.trim()) && role.value !== "";
  openDialog({
    title: "Invite users",
    text: "They get an email with a link to join this account.",
    fields: [labelled("Email address", email), labelled("Role", role)],
    submit: users.dataset.send,
    ready: filled,
    send: async () => {
      const wanted = { email: email.value.trim(), role: role.value };
      if (fault("rolls_back")) return showBefore(wanted);
      toast(await change("POST", "/api/invitations", wanted, 1));
    },
  });
}

function openRole(person) {
  const role = roleSelect("person-role", rolesOffered(), person.role);
  openDialog({
    title: "Change role",
    text: calledIn(person),
    fields: [labelled("Role", role)],
    submit: "Save role",
    ready: () => role.value !== "" && role.value !== person.role,
    send: async () => toast(fault("acts_otherwise") ? await change("DELETE", `/api/users/${person.id}`) : await change("PUT", `/api/users/${person.id}/role`, { role: role.value })),
  });
}

function openRemove(person) {
  openDialog({
    role: "alertdialog",
    title: "Remove user",
    text: `Remove ${calledIn(person)} from ${users.dataset.tenant}? They lose access immediately.`,
    submit: "Remove user",
    danger: true,
    send: async () => toast(await change("DELETE", `/api/users/${person.id}`)),
  });
}

function openRevoke(person) {
  openDialog({
    role: "alertdialog",
    title: "Revoke invitation",
    text: `Revoke the invitation to ${person.email}? The link they were sent stops working.`,
    submit: "Revoke invitation",
    danger: true,
    send: async () => toast(await change("DELETE", `/api/invitations/${person.id}`)),
  });
}

const openers = { remove: openRemove, revoke: openRevoke };

/** Opens that dialog; where the password must be asked once more, it opens when the person comes back. */
function confirmed(what, person) {
  if (users.dataset.stepUp !== "menu") return openers[what](person);
  const back = new URLSearchParams(location.search);
  back.set("open", what);
  back.set("id", person.id);
  return stepUp(`${location.pathname}?${back}`);
}

/** Opens the dialog that the address asks for, and takes that out of the address: loading the page again opens nothing. */
function openAsked() {
  const asked = new URLSearchParams(location.search);
  const [what, id] = [asked.get("open"), asked.get("id")];
  if (!what) return;
  asked.delete("open");
  asked.delete("id");
  history.replaceState(null, "", asked.size ? `${location.pathname}?${asked}` : location.pathname);
  const person = shown.people.find((person) => String(person.id) === id);
  if (person && Object.hasOwn(openers, what) && users.dataset.stepUp !== "menu") openers[what](person);
}

function openMore(button) {
  const id = button.closest("tr").dataset.userId;
  const at = shown.people.findIndex((person) => String(person.id) === id) + (fault("next_row") ? 1 : 0);
  const person = shown.people[at % shown.people.length];
  const items = [{ text: "Change role", act: () => openRole(person) }];
  if (person.state === "pending") items.push({ text: "Revoke invitation", danger: true, act: () => confirmed("revoke", person) });
  else if (person.removable) items.push({ text: "Remove", danger: true, act: () => confirmed("remove", person) });
  toggleMenu(button, items);
}

/** Makes the page's controls work. */
function readyUsers() {
  document.getElementById("invite").addEventListener("click", openInvite);
  document.getElementById("previous").addEventListener("click", () => turnTo(shown.page - 1));
  document.getElementById("next").addEventListener("click", () => turnTo(shown.page + 1));
  document.getElementById("people").addEventListener("click", (event) => {
    const button = event.target.closest("button.more");
    if (button) openMore(button);
  });
  window.addEventListener("popstate", () => load(pageAsked()));
}
