// Resolves what a request is about: its target, or one choice, item or box that belongs to it.

// How long what is offered must have stayed as it is, before what is missing in it is missing.
const QUIET_MS = 1500;
const QUIET_AFTER_TYPING_MS = 4000;

/** The element a request is about, in the form that `resolve` gives. */
function wantedOf(request, wishes) {
  const found = resolve(request.target, wishesNow(request, wishes));
  if (!request.part || found.state !== "one") return found;
  const control = controlOfPart(request, found.element);
  const own = request.part.of === "box" ? boxOf(found.element) : ownPart(request, control);
  if (own !== undefined) return Object.assign({}, found, { element: own, state: own === null ? "none" : "one" });
  const offer = offerOf(request, control, request.part.of);
  const answer = (state, element, more) => Object.assign({}, found, { state, element, offer, control }, more);
  if (offer.state !== "one") return answer(offer.state === "none" ? "no_list" : "several_lists", null, {});
  const fit = request.part.index === undefined ? fitOf(offer.choices, request.part.wanted, wasTyped(request)) : atIndex(offer.choices, request.part);
  return fit.state === "one" ? answer("one", fit.choice.element, { fit }) : answer("no_choice", null, { fit });
}

function controlOfPart(request, element) {
  // A menu belongs to the button that was found, whatever else that could be.
  return request.part.of === "item" ? controlOf(element) : choiceControl(element);
}

// Parts that are no choices: the control that opens the list, the field one types into, and what has the focus in either.
function ownPart(request, control) {
  if (request.part.of === "control") return control;
  if (request.part.of === "field") return editableOf(control) || searchFieldOf(request, control) || control;
  if (request.part.of !== "focus") return undefined;
  const active = deepFocus();
  const places = [control].concat(offerOf(request, control, "choice").places);
  return places.some((place) => isWithin(active, place)) ? active : null;
}

/** The one field for searching that came with the list, or null. */
function searchFieldOf(request, control) {
  const before = openedBy(request);
  if (before === null) return null;
  const fields = queryAll("input", null).filter((input) => TYPED_INPUTS.has(input.type) && isVisible(input) && newBoxAround(input, control, before) !== null);
  return fields.length === 1 ? fields[0] : null;
}

function wasTyped(request) {
  const before = openedBy(request);
  return before !== null && before.typed;
}

function atIndex(choices, part) {
  const choice = choices[part.index];
  const same = choice !== undefined && choice.name === part.name && !choice.disabled;
  return { state: same ? "one" : "none", choice: same ? choice : null, count: same ? 1 : 0 };
}

/** Says whether what is offered has stayed the same for so long that waiting for more would be in vain. */
function newPatience(request) {
  let before = null;
  let since = performance.now();
  return (found) => {
    const now = found.offer === undefined ? "" : found.state + "\n" + found.offer.choices.map(({ name, disabled }) => name + disabled).join("\n");
    if (now !== before) since = performance.now();
    before = now;
    if (found.offer === undefined) return false;
    // A list without anything in it is still being loaded, unless it waits for something to be typed.
    const isEmpty = found.state === "no_choice" && found.offer.choices.length === 0;
    if (isEmpty && (wasTyped(request) || !found.control || editableOf(found.control) === null)) return false;
    const quiet = (request.part && request.part.quiet_ms) || (wasTyped(request) ? QUIET_AFTER_TYPING_MS : QUIET_MS);
    return performance.now() - since > quiet;
  };
}

/** What the answer says of a part that was not found. */
function answerOfPart(found, request) {
  const { offer, fit, state, control } = found;
  const searchable = editableOf(control) !== null || searchFieldOf(request, control) !== null;
  return { outcome: state, searchable, kind: offer.kind, why: fit === undefined ? "" : fit.state, count: fit === undefined ? offer.places.length : fit.count, options: offer.choices.map(told) };
}

function told({ name, selected, disabled }) {
  return { name, selected, disabled };
}

/** What the answer says of a part that was found: its name, and every text under which it may be shown from now on. */
function partAnswer(found) {
  if (found.fit === undefined) return null;
  const { choice } = found.fit;
  return { name: choice.name, selected: choice.selected, kind: found.offer.kind, multiple: found.offer.multiple, aliases: aliasesOf(found.fit, choice.name, found.offer.choices, false) };
}

/** Waits until a part is there, or until it is clear that it is not going to be. */
async function present(request, deadline) {
  return answerOfLook(await until(deadline, newLook(request, "visible")), request);
}
