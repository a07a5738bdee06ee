//! What is wrong between the files of a pack: names that nothing has, states that no script or two scripts are for.

use super::pack::{BookFile, Pack, ScriptFile, file_name};
use crate::diag::{Diagnostic, did_you_mean};
use crate::script::{Script, Step, Verb};
use crate::selector::{Book, Find, Inside, List};
use crate::source::{At, Source};
use crate::template::{Field, Template};
use crate::words::{Action, Identity, State};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Everything that is wrong between the files of a pack. The files themselves are known to be good.
pub(super) fn pack(folder: &str, pack: &Pack) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    names_agree(folder, pack, &mut found);
    for file in &pack.books {
        book(pack, file, &mut found);
    }
    for file in &pack.scripts {
        script(pack, file, &mut found);
    }
    coverage(pack, &mut found);
    found
}

fn names_agree(folder: &str, pack: &Pack, found: &mut Vec<Diagnostic>) {
    let mut app = |source: &Arc<Source>, app: &At<String>| {
        if app.value != folder {
            found.push(
                Diagnostic::error(source, format!("`app: {app}` stands in the folder of `{folder}`"))
                    .at(app.spot, format!("write `{folder}`, or move the file")),
            );
        }
    };
    app(&pack.source, &pack.app.app);
    pack.scripts.iter().for_each(|file| app(&file.source, &file.script.app));
    pack.books.iter().for_each(|file| app(&file.source, &file.book.app));
    for file in &pack.books {
        let name = file_name(&file.source.name);
        let wanted = file.book.file_name();
        if name.trim_start_matches("practice.") != wanted {
            found.push(
                Diagnostic::error(
                    &file.source,
                    format!("the file is named `{name}`, but says it is `{wanted}`"),
                )
                .at(file.book.version.spot, "generation and version are part of the name"),
            );
        }
    }
    for generation in &pack.app.generations.0 {
        if pack.book(generation, false, None).is_none() {
            found.push(
                Diagnostic::error(&pack.source, format!("generation `{generation}` has no book"))
                    .at(generation.spot, format!("selectors/{folder}/{generation}.v1.yaml is missing")),
            );
        }
    }
    if pack.book(&pack.app.sign_in, false, None).is_none() {
        found.push(
            Diagnostic::error(&pack.source, format!("the sign-in book `{}` is missing", pack.app.sign_in))
                .at(
                    pack.app.sign_in.spot,
                    format!("selectors/{folder}/{}.v1.yaml is missing", pack.app.sign_in),
                ),
        );
    }
}

/// What a book may name: its own things and those of the book it is laid over.
struct Names {
    controls: BTreeSet<String>,
    pages: BTreeSet<String>,
    lists: BTreeSet<String>,
}

impl Names {
    fn of<'a>(books: impl IntoIterator<Item = &'a Book>) -> Self {
        let mut names = Self { controls: BTreeSet::new(), pages: BTreeSet::new(), lists: BTreeSet::new() };
        for book in books {
            names.controls.extend(book.controls.keys().map(str::to_owned));
            names.pages.extend(book.pages.keys().map(str::to_owned));
            names.lists.extend(book.lists.keys().map(str::to_owned));
        }
        names
    }

    fn unknown(
        source: &Arc<Source>,
        what: &str,
        name: &At<String>,
        known: &BTreeSet<String>,
    ) -> Option<Diagnostic> {
        if known.contains(&name.value) {
            return None;
        }
        let near = did_you_mean(name, known.iter().map(String::as_str));
        Some(
            Diagnostic::error(source, format!("there is no {what} `{name}`"))
                .at(name.spot, format!("no book describes this {what}"))
                .hint_if(near.map(|near| format!("did you mean `{near}`?"))),
        )
    }
}

