//! Recognises the weakness of a group once and uses it for every target.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;

use super::budget::{Budget, Failure, Observer, Watch, brief};
use super::costs::index_cost;
use super::factor::{Factorisation, factor};
use super::failure::{Obstacle, Unsolved};
use super::index::{self, Precomputation, Subgroup};
use super::mont::with_mont;
use super::padic::Padic;
use super::pohlig::{Cyclic, Group, IndexProvider};
use super::price::Price;
use super::prime::is_prime;
use super::proof::Proof;
use super::residue::Residue;
use super::solution::{Cost, Method, Solution};
use super::{Problem, hidden, walk};

/// The largest modulus, in bits.
pub const MAX_BITS: u64 = 8192;

/// A group ⟨g⟩ modulo p, recognised and prepared. It can be shared by threads; each target costs only its own part.
pub struct Solver {
    p: BigUint,
    g: BigUint,
    /// One for each known prime power of p.
    components: Vec<Box<dyn Cyclic>>,
    /// Composite factors of p that nobody factored.
    unknown: Vec<BigUint>,
}

/// The logarithm of one target. See [`Solver`] for several targets of one group.
pub fn solve(problem: &Problem, budget: &Budget, observer: &mut dyn Observer) -> Result<Solution, Unsolved> {
    Solver::new(&problem.p, &problem.g, budget, observer)?.solve(&problem.y, budget, observer)
}

