//! Random walks that meet in distinguished points (van Oorschot and Wiener 1999): parallel rho and kangaroos.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Zero};

use super::budget::{Failure, Phase, Watch};
use super::mont::Mont;
use super::parallel;
use super::rng::Rng;

/// Orders and intervals up to this many bits.
pub(crate) const MAX_BITS: u64 = 63;
const JUMPS: usize = 64;
/// Walks that one thread advances in turn, so that the processor overlaps their multiplications.
const LANES: usize = 4;

/// A point target^herd · g^distance.
#[derive(Clone, Copy, Debug)]
struct Walk<const L: usize> {
    point: [u64; L],
    distance: u128,
    herd: u64,
}

/// g^jump for jumps below 2^64.
struct Jumps<const L: usize>(Vec<([u64; L], u64)>);

impl<const L: usize> Jumps<L> {
    fn new(m: &Mont<L>, g: &[u64; L], bound: u64, rng: &mut Rng) -> Self {
        Self(
            (0..JUMPS)
                .map(|_| {
                    let jump = 1 + rng.next() % bound;
                    (m.pow_digits(g, &[jump]), jump)
                })
                .collect(),
        )
    }

    #[inline(always)]
    fn step(&self, m: &Mont<L>, walk: &mut Walk<L>) {
        let (point, jump) = &self.0[(walk.point[0] % JUMPS as u64) as usize];
        walk.point = m.mul(&walk.point, point);
        walk.distance += u128::from(*jump);
    }
}

/// What both methods have in common: walks until two that can be told apart meet.
struct Hunt<'a, 'w, const L: usize> {
    m: &'a Mont<L>,
    jumps: Jumps<L>,
    /// A point is distinguished when these bits of it vanish.
    mask: u64,
    /// Steps after which luck is not the explanation any more.
    limit: u64,
    expected: u64,
    watch: &'a Watch<'w>,
}

impl<const L: usize> Hunt<'_, '_, L> {
    /// `start` begins a walk, `meet` turns two of different herds at one point into the answer if it can.
    fn run(
        &self,
        seed: u64,
        start: &(dyn Fn(&mut Rng) -> Walk<L> + Sync),
        meet: &(dyn Fn(&Walk<L>, &Walk<L>) -> Option<BigUint> + Sync),
    ) -> Result<Option<BigUint>, Failure> {
        let seen: Mutex<HashMap<u64, Walk<L>>> = Mutex::new(HashMap::new());
        let found: Mutex<Option<BigUint>> = Mutex::new(None);
        let over = AtomicBool::new(false);
        let steps = std::sync::atomic::AtomicU64::new(0);
        let work = |thread: usize| -> Result<(), Failure> {
            let mut rng = Rng::new(seed ^ (thread as u64).wrapping_mul(0xd134_2543_de82_ef95));
            let mut lanes: [Walk<L>; LANES] = std::array::from_fn(|_| start(&mut rng));
            while !over.load(Ordering::Relaxed) {
                const ROUND: u64 = 2048;
                self.watch.spend(ROUND * LANES as u64).inspect_err(|_| over.store(true, Ordering::Relaxed))?;
                let taken = steps.fetch_add(ROUND * LANES as u64, Ordering::Relaxed);
                if taken > self.limit {
                    over.store(true, Ordering::Relaxed);
                }
                if thread == 0 {
                    self.watch.report(Phase::Walk, taken, self.expected.max(taken));
                }
                for _ in 0..ROUND {
                    for walk in &mut lanes {
                        self.jumps.step(self.m, walk);
                        if walk.point[0] >> 8 & self.mask != 0 {
                            continue;
                        }
                        let Ok(mut seen) = seen.lock() else { return Err(Failure::Cancelled) };
                        let Some(other) = seen.get(&walk.point[0]).copied() else {
                            let bytes = (seen.len() + 1) * 2 * size_of::<(u64, Walk<L>)>();
                            self.watch.allow_bytes(bytes, "the distinguished points")?;
                            seen.insert(walk.point[0], *walk);
                            continue;
                        };
                        drop(seen);
                        let same = other.point == walk.point && other.herd != walk.herd;
                        if let Some(x) = same.then(|| meet(&other, walk)).flatten() {
                            over.store(true, Ordering::Relaxed);
                            *found.lock().map_err(|_| Failure::Cancelled)? = Some(x);
                            return Ok(());
                        }
                        *walk = start(&mut rng);
                    }
                }
            }
            Ok(())
        };
        let threads = if self.expected < 1 << 15 { 1 } else { self.watch.threads() };
        parallel::run(threads, &work)?;
        found.into_inner().map_err(|_| Failure::Cancelled)
    }
}

