// Menus: they hang below a button but live at the end of the page, where nothing can cut them off.
let openedMenu = null;

function closeMenu() {
  if (!openedMenu) return;
  const { box, button } = openedMenu;
  openedMenu = null;
  box.remove();
  button.setAttribute("aria-expanded", "false");
}

/** Opens the menu of `button`, or closes it. `items` are { text, danger, act }; `above` is a line over them. */
function toggleMenu(button, items, above) {
  const again = openedMenu && openedMenu.button === button;
  closeMenu();
  if (again) return;
  const box = make("div", { className: "menu", role: "menu", "aria-label": button.getAttribute("aria-label") });
  if (above) box.append(make("div", { className: "above", role: "presentation" }, above));
  for (const { text, danger, act } of items) {
    box.append(make("button", {
      type: "button", role: "menuitem", tabIndex: -1, textContent: text, className: danger ? "danger" : "",
      onclick: () => { closeMenu(); button.focus(); act(); },
    }));
  }
  document.body.append(box);
  const at = button.getBoundingClientRect();
  const height = box.offsetHeight;
  const below = at.bottom + 6 + height <= window.innerHeight;
  box.style.top = `${Math.max(8, below ? at.bottom + 6 : at.top - height - 6)}px`;
  box.style.left = `${Math.max(8, at.right - box.offsetWidth)}px`;
  button.setAttribute("aria-expanded", "true");
  openedMenu = { box, button };
  box.querySelector("[role=menuitem]")?.focus({ preventScroll: true });
}

/** Lets menus close by themselves and be walked with the keys. */
function watchMenus() {
  document.addEventListener("pointerdown", (event) => {
    if (openedMenu && !openedMenu.box.contains(event.target) && !openedMenu.button.contains(event.target)) closeMenu();
  });
  document.addEventListener("keydown", (event) => {
    if (!openedMenu) return;
    const items = [...openedMenu.box.querySelectorAll("[role=menuitem]")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      const { button } = openedMenu;
      closeMenu();
      button.focus();
    } else if (event.key === "Tab") {
      closeMenu();
    } else if (step) {
      event.preventDefault();
      items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
    }
  });
  window.addEventListener("scroll", closeMenu, { passive: true, capture: true });
  window.addEventListener("resize", closeMenu);
}
