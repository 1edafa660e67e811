//! `interlock check`

use super::{FAILED, FINDING, FINE, Failure, glob::matches, junit, lab, sarif, summary, unless_read_enough};
use crate::{
    console::Console,
    log::printable,
    outcomes::{self, Expected, Row, Status},
    session::Session,
    style::{bad, faint, good, head},
};
use ::lab::verdict::Verdict;
use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

/// The path that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// Arguments of `interlock check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock check
  interlock check --filter 'ecdh-cert/*' --json
  interlock check --junit report.xml --sarif report.sarif --summary \"$GITHUB_STEP_SUMMARY\"

Exit status: 1 when an outcome is not the expected one, 3 when the lab could not tell.")]
pub(super) struct Check {
    /// Only scenarios like this; * stands for any characters, ? for one
    #[arg(long, value_name = "PATTERN")]
    filter: Option<String>,
    /// Write a JUnit report
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Print JSON instead of the table, or write it to a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = STANDARD_OUTPUT)]
    json: Option<PathBuf>,
    /// Write a SARIF report
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// Append a summary in Markdown, as for GITHUB_STEP_SUMMARY
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// How long a victim waits for each flight, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    patience: u64,
}

/// One scenario with what came out of it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Cell {
    /// What was run.
    pub(super) scenario: String,
    /// What had to come out.
    pub(super) expected: Expected,
    /// What did.
    pub(super) got: Verdict,
    /// How the two compare.
    pub(super) status: Status,
    /// How long it took.
    pub(super) seconds: f64,
    /// The row's line in tests/outcomes.txt.
    #[serde(skip)]
    pub(super) line: usize,
}

/// All of them.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    /// One a row of tests/outcomes.txt, in its order.
    pub(super) cells: Vec<Cell>,
    /// How many of each status, and of all.
    pub(super) totals: BTreeMap<&'static str, usize>,
}

impl Report {
    /// Counts the cells.
    pub(super) fn new(cells: Vec<Cell>) -> Self {
        let count = |status: Status| cells.iter().filter(|cell| cell.status == status).count();
        let mut totals: BTreeMap<_, _> = Status::ALL.map(|status| (status.as_str(), count(status))).into();
        totals.insert("all", cells.len());
        Self { cells, totals }
    }

    fn exit(&self) -> u8 {
        let any = |wanted: fn(Status) -> bool| self.cells.iter().any(|cell| wanted(cell.status));
        if any(|status| status == Status::Inconclusive) {
            FAILED
        } else if any(|status| status != Status::AsExpected) {
            FINDING
        } else {
            FINE
        }
    }
}

/// A sentence for a person.
pub(super) fn words(cell: &Cell) -> String {
    let named = |check: &Option<String>, party: Option<::lab::role::Role>| {
        let check = check.as_ref().map(|check| format!(" at {check}")).unwrap_or_default();
        let party = party.map(|party| format!(" by the {party}")).unwrap_or_default();
        format!("{check}{party}")
    };
    format!(
        "expected {}{}, got {}{}: {}",
        cell.expected.kind,
        named(&cell.expected.check, cell.expected.party),
        cell.got.kind,
        named(&cell.got.check, cell.got.party),
        cell.got.because
    )
}

pub(super) fn run(args: &Check) -> Result<u8, Failure> {
    let mut rows = outcomes::all().map_err(|error| Failure::Lab(error.to_string()))?;
    if let Some(filter) = &args.filter {
        rows.retain(|row| matches(filter, &row.scenario.to_string()));
        if rows.is_empty() {
            return Err(Failure::Usage(format!("no scenario is like {filter:?}. See: interlock list scenarios")));
        }
    }
    let began = Instant::now();
    let cells = lab::with_lab(lab::settings(args.patience, &lab::Words::default()), async |console| {
        play(&console, rows).await
    })?;
    let report = Report::new(cells);
    let seconds = began.elapsed().as_secs_f64();
    // The files first, and all of them: neither a reader who has read enough nor one bad path costs the others.
    let unwritten = write_files(args, &report, seconds)?;
    unless_read_enough(print(args, &report, seconds))?;
    if unwritten.is_empty() { Ok(report.exit()) } else { Err(Failure::Lab(unwritten.join("; "))) }
}

