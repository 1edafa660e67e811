//! What factoring costs, as measured here: seconds of one core.

use super::levels::{LEVELS, Level};
use super::smooth::Bounds;

/// Operations of [`crate::Budget`] in one second of one core.
pub(super) const OPERATIONS_PER_SECOND: f64 = (1u64 << 26) as f64;

/// The longest composite that the quadratic sieve takes on, in bits.
pub const SIEVE_BITS: u64 = 340;

/// (bits, log2 of the seconds) of products of two primes of equal size, measured on a busy machine of 2026. Beyond the
/// last line the price doubles about every ten bits.
const SIEVE: [(f64, f64); 10] = [
    (72.0, -7.6),
    (100.0, -7.0),
    (120.0, -5.8),
    (140.0, -3.8),
    (160.0, -2.7),
    (180.0, -0.7),
    (200.0, 1.05),
    (224.0, 3.4),
    (240.0, 5.1),
    (256.0, 6.7),
];

/// Seconds of one core that the quadratic sieve takes for a composite of so many bits, whatever its factors; nothing
/// beyond [`SIEVE_BITS`].
pub fn sieve(bits: u64) -> Option<f64> {
    if bits > SIEVE_BITS {
        return None;
    }
    let x = bits as f64;
    let k = SIEVE.partition_point(|(b, _)| *b < x).clamp(1, SIEVE.len() - 1);
    let ((x0, y0), (x1, y1)) = (SIEVE[k - 1], SIEVE[k]);
    Some((y0 + (x - x0) / (x1 - x0) * (y1 - y0)).exp2())
}

/// Bytes that the quadratic sieve takes, about: 128 MiB were measured at 256 bits, 2 GiB are published for 330.
pub(super) fn sieve_bytes(bits: u64) -> f64 {
    (27.0 + (bits as f64 - 256.0) / 18.0).exp2()
}

/// Seconds of one core after which elliptic curves have found a prime factor of `factor_bits` of a number of `bits` as a
/// rule (with a chance of 1 − 1/e); nothing beyond a hundred bits.
pub fn curves(bits: u64, factor_bits: u64) -> Option<f64> {
    let last = LEVELS.iter().position(|level| level.factor_bits >= factor_bits)?;
    Some(LEVELS[..=last].iter().map(|level| f64::from(level.curves) * curve(level, bits)).sum())
}

/// Seconds of one core of one curve.
pub(super) fn curve(level: &Level, bits: u64) -> f64 {
    level.curve_multiplications() * multiplication(bits)
}

/// Seconds of one core of one multiplication modulo a number of so many bits.
pub(super) fn multiplication(bits: u64) -> f64 {
    let limbs = bits.div_ceil(64).max(2) as f64;
    (6.0 + 1.7 * limbs * limbs) * 1e-9
}

/// Seconds of one core of p − 1 and p + 1.
pub(super) fn smooth(bounds: Bounds, bits: u64) -> f64 {
    1.35 * bounds.multiplications() * multiplication(bits)
}

/// Seconds of one core of rho, for a number of at most two limbs.
pub(super) fn rho(bits: u64) -> f64 {
    (bits as f64 / 4.0).exp2() * 2.0 * multiplication(bits)
}
