//! Signing in and out at the app itself, on one page or on two.
use super::super::entrance::{Tried, unidentified};
use super::super::knobs::SignIn;
use super::super::live::Live;
use super::super::origins::IDENTITY;
use super::super::received::Action;
use super::super::record::Entry;
use super::super::session;
use super::broken::Broken;
use super::entered::{self, Right};
use super::form::{self, Form};
use super::sign_in_page::Shown;
use super::whither::Whither;
use super::{found, unavailable};
use axum::extract::{Form as Posted, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Filled {
    email: String,
    /// Absent where only the e-mail address is asked.
    password: Option<String>,
    #[serde(rename = "_csrf")]
    csrf: String,
}

/// One of the pages below `/login` that take a form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Whole,
    Email,
    Password,
}

impl Page {
    /// The cookie that holds its token: each page has one of its own.
    fn purpose(self) -> &'static str {
        match self {
            Page::Whole => "form",
            Page::Email => "email",
            Page::Password => "password",
        }
    }

    fn markup(self, shown: &Shown<'_>, to: &Whither) -> Markup {
        match self {
            Page::Whole => shown.whole(),
            Page::Email => shown.email_alone(),
            Page::Password => shown.password_alone(&to.on("/login")),
        }
    }
}

/// `GET /login`
pub(super) async fn show(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(to): Query<Whither>,
) -> Result<Response, Broken> {
    if live.visitor(&headers).is_some() {
        return Ok(found(to.page()));
    }
    match live.read(|_, knobs| knobs.door.sign_in) {
        SignIn::Form => page(&live, &headers, &to, Page::Whole, "", None),
        SignIn::EmailFirst => page(&live, &headers, &to, Page::Email, "", None),
        SignIn::Origins => {
            let mut there = to.on(&format!("{}/identify", live.origins().of(IDENTITY)));
            if live.has_expired(&headers) {
                there.push_str(if there.contains('?') { "&expired=yes" } else { "?expired=yes" });
            }
            Ok(found(&there))
        }
        SignIn::Sso => {
            let provider = to.on(&format!("{}/authorize", live.origins().of(IDENTITY)));
            let expired = live.has_expired(&headers);
            let page = live.read(|_, knobs| {
                let form = Form { action: "", csrf: "", said: None };
                Shown { tenant: &knobs.tenant, form, email: "", expired }.elsewhere(&provider)
            });
            Ok(axum::response::Html(page.into_string()).into_response())
        }
    }
}

/// `POST /login`
pub(super) async fn sign_in(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(to): Query<Whither>,
    Posted(filled): Posted<Filled>,
) -> Result<Response, Broken> {
    let email = filled.email.trim();
    let asked = match (live.read(|_, knobs| knobs.door.sign_in), &filled.password) {
        (SignIn::Form, _) => Page::Whole,
        (SignIn::EmailFirst, Some(_)) => Page::Password,
        (SignIn::EmailFirst, None) => {
            let given = form::is_ours(&live, &headers, Page::Email.purpose(), &filled.csrf);
            return identified(&live, &headers, &to, email, given);
        }
        // A password is only ever asked elsewhere.
        (SignIn::Origins | SignIn::Sso, _) => return Ok(StatusCode::METHOD_NOT_ALLOWED.into_response()),
    };
    let given = form::is_ours(&live, &headers, asked.purpose(), &filled.csrf);
    let right = Right::new(&live, &headers, to.page())?;
    let entry = Entry { method: &Method::POST, path: "/login", action: Action::SignIn, email };
    let tried = live.recorded(entry, |tenant, knobs| {
        let password = filled.password.as_deref().unwrap_or_default();
        match tenant.try_password(knobs, given, email, password) {
            Tried::Right => (StatusCode::FOUND, true, Ok(right.enter(tenant, knobs))),
            tried => (StatusCode::OK, false, Err(tried)),
        }
    })?;
    match tried {
        None => Ok(unavailable()),
        Some(Ok(entered)) => Ok(entered::answer(&live, entered)),
        Some(Err(tried)) => page(&live, &headers, &to, asked, email, tried.said()),
    }
}

/// The page after the one that asks the e-mail address only; whether it is known is not told.
fn identified(
    live: &Live,
    headers: &HeaderMap,
    to: &Whither,
    email: &str,
    given: bool,
) -> Result<Response, Broken> {
    if super::is_down(live) {
        return Ok(unavailable());
    }
    match unidentified(given, email) {
        Some(said) => page(live, headers, to, Page::Email, email, Some(said)),
        None => page(live, headers, to, Page::Password, email, None),
    }
}

fn page(
    live: &Live,
    headers: &HeaderMap,
    to: &Whither,
    page: Page,
    email: &str,
    said: Option<&str>,
) -> Result<Response, Broken> {
    let action = to.on("/login");
    let expired = said.is_none() && live.has_expired(headers);
    form::answer(live, headers, page.purpose(), |csrf| {
        live.read(|_, knobs| {
            let form = Form { action: &action, csrf, said };
            page.markup(&Shown { tenant: &knobs.tenant, form, email, expired }, to)
        })
    })
}

/// `POST /logout`
pub(super) async fn sign_out(State(live): State<Arc<Live>>, headers: HeaderMap) -> Result<Response, Broken> {
    let name = live.cookie_name("session");
    let visitor = live.visitor(&headers);
    let held = session::cookie(&headers, &name).unwrap_or_default();
    let email = visitor.as_ref().map_or("", |visitor| visitor.email.as_str());
    let entry = Entry { method: &Method::POST, path: "/logout", action: Action::SignOut, email };
    let done = live.recorded(entry, |tenant, _| {
        let (status, applied) = match &visitor {
            None => (StatusCode::UNAUTHORIZED, false),
            Some(visitor) if session::csrf(&headers) != Some(&visitor.csrf) => (StatusCode::FORBIDDEN, false),
            Some(_) => {
                tenant.sessions.retain(|session| session.token != held);
                (StatusCode::FOUND, true)
            }
        };
        (status, applied, status)
    })?;
    Ok(match done {
        Some(StatusCode::FOUND) => {
            ([(SET_COOKIE, session::set_cookie(&name, ""))], found("/login")).into_response()
        }
        status => status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE).into_response(),
    })
}
