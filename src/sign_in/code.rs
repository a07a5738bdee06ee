//! One-time codes (TOTP, RFC 6238) from a seed: which code is to be typed now, or how long to wait for one.
//!
//! Pure: the time is handed in, and which codes were used already is remembered elsewhere (`used.rs`).

use crate::secret::Secret;
use std::fmt;
use std::time::Duration;
use totp_rs::{Algorithm, Builder, Totp};

/// What codes are made from. It is a secret itself: it is shown by nothing and wiped when it goes.
pub struct Seed(Totp);

/// What is to be done about a code.
#[derive(Debug)]
pub enum Next {
    /// Type this one, now.
    Now {
        /// The code.
        code: Secret,
        /// Its step: how many periods since 1970. Of each step a code may be used once.
        step: u64,
    },
    /// No code may be used yet; ask again after this.
    Wait(Duration),
}

/// Fewer milliseconds than this are not enough to type a code and send it off.
const ENOUGH: u64 = 5000;
/// A seed of fewer bytes is a slip: nobody gives out fewer.
const SHORTEST: usize = 10;
/// Periods below this would leave no time to type; none is longer than five minutes.
const PERIODS: std::ops::RangeInclusive<u64> = 15..=300;
/// How a seed is given.
const HINT: &str = "\n  hint: the seed is the text that the app shows beside its QR code (letters and the digits 2 to 7), or the `otpauth://totp/...` address in the code";

impl Seed {
    /// Reads a seed: base32 as apps show it (in groups, in any case, padded or not), or an `otpauth://totp/` address.
    /// The error says what is wrong with it, and shows nothing of it.
    pub fn read(text: &Secret) -> Result<Self, String> {
        let written = text.reveal().trim();
        let scheme =
            written.get(.."otpauth:".len()).is_some_and(|begins| begins.eq_ignore_ascii_case("otpauth:"));
        if scheme { Self::address(written) } else { Self::of(written, &Terms::default()) }
    }

