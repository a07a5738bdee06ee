//! A console that is running: the one lock round its account and knobs, and the rule that what is answered is stored first.
use super::catalogue::Console;
use super::knobs::Knobs;
use super::origins::Origins;
use super::session;
use super::store::Store;
use super::tenant::Tenant;
use super::token;
use super::visitor::Visitor;
use axum::http::HeaderMap;
use jiff::Timestamp;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// What every request works on.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) console: &'static Console,
    store: Store,
    inner: Mutex<(Tenant, Knobs)>,
    origins: OnceLock<Origins>,
    /// How often the list was asked for.
    lists: AtomicUsize,
    /// What was clicked in what lies over the page.
    clicked: Mutex<Vec<String>>,
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
        tenant.unlock(&knobs);
        tenant.check_sign_in(&knobs)?;
        store.save(&tenant, true)?;
        Ok(Live {
            console,
            store,
            inner: Mutex::new((tenant, knobs)),
            origins: OnceLock::new(),
            lists: AtomicUsize::new(0),
            clicked: Mutex::default(),
        })
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

    /// Counts one reading of the list, and says how many there were before.
    pub(super) fn lists_asked(&self) -> usize {
        self.lists.fetch_add(1, Ordering::Relaxed)
    }

    /// Remembers what was clicked in what lies over the page.
    pub(super) fn was_clicked(&self, label: String) {
        self.clicked.lock().unwrap_or_else(PoisonError::into_inner).push(label);
    }

    /// All of that, in order.
    pub(super) fn clicked(&self) -> Vec<String> {
        self.clicked.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
        let now = self.now().as_millisecond();
        self.read(|tenant, knobs| {
            let (session, person) = tenant.session(token)?;
            Some(Visitor::new(session, person, knobs, now))
        })
    }

    /// Where the console is served.
    pub(super) fn origins(&self) -> Origins {
        self.origins.get().cloned().unwrap_or_default()
    }

    /// Says where the console is served; `ports` are those of its further origins.
    pub(super) fn serve_at(&self, origins: Origins, ports: Vec<u16>) -> io::Result<()> {
        if !ports.is_empty() {
            self.change(|tenant, _| tenant.entrance.ports = ports)?;
        }
        self.origins.set(origins).map_err(|_| io::Error::other("the console is served already"))
    }
}
