//! How far each round of the methods that find small factors goes.

/// A round: bounds that suit factors of one size, after Zimmermann and Dodson 2006, "20 years of ECM".
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Level {
    /// Prime factors of up to so many bits are found as a rule.
    pub(super) factor_bits: u64,
    /// B1 of the curves.
    pub(super) b1: u32,
    /// How many curves.
    pub(super) curves: u32,
    /// B1 of p − 1: primes made for it have factors of one size, and it costs no more than the curves.
    pub(super) smooth: u32,
}

impl Level {
    /// B2 of the curves.
    pub(super) fn b2(&self) -> u32 {
        self.b1 * 100
    }

    /// Modular multiplications of a curve: 9 for each bit of the exponents of stage 1 (1.44 · B1 of them), one for about
    /// 0.6 of the primes of stage 2.
    pub(super) fn curve_multiplications(&self) -> f64 {
        let b2 = f64::from(self.b2());
        13.0 * f64::from(self.b1) + 0.6 * b2 / b2.ln() + 1500.0
    }
}

pub(super) const LEVELS: [Level; 9] = [
    Level { factor_bits: 32, b1: 150, curves: 16, smooth: 1 << 14 },
    Level { factor_bits: 42, b1: 500, curves: 25, smooth: 1 << 17 },
    Level { factor_bits: 50, b1: 2_000, curves: 30, smooth: 1 << 20 },
    Level { factor_bits: 58, b1: 5_000, curves: 50, smooth: 1 << 21 },
    Level { factor_bits: 66, b1: 11_000, curves: 90, smooth: 1 << 22 },
    Level { factor_bits: 75, b1: 25_000, curves: 150, smooth: 1 << 23 },
    Level { factor_bits: 83, b1: 50_000, curves: 250, smooth: 1 << 24 },
    Level { factor_bits: 91, b1: 110_000, curves: 400, smooth: 1 << 25 },
    Level { factor_bits: 100, b1: 250_000, curves: 700, smooth: 1 << 25 },
];
