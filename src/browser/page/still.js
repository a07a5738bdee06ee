// Says whether a page kept still from one reading of what to cover to the next, with the picture in between: rows that
// swap places and come back stand at both readings where they stood, and yet the picture may show somebody else.

// A picture takes a fraction of it. Who watches longer was forgotten, and must not be a burden to the page for ever.
const LONGEST_WATCH_MS = 10000;

// A page with more elements is huge: a whole look in every frame would leave it no time for anything else, nor for what is asked
// of it. How long a look takes would be no measure, since a machine that is busy makes every look long.
const HUGE = 20000;

// Of the time that a huge page has, whole looks take one part in so many.
const ONE_PART_IN = 4;

/** What watches since the last reading in this document. */
let stillness = null;

/**
 * The boxes to cover. Where the reading before is among those of `since`, also whether every one of its boxes has held until
 * now and nothing else had to be covered meanwhile; where not, this reading is watched from now on.
 */
function readMasks(request) {
  const answer = masks(request);
  const boxes = JSON.stringify(answer);
  const before = stillness;
  stillness = null;
  const held = before !== null && before.stop(boxes);
  answer.still = held && (request.since || []).includes(before.number);
  if (!answer.still) {
    stillness = watchStill(request, boxes);
    answer.number = stillness.number;
  }
  return answer;
}

/**
 * Reads again whenever the document was changed, before that can be drawn, and in every frame, since animations, scrolling
 * and style sheets move things without changing the document. In most frames of a huge page that is a glance.
 */
function watchStill(request, boxes) {
  const until = performance.now() + LONGEST_WATCH_MS;
  let moved = false;
  let over = false;
  let last = seenNow;
  const observer = new MutationObserver(() => look(freshLook()));
  const watchRoots = () => {
    for (const root of roots()) observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  };
  const end = () => {
    over = true;
    observer.disconnect();
  };
  function look(at) {
    if (over) return;
    try {
      last = seenNow = at;
      moved = performance.now() > until || JSON.stringify(masks(request)) !== boxes;
      watchRoots();
    } catch {
      moved = true;
    }
    if (moved) end();
  }
  let due = 0;
  const everyFrame = () => {
    const began = performance.now();
    if (isHuge() && began < due) {
      look(glanceAfter(last));
    } else {
      look(freshLook());
      due = began + ONE_PART_IN * (performance.now() - began);
    }
    if (!over) requestAnimationFrame(everyFrame);
  };
  watchRoots();
  requestAnimationFrame(everyFrame);
  return {
    // In another document it would be another one.
    number: performance.timeOrigin + "+" + performance.now(),
    stop: (now) => {
      end();
      return !moved && now === boxes;
    },
  };
}

function isHuge() {
  return document.getElementsByTagName("*").length > HUGE;
}
