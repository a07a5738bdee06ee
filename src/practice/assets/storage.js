// Tokens in the browser's storage: one page brings them, and every later page stays hidden until it has shown them.
const given = (name) => document.querySelector(`meta[name="${name}"]`)?.content;

/** Keeps what this page brings. */
function keepTokens() {
  const token = given("storage-token");
  if (!token) return;
  localStorage.setItem("practice_token", token);
  sessionStorage.setItem("practice_tab", given("storage-tab"));
}

/** Shows the page if the browser kept both tokens; without them the server ends the session, and `ask` leads to sign-in. */
async function showTokens() {
  const [token, tab] = [localStorage.getItem("practice_token"), sessionStorage.getItem("practice_tab")];
  await ask("POST", "/api/token", { token: token || "", tab: tab || "" });
  document.getElementById("app").hidden = false;
}
