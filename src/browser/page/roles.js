// Says which ARIA role an element has: its explicit role attribute first, else what HTML-AAM gives its tag.

// Every role that a role attribute may name; unknown words in the attribute are skipped, as browsers do.
const KNOWN_ROLES = new Set(
  (
    "alert alertdialog application article banner blockquote button caption cell checkbox code columnheader combobox " +
    "comment complementary contentinfo definition deletion dialog directory document emphasis feed figure form generic " +
    "graphics-document graphics-object graphics-symbol grid gridcell group heading img image insertion link list listbox " +
    "listitem log main mark marquee math menu menubar menuitem menuitemcheckbox menuitemradio meter navigation none note " +
    "option paragraph presentation progressbar radio radiogroup region row rowgroup rowheader scrollbar search searchbox " +
    "sectionfooter sectionheader separator slider spinbutton status strong subscript suggestion superscript switch tab " +
    "table tablist tabpanel term textbox time timer toolbar tooltip tree treegrid treeitem"
  ).split(" "),
);

// Two words for one role.
const SAME_ROLE = { image: "img", presentation: "none", directory: "list" };

// Tags whose role never depends on anything else.
const ROLE_OF_TAG = {
  address: "group", article: "article", blockquote: "blockquote", button: "button",
  caption: "caption", code: "code", datalist: "listbox", dd: "definition", del: "deletion", details: "group",
  dfn: "term", dialog: "dialog", dt: "term", em: "emphasis", fieldset: "group", figure: "figure", form: "form", h1: "heading",
  h2: "heading", h3: "heading", h4: "heading", h5: "heading", h6: "heading", hgroup: "group", hr: "separator",
  ins: "insertion", li: "listitem", main: "main", mark: "mark", math: "math", menu: "list", meter: "meter",
  nav: "navigation", ol: "list", optgroup: "group", option: "option", output: "status", p: "paragraph",
  progress: "progressbar", s: "deletion", search: "search", strong: "strong", sub: "subscript", sup: "superscript",
  table: "table", tbody: "rowgroup", textarea: "textbox", tfoot: "rowgroup", thead: "rowgroup", time: "time",
  tr: "row", ul: "list",
};

const ROLE_OF_INPUT = {
  button: "button", checkbox: "checkbox", email: "textbox", image: "button", number: "spinbutton",
  password: "textbox", radio: "radio", range: "slider", reset: "button", search: "searchbox", submit: "button",
  tel: "textbox", text: "textbox", url: "textbox",
};

// Where elements of a role are looked for besides the role attribute. A role that is missing here can only be explicit.
const TAGS_OF_ROLE = {
  button: "button,summary,input[type=button],input[type=submit],input[type=reset],input[type=image]",
  textbox: "input,textarea", searchbox: "input[type=search]", spinbutton: "input[type=number]",
  slider: "input[type=range]", checkbox: "input[type=checkbox]", radio: "input[type=radio]",
  combobox: "select,input[list]", listbox: "select,datalist", link: "a[href],area[href]",
  heading: "h1,h2,h3,h4,h5,h6", img: "img,svg", cell: "td", gridcell: "td", columnheader: "th", rowheader: "th",
  banner: "header", contentinfo: "footer", sectionheader: "header", sectionfooter: "footer", region: "section",
  complementary: "aside", group: "fieldset,details,optgroup,address,hgroup",
};

// What an element must have none of to be nothing but decoration: ARIA's global attributes, `aria-hidden` excepted.
const GLOBAL_ATTRIBUTES = (
  "atomic braillelabel brailleroledescription busy controls current describedby description details dropeffect flowto " +
  "grabbed keyshortcuts label labelledby live owns relevant roledescription"
)
  .split(" ")
  .map((name) => "aria-" + name);

// Tags and roles that cut a page into sections with a header, a footer or an aside of their own.
const SECTIONING = "article,aside,nav,section,[role=article],[role=complementary],[role=navigation],[role=region]";

/** A role by its one name: ARIA has two words for some. */
function plainRole(word) {
  return Object.prototype.hasOwnProperty.call(SAME_ROLE, word) ? SAME_ROLE[word] : word;
}

/** The first word of the role attribute that gives the element a role, or null. */
function explicitRole(element) {
  const words = element.getAttribute("role");
  if (words === null) return null;
  for (const word of words.toLowerCase().split(/\s+/)) {
    if (!KNOWN_ROLES.has(word) && !/^doc-[a-z]+$/.test(word)) continue;
    // These are landmarks only with a name.
    if ((word !== "region" && word !== "form") || hasAuthorName(element)) return plainRole(word);
  }
  return null;
}

/**
 * The role of an element, or "generic".
 * @param {Element} element
 * @returns {string}
 */
