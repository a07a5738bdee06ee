//! The error catalogue of people files: `tests/diagnostics/requests/`, golden; and files that are large or odd but good.
//!
//! The command line reads the request before any browser starts: the tenant of these tests is not there at all.

use crate::harness::{Done, ROOT, Usher, folders, golden};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use usher::request::{Column, Key, Wants, read};

/// Heap at a port where nobody listens, and a driver that is not there either.
fn nowhere() -> Usher {
    Usher::new()
        .tenant("heap", "http://127.0.0.1:9", "ops@northwind.example", "Northwind", "practice = true")
        .env("HEAP_PASSWORD", "not needed")
}

const NO_DRIVER: [&str; 2] = ["--webdriver", "http://127.0.0.1:9"];

/// Reads a request with the command line and goes no further than to the driver that is not there.
fn invite(usher: &Usher, file: &str) -> Done {
    usher.run(&["invite", "heap", file, "--yes", NO_DRIVER[0], NO_DRIVER[1]])
}

fn wants() -> Wants {
    let options = ["Admin", "Member", "Viewer"].map(str::to_owned).to_vec();
    Wants { key: Key::Email, columns: vec![Column { name: "role".into(), options, required: true }] }
}

#[test]
fn every_mistake_is_told_with_line_and_column() {
    let cases = folders(&Path::new(ROOT).join("tests/diagnostics/requests"));
    assert!(cases.len() > 15, "only {} cases were found", cases.len());
    for case in cases {
        let usher = nowhere();
        let file = ["people.csv", "people.json"].into_iter().find(|file| case.join(file).is_file()).unwrap();
        usher.file(file, std::fs::read(case.join(file)).unwrap());
        let done = invite(&usher, file);
        done.code(3);
        assert!(done.stdout.is_empty(), "{}", done.stdout);
        golden(&case.join("expected.txt"), &done.stderr);
        assert!(usher.runs().is_empty(), "no run begins with a file that is wrong");
    }
}

#[test]
fn a_good_file_gets_as_far_as_the_driver() {
    let usher = nowhere();
    usher.file("people.csv", "email,role\nada@northwind.example,Member\n");
    invite(&usher, "people.csv").code(1).says("127.0.0.1:9");
}

#[test]
fn windows_1252_is_read_and_said() {
    let usher = nowhere();
    usher.file("people.csv", b"email,name,role\nzoe@northwind.example,Zo\xEB,Member\n");
    let done = invite(&usher, "people.csv");
    done.code(1).says("warning: the file is not UTF-8; it is read as Windows-1252").says("Zoë");
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let usher = nowhere();
    let mut command = usher.command(&["invite", "heap", "-", "--yes", NO_DRIVER[0], NO_DRIVER[1]]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"email,role\nada@northwind.example,Membr\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("`Membr` is not one of the values of `role`") && said.contains("-:2:23"), "{said}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    invite(&nowhere(), "nobody.csv").code(3).says("failed to read nobody.csv");
}

#[test]
fn a_hundred_thousand_people_are_read() {
    let mut text = String::from("email,role\n");
    for number in 0..100_000 {
        writeln!(text, "p{number}@northwind.example,Member").unwrap();
    }
    let request = read("people.csv", text.as_bytes(), &wants()).unwrap();
    assert_eq!(request.rows.len(), 100_000);
    assert_eq!(request.rows[99_999].key, "p99999@northwind.example");
    assert_eq!(request.rows[99_999].line, 100_001);
    assert!(request.notes.is_empty());
}

#[test]
fn complaints_have_an_end() {
    let mut text = String::from("email,role\n");
    for number in 0..100_000 {
        writeln!(text, "nobody{number},Member").unwrap();
    }
    let problems = read("people.csv", text.as_bytes(), &wants()).unwrap_err();
    assert_eq!(problems.len(), 201);
    assert_eq!(problems[200].message, "and 99800 more");
    let spots: Vec<u32> =
        problems.iter().filter_map(usher::diag::Diagnostic::spot).map(|spot| spot.line).collect();
    assert_eq!(spots, (2..202).collect::<Vec<u32>>(), "the first ones, in the order of the lines");
}

#[test]
fn json_says_the_same_as_csv() {
    let csv = read("a.csv", b"email,role,ticket\nADA@northwind.example , member,7\n", &wants()).unwrap();
    let json =
        br#"{"people": [{"email": "ADA@northwind.example ", "role": "member", "ticket": 7}]}"#.as_slice();
    let json = read("a.json", json, &wants()).unwrap();
    assert_eq!(csv.rows[0].key, "ada@northwind.example");
    assert_eq!(csv.rows[0].values, json.rows[0].values);
    assert_eq!(csv.rows[0].key, json.rows[0].key);
    assert_eq!(csv.rows[0].values["role"], "Member");
}

#[test]
fn machines_get_one_object_for_each_complaint() {
    let usher = nowhere();
    usher.file("people.csv", "email,role\nnobody,Member\nada@northwind.example,Membr\n");
    let done = usher.run(&["invite", "heap", "people.csv", "--json", "--yes"]);
    done.code(3);
    let lines: Vec<serde_json::Value> =
        done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{}", done.stdout);
    assert_eq!(lines[0]["diagnostic"]["line"], 2);
    assert_eq!(lines[1]["diagnostic"]["column"], 23);
    assert_eq!(lines[2]["error"]["exit"], 3);
}
