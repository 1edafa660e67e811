//! An imaginary quadratic field in which p has a small relation (Coppersmith, Odlyzko, Schroeppel 1986).

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::{Integer, Roots};
use num_traits::{One, ToPrimitive, Zero};

/// The maximal order Z\[ω\] of Q(√−d), ω² = trace·ω − norm, and integers with T ≡ V·ω modulo a prime ideal above p.
///
/// For coprime a, b the element a − bω has the norm a² − trace·ab + norm·b², and its image modulo p is (aV − bT)/V.
/// Virtual logarithms of the ideals exist modulo every prime ℓ that divides neither the class number nor the number of
/// units (at most six): the h-th power of an ideal is principal, and the logarithm of its generator divided by h does
/// not depend on the generator. So the class number need not be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) p: BigUint,
    pub(crate) d: u32,
    pub(crate) trace: i64,
    pub(crate) norm: i64,
    pub(crate) t: i128,
    pub(crate) v: i128,
}

/// T and V have at most half as many bits and two more; their products with a and b must fit 128 bits.
pub(crate) const MAX_BITS: u64 = 200;

impl Field {
    /// The field with the smoothest norms. Nothing if p is too large or, with negligible chance, no field fits.
    pub(crate) fn new(p: &BigUint) -> Option<Self> {
        if p.bits() > MAX_BITS {
            return None;
        }
        let fields = (1..200u32).filter(|&d| is_squarefree(d)).map(order);
        let mut fields: Vec<(f64, (u32, i64, i64))> = fields.map(|field| (score(&field), field)).collect();
        fields.sort_by(|a, b| a.0.total_cmp(&b.0));
        fields.into_iter().find_map(|(_, (d, trace, norm))| Self::with(p, d, trace, norm))
    }

    fn with(p: &BigUint, d: u32, trace: i64, norm: i64) -> Option<Self> {
        if (p % d).is_zero() {
            return None;
        }
        let root = sqrt_mod(&(p - BigUint::from(d) % p), p)?;
        let half = (p + 1u32) >> 1u32;
        let omega = if trace == 1 { (root + 1u32) * half % p } else { root };
        let (t, v) = short_vector(p, &omega, norm);
        Some(Self { p: p.clone(), d, trace, norm, t: t.to_i128()?, v: v.to_i128()? })
    }

    /// The roots of x² − trace·x + norm modulo a prime: the prime ideals of degree one above it.
    pub(crate) fn roots(&self, q: u32) -> Vec<u32> {
        let (q64, trace) = (u64::from(q), self.trace as u64);
        let value = |x: u64| (x * x + self.norm as u64 + (q64 - trace % q64) * x) % q64;
        if q < 64 {
            return (0..q64).filter(|&x| value(x) == 0).map(|x| x as u32).collect();
        }
        let minus_d = (q64 - u64::from(self.d) % q64) % q64;
        if minus_d == 0 {
            let x = if trace == 1 { q64.div_ceil(2) } else { 0 };
            return vec![x as u32];
        }
        let Some(s) = sqrt_mod_word(minus_d, q64) else { return Vec::new() };
        let half = q64.div_ceil(2);
        let root = |s: u64| if trace == 1 { (s + 1) * half % q64 } else { s } as u32;
        let mut roots = vec![root(s), root(q64 - s)];
        roots.sort_unstable();
        roots
    }
}

fn is_squarefree(d: u32) -> bool {
    (2..=d.sqrt()).all(|q| !d.is_multiple_of(q * q))
}

/// (d, trace, norm) of the generator of the maximal order.
fn order(d: u32) -> (u32, i64, i64) {
    if d % 4 == 3 { (d, 1, i64::from(d + 1) / 4) } else { (d, 0, i64::from(d)) }
}

/// How large the norms are, as the logarithm of a random integer of the same smoothness (Murphy's α).
fn score(&(d, trace, norm): &(u32, i64, i64)) -> f64 {
    let discriminant = if trace == 1 { f64::from(d) } else { 4.0 * f64::from(d) };
    let mut score = discriminant.ln() / 2.0;
    for q in [2i64, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71] {
        let roots = (0..q).filter(|x| (x * x - trace * x + norm) % q == 0).count() as f64;
        let ramified = discriminant as i64 % q == 0;
        let q = q as f64;
        let mean = if ramified { 1.0 / (q + 1.0) } else { roots * q / (q * q - 1.0) };
        score += (1.0 / (q - 1.0) - mean) * q.ln();
    }
    score
}

