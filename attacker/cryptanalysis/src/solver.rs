//! Recognises the weakness of a group once and uses it for every target.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

use super::budget::{Budget, Failure, Observer, Watch, brief};
use super::costs::index_cost;
use super::factor::Factorisation;
use super::failure::{Limit, Obstacle, Unsolved};
use super::index::{self, Precomputation, Subgroup};
use super::interval::{self, Searched};
use super::ledger::Ledger;
use super::modulus::{Depth, Parts, Tail, group};
use super::order;
use super::pohlig::{Choice, Cyclic};
use super::price::Price;
use super::proof::Proof;
use super::residue::Residue;
use super::solution::{Cost, Method, Solution};
use super::{Problem, walk};

/// The largest modulus, in bits.
pub const MAX_BITS: u64 = 8192;

/// About a core year: what costs less is offered, what costs more is out of reach.
const OFFERED_LOG2: f64 = 25.0;

/// A group ⟨g⟩ modulo p, recognised and prepared. It can be shared by threads; each target costs only its own part.
pub struct Solver {
    p: BigUint,
    g: BigUint,
    tail: Tail,
    depth: Depth,
    parts: Parts,
    /// Verified: g to this power is one modulo the unit part of p.
    order_multiple: Option<BigUint>,
}

/// The logarithm of one target, by the cheapest way: what takes a second is tried before anything long is prepared. See
/// [`Solver`] for several targets of one group.
///
/// # Errors
/// As [`Solver::new`] and [`Solver::solve`].
pub fn solve(problem: &Problem, budget: &Budget, observer: &mut dyn Observer) -> Result<Solution, Unsolved> {
    solve_with(problem, &Precomputation::new(&problem.p), budget, observer)
}

/// The same with what is known of p from before: see [`Solver::with_precomputation`].
///
/// # Errors
/// As [`Solver::with_precomputation`] and [`Solver::solve`]; the known residue is told also where the work for the group was
/// stopped.
pub fn solve_with(
    problem: &Problem,
    precomputation: &Precomputation,
    budget: &Budget,
    observer: &mut dyn Observer,
) -> Result<Solution, Unsolved> {
    let Problem { p, g, y } = problem;
    let quick = Solver::build(p, g, precomputation, Depth::Quick, budget, observer)?;
    let Unsolved { failure, known } = match quick.solve(y, budget, observer) {
        Err(unsolved) => unsolved,
        solved => return solved,
    };
    if !matches!(failure, Failure::OutOfReach { .. } | Failure::Priced { .. }) || quick.is_complete() {
        return Err(Unsolved { failure, known });
    }
    drop(quick);
    // first what it costs, then the long search for something cheaper
    if let Some(price) = failure.price() {
        observer.priced(price);
    }
    let full = match Solver::with_precomputation(p, g, precomputation, budget, observer) {
        Ok(solver) => solver,
        Err(failure) => return Err(Unsolved { failure, known }),
    };
    full.solve(y, budget, observer).map_err(|unsolved| {
        let known = known.combine(&unsolved.known).unwrap_or(known);
        Unsolved { known, ..unsolved }
    })
}

impl Solver {
    /// Factors what is needed, chooses the methods and fills their tables. Every modulus will do, and every g: from some
    /// power on the powers of a g that is no unit repeat as well.
    ///
    /// # Errors
    /// [`Failure::BadInput`] unless p is positive and at most [`MAX_BITS`] long; [`Failure::Cancelled`] or
    /// [`Failure::OutOfBudget`] as `budget` says. What is too long is left out, and told with each target.
    pub fn new(p: &BigUint, g: &BigUint, budget: &Budget, observer: &mut dyn Observer) -> Result<Self, Failure> {
        Self::with_precomputation(p, g, &Precomputation::new(p), budget, observer)
    }

    /// The same with what is known of p from before; index calculus continues there and leaves its state there, also
    /// when it fails or is cancelled.
    ///
    /// # Errors
    /// As [`Solver::new`], and [`Failure::BadInput`] if the precomputation is for another prime.
    pub fn with_precomputation(
        p: &BigUint,
        g: &BigUint,
        precomputation: &Precomputation,
        budget: &Budget,
        observer: &mut dyn Observer,
    ) -> Result<Self, Failure> {
        Self::build(p, g, precomputation, Depth::Full, budget, observer)
    }

