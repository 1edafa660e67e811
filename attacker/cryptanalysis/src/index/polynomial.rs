//! The polynomial that defines one side: norms, and the prime ideals of degree one.

use num_bigint::{BigInt, BigUint};
use num_traits::Signed;

use super::base::Lattice;
use super::form::Form;
use super::roots::{inverse_word, roots, sqrt_mod_word};
use crate::mont::Mont;
use crate::prime::primes_up_to;

/// An irreducible polynomial of degree one to three over Z, the constant coefficient first.
///
/// For coprime a, b the element a − bα, times an ideal that is the same for all of them and trivial for monic
/// polynomials, has the norm bᵈ·f(a/b). The prime ideals of degree one above q are those of the roots r of f modulo q,
/// with a ≡ r·b in them, and of q itself for the root at infinity, where q divides the leading coefficient and b. No other
/// ideal divides a − bα, if the order is maximal at q.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Polynomial(pub(super) Vec<i128>);

/// Those that matter for [`Polynomial::alpha`].
const SMALL_PRIMES: [u32; 30] = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113,
];

impl Polynomial {
    pub(crate) fn degree(&self) -> usize {
        self.0.len() - 1
    }

    pub(crate) fn discriminant(&self) -> BigInt {
        let c: Vec<BigInt> = self.0.iter().map(|c| BigInt::from(*c)).collect();
        match &c[..] {
            [c, b, a] => b * b - a * c * 4,
            [d, c, b, a] => {
                b * b * c * c - a * c * c * c * 4 - b * b * b * d * 4 - a * a * d * d * 27 + a * b * c * d * 18
            }
            _ => BigInt::from(1),
        }
    }

    /// bᵈ·f(a/b).
    #[cfg(test)]
    pub(crate) fn norm(&self, a: i128, b: i128) -> BigInt {
        let (a, b) = (BigInt::from(a), BigInt::from(b));
        let terms = self.0.iter().enumerate();
        terms.map(|(k, c)| a.pow(k as u32) * b.pow((self.degree() - k) as u32) * *c).sum()
    }

    /// The norm on a lattice, with a divisor of all its values divided out.
    pub(crate) fn form(&self, lattice: &Lattice, divisor: u64) -> Option<Form> {
        let degree = self.degree();
        let [u, v] = [lattice.u, lattice.v].map(|c| [BigInt::from(-c[1]), BigInt::from(c[0])]);
        // Σ c·a^k·b^(d − k) with a = u·i + v·j
        let mut sum = vec![BigInt::ZERO; degree + 1];
        for (k, c) in self.0.iter().enumerate() {
            let mut term = vec![BigInt::from(*c)];
            for n in 0..degree {
                let which = usize::from(n < k);
                let mut next = vec![BigInt::ZERO; term.len() + 1];
                for (e, t) in term.iter().enumerate() {
                    next[e] += t * &v[which];
                    next[e + 1] += t * &u[which];
                }
                term = next;
            }
            sum.iter_mut().zip(term).for_each(|(s, t)| *s += t);
        }
        Form::new(&sum.into_iter().map(|s| s / divisor).collect::<Vec<_>>())
    }

    /// Modulo a prime below 2^31, ascending; the prime itself stands for infinity.
    pub(crate) fn roots(&self, q: u32) -> Vec<u32> {
        let q64 = u64::from(q);
        let c: Vec<u64> = self.0.iter().map(|c| c.rem_euclid(i128::from(q)) as u64).collect();
        let degree = self.degree();
        let mut out = if degree == 1 {
            inverse_word(c[1], q64).map(|inverse| vec![((q64 - c[0]) * inverse % q64) as u32]).unwrap_or_default()
        } else if q < 64 {
            let value = |x: u64| c.iter().rev().fold(0, |v, c| (v * x + c) % q64);
            (0..q).filter(|x| value(u64::from(*x)) == 0).collect()
        } else if degree == 2 && c[2] != 0 {
            quadratic(c[0], c[1], c[2], q64)
        } else {
            let Some(m) = Mont::<1>::word(q64) else { return Vec::new() };
            let entered: Vec<[u64; 1]> = c.iter().map(|c| m.enter_limbs(&[*c])).collect();
            roots(&m, &entered).iter().map(|r| m.leave_limbs(r)[0] as u32).collect()
        };
        out.sort_unstable();
        if c[degree] == 0 {
            out.push(q);
        }
        out
    }

