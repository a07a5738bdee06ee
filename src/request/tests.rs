//! Whole files through `read`: one test per complaint, and what must never happen.

use super::*;
use crate::diag::Severity;
use proptest::prelude::*;

fn wants() -> Wants {
    let options = ["Admin", "Member", "Billing admin"].map(str::to_owned).to_vec();
    Wants {
        key: Key::Email,
        columns: vec![
            Column { name: "role".to_owned(), options, required: true },
            Column { name: "team".to_owned(), options: Vec::new(), required: false },
        ],
    }
}

fn good(name: &str, text: impl AsRef<[u8]>) -> Request {
    read(name, text.as_ref(), &wants()).unwrap_or_else(|all| panic!("{}", shown(&all)))
}

fn shown(all: &[Diagnostic]) -> String {
    all.iter().map(Diagnostic::one_line).collect::<Vec<_>>().join("\n")
}

/// The only complaint about a file.
fn only(name: &str, text: impl AsRef<[u8]>) -> Diagnostic {
    let mut all = read(name, text.as_ref(), &wants()).unwrap_err();
    assert_eq!(all.len(), 1, "{}", shown(&all));
    let one = all.remove(0);
    assert!(!one.render(false, 100).is_empty());
    one
}

fn complains(text: &str, place: &str, message: &str) -> Diagnostic {
    let one = only("p.csv", text);
    assert_eq!(one.one_line(), format!("p.csv:{place}: {message}"));
    one
}

#[test]
fn reads_comma_semicolon_and_tab() {
    for separator in [",", ";", "\t"] {
        let text = "E-Mail Address,ROLE,ticket\r\n Zoe@X.test ,\"billing  ADMIN\",\"T-1\n\"\"two\"\"\"\r\n\r\n,,\r\n";
        let request = good("p.csv", text.replace(',', separator));
        assert_eq!(request.columns, ["email", "role", "ticket"]);
        let [row] = request.rows.as_slice() else { panic!("{:?}", request.rows) };
        assert_eq!((row.key.as_str(), row.written.as_str(), row.line), ("zoe@x.test", "Zoe@X.test", 2));
        assert_eq!(row.values["role"], "Billing admin");
        assert_eq!(row.values["ticket"], "T-1\n\"two\"");
        assert_eq!((row.spot.column, row.spot.length), (2, 10));
        assert_eq!(row.spots["role"].column, 15);
        assert!(request.notes.is_empty());
        assert_eq!(request.digest, Digest::of(text.replace(',', separator)));
    }
}

#[test]
fn reads_json_both_ways_and_by_content() {
    let list = r#"[{"email": "z\u006fe@x.test", "role": "admin", "team": 7, "reason": null}]"#;
    let wrapped = format!("{{\"people\":\n{list}}}");
    for (name, text) in [("p.json", list), ("p.json", wrapped.as_str()), ("p", list)] {
        let request = good(name, text);
        assert_eq!(request.rows[0].key, "zoe@x.test");
        assert_eq!(request.rows[0].values["team"], "7");
        assert_eq!(request.rows[0].values.get("reason"), None);
        let spot = request.rows[0].spots["role"];
        assert_eq!(&request.source.text[spot.offset..spot.offset + spot.length], "admin");
        assert_eq!(spot, request.source.spot(spot.offset, spot.length));
    }
}

#[test]
fn says_what_is_wrong_with_json() {
    let at = |text: &str| only("p.json", text).one_line();
    assert_eq!(at("[{\"email\": }]"), "p.json:1:12: this is not JSON: expected value");
    assert_eq!(at("{\"persons\": []}"), "p.json:1:3: `persons` is not expected here");
    assert!(at("[1]").contains("a person should be an object"), "{}", at("[1]"));
    assert!(at("7").contains("should be a list of people"));
    assert!(
        at("[{\"email\": \"a@x.test\", \"role\": \"Admin\", \"team\": []}]")
            .contains("`team` should be a text")
    );
    let twice = at("[{\"email\": \"a@x.test\", \"role\": \"Admin\",\n \"role\": \"Member\"}]");
    assert_eq!(twice, "p.json:2:3: `role` stands twice in one object");
    let missing = at("[{\"email\": \"a@x.test\", \"role\": \"Admin\"},\n {\"role\": \"Admin\"}]");
    assert_eq!(missing, "p.json:2:2: there is no `email` here");
    assert_eq!(at("[]"), "p.json: there are no people in the file");
}

#[test]
fn reads_what_spreadsheets_save() {
    let request = good("p.csv", b"\xEF\xBB\xBFsep=;\r\nemail;role\r\nz@x.test;Admin\r\n");
    assert_eq!((request.rows[0].key.as_str(), request.rows[0].line), ("z@x.test", 3));
    let request = good("p.csv", b"email,role,name\r\nz@x.test,Admin,Zo\xEB\r\n");
    assert_eq!(request.rows[0].values["name"], "Zoë");
    assert!(
        request.notes[0].one_line().starts_with("p.csv:2:1: the file is not UTF-8"),
        "{}",
        shown(&request.notes)
    );
}

