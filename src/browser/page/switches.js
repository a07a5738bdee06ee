// Knows boxes and switches, tabs, and the menus of buttons: which kind one is, and how it stands.

const TICKED = "input[type=checkbox],[role=checkbox],[role=switch],[aria-pressed]";

/** The box or switch an element is, or the only one inside it. */
function boxOf(element) {
  const own = element.localName === "label" && element.control ? element.control : element;
  if (own.matches(TICKED)) return own;
  const inner = queryAll(TICKED, own).filter(isVisible);
  return inner.length === 1 ? inner[0] : own;
}

/** `checkbox` for what is sent with a form, `switch` for what is on or off by itself, else the role. */
function kindOfTick(element) {
  const role = roleOf(element);
  if (role === "switch" || element.hasAttribute("aria-pressed")) return "switch";
  return role;
}

/** `on`, `off` or `mixed`; null when nothing says so. */
function tickOf(element) {
  if (element.localName === "input" && element.type === "checkbox") return element.indeterminate ? "mixed" : element.checked ? "on" : "off";
  const said = element.getAttribute("aria-checked") || element.getAttribute("aria-pressed");
  return { true: "on", false: "off", mixed: "mixed" }[said] || null;
}

/** Waits until a box is there, or stands as wanted; then says which kind it is and how it stands. */
async function box(request, deadline) {
  disarm(guardOf(request));
  const look = newLook({ ...request, part: { of: "box" } }, "visible");
  const end = request.want ? Math.min(deadline, performance.now() + SHOWN_MS) : deadline;
  const ready = await until(end, (watch) => {
    const answer = look(watch);
    if (answer.outcome !== "found") return answer;
    const element = answer.found.element;
    return Object.assign(answer, { done: !request.want || tickOf(element) === request.want, element });
  });
  if (ready.outcome !== "found") return answerOfLook(ready, request);
  noteFilled(request, ready.element);
  return Object.assign(answerOfLook(ready, request), { kind: kindOfTick(ready.element), state: tickOf(ready.element) });
}

/** Waits until a tab is there, or is the one that is selected. */
async function tab(request, deadline) {
  disarm(guardOf(request));
  const look = newLook(request, "visible");
  const end = request.want ? Math.min(deadline, performance.now() + PANEL_MS) : deadline;
  const ready = await until(end, (watch) => {
    const answer = look(watch);
    if (answer.outcome !== "found") return answer;
    const state = stateOfTab(controlOf(answer.found.element), request.panel_was);
    return Object.assign(answer, { done: !request.want || state.selected, state });
  });
  if (ready.outcome !== "found") return answerOfLook(ready, request);
  return Object.assign(answerOfLook(ready, request), ready.state);
}

// How long a tab may take to be the one that is selected: its panel may be loaded first.
const PANEL_MS = 5000;

function stateOfTab(element, panelWas) {
  const selected = element.getAttribute("aria-selected");
  const current = element.getAttribute("aria-current");
  const panel = panelOf(element);
  const shows = panel === null ? null : isVisible(panel);
  const isTab = roleOf(element) === "tab" || selected !== null || current !== null || panel !== null || nearest(element, (node) => node.matches("nav,[role=navigation],[role=tablist]")) !== null;
  const says = selected === "true" || (current !== null && current !== "" && current !== "false");
  return { tab: isTab, role: roleOf(element), panel: shows, selected: says || (panelWas === false && shows === true && selected === null) };
}

function panelOf(element) {
  const controlled = elementsReferredBy(element, "aria-controls");
  if (controlled.length > 0) return controlled[0];
  const href = element.getAttribute("href") || "";
  const tree = element.getRootNode();
  return /^#./.test(href) && tree.getElementById ? tree.getElementById(href.slice(1)) : null;
}

/** Says whether the menu of a button is open already. */
async function menu(request, deadline) {
  disarm(guardOf(request));
  if (request.begin) forgetOpened(request);
  const look = await until(deadline, newLook({ ...request, part: undefined }, "visible"));
  if (look.outcome !== "found") return answerOfLook(look, request);
  const offer = itemsOf(request, controlOf(look.found.element));
  return Object.assign(answerOfLook(look, request), { open: offer.state === "one", options: offer.choices.map(told) });
}
