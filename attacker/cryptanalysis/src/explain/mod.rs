//! What a Diffie–Hellman group is worth, as values: whoever shows it puts it into words.

mod form;
mod level;
mod order;
mod weakness;

use num_bigint::BigUint;
use num_traits::Zero;

use self::form::special_form;
use self::level::minimums;
use self::order::Order;
use super::budget::{Budget, Failure, Observer, Watch};
use super::costs::{RECORD_BITS, composite_cost, index_bits, index_cost};
use super::factor::{Effort, Factoring, Factorisation};
use super::known::{Origin, known};
use super::price::Price;
use super::prime::is_prime;

pub use self::form::SpecialForm;
pub use self::level::{Minimum, Validity};
pub use self::weakness::Weakness;

/// The largest modulus that is explained, in bits: what OpenSSL takes at most.
pub const MAX_EXPLAINED_BITS: u64 = 10_000;
/// Prime factors of p − 1 up to this size are searched in a day on a desk, and count as small.
const SMALL_BITS: u64 = 70;

/// A group as it is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// The modulus.
    pub p: BigUint,
    /// The generator.
    pub g: Option<BigUint>,
    /// What is said to be the order of g (X9.42, DSA).
    pub q: Option<BigUint>,
    /// Bits of private exponents, where that is known.
    pub exponent_bits: Option<u64>,
    /// Known factors of p − 1.
    pub factors: Vec<BigUint>,
}

/// What can be said about a group without attacking it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Explanation {
    /// Size of p.
    pub bits: u64,
    /// What kind of number p is.
    pub modulus: Modulus,
    /// The standard or the software that the modulus is from.
    pub known: Option<String>,
    /// How the modulus came to be known: by a formula nobody could choose its prime, any other could hide a special form.
    pub origin: Option<Origin>,
    /// How p can be written shortly, which makes the number field sieve faster.
    pub special_form: Option<SpecialForm>,
    /// The order of g in decimal, where it is known.
    pub order: Option<String>,
    /// Bits of the order of g, where it is known.
    pub order_bits: Option<u64>,
    /// Bits of the largest prime factor of the order of g, if that is known: where rho and Pohlig–Hellman work.
    pub largest_subgroup_bits: Option<u64>,
    /// Bits of the part of p − 1 that has small prime factors only: so many bits of a static exponent are given away to
    /// whoever sends values of small order, and of any exponent where g is not confined to a subgroup.
    pub smooth_bits: Option<u64>,
    /// The cheapest way to break one session: seconds on one core, as a power of two.
    pub seconds_log2: f64,
    /// Which way that is.
    pub cost: Breaking,
    /// Security levels in bits of a symmetric key.
    pub level: Level,
    /// What authorities ask for at least.
    pub minimums: Vec<Minimum>,
    /// Whether time or another limit ended the look at p − 1: the order may be found with more of it.
    pub cut_off: bool,
    /// What is wrong with the group, the worst first.
    pub weaknesses: Vec<Weakness>,
}

/// Security levels, in bits of a symmetric key that is as strong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Level {
    /// By NIST SP 800-57 part 1 revision 5, table 2; 0 for less than its least, 80.
    pub nist: u64,
    /// By the formula of ECRYPT II and ECRYPT-CSA.
    pub ecrypt: u64,
    /// Whether the order of g is not known, and the levels are those of the prime alone.
    pub at_most: bool,
}

/// The cheapest way to break one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Breaking {
    /// There is no group, and nothing to break.
    Nothing,
    /// A walk: the order of g has only small prime factors.
    Walk,
    /// One logarithm modulo each factor of the modulus.
    Factors,
    /// The rest of the modulus is factored before.
    Factoring,
    /// The index calculus of this program.
    IndexCalculus,
    /// The number field sieve of others, as it has been done.
    NumberFieldSieve,
    /// The same for a longer prime than it has been done for: extrapolated by L(1/3) from the largest published computation
    /// (Boudot et al. 2020, 795 bits). Adrian et al. estimated theirs before it.
    BeyondTheRecord,
}

