//! `interlock check`

use super::{FAILED, FINDING, FINE, Failure, glob::matches, lab, reports::Reports, said, unless_read_enough};
use crate::{
    ci::{
        outcomes::{self, Grade, Row, grade},
        report::{Cell, Report, words},
    },
    cli::style::{bad, faint, good, head},
    console::Console,
    sessions::session::Session,
};
use ::lab::terminal::printable;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;
use std::{
    io::{self, Write},
    sync::Arc,
    time::Instant,
};

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
    #[command(flatten)]
    reports: Reports,
    /// How long a victim waits for each flight, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    patience: u64,
    #[command(flatten)]
    time: lab::Time,
}

pub(super) fn run(args: &Check) -> Result<u8, Failure> {
    let mut rows = outcomes::all().map_err(|error| Failure::Lab(error.to_string()))?;
    if let Some(filter) = &args.filter {
        rows.retain(|row| matches(filter, &row.scenario.to_string()));
        if rows.is_empty() {
            return Err(Failure::usage("no-scenario-like", &json!({ "pattern": filter })));
        }
    }
    let began = Instant::now();
    let cells = lab::with_lab(lab::settings(args.patience, &args.time, &lab::Words::default()), async |console| {
        play(&console, rows).await
    })?;
    let report = Report::new(cells);
    let seconds = began.elapsed().as_secs_f64();
    // The files first, and all of them: neither a reader who has read enough nor one bad path costs the others.
    let unwritten = write_files(args, &report, seconds)?;
    unless_read_enough(print(args, &report, seconds))?;
    if unwritten.is_empty() { Ok(exit(&report)) } else { Err(Failure::Lab(unwritten.join("; "))) }
}

/// Writes the reports that are asked for; answers with what could not be written.
fn write_files(args: &Check, report: &Report, seconds: f64) -> io::Result<Vec<String>> {
    args.reports.write(&report.entries(), &in_json(report)?, seconds)
}

/// 3 where the lab could not tell, 1 where an outcome is not the expected one.
fn exit(report: &Report) -> u8 {
    let any = |wanted: fn(Grade) -> bool| report.cells.iter().any(|cell| wanted(cell.status));
    if any(|status| status == Grade::Inconclusive) {
        FAILED
    } else if any(|status| status != Grade::AsExpected) {
        FINDING
    } else {
        FINE
    }
}

fn in_json(report: &Report) -> io::Result<String> {
    Ok(serde_json::to_string(report)? + "\n")
}

fn print(args: &Check, report: &Report, seconds: f64) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    if args.reports.on_standard_output() {
        out.write_all(in_json(report)?.as_bytes())
    } else {
        table(&mut out, report, seconds)
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
    let got = session
        .verdict
        .clone()
        .ok_or_else(|| Failure::lab("no-verdict", &json!({ "scenario": row.scenario.to_string() })))?;
    Ok(Cell {
        scenario: row.scenario.to_string(),
        status: grade(&row.expected, &got),
        expected: row.expected.clone(),
        got,
        seconds: micros as f64 / 1e6,
        line: row.line,
    })
}

fn table(out: &mut impl Write, report: &Report, seconds: f64) -> io::Result<()> {
    for cell in &report.cells {
        let fine = cell.status == Grade::AsExpected;
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
    let totals: Vec<String> = Grade::ALL
        .iter()
        .filter_map(|status| report.totals.get(status.as_str()).map(|count| format!("{count} {}", status.as_str())))
        .collect();
    let members = json!({ "totals": head(totals.join(", ")), "seconds": format!("{seconds:.1}") });
    writeln!(out, "\n{}", said("totals", &members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ci::report::tests::a_cell;

    #[test]
    fn a_finding_and_a_failure_of_the_lab_are_told_apart() {
        let exit_of = |statuses: &[Grade]| {
            exit(&Report::new(statuses.iter().map(|status| a_cell("dh/relay", *status, "")).collect()))
        };
        assert_eq!(exit_of(&[Grade::AsExpected]), FINE);
        assert_eq!(exit_of(&[Grade::AsExpected, Grade::AttackLost]), FINDING);
        assert_eq!(exit_of(&[Grade::NotStopped, Grade::Inconclusive]), FAILED);
    }

    #[test]
    fn the_table_says_what_is_wrong() {
        let report = Report::new(vec![
            a_cell("dh/relay", Grade::AsExpected, ""),
            a_cell("dh/drop", Grade::NotStopped, "Split: \u{1b}[2J"),
        ]);
        let mut out = Vec::new();
        table(&mut anstream::StripStream::new(&mut out), &report, 1.0).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("expected stopped at finished, got split: Split: \\u{1b}[2J"), "{text}");
        assert!(text.contains("1 as-expected, 0 stopped-otherwise, 1 not-stopped"), "{text}");
    }
}
