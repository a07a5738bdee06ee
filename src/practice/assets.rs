//! The style sheet, the script and the icon of the pages, built into the program.
use super::live::Live;
use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use std::sync::Arc;

const STYLE: &str = concat!(
    include_str!("assets/base.css"),
    include_str!("assets/frame.css"),
    include_str!("assets/parts.css")
);

/// One script: its parts see each other and nothing else does.
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("assets/ui.js"),
    include_str!("assets/faults.js"),
    include_str!("assets/dialog.js"),
    include_str!("assets/menu.js"),
    include_str!("assets/storage.js"),
    include_str!("assets/users.js"),
    include_str!("assets/start.js"),
    "})();\n"
);

/// The script of the sign-in pages that go on by themselves.
const WAITING: &str = include_str!("assets/waiting.js");

const ICON: &str = include_str!("assets/icon.svg");

/// `/assets/*`.
pub(super) fn routes() -> Router<Arc<Live>> {
    Router::new()
        .route("/assets/console.css", get(async || asset("text/css; charset=utf-8", STYLE)))
        .route("/assets/console.js", get(async || asset("text/javascript; charset=utf-8", SCRIPT)))
        .route("/assets/waiting.js", get(async || asset("text/javascript; charset=utf-8", WAITING)))
        .route("/assets/icon.svg", get(async || asset("image/svg+xml", ICON)))
}

fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text)
}
