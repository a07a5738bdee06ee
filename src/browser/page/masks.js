// Says which parts of a picture must be covered: secrets always, the rows of other people, and where nobody can tell
// whose rows they are, everything but the place where usher acts.

const OVERLAYS = "dialog,[role=dialog],[role=alertdialog],[role=menu],[role=listbox],[role=tooltip]";
const DIALOGS = "dialog,[role=dialog],[role=alertdialog]";

/** The boxes to cover, in CSS pixels of the viewport. */
function masks(request) {
  const view = { left: 0, top: 0, right: window.innerWidth, bottom: window.innerHeight };
  const scope = request.scope ? resolve(request.scope).element : null;
  const found = (request.lists || []).map((list) => ({ list, ...tablesOf(list) }));
  const known = found.some(({ tables }) => tables.length > 0);
  const boxes = secretBoxes(request, view);
  if (known) boxes.push(...personBoxes(found, request, scope, view));
  else boxes.push(...unknownBoxes(scope, view));
  return {
    outcome: "found",
    boxes,
    rows_known: known,
    viewport: { width: window.innerWidth, height: window.innerHeight, dpr: window.devicePixelRatio },
    scroll: { x: window.scrollX, y: window.scrollY },
  };
}

function secretBoxes(request, view) {
  const secrets = new Set(queryAll("input,textarea", null).filter(isSecretField));
  // Whatever a secret's description finds is covered, also when it finds too much: covering does no harm.
  for (const target of request.secret || []) for (const { element } of resolve(target, { hiddenToo: true }).elements) secrets.add(element);
  return Array.from(secrets)
    .filter((element) => element.checkVisibility())
    .map((element) => outerBox(rectOf(element), view))
    .filter((box) => box !== null)
    .map((box) => asBox(box, "secret"));
}

function personBoxes(found, request, scope, view) {
  const boxes = [];
  for (const { list, tables } of found) {
    for (const table of tables) {
      const clip = clipOf(table.element, view);
      const overlays = overlaysAbove(table.element, scope, view);
      for (const row of rowsOf(table)) {
        if (isSubject(row, table, list, request.subject)) continue;
        const box = outerBox(rowRect(row), clip);
        if (box !== null) boxes.push(...withoutOverlays(box, overlays));
      }
    }
  }
  return boxes.map((box) => asBox(box, "person"));
}

function isSubject(row, table, list, subject) {
  if (!subject || list.columns[subject.column] === undefined) return false;
  const cell = cellIn(row, table, list, subject.column);
  return cell !== null && cellHolds(visibleText(cell), fold(subject.key)) === "same";
}

function rowRect(row) {
  const own = row.element.getBoundingClientRect();
  return own.width > 0 && own.height > 0 ? own : rectOf(row.element);
}

/** The part of the viewport in which a table can show at all: a row that is scrolled out of its box covers nothing. */
function clipOf(element, view) {
  let clip = view;
  for (let node = drawnParent(element); node !== null && node !== document.body && node !== document.documentElement; node = drawnParent(node)) {
    if (getComputedStyle(node).overflowY !== "visible") clip = intersection(clip, outward(node.getBoundingClientRect())) || { left: 0, top: 0, right: 0, bottom: 0 };
  }
  return clip;
}

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
  return [{ element, box: inward(element.getBoundingClientRect()) }];
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
    return hit !== null && (isWithin(hit, element) || isRoundedCorner(hit, element, [i, j]));
  });
}

// The very corner of a rounded box shows a few pixels of what is below: too few to read anything.
function isRoundedCorner(hit, element, [i, j]) {
  return i !== 1 && j !== 1 && Number.parseFloat(getComputedStyle(element).borderTopLeftRadius) > 0 && !isWithin(hit, element);
}

function unknownBoxes(scope, view) {
  const shown = actingPlaces(scope)
    .map((box) => intersection(box, view))
    .filter((box) => box !== null);
  let boxes = [view];
  for (const place of shown) boxes = boxes.flatMap((box) => (intersection(box, place) === null ? [box] : subtract(box, intersection(box, place))));
  return boxes.map((box) => asBox(box, "unknown"));
}

/** Where usher acts: the given scope, else the topmost dialog, else the form or main part with the focus, else the largest. */
function actingPlaces(scope) {
  if (scope !== null) return [inward(rectOf(scope))];
  const dialogs = queryAll(DIALOGS, null).filter(isVisible);
  const top = dialogs.filter((dialog) => isTopmost(dialog)).pop();
  if (top !== undefined) return solidBoxes(top, 5).map(({ box }) => box);
  const places = queryAll("form,main,[role=main]", null).filter(isVisible);
  const focused = places.filter((place) => place.localName === "form" && document.activeElement !== null && isWithin(document.activeElement, place));
  const area = (element) => rectOf(element).width * rectOf(element).height;
  const best = (focused.length > 0 ? focused : places).sort((one, other) => area(other) - area(one))[0];
  return best === undefined ? [] : [inward(rectOf(best))];
}

function isTopmost(dialog) {
  return solidBoxes(dialog, 5).some(({ element, box }) => {
    const hit = elementAt((box.left + box.right) / 2, (box.top + box.bottom) / 2);
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

function asBox(box, kind) {
  return { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top, kind };
}
