// Stands between the driver and the page for one act: only the first click, on the armed element, while the page still
// binds it to the right person, gets through; and it says what it saw.

const GUARDED =
  "pointerdown mousedown pointerup mouseup click auxclick dblclick contextmenu touchstart touchend keydown keypress keyup submit".split(" ");
// How long a region may take to name the person after its control is ready, before the answer is that it does not.
const BINDING_MS = 2000;
const SEEN_KEPT = 20;

/** Waits until the target is ready and the region names the person, then puts the guard up. */
async function arm(request, deadline) {
  disarm(guardOf(request));
  // The open list of a native select lies above the page, and keys need no free place to click.
  const ready = newLook(request, request.select === undefined ? "ready" : "visible");
  let readySince = null;
  const look = await until(deadline, (watch) => {
    const answer = ready(watch);
    if (answer.outcome !== "found") return answer;
    // A commit that one description does not find any more is not what the book describes, whatever the others find.
    if (request.expect && answer.found.described.some(({ matched }) => matched === 0)) {
      return { done: false, outcome: "none", found: Object.assign({}, answer.found, { why: "only some of its descriptions find it, and a commit needs them all" }) };
    }
    if (readySince === null) readySince = performance.now();
    const binding = bindingNow(request);
    // A dialog may fill in the name a little later than it shows its button.
    const giveUp = performance.now() - readySince > BINDING_MS;
    const changed = binding.bound === null ? null : changedSince(request);
    return Object.assign(answer, { done: (binding.bound !== null && changed === null) || giveUp, binding, changed });
  });
  if (look.outcome !== "found" || !look.binding) return answerOfLook(look, request);
  const { bound, lines, why, foreign, region } = look.binding;
  if (bound === null) return { outcome: "not_bound", why, foreign, region, lines: lines.slice(0, 20), element: outlineOf(look.found.element) };
  if (look.changed !== null) return { outcome: "not_held", control: look.changed, element: outlineOf(look.found.element) };
  const answer = answerOfLook(look, request);
  if (request.opens) rememberBefore(request, look.found.element);
  putUp(request, look.found.element);
  return Object.assign(answer, { armed: true, bound, lines: lines.slice(0, 20) });
}

function guardOf(request) {
  return window[request.session] || null;
}

function putUp(request, element) {
  const guard = {
    request, element,
    // The role and the name at this moment: a button that is called something else by then is another button.
    called: roleOf(element) + " " + nameOf(element),
    saidBefore: saysNow(request).map(({ id }) => id),
    seen: [], clicksPassed: 0, clicksBlocked: 0, pressed: {}, forwarding: null, lastSubmit: null, up: true,
    stands: standsNow(request, element), turned: false, changed: null, firedAt: null, passedAt: null, answeredAt: null, arrivedAt: Infinity, goneAt: null, observers: [],
  };
  guard.listener = (event) => guardEvent(guard, event);
  // What lies in a list or a menu is gone as soon as that closes, and a switch never goes: these are no answers.
  if (request.expect) guard.observers = [listenForAnswers(guard)].concat(request.part === undefined ? listenForGoing(guard) : []);
  for (const type of guardedTypes(request)) window.addEventListener(type, guard.listener, { capture: true, passive: false });
  Object.defineProperty(window, request.session, { value: guard, enumerable: false, configurable: true, writable: true });
}

function disarm(guard) {
  if (guard === null || !guard.up) return;
  guard.up = false;
  for (const observer of guard.observers) observer.disconnect();
  for (const type of guardedTypes(guard.request)) window.removeEventListener(type, guard.listener, { capture: true });
}

// Whatever goes wrong in here must end in a blocked event: an exception would let it through.
function guardEvent(guard, event) {
  let why = "the guard failed";
  try {
    seenNow = freshLook();
    why = event.isTrusted ? whyBlocked(guard, event) : null;
  } catch (error) {
    why = "the guard failed: " + error;
  }
  if (why !== null) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  countEvent(guard, event, why);
  // A plain step's guard goes by itself once its click is through, after the submit that may belong to it.
  if (guard.request.once && guard.clicksPassed > 0) setTimeout(() => disarm(guard), 0);
  if (guard.clicksPassed > 0 && guard.request.part && guard.request.part.of === "item") forgetOpened(guard.request);
}

function whyBlocked(guard, event) {
  if (guard.request.select !== undefined) return whyChangeBlocked(guard, event);
  if (event.type === "submit") return whySubmitBlocked(guard, event);
  if (event.type === "click" && isForwarded(guard, event)) return null;
  if (!isOnArmed(guard, event)) return "it is not on the armed element";
  // The releases that belong to the one click may come after it; they cannot set anything off again.
  if (event.type === "keyup" && guard.clicksPassed > 0) return null;
  if (guard.clicksPassed > 0) return "the one click has been let through already";
  if (event.type === "auxclick" || event.type === "dblclick" || event.type === "contextmenu") return "it is not a plain click";
  if (event.type === "pointerdown" || event.type === "mousedown") {
    if (guard.pressed[event.type]) return "it is a second press";
    guard.pressed[event.type] = true;
  }
  // The page may turn it with the press already, so this is judged when the gesture begins, and holds for all of it.
  if (event.type === "pointerdown" && standsNow(guard.request, guard.element) !== guard.stands) guard.turned = true;
  // The press takes the focus away from the last field, and the page may write that anew in its own way; so not later, either.
  if (event.type === "pointerdown") guard.changed = changedSince(guard.request);
  if (guard.turned) return "it does not stand any more as it did when it was armed";
  if (guard.changed !== null) return "`" + guard.changed + "` does not hold any more what was filled in";
  return opensGesture(event) ? whyNoLongerTrue(guard) : null;
}

