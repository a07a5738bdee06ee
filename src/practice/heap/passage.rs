//! What is asked between the password and the app: each question has a page, and the server knows which is next.
use super::super::code::Worth;
use super::super::entrance::STALE;
use super::super::live::Live;
use super::super::passage::{Passage, Step};
use super::super::received::Action;
use super::super::record::Entry;
use super::super::{session, token};
use super::broken::Broken;
use super::{entered, found, passage_page, unavailable};
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// The pages below `/login/`.
pub(super) fn routes() -> Router<Arc<Live>> {
    Router::new()
        .route("/login/continue", get(go_on))
        .route("/login/standing", get(standing))
        .route("/login/captcha", get(show_captcha).post(captcha))
        .route("/login/code", get(show_code).post(code))
        .route("/login/approve", get(show_approve))
        .route("/login/stay", get(show_stay).post(stay))
        .route("/login/account", get(show_account))
        .route("/login/account/{which}", get(account))
}

/// The sign-in of this browser.
fn passage(live: &Live, headers: &HeaderMap) -> Option<Passage> {
    let name = live.cookie_name("passage");
    let token = session::cookie(headers, &name)?;
    let now = live.now().as_millisecond();
    live.read(|tenant, _| tenant.passage(token, now).cloned())
}

/// `GET /login/continue`: whatever comes next.
async fn go_on(State(live): State<Arc<Live>>, headers: HeaderMap) -> Result<Response, Broken> {
    let Some(passage) = passage(&live, &headers) else { return Ok(found("/login")) };
    let (tokens, now) = (token::several()?, live.now().as_millisecond());
    let step = live.read(|_, knobs| passage.step(knobs));
    if step != Step::Open {
        return Ok(found(&format!("/login/{}", step.name())));
    }
    let entered = live.change(|tenant, knobs| tenant.let_in(&passage.token, knobs, tokens, now))?;
    let Some((to, session)) = entered else { return Ok(found("/login/continue")) };
    let ended = session::set_cookie(&live.cookie_name("passage"), "");
    Ok(entered::with_cookie(entered::inside(&live, &to, &session), &ended))
}

/// `GET /login/standing`: what the waiting pages ask again and again.
async fn standing(State(live): State<Arc<Live>>, headers: HeaderMap) -> Response {
    let step = passage(&live, &headers).map(|passage| live.read(|_, knobs| passage.step(knobs)));
    axum::Json(json!({ "step": step.map(Step::name) })).into_response()
}

/// The page of `step`, if that is what this browser is asked.
fn show(live: &Live, headers: &HeaderMap, step: Step, said: Option<&str>) -> Response {
    let Some(passage) = passage(live, headers) else { return found("/login") };
    live.read(|_, knobs| {
        if passage.step(knobs) != step {
            return found("/login/continue");
        }
        let page = match step {
            Step::Captcha => passage_page::captcha(&passage, said),
            Step::Code => passage_page::code(&passage, said),
            Step::Approval => passage_page::approval(&passage),
            Step::Stay => passage_page::stay(&passage, said),
            Step::Account => passage_page::account(&knobs.tenant),
            Step::Open => return found("/login/continue"),
        };
        Html(page.into_string()).into_response()
    })
}

async fn show_captcha(State(live): State<Arc<Live>>, headers: HeaderMap) -> Response {
    show(&live, &headers, Step::Captcha, None)
}

async fn show_code(State(live): State<Arc<Live>>, headers: HeaderMap) -> Response {
    show(&live, &headers, Step::Code, None)
}

async fn show_approve(State(live): State<Arc<Live>>, headers: HeaderMap) -> Response {
    show(&live, &headers, Step::Approval, None)
}

async fn show_stay(State(live): State<Arc<Live>>, headers: HeaderMap) -> Response {
    show(&live, &headers, Step::Stay, None)
}

async fn show_account(State(live): State<Arc<Live>>, headers: HeaderMap) -> Response {
    show(&live, &headers, Step::Account, None)
}

/// What the forms of these pages send.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Filled {
    human: Option<String>,
    code: String,
    stay: String,
    always: Option<String>,
    #[serde(rename = "_csrf")]
    csrf: String,
}

/// `POST /login/captcha`
async fn captcha(State(live): State<Arc<Live>>, headers: HeaderMap, Form(filled): Form<Filled>) -> Outcome {
    let asked = Asked { step: Step::Captcha, action: Action::Captcha, method: &Method::POST };
    let said = asked.answer(&live, &headers, Some(&filled.csrf), |tenant, _, passage, _| {
        if filled.human.is_none() {
            return Some("Tick the box to go on.");
        }
        tenant.with_passage(&passage.token, |passage| passage.human = true);
        None
    })?;
    Ok(asked.then(&live, &headers, said))
}