function roleOf(element) {
  const explicit = explicitRole(element);
  if (explicit === null) return implicitRole(element);
  // A control that can be used stays a control: authors may not hide it behind `presentation`.
  return explicit === "none" && mustStay(element) ? implicitRole(element) : explicit;
}

function mustStay(element) {
  return isFocusable(element) || GLOBAL_ATTRIBUTES.some((name) => element.hasAttribute(name));
}

function isFocusable(element) {
  if (element.matches(":disabled")) return false;
  return element.tabIndex >= 0 || element.hasAttribute("tabindex") || element.isContentEditable === true;
}

function implicitRole(element) {
  const tag = element.localName;
  switch (tag) {
    case "a":
    case "area":
      return element.hasAttribute("href") ? "link" : "generic";
    case "input":
      return roleOfInput(element);
    case "select":
      return element.multiple || element.size > 1 ? "listbox" : "combobox";
    case "img":
      return element.getAttribute("alt") === "" && !hasAuthorName(element) && !mustStay(element) ? "none" : "img";
    case "svg":
      return "img";
    case "summary":
      return isFirstSummary(element) ? "button" : "generic";
    case "li":
      return isDecoration(drawnParent(element)) ? "none" : "listitem";
    case "td":
      return roleOfCell(element);
    case "th":
      return isInDecoration(element) ? "none" : roleOfHeaderCell(element);
    case "tr":
    case "tbody":
    case "thead":
    case "tfoot":
      return isInDecoration(element) ? "none" : ROLE_OF_TAG[tag];
    case "header":
      return isOfPage(element) ? "banner" : "sectionheader";
    case "footer":
      return isOfPage(element) ? "contentinfo" : "sectionfooter";
    case "aside":
      return hasAuthorName(element) || isOutside(element, SECTIONING) ? "complementary" : "generic";
    // HTML-AAM: it is a landmark only when the author named it.
    case "section":
      return hasAuthorName(element) ? "region" : "generic";
    default:
      return Object.prototype.hasOwnProperty.call(ROLE_OF_TAG, tag) ? ROLE_OF_TAG[tag] : "generic";
  }
}

function roleOfInput(element) {
  const role = Object.prototype.hasOwnProperty.call(ROLE_OF_INPUT, element.type) ? ROLE_OF_INPUT[element.type] : "generic";
  const canSuggest = role === "textbox" || role === "searchbox";
  return canSuggest && element.type !== "password" && element.list ? "combobox" : role;
}

function roleOfHeaderCell(element) {
  const scope = (element.getAttribute("scope") || "").toLowerCase();
  if (scope === "row" || scope === "rowgroup") return "rowheader";
  if (scope === "col" || scope === "colgroup" || element.closest("thead") !== null) return "columnheader";
  const row = element.parentElement;
  const besideData = row !== null && Array.from(row.children).some((cell) => cell.localName === "td");
  return besideData ? "rowheader" : "columnheader";
}

function roleOfCell(cell) {
  const table = cell.closest("table,[role=grid],[role=treegrid]");
  // Lists hold thousands of cells, and hardly a table says what it is.
  if (table === null || !table.hasAttribute("role")) return "cell";
  const role = roleOf(table);
  if (role === "none") return "none";
  return role === "grid" || role === "treegrid" ? "gridcell" : "cell";
}

// A table or list that is only laid out with its tags takes the meaning from its parts, too.
function isInDecoration(part) {
  return isDecoration(part.closest("table"));
}

function isDecoration(element) {
  return element !== null && element.hasAttribute("role") && roleOf(element) === "none";
}

function isFirstSummary(summary) {
  const details = summary.parentElement;
  return details !== null && details.localName === "details" && details.querySelector(":scope > summary") === summary;
}

function isOfPage(element) {
  return isOutside(element, SECTIONING + ",main,[role=main]");
}

function isOutside(element, places) {
  return nearest(drawnParent(element), (node) => node.matches(places)) === null;
}

function hasAuthorName(element) {
  const isSaid = (name) => tidy(element.getAttribute(name) || "") !== "";
  return isSaid("aria-label") || isSaid("title") || elementsReferredBy(element, "aria-labelledby").length > 0;
}

/** A CSS selector that matches every element which could have the role, and as few others as is cheap. */
function selectorOfRole(role) {
  const tags = [];
  if (Object.prototype.hasOwnProperty.call(TAGS_OF_ROLE, role)) tags.push(TAGS_OF_ROLE[role]);
  for (const tag of Object.keys(ROLE_OF_TAG)) if (ROLE_OF_TAG[tag] === role && !tags.includes(tag)) tags.push(tag);
  for (const word of [role, ...Object.keys(SAME_ROLE).filter((word) => SAME_ROLE[word] === role)]) tags.push('[role~="' + word + '" i]');
  return tags.join(",");
}
