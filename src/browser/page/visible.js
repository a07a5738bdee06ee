// Says what a person could see and use: rendered, on the page, not clipped away, enabled, and hit by a click.

const CHOICE_INPUT = "input[type=checkbox],input[type=radio],input[type=file],input[role=combobox],select";

/** The parent in the tree that is drawn: out of a shadow root to its host, out of a slotted node to its slot. */
function drawnParent(node) {
  if (node.assignedSlot) return node.assignedSlot;
  const parent = node.parentNode;
  if (parent instanceof ShadowRoot) return parent.host;
  return parent instanceof Element ? parent : null;
}

/** The children as they are drawn: the shadow tree instead of the light one, slotted nodes instead of the slot. */
function drawnChildren(node) {
  if (node.shadowRoot === null && node.localName !== "slot") return node.childNodes;
  if (node.shadowRoot) return node.shadowRoot.childNodes;
  if (node.localName === "slot" && node.assignedNodes) {
    const assigned = node.assignedNodes({ flatten: true });
    if (assigned.length > 0) return assigned;
  }
  return node.childNodes;
}

/** Whether `inner` is `outer` or lies within it, across shadow roots and slots. */
function isWithin(inner, outer) {
  for (let node = inner; node !== null; node = drawnParent(node)) if (node === outer) return true;
  // A light child is within its host's ancestors even when no slot draws it.
  return outer.contains(inner);
}

/** The nearest element, from the given one outwards, that a test accepts, or null. */
function nearest(element, test) {
  for (let node = element; node !== null; node = drawnParent(node)) if (test(node)) return node;
  return null;
}

/** Whether the page lays the element out at all; `display: contents` has no box of its own but is laid out. */
function isLaidOut(element) {
  if (element.checkVisibility()) return true;
  return element.isConnected && getComputedStyle(element).display === "contents" && isParentLaidOut(element);
}

function isParentLaidOut(element) {
  const parent = drawnParent(element);
  return parent === null || isLaidOut(parent);
}

/** Whether an element's own text would be painted: laid out, neither `visibility: hidden` nor fully transparent. */
function isPainted(element) {
  if (element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return true;
  const style = getComputedStyle(element);
  if (style.display !== "contents" || style.visibility !== "visible") return false;
  const parent = drawnParent(element);
  return parent === null || isPainted(parent);
}

/** Whether a rectangle lies left of or above the page, where no scrolling leads: the place for hidden texts. */
function isOffPage(rect, element) {
  if (rect.right > 0 && rect.bottom > 0) return false;
  // What has been scrolled out of the window or of an inner box is still on the page.
  const [x, y] = scrolledBy(drawnParent(element));
  return rect.right + x <= 0 || rect.bottom + y <= 0;
}

/** How far all the boxes from an element outwards, and the window, have been scrolled. */
function scrolledBy(element) {
  if (element === null || element === document.scrollingElement) return [Math.abs(window.scrollX), window.scrollY];
  const known = seenNow.scrolled.get(element);
  if (known !== undefined) return known;
  const [x, y] = scrolledBy(drawnParent(element));
  const sum = [x + Math.abs(element.scrollLeft), y + element.scrollTop];
  seenNow.scrolled.set(element, sum);
  return sum;
}

/** Whether a box is clipped down to (almost) nothing: the usual trick for texts meant for screen readers only. */
function isClippedAway(element, rect) {
  if (rect.width > 1 && rect.height > 1) return false;
  const style = getComputedStyle(element);
  if (style.display === "contents" || style.display === "inline") return false;
  return style.overflowX !== "visible" || style.overflowY !== "visible" || style.clip !== "auto" || style.clipPath !== "none";
}

/** Whether some box around the element is folded up (an accordion of height zero), so that nothing of it shows. */
function isFoldedAway(element) {
  let escapes = false;
  for (let node = element; node !== null && node !== document.body && node !== document.documentElement; node = drawnParent(node)) {
    const { position } = getComputedStyle(node);
    // An absolute box is clipped only from its containing block outwards, a fixed one by nothing around it.
    if (position !== "static") escapes = false;
    if (!escapes && isClippedAway(node, node.getBoundingClientRect())) return true;
    if (position === "fixed") return false;
    if (position === "absolute") escapes = true;
  }
  return false;
}

/**
 * Whether a person could see the element after scrolling. A tick box that is drawn by its label counts as seen with it.
 * @param {Element} element
 */
function isVisible(element) {
  if (isShown(element)) return true;
  if (element.localName !== "input" || !element.matches(CHOICE_INPUT)) return false;
  // A tick box may not be laid out at all where its label works it; a combobox takes keys, and must be there for them.
  return (!element.matches("[role=combobox]") || isLaidOut(element)) && facesOf(element).some(isShown);
}

/**
 * What a person sees and clicks in the place of an element: its labels; for the input of a combobox, which is often small or
 * transparent, the boxes that are drawn around it. Its label would not open it.
 */
function facesOf(element) {
  return element.matches("input[role=combobox]") ? boxesAround(element) : labelsOf(element);
}

/** The boxes that are drawn around an input, innermost first, as far as they hold neither another field nor a label. */
function boxesAround(input) {
  const boxes = [];
  for (let box = drawnParent(input); box !== null && boxes.length < 4; box = drawnParent(box)) {
    if (queryAll("label,input:not([type=hidden]),select,textarea", box).some((other) => other !== input)) break;
    boxes.push(box);
  }
  return boxes;
}

function isShown(element) {
  const painted = element.matches(CHOICE_INPUT) ? isPaintedThough(element) : isPainted(element);
  if (!painted) return false;
  const rect = element.getBoundingClientRect();
  if (rect.width > 0 && rect.height > 0) return !isOffPage(rect, element) && !isFoldedAway(element);
  // A box without extent can still hold children that overflow it.
  if (Array.from(element.children).some(isShown)) return true;
  const text = rectOfText(element);
  return text !== null && !isOffPage(text, element) && !isFoldedAway(element);
}

// Styled tick boxes and selects are often the browser's own control, made transparent, above a drawing of it.
function isPaintedThough(element) {
  const parent = drawnParent(element);
  return element.checkVisibility({ visibilityProperty: true }) && (parent === null || isPainted(parent));
}

/** Whether accessibility sees the element: laid out and not below `aria-hidden` or `inert`. */
function isExposed(element) {
  if (!element.checkVisibility({ visibilityProperty: true }) && !isPainted(element)) return false;
  return !isMadeInert(element) && nearest(element, isSilenced) === null;
}

/** Whether `inert` or its counterpart in CSS takes the element out of use. A modal dialog escapes what is around it. */
function isMadeInert(element) {
  const { interactivity } = getComputedStyle(element);
  if (interactivity !== undefined) return interactivity === "inert";
  const end = nearest(element, (node) => node.hasAttribute("inert") || node.matches("dialog:modal"));
  return end !== null && end.hasAttribute("inert");
}

function labelsOf(element) {
  if (element.labels) return Array.from(element.labels);
  return isFormElement(element) ? Array.from(element.getRootNode().querySelectorAll("label")).filter((label) => label.control === element) : [];
}

// A page's own element that takes part in forms has labels, but tells only its own code which.
function isFormElement(element) {
  const made = element.localName.includes("-") ? customElements.get(element.localName) : undefined;
  return made !== undefined && made.formAssociated === true;
}

/** Whether the element takes input: neither disabled itself, nor by a fieldset, nor by an ancestor's aria-disabled. */
function isEnabled(element) {
  if (element.matches(":disabled")) return false;
  return nearest(element, (node) => node.getAttribute("aria-disabled") === "true") === null;
}
