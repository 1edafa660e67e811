//! Factor bases, and where their primes divide on a lattice.

/// Units of a sieve's bytes: half bits.
pub(super) const SCALE: f64 = 2.0;
/// Root of a prime that divides the form everywhere.
pub(super) const EVERYWHERE: u32 = u32::MAX;

/// Prime ideals (p, r) of one side: p divides the norm of a − b·x exactly when a ≡ r·b modulo p, or p | b for r = p.
#[derive(Clone, Debug, Default)]
pub(crate) struct Base {
    pub(crate) primes: Vec<u32>,
    pub(crate) roots: Vec<u32>,
    pub(super) logs: Vec<u8>,
    /// p⁻¹ mod 2^32 and ⌊(2^32 − 1)/p⌋: n·p⁻¹ is at most that exactly for the multiples of p.
    pub(super) divisors: Vec<(u32, u32)>,
}

impl Base {
    /// From (p, r), ascending.
    pub(crate) fn new(ideals: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut base = Self::default();
        for (p, r) in ideals {
            let mut inverse = 1u32;
            for _ in 0..5 {
                inverse = inverse.wrapping_mul(2u32.wrapping_sub(p.wrapping_mul(inverse)));
            }
            base.primes.push(p);
            base.roots.push(r);
            base.logs.push((f64::from(p).log2() * SCALE).round() as u8);
            base.divisors.push((inverse, u32::MAX / p));
        }
        base
    }

    pub(crate) fn len(&self) -> usize {
        self.primes.len()
    }

    pub(crate) fn largest(&self) -> u32 {
        self.primes.last().copied().unwrap_or(2)
    }

    /// The values of an element at the roots, for primes below 2^16.
    pub(super) fn small_values(&self, element: [i128; 3]) -> Vec<u16> {
        // then a product with a root and a sum fit a word
        let words = element.iter().all(|c| c.unsigned_abs() < 1 << 46).then(|| element.map(|c| c as i64));
        let of = |(&p, &r): (&u32, &u32)| match words {
            Some([c0, c1, c2]) => {
                let (p, r) = (i64::from(p), i64::from(r));
                (c0 + (c1 + c2 * r).rem_euclid(p) * r).rem_euclid(p) as u16
            }
            None => {
                let [c0, c1, c2] = element.map(|c| residue(c, p));
                let (p, r) = (u64::from(p), u64::from(r));
                ((c0 + (c1 + c2 * r) % p * r) % p) as u16
            }
        };
        self.primes.iter().zip(&self.roots).map(of).collect()
    }
}

/// The basis: elements c₀ + c₁x + c₂x² are i·u + j·v. A point (a, b) is the element a − b·x.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lattice {
    pub(crate) u: [i128; 3],
    pub(crate) v: [i128; 3],
}

impl Lattice {
    pub(crate) fn of_points(basis: [(i128, i128); 2]) -> Self {
        let [u, v] = basis.map(|(a, b)| [a, -b, 0]);
        Self { u, v }
    }

    pub(crate) fn element(&self, i: i64, j: i64) -> [i128; 3] {
        std::array::from_fn(|k| i128::from(i) * self.u[k] + i128::from(j) * self.v[k])
    }

    /// The (a, b) of an element of degree one.
    pub(crate) fn point(&self, i: i64, j: i64) -> (i128, i128) {
        let [a, b, _] = self.element(i, j);
        (a, -b)
    }
}

/// |n| mod p with the sign applied, for p below 2^31.
#[inline]
fn residue(n: i128, p: u32) -> u64 {
    let p64 = u64::from(p);
    let abs = n.unsigned_abs();
    let rest = match u64::try_from(abs) {
        Ok(small) => small % p64,
        Err(_) => {
            let high = (abs >> 64) as u64 % p64;
            let middle = (high << 32 | (abs as u64) >> 32) % p64;
            (middle << 32 | (abs as u64 & 0xffff_ffff)) % p64
        }
    };
    if n < 0 && rest != 0 { p64 - rest } else { rest }
}

/// The inverse of 0 < a < p.
#[inline]
fn invert(a: u32, p: u32) -> u32 {
    let (mut r0, mut r1) = (p, a);
    let (mut s0, mut s1) = (0i32, 1i32);
    while r1 != 0 {
        let q = r0 / r1;
        (r0, r1) = (r1, r0 - q * r1);
        (s0, s1) = (s1, s0 - q as i32 * s1);
    }
    if s0 < 0 { (s0 + p as i32) as u32 } else { s0 as u32 }
}

/// The roots in the coordinates of a lattice of points: p divides at (i, j) exactly when i ≡ root·j, or p | j for root = p.
pub(super) fn transform(base: &Base, lattice: &Lattice, out: &mut Vec<u32>) {
    out.clear();
    let words = |c: [i128; 3]| c.iter().all(|n| n.unsigned_abs() < 1 << 36).then(|| c.map(|n| n as i64));
    let small = words(lattice.u).zip(words(lattice.v));
    out.extend(base.primes.iter().zip(&base.roots).map(|(&p, &r)| {
        let p64 = u64::from(p);
        let (x, y) = if r == p {
            (residue(lattice.u[1], p), residue(lattice.v[1], p))
        } else if let Some((u, v)) = small {
            let (r, p) = (i64::from(r), i64::from(p));
            ((u[0] + r * u[1]).rem_euclid(p) as u64, (v[0] + r * v[1]).rem_euclid(p) as u64)
        } else {
            let value = |c: [i128; 3]| (residue(c[0], p) + residue(c[1], p) * u64::from(r)) % p64;
            (value(lattice.u), value(lattice.v))
        };
        match (x, y) {
            (0, 0) => EVERYWHERE,
            (0, _) => p,
            (_, 0) => 0,
            _ => ((p64 - y) * u64::from(invert(x as u32, p)) % p64) as u32,
        }
    }));
}
