// Finds the list, menu or box that an opening click made appear: the one the control refers to, else the one that is new.

const LISTS = "[role=listbox],[role=tree],[role=menu],[role=grid]";
const BOXES = LISTS + ",dialog,[role=dialog],[role=alertdialog]";

/**
 * Remembers what shows before a control is opened. Only what was not there then can have been opened by it.
 * @param {Element} control
 */
function rememberBefore(request, control) {
  const shown = new WeakSet();
  for (const element of queryAll("*", null)) if (takesRoom(element)) shown.add(element);
  const value = { control, shown, typed: false, panel: null };
  Object.defineProperty(window, request.session + "-opened", { value, enumerable: false, configurable: true, writable: true });
}

/** The same, for a control that is opened by a key. */
async function remember(request) {
  const found = resolve(request.target, wishesNow(request, {}));
  if (found.state !== "one") return answerOfLook({ outcome: found.state, found }, request);
  rememberBefore(request, choiceControl(found.element));
  return { outcome: "found" };
}

/** What was opened is over; whatever appears from now on is not its list. */
function forgetOpened(request) {
  delete window[request.session + "-opened"];
}

function openedBy(request) {
  return window[request.session + "-opened"] || null;
}

// A cheap test, because it is made of every element of the page.
function takesRoom(element) {
  if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
  const rect = element.getBoundingClientRect();
  return rect.width > 0 && rect.height > 0 && !isOffPage(rect, element);
}

/** The outermost box around an element that was not there before the control was opened, or null. */
function newBoxAround(element, control, before) {
  let box = null;
  for (let node = element; node !== null && !isWithin(control, node); node = drawnParent(node)) {
    if (!before.shown.has(node) && takesRoom(node)) box = node;
  }
  return box;
}

/** The control and what belongs to it: the input inside of a combobox, the combobox around an input. */
function partsOf(control) {
  const inner = queryAll("[role=combobox],input,[aria-haspopup]", control);
  const outer = nearest(control, (node) => node !== control && node.getAttribute("role") === "combobox");
  return [control].concat(inner.length === 1 ? inner : [], outer === null ? [] : [outer]);
}

/**
 * The places that may hold what a control offers, as it stands now.
 * @param {string[]} selectors what a place must hold, of whichever kind, when it has no role of its own
 * @returns {Element[]} none while nothing is open
 */
function placesOf(request, control, selectors) {
  const mayHold = (place) => choicesIn(place, selectors).length > 0;
  const parts = partsOf(control);
  const referred = parts.flatMap((part) => elementsReferredBy(part, "aria-controls").concat(elementsReferredBy(part, "aria-owns")));
  const open = outermost(referred.filter((place) => place !== control && isVisible(place) && (place.matches(BOXES) || mayHold(place))));
  if (open.length > 0) return open;
  const active = parts.flatMap((part) => elementsReferredBy(part, "aria-activedescendant")).filter(isVisible);
  const around = active.map((one) => nearest(one, (node) => node.matches(LISTS))).filter((place) => place !== null);
  if (around.length > 0) return outermost(around);
  const fresh = freshPlaces(request, control, selectors);
  if (fresh.length > 0) return fresh;
  // It may have been open all the time; then only a list that stands alone on the page can be taken for its own.
  return parts.some(isExpanded) ? outermost(queryAll(LISTS, null).filter((place) => isVisible(place) && !isWithin(control, place))) : [];
}

function freshPlaces(request, control, selectors) {
  const before = openedBy(request);
  if (before === null) return [];
  const isFresh = (element) => isVisible(element) && newBoxAround(element, control, before) !== null;
  const lists = outermost(queryAll(LISTS, null).filter((list) => !isWithin(control, list) && isFresh(list)));
  if (lists.length > 0) return lists;
  const boxes = new Set();
  for (const element of queryAll(selectors.join(","), null)) {
    const box = isVisible(element) ? newBoxAround(element, control, before) : null;
    if (box !== null) boxes.add(box);
  }
  return outermost(Array.from(boxes));
}

function isExpanded(element) {
  return element.getAttribute("aria-expanded") === "true";
}

/** Without those that lie within another of them. */
function outermost(elements) {
  const own = Array.from(new Set(elements));
  return own.filter((element) => !own.some((other) => other !== element && isWithin(element, other)));
}

/**
 * How a request's target must be looked for while something is open. An open menu may hide the whole rest of the page from
 * hearing, the control that opened it too, and it is still the control; and what is in the menu is not, whatever its name.
 */
function wishesNow(request, wishes) {
  const before = openedBy(request);
  if (before === null || !before.control.isConnected || !isVisible(before.control)) return wishes || {};
  const without = (element) => element !== before.control && newBoxAround(element, before.control, before) !== null;
  return Object.assign({}, wishes, { unexposedToo: !isExposed(before.control), without });
}
