//! Files that ship, damaged the way that accidents and malice damage them: cut, spliced, repeated, nested, and seeded with
//! what breaks parsers.

use crate::harness::ROOT;
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// One thing done to a file. Places and lengths are taken modulo its length when it is done.
#[derive(Clone, Debug)]
pub(crate) enum Harm {
    /// A stretch is gone.
    Cut(usize, usize),
    /// A stretch stands there several times.
    Repeat(usize, usize, usize),
    /// A stretch of another file, or of this one, stands in it.
    Splice(usize, usize, usize),
    /// One of [`SEEDS`] stands in it, this many times.
    Seed(usize, usize, usize),
    /// A byte is another one.
    Byte(usize, u8),
    /// All that follows is gone.
    End(usize),
    /// Every line end is this one.
    LineEnds(usize),
}

/// What breaks parsers.
const SEEDS: [&[u8]; 48] = [
    b"\0",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"\xED\xA0\x80",
    b"\\ud800",
    b"\\udc00\\ud800",
    b"\r",
    b"\r\n",
    b"\n",
    b"\t",
    b"\xC2\x85",
    b"\xE2\x80\xA8",
    b"\xE2\x80\xAE",
    b"\x1b[2J",
    b"\xC2\x9b",
    b"[",
    b"{",
    b"]",
    b"}",
    b"- ",
    b"? ",
    b": ",
    b"{a: ",
    b"\"",
    b"'",
    b"|\n",
    b">2\n",
    b"# ",
    b"&a ",
    b"*a ",
    b"<<: *a\n",
    b"!!binary ",
    b"!<tag:x> ",
    b"%YAML 9.9\n",
    b"---\n",
    b"...\n",
    b"${",
    b"${person.}",
    b"1e999",
    b"-999999999999999999999999999999",
    b"0x7fffffffffffffffffff",
    b".nan",
    b"~",
    b"\xF0\x9F\xA4\xB7\xE2\x80\x8D\xE2\x99\x80",
    b"z\xCC\x88\xCC\x88\xCC\x88",
    b"sep=;\n",
    b"\xD0\xBE",
];

/// What can be done to a file.
fn harm() -> impl Strategy<Value = Harm> {
    let place = || any::<usize>();
    prop_oneof![
        2 => (place(), 1..200_usize).prop_map(|(at, length)| Harm::Cut(at, length)),
        1 => (place(), 1..60_usize, 2..80_usize).prop_map(|(at, length, times)| Harm::Repeat(at, length, times)),
        2 => (place(), place(), 1..300_usize).prop_map(|(at, from, length)| Harm::Splice(at, from, length)),
        4 => (place(), 0..SEEDS.len(), prop_oneof![8 => Just(1), 2 => 2..9_usize, 1 => 60..400_usize])
            .prop_map(|(at, seed, times)| Harm::Seed(at, seed, times)),
        2 => (place(), any::<u8>()).prop_map(|(at, byte)| Harm::Byte(at, byte)),
        1 => place().prop_map(Harm::End),
        1 => (0..3_usize).prop_map(Harm::LineEnds),
    ]
}

fn done(bytes: &mut Vec<u8>, harm: &Harm, other: &[u8]) {
    let at = |place: usize| place % (bytes.len() + 1);
    match *harm {
        Harm::Cut(place, length) => {
            let from = at(place);
            let to = (from + length).min(bytes.len());
            bytes.drain(from..to);
        }
        Harm::Repeat(place, length, times) => {
            let from = at(place);
            let stretch = bytes[from..(from + length).min(bytes.len())].repeat(times);
            bytes.splice(from..from, stretch);
        }
        Harm::Splice(place, from, length) => {
            let to = at(place);
            let from = from % (other.len() + 1);
            let stretch = other[from..(from + length).min(other.len())].to_vec();
            bytes.splice(to..to, stretch);
        }
        Harm::Seed(place, seed, times) => {
            let to = at(place);
            bytes.splice(to..to, SEEDS[seed].repeat(times));
        }
        Harm::Byte(place, byte) => {
            let to = at(place);
            if let Some(known) = bytes.get_mut(to) {
                *known = byte;
            }
        }
        Harm::End(place) => bytes.truncate(at(place)),
        Harm::LineEnds(which) => {
            let end: &[u8] = [b"\r\n".as_slice(), b"\r", b"\n\n"][which];
            *bytes = bytes.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(end);
        }
    }
}

/// Files that ship, by what reads them.
pub(crate) struct Files {
    pub(crate) scripts: Vec<Vec<u8>>,
    pub(crate) apps: Vec<Vec<u8>>,
    pub(crate) books: Vec<Vec<u8>>,
    pub(crate) requests: Vec<Vec<u8>>,
    pub(crate) journals: Vec<Vec<u8>>,
    pub(crate) plans: Vec<Vec<u8>>,
}

/// All of them, read once.
pub(crate) static FILES: LazyLock<Files> = LazyLock::new(|| {
    let mut all = Vec::new();
    for folder in ["scripts", "selectors", "tests/diagnostics", "tests/journals"] {
        below(&Path::new(ROOT).join(folder), &mut all);
    }
    all.sort();
    let such = |is: &dyn Fn(&str) -> bool| -> Vec<Vec<u8>> {
        let files = all.iter().filter(|path| is(path.to_str().unwrap()));
        let files: Vec<_> = files.map(|path| std::fs::read(path).unwrap()).collect();
        assert!(files.len() > 3, "the files are not where they were");
        files
    };
    let yaml = |path: &str| Path::new(path).extension().is_some_and(|ending| ending == "yaml");
    Files {
        scripts: such(&|path| yaml(path) && path.contains("/scripts/") && !path.ends_with("app.yaml")),
        apps: such(&|path| path.ends_with("/app.yaml")),
        books: such(&|path| yaml(path) && path.contains("/selectors/")),
        requests: such(&|path| path.contains("/people.")),
        journals: such(&|path| path.ends_with("/journal.jsonl")),
        plans: such(&|path| path.ends_with("/plan.json")),
    }
});

fn below(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { below(&path, all) } else { all.push(path) }
    }
}

/// One of these files with one to four things done to it; now and then nothing but bytes.
pub(crate) fn mangled(files: &'static [Vec<u8>]) -> impl Strategy<Value = Vec<u8>> {
    let harmed = (any::<usize>(), any::<usize>(), proptest::collection::vec(harm(), 0..5)).prop_map(
        move |(which, other, harms)| {
            let mut bytes = files[which % files.len()].clone();
            for harm in &harms {
                done(&mut bytes, harm, &files[other % files.len()]);
            }
            bytes
        },
    );
    prop_oneof![9 => harmed, 1 => proptest::collection::vec(any::<u8>(), 0..600)]
}
