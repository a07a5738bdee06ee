//! Source text as the law reads it.
//!
//! The lexer below is small on purpose: it drops comments, texts and everything that is only built for tests, and
//! leaves words and punctuation. It cannot see through macros, which is why what a macro could hide (printing, the
//! disk) is also held by clippy's lists in `.clippy.toml`.

use crate::harness::ROOT;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A source file, as the law sees it: without comments, texts and tests.
#[derive(Debug)]
pub(super) struct File {
    /// Below `src/`.
    pub(super) name: String,
    words: Vec<String>,
    pub(super) text: String,
}

impl File {
    pub(super) fn of(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), words: without_tests(&lex(text)), text: text.to_owned() }
    }

    /// The top-level module it belongs to; none for `lib.rs` and `main.rs`.
    pub(super) fn module(&self) -> Option<&str> {
        let first = self.name.split('/').next()?;
        let module = first.strip_suffix(".rs").unwrap_or(first);
        (module != "lib" && module != "main").then_some(module)
    }

    /// How many modules it is inside of.
    fn depth(&self) -> usize {
        let parts: Vec<&str> = self.name.split('/').collect();
        parts.len() - usize::from(parts.last() == Some(&"mod.rs"))
    }

    pub(super) fn below(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.name.starts_with(place))
    }

    pub(super) fn has(&self, words: &[&str]) -> bool {
        self.words.windows(words.len()).any(|window| window == words)
    }
}

/// Words and punctuation of a text, `::` being one; comments, texts and characters are left out.
fn lex(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or('\0');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = Vec::new();
    let mut i = 0;
    while i < letters.len() {
        let c = at(i);
        if c == '/' && at(i + 1) == '/' {
            while i < letters.len() && at(i) != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            let mut deep = 0;
            loop {
                match (at(i), at(i + 1)) {
                    ('/', '*') => (deep, i) = (deep + 1, i + 2),
                    ('*', '/') => (deep, i) = (deep - 1, i + 2),
                    _ => i += 1,
                }
                if deep == 0 || i >= letters.len() {
                    break;
                }
            }
        } else if let Some(hashes) = raw_text(&letters, i) {
            i += 2 + hashes;
            let ends = |i: usize| at(i) == '"' && (1..=hashes).all(|hash| at(i + hash) == '#');
            while i < letters.len() && !ends(i) {
                i += 1;
            }
            i += 1 + hashes;
        } else if c == '"' {
            i += 1;
            while i < letters.len() && at(i) != '"' {
                i += if at(i) == '\\' { 2 } else { 1 };
            }
            i += 1;
        } else if c == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            i += if at(i + 1) == '\\' { 3 } else { 2 };
            while i < letters.len() && at(i) != '\'' {
                i += 1;
            }
            i += 1;
        } else if is_word(c) {
            let start = i;
            while is_word(at(i)) {
                i += 1;
            }
            words.push(letters[start..i].iter().collect());
        } else if c == ':' && at(i + 1) == ':' {
            words.push("::".to_owned());
            i += 2;
        } else {
            if !c.is_whitespace() {
                words.push(c.to_string());
            }
            i += 1;
        }
    }
    words
}

/// Whether a raw text begins here (`r"`, `r#"`, `br"`), and with how many hashes.
fn raw_text(letters: &[char], i: usize) -> Option<usize> {
    let joined = i > 0 && letters.get(i - 1).is_some_and(|c| c.is_alphanumeric() && *c != 'b' || *c == '_');
    if letters.get(i) != Some(&'r') || joined {
        return None;
    }
    let hashes = letters.iter().skip(i + 1).take_while(|c| **c == '#').count();
    (letters.get(i + 1 + hashes) == Some(&'"')).then_some(hashes)
}

