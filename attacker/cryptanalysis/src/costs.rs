//! What index calculus costs by the size of the prime.

use super::index;

/// (bits of p, log2 of the core seconds of the precomputation): up to 224 bits measured with this program, above that
/// published: 512 bits Adrian et al. 2015 (10 core years), 768 bits Kleinjung et al. 2017 (5300), 795 bits Boudot et al.
/// 2020 (3100).
const COSTS: [(f64, f64); 9] = [
    (48.0, -8.0),
    (96.0, -3.0),
    (128.0, 0.0),
    (160.0, 2.8),
    (200.0, 5.9),
    (224.0, 7.4),
    (512.0, 28.2),
    (768.0, 37.3),
    (795.0, 36.5),
];

/// (bits of the modulus, steps of a walk in a second of one core), measured with this program: each is a multiplication
/// modulo p and a look at the result.
const WALKS: [(f64, f64); 7] =
    [(64.0, 2.4e7), (128.0, 1.6e7), (256.0, 8.0e6), (512.0, 3.0e6), (1024.0, 9.0e5), (2048.0, 2.5e5), (8192.0, 1.6e4)];

/// The largest prime that index calculus takes on, in bits.
pub(crate) fn index_bits() -> u64 {
    index::MAX_BITS
}

/// log2 of the core seconds that index calculus modulo a prime of so many bits takes, once for the prime.
pub(crate) fn index_cost(bits: u64) -> f64 {
    let x = bits as f64;
    let k = COSTS.partition_point(|(b, _)| *b < x).clamp(1, COSTS.len() - 1);
    let ((x0, y0), (x1, y1)) = (COSTS[k - 1], COSTS[k]);
    if x > x1 {
        // L_p(1/3): 1.923 (ln p)^(1/3) (ln ln p)^(2/3), in bits, from the last line on
        let size = |bits: f64| {
            let ln = bits * std::f64::consts::LN_2;
            1.923 * ln.cbrt() * ln.ln().powf(2.0 / 3.0) / std::f64::consts::LN_2
        };
        return y1 + size(x) - size(x1);
    }
    y0 + (x - x0) / (x1 - x0) * (y1 - y0)
}

/// Steps that a walk modulo a number of so many bits makes in a second of one core.
pub(crate) fn walk_pace(bits: u64) -> f64 {
    let x = (bits as f64).log2();
    let k = WALKS.partition_point(|(b, _)| b.log2() < x).clamp(1, WALKS.len() - 1);
    let ((x0, y0), (x1, y1)) = (WALKS[k - 1], WALKS[k]);
    let part = ((x - x0.log2()) / (x1.log2() - x0.log2())).max(0.0);
    y0 * (y1 / y0).powf(part)
}

/// Seconds of one core that index calculus modulo a prime of so many bits takes, once for the prime; nothing where the
/// prime is too long for it.
pub fn index_seconds(bits: u64) -> Option<f64> {
    (bits <= index_bits()).then(|| index_cost(bits).exp2())
}
