//! Where relations come from: sieving the elements of prime ideals, special primes one after the other.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::base::Lattice;
use super::field::{Field, reduce};
use super::relation::{Bases, Found, Key, rational_root, row};
use super::sieve::{Form, Hit, Region, Scratch, Side};
use crate::cryptanalysis::budget::{Failure, Phase, Watch};
use crate::cryptanalysis::parallel;

/// A reduced basis of the a − bω in the ideal of a key, whose (a, b) have a ≡ root·b.
pub(crate) fn special_lattice(field: &Field, q: u32, root: u32) -> Option<Lattice> {
    let basis = [(BigInt::from(q), BigInt::from(0)), (BigInt::from(root), BigInt::from(1))];
    let basis = reduce(basis, &BigInt::from(field.norm));
    let point = |(a, b): &(BigInt, BigInt)| Some((a.to_i128()?, b.to_i128()?));
    Some(Lattice { u: point(&basis[0])?, v: point(&basis[1])? })
}

/// aV − bT and a² − trace·ab + norm·b² on the lattice, with `divisors` divided out.
pub(crate) fn forms(field: &Field, lattice: &Lattice, divisors: [u32; 2]) -> [Form; 2] {
    let linear = |(a, b): (i128, i128)| (a * field.v - b * field.t) / i128::from(divisors[0]);
    let (trace, norm) = (i128::from(field.trace), i128::from(field.norm));
    let quadratic = |(a, b): (i128, i128)| a * a - trace * a * b + norm * b * b;
    let (u, v) = (lattice.u, lattice.v);
    let cross = 2 * u.0 * v.0 - trace * (u.0 * v.1 + u.1 * v.0) + 2 * norm * u.1 * v.1;
    let d = i128::from(divisors[1]);
    [Form::Linear(linear(u), linear(v)), Form::Quadratic(quadratic(u) / d, cross / d, quadratic(v) / d)]
}

/// What a special-q sieve needs besides the special ideal.
pub(crate) struct Limits {
    pub(crate) region: Region,
    /// On each side, for all primes above the factor base together.
    pub(crate) cofactor_bits: f64,
    pub(crate) large_prime: u64,
}

/// The relations that contain the special ideal.
pub(crate) fn sieve_special(
    field: &Field,
    bases: &Bases,
    special: Key,
    limits: &Limits,
    scratch: &mut Scratch,
) -> Vec<Found> {
    let q = special.prime();
    let root = special.root().unwrap_or_else(|| rational_root(field, q));
    if root == q {
        return Vec::new();
    }
    let Some(lattice) = special_lattice(field, q, root) else { return Vec::new() };
    let divisors = if special.root().is_some() { [1, q] } else { [q, 1] };
    let forms = forms(field, &lattice, divisors);
    let side = |k: usize, base| Side {
        base,
        form: forms[k],
        cofactor_bits: limits.cofactor_bits,
        large_prime: limits.large_prime,
    };
    let sides = [side(0, &bases.rational), side(1, &bases.algebraic)];
    let hits = scratch.sieve(&lattice, limits.region, &sides);
    hits.into_iter()
        .filter_map(|Hit { i, j, factors: [mut rational, mut algebraic] }| {
            let (mut a, mut b) = lattice.point(i, j);
            if b < 0 {
                (a, b) = (-a, -b);
            }
            match special.root() {
                Some(_) => algebraic.push(u64::from(q)),
                None => rational.push(u64::from(q)),
            }
            // a common divisor of a and b can only be q
            if a % i128::from(q) == 0 && b % i128::from(q) == 0 {
                return None;
            }
            Some(((a, b), row(a, b, &rational, &algebraic)?))
        })
        .collect()
}

