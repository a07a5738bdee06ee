//! The mock identity provider: an origin with accounts and sessions of its own, which vouches for people to the app.
use super::super::entrance::Tried;
use super::super::live::Live;
use super::super::received::Action;
use super::super::record::Entry;
use super::super::ticket::Purpose;
use super::super::{session, token};
use super::broken::Broken;
use super::form::{self, Form};
use super::whither::Whither;
use super::{entered, found, frame, unavailable};
use axum::Router;
use axum::extract::{Form as Posted, Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The cookie that holds the token of its form, and the one of its session.
const FORM: &str = "authorize";
const SESSION: &str = "provider";

/// The provider's one page.
pub(super) fn routes() -> Router<Arc<Live>> {
    Router::new().route("/authorize", get(show).post(sign_in))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filled {
    username: String,
    password: String,
    #[serde(rename = "_csrf")]
    csrf: String,
}

/// `GET /authorize`: whom the provider knows already goes straight through.
async fn show(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(to): Query<Whither>,
) -> Result<Response, Broken> {
    let held = session::cookie(&headers, &live.cookie_name(SESSION)).unwrap_or_default();
    let known = live.read(|tenant, _| {
        tenant.entrance.provider.iter().find(|(token, _)| token == held).map(|(_, email)| email.clone())
    });
    let Some(email) = known else { return page(&live, &headers, &to, "", None) };
    let (ticket, now) = (token::fresh()?, live.now().as_millisecond());
    let entry = Entry { method: &Method::GET, path: "/authorize", action: Action::SignIn, email: &email };
    let done = live.recorded(entry, |tenant, _| {
        tenant.entrance.tickets.give(Purpose::Callback, &ticket, &email, to.page(), now);
        (StatusCode::FOUND, true, ())
    })?;
    Ok(done.map_or_else(unavailable, |()| back(&live, &ticket)))
}

/// `POST /authorize`
async fn sign_in(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(to): Query<Whither>,
    Posted(filled): Posted<Filled>,
) -> Result<Response, Broken> {
    let email = filled.username.trim();
    let given = form::is_ours(&live, &headers, FORM, &filled.csrf);
    let ([ticket, known], now) = (token::several()?, live.now().as_millisecond());
    let entry = Entry { method: &Method::POST, path: "/authorize", action: Action::SignIn, email };
    let tried = live.recorded(entry, |tenant, knobs| {
        let tried = tenant.try_password(knobs, given, email, &filled.password);
        if tried != Tried::Right {
            return (StatusCode::OK, false, tried);
        }
        tenant.keep_at_provider(known.clone(), &knobs.account);
        tenant.entrance.tickets.give(Purpose::Callback, &ticket, email, to.page(), now);
        (StatusCode::FOUND, true, tried)
    })?;
    match tried {
        None => Ok(unavailable()),
        Some(Tried::Right) => {
            let cookie = session::set_cookie(&live.cookie_name(SESSION), &known);
            Ok(entered::with_cookie(back(&live, &ticket), &cookie))
        }
        Some(Tried::Wrong) => page(&live, &headers, &to, email, Some("Wrong username or password.")),
        Some(tried) => page(&live, &headers, &to, email, tried.said()),
    }
}

fn back(live: &Live, ticket: &str) -> Response {
    found(&format!("{}/callback?ticket={ticket}", live.origins().app))
}

fn page(
    live: &Live,
    headers: &HeaderMap,
    to: &Whither,
    username: &str,
    said: Option<&str>,
) -> Result<Response, Broken> {
    let action = to.on("/authorize");
    form::answer(live, headers, FORM, |csrf| markup(&Form { action: &action, csrf, said }, username))
}

fn markup(form: &Form<'_>, username: &str) -> Markup {
    let fields = html! {
        div.field {
            label for="username" { "Username" }
            input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" value=(username) autofocus[username.is_empty()];
        }
        div.field {
            label for="password" { "Password" }
            input id="password" name="password" type="password" autocomplete="current-password" autofocus[!username.is_empty()];
        }
    };
    let body = html! {
        h1 { "Single sign-on" }
        p.quiet { "Sign in with your company account to go on to " strong { "Heap" } "." }
        (form.with(&fields, "Sign in"))
    };
    frame::provider("Single sign-on", &body)
}