#[test]
fn tells_of_invisible_characters_in_keys() {
    let request = good("p.csv", "email,role\nz\u{200B}oe@x.test\u{A0},Admin\n");
    assert_eq!(request.rows[0].key, "zoe@x.test");
    assert_eq!(
        request.notes[0].one_line(),
        "p.csv:2:2: an invisible character, U+200B, was removed from `zoe@x.test`"
    );
}

#[test]
fn finds_the_key_by_its_synonyms_only_when_one_is_there() {
    assert_eq!(good("p.csv", "mail,role\nz@x.test,Admin").rows.len(), 1);
    let request = good("p.csv", "email,work email,role\nz@x.test,y@x.test,Admin");
    assert_eq!(request.rows[0].key, "z@x.test");
    assert_eq!(request.notes[0].one_line(), "p.csv:1:7: column `work email` is not used");
    complains(
        "mail,work email,role\na@x.test,b@x.test,Admin",
        "1:1",
        "several columns could be the key, `email`",
    );
    complains("email,Email,role\na@x.test,b@x.test,Admin", "1:1", "the column `email` stands there twice");
    let named = Wants { key: Key::Username, columns: Vec::new() };
    assert_eq!(read("p.csv", b"Login\nZoe K\n", &named).unwrap().rows[0].key, "zoe k");
}

#[test]
fn says_which_columns_are_missing_or_unused() {
    let one = complains("email,rol\nz@x.test,Admin", "1:7", "the column `role` is missing");
    assert_eq!(one.hint.as_deref(), Some("is `rol` meant? the columns are `email`, `role`, `team`"));
    let one = complains("email\nz@x.test", "1:1", "the column `role` is missing");
    assert_eq!(one.hint.as_deref(), Some("the columns are `email`, `role`, `team`"));
    let request = good("p.csv", "email,role,taem,First Name\nz@x.test,Admin,a,Zoe");
    assert_eq!(request.notes[0].one_line(), "p.csv:1:12: column `taem` is not used");
    assert_eq!(request.notes[0].hint.as_deref(), Some("did you mean `team`?"));
    assert_eq!(request.notes.len(), 1);
    assert_eq!(request.rows[0].values["first_name"], "Zoe");
}

#[test]
fn says_when_nothing_is_there() {
    assert_eq!(only("p.csv", " \r\n").one_line(), "p.csv: the file is empty");
    complains("email,role\n", "1:1", "there are no people in the file");
    let one = complains("emial,role\nz@x.test,Admin\n", "1:1", "no column holds the key, `email`");
    assert_eq!(one.hint.as_deref(), Some("is `emial` meant? name it `email`"));
    let all = read("p.csv", b"z@x.test,Admin\ny@x.test,Admin\n", &wants()).unwrap_err();
    assert!(
        all.iter().any(|one| one.hint.as_deref().is_some_and(|hint| hint.contains("first line must name")))
    );
}

#[test]
fn says_what_is_wrong_with_a_key() {
    let line = |key: &str| format!("email,role\n{key},Admin\n");
    complains(&line(""), "2:1", "there is no `email` here");
    complains(&line("zoe"), "2:1", "`zoe` is not an e-mail address: it has no `@`");
    complains(&line("=1+1@x.test"), "2:1", "`=1+1@x.test` looks like a spreadsheet formula");
    let one = complains(&line("Zoe <z@x.test>"), "2:1", "`Zoe <z@x.test>` is a name with an address");
    assert_eq!(one.hint.as_deref(), Some("write only `z@x.test`"));
    complains(&line("\"a@x.test, b@x.test\""), "2:2", "`a@x.test, b@x.test` is more than one e-mail address");
    let one = complains(
        &line("zo\u{435}@x.test"),
        "2:3",
        "`zo\u{435}@x.test` holds a letter that only looks like `e`",
    );
    assert_eq!(one.hint.as_deref(), Some("`\u{435}` is Cyrillic, U+0435; type `e` if that is meant"));
}

#[test]
fn says_who_stands_there_twice() {
    let text = "email,role\nz@x.test,Admin\na@x.test,Admin\nZ@X.test,admin\n";
    let one = complains(text, "4:1", "`Z@X.test` stands in the file twice");
    assert_eq!(one.labels[1].0.line, 2);
    assert_eq!(one.hint.as_deref(), Some("delete one of the two"));
    let one = complains(
        &text.replace("X.test,admin", "X.test,Member"),
        "4:1",
        "`Z@X.test` stands in the file twice",
    );
    assert!(one.hint.unwrap().contains("different things"));
}

