// Keeps what was found in the long lists of a page for as long as nothing in them changes. Nearly all of a huge page lies in
// them, so without it every question would pay for ten thousand rows, whatever it is about.

// An element with so many children is a long list. In shorter ones a question costs next to nothing.
const LONG = 500;

// Besides elements of the page's own making only these can have a shadow root.
const HOSTS = new Set("article aside blockquote body div footer h1 h2 h3 h4 h5 h6 header main nav p section span".split(" "));

/** Whether a selector looks at each element by itself, so that nothing that happens elsewhere changes what it finds. */
function isAboutOne(selector) {
  // A bracket that is escaped opens nothing, so what stands behind it would be taken for a part of it.
  if (selector.includes("\\")) return false;
  const bare = selector.replace(/\[[^\]]*\]/g, "").replace(/,\s+/g, ",");
  return !STATE.test(bare) && !/[\s>+~|]/.test(bare);
}

/** The long lists in which nothing has changed since: what was found in each, its text, and what in it may get a shadow root. */
const bulk = new Map();

/** Sees every change of the document from the first long list on. A shadow root that is given to an element is none. */
let bulkObserver = null;

/**
 * Forgets the lists in which something changed, and those that were taken out: nobody sees what is done to them until they are back.
 * @param {MutationRecord[]} records
 */
function forgetChanged(records) {
  for (const { target, type, removedNodes } of records) {
    if (bulk.size === 0) return;
    for (const list of bulk.keys()) {
      const isChanged = list.contains(target) && (target !== list || type === "childList");
      if (isChanged || Array.from(removedNodes).some((node) => node.contains(list))) bulk.delete(list);
    }
  }
}

/** Forgets what does not hold any more. Changes are told at once, and not only when it is their turn. */
function settleBulk() {
  if (bulkObserver !== null) forgetChanged(bulkObserver.takeRecords());
  for (const [list, { hosts }] of bulk) if (!document.contains(list) || hosts.some((host) => host.shadowRoot)) bulk.delete(list);
}

/** Keeps a list from now on, unless there are shadow roots in it: what is in those no query of the document finds. */
function keepBulk(list) {
  const elements = Array.from(list.getElementsByTagName("*"));
  if (elements.some((element) => element.shadowRoot)) return;
  if (bulkObserver === null) {
    bulkObserver = new MutationObserver(forgetChanged);
    bulkObserver.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  }
  const hosts = elements.filter(({ localName }) => HOSTS.has(localName) || localName.includes("-"));
  bulk.set(list, { hosts, queries: new Map(), text: null });
}

/** Every element that a long list of this look lies in. */
function waysToBulk() {
  const ways = new Set();
  for (const list of bulk.keys()) for (let node = list.parentNode; node !== null && !ways.has(node); node = node.parentNode) ways.add(node);
  return ways;
}

/**
 * Goes through what is below a node in the order of the document: whole trees at once, long lists by what is kept of them.
 * @param {Node} top
 * @param {{one: function(Node), tree: function(Node), list: function(Element, object)}} visit `one` for a node on the way to a list
 */
function walkAround(top, visit) {
  for (const node of top.childNodes) {
    const kept = bulk.get(node);
    if (kept !== undefined) visit.list(node, kept);
    else if (!seenNow.ways.has(node)) visit.tree(node);
    else {
      visit.one(node);
      walkAround(node, visit);
    }
  }
}

/** Whether a node lies around a long list of this look, so that it is worth not to ask all of it. */
function isAroundBulk(node) {
  roots();
  return seenNow.ways.has(node);
}

/** By its numbers: a list of nodes that is walked by its iterator takes five times as long. */
function addAll(found, nodes) {
  for (let at = 0, length = nodes.length; at < length; at += 1) found.push(nodes[at]);
}

/**
 * Adds all elements below a node that match a selector, shadow trees apart.
 * @param {Element[]} found
 * @param {Node} top
 * @param {string} selector
 */
function addBelow(found, top, selector) {
  if (!isAboutOne(selector) || (!isAroundBulk(top) && !bulk.has(top))) {
    addAll(found, top.querySelectorAll(selector));
    return;
  }
  const one = (node) => {
    if (node instanceof Element && node.matches(selector)) found.push(node);
  };
  const inside = (list, { queries }) => {
    if (!queries.has(selector)) queries.set(selector, Array.from(list.querySelectorAll(selector)));
    addAll(found, queries.get(selector));
  };
  const tree = (node) => {
    one(node);
    if (node instanceof Element) addAll(found, node.querySelectorAll(selector));
  };
  const list = (node, kept) => {
    one(node);
    inside(node, kept);
  };
  if (bulk.has(top)) inside(top, bulk.get(top));
  else walkAround(top, { one, tree, list });
}

/** The squashed text of an element around long lists, or of any other. */
function squashedText(top) {
  if (!isAroundBulk(top)) return squash(top.textContent);
  let text = "";
  let plain = "";
  const isText = ({ nodeType }) => nodeType !== Node.COMMENT_NODE && nodeType !== Node.PROCESSING_INSTRUCTION_NODE;
  walkAround(top, {
    one: () => {},
    tree: (node) => {
      if (isText(node)) plain += node.textContent;
    },
    list: (node, kept) => {
      if (kept.text === null) kept.text = squash(node.textContent);
      text += squash(plain) + kept.text;
      plain = "";
    },
  });
  return text + squash(plain);
}
