//! Weak Diffie–Hellman instances with known answers, and what must be refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cryptanalysis::{
    Budget, Described, Failure, Limit, Modulus, Phase, Precomputation, Problem, Proof, Solver, Solvers, Weakness,
    explain, known, solve,
};
use num_bigint::BigUint;

/// A file of weak instances or groups: nothing where it is missing.
fn data(file: &str) -> serde_json::Value {
    support::data::text(file)
        .map_or_else(|| serde_json::Value::Array(Vec::new()), |text| serde_json::from_str(&text).unwrap())
}

fn number(case: &serde_json::Value, field: &str) -> Option<BigUint> {
    case[field].as_str().and_then(|digits| digits.parse().ok())
}

fn log(p: u64, g: u64, y: u64) -> Result<BigUint, Failure> {
    let problem = Problem { p: p.into(), g: g.into(), y: y.into() };
    solve(&problem, &Budget::default(), &mut ()).map(|solution| solution.x).map_err(|unsolved| unsolved.failure)
}

#[test]
fn published_and_prepared_instances_fall() {
    for case in data("dh-weak/instances.json").as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let bits = case["bits"].as_u64().unwrap();
        if !(id.starts_with("safe-prime")
            || id.starts_with("smooth") && bits <= 1024
            || id.starts_with("cryptopals-58"))
        {
            continue;
        }
        let (p, g) = (number(case, "p").unwrap(), number(case, "g").unwrap());
        let solver = Solver::new(&p, &g, &Budget::default(), &mut ()).unwrap();
        if let Some(order) = number(case, "order") {
            assert_eq!(solver.order(), Some(order), "{id}");
        }
        for (public, secret) in [("A", "a"), ("B", "b")] {
            let (Some(y), Some(x)) = (number(case, public), number(&case["answer"], secret)) else { continue };
            assert_eq!(solver.solve(&y, &Budget::default(), &mut ()).unwrap().x, x, "{id} {public}");
        }
    }
}

#[test]
fn a_composite_modulus_is_factored_and_joined() {
    // 3 has order lcm(ord mod 7^2, ord mod 1000003) here; its own powers must come back as exponents below that
    let (p, g) = (49 * 1_000_003u64, BigUint::from(3u32));
    let solver = Solver::new(&p.into(), &g, &Budget::default(), &mut ()).unwrap();
    let order = solver.order().unwrap();
    assert_eq!(g.modpow(&order, &p.into()), BigUint::from(1u32));
    for x in [0u64, 1, 5, 123_456] {
        let x = BigUint::from(x) % &order;
        let y = g.modpow(&x, &p.into());
        assert_eq!(solver.solve(&y, &Budget::default(), &mut ()).unwrap().x, x);
    }
}

#[test]
fn a_square_modulus_is_no_harder_than_its_root() {
    let q = BigUint::from(SAFE_64);
    let (p, g) = (q.pow(2) * 1_000_003u32, BigUint::from(17u32));
    let solver = Solver::new(&p, &g, &Budget::default(), &mut ()).unwrap();
    let x = solver.order().unwrap() / 3u32;
    assert!(x.bits() > 128, "the order has both 64-bit primes");
    assert_eq!(solver.solve(&g.modpow(&x, &p), &Budget::default(), &mut ()).unwrap().x, x);
}

#[test]
fn what_is_no_power_of_g_is_said_so_with_a_proof() {
    // 4 generates the squares modulo the safe prime 34319, and 19 is a generator, so no square
    assert!(
        matches!(log(34_319, 4, 19), Err(Failure::NoSolution { proof }) if matches!(&*proof, Proof::Order { n, .. } if *n == 17_159u32.into()))
    );
    assert!(matches!(log(34_319, 19, 0), Err(Failure::NoSolution { .. })));
    assert!(matches!(log(15, 2, 3), Err(Failure::NoSolution { .. })));
}

