//! The pages of the practice console for Heap, as its users-and-permissions generation.
mod dashboard;
mod frame;
mod icon;
mod settings;
mod sign_in;
mod sign_in_page;
mod users;

use super::knobs::{Knobs, Switch};
use super::live::{Live, Visitor};
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
        .route("/app/{*rest}", get(inside))
        .fallback(lost)
}

/// A page for signed-in people only.
async fn inside(State(live): State<Arc<Live>>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(visitor) = live.visitor(&headers) else {
        let wanted = uri.path_and_query().map_or("/", |path| path.as_str());
        return found(&format!("/login?redirect={}", sign_in_page::encoded(wanted)));
    };
    live.read(|_, knobs| page(uri.path(), &visitor, knobs))
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
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "60")], page).into_response()
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
