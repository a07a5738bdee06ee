//! The pictures of a report: embedded while there is room, named beside the report after that, and never shown
//! when their bytes are not the ones that were sealed.

use crate::digest::Digest;
use crate::evidence::Exhibit;
use crate::report::Pictures;
use crate::report::story::Story;
use base64::Engine as _;
use std::cell::Cell;
use std::fmt::Write as _;

/// Bytes of pictures that are embedded at most; a browser must still open the file on a small machine.
pub(super) const ROOM: u64 = 60 * 1024 * 1024;

/// Hands out pictures, once each, and remembers what it could not embed.
pub(super) struct Album<'a> {
    /// The story the pictures belong to.
    pub(super) story: &'a Story,
    pictures: &'a Pictures<'a>,
    room: Cell<u64>,
    /// Pictures that lie beside the report.
    pub(super) beside: Cell<u32>,
    /// Pictures that are not there, or not the ones that were sealed.
    pub(super) lost: Cell<u32>,
}

/// What there is to show of a picture.
pub(super) enum Shown {
    /// The picture itself, or its file beside the report.
    Source(String),
    /// Why there is none.
    Nothing(&'static str),
}

impl<'a> Album<'a> {
    pub(super) fn new(story: &'a Story, pictures: &'a Pictures<'a>, room: u64) -> Self {
        Self { story, pictures, room: Cell::new(room), beside: Cell::new(0), lost: Cell::new(0) }
    }

    /// A picture as an address for `img`.
    pub(super) fn show(&self, exhibit: &Exhibit) -> Shown {
        if (self.pictures.hold)(&exhibit.file).is_some_and(|size| size > self.room.get()) {
            return self.name(exhibit);
        }
        let Some(bytes) = (self.pictures.read)(&exhibit.file) else {
            return self.lose("This file is not in the run's folder.");
        };
        if Digest::of(&bytes) != exhibit.sha256 {
            return self.lose("This file is not the one that was sealed; it is not shown.");
        }
        let size = bytes.len() as u64;
        if size > self.room.get() {
            return self.name(exhibit);
        }
        self.room.set(self.room.get() - size);
        let coded = base64::engine::general_purpose::STANDARD.encode(&bytes);
        Shown::Source(format!("data:{};base64,{coded}", kind(&bytes)))
    }

    fn name(&self, exhibit: &Exhibit) -> Shown {
        self.beside.set(self.beside.get() + 1);
        Shown::Source(beside(&exhibit.file))
    }

    fn lose(&self, why: &'static str) -> Shown {
        self.lost.set(self.lost.get() + 1);
        Shown::Nothing(why)
    }
}

/// The media type by the file's first bytes.
fn kind(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, ..] => "image/jpeg",
        [b'R', b'I', b'F', b'F', ..] => "image/webp",
        _ => "image/png",
    }
}

/// A file name as a relative address that stays in the report's folder, whatever the name is.
fn beside(file: &str) -> String {
    let mut address = "./".to_owned();
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            address.push(char::from(byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}
