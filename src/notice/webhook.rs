//! A notice in a chat: one POST to a webhook that takes what Slack's takes. The one door of `ureq`.
//!
//! The address is a secret, so no error of the HTTP client is shown as it is: some quote the address.

use super::{Notice, PATIENCE, plain};
use crate::secret::Secret;
use serde_json::json;
use std::io::ErrorKind;
use std::time::Duration;
use ureq::tls::{RootCerts, TlsConfig};

const NO_TLS: &str = "its certificate is not trusted on this system, or it speaks no TLS";

/// Posts it, once.
pub(super) async fn post(address: &Secret, notice: &Notice) -> Result<(), String> {
    within(address, notice, PATIENCE).await
}

async fn within(address: &Secret, notice: &Notice, patience: Duration) -> Result<(), String> {
    let (address, body) = (address.clone(), body(notice));
    tokio::task::spawn_blocking(move || send(&address, &body, patience))
        .await
        .map_err(|_| "posting was cut short".to_owned())?
}

/// `text` is what Slack, Mattermost and Discord's `/slack` show; the rest is for programs.
fn body(notice: &Notice) -> String {
    let text = format!("{}\n{}", plain(&notice.title), plain(&notice.body));
    json!({
        "text": text.trim(),
        "app": notice.app,
        "tenant": notice.tenant,
        "outcome": notice.outcome,
        "until": notice.until,
    })
    .to_string()
}

fn send(address: &Secret, body: &str, patience: Duration) -> Result<(), String> {
    let address = address.reveal().trim();
    let uri: ureq::http::Uri = address.parse().map_err(|_| "its address is no URL".to_owned())?;
    let here = uri.host().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if here => {}
        // The address is all that protects it, and everybody on the way could read it.
        Some("http") => return Err("its address begins with http://, and https:// is needed".to_owned()),
        _ => return Err("its address is no URL".to_owned()),
    }
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(patience))
        // Where it leads was not agreed upon.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")))
        // The system's: a chat inside of a company has a certificate of the company, which no list of ours knows.
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .build()
        .into();
    let answer = agent.post(uri).header("content-type", "application/json").send(body);
    match answer.map(|answer| answer.status()) {
        Ok(status) if status.is_success() => Ok(()),
        Ok(status) => Err(format!("it answered {}", status.as_u16())),
        Err(error) => Err(why(&error)),
    }
}

/// What went wrong, without anything that could hold the address.
fn why(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it did not answer in time".to_owned(),
        ureq::Error::HostNotFound => "its host is not found".to_owned(),
        ureq::Error::ConnectionFailed => "it is not reached".to_owned(),
        ureq::Error::InvalidProxyUrl => "the proxy that the environment names has no good address".to_owned(),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => NO_TLS.to_owned(),
        // What goes wrong in the midst of TLS comes as this.
        ureq::Error::Io(error) if error.kind() == ErrorKind::InvalidData => NO_TLS.to_owned(),
        ureq::Error::Io(error) => format!("it is not reached: {}", error.kind()),
        _ => "it is not reached, or does not speak HTTP".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    /// A server for one request: answers this, and hands back what it was sent.
    fn server(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/services/hunter2", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut sent = Vec::new();
            let mut part = [0; 4096];
            loop {
                let read = stream.read(&mut part).unwrap();
                sent.extend_from_slice(part.get(..read).unwrap());
                let text = String::from_utf8_lossy(&sent);
                let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
                let length = head
                    .to_lowercase()
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
                let other = !text.starts_with("POST");
                if read == 0 || other || length.is_some_and(|length| body.len() >= length) {
                    break;
                }
            }
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&sent).into_owned()
        });
        (address, served)
    }

    fn notice() -> Notice {
        Notice {
            title: "heap wants a second factor".to_owned(),
            body: "approve it on <your> phone".to_owned(),
            app: "heap".to_owned(),
            tenant: "Northwind".to_owned(),
            outcome: "mfa_needed".to_owned(),
            until: "2026-11-25T03:00:00Z".to_owned(),
        }
    }

    #[tokio::test]
    async fn the_webhook_is_sent_what_slack_takes() {
        let (address, served) = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        post(&Secret::new(format!("{address}\n")), &notice()).await.unwrap();
        let sent = served.join().unwrap();
        assert!(sent.starts_with("POST /services/hunter2 HTTP/1.1\r\n"), "{sent}");
        assert!(sent.to_lowercase().contains("content-type: application/json"), "{sent}");
        let body: serde_json::Value = serde_json::from_str(sent.split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!(body["text"], "heap wants a second factor\napprove it on &lt;your&gt; phone");
        let other = ["app", "tenant", "outcome", "until"].map(|key| body[key].as_str().unwrap().to_owned());
        assert_eq!(other, ["heap", "Northwind", "mfa_needed", "2026-11-25T03:00:00Z"]);
    }

    #[tokio::test]
    async fn an_answer_that_is_no_success_is_told_without_the_address() {
        for (answer, says) in [
            ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "answered 404"),
            ("HTTP/1.1 302 Found\r\nlocation: /hunter2\r\ncontent-length: 0\r\n\r\n", "answered 302"),
            ("hunter2 is no HTTP\r\n\r\n", "does not speak HTTP"),
            ("", "it is not reached"),
        ] {
            let (address, served) = server(answer);
            let error = post(&Secret::new(address), &notice()).await.unwrap_err();
            served.join().unwrap();
            assert!(error.contains(says), "{answer}: {error}");
            assert!(!error.contains("hunter2") && !error.contains("127.0.0.1"), "{error}");
        }
    }

    #[tokio::test]
    async fn an_address_that_will_not_do_is_told_and_not_shown() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        for (address, says) in [
            ("hunter2".to_owned(), "no URL"),
            ("https://a b/hunter2".to_owned(), "no URL"),
            ("ftp://h.test/hunter2".to_owned(), "no URL"),
            ("http://h.test/hunter2".to_owned(), "https:// is needed"),
            (format!("http://{free}/hunter2"), "it is not reached"),
            (format!("https://{free}/hunter2"), "it is not reached"),
            ("https://no-such-host.invalid/hunter2".to_owned(), "not"),
        ] {
            let error = post(&Secret::new(address.clone()), &notice()).await.unwrap_err();
            assert!(error.contains(says), "{address}: {error}");
            assert!(!error.contains("hunter2") && !error.contains("test"), "{address}: {error}");
        }
        let (address, served) = server("HTTP/1.1 200 OK\r\n\r\n");
        let error = post(&Secret::new(address.replace("http:", "https:")), &notice()).await.unwrap_err();
        served.join().unwrap();
        assert!(error.contains("it speaks no TLS"), "{error}");
    }

    #[tokio::test]
    async fn a_webhook_that_does_not_answer_is_not_waited_for() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = Secret::new(format!("http://{}/hunter2", silent.local_addr().unwrap()));
        let error = within(&address, &notice(), Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(error, "it did not answer in time");
    }
}
