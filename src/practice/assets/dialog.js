// Modal dialogs: one at a time, over a page that is out of reach meanwhile.

/** What can have the focus inside `box`. */
function stops(box) {
  return [...box.querySelectorAll("button, input, select")].filter((control) => !control.disabled);
}

/**
 * Opens a dialog. `fields` stand in its form; `ready` says whether they are filled; `send` does the work, and its Error
 * is shown in the dialog, which stays open then.
 */
function openDialog({ title, text, role = "dialog", fields = [], submit, danger = false, ready = () => true, send }) {
  const page = document.getElementById("app");
  const before = document.activeElement;
  const close = () => {
    overlay.remove();
    page.inert = false;
    if (before && before.isConnected) before.focus();
  };
  const cancel = make("button", { type: "button", className: "button", textContent: "Cancel", onclick: close });
  const go = make("button", { type: "submit", className: danger ? "button danger" : "button primary", textContent: submit });
  const problem = make("div");
  const form = make("form", { noValidate: true, className: "fields" }, problem, ...fields, make("footer", {}, cancel, go));
  const box = make("div", { className: "dialog", role, "aria-modal": "true", "aria-labelledby": "dialog-title" },
    make("h2", { id: "dialog-title", textContent: title }));
  if (text) {
    box.append(make("p", { id: "dialog-text", textContent: text }));
    box.setAttribute("aria-describedby", "dialog-text");
  }
  box.append(form);
  const overlay = make("div", { className: "overlay" }, box);
  let busy = false;
  const refresh = () => { go.disabled = busy || !ready(); };
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    busy = true;
    refresh();
    go.classList.add("busy");
    problem.replaceChildren();
    try {
      await send();
      close();
    } catch (error) {
      problem.replaceChildren(make("div", { className: "alert", role: "alert", textContent: error.message }));
    }
    busy = false;
    go.classList.remove("busy");
    refresh();
    if (overlay.isConnected) go.focus();
  });
  overlay.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !busy) close();
    if (event.key !== "Tab") return;
    const order = stops(box);
    const edge = event.shiftKey ? order[0] : order.at(-1);
    if (document.activeElement === edge) {
      event.preventDefault();
      (event.shiftKey ? order.at(-1) : order[0]).focus();
    }
  });
  spoilTyping(form);
  spoilButton(form, go);
  refresh();
  document.body.append(overlay);
  spoilPage(true);
  page.inert = true;
  (fields.length ? stops(box)[0] : cancel).focus();
}

/** A field with its label. */
function labelled(text, control) {
  return make("div", { className: "field" }, make("label", { for: control.id, textContent: text }), control);
}

/** A select of roles; nothing is chosen unless `held` is one of them. */
function roleSelect(id, roles, held) {
  const hint = make("option", { value: "", textContent: "Select a role", disabled: true });
  const select = make("select", { id, name: "role" }, hint, ...roles.map((role) => make("option", { value: role, textContent: role })));
  select.value = roles.includes(held) ? held : "";
  return select;
}
