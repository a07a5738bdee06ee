//! The file that holds the practice account, replaced whole so that a kill at any moment leaves one good state.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the state of a practice console is a file"
)]
use super::tenant::Tenant;
use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

const FORMAT: u32 = 1;

/// Where one practice account is kept.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    console: String,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    console: &'a str,
    tenant: &'a Tenant,
}

#[derive(Deserialize)]
struct Read {
    format: u32,
    console: String,
    tenant: Tenant,
}

impl Store {
    /// The store at `path` for the console of that name.
    pub(super) fn new(path: PathBuf, console: String) -> Store {
        Store { path, console }
    }

    /// What was kept, or nothing if there is no file yet.
    pub(super) fn load(&self) -> anyhow::Result<Option<Tenant>> {
        let shown = self.path.display();
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("could not read `{shown}`")),
        };
        let read: Read = serde_json::from_str(&text).with_context(|| {
            format!(
                "`{shown}` is not the state of a practice console\nhint: name a file that does not exist yet"
            )
        })?;
        if read.format != FORMAT {
            bail!(
                "`{shown}` has format {}, this usher reads {FORMAT}\nhint: start afresh with another file",
                read.format
            );
        }
        if read.console != self.console {
            bail!(
                "`{shown}` belongs to the practice console `{}`, not `{}`\nhint: name another file",
                read.console,
                self.console
            );
        }
        Ok(Some(read.tenant))
    }

    /// Takes the file away.
    pub(super) fn remove(path: &Path) -> anyhow::Result<()> {
        fs::remove_file(path).with_context(|| format!("could not remove `{}`", path.display()))
    }

    /// Replaces the file; when this returns the new state survives a kill, and a power cut if `synced`.
    pub(super) fn save(&self, tenant: &Tenant, synced: bool) -> io::Result<()> {
        let written = Written { format: FORMAT, console: &self.console, tenant };
        let bytes = serde_json::to_vec_pretty(&written).map_err(io::Error::other)?;
        let mut name = self.path.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
        name.push(".new");
        let new = self.path.with_file_name(name);
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&bytes)?;
        if synced {
            file.sync_all()?;
        }
        fs::rename(&new, &self.path)?;
        if synced {
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}
