//! Pages that mean harm: cells of megabytes, a hundred thousand columns, markup, formulas and overrides for names. usher stays
//! whole, takes nobody for somebody else, and hands nothing on raw.

use crate::harness::{Practice, Usher, file_of};
use crate::lists::people;
use crate::site::{Site, browser};
use std::time::Duration;
use usher::browser::{Browser as _, Live, Trouble, Want};
use usher::plan::View;
use usher::roster::{Completeness, Found, Roster};
use usher::run::{Locator, Reader, Values};

fn page(path: &str) -> &'static str {
    match path {
        // Ten megabytes beside an address, before it, glued to it, as a role, and an address that stands just where texts are cut.
        "/long" => {
            "<!doctype html><meta charset=utf-8><h1>People</h1><table><thead><tr><th>Name</th><th>Email</th><th>Role</th></tr></thead><tbody></tbody></table>
            <script>
            const row = (email, role) => {
              const row = document.querySelector('tbody').insertRow();
              for (const text of ['Somebody', email, role]) row.insertCell().textContent = text;
            };
            row('first@x.example', 'Member');
            row('victim1@x.example ' + 'a '.repeat(5e6), 'Member');
            row('a '.repeat(5e4) + 'victim2@x.example', 'Member');
            row('x'.repeat(1e5) + 'victim3@x.example', 'Member');
            row(';'.repeat(1e5) + 'x victim4@x.example', 'Member');
            row('a'.repeat(65535 - 17) + ' victim5@x.example.org', 'Member');
            row('role@x.example', 'y'.repeat(1e7));
            row('last@x.example', 'Member');
            </script>"
        }
        "/wide" => {
            "<!doctype html><meta charset=utf-8><h1>People</h1><table></table>
            <script>
            const cells = (tag, begin) => begin.map((text) => `<${tag}>${text}</${tag}>`).join('') + `<${tag}>x</${tag}>`.repeat(1e5);
            document.querySelector('table').innerHTML = '<thead><tr>' + cells('th', ['Name', 'Email', 'Role']) + '</tr></thead><tbody><tr>' + cells('td', ['One', 'one@x.example', 'Member']) + '</tr><tr>' + cells('td', ['Two', 'two@x.example', 'Member']) + '</tr></tbody>';
            </script>"
        }
        "/row" => {
            "<!doctype html><meta charset=utf-8><h1>People</h1><table></table>
            <script>
            const row = (i) => `<tr><td>Person</td><td>p${i}@x.example</td><td>Member</td></tr>`;
            document.querySelector('table').innerHTML = '<thead><tr><th>Name</th><th>Email</th><th>Role</th></tr></thead><tbody>' + row(1) + '<tr>' + '<td>p9@x.example</td>'.repeat(1e5) + '</tr>' + row(2) + '</tbody>';
            </script>"
        }
        "/names" => {
            "<!doctype html><meta charset=utf-8><h1>People</h1><table><thead><tr><th>Name</th><th>Email</th><th>Role</th></tr></thead><tbody></tbody></table>
            <script>
            const row = (...cells) => {
              const row = document.querySelector('tbody').insertRow();
              for (const text of cells) row.insertCell().textContent = text;
            };
            row('<img src=x onerror=\"document.title=1\">', 'one@x.example', '=1+1');
            row('\\u202Eevil\\u2066', 'two@x.example', '\\u00A0\\uFF1Dcmd|x');
            row('=cmd|\\' /C calc\\'!A0', 'three@x.example', 'x;@SUM(A1)');
            row('\\u001B[2J\\u009B31m', 'four@x.example', '</td><td>Admin');
            row('Five', 'five\\u202E@x.example', 'Member');
            row('Six', 'six@x.example</td><td>other@x.example', 'Member');
            </script>"
        }
        _ => "",
    }
}

fn row_of(view: &View, key: &str) -> usher::browser::Target {
    let values = Values { key: key.to_owned(), ..Values::default() };
    Locator::new(view).row("people", &values).unwrap()
}

async fn read(live: &mut Live, site: &Site, path: &str) -> (View, Result<Roster, Trouble>) {
    let view = people(path, "");
    let roster = Reader::new(&view, &site.url).roster(live, false).await;
    (view, roster)
}

fn keys(roster: &Roster) -> Vec<&str> {
    roster.people.iter().map(|person| person.key.as_str()).collect()
}

