// Says what a person could see and use: rendered, on the page, not clipped away, enabled, and hit by a click.

const CHOICE_INPUT = "input[type=checkbox],input[type=radio],input[type=file],select";

/** The parent in the tree that is drawn: out of a shadow root to its host, out of a slotted node to its slot. */
function drawnParent(node) {
  if (node.assignedSlot) return node.assignedSlot;
  const parent = node.parentNode;
  if (parent instanceof ShadowRoot) return parent.host;
  return parent instanceof Element ? parent : null;
}

/** The children as they are drawn: the shadow tree instead of the light one, slotted nodes instead of the slot. */
function drawnChildren(node) {
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
  let right = rect.right + window.scrollX;
  let bottom = rect.bottom + window.scrollY;
  // What has been scrolled out of an inner box is still on the page.
  for (let node = drawnParent(element); node !== null && node !== document.scrollingElement; node = drawnParent(node)) {
    right += Math.abs(node.scrollLeft);
    bottom += node.scrollTop;
  }
  return right <= 0 || bottom <= 0;
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
  return nearest(element, (node) => isClippedAway(node, node.getBoundingClientRect())) !== null;
}

/**
 * Whether a person could see the element after scrolling. A tick box that is drawn by its label counts as seen with it.
 * @param {Element} element
 */
function isVisible(element) {
  if (isShown(element)) return true;
  const drawnByLabel = element.localName === "input" && (element.type === "checkbox" || element.type === "radio" || element.type === "file");
  return drawnByLabel && labelsOf(element).some(isShown);
}

function isShown(element) {
  const painted = element.matches(CHOICE_INPUT) ? isPaintedThough(element) : isPainted(element);
  if (!painted) return false;
  const rect = element.getBoundingClientRect();
  // A box without extent can still hold children that overflow it.
  if (rect.width === 0 || rect.height === 0) return Array.from(element.children).some(isShown);
  return !isOffPage(rect, element) && !isFoldedAway(element);
}

// Styled tick boxes and selects are often the browser's own control, made transparent, above a drawing of it.
function isPaintedThough(element) {
  const parent = drawnParent(element);
  return element.checkVisibility({ visibilityProperty: true }) && (parent === null || isPainted(parent));
}

/** Whether accessibility sees the element: laid out and not below `aria-hidden` or `inert`. */
function isExposed(element) {
  if (!element.checkVisibility({ visibilityProperty: true }) && !isPainted(element)) return false;
  return nearest(element, (node) => node.getAttribute("aria-hidden") === "true" || node.hasAttribute("inert")) === null;
}

function labelsOf(element) {
  return element.labels ? Array.from(element.labels) : [];
}

/** The rectangle an element takes; for a box of no extent, the one around its children. */
function rectOf(element) {
  const own = element.getBoundingClientRect();
  if ((own.width > 0 && own.height > 0) || element.children.length === 0) return own;
  const rects = Array.from(element.children, (child) => child.getBoundingClientRect()).filter((rect) => rect.width > 0 && rect.height > 0);
  if (rects.length === 0) return own;
  const left = Math.min(...rects.map((rect) => rect.left));
  const top = Math.min(...rects.map((rect) => rect.top));
  const right = Math.max(...rects.map((rect) => rect.right));
  const bottom = Math.max(...rects.map((rect) => rect.bottom));
  return new DOMRect(left, top, right - left, bottom - top);
}

/** Whether the element takes input: neither disabled itself, nor by a fieldset, nor by an ancestor's aria-disabled. */
function isEnabled(element) {
  if (element.matches(":disabled")) return false;
  return nearest(element, (node) => node.getAttribute("aria-disabled") === "true") === null;
}

/** The element that would receive a click at a point of the viewport, inside open shadow roots too. */
function elementAt(x, y) {
  let found = document.elementFromPoint(x, y);
  while (found !== null && found.shadowRoot) {
    const inner = found.shadowRoot.elementFromPoint(x, y);
    if (inner === null || inner === found) break;
    found = inner;
  }
  return found;
}

/** Whether a click on `hit` works the element: it is within it, or within a label of it. */
function receivesFor(hit, element) {
  if (hit === null) return false;
  return isWithin(hit, element) || labelsOf(element).some((label) => isWithin(hit, label));
}

/**
 * Finds a point of the viewport where a click reaches the element.
 * @returns {{point: {x: number, y: number}|null, outside: boolean, hit: Element|null}} `hit` is what lies above it instead
 */
function clickPoint(element) {
  const boxes = [element].concat(labelsOf(element)).flatMap((box) => Array.from(box.getClientRects()));
  const children = boxes.every((box) => box.width === 0) ? [rectOf(element)] : [];
  let outside = true;
  let above = null;
  for (const [x, y] of candidatePoints(boxes.concat(children))) {
    if (x < 0 || y < 0 || x >= window.innerWidth || y >= window.innerHeight) continue;
    outside = false;
    const hit = elementAt(x, y);
    if (receivesFor(hit, element)) return { point: { x, y }, outside: false, hit: null };
    if (above === null) above = hit;
  }
  return { point: null, outside, hit: above };
}

// Whole pixels, because a driver may round what it is given and the point that was tested must be the point that is hit.
function candidatePoints(boxes) {
  const points = [];
  for (const [across, down] of [[0.5, 0.5], [0.25, 0.5], [0.75, 0.5], [0.5, 0.25], [0.5, 0.75], [0.1, 0.5], [0.9, 0.5]]) {
    for (const box of boxes.slice(0, 8)) {
      if (box.width > 0 && box.height > 0) points.push([inPixels(box.left, box.width, across), inPixels(box.top, box.height, down)]);
    }
  }
  return points;
}

function inPixels(start, length, part) {
  const exact = start + length * part;
  const rounded = Math.round(exact);
  return rounded >= start && rounded < start + length ? rounded : Math.floor(exact);
}

/** Whether an animation that is running moves or fades this element. */
function isAnimated(element) {
  return document.getAnimations().some((animation) => {
    const target = animation.effect === null ? null : animation.effect.target;
    return animation.playState === "running" && target instanceof Element && isWithin(element, target);
  });
}
