//! Every shape of a list of people that consoles have, read whole and provably, in the real browser on pages of the test's own.

use crate::harness::ROOT;
use crate::site::{Site, browser};
use std::path::Path;
use std::sync::Arc;
use usher::browser::driver::Driver;
use usher::browser::{Browser as _, Live, Trouble, Want};
use usher::plan::{Pack, PackFiles, View, words};
use usher::roster::{Found, Roster};
use usher::run::{Locator, Reader, Values};
use usher::source::Source;

/// What every page begins with: a way to make people, `person(7)` being the seventh, and to make a row of one.
macro_rules! page {
    ($($html:expr),+ $(,)?) => {
        concat!(
            "<!doctype html><meta charset=utf-8><style>* { box-sizing: border-box } body { margin: 0; font: 14px/20px sans-serif }</style>",
            "<script>
            const name = (i) => 'Person ' + i;
            const mail = (i) => 'p' + (i === 250 ? 120 : i) + '@x.example';
            const cells = (i) => '<td>' + name(i) + '</td><td>' + mail(i) + '</td><td>Member</td>';
            const head = '<thead><tr><th>Name</th><th>Email</th><th>Role</th></tr></thead>';
            const rowsOf = (from, to) => Array.from({ length: to - from }, (_, i) => '<tr>' + cells(from + i) + '</tr>').join('');
            </script>",
            $($html),+
        )
    };
}

/// 300 people, of whom only those in view are on the page: rows are elements that are used again, put in place absolutely,
/// some time after the scrolling.
macro_rules! virtual_list {
    ($box:expr) => {
        concat!(
            "<script>
            const box = ",
            $box,
            ", body = document.querySelector('tbody'), H = 40, N = 300;
            body.style.height = N * H + 'px';
            const draw = () => {
              const top = box === window ? -body.getBoundingClientRect().top : box.scrollTop;
              const first = Math.max(0, Math.floor(top / H) - 3), last = Math.min(N, first + 30);
              while (body.rows.length < last - first) body.insertRow();
              while (body.rows.length > last - first) body.deleteRow(-1);
              for (let i = first; i < last; i += 1) {
                const row = body.rows[i % (last - first)];
                if (row.dataset.i === String(i)) continue;
                row.dataset.i = i;
                row.style.top = i * H + 'px';
                row.innerHTML = cells(i);
              }
            };
            let due = null;
            box.addEventListener('scroll', () => { clearTimeout(due); due = setTimeout(draw, 60); });
            draw();
            </script>"
        )
    };
}

fn page(path: &str) -> &'static str {
    match path.split('?').next().unwrap_or_default() {
        "/virtual/window" => page!(
            "<style>table { display: block } tbody { display: block; position: relative } tbody tr { position: absolute; height: 40px; display: flex; width: 100% } td { width: 30% }</style>",
            "<main><h1 style='height:200px'>People</h1><table></table><footer style='height:300px'>The end</footer></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody></tbody>';</script>",
            virtual_list!("window")
        ),
        "/virtual/box" => page!(
            "<style>#box { height: 400px; overflow: auto } table { display: block } thead { position: sticky; top: 0; background: #fff; z-index: 1 } tbody { display: block; position: relative } tbody tr { position: absolute; height: 40px; display: flex; width: 100% } td { width: 30% }</style>",
            "<main><h1>People</h1><div id=box><table></table></div><footer style='height:900px'>The end</footer></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody></tbody>';</script>",
            virtual_list!("document.getElementById('box')")
        ),
        _ => "",
    }
}

