//! Bytes to text: byte order marks, UTF-8, UTF-16, and Windows-1252 when nothing else fits.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A people file beyond this is a mistake, and memory has to stay bounded.
const LARGEST: usize = 64 << 20;

/// A text.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// The first line that is not UTF-8, when Windows-1252 had to be assumed.
    pub(super) guessed_line: Option<usize>,
}

/// Why the bytes are no text.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) message: &'static str,
    pub(super) hint: &'static str,
}

/// Decodes a whole file.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Problem> {
    if bytes.len() > LARGEST {
        return Err(Problem {
            message: "the file is larger than 64 MB",
            hint: "split it into several requests",
        });
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(Problem {
            message: "the file is a spreadsheet workbook, not a text",
            hint: "save it as `CSV UTF-8` from the spreadsheet program",
        });
    }
    let (encoding, mark) = encoding_of(bytes);
    let body = bytes.get(mark..).unwrap_or_default();
    if encoding != UTF_8 {
        let (text, broken) = encoding.decode_without_bom_handling(body);
        if broken {
            return Err(Problem {
                message: "the file begins like UTF-16 but is not valid UTF-16",
                hint: "save it as UTF-8",
            });
        }
        return Ok(Decoded { text: text.into_owned(), guessed_line: None });
    }
    if body.contains(&0) {
        return Err(Problem { message: "the file is not a text", hint: "save it as CSV or JSON in UTF-8" });
    }
    match std::str::from_utf8(body) {
        Ok(text) => Ok(Decoded { text: text.to_owned(), guessed_line: None }),
        Err(error) => {
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(body);
            // Line ends are the same bytes in both encodings, so the line can be counted before decoding.
            let valid = body.get(..error.valid_up_to()).unwrap_or_default();
            let line = lines_in(valid) + 1;
            Ok(Decoded { text: text.into_owned(), guessed_line: Some(line) })
        }
    }
}

/// The encoding and how many bytes its mark has; UTF-16 without a mark is known by its zero bytes.
fn encoding_of(bytes: &[u8]) -> (&'static Encoding, usize) {
    match (Encoding::for_bom(bytes), bytes) {
        (Some(found), _) => found,
        (None, [a, 0, b, 0, ..]) if *a != 0 && *b != 0 => (UTF_16LE, 0),
        (None, [0, a, 0, b, ..]) if *a != 0 && *b != 0 => (UTF_16BE, 0),
        (None, _) => (UTF_8, 0),
    }
}

fn lines_in(bytes: &[u8]) -> usize {
    let pairs = bytes.windows(2).filter(|pair| *pair == b"\r\n").count();
    bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() - pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_encodings_spreadsheets_write() {
        let text = "email\nzoë@x.test\n";
        let wide: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = wide.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = wide.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            [b"\xFF\xFE", little.as_slice()].concat(),
            [b"\xFE\xFF", big.as_slice()].concat(),
            little,
            big,
        ] {
            let decoded = decode(&bytes).unwrap();
            assert_eq!(decoded.text, text);
            assert_eq!(decoded.guessed_line, None);
        }
    }

    #[test]
    fn falls_back_to_windows_1252_and_names_the_line() {
        let decoded = decode(b"email,name\r\na@x.test,Ann\r\nz@x.test,Zo\xEB\r\n").unwrap();
        assert!(decoded.text.contains("Zoë"));
        assert_eq!(decoded.guessed_line, Some(3));
    }

    #[test]
    fn says_what_is_no_text() {
        assert!(decode(b"PK\x03\x04...").unwrap_err().message.contains("workbook"));
        assert!(decode(b"abc\0def").unwrap_err().message.contains("not a text"));
        assert!(decode(b"\xFF\xFEa").unwrap_err().message.contains("UTF-16"));
        assert!(decode(&vec![b'a'; LARGEST + 1]).unwrap_err().message.contains("64 MB"));
    }
}
