//! From a book's entries to what the page is asked for: templates filled in with one person's values.

use crate::browser::{
    Binding, ColumnTarget, Described, GateTarget, GridTarget, InterruptTarget, ListTarget, Pattern, Piece,
    SaysTarget, Scope, Target,
};
use crate::plan::View;
use crate::selector::{Book, Control, Inside, List};
use crate::source::{At, Several};
use crate::template::{Field, Part, Template};
use crate::words::{Action, PlaceRef, RefusalKind, State};
use anyhow::{Context as _, bail};
use std::collections::BTreeMap;

/// How often the same thing may come in between on one page when the book does not say.
const USUAL_INTERRUPTS: u32 = 3;

/// What templates are filled in from: the request's columns and the person's own row.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The key, as it is matched.
    pub key: String,
    /// The request's columns, the key among them.
    pub person: BTreeMap<String, String>,
    /// The cells of the person's row in the app.
    pub row: BTreeMap<String, String>,
    /// What `read` steps have read so far.
    pub read: BTreeMap<String, String>,
    /// The value at hand inside of `each`.
    pub item: Option<String>,
    /// The account usher works as.
    pub account: String,
    /// The tenant.
    pub tenant: String,
}

impl Values {
    /// The value of a field; secrets and numbers have none here.
    pub fn of(&self, field: &Field) -> Option<String> {
        match field {
            Field::Person(column) => self.person.get(column).cloned(),
            Field::Row(column) => self.row.get(column).cloned(),
            Field::Read(name) => self.read.get(name).cloned(),
            Field::Item => self.item.clone(),
            Field::Account => Some(self.account.clone()),
            Field::Tenant => Some(self.tenant.clone()),
            Field::Secret(_) | Field::New(_) | Field::Number => None,
        }
    }

    /// A template filled in.
    pub fn fill(&self, template: &Template) -> anyhow::Result<String> {
        template
            .fill(|field| self.of(field))
            .map_err(|field| anyhow::anyhow!("`{field}` has no value for {}", self.key))
    }
}

/// Makes targets out of one book.
pub struct Locator<'a> {
    view: &'a View,
    book: &'a Book,
}

impl<'a> Locator<'a> {
    /// For the pages of the generation.
    pub fn new(view: &'a View) -> Self {
        Self { view, book: &view.book }
    }

    /// For the pages of the sign-in.
    pub fn signing_in(view: &'a View) -> Self {
        Self { view, book: &view.sign_in }
    }

    fn place<T>(&self, name: &str, at: &At<T>) -> Option<PlaceRef> {
        let file = self.view.origin(self.book, name)?;
        Some(PlaceRef { file: file.name.clone(), line: at.spot.line, column: at.spot.column })
    }

    /// A control by its name in the book.
    pub fn control(&self, name: &str, values: &Values) -> anyhow::Result<Target> {
        let control =
            self.book.controls.get(name).with_context(|| format!("the book has no control `{name}`"))?;
        let place = self
            .book
            .controls
            .iter()
            .find(|(key, _)| key.value == name)
            .and_then(|(key, _)| self.place(name, key));
        self.target(name, control, values, place)
    }

    /// A control that stands in the book without a name of its own, such as a list's `next`.
    pub fn target(
        &self,
        name: &str,
        control: &Control,
        values: &Values,
        place: Option<PlaceRef>,
    ) -> anyhow::Result<Target> {
        let mut described = Vec::new();
        describe(control, values, &mut described)?;
        let inside = match control.inside.as_ref().map(|inside| &inside.value) {
            None => None,
            Some(Inside::Control(outer)) => Some(Box::new(Scope::Control(self.control(outer, values)?))),
            Some(Inside::Frame(frame)) => Some(Box::new(Scope::Frame(self.control(frame, values)?))),
            Some(Inside::RowOf(list)) => Some(Box::new(self.row_scope(list, values)?)),
        };
        let secret = self.book.secret.values().any(|secret| secret == name);
        Ok(Target { name: name.to_owned(), described, inside, place, secret })
    }

