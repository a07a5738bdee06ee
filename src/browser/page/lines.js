// Reads the lines of text that a person sees in an element, in document order; also what fields hold, but never a secret.

// A gap of this part of the text's height parts two pieces that no white space parts in the document.
const GAP_OF_A_SPACE = 0.4;
// Boxes that touch more closely than this many pixels read as one word, whatever the document says.
const GAP_OF_BOXES = 1.5;

const SECRET_NAME = /(^|[^a-z])(pass\d?|passw\w*|passwd|passphrase|passcode|pwd|otp|totp|secret)([^a-z]|$)/i;

/** Whether a field holds a password or code, also while it is shown in clear text. */
function isSecretField(element) {
  if (element.localName !== "input" && element.localName !== "textarea") return false;
  if (element.type === "password") return true;
  const hint = element.getAttribute("autocomplete") || "";
  if (/(current|new)-password|one-time-code|cc-(number|csc)/.test(hint)) return true;
  if (["checkbox", "radio", "button", "submit", "reset", "image", "range", "color", "file"].includes(element.type)) return false;
  return SECRET_NAME.test(element.getAttribute("name") || "") || SECRET_NAME.test(element.getAttribute("id") || "");
}

/** The labels of the options that a native select shows as chosen. */
function shownOptions(select) {
  return Array.from(select.selectedOptions, (option) => tidy(option.label));
}

/**
 * What a field shows to a person as its value: null for what has none, and for secrets.
 * @param {Element} element
 * @returns {string|null}
 */
function shownValue(element) {
  if (element.localName === "select") return shownOptions(element).join(", ");
  if (element.localName === "textarea") return isSecretField(element) ? null : element.value;
  if (element.localName !== "input") return null;
  if (["checkbox", "radio", "button", "submit", "reset", "image", "hidden", "file", "range", "color"].includes(element.type)) return null;
  return isSecretField(element) ? null : element.value;
}

/**
 * The visible lines of an element.
 * @param {Element} root
 * @param {{values: boolean, except: Set<Element>|undefined, most: number|undefined}} wishes
 *   values: also what fields hold; except: elements that are left out; most: stop after so many lines
 * @returns {string[]}
 */
function linesOf(root, wishes) {
  const page = { lines: [], line: "", last: null, parted: "", spaced: false, deaf: false, pieces: 0, wishes };
  page.range = document.createRange();
  page.parent = null;
  page.most = wishes.most || Infinity;
  if (root) readElement(root, page);
  endLine(page);
  return page.lines.slice(0, page.most);
}

/** The visible text of an element as one string, a line for each line that a person sees. */
function visibleText(element) {
  return linesOf(element, { values: false }).join("\n");
}

function readElement(element, page) {
  if (page.lines.length >= page.most || NOT_TEXT.has(element.localName)) return;
  if (page.wishes.except !== undefined && page.wishes.except.has(element)) return part(page, "line");
  if (!isLaidOut(element)) return;
  if (element.localName === "br") return part(page, "line");
  if (element.localName === "svg" || element.localName === "iframe") return;
  if (["input", "textarea", "select"].includes(element.localName)) return readField(element, page);
  const style = getComputedStyle(element);
  const kind = kindOfBox(style.display);
  if (kind !== "inline" && isClippedAway(element, element.getBoundingClientRect())) return;
  if (kind === "inline") return readChildren(element, style, page);
  const before = { spaced: page.spaced, pieces: page.pieces };
  part(page, kind);
  // White space at the inner ends of a box is not drawn, so it parts nothing.
  page.deaf = true;
  readChildren(element, style, page);
  page.deaf = false;
  page.spaced = page.pieces === before.pieces && before.spaced;
  part(page, kind);
}

function readChildren(element, style, page) {
  const keepsBreaks = /^(pre|break-spaces)/.test(style.whiteSpace);
  for (const child of drawnChildren(element)) {
    if (child.nodeType === Node.TEXT_NODE) readText(child, keepsBreaks, page);
    else if (child.nodeType === Node.ELEMENT_NODE) readElement(child, page);
  }
}

function kindOfBox(display) {
  if (display === "inline" || display === "contents" || display.startsWith("ruby")) return "inline";
  return display.startsWith("inline") ? "box" : "block";
}

// The strongest boundary since the last piece of text decides how the next piece is joined to it.
function part(page, boundary) {
  const order = ["", "box", "block", "line"];
  if (order.indexOf(boundary) > order.indexOf(page.parted)) page.parted = boundary;
}

function space(page) {
  if (!page.deaf) page.spaced = true;
}

function readField(element, page) {
  if (!isVisible(element)) return;
  const button = ["button", "submit", "reset"].includes(element.type) && element.localName === "input";
  const value = button ? element.value : page.wishes.values ? shownValue(element) : null;
  if (value === null || tidy(value) === "") return part(page, "line");
  for (const line of value.split("\n")) {
    part(page, "line");
    addPiece(page, tidy(line), null);
  }
  part(page, "line");
}

function readText(node, keepsBreaks, page) {
  const pieces = keepsBreaks ? node.data.split("\n") : [node.data];
  if (tidy(node.data) === "") {
    if (pieces.length > 1) part(page, "line");
    else if (/\s/.test(node.data)) space(page);
    return;
  }
  const rects = shownRects(node, page);
  if (rects === null) return;
  pieces.forEach((piece, index) => {
    if (index > 0) part(page, "line");
    if (/^\s/.test(piece)) space(page);
    // Only a text node of one piece lies where its rectangles say.
    if (tidy(piece) !== "") addPiece(page, tidy(piece), pieces.length === 1 ? rects : null);
    if (/\s$/.test(piece)) space(page);
  });
}

/** The first and last rectangle of a text node as it is painted, or null when it is not. */
function shownRects(node, page) {
  const parent = drawnParent(node);
  if (parent !== page.parent) {
    page.parent = parent;
    page.painted = parent !== null && isPainted(parent);
  }
  if (!page.painted) return null;
  page.range.selectNodeContents(node);
  const rects = page.range.getClientRects();
  if (rects.length === 0) return null;
  const first = rects[0];
  const last = rects[rects.length - 1];
  if ((last.width === 0 && first.width === 0) || isOffPage(last, parent)) return null;
  return { first, last };
}

function addPiece(page, text, rects) {
  if (page.line !== "") {
    const glue = glueBetween(page, rects);
    if (glue === "\n") endLine(page);
    else page.line += glue;
  }
  page.line += text;
  page.last = rects === null ? null : rects.last;
  page.parted = "";
  page.spaced = false;
  page.deaf = false;
  page.pieces += 1;
}

// What stands between two pieces is judged by what the eye sees, and in doubt they are one word: a key that is torn out
// of a longer one would be another person's, a key that is glued to a neighbour is only not found.
function glueBetween(page, rects) {
  if (page.parted === "line") return "\n";
  if (rects === null || page.last === null) return page.parted === "block" ? "\n" : " ";
  if (page.spaced && page.parted !== "block") return " ";
  const gap = Math.max(rects.first.left - page.last.right, page.last.left - rects.first.right);
  const side = Math.min(rects.first.bottom, page.last.bottom) - Math.max(rects.first.top, page.last.top) > 1;
  if (page.parted === "block") return side && gap < GAP_OF_BOXES ? "" : "\n";
  if (page.parted === "box" && !side) return " ";
  return side && gap >= GAP_OF_A_SPACE * rects.first.height ? " " : "";
}

function endLine(page) {
  if (page.line !== "") page.lines.push(page.line);
  page.line = "";
  page.last = null;
  page.parted = "";
  page.spaced = false;
}
