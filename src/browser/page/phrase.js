// Makes sure that the page itself asks for the phrase that is typed to confirm something, before anything is typed.

// How long a dialog may take to show the phrase, after its field is ready.
const PHRASE_MS = 2000;

/** Waits until the field is ready and the page asks for the phrase there; then gives it the focus and guards its keys. */
async function confirm(request, deadline) {
  disarm(guardOf(request));
  const ready = newFieldLook(request);
  let since = null;
  const look = await until(deadline, (watch) => {
    const answer = ready(watch);
    if (answer.outcome !== "found") return answer;
    if (since === null) since = performance.now();
    const asked = isAskedFor(request.phrase, answer.found.element);
    return Object.assign(answer, { asked, done: asked || performance.now() - since > PHRASE_MS });
  });
  if (look.outcome !== "found") return answerOfLook(look, request);
  const field = look.found.element;
  if (!look.asked) return { outcome: "not_asked", near: sentenceNear(field) };
  field.focus({ preventScroll: true });
  seenNow = freshLook();
  putUp(request, field);
  return Object.assign(answerOfLook(look, request), { focused: hasFocus(field) });
}

function regionOf(field) {
  return nearest(field, (node) => node.matches(DIALOGS)) || nearest(field, (node) => node.matches("form,[role=form]")) || nearest(field, (node) => node.matches("section,[role=region],main")) || document.body;
}

// What a button is called is not what the page asks to be typed.
function isAskedFor(phrase, field) {
  const region = regionOf(field);
  const buttons = new Set(queryAll("button,[role=button],a[href]", region));
  const lines = linesOf(region, { values: false, except: buttons }).concat(wordsOf(field));
  // Upper and lower case are a part of the phrase, since the page will compare them.
  return lines.some((line) => tidy(line) === tidy(phrase) || standsIn(tidy(line), tidy(phrase)));
}

/** What belongs to a field: its labels, its description, its placeholder. */
function wordsOf(field) {
  const described = elementsReferredBy(field, "aria-describedby").map((text) => contentOf(text, field));
  return [...labelTexts(field), ...described, field.getAttribute("aria-description") || "", field.getAttribute("placeholder") || ""].map(tidy).filter((text) => text !== "");
}

function sentenceNear(field) {
  const own = wordsOf(field);
  const lines = own.length > 0 ? own : linesOf(regionOf(field), { values: false });
  return cut(lines.join(" "), 200);
}