/// Kinds of moduli.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Modulus {
    /// p and (p − 1)/2 are prime.
    SafePrime,
    /// Prime, with the sizes of the prime factors of p − 1 and what is left of it.
    Prime {
        /// Bits of the known prime factors of p − 1.
        factor_bits: Vec<u64>,
        /// Bits of the part of p − 1 without small factors that was not factored.
        unknown_bits: u64,
    },
    /// Not prime.
    Composite {
        /// The known prime factors, in decimal.
        factors: Vec<String>,
        /// Bits of the composite rest.
        unknown_bits: u64,
    },
    /// Even, 0 or 1: no modulus for this purpose.
    Unusable,
}

/// Looks at a group as a careful client would, at p − 1 for as many core seconds as the budget has. Where a limit of `budget` or its flag ends the look, what was seen so far is
/// the answer.
///
/// # Errors
/// [`Failure::BadInput`] for a p beyond [`MAX_EXPLAINED_BITS`].
pub fn explain(group: &Described, budget: &Budget, observer: &mut dyn Observer) -> Result<Explanation, Failure> {
    let Described { p, g, q, exponent_bits, .. } = group;
    if p.bits() > MAX_EXPLAINED_BITS {
        let got = format!("{} bits", p.bits());
        return Err(Failure::BadInput { field: "p", expected: "at most 10000 bits", got });
    }
    let watch = Watch::new(budget, observer);
    let known = known(p);
    let proved = known.as_ref().is_some_and(|known| known.safe_prime);
    let origin = known.as_ref().map(|known| known.origin);
    let known = known.map(|known| known.name);
    let mut cut_off = false;
    let usable = *p > BigUint::from(2u32) && p.bit(0);
    let g = g.as_ref().filter(|_| usable).map(|g| g % p);
    // cheap facts first: most orders that can be known at all are known before p − 1 is factored
    let mut order = match &g {
        Some(g) => Order::at_once(p, g, q.as_ref(), &watch).or_else(|failure| unless_stopped(failure, &mut cut_off))?,
        None => Order::Unknown,
    };
    let mut multiple: Option<Factorisation> = None;
    let modulus = if !usable {
        Modulus::Unusable
    } else if !proved && !is_prime(p) {
        let parts = factored(p, &group.factors, f64::INFINITY, &watch, &mut cut_off)?;
        let factors = parts.primes.iter().flat_map(|(q, e)| (0..*e).map(|_| q.to_string())).collect();
        Modulus::Composite { factors, unknown_bits: parts.unknown.iter().map(BigUint::bits).sum() }
    } else {
        let half = p >> 1u32;
        if proved || is_prime(&half) {
            let primes = vec![(BigUint::from(2u32), 1), (half, 1)];
            multiple = Some(Factorisation { primes, unknown: Vec::new() });
            Modulus::SafePrime
        } else {
            let below = p - 1u32;
            let given = q.iter().filter(|q| q.bits() > 1 && (&below % *q).is_zero());
            let given: Vec<BigUint> = group.factors.iter().chain(given).cloned().collect();
            // where the order is known, only what is small of p − 1 is of interest
            let most = if order == Order::Unknown { f64::INFINITY } else { 1.0 };
            let parts = factored(&below, &given, most, &watch, &mut cut_off)?;
            let factor_bits = parts.primes.iter().flat_map(|(l, e)| (0..*e).map(|_| l.bits())).collect();
            let unknown_bits = parts.unknown.iter().map(BigUint::bits).sum();
            multiple = Some(parts);
            Modulus::Prime { factor_bits, unknown_bits }
        }
    };
    if let (Order::Unknown, Some(g), Some(multiple)) = (&order, &g, &multiple) {
        order = Order::from_multiple(p, g, multiple);
    }
    let smooth_bits = multiple.as_ref().map(|parts| {
        let small = parts.primes.iter().filter(|(l, _)| l.bits() <= SMALL_BITS);
        small.map(|(l, e)| l.pow(*e)).product::<BigUint>().bits().saturating_sub(1)
    });
    let (seconds_log2, cost) = cost(p, &modulus, &order);
    let order_bits = order.exact().map(|order| order.product().bits());
    let least = order.largest().map(|largest| largest.min(exponent_bits.unwrap_or(u64::MAX)));
    let level = Level {
        nist: level::nist(p.bits(), least.unwrap_or(u64::MAX)).min(if order.is_walkable() { 0 } else { u64::MAX }),
        ecrypt: level::ecrypt(p.bits(), least.unwrap_or(u64::MAX)),
        at_most: least.is_none(),
    };
    let unsound = matches!(modulus, Modulus::Composite { .. } | Modulus::Unusable);
    let level = if unsound { Level { nist: 0, ecrypt: 0, at_most: true } } else { level };
    let found = weakness::Found {
        group,
        g: g.as_ref(),
        modulus: &modulus,
        known: known.as_deref().filter(|_| origin != Some(Origin::Record)),
        order: &order,
        smooth_bits,
    };
    let special_form = if unsound { None } else { special_form(p) };
    let weaknesses = weakness::weaknesses(&found, special_form.as_ref());
    Ok(Explanation {
        bits: p.bits(),
        known,
        origin,
        special_form,
        order: order.exact().map(|order| order.product().to_string()),
        order_bits,
        largest_subgroup_bits: order.largest(),
        smooth_bits,
        seconds_log2,
        cost,
        level,
        minimums: minimums(if unsound { 0 } else { p.bits() }, least.unwrap_or(0)),
        cut_off,
        weaknesses,
        modulus,
    })
}

