//! The ways of signing in.
use super::browser::{Browser, recorded};
use super::{Console, between, options, start};
use serde_json::Value;

const ACCOUNT: &str = "it-admin@northwind.example";
const PASSWORD: &str = "practice-pass-1";

#[tokio::test]
async fn untouched_knobs_leave_the_form_as_it_was() {
    let mut browser = Browser::at(&[]).await;
    assert!(browser.running.origins.is_empty());
    browser.open("/login?redirect=%2Fapp%2Fmanage%2Fusers").await;
    assert!(browser.heads.contains("form-action 'self'\r\n"), "{}", browser.heads);
    browser.fill().await;
    browser.is_at("app/manage/users");
    assert_eq!(browser.heads.matches("set-cookie").count(), 1);
    assert!(browser.heads.contains("; path=/; httponly; samesite=lax\r\n"), "{}", browser.heads);
    assert!(!browser.page.contains("data-step-up") && !browser.page.contains("storage-"));
    assert!(!browser.page.contains("id=\"app\" hidden"));
    let truth = browser.truth().await;
    assert_eq!((&truth["sign_ins"], &truth["sessions"]), (&Value::from(1), &Value::from(1)));
}

#[tokio::test]
async fn the_password_may_be_asked_on_a_page_of_its_own() {
    let mut browser = Browser::at(&[("sign_in", "email_first")]).await;
    browser.open("/app/manage/users").await;
    assert!(!browser.page.contains("type=\"password\""));
    browser.shows(">Continue</button>");
    let csrf = between(&browser.page, "name=\"_csrf\" value=\"", '"').to_owned();
    browser.submit(&[("email", " ")]).await;
    browser.shows("Enter your email address.");
    browser.submit(&[("email", "nobody@else.example")]).await;
    assert_eq!(browser.status, "200");
    assert_ne!(between(&browser.page, "name=\"_csrf\" value=\"", '"'), csrf);
    browser.shows("<strong class=\"whose\" data-testid=\"given-email\">nobody@else.example</strong>");
    assert!(!browser.page.contains("role=\"alert\""));
    browser.submit(&[("password", PASSWORD)]).await;
    browser.shows("<div class=\"alert\" role=\"alert\">Invalid email or password.</div>");
    browser.open("/login?redirect=%2Fapp%2Fmanage%2Fusers").await;
    browser.submit(&[("email", ACCOUNT)]).await;
    browser.submit(&[("password", PASSWORD)]).await;
    browser.is_at("app/manage/users");
    let tries = [("/login".to_owned(), 200, false), ("/login".to_owned(), 302, true)];
    assert_eq!(recorded(&browser.truth().await, "sign_in"), tries);
}

#[tokio::test]
async fn the_form_may_stand_at_two_other_origins() {
    let mut browser = Browser::at(&[("sign_in", "origins")]).await;
    let (app, origins) = (browser.running.url.clone(), browser.running.origins.clone());
    assert!(origins[0].starts_with("http://id.localhost:"));
    assert!(origins[1].starts_with("http://accounts.localhost:"));
    browser.open("/app/manage/users").await;
    assert!(browser.url.starts_with(&format!("{}/identify?", origins[0])), "{}", browser.url);
    let policy = format!("form-action 'self' {app} {} {}\r\n", origins[0], origins[1]);
    assert!(browser.heads.contains(&policy), "{}", browser.heads);
    browser.submit(&[("email", ACCOUNT)]).await;
    assert!(browser.url.starts_with(&format!("{}/password?ticket=", origins[1])), "{}", browser.url);
    browser.submit(&[("password", "wrong")]).await;
    browser.shows("Invalid email or password.");
    browser.submit(&[("password", PASSWORD)]).await;
    browser.is_at("app/manage/users");
    let ticket = between(&browser.heads, "/callback?ticket=", '\r').to_owned();
    browser.cookies.clear();
    browser.open(&format!("/callback?ticket={ticket}")).await;
    assert_eq!(browser.status, "400");
    browser.shows("This sign-in was used already or took too long.");
    let truth = browser.truth().await;
    let callbacks = [("/callback".to_owned(), 302, true), ("/callback".to_owned(), 400, false)];
    assert_eq!(recorded(&truth, "callback"), callbacks);
    let tries = [("/password".to_owned(), 200, false), ("/password".to_owned(), 302, true)];
    assert_eq!(recorded(&truth, "sign_in"), tries);
    assert!(!truth.to_string().contains(&ticket));
    browser.open("/login").await;
    browser.submit(&[("email", ACCOUNT)]).await;
    browser.open("/password?ticket=0").await;
    assert!(browser.url.starts_with(&format!("{}/identify", origins[0])), "{}", browser.url);
    browser.open("/app/dashboard").await;
    assert_eq!(browser.status, "404");
}

