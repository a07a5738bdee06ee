// Says what each description of a target finds now, and what the target is like. Touches nothing.

// How long what is missing may take to come, once something of the target is there.
const GRACE_MS = 1500;
const TOLD_LINES = 2000;

/**
 * Waits until every description of a target finds the one element that all of them mean, and says of each what it finds.
 * @param {object} request target; hidden_too; names, expect and foreign as for a commit, but nothing is armed
 */
async function inspect(request, deadline) {
  let since = null;
  const look = await until(deadline, () => {
    const before = interruptedNow(request);
    if (before !== null) return before;
    const found = resolve(request.target, wishesNow(request, { hiddenToo: request.hidden_too === true }));
    const unserved = found.state === "none" ? unservedNow(request) : null;
    if (unserved !== null) return unserved;
    const binding = request.expect ? bindingNow(request) : null;
    const whole = found.state === "one" && found.described.every(({ elements }) => elements.length === 1) && (binding === null || binding.bound !== null);
    if (since === null && (found.state !== "none" || saidNow(request) !== null)) since = performance.now();
    const late = since !== null && performance.now() - since > GRACE_MS;
    return { done: whole || late, outcome: found.state, found, binding };
  });
  return isHeldUp(look) ? answerOfLook(look, request) : answerOfInspection(request, look);
}

function answerOfInspection(request, { outcome, found, binding }) {
  const one = found.described.find(({ elements }) => elements && elements.length === 1);
  const meant = one === undefined ? found.element : controlOf(one.elements[0]);
  const told = outcome === "one" ? { outcome } : answerOfLook({ outcome, found }, request);
  return Object.assign(told, {
    each: found.described.map((hit, i) => eachAnswer(request, found, meant, hit, request.target.described[i])),
    element: outlineOf(found.element || meant),
    enabled: found.element === null || isEnabled(found.element),
    choice: found.element === null ? null : choiceAnswer(request, found.element),
    binding: binding === null ? null : { bound: binding.bound, why: binding.why, foreign: binding.foreign, region: binding.region },
  });
}

function eachAnswer(request, found, meant, { elements, hidden }, described) {
  const all = elements || [];
  const inside = found.scope === "ok" && all.length === 0 ? scopeOf(request.target).element : null;
  return {
    matched: all.length,
    hidden,
    same: all.length === 1 && controlOf(all[0]) === meant,
    element: all.length === 1 ? outlineOf(all[0]) : null,
    near: all.length === 0 && found.scope === "ok" ? nearNames(described, inside) : [],
  };
}

/** Which kind of choice a control is, and what it offers where that can be seen without opening anything. */
function choiceAnswer(request, element) {
  const control = choiceControl(element);
  const kind = kindOfChoice(control);
  if (opensList(kind)) return { kind, offers: null };
  return { kind, offers: offerOf(request, control, "choice").choices.map(({ name }) => name) };
}

/** Which columns of a list stand on the page, in the table that has most of them; all headers of that table; what is said. */
async function headers(request, deadline) {
  const { list } = request;
  const look = await until(Math.min(deadline, performance.now() + GRACE_MS), () => {
    const scope = list.in ? resolve(list.in).element : null;
    const tables = list.grid ? [gridHeads(list, scope)] : queryAll(TABLES, scope).filter(isVisible).flatMap(tableHeads);
    const best = tables.map((heads) => headsOf(list, heads)).sort((one, other) => other.found.length - one.found.length)[0] || headsOf(list, []);
    best.found.push(...unheadedColumns(list, scope));
    return { done: best.found.length === Object.keys(list.columns).length, best };
  });
  const lines = linesOf(document.body, { values: false }).slice(0, TOLD_LINES).map((line) => cut(line, 200));
  return { outcome: "found", found: look.best.found, heads: look.best.heads, lines };
}

function gridHeads(list, scope) {
  return list.grid.headers ? queryAll(list.grid.headers, scope).filter(isVisible) : [];
}

function tableHeads(table) {
  return headerRows(table).map((row) => cellsOf(row).map(({ element }) => element));
}

function headsOf(list, cells) {
  const there = ([, { header }]) => cells.some((cell) => isHeaded(cell, fold(header)));
  const heads = cells.map((cell) => cut(tidy(visibleText(cell) || nameOf(cell)), 80)).filter((head) => head !== "");
  return { found: headedColumns(list).filter(there).map(([column]) => column), heads };
}

/** Columns that no header names: those of a position, where there are rows, and those that are found by CSS alone. */
function unheadedColumns(list, scope) {
  const numbered = list.grid && !list.grid.headers ? headedColumns(list).filter(() => queryAll(list.grid.rows, scope).some(isVisible)) : [];
  const bare = Object.entries(list.columns).filter(([, { header, css }]) => header === null && queryAll(css, scope).some(isVisible));
  return numbered.concat(bare).map(([column]) => column);
}
