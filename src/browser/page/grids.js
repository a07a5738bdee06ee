// Lists that no table tells: rows of plain divs that the book names, tables without headers, headers in a table of their own.

// How far the edges of a header and of the cells below it may be apart and still be one column to the eye.
const ALIGNED = 3;
// Between a header in a table of its own and the rows there is no more than a border.
const GLUED = 8;

/** The list whose rows, cells and headers the book names by CSS, as the one table of the page. */
function gridOf(list, scope) {
  const { grid } = list;
  const rows = queryAll(grid.rows, scope).filter((row) => isOutermost(row, grid.rows));
  const heads = grid.headers ? queryAll(grid.headers, scope).filter((head) => isOutermost(head, grid.headers) && isVisible(head)) : [];
  const headers = heads.map((element, index) => ({ element, index, span: 1 }));
  const wanted = headedColumns(list);
  const { columns, twice } = grid.headers ? columnsAmong(headers, wanted) : { columns: numberedColumns(wanted), twice: null };
  const element = placeAround(rows.length > 0 ? rows : heads);
  if (columns.size < wanted.length || element === null) return [];
  return [{ element, body: null, columns, spans: new Map(), headerRow: null, twice, name: list.name, rows, heads, grid }];
}

function isOutermost(element, selector) {
  return element.parentElement === null || element.parentElement.closest(selector) === null;
}

/** Without headers a column is named by its position: `#1` is the first cell. */
function numberedColumns(wanted) {
  return new Map(wanted.map(([column, { header }]) => [column, Number.parseInt(header.slice(1), 10) - 1]));
}

/** The smallest element around all of these. */
function placeAround(elements) {
  if (elements.length === 0) return null;
  const last = elements[elements.length - 1];
  return nearest(drawnParent(elements[0]), (node) => isWithin(last, node));
}

/** The cells of a row of a list; a row without any is one cell. */
function cellsIn(row, table) {
  if (table.rows === null) return cellsOf(row);
  const { cells } = table.grid;
  const elements = cells ? queryAll(cells, row).filter((cell) => nearest(drawnParent(cell), (node) => node === row || node.matches(cells)) === row) : [row];
  return elements.map((element, index) => ({ element, index, span: 1, said: 0 }));
}

/** A table of a list none of whose columns has a header: any that shows and lies in no other. */
function headlessTable(list, element) {
  if (!isVisible(element) || nearest(drawnParent(element), isTableElement) !== null) return null;
  return { element, body: null, columns: new Map(), spans: new Map(), headerRow: null, twice: null, name: list.name, rows: null };
}

/**
 * The table that holds the rows, where the one with the headers holds none: a header that stays while the rows are scrolled
 * is often a table of its own. It must lie directly below, and each of its columns below the header of that column.
 */
function bodyBelow(table, headers) {
  for (const row of ownRows(table.element)) if (row !== table.headerRow && !isHeading(row) && row.getBoundingClientRect().height > 0) return null;
  let around = table.element;
  for (let level = 0; level < 4 && around !== null && around !== document.body; level += 1) {
    around = drawnParent(around);
    const below = around === null ? [] : queryAll(TABLES, around).filter((other) => isGlued(other, table, headers, around));
    if (below.length > 0) return below.length === 1 ? below[0] : null;
  }
  return null;
}

function isHeading(row) {
  return row.closest("thead,tfoot") !== null || cellsOf(row).every((cell) => isHeaderCell(cell.element));
}

/** Without headers that are cloned to stay while the rows are scrolled: they hold nobody and lie on the table with the rows. */
function withoutClones(tables) {
  const full = tables.filter((table) => table.body !== null || firstRow(table.element) !== null);
  if (full.length !== 1) return tables;
  const [{ element }] = full;
  const rect = element.getBoundingClientRect();
  const lies = (other) => other.left >= rect.left - ALIGNED && other.right <= rect.right + ALIGNED && other.top >= rect.top - ALIGNED && other.top <= rect.bottom;
  return tables.every((table) => table === full[0] || lies(table.element.getBoundingClientRect())) ? full : tables;
}

function isGlued(other, table, headers, around) {
  if (other.localName !== table.element.localName || isWithin(other, table.element) || isWithin(table.element, other) || !isVisible(other)) return false;
  const first = firstRow(other);
  if (first === null) return false;
  const cells = cellsOf(first);
  const tops = [other.getBoundingClientRect().top];
  for (let node = drawnParent(other); node !== null && node !== around; node = drawnParent(node)) tops.push(node.getBoundingClientRect().top);
  const gap = Math.max(...tops) - table.headerRow.getBoundingClientRect().bottom;
  if (gap < -GLUED || gap > GLUED) return false;
  // The scroll bar of the rows may have a header, which is empty.
  const spare = headers.length - cells.length;
  if (spare < 0 || spare > 1 || (spare === 1 && tidy(headers[headers.length - 1].element.textContent) !== "")) return false;
  return cells.every((cell, i) => Math.abs(leftOf(cell) - leftOf(headers[i])) <= ALIGNED);
}

function firstRow(table) {
  for (const row of ownRows(table)) if (!isHeading(row) && row.getBoundingClientRect().height > 0) return row;
  return null;
}

function leftOf(cell) {
  return cell.element.getBoundingClientRect().left;
}

/** Writes a list of plain divs as the table that it is to the eye. */
function writeGrid(table, out) {
  out.html.push('<div role="table" data-grid=""><div role="row">');
  const heads = table.grid.headers ? table.heads : Array.from({ length: widthOf(table) }, (_, index) => index + 1);
  for (const head of heads) {
    out.html.push('<div role="columnheader">');
    if (typeof head === "number") out.html.push("#", head);
    else writeElement(head, out);
    out.html.push("</div>");
  }
  out.html.push("</div>");
  for (const row of table.rows) writeGridRow(row, table, out);
  out.html.push("</div>");
}

function widthOf(table) {
  return table.rows.reduce((most, row) => Math.max(most, cellsIn(row, table).length), 1);
}

function writeGridRow(row, table, out) {
  const mark = markOf(row, out);
  if (mark === null) return;
  writeRow(row, mark, out, () => {
    out.html.push('<div role="row"', mark, ">");
    for (const { element } of cellsIn(row, table)) {
      out.html.push('<div role="cell">');
      writeElement(element, out);
      out.html.push("</div>");
    }
    out.html.push("</div>");
  });
}
