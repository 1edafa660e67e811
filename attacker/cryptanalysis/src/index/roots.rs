//! Roots modulo primes.

use crate::mont::Mont;

/// Largest degree.
const DEGREE: usize = 3;

/// The distinct roots of a polynomial of degree at most three modulo an odd prime, coefficients and roots in Montgomery
/// form, the constant coefficient first (Cantor and Zassenhaus 1981). No root of the zero polynomial is found.
pub(crate) fn roots<const L: usize>(m: &Mont<L>, polynomial: &[[u64; L]]) -> Vec<[u64; L]> {
    let Some(f) = Monic::new(m, polynomial) else { return Vec::new() };
    let mut out = Vec::new();
    if f.degree() == 1 {
        f.split(m, &mut out);
        return out;
    }
    let x = f.linear(m, &[0; L]);
    let mut power = f.power(m, &x, m.modulus());
    power[1] = m.sub(&power[1], &m.one());
    if let Some(product) = f.gcd(m, &power) {
        product.split(m, &mut out);
    }
    out
}

/// A monic polynomial of degree one to three, without its leading coefficient.
struct Monic<const L: usize>(Vec<[u64; L]>);

type Rest<const L: usize> = [[u64; L]; DEGREE];

impl<const L: usize> Monic<L> {
    /// Nothing if it is constant.
    fn new(m: &Mont<L>, polynomial: &[[u64; L]]) -> Option<Self> {
        let degree = polynomial.iter().rposition(|c| !Mont::is_zero(c)).filter(|d| (1..=DEGREE).contains(d))?;
        let inverse = invert(m, &polynomial[degree]);
        Some(Self(polynomial[..degree].iter().map(|c| m.mul(c, &inverse)).collect()))
    }

    fn degree(&self) -> usize {
        self.0.len()
    }

    /// x + shift modulo this.
    fn linear(&self, m: &Mont<L>, shift: &[u64; L]) -> Rest<L> {
        let mut out = [[0; L]; DEGREE];
        out[0] = *shift;
        if self.degree() > 1 {
            out[1] = m.one();
        } else {
            out[0] = m.sub(shift, &self.0[0]);
        }
        out
    }

    fn multiply(&self, m: &Mont<L>, a: &Rest<L>, b: &Rest<L>) -> Rest<L> {
        let degree = self.degree();
        let mut product = [[0; L]; 2 * DEGREE - 1];
        for i in 0..degree {
            for j in 0..degree {
                product[i + j] = m.add(&product[i + j], &m.mul(&a[i], &b[j]));
            }
        }
        for top in (degree..2 * degree - 1).rev() {
            let factor = product[top];
            for (k, c) in self.0.iter().enumerate() {
                let place = &mut product[top - degree + k];
                *place = m.sub(place, &m.mul(&factor, c));
            }
        }
        std::array::from_fn(|k| if k < degree { product[k] } else { [0; L] })
    }

    fn power(&self, m: &Mont<L>, base: &Rest<L>, exponent: &[u64]) -> Rest<L> {
        let mut out = [[0; L]; DEGREE];
        out[0] = m.one();
        let bits =
            exponent.iter().rposition(|d| *d != 0).map_or(0, |k| 64 * k + 64 - exponent[k].leading_zeros() as usize);
        for bit in (0..bits).rev() {
            out = self.multiply(m, &out, &out);
            if exponent[bit / 64] >> (bit % 64) & 1 == 1 {
                out = self.multiply(m, &out, base);
            }
        }
        out
    }

    /// The greatest common divisor with a polynomial modulo this; nothing if it is constant.
    fn gcd(&self, m: &Mont<L>, other: &Rest<L>) -> Option<Self> {
        let mut a: Vec<[u64; L]> = self.0.iter().copied().chain([m.one()]).collect();
        let Some(mut b) = Self::new(m, other) else {
            return other[0].iter().all(|l| *l == 0).then(|| Self(self.0.clone()));
        };
        loop {
            while a.len() > b.degree() {
                let Some(factor) = a.pop() else { break };
                let from = a.len() - b.degree();
                for (x, c) in a[from..].iter_mut().zip(&b.0) {
                    *x = m.sub(x, &m.mul(&factor, c));
                }
            }
            match Self::new(m, &a) {
                Some(rest) => {
                    a = b.0.iter().copied().chain([m.one()]).collect();
                    b = rest;
                }
                None => return a.first().is_none_or(Mont::is_zero).then_some(b),
            }
        }
    }

    /// The roots of a product of distinct linear factors.
    fn split(&self, m: &Mont<L>, out: &mut Vec<[u64; L]>) {
        if self.degree() == 1 {
            return out.push(m.neg(&self.0[0]));
        }
        let mut half = *m.modulus();
        (0..L).for_each(|k| half[k] = half[k] >> 1 | half.get(k + 1).map_or(0, |next| next << 63));
        let mut shift = [0; L];
        // each shift separates two given roots with a chance of one half
        for _ in 0..128 {
            let mut power = self.power(m, &self.linear(m, &shift), &half);
            power[0] = m.sub(&power[0], &m.one());
            if let Some(part) = self.gcd(m, &power).filter(|part| part.degree() < self.degree()) {
                part.split(m, out);
                return self.without(m, &part).split(m, out);
            }
            shift = m.add(&shift, &m.one());
        }
    }