#[test]
fn bad_input_names_its_field() {
    let field = |result| match result {
        Err(Failure::BadInput { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(log(0, 3, 1)), "p");
    let long = Problem { p: (BigUint::from(1u32) << 8192u32) + 1u32, g: 3u32.into(), y: 3u32.into() };
    assert_eq!(field(solve(&long, &Budget::default(), &mut ()).map(|s| s.x).map_err(|u| u.failure)), "p");
}

#[test]
fn limits_are_kept() {
    let problem = Problem { p: 200_671_989_611_063u64.into(), g: 5u32.into(), y: 74_529_382_205_002u64.into() };
    let cancelled = Budget::default();
    cancelled.cancel.store(true, Ordering::Relaxed);
    assert_eq!(solve(&problem, &cancelled, &mut ()), Err(Failure::Cancelled.into()));
    let poor = Budget { operations: 1000, ..Budget::default() };
    let stopped = solve(&problem, &poor, &mut ()).unwrap_err().failure;
    assert!(matches!(stopped, Failure::OutOfBudget { limit: Limit::Operations { allowed: 1000, .. } }), "{stopped}");
}

/// A safe prime of 64 bits, with the generator 17.
const SAFE_64: u64 = 9_922_093_884_254_197_799;

#[test]
fn a_precomputation_survives_a_cancelled_run_and_a_file() {
    let p = BigUint::from(41_433_073_590_985_389_352_579_352_327u128);
    let g = BigUint::from(5u32);
    let work = Precomputation::new(&p);
    let budget = Budget::default();
    // Ctrl-C after a few special primes
    let cancel = budget.cancel.clone();
    let mut stop = move |phase: Phase, done: u64, _: u64| {
        if phase == Phase::Sieve && done > 100 {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    assert!(matches!(Solver::with_precomputation(&p, &g, &work, &budget, &mut stop), Err(Failure::Cancelled)));
    assert!(work.relations() > 100 && !work.is_complete());

    let resumed = Precomputation::from_bytes(&work.to_bytes(), &p).unwrap();
    assert_eq!(resumed.relations(), work.relations());
    Solver::with_precomputation(&p, &g, &resumed, &Budget::default(), &mut ()).unwrap();
    assert!(resumed.is_complete());

    // with the finished table no more sieving, whatever the generator
    let table = Precomputation::from_bytes(&resumed.to_bytes(), &p).unwrap();
    assert_eq!(table.logarithms(), resumed.logarithms());
    let mut no_sieve = |phase: Phase, _: u64, _: u64| assert_ne!(phase, Phase::Sieve);
    let g = BigUint::from(1_234_567_891_011u64);
    let solver = Solver::with_precomputation(&p, &g, &table, &Budget::default(), &mut no_sieve).unwrap();
    let x = BigUint::from(987_654_321_987_654_321u64);
    let found = solver.solve(&g.modpow(&x, &p), &Budget::default(), &mut ()).unwrap();
    assert_eq!(found.x, x);
    assert_eq!(solver.order().unwrap() % 2u32, BigUint::from(0u32));
}

#[test]
fn altered_cut_and_foreign_precomputations_are_refused() {
    let p = BigUint::from(SAFE_64);
    let work = Precomputation::new(&p);
    Solver::with_precomputation(&p, &17u32.into(), &work, &Budget::default(), &mut ()).unwrap();
    let bytes = work.to_bytes();
    assert!(Precomputation::from_bytes(&bytes, &p).is_ok());
    let refused = |bytes: &[u8], p: &BigUint| {
        let failure = Precomputation::from_bytes(bytes, p).unwrap_err();
        assert!(matches!(failure, Failure::BadInput { field: "precomputation", .. }), "{failure}");
        failure.to_string()
    };
    assert!(refused(&bytes, &(&p + 2u32)).contains("the file of p = 9922093884254197799"));
    for cut in [0, 5, 40, 1000, bytes.len() - 1] {
        refused(&bytes[..cut], &p);
    }
    for place in [0, 45, 60, bytes.len() / 2, bytes.len() - 1] {
        let mut altered = bytes.clone();
        altered[place] ^= 1;
        refused(&altered, &p);
    }
    let other = Precomputation::new(&(&p + 2u32));
    let result = Solver::with_precomputation(&p, &17u32.into(), &other, &Budget::default(), &mut ());
    assert!(matches!(result, Err(Failure::BadInput { field: "precomputation", .. })));
}

#[test]
fn one_solver_serves_many_threads() {
    let (p, g) = (BigUint::from(SAFE_64), BigUint::from(17u32));
    let solver = Solver::new(&p, &g, &Budget::default(), &mut ()).unwrap();
    std::thread::scope(|scope| {
        for x in [3u64, 1 << 40, SAFE_64 / 3, SAFE_64 - 2] {
            let (solver, y) = (&solver, g.modpow(&x.into(), &p));
            scope.spawn(move || {
                assert_eq!(solver.solve(&y, &Budget::default(), &mut ()).unwrap().x, BigUint::from(x));
            });
        }
    });
}

#[test]
fn the_second_session_of_a_group_finds_it_prepared() {
    let solvers = Solvers::new(2);
    let (p, g) = (BigUint::from(SAFE_64), BigUint::from(17u32));
    let first = solvers.get(&p, &g, &Budget::default(), &mut ()).unwrap();
    let mut nothing = |phase: Phase, _: u64, _: u64| panic!("{phase} again");
    let second = solvers.get(&p, &g, &Budget::default(), &mut nothing).unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    for other in [34_319u32, 11_347_307] {
        solvers.get(&other.into(), &2u32.into(), &Budget::default(), &mut ()).unwrap();
    }
    let third = solvers.get(&p, &g, &Budget::default(), &mut ()).unwrap();
    assert!(!Arc::ptr_eq(&first, &third), "the least recently used makes room");
}

/// Whoever is stopped leaves its relations to the next one.
#[test]
fn the_next_session_of_a_group_goes_on_where_one_was_stopped() {
    let solvers = Solvers::new(1);
    let (p, g) = (BigUint::from(SAFE_64), BigUint::from(17u32));
    let budget = Budget { threads: 1, ..Budget::default() };
    let mut reached = 0;
    let mut stop = |phase: Phase, done: u64, total: u64| {
        if phase == Phase::Sieve {
            reached = done;
            budget.cancel.store(3 * done > total, Ordering::Relaxed);
        }
    };
    let stopped = solvers.get(&p, &g, &budget, &mut stop);
    assert!(matches!(stopped, Err(Failure::Cancelled)) && reached > 0, "{:?} at {reached}", stopped.err());
    let mut first = None;
    let mut watch = |phase: Phase, done: u64, _: u64| {
        if phase == Phase::Sieve {
            first.get_or_insert(done);
        }
    };
    let solver = solvers.get(&p, &g, &Budget::default(), &mut watch).unwrap();
    assert!(first.is_none_or(|first| first >= reached), "it began again: {first:?} after {reached}");
    let y = g.modpow(&BigUint::from(123_456_789u32), &p);
    assert_eq!(solver.solve(&y, &Budget::default(), &mut ()).unwrap().x, BigUint::from(123_456_789u32));
}

#[test]
fn groups_are_explained() {
    let about = |p: &BigUint, g: u32| {
        let group = Described { p: p.clone(), g: Some(g.into()), ..Described::default() };
        explain(&group, &Budget::default(), &mut ()).unwrap()
    };
    let weak = about(&BigUint::from(SAFE_64), 17);
    assert_eq!((weak.bits, weak.modulus, weak.order_bits), (64, Modulus::SafePrime, Some(64)));
    assert!(weak.seconds_log2 < 0.0);
    assert!(matches!(about(&15u32.into(), 2).modulus, Modulus::Composite { factors, .. } if factors == ["3", "5"]));
    assert_eq!(about(&34_318u32.into(), 2).modulus, Modulus::Unusable);
    assert!(about(&BigUint::from(SAFE_64), 1).weaknesses.contains(&Weakness::Degenerate));
}

#[test]
fn standard_and_deployed_groups_are_recognised() {
    for group in data("dh-groups/named-groups.json").as_array().unwrap() {
        let p = BigUint::parse_bytes(group["p"].as_str().unwrap().as_bytes(), 16).unwrap();
        let known = known(&p).unwrap();
        assert!(known.name.contains(group["source"].as_str().unwrap()), "{known:?}");
        assert_eq!(known.safe_prime, group["source"] != "RFC 5114");
    }
    assert_eq!(known(&BigUint::from(SAFE_64)), None);
}
