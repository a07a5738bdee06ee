// Finds the rows of a list, what a row holds in a column, and the one row of a person.

/**
 * The body rows of a table that are visible.
 * @param {object} table from tablesOf
 * @param {function(Element): boolean} [accept] a cheap test that is made before the costly one
 * @param {Iterable<Element>} [among] the only rows to look at
 */
function* rowsOf(table, accept, among) {
  for (const row of among || rowsIn(table)) {
    if (isAbove(row, table)) continue;
    if (accept !== undefined && !accept(row)) continue;
    const cells = cellsIn(row, table);
    if (cells.length === 0 || (table.rows === null && cells.every((cell) => isHeaderCell(cell.element) && cell.element.getAttribute("scope") !== "row"))) continue;
    if (isRowVisible(row, cells)) yield { element: row, cells };
  }
}

/** Whether a row stands above or below the people of its table: in its head or foot. */
function isAbove(row, table) {
  if (row === table.headerRow) return true;
  // Most rows stand in a body, which needs no look at what is around it.
  return table.rows === null && row.parentElement.localName !== "tbody" && row.closest("tfoot,thead") !== null;
}

// The table itself has been found visible, so a row needs no look at what is around it.
function isRowVisible(row, cells) {
  const rect = row.getBoundingClientRect();
  if (rect.height > 0 && rect.width > 0) return isPainted(row) && !isOffPage(rect, row) && !isClippedAway(row, rect);
  return cells.some((cell) => isVisible(cell.element));
}

/** The element that holds a column's text in a row, or null when the row has no cell of its own for that column. */
function cellIn(row, table, list, column) {
  const { header, css } = list.columns[column];
  if (header === null) return partOf([row.element], css);
  if (table.spans.has(column)) return cellAmong(cellsUnder(row, table, column), css);
  const cell = cellAt(row, table, column);
  if (cell === null) return null;
  return css ? partOf([cell], css) : cell;
}

/** The cells below a header that heads several columns, such as a picture and a name. */
function cellsUnder(row, table, column) {
  const index = table.columns.get(column);
  const cells = row.cells.filter((cell) => cell.index >= index && cell.index + cell.span <= index + table.spans.get(column));
  return cells.map((cell) => cell.element);
}

function cellAmong(cells, css) {
  if (css) return partOf(cells, css);
  const said = cells.filter((cell) => tidy(cell.textContent) !== "");
  return said.length === 1 ? said[0] : null;
}

/** The one visible element of a selector. */
function partOf(elements, css) {
  const inner = elements.flatMap((element) => queryAll(css, element)).filter(isVisible);
  return inner.length === 1 ? inner[0] : null;
}

function cellAt(row, table, column) {
  // Plain divs are in one order only where a row has as many of them as there are headers.
  if (table.rows !== null && table.grid.headers && row.cells.length !== table.heads.length) return null;
  const index = table.columns.get(column);
  const cell = row.cells.find((one) => one.index === index);
  if (cell === undefined) return null;
  // A cell that runs over other columns of the list ("nobody found", a detail row) belongs to none of them.
  for (const other of table.columns.values()) if (other > index && other < index + cell.span) return null;
  if (table.columns.size === 1 && cell.span > 1) return null;
  return cell.element;
}

/** Whether a row holds data of the list: it has a cell of its own for every column. */
function isDataRow(row, table, list) {
  const headed = Array.from(table.columns.keys());
  const has = (column) => (table.spans.has(column) ? cellsUnder(row, table, column).length > 0 : cellAt(row, table, column) !== null);
  if (headed.length > 0) return headed.every(has);
  return Object.keys(list.columns).some((column) => cellIn(row, table, list, column) !== null);
}

/**
 * The one row of the one table whose key cell holds exactly this key.
 * @returns {{state: string, element: Element|null, why: string, elements: Element[]}}
 */
function resolveRow({ list, column, key }) {
  const found = tablesOf(list);
  if (found.state !== "ok") return { state: found.state, element: null, elements: [], why: found.why };
  const same = [];
  let ambiguous = 0;
  for (const table of found.tables) {
    for (const row of rowsHolding(table, list, column, key)) {
      if (row.holds === "same") same.push(row.element);
      else ambiguous += 1;
    }
  }
  if (ambiguous > 0) return { state: "ambiguous_cell", element: null, elements: same, why: "a cell of `" + list.name + "` holds several addresses" };
  if (same.length > 1) return { state: "several", element: null, elements: same, why: same.length + " rows of `" + list.name + "` hold the key" };
  if (same.length === 0) return { state: "none", element: null, elements: [], why: found.why || "no row of `" + list.name + "` holds the key" };
  return { state: "one", element: same[0], elements: same, why: "" };
}

function* rowsHolding(table, list, column, key) {
  const wanted = fold(key);
  const squashed = wanted.replace(/ /g, "");
  const flat = !hasShadows(table.element);
  // Styles are asked for only in rows that contain the key's characters at all: ten thousand others cost next to nothing.
  const contains = (row) => !flat || squash(row.textContent).includes(squashed);
  for (const row of rowsOf(table, contains)) {
    const cell = cellIn(row, table, list, column);
    const holds = cell === null ? "other" : cellHolds(visibleText(cell), wanted);
    if (holds !== "other") yield { element: row.element, holds };
  }
}
