//! A browser that takes down what each description of a control finds before the control is used, and that cannot change
//! anything: it arms nothing, chooses nothing, and types only to sign in and to search.

use crate::browser::{
    Act, Answer, Armed, Binding, Browser, Cover, Described, GateTarget, Headers, Inspect, Inspected,
    InterruptTarget, Jar, ListQuestion, ListTarget, Picture, Said, SaysTarget, Scope, Seen, Snapshot,
    Stretch, StretchQuestion, Target, Trouble, Typed, Waited, Want,
};
use crate::journal::PlaceRef;
use anyhow::anyhow;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a control may take to come.
pub(super) const PATIENCE: Duration = Duration::from_secs(8);

/// One look at a control.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) name: String,
    pub(super) place: PlaceRef,
    pub(super) described: Vec<Described>,
    pub(super) inspected: Inspected,
    /// It was looked at as a commit looks at it: every description must find it.
    pub(super) commit: bool,
    /// It had to be there.
    pub(super) counts: bool,
}

/// What may be typed into.
#[derive(Clone, Debug)]
enum Typing {
    /// Any field: usher signs in.
    SigningIn,
    /// Only the fields of searches.
    Searching(BTreeSet<String>),
}

/// Watches over a browser.
pub struct Witness<'b, B> {
    browser: &'b mut B,
    typing: Typing,
    pub(super) looks: Vec<Look>,
}

impl<'b, B: Browser> Witness<'b, B> {
    /// Before usher signs in: that types into fields, and ticks what the sign-in script ticks.
    pub fn new(browser: &'b mut B) -> Self {
        Self { browser, typing: Typing::SigningIn, looks: Vec::new() }
    }

    /// From now on nothing is typed but into these fields.
    pub(super) fn only_searches(&mut self, fields: BTreeSet<String>) {
        self.typing = Typing::Searching(fields);
    }

    const fn is_signing_in(&self) -> bool {
        matches!(self.typing, Typing::SigningIn)
    }

    /// The last look that found nothing to use was at something that had to be there.
    pub(super) fn it_counts(&mut self) {
        if let Some(look) = self.looks.iter_mut().rev().find(|look| look.inspected.refused.is_some()) {
            look.counts = true;
        }
    }

    /// Whether every description of a control was seen to find it.
    pub(super) fn knows(&self, target: &Target) -> bool {
        self.looks.iter().any(|look| is_of(look, target) && look.inspected.is_whole())
    }

    /// Looks at a control and takes down what is seen.
    pub(super) async fn look_at(&mut self, question: &Inspect<'_>) -> Result<Inspected, Trouble> {
        let target = question.target;
        let inspected = self.browser.inspect(question).await?;
        if let Some(place) = target.place.clone() {
            let commit = question.binding.is_some();
            let counts = inspected.refused.is_none() || self.is_signing_in();
            self.looks.push(Look {
                name: target.name.clone(),
                place,
                described: target.described.clone(),
                inspected: inspected.clone(),
                commit,
                counts,
            });
        }
        if inspected.in_scope {
            self.look_around(target).await?;
        }
        Ok(inspected)
    }

    /// What a control is in is a control of the book, too, and just now it is there.
    async fn look_around(&mut self, target: &Target) -> Result<(), Trouble> {
        let Some(Scope::Control(outer) | Scope::Frame(outer)) = target.inside.as_deref() else {
            return Ok(());
        };
        if self.knows(outer) || outer.place.is_none() {
            return Ok(());
        }
        Box::pin(self.look_at(&plain(outer, Duration::ZERO))).await.map(drop)
    }

    /// Looks at a control that is about to be used; one that cannot be is refused here.
    async fn before(&mut self, target: &Target, question: Inspect<'_>) -> Result<(), Trouble> {
        if target.place.is_none() || self.knows(target) {
            return Ok(());
        }
        match self.look_at(&question).await?.refused {
            Some(refused) => Err(Trouble::Refused(refused)),
            None => Ok(()),
        }
    }

