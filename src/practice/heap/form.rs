//! The forms of the sign-in pages: how they look, and the token that must come back with each.
use super::super::live::Live;
use super::super::{session, token};
use super::broken::Broken;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

/// One form.
pub(super) struct Form<'a> {
    /// Where it is sent.
    pub(super) action: &'a str,
    pub(super) csrf: &'a str,
    /// What was wrong with the last try.
    pub(super) said: Option<&'a str>,
}

impl Form<'_> {
    /// The form round its fields and its one button.
    pub(super) fn with(&self, fields: &Markup, button: &str) -> Markup {
        self.round(&html! { (fields) button.button.primary.block type="submit" { (button) } })
    }

    /// The form round whatever it has.
    pub(super) fn round(&self, content: &Markup) -> Markup {
        html! {
            form.fields method="post" action=(self.action) novalidate {
                input type="hidden" name="_csrf" value=(self.csrf);
                @if let Some(said) = self.said { div.alert role="alert" { (said) } }
                (content)
            }
        }
    }
}

/// Answers with a page whose form carries a token that this browser also holds in the cookie of that purpose.
pub(super) fn answer(
    live: &Live,
    headers: &HeaderMap,
    purpose: &str,
    page: impl FnOnce(&str) -> Markup,
) -> Result<Response, Broken> {
    let name = live.cookie_name(purpose);
    let held = session::cookie(headers, &name).filter(|held| held.len() == 32);
    let csrf = held.map_or_else(token::fresh, |held| Ok(held.to_owned()))?;
    let page = Html(page(&csrf).into_string());
    Ok(([(SET_COOKIE, session::set_cookie(&name, &csrf))], page).into_response())
}

/// Whether a form came back from a page of ours, to the browser it was given to.
pub(super) fn is_ours(live: &Live, headers: &HeaderMap, purpose: &str, csrf: &str) -> bool {
    session::cookie(headers, &live.cookie_name(purpose)).is_some_and(|held| held == csrf && !csrf.is_empty())
}
