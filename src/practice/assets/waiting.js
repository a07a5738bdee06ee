// A sign-in page that waits for something outside of it asks whether that has happened, and goes on once it has.
(() => {
  "use strict";
  const { step } = document.currentScript.dataset;
  // What was sent off is answered by a page of its own: going on beside it would throw that away, and the session with it.
  let sent = false;
  addEventListener("submit", () => (sent = true));
  async function look() {
    try {
      const answer = await (await fetch("/login/standing", { headers: { "Accept": "application/json" } })).json();
      if (sent) return;
      if (answer.step !== step) {
        location.replace("/login/continue");
        return;
      }
    } catch {
      // The server is away for a moment: ask again.
    }
    setTimeout(look, 500);
  }
  setTimeout(look, 500);
})();