// Pages act on presses and keys as well as on clicks, so each of these is checked, and releases follow their press.
function opensGesture(event) {
  return ["pointerdown", "mousedown", "touchstart", "keydown", "click"].includes(event.type);
}

/** The whole check once more, at the last moment: is it still this element, called this, for this person? */
function whyNoLongerTrue(guard) {
  const { element, request } = guard;
  if (!element.isConnected) return "the armed element has been replaced";
  if (!isVisible(element)) return "the armed element is hidden now";
  if (roleOf(element) + " " + nameOf(element) !== guard.called) return "the armed element has another name now";
  const again = wantedOf(request);
  if (again.state !== "one") return "the target is " + again.state + " now";
  if (again.element !== element) return "the target is another element now";
  const binding = bindingNow(request);
  return binding.bound === null ? "the page does not name the person any more: " + binding.why : null;
}

function isOnArmed(guard, event) {
  const path = event.composedPath();
  const control = guard.element.localName === "label" ? guard.element.control : null;
  return [guard.element, control].concat(facesOf(guard.element)).some((own) => own && path.includes(own));
}

// A click on a label makes the browser click the labelled control right after it: the same act, not a second one.
function isForwarded(guard, event) {
  const forwarded = guard.forwarding !== null && guard.forwarding.timeStamp === event.timeStamp && guard.forwarding.control === event.composedPath()[0];
  if (forwarded) guard.forwarding = null;
  return forwarded;
}

function forwardOf(guard, event) {
  const path = event.composedPath();
  const label = path.find((node) => node instanceof Element && node.localName === "label");
  if (label === undefined || !label.control || path.includes(label.control)) return null;
  return { control: label.control, timeStamp: event.timeStamp };
}

// A page may stop the first submit, validate, and submit again; but two submits that both went out would be two acts.
function whySubmitBlocked(guard, event) {
  const isOwn = event.submitter !== null && isOnArmedElement(guard, event.submitter);
  if (guard.clicksPassed === 0 && !isOwn) return "nothing has been clicked that could submit";
  if (guard.clicksPassed === 0) return whyNoLongerTrue(guard);
  if (guard.lastSubmit !== null && !guard.lastSubmit.defaultPrevented) return "the form has been submitted already";
  return null;
}

function isOnArmedElement(guard, node) {
  return isWithin(node, guard.element) || isWithin(guard.element, node);
}

function countEvent(guard, event, why) {
  if (event.isTrusted && why === null) {
    guard.passedAt = performance.now();
    if (guard.firedAt === null) guard.firedAt = guard.passedAt;
  }
  if (guard.request.select !== undefined) countChange(guard, event, why);
  else if (event.isTrusted && event.type === "click") {
    if (why !== null) guard.clicksBlocked += 1;
    else if (guard.forwarded !== event.timeStamp) {
      guard.clicksPassed += 1;
      guard.forwarding = forwardOf(guard, event);
      guard.forwarded = guard.forwarding === null ? null : event.timeStamp;
    }
  }
  if (event.type === "submit" && why === null) guard.lastSubmit = event;
  if (guard.seen.length >= SEEN_KEPT) return;
  const target = event.composedPath().find((node) => node instanceof Element) || null;
  guard.seen.push({ type: event.type, target: outlineOf(target), trusted: event.isTrusted, passed: why === null, why });
}

/** After the act: waits until the page answers in some way, takes the guard down, and says what it saw. */
async function fired(request, deadline) {
  const guard = guardOf(request);
  if (guard === null) return { outcome: "found", guard: null, answered: "document", turned_away: isDocumentTurnedAway() };
  const wanted = request.wait || {};
  const inPart = guard.request.part !== undefined;
  const look = await until(deadline, (watch) => {
    const isNew = ({ id }) => !guard.saidBefore.includes(id);
    if (wanted.says && saysNow(request).some(isNew)) return { done: true, answered: "says" };
    const gone = !inPart && isGone(guard);
    // A style sheet may have taken it away.
    if (gone && guard.goneAt === null) guard.goneAt = performance.now();
    const within = wanted.gone ? untilAnswered(guard, watch) : Infinity;
    const answered = within === 0;
    if (inPart && answered) return { done: true, answered: "saved" };
    // A button may be gone only while the page waits for its answer, so what the page makes of that is waited for, too.
    const late = performance.now() - guard.goneAt > ANSWER_BUSY_MS;
    if (wanted.gone && guard.goneAt !== null && (answered || late)) return { done: true, answered: gone ? "gone" : "back" };
    return { done: false, within: answered ? undefined : within, answered: "none" };
  });
  const again = guard.request.expect ? sentAgain(guard) : 0;
  const turnedAway = guard.request.expect ? isTurnedAway(guard) : false;
  disarm(guard);
  delete window[request.session];
  if (guard.request.expect) forgetOpened(request);
  return {
    outcome: "found",
    guard: { seen: guard.seen, clicks_passed: guard.clicksPassed, clicks_blocked: guard.clicksBlocked, sent_again: again },
    answered: look.answered,
    turned_away: turnedAway,
  };
}
