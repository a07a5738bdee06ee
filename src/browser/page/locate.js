// Turns a target of the request into the one element it means: every description is strict, and all of them must agree.

const INTERACTIVE =
  "a[href],button,summary,label,select,input,textarea,[role=button],[role=link],[role=menuitem],[role=menuitemcheckbox]," +
  "[role=menuitemradio],[role=option],[role=tab],[role=checkbox],[role=radio],[role=switch],[role=treeitem]";

// What has been found out about the page in this instant; it is thrown away before the page can change again.
let seenNow = freshLook();

function freshLook() {
  return {
    roots: null, ways: null, queries: new Map(), within: new WeakMap(), fleeting: new Map(), fleetingWithin: new WeakMap(), names: new WeakMap(),
    labels: new WeakMap(), scrolled: new WeakMap(), owners: null, modal: undefined, pageText: null, shown: new Map(), isGlance: false,
  };
}

/** A look at the page as it was at another one, when nothing in the document has changed in between. */
function lookAfter({ roots: known, ways, queries, within, pageText }) {
  return Object.assign(freshLook(), { roots: known, ways, queries, within, pageText });
}

/** The same, of the rows of long lists no more than those that showed at the other look: ten thousand would take too long. */
function glanceAfter(look) {
  return Object.assign(lookAfter(look), { shown: look.shown, isGlance: true });
}

/** The document and every open shadow root in it. */
function roots() {
  if (seenNow.roots === null) {
    settleBulk();
    seenNow.roots = [document];
    seenNow.ways = waysToBulk();
    const long = [];
    walkAround(document, { one: addShadow, tree: (node) => addShadows(node, long), list: addShadow });
    for (let i = 1; i < seenNow.roots.length; i += 1) {
      const elements = seenNow.roots[i].querySelectorAll("*");
      for (let at = 0, length = elements.length; at < length; at += 1) addShadow(elements[at]);
    }
    if (long.length > 0) {
      long.forEach(keepBulk);
      seenNow.ways = waysToBulk();
    }
  }
  return seenNow.roots;
}

function addShadow({ shadowRoot }) {
  if (shadowRoot) seenNow.roots.push(shadowRoot);
}

/** Adds the shadow roots of a whole tree of the document, and to `long` the long lists in it, the outermost alone. */
function addShadows(node, long) {
  if (!(node instanceof Element)) return;
  const see = (element) => {
    addShadow(element);
    if (element.childElementCount >= LONG && (long.length === 0 || !long[long.length - 1].contains(element))) long.push(element);
  };
  see(node);
  // A live list, and by its numbers: a list that is made for this, or walked by its iterator, takes five times as long.
  const elements = node.getElementsByTagName("*");
  for (let at = 0, length = elements.length; at < length; at += 1) see(elements[at]);
}

/** Whether some open shadow root lies within an element, so that its `textContent` does not tell everything. */
function hasShadows(element) {
  return roots().some((root) => root !== document && isWithin(root.host, element));
}

/** All elements that match a selector, in the document or within one element, inside open shadow roots too. */
function queryAll(selector, within) {
  // One look asks for the same kinds of elements again and again.
  const known = queriesMade(selector, within);
  if (!known.has(selector)) known.set(selector, newQuery(selector, within));
  return known.get(selector).slice();
}