fn distinguished_mask(expected: u64) -> u64 {
    // some thousand points in all, and no trail much longer than a thousandth of the work
    (1u64 << (expected.max(1).ilog2().saturating_sub(11)).min(24)) - 1
}

/// The x below the prime `order` (at most 63 bits) with γ^x = target by parallel rho. About 1.25·√order steps.
pub(crate) fn rho<const L: usize>(
    m: &Mont<L>,
    gamma: &[u64; L],
    order: u64,
    target: &[u64; L],
    watch: &Watch<'_>,
) -> Result<Option<u64>, Failure> {
    let expected = (1.25 * (order as f64).sqrt()) as u64 + 1;
    let mut rng = Rng::new(target.iter().fold(order, |h, l| h.rotate_left(17) ^ l));
    let hunt = Hunt {
        m,
        jumps: Jumps::new(m, gamma, order - 1, &mut rng),
        mask: distinguished_mask(expected),
        limit: 64 * expected + 1_000_000,
        expected,
        watch,
    };
    let start = |rng: &mut Rng| {
        let (herd, distance) = (1 + rng.next() % (order - 1), rng.next() % order);
        let point = m.mul(&m.pow_digits(target, &[herd]), &m.pow_digits(gamma, &[distance]));
        Walk { point, distance: u128::from(distance), herd }
    };
    let meet = |a: &Walk<L>, b: &Walk<L>| {
        // herds are below the prime order, so their difference is invertible
        let n = BigInt::from(order);
        let herds = (BigInt::from(a.herd) - BigInt::from(b.herd)).mod_floor(&n).to_biguint()?;
        let distances = (BigInt::from(b.distance) - BigInt::from(a.distance)).mod_floor(&n).to_biguint()?;
        let order = BigUint::from(order);
        let x = distances * herds.modinv(&order)? % &order;
        (m.pow(gamma, &x) == *target).then_some(x)
    };
    let found = hunt.run(rng.next(), &start, &meet)?;
    Ok(found.map(|x| x.iter_u64_digits().next().unwrap_or(0)))
}

/// The x in [0, 2^bits) with γ^x = target by Pollard's kangaroos, about 2·2^(bits/2) steps. `None` means that there is
/// none, but for bad luck of about one in a hundred. `bits` is at most 100; the order is not needed.
pub(crate) fn kangaroo<const L: usize>(
    m: &Mont<L>,
    gamma: &[u64; L],
    bits: u32,
    target: &[u64; L],
    watch: &Watch<'_>,
) -> Result<Option<BigUint>, Failure> {
    let width = 1u128 << bits.min(100);
    let root = (width as f64).sqrt();
    let expected = (2.0 * root) as u64 + 64;
    let animals = if expected < 1 << 15 { LANES } else { LANES * watch.threads() } as f64;
    let mut rng = Rng::new(target.iter().fold(bits.into(), |h, l| h.rotate_left(17) ^ l));
    let hunt = Hunt {
        m,
        // mean step animals·√width/4 (van Oorschot and Wiener 1999, section 5.1)
        jumps: Jumps::new(m, gamma, ((root * animals / 2.0) as u64).max(2), &mut rng),
        mask: distinguished_mask(expected / animals as u64),
        limit: 6 * expected + (64 * JUMPS as u64) * animals as u64,
        expected,
        watch,
    };
    let herd = std::sync::atomic::AtomicU64::new(0);
    let start = |rng: &mut Rng| {
        let herd = herd.fetch_add(1, Ordering::Relaxed) & 1;
        let spread = ((root * animals) as u128).clamp(1, width);
        let mut distance = (u128::from(rng.next()) << 64 | u128::from(rng.next())) % spread;
        if herd == 0 {
            distance += width / 2;
        }
        let mut point = m.pow(gamma, &BigUint::from(distance));
        if herd == 1 {
            point = m.mul(&point, target);
        }
        Walk { point, distance, herd }
    };
    let meet = |a: &Walk<L>, b: &Walk<L>| {
        let (tame, wild) = if a.herd == 0 { (a, b) } else { (b, a) };
        let x = BigUint::from(tame.distance.checked_sub(wild.distance)?);
        (m.pow(gamma, &x) == *target).then_some(x)
    };
    if target == &m.one() {
        return Ok(Some(BigUint::zero()));
    }
    if target == gamma {
        return Ok(Some(BigUint::one()));
    }
    hunt.run(rng.next(), &start, &meet)
}
