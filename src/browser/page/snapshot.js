// Serialises a list as a person sees it: only what is rendered, open shadow trees flattened, the fields' present state.

const KEPT_ATTRIBUTES = ["role", "aria-label", "class", "id", "href", "title", "alt", "type", "colspan", "data-testid"];
const VOID_TAGS = new Set(["area", "br", "col", "hr", "img", "input", "wbr"]);
const TABLE_PARTS = new Set(["table", "thead", "tbody", "tfoot", "tr", "td", "th", "input", "br"]);
const PAINTED = { visibilityProperty: true, opacityProperty: true };
const LINES_KEPT = 400;
// No row of people is written longer, nor all rows of a page together: of what is, only that it is there is told.
const LONGEST_ROW = 1 << 20;
const LONGEST_LIST = 1 << 26;

/** Waits until the list or its empty state stands still, then answers with the tables as HTML. */
async function snapshot(request, deadline) {
  const memory = { changes: -1, quiet: 0, taken: null };
  const look = await until(deadline, (watch) => {
    const quiet = watch.changes() === memory.changes;
    memory.quiet = quiet ? memory.quiet + 1 : 0;
    memory.changes = watch.changes();
    // The page must keep still over two frames before a look at the list is worth its time.
    if (memory.quiet < 2) return { done: false, soon: true, state: null };
    const interrupted = interruptedNow(request);
    if (interrupted !== null) return interrupted;
    const state = listState(request);
    // Many pages say that nobody is there while they still look.
    if (state.outcome === "empty" && isPageBusy()) return { done: false, state };
    if (state.outcome === "none" || (state.outcome === "found" && state.rows === 0)) return gateNow(request) || unservedNow(request) || givenUp(watch, 0, Infinity) || { done: false, state };
    const taken = serialise(state);
    const same = request.unlike && taken.fingerprint === request.unlike;
    const failed = same ? clickGivenUp(request, watch) : null;
    if (failed !== null) return failed;
    return { done: !same, state, taken, same };
  });
  if (isHeldUp(look)) return look;
  const state = look.state || listState(request);
  const taken = look.taken || serialise(state);
  const { outcome, why } = state;
  const partial = outcome === "found" && state.tables.some(isPartial);
  return Object.assign({ outcome, why, partial, same: look.same === true, settled: look.done === true, next: nextState(request.next) }, taken);
}

function listState(request) {
  const { state, tables, why } = tablesOf(request.list);
  const counts = tables.map((table) => countRows(table, request.list));
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const isEmpty = rows === 0 && (request.empty || []).length > 0 && firstLineWith(request.empty, document.body) !== null;
  if (isEmpty) return { outcome: "empty", tables, rows, why, list: request.list };
  const outcome = state === "several" || tables.length > 1 ? "several" : tables.length === 1 ? "found" : "none";
  return { outcome, tables, rows, why, list: request.list, detail: request.detail };
}

// Whether there is any row is all that is asked here; counting ten thousand would be waste.
function countRows(table, list) {
  for (const row of rowsOf(table)) if (isDataRow(row, table, list)) return 1;
  return 0;
}

function nextState(target) {
  if (!target) return "none";
  const found = resolve(target);
  if (found.state !== "one") return found.state === "none" ? "none" : "several";
  const usable = isEnabled(found.element) && getComputedStyle(found.element).pointerEvents !== "none";
  return usable ? "enabled" : "disabled";
}

function serialise(state) {
  const { tables, list } = state;
  return Object.assign(written(state, (row) => detailAttribute(row, state.detail)), { fingerprint: fingerprintOf(whoIsShown(tables, list)) });
}

/**
 * The tables as HTML and the lines around them.
 * @param {function(Element, object): string|null} mark attributes for a row of people, or null to leave it out
 */
function written({ tables, list }, mark) {
  const html = [];
  for (const table of tables) {
    // Few tables say which columns their cells are in; only there each of them is asked.
    const placed = table.element.querySelector("[aria-colindex],[aria-colspan]") !== null;
    const out = { html, table, placed, rows: table.rows === null ? new Set(rowsIn(table)) : new Set(), mark, above: null, size: 0, heard: heardCells(table, list) };
    if (table.rows !== null) writeGrid(table, out);
    else writeTable(table, out);
  }
  const except = new Set(tables.flatMap(({ element, body, rows, heads }) => (rows === null ? [element, body] : rows.concat(heads))));
  const lines = linesOf(document.body, { values: false, except, most: LINES_KEPT });
  return { html: html.join(""), lines: lines.filter((line) => line.length <= LONGEST_TEXT) };
}

/** What a screen reader says in the cells of the columns whose icons count. */
function heardCells(table, list) {
  const heard = new Map();
  const columns = Array.from(table.columns.keys()).filter((column) => list.columns[column].heard);
  if (columns.length === 0) return heard;
  for (const row of rowsOf(table)) {
    for (const column of columns) {
      const cell = cellIn(row, table, list, column);
      if (cell !== null) heard.set(cell, contentOf(cell));
    }
  }
  return heard;
}

