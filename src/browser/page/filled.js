// Remembers what controls held once they were filled in, and says before an act which of them holds something else now:
// a page that loads its data late puts the old values back.

/** Notes what a control holds, right after it was filled in and read back. */
function noteFilled(request, element) {
  const name = request.session + "-filled";
  if (!Object.prototype.hasOwnProperty.call(window, name)) Object.defineProperty(window, name, { value: new Map(), enumerable: false });
  window[name].set(request.target.name, { element, holds: holdsNow(element) });
}

/** The first of these controls that holds something else than what was filled in; null when all of them stand. */
function changedSince(request) {
  const noted = window[request.session + "-filled"] || new Map();
  for (const target of request.filled || []) {
    const before = noted.get(target.name);
    if (before === undefined) continue;
    const found = resolve(target, { hiddenToo: true });
    // What a control is called may change with what it holds; and one that left the page has been taken up by it.
    const element = found.state === "one" ? found.element : before.element;
    if (element.isConnected && !isSameHolding(element, before.holds)) return target.name;
  }
  return null;
}

function holdsNow(element) {
  const box = boxOf(element);
  if (box.matches(TICKED)) return tickOf(box);
  const control = choiceControl(element);
  if (opensList(kindOfChoice(control))) return (readingsOf(control)[0] || []).join("\n");
  if (control.localName === "input" || control.localName === "textarea") return control.value;
  return heldBy(control);
}

// A page may trim what was typed, or write it in small letters; a password must be as it was.
function isSameHolding(element, before) {
  const now = holdsNow(element);
  return now === before || (now !== null && before !== null && !isSecretField(element) && fold(now) === fold(before));
}
