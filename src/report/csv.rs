//! Two tables for people: what became of everybody, and the request that would take it back.

use super::phrase::cells;
use super::story::{Person, Story};
use crate::safe::inert;
use crate::words::{Action, Outcome};
use std::collections::BTreeSet;

/// Columns that are kept for the record stand last.
const RECORD: [&str; 3] = ["ticket", "reason", "until"];

/// `results.csv`: a line for everybody in the request.
pub fn results(story: &Story) -> Vec<u8> {
    let own = story.plan.identity.as_str();
    let known: BTreeSet<&str> =
        story.people.iter().flat_map(|person| person.values.keys()).map(String::as_str).collect();
    let wanted: Vec<&str> =
        known.iter().copied().filter(|column| *column != own && !RECORD.contains(column)).collect();
    let record: Vec<&str> = RECORD.into_iter().filter(|column| known.contains(column)).collect();

    let mut rows = Table::default();
    let head = ["person", "action", "outcome", "family", "why"];
    let tail = ["before", "after", "begun", "ended", "evidence"];
    let columns = head.iter().chain(&wanted).chain(&tail).chain(&record);
    // A request may have a column called `outcome`; two columns of one name would be read as one.
    let ours = |name: &&&str| head.contains(name) || tail.contains(name);
    let names = columns.enumerate().map(|(place, name)| {
        let from_request = place >= head.len() && (place < head.len() + wanted.len());
        if from_request && ours(&name) { format!("requested {name}") } else { (*name).to_owned() }
    });
    rows.line(names);
    for person in &story.people {
        let value = |column: &&str| person.values.get(*column).cloned().unwrap_or_default();
        let mut line = vec![
            person.key.clone(),
            story.plan.action.as_str().to_owned(),
            person.outcome().as_str().to_owned(),
            serde_json::to_value(person.family())
                .ok()
                .and_then(|word| word.as_str().map(str::to_owned))
                .unwrap_or_default(),
            person.why().to_owned(),
        ];
        line.extend(wanted.iter().map(value));
        line.extend([
            cells(person.before(), true),
            cells(person.after(), true),
            person.begun.clone().unwrap_or_default(),
            person.ended.as_ref().map(|ended| ended.at.clone()).unwrap_or_default(),
            person.film.iter().map(|frame| frame.exhibit.file.as_str()).collect::<Vec<_>>().join(" "),
        ]);
        line.extend(record.iter().map(value));
        rows.line(line);
    }
    rows.bytes()
}

/// A table for other commands: a header and rows, as text, calculated by no spreadsheet.
pub fn table(headers: &[&str], rows: &[Vec<String>]) -> String {
    let mut drawn = Table::default();
    drawn.line(headers);
    for row in rows {
        drawn.line(row);
    }
    String::from_utf8_lossy(&drawn.bytes()).into_owned()
}

/// The action that takes another one back.
pub const fn inverse(action: Action) -> Option<Action> {
    match action {
        Action::Invite => Some(Action::Remove),
        Action::Remove => Some(Action::Invite),
        Action::Role => Some(Action::Role),
        Action::SignIn | Action::StepUp => None,
    }
}

/// `undo.csv`: a request for the inverse action, for those people only for whom something was really done.
/// None where nothing was done that a request could take back.
pub fn undo(story: &Story) -> Option<Vec<u8>> {
    let plan = &story.plan;
    let action = inverse(plan.action)?;
    let with_role = action != Action::Remove;
    let mut rows = Table::default();
    let mut header = vec![plan.identity.as_str()];
    header.extend(with_role.then_some("role"));
    header.push("reason");
    rows.line(header);
    let reason = format!("undo of run {}", story.run_id());
    for person in story.people.iter().filter(|person| is_undoable(person)) {
        let role = person.before().get("role").cloned().unwrap_or_default();
        // A key that had to be written otherwise would be another person's.
        let is_another = inert(&person.key) != person.key;
        // Nobody knows which role to go back to; a guess would be a change of its own.
        let is_a_guess = plan.action == Action::Role && role.is_empty();
        if is_another || is_a_guess {
            continue;
        }
        let mut line = vec![person.key.clone()];
        line.extend(with_role.then_some(role));
        line.push(reason.clone());
        rows.line(line);
    }
    (rows.lines > 1).then(|| rows.bytes())
}

/// Whether something was done that an inverse exists for; what was only acknowledged may not have happened.
fn is_undoable(person: &Person) -> bool {
    matches!(
        person.outcome(),
        Outcome::InvitedPending
            | Outcome::Added
            | Outcome::RoleChanged
            | Outcome::Removed
            | Outcome::Deactivated
    )
}

/// Lines of comma-separated cells, none of which a spreadsheet calculates: names and roles come from strangers.
struct Table {
    writer: csv::Writer<Vec<u8>>,
    lines: u32,
}

impl Default for Table {
    fn default() -> Self {
        Self { writer: csv::Writer::from_writer(Vec::new()), lines: 0 }
    }
}

impl Table {
    fn line(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        self.lines += 1;
        let cells = cells.into_iter().map(|cell| inert(cell.as_ref()));
        self.writer.write_record(cells).expect("a Vec takes any write, and every line has the same cells");
    }