#[tokio::test]
async fn an_identity_provider_remembers_whom_it_knows() {
    let mut browser = Browser::at(&[("sign_in", "sso")]).await;
    let provider = browser.running.origins[0].clone();
    assert_eq!(browser.running.origins.len(), 1);
    browser.open("/app/manage/users").await;
    browser.shows(">Continue with single sign-on</a>");
    let there = between(&browser.page, "href=\"http://id", '"').to_owned();
    browser.open(&format!("http://id{there}")).await;
    for shown in ["<label for=\"username\">Username</label>", ">Password</label>", ">Sign in</button>"] {
        browser.shows(shown);
    }
    browser.submit(&[("username", ACCOUNT), ("password", "wrong")]).await;
    browser.shows("Wrong username or password.");
    browser.submit(&[("username", ACCOUNT), ("password", PASSWORD)]).await;
    browser.is_at("app/manage/users");
    browser.cookies.retain(|(host, _), _| host == "id.localhost");
    browser.open(&format!("{provider}/authorize?redirect=%2Fapp%2Fdashboard")).await;
    browser.is_at("app/dashboard");
    let truth = browser.truth().await;
    assert_eq!((&truth["sign_ins"], &truth["sign_in_failures"]), (&Value::from(2), &Value::from(1)));
    browser.page = "action=\"/login\" name=\"_csrf\" value=\"\"".into();
    browser.fill().await;
    assert_eq!(browser.status, "405");
}

#[tokio::test]
async fn another_person_may_come_out_of_signing_in() {
    let other = "meier@northwind.example";
    let mut browser = Browser::at(&[("signs_in_as", other)]).await;
    browser.sign_in().await;
    browser.shows("data-testid=\"account-email\">meier@northwind.example</span>");
    let (status, answer) = browser.ask("POST", "/_knobs", r#"{"signs_in_as":"nobody@else.example"}"#).await;
    assert_eq!(status, "400", "{answer}");
    assert_eq!(browser.ask("GET", "/_knobs", "").await.1["signs_in_as"], other);
    let error = start(options(None, &[("signs_in_as", "nobody@else.example")])).await.unwrap_err();
    assert!(format!("{error:#}").contains("is nobody of this account"), "{error:#}");
}

#[tokio::test]
async fn wrong_passwords_lock_the_account() {
    let mut browser = Browser::at(&[("lock_out", "2")]).await;
    let locked = "Your account is locked. Contact your administrator.";
    browser.open("/login").await;
    browser.submit(&[("email", "nobody@else.example"), ("password", "a")]).await;
    browser.submit(&[("email", ACCOUNT), ("password", "a")]).await;
    browser.shows("Invalid email or password.");
    browser.fill().await;
    browser.is_at("app/dashboard");
    browser.cookies.clear();
    browser.open("/login").await;
    for (password, said) in [("a", "Invalid email or password."), ("b", locked), (PASSWORD, locked)] {
        browser.submit(&[("email", ACCOUNT), ("password", password)]).await;
        browser.shows(said);
    }
    browser.turn("lock_out", "off").await;
    browser.fill().await;
    browser.is_at("app/dashboard");
    assert_eq!(browser.truth().await["sign_in_failures"], 5);
}

#[tokio::test]
async fn what_is_asked_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("state.json"));
    let knobs = [("sign_in", "sso"), ("second_factor", "push"), ("stay_question", "on")];
    let mut browser = Browser::before(start(options(state.clone(), &knobs)).await.unwrap());
    let provider = browser.running.origins[0].clone();
    browser.open(&format!("{provider}/authorize")).await;
    browser.submit(&[("username", ACCOUNT), ("password", PASSWORD)]).await;
    browser.is_at("login/approve");
    browser.running.task.abort();
    while !browser.running.task.is_finished() {
        tokio::task::yield_now().await;
    }
    let mut again = Browser::before(start(options(state, &knobs)).await.unwrap());
    again.cookies = browser.cookies;
    again.ask("POST", "/_approve", "").await;
    again.open("/login/continue").await;
    again.is_at("login/stay");
    again.submit(&[("stay", "no")]).await;
    again.is_at("app/dashboard");
    let known = again.running.origins[0].clone();
    again.open(&format!("{known}/authorize?redirect=%2Fapp%2Fdashboard")).await;
    again.is_at("login/approve");
}

#[tokio::test]
async fn further_origins_come_back_where_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("state.json"));
    let first = start(options(state.clone(), &[("sign_in", "origins")])).await.unwrap();
    let origins = first.origins.clone();
    first.stop().await.unwrap();
    let again = start(options(state.clone(), &[("sign_in", "origins")])).await.unwrap();
    assert_eq!(again.origins, origins);
    again.stop().await.unwrap();
    assert!(start(options(state, &[])).await.unwrap().origins.is_empty());
}

#[test]
fn every_knob_has_its_meaning() {
    let console: &Console = &crate::practice::consoles()[0];
    assert!(console.knobs.iter().all(|knob| !knob.meaning.is_empty() && !knob.values.is_empty()));
}
