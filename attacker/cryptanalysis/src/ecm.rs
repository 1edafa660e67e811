//! Lenstra's elliptic curve method with Montgomery curves (Suyama's parametrisation, Montgomery 1987).

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

use super::mont::Mont;
use super::prime::primes_up_to;

/// The exponents of both stages for one pair of bounds, shared by all curves.
pub(crate) struct Bounds {
    /// Stage 1: prime powers up to B1.
    powers: Vec<u64>,
    /// Stage 2: for each giant step the offsets d with a prime at step·D ± d.
    steps: Vec<Vec<u16>>,
    first_step: u64,
}

/// The baby-step width of stage 2.
const WIDTH: u64 = 210;

impl Bounds {
    pub(crate) fn new(b1: u32, b2: u32) -> Self {
        let primes = primes_up_to(b2);
        let powers = primes
            .iter()
            .take_while(|&&q| q <= b1)
            .map(|&q| {
                let q = u64::from(q);
                let mut power = q;
                while power * q <= u64::from(b1) {
                    power *= q;
                }
                power
            })
            .collect();
        let first_step = (u64::from(b1) + WIDTH / 2) / WIDTH;
        let last_step = (u64::from(b2) + WIDTH / 2) / WIDTH;
        let mut steps = vec![Vec::new(); (last_step - first_step + 1) as usize];
        for q in primes.into_iter().map(u64::from).filter(|&q| q > u64::from(b1)) {
            let step = (q + WIDTH / 2) / WIDTH;
            let offset = q.abs_diff(step * WIDTH) as u16;
            if !steps[(step - first_step) as usize].contains(&offset) {
                steps[(step - first_step) as usize].push(offset);
            }
        }
        Self { powers, steps, first_step }
    }

    /// Field multiplications of one curve, roughly.
    pub(crate) fn cost(&self) -> u64 {
        let stage1: u64 = self.powers.iter().map(|p| 10 * u64::from(p.ilog2() + 1)).sum();
        let stage2: usize = self.steps.iter().map(|s| s.len() + 6).sum();
        stage1 + stage2 as u64 + 400
    }
}

type Point<const L: usize> = ([u64; L], [u64; L]);

struct Curve<'a, const L: usize> {
    m: &'a Mont<L>,
    /// (A + 2)/4
    a24: [u64; L],
}

impl<const L: usize> Curve<'_, L> {
    fn double(&self, (x, z): &Point<L>) -> Point<L> {
        let m = self.m;
        let sum = m.square(&m.add(x, z));
        let difference = m.square(&m.sub(x, z));
        let cross = m.sub(&sum, &difference);
        (m.mul(&sum, &difference), m.mul(&cross, &m.add(&difference, &m.mul(&self.a24, &cross))))
    }

    /// P + Q from P, Q and P − Q.
    fn add(&self, p: &Point<L>, q: &Point<L>, difference: &Point<L>) -> Point<L> {
        let m = self.m;
        let u = m.mul(&m.sub(&p.0, &p.1), &m.add(&q.0, &q.1));
        let v = m.mul(&m.add(&p.0, &p.1), &m.sub(&q.0, &q.1));
        let (s, d) = (m.add(&u, &v), m.sub(&u, &v));
        (m.mul(&difference.1, &m.square(&s)), m.mul(&difference.0, &m.square(&d)))
    }

    fn multiply(&self, p: &Point<L>, k: u64) -> Point<L> {
        if k < 2 {
            return if k == 1 { *p } else { (self.m.one(), [0; L]) };
        }
        let mut low = *p;
        let mut high = self.double(p);
        for bit in (0..k.ilog2()).rev() {
            if k >> bit & 1 == 1 {
                low = self.add(&high, &low, p);
                high = self.double(&high);
            } else {
                high = self.add(&high, &low, p);
                low = self.double(&low);
            }
        }
        low
    }
}