    fn build(
        p: &BigUint,
        g: &BigUint,
        precomputation: &Precomputation,
        depth: Depth,
        budget: &Budget,
        observer: &mut dyn Observer,
    ) -> Result<Self, Failure> {
        if p.is_zero() {
            return Err(Failure::BadInput { field: "p", expected: "a positive modulus", got: "0".to_owned() });
        }
        if p.bits() > MAX_BITS {
            let got = format!("{} bits", p.bits());
            return Err(Failure::BadInput { field: "p", expected: "at most 8192 bits", got });
        }
        if precomputation.prime() != p {
            let got = format!("that of {}", brief(precomputation.prime()));
            return Err(Failure::BadInput { field: "precomputation", expected: "the precomputation of p", got });
        }
        let g = g % p;
        let watch = Watch::new(budget, observer);
        watch.spend(0)?;
        let tail = Tail::new(p, &g);
        let prime = |q: &BigUint| {
            let own = Precomputation::new(q);
            prime_group(q, &(&g % q), if q == p { precomputation } else { &own }, depth, &watch)
        };
        let parts = Parts::new(&tail.unit, &g, depth, &prime, &watch)?;
        let multiple = parts.groups.iter().fold(BigUint::one(), |n, group| n.lcm(group.order()));
        // checked once more, for the factors of p together
        let holds = || g.modpow(&multiple, &tail.unit) == BigUint::one() % &tail.unit;
        let order_multiple = (parts.unknown.is_empty() && holds()).then_some(multiple);
        watch.prepared();
        Ok(Self { p: p.clone(), g, tail, depth, parts, order_multiple })
    }

    /// How the next target will be solved.
    pub fn method(&self) -> Method {
        match &self.parts.groups[..] {
            [] if self.parts.unknown.is_empty() => Method::Trivial,
            [one] if self.parts.unknown.is_empty() => one.method(),
            groups => Method::Composite { factors: groups.iter().map(|group| group.method()).collect() },
        }
    }

    /// The order of g, if it is known completely: g to this power is one, and to no smaller one. The length of the cycle
    /// that the powers of g end in, where g is no unit.
    pub fn order(&self) -> Option<BigUint> {
        let exact = |group: &dyn Cyclic| group.hard().iter().all(|hard| hard.is_prime);
        self.order_multiple.clone().filter(|_| self.parts.groups.iter().all(|group| exact(&**group)))
    }

    /// A multiple of the order of g, if one is known.
    pub fn order_multiple(&self) -> Option<&BigUint> {
        self.order_multiple.as_ref()
    }

    /// Whether every logarithm can be found, or shown not to exist.
    fn is_complete(&self) -> bool {
        self.parts.unknown.is_empty() && self.parts.groups.iter().all(|group| group.hard().is_empty())
    }

    /// The logarithm of y, verified; the least one where the order of g is known.
    ///
    /// # Errors
    /// [`Failure::NoSolution`] with the proof that y is no power of g, checked; [`Failure::OutOfReach`] or
    /// [`Failure::Priced`] with what is in the way and what it would cost; [`Failure::Cancelled`] or
    /// [`Failure::OutOfBudget`] as `budget` says. What is known of the exponent is told with each of them.
    pub fn solve(&self, y: &BigUint, budget: &Budget, observer: &mut dyn Observer) -> Result<Solution, Unsolved> {
        let y = y % &self.p;
        let ledger = Ledger::default();
        let watch = Watch::new(budget, observer);
        let failure = match self.attempt(&y, &ledger, &watch) {
            Err(Failure::NoSolution { proof }) if !proof.holds(&self.p, &self.g, &y) => Failure::stuck(Obstacle::Check),
            Err(failure) => failure,
            Ok(solution) => return Ok(solution),
        };
        Err(Unsolved { failure, known: ledger.sum().unwrap_or_default() })
    }

