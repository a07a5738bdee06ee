// Tells that the server did not serve: it asks to slow down, it broke, or something in front of the app could not reach it.

// How long a page may make something of an answer that was none, before it is believed to have given up.
const GIVEN_UP_MS = 3000;

/** Whether this answer is none to what was asked: too many requests, or a fault of the server's own. */
function isUnserved(status) {
  return status === 429 || status >= 500;
}

/** Whether something asks for patience; what it says is told then, and of no other page: it may say anything. */
function asksForPatience(status) {
  return status === 429 || status === 503;
}

/**
 * Says that this document is not the page that was asked for, or null. Asked only where what is wanted is not there: an
 * app may well show its own page with such a status.
 */
function unservedNow(request) {
  if (isBrokenOff(request)) return brokenOff();
  const status = document.readyState === "loading" ? 0 : statusOfDocument();
  if (!isUnserved(status)) return null;
  const line = asksForPatience(status) ? cut(linesOf(document.body, { values: false, most: 5 }).join(" "), 160) : "";
  return { done: true, outcome: "unserved", status, asked: "document", line };
}

/**
 * Whether the page broke off while it came in. The driver says of a page that was opened that it is there, and then it would
 * have come in.
 */
function isBrokenOff(request) {
  return request.opened === true && isUnfinished() && performance.now() >= GIVEN_UP_MS;
}

/**
 * Whether no more than a beginning has come. Of a page that breaks off the browser stays at loading the rest for ever; of an
 * answer that breaks off in its head nothing is left but a document that is complete, and empty.
 */
function isUnfinished() {
  return document.readyState === "loading" || (document.readyState === "complete" && isEmpty());
}

/** Whether there is no more than what the browser makes of nothing: an empty head, and an empty body. */
function isEmpty() {
  const whole = document.documentElement;
  return whole === null || (Array.from(whole.children).every((part) => part.childElementCount === 0) && whole.textContent.trim() === "");
}

function brokenOff() {
  return { done: true, outcome: "unserved", status: 0, asked: "document", line: "" };
}

/** What the server answered for this document; 0 where nobody knows. */
function statusOfDocument() {
  const [entry] = performance.getEntriesByType("navigation");
  return entry === undefined ? 0 : entry.responseStatus;
}

/**
 * Says that the server did not answer what the page itself asked it for from one moment to another, and that the page has
 * made all of it that it will make; or null. The addresses are told to nobody, for they may hold secrets.
 */
function givenUp(watch, from, to) {
  const isOne = (entry) => SENT_BY_SCRIPT.includes(entry.initiatorType) && entry.startTime >= from && entry.startTime <= to && isUnserved(entry.responseStatus);
  const last = performance.getEntriesByType("resource").filter(isOne).pop();
  if (last === undefined || performance.now() - Math.max(watch.changedAt(), last.responseEnd) < GIVEN_UP_MS || isPageBusy()) return null;
  return { done: true, outcome: "unserved", status: last.responseStatus, asked: "data", line: "" };
}

/** The same for what the last plain click set off; null where this document saw none. */
function clickGivenUp(request, watch) {
  const guard = guardOf(request);
  return guard === null || guard.firedAt === null ? null : givenUp(watch, guard.firedAt - 1, guard.passedAt + ONE_ACT_MS);
}

/** Asks the server once more for this document, for what it answers and how long it asks to wait: no page can read that of itself. */
async function served(request, deadline) {
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(), Math.max(deadline - performance.now(), 0));
  try {
    const response = await fetch(location.href, { cache: "no-store", redirect: "manual", signal: gone.signal });
    const status = response.type === "opaqueredirect" ? 302 : response.status;
    gone.abort();
    return { outcome: "found", status, wait_s: secondsToWait(response.headers) };
  } catch {
    return { outcome: "found", status: 0, wait_s: null };
  } finally {
    clearTimeout(timer);
  }
}

/** What `Retry-After` says, in seconds, or null: it is a number of them, or a moment by the server's own clock. */
function secondsToWait(headers) {
  const told = headers.get("retry-after");
  if (told === null) return null;
  if (/^\s*\d+\s*$/.test(told)) return Number(told);
  const seconds = Math.ceil((Date.parse(told) - (Date.parse(headers.get("date")) || Date.now())) / 1000);
  return Number.isFinite(seconds) ? Math.max(seconds, 0) : null;
}
