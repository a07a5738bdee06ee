//! The end of a run in the terminal: the verdict, the counts, refusals with both lines, and who is undecided.

use super::excerpt::places;
use super::paint::Paint;
use super::table::boxed;
use crate::report::phrase::{self, COUNTED};
use crate::report::story::{Person, Story};
use crate::safe::{cut, visible};
use crate::words::Family;
use std::fmt::Write as _;

/// Refused people drawn whole; the rest are in the report.
const MOST: usize = 12;

/// What the run came to, `width` columns wide.
pub fn summary(story: &Story, width: usize, colour: bool) -> String {
    let paint = Paint::new(colour);
    let mut out = String::new();
    for person in story.people.iter().filter(|person| is_drawn(person)).take(MOST) {
        refused(&mut out, story, person, width, paint);
    }
    let count = story.people.iter().filter(|person| is_drawn(person)).count();
    if count > MOST {
        let _ = writeln!(
            out,
            "{}\n",
            paint.dim(&format!("... and {} more; the report has them all", count - MOST))
        );
    }
    undecided(&mut out, story, width, paint);
    stopped(&mut out, story, width, paint);

    let _ = writeln!(out, "{}", paint.bold(&super::super::verdict(story)));
    for family in COUNTED {
        for (outcome, count) in
            story.by_outcome().into_iter().filter(|(outcome, _)| outcome.family() == family)
        {
            let words = format!("{:>5}  {}", phrase::number(count as usize), phrase::outcome(outcome));
            let _ = writeln!(out, "  {} {}", paint.sign(family), paint.family(family, &words));
        }
    }
    if let Some(worked) = story.worked() {
        let again = match story.run.resumed.len() {
            0 => String::new(),
            1 => ", resumed once".to_owned(),
            times => format!(", resumed {times} times"),
        };
        let _ = writeln!(out, "  {}", paint.dim(&format!("{} of work{again}", phrase::duration(worked))));
    }
    let _ = writeln!(out, "  {}", paint.dim(&phrase::signer(story)));
    if story.run.is_stopped || story.is_torn() {
        let _ = writeln!(out, "  hint: `usher resume {}` goes on where it ended", visible(story.run_id()));
    }
    out
}

/// Refused people, and those at whom the run stopped; the undecided have a box of their own.
fn is_drawn(person: &Person) -> bool {
    matches!(person.family(), Family::Refused | Family::Stopped)
}

/// One refusal: what, where, what was tried, the picture, and what to do.
fn refused(out: &mut String, story: &Story, person: &Person, width: usize, paint: Paint) {
    let what = format!("{}: {}", phrase::outcome(person.outcome()), visible(person.why()));
    let _ = writeln!(out, "{}: {}: {what}", paint.red("refused"), visible(&person.key));
    if let Some(refusal) = person.refusal() {
        out.push_str(&places(&story.plan, refusal, width, paint));
        let mut line = |name: &str, words: &str| {
            if !words.is_empty() {
                let _ = writeln!(
                    out,
                    "  {name}: {}",
                    cut(&visible(words), width.saturating_sub(name.len() + 4).max(30))
                );
            }
        };
        line("tried", &refusal.tried.join("; "));
        line("near", &refusal.near.join(", "));
        line("the page said", refusal.said.as_deref().unwrap_or_default());
        if let Some(picture) = &refusal.picture {
            line("proof", &format!("screenshots/{}/{picture}", story.run_id()));
        }
    }
    if let Some(hint) = phrase::hint(person) {
        let _ = writeln!(out, "  hint: {}", visible(&hint));
    }
    out.push('\n');
}

/// The undecided in a box: the one thing nobody may overlook.
fn undecided(out: &mut String, story: &Story, width: usize, paint: Paint) {
    let people: Vec<&Person> = story.unresolved().collect();
    if people.is_empty() {
        return;
    }
    let mut words = format!("{} undecided\n", phrase::people(people.len()));
    for person in people {
        let _ = writeln!(words, "\n{}\n{}", visible(&person.key), visible(person.why()));
    }
    words.push_str("\nSomething was asked of the app once, and nothing proves what became of it. ");
    words.push_str("usher does not try again. Look in the app, then say what you found:\n\nusher unresolved");
    for line in boxed(&words, width.min(90)).lines() {
        let _ = writeln!(out, "{}", paint.family(Family::Undecided, line));
    }
    out.push('\n');
}

