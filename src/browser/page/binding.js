// Says whether a region of the page names one person, and nobody else, at this moment.

/**
 * Whether the region names the person, and nobody else, at this moment.
 * @returns {{bound: string|null, why: string|null, lines: string[], foreign: string|null, region: string}}
 */
function bindingNow(request) {
  // A step that commits nothing is guarded too, against hitting another element, but need not name anybody.
  if (!request.expect) return { bound: "", why: null, lines: [], foreign: null, region: "ok" };
  if (request.expect.ticked) return tickedNow(request);
  const place = request.names ? resolve(request.names, wishesNow(request, {})) : { state: "one", element: document.body };
  const failed = (why, more) => Object.assign({ bound: null, why, lines: [], foreign: null, region: "ok" }, more);
  if (place.state !== "one" || place.element === null) return failed("missing", { region: place.state === "one" ? "none" : place.state });
  const lines = linesOf(place.element, { values: true });
  const folded = lines.map(fold);
  const own = request.expect.token === undefined ? null : fold(request.expect.token);
  const foreign = (request.foreign || []).find((key) => isForeign(fold(key), own, folded));
  if (foreign !== undefined) return failed("foreign", { lines, foreign });
  const at = own === null ? lineMatching(folded, request.expect.line) : folded.findIndex((line) => standsIn(line, own));
  if (at === "twice") return failed("twice", { lines });
  return at < 0 ? failed("missing", { lines }) : { bound: lines[at], why: null, lines, foreign: null, region: "ok" };
}

// Only addresses are looked for: a stranger's bare login may be an ordinary word of the page.
function isForeign(key, own, lines) {
  return key.includes("@") && key !== own && lines.some((line) => standsIn(line, key));
}

function lineMatching(lines, parts) {
  const person = linePattern(parts, false);
  const anyone = linePattern(parts, true);
  const alike = lines.filter((line) => anyone.test(line));
  if (alike.length > 1) return "twice";
  return lines.findIndex((line) => person.test(line));
}

/** Whether the ticked rows of the list are this person's row alone; a tick in a row that does not show counts as well. */
function tickedNow(request) {
  const failed = (why, more) => Object.assign({ bound: null, why, lines: [], foreign: null, region: "ok" }, more);
  const own = resolve(request.names);
  if (own.state !== "one" || own.element === null) return failed("missing", { region: own.state === "one" ? "none" : own.state });
  const { tables } = tablesOf(request.expect.ticked);
  const ticked = tables.flatMap((table) => Array.from(ownRows(table.element)).filter((row) => row !== table.headerRow && isTicked(row)));
  if (ticked.length === 0) return failed("unticked");
  if (ticked.length > 1 || ticked[0] !== own.element) return failed("ticked");
  const lines = linesOf(own.element, { values: true });
  return { bound: "ticked: " + tidy(lines.join(" ")), why: null, lines, foreign: null, region: "ok" };
}

function isTicked(row) {
  if (row.getAttribute("aria-selected") === "true") return true;
  return queryAll("input[type=checkbox],[role=checkbox]", row).some((box) => isChecked(box) === true);
}