fn book(pack: &Pack, file: &BookFile, found: &mut Vec<Diagnostic>) {
    let (source, book) = (&file.source, &file.book);
    let under = if file.practice { pack.book(&book.generation, false, None) } else { None };
    // A practice overlay may complete what the shipped book cannot attest, so the shipped book may lean on it.
    let over = if file.practice { None } else { pack.book(&book.generation, true, None) };
    let names = Names::of([Some(book), under.map(|f| &f.book), over.map(|f| &f.book)].into_iter().flatten());
    let nexts = book.lists.iter().flat_map(|(_, list)| list.leading_on());
    for control in book.controls.iter().map(|(_, control)| control).chain(nexts).chain(book.detect.iter()) {
        let inside = control.inside.as_ref();
        let missing = inside.and_then(|inside| match &inside.value {
            Inside::Control(name) | Inside::Frame(name) => {
                Names::unknown(source, "control", &At::new(name.clone(), inside.spot), &names.controls)
            }
            Inside::RowOf(name) => {
                Names::unknown(source, "list", &At::new(name.clone(), inside.spot), &names.lists)
            }
        });
        found.extend(missing);
        for template in control.templates() {
            for field in template.fields() {
                if field.is_secret() {
                    found.push(
                        Diagnostic::error(source, format!("`{field}` cannot stand in a description"))
                            .at(template.spot, "secrets are only ever typed into fields"),
                    );
                }
            }
        }
    }
    insides(source, book, under.map(|file| &file.book), found);
    for (name, list) in book.lists.iter() {
        one_list(pack, source, book, (name, list), &names, found);
    }
    for interrupt in &book.interrupts {
        found.extend(Names::unknown(source, "control", &interrupt.sees, &names.controls));
        found.extend(Names::unknown(source, "control", &interrupt.click, &names.controls));
    }
    for statement in &book.says {
        found.extend(
            statement
                .inside
                .as_ref()
                .and_then(|inside| Names::unknown(source, "control", inside, &names.controls)),
        );
    }
    for secret in &book.secret.0 {
        found.extend(Names::unknown(source, "control", secret, &names.controls));
    }
    if book.detect.is_empty() && book.generation.value != pack.app.sign_in.value && !file.practice {
        found.push(
            Diagnostic::error(source, "`detect` is missing")
                .at(book.generation.spot, "nothing tells this generation from another")
                .hint("name something only its entry page has, such as `detect: [{ role: heading, name: Users }]`"),
        );
    }
}

fn one_list(
    pack: &Pack,
    source: &Arc<Source>,
    book: &Book,
    (name, list): (&At<String>, &At<List>),
    names: &Names,
    found: &mut Vec<Diagnostic>,
) {
    let identity = pack.app.identity.value.as_str();
    let key = list.key.as_ref().map_or(identity, |key| &key.value);
    let known = |name: &At<String>| Names::unknown(source, "control", name, &names.controls);
    found.extend(Names::unknown(source, "page", &list.page, &names.pages));
    found.extend(list.controls().filter_map(known));
    if list.columns.get(key).is_none() {
        found.push(
            Diagnostic::error(source, format!("list `{name}` has no `{key}` column"))
                .at(list.spot, "people of this app are matched by it")
                .hint("where the list does not show it, name the column that tells its rows apart as `key`, and in `detail` where a person's own page shows it"),
        );
    }
    if let Some(or_key) = list.or_key.as_ref().filter(|column| list.columns.get(column).is_none()) {
        let columns: BTreeSet<String> = list.columns.keys().map(str::to_owned).collect();
        found.extend(Names::unknown(source, "column", or_key, &columns));
    }
    if let Some(detail) = &list.detail {
        found.extend(known(&detail.open));
        found.extend(detail.shows.iter().filter_map(|(_, control)| known(control)));
        for column in [key, identity] {
            if detail.shows.get(column).is_none() && (column == key || key != identity) {
                found.push(
                    Diagnostic::error(source, format!("`detail` does not show `{column}`"))
                        .at(detail.spot, "nothing holds the page against the row it was reached from")
                        .hint("a person's own page must show the key of the list and what people of this app are matched by"),
                );
            }
        }
    } else if key != identity {
        found.push(
            Diagnostic::error(
                source,
                format!("list `{name}` shows no `{identity}`, and there is no `detail`"),
            )
            .at(list.spot, "people of this app are matched by it"),
        );
    }
    if let Some(export) = &list.export {
        found.extend(known(&export.click));
        let columns: BTreeSet<String> = list.columns.keys().map(str::to_owned).collect();
        found.extend(
            export
                .columns
                .iter()
                .filter_map(|(column, _)| Names::unknown(source, "column", column, &columns)),
        );
        if export.columns.get(key).is_none() {
            found.push(
                Diagnostic::error(source, format!("`export` does not have `{key}`"))
                    .at(export.spot, "nothing says whose line is whose"),
            );
        }
    }
    let Some(find) = &list.find else { return };
    match &find.value {
        Find::Page(page) => {
            let at = At::new(page.clone(), find.spot);
            found.extend(Names::unknown(source, "page", &at, &names.pages));
        }
        Find::Field(field) => {
            for control in std::iter::once(&field.fill).chain(&field.click) {
                found.extend(known(&At::new(control.clone(), find.spot)));
            }
        }
    }
    let exact = match &find.value {
        Find::Page(page) => book.pages.get(page).is_some_and(|page| page.fields().next().is_some()),
        Find::Field(_) => true,
    };
    if !exact || list.empty.is_empty() {
        found.push(
            Diagnostic::error(source, "`find` needs a page with the person's key in its path, and `empty`")
                .at(find.spot, "absence is only proven by a search that says it found nobody"),
        );
    }
}

