//! One-time codes: which of them the account's second factor takes, and which it has taken already.
use totp_rs::{Builder, Secret, Totp};

/// How long a code is good for, in seconds.
const STEP: u64 = 30;

/// What a typed code is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// It is the code of this step, which nobody has used yet.
    Good(u64),
    Used,
    Wrong,
}

/// The generator for a seed in base32, unless that is none or shorter than sixteen bytes.
fn generator(seed: &str) -> Option<Totp> {
    let seed: String = seed.chars().filter(|c| !c.is_whitespace() && *c != '=').collect();
    let secret = Secret::try_from_base32(seed.to_uppercase()).ok()?;
    Builder::new().with_secret(secret).with_skew(0).build().ok()
}

/// Whether codes can be made from `seed`.
pub(super) fn acceptable(seed: &str) -> bool {
    generator(seed).is_some()
}

/// Judges a code typed at `now` (seconds since 1970); `used` are the steps whose codes were taken.
pub(super) fn judge(seed: &str, typed: &str, used: &[u64], now: u64) -> Worth {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let Some(codes) = generator(seed) else { return Worth::Wrong };
    if used.iter().any(|step| codes.check(&typed, step * STEP).is_some()) {
        return Worth::Used;
    }
    codes.check(&typed, now).map_or(Worth::Wrong, |_| Worth::Good(now / STEP))
}

/// The code of `seed` at `now`.
#[cfg(test)]
pub(super) fn at(seed: &str, now: u64) -> String {
    generator(seed).unwrap().generate(now).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seed and a code of RFC 6238, appendix B, cut to six digits.
    const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn only_the_code_of_the_step_is_good_and_only_once() {
        assert_eq!(at(SEED, 59), "287082");
        assert_eq!(judge(SEED, "287 082", &[], 59), Worth::Good(1));
        assert_eq!(judge(SEED, "287082", &[1], 59), Worth::Used);
        assert_eq!(judge(SEED, "287082", &[1], 61), Worth::Used);
        for (typed, now) in [("287082", 60), ("287082", 29), ("287083", 59), ("", 59), ("28708", 59)] {
            assert_eq!(judge(SEED, typed, &[], now), Worth::Wrong, "{typed} at {now}");
        }
    }

    #[test]
    fn a_seed_is_base32_and_long_enough() {
        assert!(acceptable(SEED) && acceptable("gezd gnbv gy3t qojq gezd gnbv gy3t qojq"));
        assert!(!acceptable("GEZDGNBVGY3TQOJQ") && !acceptable("not a seed!") && !acceptable(""));
    }
}
