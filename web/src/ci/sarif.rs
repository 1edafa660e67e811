//! The report as SARIF 2.1.0: one result a finding, at the line of the file that it contradicts.

use super::report::{Entries, Entry, Standing};
use serde_json::{Value, json};

/// The report's text.
pub fn report(entries: &Entries) -> String {
    let findings = entries.statuses.iter().filter(|(_, _, finding)| *finding);
    let rules: Vec<Value> = findings.map(|(id, meaning, _)| rule(id, meaning)).collect();
    let results: Vec<Value> =
        entries.entries.iter().filter(|entry| entry.standing != Standing::Fine).map(result).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "interlock", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "invocations": [invocation(entries)],
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

/// Whether the run came to its end, and why not; and what was left out of it.
fn invocation(entries: &Entries) -> Value {
    let incomplete = entries.incomplete();
    let successful = incomplete.is_none();
    let told = incomplete.map(|told| ("error", told)).into_iter().chain(entries.remainder().map(|told| ("note", told)));
    let told: Vec<Value> = told.map(|(level, told)| json!({ "level": level, "message": { "text": told } })).collect();
    let mut invocation = json!({ "executionSuccessful": successful });
    if !told.is_empty() {
        invocation["toolExecutionNotifications"] = Value::from(told);
    }
    invocation
}

fn rule(id: &str, meaning: &str) -> Value {
    json!({
        "id": id,
        "name": id,
        "shortDescription": { "text": meaning },
        "fullDescription": { "text": meaning },
        "help": { "text": format!("{id}: {meaning}. The message has the command that shows it again.") },
    })
}

fn result(entry: &Entry) -> Value {
    let name = entry.name();
    let locations: Vec<Value> = entry
        .place
        .iter()
        .map(|(file, line)| {
            json!({
                "physicalLocation": {
                    "artifactLocation": { "uri": file },
                    "region": { "startLine": line },
                },
            })
        })
        .collect();
    let again = entry.again.as_ref().map(|again| format!(" Again: {again}")).unwrap_or_default();
    let accepted = entry.reason.iter().filter(|_| entry.standing == Standing::Accepted);
    let suppressions: Vec<Value> =
        accepted.map(|reason| json!({ "kind": "external", "justification": reason })).collect();
    let mut result = json!({
        "ruleId": entry.status,
        "level": "error",
        "message": { "text": format!("{name}: {}{again}", entry.text) },
        "partialFingerprints": { "scenario/v1": name },
        "locations": locations,
    });
    if !suppressions.is_empty() {
        result["suppressions"] = Value::from(suppressions);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ci::{
        outcomes::Grade,
        report::{Report, tests::a_cell},
    };

    #[test]
    fn only_findings_are_results_and_each_names_a_known_rule_and_its_row() {
        let cells = vec![a_cell("dh/relay", Grade::AsExpected, ""), a_cell("dh/substitute", Grade::AttackLost, "why")];
        let text = report(&Report::new("outcomes.txt", cells).entries());
        let log: Value = serde_json::from_str(&text).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 1);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        assert!(rules.iter().any(|rule| rule["id"] == results[0]["ruleId"]));
        let region = &results[0]["locations"][0]["physicalLocation"]["region"];
        assert_eq!(region["startLine"], 3);
    }
}
