//! How requests find their way: the routes, and what holds for every one of them.
use super::heap;
use super::knobs::{self, SignIn, Switch};
use super::line::{Cut, Line};
use super::live::Live;
use super::{api, assets, oracle};
use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;

/// What pages may load, and where their forms may lead; the last of its rules can be added to.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'";

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
    (HeaderName::from_static("referrer-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("x-frame-options"), HeaderValue::from_static("DENY")),
];

/// Everything the console answers.
pub(super) fn routes(live: Arc<Live>) -> Router {
    Router::new()
        .merge(heap::routes())
        .merge(api::routes())
        .layer(middleware::from_fn_with_state(Arc::clone(&live), trouble))
        .merge(assets::routes())
        .merge(oracle::routes())
        .layer(middleware::from_fn_with_state(Arc::clone(&live), harden))
        .with_state(live)
}

/// Everything a further origin of the console answers.
pub(super) fn further(live: Arc<Live>, host: &str, sign_in: SignIn) -> Router {
    Router::new()
        .merge(heap::further(host, sign_in))
        .layer(middleware::from_fn_with_state(Arc::clone(&live), trouble))
        .merge(assets::routes())
        .layer(middleware::from_fn_with_state(Arc::clone(&live), harden))
        .with_state(live)
}

/// So many bytes the head of an answer takes, about.
const HEAD: usize = 450;
/// So many of them come through where an answer breaks off in its head: the status, and half a header.
const HALF_A_HEADER: usize = 24;

/// Pages are counted; the knobs for a slow or a broken service hold for pages and endpoints alike.
async fn trouble(State(live): State<Arc<Live>>, request: Request, next: Next) -> Response {
    let (reading, page) = (request.method() == Method::GET, !request.uri().path().starts_with("/api/"));
    let (down, latency) = live.read(|_, knobs| (knobs.down == Switch::On, knobs.latency_ms));
    let wire = request.extensions().get::<ConnectInfo<Line>>().map(|info| info.0.clone());
    let (unplugged, in_front) = live.read(|_, knobs| (knobs.faults.unplugged(), knobs.faults.is_in_front()));
    if unplugged {
        wire.inspect(|wire| wire.cut(Cut(0)));
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let in_front = if in_front && (page || reading) {
        live.change(|_, knobs| knobs.faults.in_front(false)).ok().flatten()
    } else {
        None
    };
    let response = match in_front {
        _ if down && reading => heap::unavailable(),
        Some(refusal) => heap::in_front(&refusal),
        None => next.run(request).await,
    };
    let cut = response.extensions().get::<Cut>().copied();
    let html =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if page
        && html
        && let Err(error) = live.count_page()
    {
        tracing::error!(%error, "the practice state could not be stored");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if latency > 0 {
        tokio::time::sleep(Duration::from_millis(latency)).await;
    }
    if let Some((wire, cut)) = wire.zip(cut.or_else(|| broken_off(&live, page && html, &response))) {
        wire.cut(cut);
    }
    response
}

/// Where this page breaks off, if the knob means this one.
fn broken_off(live: &Live, page: bool, response: &Response) -> Option<Cut> {
    if !page {
        return None;
    }
    let (half, head) = live
        .change(|_, knobs| {
            (knobs::due(&mut knobs.faults.half_pages), knobs::due(&mut knobs.faults.half_heads))
        })
        .ok()?;
    if head {
        return Some(Cut(HALF_A_HEADER));
    }
    if !half {
        return None;
    }
    // What comes through ends before any page says who is signed in: browsers differ from one time to the next in whether they
    // draw what came of a page that breaks off.
    let length = usize::try_from(response.body().size_hint().exact()?).ok()?;
    Some(Cut(HEAD + length / 5))
}

async fn harden(State(live): State<Arc<Live>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, value);
    }
    let origins = live.origins();
    // A browser holds the redirects that follow a form to what the form's page allows.
    if !origins.further.is_empty()
        && let Ok(policy) = HeaderValue::from_str(&format!("{POLICY} {}", origins.joined()))
    {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
