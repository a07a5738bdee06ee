// Knows what can be chosen: which kind of choice a control is, the names of its choices, and which of them one text means.

// What people choose from, in this order: the first kind that a place holds is what it offers.
const CHOICES = [
  "[role=option],[aria-selected]:not([role])",
  "[role=treeitem]",
  "[role=menuitem],[role=menuitemradio],[role=menuitemcheckbox]",
  "input[type=radio],[role=radio]",
  "input[type=checkbox],[role=checkbox],[role=switch]",
  "a[href],button,[role=button],[role=link]",
  "li",
];
const RADIOS = CHOICES[3];
const TICKS = CHOICES[4];
const ITEMS = CHOICES[2] + "," + CHOICES[5];

/** Which kind of choice a control is. */
function kindOfChoice(element) {
  if (element.localName === "select") return isListBox(element) ? "native_list" : "native_select";
  const role = roleOf(element);
  const opens = element.getAttribute("aria-haspopup") || "";
  if (element.localName === "input" && element.list) return "suggestions";
  if (role === "combobox" || /^(listbox|tree|grid|dialog)$/.test(opens)) return "combobox";
  if (role === "listbox" || role === "tree") return element.hasAttribute("aria-expanded") ? "combobox" : "listbox";
  if (/^(menu|true)$/.test(opens)) return "menu";
  if (role === "menu" || role === "menubar") return "listbox";
  const radios = queryAll(RADIOS, element).filter(isVisible).length;
  const boxes = queryAll(TICKS, element).filter(isVisible).length;
  if (radios > 0 && boxes === 0) return "radio_group";
  if (boxes > 0 && radios === 0) return "checkbox_group";
  // A button that says nothing of what it opens can still open a menu; what appears will tell.
  return role === "button" ? "menu" : "other";
}

/** The control of a choice: the element itself, or the one select or combobox inside it. */
function choiceControl(element) {
  const own = element.localName === "label" && element.control ? element.control : element;
  if (kindOfChoice(own) !== "other") return own;
  const inner = queryAll("select,[role=combobox],[role=listbox]", own);
  const shown = inner.filter(isVisible);
  // An input that is too small to be seen can still be the combobox that a box is drawn around.
  if (shown.length === 1) return shown[0];
  return inner.length === 1 ? inner[0] : own;
}

function opensList(kind) {
  return kind === "combobox" || kind === "menu";
}

/** The choices of a place, each with its name and how it stands. */
function choicesIn(place, selectors) {
  const places = [place].concat(elementsReferredBy(place, "aria-owns"));
  for (const selector of selectors) {
    const found = places.flatMap((one) => queryAll(selector, one)).filter(isVisible);
    if (found.length > 0) return Array.from(new Set(found)).map(asChoice);
  }
  return [];
}

function asChoice(element) {
  return { element, name: choiceName(element), selected: isChosen(element), disabled: !isEnabled(element) };
}

// The name of a branch of a tree is its own line, without those of the branches below it.
function choiceName(element) {
  const below = new Set(queryAll(CHOICES.slice(0, 3).join(",") + ",[role=group]", element));
  if (below.size > 0 && !element.hasAttribute("aria-label")) return tidy(linesOf(element, { values: false, except: below }).join(" "));
  return nameOf(element) || tidy(visibleText(element));
}

/** Whether it is chosen; null when nothing says so either way. */
function isChosen(element) {
  const checked = isChecked(element);
  if (checked !== null) return checked;
  const selected = element.getAttribute("aria-selected");
  if (selected !== null) return selected === "true";
  const inner = queryAll(TICKS, element);
  return inner.length === 1 ? isChecked(inner[0]) : null;
}

/** The options of a native select. */
function nativeChoices(select) {
  const all = [];
  // In the open list the Home key goes to the first option that can be chosen, and each arrow to the next such one.
  let presses = 0;
  Array.from(select.options).forEach((option, index) => {
    // A hidden option takes part in neither list nor keys, but the index of the others counts it.
    if (option.hidden || getComputedStyle(option).display === "none") return;
    const group = option.parentElement.localName === "optgroup" ? option.parentElement : null;
    if (group !== null && group.hidden) return;
    const disabled = option.disabled || (group !== null && group.disabled);
    all.push({ element: option, name: tidy(option.label || option.text), selected: option.selected, disabled, index, presses: disabled ? null : presses });
    if (!disabled) presses += 1;
  });
  return all;
}

/**
 * Everything a control offers now.
 * @returns {{state: string, kind: string, places: Element[], choices: object[], multiple: boolean}}
 *   state: one, or none and several when it is not clear from which list is chosen
 */
