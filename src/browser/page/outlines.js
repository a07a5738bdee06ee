// Describes elements and pages in words for messages and records; never what a field holds.

/**
 * An element in a few words.
 * @param {Element|null} element
 */
function outlineOf(element) {
  if (!(element instanceof Element)) return null;
  const rect = rectOf(element);
  return {
    role: roleOf(element),
    name: isInSecretPlace(element) ? "" : cut(nameOf(element), 200),
    tag: element.localName,
    // getAttribute, because an input named "id" inside a form stands in the way of the form's own property.
    id: element.getAttribute("id"),
    class: cut(element.getAttribute("class") || "", 80),
    rect: { x: round(rect.x), y: round(rect.y), width: round(rect.width), height: round(rect.height) },
    // What is typed into an editor is a value too.
    text: element.isContentEditable || isInSecretPlace(element) ? "" : cut(linesOf(element, { values: false, most: 5 }).join(" "), 80),
  };
}

// Where the book says that a secret shows, such as an invitation link: its words are told to nobody.
let secretPlaces = [];

function isInSecretPlace(element) {
  if (seenNow.secret === undefined) {
    seenNow.secret = secretPlaces.flatMap((place) => resolve(place, { hiddenToo: true }).elements.map((found) => found.element));
  }
  return seenNow.secret.some((place) => isWithin(element, place));
}

function round(number) {
  return Math.round(number * 100) / 100;
}

/** Up to five names that stand on the page for the same kind of description and are most like the wanted ones. */
function nearNames(described, scope) {
  const wanted = (described.names || described.texts || []).map(fold);
  const names = new Set();
  for (const element of likeCandidates(described, scope)) {
    if (names.size >= 400) break;
    if (!isUsable(element, described.by) || isInSecretPlace(element)) continue;
    // Names inside the rows of a list are other people's, and no business of a refusal about something else.
    if (isInDataRow(element) && (scope === null || !isInDataRow(scope))) continue;
    for (const name of namesOfKind(described, element)) if (name !== "") names.add(cut(name, 80));
  }
  const score = (name) => Math.max(0, ...wanted.map((one) => likeness(one, fold(name))));
  return Array.from(names)
    .sort((one, other) => score(other) - score(one))
    .slice(0, 5);
}

function likeCandidates(described, scope) {
  switch (described.by) {
    case "role":
      if (!described.role) return queryAll("button,a[href],[role]", scope);
      return queryAll(selectorOfRole(plainRole(described.role)), scope).filter((element) => roleOf(element) === plainRole(described.role));
    case "label":
      return queryAll("input:not([type=hidden]),select,textarea,[aria-label],[aria-labelledby]", scope);
    case "placeholder":
      return queryAll("[placeholder]", scope);
    case "text":
      return queryAll("button,a[href],h1,h2,h3,h4,label,li,p,span,td", scope).slice(0, 2000);
    default:
      return [];
  }
}

function namesOfKind(described, element) {
  if (described.by === "label") return labelTexts(element).map(tidy);
  if (described.by === "placeholder") return [tidy(element.getAttribute("placeholder"))];
  if (described.by === "text") return [tidy(cut(element.textContent, 200))];
  return [nameOf(element)];
}

// The lists of the book that have been met and whose rows no table tells; each question brings them along.
let plainLists = [];

function isInPlainRow(element) {
  if (seenNow.plainRows === undefined) seenNow.plainRows = new Set(plainLists.flatMap((list) => tablesOf(list).tables.flatMap((table) => Array.from(rowsIn(table)))));
  return nearest(element, (node) => seenNow.plainRows.has(node)) !== null;
}

const OUTLINED =
  "h1,h2,h3,h4,h5,h6,main,nav,header,footer,aside,form,section,dialog,button,a[href],input:not([type=hidden]),select,textarea,summary,[role]";
const OUTLINED_ROLES = new Set(
  (
    "heading main navigation banner contentinfo complementary form region search dialog alertdialog alert status button link " +
    "textbox searchbox combobox listbox checkbox radio switch spinbutton slider menu menubar menuitem menuitemcheckbox " +
    "menuitemradio tab tabpanel option table grid treegrid radiogroup"
  ).split(" "),
);

/**
 * The page's frame of roles and names for a refusal's record: where things are, never what fields hold.
 * Links and buttons inside rows are left out, since they name other people.
 */
function outlineOfPage() {
  const nodes = [];
  for (const element of queryAll(OUTLINED, null)) {
    if (nodes.length >= 300) break;
    const role = roleOf(element);
    if (!OUTLINED_ROLES.has(role) || !isVisible(element) || !isExposed(element)) continue;
    if (isInDataRow(element) || isInSecretPlace(element)) continue;
    nodes.push({ role, name: cut(nameOf(element), 120), depth: depthAmong(element, nodes), element });
  }
  return nodes.map(({ role, name, depth }) => ({ role, name, depth }));
}

// A table without column headers only lays out a form, so what is in it is not about other people.
function isInDataRow(element) {
  if (plainLists.length > 0 && isInPlainRow(element)) return true;
  const row = nearest(element, (node) => node.localName === "tr" || explicitRole(node) === "row");
  const table = row === null ? null : nearest(row, isTableElement);
  if (table === null) return false;
  const heads = headerRows(table);
  return heads.length > 0 && !heads.includes(row);
}

function depthAmong(element, nodes) {
  for (let i = nodes.length - 1; i >= 0; i -= 1) if (isWithin(element, nodes[i].element)) return nodes[i].depth + 1;
  return 0;
}