    /// The quotient by a divisor of smaller degree.
    fn without(&self, m: &Mont<L>, divisor: &Self) -> Self {
        let mut rest: Vec<[u64; L]> = self.0.iter().copied().chain([m.one()]).collect();
        let mut quotient = Vec::new();
        while rest.len() > divisor.degree() {
            let Some(factor) = rest.pop() else { break };
            let from = rest.len() - divisor.degree();
            for (x, c) in rest[from..].iter_mut().zip(&divisor.0) {
                *x = m.sub(x, &m.mul(&factor, c));
            }
            quotient.push(factor);
        }
        quotient.reverse();
        quotient.pop();
        Self(quotient)
    }
}

/// a⁻¹ modulo a prime (Fermat).
fn invert<const L: usize>(m: &Mont<L>, a: &[u64; L]) -> [u64; L] {
    let mut exponent = *m.modulus();
    // the modulus is odd and above 2
    exponent[0] -= if exponent[0] == 1 { 0 } else { 2 };
    if m.modulus()[0] == 1 {
        return m.invert(a).unwrap_or([0; L]);
    }
    m.pow_digits(a, &exponent)
}

fn pow_mod_word(mut base: u64, mut e: u64, q: u64) -> u64 {
    let mut out = 1;
    while e > 0 {
        if e & 1 == 1 {
            out = out * base % q;
        }
        base = base * base % q;
        e >>= 1;
    }
    out
}

/// A square root modulo an odd prime below 2^32 (Tonelli and Shanks), if there is one: factor bases need many.
pub(crate) fn sqrt_mod_word(n: u64, q: u64) -> Option<u64> {
    if pow_mod_word(n, (q - 1) / 2, q) != 1 {
        return None;
    }
    if q % 4 == 3 {
        return Some(pow_mod_word(n, q.div_ceil(4), q));
    }
    let mut left = (q - 1).trailing_zeros();
    let odd = (q - 1) >> left;
    let z = (2..q).find(|&z| pow_mod_word(z, (q - 1) / 2, q) != 1)?;
    let (mut c, mut t, mut root) =
        (pow_mod_word(z, odd, q), pow_mod_word(n, odd, q), pow_mod_word(n, odd.div_ceil(2), q));
    while t != 1 {
        let (mut k, mut s) = (0, t);
        while s != 1 {
            s = s * s % q;
            k += 1;
        }
        let b = pow_mod_word(c, 1 << (left - k - 1), q);
        root = root * b % q;
        c = b * b % q;
        t = t * c % q;
        left = k;
    }
    Some(root)
}

/// The inverse of a modulo a prime q below 2^32, nothing for a multiple of it.
pub(crate) fn inverse_word(a: u64, q: u64) -> Option<u64> {
    let (mut r0, mut r1, mut s0, mut s1) = (q as i64, (a % q) as i64, 0i64, 1i64);
    while r1 != 0 {
        let k = r0 / r1;
        (r0, r1) = (r1, r0 - k * r1);
        (s0, s1) = (s1, s0 - k * s1);
    }
    (r0 == 1).then(|| s0.rem_euclid(q as i64) as u64)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use num_traits::One;

    use super::*;
    use crate::mont::from_limbs;
    use crate::prime::primes_up_to;
    use crate::rng::Rng;

    #[test]
    fn square_roots() {
        for p in [17u64, 97, 193, 65_537, 1_000_003] {
            for n in (2..60).filter(|n| n % p != 0) {
                let root = sqrt_mod_word(n * n % p, p).unwrap();
                assert!(root == n % p || root == p - n % p);
            }
        }
        assert_eq!(sqrt_mod_word(3, 7), None);
    }

    #[test]
    fn roots_of_cubics_are_all_of_them() {
        let mut rng = Rng::new(11);
        for q in primes_up_to(400).into_iter().skip(1).map(u64::from) {
            let m = Mont::<1>::word(q).unwrap();
            for _ in 0..8 {
                let f: Vec<u64> = (0..4).map(|_| rng.next() % q).collect();
                if f[1..].iter().all(|c| *c == 0) {
                    continue;
                }
                let all: Vec<u64> = (0..q).filter(|x| f.iter().rev().fold(0, |v, c| (v * x + c) % q) == 0).collect();
                let entered: Vec<[u64; 1]> = f.iter().map(|c| m.enter_limbs(&[*c])).collect();
                let mut found: Vec<u64> = roots(&m, &entered).iter().map(|r| m.leave_limbs(r)[0]).collect();
                found.sort_unstable();
                assert_eq!(found, all, "{f:?} modulo {q}");
            }
        }
    }

    #[test]
    fn roots_modulo_a_long_prime() {
        // 2^89 − 1, and (x − 5)(x − 7)(x + 1) = x³ − 11x² + 23x + 35
        let q = (BigUint::one() << 89u32) - 1u32;
        let m = Mont::<2>::new(&q).unwrap();
        let f = [BigUint::from(35u32), 23u32.into(), &q - 11u32, 1u32.into()].map(|c| m.enter(&c));
        let mut found: Vec<BigUint> = roots(&m, &f).iter().map(|r| from_limbs(&m.leave_limbs(r))).collect();
        found.sort();
        assert_eq!(found, [BigUint::from(5u32), 7u32.into(), &q - 1u32]);
    }
}