/// Controls inside of each other are looked for one within the other; nothing on a page is told apart only so deep.
const DEEPEST: usize = 16;

/// Every control has an outermost one around it, not too far away, also where an overlay lies over the book.
fn insides(source: &Arc<Source>, book: &Book, under: Option<&Book>, found: &mut Vec<Diagnostic>) {
    let mut around: HashMap<&str, &str> = HashMap::new();
    for (name, control) in under.into_iter().chain([book]).flat_map(|book| book.controls.iter()) {
        match control.inside.as_ref().map(|inside| &inside.value) {
            Some(Inside::Control(outer) | Inside::Frame(outer)) => around.insert(&name.value, outer),
            _ => around.remove(name.value.as_str()),
        };
    }
    for (name, control) in book.controls.iter() {
        let mut way = vec![name.value.as_str()];
        let ends = loop {
            match way.last().and_then(|last| around.get(last)) {
                None => break None,
                Some(outer) if *outer == name.value => {
                    break Some(("is inside itself", "`in:` goes round in a circle"));
                }
                // A circle further out is told of those that are in it.
                Some(outer) if way.contains(outer) => break None,
                Some(_) if way.len() > DEEPEST => {
                    break Some(("is inside of too many others", "`in:` leads on and on from here"));
                }
                Some(outer) => way.push(outer),
            }
        };
        if let Some((what, label)) = ends {
            found.push(Diagnostic::error(source, format!("`{name}` {what}")).at(control.spot, label));
        }
    }
}

fn script(pack: &Pack, file: &ScriptFile, found: &mut Vec<Diagnostic>) {
    let (source, script) = (&file.source, &file.script);
    let signing_in = script.action.is_entry();
    for generation in &script.generations.0 {
        let known = pack.generations().any(|known| known == generation.value);
        if !known && generation.value != pack.app.sign_in.value {
            found.push(
                Diagnostic::error(source, format!("app.yaml knows no generation `{generation}`"))
                    .at(generation.spot, "not known")
                    .hint_if(
                        did_you_mean(generation, pack.generations())
                            .map(|near| format!("did you mean `{near}`?")),
                    ),
            );
            continue;
        }
        let (base, over) = (pack.book(generation, false, None), pack.book(generation, true, None));
        let real = Names::of(base.map(|f| &f.book));
        let all = Names::of([base, over].into_iter().flatten().map(|f| &f.book));
        for step in script.all_steps() {
            step_names(source, step, &real, &all, found);
            if let (Some(commit), Some(base)) = (&step.commit, base) {
                commit.acts().into_iter().for_each(|act| one_description(base, act.control(), found));
            }
        }
        read_back(source, script, [base, over], found);
    }
    for step in script.all_steps() {
        if step.commit.is_some()
            && step.reads.is_none()
            && step.selects.is_none()
            && !signing_in
            && pack.app.identity.value == Identity::Username
        {
            found.push(
                Diagnostic::error(source, "a user name is too little to bind a commit by: it may be a part of another")
                    .at(step.spot, "`as` is missing")
                    .hint("add `as:`, the whole line that names the person, such as `as: \"Remove ${person.username}?\"`"),
            );
        }
        for template in step.templates() {
            fields(pack, source, script, &template, found);
        }
        if let Some(column) = &step.each {
            takes(pack, source, script, &column.value, column.spot, found);
        }
        if let Some(when) = &step.when {
            let columns = when
                .given
                .iter()
                .map(|(column, _)| column)
                .chain(when.missing.0.iter())
                .chain(when.gives.0.iter());
            for column in columns {
                takes(pack, source, script, &column.value, column.spot, found);
            }
        }
    }
    for column in &script.optional.0 {
        if script.takes.get(column).is_none() {
            found.push(
                Diagnostic::error(source, format!("`{column}` is not among what the script takes"))
                    .at(column.spot, "here"),
            );
        }
    }
    if let Some(roles) = script.takes.get("role") {
        for role in roles {
            if !pack.app.roles.is_empty() && !pack.app.roles.values().any(|known| *known == role.value) {
                found.push(
                    Diagnostic::error(source, format!("app.yaml knows no role `{role}`"))
                        .at(role.spot, "not known")
                        .hint_if(
                            did_you_mean(role, pack.app.roles.values().map(String::as_str))
                                .map(|near| format!("did you mean `{near}`?")),
                        ),
                );
            }
        }
    }
    if !signing_in && script.when.is_empty() {
        found.push(
            Diagnostic::error(source, "`when` is missing")
                .at(script.action.spot, "which state must a person be found in?")
                .hint("one or several of `absent`, `active`, `pending`, `inactive`"),
        );
    }
}

