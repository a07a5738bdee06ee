//! A notice on the desktop, by the program `notify-send`, where both are there.

use super::{Notice, PATIENCE, plain};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use tokio::process::Command;

/// Shows it. Without a desktop, or without the program, there is nobody to tell and nothing is wrong.
pub(super) async fn show(notice: &Notice) -> Result<(), String> {
    match program(|name| std::env::var_os(name).filter(|value| !value.is_empty())) {
        Some(program) => run(program, notice).await,
        None => Ok(()),
    }
}

/// The program, where there is a desktop it could show something on.
fn program(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    variable("DISPLAY").or_else(|| variable("WAYLAND_DISPLAY"))?;
    let folders = variable("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join("notify-send")).find(|program| program.is_file())
}

async fn run(program: PathBuf, notice: &Notice) -> Result<(), String> {
    let mut command = Command::new(program);
    command.args(["--app-name", "usher", "--urgency", "critical", "--"]);
    command.args([notice.title.as_str(), &plain(&notice.body)]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    match tokio::time::timeout(PATIENCE, command.status()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("`notify-send` failed: {status}")),
        Ok(Err(error)) => Err(format!("`notify-send` did not start: {error}")),
        Err(_) => Err(format!("`notify-send` took more than {} seconds", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "tests write a program and read what it was given")]
    use super::*;

    fn fake(folder: &std::path::Path, script: &str) -> PathBuf {
        let path = folder.join("notify-send");
        // Written by another process: a program that another test starts meanwhile would hold it open for writing.
        let write = format!("printf '%s' \"$1\" > {0} && chmod 755 {0}", path.display());
        let script = format!("#!/bin/sh\n{script}\n");
        let mut shell = std::process::Command::new("sh");
        assert!(shell.args(["-c", &write, "sh", &script]).status().unwrap().success());
        path
    }

    #[tokio::test]
    async fn the_program_is_given_title_and_body() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let path = fake(folder.path(), &format!("printf '%s\\n' \"$@\" > {}", told.display()));
        let notice = Notice {
            title: "-usher waits".to_owned(),
            body: "approve <b>it</b>".to_owned(),
            ..Notice::default()
        };
        run(path, &notice).await.unwrap();
        let told = std::fs::read_to_string(told).unwrap();
        let wanted =
            "--app-name\nusher\n--urgency\ncritical\n--\n-usher waits\napprove &lt;b&gt;it&lt;/b&gt;\n";
        assert_eq!(told, wanted);
    }

    #[tokio::test]
    async fn a_program_that_fails_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let error = run(fake(folder.path(), "exit 3"), &Notice::default()).await.unwrap_err();
        assert!(error.contains("exit status: 3"), "{error}");
        let error = run(folder.path().join("none"), &Notice::default()).await.unwrap_err();
        assert!(error.contains("did not start"), "{error}");
    }

    #[test]
    fn the_program_is_found_on_the_path_where_there_is_a_desktop() {
        let folder = tempfile::tempdir().unwrap();
        let path = fake(folder.path(), "");
        let found = |variables: &[(&str, &str)]| {
            program(|name| {
                let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
                Some(OsString::from(value))
            })
        };
        let folders = format!("/no/such/folder:{}", folder.path().display());
        assert_eq!(found(&[("DISPLAY", ":0"), ("PATH", &folders)]), Some(path.clone()));
        assert_eq!(found(&[("WAYLAND_DISPLAY", "wayland-0"), ("PATH", &folders)]), Some(path));
        assert_eq!(found(&[("PATH", &folders)]), None);
        assert_eq!(found(&[("DISPLAY", ":0"), ("PATH", "/no/such/folder")]), None);
    }
}
