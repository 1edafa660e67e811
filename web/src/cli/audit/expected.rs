//! What is expected of a client: a baseline, written by hand, with a reason a line.

use crate::{
    ci::report::{Entries, Entry, Standing},
    cli::{Failure, glob::matches},
};
use ::audit::{Audited, Cell, Report, cases, grade::Grade};
use ::lab::refusal::Refusal;
use process::files;
use serde_json::{Value, json};
use std::path::Path;

/// A line of the file: a client and an attack, `*` and `?` in them as in other patterns, the grade, and why.
#[derive(Debug)]
struct Row {
    client: String,
    attack: String,
    grade: Grade,
    reason: String,
    line: usize,
}

/// A file with what is expected; without one, that nobody accepts an attack or falls back.
#[derive(Debug, Default)]
pub(super) struct Expected {
    file: String,
    rows: Vec<Row>,
}

impl Expected {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let file = path.display().to_string();
        let text = files::text(path, files::TEXT).map_err(|error| Failure::Usage(format!("{file}: {error}")))?;
        Self::parse(&file, &text)
    }

    fn parse(file: &str, text: &str) -> Result<Self, Failure> {
        let mut rows = Vec::new();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let wrong = |name: &str, members: Value| Failure::Usage(Refusal::new(name, members).to_string());
            let mut words = content.split_whitespace();
            let (Some(client), Some(attack), Some(grade)) = (words.next(), words.next(), words.next()) else {
                return Err(wrong("grades-row", json!({ "file": file, "line": line })));
            };
            let grades = Grade::ALL.into_iter().filter(|grade| *grade != Grade::Error);
            let grade = grades.clone().find(|known| known.as_str() == grade).ok_or_else(|| {
                let known: Vec<&str> = grades.map(Grade::as_str).collect();
                wrong("grades-grade", json!({ "file": file, "line": line, "expected": known, "got": grade }))
            })?;
            if !cases().any(|case| matches(attack, case.attack)) {
                return Err(wrong("grades-attack", json!({ "file": file, "line": line, "got": attack })));
            }
            let reason = words.collect::<Vec<_>>().join(" ");
            if reason.is_empty() {
                return Err(wrong("grades-reason", json!({ "file": file, "line": line })));
            }
            let (client, attack) = (client.to_owned(), attack.to_owned());
            rows.push(Row { client, attack, grade, reason, line });
        }
        Ok(Self { file: file.to_owned(), rows })
    }

    /// The first row for a cell.
    fn row(&self, client: &str, attack: &str) -> Option<&Row> {
        self.rows.iter().find(|row| matches(&row.client, client) && matches(&row.attack, attack))
    }

    /// What a cell amounts to.
    pub(super) fn standing(&self, client: &str, cell: &Cell) -> Standing {
        match self.row(client, cell.attack) {
            _ if cell.grade == Grade::Error => Standing::Unclear,
            Some(row) if row.grade == cell.grade => Standing::Fine,
            Some(_) => Standing::Finding,
            None if cell.grade.is_finding() => Standing::Finding,
            None => Standing::Fine,
        }
    }

    /// What the file says of a cell, and where it does.
    pub(super) fn remark(&self, client: &str, attack: &str) -> Option<String> {
        let row = self.row(client, attack)?;
        Some(format!("{} ({}:{}): {}", row.grade.as_str(), self.file, row.line, row.reason))
    }

    /// The whole report as lines of any report.
    pub(super) fn entries(&self, report: &Report) -> Entries {
        let cells = report.programs().flat_map(|program| program.cells.iter().map(move |cell| (program, cell)));
        let entry = |(program, cell): (&Audited, &Cell)| {
            let row = self.row(program.name(), cell.attack);
            let because = format!("{}: {}", cell.check, cell.because);
            Entry {
                of: (program.name().to_owned(), cell.attack.to_owned()),
                between: '/',
                standing: self.standing(program.name(), cell),
                status: cell.grade.as_str(),
                text: match row {
                    Some(row) if row.grade != cell.grade => {
                        let (wanted, got) = (row.grade.as_str(), cell.grade.as_str());
                        format!("expected {wanted} ({}), got {got}: {because}", row.reason)
                    }
                    _ => because,
                },
                reason: None,
                again: None,
                seconds: cell.seconds,
                place: row.map(|row| (self.file.clone(), row.line)),
            }
        };
        Entries {
            noun: "attacks",
            suite: "audit",
            statuses: Grade::ALL.map(|grade| (grade.as_str(), grade.meaning(), true)).into(),
            entries: cells.map(entry).collect(),
            unplayed: report.unplayed,
            left_out: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_names_the_file_and_the_line() {
        let fault = |text: &str| Expected::parse("a.txt", text).unwrap_err().to_string();
        assert!(fault("\ncurl forge-name").starts_with("a.txt:2: expected a client, an attack, a grade"));
        assert!(fault("curl forge-name fine why").contains("grade: expected one of refused, refused-anyway"));
        assert!(fault("curl forge-name error why").contains("grade: expected one of"), "never expected");
        assert!(fault("curl forge-nme refused why").contains("no attack on real software is like \"forge-nme\""));
        assert!(fault("curl forge-name accepted").contains("reason: expected why"));
    }

    #[test]
    fn the_first_row_that_is_like_a_cell_holds() {
        let text = "# the baseline\ncurl* forge-policy accepted one policy only\n* forge-* refused as it must be\n";
        let expected = Expected::parse("a.txt", text).unwrap();
        let remark = expected.remark("curl-crl", "forge-policy").unwrap();
        assert_eq!(remark, "accepted (a.txt:2): one policy only");
        assert!(expected.remark("wget", "forge-policy").unwrap().starts_with("refused (a.txt:3)"));
        assert_eq!(expected.remark("wget", "other"), None);
    }
}
