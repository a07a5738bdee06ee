//! What follows a right password: a session at once, or the next thing that is asked.
use super::super::knobs::Knobs;
use super::super::live::Live;
use super::super::passage::{Passage, Step};
use super::super::session::{self, Session};
use super::super::tenant::Tenant;
use super::super::token;
use super::super::visitor::Visitor;
use super::found;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use std::io;

/// All that is needed once a password turns out to be right.
#[derive(Debug)]
pub(super) struct Right<'a> {
    tokens: [String; 4],
    /// What this browser once answered to `Stay signed in?` for good.
    stay: Option<bool>,
    to: &'a str,
    now: i64,
}

/// Where a right password led.
#[derive(Debug)]
pub(super) enum Entered {
    Inside { to: String, session: Session },
    UnderWay { token: String, step: Step },
}

impl Right<'_> {
    /// For this browser, on its way to that page.
    pub(super) fn new<'a>(live: &Live, headers: &HeaderMap, to: &'a str) -> io::Result<Right<'a>> {
        let stay = match session::cookie(headers, &live.cookie_name("stay")) {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ => None,
        };
        Ok(Right { tokens: token::several()?, stay, to, now: live.now().as_millisecond() })
    }

    /// Goes as far as the knobs let it.
    pub(super) fn enter(self, tenant: &mut Tenant, knobs: &Knobs) -> Entered {
        let [token, csrf, ..] = &self.tokens;
        let mut passage = Passage::new(token, csrf, &knobs.account, self.to, self.now);
        passage.stay = self.stay;
        let (step, token) = (passage.step(knobs), token.clone());
        tenant.begin(passage, self.now);
        match tenant.let_in(&token, knobs, self.tokens, self.now) {
            Some((to, session)) => Entered::Inside { to, session },
            None => Entered::UnderWay { token, step },
        }
    }
}

/// Sends the browser on, with the cookie it needs there.
pub(super) fn answer(live: &Live, entered: Entered) -> Response {
    match entered {
        Entered::Inside { to, session } => inside(live, &to, &session),
        Entered::UnderWay { token, step } => {
            let cookie = session::set_cookie(&live.cookie_name("passage"), &token);
            with_cookie(found(&format!("/login/{}", step.name())), &cookie)
        }
    }
}

/// Sends the browser in.
pub(super) fn inside(live: &Live, to: &str, session: &Session) -> Response {
    let name = live.cookie_name("session");
    with_cookie(found(to), &session::set_session_cookie(&name, &session.token, session.stays))
}

/// The answer, setting one more cookie.
pub(super) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    // Our cookies are plain ASCII, so there is always a value.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// The answer, with the session's new cookie if it has one.
pub(super) fn with_session(live: &Live, visitor: &Visitor, response: Response) -> Response {
    match &visitor.cookie {
        Some((token, stays)) => {
            with_cookie(response, &session::set_session_cookie(&live.cookie_name("session"), token, *stays))
        }
        None => response,
    }
}
