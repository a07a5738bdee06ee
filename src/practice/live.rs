//! A console that is running: the one lock round its account and knobs, and the rule that what is answered is stored first.
use super::catalogue::Console;
use super::knobs::Knobs;
use super::role::Role;
use super::session;
use super::store::Store;
use super::tenant::Tenant;
use super::token;
use axum::http::HeaderMap;
use jiff::Timestamp;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What every request works on.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) console: &'static Console,
    store: Store,
    inner: Mutex<(Tenant, Knobs)>,
}

/// Who is asking, and the proof their page was given.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) csrf: String,
    pub(super) manages: bool,
    pub(super) owner: bool,
}

impl Live {
    /// Takes up the account in `store`, or begins a fresh one.
    pub(super) fn new(
        console: &'static Console,
        store: Store,
        knobs: Knobs,
        role_given: bool,
    ) -> anyhow::Result<Live> {
        let mut tenant = match store.load()? {
            Some(tenant) => tenant,
            None => Tenant::new(&knobs, token::fresh()?[..8].to_owned()),
        };
        tenant.seat_account(&knobs);
        if role_given {
            tenant.give_account_role(&knobs);
        }
        store.save(&tenant, true)?;
        Ok(Live { console, store, inner: Mutex::new((tenant, knobs)) })
    }

    fn lock(&self) -> MutexGuard<'_, (Tenant, Knobs)> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Now: the console is a program of its own, with a clock of its own.
    #[expect(
        clippy::disallowed_methods,
        clippy::unused_self,
        reason = "the one place where the console asks for the time"
    )]
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Looks at the account.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Tenant, &Knobs) -> T) -> T {
        let guard = self.lock();
        look(&guard.0, &guard.1)
    }

    /// Changes the account; the change is on disk when this returns, or has not happened.
    pub(super) fn change<T>(&self, act: impl FnOnce(&mut Tenant, &mut Knobs) -> T) -> io::Result<T> {
        let mut guard = self.lock();
        let (mut tenant, mut knobs) = guard.clone();
        let result = act(&mut tenant, &mut knobs);
        self.store.save(&tenant, true)?;
        *guard = (tenant, knobs);
        Ok(result)
    }

    /// Counts one page that was asked for; survives a kill but is not worth waiting for the disk.
    pub(super) fn count_page(&self) -> io::Result<()> {
        let mut guard = self.lock();
        guard.0.page_loads += 1;
        self.store.save(&guard.0, false)
    }

    /// The name of the cookie of that purpose.
    pub(super) fn cookie_name(&self, purpose: &str) -> String {
        self.read(|tenant, _| format!("practice_{purpose}_{}", tenant.instance))
    }

    /// Who sent these headers, if they are signed in.
    pub(super) fn visitor(&self, headers: &HeaderMap) -> Option<Visitor> {
        let name = self.cookie_name("session");
        let token = session::cookie(headers, &name)?;
        self.read(|tenant, _| {
            let (session, person) = tenant.session(token)?;
            Some(Visitor {
                email: person.email.clone(),
                name: person.shown_name().to_owned(),
                csrf: session.csrf.clone(),
                manages: person.role.manages(),
                owner: person.role == Role::Owner,
            })
        })
    }
}
