// Finds the file input that a label, a button or a drop area stands for, and reads back which file it was given.

/** The input that takes a file: the element itself, what it labels, or the only one in it or in the nearest box around it. */
function fileFieldOf(element) {
  const isFileField = (node) => node !== null && node.localName === "input" && node.type === "file";
  if (isFileField(element)) return element;
  if (element.localName === "label" && isFileField(element.control)) return element.control;
  for (let box = element, up = 0; box !== null && box !== document.body && up < 6; box = drawnParent(box), up += 1) {
    const fields = queryAll("input[type=file]", box);
    if (fields.length > 0) return fields.length === 1 ? fields[0] : null;
  }
  return null;
}

/** Waits for the field, which may be hidden, and hands it to the driver. */
async function file(request, deadline) {
  const look = await until(deadline, () => {
    let found = resolve(request.target);
    if (found.state === "none") {
      const hidden = resolve(request.target, { hiddenToo: true });
      if (hidden.state === "one" && fileFieldOf(hidden.element) === hidden.element) found = hidden;
    }
    if (found.state !== "one") return { done: false, outcome: found.state, found };
    const field = fileFieldOf(found.element);
    if (field === null) return { done: false, outcome: "not_ready", why: "no_file_field", found };
    if (!isEnabled(field)) return { done: false, outcome: "not_ready", why: "disabled", found };
    return { done: true, outcome: "found", found, field };
  });
  const answer = answerOfLook(look, request);
  if (look.outcome !== "found") return answer;
  noteFile(request, look.field);
  return Object.assign(answer, { field: look.field });
}

// Pages often take the file and empty the field at once; what it held is seen before they do.
function noteFile(request, field) {
  const note = { field, name: null, size: null };
  const listen = (event) => {
    if (!event.isTrusted || event.composedPath()[0] !== field || field.files.length !== 1) return;
    Object.assign(note, { name: field.files[0].name, size: field.files[0].size });
    window.removeEventListener("change", listen, { capture: true });
  };
  window.addEventListener("change", listen, { capture: true });
  Object.defineProperty(window, request.session + "-file", { value: note, enumerable: false, configurable: true, writable: true });
}

/** Waits until the field holds, or has held, exactly this file. */
async function gave(request, deadline) {
  const note = window[request.session + "-file"] || null;
  const isIt = ({ name, size }) => name === request.name && size === request.size;
  const end = Math.min(deadline, performance.now() + SHOWN_MS);
  const look = await until(end, () => {
    const files = note === null ? [] : Array.from(note.field.files, ({ name, size }) => ({ name, size }));
    const holds = (files.length === 1 && isIt(files[0])) || (note !== null && isIt(note));
    return { done: holds, holds, files };
  });
  return { outcome: "found", holds: look.holds, files: look.files };
}
