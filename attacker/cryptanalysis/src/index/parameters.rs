//! Sizes of the factor bases and of the sieve, by the size of p.

use super::harvest::Limits;
use super::pair::Pair;
use super::sieve::Region;

/// Sizes. The factor bases of both sides have the same bound.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameters {
    /// Largest primes of the factor bases.
    pub(crate) bound: u32,
    /// Largest prime of a relation, in bits.
    pub(crate) large_bits: f64,
    /// What all primes of a relation above the factor base have together, on each side, in bits.
    pub(crate) cofactor_bits: [f64; 2],
    /// What one special prime sieves.
    pub(crate) region: Region,
    /// The first special prime.
    pub(crate) first_special: u32,
}

/// A measured optimum; all sizes but `bits` are binary logarithms.
struct Line {
    bits: f64,
    bound: f64,
    large: f64,
    width: f64,
    rows: f64,
    special: f64,
}

const fn line(bits: f64, bound: f64, large: f64, width: f64, rows: f64, special: f64) -> Line {
    Line { bits, bound, large, width, rows, special }
}

/// With a rational side.
const QUADRATIC: [Line; 8] = [
    line(40.0, 7.0, 8.0, 7.0, 6.0, 6.5),
    line(64.0, 8.7, 10.2, 8.0, 6.0, 8.0),
    line(80.0, 9.8, 11.5, 9.0, 6.5, 9.3),
    line(96.0, 11.0, 13.0, 9.0, 7.0, 10.5),
    line(112.0, 12.0, 14.5, 10.0, 7.5, 11.8),
    line(128.0, 13.0, 16.0, 11.0, 8.0, 13.0),
    line(160.0, 15.1, 19.0, 11.0, 9.0, 15.0),
    line(200.0, 17.2, 21.7, 11.0, 9.5, 17.0),
];

/// With a quadratic and a cubic side.
const CUBIC: [Line; 6] = [
    line(104.0, 12.0, 14.5, 10.0, 7.5, 11.8),
    line(160.0, 14.0, 16.6, 10.0, 8.0, 13.0),
    line(180.0, 14.7, 17.5, 11.0, 8.0, 14.0),
    line(200.0, 15.6, 18.8, 11.0, 8.5, 15.0),
    line(224.0, 16.8, 20.2, 11.0, 9.5, 16.2),
    line(256.0, 18.3, 22.0, 12.0, 9.8, 17.7),
];

impl Parameters {
    pub(crate) fn for_pair(pair: &Pair) -> Self {
        let bits = pair.p.bits();
        // two large primes in the larger norms pay where both are of similar size
        if pair.is_cubic() { Self::between(&CUBIC, bits, 2.0) } else { Self::between(&QUADRATIC, bits, 1.0) }
    }

    /// For a p of so many bits, between the lines of a table, with so many large primes on the first side.
    fn between(table: &[Line], bits: u64, large_primes: f64) -> Self {
        let bits = (bits as f64).clamp(table[0].bits, table[table.len() - 1].bits);
        let k = table.partition_point(|line| line.bits < bits).clamp(1, table.len() - 1);
        let (low, high) = (&table[k - 1], &table[k]);
        let share = (bits - low.bits) / (high.bits - low.bits);
        let mix = |of: fn(&Line) -> f64| of(low) + share * (of(high) - of(low));
        let power = |x: f64| x.exp2().round() as u32;
        Self {
            bound: power(mix(|line| line.bound)),
            large_bits: mix(|line| line.large),
            cofactor_bits: [large_primes * mix(|line| line.large), mix(|line| line.large)],
            region: Region { log_width: mix(|line| line.width).round() as u32, rows: power(mix(|line| line.rows)) },
            first_special: power(mix(|line| line.special)),
        }
    }

    /// The last special prime, if it should come to that.
    pub(crate) fn last_special(&self) -> u32 {
        (self.large_bits.exp2() as u32).max(self.first_special * 8)
    }

    /// How many relations it takes as a rule, for so many primes and ideals in the factor bases: measured.
    pub(crate) fn expected_relations(&self, ideals: usize) -> usize {
        if self.has_two_large_primes() {
            return ideals * 6;
        }
        let share = (f64::from(self.bound).log2() - 8.5) / 9.0;
        (ideals as f64 * (2.2 + 3.6 * share)) as usize
    }

    /// Whether relations have two primes above the factor base on the first side.
    pub(super) fn has_two_large_primes(&self) -> bool {
        self.cofactor_bits[0] > self.large_bits
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits { region: self.region, cofactor_bits: self.cofactor_bits, large_prime: self.large_bits.exp2() as u64 }
    }
}
