//! Security levels in bits, and what authorities ask for at least, as of the editions that are named: each figure was compared
//! with what others quote of its document, not with the document itself.

/// Sizes of a prime and of the order of g for a level: NIST SP 800-57 part 1 revision 5, table 2.
const NIST: [(u64, u64, u64); 5] =
    [(15_360, 512, 256), (7_680, 384, 192), (3_072, 256, 128), (2_048, 224, 112), (1_024, 160, 80)];

/// The level of a group by NIST SP 800-57 part 1 revision 5, table 2: the greatest whose two sizes are met; 0 below all.
pub(crate) fn nist(prime: u64, order: u64) -> u64 {
    NIST.iter().find(|(p, q, _)| prime >= *p && order >= *q).map_or(0, |(.., level)| *level)
}

/// Bits of the symmetric key that is as strong as a prime of so many bits: the formula of ECRYPT II (D.SPA.20, 2012, section
/// 6.2.1), which ECRYPT-CSA (D5.4, 2018) keeps; for an order, half its bits.
pub(crate) fn ecrypt(prime: u64, order: u64) -> u64 {
    let ln = prime as f64 * std::f64::consts::LN_2;
    let sieve = (64.0f64 / 9.0).cbrt() * std::f64::consts::LOG2_E * ln.cbrt() * ln.ln().powf(2.0 / 3.0) - 14.0;
    (sieve.max(0.0).floor() as u64).min(order / 2)
}

/// What an authority asks for at least.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Minimum {
    /// Who asks, and where.
    pub source: &'static str,
    /// For when.
    pub until: Validity,
    /// Bits of the prime.
    pub prime_bits: u64,
    /// Bits of the order of g.
    pub order_bits: u64,
    /// Whether the group has both; without an order nobody can tell, and it counts as missed.
    pub met: bool,
}

/// For when a minimum holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "is", content = "year", rename_all = "kebab-case")]
pub enum Validity {
    /// From the beginning of a year on.
    From(u16),
    /// To the end of a year.
    Until(u16),
    /// From a year on, for the near term: what has to stay secret for a few years.
    NearTerm(u16),
}

/// (source, until, bits of p, bits of the order). RFC 9325 (2022) asks for 2048 bits in section 4.5 and for 112 bits of security
/// in section 4.1, which are an order of 224; TR-02102-1 for an order above 2^250.
const MINIMUMS: [(&str, Validity, u64, u64); 5] = [
    ("RFC 9325 (BCP 195)", Validity::From(2022), 2_048, 224),
    ("NIST SP 800-131A rev. 2 (2019)", Validity::Until(2030), 2_048, 224),
    ("NIST SP 800-57 part 1 rev. 5 (2020) table 4", Validity::From(2031), 3_072, 256),
    ("BSI TR-02102-1, edition 2023-01", Validity::From(2023), 3_000, 251),
    ("ECRYPT-CSA D5.4 (2018)", Validity::NearTerm(2018), 3_072, 256),
];

/// Every minimum, and whether a prime and an order of these sizes meet it.
pub(crate) fn minimums(prime: u64, order: u64) -> Vec<Minimum> {
    MINIMUMS
        .into_iter()
        .map(|(source, until, prime_bits, order_bits)| Minimum {
            source,
            until,
            prime_bits,
            order_bits,
            met: prime >= prime_bits && order >= order_bits,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pairs of ECRYPT II's table 7.2: (level, bits of the prime).
    #[test]
    fn the_formula_gives_the_published_table() {
        for (level, bits) in [(80u64, 1248u64), (96, 1776), (112, 2432), (128, 3248), (256, 15_424)] {
            assert!(ecrypt(bits, 10_000).abs_diff(level) <= 1, "{bits} bits: {}", ecrypt(bits, 10_000));
        }
        assert_eq!(ecrypt(3248, 160), 80, "the order is the weaker part");
    }

    #[test]
    fn a_level_needs_both_sizes() {
        assert_eq!([nist(2048, 2047), nist(2048, 160), nist(1024, 1023), nist(1023, 1022)], [112, 80, 80, 0]);
        let met = |prime, order| minimums(prime, order).iter().filter(|minimum| minimum.met).count();
        assert_eq!([met(1024, 1023), met(2048, 2047), met(3072, 3071), met(3072, 160)], [0, 2, 5, 0]);
    }
}