// What is found by a state of the page that no change of the document tells of, such as `:checked`.
const STATE = /:(?!(?:not|is|where)\()/;

function queriesMade(selector, within) {
  const isFleeting = STATE.test(selector);
  if (!within) return isFleeting ? seenNow.fleeting : seenNow.queries;
  const known = isFleeting ? seenNow.fleetingWithin : seenNow.within;
  if (!known.has(within)) known.set(within, new Map());
  return known.get(within);
}

function newQuery(selector, within) {
  const own = [];
  if (within) addBelow(own, within, selector);
  for (const root of roots()) {
    if (!within || (root !== document && isWithin(root.host, within))) addBelow(own, root, selector);
  }
  return own;
}

/**
 * Resolves a target.
 * @param {object} target as in the request
 * @param {{hiddenToo: boolean, unexposedToo: boolean, without: function(Element): boolean}} [wishes]
 *   unexposedToo: what shows counts, though hearing is kept from it; without: what does not count
 * @returns {{state: string, element: Element|null, described: object[], elements: object[], scope: string, why: string}}
 *   state: one, none, several or disagree; scope says "ok", or why the place to look in is not there exactly once
 */
function resolve(target, wishes) {
  const scope = scopeOf(target, wishes);
  const answer = { state: "one", element: null, described: [], elements: [], scope: scope.state === "one" ? "ok" : scope.state, why: scope.why };
  if (scope.state !== "one") {
    answer.state = "none";
    answer.described = target.described.map(({ by }) => ({ by, used: null, matched: 0, hidden: 0, passed: [] }));
    return answer;
  }
  if (target.described.length === 0) {
    answer.element = scope.element;
    answer.state = scope.element === null ? "none" : "one";
    return answer;
  }
  for (const described of target.described) answer.described.push(matchesOf(described, scope.element, wishes || {}));
  return decide(answer);
}

function scopeOf(target, wishes) {
  if (!target.in) return { state: "one", element: null, why: "" };
  if (target.in.row) return resolveRow(target.in.row);
  const { unexposedToo, without } = wishes || {};
  const inner = resolve(target.in.control, { unexposedToo, without });
  const why = inner.state === "one" ? "" : inner.why || "`" + target.in.control.name + "` " + wordsFor(inner.state);
  return { state: inner.state, element: inner.element, why };
}

function wordsFor(state) {
  return { none: "is not on the page", several: "is on the page more than once", disagree: "is described in ways that disagree" }[state] || state;
}

function decide(answer) {
  for (const one of answer.described) {
    if (one.elements.length > 1) answer.state = "several";
    for (const element of one.elements) answer.elements.push({ by: one.by, element });
  }
  const found = answer.described.filter((one) => one.elements.length > 0).map((one) => one.elements[0]);
  if (answer.state === "several") return answer;
  if (found.length === 0) answer.state = "none";
  else if (found.some((element) => controlOf(element) !== controlOf(found[0]))) answer.state = "disagree";
  else answer.element = found[0];
  return answer;
}

/** The control a person works by clicking an element: a tick box for its label, the button for the text on it. */
function controlOf(element) {
  const control = nearest(element, (node) => node.matches(INTERACTIVE)) || element;
  return control.localName === "label" && control.control ? control.control : control;
}

/** What one description finds: its visible elements, each control once, and the hidden ones that it passed over. */
function matchesOf(described, scope, wishes) {
  const finder = { role: byRole, label: byLabel, text: byText, placeholder: byPlaceholder, test_id: byTestId, css: byCss, xpath: byXpath }[described.by];
  if (finder === undefined) throw new Error("unknown kind of description: " + described.by);
  const tries = described.names || described.texts || [];
  const passed = [];
  // The names are ranked: a later one counts only where an earlier one finds nothing.
  for (const wanted of tries.length === 0 ? [null] : tries) {
    const usable = [];
    for (const element of finder(described, wanted === null ? null : fold(wanted), scope)) {
      if (wishes.without && wishes.without(element)) continue;
      (isWished(element, described.by, wishes) ? usable : passed).push(element);
    }
    if (usable.length === 0) continue;
    const elements = wishes.hiddenToo || wishes.unexposedToo || isAsSeen(described.by) ? usable : withoutTwinsBehind(usable);
    return { by: described.by, used: wanted, matched: elements.length, hidden: passed.length, passed, elements: distinct(elements) };
  }
  return { by: described.by, used: null, matched: 0, hidden: passed.length, passed, elements: [] };
}

// These descriptions are about what the page is made of, not about what can be heard of it.
function isAsSeen(by) {
  return by === "css" || by === "xpath" || by === "test_id";
}

function isWished(element, by, wishes) {
  return wishes.hiddenToo || (wishes.unexposedToo ? isVisible(element) : isUsable(element, by));
}

function isUsable(element, by) {
  return isVisible(element) && (isAsSeen(by) || isExposed(element));
}

// Two finds that work the same control are one: the label of a tick box beside the box itself.
function distinct(elements) {
  const controls = new Set();
  return elements.filter((element) => {
    const isLabel = element.localName === "label" && element.control;
    const control = isLabel && (element.control.type === "checkbox" || element.control.type === "radio") ? element.control : element;
    if (controls.has(control)) return false;
    controls.add(control);
    return true;
  });
}
