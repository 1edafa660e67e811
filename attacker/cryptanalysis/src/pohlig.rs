//! Pohlig and Hellman (1978): a logarithm in a cyclic group from logarithms in its subgroups of prime order.

use std::sync::atomic::{AtomicU64, Ordering};

use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};

use super::bsgs::Table;
use super::budget::{Failure, Phase, Watch};
use super::factor::Factorisation;
use super::failure::Obstacle;
use super::ledger::{Fact, Ledger};
use super::mont::{Mont, from_limbs};
use super::price::Price;
use super::proof::Proof;
use super::residue::Residue;
use super::solution::Method;
use super::walk;
use super::{index, parallel};

/// Up to this order a table is worth its memory: 64 MiB for 44 bits. Rho's steps are as cheap where numbers are short.
const fn table_bits(limbs: usize) -> u64 {
    if limbs <= 2 { 36 } else { 44 }
}

/// How logarithms in one subgroup of prime order are found.
enum Engine<const L: usize> {
    Table(Table<L>),
    Rho(u128),
    Index(index::Subgroup),
}

/// The subgroup of order q^e.
struct Part<const L: usize> {
    q: BigUint,
    e: u32,
    /// A generator, of order q^e.
    generator: [u64; L],
    /// Of order q.
    gamma: [u64; L],
    engine: Engine<L>,
    /// Its place among the prime powers of the order.
    at: usize,
}

/// What is done in a subgroup whose order is too large for a table.
pub(crate) enum Choice {
    Index(index::Subgroup),
    Rho,
    /// Nothing, and what the cheapest way would cost.
    Nothing(Option<Price>),
}

/// Chooses for a prime power of the order.
pub(crate) type Chooser<'a> = dyn Fn(&BigUint, u32) -> Result<Choice, Failure> + Sync + 'a;

/// A part of an order in whose subgroup no logarithms are found.
#[derive(Clone, Debug)]
pub(crate) struct Hard {
    /// A prime power, or a composite of which the order has a part.
    pub(crate) order: BigUint,
    pub(crate) is_prime: bool,
    /// What it would cost, where that is known.
    pub(crate) price: Option<Price>,
}

/// A cyclic group ⟨g⟩ modulo a number, with what a further target needs.
pub(crate) struct Group<const L: usize> {
    m: Mont<L>,
    /// g to this power is one; the order of g if `hard` has no composite.
    order: BigUint,
    parts: Vec<Part<L>>,
    /// The coprime factors of the order.
    powers: Vec<BigUint>,
    hard: Vec<Hard>,
}

/// ∏ over all parts but the own of q^e as exponents, by halving: `visit(i, base^(order / q_i^e_i))`.
fn project<const L: usize>(
    m: &Mont<L>,
    base: [u64; L],
    orders: &[BigUint],
    first: usize,
    visit: &mut impl FnMut(usize, [u64; L]),
) {
    match orders {
        [] => {}
        [_] => visit(first, base),
        _ => {
            let (left, right) = orders.split_at(orders.len() / 2);
            let power = |side: &[BigUint]| m.pow(&base, &side.iter().product());
            project(m, power(right), left, first, visit);
            project(m, power(left), right, first + left.len(), visit);
        }
    }
}

