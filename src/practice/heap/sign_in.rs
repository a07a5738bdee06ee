//! Signing in and out: the form's token, the cookie, and the record of both.
use super::super::knobs::Knobs;
use super::super::live::Live;
use super::super::received::Action;
use super::super::session::{self, Session};
use super::super::tenant::Tenant;
use super::super::token;
use super::{found, is_down, sign_in_page, unavailable};
use axum::extract::{Form, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use std::io;
use std::sync::Arc;

#[derive(Default, Deserialize)]
pub(super) struct Whither {
    redirect: Option<String>,
}

impl Whither {
    /// Where to go after signing in; only ever a page of this console.
    fn page(&self) -> &str {
        self.redirect
            .as_deref()
            .filter(|to| to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']))
            .filter(|to| to.is_ascii())
            .unwrap_or("/app/dashboard")
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Filled {
    email: String,
    password: String,
    #[serde(rename = "_csrf")]
    csrf: String,
}

/// `GET /login`
pub(super) async fn show(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(to): Query<Whither>,
) -> Response {
    if live.visitor(&headers).is_some() {
        return found(to.page());
    }
    form(&live, &headers, &to, "", None).unwrap_or_else(|error| broken(&error))
}

/// `POST /login`
pub(super) async fn sign_in(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(to): Query<Whither>,
    Form(filled): Form<Filled>,
) -> Response {
    let given = session::cookie(&headers, &live.cookie_name("form")).is_some_and(|held| held == filled.csrf);
    let email = filled.email.trim();
    let down = is_down(&live);
    let signed_in = recorded(&live, "/login", Action::SignIn, email, |tenant, knobs, token, csrf| {
        if down {
            return (StatusCode::SERVICE_UNAVAILABLE, false);
        }
        let known = knobs.account.to_lowercase() == email.to_lowercase() && knobs.password == filled.password;
        if !given || !known {
            tenant.sign_in_failures += 1;
            return (StatusCode::OK, false);
        }
        tenant.keep(Session { token, csrf, email: knobs.account.clone() });
        (StatusCode::FOUND, true)
    });
    match signed_in {
        Ok((StatusCode::FOUND, token)) => {
            let cookie = session::set_cookie(&live.cookie_name("session"), &token);
            ([(SET_COOKIE, cookie)], found(to.page())).into_response()
        }
        Ok((StatusCode::OK, _)) => {
            let said = if given {
                "Invalid email or password."
            } else {
                "The form was out of date. Please try again."
            };
            form(&live, &headers, &to, email, Some(said)).unwrap_or_else(|error| broken(&error))
        }
        Ok(_) => unavailable(),
        Err(error) => broken(&error),
    }
}

/// `POST /logout`
pub(super) async fn sign_out(State(live): State<Arc<Live>>, headers: HeaderMap) -> Response {
    let name = live.cookie_name("session");
    let visitor = live.visitor(&headers);
    let held = session::cookie(&headers, &name).unwrap_or_default();
    let email = visitor.as_ref().map_or("", |visitor| visitor.email.as_str());
    let down = is_down(&live);
    let done = recorded(&live, "/logout", Action::SignOut, email, |tenant, _, _, _| match &visitor {
        _ if down => (StatusCode::SERVICE_UNAVAILABLE, false),
        None => (StatusCode::UNAUTHORIZED, false),
        Some(visitor) if session::csrf(&headers) != Some(&visitor.csrf) => (StatusCode::FORBIDDEN, false),
        Some(_) => {
            tenant.sessions.retain(|session| session.token != held);
            (StatusCode::FOUND, true)
        }
    });
    match done {
        Ok((StatusCode::FOUND, _)) => {
            ([(SET_COOKIE, session::set_cookie(&name, ""))], found("/login")).into_response()
        }
        Ok((status, _)) => status.into_response(),
        Err(error) => broken(&error),
    }
}

/// Puts the request on the record, then decides it; answers with the status and the token of a new session.
fn recorded(
    live: &Live,
    path: &str,
    action: Action,
    email: &str,
    act: impl FnOnce(&mut Tenant, &Knobs, String, String) -> (StatusCode, bool),
) -> io::Result<(StatusCode, String)> {
    let (token, csrf) = (token::fresh()?, token::fresh()?);
    let kept = token.clone();
    let seq = live.change(|tenant, _| {
        let received = tenant.receive(live.now(), "POST", path, action);
        received.email = (!email.is_empty()).then(|| email.to_owned());
        received.seq
    })?;
    live.change(|tenant, knobs| {
        let (status, applied) = act(tenant, knobs, token, csrf);
        tenant.decide(seq, status.as_u16(), applied);
        (status, kept)
    })
}

/// The form, with the token that must come back with it.
fn form(
    live: &Live,
    headers: &HeaderMap,
    to: &Whither,
    email: &str,
    said: Option<&str>,
) -> io::Result<Response> {
    let name = live.cookie_name("form");
    let held = session::cookie(headers, &name).filter(|held| held.len() == 32);
    let csrf = held.map_or_else(token::fresh, |held| Ok(held.to_owned()))?;
    let page =
        live.read(|_, knobs| sign_in_page::page(&knobs.tenant, to.redirect.as_deref(), &csrf, email, said));
    Ok(([(SET_COOKIE, session::set_cookie(&name, &csrf))], Html(page.into_string())).into_response())
}

fn broken(error: &io::Error) -> Response {
    tracing::error!(%error, "the practice state could not be stored");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
