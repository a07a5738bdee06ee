//! What the tests ask behind the console's back: the truth, its knobs while it runs, and what somebody else changes.
use super::change::Elsewhere;
use super::live::Live;
use super::received::Action;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};
use std::io;
use std::sync::Arc;

/// `/_truth`, `/_knobs`, `/_change`, `/_clicked`, `/_approve` and `/_expire`; no sign-in, and they answer whatever the knobs say.
pub(super) fn routes() -> Router<Arc<Live>> {
    Router::new()
        .route("/_truth", get(truth))
        .route("/_knobs", get(list).post(turn))
        .route("/_clicked", post(clicked))
        .route("/_change", post(change))
        .route("/_approve", post(approve))
        .route("/_expire", post(expire))
}

async fn truth(State(live): State<Arc<Live>>) -> axum::Json<Value> {
    let clicked = live.clicked();
    axum::Json(live.read(|tenant, _| {
        let people: Vec<_> = tenant
            .people
            .iter()
            .map(|person| {
                let (email, name, role) = (&person.email, &person.name, person.role.name());
                json!({ "email": email, "name": name, "role": role, "state": person.state })
            })
            .collect();
        let counts = tenant.entrance.counts;
        json!({
            "people": people,
            "requests": tenant.received,
            "clicked_over": clicked,
            "page_loads": tenant.page_loads,
            "sign_in_failures": tenant.sign_in_failures,
            "sign_ins": counts.sign_ins,
            "codes_tried": counts.codes_tried,
            "approvals": counts.approvals,
            "step_ups": counts.step_ups,
            "sessions": tenant.sessions.len(),
            "sessions_expired": counts.sessions_expired,
        })
    }))
}

/// The page tells what was clicked in what lies over it.
async fn clicked(State(live): State<Arc<Live>>, label: String) {
    live.was_clicked(label);
}

async fn list(State(live): State<Arc<Live>>) -> axum::Json<Value> {
    axum::Json(standing(&live))
}

async fn turn(State(live): State<Arc<Live>>, axum::Json(wanted): axum::Json<Map<String, Value>>) -> Response {
    let turned = live.change(|tenant, knobs| {
        let mut next = knobs.clone();
        for (name, value) in &wanted {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            next.turn(live.console, name, &value)?;
        }
        tenant.check_sign_in(&next)?;
        *knobs = next;
        tenant.unlock(knobs);
        if wanted.contains_key("expire_after") {
            tenant.sessions.iter_mut().for_each(|session| session.requests = 0);
        }
        if wanted.contains_key("signed_in_role") {
            tenant.give_account_role(knobs);
        }
        anyhow::Ok(())
    });
    match turned.map_err(anyhow::Error::from).flatten() {
        Ok(()) => axum::Json(standing(&live)).into_response(),
        Err(error) => {
            (StatusCode::BAD_REQUEST, axum::Json(json!({ "error": error.to_string() }))).into_response()
        }
    }
}

/// Somebody else changes something meanwhile. It stands among the requests, as nothing that a page here asked for.
async fn change(State(live): State<Arc<Live>>, axum::Json(change): axum::Json<Elsewhere>) -> Response {
    let (action, email, role) = match &change {
        Elsewhere::Add { email, role, .. } => (Action::AddedElsewhere, email, Some(role)),
        Elsewhere::Remove { email } => (Action::RemovedElsewhere, email, None),
        Elsewhere::Alter { email, role } => (Action::AlteredElsewhere, email, Some(role)),
    };
    let now = live.now();
    let changed = live.change(|tenant, knobs| {
        let applied = tenant.make_elsewhere(&change, knobs, now.as_millisecond());
        let received = tenant.receive(now, "POST", "/_change", action);
        received.email = Some(email.clone());
        received.role = role.map(|role| role.name().to_owned());
        received.applied = applied;
        received.status = Some(StatusCode::OK.as_u16());
        usize::from(applied)
    });
    told("changed", changed)
}

/// Says yes on the phone, for whoever waits for that.
async fn approve(State(live): State<Arc<Live>>) -> Response {
    let now = live.now().as_millisecond();
    told("approved", live.change(|tenant, knobs| tenant.approve(knobs, now)))
}

/// Ends every session at once.
async fn expire(State(live): State<Arc<Live>>) -> Response {
    told("expired", live.change(|tenant, _| tenant.expire(|_| true)))
}

fn told(what: &str, done: io::Result<usize>) -> Response {
    match done {
        Ok(count) => axum::Json(json!({ what: count })).into_response(),
        Err(error) => {
            tracing::error!(%error, "the practice state could not be stored");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Every knob but those that are secret.
fn standing(live: &Live) -> Value {
    live.read(|_, knobs| {
        let shown = live
            .console
            .knobs
            .iter()
            .filter_map(|knob| Some((knob.name.to_owned(), knobs.shown(knob.name)?.into())));
        Value::Object(shown.collect())
    })
}