fn step_names(source: &Arc<Source>, step: &Step, real: &Names, all: &Names, found: &mut Vec<Diagnostic>) {
    let mut controls = Vec::new();
    for verb in step.verbs() {
        controls.extend(verb.controls());
        if let Verb::Open(page) = verb {
            found.extend(Names::unknown(source, "page", page, &all.pages));
        }
        if let Verb::Row(list) | Verb::Detail(list) = verb {
            found.extend(Names::unknown(source, "list", list, &all.lists));
        }
    }
    found.extend(step.selects.as_ref().and_then(|list| Names::unknown(source, "list", list, &all.lists)));
    controls.extend(step.names.clone());
    controls.extend(step.when.as_ref().and_then(|when| when.sees.clone()));
    for control in controls {
        match Names::unknown(source, "control", &control, &all.controls) {
            Some(problem) => found.push(problem),
            None if !real.controls.contains(&control.value) => found.push(
                Diagnostic::warning(source, format!("only the practice console attests `{control}`"))
                    .at(control.spot, "not in the shipped book")
                    .hint("look at the real page and describe it in the book before the first real run"),
            ),
            None => {}
        }
    }
}

fn one_description(file: &BookFile, name: &At<String>, found: &mut Vec<Diagnostic>) {
    if let Some(control) = file.book.controls.get(name)
        && control.descriptions() < 2
        && !found.iter().any(|d| d.source == file.source && d.spot() == Some(control.spot))
    {
        found.push(
            Diagnostic::warning(&file.source, format!("`{name}` commits and has only one description"))
                .at(control.spot, "nothing could disagree with it")
                .hint("add a second, independent one under `also:`; both must then mean the same element"),
        );
    }
}

fn read_back(
    source: &Arc<Source>,
    script: &Script,
    books: [Option<&BookFile>; 2],
    found: &mut Vec<Diagnostic>,
) {
    let Some(read_back) = &script.read_back else { return };
    let books: Vec<&Book> = books.into_iter().flatten().map(|file| &file.book).collect();
    let names = Names::of(books.iter().copied());
    let Some(list) = &read_back.list else { return };
    if let Some(problem) = Names::unknown(source, "list", list, &names.lists) {
        found.push(problem);
        return;
    }
    let columns: BTreeSet<String> = books
        .iter()
        .filter_map(|book| book.lists.get(list))
        .flat_map(|list| {
            let detail = list.detail.iter().flat_map(|detail| detail.shows.keys());
            list.columns.keys().chain(detail).map(str::to_owned).collect::<Vec<_>>()
        })
        .chain(["status".to_owned()])
        .collect();
    for (column, wanted) in read_back.shows.iter() {
        found.extend(Names::unknown(source, "column", column, &columns));
        for value in wanted.0.iter().filter(|_| column.value == "status") {
            if State::parse(&value.written).is_none() {
                found.push(
                    Diagnostic::error(source, format!("`{value}` is not a state"))
                        .at(value.spot, "one of `active`, `pending`, `inactive`"),
                );
            }
        }
    }
}

