// Finds the tables of a list by their column headers, and in them one person's row; real tables and grids of divs alike.

const TABLES = "table,[role=table],[role=grid],[role=treegrid]";
const CELLS = "td,th,[role=cell],[role=gridcell],[role=rowheader],[role=columnheader]";

/**
 * The visible tables that have every column of a list.
 * @param {object} list as in the request
 * @returns {{state: string, tables: Array<Table>, why: string}} state is "ok", or that of the list's own scope
 *
 * A Table is {element, columns: Map(column -> index), headerRow, byIndex: boolean}.
 */
function tablesOf(list) {
  const scope = list.in ? resolve(list.in) : { state: "one", element: null };
  if (scope.state !== "one") return { state: scope.state, tables: [], why: "`" + list.in.name + "` " + wordsFor(scope.state) };
  const tables = [];
  let twice = null;
  for (const element of queryAll(TABLES, scope.element)) {
    const table = asTableOf(list, element);
    if (table === null) continue;
    if (table.twice !== null) twice = table.twice;
    tables.push(table);
  }
  if (twice !== null) return { state: "several", tables, why: "two columns of `" + list.name + "` are headed `" + twice + "`" };
  return { state: "ok", tables, why: tables.length === 0 ? "no table has the columns of `" + list.name + "`" : "" };
}

function asTableOf(list, element) {
  const wanted = Object.entries(list.columns);
  for (const row of headerRows(element)) {
    const columns = new Map();
    const headers = cellsOf(row);
    let twice = null;
    for (const [column, { header }] of wanted) {
      const found = headers.filter((cell) => isHeaded(cell.element, fold(header)));
      if (found.length > 1) twice = header;
      if (found.length > 0) columns.set(column, found[0].index);
    }
    if (columns.size === wanted.length && isVisible(row)) return { element, columns, headerRow: row, twice, name: list.name };
  }
  return null;
}

/** Rows that could hold the headers: those with header cells, the first ones of the table, never those of its foot. */
function headerRows(table) {
  const rows = [];
  let looked = 0;
  for (const row of ownRows(table)) {
    if (row.closest("tfoot") !== null) continue;
    looked += 1;
    const heads = row.closest("thead") !== null || cellsOf(row).every((cell) => isHeaderCell(cell.element));
    // Headers stand above the data: a look at the first few rows is enough, however long the list is.
    if (heads) rows.push(row);
    else if (rows.length > 0) break;
    if (looked > 4) break;
  }
  return rows;
}

function isHeaderCell(cell) {
  const role = explicitRole(cell);
  return role === null ? cell.localName === "th" : role === "columnheader";
}

/** A header matches by its visible text, its name, or its link's or button's text: sort arrows and hints stand beside that. */
function isHeaded(cell, wanted) {
  if (!squash(cell.textContent + (cell.getAttribute("aria-label") || "")).includes(wanted.replace(/ /g, "")) && !hasShadows(cell)) return false;
  if (!isVisible(cell)) return false;
  if (fold(visibleText(cell)) === wanted || fold(nameOf(cell)) === wanted) return true;
  const control = cell.querySelector("a,button,[role=button],[role=link]");
  return control !== null && (fold(visibleText(control)) === wanted || fold(nameOf(control)) === wanted);
}

/** The rows of a table itself, without those of tables inside it. */
function* ownRows(table) {
  const rows = queryAll("tr,[role=row]", table);
  for (const row of rows) if (nearest(row.parentElement, isTableElement) === table) yield row;
}

function isTableElement(element) {
  return element.matches(TABLES);
}

/** The cells of a row with the index of the column each begins in; aria-colindex wins, for columns that are not rendered. */
function cellsOf(row) {
  const elements = row.localName === "tr" && row.cells ? row.cells : Array.from(queryAll(CELLS, row)).filter((cell) => isOwnCell(cell, row));
  const cells = [];
  let index = 0;
  for (const element of elements) {
    const said = Number.parseInt(element.getAttribute("aria-colindex"), 10);
    if (said > 0) index = said - 1;
    const span = element.colSpan || Number.parseInt(element.getAttribute("aria-colspan"), 10) || 1;
    cells.push({ element, index, span });
    index += span;
  }
  return cells;
}

function isOwnCell(cell, row) {
  return nearest(cell.parentElement, (element) => element.localName === "tr" || explicitRole(element) === "row") === row;
}

/**
 * The body rows of a table that are visible.
 * @param {object} table from tablesOf
 * @param {function(Element): boolean} [accept] a cheap test that is made before the costly one
 */
function* rowsOf(table, accept) {
  for (const row of ownRows(table.element)) {
    if (row === table.headerRow || row.closest("tfoot,thead") !== null) continue;
    if (accept !== undefined && !accept(row)) continue;
    const cells = cellsOf(row);
    if (cells.length === 0 || cells.every((cell) => isHeaderCell(cell.element) && cell.element.getAttribute("scope") !== "row")) continue;
    if (isRowVisible(row, cells)) yield { element: row, cells };
  }
}

function isRowVisible(row, cells) {
  if (row.getBoundingClientRect().height > 0) return isVisible(row);
  return cells.some((cell) => isVisible(cell.element));
}

/** The element that holds a column's text in a row, or null when the row has no cell of its own for that column. */
function cellIn(row, table, list, column) {
  const index = table.columns.get(column);
  const cell = row.cells.find((one) => one.index === index);
  if (cell === undefined) return null;
  // A cell that runs over other columns of the list ("nobody found", a detail row) belongs to none of them.
  for (const other of table.columns.values()) if (other > index && other < index + cell.span) return null;
  if (table.columns.size === 1 && cell.span > 1) return null;
  const css = list.columns[column].css;
  if (!css) return cell.element;
  const inner = Array.from(queryAll(css, cell.element)).filter(isVisible);
  return inner.length === 1 ? inner[0] : null;
}

/** Whether a row holds data of the list: it has a cell of its own for every column. */
function isDataRow(row, table, list) {
  return Array.from(table.columns.keys()).every((column) => cellIn(row, table, Object.assign({}, list, { columns: withoutCss(list) }), column) !== null);
}

function withoutCss(list) {
  const columns = {};
  for (const column of Object.keys(list.columns)) columns[column] = { css: null };
  return columns;
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