// A header in a table of its own and the rows below it are one table to the eye; one that only lays its rows out is one, too.
function writeTable({ element, body }, out) {
  const tag = element.localName;
  const attributes = attributesOf(element);
  out.html.push("<", tag, tag === "table" ? attributes.replace(/ role="[^"]*"/, "") : attributes, ">");
  for (const part of body === null ? [element] : [element, body]) writeChildren(part, part.checkVisibility(PAINTED), out);
  out.html.push("</", tag, ">");
}

// Two pages differ when they show other people. Where every row has an address these alone are compared, because
// a text like "5 minutes ago" changes by itself and would make an unturned page look like the next one.
function whoIsShown(tables, list) {
  const shown = tables.flatMap((table) => Array.from(rowsOf(table), (row) => [table, row]));
  const rows = [];
  for (const [table, row] of shown) {
    const cells = Object.keys(list.columns).map((column) => cellIn(row, table, list, column));
    const words = cells.flatMap((cell) => (cell === null ? [] : keyTokens(cut(cell.textContent, LONGEST_TEXT))));
    rows.push(words.filter((word) => word.includes("@")).join(" "));
  }
  return (rows.includes("") ? shown.map(([, row]) => fold(cut(row.element.textContent, LONGEST_TEXT))) : rows).join("\n");
}

function writeElement(element, out) {
  const tag = element.localName;
  if (NOT_TEXT.has(tag)) return;
  if (tag === "slot") return writeChildren(element, isPainted(element), out);
  const painted = element.checkVisibility(PAINTED);
  // A hidden box can hold visible children (visibility), one without a box of its own can too (display: contents).
  if (!painted && !isLaidOut(element)) return;
  // The parts of a table cannot leave it, and measuring is what costs most here.
  if (painted && !TABLE_PARTS.has(tag) && isUnseen(element, element.getBoundingClientRect())) return;
  if (!out.rows.has(element)) return writeMarked(element, "", painted, out);
  const mark = markOf(element, out);
  if (mark !== null) writeRow(element, mark, out, () => writeMarked(element, mark, painted, out));
}

/** Writes a row of people as `write` does; one that says more than any row of people only as a row that is cut. */
function writeRow(row, mark, out, write) {
  if (isAbove(row, out.table)) return write();
  const begin = out.html.length;
  if (out.size <= LONGEST_LIST) write();
  let size = 0;
  for (let at = begin; at < out.html.length; at += 1) size += out.html[at].length;
  out.size += size;
  if (size > LONGEST_ROW || out.size > LONGEST_LIST) {
    const tag = out.table.rows === null && row.localName === "tr" ? "tr" : "div";
    out.html.length = begin;
    out.html.push("<", tag, ' role="row" data-part="cut"', mark, "></", tag, ">");
  }
}

function writeMarked(element, mark, painted, out) {
  const tag = element.localName;
  const heard = out.heard.get(element);
  const place = out.placed || tag === "th" ? placeAttributes(element) : "";
  out.html.push("<", tag, attributesOf(element), place, mark, heard === undefined ? "" : attribute("data-heard", heard), ">");
  if (VOID_TAGS.has(tag)) return;
  if (tag === "select") writeOptions(element, out);
  else if (tag === "textarea") out.html.push(isSecretField(element) ? "" : escapeText(cut(element.value, LONGEST_TEXT + 1)));
  else writeChildren(element, painted, out);
  out.html.push("</", tag, ">");
}

// A cell's screen-reader text and WordPress's row actions left of the page must not come along as if they were seen.
function isUnseen(element, rect) {
  if (rect.right <= 0 || rect.bottom <= 0) return isOffPage(rect, element) && rect.width > 0;
  return rect.width <= 1 || rect.height <= 1 ? isClippedAway(element, rect) : false;
}

function writeChildren(element, painted, out) {
  if (element.shadowRoot === null && element.localName !== "slot") {
    // Walking along the siblings is much faster than iterating over a list of nodes.
    for (let child = element.firstChild; child !== null; child = child.nextSibling) {
      if (child.nodeType === 1 && child.previousSibling !== null && isApart(child, element)) out.html.push(" ");
      writeNode(child, element, painted, out);
    }
  } else {
    for (const child of drawnChildren(element)) writeNode(child, element, painted, out);
  }
}

// Elements that stand in a line unless a style says otherwise; what other elements hold is read as standing apart anyway.
const INLINE_TAGS = new Set("a abbr b bdi cite code data em font i kbd label q s samp small span strong sub sup time tt u var".split(" "));

function isInline(element) {
  return INLINE_TAGS.has(element.localName) || element.localName.includes("-");
}

/**
 * Whether an address and what stands directly before it are two words to the eye, though no white space parts them: a gap
 * shows between them, or they are boxes under each other. Measured only where it decides who somebody is.
 */
function isApart(element, parent) {
  const before = element.previousSibling;
  if (!isInline(element) || before.nodeType === 8 || (before.nodeType === 1 && !isInline(before))) return false;
  const text = before.textContent;
  if (text === "" || /\s$/.test(text) || element.textContent === "" || !parent.textContent.includes("@")) return false;
  const own = element.getBoundingClientRect();
  const range = document.createRange();
  range.selectNode(before);
  const other = range.getBoundingClientRect();
  if (own.width === 0 || own.height === 0 || other.width === 0 || other.height === 0) return false;
  const side = Math.min(own.bottom, other.bottom) - Math.max(own.top, other.top) > 1;
  if (side) return Math.max(own.left - other.right, other.left - own.right) >= GAP_OF_A_SPACE * Math.min(own.height, other.height);
  // A long word that is broken in its middle goes on in the next line as well; only boxes of their own are words of their own.
  const isBox = (node) => node.nodeType === 1 && kindOfBox(getComputedStyle(node).display) === "block";
  return own.top >= other.bottom - 1 && (isBox(element) || isBox(before));
}

function writeNode(node, parent, painted, out) {
  if (node.nodeType === 1) writeElement(node, out);
  else if (node.nodeType === 3 && (painted || isPainted(parent))) out.html.push(escapeText(cut(node.data, LONGEST_TEXT + 1)));
}

// The options of a closed select are not rendered, but which one is chosen is what the person sees.
function writeOptions(select, out) {
  for (const option of select.options) out.html.push("<option", attributesOf(option), ">", escapeText(option.label), "</option>");
}

function escapeText(text) {
  return /[&<>]/.test(text) ? text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;") : text;
}

function attributesOf(element) {
  let text = "";
  if (!element.hasAttributes()) return text;
  for (const name of KEPT_ATTRIBUTES) {
    const value = element.getAttribute(name);
    if (value !== null) text += attribute(name, value);
  }
  if (element.localName === "input") {
    if (element.checked) text += " checked";
    const value = ["button", "submit", "reset"].includes(element.type) ? element.value : shownValue(element);
    if (value) text += attribute("value", value);
  }
  if (element.localName === "option" && element.selected) text += " selected";
  return text;
}

// Which columns a cell covers; how many rows it covers only matters for headers.
function placeAttributes(cell) {
  let text = "";
  for (const name of ["aria-colindex", "aria-colspan"]) {
    const value = cell.getAttribute(name);
    if (value !== null) text += attribute(name, value);
  }
  return cell.localName === "th" && cell.rowSpan > 1 ? text + attribute("rowspan", String(cell.rowSpan)) : text;
}

function attribute(name, value) {
  // Half a class or half an address would be another one; what is read as text is seen to be cut.
  const isText = name === "value" || name === "data-heard";
  if (value.length > LONGEST_TEXT && !isText) return "";
  return " " + name + '="' + cut(value, LONGEST_TEXT + 1).replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;") + '"';
}

function markOf(row, out) {
  const rect = row.getBoundingClientRect();
  if (isHiddenRow(row, rect)) return null;
  if (isAbove(row, out.table)) return "";
  const detail = isOneCell(row, out.table) ? isDetail(out) : (out.above = row) === null;
  const mark = out.mark(row, rect);
  return mark === null || !detail ? mark : mark + ' data-part="detail"';
}

/** Whether nobody sees a row: it has no height and only measures the columns, is invisible, clipped away or off the page. */
function isHiddenRow(row, rect) {
  if (rect.height === 0 || rect.width === 0) return !isVisible(row);
  // What is in an invisible row may be visible all the same.
  if (!row.checkVisibility(PAINTED)) return !Array.from(row.querySelectorAll("*")).some(isShown);
  return isUnseen(row, rect);
}

function isOneCell(row, table) {
  if (row.localName === "tr" && table.rows === null) return row.cells.length === 1;
  return row.childElementCount < 2 && cellsIn(row, table).length === 1;
}

/** Whether a row of one wide cell only shows more of the row above it, which says that it is expanded. */
function isDetail({ above, table }) {
  if (above === null || table.columns.size < 2) return false;
  return above.getAttribute("aria-expanded") === "true" || above.querySelector("[aria-expanded=true]") !== null;
}

/** Where a row leads to: the address of the one link in it that the book describes, when it stays on this origin. */
function detailAttribute(row, detail) {
  if (!detail) return "";
  const links = new Set(detail.described.flatMap((described) => matchesOf(described, row, {}).elements.map((found) => found.closest("a[href]"))));
  const [link] = links;
  if (links.size !== 1 || link === null || new URL(link.href).origin !== location.origin) return "";
  return attribute("data-detail", link.href);
}
