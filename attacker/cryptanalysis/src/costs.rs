//! What index calculus costs by the size of the prime.

use super::index;

/// (bits of p, log2 of the core seconds of the precomputation): up to 256 bits measured with this program, above that
/// published: 512 bits Adrian et al. 2015 (10 core years), 795 bits Boudot et al. 2020 (3100). The 5300 core years of
/// Kleinjung et al. 2017 for 768 bits were older programs': a longer prime never costs less.
const COSTS: [(f64, f64); 9] = [
    (48.0, -8.0),
    (96.0, -3.0),
    (128.0, 0.0),
    (160.0, 2.8),
    (200.0, 5.9),
    (224.0, 7.4),
    (256.0, 10.0),
    (512.0, 28.2),
    (795.0, 36.5),
];

/// Size of the largest prime for which a computation is published, in bits.
pub(crate) const RECORD_BITS: u64 = 795;

/// (bits of the modulus at most, steps of a walk in a second of one core), measured with this program at each of the lengths
/// for which it has arithmetic, in processor time beside much other work: a step is a multiplication modulo p and a look at the
/// result.
const WALKS: [(u64, f64); 7] =
    [(64, 3.6e8), (128, 1.4e8), (256, 4.3e7), (512, 1.1e7), (1024, 2.2e6), (2048, 5.8e5), (8192, 3.4e4)];

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
    let [.., (_, slowest)] = WALKS;
    WALKS.iter().find(|(length, _)| bits <= *length).map_or(slowest, |(_, pace)| *pace)
}

/// log2 of the core seconds that it takes at most to factor a composite of so many bits and to find a logarithm modulo each
/// factor: factoring is the cheaper of the two (RSA-240 took 900 core years, Boudot et al. 2020).
pub(crate) fn composite_cost(bits: u64) -> f64 {
    index_cost(bits)
}

/// Seconds of one core that index calculus modulo a prime of so many bits takes, once for the prime; nothing where the
/// prime is too long for it.
pub fn index_seconds(bits: u64) -> Option<f64> {
    (bits <= index_bits()).then(|| index_cost(bits).exp2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_prime_and_a_longer_walk_never_cost_less() {
        let sizes = || (32..10_000u64).step_by(8);
        for (one, next) in sizes().zip(sizes().skip(1)) {
            assert!(index_cost(one) < index_cost(next), "{one} and {next} bits");
            assert!(walk_pace(one) >= walk_pace(next), "{one} and {next} bits");
        }
        assert!((index_cost(795) - (3100.0 * 31_557_600.0f64).log2()).abs() < 0.2);
    }
}
