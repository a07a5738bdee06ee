// Finds the statements of the page: texts of the selector book that stand visibly on the page now.

// So much of a line is told; a message says no more, and what is told goes on the record.
const LONGEST_LINE = 2000;

/**
 * The statements that are visible now, each with the whole line that it stands in.
 * @param {object} request
 * @returns {Array<{id: number, line: string}>}
 */
function saysNow(request) {
  const seen = [];
  for (const { id, texts, in: within } of request.says || []) {
    for (const region of within ? regionsOf(within) : [document.body]) {
      const line = firstLineWith(texts, region);
      if (line === null) continue;
      seen.push({ id, line: line.length > LONGEST_LINE ? cut(line, LONGEST_LINE) + "…" : line });
      break;
    }
  }
  return seen;
}

// An app may stack its messages: every box of the kind is looked in, for nothing is done to any of them.
function regionsOf(target) {
  const { state, element, elements } = resolve(target);
  if (state === "several") return elements.map((one) => one.element);
  return state === "one" && element !== null ? [element] : [];
}

/** The first visible line of a region that contains one of the texts, or the name of a frame there that does; or null. */
function firstLineWith(texts, region) {
  // A page that is still coming in, or broke off before its body, has none, and says nothing.
  if (region === null) return null;
  return firstTextWith(texts, region) || firstFrameWith(texts, region);
}

// What is in a frame is a page of its own. What the frame is called is part of this one, and all that it says of it.
function firstFrameWith(texts, region) {
  const wanted = texts.map(fold);
  for (const frame of queryAll("iframe, frame", region)) {
    const name = nameOf(frame);
    if (wanted.some((text) => fold(name).includes(text)) && isVisible(frame)) return name;
  }
  return null;
}

function firstTextWith(texts, region) {
  const present = texts.filter((text) => mayContain(region, squash(text)));
  if (present.length === 0) return null;
  for (const text of present) {
    const line = lineAround(text, region);
    if (line !== null) return line;
  }
  // The text may be spread over several elements of one line; only then the whole region is read.
  const wanted = present.map(fold);
  return linesOf(region, { values: false }).find((line) => wanted.some((text) => fold(line).includes(text))) || null;
}

// A test without any styles, for the usual case that the text is nowhere in the document.
function mayContain(region, squashed) {
  if (region === document.body) {
    if (seenNow.pageText === null) {
      seenNow.pageText = roots().map((root) => squashedText(root === document ? region : root)).join("\n");
    }
    // A sentence that is composed of slotted parts is in no single tree, so with shadow roots the text proves nothing.
    return roots().length > 1 || hasButtonWith(squashed) || seenNow.pageText.includes(squashed);
  }
  return hasShadows(region) || squash(region.textContent).includes(squashed);
}

function hasButtonWith(squashed) {
  return queryAll("input[type=submit],input[type=button]", null).some((button) => squash(button.value).includes(squashed));
}

// Most statements stand in one text node: its own block is enough to read the line.
function lineAround(text, region) {
  const squashed = squash(text);
  const wanted = fold(text);
  for (const node of textNodes(region === document.body ? null : region)) {
    if (node.data.length < squashed.length || !squash(node.data).includes(squashed)) continue;
    const parent = drawnParent(node);
    if (parent === null || !isPainted(parent) || NOT_TEXT.has(parent.localName) || isFoldedAway(parent)) continue;
    const block = nearest(parent, (element) => kindOfBox(getComputedStyle(element).display) === "block") || parent;
    const line = linesOf(block, { values: false }).find((one) => fold(one).includes(wanted));
    if (line !== undefined) return line;
  }
  return null;
}
