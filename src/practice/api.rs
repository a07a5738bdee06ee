//! The JSON endpoints the pages call: the list, and the four changes.
use super::admission::Request;
use super::change::Change;
use super::knobs::{self, Count, StepUp, Switch, Toast};
use super::line::Cut;
use super::live::Live;
use super::person::Standing;
use super::received::Action;
use super::refusal::Refusal;
use super::role::Role;
use super::session;
use super::tenant::Tenant;
use super::visitor::Visitor;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;

/// The endpoints below `/api`.
pub(super) fn routes() -> Router<Arc<Live>> {
    Router::new()
        .route("/api/users", get(list))
        .route("/api/invitations", post(invite))
        .route("/api/invitations/{id}", delete(revoke))
        .route("/api/users/{id}", delete(remove))
        .route("/api/users/{id}/role", put(role))
        .route("/api/token", post(token))
}

#[derive(Deserialize)]
struct Which {
    #[serde(default)]
    page: usize,
}

async fn list(State(live): State<Arc<Live>>, headers: HeaderMap, Query(which): Query<Which>) -> Response {
    let visitor = match live.admit(&headers, Request::Api) {
        Ok(Some(visitor)) => visitor,
        Ok(None) => return refuse(&Refusal::SignedOut),
        Err(error) => return broken(&error),
    };
    if !visitor.manages {
        return refuse(&Refusal::NoPermission);
    }
    let now = live.now().as_millisecond();
    if live.read(|_, knobs| knobs.faults.breaks_page == Some(which.page.max(1))) {
        return refuse(&Refusal::Broken);
    }
    let turn = live.lists_asked();
    let answer = live.read(|tenant, knobs| {
        let mut list = tenant.list(knobs, now);
        if knobs.faults.shuffles() && !list.is_empty() {
            let by = turn % list.len();
            list.rotate_left(by);
        }
        let pages = list.len().div_ceil(knobs.page_size).max(1);
        let page = which.page.clamp(1, pages);
        let rows = list.iter().skip((page - 1) * knobs.page_size).take(knobs.page_size);
        let people: Vec<_> = rows
            .map(|person| {
                let removable = person.role != Role::Owner && !person.is(&visitor.email);
                json!({
                    "id": person.id, "email": person.email, "name": person.name,
                    "role": person.shown_role(now).name(), "state": person.state, "removable": removable,
                })
            })
            .collect();
        let count = match knobs.faults.count {
            Count::Truth => Some(list.len()),
            Count::More => Some(list.len() + 3),
            Count::Missing => None,
        };
        json!({ "people": people, "page": page, "pages": pages, "count": count })
    });
    axum::Json(answer).into_response()
}

/// What the browser kept in its storage.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Kept {
    token: String,
    tab: String,
}

/// Every page asks this before it shows itself, where storage counts; it is not one of the session's requests.
async fn token(State(live): State<Arc<Live>>, headers: HeaderMap, body: Bytes) -> Response {
    let kept: Kept = serde_json::from_slice(&body).unwrap_or_default();
    match live.check_storage(&headers, &kept.token, &kept.tab) {
        Ok(true) => axum::Json(json!({ "right": true })).into_response(),
        Ok(false) => refuse(&Refusal::SignedOut),
        Err(error) => broken(&error),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    email: Option<String>,
    role: Option<String>,
}

/// One request for a change, as it came in.
struct Asked<'a> {
    method: Method,
    path: &'a str,
    headers: &'a HeaderMap,
    action: Action,
    id: Option<u64>,
    body: Body,
}

async fn invite(
    State(live): State<Arc<Live>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = serde_json::from_slice(&body).unwrap_or_default();
    answer(
        &live,
        &Asked { method, path: uri.path(), headers: &headers, action: Action::Invite, id: None, body },
    )
}

async fn revoke(
    State(live): State<Arc<Live>>,
    method: Method,
    uri: Uri,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (path, id, body) = (uri.path(), id.parse().ok(), Body::default());
    answer(&live, &Asked { method, path, headers: &headers, action: Action::Revoke, id, body })
}

async fn remove(
    State(live): State<Arc<Live>>,
    method: Method,
    uri: Uri,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (path, id, body) = (uri.path(), id.parse().ok(), Body::default());
    answer(&live, &Asked { method, path, headers: &headers, action: Action::Remove, id, body })
}

async fn role(
    State(live): State<Arc<Live>>,
    method: Method,
    uri: Uri,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (path, id, body) = (uri.path(), id.parse().ok(), serde_json::from_slice(&body).unwrap_or_default());
    answer(&live, &Asked { method, path, headers: &headers, action: Action::Role, id, body })
}

