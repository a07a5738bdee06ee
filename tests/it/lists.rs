//! Every shape of a list of people that consoles have, read whole and provably, in the real browser on pages of the test's own.

use crate::harness::ROOT;
use crate::locating::{Site, browser};
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

/// A list that grows when it is scrolled to its end: `(people, milliseconds, what shows meanwhile, what stands at the end)`.
macro_rules! infinite {
    ($people:expr, $late:expr, $busy:expr, $end:expr) => {
        concat!(
            "<script>
            document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 50) + '</tbody>';
            let from = 50, busy = false;
            const end = document.getElementById('end');
            new IntersectionObserver(([seen]) => { if (seen.isIntersecting) load(); }).observe(end);
            const load = () => {
              if (busy) return;
              if (from >= ",
            $people,
            ") { end.innerHTML = ",
            $end,
            "; return; }
              busy = true;
              end.innerHTML = \"",
            $busy,
            "\";
              setTimeout(() => {
                document.querySelector('tbody').insertAdjacentHTML('beforeend', rowsOf(from, from + 50));
                from += 50;
                busy = false;
                end.innerHTML = '';
                if (end.getBoundingClientRect().top < innerHeight) load();
              }, ",
            $late,
            ");
            };
            </script>"
        )
    };
}

/// A list that a button loads more of, which is disabled and renamed meanwhile; what is done after each time.
macro_rules! load_more {
    ($after:expr) => {
        concat!(
            "<script>
            document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 40) + '</tbody>';
            let from = 40;
            const button = document.querySelector('button');
            button.onclick = () => {
              button.disabled = true;
              button.textContent = 'Wait';
              setTimeout(() => {
                document.querySelector('tbody').insertAdjacentHTML('beforeend', rowsOf(from, Math.min(from + 40, 260)));
                from = Math.min(from + 40, 260);
                button.disabled = false;
                button.textContent = 'Load more';
                ", $after, ";
              }, 250);
            };
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
        // 300 people, fifty at a time, late: with something that turns meanwhile, or without.
        "/infinite" => page!(
            "<main><h1>People</h1><table></table><div id=end style='height:30px'></div></main>",
            infinite!(300, 300, "<div class='spinner' role=status>One moment</div>", "''")
        ),
        "/infinite/silent" => page!(
            "<main><h1>People</h1><table></table><div id=end style='height:30px'></div></main>",
            infinite!(300, 700, "", "''")
        ),
        "/infinite/counted" => page!(
            "<main><h1>People</h1><p>300 people</p><table></table><div id=end style='height:30px'></div></main>",
            infinite!(300, 300, "<div class='spinner' role=status>One moment</div>", "''")
        ),
        "/infinite/broken" => page!(
            "<main><h1>People</h1><p>300 people</p><table></table><div id=end style='height:30px'></div></main>",
            infinite!(100, 200, "", "'Something went wrong.'")
        ),
        "/infinite/stuck" => page!(
            "<main><h1>People</h1><table></table><div id=end style='height:30px'></div></main>",
            infinite!(100, 200, "", "'<span class=loading-dots>o o o</span>'")
        ),
        "/more" => page!(
            "<main><h1>People</h1><table></table><button>Load more</button></main>",
            load_more!("from === 260 ? button.remove() : null")
        ),
        "/more/disabled" => page!(
            "<main><h1>People</h1><p>260 people</p><table></table><button>Load more</button></main>",
            load_more!("button.disabled = from === 260")
        ),
        "/more/broken" => page!(
            "<main><h1>People</h1><table></table><button>Load more</button></main>",
            load_more!("from === 120 ? button.onclick = null : null")
        ),
        _ => more_pages(path),
    }
}

/// Lists in other forms than a plain table.
fn more_pages(path: &str) -> &'static str {
    match path {
        // Fetched late: the rows of the tab before stay until then.
        "/tabs" => page!(
            "<main><h1>People</h1><div role=tablist><button role=tab aria-selected=true>Members</button><button role=tab aria-selected=false>Pending</button><button role=tab aria-selected=false>Gone</button></div><table></table><p id=empty></p></main>",
            "<script>
            const show = (rows) => { document.querySelector('table').innerHTML = rows === '' ? '' : head + '<tbody>' + rows + '</tbody>'; empty.textContent = rows === '' ? 'Nobody is here.' : ''; };
            const lists = { Members: rowsOf(0, 4), Pending: rowsOf(10, 12), Gone: '' };
            for (const tab of document.querySelectorAll('[role=tab]')) tab.onclick = () => {
              for (const other of document.querySelectorAll('[role=tab]')) other.ariaSelected = other === tab;
              setTimeout(show, 400, lists[tab.textContent]);
            };
            show(lists.Members);
            </script>"
        ),
        "/links" => page!(
            "<main><h1>People</h1><nav><a href='/links' aria-current=page>Members</a> <a href='/links/pending'>Pending</a></nav><table></table></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 4) + '</tbody>';</script>"
        ),
        "/links/pending" => page!(
            "<main><h1>People</h1><nav><a href='/links'>Members</a> <a href='/links/pending' aria-current=page>Pending</a></nav><table></table></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(2, 4) + '</tbody>';</script>"
        ),
        // A tab that says nothing of itself and does nothing.
        "/tabs/dead" => page!(
            "<main><h1>People</h1><button>Pending</button><table></table></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 4) + '</tbody>';</script>"
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
    listed(
        path,
        &(LIST.to_owned() + &more.lines().fold(String::new(), |lines, line| lines + "    " + line + "\n")),
    )
}

const LIST: &str = "  people:\n    page: people_page\n    columns: { name: Name, email: Email, role: Role }\n    empty: Nobody is here.\n";

/// Lists on the page of a path.
fn listed(path: &str, lists: &str) -> View {
    let mut view = view(lists, CONTROLS);
    let place = view.book.pages.0.first_mut().unwrap();
    place.1.value = usher::template::Template::parse(path).unwrap();
    view
}

const CONTROLS: &str = "  box: { css: \"#box\" }\n  members_tab: { text: Members }\n  pending_tab: { text: Pending }\n  gone_tab: { text: Gone }\n";

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

#[tokio::test]
async fn an_endless_looking_list_is_scrolled_to_its_end() {
    let mut world = World::new().await;
    for path in ["/infinite", "/infinite/silent"] {
        let view = people(path, "scroll: window");
        let roster = world.roster(&view).await;
        assert_eq!(numbers(&roster), all(300), "{path}");
        let proof = "exhausted: scrolled to the end twice, and both times the same people were there";
        assert_eq!(words(&roster.completeness), proof, "{path}");
        assert!(matches!(roster.find("p120@x.example"), Found::Several(both) if both.len() == 2));
    }
    let view = people("/infinite/counted", "scroll: window\ncount: \"${n} people\"");
    let roster = world.roster(&view).await;
    assert_eq!(numbers(&roster), all(300));
    assert_eq!(words(&roster.completeness), "counted: the app says 300, and as many rows were read");
    assert!(world.shows(&view, "p222@x.example").await);
    world.end().await;
}

#[tokio::test]
async fn a_list_that_does_not_come_to_its_end_is_unproven() {
    let mut world = World::new().await;
    for (path, more, count, why) in [
        (
            "/infinite/broken",
            "scroll: window\ncount: \"${n} people\"",
            100,
            "unproven: the app counts 300, 100 rows were read",
        ),
        ("/infinite/stuck", "scroll: window", 100, "unproven: the page was still loading at its end"),
        (
            "/more/broken",
            "more: { role: button, name: Load more }",
            120,
            "unproven: the control that loads more was used, nothing came, and it is still there",
        ),
    ] {
        let roster = world.roster(&people(path, more)).await;
        assert_eq!(numbers(&roster), all(count), "{path}");
        let said = words(&roster.completeness);
        assert!(said.starts_with(why), "{path}: {said}");
    }
    world.end().await;
}

#[tokio::test]
async fn more_is_loaded_until_there_is_no_more() {
    let mut world = World::new().await;
    let view = people("/more", "more: { role: button, name: Load more }");
    let roster = world.roster(&view).await;
    assert_eq!(numbers(&roster), all(260));
    let proof = "exhausted: more was loaded until there was no more, twice, with the same people";
    assert_eq!(words(&roster.completeness), proof);
    assert!(world.shows(&view, "p250@x.example").await || world.shows(&view, "p251@x.example").await);
    let view = people("/more/disabled", "more: { role: button, name: Load more }\ncount: \"${n} people\"");
    let roster = world.roster(&view).await;
    assert_eq!(words(&roster.completeness), "counted: the app says 260, and as many rows were read");
    world.end().await;
}

#[tokio::test]
async fn each_tab_is_a_list_of_its_own() {
    let mut world = World::new().await;
    let tab = |name: &str, tab: &str, state: &str| {
        LIST.replace("people:", &format!("{name}:")) + &format!("    tab: {tab}\n    holds: {state}\n")
    };
    let lists = tab("people", "members_tab", "active") + &tab("pending", "pending_tab", "pending");
    for (path, pending) in [("/tabs", [10, 11]), ("/links", [2, 3])] {
        let roster = world.roster(&listed(path, &lists)).await;
        assert_eq!(numbers(&roster), [&[0, 1, 2, 3], pending.as_slice()].concat(), "{path}");
        let states: Vec<String> = roster.people.iter().map(|person| person.state.to_string()).collect();
        assert_eq!(states, ["active", "active", "active", "active", "pending", "pending"], "{path}");
        assert!(roster.is_proven(), "{path}: {}", words(&roster.completeness));
    }
    let gone = world.roster(&listed("/tabs", &tab("people", "gone_tab", "inactive"))).await;
    assert_eq!((gone.people.len(), gone.is_proven()), (0, true), "{}", words(&gone.completeness));
    let view = listed("/tabs/dead", &tab("people", "pending_tab", "pending"));
    let refused = Reader::new(&view, &world.site.url).roster(&mut world.live, true).await;
    match refused {
        Err(Trouble::Refused(refused)) => {
            assert!(refused.message.contains("the list stayed as it was"), "{refused:?}")
        }
        other => panic!("{other:?}"),
    }
    world.end().await;
}