#[tokio::test]
async fn a_cell_of_ten_megabytes_is_nobody_and_hides_nobody() {
    let (driver, mut live, _profiles) = browser().await;
    let site = Site::start(page);
    let (view, roster) = read(&mut live, &site, "/long").await;
    let roster = roster.unwrap();
    assert_eq!(keys(&roster), ["first@x.example", "role@x.example", "last@x.example"]);
    let Completeness::Unproven { why } = &roster.completeness else { panic!("{:?}", roster.completeness) };
    assert!(why.contains("5 show more than one") && why.len() < 2000, "{why}");
    assert!(matches!(roster.find("victim1@x.example"), Found::None));
    let role = &roster.people[1].columns["role"];
    assert!(role.starts_with("yyy") && role.len() < 5000, "{} bytes", role.len());
    // On the page itself, too, such a cell is nobody's, and whoever stands beside it is found.
    for (key, there) in [
        ("last@x.example", true),
        ("role@x.example", true),
        ("victim1@x.example", false),
        ("victim2@x.example", false),
        ("victim3@x.example", false),
        ("victim4@x.example", false),
        ("victim5@x.example", false),
        ("xvictim3@x.example", false),
    ] {
        let seen = live.look(&row_of(&view, key), Want::Visible, Duration::ZERO).await;
        assert_eq!(seen.is_ok(), there, "{key}: {seen:?}");
    }
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn a_hundred_thousand_columns_or_cells_are_read_right_or_not_at_all() {
    let (driver, mut live, _profiles) = browser().await;
    let site = Site::start(page);
    match read(&mut live, &site, "/wide").await.1 {
        Ok(roster) => {
            let known = ["one@x.example", "two@x.example"];
            assert!(keys(&roster).iter().all(|key| known.contains(key)), "{:?}", keys(&roster));
            assert!(!roster.is_proven() || roster.people.len() == 2, "{:?}", roster.completeness);
        }
        Err(Trouble::Refused(refused)) => assert!(refused.message.len() < 2000, "{}", refused.message),
        Err(Trouble::Broken(error)) => panic!("{error:#}"),
    }
    let (view, roster) = read(&mut live, &site, "/row").await;
    let roster = roster.unwrap();
    assert_eq!(keys(&roster), ["p1@x.example", "p2@x.example"]);
    assert!(!roster.is_proven(), "{:?}", roster.completeness);
    live.look(&row_of(&view, "p2@x.example"), Want::Visible, Duration::ZERO).await.unwrap();
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn what_stands_in_a_cell_is_text_and_nothing_else() {
    let (driver, mut live, _profiles) = browser().await;
    let site = Site::start(page);
    let (_, roster) = read(&mut live, &site, "/names").await;
    let roster = roster.unwrap();
    assert_eq!(keys(&roster), ["one@x.example", "two@x.example", "three@x.example", "four@x.example"]);
    assert!(
        !roster.is_proven(),
        "an address that turns round, and two in one cell: {:?}",
        roster.completeness
    );
    assert_eq!(roster.people[3].columns["role"], "</td><td>Admin");
    let rows: Vec<Vec<String>> = roster
        .people
        .iter()
        .map(|p| [&p.columns["name"], &p.columns["role"]].map(String::clone).into())
        .collect();
    let drawn = usher::report::csv::table(&["name", "role"], &rows);
    for line in drawn.lines().skip(1) {
        for cell in line.split([',', ';']) {
            let begun = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
            assert!(!begun.starts_with(['=', '@', '\u{ff1d}']), "{drawn}");
        }
    }
    live.close().await;
    driver.stop().await.unwrap();
}

#[test]
fn a_hostile_name_reaches_neither_terminal_nor_report_nor_table_raw() {
    let hostile = "<script>alert(1)</script>\u{202e}\u{9b}31m;=cmd|' /C calc'!A0";
    let knobs = ["people=6"];
    let console = Practice::start(&knobs).again(&knobs, |state| {
        let name = serde_json::to_string(hostile).unwrap();
        assert!(state.contains("\"Jonas Bergmeier\""));
        state.replace("\"Jonas Bergmeier\"", &name)
    });
    let usher = Usher::new().heap(&console);
    let raw = |text: &str| text.contains(['\u{202e}', '\u{9b}', '\u{1b}']);
    for format in ["table", "json", "csv"] {
        let roster = usher.run(&["roster", "heap", "--format", format]);
        roster.code(0);
        assert!(roster.stdout.contains("alert(1)"), "{}", roster.stdout);
        // A table of comma-separated values is what was read; only a terminal is spared what would steer it.
        assert!(format == "csv" || !raw(&roster.stdout), "{format}: {}", roster.stdout);
        assert!(format != "csv" || roster.stdout.contains(";'=cmd|"), "{}", roster.stdout);
    }
    usher.file("leavers.csv", "email\nbergmeier@northwind.example\n");
    let run = usher.run(&["remove", "heap", "leavers.csv", "--yes", "--json"]);
    run.code(0);
    assert!(!raw(&run.stdout) && !raw(&run.stderr), "{}", run.stdout);
    let mut told = run.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let read = "<script>alert(1)</script> 31m;=cmd|' /C calc'!A0";
    assert!(told.any(|line| line["fact"]["row"]["name"] == read), "{}", run.stdout);
    let folder = usher.runs().remove(0);
    let report = file_of(&folder, "report.html");
    assert!(report.contains("&lt;script&gt;alert(1)&lt;/script&gt; 31m;=cmd"));
    assert_eq!(report.matches("<script>").count(), 1, "only our own");
    assert!(!raw(&report) && !raw(&file_of(&folder, "journal.jsonl")));
    let results = file_of(&folder, "results.csv");
    assert!(results.contains(";'=cmd|") && !results.contains(";=cmd|"), "{results}");
    let verified = usher.run(&["verify", "last"]);
    verified.code(0);
    assert!(!raw(&verified.stdout));
}
