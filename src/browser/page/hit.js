// Says where an element can be hit: the point of the viewport where a click reaches it, and what lies above it.

/** The rectangle an element takes; for a box of no extent, the one around its children, or around its text. */
function rectOf(element) {
  const own = element.getBoundingClientRect();
  if (own.width > 0 && own.height > 0) return own;
  const rects = Array.from(element.children, (child) => child.getBoundingClientRect()).filter((rect) => rect.width > 0 && rect.height > 0);
  if (rects.length === 0) return rectOfText(element) || own;
  const left = Math.min(...rects.map((rect) => rect.left));
  const top = Math.min(...rects.map((rect) => rect.top));
  const right = Math.max(...rects.map((rect) => rect.right));
  const bottom = Math.max(...rects.map((rect) => rect.bottom));
  return new DOMRect(left, top, right - left, bottom - top);
}

/** Where the text of an element stands that has no box of its own (`display: contents`), or null. */
function rectOfText(element) {
  if (getComputedStyle(element).display !== "contents") return null;
  const range = document.createRange();
  range.selectNodeContents(element);
  const rect = range.getBoundingClientRect();
  return rect.width > 0 && rect.height > 0 ? rect : null;
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

/** Whether a click on `hit` works the element: it is within it, or within a face of it; not what can be used by itself in there. */
function receivesFor(hit, element) {
  if (hit === null) return false;
  const place = [element].concat(facesOf(element)).find((one) => isWithin(hit, one));
  if (place === undefined) return false;
  const inner = nearest(hit, (node) => node === place || node.matches(USED_BY_ITSELF));
  return inner === place || inner === element || !isWithin(inner, place) || place.localName === "label";
}

// What stands in a choice or in the box of a combobox and would be worked by a click in its place: another choice, a cross.
const USED_BY_ITSELF = "[role=option],[role=treeitem],[role=menuitem],[role=menuitemradio],[role=menuitemcheckbox],[role=button],button";

/**
 * Finds a point of the viewport where a click reaches the element.
 * @returns {{point: {x: number, y: number}|null, outside: boolean, hit: Element|null}} `hit` is what lies above it instead
 */
function clickPoint(element) {
  const boxes = [element].concat(facesOf(element)).flatMap((box) => Array.from(box.getClientRects()));
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
