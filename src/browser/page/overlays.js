// Knows rectangles, and which dialogs and menus really hide what is under them.

const OVERLAYS = "dialog,[role=dialog],[role=alertdialog],[role=menu],[role=listbox]";
const DIALOGS = "dialog,[role=dialog],[role=alertdialog]";

/** Rectangles of dialogs and menus that hide what is under them; a see-through sheet around a dialog hides nothing. */
function overlaysAbove(table, scope, view) {
  const overlays = new Set(queryAll(OVERLAYS, null));
  if (scope !== null) overlays.add(scope);
  const solid = [];
  for (const overlay of overlays) {
    if (isWithin(table, overlay) || isWithin(overlay, table) || !isVisible(overlay)) continue;
    solid.push(...solidBoxes(overlay, 5).map(({ element, box }) => ({ element, box: intersection(box, view) })));
  }
  return solid.filter(({ box }) => box !== null);
}

/** The boxes of an overlay, or of the first layers inside it, that have a background one cannot see through. */
function solidBoxes(element, depth) {
  if (isSeeThrough(element)) {
    if (depth === 0) return [];
    return Array.from(drawnChildren(element)).flatMap((child) => (child instanceof Element && child.checkVisibility() ? solidBoxes(child, depth - 1) : []));
  }
  if (nearest(element, (node) => Number(getComputedStyle(node).opacity) < 1) !== null) return [];
  return withoutCorners(element).map((box) => ({ element, box: inward(box) }));
}

// Outside of a rounded corner one sees what is below; so the squares around the corners stay covered, whatever is in them.
function withoutCorners(element) {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const corners = [style.borderTopLeftRadius, style.borderTopRightRadius, style.borderBottomLeftRadius, style.borderBottomRightRadius];
  const widest = Math.max(...corners.map((corner) => (corner.includes("%") ? Infinity : Number.parseFloat(corner) || 0)));
  const radius = Math.min(Math.ceil(widest), (right - left) / 2, (bottom - top) / 2);
  return [
    { left, top: top + radius, right, bottom: bottom - radius },
    { left: left + radius, top, right: right - radius, bottom: top + radius },
    { left: left + radius, top: bottom - radius, right: right - radius, bottom },
  ].filter((box) => box.right > box.left && box.bottom > box.top);
}

function isSeeThrough(element) {
  const style = getComputedStyle(element);
  const color = style.backgroundColor;
  if (color === "transparent" || style.visibility !== "visible") return true;
  const alpha = /^rgba\(.*,\s*([\d.]+)\)$/.exec(color) || /\/\s*([\d.]+%?)\s*\)$/.exec(color);
  return alpha !== null && Number.parseFloat(alpha[1]) < 1;
}

function withoutOverlays(box, overlays) {
  let boxes = [box];
  for (const overlay of overlays) {
    boxes = boxes.flatMap((one) => {
      const overlap = intersection(one, overlay.box);
      return overlap !== null && isOnTop(overlay.element, overlap) ? subtract(one, overlap) : [one];
    });
  }
  return boxes;
}

/** Whether the overlay really is what one sees there: at the centre and near every corner of the overlap. */
function isOnTop(element, overlap) {
  const x = [overlap.left + 1, (overlap.left + overlap.right) / 2, overlap.right - 1];
  const y = [overlap.top + 1, (overlap.top + overlap.bottom) / 2, overlap.bottom - 1];
  return [[1, 1], [0, 0], [2, 0], [0, 2], [2, 2]].every(([i, j]) => {
    const hit = elementAt(x[i], y[j]);
    return hit !== null && isWithin(hit, element);
  });
}

/** What is left of a box when another one is cut out of it: up to four boxes. */
function subtract(box, hole) {
  const strips = [
    { left: box.left, top: box.top, right: box.right, bottom: hole.top },
    { left: box.left, top: hole.bottom, right: box.right, bottom: box.bottom },
    { left: box.left, top: hole.top, right: hole.left, bottom: hole.bottom },
    { left: hole.right, top: hole.top, right: box.right, bottom: hole.bottom },
  ];
  return strips.filter((strip) => strip.right > strip.left && strip.bottom > strip.top);
}

function intersection(one, other) {
  const box = {
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
  };
  return box.right > box.left && box.bottom > box.top ? box : null;
}

// What is covered is rounded outwards and what is left open inwards, so that no half pixel of a stranger shows.
function outward(rect) {
  return { left: Math.floor(rect.left), top: Math.floor(rect.top), right: Math.ceil(rect.right), bottom: Math.ceil(rect.bottom) };
}

function inward(rect) {
  return { left: Math.ceil(rect.left), top: Math.ceil(rect.top), right: Math.floor(rect.right), bottom: Math.floor(rect.bottom) };
}

function outerBox(rect, clip) {
  return rect.width > 0 && rect.height > 0 ? intersection(outward(rect), clip) : null;
}
