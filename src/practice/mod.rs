//! The practice consoles: admin consoles to rehearse on, with a knob for every trouble and the truth on the side.
mod admission;
mod api;
mod assets;
mod catalogue;
mod change;
mod code;
mod email;
mod entrance;
mod further;
mod heap;
mod knobs;
mod line;
mod live;
mod oracle;
mod origins;
mod passage;
mod person;
mod received;
mod record;
mod refusal;
mod role;
mod seed;
mod serve;
mod session;
mod store;
mod tenant;
#[cfg(test)]
mod tests;
mod ticket;
mod token;
mod visitor;

pub use catalogue::{Console, Knob, consoles};

use anyhow::Context as _;
use knobs::Knobs;
use live::Live;
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

/// One practice console to start.
#[derive(Clone, Debug)]
pub struct Options {
    /// The app it stands in for, such as `heap`.
    pub app: String,
    /// Which of the app's UIs, such as `users-permissions`.
    pub generation: String,
    /// The port on 127.0.0.1; 0 for any that is free.
    pub port: u16,
    /// Where the account is kept; a file that exists is taken up where it was left. A temporary one otherwise.
    pub state: Option<PathBuf>,
    /// Names and values of the knobs to turn.
    pub knobs: Vec<(String, String)>,
}

/// A practice console that is being served. Dropping this does not end it; [`Running::stop`] does.
#[derive(Debug)]
pub struct Running {
    /// Where it is, without a slash at the end.
    pub url: String,
    /// The further origins that signing in leads over, likewise; usually none.
    pub origins: Vec<String>,
    /// Who can sign in.
    pub account: String,
    /// With which password.
    pub password: String,
    /// Whose account it shows.
    pub tenant: String,
    /// Where its state is kept.
    pub state: PathBuf,
    temporary: bool,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

/// Starts a practice console on 127.0.0.1 and serves it on a task of its own.
pub async fn start(options: Options) -> anyhow::Result<Running> {
    let console = catalogue::find(&options.app, &options.generation)?;
    let mut knobs = Knobs::new(console)?;
    for (name, value) in &options.knobs {
        knobs.set(console, name, value)?;
    }
    let role_given = options.knobs.iter().any(|(name, _)| name == "signed_in_role");
    let temporary = options.state.is_none();
    let state = match options.state {
        Some(path) => path,
        None => std::env::temp_dir().join(format!("usher-practice-{}.json", token::fresh()?)),
    };
    let (account, password, tenant) = (knobs.account.clone(), knobs.password.clone(), knobs.tenant.clone());
    let store = Store::new(state.clone(), format!("{}/{}", console.app, console.generation));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.with_context(|| {
        format!("could not listen on port `{}`\nhint: port 0 takes any that is free", options.port)
    })?;
    let sign_in = knobs.door.sign_in;
    let live = Live::new(console, store, knobs, role_given)
        .with_context(|| format!("could not take up the practice state `{}`", state.display()))?;
    let live = Arc::new(live);
    let url = format!("http://{}", listener.local_addr()?);
    let further = further::listen(&live, sign_in, &url).await?;
    let origins = live.origins().further;
    let mut served = JoinSet::new();
    served.spawn(
        axum::serve(
            line::Lines(listener),
            serve::routes(Arc::clone(&live)).into_make_service_with_connect_info::<line::Line>(),
        )
        .into_future(),
    );
    for (host, listener) in further {
        let app = serve::further(Arc::clone(&live), host, sign_in);
        served.spawn(axum::serve(listener, app).into_future());
    }
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let until = async {
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let ended = tokio::select! {
            ended = served.join_next() => ended.unwrap_or(Ok(Ok(()))).map_err(io::Error::other).flatten(),
            () = until => Ok(()),
        };
        // Whoever waits for the end finds every port free again.
        served.shutdown().await;
        ended
    });
    Ok(Running { url, origins, account, password, tenant, state, temporary, stop, task })
}

impl Running {
    /// Waits until the console ends by itself, which it does only on an error.
    pub async fn wait(self) -> anyhow::Result<()> {
        let Running { task, stop, .. } = self;
        let served = task.await.context("the practice console broke")?;
        drop(stop);
        served.context("the practice console could not go on")
    }

    /// Ends the console, and takes a temporary state file away.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Running { task, stop, state, temporary, .. } = self;
        if stop.send(()).is_ok() {
            task.await
                .context("the practice console broke")?
                .context("the practice console could not go on")?;
        }
        if temporary {
            store::Store::remove(&state)?;
        }
        Ok(())
    }
}
