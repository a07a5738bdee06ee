// Knows the names that come with a tag (HTML-AAM) and from CSS: labels, captions, alternative and generated texts.

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