/// A pack whose book has this list and these controls.
fn view(list: &str, controls: &str) -> View {
    let base = Path::new(ROOT).join("tests/diagnostics/packs/base");
    let read = |name: &str| std::fs::read_to_string(base.join(name)).unwrap();
    let source = |name: &str, text: String| Arc::new(Source::new(name, text));
    let book = read("selectors/shop/members.v1.yaml");
    let book = book.split("lists:").next().unwrap().to_owned() + controls + "lists:\n" + list;
    let files = PackFiles {
        app: "shop".into(),
        about: Some(source("app.yaml", read("scripts/shop/app.yaml").replace("settle: 2s", "settle: 1s"))),
        scripts: ["invite", "remove", "sign-in"]
            .map(|name| source(&format!("{name}.yaml"), read(&format!("scripts/shop/{name}.yaml"))))
            .into(),
        books: vec![
            source("members.v1.yaml", book),
            source("sign-in.v1.yaml", read("selectors/shop/sign-in.v1.yaml")),
        ],
    };
    match Pack::read(&files) {
        Ok((pack, _)) => pack.view("members", false).unwrap(),
        Err(found) => panic!("{found:?}"),
    }
}

/// A list on the page of a path, with further lines.
fn people(path: &str, more: &str) -> View {
    let list = format!(
        "  people:\n    page: people_page\n    columns: {{ name: Name, email: Email, role: Role }}\n    empty: Nobody is here.\n{}",
        more.lines().fold(String::new(), |lines, line| lines + "    " + line + "\n")
    );
    let mut view =
        view(&list, "  box: { css: \"#box\" }\n  more_button: { role: button, name: Load more }\n");
    let place = view.book.pages.0.first_mut().unwrap();
    place.1.value = usher::template::Template::parse(path).unwrap();
    view
}

/// A site and a browser on it.
struct World {
    site: Site,
    driver: Driver,
    live: Live,
    _profiles: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let (driver, live, profiles) = browser().await;
        Self { site: Site::start(page), driver, live, _profiles: profiles }
    }

    async fn roster(&mut self, view: &View) -> Roster {
        Reader::new(view, &self.site.url).roster(&mut self.live, true).await.unwrap()
    }

    /// Brings a person's row onto the page and looks at a control in it.
    async fn shows(&mut self, view: &View, key: &str) -> bool {
        let values = Values { key: key.to_owned(), ..Values::default() };
        match Reader::new(view, &self.site.url).show(&mut self.live, "people", &values).await {
            Ok(()) => {
                let row = Locator::new(view).row("people", &values).unwrap();
                let seen = self.live.look(&row, Want::Visible, std::time::Duration::ZERO).await.unwrap();
                assert!(seen.text.contains(key), "{seen:?}");
                true
            }
            Err(Trouble::Refused(_)) => false,
            Err(broken) => panic!("{broken:?}"),
        }
    }

    async fn end(self) {
        self.live.close().await;
        self.driver.stop().await.unwrap();
    }
}

fn numbers(roster: &Roster) -> Vec<u32> {
    let number = |person: &usher::roster::Person| {
        person.columns["name"].rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap()
    };
    roster.people.iter().map(number).collect()
}

fn all(count: u32) -> Vec<u32> {
    (0..count).collect()
}

#[tokio::test]
async fn a_virtualised_list_is_read_whole_in_a_window_and_in_a_box() {
    let mut world = World::new().await;
    for (path, scroll) in [("/virtual/window", "window"), ("/virtual/box", "box")] {
        let view = people(path, &format!("scroll: {scroll}"));
        let roster = world.roster(&view).await;
        assert_eq!(numbers(&roster), all(300), "{path}");
        assert_eq!(
            words(&roster.completeness),
            "exhausted: scrolled to the end twice, and both times the same people were there"
        );
        // Two rows with one key are two, wherever they stand; each other person is one.
        assert!(matches!(roster.find("p120@x.example"), Found::Several(both) if both.len() == 2));
        assert!(matches!(roster.find("p121@x.example"), Found::One(_)));
        assert!(world.shows(&view, "p287@x.example").await);
        assert!(world.shows(&view, "p3@x.example").await);
        assert!(!world.shows(&view, "p300@x.example").await);
    }
    world.end().await;
}