/// A cyclic group whose modulus fits some number of limbs.
pub(crate) trait Cyclic: Send + Sync {
    /// Enters the exponent of y, as far as the methods reach and the budget pays for them.
    fn log(&self, y: &BigUint, ledger: &Ledger, watch: &Watch<'_>) -> Result<(), Failure>;
    /// The order of g, verified to be exact, or a multiple of it if [`Cyclic::hard`] has a composite.
    fn order(&self) -> &BigUint;
    /// The parts of the order in whose subgroups no method works.
    fn hard(&self) -> &[Hard];
    /// What [`Cyclic::log`] does.
    fn method(&self) -> Method;
}

impl<const L: usize> Group<L> {
    /// `multiple` is a factored multiple of the order of g (p − 1, or the group order of a composite modulus).
    /// `choose` says what is done where no table will do, and `unfactored` is the price where the multiple has composites.
    pub(crate) fn new(
        m: Mont<L>,
        g: &BigUint,
        multiple: &Factorisation,
        choose: &Chooser<'_>,
        unfactored: &Price,
        watch: &Watch<'_>,
    ) -> Result<Self, Failure> {
        let g = m.enter(g);
        let exact = order_of(&m, g, multiple);
        let powers = prime_powers(&exact);
        let mut generators = vec![m.one(); powers.len()];
        project(&m, g, &powers, 0, &mut |i, x| generators[i] = x);

        let table = |q: &BigUint| (q.bits() <= table_bits(L)).then(|| q.to_u64()).flatten();
        let bytes = exact.primes.iter().filter_map(|(q, _)| table(q)).map(Table::<L>::bytes).sum();
        watch.allow_bytes(bytes, "the baby-step tables")?;
        if let (true, Some(largest_bits)) = (bytes > 0, exact.primes.iter().map(|(q, _)| q.bits()).max()) {
            let subgroups = exact.primes.len();
            if subgroups > 1 && exact.unknown.is_empty() && exact.primes.iter().all(|(q, _)| table(q).is_some()) {
                watch.chose(&Method::PohligHellman { subgroups, largest_bits });
            }
        }
        let done = AtomicU64::new(0);
        let found = parallel::map(watch.threads(), exact.primes.len(), |i| {
            let (q, e) = &exact.primes[i];
            let gamma = m.pow(&generators[i], &q.pow(e - 1));
            // the order is exact: g^(order/q) is not one, and its q-th power is
            if gamma == m.one() || m.pow(&gamma, q) != m.one() {
                return Err(Failure::stuck(Obstacle::Check));
            }
            let (engine, price) = if let Some(small) = table(q) {
                (Some(Engine::Table(Table::new(&m, gamma, small, watch)?)), None)
            } else {
                match choose(q, *e)? {
                    Choice::Index(subgroup) => (Some(Engine::Index(subgroup)), None),
                    Choice::Rho => (q.to_u128().map(Engine::Rho), None),
                    Choice::Nothing(price) => (None, price),
                }
            };
            watch.report(Phase::Table, done.fetch_add(1, Ordering::Relaxed) + 1, exact.primes.len() as u64);
            let part = |engine| Part { q: q.clone(), e: *e, generator: generators[i], gamma, engine, at: i };
            Ok(engine.map(part).ok_or_else(|| Hard { order: powers[i].clone(), is_prime: true, price }))
        })?;
        let (mut parts, mut hard) = (Vec::new(), Vec::new());
        for part in found {
            match part {
                Ok(part) => parts.push(part),
                Err(part) => hard.push(part),
            }
        }
        let price = Some(unfactored.clone());
        let composite = |c: &BigUint| Hard { order: c.clone(), is_prime: false, price: price.clone() };
        hard.extend(exact.unknown.iter().map(composite));
        Ok(Self { m, hard, order: powers.iter().product(), parts, powers })
    }

