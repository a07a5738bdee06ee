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
  const control = cell.querySelector("a,button,[role=button],[role=link]");
  const places = control === null ? [cell] : [cell, control];
  return places.some((place) => withoutArrows(visibleText(place)) === wanted || withoutArrows(nameOf(place)) === wanted);
}

function withoutArrows(text) {
  return fold(text.replace(/[\u2190-\u21FF\u25A0-\u25FF\u2B00-\u2BFF]/g, ""));
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
