//! Progress while a run goes on: a bar where a person looks on, plain lines where a machine does.

use super::paint::Paint;
use crate::journal::{Entry, Fact};
use crate::report::phrase;
use crate::report::story::{Person, Story};
use crate::safe::{cut, visible};
use crate::words::Family;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;
use std::time::Duration;

/// How progress is shown.
pub enum Show {
    /// A bar that redraws itself, on standard error; only where that is a terminal.
    Bar,
    /// A line for each person, to this writer.
    Lines(Box<dyn Write + Send>),
    /// Nothing at all.
    Quiet,
}

/// Watches a run's entries. It can never stop the run: what cannot be shown is not shown.
pub struct Progress {
    story: Story,
    paint: Paint,
    bar: ProgressBar,
    lines: Option<Box<dyn Write + Send>>,
    ended: usize,
    is_timed: bool,
    colour: bool,
}

impl Progress {
    /// Ready to watch a run, on standard error: a bar where a person looks on, else plain lines, or nothing when quiet.
    /// `story` is what a run that is resumed has told before; a brief one will do.
    pub fn new(story: Story, live: bool, quiet: bool, colour: bool) -> Self {
        let show = match (quiet, live) {
            (true, _) => Show::Quiet,
            (false, true) => Show::Bar,
            (false, false) => Show::Lines(Box::new(std::io::stderr())),
        };
        Self::showing(story, show, colour)
    }

    /// Ready to watch a run, shown so.
    pub fn showing(story: Story, show: Show, colour: bool) -> Self {
        let ended = story.people.iter().filter(|person| person.ended.is_some()).count();
        let total = story.people.len() as u64;
        let (bar, lines) = match show {
            Show::Bar => {
                let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(12));
                (bar.with_style(style(colour, false)), None)
            }
            Show::Lines(writer) => (ProgressBar::hidden(), Some(writer)),
            Show::Quiet => (ProgressBar::hidden(), None),
        };
        if !bar.is_hidden() {
            // The elapsed time goes on while the page is slow, so that nobody thinks usher hangs.
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        bar.set_position(ended as u64);
        // The time left is reckoned from this sitting's own pace.
        bar.reset_eta();
        Self { story, paint: Paint::new(colour), bar, lines, ended, is_timed: false, colour }
    }

    /// Takes one more entry and shows what it changes.
    pub fn take(&mut self, entry: &Entry) {
        self.story.take(entry);
        match &entry.fact {
            Fact::RunBegun { tenant, people, .. } => {
                self.say(&format!(
                    "run {} begun in {}: {people} people",
                    visible(self.story.run_id()),
                    visible(tenant)
                ));
            }
            Fact::RunResumed { in_doubt, protected, cap, .. } => {
                self.say(&format!("run resumed, {in_doubt} in doubt"));
                if let Some(heeded) = phrase::heeded(protected, *cap) {
                    self.always(&heeded);
                }
            }
            Fact::SignedIn { account, tenant, .. } => {
                self.say(&format!("signed in as {} in {}", visible(account), visible(tenant)));
            }
            // Somebody may be needed at once, so this is told also where only what needs somebody is.
            Fact::HeldUp { outcome, why, .. } => {
                self.always(&format!("held up: {} ({outcome})", visible(why)));
            }
            Fact::LetThrough { how, waited_ms, .. } => {
                let took = phrase::duration(*waited_ms);
                self.always(&format!("going on after {took}: {}", visible(how)));
            }
            Fact::RosterRead { when, people, completeness, .. } => {
                self.say(&format!("roster {when}: {people} people, {}", visible(completeness)));
            }
            Fact::JobBegun { person, .. } => self.bar.set_message(visible(person)),
            Fact::StepDone { job, verb, on, .. } => self.step(*job, &format!("{verb} {on}")),
            Fact::CommitIntended { job, on, .. } => self.step(*job, &format!("commit {on}")),
            Fact::CommitReturned { job, sent_again: 1.., .. } => {
                let person = self.story.person(*job).map(|person| visible(&person.key)).unwrap_or_default();
                self.always(&format!("warning: {person}: {}", phrase::SENT_AGAIN));
                self.step(*job, "read back");
            }
            Fact::CommitReturned { job, .. } | Fact::CommitUnclear { job, .. } => {
                self.step(*job, "read back");
            }
            Fact::DoubtCleared { person, why, .. } => {
                self.say(&format!("{}: {}", visible(person), visible(why)));
            }
            Fact::JobEnded { job, .. } => self.job_ended(*job),
            Fact::OutcomeRevised { job, .. } => self.told(*job, "revised"),
            Fact::RunStopped { why, .. } => {
                self.say(&format!("stopped: {}", visible(why)));
                self.bar.finish_and_clear();
            }
            Fact::RunEnded { .. } => self.bar.finish_and_clear(),
            _ => {}
        }
    }

    /// Takes the bar away; the run is over, however it went.
    pub fn finish(&mut self) {
        self.bar.finish_and_clear();
    }

    fn step(&self, job: u32, words: &str) {
        let key = self.story.person(job).map(|person| visible(&person.key)).unwrap_or_default();
        self.bar.set_message(format!("{key}  {}", visible(words)));
    }

    fn job_ended(&mut self, job: u32) {
        self.ended = self.story.people.iter().filter(|person| person.ended.is_some()).count();
        let total = self.story.people.len();
        if !self.is_timed {
            self.is_timed = true;
            // Before the first person is done there is nothing to reckon the time left from.
            self.bar.set_style(style(self.colour, true));
        }
        self.bar.set_length(total as u64);
        self.bar.set_position(self.ended as u64);
        self.bar.set_prefix(self.counts());
        let width = total.to_string().len();
        self.told(job, &format!("{:>width$}/{total}", self.ended));
    }