    /// The logarithm of `h`, an element of the subgroup of the part, to its generator.
    fn part_log(&self, part: &Part<L>, y: &BigUint, h: [u64; L], watch: &Watch<'_>) -> Result<BigUint, Failure> {
        let m = &self.m;
        if let Engine::Index(subgroup) = &part.engine {
            return subgroup.log(y, watch);
        }
        if matches!(part.engine, Engine::Rho(_)) {
            watch.chose(&Method::Rho { order_bits: part.q.bits() });
        }
        let inverse = m.pow(&part.generator, &(part.q.pow(part.e) - 1u32));
        let (mut x, mut scale) = (BigUint::zero(), BigUint::one());
        for level in (0..part.e).rev() {
            let rest = m.mul(&h, &m.pow(&inverse, &x));
            let rest = m.pow(&rest, &part.q.pow(level));
            let digit = match &part.engine {
                Engine::Table(table) => table.solve(m, &rest, watch)?.map(u128::from),
                Engine::Rho(order) => walk::rho(m, &part.gamma, *order, &rest, watch)?,
                Engine::Index(_) => None,
            };
            let Some(digit) = digit else {
                let proof = Proof::Subgroup {
                    modulus: from_limbs(m.modulus()),
                    n: &self.order / part.q.pow(part.e),
                    order: part.q.pow(part.e),
                };
                return Err(Failure::no_solution(proof));
            };
            x += &scale * digit;
            scale *= &part.q;
        }
        Ok(x)
    }
}

impl<const L: usize> Cyclic for Group<L> {
    fn log(&self, y: &BigUint, ledger: &Ledger, watch: &Watch<'_>) -> Result<(), Failure> {
        let m = &self.m;
        let h = m.enter(y);
        if m.pow(&h, &self.order) != m.one() {
            let proof = Proof::Order { modulus: from_limbs(m.modulus()), n: self.order.clone() };
            return Err(Failure::no_solution(proof));
        }
        let mut projected = vec![m.one(); self.powers.len()];
        project(m, h, &self.powers, 0, &mut |i, x| projected[i] = x);
        // rho and index calculus bring their own threads
        let threads = if self.parts.iter().all(|p| matches!(p.engine, Engine::Table(_))) { watch.threads() } else { 1 };
        let solve = |i: usize| {
            let part = &self.parts[i];
            match self.part_log(part, y, projected[part.at], watch) {
                Ok(x) => ledger.add(Fact {
                    modulus: from_limbs(m.modulus()),
                    n: self.order.clone(),
                    base: part.q.clone(),
                    residue: Residue { x, modulus: part.q.pow(part.e) },
                }),
                Err(Failure::Priced { price, .. }) => ledger.put_off(*price),
                Err(other) => return Err(other),
            }
            Ok(())
        };
        parallel::map(threads, self.parts.len(), solve).map(|_| ())
    }

    fn order(&self) -> &BigUint {
        &self.order
    }

    fn hard(&self) -> &[Hard] {
        &self.hard
    }

    fn method(&self) -> Method {
        if let Some(hard_bits) = self.hard.iter().map(|hard| hard.order.bits()).max() {
            return Method::None { hard_bits };
        }
        let bits = |part: &Part<L>| part.q.bits();
        let Some(largest) = self.parts.iter().max_by_key(|part| bits(part)) else {
            return Method::Trivial;
        };
        let order_bits = bits(largest);
        match &largest.engine {
            Engine::Index(subgroup) => subgroup.method(),
            Engine::Rho(_) if self.parts.len() <= 2 => Method::Rho { order_bits },
            Engine::Table(_) if self.parts.len() == 1 => Method::BabyStepGiantStep { order_bits },
            _ => Method::PohligHellman { subgroups: self.parts.len(), largest_bits: order_bits },
        }
    }
}

fn prime_powers(n: &Factorisation) -> Vec<BigUint> {
    n.primes.iter().map(|(q, e)| q.pow(*e)).chain(n.unknown.iter().cloned()).collect()
}

/// The order of g, factored: exact but for composites of `multiple` that nobody factored.
fn order_of<const L: usize>(m: &Mont<L>, g: [u64; L], multiple: &Factorisation) -> Factorisation {
    let powers = prime_powers(multiple);
    let mut projected = vec![m.one(); powers.len()];
    project(m, g, &powers, 0, &mut |i, x| projected[i] = x);
    let mut order = Factorisation::default();
    for ((q, e), x) in multiple.primes.iter().zip(&projected) {
        let (mut x, mut k) = (*x, 0);
        while x != m.one() && k < *e {
            x = m.pow(&x, q);
            k += 1;
        }
        if k > 0 {
            order.primes.push((q.clone(), k));
        }
    }
    let left = projected.iter().skip(multiple.primes.len());
    order.unknown = multiple.unknown.iter().zip(left).filter(|(_, x)| **x != m.one()).map(|(c, _)| c.clone()).collect();
    order
}