/// Leaves out every item under `#[cfg(test)]`.
fn without_tests(words: &[String]) -> Vec<String> {
    const TEST: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::with_capacity(words.len());
    let mut i = 0;
    while i < words.len() {
        if words.len() - i < TEST.len() || words[i..i + TEST.len()] != TEST {
            kept.push(words[i].clone());
            i += 1;
            continue;
        }
        i += TEST.len();
        let mut deep = 0_i32;
        while i < words.len() {
            let ended = match words[i].as_str() {
                "{" | "(" | "[" => {
                    deep += 1;
                    false
                }
                "}" => {
                    deep -= 1;
                    deep == 0
                }
                ")" | "]" => {
                    deep -= 1;
                    false
                }
                ";" => deep == 0,
                _ => false,
            };
            i += 1;
            if ended {
                break;
            }
        }
    }
    kept
}

/// The paths a file names from the crate's root, `crate::a::{b, c::d}` written out: (module, rest).
pub(super) fn named(file: &File) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut i = 0;
    while i < file.words.len() {
        let follows = i > 0 && file.words[i - 1] == "::";
        if file.words[i] == "crate" && !follows {
            if file.words.get(i + 1).is_some_and(|word| word == "::") {
                paths(&file.words, i + 2, &mut Vec::new(), &mut all);
            }
        } else if file.words[i] == "super" && !follows {
            let mut climbed = 1;
            while file.words.get(i + 1).is_some_and(|w| w == "::")
                && file.words.get(i + 2).is_some_and(|w| w == "super")
            {
                climbed += 1;
                i += 2;
            }
            if climbed >= file.depth() {
                paths(&file.words, i + 2, &mut Vec::new(), &mut all);
            }
        }
        i += 1;
    }
    all.into_iter().map(|path: Vec<String>| (path[0].clone(), path[1..].join("::"))).collect()
}

/// Writes out the paths that begin here; gives the index behind them.
fn paths(words: &[String], mut i: usize, before: &mut Vec<String>, all: &mut Vec<Vec<String>>) -> usize {
    let depth = before.len();
    loop {
        match words.get(i).map(String::as_str) {
            Some("{") => {
                i += 1;
                while words.get(i).is_some_and(|word| word != "}") {
                    i = paths(words, i, before, all);
                    if words.get(i).is_some_and(|word| word == ",") {
                        i += 1;
                    }
                }
                i += 1;
                break;
            }
            Some(word) => {
                before.push(word.to_owned());
                i += 1;
                if words.get(i).is_some_and(|word| word == "::") {
                    i += 1;
                    // A turbofish is the end of a path.
                    if words.get(i).is_some_and(|word| word == "<") {
                        all.push(before.clone());
                        break;
                    }
                    continue;
                }
                all.push(before.clone());
                if words.get(i).is_some_and(|word| word == "as") {
                    i += 2;
                }
                break;
            }
            None => break,
        }
    }
    before.truncate(depth);
    i
}

/// The outside crates a file names.
pub(super) fn crates<'a>(file: &File, known: &[&'a str]) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut ours = false;
    for (i, word) in file.words.iter().enumerate() {
        // What stands in the braces of `use crate::{...}` is not outside.
        if word == "use" {
            ours = file.words.get(i + 1).is_some_and(|w| ["crate", "super", "self"].contains(&w.as_str()));
        } else if word == ";" {
            ours = false;
        }
        let before = i.checked_sub(1).map(|i| file.words[i].as_str());
        let before_that = i.checked_sub(2).map(|i| file.words[i].as_str());
        let next = file.words.get(i + 1).map(String::as_str);
        let inside = before == Some("::")
            && before_that.is_some_and(|word| word.chars().all(|c| c.is_alphanumeric() || c == '_'));
        let used = next == Some("::") || (before == Some("use") && matches!(next, Some(";" | "as")));
        if let Some(name) = known.iter().find(|name| *name == word)
            && used
            && !inside
            && !ours
        {
            found.insert(*name);
        }
    }
    found
}

/// Every file of `src/` that is not only built for tests.
pub(super) fn sources() -> Vec<File> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(ROOT).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    let only_tests = |name: &str| {
        name.split('/').any(|part| part == "sample" || part == "tests.rs" || part.ends_with("_tests.rs"))
    };
    paths
        .iter()
        .map(|path| (path.strip_prefix(&root).unwrap().to_string_lossy().into_owned(), path))
        .filter(|(name, _)| !only_tests(name))
        .map(|(name, path)| File::of(&name, &std::fs::read_to_string(path).unwrap()))
        .collect()
}
