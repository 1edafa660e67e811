//! Powers with remainders, in steps of which each is one line on paper.

use serde::Serialize;

/// One line: `left · right = product = quotient · modulus + remainder`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What there was.
    pub left: u32,
    /// What it is multiplied by: itself, or the base.
    pub right: u32,
    /// The product.
    pub product: u32,
    /// How often the modulus goes into it.
    pub quotient: u32,
    /// What is left, with which the next line goes on.
    pub remainder: u32,
}

/// `base` to the power of `exponent`, from 1 on, modulo `modulus`: the binary digits of the exponent from the second on, each a
/// square, and where it is 1 a product with the base besides (Knuth, The Art of Computer Programming, section 4.6.3).
pub(super) fn power(base: u32, exponent: u32, modulus: u32) -> (u32, Vec<Step>) {
    let (mut power, mut steps) = (base, Vec::new());
    let mut multiply = |left: u32, right: u32| {
        let product = left * right;
        steps.push(Step { left, right, product, quotient: product / modulus, remainder: product % modulus });
        product % modulus
    };
    let digits = u32::BITS - exponent.leading_zeros();
    for digit in (0..digits.saturating_sub(1)).rev() {
        power = multiply(power, power);
        if exponent >> digit & 1 == 1 {
            power = multiply(power, base);
        }
    }
    (power, steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_what_repeated_multiplication_gives() {
        for (base, exponent) in (1..23).flat_map(|base| (1..23).map(move |exponent| (base, exponent))) {
            let expected = (0..exponent).fold(1, |power, _| power * base % 23);
            let (got, steps) = power(base, exponent, 23);
            assert_eq!(got, expected, "{base}^{exponent}");
            assert!(steps.len() <= 8, "{steps:?}");
        }
    }
}
