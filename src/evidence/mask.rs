//! Masking of pictures in memory, before a byte of them is written: what lies under a box is gone, not hidden.

use png::{BitDepth, ColorType, Decoder, DeflateCompression, Encoder, Filter, Transformations};
use std::io::Cursor;

/// More pixels than any screen or page we picture has; it keeps a broken header from asking for all memory.
const MOST_PIXELS: u64 = 100_000_000;
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The parts of a picture that show on the screen; all others (texts, times, places, thumbnails) are left out.
const KEPT: [&[u8]; 9] = [b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"];

/// Why something is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaskKind {
    /// It may hold anybody's data: what it is was not known when the picture was taken.
    Unknown,
    /// Another person's data.
    Person,
    /// A secret: a password, a code, an invitation link.
    Secret,
}

/// One box to be masked, in pixels of the picture; whatever of it lies outside does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaskBox {
    /// Pixels from the left edge.
    pub x: u32,
    /// Pixels from the upper edge.
    pub y: u32,
    /// How wide.
    pub width: u32,
    /// How high.
    pub height: u32,
    /// Why.
    pub kind: MaskKind,
}

/// Why a picture could not be masked. It must then not be kept.
#[derive(Debug, thiserror::Error)]
pub enum MaskError {
    /// The bytes are no PNG, or end in the middle of it.
    #[error("the picture is not a whole PNG")]
    NotAPicture,
    /// More pixels than any real picture has.
    #[error("the picture is too large: {0} x {1} pixels")]
    TooLarge(u32, u32),
    /// It cannot be read.
    #[error("the picture cannot be read")]
    Unreadable(#[from] png::DecodingError),
    /// It cannot be written again.
    #[error("the masked picture cannot be written")]
    Unwritable(#[from] png::EncodingError),
}

/// Width and height of a picture.
pub fn size(png: &[u8]) -> Result<(u32, u32), MaskError> {
    let (kind, data) = Chunks::of(png)?.next().ok_or(MaskError::NotAPicture)??.parts();
    match data.as_chunks::<4>().0 {
        [width, height, ..] if kind == b"IHDR" => {
            Ok((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
        }
        _ => Err(MaskError::NotAPicture),
    }
}

/// The picture with these boxes painted over: the same pixels elsewhere, and nothing at all of what was below.
///
/// Without boxes the picture comes back byte for byte, less the parts that do not show. The same picture and
/// the same boxes, in whatever order, give the same bytes.
pub fn mask(png: &[u8], boxes: &[MaskBox]) -> Result<Vec<u8>, MaskError> {
    if boxes.is_empty() {
        return strip(png);
    }
    let mut canvas = Canvas::read(png)?;
    let mut ordered = boxes.to_vec();
    // Where boxes overlap, the graver reason shows.
    ordered.sort_by_key(|one| one.kind);
    for one in &ordered {
        canvas.paint(one);
    }
    canvas.write()
}

/// The picture byte for byte, less its texts, times and whatever else does not show.
pub fn strip(png: &[u8]) -> Result<Vec<u8>, MaskError> {
    size(png)?;
    let mut kept = Vec::with_capacity(png.len());
    kept.extend_from_slice(SIGNATURE);
    for chunk in Chunks::of(png)? {
        let Chunk(whole) = chunk?;
        let kind = Chunk(whole).parts().0;
        if kind == b"IEND" {
            kept.extend_from_slice(whole);
            return Ok(kept);
        }
        if KEPT.contains(&kind) {
            kept.extend_from_slice(whole);
        }
    }
    Err(MaskError::NotAPicture)
}

/// A picture from elsewhere, less what does not show, when all of it can be shown.
pub fn whole(png: &[u8]) -> Result<Vec<u8>, MaskError> {
    Canvas::read(png)?;
    strip(png)
}

/// One part of a PNG: its length, name, data and checksum.
struct Chunk<'a>(&'a [u8]);

impl<'a> Chunk<'a> {
    /// Its name and its data.
    fn parts(&self) -> (&'a [u8], &'a [u8]) {
        let whole = self.0;
        (whole.get(4..8).unwrap_or_default(), whole.get(8..whole.len() - 4).unwrap_or_default())
    }
}

/// The parts of a PNG in their order.
struct Chunks<'a>(&'a [u8]);

impl<'a> Chunks<'a> {
    fn of(png: &'a [u8]) -> Result<Self, MaskError> {
        png.strip_prefix(SIGNATURE).map(Self).ok_or(MaskError::NotAPicture)
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<Chunk<'a>, MaskError>;
    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let length = self.0.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes) as usize);
        let cut =
            length.and_then(|length| length.checked_add(12)).and_then(|end| self.0.split_at_checked(end));
        let Some((chunk, rest)) = cut else {
            self.0 = &[];
            return Some(Err(MaskError::NotAPicture));
        };
        self.0 = rest;
        Some(Ok(Chunk(chunk)))
    }
}

