//! Numbers that people had to factor for a logarithm.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test fails by panicking")]

use cryptanalysis::{Budget, Effort, Factoring};
use num_bigint::BigUint;

fn cases() -> Vec<(String, BigUint)> {
    let text = support::data::text("dlog-cases/cases.json").unwrap_or_else(|| "[]".to_owned());
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let field = |case: &serde_json::Value, field: &str| case[field].as_str().unwrap_or_default().to_owned();
    cases.iter().filter_map(|case| Some((field(case, "id"), field(case, "p").parse().ok()?))).collect()
}

/// Whether all factors were found, and multiply back.
fn comes_apart(n: &BigUint) -> bool {
    let mut factoring = Factoring::new(n);
    factoring.run(Effort::seconds(120.0), &Budget::default(), &mut ()).unwrap();
    let found = factoring.factorisation();
    found.product() == *n && found.unknown.is_empty()
}

#[test]
fn composite_moduli() {
    let wanted = ["picoctf2022-nsa-backdoor", "composite-hidden-smooth-15", "composite-four-63-bit-factors"];
    for (id, n) in cases().into_iter().filter(|(id, _)| wanted.contains(&id.as_str())) {
        assert!(comes_apart(&n), "{id}");
    }
}

#[test]
fn the_order_of_a_prime_field_with_two_large_factors() {
    let wanted = |id: &str| id.starts_with("two-large-factors") || id.starts_with("random-prime");
    for (id, p) in cases().into_iter().filter(|(id, p)| wanted(id) && p.bits() <= 192) {
        assert!(comes_apart(&(p - 1u32)), "{id}");
    }
}
