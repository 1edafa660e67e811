//! Logarithms as auditors and players of capture-the-flag events meet them, with known answers. Minutes in all:
//! `INTERLOCK_CASES='parts of ids' cargo test --release -p cryptanalysis --test cases -- --ignored --nocapture`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use cryptanalysis::{Budget, Failure, Observer, Phase, Price, Problem, Solution, Unsolved, solve};
use num_bigint::BigUint;
use num_integer::Integer;

/// An answer, or a price.
const ANSWERED: Duration = Duration::from_secs(300);
const PRICED: Duration = Duration::from_secs(10);

/// Hears when a price is told, and how high the last one was.
struct Prices {
    began: Instant,
    first: Option<Duration>,
    last: Option<f64>,
}

impl Observer for Prices {
    fn progress(&mut self, _: Phase, _: u64, _: u64) {}

    fn priced(&mut self, price: &Price) {
        self.first.get_or_insert(self.began.elapsed());
        self.last = Some(price.core_seconds_log2);
    }
}

/// What is wrong with what was told of a case, which took so long, and for which a price was told after so long; nothing if
/// all is well.
fn fault(
    case: &serde_json::Value,
    problem: &Problem,
    told: &Result<Solution, Unsolved>,
    took: Duration,
    priced: Duration,
) -> Option<String> {
    let x: Option<BigUint> = case["x"].as_str().and_then(|digits| digits.parse().ok());
    let residue_fits = |unsolved: &Unsolved| x.as_ref().is_none_or(|x| x % &unsolved.known.modulus == unsolved.known.x);
    match told {
        Ok(solution) => {
            let order = solution.order.as_ref().or(solution.order_multiple.as_ref());
            // the powers of a g that is no unit come back too, but not to one: after as many steps as p has bits they go round
            let power = |n: &BigUint| problem.g.modpow(n, &problem.p);
            let unit = problem.g.gcd(&problem.p) == BigUint::from(1u32);
            let start = BigUint::from(if unit { 0 } else { problem.p.bits() });
            let wrong_order = order.is_some_and(|n| power(&(&start + n)) != power(&start));
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
                (priced > PRICED).then(|| "priced late".to_owned())
            }
            ("out of reach" | "any", Failure::OutOfReach { .. }) | (_, Failure::Priced { .. }) => {
                (priced > PRICED).then(|| "priced late".to_owned())
            }
            ("any", Failure::NoSolution { .. }) => None,
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
        let mut prices = Prices { began: Instant::now(), first: None, last: None };
        let told = solve(&problem, &Budget::default(), &mut prices);
        let took = prices.began.elapsed();
        let priced = prices.first.unwrap_or(took);
        // what is told first is told of the same thing
        let price = told.as_ref().err().and_then(|unsolved| unsolved.failure.price());
        if let Some(price) = price.filter(|price| prices.last.is_some_and(|last| last < price.core_seconds_log2)) {
            faults.push(format!("{id}: {price} is more than was told"));
        }
        let brief = |text: String| text.chars().take(150).collect::<String>();
        let said = told.as_ref().map_or_else(ToString::to_string, |solution| format!("by {}", solution.method));
        println!("{id}: {:.2} s, priced after {:.2}: {}", took.as_secs_f64(), priced.as_secs_f64(), brief(said));
        faults.extend(fault(case, &problem, &told, took, priced).map(|fault| format!("{id}: {fault}")));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
