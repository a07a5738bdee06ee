//! The tests of masking: whatever was below a box, the bytes of the masked picture are the same.

use super::*;
use proptest::prelude::*;

/// A picture whose bytes come from a seed, in any colour type; its palette follows the seed too.
fn picture(width: u32, height: u32, colour: ColorType, seed: u64, text: bool) -> Vec<u8> {
    let samples = width as usize * colour.samples();
    let (depth, line) = match colour {
        ColorType::Indexed => (BitDepth::Four, samples.div_ceil(2)),
        _ => (BitDepth::Eight, samples),
    };
    let mut state = seed | 1;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    let data: Vec<u8> = (0..line * height as usize).map(|_| random()).collect();
    let palette: Vec<u8> = (0..48).map(|_| random()).collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == ColorType::Indexed {
        encoder.set_palette(palette);
    }
    if text {
        encoder.add_text_chunk("Comment".to_owned(), "hunter2".to_owned()).unwrap();
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&data).unwrap();
    if text {
        writer.write_chunk(png::chunk::eXIf, b"hunter2").unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn whole(kind: MaskKind) -> MaskBox {
    MaskBox { x: 0, y: 0, width: u32::MAX, height: u32::MAX, kind }
}

const COLOURS: [ColorType; 5] =
    [ColorType::Rgb, ColorType::Rgba, ColorType::Grayscale, ColorType::GrayscaleAlpha, ColorType::Indexed];

fn a_box() -> impl Strategy<Value = MaskBox> {
    let kind = prop::sample::select(vec![MaskKind::Unknown, MaskKind::Person, MaskKind::Secret]);
    let edge = || prop_oneof![0..40_u32, Just(u32::MAX)];
    (edge(), edge(), edge(), edge(), kind).prop_map(|(x, y, width, height, kind)| MaskBox {
        x,
        y,
        width,
        height,
        kind,
    })
}

fn covers(one: &MaskBox, x: u32, y: u32) -> bool {
    let within = |at: u32, from: u32, length: u32| at >= from && at - from < length;
    within(x, one.x, one.width) && within(y, one.y, one.height)
}

proptest! {
    /// Two pictures that differ everywhere agree inside of the boxes, and each is unchanged outside of them.
    #[test]
    fn nothing_below_remains_and_nothing_beside_changes(
        (width, height) in (1..32_u32, 1..32_u32),
        boxes in prop::collection::vec(a_box(), 1..5),
        colour in prop::sample::select(COLOURS.to_vec()),
        seeds in (any::<u64>(), any::<u64>()),
    ) {
        let sources = [seeds.0, seeds.1].map(|seed| picture(width, height, colour, seed, false));
        let masked = sources.clone().map(|source| mask(&source, &boxes).unwrap());
        let before = sources.map(|source| Canvas::read(&source).unwrap());
        let after = masked.map(|source| Canvas::read(&source).unwrap());
        let step = if after[0].alpha { 4 } else { 3 };
        for (at, (one, other)) in after[0].pixels.chunks(step).zip(after[1].pixels.chunks(step)).enumerate() {
            let (x, y) = (u32::try_from(at).unwrap() % width, u32::try_from(at).unwrap() / width);
            if boxes.iter().any(|b| covers(b, x, y)) {
                prop_assert_eq!(one, other);
                prop_assert_eq!(one.get(3).copied().unwrap_or(255), 255, "a box is opaque");
            } else {
                prop_assert_eq!(one, &before[0].pixels[at * step..][..step]);
                prop_assert_eq!(other, &before[1].pixels[at * step..][..step]);
            }
        }
    }

    /// Neither do the bytes of the file tell what was below, nor in which order the boxes came.
    #[test]
    fn the_file_does_not_know_what_was_below(
        boxes in prop::collection::vec(a_box(), 0..4),
        colour in prop::sample::select(COLOURS.to_vec()),
        seeds in (any::<u64>(), any::<u64>()),
    ) {
        let mut all = boxes;
        all.push(whole(MaskKind::Person));
        let one = mask(&picture(17, 9, colour, seeds.0, false), &all).unwrap();
        all.reverse();
        prop_assert_eq!(one, mask(&picture(17, 9, colour, seeds.1, true), &all).unwrap());
    }

    /// Bytes from anywhere never do worse than an error.
    #[test]
    fn broken_pictures_are_errors(cut in 0..400_usize, flip in 0..400_usize) {
        let mut bytes = picture(6, 6, ColorType::Rgb, 7, true);
        if let Some(byte) = bytes.get_mut(flip) {
            *byte ^= 0x55;
        }
        bytes.truncate(cut);
        let _ = (mask(&bytes, &[]), mask(&bytes, &[whole(MaskKind::Secret)]), size(&bytes));
    }
}

#[test]
fn without_boxes_the_bytes_stay_and_texts_go() {
    let plain = picture(20, 10, ColorType::Rgb, 3, false);
    assert_eq!(mask(&plain, &[]).unwrap(), plain);
    assert_eq!(size(&plain).unwrap(), (20, 10));
    let mut texts = picture(20, 10, ColorType::Rgb, 3, true);
    texts.extend_from_slice(b"hunter2");
    assert_eq!(mask(&texts, &[]).unwrap(), plain, "neither texts nor what follows the end are kept");
    assert!(mask(&plain[..plain.len() - 5], &[]).is_err());
    assert!(mask(b"GIF89a", &[]).is_err() && size(b"").is_err());
}

#[test]
fn outside_empty_and_single_pixel_boxes() {
    let source = picture(8, 8, ColorType::Rgba, 5, false);
    let pixels = |png: &[u8]| Canvas::read(png).unwrap().pixels;
    let at = |x, y, width, height| MaskBox { x, y, width, height, kind: MaskKind::Secret };
    for nothing in
        [at(8, 0, 5, 5), at(0, 9, 5, 5), at(3, 3, 0, 4), at(3, 3, 4, 0), at(u32::MAX, u32::MAX, 9, 9)]
    {
        assert_eq!(pixels(&mask(&source, &[nothing]).unwrap()), pixels(&source));
    }
    let single = pixels(&mask(&source, &[at(7, 7, 1, 1)]).unwrap());
    assert_eq!(single[..63 * 4], pixels(&source)[..63 * 4]);
    assert_eq!(single[63 * 4..], [0x4a, 0x51, 0x5c, 0xff]);
    let tiny = picture(1, 1, ColorType::Grayscale, 9, false);
    assert_eq!(pixels(&mask(&tiny, &[whole(MaskKind::Unknown)]).unwrap()), [0xc6, 0xcc, 0xd4]);
}

#[test]
fn the_graver_reason_shows() {
    let source = picture(4, 4, ColorType::Rgb, 5, false);
    let secret = mask(&source, &[whole(MaskKind::Secret)]).unwrap();
    assert_eq!(mask(&source, &[whole(MaskKind::Secret), whole(MaskKind::Person)]).unwrap(), secret);
}

/// Prints how long one picture takes: `cargo test --release --lib mask -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, for a person to read"]
fn speed() {
    let source = picture(1280, 800, ColorType::Rgba, 5, false);
    let mut calm = Canvas::read(&source).unwrap();
    calm.paint(&whole(MaskKind::Person));
    let calm = calm.write().unwrap();
    let some = MaskBox { x: 100, y: 100, width: 900, height: 300, kind: MaskKind::Person };
    for (name, png) in [("noise", &source), ("calm", &calm)] {
        let best = (0..20).map(|_| {
            let began = std::time::Instant::now();
            mask(png, &[some]).unwrap();
            began.elapsed()
        });
        let text = format!("{name}: {:?}\n", best.min().unwrap());
        std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()).unwrap();
    }
}
