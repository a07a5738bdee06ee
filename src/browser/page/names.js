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
  const name = tidy(nameWith(element, newWay({ hiddenToo: isNamedAsHidden(element) })));
  seenNow.names.set(element, name);
  return name;
}

/**
 * The text an element contributes as a label or caption, tidy; the control it labels may be left out.
 * @param {Element} element
 * @param {Element|null} except
 */
function contentOf(element, except) {
  const way = newWay({ hiddenToo: isUnheard(element), inContent: true });
  if (except) way.visited.add(except);
  return tidy(nameWith(element, way));
}

/**
 * Whether the element cannot have any of the wanted names (squashed), judged without asking for styles.
 * Generated content only ever adds characters, so a plain name that is no subsequence of the wanted one rules it out.
 */
function cannotBeNamed(element, wanted) {
  if (wanted.length === 0) return false;
  const quick = quickName(element);
  if (quick !== null) return !wanted.some((name) => isSubsequence(squash(quick), name));
  const way = newWay({ hiddenToo: isNamedAsHidden(element), plain: { doubtful: [] } });
  const plain = squash(nameWith(element, way));
  return !wanted.some((name) => isSubsequence(plain, name)) && !way.plain.doubtful.some(hasGeneratedText);
}

// Where a text is empty, something else is the name only as long as CSS puts no words there.
function inDoubt(text, elements, way) {
  if (way.plain !== null && elements.length > 0 && tidy(text) === "") way.plain.doubtful.push(...elements);
  return text;
}

function hasGeneratedText(element) {
  if (element.namespaceURI === SVG) return false;
  const way = newWay({ hiddenToo: true });
  if (generatedText(element, "::before", way) !== "" || generatedText(element, "::after", way) !== "") return true;
  return Array.from(drawnChildren(element)).some((child) => child.nodeType === Node.ELEMENT_NODE && hasGeneratedText(child));
}

// A hidden element is named as if it were shown.
function isNamedAsHidden(element) {
  if (element.checkVisibility({ visibilityProperty: true })) return false;
  return !isLaidOut(element) || getComputedStyle(element).visibility !== "visible";
}

const PLAINLY_NAMED = new Set(["a", "td", "th"]);

// Lists hold thousands of plain links, cells and labelled buttons: most are ruled out by one attribute or one text.
function quickName(element) {
  if (element.hasAttribute("aria-labelledby")) return null;
  const label = element.getAttribute("aria-label");
  if (label !== null && tidy(label) !== "") return label;
  if (!PLAINLY_NAMED.has(element.localName) || element.firstElementChild !== null || element.shadowRoot !== null) return null;
  const role = element.getAttribute("role");
  const text = (role === null || NAMED_BY_CONTENT.has(role)) && !element.hasAttribute("aria-owns") ? element.textContent : "";
  return text === "" ? null : text;
}

// How a computation got to where it is; copied and changed on the way down. `owner` is the element that is being named
// by the texts it refers to; `plain` is null, or what is noted while styles are left out of account.
function newWay(changes) {
  return Object.assign({ visited: new Set(), hiddenToo: false, inContent: false, byReference: false, owner: null, plain: null }, changes);
}

// The steps carry the letters of accname 1.2, section 4.3.2.
function nameWith(element, way) {
  if (way.visited.has(element)) return "";
  way.visited.add(element);
  if (NOT_TEXT.has(element.localName)) return "";
  if (way.inContent && !way.hiddenToo && isUnheard(element)) return textOfShown(element, way); // 2A
  const referred = way.byReference ? "" : referredName(element, way); // 2B
  if (referred !== "") return referred;
  const role = roleOf(element);
  const embedded = way.inContent ? valueInContent(element, role) : null; // 2C
  // What a field holds is a part of other names, never of its own.
  if (embedded !== null && element !== way.owner) return embedded;
  const label = element.getAttribute("aria-label"); // 2D
  if (label !== null && tidy(label) !== "") return label;
  const native = role === "none" ? "" : nativeName(element, way); // 2E
  if (native !== "") return native;
  if ((way.inContent && embedded === null) || NAMED_BY_CONTENT.has(role)) {
    const content = nameFromContent(element, way); // 2F to 2H
    if (tidy(content) !== "") return content;
  }
  const title = lastWord(element, role); // 2I
  if (title !== "") inDoubt("", [element], way);
  return title;
}

