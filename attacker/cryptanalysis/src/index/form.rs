//! Norms as functions of the coordinates of a lattice.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::sieve::Region;

/// Values are not larger.
const LARGEST_BITS: f64 = 150.0;

/// A homogeneous form in i and j of degree one to three: the coefficients by the power of i.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    degree: usize,
    coefficients: [i128; 4],
    estimate: Estimate,
}

impl Form {
    /// Nothing for other degrees and for coefficients of more than 127 bits.
    pub(crate) fn new(coefficients: &[BigInt]) -> Option<Self> {
        let degree = coefficients.len().checked_sub(1).filter(|d| (1..=3).contains(d))?;
        let mut words = [0; 4];
        for (to, from) in words.iter_mut().zip(coefficients) {
            *to = from.to_i128()?;
        }
        let estimate = Estimate { degree, coefficients: words.map(|c| c as f64) };
        Some(Self { degree, coefficients: words, estimate })
    }

    /// A bound for the values in a region, in bits.
    pub(super) fn bits(&self, region: Region) -> f64 {
        let (i, j) = (((1u64 << region.log_width) / 2) as f64, f64::from(region.rows));
        let terms = self.estimate.coefficients[..=self.degree].iter().enumerate();
        let most: f64 = terms.map(|(k, c)| c.abs() * i.powi(k as i32) * j.powi((self.degree - k) as i32)).sum();
        most.log2()
    }

    /// Whether the values in a region are below 2^[`LARGEST_BITS`].
    pub(super) fn fits(&self, region: Region) -> bool {
        self.bits(region) < LARGEST_BITS
    }

    /// The widest region within another where they do.
    pub(super) fn widest(&self, mut region: Region) -> Region {
        while !self.fits(region) && region.log_width > 4 && region.rows > 2 {
            region = Region { log_width: region.log_width - 1, rows: region.rows / 2 };
        }
        region
    }

    /// Modulo 2^128.
    pub(super) fn wrapping_value(&self, i: i64, j: i64) -> i128 {
        let (i, j) = (i128::from(i), i128::from(j));
        let (mut sum, mut power) = (0i128, 1);
        for c in self.coefficients[..=self.degree].iter().rev() {
            sum = sum.wrapping_mul(i).wrapping_add(c.wrapping_mul(power));
            power *= j;
        }
        sum
    }

    pub(super) fn estimate(&self) -> Estimate {
        self.estimate
    }
}

/// A form in floating point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    degree: usize,
    coefficients: [f64; 4],
}

impl Estimate {
    #[inline]
    pub(super) fn size(&self, i: f64, j: f64) -> f64 {
        let [c0, c1, c2, c3] = self.coefficients;
        match self.degree {
            1 => c1 * i + c0 * j,
            2 => (c2 * i + c1 * j) * i + c0 * j * j,
            _ => ((c3 * i + c2 * j) * i + c1 * j * j) * i + c0 * j * j * j,
        }
        .abs()
    }
}
