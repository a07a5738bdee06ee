//! Letting a signed-in browser go on: each request may use its session up, and each page may give it a new cookie.
use super::knobs::{Knobs, Switch};
use super::live::Live;
use super::session::{self, Session};
use super::tenant::Tenant;
use super::token;
use super::visitor::{Storage, Visitor};
use axum::http::HeaderMap;
use std::io;

/// What a signed-in browser asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Page,
    Api,
}

impl Live {
    /// Who sent these headers, if they are signed in; counted as one request of their session.
    pub(super) fn admit(&self, headers: &HeaderMap, request: Request) -> io::Result<Option<Visitor>> {
        let name = self.cookie_name("session");
        let Some(held) = session::cookie(headers, &name) else { return Ok(None) };
        if !self.read(|tenant, knobs| changes(tenant, knobs, held, request)) {
            return Ok(self.visitor(headers));
        }
        let (fresh, now) = (token::fresh()?, self.now().as_millisecond());
        self.change(|tenant, knobs| {
            let session = tenant.sessions.iter_mut().find(|session| session.token == held)?;
            session.requests += u64::from(knobs.door.expire_after.is_some());
            if knobs.door.expire_after.is_some_and(|most| session.requests > most) {
                tenant.expire(|session| session.token == held);
                return None;
            }
            let rotates = request == Request::Page && knobs.door.rotate_cookie == Switch::On;
            if rotates {
                session.token.clone_from(&fresh);
            }
            let cookie = rotates.then(|| (session.token.clone(), session.stays));
            let storage = (request == Request::Page).then(|| hand_out(session, knobs)).flatten();
            let token = session.token.clone();
            let (session, person) = tenant.session(&token)?;
            let mut visitor = Visitor::new(session, person, knobs, now);
            visitor.cookie = cookie;
            visitor.storage = storage.unwrap_or(visitor.storage);
            Some(visitor)
        })
    }

    /// Whether the session of this browser ended by itself.
    pub(super) fn has_expired(&self, headers: &HeaderMap) -> bool {
        let name = self.cookie_name("session");
        let held = session::cookie(headers, &name).unwrap_or_default();
        self.read(|tenant, _| tenant.entrance.expired.iter().any(|token| token == held))
    }

    /// Whether the browser showed what it was told to keep; its session is over if it did not.
    pub(super) fn check_storage(&self, headers: &HeaderMap, token: &str, tab: &str) -> io::Result<bool> {
        let name = self.cookie_name("session");
        let Some(held) = session::cookie(headers, &name) else { return Ok(false) };
        self.change(|tenant, _| {
            let session = tenant.sessions.iter().find(|session| session.token == held);
            let stored = session.and_then(|session| session.stored.as_ref());
            let right = stored.is_some_and(|stored| stored.token == token && stored.tab == tab);
            tenant.sessions.retain(|session| right || session.token != held);
            right
        })
    }
}

/// Whether this request leaves a session other than it was.
fn changes(tenant: &Tenant, knobs: &Knobs, held: &str, request: Request) -> bool {
    let door = &knobs.door;
    let ungiven = || {
        let session = tenant.sessions.iter().find(|session| session.token == held);
        session.and_then(|session| session.stored.as_ref()).is_some_and(|stored| !stored.given)
    };
    let page = request == Request::Page;
    let page_changes = door.rotate_cookie == Switch::On || door.storage_token == Switch::On && ungiven();
    door.expire_after.is_some() || page && page_changes
}

/// The tokens for the browser's storage, which only one page ever carries.
fn hand_out(session: &mut Session, knobs: &Knobs) -> Option<Storage> {
    let stored = session.stored.as_mut().filter(|stored| !stored.given)?;
    if knobs.door.storage_token == Switch::Off {
        return None;
    }
    stored.given = true;
    Some(Storage::Given { token: stored.token.clone(), tab: stored.tab.clone() })
}
