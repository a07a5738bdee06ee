// Reads on in a list that scrolls or grows: moves, waits until its rows stand still there, and answers with what is new.

// One step is a bit less than what shows at once: the row at the edge is on the page before and after it.
const STEP = 0.8;
// Pages throttle what they do on scrolling: so long an uncovered part of the list may still be filled.
const COVER_MS = 1000;
// What still turns after so long without any change of the list will not stop by itself.
const BUSY_MS = 5000;
// Whoever asked for more by a click is given longer than an end is, since something must come of it.
const MORE_MS = 10000;
// The browser rounds where it scrolls to.
const EDGE = 2;

const BUSY = "[aria-busy=true],[role=progressbar]:not([aria-valuenow]),progress:not([value]),[class*=spin i],[class*=load i],[class*=skelet i]";
const BUSY_CLASS = /(^|[-_\s])(spin|spinner|spinning|loading|loader|skeleton)([-_\s]|$)/i;

// What has been told of the list that is read now. It is gone with the document, and then everything is told again.
let reading = freshReading();

function freshReading() {
  return { number: 0, rows: new WeakMap(), places: new Set(), stuck: new WeakSet() };
}

/**
 * Moves in the list as asked and waits until it stands still there.
 * @param {object} request list, empty, scroller ("window", a target or null), more, go, since and patience_ms
 */
async function stretch(request, deadline) {
  if (request.since === 0) reading = freshReading();
  const memory = { moved: false, changes: -1, quiet: 0, sign: "", stillSince: 0, last: null };
  const look = await until(deadline, (watch) => {
    memory.quiet = watch.changes() === memory.changes ? memory.quiet + 1 : 0;
    memory.changes = watch.changes();
    const interrupted = interruptedNow(request);
    if (interrupted !== null) return interrupted;
    return memory.moved ? settledLook(request, memory) : movingLook(request, memory, watch);
  });
  if (isHeldUp(look)) return look;
  return Object.assign(answerOfStretch(request, look), { settled: look.done });
}

// Where to scroll is known only when the list is there.
function movingLook(request, memory, watch) {
  const state = listState(request);
  if (state.outcome === "empty") return { done: memory.quiet > 1 && !isPageBusy(), soon: memory.quiet < 2, state };
  if (state.outcome !== "found" || state.rows === 0) return gateNow(request) || unservedNow(request) || givenUp(watch, 0, Infinity) || { done: false, state };
  const box = scrollerOf(request);
  if (box.state !== "one") return { done: false, state: Object.assign(state, { outcome: "no_scroller", why: box.why }) };
  moveOn(box.element, request.go);
  memory.moved = true;
  memory.stillSince = performance.now();
  return { done: request.go === "home", soon: true, state, box: box.element };
}

function settledLook(request, memory) {
  // The page must keep still over two frames before a look at the list is worth its time.
  if (memory.quiet < 2) return Object.assign({ done: false, soon: true }, memory.last);
  const state = listState(request);
  if (state.outcome === "empty") return { done: memory.quiet > 1 && !isPageBusy(), soon: memory.quiet < 2, state };
  const box = scrollerOf(request).element || null;
  if (state.outcome !== "found" || state.rows === 0) return { done: false, state };
  const view = viewOf(state.tables[0], box, request);
  const seen = { state, box, view, more: nextState(request.more) };
  memory.last = seen;
  const now = performance.now();
  const sign = [view.rows.length, view.fresh, box === null ? 0 : box.scrollHeight, view.busy.length > 0, seen.more].join();
  if (sign !== memory.sign) Object.assign(memory, { sign, stillSince: now });
  const still = now - memory.stillSince;
  // What has not stopped before will not stop now, but is not forgotten either.
  const turns = view.busy.some((element) => !reading.stuck.has(element));
  if (turns && still < BUSY_MS) return Object.assign({ done: false }, seen);
  if (!view.covered && still < COVER_MS) return Object.assign({ done: false }, seen);
  const wait = { wait: request.patience_ms, grown: Math.max(request.patience_ms, MORE_MS) }[request.go] || 0;
  return Object.assign({ done: view.fresh > 0 || still >= wait, waited: still >= wait }, seen);
}

function scrollerOf(request) {
  if (!request.scroller) return { state: "one", element: null };
  if (request.scroller === "window") return { state: "one", element: document.scrollingElement || document.documentElement };
  const found = resolve(request.scroller);
  return { state: found.state, element: found.element, why: "`" + request.scroller.name + "` " + (found.why || wordsFor(found.state)) };
}

