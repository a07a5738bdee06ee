// Turns a list to one of its tabs: says whether the tab is chosen, and waits until the list is the tab's and not the one before.

// A page that has just come in may still fetch the list of the tab it opens with; its rows must not come in after the turn.
const REST_MS = 1000;
// So long the list may stay as it was after the click, before the tab is believed to hold the same people.
const TURN_MS = 5000;

/** Waits until the tab can be clicked and the page is at rest, and tells what the list shows before. */
async function listTab(request, deadline) {
  const ready = newLook(request, "ready");
  const memory = restless();
  const look = await until(deadline, (watch) => {
    const answer = ready(watch);
    if (answer.outcome !== "found") return answer;
    const chosen = saysChosen(answer.found.element);
    if (chosen === true) return Object.assign(answer, { chosen });
    const shown = shownNow(request);
    const still = stillFor(memory, watch, String(shown));
    const done = still >= REST_MS || (still > 0 && shown !== null);
    return Object.assign(answer, { done, chosen, shown });
  });
  const answer = answerOfLook(look, request);
  if (look.outcome === "found") Object.assign(answer, { chosen: look.chosen, shown: look.shown, document: String(performance.timeOrigin) });
  return answer;
}

/** Waits until the list is another than before, or the tab says that it is chosen and the list stays as it is. */
async function turned(request, deadline) {
  const memory = restless();
  const look = await until(deadline, (watch) => {
    const shown = shownNow(request);
    const still = stillFor(memory, watch, String(shown));
    const found = resolve(request.target);
    const chosen = found.state === "one" ? saysChosen(found.element) : null;
    const other = request.document !== String(performance.timeOrigin) || shown !== request.before || request.before === null;
    const settled = still > 0 && chosen !== false && (other || (chosen === true && still >= TURN_MS));
    return { done: settled || (chosen === null && still >= TURN_MS), settled, chosen };
  });
  return { outcome: "found", turned: look.settled, chosen: look.chosen };
}

function restless() {
  return { changes: -1, sign: null, since: 0, quiet: 0 };
}

/** For how long what is shown has been the same; 0 while the page moves. */
function stillFor(memory, watch, sign) {
  memory.quiet = watch.changes() === memory.changes ? memory.quiet + 1 : 0;
  memory.changes = watch.changes();
  if (sign !== memory.sign) Object.assign(memory, { sign, since: performance.now(), quiet: 0 });
  return memory.quiet < 1 ? 0 : Math.max(performance.now() - memory.since, 1);
}

/** Who is in the list now, "nobody" where the page says so, or null when no such list shows. */
function shownNow(request) {
  const { outcome, tables, rows, list } = listState(request);
  if (outcome === "empty") return "nobody";
  return outcome !== "found" || rows === 0 ? null : fingerprintOf(whoIsShown(tables, list));
}

/** Whether a tab, filter or link says that it is the chosen one; null when it says nothing of it. */
function saysChosen(element) {
  for (const node of [element, controlOf(element)]) {
    for (const name of ["aria-selected", "aria-pressed", "aria-checked"]) if (node.hasAttribute(name)) return node.getAttribute(name) === "true";
    if (node.hasAttribute("aria-current")) return node.getAttribute("aria-current") !== "false";
    if (node.localName === "input" && (node.type === "radio" || node.type === "checkbox")) return node.checked;
  }
  return null;
}
