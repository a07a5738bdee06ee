// Finds the elements that one description of the request fits, by role, label, text, placeholder, test id, CSS or XPath.

function byRole(described, name, scope) {
  const role = described.role ? plainRole(described.role) : null;
  const candidates = role !== null ? queryAll(selectorOfRole(role), scope) : queryAll("*", scope);
  const wanted = name === null ? [] : [name.replace(/ /g, "")];
  return candidates.filter((element) => {
    if (role === null ? name !== null && !hasNamedRole(element) : roleOf(element) !== role) return false;
    return name === null || (!cannotBeNamed(element, wanted) && fold(nameOf(element)) === name);
  });
}

// Without a role only elements that have one of their own count, else every wrapper of a button would share its name.
function hasNamedRole(element) {
  const role = roleOf(element);
  return role !== "generic" && role !== "none" && role !== "paragraph" && role !== "row" && role !== "rowgroup";
}

function byLabel(described, wanted, scope) {
  const candidates = queryAll("input:not([type=hidden]),select,textarea,meter,progress,output,[aria-label],[aria-labelledby]", scope);
  for (const { control } of queryAll("label", scope)) {
    if (control !== null && isFormElement(control) && (scope === null || isWithin(control, scope))) candidates.push(control);
  }
  return Array.from(new Set(candidates)).filter((element) => labelTexts(element).some((text) => wanted === null || fold(text) === wanted));
}

/** Every text that labels an element: each label by itself, each element referred to, all of them together. */
function labelTexts(element) {
  const known = seenNow.labels.get(element);
  if (known !== undefined) return known;
  const referred = elementsReferredBy(element, "aria-labelledby").map((label) => contentOf(label, element));
  const labels = labelsOf(element).map((label) => contentOf(label, element));
  const texts = [element.getAttribute("aria-label") || "", ...referred, referred.join(" "), ...labels, labels.join(" ")].filter((text) => tidy(text) !== "");
  seenNow.labels.set(element, texts);
  return texts;
}

function byText(described, wanted, scope) {
  const found = new Set();
  for (const node of textNodes(scope)) {
    const start = squash(node.data);
    if (start === "" || !wanted.replace(/ /g, "").startsWith(start)) continue;
    const element = smallestWithText(drawnParent(node), wanted, scope);
    if (element !== null) found.add(element);
  }
  for (const button of queryAll("input[type=submit],input[type=button],input[type=reset]", scope)) {
    if (fold(button.value) === wanted) found.add(button);
  }
  return Array.from(found);
}

function* textNodes(scope) {
  const tops = scope === null ? roots() : [scope].concat(roots().filter((root) => root !== document && isWithin(root.host, scope)));
  for (const top of tops) {
    const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) yield walker.currentNode;
  }
}

// Climbs from a text to the element whose whole text is the wanted one; stops where there is clearly too much text.
function smallestWithText(start, wanted, scope) {
  const most = wanted.length * 4 + 400;
  for (let element = start; element !== null; element = drawnParent(element)) {
    if (NOT_TEXT.has(element.localName) || element.textContent.length > most) return null;
    // What is hidden has no visible text; it is compared by its content, so that it can be counted as hidden.
    const text = isPainted(element) ? visibleText(element) : element.textContent;
    if (fold(text) === wanted) return element;
    if (element === scope) return null;
  }
  return null;
}

function byPlaceholder(described, wanted, scope) {
  return queryAll("[placeholder]", scope).filter((element) => fold(element.getAttribute("placeholder")) === wanted);
}

function byTestId(described, wanted, scope) {
  const value = CSS.escape(described.value);
  return queryAll(["data-testid", "data-test-id", "data-test", "data-qa"].map((name) => "[" + name + "=" + value + "]").join(","), scope);
}

function byCss(described, wanted, scope) {
  return queryAll(described.value, scope);
}

function byXpath(described, wanted, scope) {
  const kind = XPathResult.ORDERED_NODE_SNAPSHOT_TYPE;
  const found = document.evaluate(described.value, scope || document, null, kind, null);
  const elements = [];
  for (let i = 0; i < found.snapshotLength; i += 1) {
    const node = found.snapshotItem(i);
    if (node instanceof Element && (scope === null || (node !== scope && scope.contains(node)))) elements.push(node);
  }
  return elements;
}
