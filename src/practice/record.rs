//! The order in which every request is met: first it is on the record, then it is decided, then the record is completed.
use super::knobs::{Knobs, Switch};
use super::live::Live;
use super::received::Action;
use super::tenant::Tenant;
use axum::http::{Method, StatusCode};
use std::io;

/// What is put on the record about a request before it is acted on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) method: &'a Method,
    /// Without its query, which may hold a ticket.
    pub(super) path: &'a str,
    pub(super) action: Action,
    pub(super) email: &'a str,
}

impl Live {
    /// Records the request, then lets `act` decide it: the status, whether anything changed, and what the caller needs
    /// to answer. Nothing at all while the console is meant to be down.
    pub(super) fn recorded<T>(
        &self,
        entry: Entry<'_>,
        act: impl FnOnce(&mut Tenant, &Knobs) -> (StatusCode, bool, T),
    ) -> io::Result<Option<T>> {
        let seq = self.change(|tenant, _| {
            let received = tenant.receive(self.now(), entry.method.as_str(), entry.path, entry.action);
            received.email = (!entry.email.is_empty()).then(|| entry.email.to_owned());
            received.seq
        })?;
        self.change(|tenant, knobs| {
            if knobs.down == Switch::On {
                tenant.decide(seq, StatusCode::SERVICE_UNAVAILABLE.as_u16(), false);
                return None;
            }
            let (status, applied, outcome) = act(tenant, knobs);
            tenant.decide(seq, status.as_u16(), applied);
            Some(outcome)
        })
    }
}