    /// Whether a finite root modulo a prime is a multiple one.
    pub(super) fn is_double(&self, root: u32, q: u32) -> bool {
        let (q, r) = (i128::from(q), i128::from(root));
        let slope = (1..self.0.len()).rev();
        slope.fold(0, |v, k| (v * r + self.0[k] % q * k as i128).rem_euclid(q)) == 0
    }

    /// Modulo a prime of at most 256 bits.
    pub(crate) fn roots_modulo(&self, m: &Mont<4>) -> Vec<BigUint> {
        let entered: Vec<[u64; 4]> = self
            .0
            .iter()
            .map(|c| {
                let size = m.enter(&BigUint::from(c.unsigned_abs()));
                if *c < 0 { m.neg(&size) } else { size }
            })
            .collect();
        roots(m, &entered).iter().map(|r| m.leave(r)).collect()
    }

    /// The roots of the ideals whose product, with these exponents, is (q): nothing if that takes others too.
    pub(crate) fn decomposition(&self, q: u32) -> Option<Vec<(u32, i32)>> {
        let roots = self.roots(q);
        match (self.degree(), &roots[..]) {
            (2, [ramified]) => Some(vec![(*ramified, 2)]),
            (degree, _) if roots.len() == degree => Some(roots.into_iter().map(|r| (r, 1)).collect()),
            _ => None,
        }
    }

    /// How much smoother the norms are than random integers of their size: the expected difference of the logarithms of
    /// what small primes leave of them, negative where they are smoother (Murphy's α, 1999). The order must be maximal.
    pub(crate) fn alpha(&self) -> f64 {
        let discriminant = self.discriminant();
        let terms = SMALL_PRIMES.iter().map(|&q| {
            let roots = self.roots(q);
            let real = f64::from(q);
            let simple = real / (real * real - 1.0);
            let ramified = (&discriminant % q) == BigInt::ZERO;
            let mean = match (ramified, self.degree()) {
                (false, _) => roots.len() as f64 * simple,
                // a double root, and a simple one beside it
                (true, 3) => 1.0 / (real + 1.0) + (roots.len() - 1) as f64 * simple,
                (true, _) => 1.0 / (real + 1.0),
            };
            (1.0 / (real - 1.0) - mean) * real.ln()
        });
        terms.sum()
    }

    /// The mean logarithm of the norms of the unit circle.
    pub(crate) fn size(&self) -> f64 {
        const STEPS: u32 = 60;
        let coefficients: Vec<f64> = self.0.iter().map(|c| *c as f64).collect();
        let value = |k: u32| {
            let (b, a) = (std::f64::consts::PI * (f64::from(k) + 0.5) / f64::from(STEPS)).sin_cos();
            let (sum, _) =
                coefficients.iter().rev().fold((0.0, 1.0), |(sum, power), c| (sum * a + c * power, power * b));
            f64::ln(f64::abs(sum))
        };
        (0..STEPS).map(value).sum::<f64>() / f64::from(STEPS)
    }

    /// Whether the order is maximal at all primes up to a limit: no square of one divides the discriminant.
    pub(crate) fn is_maximal(&self, limit: u32) -> bool {
        let discriminant = self.discriminant().magnitude().clone();
        primes_up_to(limit).into_iter().all(|q| (&discriminant % (u64::from(q) * u64::from(q))) != BigUint::ZERO)
    }

    /// Whether it vanishes at a residue.
    pub(crate) fn vanishes(&self, x: &BigUint, p: &BigUint) -> bool {
        let (x, p) = (BigInt::from(x.clone()), BigInt::from(p.clone()));
        (self.0.iter().rev().fold(BigInt::ZERO, |v, c| (v * &x + *c) % &p)) == BigInt::ZERO
    }
}