    /// Where the person's own row of a list is: by what the list shows of them.
    fn row_scope(&self, name: &str, values: &Values) -> anyhow::Result<Scope> {
        let list = self.list(name)?;
        Ok(Scope::Row { column: list.key.clone(), key: self.row_key(name, values)?, list })
    }

    /// What tells the person's row of a list from others: their key, or what the list shows instead of it.
    pub fn row_key(&self, name: &str, values: &Values) -> anyhow::Result<String> {
        let column = self.list_entry(name)?.key.as_ref().map(|key| key.value.as_str());
        match column.filter(|column| *column != self.view.app.identity.value.as_str()) {
            None => Ok(values.key.clone()),
            Some(column) => {
                let shown = values.row.get(column).or_else(|| values.person.get(column));
                shown.cloned().with_context(|| {
                    format!(
                        "the rows of list `{name}` are told apart by `{column}`, which {} has none of",
                        values.key
                    )
                })
            }
        }
    }

    /// What in a row of a list leads to the person's own page; looked for in each row.
    pub fn detail(&self, name: &str) -> anyhow::Result<Option<Target>> {
        let Some(detail) = &self.list_entry(name)?.detail else { return Ok(None) };
        let control = self.book.controls.get(&detail.open);
        let control = control.with_context(|| format!("the book has no control `{}`", detail.open))?;
        let mut described = Vec::new();
        // A description by the person's own values fits one row only; the others find the control in any row.
        for one in std::iter::once(&control.value).chain(control.also.iter().map(|also| &also.value)) {
            let plain = Control { also: Vec::new(), ..one.clone() };
            if plain.templates().iter().all(|template| template.plain().is_some()) {
                describe(&plain, &Values::default(), &mut described)?;
            }
        }
        let place = self.place(&detail.open, &detail.open);
        Ok(Some(Target { name: detail.open.value.clone(), described, inside: None, place, secret: false }))
    }

    /// The person's own row of a list.
    pub fn row(&self, list: &str, values: &Values) -> anyhow::Result<Target> {
        let scope = self.row_scope(list, values)?;
        Ok(Target {
            name: format!("{}'s row of {list}", values.key),
            described: Vec::new(),
            inside: Some(Box::new(scope)),
            place: None,
            secret: false,
        })
    }

    /// A list by its name in the book.
    pub fn list(&self, name: &str) -> anyhow::Result<ListTarget> {
        let list = self.book.lists.get(name).with_context(|| format!("the book has no list `{name}`"))?;
        let columns = list
            .columns
            .iter()
            .map(|(name, column)| {
                (
                    name.value.clone(),
                    ColumnTarget {
                        header: column.header.clone(),
                        css: column.css.as_ref().map(|css| css.value.clone()),
                        heard: column.heard,
                    },
                )
            })
            .collect();
        let inside = match &list.inside {
            Some(outer) => Some(Box::new(self.control(outer, &Values::default())?)),
            None => None,
        };
        let identity = self.view.app.identity.value.as_str();
        let key = list.key.as_ref().map_or(identity, |key| &key.value).to_owned();
        let grid = list.grid.as_ref().map(|grid| GridTarget {
            rows: grid.rows.value.clone(),
            cells: grid.cells.as_ref().map(|cells| cells.value.clone()),
            headers: grid.headers.as_ref().map(|headers| headers.value.clone()),
        });
        Ok(ListTarget { name: name.to_owned(), columns, key, grid, inside, place: self.place(name, list) })
    }

