// The door: takes the request and the driver's callback, asks the right part of the library, and answers exactly once.

const ASKS = {
  look: async (request, deadline) => {
    const look = await until(deadline, newLook(request, request.want || "ready"));
    if (look.outcome === "found" && request.filled_in) noteFilled(request, look.found.element);
    return answerOfLook(look, request);
  },
  first,
  fill,
  choice,
  remember,
  type,
  held,
  box,
  tab,
  menu,
  present,
  file,
  gave,
  confirm,
  opened: async (request) => opened(request),
  read: async (request) => readLines(request),
  arm,
  fired,
  snapshot,
  rest,
  frame,
  holding,
  stretch,
  list_tab: listTab,
  turned,
  masks: async (request) => readMasks(request),
  inspect,
  headers,
  served,
  outline: async () => ({ outcome: "found", nodes: outlineOfPage() }),
};

function readLines(request) {
  if (!request.target) return { outcome: "found", lines: linesOf(document.body, { values: true }) };
  const found = resolve(request.target);
  if (found.state !== "one") return answerOfLook({ outcome: found.state, found }, request);
  return { outcome: "found", lines: linesOf(found.element, { values: true }) };
}

/** What every answer carries, whatever was asked. */
function withThePage(request, answer, began) {
  seenNow = freshLook();
  const title = typeof document.title === "string" ? document.title : "";
  answer.url = location.href;
  answer.title = title;
  answer.unfinished = isUnfinished();
  answer.says = saysNow(request);
  answer.waited_ms = Math.round(performance.now() - began);
  return answer;
}

/** What a picture that follows has to cover. The answer is not lost where that cannot be told: it will be asked for by itself. */
function coveringNow({ covering, session }, { url, title }) {
  try {
    return Object.assign(readMasks(Object.assign({ session }, covering)), { url, title });
  } catch {
    return null;
  }
}

async function answer(request, done) {
  const began = performance.now();
  secretPlaces = request.secret_places || [];
  // Between two questions the page may have changed in every way.
  seenNow = freshLook();
  plainLists = request.plain || [];
  let reply;
  try {
    const ask = Object.prototype.hasOwnProperty.call(ASKS, request.ask) ? ASKS[request.ask] : null;
    if (ask === null) throw new Error("unknown ask: " + request.ask);
    reply = withThePage(request, await ask(request, began + (request.deadline_ms || 0)), began);
    if (request.covering && reply.outcome === "found") reply.covering = coveringNow(request, reply);
  } catch (error) {
    // An answer must come in any case, else the driver waits until its own script timeout.
    reply = { outcome: "error", why: String((error && error.message) || error), url: location.href, title: "", unfinished: isUnfinished(), says: [] };
    reply.waited_ms = Math.round(performance.now() - began);
  }
  done(reply);
}

/**
 * Keeps the library in this document, so that the next question can be asked by a script of one line.
 * The page cannot come upon it by accident: the name is random, hidden from loops, and cannot be replaced.
 */
function stay(session) {
  const name = session + "-ask";
  if (!Object.prototype.hasOwnProperty.call(window, name)) Object.defineProperty(window, name, { value: answer, enumerable: false });
}
