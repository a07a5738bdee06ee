// Waits inside the page: looks again when something changed, at most once a frame, until the answer is there or time is up.

// Style sheets, hovering and media queries change what is visible without any mutation, so a look is due now and then anyway.
const LOOK_AGAIN_MS = 80;

/** The next animation frame; a timer stands in for it, because a page in the background draws none. */
function nextFrame() {
  return new Promise((go) => {
    const timer = setTimeout(go, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      go();
    });
  });
}

function pause(ms) {
  return new Promise((go) => setTimeout(go, ms));
}

/** Watches the document and its open shadow roots for changes. */
function watchPage() {
  let changes = 0;
  let changedAt = performance.now();
  let wake = null;
  const notice = () => {
    changes += 1;
    changedAt = performance.now();
    if (wake !== null) wake();
  };
  const observer = new MutationObserver(notice);
  const watched = new WeakSet();
  const watchRoots = () => {
    for (const root of roots()) {
      if (watched.has(root)) continue;
      watched.add(root);
      observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    }
  };
  const events = ["transitionend", "animationend", "scroll", "load", "input", "readystatechange"];
  for (const name of events) document.addEventListener(name, notice, { capture: true, passive: true });
  return {
    watchRoots,
    changes: () => changes,
    changedAt: () => changedAt,
    next: (ms) => Promise.race([new Promise((go) => (wake = go)), pause(ms)]).then(() => (wake = null)),
    stop: () => {
      observer.disconnect();
      for (const name of events) document.removeEventListener(name, notice, { capture: true });
    },
  };
}

/**
 * Looks until a look is done or the deadline has passed; the answer is that of the last look.
 * @param {number} deadline on the clock of performance.now()
 * @param {function(object): {done: boolean, soon: boolean|undefined, within: number|undefined}} look synchronous; `soon` asks for
 *   the very next frame, `within` for another look after so many milliseconds at the latest
 */
async function until(deadline, look) {
  const watch = watchPage();
  let frame = { changes: -1, look: null };
  try {
    for (;;) {
      const began = performance.now();
      seenNow = frame.changes === watch.changes() ? lookAfter(frame.look) : freshLook();
      watch.watchRoots();
      const answer = look(watch);
      frame = { changes: answer.soon ? watch.changes() : -1, look: seenNow };
      const now = performance.now();
      if (answer.done || now >= deadline) return answer;
      const most = Math.min(LOOK_AGAIN_MS, answer.within === undefined ? Infinity : answer.within);
      if (!answer.soon) await watch.next(Math.min(most, deadline - now));
      // A look at a huge page is dear; the page's own work comes first.
      if (now - began > 10) await pause(Math.min(now - began, Math.max(deadline - now, 0)));
      await nextFrame();
    }
  } finally {
    watch.stop();
  }
}