    /// The book's entry of a list.
    pub fn list_entry(&self, name: &str) -> anyhow::Result<&'a At<List>> {
        self.book.lists.get(name).with_context(|| format!("the book has no list `{name}`"))
    }

    /// What tells a person's row from others, in every list of the book.
    pub fn subject(&self, values: &Values) -> Vec<(String, String)> {
        let identity = self.view.app.identity.value.as_str();
        let mut all = vec![(identity.to_owned(), values.key.clone())];
        for key in self.book.lists.iter().filter_map(|(_, list)| list.key.as_ref()) {
            let shown = values.row.get(&key.value).or_else(|| values.person.get(&key.value));
            all.extend(shown.map(|shown| (key.value.clone(), shown.clone())));
        }
        all
    }

    /// What may come in between on the pages of this book.
    pub fn interrupts(&self) -> anyhow::Result<Vec<InterruptTarget>> {
        let control = |name: &str| self.control(name, &Values::default());
        let each = self.book.interrupts.iter().map(|interrupt| {
            let most = interrupt.most.as_ref().map_or(USUAL_INTERRUPTS, |most| most.value);
            Ok(InterruptTarget { sees: control(&interrupt.sees)?, click: control(&interrupt.click)?, most })
        });
        each.collect()
    }

    /// What only the pages of somebody who is signed in have, whichever of them it is; none where no book describes it.
    pub fn signed_in(&self) -> Option<Target> {
        let signed_in = &self.view.app.signed_in;
        let name = match (&signed_in.page, &signed_in.tenant) {
            (Some(_), Some(tenant)) => tenant,
            _ => &signed_in.account,
        };
        Self::signing_in(self.view).control(name, &Values::default()).ok()
    }

    /// The pages at which the app asks again who usher is: what its sign-in and step-up scripts fill in first.
    pub fn gates(&self) -> anyhow::Result<Vec<GateTarget>> {
        let door = Self::signing_in(self.view);
        let scripts = [(Action::SignIn, RefusalKind::SignedOut), (Action::StepUp, RefusalKind::StepUp)];
        let mut gates = Vec::new();
        for (action, kind) in scripts {
            let Some(file) = self.view.script(action, State::Absent) else { continue };
            let names = file.script.form();
            // A part of a form fits too many pages, and what a book does not describe cannot be seen.
            if names.is_empty() || names.iter().any(|name| door.book.controls.get(name).is_none()) {
                continue;
            }
            let values = Values::default();
            let sees = names.iter().map(|name| door.control(name, &values)).collect::<anyhow::Result<_>>()?;
            // Who has to say once more who they are is signed in.
            let unless = if kind == RefusalKind::SignedOut { self.signed_in() } else { None };
            gates.push(GateTarget { sees, unless, kind });
        }
        Ok(gates)
    }

    /// Every list of the book.
    pub fn lists(&self) -> anyhow::Result<Vec<ListTarget>> {
        self.book.lists.keys().map(|name| self.list(name)).collect()
    }

    /// The control that leads to a list's page of this number from the one before it.
    pub fn next(&self, name: &str, number: u32) -> anyhow::Result<Option<Target>> {
        let Some(next) = &self.list_entry(name)?.next else { return Ok(None) };
        let control = next.numbered(number);
        self.target(&format!("{name}.next"), &control, &Values::default(), self.place(name, next)).map(Some)
    }

    /// The control that loads more of a list.
    pub fn more(&self, name: &str) -> anyhow::Result<Option<Target>> {
        let Some(more) = &self.list_entry(name)?.more else { return Ok(None) };
        self.target(&format!("{name}.more"), more, &Values::default(), self.place(name, more)).map(Some)
    }

    /// The address of a page, a person's values percent-encoded.
    pub fn page(&self, base: &str, name: &str, values: &Values) -> anyhow::Result<String> {
        let page = self.book.pages.get(name).with_context(|| format!("the book has no page `{name}`"))?;
        let path = page
            .fill(|field| values.of(field).map(|value| crate::template::percent_encoded(&value)))
            .map_err(|field| anyhow::anyhow!("`{field}` has no value for page `{name}`"))?;
        address(base, &path)
    }

    /// What binds a commit to the person: their key as a token, or a whole line of the page.
    pub fn binding(
        &self,
        names: &str,
        reads: Option<&Template>,
        values: &Values,
        foreign: Vec<String>,
    ) -> anyhow::Result<Binding> {
        let expect = match reads {
            None => Pattern::Token(values.key.clone()),
            Some(template) => Pattern::Line(pieces(template, values)?),
        };
        Ok(Binding { names: self.control(names, values)?, expect, foreign, filled: Vec::new() })
    }

    /// What binds a commit to the person where it is for the ticked rows of a list.
    pub fn ticked(&self, list: &str, values: &Values) -> anyhow::Result<Binding> {
        Ok(Binding {
            names: self.row(list, values)?,
            expect: Pattern::Ticked(self.list(list)?),
            foreign: Vec::new(),
            filled: Vec::new(),
        })
    }

    /// What the pages of this book may say, numbered as in the book.
    pub fn says(&self) -> anyhow::Result<Vec<SaysTarget>> {
        let each = self.book.says.iter().enumerate().map(|(id, statement)| {
            let inside = match &statement.inside {
                Some(name) => Some(self.control(name, &Values::default())?),
                None => None,
            };
            Ok(SaysTarget { id, texts: statement.text.values().cloned().collect(), inside })
        });
        each.collect()
    }

    /// What it means when the page says these; the book's order decides between several.
    pub fn meaning(&self, said: &[crate::browser::Said]) -> Option<(crate::words::Outcome, String)> {
        let first = said.iter().min_by_key(|said| said.id)?;
        self.book.says.get(first.id).map(|statement| (statement.means.value, first.line.clone()))
    }

    /// Regions that are never pictured. One that needs a person's values is left to the page's own rules.
    pub fn secrets(&self) -> Vec<Target> {
        let names = self.book.secret.values();
        names.filter_map(|name| self.control(name, &Values::default()).ok()).collect()
    }
}

