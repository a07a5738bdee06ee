//! `usher verify`: re-computes every digest and checks every signature of a run's folder, and shows its working.
#![expect(clippy::disallowed_methods, reason = "the command line reads the allowed signers it is given")]

use super::{Context, Exit, Failure, Out, folders};
use crate::safe::visible;
use crate::signature::Signers;
use crate::verify::{Line, Mark, Part, Signed, Verdict, verify};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What it takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A run's id, a unique beginning of it, `last`, or a folder
    #[arg(default_value = "last")]
    run: String,
    /// Whose signatures count: OpenSSH's `allowed_signers`; the run must be signed by one of them
    #[arg(long, value_name = "FILE")]
    signers: Option<PathBuf>,
}

impl Arguments {
    /// For a folder.
    pub(super) fn of(folder: &Path) -> Self {
        Self { run: folder.display().to_string(), signers: None }
    }
}

/// Verifies a run from its folder alone, without a network, a browser or settings.
pub(super) fn run(context: &Context, arguments: &Arguments) -> Result<Exit, Failure> {
    let root = context.settings().map_or_else(|_| "screenshots".into(), |settings| settings.run.folder);
    let signers = arguments.signers.as_deref().map(signers).transpose()?;
    let folder = folders::find(&root, &arguments.run)?;
    let out = context.out;
    let mut working = Working { out, part: None, text: String::new() };
    let is_told = !out.json && !out.quiet;
    let verdict = verify(&folder.path, signers.as_ref(), &mut |line| {
        if is_told {
            working.line(line);
        }
    });
    working.tell();
    if out.json {
        let wrong = &verdict.wrong;
        let signatures: Vec<_> = verdict
            .signatures
            .iter()
            .map(|one| serde_json::json!({ "key": one.key, "by": one.by, "entries": one.entries }))
            .collect();
        let told = serde_json::json!({ "verify": {
            "run": folder.id, "ok": verdict.holds(), "entries": verdict.entries, "exhibits": verdict.exhibits,
            "head": verdict.head, "signatures": signatures, "wrong": wrong,
        }});
        out.result(&told.to_string());
    } else {
        out.result(&told(&verdict, &folder.id));
    }
    Ok(if verdict.holds() { Exit::Done } else { Exit::NotVerified })
}

fn signers(path: &Path) -> Result<Signers, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::files(format!("failed to read {}: {error}", path.display())))?;
    Signers::read(&text).map_err(|why| Failure::files(format!("{}: {why}", path.display())))
}

/// Everything that was looked at, part by part, told while it is looked at.
struct Working {
    out: Out,
    part: Option<Part>,
    /// What is not told yet.
    text: String,
}

/// So much is told at once.
const AT_ONCE: usize = 64 * 1024;

impl Working {
    fn line(&mut self, line: &Line) {
        let text = &mut self.text;
        if self.part.replace(line.part) != Some(line.part) {
            let _ = writeln!(text, "{}", line.part.name());
        }
        let what = visible(&line.what);
        let _ = match &line.mark {
            Mark::Good(digest) => writeln!(text, "  ok    {}  {}", digest.short(), what),
            Mark::Fits => writeln!(text, "  ok                  {what}"),
            Mark::Wrong => writeln!(text, "  WRONG               {what}"),
            Mark::Note => writeln!(text, "  note                {what}"),
        };
        if text.len() > AT_ONCE {
            self.tell();
        }
    }

    fn tell(&mut self) {
        if !self.text.is_empty() {
            self.out.result(&self.text);
            self.text.clear();
        }
    }
}

/// The verdict, and one line on who stands behind it.
fn told(verdict: &Verdict, id: &str) -> String {
    if !verdict.holds() {
        let wrong = &verdict.wrong;
        return format!("{} does NOT verify: {}", visible(id), visible(&wrong.join("; ")));
    }
    let head = verdict.head.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let signed = match verdict.signed() {
        None => "no signature covers it".to_owned(),
        Some(Signed { key, by, entries }) => {
            let by = if by.is_empty() { String::new() } else { format!(" ({})", visible(by)) };
            let covers = match verdict.entries - entries {
                0 => String::new(),
                behind => format!("; {behind} later entries are not covered"),
            };
            format!("signed by {}{by}{covers}", visible(key))
        }
    };
    format!(
        "{} verifies: {} entries, {} exhibits, head {head}\n{signed}",
        visible(id),
        verdict.entries,
        verdict.exhibits
    )
}