function lastWord(element, role) {
  // HTML-AAM: the alternative text of a picture counts even when it is empty.
  if (element.localName === "img" && element.hasAttribute("alt")) return "";
  const title = element.getAttribute("title") || "";
  return title === "" && (role === "textbox" || role === "searchbox") ? element.getAttribute("aria-placeholder") || "" : title;
}

/** Whether nobody hears an element; what is in it may still show, where only `visibility` hides it. */
function isUnheard(element) {
  if (isSilenced(element) || element.hasAttribute("inert")) return true;
  if (element.checkVisibility({ visibilityProperty: true })) return false;
  // Neither a transparent box nor one without a box of its own (`display: contents`, an inner slot) is hidden from hearing.
  const style = getComputedStyle(element);
  return style.display !== "contents" || style.visibility !== "visible" || !isLaidOut(element);
}

/** Whether `aria-hidden` silences an element by itself; on the whole page it is a mistake, and browsers ignore it there. */
function isSilenced(element) {
  const said = element.getAttribute("aria-hidden");
  return said !== null && said.toLowerCase() === "true" && element !== document.documentElement && element !== document.body;
}

// Of an invisible box the parts that are made visible again are read, and nothing else.
function textOfShown(element, way) {
  if (isSilenced(element) || element.hasAttribute("inert") || !isLaidOut(element)) return "";
  return Array.from(drawnChildren(element), (child) => (child.nodeType === Node.ELEMENT_NODE ? contribution(child, way) : "")).join("");
}

function referredName(element, way) {
  const parts = elementsReferredBy(element, "aria-labelledby");
  const name = parts
    .map((part) => {
      const inner = { byReference: true, inContent: true, hiddenToo: isUnheard(part), owner: element, plain: way.plain };
      return tidy(nameWith(part, newWay(inner)));
    })
    .filter((text) => text !== "")
    .join(" ");
  return inDoubt(name, parts, way);
}

// An attribute that a script has set by its property refers to elements without ids, and is empty itself.
const REFLECTED = { "aria-labelledby": "ariaLabelledByElements", "aria-owns": "ariaOwnsElements", "aria-controls": "ariaControlsElements" };

/** The elements whose ids an attribute lists, in the same tree, or that a script has set it to. */
function elementsReferredBy(element, attribute) {
  const ids = element.getAttribute(attribute);
  if (ids === null) return [];
  if (ids.trim() === "") return Array.from(element[REFLECTED[attribute]] || []);
  const tree = element.getRootNode();
  if (!tree.getElementById) return [];
  return ids.split(/\s+/).map((id) => (id === "" ? null : tree.getElementById(id))).filter((found) => found !== null);
}

function nameFromContent(element, way) {
  // Drawings have no generated content, and many boxes in them.
  const isStyled = way.plain === null && element.namespaceURI !== SVG;
  if (isStyled && !way.hiddenToo && getComputedStyle(element).contentVisibility === "hidden") return "";
  const inner = way.inContent ? way : Object.assign({}, way, { inContent: true });
  let name = isStyled ? generatedText(element, "::before", way) : "";
  for (const child of spokenChildren(element, way)) if (!isOwnedElsewhere(child, element)) name += contribution(child, inner);
  for (const owned of elementsReferredBy(element, "aria-owns")) name += " " + nameWith(owned, inner) + " ";
  return isStyled ? name + generatedText(element, "::after", way) : name;
}

// Of closed details only the summary is there to be read.
function spokenChildren(element, way) {
  const isClosed = element.localName === "details" && !element.open && !way.hiddenToo;
  return isClosed ? Array.from(element.children).filter(isFirstSummary) : drawnChildren(element);
}

// What another element owns is read there and not where it stands.
function isOwnedElsewhere(node, parent) {
  if (node.nodeType !== Node.ELEMENT_NODE || !node.hasAttribute("id")) return false;
  if (seenNow.owners === null) {
    seenNow.owners = new Map();
    for (const owner of queryAll("[aria-owns]", null)) for (const owned of elementsReferredBy(owner, "aria-owns")) seenNow.owners.set(owned, owner);
  }
  const owner = seenNow.owners.get(node);
  return owner !== undefined && owner !== parent;
}

function contribution(node, way) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  if (node.localName === "br") return " ";
  const text = nameWith(node, way);
  if (way.plain !== null || text === "") return text;
  // Words in boxes of their own are separate words; words in inline elements are not.
  const display = getComputedStyle(node).display;
  return display === "inline" || display === "contents" ? text : " " + text + " ";
}
