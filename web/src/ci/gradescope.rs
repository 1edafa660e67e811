//! The report as Gradescope reads it of an autograder: `results.json`
//! (<https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format>).

use super::report::{Entries, Standing};
use serde_json::{Value, json};

/// The report's text: one test a check, worth one point.
pub fn report(entries: &Entries, seconds: f64) -> String {
    let tests: Vec<Value> = entries
        .entries
        .iter()
        .map(|entry| {
            let passed = entry.standing == Standing::Fine;
            json!({
                "name": entry.name(),
                "score": u8::from(passed),
                "max_score": 1,
                "status": if passed { "passed" } else { "failed" },
                "output": format!("{}: {}", entry.status, entry.text),
                "output_format": "text",
                "tags": [entry.of.0],
                "visibility": "visible",
            })
        })
        .collect();
    let mut results = json!({ "execution_time": seconds.round(), "visibility": "visible", "tests": tests });
    if let Some(told) = entries.incomplete() {
        results["output"] = Value::from(told);
    }
    format!("{results:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ci::{
        outcomes::Grade,
        report::{Report, tests::a_cell},
    };

    #[test]
    fn what_is_fine_scores_and_nothing_else_does() {
        let cells =
            [("dh/relay", Grade::AsExpected), ("dh/drop", Grade::NotStopped), ("dh/crack", Grade::Inconclusive)];
        let cells = cells.map(|(scenario, grade)| a_cell(scenario, grade, "why")).into();
        let results: Value = serde_json::from_str(&report(&Report::new("outcomes.txt", cells).entries(), 1.4)).unwrap();
        let scores: Vec<_> = results["tests"].as_array().unwrap().iter().map(|test| test["score"].as_u64()).collect();
        assert_eq!(scores, [Some(1), Some(0), Some(0)]);
        assert_eq!(results["tests"][1]["status"], "failed");
        assert!(results["tests"][1]["output"].as_str().unwrap().contains("not-stopped"), "{results}");
    }
}