function moveOn(box, go) {
  if (box === null) return;
  if (go === "top" || go === "home") box.scrollTo({ top: 0, behavior: "instant" });
  else if (go === "on") box.scrollTo({ top: box.scrollTop + Math.max(heightOf(box) * STEP, 1), behavior: "instant" });
}

function isWindow(box) {
  return box === document.scrollingElement || box === document.documentElement;
}

function heightOf(box) {
  return isWindow(box) ? window.innerHeight : box.clientHeight;
}

/** What shows of a list now: its rows with their boxes, which of them are new, whether they fill their place, and what still turns. */
function viewOf(table, box, request) {
  const rows = [];
  let fresh = 0;
  for (const element of rowsIn(table)) {
    if (isAbove(element, table)) continue;
    const rect = rectOf(element);
    if (rect.height === 0) continue;
    const sign = signOf(element, rect);
    const isNew = !isTold(element, sign, request.since);
    // A row that says something else than before ("5 minutes ago") is told again, but nothing came with it.
    if (isNew && sign.text !== "" && !reading.places.has(sign.place)) fresh += 1;
    rows.push({ element, rect, sign, isNew, isBlank: sign.text === "" && cellsIn(element, table).length > 1 });
  }
  const place = placeOfRows(table, rows, box);
  return { rows, fresh, place, covered: isCovered(table, rows, place, box), busy: busyAround(table, rows, box) };
}

function isTold(element, sign, since) {
  const told = reading.rows.get(element);
  return told !== undefined && told.number <= since && told.at === sign.at && told.text === sign.text;
}

/** What a row says and where it stands, in pixels of everything that can be scrolled to. */
function signOf(row, rect) {
  const [x, y] = scrolledBy(drawnParent(row));
  const [left, top, height] = [rect.left + x, rect.top + y, rect.height].map(Math.round);
  return { text: tidy(row.textContent), at: left + "," + top + "," + height, place: left + "," + top };
}

/** The box that the rows fill, which is as high as the whole list where only a part of it is on the page. */
function placeOfRows(table, rows, box) {
  const whole = table.body || table.element;
  let place = null;
  for (let node = rows.length === 0 ? null : drawnParent(rows[0].element); node !== null && node !== box; node = drawnParent(node)) {
    // A grid of divs may hold a footer of its own; a table's foot is known.
    if (node === whole && node.localName !== "table" && place !== null) break;
    // How high a box is that can be scrolled says nothing of what is in it.
    if (/auto|scroll/.test(getComputedStyle(node).overflowY) && node !== whole) continue;
    const { top, bottom } = node.getBoundingClientRect();
    const end = node.tFoot ? Math.min(bottom, node.tFoot.getBoundingClientRect().top) : bottom;
    if (place === null || end > place.bottom) place = { top, bottom: end };
    if (node === whole) break;
  }
  return place;
}

// A part of the list's box that shows and holds no row, although one would fit, will be filled in a moment.
function isCovered(table, rows, place, box) {
  if (box === null || place === null) return true;
  const view = isWindow(box) ? { top: 0, bottom: window.innerHeight } : box.getBoundingClientRect();
  const top = Math.max(view.top, place.top, 0);
  const bottom = Math.min(view.bottom, place.bottom, window.innerHeight);
  if (bottom <= top) return true;
  const shown = rows.filter(({ rect }) => rect.bottom > top && rect.top < bottom);
  if (shown.some(({ isBlank }) => isBlank)) return false;
  const head = table.headerRow === null ? null : table.headerRow.getBoundingClientRect();
  const tops = shown.map(({ rect }) => rect.top).concat(head !== null && head.bottom > top ? [head.top] : []);
  const bottoms = shown.map(({ rect }) => rect.bottom);
  const lowest = Math.min(...rows.map(({ rect }) => rect.height).filter((height) => height > EDGE));
  return shown.length > 0 && Math.min(...tops) - top < lowest && bottom - Math.max(...bottoms) < lowest;
}

/** What says around the list that more of it is on its way: spinners, skeletons, a row that ends in an ellipsis. */
function busyAround(table, rows, box) {
  const around = nearest(table.element, (node) => node.getAttribute("aria-busy") === "true");
  const region = box !== null && !isWindow(box) ? box : table.element.closest("main,[role=main]") || document.body;
  const turning = queryAll(BUSY, region).filter((element) => isTurning(element));
  const waiting = rows.filter(({ element, sign }) => sign.text.length < 80 && /(\u2026|\.\.\.)$/.test(sign.text) && cellsIn(element, table).length < 2);
  return (around === null ? [] : [around]).concat(turning, waiting.map(({ element }) => element));
}