function offerOf(request, control, of) {
  if (of === "item") return itemsOf(request, control);
  const kind = kindOfChoice(control);
  const own = { state: "one", kind, places: [control], multiple: control.multiple === true || control.getAttribute("aria-multiselectable") === "true" };
  if (kind === "native_select" || kind === "native_list") return Object.assign(own, { choices: nativeChoices(control) });
  if (kind === "radio_group") return Object.assign(own, { choices: choicesIn(control, [RADIOS]) });
  if (kind === "checkbox_group") return Object.assign(own, { choices: choicesIn(control, [TICKS]), multiple: true });
  if (kind === "listbox") return Object.assign(own, { choices: choicesIn(control, CHOICES.slice(0, 3)) });
  if (!opensList(kind)) return Object.assign(own, { choices: [] });
  // What a combobox offers says that it can be chosen; a button may open anything.
  const selectors = kind === "combobox" ? CHOICES.slice(0, 5) : CHOICES;
  const places = placesOf(request, control, selectors);
  if (places.length !== 1) return Object.assign(own, { state: places.length === 0 ? "none" : "several", places, choices: [] });
  const lists = outermost(queryAll(LISTS, places[0]).filter(isVisible));
  if (!places[0].matches(LISTS) && lists.length > 1) return Object.assign(own, { state: "several", places: lists, choices: [] });
  const choices = choicesIn(places[0], selectors);
  const several = [places[0]].concat(lists).some((place) => place.getAttribute("aria-multiselectable") === "true");
  const ticks = choices.length > 0 && choices.every(({ element }) => element.matches(TICKS + ",[role=menuitemcheckbox]"));
  return Object.assign(own, { places, choices, multiple: own.multiple || several || ticks });
}

// A menu may be any box that has appeared; where several have, the items of all of them are offered, and one must fit.
function itemsOf(request, control) {
  const places = placesOf(request, control, [ITEMS]);
  const choices = places.flatMap((place) => choicesIn(place, [ITEMS]));
  return { state: places.length === 0 ? "none" : "one", kind: "menu", places, choices, multiple: false };
}

/**
 * Which choice one text means: the one of this whole name; only where there is none, the one it leads.
 * @returns {{state: string, choice: object|null, count: number}} state: one, none, several, disabled
 */
function fitOf(choices, wanted, typed) {
  const name = fold(wanted);
  const whole = choices.filter((choice) => fold(choice.name) === name);
  const fitting = whole.length > 0 ? whole : choices.filter((choice) => leadsOf(choice.element, typed).includes(name));
  const able = fitting.filter((choice) => !choice.disabled);
  if (able.length === 1) return { state: "one", choice: able[0], count: 1 };
  if (able.length > 1) return { state: "several", choice: null, count: able.length };
  return { state: fitting.length > 0 ? "disabled" : "none", choice: null, count: 0 };
}

/**
 * What a name that runs on begins with, folded: its first line, the first piece of it that stands by itself, the part of its
 * label before a line break.
 * @param {boolean} typed a list that is filtered marks what was typed in its options, so a marked piece is no lead there
 */
function leadsOf(element, typed) {
  const leads = new Set();
  const add = (text) => fold(text || "") !== "" && leads.add(fold(text));
  const label = element.getAttribute("aria-label") || "";
  if (label.includes("\n")) add(label.trim().split("\n")[0]);
  const referred = elementsReferredBy(element, "aria-labelledby");
  if (referred.length > 1) add(contentOf(referred[0], element));
  for (const box of [element].concat(labelsOf(element))) {
    if (box.localName === "option" || box.localName === "input") continue;
    const lines = linesOf(box, { values: false });
    add(lines[0]);
    const whole = fold(lines.join(" "));
    for (const piece of firstPieces(box, typed)) if (whole === piece || (whole.startsWith(piece) && endsHere(whole.slice(piece.length)))) add(piece);
  }
  return Array.from(leads);
}

function firstPieces(box, typed) {
  const pieces = [];
  for (let place = box; place !== null; ) {
    let next = null;
    for (const node of drawnChildren(place)) {
      if (node.nodeType === Node.TEXT_NODE && tidy(node.data) !== "") break;
      if (!(node instanceof Element) || NOT_TEXT.has(node.localName)) continue;
      const text = fold(linesOf(node, { values: false }).join(" "));
      if (text === "") continue;
      const isInline = kindOfBox(getComputedStyle(node).display) === "inline";
      if (!typed || !isInline) pieces.push(text);
      next = node;
      break;
    }
    place = next;
  }
  return pieces;
}

/** Every text under which a choice may be shown once it is chosen; never one that means another choice as well. */
function aliasesOf(fit, wanted, choices, typed) {
  if (fit.choice === null) return [fold(wanted)];
  const own = [wanted, fit.choice.name, ...leadsOf(fit.choice.element, typed)].map(fold);
  const others = choices.filter((choice) => choice !== fit.choice).map((choice) => fold(choice.name));
  return Array.from(new Set(own.filter((text) => text === fold(wanted) || !others.includes(text))));
}
