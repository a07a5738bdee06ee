//! Packs and requests from disk: files in, texts and diagnostics out.
#![expect(clippy::disallowed_methods, reason = "the command line reads the files it is given")]

use super::{Failure, Out};
use crate::diag::{Diagnostic, Severity};
use crate::plan::{Pack, PackFiles};
use crate::source::Source;
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The apps there are packs for, by the folders below `scripts/`.
pub(super) fn apps(root: &Path) -> Result<Vec<String>, Failure> {
    let folder = root.join("scripts");
    let mut names = Vec::new();
    let entries = std::fs::read_dir(&folder).map_err(|error| {
        Failure::files(format!(
            "failed to read {}: {error}\n  hint: run usher where `scripts/` and `selectors/` are, or set `packs` in usher.toml",
            folder.display()
        ))
    })?;
    for entry in entries {
        let entry = entry.context("failed to list the packs")?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && name != "schema" && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Reads every file of an app's pack.
pub(super) fn files(root: &Path, app: &str) -> anyhow::Result<PackFiles> {
    let mut files = PackFiles { app: app.to_owned(), ..PackFiles::default() };
    for source in yaml(root, &PathBuf::from("scripts").join(app))? {
        if source.name.ends_with("/app.yaml") {
            files.about = Some(source);
        } else {
            files.scripts.push(source);
        }
    }
    files.books = yaml(root, &PathBuf::from("selectors").join(app))?;
    Ok(files)
}

fn yaml(root: &Path, folder: &Path) -> anyhow::Result<Vec<Arc<Source>>> {
    let whole = root.join(folder);
    if !whole.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&whole)
        .with_context(|| format!("failed to read {}", whole.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
        // The name is the path inside the packs' root, so that a run's record does not depend on the machine.
        let name = folder.join(path.file_name().unwrap_or_default()).to_string_lossy().into_owned();
        Ok(Arc::new(Source::new(name, String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}'))))
    };
    paths.into_iter().map(read).collect()
}

/// A pack that is good; what is wrong with it otherwise goes to the terminal.
pub(super) fn pack(root: &Path, app: &str, out: Out) -> Result<Pack, Failure> {
    if !root.join("scripts").join(app).is_dir() {
        let known = apps(root)?;
        let near = crate::diag::did_you_mean(app, known.iter().map(String::as_str));
        let hint = near.map_or_else(
            || format!("there are {}", crate::diag::listed(known.iter().map(String::as_str))),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Failure::files(format!(
            "there is no pack `{app}` in {}\n  hint: {hint}",
            root.join("scripts").display()
        )));
    }
    match Pack::read(&files(root, app)?) {
        Ok((pack, _)) => Ok(pack),
        Err(problems) => Err(told(&problems, out)),
    }
}

/// Shows diagnostics, all of them, and turns them into the failure that ends the command.
pub(super) fn told(problems: &[Diagnostic], out: Out) -> Failure {
    show(problems, out);
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    Failure::files(format!("{errors} problem{} found; nothing was done", if errors == 1 { "" } else { "s" }))
}

/// More than this nobody reads; machines get them all.
const MOST: usize = 200;

/// Shows diagnostics.
pub(super) fn show(problems: &[Diagnostic], out: Out) {
    let most = if out.json { problems.len() } else { MOST };
    for problem in problems.iter().take(most) {
        if out.json {
            let spot = problem.spot().unwrap_or_default();
            let line = serde_json::json!({ "diagnostic": {
                "severity": if problem.severity == Severity::Error { "error" } else { "warning" },
                "message": problem.message, "file": problem.source.name, "line": spot.line, "column": spot.column, "hint": problem.hint,
            }});
            out.result(&line.to_string());
        } else {
            out.error(&problem.render(out.colour_err, out.width));
            out.error("");
        }
    }
    if problems.len() > most {
        out.error(&format!("and {} more; these are the first {most}\n", problems.len() - most));
    }
}

/// The bytes of a request file.
pub(super) fn request(path: &Path) -> Result<Vec<u8>, Failure> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)
            .context("failed to read standard input")?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|error| Failure::files(format!("failed to read {}: {error}", path.display())))
}