/// c + bx + ax² modulo q, which does not divide a.
fn quadratic(c: u64, b: u64, a: u64, q: u64) -> Vec<u32> {
    let discriminant = (b * b % q + 4 * (q - a * c % q)) % q;
    let Some(inverse) = inverse_word(2 * a, q) else { return Vec::new() };
    let root = |s: u64| ((q - b + s) % q * inverse % q) as u32;
    if discriminant == 0 {
        return vec![root(0)];
    }
    sqrt_mod_word(discriminant, q).map(|s| vec![root(s), root(q - s)]).unwrap_or_default()
}

impl std::fmt::Display for Polynomial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut first = true;
        for (k, c) in self.0.iter().enumerate().rev().filter(|(_, c)| **c != 0) {
            let sign = match (c.is_negative(), first) {
                (true, true) => "−",
                (true, false) => " − ",
                (false, true) => "",
                (false, false) => " + ",
            };
            let size = c.unsigned_abs();
            let factor = if size == 1 && k > 0 { String::new() } else { size.to_string() };
            let power = ["", "x", "x²", "x³"].get(k).copied().unwrap_or_default();
            write!(f, "{sign}{factor}{power}")?;
            first = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brute(f: &Polynomial, q: u32) -> Vec<u32> {
        let q64 = i128::from(q);
        let value = |x: u32| f.0.iter().rev().fold(0, |v, c| (v * i128::from(x) + c).rem_euclid(q64));
        let mut out: Vec<u32> = (0..q).filter(|x| value(*x) == 0).collect();
        if f.0[f.degree()] % q64 == 0 {
            out.push(q);
        }
        out
    }

    #[test]
    fn roots_are_roots_and_all_of_them() {
        let linear = Polynomial(vec![-123_456_789_012, 7 * 101]);
        let monic = Polynomial(vec![6, -1, 1]);
        let quadratic = Polynomial(vec![1_000_003, -12_345, 11 * 97]);
        let cubic = Polynomial(vec![-3, 1, -1, 1]);
        for f in [linear, monic, quadratic, cubic] {
            for q in primes_up_to(700) {
                assert_eq!(f.roots(q), brute(&f, q), "{f} modulo {q}");
            }
        }
    }

    #[test]
    fn discriminants_as_in_the_books() {
        assert_eq!(Polynomial(vec![-1, -1, 0, 1]).discriminant(), BigInt::from(-23));
        assert_eq!(Polynomial(vec![1, 1, 0, 1]).discriminant(), BigInt::from(-31));
        assert_eq!(Polynomial(vec![5, 3, 2]).discriminant(), BigInt::from(9 - 40));
    }

    #[test]
    fn forms_are_norms_on_the_lattice() {
        let f = Polynomial(vec![-3, 1, -1, 1]);
        let lattice = Lattice::of_points([(7, 2), (-3, 5)]);
        let form = f.form(&lattice, 1).unwrap();
        for (i, j) in [(1, 0), (0, 1), (5, 3), (-4, 9)] {
            let (a, b) = lattice.point(i, j);
            assert_eq!(BigUint::from(form.wrapping_value(i, j).unsigned_abs()), *f.norm(a, b).magnitude());
        }
        // on the lattice of an ideal its prime divides all norms
        let q = primes_up_to(100).into_iter().rfind(|q| !f.roots(*q).is_empty()).unwrap();
        let special = Lattice::of_points([(i128::from(q), 0), (i128::from(f.roots(q)[0]), 1)]);
        let (a, b) = special.point(2, 3);
        assert_eq!(
            BigUint::from(f.form(&special, q.into()).unwrap().wrapping_value(2, 3).unsigned_abs()) * q,
            *f.norm(a, b).magnitude()
        );
    }

    #[test]
    fn maximal_means_a_discriminant_without_squares() {
        assert!(Polynomial(vec![-1, -1, 0, 1]).is_maximal(100));
        // x² + 3: discriminant −12
        assert!(!Polynomial(vec![3, 0, 1]).is_maximal(100));
    }

    #[test]
    fn polynomials_in_print() {
        assert_eq!(Polynomial(vec![-3, 1, -1, 1]).to_string(), "x³ − x² + x − 3");
        assert_eq!(Polynomial(vec![5, -7]).to_string(), "−7x + 5");
    }
}
