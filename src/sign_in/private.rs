//! Files that are nobody else's business, written whole or not at all, so that a crash leaves the old one or the new one.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "what outlives the process is on disk"
)]

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Makes a folder that only its owner can look into, unless it is there.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// How a file is opened for writing that only its owner can read.
pub(super) fn writing() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// Writes a file into a folder that is there. How it gets its name is the caller's: by a rename in place of another, or by
/// a link, which says no (and so does this) where there is one of that name already.
pub(super) fn put_down(
    path: &Path,
    bytes: &[u8],
    name: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<bool> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let own = path.file_name().unwrap_or_default().to_string_lossy();
    let part = folder.join(format!(".{}.{own}", std::process::id()));
    // What a crashed process of this number left behind is in the way, and nobody's any more.
    let _ = fs::remove_file(&part);
    let written = writing().create_new(true).open(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        let named = match name(&part) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
            Err(error) => return Err(error),
        };
        File::open(folder)?.sync_all()?;
        Ok(named)
    });
    let _ = fs::remove_file(&part);
    written
}
