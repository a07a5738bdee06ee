// Looks for a target, judges whether it is ready to be used, and puts what was found into an answer.

/**
 * The look that `look`, `arm`, `fill` and `options` share: is the target there, and ready to be used?
 * It scrolls only when no point of the element can be reached, and tries three places before it gives up.
 */
function newLook(request, want) {
  const memory = { element: null, rect: null, same: 0, scrolls: 0, scrolled: null, found: null, changes: -1 };
  const gaveUp = newPatience(request);
  const seeks = newSeeker(request);
  return (watch) => {
    const before = interruptedNow(request) || saidNow(request);
    if (before !== null) return before;
    // Between two frames without any change in the document the target still is what it was; only its place may move.
    const known = memory.found !== null && memory.found.state === "one" && memory.changes === watch.changes();
    const found = known ? memory.found : wantedOf(request, { hiddenToo: want === "present" });
    Object.assign(memory, { found, changes: watch.changes() });
    if (want === "absent") return { done: found.state === "none", outcome: found.state === "none" ? "absent" : "found", found };
    if (found.state !== "one") {
      const heldUp = gateNow(request) || unservedNow(request);
      if (heldUp !== null) return heldUp;
      const more = seeks(found);
      return { done: !more && gaveUp(found), soon: more, outcome: found.state, found };
    }
    if (want === "top" && !(isVisible(found.element) && isTopmost(found.element))) return { done: false, outcome: "not_ready", why: "covered", found, hit: null };
    if (want === "present" || want === "visible" || want === "top") return { done: true, outcome: "found", found, point: clickPoint(found.element).point };
    return Object.assign(readiness(found.element, memory), { found });
  };
}

/** Looks for the first of some targets that is visible. */
async function first(request, deadline) {
  const look = await until(deadline, () => {
    const before = interruptedNow(request) || saidNow(request);
    if (before !== null) return before;
    const found = request.targets.map((target) => resolve(target));
    const at = found.findIndex(({ state, element }) => state === "one" && element !== null && isVisible(element));
    if (at >= 0) return { done: true, outcome: "found", at, found: found[at] };
    return gateNow(request) || unservedNow(request) || { done: false, outcome: "none" };
  });
  if (look.outcome === "found") return Object.assign(foundAnswer(look.found, null), { at: look.at });
  return look.outcome === "none" ? { outcome: "none" } : answerOfLook(look, request);
}

/** What the book lets come in between, if it is there now: it has to be sent away before anything else is looked for. */
function interruptedNow(request) {
  const all = request.interrupts || [];
  for (let i = 0; i < all.length; i += 1) {
    const found = resolve(all[i]);
    if (found.state === "one" && found.element !== null && isVisible(found.element)) return { done: true, outcome: "interrupted", interrupt: i };
  }
  return null;
}

// A page may show its sign-in form for a moment before it finds that somebody is signed in.
const GATE_HOLDS_MS = 700;

/** Since when which gate has been seen in this document. */
let gateSeen = { gate: -1, since: 0 };

/** The page at which the app asks again who one is, if this is it. Asked only where what is wanted is not there. */
function gateNow(request) {
  const isSeen = (target) => {
    const found = resolve(target);
    return found.state === "one" && found.element !== null && isVisible(found.element);
  };
  const gate = (request.gates || []).findIndex(({ sees, unless }) => sees.every(isSeen) && !(unless && isSeen(unless)));
  const now = performance.now();
  if (gate !== gateSeen.gate) gateSeen = { gate, since: now };
  return gate < 0 || now - gateSeen.since < GATE_HOLDS_MS ? null : { done: true, outcome: "gate", gate };
}

/** Something else has to come first: what came in between sent away, the gate passed, or the page served. */
function isHeldUp({ outcome }) {
  return outcome === "interrupted" || outcome === "gate" || outcome === "unserved";
}

function saidNow(request) {
  const stops = request.stop_on || [];
  if (stops.length === 0) return null;
  const says = saysNow(request).filter((one) => stops.includes(one.id));
  return says.length === 0 ? null : { done: true, outcome: "said" };
}

