//! The end of the report: the files the run was made from, how to check it all, and what the words mean.

use super::album::Album;
use super::parts::{badge, said, whole};
use crate::plan::InputKind;
use crate::report::phrase::{class, number};
use crate::report::story::Story;
use maud::{Markup, html};

/// Pictures that belong to nobody.
pub(super) fn run_film(story: &Story, album: &Album<'_>) -> Markup {
    if story.run.film.is_empty() {
        return html! {};
    }
    super::section("run", "The run itself", "", &super::film::draw(album, &story.run.film, None, "run"))
}

/// Every file the plan was made from, with its digest and its text.
pub(super) fn inputs(story: &Story) -> Markup {
    let plan = &story.plan;
    let body = html! {
        div.files {
            div.file { p { span { "request" } b { (said(&plan.request.name)) } } (whole(&plan.request.sha256)) }
            @for input in &plan.inputs {
                details.file {
                    summary { p { span { (kind(input.kind)) } b { (said(&input.name)) } } (whole(&input.sha256)) }
                    pre { @for (line, number) in input.text.lines().zip(1u32..) { span.line { i { (number) } (said(line)) "\n" } } }
                }
            }
            @if let Some(begun) = &story.run.begun {
                div.file { p { span { "plan" } b { "plan.json" } } (whole(&begun.plan)) }
            }
        }
    };
    super::section(
        "inputs",
        "What it was made from",
        "Frozen into the plan before anything was done; open one to read it.",
        &body,
    )
}

const fn kind(kind: InputKind) -> &'static str {
    match kind {
        InputKind::App => "app",
        InputKind::Script => "script",
        InputKind::Book => "book",
    }
}

/// How to check it, what that proves and what it does not.
pub(super) fn proof(story: &Story, album: &Album<'_>) -> Markup {
    let body = html! {
        div.verify {
            ol {
                li { p { "Check the seals, every file and this report itself, offline:" } pre { "usher verify " (said(story.run_id())) } }
                li { p { "Or check one picture with any tool, against the digest beside it:" } pre { "sha256sum *.png" } }
                @if story.run.signer.is_some() {
                    li { p { "Check who signed it, with OpenSSH alone; " code { "allowed_signers" } " holds the public keys of those you trust:" } pre { "ssh-keygen -Y verify -n " (crate::signature::NAMESPACE) " -f allowed_signers -I NAME -s head-N.txt.sig < head-N.txt" } }
                    li { p { "Then every file, as the signed text names it:" } pre { "sha256sum --check head-N.txt" } }
                } @else if let Some(head) = &story.run.head {
                    li { p { "Compare the head seal with the one you were given by another way:" } pre { (head.as_str()) } }
                }
            }
            div.limits {
                p { b { "What this proves. " } "Each of " (number(usize::try_from(story.run.entries).unwrap_or(usize::MAX))) " entries carries the digest of the one before, so a changed, removed or reordered entry shows; a changed picture shows too. Every commit was sealed before it was done." }
                p { b { "What it does not. " } "It cannot prove that the app's page told the truth; nor, without a signature, who wrote it; nor, without a time stamp from outside, when. That is why people were read back on a fresh load; the app's own audit log is the second witness." }
                @if album.beside.get() > 0 {
                    p.warn { (album.beside.get()) " pictures are not embedded, since this file would grow too large; they are shown from the run's folder, which must lie beside this report." }
                }
                @if album.lost.get() > 0 {
                    p.warn { (album.lost.get()) " pictures are missing or are not the ones that were sealed. " code { "usher verify" } " names them." }
                }
            }
        }
    };
    super::section("verify", "How to verify", "", &body)
}

/// What the outcomes mean that occur here.
pub(super) fn glossary(story: &Story) -> Markup {
    let body = html! {
        dl.words {
            @for (outcome, count) in story.by_outcome() {
                div class=(class(outcome.family())) { dt { (badge(outcome)) span { (count) } } dd { (outcome.meaning()) } }
            }
        }
    };
    super::section("words", "What the words mean", "", &body)
}

/// The last line.
pub(super) fn foot(story: &Story) -> Markup {
    html! {
        footer {
            p { "Made by usher " (said(&story.plan.usher)) " from the sealed journal of run " (said(story.run_id())) ". The same journal always gives the same report, byte for byte." }
        }
    }
}