    fn attempt(&self, y: &BigUint, ledger: &Ledger, watch: &Watch<'_>) -> Result<Solution, Failure> {
        let done = |x, method| {
            let cost = Cost { operations: watch.spent() };
            let order = self.order();
            let order_multiple = if order.is_some() { None } else { self.order_multiple.clone() };
            Ok(Solution { x, order, order_multiple, method, cost })
        };
        if self.tail.length > 0 {
            if let Some(x) = self.before_the_cycle(y) {
                return done(x.into(), Method::Trivial);
            }
            if !(y % &self.tail.rest).is_zero() {
                let proof = Proof::Tail { tail: self.tail.length, modulus: self.tail.rest.clone() };
                return Err(Failure::no_solution(proof));
            }
        }
        let divisor = y.gcd(&self.tail.unit);
        if !divisor.is_one() {
            return Err(Failure::no_solution(Proof::Divisor { divisor }));
        }
        for group in &self.parts.groups {
            group.log(y, ledger, watch)?;
        }
        let known = ledger.sum().map_err(|proof| Failure::NoSolution { proof })?;
        let least = |x: BigUint| {
            let missing = BigUint::from(self.tail.length).max(x.clone()) - &x;
            x + missing.div_ceil(&known.modulus) * &known.modulus
        };
        let verified = |x: &BigUint| self.g.modpow(x, &self.p) == *y;
        let x = least(known.x.clone());
        if verified(&x) {
            let method = match self.is_complete() {
                true => self.method(),
                false => Method::Interval { interval_bits: 0, known_bits: known.bits() },
            };
            return done(x, method);
        }
        let price = self.dearest(ledger.prices());
        if self.is_complete() && price.is_none() {
            return Err(Failure::stuck(Obstacle::Check));
        }
        if let (Depth::Full, Some(price)) = (self.depth, &price) {
            watch.priced(price);
        }
        let searched = self.search(y, &known, watch)?;
        if let Some((Searched::Found(z), method, _)) = &searched {
            let x = least(&known.x + &known.modulus * z);
            if verified(&x) {
                return done(x, method.clone());
            }
        }
        Err(self.out_of_reach(price, searched, watch))
    }

    /// The first power of g that is y, before they repeat.
    fn before_the_cycle(&self, y: &BigUint) -> Option<u64> {
        let mut power = BigUint::one() % &self.p;
        (0..self.tail.length).find(|_| {
            let found = power == *y;
            power = &power * &self.g % &self.p;
            found
        })
    }

    /// x = known + modulus·z for a short z.
    fn search(
        &self,
        y: &BigUint,
        known: &Residue,
        watch: &Watch<'_>,
    ) -> Result<Option<(Searched, Method, u32)>, Failure> {
        // modulo the powers of two all is known
        let n = &self.tail.unit >> self.tail.unit.trailing_zeros().unwrap_or(0);
        let longest = watch.budget.exponent_bits.unwrap_or(watch.budget.interval_bits);
        let limit = match self.depth {
            Depth::Quick => longest.min(quick_interval_bits(&n)),
            Depth::Full => longest,
        };
        let Some(inverse) = self.g.modinv(&n).filter(|_| limit > 0 && !n.is_one()) else { return Ok(None) };
        // more than the order need not be searched
        let whole = self.order_multiple.as_ref().map_or(u64::MAX, |order| (order / &known.modulus).bits());
        let bits = limit.min(u32::try_from(whole).unwrap_or(u32::MAX));
        let target = y * inverse.modpow(&known.x, &n) % &n;
        let step = self.g.modpow(&known.modulus, &n);
        let back = inverse.modpow(&known.modulus, &n);
        let mut searched = None;
        // the shorter, the likelier; each search costs a sixteenth of the next; a length that is known has its price at once
        let shorter: &[u32] = if watch.budget.exponent_bits.is_some() { &[0] } else { &[16, 8, 0] };
        for bits in shorter.iter().map(|less| bits.saturating_sub(*less)).filter(|bits| *bits > 0) {
            let (interval_bits, known_bits) = (bits, known.bits());
            let method = if interval::is_exhaustive(&n, bits, watch.budget.memory) {
                Method::Interval { interval_bits, known_bits }
            } else {
                Method::Kangaroo { interval_bits, known_bits }
            };
            watch.chose(&method);
            match interval::search(&n, &step, &back, &target, bits, watch) {
                Ok(nothing @ Searched::Nothing { .. }) => searched = Some((nothing, method, bits)),
                Ok(found) => return Ok(Some((found, method, bits))),
                // what is in the way of the order is more to the point, unless the exponent is known to be short
                Err(Failure::Priced { .. }) if watch.budget.exponent_bits.is_none() => break,
                Err(Failure::OutOfBudget { limit: Limit::Memory { .. } }) => break,
                Err(failure) => return Err(failure),
            }
        }
        Ok(searched)
    }

    /// The price of the dearest part that no method was begun for, among them those that were put off: all are needed.
    fn dearest(&self, put_off: Vec<Price>) -> Option<Price> {
        let moduli = self.parts.unknown.iter().map(|(c, _)| Price::factoring(c.bits()));
        let hard = self.parts.groups.iter().flat_map(|group| group.hard()).filter_map(|hard| hard.price.clone());
        let all = put_off.into_iter().chain(moduli).chain(hard);
        all.max_by(|a, b| a.core_seconds_log2.total_cmp(&b.core_seconds_log2))
    }