/// Why the run stopped, when that is not told at a person already.
fn stopped(out: &mut String, story: &Story, width: usize, paint: Paint) {
    let Some(stop) = story.run.stops.last().filter(|_| story.run.is_stopped) else { return };
    let _ = writeln!(out, "{}: {}", paint.red("stopped"), visible(&stop.why));
    let at_a_person = story.people.iter().any(|person| Some(person.outcome()) == stop.outcome);
    if !at_a_person {
        if let Some(refusal) = &stop.refusal {
            out.push_str(&places(&story.plan, refusal, width, paint));
        }
        let own = stop.refusal.as_ref().and_then(|refusal| refusal.hint.clone());
        if let Some(hint) = own.or_else(|| stop.outcome.and_then(phrase::advice).map(str::to_owned)) {
            let _ = writeln!(out, "  hint: {}", visible(&hint));
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn drawn(colour: bool) -> String {
        let plan = sample::plan();
        summary(&Story::of(&plan, &sample::entries(&plan, &sample::stub)), 80, colour)
    }

    #[test]
    fn a_refusal_shows_both_lines_and_what_to_do() {
        let expected = r#"
refused: lea.fontaine@contractor.example: role unavailable: `role_select` does not offer `Auditor`
    --> scripts/heap/invite.yaml:10:15
   8 |   - click: invite_button
   9 |   - fill: { email_field: "${person.email}" }
  10 |   - choose: { role_select: "${person.role}" }
     |               ^^^^^^^^^^^^
  11 |   - commit: { click: send_button }
    ::: selectors/heap/users-permissions.v3.yaml:9:3
   7 |   invite_button: { role: button, name: [Invite Users] }
   8 |   email_field: { label: Email address, in: invite_dialog }
   9 |   role_select: { label: Role, in: invite_dialog }
     |   ^^^^^^^^^^^^
  10 |   send_button: { role: button, name: [Send Invite], in: invite_dialog }
  tried: label "Role": one list, 3 options
  near: Admin, Member, Viewer
  proof: screenshots/2026-03-11-heap-invite-7q2f/p005-s04-refused.png
  hint: the app offers `Admin`, `Member`, `Viewer`
"#;
        assert!(drawn(false).contains(expected), "{}", drawn(false));
    }

    #[test]
    fn the_undecided_stand_in_a_box() {
        let drawn = drawn(false);
        assert!(drawn.contains("│ 1 person undecided "), "{drawn}");
        assert!(drawn.contains("│ hugo.almeida@northwind.example "), "{drawn}");
        assert!(drawn.contains("│ usher unresolved "), "{drawn}");
    }

    #[test]
    fn it_ends_with_the_counts() {
        let expected = "\
2 people invited, 1 added, 2 already there, 3 refused, 1 not reached; 1 undecided
  ✓     2  invited, pending
  ✓     1  added
  =     1  already member
  =     1  already pending
  -     1  near match
  -     1  domain not allowed
  -     1  role unavailable
  ?     1  unknown after commit
  ·     1  not reached
  56.1 s of work, resumed once
  not signed: usher.toml names no key to sign with
  hint: `usher resume 2026-03-11-heap-invite-7q2f` goes on where it ended
";
        assert!(drawn(false).ends_with(expected), "{}", drawn(false));
    }

    #[test]
    fn colour_is_only_colour() {
        let plain = drawn(true)
            .split('\u{1b}')
            .map(|part| part.split_once('m').filter(|_| part.starts_with('[')).map_or(part, |(_, rest)| rest))
            .collect::<String>();
        assert_eq!(plain, drawn(false));
        assert!(!drawn(false).contains('\u{1b}'));
    }
}