/// A limit ends the look, and is no failure.
fn unless_stopped(failure: Failure, cut_off: &mut bool) -> Result<Order, Failure> {
    match failure {
        Failure::Cancelled | Failure::OutOfBudget { .. } => {
            *cut_off = true;
            Ok(Order::Unknown)
        }
        other => Err(other),
    }
}

/// What is known of the factors of n after as many core seconds as the budget has, or `most`, or as a limit allows.
fn factored(
    n: &BigUint,
    given: &[BigUint],
    most: f64,
    watch: &Watch<'_>,
    cut_off: &mut bool,
) -> Result<Factorisation, Failure> {
    let mut factoring = Factoring::with_known(n, given)?;
    match factoring.go_on(Effort::seconds(watch.budget.core_seconds.min(most)), watch) {
        Err(Failure::Cancelled | Failure::OutOfBudget { .. }) => *cut_off = true,
        other => other?,
    }
    Ok(factoring.factorisation())
}

/// The cheapest way: log2 of its core seconds, and which it is.
fn cost(p: &BigUint, modulus: &Modulus, order: &Order) -> (f64, Breaking) {
    let index = index_cost(p.bits());
    let walk = order.largest().map(|bits| Price::rho(p.bits(), bits).core_seconds_log2);
    match modulus {
        Modulus::Unusable => (f64::NEG_INFINITY, Breaking::Nothing),
        _ if walk.is_some_and(|walk| walk < index) => (walk.unwrap_or(index), Breaking::Walk),
        Modulus::Composite { unknown_bits: 0, factors } => {
            let largest = factors.iter().filter_map(|q| q.parse::<BigUint>().ok()).map(|q| q.bits()).max();
            (index_cost(largest.unwrap_or(0)), Breaking::Factors)
        }
        Modulus::Composite { unknown_bits, .. } => (composite_cost(*unknown_bits), Breaking::Factoring),
        _ if p.bits() <= index_bits() => (index, Breaking::IndexCalculus),
        _ if p.bits() <= RECORD_BITS => (index, Breaking::NumberFieldSieve),
        _ => (index, Breaking::BeyondTheRecord),
    }
}