impl Solver {
    /// Factors what is needed, chooses the methods and fills their tables.
    ///
    /// # Errors
    /// [`Failure::BadInput`] unless p is odd, above 3 and at most [`MAX_BITS`] long, and g a unit modulo p from 2 to p − 2.
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
        check_modulus(p)?;
        if precomputation.prime() != p {
            let got = format!("that of {}", brief(precomputation.prime()));
            return Err(Failure::BadInput { field: "precomputation", expected: "the precomputation of p", got });
        }
        let bad_g = |expected| Failure::BadInput { field: "g", expected, got: brief(g) };
        if g.bits() < 2 || g + 1u32 >= *p {
            return Err(bad_g("a number from 2 to p − 2 (0, 1 and p − 1 generate no group to search)"));
        }
        if !g.gcd(p).is_one() {
            return Err(bad_g("a number without a common factor with p"));
        }
        let watch = Watch::new(budget, observer);
        let (modulus, composites) = if is_prime(p) {
            (Factorisation { primes: vec![(p.clone(), 1)], unknown: Vec::new() }, Vec::new())
        } else {
            split(factor(p, &watch)?, g, &watch)?
        };
        let mut components = Vec::new();
        for (q, e) in &modulus.primes {
            let own = Precomputation::new(q);
            let work = if q == p { precomputation } else { &own };
            // small primes are left to Pohlig and Hellman
            let lifted = *e > 1 && q.bits() > 32;
            components.push(component(q, if lifted { 1 } else { *e }, g, work, &watch)?);
            if lifted {
                components.push(Box::new(Padic::new(q, *e, g)));
            }
        }
        components.extend(composites);
        watch.prepared();
        Ok(Self { p: p.clone(), g: g.clone(), components, unknown: modulus.unknown })
    }

    /// How the next target will be solved.
    pub fn method(&self) -> Method {
        match &self.components[..] {
            [one] if self.unknown.is_empty() => one.method(),
            _ => Method::Composite { factors: self.components.iter().map(|c| c.method()).collect() },
        }
    }

    /// The order of g, if it is known completely.
    pub fn order(&self) -> Option<BigUint> {
        self.complete().then(|| self.components.iter().fold(BigUint::one(), |n, c| n.lcm(c.order())))
    }

    fn complete(&self) -> bool {
        self.unknown.is_empty() && self.components.iter().all(|c| c.hard().is_one())
    }

    /// The logarithm of y, verified.
    ///
    /// # Errors
    /// [`Failure::NoSolution`] with the proof that y is no power of g; [`Failure::OutOfReach`] with what is in the way;
    /// [`Failure::Cancelled`] or [`Failure::OutOfBudget`] as `budget` says.
    pub fn solve(&self, y: &BigUint, budget: &Budget, observer: &mut dyn Observer) -> Result<Solution, Unsolved> {
        let mut known = Residue::default();
        self.attempt(y, budget, observer, &mut known).map_err(|failure| Unsolved { failure, known })
    }

    fn attempt(
        &self,
        y: &BigUint,
        budget: &Budget,
        observer: &mut dyn Observer,
        known: &mut Residue,
    ) -> Result<Solution, Failure> {
        if y >= &self.p {
            return Err(Failure::BadInput { field: "y", expected: "a number below p", got: brief(y) });
        }
        let divisor = y.gcd(&self.p);
        if !divisor.is_one() {
            return Err(Failure::no_solution(Proof::Divisor { divisor }));
        }
        let watch = Watch::new(budget, observer);
        for component in &self.components {
            let residue = component.log(y, &watch)?;
            *known = known
                .combine(&residue)
                .ok_or_else(|| Failure::no_solution(Proof::Contradiction { residues: [known.clone(), residue] }))?;
        }
        let verified = |x: &BigUint| self.g.modpow(x, &self.p) == *y;
        let done = |x, method| {
            let cost = Cost { operations: watch.spent() };
            Ok(Solution { x, order: self.order(), order_multiple: None, method, cost })
        };
        if verified(&known.x) {
            return done(known.x.clone(), self.method());
        }
        if self.complete() {
            return Err(Failure::stuck(Obstacle::Check));
        }
        match self.search(y, known, &watch)? {
            Some(x) if verified(&x) => {
                let known_bits = if known.modulus.is_one() { 0 } else { known.modulus.bits() };
                done(x, Method::Kangaroo { interval_bits: budget.interval_bits, known_bits })
            }
            _ => Err(self.out_of_reach(budget)),
        }
    }

    /// x = known + modulus·z for a z below 2^interval_bits.
    fn search(&self, y: &BigUint, known: &Residue, watch: &Watch<'_>) -> Result<Option<BigUint>, Failure> {
        if watch.budget.interval_bits == 0 {
            return Ok(None);
        }
        let inverse = self.g.modinv(&self.p).unwrap_or_default();
        let rest = y * inverse.modpow(&known.x, &self.p) % &self.p;
        let step = self.g.modpow(&known.modulus, &self.p);
        let z = with_mont!(
            &self.p,
            |m| walk::kangaroo(&m, &m.enter(&step), watch.budget.interval_bits, &m.enter(&rest), watch)?,
            None
        );
        Ok(z.map(|z| &known.x + &known.modulus * z))
    }

    fn out_of_reach(&self, budget: &Budget) -> Failure {
        let mut obstacles: Vec<Obstacle> = self.unknown.iter().map(|c| Obstacle::Modulus { bits: c.bits() }).collect();
        for hard in self.components.iter().map(|component| component.hard()).filter(|hard| !hard.is_one()) {
            obstacles.push(if is_prime(hard) {
                Obstacle::Subgroup { bits: hard.bits() }
            } else {
                Obstacle::Cofactor { bits: hard.bits(), modulus: self.p.clone() }
            });
        }
        if budget.interval_bits > 0 {
            obstacles.push(Obstacle::Interval { bits: budget.interval_bits, error_log2: Some(-6) });
        }
        Failure::OutOfReach { obstacles, price: None }
    }
}

fn check_modulus(p: &BigUint) -> Result<(), Failure> {
    let bad = |expected, got| Err(Failure::BadInput { field: "p", expected, got });
    if p.bits() < 3 {
        return bad("an odd modulus above 3", p.to_string());
    }
    if !p.bit(0) {
        return bad("an odd modulus above 3", format!("the even number {}", brief(p)));
    }
    if p.bits() > MAX_BITS {
        return bad("at most 8192 bits", format!("{} bits", p.bits()));
    }
    Ok(())
}

