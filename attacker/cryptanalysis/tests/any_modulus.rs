//! Every modulus, every generator, every target: against counting, and by classes.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use cryptanalysis::{
    Budget, Failure, Observer, Obstacle, Phase, Price, Problem, Proof, Residue, Solution, Solver, Unsolved, Way, solve,
};
use num_bigint::BigUint;

fn big(n: u64) -> BigUint {
    BigUint::from(n)
}

fn number(digits: &str) -> BigUint {
    digits.parse().unwrap()
}

fn problem(p: &BigUint, g: &BigUint, y: &BigUint) -> Problem {
    Problem { p: p.clone(), g: g.clone(), y: y.clone() }
}

fn log(p: &BigUint, g: &BigUint, y: &BigUint) -> Result<Solution, Unsolved> {
    solve(&problem(p, g, y), &Budget { threads: 1, ..Budget::default() }, &mut ())
}

/// Random numbers that are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Where each power of g is first met, and how long the cycle is that they end in.
fn powers(p: u64, g: u64) -> (HashMap<u64, u64>, u64) {
    let (mut first, mut power) = (HashMap::new(), 1 % p);
    for x in 0.. {
        if let Some(before) = first.insert(power, x) {
            first.insert(power, before);
            return (first, x - before);
        }
        power = power * (g % p) % p;
    }
    unreachable!()
}

/// Whatever is told of a small group is what counting says: the least exponent, the exact order, or that there is none,
/// with a proof that holds.
#[test]
fn ten_thousand_small_groups_are_those_of_counting() {
    let mut random = Random(11);
    let (mut solved, mut refused) = (0, 0);
    while solved + refused < 10_000 {
        let bound = [8, 60, 600, 6_000, 40_000][random.below(5) as usize];
        let p = 1 + random.below(bound);
        // g and y beyond p too; many that are no units
        let g = random.below(p + p / 4 + 2);
        let (first, cycle) = powers(p, g);
        let solver = Solver::new(&big(p), &big(g), &Budget { threads: 1, ..Budget::default() }, &mut ()).unwrap();
        assert_eq!(solver.order(), Some(big(cycle)), "order of {g} modulo {p}");
        for _ in 0..4 {
            let y = match random.below(3) {
                0 => random.below(p + 3),
                _ => big(g).modpow(&big(random.below(2 * p)), &big(p)).iter_u64_digits().next().unwrap_or(0),
            };
            let one = Budget { threads: 1, ..Budget::default() };
            match (solver.solve(&big(y), &one, &mut ()), first.get(&(y % p))) {
                (Ok(solution), Some(x)) => {
                    assert_eq!(solution.x, big(*x), "{g}^x = {y} modulo {p}");
                    assert_eq!(solution.order, Some(big(cycle)));
                    solved += 1;
                }
                (Err(Unsolved { failure: Failure::NoSolution { proof }, .. }), None) => {
                    assert!(proof.holds(&big(p), &big(g), &big(y)), "{g}^x = {y} modulo {p}: {proof}");
                    refused += 1;
                }
                (told, counted) => panic!("{g}^x = {y} modulo {p}: {told:?}, counted {counted:?}"),
            }
        }
    }
    assert!(solved > 3_000 && refused > 1_000, "{solved} and {refused}");
}

/// Every problem modulo everything below 40.
#[test]
fn all_of_the_smallest_problems() {
    for p in 1..40 {
        for g in 0..p {
            let (first, _) = powers(p, g);
            for y in 0..p {
                let told = match log(&big(p), &big(g), &big(y)) {
                    Ok(solution) => Some(solution.x),
                    Err(Unsolved { failure: Failure::NoSolution { .. }, .. }) => None,
                    Err(other) => panic!("{g}^x = {y} modulo {p}: {other}"),
                };
                assert_eq!(told, first.get(&y).map(|x| big(*x)), "{g}^x = {y} modulo {p}");
            }
        }
    }
}

fn found(p: &BigUint, g: &BigUint, x: &BigUint) -> Solution {
    let solution = log(p, g, &g.modpow(x, p)).unwrap();
    assert_eq!(g.modpow(&solution.x, p), g.modpow(x, p));
    solution
}

#[test]
fn powers_of_small_primes_are_no_harder_than_their_length() {
    for (base, e, g) in [(2u32, 512u32, 3u32), (2, 8000, 5), (3, 336, 2), (5, 3000, 2), (65_537, 40, 3)] {
        let p = BigUint::from(base).pow(e);
        let x = big(7).pow(2000) % BigUint::from(base).pow(e - 3);
        let solution = found(&p, &g.into(), &x);
        assert_eq!(solution.x, x, "{base}^{e}");
        let order = solution.order.unwrap();
        assert_eq!(BigUint::from(g).modpow(&order, &p), big(1));
    }
}

