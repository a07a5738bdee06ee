//! The whole run, from its first fact to the stop.

use super::{BOOK_NAME, Bytes, SCRIPT_NAME, Tape, map};
use crate::journal::{Entry, Fact, PlaceRef, Refusal, RefusalKind};
use crate::plan::Plan;
use crate::words::Outcome;
use std::collections::BTreeMap;

#[expect(clippy::unnecessary_wraps, reason = "it stands where a place may not be known")]
fn place(file: &str, line: u32, column: u32) -> Option<PlaceRef> {
    Some(PlaceRef { file: file.to_owned(), line, column })
}

/// The refusal of a role the app does not offer, with both places.
pub(in crate::report) fn no_such_role() -> Refusal {
    Refusal {
        kind: RefusalKind::NoOption,
        message: "`role_select` does not offer `Auditor`".to_owned(),
        script: place(SCRIPT_NAME, 10, 15),
        book: place(BOOK_NAME, 9, 3),
        tried: vec!["label \"Role\": one list, 3 options".to_owned()],
        near: vec!["Admin".to_owned(), "Member".to_owned(), "Viewer".to_owned()],
        said: None,
        picture: Some("p005-s04-refused.png".to_owned()),
        hint: Some("the app offers `Admin`, `Member`, `Viewer`".to_owned()),
    }
}

/// The whole run; pictures' digests are those of `bytes`.
pub(in crate::report) fn entries(plan: &Plan, bytes: Bytes<'_>) -> Vec<Entry> {
    let key = |job: usize| plan.jobs[job - 1].key.clone();
    let nobody = BTreeMap::new();
    let mut tape = Tape::new(bytes);
    tape.begin(plan).session().roster("before", 41);
    tape.ended(
        3,
        &key(3),
        Outcome::AlreadyMember,
        "the roster shows an active member with this address",
        &map(&[("role", "Member")]),
    );
    let near = Refusal {
        kind: RefusalKind::Rule,
        message: "nobody has this address, but somebody has the same name".to_owned(),
        near: vec!["tomasz.bak@northwind.test (Tomasz Bąk, Member)".to_owned()],
        ..Refusal::default()
    };
    tape.refused(4, &key(4), Outcome::NearMatch, near);
    tape.invited(1, &key(1), "Member").invited(2, &key(2), "Viewer").armed(8, &key(8));
    tape.wait(372_000)
        .add(Fact::RunResumed {
            usher: "0.1.0".to_owned(),
            operator: "ada@it-desk-04".to_owned(),
            mended: 118,
            in_doubt: 1,
            protected: Vec::new(),
            cap: None,
        })
        .session();
    let pending = map(&[("role", "Viewer"), ("status", "Pending")]);
    tape.add(Fact::JobBegun { job: 8, person: key(8) }).read_back(8, &pending);
    tape.ended(
        8,
        &key(8),
        Outcome::InvitedPending,
        "the old browser was dead; a fresh load shows one row, pending",
        &pending,
    );
    tape.add(Fact::JobBegun { job: 5, person: key(5) }).picture(5, 4, "refused").refused(
        5,
        &key(5),
        Outcome::RoleUnavailable,
        no_such_role(),
    );
    let said = Refusal {
        kind: RefusalKind::Said,
        message: "the page said no".to_owned(),
        script: place(SCRIPT_NAME, 11, 14),
        said: Some(
            "Only addresses of northwind.example can be invited <img src=x onerror=alert(1)>".to_owned(),
        ),
        ..Refusal::default()
    };
    tape.add(Fact::JobBegun { job: 6, person: key(6) }).picture(6, 5, "refused").refused(
        6,
        &key(6),
        Outcome::DomainNotAllowed,
        said,
    );
    tape.add(Fact::JobBegun { job: 9, person: key(9) }).picture(9, 0, "already there");
    tape.ended(9, &key(9), Outcome::AlreadyPending, "an invitation of 2 March 2026 is still open", &pending);
    tape.armed(7, &key(7)).wait(30_000);
    tape.add(Fact::CommitUnclear {
        job: 7,
        step: 5,
        why: "the browser's connection was lost before the click returned".to_owned(),
    })
    .picture(7, 6, "after");
    tape.ended(
        7,
        &key(7),
        Outcome::UnknownAfterCommit,
        "asked for once; the list could not be read whole within 5 s, so nothing proves it either way",
        &nobody,
    );
    tape.add(Fact::RunStopped {
        why: "one person is undecided".to_owned(),
        outcome: Some(Outcome::UnknownAfterCommit),
        refusal: None,
    });
    tape.roster("after", 44);
    tape.add(Fact::OutcomeRevised {
        job: 2,
        person: key(2),
        from: Outcome::InvitedPending,
        to: Outcome::Added,
        why: "the final roster shows the person as active".to_owned(),
    });
    tape.entries
}
