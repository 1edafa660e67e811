//! Sizes of the factor bases and of the sieve, by the size of p.

use super::relation::Limits;
use super::sieve::Region;
use crate::cryptanalysis::prime::primes_up_to;

/// Index 0 is the rational side, 1 the algebraic.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameters {
    /// Largest primes of the factor bases.
    pub(crate) bound: [u32; 2],
    /// Largest prime of a relation, in bits.
    pub(crate) large_bits: [f64; 2],
    /// Size of the product of the large primes of a relation, in bits.
    pub(crate) cofactor_bits: [f64; 2],
    /// What one special prime sieves.
    pub(crate) region: Region,
    /// The first special prime.
    pub(crate) first_special: u32,
}

/// Measured: bits of p, log2 of the factor base bounds, of the large primes, large primes on the rational side, log2 of
/// width and rows, log2 of the first special prime.
const TABLE: [(f64, [f64; 2], f64, f64, [f64; 2], f64); 8] = [
    (40.0, [7.0, 7.0], 8.0, 1.0, [7.0, 6.0], 6.5),
    (64.0, [8.7, 8.7], 10.2, 1.0, [8.0, 7.0], 8.5),
    (80.0, [9.5, 9.5], 11.5, 1.0, [9.0, 7.0], 10.0),
    (96.0, [10.5, 10.5], 13.0, 1.0, [9.0, 8.0], 11.0),
    (112.0, [12.0, 12.0], 14.5, 1.0, [10.0, 8.0], 12.0),
    (128.0, [13.0, 13.0], 16.0, 1.0, [10.0, 9.0], 13.5),
    (160.0, [15.5, 15.5], 19.5, 1.0, [11.0, 9.0], 16.0),
    (200.0, [17.5, 17.5], 22.0, 1.0, [11.0, 10.0], 18.0),
];

impl Parameters {
    /// For a p of so many bits, between the lines of the table.
    pub(crate) fn for_bits(bits: u64) -> Self {
        let bits = (bits as f64).clamp(TABLE[0].0, TABLE[TABLE.len() - 1].0);
        let k = TABLE.partition_point(|line| line.0 < bits).clamp(1, TABLE.len() - 1);
        let (low, high) = (&TABLE[k - 1], &TABLE[k]);
        let share = (bits - low.0) / (high.0 - low.0);
        let mix = |a: f64, b: f64| a + share * (b - a);
        let power = |x: f64| x.exp2().round() as u32;
        let large = mix(low.2, high.2);
        Self {
            bound: [power(mix(low.1[0], high.1[0])), power(mix(low.1[1], high.1[1]))],
            large_bits: [large, large],
            cofactor_bits: [large * mix(low.3, high.3), large],
            region: Region {
                log_width: mix(low.4[0], high.4[0]).round() as u32,
                rows: power(mix(low.4[1], high.4[1])),
            },
            first_special: power(mix(low.5, high.5)),
        }
    }

    /// The special primes, ascending.
    pub(crate) fn specials(&self) -> Vec<u32> {
        let limit = (self.large_bits[0].exp2() as u32).max(self.first_special * 8);
        primes_up_to(limit).into_iter().filter(|q| *q >= self.first_special).collect()
    }

    /// How many relations it takes as a rule, for so many primes and ideals in the factor bases: measured.
    pub(crate) fn expected_relations(&self, ideals: usize) -> usize {
        let share = (f64::from(self.bound[0]).log2() - 8.5) / 9.0;
        (ideals as f64 * (2.2 + 3.6 * share)) as usize
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            region: self.region,
            cofactor_bits: self.cofactor_bits,
            large_prime: self.large_bits.map(|bits| bits.exp2() as u64),
        }
    }
}
