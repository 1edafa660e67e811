//! What the solver says, in the language of this process: from its values, of which it has words of its own in English alone.

use cryptanalysis::{CoreTime, Failure, Phase, Price};
use lab::words;
use num_bigint::BigUint;
use serde_json::{Value, json};

/// Digits of the longest number that is told whole.
const WHOLE: usize = 40;
/// Digits of a longer one that are told at each end.
const ENDS: usize = 12;

/// Why there is no logarithm.
pub(in crate::cli) fn why(failure: &Failure) -> String {
    let mut value = fitted(serde_json::to_value(failure).unwrap_or_default());
    match failure {
        Failure::OutOfReach { price, .. } => value["price"] = price.as_deref().map_or(Value::Null, priced),
        Failure::Priced { price, allowed } => {
            value["price"] = priced(price);
            value["allowed"] = json!(CoreTime::of(allowed.log2()));
        }
        Failure::BadInput { expected, got, .. } => {
            value["expected"] = json!(input(expected));
            value["got"] = json!(input(got));
        }
        Failure::NoSolution { .. } | Failure::OutOfBudget { .. } | Failure::Cancelled => {}
    }
    words::told_as("unsolved", &value)
}

/// What is wrong with something that the solver was given: what it wants, and what it got.
pub(super) fn input(said: &str) -> String {
    // A number at the end has a gap in the text.
    let at_the_end = said.rsplit_once(' ').filter(|(_, number)| number.bytes().all(|digit| digit.is_ascii_digit()));
    let (text, number) = said.split_once(" = ").or(at_the_end).unwrap_or((said, ""));
    let told = words::say("solver", &named(text), &json!({ "number": number }));
    if told.is_empty() { said.to_owned() } else { told }
}

/// The name of the text for what the solver says.
fn named(said: &str) -> String {
    let words = said.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

/// What a computation would cost.
pub(super) fn price(price: &Price) -> String {
    words::with("cost", "whole", &priced(price))
}

fn priced(price: &Price) -> Value {
    let steps = price.operations_log2.map(|steps| format!("{steps:.0}"));
    json!({ "way": price.way, "steps": steps, "time": CoreTime::of(price.core_seconds_log2) })
}

/// What is being done.
pub(super) fn phase(phase: Phase) -> String {
    let name = serde_json::to_value(phase).unwrap_or_default();
    words::say("phase", name.as_str().unwrap_or_default(), &json!({}))
}

/// A long number by its ends; nothing where it is short, or no number.
pub(in crate::cli) fn shortly(digits: &str) -> Option<String> {
    if digits.len() <= WHOLE || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let bits = digits.parse::<BigUint>().map(|number| number.bits()).unwrap_or_default();
    let (first, last) = (&digits[..ENDS], &digits[digits.len() - ENDS..]);
    Some(words::say("cost", "number", &json!({ "first": first, "last": last, "bits": bits })))
}

/// Long numbers by their ends.
fn fitted(value: Value) -> Value {
    match value {
        Value::String(text) => json!(shortly(&text).unwrap_or(text)),
        Value::Array(list) => list.into_iter().map(fitted).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, fitted(value))).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::words::TONGUES;

    /// Whatever the solver refuses is told in each language, by a text for what it wants and for what it got.
    #[test]
    fn what_the_solver_refuses_has_a_text_in_every_language() {
        let sources = [
            include_str!("../../../../attacker/cryptanalysis/src/index/file.rs"),
            include_str!("../../../../attacker/cryptanalysis/src/solver.rs"),
            include_str!("../../../../attacker/cryptanalysis/src/factor/mod.rs"),
            include_str!("../../../../attacker/cryptanalysis/src/explain/mod.rs"),
            include_str!("../../../../attacker/cryptanalysis/src/modulus.rs"),
        ];
        let mut said = Vec::new();
        for source in sources {
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            for before in ["expected: \"", "bad(\"", "EXPECTED: &str = \""] {
                said.extend(source.split(before).skip(1).filter_map(|rest| rest.split('"').next()));
            }
            said.extend(source.split("\".to_owned()").filter_map(|before| before.rsplit('"').next()));
        }
        said.retain(|text| text.contains(' ') && !text.contains(['{', '\n']));
        assert!(said.len() > 10, "{said:?}");
        let lacks =
            |text: &&&str| TONGUES.iter().any(|tongue| !tongue.file.contains(&format!("\nsolver {}: ", named(text))));
        assert_eq!(said.iter().filter(lacks).collect::<Vec<_>>(), Vec::<&&str>::new());
    }
}
