// Names the options of a choice, so that the driver can choose one with real keys and clicks.

/** Waits until the choice is ready and names its options. A native select also gets the focus, so that keys reach it. */
async function options(request, deadline) {
  const ready = await until(deadline, newChoiceLook(request));
  const answer = answerOfLook(ready, request);
  if (ready.outcome !== "found") return answer;
  const element = ready.found.element;
  const kind = kindOfChoice(element);
  if (kind === "native_select") {
    element.focus({ preventScroll: true });
    answer.focused = hasFocus(element);
    answer.size = element.size;
    answer.index = element.selectedIndex;
    answer.list = isListBox(element);
    if (answer.list && element.options[request.reach]) element.options[request.reach].scrollIntoView({ block: "nearest", behavior: "instant" });
  }
  answer.kind = kind;
  answer.multiple = element.multiple === true || element.getAttribute("aria-multiselectable") === "true";
  answer.options = kind === "native_select" ? nativeOptions(element) : drawnOptions(element, kind);
  return answer;
}

// A group of radio buttons need not take a click itself; it is enough that it stands there.
function newChoiceLook(request) {
  const ready = newLook(request, "ready");
  const visible = newLook(request, "visible");
  return (watch) => {
    const seen = visible(watch);
    const isGroup = seen.outcome === "found" && kindOfChoice(seen.found.element) === "radio_group";
    return isGroup ? seen : ready(watch);
  };
}

/** How a native select stands at this instant, without waiting: keys may only be sent on while its list is open. */
function opened(request) {
  const found = resolve(request.target);
  if (found.state !== "one") return answerOfLook({ outcome: found.state, found }, request);
  const element = found.element;
  // A select drawn by the page itself (appearance: base-select) is open in the same sense.
  const open = CSS.supports("selector(:open)") ? element.matches(":open") : null;
  return { outcome: "found", open, focused: hasFocus(element), index: element.selectedIndex, options: nativeOptions(element) };
}

function kindOfChoice(element) {
  if (element.localName === "select") return "native_select";
  const role = roleOf(element);
  if (role === "combobox" || role === "listbox" || element.getAttribute("aria-haspopup") === "listbox") return "combobox";
  if (role === "menu" || role === "menubar" || /^(menu|true)$/.test(element.getAttribute("aria-haspopup") || "")) return "menu";
  if ((role === "radiogroup" || role === "group") && choicesIn(element, "radio_group").length > 0) return "radio_group";
  return "other";
}

// A select of several lines has no list to open: keys would choose every option on the way, so a click must do it.
function isListBox(select) {
  return select.multiple || select.size > 1;
}

function nativeOptions(select) {
  const all = [];
  // In the open list the Home key goes to the first option that can be chosen, and each arrow to the next such one.
  let presses = 0;
  Array.from(select.options).forEach((option, index) => {
    // A hidden option takes part in neither list nor keys, but the index of the others counts it.
    if (option.hidden || getComputedStyle(option).display === "none") return;
    const group = option.parentElement.localName === "optgroup" ? option.parentElement : null;
    const disabled = option.disabled || (group !== null && group.disabled);
    all.push({ name: tidy(option.label || option.text), selected: option.selected, disabled, index, group: group && tidy(group.label), presses: disabled ? null : presses });
    all[all.length - 1].point = isListBox(select) ? clickPoint(option).point : null;
    if (!disabled) presses += 1;
  });
  return all;
}

function choicesIn(element, kind) {
  const selector = { radio_group: "input[type=radio],[role=radio]", menu: "[role=menuitem],[role=menuitemradio],[role=menuitemcheckbox]" }[kind] || "[role=option]";
  const owned = elementsReferredBy(element, "aria-controls").concat(elementsReferredBy(element, "aria-owns"));
  return [element].concat(owned).flatMap((place) => queryAll(selector, place));
}

function drawnOptions(element, kind) {
  return choicesIn(element, kind)
    .filter(isVisible)
    .map((choice, index) => ({
      name: nameOf(choice),
      selected: isChecked(choice) === true || choice.getAttribute("aria-selected") === "true",
      disabled: !isEnabled(choice),
      index,
      point: clickPoint(choice).point,
    }));
}