/// An address below the tenant's.
pub fn address(base: &str, path: &str) -> anyhow::Result<String> {
    if !path.starts_with('/') {
        bail!("the page path `{path}` does not start with a slash");
    }
    Ok(format!("{}{path}", base.trim_end_matches('/')))
}

fn describe(control: &Control, values: &Values, all: &mut Vec<Described>) -> anyhow::Result<()> {
    describe_by(control, &|template| values.fill(template), all)
}

/// Every description of a control, its templates filled in as one likes.
pub(super) fn describe_by(
    control: &Control,
    fill: &dyn Fn(&Template) -> anyhow::Result<String>,
    all: &mut Vec<Described>,
) -> anyhow::Result<()> {
    let ranked = |several: &Several<Template>| several.values().map(fill).collect::<anyhow::Result<Vec<_>>>();
    if control.role.is_some() || !control.name.is_empty() {
        let role = control.role.as_ref().map(|role| role.value.clone());
        all.push(Described::Role { role, names: ranked(&control.name)? });
    }
    if !control.label.is_empty() {
        all.push(Described::Label { texts: ranked(&control.label)? });
    }
    if !control.placeholder.is_empty() {
        all.push(Described::Placeholder { texts: ranked(&control.placeholder)? });
    }
    if !control.text.is_empty() {
        all.push(Described::Text { texts: ranked(&control.text)? });
    }
    let value = |at: &At<String>| at.value.clone();
    all.extend(control.test_id.as_ref().map(|at| Described::TestId { value: value(at) }));
    all.extend(control.css.as_ref().map(|at| Described::Css { value: value(at) }));
    all.extend(control.xpath.as_ref().map(|at| Described::Xpath { value: value(at) }));
    control.also.iter().try_for_each(|other| describe_by(other, fill, all))
}

fn pieces(template: &Template, values: &Values) -> anyhow::Result<Vec<Piece>> {
    let mut all = Vec::new();
    for part in &template.parts {
        all.push(match part {
            Part::Text(text) => Piece::Text(text.clone()),
            Part::Field(Field::Number) => Piece::Digits(true),
            Part::Field(field) => {
                let value = values.of(field).filter(|value| !value.trim().is_empty());
                Piece::Identity(
                    value
                        .with_context(|| format!("`{field}` has no value, so nothing can bind the commit"))?,
                )
            }
        });
    }
    if !all.iter().any(|piece| matches!(piece, Piece::Identity(_))) {
        bail!("`as: {template}` names nobody");
    }
    Ok(all)
}
