// Answers what a choice offers and what it shows as chosen, so that the driver can choose with real clicks and keys.

// How long a control may take to show what was chosen, and to close its list.
const SHOWN_MS = 2000;

/**
 * Waits until a choice is ready and says what it offers, and which of it the wanted names mean.
 * @param {object} request wanted; open: it has just been opened, so its list is waited for
 */
async function choice(request, deadline) {
  disarm(guardOf(request));
  if (request.begin) forgetOpened(request);
  const look = newLook({ ...request, part: undefined }, "visible");
  const end = request.unlike ? Math.min(deadline, performance.now() + SHOWN_MS) : deadline;
  const gaveUp = newPatience({ ...request, part: { quiet_ms: request.quiet_ms } });
  const ready = await until(end, (watch) => {
    const answer = look(watch);
    if (answer.outcome !== "found") return answer;
    const control = choiceControl(answer.found.element);
    if (!isEnabled(control)) return { done: false, outcome: "not_ready", why: "disabled", found: answer.found };
    const offer = offerOf(request, control);
    const chips = chipsOf(control);
    const fits = fitsOf(request, offer, chips);
    // What is chosen already is often not offered any more.
    const there = offer.state === "one" && fits.every(({ state, chip }) => chip || state !== "none");
    if (request.unlike) return Object.assign(answer, { done: isUnlike(offer, request.unlike), control, offer, fits, chips });
    const done = !request.open || !opensList(offer.kind) || there || gaveUp({ state: offer.state === "one" ? "no_choice" : "no_list", offer, control });
    return Object.assign(answer, { done, control, offer, fits, chips });
  });
  const answer = answerOfLook(ready, request);
  if (ready.outcome !== "found") return answer;
  const about = aboutChoice(request, ready);
  if (about.holds && !about.open) noteFilled(request, ready.control);
  return Object.assign(answer, about);
}

// A click on one of several choices has had its effect when that choice stands otherwise, or the list is gone.
function isUnlike(offer, { index, name, selected }) {
  const choice = offer.choices[index];
  return choice === undefined || choice.name !== name || choice.selected !== selected;
}

function fitsOf(request, offer, chips) {
  const typed = wasTyped(request);
  return (request.wanted || []).map((wanted) => {
    const fit = fitOf(offer.choices, wanted, typed);
    const aliases = aliasesOf(fit, wanted, offer.choices, typed);
    return { ...fit, aliases, chip: aliases.some((alias) => chips.includes(alias)) };
  });
}

/** The chips beside the field of a combobox: what is chosen in it and can be taken away. */
function chipsOf(control) {
  const field = editableOf(control);
  return field === null ? [] : chipsBeside(field).filter(({ cross }) => cross).map(({ text }) => text);
}

function aboutChoice(request, { control, offer, fits, chips }) {
  const { kind, state, choices, multiple } = offer;
  const isNative = kind === "native_select" || kind === "native_list";
  if (isNative) control.focus({ preventScroll: true });
  const stray = choices.map((_, index) => index).filter((index) => choices[index].selected === true && !fits.some((fit) => fit.choice === choices[index]));
  return {
    kind, multiple,
    open: opensList(kind) && state !== "none",
    offer: state,
    role: roleOf(control),
    editable: editableOf(control) !== null || (opensList(kind) && state !== "none" && searchFieldOf(request, control) !== null),
    focused: hasFocus(control),
    tiny: rectOf(control).width < 4 || rectOf(control).height < 4,
    options: choices.map(told),
    fits: fits.map(({ state: how, choice: one, count, aliases, chip }) => ({
      state: how, count, aliases, chip,
      index: one === null ? null : choices.indexOf(one),
      selected: one === null ? null : one.selected,
      presses: one === null || one.presses === undefined ? null : one.presses,
    })),
    stray,
    stray_chips: chips.filter((chip) => !fits.some(({ aliases }) => aliases.includes(chip))).length,
    chips: chips.length,
    holds: isHeld(request, control, offer, fits.map(({ aliases }) => aliases)),
  };
}

/** How a native select stands at this instant, without waiting: keys may only be sent on while its list is open. */
function opened(request) {
  const found = resolve(request.target);
  if (found.state !== "one") return answerOfLook({ outcome: found.state, found }, request);
  const element = choiceControl(found.element);
  // A select drawn by the page itself (appearance: base-select) is open in the same sense.
  const open = CSS.supports("selector(:open)") ? element.matches(":open") : null;
  return { outcome: "found", open, focused: hasFocus(element), index: element.selectedIndex };
}

// A select of several lines has no list to open: keys would choose every option on the way, so a click must do it.
function isListBox(select) {
  return select.multiple || select.size > 1;
}

/** The input of a combobox in which one may type, or null. */
function editableOf(control) {
  const inputs = control.localName === "input" ? [control] : queryAll("input", control);
  const fields = inputs.filter((input) => TYPED_INPUTS.has(input.type) && whyNotEditable(input) === null);
  return fields.length === 1 ? fields[0] : null;
}

/**
 * Gives a part of the control the focus, replaces what it holds where a value is given, and guards the keys that follow.
 * @param {object} request part: the field, or what has the focus already; value: a text, or null
 */
async function type(request, deadline) {
  disarm(guardOf(request));
  if (request.part.of === "focus") focusList(request);
  const look = await until(deadline, newLook(request, request.want || "visible"));
  if (look.outcome !== "found") return answerOfLook(look, request);
  const field = look.found.element;
  if (request.part.of === "field") field.focus({ preventScroll: true });
  const focused = hasFocus(field);
  const typed = typeof request.value === "string" && focused && "select" in field;
  if (typed) {
    field.select();
    document.execCommand(request.value === "" ? "delete" : "insertText", false, request.value);
    const before = openedBy(request);
    if (before !== null) before.typed = true;
  }
  seenNow = freshLook();
  putUp(request, field);
  return Object.assign(answerOfLook(look, request), { focused, typed });
}

