// Says which ARIA role an element has: its explicit role attribute first, else what HTML-AAM gives its tag.

// Every role that a role attribute may name; unknown words in the attribute are skipped, as browsers do.
const KNOWN_ROLES = new Set(
  (
    "alert alertdialog application article banner blockquote button caption cell checkbox code columnheader combobox " +
    "comment complementary contentinfo definition deletion dialog directory document emphasis feed figure form generic " +
    "grid gridcell group heading img image insertion link list listbox listitem log main mark marquee math menu menubar " +
    "menuitem menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation progressbar radio " +
    "radiogroup region row rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong " +
    "subscript suggestion superscript switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree " +
    "treegrid treeitem"
  ).split(" "),
);

// Tags whose role never depends on anything else.
const ROLE_OF_TAG = {
  address: "group", article: "article", aside: "complementary", blockquote: "blockquote", button: "button",
  caption: "caption", code: "code", datalist: "listbox", dd: "definition", del: "deletion", details: "group",
  dfn: "term", dialog: "dialog", dt: "term", em: "emphasis", fieldset: "group", figure: "figure", h1: "heading",
  h2: "heading", h3: "heading", h4: "heading", h5: "heading", h6: "heading", hgroup: "group", hr: "separator",
  ins: "insertion", li: "listitem", main: "main", mark: "mark", math: "math", menu: "list", meter: "meter",
  nav: "navigation", ol: "list", optgroup: "group", option: "option", output: "status", p: "paragraph",
  progress: "progressbar", search: "search", strong: "strong", sub: "subscript", summary: "button",
  sup: "superscript", table: "table", tbody: "rowgroup", textarea: "textbox", tfoot: "rowgroup",
  thead: "rowgroup", time: "time", tr: "row", ul: "list",
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
  banner: "header", contentinfo: "footer", region: "section", form: "form", group: "fieldset,details,optgroup,address,hgroup",
};

/** The first known word of the role attribute, or null. */
function explicitRole(element) {
  const words = element.getAttribute("role");
  if (words === null) return null;
  for (const word of words.toLowerCase().split(/\s+/)) if (KNOWN_ROLES.has(word)) return word === "image" ? "img" : word;
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
  if (explicit !== "none" && explicit !== "presentation") return explicit;
  // A control that can be used stays a control: authors may not hide it behind `presentation`.
  const mustStay = element.tabIndex >= 0 || element.hasAttribute("aria-label") || element.hasAttribute("aria-labelledby");
  return mustStay ? implicitRole(element) : "none";
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
      return element.getAttribute("alt") === "" && !element.hasAttribute("title") ? "none" : "img";
    case "svg":
      return "img";
    case "td":
      return isInGrid(element) ? "gridcell" : "cell";
    case "th":
      return roleOfHeaderCell(element);
    case "header":
      return isOfPage(element) ? "banner" : "generic";
    case "footer":
      return isOfPage(element) ? "contentinfo" : "generic";
    // HTML-AAM: these are landmarks only when the author named them.
    case "section":
      return hasAuthorName(element) ? "region" : "generic";
    case "form":
      return hasAuthorName(element) ? "form" : "generic";
    default:
      return Object.prototype.hasOwnProperty.call(ROLE_OF_TAG, tag) ? ROLE_OF_TAG[tag] : "generic";
  }
}

function roleOfInput(element) {
  const role = Object.prototype.hasOwnProperty.call(ROLE_OF_INPUT, element.type) ? ROLE_OF_INPUT[element.type] : "generic";
  const canSuggest = role === "textbox" || role === "searchbox";
  return canSuggest && element.type !== "password" && element.hasAttribute("list") ? "combobox" : role;
}

function roleOfHeaderCell(element) {
  const scope = (element.getAttribute("scope") || "").toLowerCase();
  if (scope === "row" || scope === "rowgroup") return "rowheader";
  if (scope === "col" || scope === "colgroup" || element.closest("thead") !== null) return "columnheader";
  const row = element.parentElement;
  const besideData = row !== null && Array.from(row.children).some((cell) => cell.localName === "td");
  return besideData ? "rowheader" : "columnheader";
}

function isInGrid(cell) {
  const table = cell.closest("table,[role=grid],[role=treegrid]");
  const role = table === null ? null : explicitRole(table);
  return role === "grid" || role === "treegrid";
}

function isOfPage(element) {
  return element.closest("article,aside,main,nav,section,[role=main],[role=region],[role=navigation],[role=complementary]") === null;
}

function hasAuthorName(element) {
  return ["aria-label", "aria-labelledby", "title"].some((name) => tidy(element.getAttribute(name) || "") !== "");
}

/** A CSS selector that matches every element which could have the role, and as few others as is cheap. */
function selectorOfRole(role) {
  const tags = [];
  if (Object.prototype.hasOwnProperty.call(TAGS_OF_ROLE, role)) tags.push(TAGS_OF_ROLE[role]);
  for (const tag of Object.keys(ROLE_OF_TAG)) if (ROLE_OF_TAG[tag] === role && !tags.includes(tag)) tags.push(tag);
  tags.push('[role~="' + role + '" i]');
  if (role === "img") tags.push('[role~="image" i]');
  return tags.join(",");
}
