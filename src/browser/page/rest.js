// Waits until the page has come to rest, and reads what a control holds.

// A search that waits until somebody has stopped typing does so for less than this.
const AT_REST_MS = 400;

/** Waits until nothing has changed for a while and nothing says that it is busy. The answer comes in any case. */
async function rest(request, deadline) {
  let changes = -1;
  let since = performance.now();
  const look = await until(deadline, (watch) => {
    if (watch.changes() !== changes) {
      changes = watch.changes();
      since = performance.now();
    }
    const busy = document.readyState === "loading" || queryAll("[aria-busy=true]", null).some(isVisible);
    return { done: !busy && performance.now() - since >= AT_REST_MS };
  });
  return { outcome: "found", rested: look.done };
}

/** What controls hold, once all of them are there. They need not show: a field on another tab holds what it holds. */
async function holding(request, deadline) {
  const look = await until(deadline, () => {
    const interrupted = interruptedNow(request);
    if (interrupted !== null) return interrupted;
    const found = request.targets.map((target) => resolve(target, { hiddenToo: true }));
    const missing = found.findIndex(({ state }) => state !== "one");
    const heldUp = missing < 0 ? null : gateNow(request) || unservedNow(request);
    if (heldUp !== null) return heldUp;
    return { done: missing < 0, outcome: missing < 0 ? "found" : found[missing].state, found, missing };
  });
  if (look.outcome === "found") return { outcome: "found", holds: look.found.map(({ element }) => heldBy(element)) };
  if (isHeldUp(look)) return look;
  const target = request.targets[look.missing];
  return Object.assign(answerOfLook({ outcome: look.outcome, found: look.found[look.missing] }, { target }), { missing: look.missing });
}

function heldBy(element) {
  if (isSecretField(element)) return null;
  const own = isChecked(element);
  if (own !== null) return own ? "on" : "off";
  const value = shownValue(element);
  if (value !== null) return value;
  // A group of boxes holds the names of those that are ticked.
  const boxes = queryAll("input[type=checkbox],input[type=radio],[role=checkbox],[role=radio],[role=switch]", element);
  if (boxes.length > 0) return boxes.filter((box) => isChecked(box) === true).map(nameOf).join(", ");
  return visibleText(element);
}
