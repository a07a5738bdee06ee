//! Files that the page gives away: taken out of the browser's own folder, read once, and removed.

use super::Live;
use crate::browser::answer::point;
use crate::browser::driver::download::Downloads;
use crate::browser::{Refused, Target, Trouble};
use crate::words::RefusalKind;
use serde_json::json;
use std::time::{Duration, Instant};

/// How long a file may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

impl Live {
    /// Clicks, and gives what is in the file that comes of it.
    pub(super) async fn given_away(&self, target: &Target) -> Result<Vec<u8>, Trouble> {
        let refuse =
            |message: String| Trouble::from(Refused::new(RefusalKind::NotReady, message).about(target));
        let Some(folder) = self.wire.facts.downloads.clone() else {
            return Err(refuse("files come to this machine only with a browser of usher's own".to_owned()));
        };
        // A window that keeps nothing does not take the profile's folder for its files.
        let behaviour = json!({ "behavior": "allow", "downloadPath": folder });
        self.wire.vendor("Page.setDownloadBehavior", &behaviour).await?;
        let downloads = Downloads::begin(&folder).map_err(&refuse)?;
        let answer = self.guarded(target).await?;
        self.point(point(&answer)?, true).await?;
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(bytes) = downloads.finished().map_err(&refuse)? {
                return Ok(bytes);
            }
            if Instant::now() >= until {
                return Err(refuse(format!("`{}` was clicked, and no file came", target.name)));
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
}