#[test]
fn says_who_looks_like_somebody_else() {
    let request = good("p.csv", "email,role\nuser1@x.test,Admin\nuserl@x.test,Admin\n");
    assert_eq!(
        request.notes[0].one_line(),
        "p.csv:3:1: `userl@x.test` looks like `user1@x.test` and is not the same"
    );
    let named = Wants { key: Key::Username, columns: Vec::new() };
    let all = read("p.csv", "username\npaca\n\u{440}\u{430}\u{441}\u{430}\n".as_bytes(), &named).unwrap_err();
    assert!(shown(&all).contains("looks like `paca` and is not the same"), "{}", shown(&all));
}

#[test]
fn says_which_values_do_not_fit() {
    let one = complains("email,role\nz@x.test,Admn\n", "2:10", "`Admn` is not one of the values of `role`");
    assert!(one.hint.unwrap().starts_with("did you mean `Admin`? the values are `Admin`, `Member`"));
    complains(
        "email,role\nz@x.test,\"Admin; Admn\"\n",
        "2:11",
        "`Admin; Admn` is not one of the values of `role`",
    );
    let several = good("p.csv", "email,role\nz@x.test,\"member ;Admin\"\n");
    assert_eq!(several.rows[0].values["role"], "Member; Admin");
    complains("email,role\nz@x.test, \n", "2:11", "there is no `role` here");
    complains("email,role\nz@x.test\n", "2:1", "there is no `role` here");
    complains(
        "email,role,team\nz@x.test,Admin,a\u{1b}b\n",
        "2:17",
        "the value of `team` holds a control character, U+001B",
    );
}

#[test]
fn says_what_is_wrong_with_the_csv() {
    complains("email,role\nz@x.test,Admin,more\n", "2:16", "the line has 3 fields, the header has 2");
    complains("email,role\nz@x.test,\"Admin\" x\n", "2:18", "there is text after a closing quote");
    complains("email,role,team\nz@x.test,Admin,\"a\nb,c\n", "2:16", "a quote is never closed");
}

#[test]
fn says_everything_at_once_in_order_and_stops_at_200() {
    let all = read("p.csv", b"email,role,x\nzoe,Admn,\n@y,Admin,\nz@x.test,,\n", &wants()).unwrap_err();
    let lines: Vec<u32> = all.iter().filter_map(|one| one.spot().map(|spot| spot.line)).collect();
    assert_eq!(lines, [1, 2, 2, 3, 4], "{}", shown(&all));
    let many = format!("email,role\n{}", "zoe,Admin\n".repeat(100_000));
    let all = read("p.csv", many.as_bytes(), &wants()).unwrap_err();
    assert_eq!(all.len(), 201);
    assert_eq!(all[200].message, "and 99800 more");
    assert_eq!(all[200].severity, Severity::Error);
}

#[test]
fn reads_a_hundred_thousand_rows_and_columns() {
    use std::fmt::Write as _;
    let mut text = "email,role,team\n".to_owned();
    for number in 0..100_000 {
        writeln!(text, "person.{number}@example.test,Member,\"Team {}\"", number % 7).unwrap();
    }
    let request = good("p.csv", &text);
    assert_eq!(request.rows.len(), 100_000);
    assert_eq!(request.rows[99_999].spot, request.source.spot(request.rows[99_999].spot.offset, 25));
    let mut json = "[".to_owned();
    for number in 0..50_000 {
        write!(json, "{{\"email\":\"p{number}@x.test\",\"role\":\"Admin\"}},").unwrap();
    }
    json.pop();
    json.push(']');
    assert_eq!(good("p.json", &json).rows.len(), 50_000);
    let commas = read("p.csv", ",".repeat(3_000_001).as_bytes(), &wants()).unwrap_err();
    assert!(shown(&commas).contains("more than 3000000 cells"));
    let wide = format!("email,role{}\n{}", ",x".repeat(100_000), "z@x.test,Admin\n".repeat(10_000));
    assert!(read("p.csv", wide.as_bytes(), &wants()).is_err());
}

proptest! {
    #[test]
    fn never_panics_on_bytes(name in "p(\\.csv|\\.json)?", bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&name, &bytes, &wants());
    }

    #[test]
    fn never_panics_on_what_is_nearly_right(name in "p(\\.csv|\\.json)?", text in "[\\[{]?(email|role|,|;|\"|\n|\r|@|x\\.test|[\\[\\]{}:\\\\]|é|\u{200B}|Admin|\t| )*") {
        if let Err(all) = read(&name, text.as_bytes(), &wants()) {
            prop_assert!(!all.is_empty());
            for one in all {
                if let Some(spot) = one.spot() {
                    prop_assert_eq!(spot, one.source.spot(spot.offset, spot.length));
                }
                prop_assert!(!one.render(false, 80).is_empty());
            }
        }
    }
}