/// `POST /login/code`
async fn code(State(live): State<Arc<Live>>, headers: HeaderMap, Form(filled): Form<Filled>) -> Outcome {
    let asked = Asked { step: Step::Code, action: Action::Code, method: &Method::POST };
    let said = asked.answer(&live, &headers, Some(&filled.csrf), |tenant, knobs, passage, now| {
        match tenant.try_code(knobs, &filled.code, now) {
            Worth::Good(_) => tenant.with_passage(&passage.token, |passage| passage.proven = true),
            Worth::Used => return Some("That code was used already."),
            Worth::Wrong => return Some("That code is not right."),
        }
        None
    })?;
    Ok(asked.then(&live, &headers, said))
}

/// `POST /login/stay`
async fn stay(State(live): State<Arc<Live>>, headers: HeaderMap, Form(filled): Form<Filled>) -> Outcome {
    let asked = Asked { step: Step::Stay, action: Action::StaySignedIn, method: &Method::POST };
    let stay = match filled.stay.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let said = asked.answer(&live, &headers, Some(&filled.csrf), |tenant, _, passage, _| {
        if stay.is_none() {
            return Some("Choose one of the two.");
        }
        tenant.with_passage(&passage.token, |passage| passage.stay = stay);
        None
    })?;
    let response = asked.then(&live, &headers, said);
    let always = filled.always.is_some() && response.status() == StatusCode::FOUND;
    let name = live.cookie_name("stay");
    Ok(match stay.filter(|_| always) {
        Some(stay) => {
            let answer = if stay { "yes" } else { "no" };
            entered::with_cookie(response, &session::set_session_cookie(&name, answer, true))
        }
        None => response,
    })
}

/// `GET /login/account/{which}`: the links of the page that offers accounts.
async fn account(State(live): State<Arc<Live>>, headers: HeaderMap, Path(which): Path<String>) -> Outcome {
    let sandbox = match which.as_str() {
        "main" => false,
        "sandbox" => true,
        _ => return Ok(StatusCode::NOT_FOUND.into_response()),
    };
    let asked = Asked { step: Step::Account, action: Action::ChooseAccount, method: &Method::GET };
    let said = asked.answer(&live, &headers, None, |tenant, _, passage, _| {
        tenant.with_passage(&passage.token, |passage| passage.sandbox = Some(sandbox));
        None
    })?;
    Ok(asked.then(&live, &headers, said))
}

type Outcome = Result<Response, Broken>;

/// One answer to one question.
struct Asked {
    step: Step,
    action: Action,
    method: &'static Method,
}

/// What became of an answer.
#[derive(Clone, Copy)]
enum Said {
    Down,
    /// Not asked, or answered to our content: on to whatever is next.
    On,
    Wrong(&'static str),
}

impl Asked {
    /// Records the answer and lets `judge` take it or say what is wrong with it. `csrf` is none for a link.
    fn answer(
        &self,
        live: &Live,
        headers: &HeaderMap,
        csrf: Option<&str>,
        judge: impl FnOnce(
            &mut super::super::tenant::Tenant,
            &super::super::knobs::Knobs,
            &Passage,
            i64,
        ) -> Option<&'static str>,
    ) -> Result<Said, Broken> {
        let passage = passage(live, headers);
        let now = live.now().as_millisecond();
        let email = passage.as_ref().map_or("", |passage| passage.account.as_str());
        let path = format!("/login/{}", self.step.name());
        let entry = Entry { method: self.method, path: &path, action: self.action, email };
        let said = live.recorded(entry, |tenant, knobs| {
            let Some(passage) = passage.as_ref().filter(|passage| passage.step(knobs) == self.step) else {
                return (StatusCode::FOUND, false, Said::On);
            };
            let wrong = match csrf {
                Some(csrf) if csrf != passage.csrf => Some(STALE),
                _ => judge(tenant, knobs, passage, now),
            };
            wrong.map_or((StatusCode::FOUND, true, Said::On), |wrong| {
                (StatusCode::OK, false, Said::Wrong(wrong))
            })
        })?;
        Ok(said.unwrap_or(Said::Down))
    }

    /// The page that follows.
    fn then(&self, live: &Live, headers: &HeaderMap, said: Said) -> Response {
        match said {
            Said::Down => unavailable(),
            Said::On => found("/login/continue"),
            Said::Wrong(said) => show(live, headers, self.step, Some(said)),
        }
    }
}
