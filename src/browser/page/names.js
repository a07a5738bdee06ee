// Computes the accessible name of an element as W3C accname 1.2 and HTML-AAM say, so that packs can use the words a person hears.

const NAMED_BY_CONTENT = new Set(
  (
    "button cell checkbox columnheader gridcell heading link menuitem menuitemcheckbox menuitemradio option radio row " +
    "rowheader switch tab tooltip treeitem"
  ).split(" "),
);

// Elements whose content never is text for a person.
const NOT_TEXT = new Set(["script", "style", "noscript", "template", "head", "title", "datalist"]);

/**
 * The accessible name, tidy. A hidden element is named as if it were shown, so that hidden namesakes can be counted.
 * @param {Element} element
 * @returns {string}
 */
function nameOf(element) {
  const known = seenNow.names.get(element);
  if (known !== undefined) return known;
  const name = tidy(nameWith(element, newWay({ hiddenToo: !isLaidOut(element) })));
  seenNow.names.set(element, name);
  return name;
}

/**
 * The text an element contributes as a label or caption, tidy; the control it labels may be left out.
 * @param {Element} element
 * @param {Element|null} except
 */
function contentOf(element, except) {
  const way = newWay({ hiddenToo: !isLaidOut(element), inContent: true });
  if (except) way.visited.add(except);
  return tidy(nameWith(element, way));
}

/**
 * Whether the element cannot have any of the wanted names (squashed), judged without asking for styles.
 * Generated content only ever adds characters, so a plain name that is no subsequence of the wanted one rules it out.
 */
function cannotBeNamed(element, wanted) {
  if (wanted.length === 0) return false;
  const plain = squash(nameWith(element, newWay({ hiddenToo: !isLaidOut(element), plain: true })));
  return !wanted.some((name) => isSubsequence(plain, name));
}

// How a computation got to where it is; copied and changed on the way down.
function newWay(changes) {
  return Object.assign({ visited: new Set(), hiddenToo: false, inContent: false, byReference: false, plain: false }, changes);
}

// The steps carry the letters of accname 1.2, section 4.3.2.
function nameWith(element, way) {
  if (way.visited.has(element)) return "";
  way.visited.add(element);
  if (NOT_TEXT.has(element.localName)) return "";
  if (way.inContent && !way.hiddenToo && isUnheard(element)) return ""; // 2A
  const referred = way.byReference ? "" : referredName(element, way); // 2B
  if (referred !== "") return referred;
  const embedded = way.inContent ? valueInContent(element) : null; // 2C
  if (embedded !== null) return embedded;
  const label = element.getAttribute("aria-label"); // 2D
  if (label !== null && tidy(label) !== "") return label;
  const role = roleOf(element);
  const native = role === "none" ? "" : nativeName(element, way); // 2E
  if (native !== "") return native;
  if (way.inContent || NAMED_BY_CONTENT.has(role)) {
    const content = nameFromContent(element, way); // 2F to 2H
    if (tidy(content) !== "") return content;
  }
  return element.getAttribute("title") || ""; // 2I
}

function isUnheard(element) {
  if (element.getAttribute("aria-hidden") === "true") return true;
  if (element.checkVisibility({ visibilityProperty: true })) return false;
  // Neither a transparent box nor one without a box of its own (`display: contents`, an inner slot) is hidden from hearing.
  const style = getComputedStyle(element);
  return style.display !== "contents" || style.visibility !== "visible" || !isLaidOut(element);
}

function referredName(element, way) {
  return elementsReferredBy(element, "aria-labelledby")
    .map((part) => {
      // A hidden element that is referred to directly is read with all that is in it.
      const hiddenToo = !isLaidOut(part) || part.getAttribute("aria-hidden") === "true" || isUnheard(part);
      return tidy(nameWith(part, newWay({ byReference: true, inContent: true, hiddenToo, plain: way.plain })));
    })
    .filter((text) => text !== "")
    .join(" ");
}

/** The elements whose ids an attribute lists, in the same tree. */
function elementsReferredBy(element, attribute) {
  const ids = element.getAttribute(attribute);
  if (ids === null) return [];
  const tree = element.getRootNode();
  if (!tree.getElementById) return [];
  return ids.split(/\s+/).map((id) => (id === "" ? null : tree.getElementById(id))).filter((found) => found !== null);
}