// Steps in the order in which a person would notice them; only the last one lets the element pass.
function readiness(element, memory) {
  if (memory.element !== element) Object.assign(memory, { element, rect: null, same: 0 });
  if (!isVisible(element)) return notReady("hidden");
  const hiding = inertness(element);
  if (hiding !== null) return Object.assign(notReady("inert"), { hiding });
  if (!isEnabled(element)) return notReady("disabled");
  const moved = !isSteady(element, memory);
  const { point, outside, hit } = clickPoint(element);
  if (point === null) {
    if (mayScroll(element, memory)) return Object.assign(notReady(outside ? "outside" : "covered", hit), { soon: true });
    return notReady(outside ? "outside" : "covered", hit);
  }
  if (moved) return Object.assign(notReady("moving"), { soon: true });
  return { done: true, outcome: "found", point };
}

function notReady(why, hit) {
  return { done: false, outcome: "not_ready", why, hit: hit || null };
}

/** Whether the element has kept its place: over one frame when nothing animates it, over two when something does. */
function isSteady(element, memory) {
  const rect = rectOf(element);
  const before = memory.rect;
  const same = before !== null && before.x === rect.x && before.y === rect.y && before.width === rect.width && before.height === rect.height;
  memory.same = same ? memory.same + 1 : 0;
  memory.rect = rect;
  return memory.same >= (isAnimated(element) ? 2 : 1);
}

function mayScroll(element, memory) {
  if (memory.scrolled !== element) Object.assign(memory, { scrolled: element, scrolls: 0 });
  const place = ["center", "end", "start"][memory.scrolls];
  if (place === undefined) return false;
  memory.scrolls += 1;
  const shown = labelsOf(element).find((label) => !isShown(element) && isShown(label)) || element;
  shown.scrollIntoView({ block: place, inline: "center", behavior: "instant" });
  return true;
}

/** What the answer to a look says, for each outcome. */
function answerOfLook(look, request) {
  const { outcome, found } = look;
  switch (outcome) {
    case "found":
      return foundAnswer(found, look.point || null);
    case "no_list":
    case "several_lists":
    case "no_choice":
      return answerOfPart(found, request);
    case "none":
      // After a click nobody says whether the page will come in; so what is not there is told so only when time is up.
      if (isUnfinished() && request.deadline_ms > 0) return brokenOff();
      return noneAnswer(found, request.target);
    case "several":
    case "disagree": {
      return { outcome, elements: rivals(found.elements), described: found.described.map(passedOver) };
    }
    case "not_ready":
      return { outcome, why: look.why, element: outlineOf(found.element), covered_by: look.why === "covered" ? outlineOf(look.hit) : null, hiding: hidingAnswer(look.hiding || null) };
    default:
      return { outcome, interrupt: look.interrupt, gate: look.gate, status: look.status, asked: look.asked, line: look.line };
  }
}

function describedAnswer(found) {
  return found.described.map(({ by, used, matched, hidden }) => ({ by, used, matched, hidden }));
}

function foundAnswer(found, point) {
  const element = found.element || (found.elements.length > 0 ? found.elements[0].element : null);
  if (element === null) return { outcome: "found", element: null, described: describedAnswer(found) };
  return {
    outcome: "found",
    element: outlineOf(element),
    point,
    text: cut(visibleText(element), 2000),
    value: stateOf(element),
    checked: isChecked(element),
    href: element.getAttribute("href"),
    described: describedAnswer(found),
    part: partAnswer(found),
  };
}

function stateOf(element) {
  const checked = isChecked(element);
  if (checked !== null) return checked ? "checked" : "unchecked";
  return shownValue(element);
}

function isChecked(element) {
  const control = element.localName === "label" && element.control ? element.control : element;
  if (control.localName === "input" && (control.type === "checkbox" || control.type === "radio")) return control.checked;
  const said = control.getAttribute("aria-checked");
  return said === null ? null : said === "true";
}

function noneAnswer(found, target) {
  const inside = found.scope === "ok" ? scopeOf(target).element : null;
  const described = target.described.map((one, i) => {
    const near = found.scope === "ok" ? nearNames(one, inside) : [];
    return Object.assign(passedOver(found.described[i]), { used: null, near });
  });
  return { outcome: "none", described, scope: found.scope, why: found.why, around: passedOverAround(target) };
}
