//! Random walks that meet in distinguished points (van Oorschot and Wiener 1999): parallel rho and kangaroos.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

use super::budget::{Failure, Phase, Watch};
use super::mont::{Mont, from_limbs};
use super::parallel;
use super::price::Price;
use super::rng::Rng;
use super::walks::{Shared, Trail};

/// Orders and intervals up to this many bits: distances of a trail stay below 2^128.
pub(crate) const MAX_BITS: u64 = 100;
const JUMPS: usize = 64;
/// Walks that one thread advances in turn, so that the processor overlaps their multiplications.
const LANES: usize = 4;
/// Searches of fewer expected steps end within a second or two and leave nothing for another time.
const WORTH_KEEPING: u64 = 1 << 20;

/// A point target^herd · g^distance.
#[derive(Clone, Copy, Debug)]
struct Walk<const L: usize> {
    point: [u64; L],
    trail: Trail,
}

/// g^jump for each jump.
struct Jumps<const L: usize>(Vec<([u64; L], u128)>);

impl<const L: usize> Jumps<L> {
    /// Jumps from 1 to `bound`.
    fn new(m: &Mont<L>, g: &[u64; L], bound: u128, rng: &mut Rng) -> Self {
        let jump = |rng: &mut Rng| {
            let jump = 1 + below(rng, bound.max(1));
            (m.pow_digits(g, &digits(jump)), jump)
        };
        Self((0..JUMPS).map(|_| jump(rng)).collect())
    }

    #[inline(always)]
    fn step(&self, m: &Mont<L>, walk: &mut Walk<L>) {
        let (point, jump) = &self.0[(walk.point[0] % JUMPS as u64) as usize];
        walk.point = m.mul(&walk.point, point);
        walk.trail.distance += jump;
    }
}

fn digits(n: u128) -> [u64; 2] {
    [n as u64, (n >> 64) as u64]
}

fn below(rng: &mut Rng, bound: u128) -> u128 {
    ((u128::from(rng.next()) << 64) | u128::from(rng.next())) % bound
}

/// What both methods have in common: walks until two that can be told apart meet.
struct Hunt<'a, 'w, const L: usize> {
    m: &'a Mont<L>,
    /// What is searched: the same jumps and the same distinguished points have the same name.
    name: u128,
    jumps: Jumps<L>,
    /// A point is distinguished when these bits of it vanish.
    mask: u64,
    /// Steps after which luck is not the explanation any more.
    limit: u64,
    expected: u64,
    watch: &'a Watch<'w>,
}

