//! An app pack: `app.yaml`, scripts and books of one app, read together, and the view of it that one tenant needs.

use super::check;
use crate::diag::{Diagnostic, any_error};
use crate::script::{self, App, Script, Verb};
use crate::selector::{self, Book};
use crate::source::{At, Source};
use crate::words::{Action, State};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The files of a pack, as they were read from disk.
#[derive(Clone, Debug, Default)]
pub struct PackFiles {
    /// The app's short name: the name of its folders.
    pub app: String,
    /// `scripts/<app>/app.yaml`.
    pub about: Option<Arc<Source>>,
    /// The other files of `scripts/<app>/`.
    pub scripts: Vec<Arc<Source>>,
    /// The files of `selectors/<app>/`.
    pub books: Vec<Arc<Source>>,
}

/// A script and the file it is from.
#[derive(Clone, Debug)]
pub struct ScriptFile {
    /// The file.
    pub source: Arc<Source>,
    /// What it says.
    pub script: Script,
}

/// A book and the file it is from.
#[derive(Clone, Debug)]
pub struct BookFile {
    /// The file.
    pub source: Arc<Source>,
    /// What it says.
    pub book: Book,
    /// It is a practice overlay: it only counts for practice consoles.
    pub practice: bool,
}

/// All we know of an app.
#[derive(Clone, Debug)]
pub struct Pack {
    /// The app.
    pub app: App,
    /// Its file.
    pub source: Arc<Source>,
    /// Its scripts.
    pub scripts: Vec<ScriptFile>,
    /// Its books, all versions.
    pub books: Vec<BookFile>,
}

impl Pack {
    /// Reads a pack. Everything that is wrong with all of its files is reported at once; warnings come with a good pack.
    pub fn read(files: &PackFiles) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        fn keep<T>(read: Result<T, Vec<Diagnostic>>, problems: &mut Vec<Diagnostic>) -> Option<T> {
            read.map_err(|found| problems.extend(found)).ok()
        }
        let mut problems = Vec::new();
        let app = if let Some(source) = &files.about {
            keep(App::read(source), &mut problems).map(|app| (app, source.clone()))
        } else {
            let folder = Arc::new(Source::new(format!("scripts/{}/app.yaml", files.app), ""));
            problems.push(
                Diagnostic::error(&folder, "the file is missing")
                    .hint("every app needs an app.yaml beside its scripts"),
            );
            None
        };
        let mut scripts = Vec::new();
        for source in &files.scripts {
            if let Some(script) = keep(script::read(source), &mut problems) {
                scripts.push(ScriptFile { source: source.clone(), script });
            }
        }
        let mut books = Vec::new();
        for source in &files.books {
            if let Some(book) = keep(selector::read(source), &mut problems) {
                let practice = file_name(&source.name).starts_with("practice.");
                books.push(BookFile { source: source.clone(), book, practice });
            }
        }
        let Some((app, source)) = app else { return Err(problems) };
        let pack = Self { app, source, scripts, books };
        // Files that do not parse would make every mention of them a second, misleading problem.
        if !any_error(&problems) {
            problems.extend(check::pack(&files.app, &pack));
        }
        if any_error(&problems) { Err(problems) } else { Ok((pack, problems)) }
    }

    /// The highest version of a generation's book, or the pinned one.
    pub fn book(&self, generation: &str, practice: bool, pinned: Option<u32>) -> Option<&BookFile> {
        self.books
            .iter()
            .filter(|file| file.practice == practice && file.book.generation.value == generation)
            .filter(|file| pinned.is_none_or(|version| file.book.version.value == version))
            .max_by_key(|file| file.book.version.value)
    }

    /// The generations there are books for, without the sign-in book.
    pub fn generations(&self) -> impl Iterator<Item = &str> {
        self.app.generations.values().map(String::as_str)
    }

    /// What one tenant needs of it.
    pub fn view(&self, generation: &str, practice: bool) -> Option<View> {
        View::new(self, generation, practice)
    }
}

/// A pack as one tenant sees it: one generation, overlays laid on, the sign-in book beside it.
#[derive(Clone, Debug)]
pub struct View {
    /// The app.
    pub app: App,
    /// Its file.
    pub about: Arc<Source>,
    /// The generation.
    pub generation: String,
    /// The book, overlays laid on.
    pub book: Book,
    /// The sign-in book, overlays laid on.
    pub sign_in: Book,
    /// The scripts that fit, the one for signing in among them.
    pub scripts: Vec<ScriptFile>,
    /// The books it was made from.
    pub books: Vec<BookFile>,
    /// Which file a control, list or page of the book is from.
    origins: BTreeMap<String, Arc<Source>>,
}