    async fn before_use(&mut self, target: &Target) -> Result<(), Trouble> {
        self.before(target, plain(target, PATIENCE)).await
    }
}

/// A look at a control that must show.
pub(super) const fn plain(target: &Target, patience: Duration) -> Inspect<'_> {
    Inspect { target, hidden_too: false, binding: None, patience }
}

fn is_of(look: &Look, target: &Target) -> bool {
    look.name == target.name && target.place.as_ref() == Some(&look.place)
}

/// What would change something is never done; that it was tried is a mistake of ours.
fn never<T>(what: &str, target: &str) -> Result<T, Trouble> {
    Err(Trouble::Broken(anyhow!("a walk through a console only looks, and was about to {what} `{target}`")))
}

impl<B: Browser> Browser for Witness<'_, B> {
    async fn open(&mut self, url: &str) -> Result<(), Trouble> {
        self.browser.open(url).await
    }

    async fn url(&mut self) -> Result<String, Trouble> {
        self.browser.url().await
    }

    fn watch(&mut self, says: Vec<SaysTarget>) {
        self.browser.watch(says);
    }

    fn keep_secret(&mut self, places: Vec<Target>) {
        self.browser.keep_secret(places);
    }

    fn expect(&mut self, interrupts: Vec<InterruptTarget>) {
        self.browser.expect(interrupts);
    }

    fn gates(&mut self, gates: Vec<GateTarget>) {
        self.browser.gates(gates);
    }

    fn sent_away(&mut self) -> Vec<String> {
        self.browser.sent_away()
    }

    fn waited(&mut self) -> Vec<Waited> {
        self.browser.waited()
    }

    async fn rest(&mut self) -> Result<(), Trouble> {
        self.browser.rest().await
    }

    async fn read(&mut self, targets: &[Target]) -> Result<Vec<String>, Trouble> {
        for target in targets {
            self.before(target, Inspect { hidden_too: true, ..plain(target, PATIENCE) }).await?;
        }
        self.browser.read(targets).await
    }

    async fn accept(&mut self, text: &str) -> Result<(), Trouble> {
        if self.is_signing_in() { self.browser.accept(text).await } else { never("accept", text) }
    }

    async fn said(&mut self) -> Result<Vec<Said>, Trouble> {
        self.browser.said().await
    }

    async fn look(&mut self, target: &Target, want: Want, patience: Duration) -> Result<Seen, Trouble> {
        if want != Want::Absent {
            self.before(target, plain(target, patience)).await?;
        }
        self.browser.look(target, want, patience).await
    }

    async fn look_for_any(&mut self, targets: &[Target], patience: Duration) -> Result<Seen, Trouble> {
        let seen = self.browser.look_for_any(targets, patience).await?;
        for target in targets {
            self.sees(target).await?;
        }
        Ok(seen)
    }

    async fn sees(&mut self, target: &Target) -> Result<bool, Trouble> {
        let sees = self.browser.sees(target).await?;
        if sees && target.place.is_some() && !self.knows(target) {
            self.look_at(&plain(target, Duration::ZERO)).await?;
        }
        Ok(sees)
    }

    async fn click(&mut self, target: &Target) -> Result<Seen, Trouble> {
        self.before_use(target).await?;
        self.browser.click(target).await
    }

    async fn download(&mut self, target: &Target) -> Result<Vec<u8>, Trouble> {
        self.before_use(target).await?;
        self.browser.download(target).await
    }

    async fn hover(&mut self, target: &Target) -> Result<Seen, Trouble> {
        self.before_use(target).await?;
        self.browser.hover(target).await
    }

    async fn fill(&mut self, target: &Target, value: Typed<'_>) -> Result<Seen, Trouble> {
        match &self.typing {
            Typing::Searching(fields) if !fields.contains(&target.name) => {
                return never("type into", &target.name);
            }
            _ => {}
        }
        self.before_use(target).await?;
        self.browser.fill(target, value).await
    }

    async fn choose(&mut self, target: &Target, wanted: &[String]) -> Result<Seen, Trouble> {
        if !self.is_signing_in() {
            return never("choose in", &target.name);
        }
        self.before_use(target).await?;
        self.browser.choose(target, wanted).await
    }

    async fn check(&mut self, target: &Target, on: bool) -> Result<Seen, Trouble> {
        if !self.is_signing_in() {
            return never("tick", &target.name);
        }
        self.before_use(target).await?;
        self.browser.check(target, on).await
    }

    async fn toggle(&mut self, target: &Target, on: bool) -> Result<Seen, Trouble> {
        if !self.is_signing_in() {
            return never("turn", &target.name);
        }
        self.before_use(target).await?;
        self.browser.toggle(target, on).await
    }

    async fn tab(&mut self, target: &Target) -> Result<Seen, Trouble> {
        self.before_use(target).await?;
        self.browser.tab(target).await
    }

    async fn menu(&mut self, target: &Target, item: &str) -> Result<Seen, Trouble> {
        self.before_use(target).await?;
        self.browser.menu(target, item).await
    }

    async fn upload(&mut self, target: &Target, _: &str) -> Result<Seen, Trouble> {
        never("give a file to", &target.name)
    }

    async fn type_to_confirm(&mut self, target: &Target, _: &str) -> Result<Seen, Trouble> {
        never("type into", &target.name)
    }

    async fn turn(&mut self, tab: &Target, list: &ListTarget, empty: &[String]) -> Result<(), Trouble> {
        self.before_use(tab).await?;
        self.browser.turn(tab, list, empty).await
    }

    async fn arm(&mut self, target: &Target, _: &Act, _: &Binding) -> Result<Armed, Trouble> {
        never("arm", &target.name)
    }

    async fn fire(&mut self, _: &Armed) -> Result<(), Trouble> {
        never("click", "what is armed")
    }

    async fn answered(&mut self, _: Duration) -> Result<Answer, Trouble> {
        never("wait for the answer of", "a commit")
    }

    async fn snapshot(&mut self, question: &ListQuestion<'_>) -> Result<Snapshot, Trouble> {
        if let Some(inside) = question.list.inside.as_deref() {
            self.before_use(inside).await?;
        }
        let snapshot = self.browser.snapshot(question).await?;
        // The last page has the control that leads on disabled, which is there all the same.
        let leads_on = matches!(snapshot.next.as_str(), "enabled" | "disabled");
        if let Some(next) = question.next.filter(|next| leads_on && !self.knows(next)) {
            self.look_at(&plain(next, Duration::ZERO)).await?;
        }
        Ok(snapshot)
    }

    async fn stretch(&mut self, question: &StretchQuestion<'_>) -> Result<Stretch, Trouble> {
        if let Some(inside) = question.list.inside.as_deref() {
            self.before_use(inside).await?;
        }
        self.browser.stretch(question).await
    }

    async fn picture(&mut self, cover: &Cover<'_>) -> Result<Picture, Trouble> {
        self.browser.picture(cover).await
    }

    async fn inspect(&mut self, question: &Inspect<'_>) -> Result<Inspected, Trouble> {
        self.look_at(question).await
    }

    async fn headers(&mut self, list: &ListTarget) -> Result<Headers, Trouble> {
        self.browser.headers(list).await
    }

    async fn keep(&mut self) -> Result<Jar, Trouble> {
        self.browser.keep().await
    }

    async fn restore(&mut self, jar: &Jar, url: &str) -> Result<(), Trouble> {
        self.browser.restore(jar, url).await
    }

    async fn outline(&mut self) -> Result<serde_json::Value, Trouble> {
        self.browser.outline().await
    }
}