#[test]
fn powers_of_a_composite_that_nobody_factored() {
    // 512 bits: the Mersenne primes 2^521 − 1 and 2^607 − 1
    let n = ((big(1) << 521u32) - 1u32) * ((big(1) << 607u32) - 1u32);
    let x = big(3).pow(600) % &n;
    let square = n.pow(2);
    let solution = found(&square, &(&n + 1u32), &x);
    assert_eq!((solution.x, solution.order), (x.clone(), Some(n.clone())));
    let (cube, x) = (n.pow(3), big(5).pow(800) % n.pow(2));
    let solution = found(&cube, &(&n + 1u32), &x);
    assert_eq!((solution.x, solution.order), (x, Some(n.pow(2))));
    // −(n + 1) has the order 2n
    let minus = &square - &n - 1u32;
    let solution = log(&square, &minus, &minus).unwrap();
    assert_eq!((solution.x, solution.order), (big(1), Some(2u32 * &n)));
    // 2 is none of the powers of 1 + n
    let told = log(&square, &(&n + 1u32), &big(2)).unwrap_err().failure;
    assert!(matches!(told, Failure::NoSolution { .. }), "{told}");
}

#[test]
fn the_padic_part_alone_answers_modulo_the_power() {
    // (p − 1)/2 of this prime is a prime of 521 bits less one: nothing finds logarithms modulo p
    let p = (big(1) << 521u32) - 1u32;
    let x = big(3).pow(300) % &p;
    let solution = found(&p.pow(2), &big(3), &x);
    assert_eq!(solution.x, x);
    assert!(solution.order.is_none() || solution.order.is_some_and(|order| big(3).modpow(&order, &p.pow(2)) == big(1)));
}

#[test]
fn no_unit_has_a_tail_and_then_a_cycle() {
    let solution = log(&big(1073), &big(29), &big(29)).unwrap();
    assert_eq!(solution.x, big(1));
    let (p, g) = (big(1 << 20) * big(1_000_003), big(6));
    for x in [0, 1, 19, 20, 21, 500_000] {
        assert_eq!(found(&p, &g, &big(x)).x, big(x));
    }
    let proof = log(&p, &g, &big(3)).unwrap_err().failure;
    assert!(matches!(proof, Failure::NoSolution { .. }), "{proof}");
}

/// 2^k − 1 for the exponents of Mersenne's primes: p − 1 has parts that nobody factored, and 8 has the order k.
#[test]
fn short_orders_are_seen_before_anything_is_factored() {
    for k in [521u32, 1279, 2203, 4253] {
        let p = (big(1) << k) - 1u32;
        let solution = found(&p, &big(8), &big(400));
        assert_eq!((solution.x, solution.order), (big(400) % big(k.into()), Some(big(k.into()))));
    }
}

/// What is known of an exponent is told in full with every failure.
#[test]
fn residues_are_told_in_full() {
    // 2^300·3^100·k times the Mersenne prime 2^521 − 1, and one
    let smooth = big(2).pow(300) * big(3).pow(100) * ((big(1) << 521u32) - 1u32);
    let prime = |p: &BigUint| big(5).modpow(&(p - 1u32), p) == big(1);
    let (p, g) = ((1u32..).map(|k| &smooth * k + 1u32).find(prime).unwrap(), big(7));
    let x = big(5).pow(350);
    let y = g.modpow(&x, &p);
    let failed =
        solve(&problem(&p, &g, &y), &Budget { core_seconds: 5.0, interval_bits: 10, ..Budget::default() }, &mut ());
    let Unsolved { failure, known } = failed.unwrap_err();
    assert!(matches!(failure, Failure::OutOfReach { .. }), "{failure}");
    assert_eq!(known.x, &x % &known.modulus);
    assert!(known.modulus.bits() > 400, "{}", known.modulus);
    let json = serde_json::to_value(Unsolved { failure, known: known.clone() }).unwrap();
    assert_eq!(json["kind"], "out-of-reach");
    assert_eq!(json["known"]["x"], known.x.to_string());
    assert_eq!(json["known"]["modulus"], known.modulus.to_string());
}

#[test]
fn what_is_dear_is_priced_and_begun_when_it_is_paid_for() {
    let (p, g) = (number("41433073590985389352579352327"), big(5));
    let y = g.modpow(&number("1234567890123456789012345"), &p);
    let poor = Budget { core_seconds: 1e-3, interval_bits: 0, ..Budget::default() };
    let Unsolved { failure, .. } = solve(&problem(&p, &g, &y), &poor, &mut ()).unwrap_err();
    let Failure::Priced { price, allowed } = failure else { panic!("{failure}") };
    assert_eq!((price.way, allowed), (Way::IndexCalculus { bits: 96 }, 1e-3));
    let rich = Budget { core_seconds: price.core_seconds(), ..poor };
    assert_eq!(g.modpow(&solve(&problem(&p, &g, &y), &rich, &mut ()).unwrap().x, &p), y);
}

/// Stops a computation at the first price that it hears.
struct Hears<'a> {
    budget: &'a Budget,
    price: Option<Price>,
}

impl Observer for Hears<'_> {
    fn progress(&mut self, _: Phase, _: u64, _: u64) {}

    fn priced(&mut self, price: &Price) {
        self.price = Some(price.clone());
        self.budget.cancel.store(true, Ordering::Relaxed);
    }
}

