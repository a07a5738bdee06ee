// Knows the names that come with a tag (HTML-AAM) and from CSS: labels, captions, alternative and generated texts.

const RANGES = new Set(["meter", "progressbar", "scrollbar", "slider", "spinbutton"]);
const SVG = "http://www.w3.org/2000/svg";

// A control in the middle of a label contributes its value, as in "remind me [3] days before"; a secret one nothing.
function valueInContent(element, role) {
  if (role === "textbox" || role === "searchbox") {
    if (isSecretField(element)) return "";
    return "value" in element ? element.value : element.textContent;
  }
  if (element.localName === "select") return shownOptions(element).join(" ");
  if (role === "combobox" || role === "listbox") return "value" in element ? element.value : selectedOptionNames(element);
  if (!RANGES.has(role)) return null;
  const spoken = element.getAttribute("aria-valuetext") || element.getAttribute("aria-valuenow");
  return spoken || ("value" in element ? String(element.value) : "");
}

function selectedOptionNames(element) {
  return Array.from(element.querySelectorAll("[role=option][aria-selected=true]"), (option) => tidy(option.textContent)).join(" ");
}

function nativeName(element, way) {
  if (element.namespaceURI === SVG) return nameOfDrawing(element, way);
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
    default:
      return "";
  }
}

function nameOfInput(element, attribute) {
  switch (element.type) {
    // The browser writes a word of its own on a button that says nothing; usher's browser speaks English.
    case "submit":
      return element.hasAttribute("value") ? attribute("value") : "Submit";
    case "reset":
      return element.hasAttribute("value") ? attribute("value") : "Reset";
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
      return attribute("title") || attribute("placeholder");
  }
}

function nameFromLabels(element, way) {
  const labels = labelsOf(element);
  const name = labels
    .map((label) => {
      const inner = newWay({ inContent: true, byReference: way.byReference, hiddenToo: isUnheard(label), plain: way.plain });
      // The control itself must not be read out as a part of its own label.
      inner.visited = new Set(way.visited);
      return tidy(nameWith(label, inner));
    })
    .filter((text) => text !== "")
    .join(" ");
  return inDoubt(name, labels, way);
}

function nameFromChild(element, tag, way) {
  const child = Array.from(element.children).find((one) => one.localName === tag);
  if (child === undefined) return "";
  return inDoubt(nameWith(child, Object.assign({}, way, { inContent: true, hiddenToo: way.hiddenToo || isUnheard(child) })), [child], way);
}

/** The title of a drawing or of a part of it; a `use` is called what the drawing is called that it shows once more. */
function nameOfDrawing(element, way) {
  const title = Array.from(element.children).find((child) => child.localName === "title");
  if (title !== undefined && tidy(title.textContent) !== "") return title.textContent;
  if (element.localName !== "use" || !element.href.baseVal.startsWith("#")) return "";
  const shown = element.getRootNode().getElementById(element.href.baseVal.slice(1));
  return shown === null ? "" : nameWith(shown, Object.assign({}, way, { inContent: true, hiddenToo: true }));
}

/** The text that CSS puts before or after an element's content. */
function generatedText(element, where, way) {
  const style = getComputedStyle(element, where);
  const content = style.content;
  if (content === "none" || content === "normal" || content === "" || style.display === "none") return "";
  if (style.visibility !== "visible" && !way.hiddenToo) return "";
  const text = wordsOfContent(element, content, style.quotes);
  return text !== "" && style.display !== "inline" ? " " + text + " " : text;
}

// Strings, quotation marks and attributes are words; a slash begins the words that stand for all the rest; pictures and
// counters say nothing, whatever strings there are in their brackets.
const PART_OF_CONTENT = /"((?:[^"\\]|\\.)*)"|(open|close)-quote|attr\(\s*([\w-]+)[^)]*\)|(\/)|[\w-]+\((?:"(?:[^"\\]|\\.)*"|\([^()]*\)|[^"()])*\)/g;

function wordsOfContent(element, content, quotes) {
  let text = "";
  for (const [, string, quote, attribute, slash] of content.matchAll(PART_OF_CONTENT)) {
    if (slash !== undefined) text = "";
    else if (string !== undefined) text += unescaped(string);
    else if (quote !== undefined) text += quotationMark(quote, quotes);
    else if (attribute !== undefined) text += element.getAttribute(attribute) || "";
  }
  return text;
}

function unescaped(string) {
  return string.replace(/\\(?:([0-9a-f]{1,6})\s?|(.))/gi, (_, code, sign) => (code === undefined ? sign : String.fromCodePoint(Number.parseInt(code, 16))));
}

function quotationMark(quote, quotes) {
  const marks = Array.from(quotes.matchAll(/"((?:[^"\\]|\\.)*)"/g), ([, mark]) => unescaped(mark));
  const [open, close] = marks.length < 2 ? ["“", "”"] : marks;
  return quote === "open" ? open : close;
}
