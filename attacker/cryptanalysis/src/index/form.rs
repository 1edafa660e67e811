//! Norms as functions of the coordinates of a lattice.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::sieve::Region;

/// Values are not larger.
const LARGEST_BITS: f64 = 160.0;

/// A homogeneous form in i and j of degree one to three: the coefficients by the power of i, modulo 2^128.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    degree: usize,
    coefficients: [i128; 4],
    estimate: Estimate,
}

impl Form {
    /// Nothing for other degrees.
    pub(crate) fn new(coefficients: &[BigInt]) -> Option<Self> {
        let degree = coefficients.len().checked_sub(1).filter(|d| (1..=3).contains(d))?;
        let (mut words, mut sizes) = ([0; 4], [0.0; 4]);
        for ((word, size), c) in words.iter_mut().zip(&mut sizes).zip(coefficients) {
            let mut digits = c.magnitude().iter_u64_digits().map(i128::from);
            let low = digits.next().unwrap_or(0) | digits.next().unwrap_or(0) << 64;
            *word = if c.is_negative() { low.wrapping_neg() } else { low };
            *size = c.to_f64()?;
        }
        Some(Self { degree, coefficients: words, estimate: Estimate { degree, coefficients: sizes } })
    }

    /// Whether the values in a region are below 2^[`LARGEST_BITS`].
    pub(super) fn fits(&self, region: Region) -> bool {
        let (i, j) = (((1u64 << region.log_width) / 2) as f64, f64::from(region.rows));
        let terms = self.estimate.coefficients[..=self.degree].iter().enumerate();
        let most: f64 = terms.map(|(k, c)| c.abs() * i.powi(k as i32) * j.powi((self.degree - k) as i32)).sum();
        most.log2() < LARGEST_BITS
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

#[cfg(test)]
mod tests {
    use super::*;

    /// 2^130 − 3 and −2^129: what is left of the value is its remainder modulo 2^128, its size is that of the whole.
    #[test]
    fn coefficients_longer_than_a_word_keep_their_remainder_and_their_size() {
        let power = |k: u32| BigInt::from(2u32).pow(k);
        let form = Form::new(&[power(130) - 3, -power(129)]).unwrap();
        assert_eq!(form.wrapping_value(0, 1), -3);
        assert_eq!(form.wrapping_value(1, 1), -3);
        assert_eq!(form.wrapping_value(2, 5), -15);
        assert_eq!(form.estimate().size(1.0, 0.0), 129f64.exp2());
        assert!(form.estimate().size(2.0, 1.0) < 2.0f64.powi(100), "2^130 − 3 − 2^130");
    }
}
