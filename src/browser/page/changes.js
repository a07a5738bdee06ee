// Guards the one change of a native select, and hears whether the page has sent something and had its answer.

// How long the page must be quiet after an answer, and how long an answer may keep it busy at most. A control that went away
// once the answer was there is what the page has made of it, and little more comes after that.
const ANSWER_QUIET_MS = 300;
const GONE_QUIET_MS = 100;
const ANSWER_BUSY_MS = 1500;
const SENT_BY_SCRIPT = ["fetch", "xmlhttprequest", "beacon"];
// What one act sets off is sent at once; what comes later is the page's own, such as reading its list anew. A gesture may take
// longer from its first event to its last, on a busy machine.
const ONE_ACT_MS = 100;

/** What a guard listens to: the change of a select is what its list tells of the key that was pressed in it. */
function guardedTypes(request) {
  return request.select === undefined ? GUARDED : GUARDED.concat(["input", "change"]);
}

/** How the armed box or option stands; an act on one that has changed meanwhile would do something else. */
function standsNow(request, element) {
  if (!request.expect || !request.part) return null;
  return request.part.of === "box" ? tickOf(element) : isChosen(element);
}

// The browser's own list takes keys without telling the page. So a key that reaches the page was not for the list, and
// what is let through is the one change to the armed option, with the click that the browser tells after it.
function whyChangeBlocked(guard, event) {
  const changed = guard.pressed.change === true;
  if (event.type === "keyup" && changed) return null;
  if (event.type.startsWith("key")) return "the list of options is not open any more";
  if (!event.composedPath().includes(guard.element)) return "it is not on the armed element";
  if (event.type !== "input" && event.type !== "change") return changed ? null : "nothing has been chosen yet";
  if (guard.pressed[event.type]) return "the one change has been let through already";
  const shown = shownOptions(guard.element);
  if (shown.length !== 1 || fold(shown[0]) !== fold(guard.request.select)) return "another option would be chosen";
  const why = whyNoLongerTrue(guard);
  if (why === null) guard.pressed[event.type] = true;
  return why;
}

function countChange(guard, event, why) {
  if (!event.isTrusted) return;
  if (event.type === "change" && why === null) guard.clicksPassed += 1;
  if ((event.type === "change" || event.type === "keydown") && why !== null) guard.clicksBlocked += 1;
}

/** Notes when the page has had an answer to something that it sent after the act. */
function listenForAnswers(guard) {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const sent = SENT_BY_SCRIPT.includes(entry.initiatorType);
      // The first one counts: a page that asks for news all the time would otherwise never have had its answer.
      if (sent && guard.answeredAt === null && guard.firedAt !== null && entry.startTime >= guard.firedAt - 1) {
        guard.answeredAt = performance.now();
        // What another origin answers may be about something else: who counts the clicks, for instance.
        if (isOwnAnswer(entry)) guard.arrivedAt = entry.responseEnd;
      }
    }
  });
  observer.observe({ type: "resource" });
  return observer;
}

function isOwnAnswer({ name, initiatorType }) {
  return initiatorType !== "beacon" && name.startsWith(location.origin + "/");
}

/** Whether the armed element is not there any more, or cannot be seen. */
function isGone({ element }) {
  return !element.isConnected || !isVisible(element);
}

/**
 * Notes when the armed element goes, at the end of what has taken it away: a later look could not tell whether that was
 * before the answer came or because of it.
 */
function listenForGoing(guard) {
  const observer = new MutationObserver(() => {
    if (guard.firedAt === null || guard.goneAt !== null) return;
    seenNow = freshLook();
    if (isGone(guard)) guard.goneAt = performance.now();
  });
  for (const root of roots()) observer.observe(root, { subtree: true, childList: true, attributes: true });
  return observer;
}

/** What the page sent within the moment of the one act, as far as it has been answered. */
function sentByAct(guard) {
  if (guard.firedAt === null) return [];
  const isOne = ({ initiatorType, startTime }) => SENT_BY_SCRIPT.includes(initiatorType) && startTime >= guard.firedAt - 1 && startTime <= guard.passedAt + ONE_ACT_MS;
  return performance.getEntriesByType("resource").filter(isOne);
}

/**
 * How often the page sent to one address again for the one act: what was bound twice sends twice. The addresses themselves
 * are told to nobody, for they may hold secrets.
 */
function sentAgain(guard) {
  const times = new Map();
  for (const { name } of sentByAct(guard)) times.set(name, (times.get(name) || 0) + 1);
  return Math.max(0, ...Array.from(times.values(), (count) => count - 1));
}

/** Whether the server turned away everything that the act sent, because too much was asked of it. */
function isTurnedAway(guard) {
  const sent = sentByAct(guard);
  return sent.length > 0 && sent.every(({ responseStatus, redirectStart }) => responseStatus === 429 && redirectStart === 0);
}

/** The same where the answer to the act is this very document. After a redirect it would be the answer to something else. */
function isDocumentTurnedAway() {
  const [entry] = performance.getEntriesByType("navigation");
  return entry !== undefined && entry.responseStatus === 429 && entry.type === "navigate" && entry.redirectCount === 0;
}

/** How long until the page has had an answer and shows what it made of it: 0 when it does. */
function untilAnswered(guard, watch) {
  if (guard.answeredAt === null) return Infinity;
  // A button that went before the answer came may come back with it: nothing is known from its going.
  const quiet = guard.goneAt !== null && guard.goneAt >= guard.arrivedAt ? GONE_QUIET_MS : ANSWER_QUIET_MS;
  const end = Math.min(Math.max(watch.changedAt(), guard.answeredAt) + quiet, guard.answeredAt + ANSWER_BUSY_MS);
  return Math.max(end - performance.now(), 0);
}
