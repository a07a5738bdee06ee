// Compares and cuts text the way a person reads it; it knows nothing of elements.

// Characters that take no room on the screen, and the private-use glyphs of icon fonts: two names that
// differ only in these look the same to a person, so they are the same here.
const UNSEEN =
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uE000-\uF8FF\uFE00-\uFE0F\uFEFF]/g;

// No cell, name or message says more. What does is never taken for a key, and is handed over one character longer than this,
// so that whoever reads it sees that it was cut.
const LONGEST_TEXT = 1 << 16;
// An expression that looks at a text again and again has room for so much.
const QUICK = 4096;

const PLAIN = /^(?:[\x21-\x7e]+(?: [\x21-\x7e]+)*)?$/;

// The characters that can be part of an e-mail address or a login: next to a key they would make it another key.
const KEY_CHARACTER = "[\\p{L}\\p{M}\\p{N}._%+\\-'@]";
const STARTS_IN_KEY = new RegExp("^" + KEY_CHARACTER, "u");
const ENDS_IN_KEY = new RegExp(KEY_CHARACTER + "$", "u");

/**
 * Text with every run of white space (no-break spaces too) as one space, and unseen characters dropped.
 * @param {string} text
 * @returns {string}
 */
function tidy(text) {
  // Most texts are plain already; lists hold tens of thousands of them.
  if (text.length <= QUICK && PLAIN.test(text)) return text;
  return String(text).normalize("NFC").replace(UNSEEN, "").replace(/\s+/g, " ").trim();
}

/** Tidy text without regard to upper and lower case; all comparisons use this form. */
function fold(text) {
  return tidy(text).toLowerCase();
}

/** Folded text without its spaces, for cheap tests that must not depend on the layout. */
function squash(text) {
  return fold(text).replace(/ /g, "");
}

/** Whether the characters of `short` occur in `long` in the same order, perhaps with others between them. */
function isSubsequence(short, long) {
  let at = 0;
  for (let i = 0; i < short.length; i += 1) {
    at = long.indexOf(short[i], at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** At most `most` characters, never half of a surrogate pair. */
function cut(text, most) {
  if (text.length <= most) return text;
  const end = /[\uD800-\uDBFF]/.test(text[most - 1]) ? most - 1 : most;
  return text.slice(0, end);
}

/**
 * Whether a key stands in a line as a whole token: `meier@x.test` does not stand in `bergmeier@x.test`.
 * Both must be folded.
 * @param {string} line
 * @param {string} key
 */
function standsIn(line, key) {
  if (key === "") return false;
  for (let at = line.indexOf(key); at >= 0; at = line.indexOf(key, at + 1)) {
    if (isBounded(line.slice(0, at), line.slice(at + key.length), key)) return true;
  }
  return false;
}

function isBounded(before, after, key) {
  const possessive = key.includes("@") && after.startsWith("'s") && endsHere(after.slice(2));
  if (!ENDS_IN_KEY.test(before.slice(-2)) && (endsHere(after) || possessive)) return true;
  // An apostrophe may be part of a name (o'hara@...), so quotation marks count only in pairs: 'zoe@x.test'.
  const opened = before.endsWith("'") && !ENDS_IN_KEY.test(before.slice(0, -1).slice(-2));
  return opened && after.startsWith("'") && endsHere(after.slice(1));
}

/** Whether a token ends before `after`; a full stop ends it unless something follows the stop directly. */
function endsHere(after) {
  return !STARTS_IN_KEY.test(after.replace(/^\.+/, ""));
}

/** The tokens of a cell that could be keys: cut at white space only, freed of brackets and quotation marks around them. */
function keyTokens(text) {
  return fold(text)
    .split(" ")
    .map(unwrapped)
    .filter((word) => word !== "");
}

const OPENS = new Set('<([{"“„«,;:');
const CLOSES = new Set('>)]}"”“»,;:.');

/** A word without the brackets and marks around it, and then without a pair of single quotation marks. */
function unwrapped(word) {
  let begin = 0;
  let end = word.length;
  while (begin < end && OPENS.has(word[begin])) begin += 1;
  while (end > begin && CLOSES.has(word[end - 1])) end -= 1;
  if (end - begin > 2 && word[begin] === "'" && word[end - 1] === "'") return word.slice(begin + 1, end - 1);
  return word.slice(begin, end);
}

/**
 * How a cell holds a key: "same", "other", or "ambiguous" when it names several addresses and so nobody for certain.
 * A key with an @ may stand beside a display name; a key without one must be the whole cell.
 */
function cellHolds(text, key) {
  if (text.length > LONGEST_TEXT) return standsIn(fold(text), key) ? "ambiguous" : "other";
  const addresses = keyTokens(text).filter((word) => word.includes("@"));
  const ambiguous = addresses.length > 1 || addresses.some((word) => word.indexOf("@") !== word.lastIndexOf("@"));
  if (ambiguous) return addresses.some((word) => standsIn(word, key)) ? "ambiguous" : "other";
  if (!key.includes("@")) return fold(text) === key ? "same" : "other";
  return addresses.length === 1 && addresses[0] === key ? "same" : "other";
}

/**
 * Turns the parts of a line pattern into an expression for one whole folded line.
 * @param {Array<object>} parts as in the request: text, digits or identity
 * @param {boolean} anyone true lets every identity match, to find a second line of the same shape
 */
function linePattern(parts, anyone) {
  const quote = (text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  const source = parts
    .map((part) => {
      if (part.digits) return "\\p{Nd}+";
      if (part.identity !== undefined) return anyone ? ".+" : quote(fold(part.identity));
      // The spaces at the ends of a part separate it from its neighbours and so must be kept.
      return quote(part.text.normalize("NFC").replace(UNSEEN, "").replace(/\s+/g, " ").toLowerCase());
    })
    .join("");
  return new RegExp("^" + source.trim() + "$", "u");
}

/** How alike two folded texts are, from 0 to 1, by the pairs of letters that they share. */
function likeness(one, other) {
  const pairs = (text) => new Set(Array.from({ length: Math.max(Math.min(text.length, QUICK) - 1, 0) }, (_, i) => text.slice(i, i + 2)));
  const a = pairs(one);
  const b = pairs(other);
  let shared = 0;
  for (const pair of a) if (b.has(pair)) shared += 1;
  const alike = a.size + b.size === 0 ? 0 : (2 * shared) / (a.size + b.size);
  const contained = one !== "" && other !== "" && (one.includes(other) || other.includes(one));
  return contained ? Math.max(alike, 0.5) : alike;
}

/** A short digest of a text (FNV-1a, two lanes): good enough to see that a list has turned its page. */
function fingerprintOf(text) {
  let high = 0x811c9dc5;
  let low = 0x1b873593;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b) ^ (low >>> 13);
  }
  return (high >>> 0).toString(16).padStart(8, "0") + (low >>> 0).toString(16).padStart(8, "0");
}