/// Writes the reports that are asked for; answers with what could not be written.
fn write_files(args: &Check, report: &Report, seconds: f64) -> io::Result<Vec<String>> {
    let json = args.json.as_deref().filter(|path| *path != Path::new(STANDARD_OUTPUT));
    let written = [
        json.map(|path| Ok::<_, io::Error>((path, fs::write(path, in_json(report)?)))),
        args.junit.as_deref().map(|path| Ok((path, fs::write(path, junit::report(report, seconds))))),
        args.sarif.as_deref().map(|path| Ok((path, fs::write(path, sarif::report(report))))),
        args.summary.as_deref().map(|path| Ok((path, append(path, &summary::report(report, seconds))))),
    ];
    let mut unwritten = Vec::new();
    for written in written.into_iter().flatten() {
        let (path, written) = written?;
        unwritten.extend(written.err().map(|error| format!("cannot write {}: {error}", path.display())));
    }
    Ok(unwritten)
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
}

fn in_json(report: &Report) -> io::Result<String> {
    Ok(serde_json::to_string(report)? + "\n")
}

fn print(args: &Check, report: &Report, seconds: f64) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    match &args.json {
        Some(path) if path == Path::new(STANDARD_OUTPUT) => out.write_all(in_json(report)?.as_bytes()),
        _ => table(&mut out, report, seconds),
    }
}

async fn play(console: &Arc<Console>, rows: Vec<Row>) -> Result<Vec<Cell>, Failure> {
    let bar = ProgressBar::new(rows.len() as u64);
    let mut under_way = Vec::new();
    for row in rows {
        under_way.push((lab::play(console, &row.scenario, None)?, row));
    }
    let mut cells = Vec::new();
    for (playing, row) in under_way {
        let record = lab::done(playing).await?;
        bar.inc(1);
        cells.push(cell(&row, &record.session, record.events.iter().map(|event| event.at).max().unwrap_or_default())?);
    }
    bar.finish_and_clear();
    Ok(cells)
}

fn cell(row: &Row, session: &Session, micros: u64) -> Result<Cell, Failure> {
    let got = session.verdict.clone().ok_or_else(|| Failure::Lab(format!("{} has no verdict", row.scenario)))?;
    Ok(Cell {
        scenario: row.scenario.to_string(),
        status: row.expected.compare(&got),
        expected: row.expected.clone(),
        got,
        seconds: micros as f64 / 1e6,
        line: row.line,
    })
}

fn table(out: &mut impl Write, report: &Report, seconds: f64) -> io::Result<()> {
    for cell in &report.cells {
        let fine = cell.status == Status::AsExpected;
        let status = format!("{:<18}", cell.status.as_str());
        let check = cell.got.check.as_deref().unwrap_or_default();
        let party = cell.got.party.map(|party| format!("({party})")).unwrap_or_default();
        writeln!(
            out,
            "{} {:<58} {} {} {}",
            if fine { good(status) } else { bad(status) },
            cell.scenario,
            cell.got.kind,
            faint(check),
            faint(party)
        )?;
        if !fine {
            writeln!(out, "{:19}{}", "", printable(&words(cell)))?;
        }
    }
    let totals: Vec<String> = Status::ALL
        .iter()
        .filter_map(|status| report.totals.get(status.as_str()).map(|count| format!("{count} {}", status.as_str())))
        .collect();
    writeln!(out, "\n{} {}", head(totals.join(", ")), faint(format!("in {seconds:.1} s")))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ::lab::verdict::Kind;

    pub(in crate::cli) fn a_cell(scenario: &str, status: Status, because: &str) -> Cell {
        let got = Verdict {
            kind: Kind::Split,
            class: Kind::Split.class(),
            check: None,
            party: None,
            flight: None,
            because: because.to_owned(),
        };
        let expected = Expected { kind: Kind::Stopped, check: Some("finished".into()), party: None };
        Cell { scenario: scenario.to_owned(), expected, got, status, seconds: 0.25, line: 3 }
    }

    #[test]
    fn a_finding_and_a_failure_of_the_lab_are_told_apart() {
        let exit = |statuses: &[Status]| {
            Report::new(statuses.iter().map(|status| a_cell("dh/relay", *status, "")).collect()).exit()
        };
        assert_eq!(exit(&[Status::AsExpected]), FINE);
        assert_eq!(exit(&[Status::AsExpected, Status::AttackLost]), FINDING);
        assert_eq!(exit(&[Status::NotStopped, Status::Inconclusive]), FAILED);
    }

    #[test]
    fn the_table_says_what_is_wrong() {
        let report = Report::new(vec![
            a_cell("dh/relay", Status::AsExpected, ""),
            a_cell("dh/drop", Status::NotStopped, "Split: \u{1b}[2J"),
        ]);
        let mut out = Vec::new();
        table(&mut anstream::StripStream::new(&mut out), &report, 1.0).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("expected stopped at finished, got split: Split: \\u{1b}[2J"), "{text}");
        assert!(text.contains("1 as-expected, 0 stopped-otherwise, 1 not-stopped"), "{text}");
    }
}
