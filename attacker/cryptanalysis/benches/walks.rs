//! How fast walks are, as lines of the table in `src/costs.rs`: steps in a second of one core, for each length of a modulus
//! that has an arithmetic of its own.
//!
//! `cargo bench -p cryptanalysis --bench walks`, on a machine that does nothing else; a minute.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a program for developers")]

mod common;

use std::sync::atomic::Ordering;

use common::{Random, cpu_seconds, is_prime};
use cryptanalysis::{Budget, Observer, Phase, Price, Problem, Solver, solve};
use num_bigint::BigUint;

/// (bits of p, bits of a prime factor of p − 1, targets): rho is what is chosen for that factor.
const RHO: [(u64, u64, u32); 3] = [(64, 41, 300), (128, 46, 30), (256, 50, 3)];
/// Bits of moduli that nobody factors, where short exponents are sought by kangaroos.
const KANGAROO: [u64; 4] = [512, 1024, 2048, 8192];
/// Processor time that each of these takes.
const SECONDS: f64 = 6.0;

fn main() {
    // `cargo test --benches` builds and starts this too, without `--bench`
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    for (bits, order_bits, targets) in RHO {
        println!("({bits}, {:.1e}),", rho(bits, order_bits, targets));
    }
    for bits in KANGAROO {
        println!("({bits}, {:.1e}),", kangaroo(bits));
    }
}

fn rho(bits: u64, order_bits: u64, targets: u32) -> f64 {
    let mut random = Random(bits);
    let q = random.prime(order_bits);
    let p = loop {
        let p: BigUint = random.bits(bits - order_bits - 1) * &q * 2u32 + 1u32;
        if p.bits() == bits && is_prime(&p) {
            break p;
        }
    };
    let g = BigUint::from(3u32).modpow(&((&p - 1u32) / &q), &p);
    let budget = Budget { factors: vec![q.clone()], ..Budget::default() };
    let solver = Solver::new(&p, &g, &budget, &mut ()).unwrap();
    let (before, mut steps) = (cpu_seconds(), 0);
    for k in 1..=targets {
        let x = random.bits(order_bits - 1);
        let solution = solver.solve(&g.modpow(&x, &p), &budget, &mut ()).unwrap();
        assert!(solution.method.to_string().contains("rho"), "target {k}: {}", solution.method);
        steps += solution.cost.operations;
    }
    steps as f64 / (cpu_seconds() - before)
}

/// Watches walks for some time, and stops them then, or where they end.
struct Stopwatch<'a> {
    budget: &'a Budget,
    first: Option<(u64, f64)>,
    last: (u64, f64),
}

impl Observer for Stopwatch<'_> {
    fn progress(&mut self, phase: Phase, done: u64, _: u64) {
        if phase == Phase::Walk {
            self.last = (done, cpu_seconds());
            let (_, began) = *self.first.get_or_insert(self.last);
            self.budget.cancel.fetch_or(self.last.1 - began > SECONDS, Ordering::Relaxed);
        }
    }

    fn priced(&mut self, _: &Price) {
        self.budget.cancel.store(true, Ordering::Relaxed);
    }
}

fn kangaroo(bits: u64) -> f64 {
    // too little memory for a table
    let budget = Budget { exponent_bits: Some(40), memory: 1 << 22, ..Budget::default() };
    let (p, g) = (Random(bits).bits(bits), BigUint::from(3u32));
    let y = g.modpow(&(BigUint::from(1u32) << 100u32), &p);
    let mut watch = Stopwatch { budget: &budget, first: None, last: (0, 0.0) };
    let told = solve(&Problem { p, g, y }, &budget, &mut watch);
    assert!(told.is_err(), "an exponent of 101 bits was found");
    let (steps, began) = watch.first.unwrap();
    (watch.last.0 - steps) as f64 / (watch.last.1 - began)
}
