// Says which parts of a picture must be covered: secrets always, the rows of other people, and where nobody can tell
// whose rows they are, everything but the place where usher acts.

/** The boxes to cover, in CSS pixels of the viewport; with `closed` everything but the place where usher acts. */
function masks(request) {
  // Of a page that broke off before it began nothing is ever drawn, and the browser would wait for that.
  if (document.documentElement === null) return { outcome: "blank" };
  const view = { left: 0, top: 0, right: window.innerWidth, bottom: window.innerHeight };
  const scope = request.scope ? resolve(request.scope, wishesNow(request, {})).element : null;
  const found = (request.lists || []).map((list) => ({ list, ...tablesOf(list) }));
  const known = found.some(({ tables }) => tables.length > 0);
  const boxes = secretBoxes(request, view).concat(frameBoxes(scope, view));
  if (request.closed) boxes.push(...unknownBoxes(restingPlaces(scope, found), view));
  else if (known) boxes.push(...personBoxes(found, request, scope, view), ...strangeTables(found, scope, view));
  else boxes.push(...unknownBoxes(actingPlaces(scope), view));
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
      const clip = clipOf(table.body || table.element, view);
      const overlays = overlaysAbove(table.body || table.element, scope, view);
      const shows = (row) => {
        const rect = rectOf(row);
        return rect.width === 0 || outerBox(rect, clip) !== null;
      };
      for (const row of rowsShown(table, shows)) {
        if (isSubject(row, table, list, request.subject)) continue;
        const box = outerBox(rowRect(row), clip);
        if (box !== null) boxes.push(...withoutOverlays(box, overlays));
      }
    }
  }
  return boxes.map((box) => asBox(box, "person"));
}

/** The rows of a table that show; at a glance only those of them that showed at the look before. */
function* rowsShown(table, shows) {
  const before = seenNow.shown.get(table.element) || [];
  const shown = [];
  seenNow.shown.set(table.element, shown);
  for (const row of rowsOf(table, shows, seenNow.isGlance ? before : rowsIn(table))) {
    shown.push(row.element);
    yield row;
  }
}

/** Tables that no list of the book describes may hold people as well; nobody can tell whose rows they are. */
function strangeTables(found, scope, view) {
  const known = found.flatMap(({ tables }) => tables.flatMap(({ element, body }) => (body === null ? [element] : [element, body])));
  const isKnown = (table) => known.some((own) => isWithin(table, own) || isWithin(own, table));
  const strange = queryAll(TABLES, null).filter((table) => isVisible(table) && !isKnown(table) && (scope === null || !isWithin(table, scope)));
  return strange.flatMap((table) => {
    const box = outerBox(rectOf(table), clipOf(table, view));
    return box === null ? [] : withoutOverlays(box, overlaysAbove(table, scope, view)).map((one) => asBox(one, "unknown"));
  });
}

function isSubject(row, table, list, subject) {
  const known = (subject || []).find(({ column }) => column === list.key);
  if (known === undefined || list.columns[known.column] === undefined) return false;
  const cell = cellIn(row, table, list, known.column);
  return cell !== null && cellHolds(visibleText(cell), fold(known.key)) === "same";
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

/** Everything but these places. */
function unknownBoxes(places, view) {
  const shown = places
    .map((box) => intersection(box, view))
    .filter((box) => box !== null);
  let boxes = [view];
  for (const place of shown) boxes = boxes.flatMap((box) => (intersection(box, place) === null ? [box] : subtract(box, intersection(box, place))));
  return boxes.map((box) => asBox(box, "unknown"));
}

/** Where usher acts: the given scope, else the topmost dialog, else the form or main part with the focus, else the largest. */
function actingPlaces(scope) {
  if (scope !== null) return scope.matches(DIALOGS) ? solidBoxes(scope, 5).map(({ box }) => box) : [inward(rectOf(scope))];
  const dialogs = queryAll(DIALOGS, null).filter(isVisible);
  const top = dialogs.filter((dialog) => isTopmost(dialog)).pop();
  if (top !== undefined) return solidBoxes(top, 5).map(({ box }) => box);
  const places = queryAll("form,main,[role=main]", null).filter(isVisible);
  const focused = places.filter((place) => place.localName === "form" && document.activeElement !== null && isWithin(document.activeElement, place));
  const area = (element) => rectOf(element).width * rectOf(element).height;
  // A place that holds a table may hold the list that was not recognised: then nothing may be left open.
  const harmless = (place) => queryAll(TABLES, place).filter(isVisible).every((table) => isLayout(table));
  const best = (focused.length > 0 ? focused : places).sort((one, other) => area(other) - area(one))[0];
  return best === undefined || !harmless(best) ? [] : [inward(rectOf(best))];
}

/** Where usher acts, if that is neither a part of a list nor holds one, and is what one sees there, whatever moves around it. */
function restingPlaces(scope, found) {
  if (scope === null) return [];
  const lists = found.flatMap(({ tables }) => tables.map(({ element, body }) => body || element));
  const holdsOne = lists.some((list) => isWithin(list, scope) || isWithin(scope, list)) || queryAll(TABLES, scope).some((table) => isVisible(table) && !isLayout(table));
  return holdsOne ? [] : actingPlaces(scope).filter((box) => isOnTop(scope, box));
}

// Old consoles lay forms out by tables; one whose cells hold fields is no list of people.
function isLayout(table) {
  return table.getAttribute("role") === "presentation" || queryAll("input:not([type=hidden]):not([type=checkbox]):not([type=radio]),textarea", table).some(isVisible);
}

function isTopmost(dialog) {
  return solidBoxes(dialog, 5).some(({ element, box }) => {
    const hit = elementAt((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    return hit !== null && isWithin(hit, element);
  });
}

function asBox(box, kind) {
  return { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top, kind };
}
