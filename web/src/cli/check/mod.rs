//! `interlock check`

mod own;
mod play;

use super::{FAILED, FINDING, FINE, Failure, glob::matches, lab, reports::Reports, said, unless_read_enough};
use crate::{
    ci::{
        outcomes::{self, Grade, Row, grade},
        report::{Cell, Report, words},
    },
    cli::style::{bad, faint, good, head},
    console::Own,
};
use ::lab::terminal::printable;
use clap::Args;
use own::OwnVictim;
use play::{Played, play};
use serde_json::json;
use std::{
    io::{self, Write},
    time::Instant,
};

/// How long a victim waits for each flight, in milliseconds.
const PATIENCE: u64 = 2000;

/// Arguments of `interlock check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock check
  interlock check --filter 'ecdh-cert/*' --json
  interlock check --junit report.xml --sarif report.sarif --summary \"$GITHUB_STEP_SUMMARY\"
  interlock check --client 'python3 my_client.py' --filter 'ecdh-cert/*'

Exit status: 1 when an outcome is not the expected one, 3 when the lab could not tell.")]
pub(super) struct Check {
    /// Only scenarios like this; * stands for any characters, ? for one; may be given several times
    #[arg(long, value_name = "PATTERN")]
    filter: Vec<String>,
    #[command(flatten)]
    own: OwnVictim,
    #[command(flatten)]
    reports: Reports,
    /// The seed of the first scenario; the others have the next numbers [default: drawn anew]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Sessions at the same time [default: 16]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    jobs: Option<usize>,
    /// How often a scenario is played again that was inconclusive; nothing else is ever played again
    #[arg(long, value_name = "N", default_value_t = 0)]
    retries: u32,
    /// How long a victim waits for each flight, in milliseconds [default: 2000, or 10000 for a program of your own]
    #[arg(long, value_name = "MS")]
    patience: Option<u64>,
    #[command(flatten)]
    time: lab::Time,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|jobs| *jobs > 0).ok_or_else(|| said("from-one", &json!({})))
}

impl Check {
    /// Whether a row is asked for.
    fn wants(&self, row: &Row) -> bool {
        let scenario = row.scenario.to_string();
        self.filter.is_empty() || self.filter.iter().any(|filter| matches(filter, &scenario))
    }

    /// The seed of the first row.
    fn first_seed(&self) -> Result<u64, Failure> {
        let drawn = || getrandom::u32().map_err(|error| Failure::Lab(format!("--seed: {error}")));
        self.seed.map_or_else(|| drawn().map(u64::from), Ok)
    }

    /// Who plays, and how long everybody waits.
    fn setup(&self, patience: u64, own: Option<Own>) -> lab::Setup {
        let settings = lab::settings(self.patience.unwrap_or(patience), &self.time, &lab::Words::default());
        let setup = lab::Setup::from(settings);
        lab::Setup { jobs: self.jobs.unwrap_or(setup.jobs), own, ..setup }
    }
}

pub(super) fn run(args: &Check) -> Result<u8, Failure> {
    let mut rows = outcomes::all().map_err(|error| Failure::Lab(error.to_string()))?;
    if !rows.iter().any(|row| args.wants(row)) {
        return Err(Failure::usage("no-scenario-like", &json!({ "pattern": args.filter.join(" ") })));
    }
    if let Some(own) = args.own.own() {
        return own::run(args, own, rows);
    }
    rows.retain(|row| args.wants(row));
    let began = Instant::now();
    let played = lab::with_lab(args.setup(PATIENCE, None), async |console| play(&console, rows, args).await)?;
    let report = Report::new(played.iter().map(cell).collect::<Result<_, _>>()?);
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

/// Why there is nothing to report.
fn no_verdict(row: &Row) -> Failure {
    Failure::lab("no-verdict", &json!({ "scenario": row.scenario.to_string() }))
}

fn cell(played: &Played) -> Result<Cell, Failure> {
    let (row, session) = (&played.row, &played.record.session);
    let got = session.verdict.clone().ok_or_else(|| no_verdict(row))?;
    let micros = played.record.events.iter().map(|event| event.at).max().unwrap_or_default();
    Ok(Cell {
        scenario: row.scenario.to_string(),
        seed: session.seed,
        status: grade(&row.expected, &got),
        expected: row.expected.clone(),
        got,
        retries: played.retries,
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
