//! Factoring what is cheap: trial division, Pollard's p − 1 and rho, elliptic curves.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

use super::budget::{Failure, Phase, Watch};
use super::ecm;
use super::mont::{Mont, with_mont};
use super::prime::{is_prime, perfect_power, primes_up_to};

/// n = ∏ primes^exponents · ∏ unknown, primes ascending. `unknown` are composites that resisted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Factorisation {
    /// Prime factors with their exponents, ascending.
    pub primes: Vec<(BigUint, u32)>,
    /// Composite factors that resisted, without factors of less than about thirty bits.
    pub unknown: Vec<BigUint>,
}

impl Factorisation {
    /// The factored number.
    pub fn product(&self) -> BigUint {
        let known = self.primes.iter().map(|(q, e)| q.pow(*e));
        known.chain(self.unknown.iter().cloned()).product()
    }

    /// Multiplies by a prime.
    pub(crate) fn add(&mut self, prime: BigUint) {
        match self.primes.binary_search_by(|(q, _)| q.cmp(&prime)) {
            Ok(i) => self.primes[i].1 += 1,
            Err(i) => self.primes.insert(i, (prime, 1)),
        }
    }
}

const TRIAL_BITS: u64 = 14;

/// Rounds of (B1, B2, curves): the first finds factors of thirty bits, the last of about sixty.
const ROUNDS: [(u32, u32, u32); 4] = [(150, 6_000, 30), (500, 30_000, 30), (2_000, 120_000, 40), (8_000, 600_000, 30)];

/// Splits `n` as far as a few seconds' work goes at 1024 bits.
pub(crate) fn factor(n: &BigUint, watch: &Watch<'_>) -> Result<Factorisation, Failure> {
    let mut out = Factorisation::default();
    let mut rest = n.clone();
    if rest.is_zero() {
        return Ok(out);
    }
    for q in primes_up_to(1 << TRIAL_BITS) {
        while (&rest % q).is_zero() {
            rest /= q;
            out.add(BigUint::from(q));
        }
    }
    let total = n.bits();
    let mut work = vec![(rest, 0usize)];
    while let Some((part, round)) = work.pop() {
        let left: u64 = work.iter().map(|(w, _)| w.bits()).sum::<u64>() + part.bits();
        watch.report(Phase::Factor, total.saturating_sub(left), total);
        if part.is_one() {
            continue;
        }
        if is_prime(&part) {
            out.add(part);
        } else if let Some((root, k)) = perfect_power(&part, TRIAL_BITS) {
            work.extend((0..k).map(|_| (root.clone(), round)));
        } else {
            match split(&part, round, watch)? {
                Some((factor, round)) => {
                    work.push((&part / &factor, round));
                    work.push((factor, round));
                }
                None => out.unknown.push(part),
            }
        }
    }
    Ok(out)
}

/// A proper factor of a composite without small factors, and the round that found it.
fn split(n: &BigUint, round: usize, watch: &Watch<'_>) -> Result<Option<(BigUint, usize)>, Failure> {
    if n.bits() <= 64 {
        let small = n.to_u64().and_then(rho_64);
        return Ok(small.map(|f| (BigUint::from(f), round)));
    }
    if let Some(found) = if round == 0 { p_minus_1(n, watch)? } else { None } {
        return Ok(Some((found, 0)));
    }
    with_mont!(n, 2 4 8 16 32, |m| curves(&m, round, watch), Ok(None))
}

fn curves<const L: usize>(m: &Mont<L>, round: usize, watch: &Watch<'_>) -> Result<Option<(BigUint, usize)>, Failure> {
    for (round, &(b1, b2, curves)) in ROUNDS.iter().enumerate().skip(round) {
        let bounds = ecm::Bounds::new(b1, b2);
        for curve in 0..curves {
            watch.spend(bounds.cost() * (L * L) as u64 / 16 + 1)?;
            if let Some(found) = ecm::curve(m, &bounds, 6 + curve + 100 * round as u32) {
                return Ok(Some((found, round)));
            }
        }
        // beyond a thousand bits the later rounds would take minutes
        if L as u32 * b1 > 64_000 {
            break;
        }
    }
    Ok(None)
}

