//! Locating what a walk does not use: is it there, by every description, and can what the script wants be chosen in it?

use super::script::{How, WalkedStep};
use super::way::{Mood, Way};
use super::witness::{PATIENCE, Witness, plain};
use super::{Walker, kept};
use crate::browser::{Binding, Browser, Choice, Inspect, Inspected};
use crate::journal::{PlaceRef, Refusal, RefusalKind};
use crate::roster::fold;
use crate::run::steps::Where;
use crate::run::target::Values;
use crate::script::Verb;
use crate::source::{At, Several};
use crate::template::{Field, Template};
use std::time::Duration;

/// How long a control of a form that was not filled in may take to come.
const SHORT_PATIENCE: Duration = Duration::from_secs(3);

impl Walker<'_> {
    /// Locates the controls of a step.
    pub(super) async fn located<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        at: Where<'_>,
        verb: Verb<'_>,
        mood: &Mood,
        way: &mut Way,
        done: &mut WalkedStep,
    ) -> anyhow::Result<()> {
        done.how = How::Located;
        for name in verb.controls() {
            let Some(inspected) = self.locate(witness, at, &name, None, mood, way, done).await? else {
                continue;
            };
            if let (Verb::Choose(pairs), Some(choice)) = (verb, &inspected.choice) {
                let wanted: Vec<&Template> = pairs.get(&name).into_iter().flat_map(Several::values).collect();
                self.offers(at, (&name, choice), &wanted, done);
            }
        }
        Ok(())
    }

    /// Locates one control. What comes back is what was seen, if it is there.
    #[expect(clippy::too_many_arguments, reason = "each is a part of where one is on the way")]
    pub(super) async fn locate<B: Browser>(
        &mut self,
        witness: &mut Witness<'_, B>,
        at: Where<'_>,
        name: &At<String>,
        binding: Option<&Binding>,
        mood: &Mood,
        way: &mut Way,
        done: &mut WalkedStep,
    ) -> anyhow::Result<Option<Inspected>> {
        let target = match self.locator.control(name, &way.values) {
            Ok(target) => target,
            Err(error) => {
                done.how = How::NotReached;
                done.notes.push(format!("`{name}` cannot be looked for: {error:#}"));
                return Ok(None);
            }
        };
        let patience = match mood {
            Mood::Perhaps(_) => Duration::ZERO,
            // What has not come by then does not come without something filled in.
            _ if way.unfilled => SHORT_PATIENCE,
            _ => PATIENCE,
        };
        let Some(inspected) = kept(witness.look_at(&Inspect { binding, ..plain(&target, patience) }).await)?
        else {
            done.how = How::NotReached;
            done.notes.push(format!("`{name}` could not be looked for"));
            return Ok(None);
        };
        let Some(refused) = inspected.refused.clone() else {
            way.astray = false;
            if !inspected.enabled {
                self.remark(name, "disabled now");
            }
            return Ok(Some(inspected));
        };
        if let Some(why) = Self::may_be_missing(&inspected, mood, way) {
            if done.how != How::Refused {
                done.how = How::NotReached;
            }
            done.notes.push(format!("`{name}`: {why}"));
            self.why_not(name, why);
            return Ok(None);
        }
        witness.it_counts();
        done.how = How::Refused;
        let place = PlaceRef { line: name.spot.line, column: name.spot.column, ..at.place() };
        done.refusal = Some(self.refusal(*refused, Some(place)));
        Ok(None)
    }

    /// Why it says nothing against the book that a control is not there.
    fn may_be_missing(inspected: &Inspected, mood: &Mood, way: &Way) -> Option<String> {
        if let Mood::Perhaps(why) = mood {
            return Some(why.clone());
        }
        if way.astray && !inspected.is_there() {
            return Some("not reached: nothing was filled in before".to_owned());
        }
        // What shows nothing of its kind may only come once something is filled in; what shows another name was renamed.
        let has_like = inspected.each.iter().any(|hit| hit.matched > 0 || !hit.near.is_empty());
        if way.unfilled && inspected.in_scope && !has_like {
            return Some("not there as long as nothing is filled in".to_owned());
        }
        None
    }

    /// Whether something can be chosen from, and offers what the script may ask for.
    pub(super) fn offers(
        &mut self,
        at: Where<'_>,
        (name, choice): (&At<String>, &Choice),
        wanted: &[&Template],
        done: &mut WalkedStep,
    ) {
        let place = PlaceRef { line: name.spot.line, column: name.spot.column, ..at.place() };
        let book = self.locator.control(name, &Values::default()).ok().and_then(|target| target.place);
        let refusal = |kind, message: String, near: Vec<String>, hint: String| Refusal {
            kind,
            message,
            near,
            hint: Some(hint),
            script: Some(place.clone()),
            book: book.clone(),
            ..Refusal::default()
        };
        if choice.kind == "other" {
            let message = format!("`{name}` is nothing to choose from");
            let hint = "`fill`, `check` and `toggle` are for other kinds of controls".to_owned();
            self.refuse(name, refusal(RefusalKind::NotReady, message, Vec::new(), hint), done);
            return;
        }
        let Some(offers) = &choice.offers else {
            self.remark(name, format!("a {}; what it offers shows only once it is opened", kind(choice)));
            return;
        };
        self.remark(name, format!("a {} of {}", kind(choice), offers.len()));
        let takes = &at.script.script.takes;
        let options = wanted.iter().flat_map(|template| match template.fields().next() {
            Some(Field::Person(column)) => takes.get(column).cloned().unwrap_or_default(),
            _ => template.plain().map(|text| At::new(text.to_owned(), name.spot)).into_iter().collect(),
        });
        let missing: Vec<String> = options
            .map(|option| option.value)
            .filter(|option| !offers.iter().any(|offer| leads(offer, option)))
            .collect();
        if missing.is_empty() {
            return;
        }
        let roles: Vec<&String> = self.view.app.roles.values().collect();
        let stranger =
            |offer: &&String| !roles.iter().any(|role| leads(offer, role)) && !offer.trim().is_empty();
        let near: Vec<String> = offers.iter().filter(stranger).cloned().collect();
        let quoted =
            |names: &[String]| names.iter().map(|one| format!("\"{one}\"")).collect::<Vec<_>>().join(", ");
        let message = format!("`{name}` does not offer {}; it offers {}", quoted(&missing), quoted(offers));
        if near.is_empty() {
            // A tenant may have fewer roles than the app; who asks for one of them is refused, and nobody else.
            self.remark(name, message);
            return;
        }
        let hint = format!(
            "the page has {}; if it was renamed, write what it is called now into the pack",
            quoted(&near)
        );
        self.refuse(name, refusal(RefusalKind::NoOption, message, near, hint), done);
    }

    pub(super) fn refuse(&mut self, name: &str, refusal: Refusal, done: &mut WalkedStep) {
        done.how = How::Refused;
        self.refused.entry(name.to_owned()).or_insert_with(|| refusal.clone());
        done.refusal = Some(refusal);
    }
}

fn kind(choice: &Choice) -> String {
    choice.kind.replace('_', " ")
}

/// Whether the name of an option is this one, or leads with it.
fn leads(offer: &str, wanted: &str) -> bool {
    let (offer, wanted) = (fold(offer), fold(wanted));
    let rest = offer.strip_prefix(&wanted);
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}
