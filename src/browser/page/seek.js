// Looks through a list of options that draws only what is in view: from its top to its end, until the wanted one is drawn.

// How long a list may take to draw what has come into view, and how many frames: beside other work they are longer.
const DRAWN_MS = 60;
const DRAWN_FRAMES = 3;

/** The box that scrolls the options, or null when all of them are in view. */
function choicesScroller({ choices }, control) {
  if (choices.length === 0) return null;
  return nearest(choices[0].element, (node) => isWithin(control, node) || isScroller(node));
}

function isScroller(node) {
  return node.scrollHeight > node.clientHeight + 4 && getComputedStyle(node).overflowY !== "visible";
}

/**
 * Scrolls on, look by look, as long as an option is not there.
 * @returns {function(object): boolean} whether there is more to see; at the end, what was found tells all that was offered
 */
function newSeeker(request) {
  const seen = new Map();
  let next = 0;
  let frames = DRAWN_FRAMES;
  let began = false;
  return (found) => {
    if (found.state !== "no_choice" || found.fit.state !== "none" || request.part.index !== undefined) return false;
    const box = choicesScroller(found.offer, found.control);
    if (box === null || isWithin(found.control, box)) return false;
    for (const choice of found.offer.choices) seen.set(choice.name, choice);
    found.offer.choices = Array.from(seen.values());
    frames += 1;
    if (performance.now() < next || frames < DRAWN_FRAMES) return true;
    const last = box.scrollTop;
    // A list opens where its chosen option is, which need not be its top.
    box.scrollTop = began ? last + box.clientHeight * 0.8 : 0;
    const moved = box.scrollTop !== last || !began;
    began = true;
    next = performance.now() + DRAWN_MS;
    frames = 0;
    return moved;
  };
}