// A control in the middle of a label contributes its value, as in "remind me [3] days before"; a secret one nothing.
function valueInContent(element) {
  const role = roleOf(element);
  if (role === "textbox" || role === "searchbox") {
    if (isSecretField(element)) return "";
    return "value" in element ? element.value : element.textContent;
  }
  if (element.localName === "select") return shownOptions(element).join(" ");
  if (role === "combobox" || role === "listbox") return "value" in element ? element.value : selectedOptionNames(element);
  if (role === "slider" || role === "spinbutton" || role === "scrollbar") {
    const spoken = element.getAttribute("aria-valuetext") || element.getAttribute("aria-valuenow");
    return spoken || ("value" in element ? element.value : "");
  }
  return null;
}

function selectedOptionNames(element) {
  return Array.from(element.querySelectorAll("[role=option][aria-selected=true]"), (option) => tidy(option.textContent)).join(" ");
}

function nativeName(element, way) {
  const labelled = nameFromLabels(element, way);
  if (tidy(labelled) !== "") return labelled;
  const attribute = (name) => element.getAttribute(name) || "";
  switch (element.localName) {
    case "input":
      return nameOfInput(element, attribute);
    case "textarea":
      return attribute("title") || attribute("placeholder");
    case "img":
    case "area":
      return attribute("alt");
    case "optgroup":
      return attribute("label");
    case "option":
      return attribute("label");
    case "fieldset":
      return nameFromChild(element, "legend", way);
    case "table":
      return nameFromChild(element, "caption", way);
    case "figure":
      return nameFromChild(element, "figcaption", way);
    case "svg":
      return nameOfDrawing(element);
    default:
      return "";
  }
}

function nameOfInput(element, attribute) {
  switch (element.type) {
    case "submit":
      return element.hasAttribute("value") ? attribute("value") : attribute("title") || "Submit";
    case "reset":
      return element.hasAttribute("value") ? attribute("value") : attribute("title") || "Reset";
    case "button":
      return attribute("value");
    case "image":
      return attribute("alt") || attribute("title") || "Submit";
    case "checkbox":
    case "radio":
    case "range":
    case "file":
    case "color":
      return "";
    default:
      return attribute("title") || attribute("placeholder") || attribute("aria-placeholder");
  }
}

function nameFromLabels(element, way) {
  return labelsOf(element)
    .map((label) => {
      const inner = newWay({ inContent: true, byReference: true, hiddenToo: !isLaidOut(label), plain: way.plain });
      // The control itself must not be read out as a part of its own label.
      inner.visited = new Set(way.visited);
      return tidy(nameWith(label, inner));
    })
    .filter((text) => text !== "")
    .join(" ");
}

function nameFromChild(element, tag, way) {
  const child = Array.from(element.children).find((one) => one.localName === tag);
  return child === undefined ? "" : nameWith(child, Object.assign({}, way, { inContent: true }));
}

function nameOfDrawing(element) {
  const title = Array.from(element.children).find((child) => child.localName === "title");
  return title === undefined ? "" : title.textContent;
}

function nameFromContent(element, way) {
  const inner = Object.assign({}, way, { inContent: true });
  let name = way.plain ? "" : generatedText(element, "::before");
  for (const child of drawnChildren(element)) name += contribution(child, inner);
  for (const owned of elementsReferredBy(element, "aria-owns")) name += " " + nameWith(owned, inner) + " ";
  return way.plain ? name : name + generatedText(element, "::after");
}

function contribution(node, way) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  if (node.localName === "br") return " ";
  const text = nameWith(node, way);
  if (way.plain || text === "") return text;
  // Words in boxes of their own are separate words; words in inline elements are not.
  const display = getComputedStyle(node).display;
  return display === "inline" || display === "contents" ? text : " " + text + " ";
}

/** The text that CSS puts before or after an element's content; an alternative text after a slash goes first. */
function generatedText(element, where) {
  const style = getComputedStyle(element, where);
  const content = style.content;
  if (content === "none" || content === "normal" || content === "" || style.display === "none") return "";
  const alternative = content.match(/\/\s*((?:"(?:[^"\\]|\\.)*"|attr\([^)]*\)|\s)+)$/);
  const text = wordsOfContent(element, alternative === null ? content : alternative[1]);
  return text !== "" && style.display !== "inline" ? " " + text + " " : text;
}

function wordsOfContent(element, content) {
  let text = "";
  for (const part of content.matchAll(/"((?:[^"\\]|\\.)*)"|attr\(\s*([\w-]+)[^)]*\)/g)) {
    text += part[1] === undefined ? element.getAttribute(part[2]) || "" : part[1].replace(/\\(.)/g, "$1");
  }
  return text;
}
