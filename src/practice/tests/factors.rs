//! What may be asked between the password and the app.
use super::browser::{Browser, recorded};
use crate::practice::code;
use serde_json::Value;

const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// The code that is good now; the step has some seconds left, so that it still is when it arrives.
async fn code_now() -> (String, u64) {
    loop {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        if now % 30 < 25 {
            return (code::at(SEED, now), now);
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_code_is_good_in_its_step_and_once() {
    let mut browser = Browser::at(&[("second_factor", "totp"), ("totp_seed", SEED)]).await;
    browser.sign_in().await;
    browser.is_at("login/code");
    for shown in ["<h1>Two-factor authentication</h1>", "Authentication code</label>", ">Verify</button>"] {
        browser.shows(shown);
    }
    browser.shows("autocomplete=\"one-time-code\"");
    let (code, now) = code_now().await;
    for wrong in ["000000", &code::at(SEED, now - 30), &code::at(SEED, now + 30)] {
        browser.submit(&[("code", wrong)]).await;
        browser.shows("<div class=\"alert\" role=\"alert\">That code is not right.</div>");
    }
    browser.open("/app/dashboard").await;
    browser.is_at("login?redirect=%2Fapp%2Fdashboard");
    browser.open("/login/stay").await;
    browser.is_at("login/code");
    browser.submit(&[("code", &code)]).await;
    browser.is_at("app/dashboard");
    browser.cookies.clear();
    browser.sign_in().await;
    browser.submit(&[("code", &code)]).await;
    browser.shows("That code was used already.");
    let truth = browser.truth().await;
    assert_eq!((&truth["codes_tried"], &truth["sessions"]), (&Value::from(5), &Value::from(1)));
    assert_eq!(recorded(&truth, "code").iter().filter(|(_, _, applied)| *applied).count(), 1);
    assert!(!truth.to_string().contains(&code) && !truth.to_string().contains(SEED));
    let knobs = browser.ask("GET", "/_knobs", "").await.1;
    assert!(knobs["totp_seed"].is_null() && knobs["second_factor"] == "totp");
}

#[tokio::test]
async fn the_phone_says_yes_to_whoever_waits() {
    let mut browser = Browser::at(&[("second_factor", "push")]).await;
    assert_eq!(browser.ask("POST", "/_approve", "").await.1["approved"], 0);
    browser.sign_in().await;
    browser.is_at("login/approve");
    browser.shows("role=\"status\"");
    browser.shows("<span>Approve the sign-in on your phone</span>");
    browser.shows("src=\"/assets/waiting.js\" data-step=\"approve\"");
    assert_eq!(browser.ask("GET", "/login/standing", "").await.1["step"], "approve");
    browser.open("/login/continue").await;
    browser.is_at("login/approve");
    assert_eq!(browser.ask("POST", "/_approve", "").await.1["approved"], 1);
    assert_eq!(browser.ask("GET", "/login/standing", "").await.1["step"], "continue");
    browser.open("/login/continue").await;
    browser.is_at("app/dashboard");
    assert!(browser.ask("GET", "/login/standing", "").await.1["step"].is_null());
    assert_eq!(browser.truth().await["approvals"], 1);
}

#[tokio::test]
async fn a_captcha_waits_for_a_person() {
    let mut browser = Browser::at(&[("captcha", "on"), ("second_factor", "push")]).await;
    browser.sign_in().await;
    browser.is_at("login/captcha");
    for shown in ["<h1>Are you human?</h1>", "Complete the CAPTCHA to continue", "<span>I am human</span>"] {
        browser.shows(shown);
    }
    browser.submit(&[]).await;
    browser.shows("Tick the box to go on.");
    browser.submit(&[("human", "yes")]).await;
    browser.is_at("login/approve");
    browser.cookies.clear();
    browser.sign_in().await;
    browser.turn("captcha", "off").await;
    assert_eq!(browser.ask("GET", "/login/standing", "").await.1["step"], "approve");
    let captchas = recorded(&browser.truth().await, "captcha");
    assert_eq!(captchas.iter().map(|(_, _, applied)| *applied).collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn staying_signed_in_is_a_cookie_that_lasts() {
    let mut browser = Browser::at(&[("stay_question", "on")]).await;
    for (answer, age) in [("yes", "; max-age=2592000\r\n"), ("no", "; samesite=lax\r\n")] {
        browser.sign_in().await;
        browser.is_at("login/stay");
        browser.shows("Don't show this again");
        browser.submit(&[("stay", answer)]).await;
        browser.is_at("app/dashboard");
        let set = browser.heads.lines().find(|line| line.contains("practice_session_")).unwrap();
        assert!(format!("{set}\r\n").ends_with(age), "{set}");
        browser.cookies.clear();
    }
    browser.sign_in().await;
    browser.submit(&[("stay", "yes"), ("always", "yes")]).await;
    browser.cookies.retain(|(_, name), _| name.starts_with("practice_stay"));
    browser.sign_in().await;
    browser.is_at("app/dashboard");
    assert!(browser.heads.contains("max-age=2592000"), "{}", browser.heads);
}

#[tokio::test]
async fn the_sandbox_is_the_same_console_under_another_name() {
    let mut browser = Browser::at(&[("tenant_picker", "on"), ("tenant", "Nord & Wind")]).await;
    browser.open("/login?redirect=%2Fapp%2Fmanage%2Fusers").await;
    browser.fill().await;
    browser.is_at("login/account");
    browser.shows("<h1>Choose an account</h1>");
    browser.shows("<span>Nord &amp; Wind Sandbox</span></a>");
    browser.open("/login/account/sandbox").await;
    browser.is_at("app/manage/users");
    browser.shows("data-testid=\"tenant-name\">Nord &amp; Wind Sandbox</span>");
    browser.shows("data-tenant=\"Nord &amp; Wind Sandbox\"");
    browser.cookies.clear();
    browser.sign_in().await;
    browser.open("/login/account/main").await;
    browser.shows("data-testid=\"tenant-name\">Nord &amp; Wind</span>");
}
