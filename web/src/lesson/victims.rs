//! Victims of students' own, as `interlock check --client COMMAND --json` graded them on their machines and they handed in. What
//! it says is the student's word; how much it says, and of what, is not.

use crate::ci::own::{Grade, HONEST, VERSION};
use lab::{checks, modes, refusal::Refusal, role::Role, scenario::Selection, terminal::is_plain};
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Cells of a report.
const CELLS: usize = 400;
/// Characters that are kept of a reason.
const REASON: usize = 200;

/// A report as it is handed in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandedIn {
    #[serde(rename = "version", deserialize_with = "this_version")]
    _version: (),
    /// In whose place the program is.
    pub role: Role,
    /// What it does about each check, in each mode.
    #[serde(deserialize_with = "cells")]
    pub cells: Vec<Cell>,
    #[serde(rename = "totals")]
    _totals: Counted,
}

/// What a program does about a check in a mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The mode with its variant.
    pub mode: String,
    /// The check's id, or `honest`.
    pub check: String,
    /// What the program does about it.
    pub grade: Grade,
    /// Why, in one line.
    pub because: String,
    #[serde(rename = "trials", skip_serializing)]
    _trials: Passed,
}

/// What is counted again.
type Counted = BTreeMap<String, u64>;

/// What is read and not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Passed;

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<IgnoredAny>::deserialize(deserializer).map(|_| Self)
    }
}

fn this_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    match u8::deserialize(deserializer)? {
        VERSION => Ok(()),
        other => Err(Refusal::new("version", json!({ "expected": [VERSION], "got": other })).in_reader()),
    }
}

/// Cells about modes and checks that there are, each once.
fn cells<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Cell>, D::Error> {
    let mut cells = Vec::<Cell>::deserialize(deserializer)?;
    if cells.is_empty() || cells.len() > CELLS {
        return Err(Refusal::new("range", json!({ "least": 1, "most": CELLS, "got": cells.len() })).in_reader());
    }
    let mut seen = BTreeSet::new();
    for cell in &mut cells {
        let mode = cell.mode.parse::<Selection>().ok().filter(|mode| modes::of(mode).is_some());
        let known = mode.is_some() && (cell.check == HONEST || checks::find(&cell.check).is_some());
        if !known || !seen.insert((cell.mode.clone(), cell.check.clone())) {
            let shown: String = format!("{}/{}", cell.mode, cell.check).chars().take(64).collect();
            return Err(Refusal::new("each-once", json!({ "got": shown })).in_reader());
        }
        let because = cell.because.chars().map(|character| if is_plain(character) { character } else { ' ' });
        cell.because = because.take(REASON).collect();
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn report(change: impl Fn(&mut Value)) -> Result<HandedIn, String> {
        let cell = json!({ "mode": "dh", "check": "public-range", "grade": "missing", "because": "it was read", "trials": [{}, 7] });
        let mut report =
            json!({ "version": 1, "role": "client", "cells": [cell], "totals": { "missing": 1, "all": 1 } });
        change(&mut report);
        serde_json::from_value(report).map_err(|error| error.to_string())
    }

    #[test]
    fn what_the_command_line_writes_is_read_and_what_it_never_writes_is_refused() {
        let read = report(|_| ()).unwrap();
        assert_eq!((read.role, read.cells[0].grade), (Role::Client, Grade::Missing));
        type Change = fn(&mut Value);
        let hostile: [(&str, Change); 9] = [
            ("another version", |it| it["version"] = json!(2)),
            ("another member", |it| it["html"] = json!("<b>")),
            ("no such role", |it| it["role"] = json!("attacker")),
            ("no cell", |it| it["cells"] = json!([])),
            ("too many", |it| it["cells"] = json!(vec![it["cells"][0].clone(); CELLS + 1])),
            ("one twice", |it| it["cells"] = json!(vec![it["cells"][0].clone(); 2])),
            ("no such mode", |it| it["cells"][0]["mode"] = json!("<script>")),
            ("no such check", |it| it["cells"][0]["check"] = json!("none")),
            ("no such grade", |it| it["cells"][0]["grade"] = json!("excellent")),
        ];
        for (what, change) in hostile {
            assert!(report(change).is_err(), "{what}");
        }
    }

    #[test]
    fn a_reason_is_short_and_seen() {
        let long = report(|it| it["cells"][0]["because"] = json!("\u{202e}".repeat(9) + &"x".repeat(9000))).unwrap();
        assert!(long.cells[0].because.chars().count() <= REASON && long.cells[0].because.chars().all(is_plain));
        assert!(serde_json::to_value(&long.cells[0]).unwrap().get("trials").is_none());
    }
}
