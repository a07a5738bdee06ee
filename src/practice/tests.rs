//! A console as it is started, asked over HTTP, stopped and started again.
#![expect(clippy::disallowed_methods, reason = "the tests spoil a state file")]
mod browser;
mod factors;
mod lasting;
mod signing_in;

use super::*;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn options(state: Option<PathBuf>, knobs: &[(&str, &str)]) -> Options {
    let knobs = knobs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Options { app: "heap".into(), generation: "users-permissions".into(), port: 0, state, knobs }
}

/// One exchange: what comes back, head and body.
async fn send(running: &Running, line: &str, headers: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(running.url.strip_prefix("http://").unwrap()).await.unwrap();
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

fn between<'a>(text: &'a str, before: &str, after: char) -> &'a str {
    let start = text.find(before).unwrap() + before.len();
    text[start..].split(after).next().unwrap()
}

/// Signs in; answers with the headers every further request needs.
async fn sign_in(running: &Running) -> String {
    let (head, body) = send(running, "GET /login", "", "").await;
    let form = between(&head, "set-cookie: ", ';').to_owned();
    let csrf = between(&body, "name=\"_csrf\" value=\"", '"').to_owned();
    let filled = format!("email=IT-Admin%40northwind.example&password=practice-pass-1&_csrf={csrf}");
    let headers = format!("Cookie: {form}\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    let (head, _) = send(running, "POST /login?redirect=%2Fapp%2Fmanage%2Fusers", &headers, &filled).await;
    assert!(head.starts_with("http/1.1 302") && head.contains("location: /app/manage/users"), "{head}");
    let cookie = between(&head, "set-cookie: ", ';').to_owned();
    let (_, page) = send(running, "GET /app/manage/users", &format!("Cookie: {cookie}\r\n"), "").await;
    let csrf = between(&page, "name=\"csrf-token\" content=\"", '"');
    format!("Cookie: {cookie}\r\nX-CSRF-Token: {csrf}\r\n")
}

async fn truth(running: &Running) -> Value {
    serde_json::from_str(&send(running, "GET /_truth", "", "").await.1).unwrap()
}

#[tokio::test]
async fn a_console_goes_on_where_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("state.json"));
    let running = start(options(state.clone(), &[("drop_answer", "1")])).await.unwrap();
    let headers = sign_in(&running).await;
    let body = r#"{"email":"new@else.example","role":"Viewer"}"#;
    let (head, _) = send(&running, "POST /api/invitations", &headers, body).await;
    assert!(head.starts_with("http/1.1 500"), "{head}");
    let before = truth(&running).await;
    let requests = before["requests"].as_array().unwrap();
    assert_eq!((requests[1]["status"].as_u64(), requests[1]["applied"].as_bool()), (Some(500), Some(true)));
    assert!(!before.to_string().contains("practice-pass"));
    running.task.abort();

    let running = start(options(state, &[])).await.unwrap();
    assert_eq!(truth(&running).await, before);
    let (head, list) = send(&running, "GET /api/users", &headers, "").await;
    assert!(head.starts_with("http/1.1 200") && list.contains("new@else.example"), "{head}");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_forged_or_signed_out_is_recorded_and_refused() {
    let running = start(options(None, &[])).await.unwrap();
    let headers = sign_in(&running).await;
    let cookie_only = headers.lines().next().unwrap().to_owned() + "\r\n";
    assert!(send(&running, "DELETE /api/users/36", &cookie_only, "").await.0.starts_with("http/1.1 403"));
    assert!(send(&running, "DELETE /api/users/36", "", "").await.0.starts_with("http/1.1 401"));
    let truth = truth(&running).await;
    let asked: Vec<_> = truth["requests"].as_array().unwrap()[1..]
        .iter()
        .map(|request| (request["email"].as_str(), request["status"].as_u64(), request["applied"].as_bool()))
        .collect();
    let email = Some("meier@northwind.example");
    assert_eq!(asked, [(email, Some(403), Some(false)), (email, Some(401), Some(false))]);
    assert_eq!(truth["people"].as_array().unwrap().len(), 38);
    let path = running.state.clone();
    running.stop().await.unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn who_is_removed_twice_is_named_both_times() {
    let running = start(options(None, &[])).await.unwrap();
    let headers = sign_in(&running).await;
    assert!(send(&running, "DELETE /api/users/36", &headers, "").await.0.starts_with("http/1.1 2"));
    assert!(send(&running, "DELETE /api/users/36", &headers, "").await.0.starts_with("http/1.1 4"));
    let truth = truth(&running).await;
    let asked: Vec<_> = truth["requests"].as_array().unwrap()[1..]
        .iter()
        .map(|request| (request["email"].as_str(), request["applied"].as_bool()))
        .collect();
    let email = Some("meier@northwind.example");
    assert_eq!(asked, [(email, Some(true)), (email, Some(false))]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn what_somebody_else_changes_is_on_the_record_as_theirs() {
    let running = start(options(None, &[("down", "on")])).await.unwrap();
    let json = "Content-Type: application/json\r\n";
    for (body, changed) in [
        (r#"{"change":"add","email":"new@else.example","role":"Viewer","state":"pending"}"#, 1),
        (r#"{"change":"alter","email":"new@else.example","role":"Admin"}"#, 1),
        (r#"{"change":"remove","email":"meier@northwind.example"}"#, 1),
        (r#"{"change":"remove","email":"meier@northwind.example"}"#, 0),
    ] {
        let (_, answer) = send(&running, "POST /_change", json, body).await;
        assert_eq!(answer, format!("{{\"changed\":{changed}}}"), "{body}");
    }
    let (head, _) = send(&running, "POST /_change", json, r#"{"change":"add","email":"a@b.example"}"#).await;
    assert!(head.starts_with("http/1.1 422"), "{head}");
    let truth = truth(&running).await;
    let said: Vec<_> = truth["requests"].as_array().unwrap()[..]
        .iter()
        .map(|request| (request["action"].as_str().unwrap(), request["applied"].as_bool().unwrap()))
        .collect();
    assert_eq!(
        said,
        [
            ("added_elsewhere", true),
            ("altered_elsewhere", true),
            ("removed_elsewhere", true),
            ("removed_elsewhere", false)
        ]
    );
    assert_eq!(truth["requests"][1]["role"], "Admin");
    let of =
        |email: &str| truth["people"].as_array().unwrap().iter().find(|one| one["email"] == email).cloned();
    assert_eq!(of("new@else.example").unwrap()["role"], "Admin");
    assert_eq!(of("meier@northwind.example"), None);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn names_with_markup_stay_names() {
    let running = start(options(None, &[("tenant", "<b>Nord & Wind</b>")])).await.unwrap();
    let headers = sign_in(&running).await;
    let (_, page) = send(&running, "GET /app/manage/users", &headers, "").await;
    assert!(page.contains("&lt;b&gt;Nord &amp; Wind&lt;/b&gt;") && !page.contains("<b>Nord"));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.json");
    std::fs::write(&path, "{}").unwrap();
    let error = format!("{:#}", start(options(Some(path), &[])).await.unwrap_err());
    assert!(error.contains("is not the state of a practice console\nhint:"), "{error}");
    let error = start(options(None, &[("seat_cap", "many")])).await.unwrap_err().to_string();
    assert!(error.starts_with("`seat_cap=many` is not possible\nhint: it takes off|N"), "{error}");
    let error = start(Options { app: "heep".into(), ..options(None, &[]) }).await.unwrap_err().to_string();
    assert!(error.starts_with("there is no practice console `heep/users-permissions`"), "{error}");
}