    fn out_of_reach(
        &self,
        price: Option<Price>,
        searched: Option<(Searched, Method, u32)>,
        watch: &Watch<'_>,
    ) -> Failure {
        let mut obstacles = Vec::new();
        obstacles.extend(self.parts.unknown.iter().map(|(c, _)| Obstacle::Modulus { bits: c.bits() }));
        for hard in self.parts.groups.iter().flat_map(|group| group.hard()) {
            let bits = hard.order.bits();
            obstacles.push(match hard.is_prime {
                true => Obstacle::Subgroup { bits },
                false => Obstacle::Cofactor { bits, modulus: self.p.clone() },
            });
        }
        if let Some((Searched::Nothing { error_log2 }, _, bits)) = searched {
            obstacles.push(Obstacle::Interval { bits, error_log2 });
        }
        match price {
            Some(price) if price.is_ours() && price.core_seconds_log2 <= OFFERED_LOG2 => {
                Failure::Priced { price: Box::new(price), allowed: watch.budget.core_seconds }
            }
            price => Failure::OutOfReach { obstacles, price: price.map(Box::new) },
        }
    }
}

/// Exponents modulo n of so many bits are searched before anything long is begun: what takes some seconds, or some hundredth of
/// what index calculus would take.
fn quick_interval_bits(n: &BigUint) -> u32 {
    const MOST: f64 = 40.0;
    const SECONDS: f64 = 4.0;
    if n.bits() <= index::MAX_BITS {
        return (2.0 * (index_cost(n.bits()) + 20.0)).clamp(0.0, MOST) as u32;
    }
    (0..=MOST as u32).rev().find(|bits| Price::interval(n.bits(), *bits).core_seconds() <= SECONDS).unwrap_or(0)
}

/// The prime powers l^k of p − 1 whose logarithms index calculus finds: those for which it is cheaper than rho, by measured
/// times, and if there are any, also those for which more linear algebra is.
fn by_index_calculus(p: &BigUint, multiple: &Factorisation) -> Vec<(BigUint, BigUint)> {
    if !(40..=index::MAX_BITS).contains(&p.bits()) {
        return Vec::new();
    }
    let rho = |(l, k): &(BigUint, u32)| Price::rho(p.bits(), l.bits()).core_seconds_log2 + f64::from(*k).log2();
    let above = |log2_seconds: f64| {
        let dear = multiple.primes.iter().filter(|power| power.0.bits() > 36 && rho(power) > log2_seconds);
        dear.map(|(l, k)| (l.clone(), l.pow(*k))).collect::<Vec<_>>()
    };
    let alone = above(index_cost(p.bits()));
    if alone.is_empty() { alone } else { above(index_cost(p.bits()) - 2.0) }
}

/// The group modulo the prime p.
fn prime_group(
    p: &BigUint,
    g: &BigUint,
    work: &Precomputation,
    depth: Depth,
    watch: &Watch<'_>,
) -> Result<Box<dyn Cyclic>, Failure> {
    let multiple = order::multiple(p, g, depth, watch)?;
    let ells = by_index_calculus(p, &multiple);
    let all: Vec<BigUint> = ells.iter().map(|(_, ell)| ell.clone()).collect();
    // what this program can do is offered, though others might do it sooner
    let offer = |l: &BigUint| {
        let (sieve, rho) = (Price::of_prime(p.bits()), Price::rho(p.bits(), l.bits()));
        let offered = l.bits() <= walk::MAX_BITS && rho.core_seconds_log2 <= OFFERED_LOG2 && !sieve.is_ours();
        Choice::Nothing(Some(if offered { rho } else { sieve.min(rho) }))
    };
    let choose = |l: &BigUint, e: u32| {
        if depth == Depth::Quick {
            return Ok(offer(l));
        }
        let allowed = |price: &Price| price.core_seconds() <= watch.budget.core_seconds;
        let rho = Price::rho(p.bits(), l.bits());
        if let Some((_, ell)) = ells.iter().find(|(prime, _)| prime == l) {
            let price = Price::index_calculus(p.bits());
            if !work.has(&all) && !allowed(&price) {
                return Ok(Choice::Nothing(Some(price.min(rho))));
            }
            if let Some(subgroup) = Subgroup::new(work.table(&all, watch)?, g, &l.pow(e), ell, watch)? {
                return Ok(Choice::Index(subgroup));
            }
        }
        if l.bits() <= walk::MAX_BITS && allowed(&rho) {
            return Ok(Choice::Rho);
        }
        Ok(offer(l))
    };
    group(p, g, &multiple, &choose, watch)
}
