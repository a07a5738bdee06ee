//! Back at the app: what another origin of the console vouches for becomes a session here.
use super::super::live::Live;
use super::super::received::Action;
use super::super::record::Entry;
use super::super::ticket::Purpose;
use super::broken::Broken;
use super::entered::{self, Right};
use super::{frame, unavailable};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use maud::html;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    ticket: String,
}

/// `GET /callback?ticket=...`
pub(super) async fn callback(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Result<Response, Broken> {
    let now = live.now().as_millisecond();
    let known =
        live.read(|tenant, _| tenant.entrance.tickets.look(Purpose::Callback, &shown.ticket, now).cloned());
    let (email, to) = known.map(|ticket| (ticket.email, ticket.to)).unwrap_or_default();
    let right = Right::new(&live, &headers, &to)?;
    let entry = Entry { method: &Method::GET, path: "/callback", action: Action::Callback, email: &email };
    // Taken and used in one change: of two browsers with one ticket, one gets in.
    let entered = live.recorded(entry, |tenant, knobs| {
        match tenant.entrance.tickets.take(Purpose::Callback, &shown.ticket, now) {
            Some(_) => (StatusCode::FOUND, true, Some(right.enter(tenant, knobs))),
            None => (StatusCode::BAD_REQUEST, false, None),
        }
    })?;
    Ok(match entered {
        None => unavailable(),
        Some(Some(entered)) => entered::answer(&live, entered),
        Some(None) => refused(),
    })
}

fn refused() -> Response {
    let body = html! {
        h1 { "Sign-in did not finish" }
        div.fields {
            div.alert role="alert" { "This sign-in was used already or took too long. Please log in again." }
            a.button.block href="/login" { "Back to log in" }
        }
    };
    let page = frame::bare("Sign-in did not finish", &body);
    (StatusCode::BAD_REQUEST, Html(page.into_string())).into_response()
}
