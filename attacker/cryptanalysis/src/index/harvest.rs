//! Where relations come from: sieving the elements of prime ideals, special primes one after the other.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::base::{Base, Lattice};
use super::form::Form;
use super::lattice::lagrange;
use super::pair::Pair;
use super::relation::{Bases, Found, Key, Special, row};
use super::sieve::{Hit, Region, Scratch, Side};
use crate::budget::{Failure, Phase, Watch};
use crate::parallel;

/// A reduced basis of the a − bx in a prime ideal, whose (a, b) have a ≡ root·b.
pub(crate) fn special_lattice(pair: &Pair, q: u64, root: u64) -> Option<Lattice> {
    let basis = [(BigInt::from(q), BigInt::from(0)), (BigInt::from(root), BigInt::from(1))];
    let [u, v] = lagrange(basis, &BigInt::from(pair.weight()));
    let point = |(a, b): (BigInt, BigInt)| Some((a.to_i128()?, b.to_i128()?));
    Some(Lattice::of_points([point(u)?, point(v)?]))
}

/// What a special-q sieve needs besides the special ideal.
pub(crate) struct Limits {
    pub(crate) region: Region,
    /// On each side, for all primes above the factor base together.
    pub(crate) cofactor_bits: [f64; 2],
    pub(crate) large_prime: u64,
}

impl Limits {
    /// One side of a sieve within these limits.
    pub(super) fn side<'a>(&self, k: usize, base: &'a Base, lattice: &'a Lattice, form: Form) -> Side<'a> {
        Side { base, lattice, form, cofactor_bits: self.cofactor_bits[k], large_prime: self.large_prime }
    }
}

/// The relations that contain the special ideal. Where its prime is too long for a key it is left out of them, once.
pub(crate) fn sieve_special(
    pair: &Pair,
    bases: &Bases,
    special: Special,
    limits: &Limits,
    scratch: &mut Scratch,
) -> Vec<Found> {
    let Special { side: own, prime: q, root } = special;
    if root == q {
        return Vec::new();
    }
    let Some(lattice) = special_lattice(pair, q, root) else { return Vec::new() };
    let form = |side: usize| pair.sides[side].form(&lattice, if side == own { q } else { 1 });
    let (Some(first), Some(second)) = (form(0), form(1)) else { return Vec::new() };
    let side = |k: usize, form| limits.side(k, &bases.0[k], &lattice, form);
    let hits = scratch.sieve(limits.region, &[side(0, first), side(1, second)]);
    hits.into_iter()
        .filter_map(|Hit { i, j, mut factors }| {
            let (mut a, mut b) = lattice.point(i, j);
            if b < 0 {
                (a, b) = (-a, -b);
            }
            if Key::fits(q) {
                factors[own].push(q);
            }
            // a common divisor of a and b can only be q
            if a % i128::from(q) == 0 && b % i128::from(q) == 0 {
                return None;
            }
            Some(((a, b), row(pair, (a, b), &factors)?))
        })
        .collect()
}

/// Sieving special primes of the first side on all threads.
pub(crate) struct Harvest<'a, 'w> {
    pub(crate) pair: &'a Pair,
    pub(crate) bases: &'a Bases,
    pub(crate) limits: Limits,
    pub(crate) specials: &'a [Key],
    pub(crate) goal: &'a Goal,
    pub(crate) watch: &'a Watch<'w>,
}

/// When to look whether there are relations enough.
#[derive(Debug)]
pub(crate) struct Goal {
    /// How many it will take, roughly.
    pub(crate) expected: usize,
    due: AtomicUsize,
    /// How many there were at the last look, and how many were missing.
    last: Mutex<Option<(usize, usize)>>,
}

impl Goal {
    pub(crate) fn new(expected: usize, first_look: usize) -> Self {
        Self { expected, due: AtomicUsize::new(first_look), last: Mutex::default() }
    }

    /// Whether `found` is a reason to look. It is for one caller until [`Goal::missed`].
    fn take(&self, found: usize) -> bool {
        let due = self.due.load(Ordering::Relaxed);
        let taken = || self.due.compare_exchange(due, usize::MAX, Ordering::Relaxed, Ordering::Relaxed);
        found >= due && taken().is_ok()
    }

    /// So many of `found` relations were missing: where both lines meet, the next look is due.
    fn missed(&self, found: usize, missing: usize) {
        let Ok(mut last) = self.last.lock() else { return };
        let step = match *last {
            Some((before, gap)) if gap > missing => missing * found.saturating_sub(before) / (gap - missing),
            _ => 0,
        };
        *last = Some((found, missing));
        self.due.store(found + step.clamp(found / 32 + 16, found / 8 + 16), Ordering::Relaxed);
    }
}