/// Whether index calculus modulo p beats rho in a subgroup of order q, by measured times: log2 of the seconds.
fn index_pays(p: &BigUint, q: &BigUint) -> bool {
    let rho = q.bits() as f64 / 2.0 - 28.0;
    (40..=index::MAX_BITS).contains(&p.bits()) && index_cost(p.bits()) < rho
}

/// The group modulo the prime power q^e.
fn component(
    q: &BigUint,
    e: u32,
    g: &BigUint,
    work: &Precomputation,
    watch: &Watch<'_>,
) -> Result<Box<dyn Cyclic>, Failure> {
    let mut multiple = factor(&(q - 1u32), watch)?;
    if e > 1 {
        multiple.primes.push((q.clone(), e - 1));
    }
    let ells: Vec<BigUint> =
        multiple.primes.iter().filter(|(l, k)| *k == 1 && e == 1 && index_pays(q, l)).map(|(l, _)| l.clone()).collect();
    if ells.is_empty() {
        return group(&q.pow(e), g, &multiple, &|_| Ok(None), watch);
    }
    let logs = |l: &BigUint| {
        if !ells.contains(l) {
            return Ok(None);
        }
        if !work.is_complete() {
            watch.allow_price(&Price::index_calculus(q.bits()))?;
        }
        Subgroup::new(work.table(&ells, watch)?, g, l, watch)
    };
    group(&q.pow(e), g, &multiple, &logs, watch)
}

fn group(
    modulus: &BigUint,
    g: &BigUint,
    multiple: &Factorisation,
    logs: &IndexProvider<'_>,
    watch: &Watch<'_>,
) -> Result<Box<dyn Cyclic>, Failure> {
    with_mont!(
        modulus,
        |m| Ok(Box::new(Group::new(m, g, multiple, logs, watch)?)),
        Err(Failure::BadInput { field: "p", expected: "an odd modulus of at most 8192 bits", got: brief(modulus) })
    )
}

/// The composite factors that resisted, with what g knows of them: groups of smooth order do not need the factors.
fn split(
    modulus: Factorisation,
    g: &BigUint,
    watch: &Watch<'_>,
) -> Result<(Factorisation, Vec<Box<dyn Cyclic>>), Failure> {
    let mut known = Factorisation { primes: modulus.primes, unknown: Vec::new() };
    let mut components = Vec::new();
    let mut work = modulus.unknown;
    while let Some(c) = work.pop() {
        if let Some(component) = smooth_order(&c, g, watch)? {
            components.push(component);
        } else if let Some(found) = hidden::split(&c, &(g % &c), watch)? {
            for part in [&c / &found, found] {
                let part = factor(&part, watch)?;
                part.primes.into_iter().for_each(|(q, e)| (0..e).for_each(|_| known.add(q.clone())));
                work.extend(part.unknown);
            }
        } else {
            known.unknown.push(c);
        }
    }
    Ok((known, components))
}

/// Without the factors of the modulus: whether g has an order without large prime factors all the same.
fn smooth_order(c: &BigUint, g: &BigUint, watch: &Watch<'_>) -> Result<Option<Box<dyn Cyclic>>, Failure> {
    const BOUND: u32 = 1 << 16;
    let primes: Vec<(BigUint, u32)> = super::prime::primes_up_to(BOUND)
        .into_iter()
        .map(|q| (BigUint::from(q), (16.0 / f64::from(q).log2()).max(1.0) as u32))
        .collect();
    let multiple = Factorisation { primes, unknown: Vec::new() };
    let exponent = multiple.product();
    watch.spend(exponent.bits())?;
    if !g.modpow(&exponent, c).is_one() {
        return Ok(None);
    }
    group(c, g, &multiple, &|_| Ok(None), watch).map(Some)
}