    /// One line about one person. Above a bar only those who need somebody are told.
    fn told(&mut self, job: u32, mark: &str) {
        let Some(person) = self.story.person(job) else { return };
        let line = self.line(person, mark);
        if self.lines.is_some() {
            self.say(&line);
        } else if person.needs_attention() {
            self.bar.println(line);
        }
    }

    fn line(&self, person: &Person, mark: &str) -> String {
        let family = person.family();
        let outcome = self.paint.family(family, &phrase::outcome(person.outcome()));
        let mut line = format!("{} {mark}  {}  {outcome}", self.paint.sign(family), visible(&person.key));
        if let Some(took) = person.took() {
            line.push_str(&self.paint.dim(&format!("  {}", phrase::duration(took))));
        }
        if person.needs_attention() {
            line.push_str(": ");
            line.push_str(&cut(&visible(person.why()), 160));
        }
        line
    }

    /// `12 done, 2 refused, 1 undecided`, without what is nought.
    fn counts(&self) -> String {
        let told = |family: &Family| *family != Family::NotReached;
        let ended = || self.story.people.iter().filter(|person| person.ended.is_some());
        let parts: Vec<String> = phrase::COUNTED
            .into_iter()
            .filter(told)
            .map(|family| (family, ended().filter(|person| person.family() == family).count()))
            .filter(|(_, count)| *count > 0)
            .map(|(family, count)| {
                let words = format!("{count} {}", phrase::counted(family, self.story.plan.action));
                self.paint.family(family, &words)
            })
            .collect();
        parts.join(", ")
    }

    /// A line that is told in every way of telling.
    fn always(&mut self, line: &str) {
        if self.lines.is_some() {
            self.say(line);
        } else {
            self.bar.println(line);
        }
    }

    fn say(&mut self, line: &str) {
        if let Some(writer) = &mut self.lines {
            // A reader that went away must not stop the run; the journal has it all.
            let _ = writeln!(writer, "{line}");
        }
    }
}

/// The bar: how far, how many of each kind, who now; the time left once there is something to reckon it from.
fn style(colour: bool, left: bool) -> ProgressStyle {
    let bar = if colour { "{bar:28.green/dim}" } else { "{bar:28}" };
    let eta = if left { ", about {eta} left" } else { "" };
    let template = format!("{bar} {{pos}}/{{len}}  {{prefix}}  {{elapsed}}{eta}\n  {{wide_msg}}");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("━╸─")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn told(show: impl FnOnce(Kept) -> Show) -> String {
        let mut plan = sample::plan();
        let kept = Kept::default();
        let mut progress = Progress::showing(Story::brief(&mut plan), show(kept.clone()), false);
        for entry in sample::entries(&plan, &sample::stub) {
            progress.take(&entry);
        }
        progress.finish();
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_for_each_person() {
        let expected = "\
run 2026-03-11-heap-invite-7q2f begun in Northwind Traders: 10 people
signed in as usher@northwind.example in Northwind Traders
roster before: 41 people, counted: the app says 41, 41 rows were read
=  1/10  priya.raman@northwind.example  already member
-  2/10  tomasz.bak@northwind.example  near match: nobody has this address, but somebody has the same name
✓  3/10  mara.okafor@northwind.example  invited, pending  5.3 s
✓  4/10  jonas.lind@northwind.example  invited, pending  5.3 s
run resumed, 1 in doubt
signed in as usher@northwind.example in Northwind Traders
✓  5/10  nadia.haddad@northwind.example  invited, pending  1.8 s
-  6/10  lea.fontaine@contractor.example  role unavailable  634 ms: `role_select` does not offer `Auditor`
-  7/10  sam.oneil@elsewhere.example  domain not allowed  634 ms: the page said no
=  8/10  kenji.sato@northwind.example  already pending  634 ms
?  9/10  hugo.almeida@northwind.example  unknown after commit  33.4 s: asked for once; the list could not be read whole within 5 s, so nothing proves it either way
stopped: one person is undecided
roster after: 44 people, counted: the app says 44, 44 rows were read
✓ revised  jonas.lind@northwind.example  added  5.3 s
";
        assert_eq!(told(|kept| Show::Lines(Box::new(kept))), expected);
    }

    #[test]
    fn quiet_is_quiet() {
        assert_eq!(told(|_| Show::Quiet), "");
    }

    #[test]
    fn the_bar_knows_how_far() {
        let mut plan = sample::plan();
        let entries = sample::entries(&plan, &sample::stub);
        let mut story = Story::brief(&mut plan);
        entries[..50].iter().for_each(|entry| story.take(entry));
        let mut progress = Progress::showing(story, Show::Quiet, false);
        assert_eq!(progress.bar.position(), 5, "a resumed run goes on where it was");
        for entry in &entries[50..60] {
            progress.take(entry);
        }
        assert_eq!((progress.bar.position(), progress.bar.length()), (8, Some(10)));
        assert_eq!(progress.bar.prefix(), "3 done, 2 already there, 3 refused");
        assert!(progress.bar.message().starts_with("hugo.almeida@northwind.example"));
        for left in [true, false] {
            // A template that does not parse would silently become another bar.
            let bar = ProgressBar::hidden().with_style(style(true, left));
            bar.set_position(1);
        }
    }
}
