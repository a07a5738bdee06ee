//! The arguments a browser is started with: quiet, the same everywhere, and open about being driven.

use super::check::{ENOUGH_SHARED_MEMORY, free};
use std::path::Path;

/// What a headless window takes of its own height: the address bar, and the bar that says the browser is driven.
const HEADLESS_FRAME: u32 = 143;

/// Whether the browser keeps pages in its sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sandbox {
    /// It does.
    On,
    /// It cannot: Chromium refuses to start with a sandbox when it is root. This is told to the user.
    OffBecauseRoot,
}

/// Whether the sandbox can be used by this user.
pub fn sandbox() -> Sandbox {
    if rustix::process::geteuid().is_root() { Sandbox::OffBecauseRoot } else { Sandbox::On }
}

/// The arguments for a browser that works in this profile and shows pages in a viewport of this size.
///
/// The size is exact for a headless browser. With a visible window it is the window's; the frame is then
/// known only once it stands. Nothing here hides that the browser is driven.
pub fn browser_arguments(
    profile: &Path,
    viewport: (u32, u32),
    headless: bool,
    sandbox: Sandbox,
) -> Vec<String> {
    let (width, height) = viewport;
    let frame = if headless { HEADLESS_FRAME } else { 0 };
    let mut arguments: Vec<String> = [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-default-apps",
        "--disable-domain-reliability",
        "--disable-breakpad",
        "--no-first-run",
        "--no-default-browser-check",
        "--no-pings",
        // Nothing may lie over a page that is pictured, or wait for an answer nobody gives.
        "--disable-notifications",
        "--deny-permission-prompts",
        "--disable-save-password-bubble",
        "--disable-search-engine-choice-screen",
        // The last two: what drops down from the address bar is a page of its own, loaded at every start whether or not there
        // is a bar, and that alone takes longer than everything else the browser does until the first page.
        "--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,\
         WebUIOmniboxPopup,WebUIOmniboxAimPopup",
        // Pictures are the same on every machine.
        "--hide-scrollbars",
        "--force-device-scale-factor=1",
        // What slides and fades in keeps a picture and a click waiting; a page may be asked to do without.
        "--force-prefers-reduced-motion",
        "--lang=en-US",
        // Cookies, what pages store and what is typed stay in memory: nothing of a session gets into the profile on disk.
        "--incognito",
        // Nothing is kept in the keyring of the person at the machine.
        "--password-store=basic",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments.push(format!("--window-size={width},{}", height.saturating_add(frame)));
    if headless {
        arguments.push("--headless=new".to_owned());
    }
    if sandbox == Sandbox::OffBecauseRoot {
        arguments.push("--no-sandbox".to_owned());
    }
    if free(Path::new("/dev/shm")).is_none_or(|free| free < ENOUGH_SHARED_MEMORY) {
        arguments.push("--disable-dev-shm-usage".to_owned());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headless_makes_room_for_the_frame_and_root_is_without_a_sandbox() {
        let hidden = browser_arguments(Path::new("/p/1"), (1280, 800), true, Sandbox::OffBecauseRoot);
        for wanted in ["--headless=new", "--no-sandbox", "--window-size=1280,943", "--user-data-dir=/p/1"] {
            assert!(hidden.iter().any(|argument| argument == wanted), "{wanted} {hidden:?}");
        }
        let visible = browser_arguments(Path::new("/p/1"), (1280, 800), false, Sandbox::On);
        assert!(visible.contains(&"--window-size=1280,800".to_owned()));
        assert!(!visible.iter().any(|a| a.contains("headless") || a.contains("sandbox")));
    }

    #[test]
    fn it_declares_itself() {
        let all = browser_arguments(Path::new("/p/1"), (1280, 800), true, Sandbox::On).join(" ");
        for hiding in ["AutomationControlled", "user-agent", "infobars", "enable-automation"] {
            assert!(!all.contains(hiding), "{hiding}");
        }
    }
}
