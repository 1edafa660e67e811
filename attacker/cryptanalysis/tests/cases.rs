//! Logarithms as auditors and players of capture-the-flag events meet them, with known answers. Minutes in all:
//! `INTERLOCK_CASES='parts of ids' cargo test --release -p cryptanalysis --test cases -- --ignored --nocapture`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use cryptanalysis::{Budget, Failure, Problem, Solution, Unsolved, solve};
use num_bigint::BigUint;

/// An answer, or a price.
const ANSWERED: Duration = Duration::from_secs(300);
const PRICED: Duration = Duration::from_secs(10);

/// What is wrong with what was told of a case; nothing if all is well.
fn fault(
    case: &serde_json::Value,
    problem: &Problem,
    told: &Result<Solution, Unsolved>,
    took: Duration,
) -> Option<String> {
    let x: Option<BigUint> = case["x"].as_str().and_then(|digits| digits.parse().ok());
    let residue_fits = |unsolved: &Unsolved| x.as_ref().is_none_or(|x| x % &unsolved.known.modulus == unsolved.known.x);
    match told {
        Ok(solution) => {
            let order = solution.order.as_ref().or(solution.order_multiple.as_ref());
            let one = BigUint::from(1u32) % &problem.p;
            let wrong_order = order.is_some_and(|n| problem.g.modpow(n, &problem.p) != one);
            if problem.g.modpow(&solution.x, &problem.p) != &problem.y % &problem.p {
                Some("wrong x".to_owned())
            } else if wrong_order {
                Some("wrong order".to_owned())
            } else {
                (took > ANSWERED).then(|| "late".to_owned())
            }
        }
        Err(unsolved) if !residue_fits(unsolved) => Some("wrong residue".to_owned()),
        Err(unsolved) => match (case["expected"].as_str().unwrap_or_default(), &unsolved.failure) {
            ("no solution", Failure::NoSolution { .. }) => None,
            ("partly known", Failure::OutOfReach { .. } | Failure::Priced { .. }) if !unsolved.known.is_nothing() => {
                None
            }
            ("out of reach", Failure::OutOfReach { .. } | Failure::Priced { .. }) if took <= PRICED => None,
            (_, Failure::Priced { .. }) if took <= PRICED => None,
            ("any", Failure::NoSolution { .. } | Failure::OutOfReach { .. }) => None,
            (expected, _) => Some(format!("expected {expected}")),
        },
    }
}

#[test]
#[ignore = "minutes, and meant for a release build"]
fn every_case_is_answered_or_priced() {
    let Some(text) = support::data::text("dlog-cases/cases.json") else { return };
    let cases: serde_json::Value = serde_json::from_str(&text).unwrap();
    let wanted: Vec<String> =
        std::env::var("INTERLOCK_CASES").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let mut faults = Vec::new();
    for case in cases.as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        if !wanted.is_empty() && !wanted.iter().any(|part| id.contains(part.as_str())) {
            continue;
        }
        let number = |field: &str| case[field].as_str().unwrap().parse::<BigUint>().unwrap();
        let problem = Problem { p: number("p"), g: number("g"), y: number("y") };
        let began = Instant::now();
        let told = solve(&problem, &Budget::default(), &mut ());
        let took = began.elapsed();
        let brief = |text: String| text.chars().take(150).collect::<String>();
        let said = told.as_ref().map_or_else(ToString::to_string, |solution| format!("by {}", solution.method));
        println!("{id}: {:.2} s: {}", took.as_secs_f64(), brief(said));
        faults.extend(fault(case, &problem, &told, took).map(|fault| format!("{id}: {fault}")));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
