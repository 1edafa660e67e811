//! Primes of a special form, for which the number field sieve has better polynomials than for others.

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, Signed, Zero};

/// How a number can be written shortly.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SpecialForm {
    /// base^exponent + difference, the difference short.
    NearPower {
        /// In decimal.
        base: String,
        /// At least 4: the degree of a polynomial with the root `base`.
        exponent: u32,
        /// In decimal, with its sign.
        difference: String,
    },
    /// A sum of few powers of two with signs.
    Sparse {
        /// The exponents, with + or − before each.
        terms: Vec<String>,
    },
}

/// More terms than this are no special form any more.
const TERMS: usize = 9;

/// The special form of p, if it is seen. A hidden one cannot be seen: a prime can be made for a polynomial that only its
/// maker knows (Gordon 1992; Fried, Gaudry, Heninger and Thomé 2016).
pub(crate) fn special_form(p: &BigUint) -> Option<SpecialForm> {
    if p.bits() < 64 {
        return None;
    }
    near_power(p).or_else(|| sparse(p))
}

/// a^k + c with |c| no longer than a sixth of p: powers of small bases, and of whatever base for exponents up to 64.
fn near_power(p: &BigUint) -> Option<SpecialForm> {
    let short = p.bits() / 6;
    let near = |base: &BigUint, exponent: u32| {
        let difference = BigInt::from(p.clone()) - BigInt::from(base.pow(exponent));
        (exponent >= 4 && difference.bits() <= short).then(|| SpecialForm::NearPower {
            base: base.to_string(),
            exponent,
            difference: difference.to_string(),
        })
    };
    let bits = p.bits() as f64;
    let small = (2u32..=1000).find_map(|base| {
        let exponent = (bits / f64::from(base).log2()).round() as u32;
        // the length of p is known to a bit, so the exponent is one of two
        let base = BigUint::from(base);
        (exponent.saturating_sub(1)..=exponent).rev().find_map(|exponent| near(&base, exponent))
    });
    small.or_else(|| {
        (4..=64.min(p.bits() as u32 / 8)).rev().find_map(|exponent| {
            let root = p.nth_root(exponent);
            near(&root, exponent).or_else(|| near(&(root + 1u32), exponent))
        })
    })
}

/// The signed binary digits of p where there are few of them: each step takes the power of two that is nearest.
fn sparse(p: &BigUint) -> Option<SpecialForm> {
    let mut rest = BigInt::from(p.clone());
    let mut terms = Vec::new();
    while !rest.is_zero() {
        if terms.len() == TERMS {
            return None;
        }
        let bits = rest.bits();
        let (below, above) = (BigInt::one() << (bits - 1), BigInt::one() << bits);
        let size = rest.abs();
        let (power, exponent) = if &size - &below <= &above - &size { (below, bits - 1) } else { (above, bits) };
        let negative = rest.sign() == Sign::Minus;
        terms.push(format!("{}2^{exponent}", if negative { '-' } else { '+' }));
        if negative { rest += power } else { rest -= power }
    }
    Some(SpecialForm::Sparse { terms })
}

impl std::fmt::Display for SpecialForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NearPower { base, exponent, difference } => {
                let (sign, size) = difference.strip_prefix('-').map_or(("+", difference.as_str()), |size| ("−", size));
                write!(f, "{base}^{exponent} {sign} {size}")
            }
            Self::Sparse { terms } => {
                let text = terms.join(" ").replace('+', "+ ").replace('-', "− ");
                f.write_str(text.strip_prefix("+ ").unwrap_or(&text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn told(p: &BigUint) -> Option<String> {
        special_form(p).map(|form| form.to_string())
    }

    #[test]
    fn special_forms_are_seen() {
        let two = |k: u32| BigUint::one() << k;
        assert_eq!(told(&(two(1279) - 1u32)).as_deref(), Some("2^1279 − 1"));
        assert_eq!(told(&(two(784) - two(28) + 1_027_679u32)).as_deref(), Some("2^784 − 267407777"));
        assert_eq!(told(&(BigUint::from(10u32).pow(200) + 357u32)).as_deref(), Some("10^200 + 357"));
        let m = BigUint::from(0x1234_5678_9abc_def1u64) * 3u32;
        assert_eq!(told(&(m.pow(6) + 1091u32)), Some(format!("{m}^6 + 1091")));
        assert_eq!(told(&(m.pow(6) - 1091u32)), Some(format!("{m}^6 − 1091")));
        // the primes of NIST's curves
        assert_eq!(told(&(two(192) - two(64) - 1u32)).as_deref(), Some("2^192 − 2^64 − 2^0"));
        assert_eq!(told(&(two(521) - 1u32)).as_deref(), Some("2^521 − 1"));
    }

    #[test]
    fn nothing_is_seen_in_what_has_no_form() {
        let mut rng = Rng::new(5);
        for bits in [64u32, 100, 256, 1000, 2048] {
            for _ in 0..20 {
                let n = rng.below(&(BigUint::one() << bits));
                assert_eq!(told(&n), None, "{n}");
            }
        }
    }
}