impl<const L: usize> Hunt<'_, '_, L> {
    /// `start` begins a walk, `meet` turns two of different herds at one point into the answer if it can. A search that is
    /// stopped leaves its points in [`Budget::walks`](super::Budget::walks), and goes on with those that are there.
    fn run(
        &self,
        start: &(dyn Fn(&mut Rng) -> Walk<L> + Sync),
        meet: &(dyn Fn(&Trail, &Trail) -> Option<BigUint> + Sync),
    ) -> Result<Option<BigUint>, Failure> {
        let kept = self.expected >= WORTH_KEEPING;
        let search = if kept { self.watch.budget.walks.search(self.name) } else { Shared::default() };
        let before = search.lock().map(|search| (search.steps, search.trails.len())).unwrap_or_default();
        let found: Mutex<Option<BigUint>> = Mutex::new(None);
        let over = AtomicBool::new(false);
        let steps = AtomicU64::new(before.0);
        let work = |thread: usize| -> Result<(), Failure> {
            // other walks than those of the times before
            let mut rng = Rng::new(
                self.name as u64 ^ (thread as u64 + ((before.1 as u64) << 16)).wrapping_mul(0xd134_2543_de82_ef95),
            );
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
                        let Ok(mut search) = search.lock() else { return Err(Failure::Cancelled) };
                        search.steps = steps.load(Ordering::Relaxed);
                        let Some(other) = search.trails.get(&walk.point[0]).copied() else {
                            let bytes = (search.trails.len() + 1) * 2 * size_of::<(u64, Trail)>();
                            self.watch.allow_bytes(bytes, "the distinguished points")?;
                            search.trails.insert(walk.point[0], walk.trail);
                            continue;
                        };
                        drop(search);
                        let met = other.herd != walk.trail.herd;
                        if let Some(x) = met.then(|| meet(&other, &walk.trail)).flatten() {
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
        let ended = parallel::run(threads, &work);
        let found = found.into_inner().map_err(|_| Failure::Cancelled)?;
        if let Ok(mut search) = search.lock() {
            search.steps = steps.load(Ordering::Relaxed);
        }
        if kept && (found.is_some() || ended.is_ok()) {
            self.watch.budget.walks.forget(self.name);
        }
        if found.is_none() {
            ended?;
        }
        Ok(found)
    }
}

/// Some thousand points in all for a short search. A long one keeps some ten thousand, so that little is lost where it is
/// stopped: the trails that have not come to a point yet.
fn distinguished_mask(expected: u64) -> u64 {
    let points_log2 = if expected < 1 << 24 { 11 } else { 16 };
    (1u64 << (expected.max(1).ilog2().saturating_sub(points_log2)).min(24)) - 1
}

/// A name for what is searched, by all that its points depend on.
fn name<const L: usize>(m: &Mont<L>, gamma: &[u64; L], target: &[u64; L], parameters: [u64; 3]) -> u128 {
    let words = m.modulus().iter().chain(gamma).chain(target).chain(&parameters);
    words.fold(L as u128 + 1, |hash, word| {
        let mixed = (hash ^ u128::from(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        mixed ^ (mixed >> 71)
    })
}

/// The x below the prime `order` (at most [`MAX_BITS`] long) with γ^x = target by parallel rho. About 1.25·√order steps,
/// which are not begun if the budget does not pay for them.
pub(crate) fn rho<const L: usize>(
    m: &Mont<L>,
    gamma: &[u64; L],
    order: u128,
    target: &[u64; L],
    watch: &Watch<'_>,
) -> Result<Option<u128>, Failure> {
    let expected = (1.25 * (order as f64).sqrt()) as u64 + 1;
    let bits = u64::from(order.ilog2()) + 1;
    watch.allow_price(&Price::rho(modulus_bits(m), bits))?;
    let name = name(m, gamma, target, [0, order as u64, (order >> 64) as u64]);
    let mut rng = Rng::new(name as u64);
    let hunt = Hunt {
        m,
        name,
        jumps: Jumps::new(m, gamma, order - 1, &mut rng),
        mask: distinguished_mask(expected),
        limit: expected.saturating_mul(64).saturating_add(1_000_000),
        expected,
        watch,
    };
    let start = |rng: &mut Rng| {
        let trail = Trail { herd: 1 + below(rng, order - 1), distance: below(rng, order) };
        let point = m.mul(&m.pow_digits(target, &digits(trail.herd)), &m.pow_digits(gamma, &digits(trail.distance)));
        Walk { point, trail }
    };
    let meet = |a: &Trail, b: &Trail| {
        // herds are below the prime order, so their difference is invertible
        let n = BigInt::from(order);
        let herds = (BigInt::from(a.herd) - BigInt::from(b.herd)).mod_floor(&n).to_biguint()?;
        let distances = (BigInt::from(b.distance) - BigInt::from(a.distance)).mod_floor(&n).to_biguint()?;
        let order = BigUint::from(order);
        let x = distances * herds.modinv(&order)? % &order;
        (m.pow(gamma, &x) == *target).then_some(x)
    };
    let found = hunt.run(&start, &meet)?;
    Ok(found.and_then(|x| x.to_u128()))
}

fn modulus_bits<const L: usize>(m: &Mont<L>) -> u64 {
    from_limbs(m.modulus()).bits()
}

/// The x in [0, 2^bits) with γ^x = target by Pollard's kangaroos, about 2·2^(bits/2) steps, which are not begun if the
/// budget does not pay for them. `None` means that there is none, but for bad luck of about one in a hundred. `bits` is at
/// most [`MAX_BITS`]; the order is not needed.
pub(crate) fn kangaroo<const L: usize>(
    m: &Mont<L>,
    gamma: &[u64; L],
    bits: u32,
    target: &[u64; L],
    watch: &Watch<'_>,
) -> Result<Option<BigUint>, Failure> {
    let bits = bits.min(MAX_BITS as u32);
    let width = 1u128 << bits;
    let root = (width as f64).sqrt();
    let expected = (2.0 * root) as u64 + 64;
    if target == &m.one() {
        return Ok(Some(BigUint::zero()));
    }
    if target == gamma {
        return Ok(Some(BigUint::one()));
    }
    watch.allow_price(&Price::interval(modulus_bits(m), bits))?;
    let animals = if expected < 1 << 15 { LANES } else { LANES * watch.threads() } as f64;
    // mean step animals·√width/4 (van Oorschot and Wiener 1999, section 5.1)
    let bound = ((root * animals / 2.0) as u128).max(2);
    let name = name(m, gamma, target, [1, bits.into(), bound as u64]);
    let mut rng = Rng::new(name as u64);
    let hunt = Hunt {
        m,
        name,
        jumps: Jumps::new(m, gamma, bound, &mut rng),
        mask: distinguished_mask(expected / animals as u64),
        limit: 6 * expected + (64 * JUMPS as u64) * animals as u64,
        expected,
        watch,
    };
    let herd = AtomicU64::new(0);
    let start = |rng: &mut Rng| {
        let herd = u128::from(herd.fetch_add(1, Ordering::Relaxed) & 1);
        let spread = ((root * animals) as u128).clamp(1, width);
        let mut distance = below(rng, spread);
        if herd == 0 {
            distance += width / 2;
        }
        let mut point = m.pow_digits(gamma, &digits(distance));
        if herd == 1 {
            point = m.mul(&point, target);
        }
        Walk { point, trail: Trail { distance, herd } }
    };
    let meet = |a: &Trail, b: &Trail| {
        let (tame, wild) = if a.herd == 0 { (a, b) } else { (b, a) };
        let x = BigUint::from(tame.distance.checked_sub(wild.distance)?);
        (m.pow(gamma, &x) == *target).then_some(x)
    };
    hunt.run(&start, &meet)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::budget::Budget;
    use super::super::prime::is_prime;
    use super::*;

    /// A prime p of about 64 bits with p − 1 = k·q, the prime q, and an element of order q.
    fn subgroup(q: u64) -> (Mont<1>, u128, [u64; 1]) {
        let q = (q..).find(|q| is_prime(&(*q).into())).unwrap();
        let k = (1u64 << 62) / q;
        let p = (k..).map(|k| BigUint::from(2 * k) * q + 1u32).find(is_prime).unwrap();
        let m = Mont::<1>::new(&p).unwrap();
        let cofactor = (&p - 1u32) / q;
        let g = (2u32..).map(|h| BigUint::from(h).modpow(&cofactor, &p)).find(|g| !g.is_one()).unwrap();
        let g = m.enter(&g);
        (m, q.into(), g)
    }

    /// Stops a search when it has made so many steps; answers with where it began.
    struct Stopper<'a> {
        budget: &'a Budget,
        at: u64,
        first: Option<u64>,
    }

    impl crate::Observer for Stopper<'_> {
        fn progress(&mut self, _: Phase, done: u64, _: u64) {
            self.first.get_or_insert(done);
            self.budget.cancel.store(done >= self.at, Ordering::Relaxed);
        }
    }

    /// Rho and kangaroos alike: the second call begins where the first was stopped, and finds the exponent. It is stopped after so few
    /// of its two million steps that hardly ever it has found it by then.
    #[test]
    fn a_search_that_was_stopped_goes_on() {
        let (m, q, g) = subgroup(1 << 41);
        for kangaroos in [false, true] {
            let x = if kangaroos { BigUint::from(0xab_cdef_0123u64) } else { BigUint::from(q / 7 * 5) };
            let y = m.pow(&g, &x);
            let search = |watch: &Watch<'_>| match kangaroos {
                true => kangaroo(&m, &g, 40, &y, watch),
                false => rho(&m, &g, q, &y, watch).map(|x| x.map(BigUint::from)),
            };
            let budget = Budget { threads: 2, ..Budget::default() };
            let mut stopper = Stopper { budget: &budget, at: 50_000, first: None };
            let watch = Watch::new(&budget, &mut stopper);
            assert_eq!(search(&watch), Err(Failure::Cancelled));
            let before = budget.walks.steps();
            assert!(before > 0, "it leaves its points");
            let budget = Budget { walks: Arc::clone(&budget.walks), cancel: Arc::default(), ..budget };
            let mut stopper = Stopper { budget: &budget, at: u64::MAX, first: None };
            let watch = Watch::new(&budget, &mut stopper);
            assert_eq!(search(&watch), Ok(Some(x)));
            assert!(stopper.first.is_some_and(|first| first >= before), "{:?} after {before}", stopper.first);
            assert_eq!(budget.walks.steps(), 0, "what has ended is forgotten");
        }
    }

    #[test]
    fn what_the_budget_does_not_pay_for_is_not_begun() {
        let (m, _, g) = subgroup(1 << 41);
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        let order = (1u128 << 89) - 1;
        let y = m.pow_digits(&g, &[77]);
        for priced in [rho(&m, &g, order, &y, &watch).map(|_| ()), kangaroo(&m, &g, 90, &y, &watch).map(|_| ())] {
            let Err(Failure::Priced { price, .. }) = priced else { panic!("{priced:?}") };
            assert!(price.operations_log2.is_some_and(|steps| (44.0..47.0).contains(&steps)), "{price:?}");
        }
        assert_eq!(watch.spent(), 0);
    }
}
