//! What becomes of a session: it ends, changes its cookie, is asked for the password again, wants its storage.
use super::between;
use super::browser::{Browser, recorded};
use serde_json::Value;

const OVER: &str = "Your session has expired. Please log in again.";

#[tokio::test]
async fn a_session_is_over_after_so_many_requests() {
    let mut browser = Browser::at(&[("expire_after", "3")]).await;
    browser.sign_in().await;
    browser.open("/app/manage/users").await;
    browser.open("/assets/console.js").await;
    browser.open("/app/manage/users").await;
    browser.is_at("app/manage/users");
    assert_eq!(browser.ask("GET", "/api/users", "").await.0, "401");
    browser.open("/app/manage/users").await;
    browser.is_at("login?redirect=%2Fapp%2Fmanage%2Fusers");
    browser.shows(OVER);
    browser.fill().await;
    browser.is_at("app/manage/users");
    browser.turn("expire_after", "1").await;
    assert_eq!(browser.ask("GET", "/api/users", "").await.0, "200");
    assert_eq!(browser.ask("GET", "/api/users", "").await.0, "401");
    let truth = browser.truth().await;
    assert_eq!((&truth["sessions_expired"], &truth["sessions"]), (&Value::from(2), &Value::from(0)));
}

#[tokio::test]
async fn all_sessions_may_end_at_once() {
    for (sign_in, shown) in [("form", OVER), ("email_first", OVER), ("origins", OVER), ("sso", OVER)] {
        let mut browser = Browser::at(&[("sign_in", sign_in)]).await;
        browser.open("/app/dashboard").await;
        assert!(!browser.page.contains(OVER), "{sign_in}");
        match sign_in {
            "form" => browser.fill().await,
            "email_first" | "origins" => {
                browser.submit(&[("email", "it-admin@northwind.example")]).await;
                browser.submit(&[("password", "practice-pass-1")]).await;
            }
            _ => {
                let there = between(&browser.page, "href=\"http://id", '"').to_owned();
                browser.open(&format!("http://id{there}")).await;
                let filled = [("username", "it-admin@northwind.example"), ("password", "practice-pass-1")];
                browser.submit(&filled).await;
            }
        }
        browser.is_at("app/dashboard");
        assert_eq!(browser.ask("POST", "/_expire", "").await.1["expired"], 1);
        browser.open("/app/manage/users").await;
        browser.shows(shown);
    }
}

#[tokio::test]
async fn each_page_may_bring_another_cookie() {
    let mut browser = Browser::at(&[("rotate_cookie", "on"), ("stay_question", "on")]).await;
    browser.sign_in().await;
    browser.submit(&[("stay", "yes")]).await;
    let before = browser.cookies.clone();
    browser.open("/app/manage/users").await;
    assert_ne!(browser.cookies, before);
    assert!(browser.heads.contains("max-age=2592000"), "{}", browser.heads);
    let held = browser.cookies.clone();
    assert_eq!(browser.ask("GET", "/api/users", "").await.0, "200");
    assert_eq!(browser.cookies, held);
    browser.cookies = before;
    assert_eq!(browser.ask("GET", "/api/users", "").await.0, "401");
    browser.open("/app/manage/users").await;
    browser.is_at("login?redirect=%2Fapp%2Fmanage%2Fusers");
    browser.cookies = held;
    browser.open("/app/manage/users").await;
    browser.is_at("app/manage/users");
}

#[tokio::test]
async fn removing_may_need_the_password_again() {
    let mut browser = Browser::at(&[("step_up", "commit")]).await;
    browser.sign_in().await;
    browser.open("/app/manage/users").await;
    assert!(!browser.page.contains("data-step-up"));
    for path in ["/api/users/36", "/api/invitations/29"] {
        let (status, answer) = browser.ask("DELETE", path, "").await;
        assert_eq!((status.as_str(), answer["error"].as_str()), ("403", Some("step_up")));
    }
    assert_eq!(browser.ask("PUT", "/api/users/34/role", r#"{"role":"Member"}"#).await.0, "200");
    browser.open("/step-up?redirect=%2Fapp%2Fmanage%2Fusers").await;
    for shown in ["<h1>Confirm access</h1>", "<label for=\"password\">Password</label>", ">Confirm</button>"]
    {
        browser.shows(shown);
    }
    browser.submit(&[("password", "wrong")]).await;
    assert_eq!(browser.status, "200");
    browser.shows("<div class=\"alert\" role=\"alert\">That password is not right.</div>");
    browser.submit(&[("password", "practice-pass-1")]).await;
    browser.is_at("app/manage/users");
    assert_eq!(browser.ask("DELETE", "/api/users/36", "").await.0, "200");
    assert_eq!(browser.ask("DELETE", "/api/invitations/29", "").await.0, "200");
    browser.open("/step-up?redirect=%2Fapp%2Fmanage%2Fusers").await;
    browser.is_at("app/manage/users");
    let truth = browser.truth().await;
    assert_eq!((truth["step_ups"].as_u64(), truth["people"].as_array().unwrap().len()), (Some(1), 36));
    let step_ups = [("/step-up".to_owned(), 200, false), ("/step-up".to_owned(), 302, true)];
    assert_eq!(recorded(&truth, "step_up"), step_ups);
}

#[tokio::test]
async fn the_dialog_may_wait_for_the_password() {
    let mut browser = Browser::at(&[("step_up", "menu"), ("rotate_cookie", "on")]).await;
    let back = "%2Fapp%2Fmanage%2Fusers%3Fopen%3Dremove%26id%3D36";
    browser.open(&format!("/step-up?redirect={back}")).await;
    assert!(browser.path().starts_with("login?redirect=%2Fstep-up%3F"), "{}", browser.url);
    browser.fill().await;
    browser.is_at(&format!("step-up?redirect={back}"));
    browser.open("/app/manage/users").await;
    browser.shows("data-step-up=\"menu\"");
    assert_eq!(browser.ask("DELETE", "/api/users/36", "").await.0, "403");
    browser.open(&format!("/step-up?redirect={back}")).await;
    browser.submit(&[("password", "practice-pass-1")]).await;
    browser.is_at("app/manage/users?open=remove&id=36");
    assert!(!browser.page.contains("data-step-up"));
    assert_eq!(browser.ask("DELETE", "/api/users/36", "").await.0, "200");
}

#[tokio::test]
async fn pages_may_want_what_the_browser_stored() {
    let mut browser = Browser::at(&[("storage_token", "on")]).await;
    browser.sign_in().await;
    assert!(!browser.page.contains("id=\"app\" hidden"));
    let token = between(&browser.page, "name=\"storage-token\" content=\"", '"').to_owned();
    let tab = between(&browser.page, "name=\"storage-tab\" content=\"", '"').to_owned();
    assert_ne!(token, tab);
    browser.open("/app/manage/users").await;
    browser.shows("id=\"app\" hidden");
    assert!(!browser.page.contains(&token) && !browser.page.contains("storage-token"));
    let kept = serde_json::json!({ "token": token, "tab": tab }).to_string();
    assert_eq!(browser.ask("POST", "/api/token", &kept).await.0, "200");
    assert_eq!(browser.ask("GET", "/api/users", "").await.0, "200");
    let without = serde_json::json!({ "token": token, "tab": "" }).to_string();
    assert_eq!(browser.ask("POST", "/api/token", &without).await.0, "401");
    assert_eq!(browser.ask("GET", "/api/users", "").await.0, "401");
    browser.open("/app/manage/users").await;
    browser.is_at("login?redirect=%2Fapp%2Fmanage%2Fusers");
    assert_eq!(browser.truth().await["sessions"], 0);
}
