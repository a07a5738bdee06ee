//! For machines: one line for each entry, the very line of the journal, and one summary at the end.

use super::story::{Frame, Person, Story};
use crate::journal::Entry;
use crate::safe;
use serde_json::{Value, json};

/// The version of the summary.
pub const FORMAT: u32 = 1;

/// An entry as the journal has it, without the newline: whoever keeps these lines keeps a journal that verifies.
pub fn line(entry: &Entry) -> String {
    safe::json(&serde_json::to_string(entry).expect("an entry is plain data"))
}

/// The last line: what the run came to.
pub fn summary(story: &Story) -> Value {
    let (plan, run) = (&story.plan, &story.run);
    json!({ "summary": {
        "format": FORMAT,
        "run": story.run_id(),
        "app": plan.app,
        "title": plan.title,
        "url": plan.url,
        "tenant": story.tenant(),
        "account": story.account(),
        "action": plan.action,
        "operator": run.begun.as_ref().map(|begun| &begun.operator),
        "begun": run.begun.as_ref().map(|begun| &begun.at),
        "ended": run.ended,
        "stopped": run.stops.last().filter(|_| run.is_stopped).map(|stop| json!({
            "at": stop.at, "why": stop.why, "outcome": stop.outcome,
        })),
        "resumed": run.resumed.len(),
        "worked_ms": story.worked(),
        "plan": run.begun.as_ref().map(|begun| &begun.plan),
        "request": plan.request,
        "entries": run.entries,
        "head": run.head,
        "signer": run.signer.as_ref().map(|signer| &signer.key),
        "verdict": super::verdict(story),
        "outcomes": story.by_outcome(),
        "families": story.by_family(),
        "unresolved": story.unresolved().map(|person| &person.key).collect::<Vec<_>>(),
        "people": story.people.iter().map(of_person).collect::<Vec<_>>(),
    }})
}

fn of_person(person: &Person) -> Value {
    json!({
        "job": person.job,
        "key": person.key,
        "outcome": person.outcome(),
        "family": person.family(),
        "why": person.why(),
        "refusal": person.refusal(),
        "values": person.values,
        "before": person.before(),
        "after": person.after(),
        "begun": person.begun,
        "ended": person.ended.as_ref().map(|ended| &ended.at),
        "took_ms": person.took(),
        "revisions": person.revisions.iter().map(|revision| json!({
            "at": revision.at, "from": revision.from, "to": revision.to, "why": revision.why, "by": revision.by,
        })).collect::<Vec<_>>(),
        "exhibits": person.film.iter().map(of_frame).collect::<Vec<_>>(),
    })
}

fn of_frame(frame: &Frame) -> Value {
    let exhibit = &frame.exhibit;
    json!({ "file": exhibit.file, "label": exhibit.label, "sha256": exhibit.sha256, "at": frame.at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::report::sample;

    #[test]
    fn a_line_is_the_journals_own() {
        let plan = sample::plan();
        let entries = sample::entries(&plan, &sample::stub);
        for (place, entry) in entries.iter().enumerate() {
            let prev = place
                .checked_sub(1)
                .map_or_else(|| Digest::of("root"), |before| entries[before].seal.clone());
            let (_, sealed) = crate::journal::seal_line(entry.seq, &entry.at, entry.fact.clone(), &prev);
            assert_eq!(line(entry), sealed);
        }
    }

    #[test]
    fn the_summary_counts_and_names() {
        let plan = sample::plan();
        let value = summary(&Story::of(&plan, &sample::entries(&plan, &sample::stub)));
        let summary = &value["summary"];
        assert_eq!(summary["format"], 1);
        assert_eq!(summary["outcomes"]["invited_pending"], 2);
        assert_eq!(summary["families"]["undecided"], 1);
        assert_eq!(summary["unresolved"][0], "hugo.almeida@northwind.example");
        assert_eq!(summary["people"].as_array().unwrap().len(), 10);
        assert_eq!(summary["people"][1]["revisions"][0]["to"], "added");
        assert_eq!(summary["stopped"]["outcome"], "unknown_after_commit");
        assert!(value.as_object().unwrap().len() == 1, "one object, told from facts by its only member");
    }
}
