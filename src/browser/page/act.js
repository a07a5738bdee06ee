// The acts that are done in the page itself: filling a field, and naming the options of a choice.

const TYPED_INPUTS = new Set(["text", "email", "search", "password", "tel", "url", "number"]);

/**
 * Waits until the field is ready, replaces its content as typing would, and reads back what it holds then.
 * @param {object} request target, value, secret
 */
async function fill(request, deadline) {
  const look = await until(deadline, newFieldLook(request));
  if (look.outcome !== "found") return answerOfLook(look, request);
  const field = await insert(request, look.found.element);
  if (field === null) return { outcome: "not_ready", why: "not_editable", element: outlineOf(look.found.element), covered_by: null };
  // Frameworks answer to input in the next frame: only what stands then has been accepted.
  await nextFrame();
  await nextFrame();
  seenNow = freshLook();
  const current = field.isConnected ? field : resolve(request.target).element;
  const held = current === null ? null : contentHeld(current);
  const answer = answerOfLook({ outcome: "found", found: Object.assign({}, look.found, { element: current || field }), point: look.point }, request);
  answer.holds = held !== null && sameContent(held, request.value);
  answer.holds_length = held === null ? 0 : held.length;
  answer.focused = current !== null && hasFocus(current);
  answer.value = request.secret || (current !== null && isSecretField(current)) ? null : held;
  if (request.secret || field.isContentEditable) answer.text = "";
  return answer;
}

function newFieldLook(request) {
  const look = newLook(request, "ready");
  return (watch) => {
    const answer = look(watch);
    if (answer.outcome !== "found") return answer;
    const why = whyNotEditable(answer.found.element);
    return why === null ? answer : { done: false, outcome: "not_ready", why, found: answer.found, hit: null };
  };
}

function whyNotEditable(element) {
  if (element.isContentEditable) return null;
  const typed = (element.localName === "input" && TYPED_INPUTS.has(element.type)) || element.localName === "textarea";
  if (!typed) return "not_editable";
  return element.readOnly || element.getAttribute("aria-readonly") === "true" ? "readonly" : null;
}

// A page may replace a field when it gets the focus; the new one is filled then, if it is exactly one again.
async function insert(request, element) {
  let field = element;
  for (let tries = 0; tries < 3; tries += 1) {
    field.focus({ preventScroll: true });
    if (field.isConnected && hasFocus(field)) {
      selectAll(field);
      if (request.value === "") document.execCommand("delete", false);
      else document.execCommand("insertText", false, request.value);
      return field;
    }
    await nextFrame();
    seenNow = freshLook();
    const again = resolve(request.target);
    if (again.state !== "one") return null;
    field = again.element;
  }
  return null;
}

function selectAll(field) {
  if (typeof field.select === "function") return field.select();
  const range = document.createRange();
  range.selectNodeContents(field);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

function hasFocus(element) {
  let active = document.activeElement;
  while (active !== null && active !== element && active.shadowRoot) active = active.shadowRoot.activeElement;
  return active !== null && (active === element || (element.isContentEditable && isWithin(active, element)));
}

function contentHeld(field) {
  return "value" in field && typeof field.value === "string" ? field.value : field.innerText;
}

// Line ends and the last line break of an editor are the browser's own matter; everything else must be as it was given.
function sameContent(held, wanted) {
  const plain = (text) => text.replace(/\r\n?/g, "\n").replace(/\u00A0/g, " ").replace(/\n$/, "");
  return plain(held) === plain(wanted);
}

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

function kindOfChoice(element) {
  if (element.localName === "select") return "native_select";
  const role = roleOf(element);
  if (role === "combobox" || role === "listbox" || element.getAttribute("aria-haspopup") === "listbox") return "combobox";
  if (role === "menu" || role === "menubar" || /^(menu|true)$/.test(element.getAttribute("aria-haspopup") || "")) return "menu";
  if ((role === "radiogroup" || role === "group") && choicesIn(element, "radio_group").length > 0) return "radio_group";
  return "other";
}

function nativeOptions(select) {
  const all = [];
  Array.from(select.options).forEach((option, index) => {
    // A hidden option takes part in neither list nor keys, but the index of the others counts it.
    if (option.hidden || getComputedStyle(option).display === "none") return;
    const group = option.parentElement.localName === "optgroup" ? option.parentElement : null;
    const disabled = option.disabled || (group !== null && group.disabled);
    all.push({ name: tidy(option.label || option.text), selected: option.selected, disabled, index, group: group && tidy(group.label) });
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