/// A picture's pixels, red green blue and perhaps alpha, eight bits each.
struct Canvas {
    width: u32,
    height: u32,
    alpha: bool,
    pixels: Vec<u8>,
}

impl Canvas {
    fn read(png: &[u8]) -> Result<Self, MaskError> {
        let (width, height) = size(png)?;
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(MaskError::TooLarge(width, height));
        }
        let mut decoder = Decoder::new(Cursor::new(png));
        decoder.set_transformations(Transformations::normalize_to_color8());
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let mut reader = decoder.read_info()?;
        let mut pixels = vec![0; reader.output_buffer_size().ok_or(MaskError::TooLarge(width, height))?];
        reader.next_frame(&mut pixels)?;
        let (alpha, pixels) = match reader.output_color_type().0 {
            ColorType::Rgba => (true, pixels),
            ColorType::GrayscaleAlpha => {
                let pairs = pixels.as_chunks::<2>().0;
                (true, pairs.iter().flat_map(|[gray, alpha]| [*gray, *gray, *gray, *alpha]).collect())
            }
            ColorType::Grayscale => (false, pixels.iter().flat_map(|gray| [*gray; 3]).collect()),
            // The palette was looked up while reading.
            ColorType::Rgb | ColorType::Indexed => (false, pixels),
        };
        Ok(Self { width, height, alpha, pixels })
    }

    fn paint(&mut self, one: &MaskBox) {
        let step = if self.alpha { 4 } else { 3 };
        let side = |from: u32, length: u32, most: u32| {
            (from.min(most) as usize, from.saturating_add(length).min(most) as usize)
        };
        let ((left, right), (top, bottom)) =
            (side(one.x, one.width, self.width), side(one.y, one.height, self.height));
        let pixel = |place: usize| {
            let [red, green, blue] = colour(one.kind, place);
            [red, green, blue, 0xff].into_iter().take(step)
        };
        // A line of the hatch is the one above it, begun one pixel later.
        let hatch: Vec<u8> = (left..right + HATCH).flat_map(pixel).collect();
        let line = self.width as usize * step;
        for (y, row) in self.pixels.chunks_exact_mut(line).enumerate().take(bottom).skip(top) {
            let covered = &mut row[left * step..right * step];
            covered.copy_from_slice(&hatch[y % HATCH * step..][..covered.len()]);
        }
    }

    fn write(&self) -> Result<Vec<u8>, MaskError> {
        let mut bytes = Vec::with_capacity(self.pixels.len() / 16);
        let mut encoder = Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(if self.alpha { ColorType::Rgba } else { ColorType::Rgb });
        encoder.set_depth(BitDepth::Eight);
        // Lossless. For pages with boxes this pair is as fast as the crate's own fast setting, and a quarter of its size.
        encoder.set_deflate_compression(DeflateCompression::Level(1));
        encoder.set_filter(Filter::Sub);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(bytes)
    }
}

/// How many pixels the hatch repeats itself after.
const HATCH: usize = 8;

/// The hatch: it depends on the place in the picture only, so that overlapping boxes run into one.
fn colour(kind: MaskKind, diagonal: usize) -> [u8; 3] {
    let on_line = diagonal % HATCH < 2;
    match (kind, on_line) {
        (MaskKind::Secret, false) => [0x4a, 0x51, 0x5c],
        (MaskKind::Secret, true) => [0x5d, 0x65, 0x71],
        (MaskKind::Person | MaskKind::Unknown, false) => [0xd9, 0xdd, 0xe3],
        (MaskKind::Person | MaskKind::Unknown, true) => [0xc6, 0xcc, 0xd4],
    }
}

#[cfg(test)]
#[path = "mask_tests.rs"]
mod tests;