/// The shortest (T, V) with T ≡ V·ω modulo p for the form T² + weight·V² (Lagrange).
pub(crate) fn short_vector(p: &BigUint, omega: &BigUint, weight: i64) -> (BigInt, BigInt) {
    let [u, _] = reduce(
        [(BigInt::from(p.clone()), BigInt::zero()), (BigInt::from(omega.clone()), BigInt::one())],
        &BigInt::from(weight),
    );
    if u.1.sign() == Sign::Minus { (-u.0, -u.1) } else { u }
}

/// A reduced basis of the lattice for the form x² + weight·y², the shortest vector first.
pub(crate) fn reduce([mut u, mut v]: [(BigInt, BigInt); 2], weight: &BigInt) -> [(BigInt, BigInt); 2] {
    let dot = |a: &(BigInt, BigInt), b: &(BigInt, BigInt)| -> BigInt { &a.0 * &b.0 + weight * &a.1 * &b.1 };
    let (mut uu, mut vv) = (dot(&u, &u), dot(&v, &v));
    loop {
        if uu > vv {
            std::mem::swap(&mut u, &mut v);
            std::mem::swap(&mut uu, &mut vv);
        }
        let uv: BigInt = dot(&u, &v);
        let doubled: BigInt = &uu * 2;
        let k: BigInt = Integer::div_floor(&(&uv * 2 + &uu), &doubled);
        v = (&v.0 - &k * &u.0, &v.1 - &k * &u.1);
        vv = dot(&v, &v);
        if vv >= uu {
            return [u, v];
        }
    }
}

/// A square root modulo an odd prime (Tonelli and Shanks), if there is one.
pub(crate) fn sqrt_mod(n: &BigUint, p: &BigUint) -> Option<BigUint> {
    let p1 = p - 1u32;
    if !n.modpow(&(&p1 >> 1u32), p).is_one() {
        return None;
    }
    let twos = p1.trailing_zeros()?;
    let odd = &p1 >> twos;
    let mut z = BigUint::from(2u32);
    while z.modpow(&(&p1 >> 1u32), p).is_one() {
        z += 1u32;
    }
    let (mut c, mut t) = (z.modpow(&odd, p), n.modpow(&odd, p));
    let mut root = n.modpow(&((&odd + 1u32) >> 1u32), p);
    let mut left = twos;
    while !t.is_one() {
        let (mut k, mut s) = (0, t.clone());
        while !s.is_one() {
            s = &s * &s % p;
            k += 1;
        }
        let b = c.modpow(&(BigUint::one() << (left - k - 1)), p);
        root = root * &b % p;
        c = &b * &b % p;
        t = t * &c % p;
        left = k;
    }
    Some(root)
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

/// The same for a prime below 2^32.
fn sqrt_mod_word(n: u64, q: u64) -> Option<u64> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cryptanalysis::prime::primes_up_to;

    #[test]
    fn the_field_has_p_in_it() {
        for p in [4_140_931_479_774_654_368_099u128, 41_433_073_590_985_389_352_579_352_327] {
            let field = Field::new(&BigUint::from(p)).unwrap();
            let (t, v) = (BigInt::from(field.t), BigInt::from(field.v));
            // T² − trace·TV + norm·V² is a small multiple of p
            let value: BigInt = &t * &t - field.trace * &t * &v + field.norm * &v * &v;
            let (quotient, rest) = value.div_rem(&BigInt::from(p));
            assert!(rest.is_zero());
            assert!(quotient.magnitude() < &BigUint::from(400u32));
        }
    }

    #[test]
    fn roots_are_roots_and_all_of_them() {
        let p = BigUint::from(41_433_073_590_985_389_352_579_352_327u128);
        let field = Field::new(&p).unwrap();
        for q in primes_up_to(600) {
            let all: Vec<u32> = (0..i64::from(q))
                .filter(|x| (x * x - field.trace * x + field.norm) % i64::from(q) == 0)
                .map(|x| x as u32)
                .collect();
            assert_eq!(field.roots(q), all, "modulo {q}");
        }
    }

    #[test]
    fn square_roots() {
        for p in [17u32, 97, 193, 65_537, 1_000_003] {
            for n in (2..60u32).filter(|n| n % p != 0) {
                let square = BigUint::from(n * n % p);
                let root = sqrt_mod(&square, &p.into()).unwrap();
                assert!(root == BigUint::from(n % p) || root == BigUint::from(p - n % p));
            }
        }
        assert_eq!(sqrt_mod(&3u32.into(), &7u32.into()), None);
    }
}
