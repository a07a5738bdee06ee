//! Signing in over two further origins: one asks for the e-mail address, the next for its password.
use super::super::entrance::{Tried, unidentified};
use super::super::live::Live;
use super::super::origins::ACCOUNTS;
use super::super::received::Action;
use super::super::record::Entry;
use super::super::ticket::{Purpose, Ticket};
use super::super::token;
use super::broken::Broken;
use super::form::{self, Form};
use super::sign_in_page::Shown;
use super::whither::{Whither, encoded};
use super::{found, is_down, unavailable};
use axum::Router;
use axum::extract::{Form as Posted, Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

/// The page of the origin that asks for the e-mail address.
pub(super) fn identity() -> Router<Arc<Live>> {
    Router::new().route("/identify", get(show_identify).post(identify))
}

/// The page of the origin that asks for the password.
pub(super) fn accounts() -> Router<Arc<Live>> {
    Router::new().route("/password", get(show_password).post(password))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filled {
    email: String,
    password: String,
    #[serde(rename = "_csrf")]
    csrf: String,
}

#[derive(Default, Deserialize)]
struct Ended {
    expired: Option<String>,
}

async fn show_identify(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(to): Query<Whither>,
    Query(ended): Query<Ended>,
) -> Result<Response, Broken> {
    email_page(&live, &headers, &to, "", None, ended.expired.is_some())
}

async fn identify(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(to): Query<Whither>,
    Posted(filled): Posted<Filled>,
) -> Result<Response, Broken> {
    let email = filled.email.trim();
    if is_down(&live) {
        return Ok(unavailable());
    }
    let given = form::is_ours(&live, &headers, "identify", &filled.csrf);
    if let Some(said) = unidentified(given, email) {
        return email_page(&live, &headers, &to, email, Some(said), false);
    }
    let (ticket, now) = (token::fresh()?, live.now().as_millisecond());
    live.change(|tenant, _| tenant.entrance.tickets.give(Purpose::Password, &ticket, email, to.page(), now))?;
    Ok(found(&format!("{}/password?ticket={ticket}", live.origins().of(ACCOUNTS))))
}

fn email_page(
    live: &Live,
    headers: &HeaderMap,
    to: &Whither,
    email: &str,
    said: Option<&str>,
    expired: bool,
) -> Result<Response, Broken> {
    let action = to.on("/identify");
    form::answer(live, headers, "identify", |csrf| {
        live.read(|_, knobs| {
            let form = Form { action: &action, csrf, said };
            Shown { tenant: &knobs.tenant, form, email, expired }.email_alone()
        })
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Given {
    ticket: String,
}

impl Given {
    /// The e-mail address that was given at the other origin.
    fn look(&self, live: &Live) -> Option<Ticket> {
        let now = live.now().as_millisecond();
        live.read(|tenant, _| tenant.entrance.tickets.look(Purpose::Password, &self.ticket, now).cloned())
    }
}

async fn show_password(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(given): Query<Given>,
) -> Result<Response, Broken> {
    match given.look(&live) {
        Some(ticket) => password_page(&live, &headers, &given, &ticket, None),
        None => Ok(found(&back(&live))),
    }
}

async fn password(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(given): Query<Given>,
    Posted(filled): Posted<Filled>,
) -> Result<Response, Broken> {
    let Some(ticket) = given.look(&live) else { return Ok(found(&back(&live))) };
    let ours = form::is_ours(&live, &headers, "accounts", &filled.csrf);
    let (next, now) = (token::fresh()?, live.now().as_millisecond());
    let email = ticket.email.as_str();
    let entry = Entry { method: &Method::POST, path: "/password", action: Action::SignIn, email };
    let tried = live.recorded(entry, |tenant, knobs| {
        let tried = tenant.try_password(knobs, ours, email, &filled.password);
        if tried != Tried::Right {
            return (StatusCode::OK, false, tried);
        }
        let tickets = &mut tenant.entrance.tickets;
        tickets.take(Purpose::Password, &given.ticket, now);
        tickets.give(Purpose::Callback, &next, email, &ticket.to, now);
        (StatusCode::FOUND, true, tried)
    })?;
    match tried {
        None => Ok(unavailable()),
        Some(Tried::Right) => Ok(found(&format!("{}/callback?ticket={next}", live.origins().app))),
        Some(tried) => password_page(&live, &headers, &given, &ticket, tried.said()),
    }
}

fn password_page(
    live: &Live,
    headers: &HeaderMap,
    given: &Given,
    ticket: &Ticket,
    said: Option<&str>,
) -> Result<Response, Broken> {
    let action = format!("/password?ticket={}", encoded(&given.ticket));
    form::answer(live, headers, "accounts", |csrf| {
        live.read(|_, knobs| {
            let form = Form { action: &action, csrf, said };
            let shown = Shown { tenant: &knobs.tenant, form, email: &ticket.email, expired: false };
            shown.password_alone(&back(live))
        })
    })
}

/// Where signing in begins.
fn back(live: &Live) -> String {
    format!("{}/login", live.origins().app)
}