/// Pollard's p − 1 with one stage, looking at the gcd after each block of exponents.
fn p_minus_1(n: &BigUint, watch: &Watch<'_>) -> Result<Option<BigUint>, Failure> {
    let mut x = BigUint::from(3u32);
    for block in primes_up_to(1 << 12).chunks(32) {
        watch.spend(32 * 12)?;
        let power = |q: &u32| BigUint::from(*q).pow((12.0 / f64::from(*q).log2()).max(1.0) as u32);
        x = x.modpow(&block.iter().map(power).product(), n);
        let g = (&x + n - 1u32).gcd(n);
        if g == *n {
            return Ok(None);
        }
        if !g.is_one() {
            return Ok(Some(g));
        }
    }
    Ok(None)
}

/// A proper divisor of a composite number below 2^64 (Pollard's rho, Brent's variant), as a rule the smallest prime.
pub(crate) fn rho_64(n: u64) -> Option<u64> {
    if n.is_multiple_of(2) {
        return (n > 2).then_some(2);
    }
    rho(&Mont::word(n)?, n.into(), 1 << 22).and_then(|d| u64::try_from(d).ok())
}

/// The same for an odd number of at most two limbs, within so many steps for each of some sequences.
pub(crate) fn rho<const L: usize>(m: &Mont<L>, n: u128, steps: u64) -> Option<u128> {
    let word = |x: &[u64; L]| x.iter().take(2).enumerate().fold(0, |n, (k, limb)| n | u128::from(*limb) << (64 * k));
    let small = |n: u64| std::array::from_fn(|k| if k == 0 { n } else { 0 });
    for c in 1..20u64 {
        let c = small(c);
        let (mut x, mut y, mut saved, mut product) = (small(2), small(2), small(2), m.one());
        let mut length = 1u64;
        let mut found = 1;
        while found == 1 && length < steps {
            x = y;
            let mut done = 0;
            while done < length && found == 1 {
                saved = y;
                for _ in 0..64.min(length - done) {
                    y = m.add(&m.square(&y), &c);
                    product = m.mul(&product, &m.sub(&x, &y));
                }
                found = word(&product).gcd(&n);
                done += 64;
            }
            length *= 2;
        }
        if found == 1 {
            return None;
        }
        if found == n {
            found = 1;
            let mut y = saved;
            while found == 1 {
                y = m.add(&m.square(&y), &c);
                found = word(&m.sub(&x, &y)).gcd(&n);
            }
        }
        if found != n {
            return Some(found);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;

    fn factors(n: &BigUint) -> Factorisation {
        factor(n, &Watch::new(&Budget::default(), &mut ())).unwrap()
    }

    #[test]
    fn known_factorisations() {
        // 2^67 − 1 (Cole 1903), 2^128 + 1 (Morrison and Brillhart 1970)
        let mersenne: BigUint = (BigUint::one() << 67) - 1u32;
        let cole = [193_707_721u64, 761_838_257_287].map(|q| (BigUint::from(q), 1));
        assert_eq!(factors(&mersenne).primes, cole);
        let fermat: BigUint = (BigUint::one() << 128) + 1u32;
        assert_eq!(factors(&fermat).primes[0].0, BigUint::from(59_649_589_127_497_217u64));
    }

    #[test]
    fn powers_and_small_factors_multiply_back() {
        let n = BigUint::from(2u32).pow(10) * BigUint::from(1_000_003u32).pow(3) * BigUint::from(4_294_967_291u64);
        let found = factors(&n);
        assert_eq!(found.product(), n);
        assert_eq!(found.primes.iter().map(|(_, e)| *e).collect::<Vec<_>>(), [10, 3, 1]);
    }

    #[test]
    fn rho_splits_a_square_free_semiprime() {
        let n = 4_294_967_291u64 * 4_294_967_279;
        assert!([4_294_967_291, 4_294_967_279].contains(&rho_64(n).unwrap()));
    }
}
