//! Whole snapshots through `read_page` and `Roster::assemble`.

use super::*;
use std::fmt::Write as _;

fn column(name: &str, header: &str, css: Option<&str>) -> ColumnShape {
    ColumnShape {
        name: name.to_owned(),
        header: Some(header.to_owned()),
        css: css.map(str::to_owned),
        heard: false,
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn people() -> Shape {
    Shape {
        list: "people".to_owned(),
        key: "email".to_owned(),
        or_key: None,
        columns: vec![
            column("email", "Email", None),
            column("name", "Name", None),
            column("status", "Status", None),
        ],
        count: words(&["${n} users"]),
        empty: words(&["No users found."]),
        states: vec![
            (State::Active, words(&["Active", "Member"])),
            (State::Pending, words(&["Invitation sent"])),
        ],
        otherwise: State::Active,
    }
}

/// A table with these cells under `Name | Email | Status`.
fn table(rows: &[[&str; 3]]) -> String {
    let mut html = "<table><thead><tr><th>Name \u{25B2}</th><th aria-label='Email'>E</th><th><a>STATUS</a><span>Sort ascending</span></th></tr></thead><tbody>".to_owned();
    for [name, email, status] in rows {
        write!(html, "<tr data-box='0,0,9,9'><td>{name}</td><td>{email}</td><td>{status}</td></tr>").unwrap();
    }
    html + "</tbody></table>"
}

fn page(html: &str) -> PageRead {
    read_page(&people(), html, &[]).unwrap()
}

fn keys(read: &PageRead) -> Vec<&str> {
    read.people.iter().map(|person| person.key.as_str()).collect()
}

fn why(roster: &Roster) -> &str {
    match &roster.completeness {
        Completeness::Unproven { why } => why,
        _ => "",
    }
}

#[test]
fn reads_a_plain_table() {
    let read = page(&table(&[
        ["Zoe", "Zoe+A@X.test", " active "],
        ["Ann", "<a href='mailto:a@x.test'>a@x.test</a>", "Invitation&nbsp;sent"],
    ]));
    assert_eq!(keys(&read), ["zoe+a@x.test", "a@x.test"]);
    assert_eq!(read.people[0].shown, "Zoe+A@X.test");
    assert_eq!((read.people[0].state, read.people[1].state), (State::Active, State::Pending));
    assert_eq!(read.people[1].columns["name"], "Ann");
    assert_eq!(read.people[1].list, "people");
}

#[test]
fn reads_a_wordpress_table() {
    let header = "<tr><td id='cb' class='check-column'><input type='checkbox' value='x'></td><th id='username'><a href='?orderby=login'><span>Username</span></a></th><th>Name</th><th><a><span>Email</span></a></th><th>Role</th><th>Posts</th></tr>";
    let row = |login: &str, email: &str, role: &str| {
        format!(
            "<tr id='user-1' data-box='1,2,3,4'><th class='check-column'><input type='checkbox' value='1'></th><td class='username column-username'><img alt=''> <strong><a href='user-edit.php'>{login}</a></strong><br></td><td><span>—</span></td><td><a href='mailto:{email}'>{email}</a></td><td>{role}</td><td><a><span>0</span></a></td></tr>"
        )
    };
    let html = format!(
        "<table class='wp-list-table'><thead>{header}</thead><tbody>{}{}</tbody><tfoot>{header}</tfoot></table>",
        row("Admin", "admin@x.test", "Administrator"),
        row("zoe.k", "zoe@x.test", "Editor")
    );
    let shape = Shape {
        key: "username".to_owned(),
        or_key: None,
        columns: vec![
            column("username", "Username", Some("strong a")),
            column("email", "Email", None),
            column("role", "Role", None),
        ],
        count: words(&["${n} items", "${n} item"]),
        states: Vec::new(),
        ..people()
    };
    let read = read_page(&shape, &html, &words(&["All (2)", "2 items"])).unwrap();
    assert_eq!(keys(&read), ["admin", "zoe.k"]);
    assert_eq!(read.people[1].columns["role"], "Editor");
    assert!(read.keyless.is_empty() && read.ambiguous.is_empty());
    let roster = Roster::assemble(vec![read], true, None);
    assert_eq!(roster.completeness, Completeness::Counted { count: 2 });
    let by_email = Shape { key: "email".to_owned(), ..shape };
    assert_eq!(keys(&read_page(&by_email, &html, &[]).unwrap()), ["admin@x.test", "zoe@x.test"]);
}

#[test]
fn reads_a_grid_of_divs() {
    let html = "<div role='grid'><div role='rowgroup'><div role='row'><div role='columnheader'>Name</div><div role='columnheader'><button>Email</button></div><div role='columnheader'>Status</div></div></div>\
        <div role='rowgroup'><div role='row'><div role='gridcell'>Zoe</div><div role='gridcell'>zoe@x.test</div><div role='gridcell'><select><option>Gone</option><option selected>Member</option></select></div></div>\
        <div role='row'><div role='rowheader'>Bo</div><div role='cell'>bo@x.test</div><div role='cell'>Active</div></div></div></div>";
    assert_eq!(keys(&page(html)), ["zoe@x.test", "bo@x.test"]);
}

#[test]
fn tells_rows_that_are_no_people() {
    let mut html = table(&[
        ["Zoe", "zoe@x.test", "Active"],
        ["Two", "a@x.test, b@x.test", "Active"],
        ["No", "hidden", "Active"],
    ]);
    html = html.replace("</tbody>", "<tr><td colspan=3>Admins</td></tr><tr><td colspan=3>bo@x.test was here</td></tr><tr><td>x</td><td>c@x.test</td></tr></tbody>");
    let read = page(&html);
    assert_eq!(keys(&read), ["zoe@x.test"]);
    assert_eq!(read.ambiguous, ["Two a@x.test, b@x.test Active"]);
    assert_eq!(read.keyless, ["No hidden Active", "bo@x.test was here", "x c@x.test"]);
    assert_eq!(read.others, ["Admins"]);
    let roster = Roster::assemble(vec![read], true, None);
    assert!(why(&roster).starts_with("3 rows show no key and 1 show more than one"), "{}", why(&roster));
    let empty = page(&table(&[]).replace("<tbody>", "<tbody><tr><td colspan='3'>No users  found.</td></tr>"));
    assert!(empty.empty && empty.people.is_empty() && empty.others.is_empty());
    assert!(read_page(&people(), "", &words(&["no users found."])).unwrap().empty);
}

#[test]
fn never_glues_a_key_together() {
    let key = |cell: &str| keys(&page(&table(&[["x", cell, "Active"]]))).first().map(|key| (*key).to_owned());
    assert_eq!(key("<div>Zoe</div><div>zoe@x.test</div>").as_deref(), Some("zoe@x.test"));
    assert_eq!(key("<span>Zoe</span> <span>zoe@x.test</span>").as_deref(), Some("zoe@x.test"));
    assert_eq!(key("<b>zoe@x.test</b>").as_deref(), Some("zoe@x.test"));
    assert_eq!(key("zo<mark>e@x</mark>.te<wbr>st").as_deref(), Some("zoe@x.test"));
    assert_eq!(key("<input type='text' value='zoe@x.test'>").as_deref(), Some("zoe@x.test"));
    assert_eq!(key("<span>Zoe</span><span>zoe@x.test</span>"), None);
    assert_eq!(key("zo<b>e@x.te</b>st"), None);
    assert_eq!(key("<input type='password' value='zoe@x.test'>"), None);
    assert_eq!(key("zoe&#x202E;@x.test"), None);
}

#[test]
fn says_why_a_page_cannot_be_read() {
    let table_of = |headers: &str| format!("<table><tr>{headers}</tr></table>");
    let say = |html: &str| read_page(&people(), html, &[]).unwrap_err().to_string();
    assert_eq!(say("<p>hi</p>"), "no table has the columns `Email`, `Name`, `Status`; no headers are there");
    assert_eq!(
        say(&table_of("<th>Name</th><th>Mail</th>")),
        "no table has the columns `Email`, `Name`, `Status`; the headers are `Name`, `Mail`"
    );
    let full = table(&[]);
    assert_eq!(say(&format!("{full}{full}")), "2 tables have the columns `Email`, `Name`, `Status`");
    assert_eq!(
        say(&full.replace("</tr></thead>", "<th>name</th></tr></thead>")),
        "two columns have the header `Name`"
    );
    assert_eq!(say(&table(&[["Zoe", "zoe@x.test", "Deactivated"]])), "unknown status `Deactivated`");
    assert_eq!(say(&"<div>".repeat(5000)), "the markup is nested too deeply");
    let broken = Shape { columns: vec![column("email", "Email", Some("a[["))], ..people() };
    assert!(matches!(read_page(&broken, &full, &[]), Err(Unreadable::BadCss { .. })));
    let keyless = Shape { key: "login".to_owned(), ..people() };
    assert!(matches!(read_page(&keyless, &full, &[]), Err(Unreadable::NoKeyColumn(_))));
}

#[test]
fn leaves_nested_and_layout_tables_out() {
    let inner = table(&[["Bo", "bo@x.test", "Active"]]);
    let name = format!("Zoe {inner}");
    assert_eq!(keys(&page(&table(&[[&name, "zoe@x.test", "Active"]]))), ["zoe@x.test"]);
    let layout = format!(
        "<table><tr><td>{inner}</td></tr></table><table role='presentation'><tr><td>x</td></tr></table>"
    );
    assert_eq!(keys(&page(&layout)), ["bo@x.test"]);
}

#[test]
fn proves_completeness_or_says_why_not() {
    let two = page(&table(&[["Zoe", "zoe@x.test", "Active"], ["Bo", "bo@x.test", "Active"]]));
    let one = page(&table(&[["Ann", "ann@x.test", "Active"]]));
    let says = |read: &PageRead, counts: &[u64]| PageRead {
        count: Some(if let [count] = counts { Ok(*count) } else { Err(counts.to_vec()) }),
        ..read.clone()
    };
    let counted = Roster::assemble(vec![says(&two, &[3]), says(&one, &[3])], true, None);
    assert_eq!(counted.completeness, Completeness::Counted { count: 3 });
    assert_eq!(serde_json::json!(counted.completeness).to_string(), r#"{"proof":"counted","count":3}"#);
    assert_eq!((counted.people.len(), counted.pages), (3, 2));
    let short = Roster::assemble(vec![says(&two, &[4])], true, None);
    assert_eq!(why(&short), "the app counts 4, 2 rows were read");
    assert!(why(&Roster::assemble(vec![says(&two, &[2])], false, None)).contains("yet there is a next page"));
    assert!(why(&Roster::assemble(vec![says(&two, &[2, 3])], true, None)).contains("several counts: 2, 3"));
    assert!(
        why(&Roster::assemble(vec![says(&two, &[4]), says(&two, &[4])], true, None))
            .contains("the list moved")
    );

    let first_pass = Roster::assemble(vec![two.clone(), one.clone()], true, None);
    assert!(why(&first_pass).contains("read once only"));
    let second_pass = Roster::assemble(vec![two.clone(), one.clone()], true, Some(&first_pass));
    assert_eq!(second_pass.completeness, Completeness::Exhausted { pages: 2, way: Way::Paged });
    assert!(
        why(&Roster::assemble(vec![two.clone()], true, Some(&first_pass))).contains("differ in `ann@x.test`")
    );
    assert!(
        why(&Roster::assemble(vec![two.clone(), one.clone()], false, Some(&first_pass)))
            .contains("last page was not reached")
    );
    assert!(why(&Roster::assemble(Vec::new(), true, None)).contains("no page"));
    let nobody = Roster::assemble(vec![PageRead::default()], true, None);
    assert!(why(&Roster::assemble(vec![PageRead::default()], true, Some(&nobody))).contains("does not say"));
    let empty = PageRead { empty: true, ..PageRead::default() };
    assert!(Roster::assemble(vec![empty.clone()], true, Some(&nobody)).is_proven());
    let bare = PageRead { others: words(&["Delete selected"]), ..empty.clone() };
    assert!(
        Roster::assemble(vec![bare], true, Some(&nobody)).is_proven(),
        "the app says that nobody is there"
    );
    assert!(!Roster::together(vec![second_pass.clone(), nobody]).is_proven());
    assert_eq!(
        Roster::together(vec![second_pass, counted]).completeness,
        Completeness::Exhausted { pages: 4, way: Way::Mixed }
    );
    let more = PageRead { others: words(&["Load more"]), ..one };
    let first = Roster::assemble(vec![more.clone()], true, None);
    assert!(why(&Roster::assemble(vec![more], true, Some(&first))).contains("may stand for people"));
}

#[test]
fn finds_exactly_and_knows_who_is_near() {
    let read = page(&table(&[
        ["Zoe Kaya", "zoe@x.test", "Active"],
        ["Kaya, Zoe", "ZK@y.test", "Active"],
        ["Zoe", "z.oe+news@x.test", "Active"],
        ["Z", "zoe@other.test", "Active"],
        ["Zo", "zoa@x.test", "Active"],
        ["Bo", "bo@x.test", "Active"],
        ["Bo", "bo@x.test", "Active"],
    ]));
    let roster = Roster::assemble(vec![read], true, None);
    assert!(matches!(roster.find("ZOE@x.test"), Found::One(person) if person.shown == "zoe@x.test"));
    assert!(matches!(roster.find("bo@x.test"), Found::Several(both) if both.len() == 2));
    assert_eq!(roster.find("oe@x.test"), Found::None);
    let near: Vec<(String, Why)> =
        roster.near("Zoe@x.test", Some("zoe kaya")).into_iter().map(|near| (near.shown, near.why)).collect();
    let expected = [
        ("ZK@y.test", Why::SameName),
        ("z.oe+news@x.test", Why::Alias),
        ("zoe@other.test", Why::SameLocalPart),
        ("zoa@x.test", Why::OneLetterApart),
    ];
    assert_eq!(near, expected.map(|(shown, why)| (shown.to_owned(), why)));
    assert!(roster.near("someone@else.test", None).is_empty());
    assert_eq!(roster.near("zoe", None).len(), 3, "a login is compared with what stands before the `@`");
}

#[test]
fn digests_who_is_there_and_not_their_order() {
    let rows = [["Zoe", "zoe@x.test", "Active"], ["Bo", "bo@x.test", "Active"]];
    let roster = |rows: &[[&str; 3]]| Roster::assemble(vec![page(&table(rows))], true, None);
    let (one, other) = (roster(&rows), roster(&[rows[1], rows[0]]));
    assert_eq!(one.digest(), other.digest());
    assert_ne!(one.digest(), roster(&[rows[0], ["Bo", "bo@x.test", "Invitation sent"]]).digest());
    let kept = serde_json::to_string(&one).unwrap();
    assert_eq!(serde_json::from_str::<Roster>(&kept).unwrap(), one);
}

#[test]
fn bears_hostile_pages() {
    let huge = "x".repeat(10 << 20);
    let read = page(&table(&[
        [&huge, "zoe@x.test", "Active"],
        ["x", &huge, "Active"],
        ["&lt;script&gt;alert(1)&lt;/script&gt;&#x202E;", "bo@x.test", "Active"],
    ]));
    assert_eq!(keys(&read), ["zoe@x.test", "bo@x.test"]);
    assert_eq!(read.people[0].columns["name"].chars().count(), 4097);
    assert_eq!(read.people[1].columns["name"], "<script>alert(1)</script>");
    assert_eq!(read.ambiguous[0].chars().count(), 201);

    let wide = table(&[["Zoe", "zoe@x.test", "Active"]])
        .replace("</tr></thead>", &format!("{}</tr></thead>", "<th>x</th>".repeat(100_000)))
        .replace("</tr></tbody>", &format!("{}</tr></tbody>", "<td>x</td>".repeat(100_000)));
    assert_eq!(keys(&page(&wide)), ["zoe@x.test"]);
    assert_eq!(keys(&page(&wide.replace("<td>Zoe", "<td colspan=99999999>Zoe"))), Vec::<&str>::new());

    for nasty in [
        "<",
        "</",
        "<table",
        "<table><tr><td",
        "</td></tr>",
        "<table><tr><th>Email",
        "&#0;&#x110000;<p\u{0}>",
        "<a='>'>",
    ] {
        let _ = read_page(&people(), nasty, &[]);
    }
}

#[test]
fn a_row_that_was_too_long_to_be_told_is_somebody_unknown() {
    let whole = table(&[["Zoe", "zoe@x.test", "Active"]]);
    for row in ["<tr role=\"row\" data-part=\"cut\"></tr>", "<tr data-part=cut data-box='0,0,9,9'></tr>"] {
        let read = page(&whole.replace("<tbody>", &["<tbody>", row].concat()));
        assert_eq!((keys(&read), read.ambiguous.len()), (vec!["zoe@x.test"], 1));
        let roster = Roster::assemble(vec![read], true, None);
        assert!(!roster.is_proven(), "{:?}", roster.completeness);
    }
}

#[test]
fn reads_ten_thousand_rows() {
    let mut html =
        "<table><thead><tr><th>Name</th><th>Email</th><th>Status</th></tr></thead><tbody>".to_owned();
    for number in 0..10_000 {
        write!(html, "<tr class='row' data-box='0,0,1,1'><td><div><strong><a href='/u/{number}'>Person {number}</a></strong></div></td><td>p{number}@x.test</td><td><span class='badge'>Active</span></td></tr>").unwrap();
    }
    html += "</tbody></table>";
    let read = read_page(&people(), &html, &words(&["10,000 users"])).unwrap();
    assert_eq!(
        Roster::assemble(vec![read], true, None).completeness,
        Completeness::Counted { count: 10_000 }
    );
}

#[test]
fn a_long_table_is_cut_and_what_binds_its_rows_together_leaves_it_whole() {
    let rows: Vec<String> = (0..7).map(|n| format!("{n}@x.test")).collect();
    let rows: Vec<[&str; 3]> = rows.iter().map(|key| ["Zoe", key, "Active"]).collect();
    let whole = table(&rows);
    assert_eq!(pieces::Pieces::of(&whole, 2).map(|pieces| pieces.each().count()), Some(4));
    for (one, other) in [
        ("<td>Zoe", "<td rowspan=2>Zoe"),
        ("<td>Zoe", "<td><tr></tr>Zoe"),
        ("<td>Zoe", "<table></table><td>Zoe"),
        ("<td>Zoe", "<td><plaintext></plaintext>Zoe"),
        ("<td>Zoe", "<td><p>Zoe"),
        ("</tr><tr", "</tr>x<tr"),
        ("</tr><tr", "</tr><!-- x --><tr"),
        ("</tbody>", "</tbody><tbody></tbody>"),
        ("</table>", "</table><table></table>"),
    ] {
        assert!(pieces::Pieces::of(&whole.replacen(one, other, 1), 2).is_none(), "{other}");
    }
}

/// A row as apps make them, or as none should.
fn row() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let cell = prop_oneof![
        6 => "[a-d]@x\\.test",
        3 => Just("Active".to_owned()),
        1 => "<(b|a|p|span|div)>[a-d]@x\\.test</(b|a|p|span|div)>",
        1 => "(<(/?)(table|tbody|thead|tr|td|th|b|a|p|div|svg|select|option|br|form|li|plaintext|textarea|title|template|caption|col)( rowspan=2| colspan=2| role=row)?/?>|Email|Name|x|<!---->| ){0,6}",
        1 => "(<tr></tr>|<td>[a-d]@x\\.test</td>|<tbody><tr><td>a@x\\.test</td></tr></tbody>|<thead></thead>|<table></table>|<caption></caption>|<select><tr></tr></select>)",
        1 => "<table><thead><tr><th>Email</th><th>Name</th><th>Status</th></tr></thead><tbody><tr><td>z@x\\.test</td><td>n</td><td>Active</td></tr></tbody></table>",
    ];
    let part = prop_oneof![12 => Just("td"), 2 => Just("th"), 1 => Just("td colspan=2"), 1 => Just("th rowspan=2"), 1 => Just("div")];
    let cells = proptest::collection::vec((part, cell), 0..5);
    let usual = ("[a-d]{1,3}", "(Active|Member)")
        .prop_map(|(key, status)| format!("<tr><td>{key}@x.test</td><td>{key}</td><td>{status}</td></tr>"));
    let strange = (prop_oneof![8 => Just("tr"), 1 => Just("tr role=row data-part=cut"), 1 => Just("tr data-part=detail")], cells).prop_map(|(tag, cells)| {
        let cells = cells.into_iter().map(|(part, cell)| format!("<{part}>{cell}</{}>", part.split(' ').next().unwrap_or_default()));
        format!("<{tag}>{}</tr>", cells.collect::<String>())
    });
    prop_oneof![3 => usual, 2 => strange]
}

proptest::proptest! {
    /// Wherever a long cell is cut, what is left of an address is not taken for one.
    #[test]
    fn half_an_address_is_nobodys(pad in 65_515_usize..65_545, tail in "[a-z.]{0,5}", heard in proptest::bool::ANY) {
        let address = ["z@x.test", &tail].concat();
        let cell = ["a".repeat(pad), address.clone()].join(" ");
        let mut shape = people();
        shape.columns[0].heard = heard;
        let html = if heard {
            table(&[["Zoe", "", "Active"]]).replacen("<td></td>", &["<td data-heard='", &cell, "'></td>"].concat(), 1)
        } else {
            table(&[["Zoe", &cell, "Active"]])
        };
        for key in keys(&read_page(&shape, &html, &[]).unwrap()) {
            proptest::prop_assert_eq!(key, address.trim_end_matches('.'));
        }
    }

    /// A long table reads the same in pieces, whatever stands in its rows.
    #[test]
    fn pieces_read_like_the_whole(
        head in "(<thead>(<tr><th>Email</th><th>Name</th><th>Status</th></tr>|<tr><th rowspan=2>Email</th><th colspan=2>Who</th></tr><tr><th>Name</th><th>Status</th></tr>)</thead>)?",
        rows in proptest::collection::vec(row(), 5..14),
        around in proptest::sample::select(vec![("<table>", "</table>"), ("<table role=grid>", "</table>"), ("<div><table>", "</table></div>")]),
        size in 1_usize..4,
    ) {
        let html = [around.0, &head, "<tbody>", &rows.concat(), "</tbody>", around.1].concat();
        let whole = page::read_in_pieces(&people(), &html, &[], usize::MAX);
        let pieces = page::read_in_pieces(&people(), &html, &[], size);
        proptest::prop_assert_eq!(whole, pieces, "{}", html);
    }

    #[test]
    fn never_panics_on_markup(html in "(<(/?)(table|tr|td|th|div role=row|b|p|svg|select|option|br)( a='x')?/?>|Email|Name|Status|z@x|&#x41;|<!--|-->| |é)*") {
        let _ = read_page(&people(), &html, &[]);
    }
}
