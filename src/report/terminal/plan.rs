//! The plan before it is run: who will be done, who is so already, who is refused and why.

use super::paint::Paint;
use super::table::table;
use crate::plan::{Job, Plan, Todo};
use crate::report::phrase::{self, cells, number};
use crate::safe::visible;
use crate::words::{Action, Family, State};
use std::fmt::Write as _;

/// A group longer than this is shown in part.
const LONG: usize = 40;
/// How much of a long group is shown.
const PART: usize = 30;

/// What the plan will do, in groups, `width` columns wide.
pub fn plan_table(plan: &Plan, width: usize, colour: bool) -> String {
    let paint = Paint::new(colour);
    // Groups stand two columns in.
    let inner = width.saturating_sub(2);
    let mut out = String::new();
    let title = format!("{} {} in {}", verb(plan.action), visible(&plan.title), visible(&plan.tenant));
    let _ = writeln!(out, "{}", paint.bold(&title));
    let _ =
        writeln!(out, "{}", paint.dim(&format!("as {} at {}", visible(&plan.account), visible(&plan.url))));

    let run: Vec<&Job> = plan.to_run().collect();
    let of = |family: Family| -> Vec<&Job> {
        let is =
            |job: &&Job| matches!(&job.todo, Todo::Settled { outcome, .. } if outcome.family() == family);
        plan.jobs.iter().filter(is).collect()
    };
    let already = of(Family::Already);
    let refused: Vec<&Job> = plan
        .jobs
        .iter()
        .filter(
            |job| matches!(&job.todo, Todo::Settled { outcome, .. } if outcome.family() != Family::Already),
        )
        .collect();

    group(&mut out, paint, Family::Done, "will be done", &run, |jobs| {
        let rows = rows(jobs, |job| vec![job.key.clone(), wanted(job), found(job)]);
        table(&["person", "wanted", "found now"], &rows, inner, colour)
    });
    group(
        &mut out,
        paint,
        Family::Already,
        phrase::counted(Family::Already, plan.action),
        &already,
        |jobs| {
            table(
                &["person", "found now", "why"],
                &rows(jobs, |job| vec![job.key.clone(), found(job), why(job)]),
                inner,
                colour,
            )
        },
    );
    group(&mut out, paint, Family::Refused, "refused", &refused, |jobs| {
        table(
            &["person", "outcome", "why"],
            &rows(jobs, |job| vec![job.key.clone(), outcome(job), why(job)]),
            inner,
            colour,
        )
    });

    for note in &plan.notes {
        let _ = writeln!(out, "\nnote: {}", visible(note));
    }
    let totals = [
        format!("{} will be done", number(run.len())),
        format!("{} {}", number(already.len()), phrase::counted(Family::Already, plan.action)),
        format!("{} refused", number(refused.len())),
    ];
    let _ = writeln!(
        out,
        "\n{}",
        paint.bold(&format!("{}: {}", phrase::people(plan.jobs.len()), totals.join(", ")))
    );
    out
}

const fn verb(action: Action) -> &'static str {
    match action {
        Action::Invite => "invite people to",
        Action::Remove => "remove people from",
        Action::Role => "change roles in",
        Action::SignIn | Action::StepUp => "sign in to",
    }
}

/// A group with its heading; the rest of a long one is counted.
fn group(
    out: &mut String,
    paint: Paint,
    family: Family,
    title: &str,
    jobs: &[&Job],
    draw: impl Fn(&[&Job]) -> String,
) {
    if jobs.is_empty() {
        return;
    }
    let heading = format!("{} {title}", number(jobs.len()));
    let _ = writeln!(out, "\n{} {}", paint.sign(family), paint.family(family, &heading));
    let shown = if jobs.len() > LONG { &jobs[..PART] } else { jobs };
    for line in draw(shown).lines() {
        let _ = writeln!(out, "  {line}");
    }
    if shown.len() < jobs.len() {
        let _ =
            writeln!(out, "  {}", paint.dim(&format!("... and {} more", number(jobs.len() - shown.len()))));
    }
}

fn rows(jobs: &[&Job], cells: impl Fn(&Job) -> Vec<String>) -> Vec<Vec<String>> {
    jobs.iter().map(|job| cells(job)).collect()
}

/// What the request asks for, without what only names the person or stands for the record.
fn wanted(job: &Job) -> String {
    let silent = ["name", "ticket", "reason"];
    let told = job.values.iter().filter(|(column, value)| {
        !silent.contains(&column.as_str()) && !value.eq_ignore_ascii_case(&job.key)
    });
    cells(&told.map(|(column, value)| (column.clone(), value.clone())).collect(), true)
}

fn found(job: &Job) -> String {
    let role = job.found.row.get("role").filter(|role| !role.is_empty());
    match (job.found.state, role) {
        (State::Absent, _) => "not there".to_owned(),
        (state, Some(role)) => format!("{state}, {role}"),
        (state, None) => state.to_string(),
    }
}

fn why(job: &Job) -> String {
    if let Todo::Settled { why, .. } = &job.todo { why.clone() } else { String::new() }
}

fn outcome(job: &Job) -> String {
    if let Todo::Settled { outcome, .. } = &job.todo { phrase::outcome(*outcome) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn groups_people_and_totals_them() {
        let expected = "\
invite people to Heap in Northwind Traders
as usher@northwind.example at https://heapanalytics.com

✓ 8 will be done
  PERSON                           WANTED         FOUND NOW
  mara.okafor@northwind.example    role: Member   not there
";
        let drawn = plan_table(&sample::plan(), 100, false);
        assert!(drawn.starts_with(expected), "{drawn}");
        assert!(drawn.contains("\n= 1 already there\n"), "{drawn}");
        assert!(drawn.contains("\n- 1 refused\n"), "{drawn}");
        assert!(
            drawn.ends_with(
                "\nnote: 9 of 50 seats are free\n\n10 people: 8 will be done, 1 already there, 1 refused\n"
            ),
            "{drawn}"
        );
        assert!(drawn.lines().all(|line| line.chars().count() <= 100), "{drawn}");
    }

    #[test]
    fn a_long_group_is_shown_in_part() {
        let mut plan = sample::plan();
        let job = plan.jobs[0].clone();
        plan.jobs.extend((11..=60).map(|id| Job { id, key: format!("p{id}@x.test"), ..job.clone() }));
        let drawn = plan_table(&plan, 100, false);
        assert!(drawn.contains("✓ 58 will be done"), "{drawn}");
        assert!(drawn.contains("  ... and 28 more\n"), "{drawn}");
    }
}