    fn bytes(self) -> Vec<u8> {
        self.writer.into_inner().expect("a Vec takes any write")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Entry;
    use crate::plan::Plan;
    use crate::report::sample::{self, Tape};
    use crate::request::{Column, Key, Wants};

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    fn changed(action: Action, outcome: Outcome) -> (Plan, Vec<Entry>) {
        let mut plan = sample::plan();
        plan.action = action;
        plan.jobs[0].found.row = sample::map(&[("role", "Admin")]);
        let mut tape = Tape::new(&sample::stub);
        tape.begin(&plan).ended(
            1,
            &plan.jobs[0].key,
            outcome,
            "read back",
            &sample::map(&[("role", "Member")]),
        );
        tape.ended(2, &plan.jobs[1].key, Outcome::NotFound, "nobody", &sample::map(&[]));
        (plan, tape.entries)
    }

    #[test]
    fn a_line_for_everybody() {
        let plan = sample::plan();
        let table = text(results(&Story::of(&plan, &sample::entries(&plan, &sample::stub))));
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 11);
        assert_eq!(
            lines[0],
            "person,action,outcome,family,why,name,role,before,after,begun,ended,evidence,ticket,reason"
        );
        assert!(lines[1].starts_with("mara.okafor@northwind.example,invite,invited_pending,done,"));
        assert!(lines[1].contains("p001-s00-before.png p001-s05-armed.png p001-s06-after.png,IT-2207,"));
    }

    #[test]
    fn a_spreadsheet_calculates_nothing() {
        let mut plan = sample::plan();
        plan.jobs[0].values.insert("name".to_owned(), "=HYPERLINK(\"http://x\",\"Mara\")".to_owned());
        let table = text(results(&Story::new(plan.clone())));
        assert!(table.contains("\"'=HYPERLINK(\"\"http://x\"\",\"\"Mara\"\")\""), "{table}");
        plan.jobs[0].values.insert("name".to_owned(), "Mara;=1".to_owned());
        plan.jobs[0].values.insert("@x".to_owned(), "\u{a0}＝1".to_owned());
        let table = text(results(&Story::new(plan.clone())));
        assert!(table.contains(",Mara;'=1,") && table.contains(",\u{a0}'＝1,"), "{table}");
        assert!(table.starts_with("person,action,outcome,family,why,'@x,"), "{table}");
    }

    #[test]
    fn other_commands_have_harmless_tables_too() {
        let drawn = table(&["person", "role"], &[vec!["a@x.test".to_owned(), "=1".to_owned()]]);
        assert_eq!(drawn, "person,role\na@x.test,'=1\n");
    }

    #[test]
    fn a_column_of_the_request_keeps_apart_from_ours() {
        let mut plan = sample::plan();
        plan.jobs[0].values.insert("outcome".to_owned(), "hired".to_owned());
        let table = text(results(&Story::new(plan.clone())));
        assert!(
            table.starts_with("person,action,outcome,family,why,name,requested outcome,role,"),
            "{table}"
        );
    }

    #[test]
    fn an_invitation_is_undone_by_a_removal() {
        let plan = sample::plan();
        let story = Story::of(&plan, &sample::entries(&plan, &sample::stub));
        let expected = "email,reason\n\
            mara.okafor@northwind.example,undo of run 2026-03-11-heap-invite-7q2f\n\
            jonas.lind@northwind.example,undo of run 2026-03-11-heap-invite-7q2f\n\
            nadia.haddad@northwind.example,undo of run 2026-03-11-heap-invite-7q2f\n";
        assert_eq!(text(undo(&story).unwrap()), expected);
    }

    #[test]
    fn a_role_goes_back_and_a_removed_person_comes_back_with_it() {
        for (action, outcome) in [(Action::Role, Outcome::RoleChanged), (Action::Remove, Outcome::Removed)] {
            let (plan, entries) = changed(action, outcome);
            let table = text(undo(&Story::of(&plan, &entries)).unwrap());
            let expected = "email,role,reason\nmara.okafor@northwind.example,Admin,undo of run 2026-03-11-heap-invite-7q2f\n";
            assert_eq!(table, expected);
        }
    }

    #[test]
    fn what_takes_it_back_is_a_request_also_where_a_role_looks_like_a_formula() {
        let (mut plan, entries) = changed(Action::Role, Outcome::RoleChanged);
        for role in ["=cmd|' /C calc'!A0", "-", "Editor; +x", "'@admins", "\u{a0}－a"] {
            plan.jobs[0].found.row = sample::map(&[("role", role)]);
            let table = undo(&Story::of(&plan, &entries)).unwrap();
            let drawn = text(table.clone());
            let cell = drawn.lines().nth(1).unwrap().split_once(',').unwrap().1.to_owned();
            let calculated = [";=", "; +", ",=", ",-", ",+", ",@", ",－"];
            assert!(!calculated.iter().any(|begun| format!(",{cell}").contains(begun)), "{drawn}");
            let wants = Wants {
                key: Key::Email,
                columns: vec![Column { name: "role".to_owned(), options: Vec::new(), required: true }],
            };
            let read = crate::request::read("undo.csv", &table, &wants).unwrap();
            assert_eq!(read.rows[0].values["role"], role.trim(), "{drawn}");
            assert_eq!(read.rows[0].key, plan.jobs[0].key);
        }
        // Another key would be another person: they are left out.
        plan.jobs[0].key = "x;=1".to_owned();
        assert_eq!(undo(&Story::of(&plan, &entries)), None);
    }

    #[test]
    fn what_was_not_done_is_not_undone() {
        let (plan, entries) = changed(Action::Invite, Outcome::AcknowledgedUnverified);
        assert_eq!(undo(&Story::of(&plan, &entries)), None);
        let (mut plan, entries) = changed(Action::Role, Outcome::RoleChanged);
        plan.jobs[0].found.row.clear();
        assert_eq!(undo(&Story::of(&plan, &entries)), None, "the prior role is not known");
    }
}