impl Harvest<'_, '_> {
    /// Sieves from special prime number `next` on until none of so many relations is `missing`.
    pub(crate) fn run(
        &self,
        next: &AtomicUsize,
        found: &Mutex<Vec<Found>>,
        missing: &(dyn Fn(&[Found]) -> usize + Sync),
    ) -> Result<(), Failure> {
        let over = AtomicBool::new(false);
        parallel::run(self.watch.threads(), &|_| {
            let mut scratch = Scratch::default();
            while !over.load(Ordering::Relaxed) {
                // before a special prime is taken, so that none is lost when the caller cancels
                self.watch.spend(self.limits.region.points() as u64)?;
                let Some(&special) = self.specials.get(next.fetch_add(1, Ordering::Relaxed)) else { return Ok(()) };
                let new = sieve_special(self.pair, self.bases, special.into(), &self.limits, &mut scratch);
                let due = {
                    let Ok(mut found) = found.lock() else { return Err(Failure::Cancelled) };
                    found.extend(new);
                    // a relation takes about 300 bytes, and thrice as much while it is looked at
                    self.watch.allow_bytes(found.len() * 900, "the relations")?;
                    let expected = self.goal.expected.max(found.len());
                    self.watch.report(Phase::Sieve, found.len() as u64, expected as u64);
                    self.goal.take(found.len()).then(|| found.clone())
                };
                // the others sieve on meanwhile
                if let Some(found) = due {
                    match missing(&found) {
                        0 => over.store(true, Ordering::Relaxed),
                        missing => self.goal.missed(found.len(), missing),
                    }
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::super::parameters::Parameters;
    use super::super::relation::{Point, Row};
    use super::super::select;
    use super::*;
    use crate::prime::primes_up_to;

    /// A 72-bit safe prime.
    fn prime() -> BigUint {
        BigUint::from(4_140_931_479_774_654_368_099u128)
    }

    fn smooth(mut n: u128, parameters: &Parameters) -> bool {
        for p in primes_up_to(parameters.bound).into_iter().map(u128::from) {
            while n.is_multiple_of(p) {
                n /= p;
            }
        }
        // no large prime beyond the limit, and only one
        n < parameters.large_bits.exp2() as u128
    }

    /// 50 of 100 relations missing, then 30 of 120: none at 150.
    #[test]
    fn the_next_look_is_due_where_the_lines_meet() {
        let goal = Goal::new(1000, 100);
        assert!(!goal.take(99));
        assert!(goal.take(100));
        assert!(!goal.take(1000), "somebody is looking");
        goal.missed(100, 50);
        assert!(goal.take(120));
        goal.missed(120, 30);
        assert!(!goal.take(149));
        assert!(goal.take(150));
    }

    #[test]
    fn rows_multiply_to_the_norms_and_few_points_are_missed() {
        let ell = (prime() - 1u32) >> 1u32;
        for pair in [Pair::quadratic(&prime()), select::cubic(&prime(), &[ell])] {
            let pair = pair.unwrap();
            let parameters = Parameters::for_pair(&pair);
            let bases = Bases::new(&pair, &parameters);
            let (mut hit, mut all) = (0, 0);
            let specials = primes_up_to(2000).into_iter().filter(|q| *q > parameters.first_special);
            let specials = specials.flat_map(|q| pair.sides[0].roots(q).into_iter().map(move |r| (q, r)));
            for (q, r) in specials.filter(|(q, r)| r != q).take(4) {
                let key = Key::ideal(0, q, r);
                let found = sieve_special(&pair, &bases, key.into(), &parameters.limits(), &mut Scratch::default());
                for (point, row) in &found {
                    check(&pair, *point, row);
                }
                hit += found.len();
                all += by_brute_force(&pair, key, &parameters);
            }
            assert!(hit <= all, "nothing twice: {hit} of {all}");
            // what small primes and powers hide from the sieve is missed
            assert!(hit * 4 >= all * 3, "{hit} of {all}");
        }
    }

    fn check(pair: &Pair, (a, b): Point, row: &Row) {
        for side in 0..2 {
            let sign = if side == 0 { -1 } else { 1 };
            let own = row.iter().filter(|(key, _)| *key != Key::LEADING && key.side() == side);
            let product: BigUint =
                own.clone().map(|(key, e)| BigUint::from(key.prime()).pow((e * sign) as u32)).product();
            assert_eq!(product, *pair.sides[side].norm(a, b).magnitude());
            for (key, _) in own {
                let (q, r) = (i128::from(key.prime()), i128::from(key.root()));
                let inside = if r == q { b % q == 0 } else { (a - r * b) % q == 0 };
                assert!(inside, "the ideal contains a − bx");
            }
        }
    }

    fn by_brute_force(pair: &Pair, key: Key, parameters: &Parameters) -> usize {
        let lattice = special_lattice(pair, key.prime().into(), key.root().into()).unwrap();
        let region = parameters.region;
        let half = 1i64 << (region.log_width - 1);
        let points = (1..i64::from(region.rows)).flat_map(|j| (-half..half).map(move |i| (i, j)));
        let smooth_norms = |(i, j): &(i64, i64)| {
            let (a, b) = lattice.point(*i, *j);
            let norm = |side: usize| u128::try_from(pair.sides[side].norm(a, b).magnitude()).unwrap();
            num_integer::gcd(*i, *j) == 1
                && num_integer::gcd(a, b) == 1
                && smooth(norm(0) / u128::from(key.prime()), parameters)
                && smooth(norm(1), parameters)
        };
        points.filter(smooth_norms).count()
    }
}
