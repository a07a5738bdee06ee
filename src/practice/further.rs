//! The further origins of a console: listeners on this machine under names of their own.
use super::knobs::SignIn;
use super::live::Live;
use super::origins::Origins;
use anyhow::Context as _;
use std::net::Ipv4Addr;
use tokio::net::TcpListener;

/// Listens for every further host that this way of signing in leads over; the account remembers the ports, so that a
/// console that comes back is found where it was, if nobody has taken them meanwhile.
pub(super) async fn listen(
    live: &Live,
    sign_in: SignIn,
    app: &str,
) -> anyhow::Result<Vec<(&'static str, TcpListener)>> {
    let former = live.read(|tenant, _| tenant.entrance.ports.clone());
    let mut origins = Origins { app: app.to_owned(), further: Vec::new() };
    let (mut listeners, mut ports) = (Vec::new(), Vec::new());
    for (at, host) in Origins::hosts(sign_in).iter().enumerate() {
        let port = former.get(at).copied().unwrap_or(0);
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
                .await
                .with_context(|| format!("could not listen for `{host}`"))?,
        };
        let port = listener.local_addr()?.port();
        origins.further.push(format!("http://{host}:{port}"));
        ports.push(port);
        listeners.push((*host, listener));
    }
    live.serve_at(origins, ports)?;
    Ok(listeners)
}