// An option that was focused may have been drawn anew since; the keys then go to its list.
function focusList(request) {
  seenNow = freshLook();
  if (wantedOf(request).state === "one") return;
  const { offer } = wantedOf({ ...request, part: { of: "choice", wanted: "" } });
  for (const place of offer === undefined ? [] : offer.places) place.focus({ preventScroll: true });
}

/** Waits until the control shows what was chosen and its list is closed; then says how both stand. */
async function held(request, deadline) {
  disarm(guardOf(request));
  const end = Math.min(deadline, performance.now() + SHOWN_MS);
  const look = await until(end, () => {
    const found = resolveChosen(request);
    if (found.state !== "one") return { done: false, outcome: found.state, found };
    const control = choiceControl(found.element);
    const offer = offerOf(request, control);
    const open = opensList(offer.kind) && offer.state !== "none";
    const holds = isHeld(request, control, offer, request.aliases);
    return { done: holds && (!open || request.may_stay === true), outcome: "found", found, control, offer, open, holds };
  });
  if (look.outcome !== "found") return answerOfLook(look, request);
  const { control, offer, open, holds, found } = look;
  if (holds && !open) forgetOpened(request);
  if (!open) noteFilled(request, control);
  const shown = offer.choices.filter(({ selected }) => selected === true).map(({ name }) => name);
  const readings = readingsOf(control);
  return Object.assign(answerOfLook({ outcome: "found", found }, request), {
    holds, open,
    shown: shown.length > 0 || !opensList(offer.kind) ? shown : readings[0] || [],
  });
}

// What a control is called may change with what it shows; the one that was opened is known without its name.
function resolveChosen(request) {
  const before = openedBy(request);
  const isStill = before !== null && before.control.isConnected && isVisible(before.control) && request.opens === true;
  if (!isStill) return resolve(request.target, wishesNow(request, {}));
  const described = request.target.described.map(({ by }) => ({ by, used: null, matched: 1, hidden: 0 }));
  return { state: "one", element: before.control, described, elements: [], scope: "ok", why: "" };
}

function deepFocus() {
  let active = document.activeElement || document.body;
  while (active.shadowRoot && active.shadowRoot.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

/** Whether exactly the wanted ones are chosen, by their own state or by what the control shows. */
function isHeld(request, control, offer, aliases) {
  const chosen = offer.choices.filter(({ selected }) => selected === true);
  const isSame = (texts) => texts.length === aliases.length && aliases.every((own) => texts.some((text) => own.includes(fold(text))));
  if (!opensList(offer.kind)) return isSame(chosen.map(({ name }) => name)) || isSame(chosen.map((one) => leadAmong(one, aliases)));
  if (aliases.length === 0) return false;
  return readingsOf(control).some(isSame) || (offer.state === "one" && chosen.length > 0 && isSame(chosen.map((one) => leadAmong(one, aliases))));
}

function leadAmong(choice, aliases) {
  if (aliases.some((own) => own.includes(fold(choice.name)))) return choice.name;
  return leadsOf(choice.element, false).find((lead) => aliases.some((own) => own.includes(lead))) || choice.name;
}

/** What a control shows as chosen, as lists of texts: pages write it in one of these ways. */
function readingsOf(control) {
  const field = editableOf(control);
  if (field !== null && tidy(field.value) !== "") return [[field.value]];
  const beside = (input) => chipsBeside(input).map(({ text }) => text);
  if (field !== null) return [beside(field)];
  if (control.localName === "input") return tidy(control.value) === "" ? [beside(control)] : [[control.value]];
  const lines = linesOf(control, { values: true });
  const whole = lines.join(" ");
  const split = whole.split(/[,;]/).map(tidy).filter((text) => text !== "");
  return [[whole], split, lines, piecesOf(control).map(({ text }) => text), ...leadsOf(control, false).map((lead) => [lead])].filter((texts) => texts.length > 0);
}

/**
 * What stands beside an empty input inside the box that is drawn around it: chips, which have a cross to take them away by,
 * or the value as a text, or what stands there until there is one.
 */
function chipsBeside(field) {
  for (const box of boxesAround(field)) {
    const pieces = piecesOf(box, field);
    if (pieces.length > 0) return pieces;
  }
  return [];
}

function piecesOf(box, except) {
  const isPiece = (node) => node instanceof Element && node !== except && node.localName !== "label" && !node.matches(BOXES);
  let parts = Array.from(drawnChildren(box)).filter(isPiece);
  // Chips may have a box of their own around all of them; a box with one cross is a chip itself.
  while (parts.length === 1 && parts[0].children.length > 1 && crossesIn(parts[0]).length !== 1) parts = Array.from(drawnChildren(parts[0])).filter(isPiece);
  return parts.map(asPiece).filter(({ text }) => text !== "");
}

/** What takes a chip away: a button or a drawing without any words on it. */
function crossesIn(chip) {
  return outermost(queryAll("button,[role=button],svg,span,i", chip).filter((inner) => !/[\p{L}\p{N}]/u.test(inner.textContent)));
}

// The cross is no part of a chip's name.
function asPiece(chip) {
  const crosses = crossesIn(chip);
  const text = fold(linesOf(chip, { values: false, except: new Set(crosses) }).join(" "));
  return { text: /[\p{L}\p{N}]/u.test(text) ? text : "", cross: crosses.length > 0 || chip.matches("button,[role=button]") };
}
