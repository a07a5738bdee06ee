//! The pages of the practice console for Heap, as its users-and-permissions generation.
#[cfg(test)]
pub(super) use whither::encoded;

mod broken;
mod callback;
mod dashboard;
mod entered;
mod form;
mod frame;
mod icon;
mod identify;
mod passage;
mod passage_page;
mod provider;
mod settings;
mod sign_in;
mod sign_in_page;
mod step_up;
mod users;
mod whither;

use super::admission::Request;
use super::knobs::{Knobs, SignIn, Switch};
use super::live::Live;
use super::origins::{ACCOUNTS, IDENTITY};
use super::refusal::Refusal;
use super::visitor::Visitor;
use axum::Router;
use axum::extract::State;
use axum::http::header::{LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use std::sync::Arc;

/// The pages.
pub(super) fn routes() -> Router<Arc<Live>> {
    Router::new()
        .route("/", get(async || found("/app/dashboard")))
        .route("/app", get(async || found("/app/dashboard")))
        .route("/login", get(sign_in::show).post(sign_in::sign_in))
        .route("/logout", post(sign_in::sign_out))
        .route("/callback", get(callback::callback))
        .route("/step-up", get(step_up::show).post(step_up::confirm))
        .route("/app/{*rest}", get(inside))
        .merge(passage::routes())
        .fallback(lost)
}

/// The pages of a further origin.
pub(super) fn further(host: &str, sign_in: SignIn) -> Router<Arc<Live>> {
    let pages = match (host, sign_in) {
        (IDENTITY, SignIn::Origins) => identify::identity(),
        (IDENTITY, SignIn::Sso) => provider::routes(),
        (ACCOUNTS, SignIn::Origins) => identify::accounts(),
        _ => Router::new(),
    };
    pages.fallback(lost)
}

/// A page for signed-in people only.
async fn inside(
    State(live): State<Arc<Live>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, broken::Broken> {
    let Some(visitor) = live.admit(&headers, Request::Page)? else {
        let wanted = uri.path_and_query().map_or("/", |path| path.as_str());
        return Ok(found(&format!("/login?redirect={}", whither::encoded(wanted))));
    };
    let page = live.read(|_, knobs| page(uri.path(), &visitor, knobs));
    Ok(entered::with_session(&live, &visitor, page))
}

/// The page at `path`.
fn page(path: &str, visitor: &Visitor, knobs: &Knobs) -> Response {
    let body = match path.trim_end_matches('/') {
        "/app/dashboard" => dashboard::page(visitor, knobs),
        "/app/manage/users" => users::page(visitor, knobs),
        "/app/manage/account" => settings::general(visitor, knobs),
        "/app/manage/security" => settings::security(visitor, knobs),
        "/app/manage/billing" if visitor.owner => settings::billing(visitor, knobs),
        _ => {
            return (StatusCode::NOT_FOUND, Html(settings::missing(visitor, knobs).into_string()))
                .into_response();
        }
    };
    Html(body.into_string()).into_response()
}

async fn lost() -> Response {
    let body = html! { h1 { "Page not found" } p { "There is nothing at this address." } p { a.button href="/app/dashboard" { "Go to the dashboard" } } };
    (StatusCode::NOT_FOUND, Html(frame::bare("Page not found", &body).into_string())).into_response()
}

/// The page of a service that is down.
pub(super) fn unavailable() -> Response {
    let body = html! { h1 { "Service unavailable" } p { "We are working on it. Please try again in a few minutes." } };
    let page = Html(frame::bare("Service unavailable", &body).into_string());
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "600")], page).into_response()
}

/// The page of something that stands in front of a service.
pub(super) fn in_front(refusal: &Refusal) -> Response {
    let (status, text) = (refusal.status(), refusal.to_string());
    let body =
        html! { h1 { (status.as_u16()) " " (status.canonical_reason().unwrap_or_default()) } p { (text) } };
    let mut response = (status, Html(frame::bare(&text, &body).into_string())).into_response();
    if let Refusal::TooMany(seconds) = refusal {
        response.headers_mut().insert(RETRY_AFTER, (*seconds).into());
    }
    response
}

/// Off to another page.
fn found(to: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, to)]).into_response()
}

/// Whether the service is meant to be down.
fn is_down(live: &Live) -> bool {
    live.read(|_, knobs| knobs.down == Switch::On)
}

/// What a page without people shows beside its heading.
fn lead(title: &str, text: &str) -> Markup {
    html! { div.head { div { h1 { (title) } p.quiet { (text) } } } }
}
