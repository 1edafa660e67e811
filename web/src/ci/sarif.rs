//! The report as SARIF 2.1.0: one result a finding, at the row of the table of outcomes that it contradicts.

use super::outcomes::Grade;
use super::report::{Cell, Report, words};
use serde_json::{Value, json};

/// The report's text.
pub fn report(report: &Report) -> String {
    let findings = Grade::ALL.into_iter().filter(|status| *status != Grade::AsExpected);
    let rules: Vec<Value> = findings
        .map(|status| json!({ "id": status.as_str(), "shortDescription": { "text": status.meaning() } }))
        .collect();
    let results: Vec<Value> = report.cells.iter().filter(|cell| cell.status != Grade::AsExpected).map(result).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "interlock", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn result(cell: &Cell) -> Value {
    json!({
        "ruleId": cell.status.as_str(),
        "level": "error",
        "message": { "text": format!("{}: {}", cell.scenario, words(cell)) },
        "partialFingerprints": { "scenario/v1": cell.scenario },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": "web/src/ci/outcomes.txt" },
                "region": { "startLine": cell.line },
            },
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ci::report::tests::a_cell;

    #[test]
    fn only_findings_are_results_and_each_names_a_known_rule_and_its_row() {
        let text = report(&Report::new(vec![
            a_cell("dh/relay", Grade::AsExpected, ""),
            a_cell("dh/substitute", Grade::AttackLost, "why"),
        ]));
        let log: Value = serde_json::from_str(&text).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 1);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert!(rules.iter().any(|rule| rule["id"] == results[0]["ruleId"]));
        let region = &results[0]["locations"][0]["physicalLocation"]["region"];
        assert_eq!(region["startLine"], 3);
    }
}
