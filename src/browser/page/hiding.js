// Says what hides from accessibility, or keeps from use, something that a person can see: `aria-hidden`, `inert`, a modal dialog.

/** The modal dialog that keeps everything outside of it from use, or null. */
function modalNow() {
  if (seenNow.modal === undefined) {
    const open = queryAll("dialog", null).filter((dialog) => dialog.matches(":modal"));
    // Of several the topmost alone can be hit.
    seenNow.modal = (open.length > 1 ? open.find((dialog) => clickPoint(dialog).point !== null) : open[0]) || null;
  }
  return seenNow.modal;
}

function isBehindModal(element) {
  const modal = modalNow();
  return modal !== null && !isWithin(element, modal);
}

/**
 * Leaves out what lies behind an open modal dialog, as long as something else is left: the page below often has its twin.
 * @param {Element[]} elements
 */
function withoutTwinsBehind(elements) {
  if (elements.length < 2 || modalNow() === null) return elements;
  const ahead = elements.filter((element) => !isBehindModal(element));
  return ahead.length === 0 ? elements : ahead;
}

/**
 * What keeps an element from use although it can be seen, or null.
 * @returns {{how: string, on: Element}|null}
 */
function inertness(element) {
  if (isMadeInert(element)) return { how: "inert", on: whatIsInert(element) };
  return isBehindModal(element) ? { how: "modal", on: modalNow() } : null;
}

function whatIsInert(element) {
  const marked = nearest(element, (node) => node.hasAttribute("inert"));
  return marked || nearest(element, (node) => drawnParent(node) === null || !isMadeInert(drawnParent(node)));
}

/** What hides an element from accessibility although it can be seen, or null when accessibility has it. */
function hidingOf(element) {
  const silenced = nearest(element, isSilenced);
  if (silenced !== null) return { how: "aria-hidden", on: silenced };
  const inert = inertness(element);
  if (inert !== null || isExposed(element)) return inert;
  // A tick box without a box of its own: its label draws it.
  return { how: "undrawn", on: labelsOf(element).find(isShown) || element };
}

/** The same, for an answer. */
function hidingAnswer(hiding) {
  return hiding === null ? null : { how: hiding.how, on: tagOf(hiding.on) };
}

/** An element by its tag and what tells it from others, as it would be written in HTML. */
function tagOf(element) {
  const attribute = ["id", "class", "role"].find((name) => element.getAttribute(name));
  return "<" + element.localName + (attribute === undefined ? "" : " " + attribute + '="' + cut(tidy(element.getAttribute(attribute)), 60) + '"') + ">";
}

/**
 * What one description found and passed over, for a refusal: those that only accessibility does not have are no hidden ones.
 * @param {object} one as in `resolve`
 */
function passedOver(one) {
  const passed = one.passed || [];
  const unheard = isAsSeen(one.by) ? [] : passed.filter(isVisible);
  return {
    by: one.by,
    used: one.used,
    matched: one.matched,
    hidden: passed.length - unheard.length,
    unheard: unheard.length,
    hiding: unheard.slice(0, 5).map((element) => ({ element: outlineOf(element), hiding: hidingAnswer(hidingOf(element)) })),
  };
}

/** What was passed over where a target was to be looked for, however deep; an empty list when that place is there. */
function passedOverAround(target) {
  if (!target.in || !target.in.control) return [];
  const around = resolve(target.in.control);
  if (around.scope !== "ok") return passedOverAround(target.in.control);
  return around.state === "none" ? around.described.flatMap((one) => passedOver(one).hiding) : [];
}

/** The elements between which nothing decides, each with what hides it: one of them may be a copy that only shows. */
function rivals(elements) {
  const few = elements.slice(0, 5).map(({ by, element }) => ({ by, element: outlineOf(element), hiding: hidingAnswer(hidingOf(element)) }));
  const isLike = (one, other) => other.hiding === null && other.element.role === one.element.role && other.element.name === one.element.name;
  return few.map((one) => Object.assign(one, { twin: one.hiding !== null && few.some((other) => isLike(one, other)) }));
}