    /// The parts of an address. `totp_rs` reads them as well, but takes no seed in groups and tells too much in its errors.
    fn address(written: &str) -> Result<Self, String> {
        let rest = written.get("otpauth:".len()..).unwrap_or_default().trim_start_matches('/');
        let kind = rest.split(['/', '?']).next().unwrap_or_default();
        if !kind.eq_ignore_ascii_case("totp") {
            return Err(format!("it is an address for codes of another kind than `totp`{HINT}"));
        }
        let query = written.split_once('?').map_or("", |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let mut terms = Terms::default();
        let mut seed = None;
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "secret" => seed = Some(Secret::new(value.into_owned())),
                "digits" => {
                    terms.digits = value.parse().map_err(|_| "its `digits` is no number".to_owned())?;
                }
                "period" => {
                    terms.period = value.parse().map_err(|_| "its `period` is no number".to_owned())?;
                }
                "algorithm" => {
                    terms.algorithm = match value.to_ascii_uppercase().replace('-', "").as_str() {
                        "SHA1" | "HMACSHA1" => Algorithm::SHA1,
                        "SHA256" | "HMACSHA256" => Algorithm::SHA256,
                        "SHA512" | "HMACSHA512" => Algorithm::SHA512,
                        _ => return Err("its `algorithm` is none of SHA1, SHA256 and SHA512".to_owned()),
                    };
                }
                // Whose seed it is stands in usher.toml.
                _ => {}
            }
        }
        let seed = seed.ok_or_else(|| format!("the address has no `secret`{HINT}"))?;
        Self::of(seed.reveal(), &terms)
    }

    fn of(written: &str, terms: &Terms) -> Result<Self, String> {
        if !(6..=8).contains(&terms.digits) {
            return Err("its codes are not of 6 to 8 digits".to_owned());
        }
        if !PERIODS.contains(&terms.period) {
            return Err(format!(
                "its codes change too often or too seldom: a period is {} to {} seconds",
                PERIODS.start(),
                PERIODS.end()
            ));
        }
        let letters =
            written.trim_end_matches(['=', ' ']).chars().filter(|c| !c.is_whitespace() && *c != '-');
        let letters = Secret::new(letters.map(|c| c.to_ascii_uppercase()).collect());
        // So many letters make no whole number of bytes: the seed was not copied to its end.
        if matches!(letters.reveal().len() % 8, 1 | 3 | 6) {
            return Err(format!("it is no whole base32 text: some of it is missing{HINT}"));
        }
        let seed = totp_rs::Secret::try_from_base32(letters.reveal())
            .map_err(|_| format!("it is no base32 text{HINT}"))?;
        if seed.as_bytes().len() < SHORTEST {
            return Err(format!("it is shorter than {SHORTEST} bytes{HINT}"));
        }
        let totp = Builder::new()
            .with_algorithm(terms.algorithm)
            .with_digits(terms.digits)
            .with_step_duration(terms.period)
            .with_secret(seed);
        // The compliant one refuses seeds below 16 bytes, and many apps give out ten.
        Ok(Self(totp.build_noncompliant()))
    }

    /// How many seconds a code is for.
    pub fn period(&self) -> u64 {
        self.0.step()
    }

    /// What is to be done at this time, in milliseconds since 1970, when the last code used was that of step `used`.
    ///
    /// A wait of more than two periods means that the clock was put back since; the caller says so instead of waiting.
    pub fn next(&self, now: u64, used: Option<u64>) -> Next {
        let each = self.period().saturating_mul(1000);
        let step = now / each;
        let left = each - now % each;
        let free = used.map_or(0, |used| used.saturating_add(1));
        let first = if left < ENOUGH { step + 1 } else { step }.max(free);
        if first > step {
            return Next::Wait(Duration::from_millis(first.saturating_mul(each) - now));
        }
        let code = self.0.generate(step.saturating_mul(self.period()));
        Next::Now { code: Secret::new(code.to_string()), step }
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// How codes are made from a seed, where nothing else is said: as nearly everybody does.
struct Terms {
    digits: u8,
    period: u64,
    algorithm: Algorithm,
}

impl Default for Terms {
    fn default() -> Self {
        Self { digits: 6, period: 30, algorithm: Algorithm::SHA1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of RFC 6238: "12345678901234567890", once for SHA1 and longer for the others.
    const SHA1: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const SHA256: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA";
    const SHA512: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA";

    fn seed(text: &str) -> Seed {
        Seed::read(&Secret::new(text.to_owned())).unwrap()
    }

    fn wrong(text: &str) -> String {
        Seed::read(&Secret::new(text.to_owned())).unwrap_err()
    }

    /// The code at a second, whatever is left of its step.
    fn at(seed: &Seed, second: u64) -> String {
        let begins = second / seed.period() * seed.period() * 1000;
        match seed.next(begins, None) {
            Next::Now { code, .. } => code.reveal().to_owned(),
            Next::Wait(wait) => panic!("waits {wait:?}"),
        }
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        let with = |seed: &str, algorithm: &str| {
            super::tests::seed(&format!("otpauth://totp/a?secret={seed}&digits=8&algorithm={algorithm}"))
        };
        let seeds = [with(SHA1, "SHA1"), with(SHA256, "SHA256"), with(SHA512, "SHA512")];
        for (second, codes) in [
            (59, ["94287082", "46119246", "90693936"]),
            (1_111_111_109, ["07081804", "68084774", "25091201"]),
            (1_111_111_111, ["14050471", "67062674", "99943326"]),
            (1_234_567_890, ["89005924", "91819424", "93441116"]),
            (2_000_000_000, ["69279037", "90698825", "38618901"]),
            (20_000_000_000, ["65353130", "77737706", "47863826"]),
        ] {
            for (seed, code) in seeds.iter().zip(codes) {
                assert_eq!(at(seed, second), code, "{second}");
            }
        }
        assert_eq!(at(&seed(SHA1), 59), "287082", "six digits where nothing is said");
    }

    #[test]
    fn seeds_are_read_as_apps_show_them() {
        for text in [
            "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
            " GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ\n",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ======",
            "otpauth://totp/Some%20App:me@x.test?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq&issuer=Another",
            "OTPAUTH://TOTP/a?period=30&secret=GEZD%20GNBV+GY3T-QOJQGEZDGNBVGY3TQOJQ&digits=6#x",
            "otpauth://totp/?algorithm=sha-1&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        ] {
            assert_eq!(at(&seed(text), 59), "287082", "{text}");
        }
        let ten = "GEZDGNBVGY3TQOJQ";
        assert_eq!(seed(ten).period(), 30);
        assert_eq!(seed(&format!("otpauth://totp/a?secret={ten}&period=60")).period(), 60);
    }

    #[test]
    fn what_is_no_seed_is_told_and_not_shown() {
        for (text, says) in [
            ("", "shorter than 10 bytes"),
            ("GEZDGNBV", "shorter than 10 bytes"),
            ("GEZDGNBVGY3TQOJQG", "some of it is missing"),
            ("GEZDGNBVGY3TQOJ0GEZDGNBV", "no base32 text"),
            ("GEZDGNBVGY3TQOJÄGEZDGNB", "no base32 text"),
            ("otpauth://hotp/a?secret=GEZDGNBVGY3TQOJQ", "another kind"),
            ("otpauth://totp/a?digits=6", "no `secret`"),
            ("otpauth://totp/a", "no `secret`"),
            ("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&digits=9", "6 to 8 digits"),
            ("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&digits=six", "no number"),
            ("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&period=0", "15 to 300 seconds"),
            ("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&period=9999999999999999999999", "no number"),
            ("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&algorithm=MD5", "none of SHA1"),
        ] {
            let error = wrong(text);
            assert!(error.contains(says), "{text}: {error}");
            assert!(!error.contains("GEZD") && !error.contains("TQOJ"), "{error}");
        }
        assert_eq!(format!("{:?}", seed(SHA1)), "Seed(..)");
        assert_eq!(format!("{:?}", seed(SHA1).next(0, None)), "Now { code: Secret(..), step: 0 }");
    }

    #[test]
    fn a_code_is_given_once_and_only_with_time_to_type_it() {
        let seed = seed(SHA1);
        let step = |now: u64, used: Option<u64>| match seed.next(now, used) {
            Next::Now { step, .. } => Ok(step),
            Next::Wait(wait) => Err(u64::try_from(wait.as_millis()).unwrap()),
        };
        assert_eq!(step(0, None), Ok(0));
        assert_eq!(step(30_000, None), Ok(1));
        assert_eq!(step(30_000, Some(0)), Ok(1));
        assert_eq!(step(55_000, Some(0)), Ok(1), "five seconds are enough");
        assert_eq!(step(55_001, Some(0)), Err(4999));
        assert_eq!(step(59_999, None), Err(1));
        assert_eq!(step(31_000, Some(1)), Err(29_000), "used already: the next one");
        assert_eq!(step(59_000, Some(1)), Err(1000));
        assert_eq!(step(30_000, Some(2)), Err(60_000), "used ahead of its time: the one after it");
        assert_eq!(step(60_000, Some(1)), Ok(2));
        assert!(step(0, Some(u64::MAX)).is_err_and(|wait| wait > 1_000_000));
    }
}
