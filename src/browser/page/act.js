// Fills a field in the page itself, and reads back what the page made of it.

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
  if (answer.holds) noteFilled(request, current);
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
