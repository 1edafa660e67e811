//! Pohlig and Hellman (1978): a logarithm in a cyclic group from logarithms in its subgroups of prime order.

use std::sync::atomic::{AtomicU64, Ordering};

use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};

use super::bsgs::Table;
use super::budget::{Failure, Phase, Watch};
use super::factor::Factorisation;
use super::mont::{Mont, from_limbs};
use super::proof::Proof;
use super::residue::Residue;
use super::solution::Method;
use super::walk;
use super::{index, parallel};

/// Up to this order a table is worth its memory: 64 MiB for 44 bits. Rho's steps are as cheap where numbers are short.
const fn table_bits(limbs: usize) -> u64 {
    if limbs <= 2 { 36 } else { 44 }
}
/// 1.25·2^30 steps of rho: seconds with one limb, minutes with sixteen.
const RHO_BITS: u64 = 60;

/// How logarithms in one subgroup of prime order are found.
enum Engine<const L: usize> {
    Table(Table<L>),
    Rho(u64),
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

/// Index calculus in the subgroup of a prime order, where it pays.
pub(crate) type IndexProvider<'a> = dyn Fn(&BigUint) -> Result<Option<index::Subgroup>, Failure> + Sync + 'a;

/// A cyclic group ⟨g⟩ modulo a number, with what a further target needs.
pub(crate) struct Group<const L: usize> {
    m: Mont<L>,
    /// g to this power is one; the order of g if `hard` has no composite.
    order: BigUint,
    parts: Vec<Part<L>>,
    /// The coprime factors of the order.
    powers: Vec<BigUint>,
    /// The part of the order in whose subgroup no method works.
    hard: BigUint,
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
    /// The exponent of y, as far as the methods reach.
    fn log(&self, y: &BigUint, watch: &Watch<'_>) -> Result<Residue, Failure>;
    /// g to this power is one.
    fn order(&self) -> &BigUint;
    /// The part of the order in whose subgroup no method works.
    fn hard(&self) -> &BigUint;
    /// What [`Cyclic::log`] does.
    fn method(&self) -> Method;
}

impl<const L: usize> Group<L> {
    /// `multiple` is a factored multiple of the order of g (p − 1, or the group order of a composite modulus).
    /// `logs` provides index calculus for a prime divisor of it, where that pays.
    pub(crate) fn new(
        m: Mont<L>,
        g: &BigUint,
        multiple: &Factorisation,
        logs: &IndexProvider<'_>,
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
        let done = AtomicU64::new(0);
        let parts = parallel::map(watch.threads(), exact.primes.len(), |i| {
            let (q, e) = &exact.primes[i];
            let gamma = m.pow(&generators[i], &q.pow(e - 1));
            let engine = if let Some(small) = table(q) {
                Some(Engine::Table(Table::new(&m, gamma, small, watch)?))
            } else if let Some(subgroup) = if *e == 1 { logs(q)? } else { None } {
                Some(Engine::Index(subgroup))
            } else {
                q.to_u64().filter(|_| q.bits() <= RHO_BITS).map(Engine::Rho)
            };
            watch.report(Phase::Table, done.fetch_add(1, Ordering::Relaxed) + 1, exact.primes.len() as u64);
            Ok(engine.map(|engine| Part { q: q.clone(), e: *e, generator: generators[i], gamma, engine, at: i }))
        })?;
        let parts: Vec<Part<L>> = parts.into_iter().flatten().collect();
        let order: BigUint = powers.iter().product();
        let known: BigUint = parts.iter().map(|part| &powers[part.at]).product();
        Ok(Self { m, hard: &order / known, order, parts, powers })
    }

    /// The logarithm of `h`, an element of the subgroup of the part, to its generator.
    fn part_log(&self, part: &Part<L>, y: &BigUint, h: [u64; L], watch: &Watch<'_>) -> Result<BigUint, Failure> {
        let m = &self.m;
        if let Engine::Index(subgroup) = &part.engine {
            return subgroup.log(y, watch);
        }
        let inverse = m.pow(&part.generator, &(part.q.pow(part.e) - 1u32));
        let (mut x, mut scale) = (BigUint::zero(), BigUint::one());
        for level in (0..part.e).rev() {
            let rest = m.mul(&h, &m.pow(&inverse, &x));
            let rest = m.pow(&rest, &part.q.pow(level));
            let digit = match &part.engine {
                Engine::Table(table) => table.solve(m, &rest, watch)?,
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
    fn log(&self, y: &BigUint, watch: &Watch<'_>) -> Result<Residue, Failure> {
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
        let logs = parallel::map(threads, self.parts.len(), |i| {
            let part = &self.parts[i];
            self.part_log(part, y, projected[part.at], watch)
        })?;
        Ok(logs.into_iter().zip(&self.parts).fold(Residue::default(), |known, (x, part)| {
            // the moduli are coprime
            known.combine(&Residue { x, modulus: part.q.pow(part.e) }).unwrap_or_default()
        }))
    }

    fn order(&self) -> &BigUint {
        &self.order
    }

    fn hard(&self) -> &BigUint {
        &self.hard
    }

    fn method(&self) -> Method {
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