/// Sieving special primes of Z on all threads.
pub(crate) struct Harvest<'a, 'w> {
    pub(crate) field: &'a Field,
    pub(crate) bases: &'a Bases,
    pub(crate) limits: Limits,
    pub(crate) specials: &'a [u32],
    /// How many relations it will take, roughly.
    pub(crate) expected: usize,
    pub(crate) watch: &'a Watch<'w>,
}

impl Harvest<'_, '_> {
    /// Sieves from special prime number `next` on until `enough`, which sees all relations now and then, says so.
    pub(crate) fn run(
        &self,
        next: &AtomicUsize,
        found: &Mutex<Vec<Found>>,
        enough: &(dyn Fn(&[Found]) -> bool + Sync),
    ) -> Result<(), Failure> {
        let over = AtomicBool::new(false);
        parallel::run(self.watch.threads(), &|_| {
            let mut scratch = Scratch::default();
            while !over.load(Ordering::Relaxed) {
                // before a special prime is taken, so that none is lost when the caller cancels
                self.watch.spend(self.limits.region.points() as u64)?;
                let Some(&q) = self.specials.get(next.fetch_add(1, Ordering::Relaxed)) else { return Ok(()) };
                let new = sieve_special(self.field, self.bases, Key::rational(q), &self.limits, &mut scratch);
                let Ok(mut found) = found.lock() else { return Err(Failure::Cancelled) };
                found.extend(new);
                // a relation takes about 300 bytes, and twice as much while the matrix is built
                self.watch.allow_bytes(found.len() * 900, "the relations")?;
                self.watch.report(Phase::Sieve, found.len() as u64, self.expected.max(found.len()) as u64);
                if !over.load(Ordering::Relaxed) && enough(&found) {
                    over.store(true, Ordering::Relaxed);
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
    use super::*;
    use crate::cryptanalysis::prime::primes_up_to;

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

    #[test]
    fn rows_multiply_to_the_norms_and_few_points_are_missed() {
        let field = Field::new(&prime()).unwrap();
        let parameters = Parameters::for_bits(72);
        let bases = Bases::new(&field, &parameters);
        let q = *parameters.specials().iter().find(|q| rational_root(&field, **q) != **q).unwrap();
        let found = sieve_special(&field, &bases, Key::rational(q), &parameters.limits(), &mut Scratch::default());
        let norms = |a: i128, b: i128| {
            let algebraic = a * a - i128::from(field.trace) * a * b + i128::from(field.norm) * b * b;
            [(a * field.v - b * field.t).unsigned_abs(), algebraic.unsigned_abs()]
        };
        for ((a, b), row) in &found {
            let product = |sign: i32| -> u128 {
                let side = row.iter().filter(|(key, e)| *key != Key::V && e.signum() == sign);
                side.map(|(key, e)| u128::from(key.prime()).pow(e.unsigned_abs())).product()
            };
            assert_eq!([product(-1), product(1)], norms(*a, *b));
            for root in row.iter().filter_map(|(key, _)| key.root().map(|r| (key.prime(), r))) {
                let p = i128::from(root.0);
                assert_eq!((a - i128::from(root.1) * b).rem_euclid(p), 0, "the ideal contains a − bω");
            }
        }
        // the same by brute force
        let lattice = special_lattice(&field, q, rational_root(&field, q)).unwrap();
        let region = parameters.region;
        let half = 1i64 << (region.log_width - 1);
        let mut all = 0;
        for j in 1..i64::from(region.rows) {
            for i in -half..half {
                let (a, b) = lattice.point(i, j);
                let coprime = num_integer::gcd(i, j) == 1 && num_integer::gcd(a, b) == 1;
                let norms = norms(a, b);
                if coprime && smooth(norms[0] / u128::from(q), &parameters) && smooth(norms[1], &parameters) {
                    all += 1;
                }
            }
        }
        assert!(found.len() <= all, "nothing twice: {} of {all}", found.len());
        // what small primes and powers hide from the sieve is missed
        assert!(found.len() * 10 >= all * 7, "{} of {all}", found.len());
    }
}