/// What is out of reach has its price before p or p − 1 is factored at length and before exponents of middle length are
/// searched; what can be found at once is found without one.
#[test]
fn the_price_comes_before_the_long_search() {
    let (p, q) = ((big(1) << 521u32) - 1u32, (big(1) << 607u32) - 1u32);
    let long = big(5).pow(220);
    for (p, way) in [
        // the largest prime factor of 2^520 − 1
        (p.clone(), Way::Rho { order_bits: 88 }),
        (&p * &q, Way::Factoring { bits: 1128 }),
    ] {
        // a look: some seconds of a release build
        let budget = Budget { operations: 1 << 29, ..Budget::default() };
        let mut hears = Hears { budget: &budget, price: None };
        let told = solve(&problem(&p, &big(3), &big(3).modpow(&long, &p)), &budget, &mut hears).unwrap_err();
        assert_eq!(told.failure, Failure::Cancelled, "{} bits", p.bits());
        assert_eq!(hears.price.map(|price| price.way), Some(way));
        let budget = Budget::default();
        let mut hears = Hears { budget: &budget, price: None };
        let short = big(0xabc_def0);
        let x = solve(&problem(&p, &big(3), &big(3).modpow(&short, &p)), &budget, &mut hears).map(|found| found.x);
        assert_eq!((x, hears.price), (Ok(short), None), "{} bits", p.bits());
    }
}

/// Counts the systems of equations.
#[derive(Default)]
struct Systems(u32);

impl Observer for Systems {
    fn progress(&mut self, phase: Phase, done: u64, total: u64) {
        self.0 += u32::from(phase == Phase::Filter && done == total);
    }
}

/// p = 2·q·r + 1: index calculus modulo both factors, one set of relations and one system of equations, though the parts of the
/// group are prepared at the same time.
#[test]
fn two_large_factors_share_their_relations() {
    let cases = [("816726402768393141542424065005706843", 2u64), ("255357154364794444508274953273938685543", 5)];
    for (p, g) in cases {
        let (p, g) = (number(p), big(g));
        let x = number("123456789012345678901234567890123456");
        let mut systems = Systems::default();
        let two = Budget { threads: 2, ..Budget::default() };
        let solution = solve(&problem(&p, &g, &g.modpow(&x, &p)), &two, &mut systems).unwrap();
        assert_eq!((solution.x, systems.0), (x % solution.order.unwrap(), 1));
    }
}

/// p = k·q² + 1 for a q that neither a table nor rho reaches.
#[test]
fn squares_of_large_primes_in_the_order() {
    let q = number("1180591620717411303449"); // 71 bits
    let prime = |p: &BigUint| [2u64, 3, 5, 7].iter().all(|a| big(*a).modpow(&(p - 1u32), p) == big(1));
    let p = (1u32..).map(|k| &q * &q * (2 * k) + 1u32).find(prime).unwrap();
    let x = number("123456789012345678901234567890123456789012");
    for g in [2u64, 3, 5] {
        let solution = found(&p, &big(g), &x);
        assert_eq!(solution.x, &x % solution.order.unwrap());
    }
}

#[test]
fn a_composite_of_the_order_is_not_called_a_factor_of_it() {
    let budget = Budget { core_seconds: 0.5, interval_bits: 8, ..Budget::default() };
    // p − 1 of RFC 5114's first group has a part of 863 bits that nobody factored
    let Some(group) = support::data::text("dlog-cases/cases.json") else { return };
    let cases: serde_json::Value = serde_json::from_str(&group).unwrap();
    let case = cases.as_array().unwrap().iter().find(|case| case["id"] == "rfc5114-22-full").unwrap();
    let of = |field: &str| number(case[field].as_str().unwrap());
    let told = solve(&problem(&of("p"), &of("g"), &of("y")), &budget, &mut ()).unwrap_err();
    let Failure::OutOfReach { obstacles, .. } = &told.failure else { panic!("{told}") };
    assert!(!obstacles.iter().any(|o| matches!(o, Obstacle::Subgroup { bits } if *bits > 160)), "{told}");
    assert_eq!(told.known.x, of("x") % &told.known.modulus);
}

#[test]
fn proofs_are_those_of_the_factors() {
    let Failure::NoSolution { proof } = log(&big(63), &big(2), &big(37)).unwrap_err().failure else { panic!() };
    assert!(proof.holds(&big(63), &big(2), &big(37)), "{proof}");
    let Failure::NoSolution { proof } = log(&big(34_319), &big(4), &big(19)).unwrap_err().failure else { panic!() };
    assert_eq!(*proof, Proof::Order { modulus: big(34_319), n: big(17_159) });
    assert!(Residue { x: big(0), modulus: big(1) }.is_nothing());
}

#[test]
fn composites_whose_factors_can_be_found() {
    // two safe primes of 64 and 96 bits: the quadratic sieve splits their product, index calculus does the rest
    let p = number("9922093884254197799") * number("41433073590985389352579352327");
    let x = number("98765432109876543210987654321");
    assert_eq!(found(&p, &big(3), &x).x, x);
}