/// One curve. The answer is a proper factor of the modulus, found with luck.
pub(crate) fn curve<const L: usize>(m: &Mont<L>, bounds: &Bounds, sigma: u32) -> Option<BigUint> {
    let n = super::mont::from_limbs(m.modulus());
    let factor = |value: &[u64; L]| {
        let g = super::mont::from_limbs(value).gcd(&n);
        (!g.is_one() && g != n).then_some(g)
    };
    let small = |k: u64| m.enter(&BigUint::from(k));
    let sigma = small(u64::from(sigma.max(6)));
    let u = m.sub(&m.square(&sigma), &small(5));
    let v = m.mul(&small(4), &sigma);
    let cube = |a: &[u64; L]| m.mul(a, &m.square(a));
    let (u3, v3) = (cube(&u), cube(&v));
    let top = m.mul(&cube(&m.sub(&v, &u)), &m.add(&v, &m.mul(&small(3), &u)));
    let bottom = m.mul(&small(16), &m.mul(&u3, &v));
    let Some(inverse) = m.invert(&bottom) else {
        return factor(&bottom);
    };
    let curve = Curve { m, a24: m.mul(&top, &inverse) };
    let mut point = (u3, v3);
    for &power in &bounds.powers {
        point = curve.multiply(&point, power);
    }
    if Mont::is_zero(&point.1) {
        return None;
    }
    if let Some(g) = factor(&point.1) {
        return Some(g);
    }
    factor(&stage_2(&curve, bounds, &point))
}

/// The product of x(step)·z(d) − x(d)·z(step) over all primes step·D ± d of stage 2.
fn stage_2<const L: usize>(curve: &Curve<'_, L>, bounds: &Bounds, point: &Point<L>) -> [u64; L] {
    let m = curve.m;
    let half = (WIDTH / 2) as usize;
    // odd multiples 1, 3, 5, … up to D/2
    let two = curve.double(point);
    let mut odd = vec![*point, curve.add(&two, point, point)];
    while odd.len() <= half / 2 {
        let k = odd.len();
        odd.push(curve.add(&odd[k - 1], &two, &odd[k - 2]));
    }
    let products: Vec<[u64; L]> = odd.iter().map(|(x, z)| m.mul(x, z)).collect();
    let giant = curve.multiply(point, WIDTH);
    let mut here = curve.multiply(&giant, bounds.first_step);
    let mut before = curve.multiply(&giant, bounds.first_step.saturating_sub(1));
    let mut product = m.one();
    for offsets in &bounds.steps {
        let here_product = m.mul(&here.0, &here.1);
        for &d in offsets.iter().filter(|&&d| d % 2 == 1) {
            let (x, z) = &odd[usize::from(d) / 2];
            // (X − x)(Z + z) − XZ + xz = Xz − xZ
            let cross = m.mul(&m.sub(&here.0, x), &m.add(&here.1, z));
            let term = m.add(&m.sub(&cross, &here_product), &products[usize::from(d) / 2]);
            product = m.mul(&product, &term);
        }
        let next = if Mont::is_zero(&before.1) { curve.double(&here) } else { curve.add(&here, &giant, &before) };
        before = std::mem::replace(&mut here, next);
    }
    if product.is_zero_limbs() { m.one() } else { product }
}

trait ZeroLimbs {
    fn is_zero_limbs(&self) -> bool;
}

impl<const L: usize> ZeroLimbs for [u64; L] {
    fn is_zero_limbs(&self) -> bool {
        self.iter().all(Zero::is_zero)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_split_products_of_known_primes() {
        // 2^61 − 1 beside 32-bit primes
        let big = BigUint::from((1u64 << 61) - 1);
        let bounds = Bounds::new(200, 10_000);
        for small in [4_294_967_291u64, 4_294_967_279, 65_537, 1_000_003] {
            let n = &big * small;
            let m = Mont::<2>::new(&n).unwrap();
            let found = (6..200).find_map(|sigma| curve(&m, &bounds, sigma)).unwrap();
            assert!(found == big || found == BigUint::from(small), "{found}");
        }
    }
}
