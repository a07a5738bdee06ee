//! The commit of a script on a walk: its control located as strictly as a run does, and asked whether the page names the person.

use super::Walker;
use super::script::{How, WalkedStep};
use super::way::{Mood, Way, fields_of};
use super::witness::Witness;
use crate::browser::{Binding, Bound, Browser, Inspected};
use crate::journal::{Refusal, RefusalKind};
use crate::roster::fold;
use crate::run::steps::Where;
use crate::run::target::Values;
use crate::script::Act;
use crate::source::At;
use std::collections::BTreeSet;

impl Walker<'_> {
    /// Locates what would commit, as strictly as a run does, and asks whether the page names the person.
    pub(super) async fn commit<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        at: Where<'_>,
        mood: &Mood,
        way: &mut Way,
        done: &mut WalkedStep,
    ) -> anyhow::Result<()> {
        done.how = How::Located;
        if let Some(names) = &at.step.names {
            self.locate(witness, at, names, None, mood, way, done).await?;
        }
        let binding = match self.binding(at, &way.values) {
            Ok(binding) => Some(binding),
            Err(error) => {
                done.notes.push(format!("what binds it to the person cannot be asked: {error:#}"));
                None
            }
        };
        for act in at.step.commit.iter().flat_map(|commit| commit.acts()) {
            let name = act.control();
            let looked = self.locate(witness, at, name, binding.as_ref(), mood, way, done).await?;
            let Some(inspected) = looked else { continue };
            self.act(at, act, &inspected, done);
            let misses = inspected.each.iter().any(|hit| hit.matched != 1 || !hit.same);
            if misses {
                done.how = How::Refused;
            }
            if let Some(Bound::Not { why, silent }) = inspected.bound {
                self.unbound(at, name, (&why, silent), way, done);
            } else if let Some(Bound::By(line)) = inspected.bound {
                done.notes.push(format!("the page names the person: \"{line}\""));
            }
        }
        if let Some(accept) = &at.step.accept {
            done.notes.push(format!(
                "the native dialog \"{}\" cannot be looked at before it opens",
                accept.written
            ));
        }
        Ok(())
    }

    /// What else than its control an act needs.
    fn act(&mut self, at: Where<'_>, act: Act<'_>, inspected: &Inspected, done: &mut WalkedStep) {
        match (act, &inspected.choice) {
            (Act::Choose(name, template), Some(choice)) => {
                self.offers(at, (name, choice), &[&template.value], done);
            }
            (Act::Menu(_, item), _) => {
                let note = format!("its item \"{}\" shows only once the menu is open", item.written);
                done.notes.push(note);
            }
            _ => {}
        }
    }

    fn binding(&self, at: Where<'_>, values: &Values) -> anyhow::Result<Binding> {
        let reads = at.step.reads.as_ref().map(|template| &template.value);
        match (&at.step.names, &at.step.selects) {
            (Some(names), _) => self.locator.binding(names, reads, values, self.foreign(&values.key)),
            (None, Some(list)) => self.locator.ticked(list, values),
            (None, None) => Err(anyhow::anyhow!("the step has neither `names` nor `selects`")),
        }
    }

    /// Other people's keys: a page that names one of them before a commit is the wrong one.
    fn foreign(&self, key: &str) -> Vec<String> {
        let people = self.roster.iter().flat_map(|roster| &roster.people);
        let others = people.filter(|person| person.key != key && person.key != fold(self.bounds.account));
        others.map(|person| person.key.clone()).collect()
    }

    /// A commit that nothing binds now: where that is only for what was not filled in or ticked, it is as it should be.
    fn unbound(
        &mut self,
        at: Where<'_>,
        name: &At<String>,
        (why, silent): (&str, bool),
        way: &Way,
        done: &mut WalkedStep,
    ) {
        if silent && at.step.selects.is_some() && way.unfilled {
            done.notes
                .push("the person's row is there; it is not ticked, so nothing is bound yet".to_owned());
            return;
        }
        let identity = self.view.app.identity.value.as_str();
        let needed: BTreeSet<String> = match &at.step.reads {
            Some(template) => fields_of(template),
            None => BTreeSet::from([identity.to_owned()]),
        };
        if silent && !way.untyped.is_disjoint(&needed) {
            done.notes.push("names nobody before it is filled in".to_owned());
            return;
        }
        let region = at.step.names.as_ref().map(|names| format!("`{names}`")).unwrap_or_default();
        let refusal = Refusal {
            kind: RefusalKind::NotBound,
            message: format!("{why}: {region} does not name {} before `{name}`", way.values.key),
            script: Some(at.place()),
            book: at.step.names.as_ref().and_then(|names| {
                self.locator.control(names, &way.values).ok().and_then(|target| target.place)
            }),
            hint: Some(
                "look at that page: what stands there for the person? `as:` says it in the script".to_owned(),
            ),
            ..Refusal::default()
        };
        let region = at.step.names.as_ref().map_or_else(|| name.value.clone(), |names| names.value.clone());
        self.refuse(&region, refusal, done);
    }
}
