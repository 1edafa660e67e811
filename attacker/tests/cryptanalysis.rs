//! Weak Diffie–Hellman instances with known answers, and what must be refused.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::atomic::Ordering;

use attacker::cryptanalysis::{Budget, Failure, Problem, Solver, solve};
use num_bigint::BigUint;

/// The weak instances beside the repository, or nothing with a line that says so.
fn instances() -> Option<Vec<serde_json::Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/dh-weak/instances.json");
    match std::fs::read(&path) {
        Ok(text) => Some(serde_json::from_slice(&text).unwrap()),
        Err(_) => {
            eprintln!("not run: {} is not there", path.display());
            None
        }
    }
}

fn number(case: &serde_json::Value, field: &str) -> Option<BigUint> {
    case[field].as_str().and_then(|digits| digits.parse().ok())
}

fn log(p: u64, g: u64, y: u64) -> Result<BigUint, Failure> {
    let problem = Problem { p: p.into(), g: g.into(), y: y.into() };
    solve(&problem, &Budget::default(), &mut ()).map(|solution| solution.x)
}

#[test]
fn published_and_prepared_instances_fall() {
    for case in instances().unwrap_or_default() {
        let id = case["id"].as_str().unwrap();
        let bits = case["bits"].as_u64().unwrap();
        if !(id.starts_with("safe-prime") && bits <= 48
            || id.starts_with("smooth") && bits <= 1024
            || id.starts_with("cryptopals-58"))
        {
            continue;
        }
        let (p, g) = (number(&case, "p").unwrap(), number(&case, "g").unwrap());
        let solver = Solver::new(&p, &g, &Budget::default(), &mut ()).unwrap();
        if let Some(order) = number(&case, "order") {
            assert_eq!(solver.order(), Some(order), "{id}");
        }
        for (public, secret) in [("A", "a"), ("B", "b")] {
            let (Some(y), Some(x)) = (number(&case, public), number(&case["answer"], secret)) else { continue };
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
fn what_is_no_power_of_g_is_said_so_with_a_proof() {
    // 4 generates the squares modulo the safe prime 34319, and 19 is a generator, so no square
    assert!(matches!(log(34_319, 4, 19), Err(Failure::NoSolution { proof }) if proof.contains("17159")));
    assert!(matches!(log(34_319, 34_318, 2), Err(Failure::NoSolution { .. })), "the powers of −1 are ±1");
    assert!(matches!(log(34_319, 1, 2), Err(Failure::NoSolution { .. })));
    assert!(matches!(log(34_319, 19, 0), Err(Failure::NoSolution { .. })));
    assert!(matches!(log(15, 2, 3), Err(Failure::NoSolution { .. })));
    assert_eq!(log(34_319, 34_318, 34_318), Ok(BigUint::from(1u32)));
}

#[test]
fn bad_input_names_its_field() {
    let field = |result| match result {
        Err(Failure::BadInput { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    for p in [0, 1, 2, 34_318] {
        assert_eq!(field(log(p, 3, 1)), "p");
    }
    for g in [0, 34_319, 34_320] {
        assert_eq!(field(log(34_319, g, 1)), "g");
    }
    assert_eq!(field(log(15, 3, 1)), "g", "no unit");
    assert_eq!(field(log(34_319, 19, 34_319)), "y");
}

#[test]
fn limits_are_kept() {
    let problem = Problem { p: 200_671_989_611_063u64.into(), g: 5u32.into(), y: 74_529_382_205_002u64.into() };
    let cancelled = Budget::default();
    cancelled.cancel.store(true, Ordering::Relaxed);
    assert_eq!(solve(&problem, &cancelled, &mut ()), Err(Failure::Cancelled));
    let poor = Budget { operations: 1000, ..Budget::default() };
    assert!(matches!(solve(&problem, &poor, &mut ()), Err(Failure::OutOfBudget { limit: "operations", .. })));
}