/// Records the request, decides it, completes the record; each step is stored before the next.
fn answer(live: &Live, asked: &Asked<'_>) -> Response {
    let now = live.now();
    let visitor = match live.admit(asked.headers, Request::Api) {
        Ok(visitor) => visitor,
        Err(error) => return broken(&error),
    };
    let decided = live
        .change(|tenant, _| {
            // Whoever is gone is known by what was asked about them before.
            let listed = asked.id.and_then(|id| match tenant.listed(id) {
                Some(person) => Some(person.email.clone()),
                None => tenant.asked_about(asked.path).map(str::to_owned),
            });
            let received = tenant.receive(now, asked.method.as_str(), asked.path, asked.action);
            received.email =
                listed.or_else(|| asked.body.email.as_deref().map(|email| email.trim().to_owned()));
            received.role.clone_from(&asked.body.role);
            received.seq
        })
        .and_then(|seq| {
            live.change(|tenant, knobs| {
                if knobs::due(&mut knobs.faults.cut_before) {
                    // Nobody is told anything, so no status goes on the record.
                    return (Err(Refusal::Broken), true);
                }
                let (mut result, applied) = match decide(tenant, knobs, visitor.as_ref(), asked, now) {
                    Ok((text, applied)) => (Ok(text), applied),
                    Err(refusal) => (Err(refusal), false),
                };
                if knobs::due(&mut knobs.drop_answer) {
                    result = Err(Refusal::Broken);
                }
                if knobs.toast == Toast::Wrong && applied {
                    result = Err(Refusal::NoPermission);
                }
                let cut = knobs::due(&mut knobs.faults.cut_after);
                if cut {
                    tenant.decide(seq, None, applied);
                    return (result, true);
                }
                let status = result.as_ref().map_or_else(Refusal::status, |_| success(asked.action));
                tenant.decide(seq, status.as_u16(), applied);
                (result, false)
            })
        });
    let (decided, cut) = match decided {
        Ok((result, cut)) => (Ok(result), cut),
        Err(error) => (Err(error), false),
    };
    let mut response = match decided {
        Ok(Ok(message)) => (success(asked.action), axum::Json(json!({ "message": message }))).into_response(),
        Ok(Err(refusal)) => refuse(&refusal),
        Err(error) => broken(&error),
    };
    if cut {
        response.extensions_mut().insert(Cut(0));
    }
    response
}

fn broken(error: &io::Error) -> Response {
    tracing::error!(%error, "the practice state could not be stored");
    refuse(&Refusal::Broken)
}

/// What becomes of a request that is on the record: the words of success and whether anything changed, or a refusal.
fn decide(
    tenant: &mut Tenant,
    knobs: &mut knobs::Knobs,
    visitor: Option<&Visitor>,
    asked: &Asked<'_>,
    now: Timestamp,
) -> Result<(String, bool), Refusal> {
    let fails = knobs::due(&mut knobs.fail_before);
    if knobs.down == Switch::On {
        return Err(Refusal::Unavailable);
    }
    if let Some(refusal) = knobs.faults.in_front(true) {
        return Err(refusal);
    }
    let visitor = visitor.ok_or(Refusal::SignedOut)?;
    if session::csrf(asked.headers) != Some(&visitor.csrf) {
        return Err(Refusal::Forged);
    }
    if fails || (knobs.faults.rolls_back() && asked.action == Action::Invite) {
        return Err(Refusal::Broken);
    }
    if visitor.step_up != StepUp::Off && matches!(asked.action, Action::Remove | Action::Revoke) {
        return Err(Refusal::StepUp);
    }
    let role = || asked.body.role.clone().ok_or(Refusal::NoRole);
    let id = asked.id.ok_or(Refusal::Gone);
    let change = match asked.action {
        Action::Invite => {
            let email = asked.body.email.clone().ok_or(Refusal::BadEmail)?.trim().to_owned();
            Change::Invite { email, role: role()? }
        }
        Action::Remove => Change::Remove { id: id? },
        Action::Revoke => Change::Revoke { id: id? },
        Action::Role => Change::Role { id: id?, role: role()? },
        _ => return Err(Refusal::Unreadable),
    };
    let who = asked.id.and_then(|id| tenant.listed(id)).map(|person| match person.state {
        Standing::Active => person.shown_name().to_owned(),
        Standing::Pending => person.email.clone(),
    });
    let who = who.unwrap_or_default();
    let applied = tenant.make(&change, &visitor.email, knobs, now.as_millisecond())?;
    let message = match &change {
        Change::Invite { email, .. } => format!("Invitation sent to {email}"),
        Change::Remove { .. } => format!("{who} was removed"),
        Change::Revoke { .. } => format!("Invitation to {who} was revoked"),
        Change::Role { role, .. } => format!("{who} is now {role}"),
    };
    Ok((message, applied))
}

fn success(action: Action) -> StatusCode {
    if action == Action::Invite { StatusCode::CREATED } else { StatusCode::OK }
}

fn refuse(refusal: &Refusal) -> Response {
    let body: Value = match refusal {
        // The page does not show this one but asks for the password.
        Refusal::StepUp => json!({ "error": "step_up", "message": refusal.to_string() }),
        _ => json!({ "error": refusal.to_string() }),
    };
    let mut response = (refusal.status(), axum::Json(body)).into_response();
    if let Refusal::TooMany(seconds) = refusal {
        response.headers_mut().insert(RETRY_AFTER, (*seconds).into());
    }
    response
}
