// What happens when a page has arrived: rows at once, working controls as soon as the page is told to have them.
async function signOut() {
  await fetch("/logout", { method: "POST", headers: { "X-CSRF-Token": csrf }, redirect: "manual" });
  location.assign("/login");
}

function ready() {
  watchMenus();
  const button = document.getElementById("account-menu");
  const email = document.querySelector('[data-testid="account-email"]').textContent;
  button.addEventListener("click", () => toggleMenu(button, [{ text: "Sign out", act: signOut }], `Signed in as ${email}`));
  if (users) readyUsers();
}

function start() {
  if (users) load(pageAsked()).then(openAsked);
  if (readyAfter > 0) setTimeout(ready, readyAfter);
  else ready();
}

spoilPage(false);
keepTokens();
if (document.getElementById("app").hidden) showTokens().then(start);
else start();
