// Finds the tables of a list by their column headers, and in them one person's row; real tables and grids of divs alike.

const TABLES = "table,[role=table],[role=grid],[role=treegrid]";
const CELLS = "td,th,[role=cell],[role=gridcell],[role=rowheader],[role=columnheader]";

/**
 * The visible tables that have every column of a list.
 * @param {object} list as in the request
 * @returns {{state: string, tables: Array<Table>, why: string}} state is "ok", or that of the list's own scope
 *
 * A Table is {element, body, columns: Map(column -> index), spans, headerRow, rows}: spans has the columns whose header
 * heads several; body is another table that holds the rows,
 * where the header is one of its own; rows are given only where no table but the book says which they are.
 */
function tablesOf(list) {
  const scope = list.in ? resolve(list.in) : { state: "one", element: null };
  if (scope.state !== "one") return { state: scope.state, tables: [], why: "`" + list.in.name + "` " + wordsFor(scope.state) };
  const tables = list.grid ? gridOf(list, scope.element) : tablesIn(list, scope.element);
  const twice = tables.map((table) => table.twice).find((header) => header !== null);
  if (twice !== undefined) return { state: "several", tables, why: "two columns of `" + list.name + "` are headed `" + twice + "`" };
  return { state: "ok", tables, why: tables.length === 0 ? "no table has the columns of `" + list.name + "`" : "" };
}

function tablesIn(list, scope) {
  const tables = [];
  const within = scope !== null && isTableElement(scope) ? [scope] : [];
  for (const element of within.concat(queryAll(TABLES, scope))) {
    // A table inside of a row of the list is a part of that row. Outer tables come before those inside.
    if (tables.some((outer) => outer.body === element || isWithin(element, outer.element))) continue;
    const table = asTableOf(list, element);
    if (table !== null) tables.push(table);
  }
  return tables.length > 1 ? withoutClones(tables) : tables;
}

/** The columns of a list that have a header; the others are found by their CSS alone, anywhere in the row. */
function headedColumns(list) {
  return Object.entries(list.columns).filter(([, column]) => column.header !== null);
}

function asTableOf(list, element) {
  const wanted = headedColumns(list);
  if (wanted.length === 0) return headlessTable(list, element);
  const above = [];
  for (const row of headerRows(element)) {
    const headers = headerCells(row, above);
    const { columns, spans, twice } = columnsAmong(headers, wanted);
    if (columns.size < wanted.length || !isVisible(row)) continue;
    const table = { element, body: null, columns, spans, headerRow: row, twice, name: list.name, rows: null };
    table.body = bodyBelow(table, headers);
    return table;
  }
  return null;
}

/** Where the header of each wanted column stands, how many columns it heads, and one that two of them could be. */
function columnsAmong(headers, wanted) {
  const columns = new Map();
  const spans = new Map();
  let twice = null;
  for (const [column, { header }] of wanted) {
    const found = headers.filter((cell) => isHeaded(cell.element, fold(header)));
    if (found.length > 1) twice = header;
    if (found.length > 0) columns.set(column, found[0].index);
    if (found.length > 0 && found[0].span > 1) spans.set(column, found[0].span);
  }
  return { columns, spans, twice };
}

/** The cells of a header row, with those of the rows above that reach down into it; `above` goes from row to row. */
function headerCells(row, above) {
  const reaching = above.filter((cell) => cell.left > 0);
  const cells = [];
  let index = 0;
  for (const { element, span, said } of cellsOf(row)) {
    const taken = () => reaching.find((cell) => cell.index <= index && index < cell.index + cell.span);
    if (said > 0) index = said - 1;
    else for (let cell = taken(); cell !== undefined; cell = taken()) index = cell.index + cell.span;
    cells.push({ element, index, span });
    index += span;
  }
  for (const cell of reaching) cell.left -= 1;
  for (const cell of cells) above.push(Object.assign({ left: (cell.element.rowSpan || 1) - 1 }, cell));
  return cells.concat(reaching);
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
  let above = null;
  let isOwn = false;
  for (const row of rows) {
    // One row after another stands in the same body.
    if (row.parentElement !== above) {
      above = row.parentElement;
      isOwn = nearest(above, isTableElement) === table;
    }
    if (isOwn) yield row;
  }
}

function isTableElement(element) {
  return element.matches(TABLES);
}

/** The rows of a list's table: its own, those of the table below its header, or those that the book names. */
function* rowsIn(table) {
  if (table.rows !== null) return yield* table.rows;
  yield* ownRows(table.element);
  if (table.body !== null) yield* ownRows(table.body);
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
    cells.push({ element, index, span, said });
    index += span;
  }
  return cells;
}

function isOwnCell(cell, row) {
  return nearest(cell.parentElement, (element) => element.localName === "tr" || explicitRole(element) === "row") === row;
}
