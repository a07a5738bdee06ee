//! Asking for the password once more before somebody is removed.
use super::super::admission::Request;
use super::super::entrance::STALE;
use super::super::knobs::StepUp;
use super::super::live::Live;
use super::super::received::Action;
use super::super::record::Entry;
use super::super::session;
use super::super::visitor::Visitor;
use super::broken::Broken;
use super::form::Form;
use super::whither::Whither;
use super::{entered, found, frame, unavailable};
use axum::extract::{Form as Posted, Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use maud::html;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Filled {
    password: String,
    #[serde(rename = "_csrf")]
    csrf: String,
}

/// `GET /step-up`
pub(super) async fn show(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(to): Query<Whither>,
) -> Result<Response, Broken> {
    let Some(visitor) = live.admit(&headers, Request::Page)? else { return Ok(outside(&to)) };
    if visitor.step_up == StepUp::Off {
        return Ok(entered::with_session(&live, &visitor, found(to.page())));
    }
    Ok(page(&live, &visitor, &to, None))
}

/// `POST /step-up`
pub(super) async fn confirm(
    State(live): State<Arc<Live>>,
    headers: HeaderMap,
    Query(to): Query<Whither>,
    Posted(filled): Posted<Filled>,
) -> Result<Response, Broken> {
    // Not a page that is asked for: the session keeps its cookie, or a wrong password would cost the one that is held.
    let Some(visitor) = live.admit(&headers, Request::Api)? else { return Ok(outside(&to)) };
    let held = session::cookie(&headers, &live.cookie_name("session")).unwrap_or_default().to_owned();
    let now = live.now().as_millisecond();
    let entry =
        Entry { method: &Method::POST, path: "/step-up", action: Action::StepUp, email: &visitor.email };
    let wrong = live.recorded(entry, |tenant, knobs| {
        if filled.csrf != visitor.csrf {
            return (StatusCode::OK, false, Some(STALE));
        }
        if filled.password != knobs.password {
            return (StatusCode::OK, false, Some("That password is not right."));
        }
        tenant.sessions.iter_mut().filter(|one| one.token == held).for_each(|one| one.confirm(now));
        tenant.entrance.counts.step_ups += 1;
        (StatusCode::FOUND, true, None)
    })?;
    Ok(match wrong {
        None => unavailable(),
        Some(None) => found(to.page()),
        Some(said) => page(&live, &visitor, &to, said),
    })
}

/// Somebody who is not signed in is asked to, and then comes here again.
fn outside(to: &Whither) -> Response {
    found(&Whither { redirect: Some(to.on("/step-up")) }.on("/login"))
}

fn page(live: &Live, visitor: &Visitor, to: &Whither, said: Option<&str>) -> Response {
    let action = to.on("/step-up");
    let form = Form { action: &action, csrf: &visitor.csrf, said };
    let fields = html! {
        div.field {
            label for="password" { "Password" }
            input id="password" name="password" type="password" autocomplete="current-password" autofocus;
        }
    };
    let body = html! {
        h1 { "Confirm access" }
        p.quiet { "Enter the password again for " strong.whose { (visitor.email) } "." }
        (form.with(&fields, "Confirm"))
    };
    let page = Html(frame::bare("Confirm access", &body).into_string()).into_response();
    entered::with_session(live, visitor, page)
}