fn fields(
    pack: &Pack,
    source: &Arc<Source>,
    script: &Script,
    template: &At<Template>,
    found: &mut Vec<Diagnostic>,
) {
    for field in template.fields() {
        match field {
            Field::Person(column) => takes(pack, source, script, column, template.spot, found),
            Field::Row(column) => {
                let mut lists = pack.books.iter().flat_map(|file| file.book.lists.iter());
                let shows = |list: &List| {
                    let detail =
                        list.detail.as_ref().is_some_and(|detail| detail.shows.get(column).is_some());
                    detail || list.columns.get(column).is_some()
                };
                if !lists.any(|(_, list)| shows(list)) {
                    found.push(
                        Diagnostic::error(source, format!("no list has a column `{column}`"))
                            .at(template.spot, "here"),
                    );
                }
            }
            Field::Secret(name) if !script.action.is_entry() => {
                let code =
                    "`${secret.code}` is a one-time code made from the secret `totp`; it is for signing in";
                found.push(
                    Diagnostic::error(source, "only the sign-in script may use secrets")
                        .at(template.spot, "not here")
                        .hint_if((name == "code").then(|| code.to_owned())),
                );
            }
            Field::Secret(name) if name == "totp" => {
                found.push(
                    Diagnostic::error(source, "the seed of one-time codes is typed into no page")
                        .at(template.spot, "whoever has it can sign in for good")
                        .hint("`${secret.code}` is a fresh code made from it"),
                );
            }
            Field::Read(name) => {
                let mut reads = script.all_steps().filter_map(|step| step.read.as_ref());
                if !reads.any(|read| read.get(name).is_some()) {
                    found.push(
                        Diagnostic::error(source, format!("no step reads `{name}`"))
                            .at(template.spot, "nothing has this value")
                            .hint("a step before it does: `- read: { NAME: CONTROL }`"),
                    );
                }
            }
            Field::Item
                if !script
                    .steps
                    .iter()
                    .any(|step| step.steps.iter().any(|inner| inner.templates().contains(template))) =>
            {
                found.push(
                    Diagnostic::error(source, "`${item}` stands outside of `each`")
                        .at(template.spot, "there is no value at hand"),
                );
            }
            Field::New(_) if script.action.is_entry() => {
                found.push(
                    Diagnostic::error(source, "signing in makes no new password")
                        .at(template.spot, "not here"),
                );
            }
            Field::New(_)
            | Field::Item
            | Field::Secret(_)
            | Field::Number
            | Field::Account
            | Field::Tenant => {}
        }
    }
}

fn takes(
    pack: &Pack,
    source: &Arc<Source>,
    script: &Script,
    column: &str,
    spot: crate::diag::Spot,
    found: &mut Vec<Diagnostic>,
) {
    let key = pack.app.identity.value.as_str();
    if column == key || script.takes.get(column).is_some() {
        return;
    }
    let near = did_you_mean(column, script.takes.keys().chain([key]));
    found.push(
        Diagnostic::error(source, format!("the script takes no column `{column}`"))
            .at(spot, "not among `takes`")
            .hint_if(near.map(|near| format!("did you mean `{near}`?"))),
    );
}

/// For every action, generation and state that app.yaml declares there is exactly one script.
fn coverage(pack: &Pack, found: &mut Vec<Diagnostic>) {
    for (action, states) in pack.app.does.iter() {
        let Some(known) = Action::parse(action) else {
            let near = did_you_mean(action, Action::ALL.iter().map(|a| a.as_str()));
            found.push(
                Diagnostic::error(&pack.source, format!("unknown action `{action}`"))
                    .at(action.spot, "not an action")
                    .hint_if(near.map(|near| format!("did you mean `{near}`?"))),
            );
            continue;
        };
        for generation in pack.generations() {
            for state in &states.0 {
                let fitting: Vec<&ScriptFile> = pack
                    .scripts
                    .iter()
                    .filter(|file| file.script.action.value == known && file.script.fits(generation))
                    .filter(|file| file.script.when.values().any(|s| *s == state.value))
                    .collect();
                match fitting.as_slice() {
                    [_] => {}
                    [] => found.push(
                        Diagnostic::error(
                            &pack.source,
                            format!("no script can {known} a person who is {state} in `{generation}`"),
                        )
                        .at(state.spot, "declared here"),
                    ),
                    [first, second, ..] => found.push(
                        Diagnostic::error(
                            &second.source,
                            format!(
                                "`{}` is for the same action, generation and state ({state})",
                                first.source.name
                            ),
                        )
                        .at(second.script.action.spot, "which of the two is meant?"),
                    ),
                }
            }
        }
    }
    let count = |action| pack.scripts.iter().filter(|file| file.script.action.value == action).count();
    for (action, name) in [(Action::SignIn, "sign-in"), (Action::StepUp, "step-up")] {
        if count(action) > 1 {
            found.push(
                Diagnostic::error(&pack.source, format!("there are {} {name} scripts", count(action)))
                    .at(pack.app.sign_in.spot, "one at most is needed"),
            );
        }
    }
    // usher has to see that somebody is signed in without leaving the page that a person may be at work on.
    if let (Some(page), None) = (&pack.app.signed_in.page, &pack.app.signed_in.tenant) {
        found.push(
            Diagnostic::error(&pack.source, "`page` stands without `tenant`")
                .at(page.spot, "nothing shows on every page that somebody is signed in")
                .hint("name as `tenant` a control that only signed-in pages have"),
        );
    }
}