impl View {
    fn new(pack: &Pack, generation: &str, practice: bool) -> Option<Self> {
        let mut origins = BTreeMap::new();
        let mut books = Vec::new();
        let mut merged = |name: &str| -> Option<Book> {
            let base = pack.book(name, false, None);
            let over = if practice { pack.book(name, true, None) } else { None };
            let mut whole: Option<Book> = None;
            for file in [base, over].into_iter().flatten() {
                let names =
                    file.book.controls.keys().chain(file.book.lists.keys()).chain(file.book.pages.keys());
                origins.extend(names.map(|own| (format!("{name}/{own}"), file.source.clone())));
                books.push(file.clone());
                whole = Some(match whole {
                    Some(under) => under.overlaid(file.book.clone()),
                    None => file.book.clone(),
                });
            }
            whole
        };
        let book = merged(generation)?;
        let sign_in = merged(&pack.app.sign_in.value)?;
        let fits =
            |file: &&ScriptFile| file.script.fits(generation) || file.script.fits(&pack.app.sign_in.value);
        Some(Self {
            app: pack.app.clone(),
            about: pack.source.clone(),
            generation: generation.to_owned(),
            book,
            sign_in,
            scripts: pack.scripts.iter().filter(fits).cloned().collect(),
            books,
            origins,
        })
    }

    /// The script for an action on a person found in this state.
    pub fn script(&self, action: Action, state: State) -> Option<&ScriptFile> {
        self.scripts.iter().find(|file| {
            file.script.action.value == action
                && (action.is_entry() || file.script.when.values().any(|s| *s == state))
        })
    }

    /// A script by the name of its file.
    pub fn script_named(&self, name: &str) -> Option<&ScriptFile> {
        self.scripts.iter().find(|file| file.source.name == name)
    }

    /// The file that describes a control, list or page.
    pub fn origin(&self, book: &Book, name: &str) -> Option<&Arc<Source>> {
        self.origins.get(&format!("{}/{name}", book.generation.value))
    }

    /// What the scripts of an action name and this tenant's books do not describe: what only a practice overlay attests
    /// is missing on a real console, and nothing is begun that could not be finished.
    pub fn lacks(&self, action: Action) -> Vec<String> {
        let mut missing = Vec::new();
        for file in &self.scripts {
            let book = match file.script.action.value {
                entry if entry.is_entry() => &self.sign_in,
                other if other == action => &self.book,
                _ => continue,
            };
            let mut need = |name: &str, there: bool| {
                if !there && !missing.iter().any(|known| known == name) {
                    missing.push(name.to_owned());
                }
            };
            for step in file.script.all_steps() {
                let controls = step.verbs().into_iter().flat_map(Verb::controls).chain(step.names.clone());
                for name in controls.chain(step.when.as_ref().and_then(|when| when.sees.clone())) {
                    need(&name, book.controls.get(&name).is_some());
                }
                for verb in step.verbs() {
                    match verb {
                        Verb::Open(page) => need(page, book.pages.get(page).is_some()),
                        Verb::Row(list) | Verb::Detail(list) => need(list, book.lists.get(list).is_some()),
                        _ => {}
                    }
                }
            }
            if let Some(list) = file.script.read_back.as_ref().and_then(|read_back| read_back.list.as_ref()) {
                need(list, book.lists.get(list).is_some());
            }
        }
        for name in std::iter::once(&self.app.signed_in.account).chain(&self.app.signed_in.tenant) {
            if self.sign_in.controls.get(name).is_none() {
                missing.push(name.value.clone());
            }
        }
        missing
    }

    /// The request columns that the scripts of an action take: name, allowed values, and whether it may be empty.
    pub fn takes(&self, action: Action) -> Vec<(String, Vec<String>, bool)> {
        let mut all: Vec<(String, Vec<String>, bool)> = Vec::new();
        for file in self.scripts.iter().filter(|file| file.script.action.value == action) {
            for (column, options) in file.script.takes.iter() {
                let optional = file.script.optional.values().any(|name| *name == column.value);
                let options = options.iter().map(|option: &At<String>| option.value.clone()).collect();
                match all.iter_mut().find(|(name, _, _)| *name == column.value) {
                    Some(known) => known.2 = known.2 && optional,
                    None => all.push((column.value.clone(), options, optional)),
                }
            }
        }
        all
    }
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