/** Whether something turns in the main part of the page. */
function isPageBusy() {
  return queryAll(BUSY, document.querySelector("main,[role=main]") || document.body).some(isTurning);
}

function isTurning(element) {
  const said = element.getAttribute("aria-busy") === "true" || element.localName === "progress" || element.getAttribute("role") === "progressbar";
  if (!said && !BUSY_CLASS.test(element.getAttribute("class") || "")) return false;
  const rect = element.getBoundingClientRect();
  return rect.width > 0 && rect.height > 0 && rect.bottom > 0 && rect.top < window.innerHeight && isVisible(element);
}

function answerOfStretch(request, { state, box, view, more, waited }) {
  if (view === undefined) {
    const outcome = request.go === "home" ? "empty" : state.outcome;
    return { outcome, why: state.why, html: "", lines: linesOf(document.body, { values: false, most: LINES_KEPT }), more: "none", at_end: true };
  }
  reading.number = Math.max(reading.number, request.since) + 1;
  const signs = new Map(view.rows.map((row) => [row.element, row]));
  let known = 0;
  const taken = written(state, (row) => {
    const seen = signs.get(row);
    if (seen === undefined) return null;
    if (!seen.isNew) {
      known += 1;
      return null;
    }
    reading.places.add(seen.sign.place);
    reading.rows.set(row, { at: seen.sign.at, text: seen.sign.text, number: reading.number });
    const index = Number.parseInt(row.getAttribute("aria-rowindex"), 10);
    const number = index > 0 ? ' aria-rowindex="' + index + '"' : "";
    return ' data-at="' + seen.sign.at + '"' + number + detailAttribute(row, request.detail);
  });
  const place = view.place;
  for (const element of view.busy) reading.stuck.add(element);
  return Object.assign(taken, {
    outcome: state.outcome,
    why: state.why,
    number: reading.number,
    known,
    bottom: place === null ? null : Math.round(place.bottom + scrolledBy(drawnParent(view.rows[0].element))[1]),
    last: lastNumber(state.tables[0].element),
    more,
    place: box === null ? 0 : Math.round(box.scrollTop),
    at_end: box === null || box.scrollTop + heightOf(box) >= box.scrollHeight - EDGE,
    busy: view.busy.length > 0,
    waited: waited === true,
    blank: !view.covered,
    boxed: isBoxed(view, box),
  });
}

/**
 * Whether only a part of a list is on the page, though the book does not say what is scrolled: there is room for rows below
 * the last one, and rows are put in their places one by one, as lists do that draw only what shows.
 */
function isPartial(table) {
  const rows = [];
  for (const element of rowsIn(table)) {
    if (isAbove(element, table)) continue;
    const rect = rectOf(element);
    if (rect.height > 0 && tidy(element.textContent) !== "") rows.push({ element, rect });
    if (rows.length === 1 && !isPlaced(rows[0], table)) return false;
  }
  const place = placeOfRows(table, rows, null);
  if (place === null) return false;
  const lowest = Math.min(...rows.map(({ rect }) => rect.height));
  return place.bottom - Math.max(...rows.map(({ rect }) => rect.bottom)) >= lowest - EDGE;
}

function isPlaced({ element, rect }, table) {
  const own = getComputedStyle(element);
  if (own.position === "absolute" || own.transform !== "none") return true;
  const last = element.parentElement.lastElementChild;
  if (last !== element && last.getBoundingClientRect().height >= 2 * rect.height && tidy(last.textContent) === "") return true;
  for (let node = drawnParent(element); node !== null; node = drawnParent(node)) {
    const style = getComputedStyle(node);
    if (style.transform !== "none" || Number.parseFloat(style.paddingBottom) >= rect.height) return true;
    if (node === (table.body || table.element)) break;
  }
  return false;
}

/** The number that the page gives its last row, or null: it may not know it yet. */
function lastNumber(element) {
  const place = nearest(element, (node) => node.hasAttribute("aria-rowcount"));
  const count = place === null ? NaN : Number.parseInt(place.getAttribute("aria-rowcount"), 10);
  return count > 0 ? count : null;
}

/** Whether a box nearer to the rows than the one that is scrolled can be scrolled, too. */
function isBoxed(view, box) {
  if (box === null || view.rows.length === 0) return false;
  return nearest(drawnParent(view.rows[0].element), (node) => node === box || isScrolling(node)) !== box;
}

function isScrolling(element) {
  if (element.clientHeight === 0 || element.scrollHeight <= element.clientHeight + EDGE) return false;
  return element !== document.body && element !== document.documentElement && /auto|scroll/.test(getComputedStyle(element).overflowY);
}
