//! `interlock check`

mod own;
mod play;

use super::{
    Failure,
    glob::matches,
    lab,
    outcomes::{Table, text_of},
    reports::Reports,
    said, status, unless_read_enough,
};
use crate::{
    ci::{
        baseline::Baseline,
        group::Group,
        outcomes::{Grade, Row, grade},
        report::{Cell, Report, TO_PLAY, words},
    },
    cli::style::{bad, faint, good, head},
    console::Own,
};
use ::lab::{
    modes,
    scenario::Scenario,
    staging::BLOCK,
    terminal::printable,
    verdict::{Verdict, stale},
};
use clap::Args;
use own::OwnVictim;
use play::{Played, play};
use serde_json::json;
use std::{
    io::{self, Write},
    path::PathBuf,
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
  interlock check --shard 1/4 --baseline baseline.txt --retries 1
  interlock check --client 'python3 my_client.py' --filter 'ecdh-cert/*'

Exit status: 1 when an outcome is not the expected one, 3 when the lab could not tell.")]
pub(super) struct Check {
    /// Only scenarios like this; * stands for any characters, ? for one; may be given several times
    #[arg(long, value_name = "PATTERN")]
    filter: Vec<String>,
    /// What is over at once, what is known to compute for long, or both [default: usual, or what --filter names]
    #[arg(long, value_enum, value_name = "GROUP")]
    group: Option<Group>,
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
    /// Play only every N-th scenario, from the I-th: one of N machines that share the work
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    #[command(flatten)]
    table: Table,
    /// Outcomes that are accepted, each with its reason behind a #: only what changes against them is a finding
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
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

fn shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    numbers.filter(|(i, n)| (1..=*n).contains(i)).ok_or_else(|| said("shard", &json!({})))
}

impl Check {
    fn baseline(&self) -> Result<Baseline, Failure> {
        let Some(path) = &self.baseline else { return Ok(Baseline::default()) };
        let (file, text) = text_of(path)?;
        Baseline::parse(&file, &text).map_err(|error| Failure::Usage(error.to_string()))
    }

    /// The seed of each row, and the rows of this shard.
    fn share(&self, rows: Vec<Row>) -> Result<Vec<(Row, u64)>, Failure> {
        let (i, n) = self.shard.unwrap_or((1, 1));
        let first = self.first_seed(rows.len())?;
        let all = rows.into_iter().zip(first..);
        Ok(all.enumerate().filter(|(place, _)| place % n == i - 1).map(|(_, row)| row).collect())
    }

    /// Whether a row is asked for.
    fn wants(&self, row: &Row) -> bool {
        self.filter.is_empty() || self.filter.iter().any(|filter| is_like(filter, &row.scenario))
    }

    /// Which of the rows that are asked for are played.
    fn group(&self) -> Group {
        self.group.unwrap_or(if self.filter.is_empty() { Group::Usual } else { Group::All })
    }

    /// The seed of the first of so many rows.
    fn first_seed(&self, rows: usize) -> Result<u64, Failure> {
        let drawn = || getrandom::u32().map_err(|error| Failure::Lab(format!("--seed: {error}")));
        self.seed.map_or_else(|| Ok(with_room(drawn()?.into(), rows as u64)), Ok)
    }

    /// Who plays, and how long everybody waits.
    fn setup(&self, patience: u64, own: Option<Own>) -> lab::Setup {
        let settings = lab::settings(self.patience.unwrap_or(patience), &self.time, &lab::Words::default());
        let setup = lab::Setup::from(settings);
        lab::Setup { jobs: self.jobs.unwrap_or(setup.jobs), own, ..setup }
    }
}

/// A seed from which on so many share authorities, as far as any do: to draw their keys costs more than many a session.
fn with_room(drawn: u64, rows: u64) -> u64 {
    let first = drawn % BLOCK % BLOCK.saturating_sub(rows).max(1);
    drawn - drawn % BLOCK + first
}

/// Whether a scenario is like a pattern: in full, or as it is written where what a mode plays first goes without saying.
fn is_like(pattern: &str, scenario: &Scenario) -> bool {
    let mut short = scenario.clone();
    let first = modes::find(&short.mode.id).and_then(|mode| mode.variants.first()).map(|first| first.id);
    short.mode.variant =
        short.mode.variant.filter(|variant| !short.mode.parameters.is_empty() || first != Some(variant));
    matches(pattern, &scenario.to_string()) || matches(pattern, &short.to_string())
}

pub(super) fn run(args: &Check) -> Result<u8, Failure> {
    let (file, mut rows) = args.table.read()?;
    let baseline = args.baseline()?;
    let unmet = |filter: &&String| !rows.iter().any(|row| is_like(filter, &row.scenario));
    let unmet: Vec<&str> = args.filter.iter().filter(unmet).map(String::as_str).collect();
    if rows.is_empty() || !unmet.is_empty() {
        return Err(Failure::usage("no-scenario-like", &json!({ "pattern": unmet.join(" ") })));
    }
    if let Some(own) = args.own.own() {
        return own::run(args, own, rows);
    }
    rows.retain(|row| args.wants(row));
    let began = Instant::now();
    let run = lab::with_lab_to_the_end(args.setup(PATIENCE, None), async |console, interrupted| {
        play(&console, rows, args, interrupted).await
    })?;
    let incomplete = run.incomplete();
    let stale = stale(run.played.iter().map(|played| (played.scenario.as_str(), played.record.events.as_slice())));
    let cells = run.played.iter().zip(stale).map(|(played, stale)| cell(args, played, stale));
    let mut cells = cells.collect::<Result<Vec<_>, _>>()?;
    cells.iter_mut().for_each(|cell| baseline.apply(cell));
    let report = Report { unplayed: run.unplayed, left_out: run.left_out, ..Report::new(&file, cells) };
    let seconds = began.elapsed().as_secs_f64();
    // The files first, and all of them: neither a reader who has read enough nor one bad path costs the others.
    let unwritten = write_files(args, &report, seconds)?;
    unless_read_enough(print(args, &report, seconds))?;
    match incomplete {
        Some(incomplete) => Err(incomplete),
        None if unwritten.is_empty() => Ok(exit(&report)),
        None => Err(Failure::Lab(unwritten.join("; "))),
    }
}

/// Writes the reports that are asked for; answers with what could not be written.
fn write_files(args: &Check, report: &Report, seconds: f64) -> io::Result<Vec<String>> {
    args.reports.write(&report.entries(), &in_json(report)?, seconds)
}

/// 3 where the lab could not tell, 1 where an outcome is not the expected one.
fn exit(report: &Report) -> u8 {
    status(report.cells.iter().map(|cell| cell.status.standing()))
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

/// What came of a scenario; `stale` where its canary was not fresh, which its own events cannot show.
fn cell(args: &Check, played: &Played, stale: Option<Verdict>) -> Result<Cell, Failure> {
    let (row, session) = (&played.row, &played.record.session);
    let got = stale.or_else(|| session.verdict.clone()).ok_or_else(|| no_verdict(row))?;
    let micros = played.record.events.iter().map(|event| event.at).max().unwrap_or_default();
    let status = grade(&row.expected, &got);
    let patience = args.patience.unwrap_or(PATIENCE);
    let deadline = args.time.deadline.map(|seconds| format!(" --deadline {seconds}")).unwrap_or_default();
    let table = args.table.again();
    let again = |seed| format!("interlock run '{}' --seed {seed} --patience {patience}{deadline}{table}", row.scenario);
    Ok(Cell {
        scenario: played.scenario.clone(),
        seed: session.seed,
        again: session.seed.filter(|_| status != Grade::AsExpected).map(again),
        reason: None,
        status,
        expected: row.expected.clone(),
        got,
        retries: played.retries,
        seconds: micros as f64 / 1e6,
        line: row.line,
    })
}

fn table(out: &mut impl Write, report: &Report, seconds: f64) -> io::Result<()> {
    for cell in &report.cells {
        let fine = matches!(cell.status, Grade::AsExpected | Grade::Accepted);
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
        if cell.status != Grade::AsExpected {
            writeln!(out, "{:19}{}", "", printable(&words(cell)))?;
        }
        for remark in cell.reason.iter().chain(&cell.again) {
            writeln!(out, "{:19}{}", "", faint(printable(remark)))?;
        }
    }
    let totals: Vec<String> = Grade::ALL
        .iter()
        .filter_map(|status| report.totals.get(status.as_str()).map(|count| format!("{count} {}", status.as_str())))
        .collect();
    let members = json!({ "totals": head(totals.join(", ")), "seconds": format!("{seconds:.1}") });
    writeln!(out, "\n{}", said("totals", &members))?;
    remainder(out, &report.left_out)
}

/// What was left out, and how it is played.
fn remainder(out: &mut impl Write, left_out: &[String]) -> io::Result<()> {
    match left_out.len() {
        0 => Ok(()),
        count => writeln!(out, "{}", faint(said("left-out", &json!({ "count": count, "option": TO_PLAY })))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ci::report::tests::a_cell,
        cli::{FAILED, FINDING, FINE},
    };

    #[test]
    fn drawn_seeds_share_authorities_where_they_can() {
        for drawn in [0, 1, BLOCK - 1, BLOCK, 7 * BLOCK - 3, u64::from(u32::MAX)] {
            for rows in [1, 1261, BLOCK] {
                let first = with_room(drawn, rows);
                assert_eq!(first / BLOCK, (first + rows - 1) / BLOCK, "{drawn}, {rows}");
                assert_eq!(first / BLOCK, drawn / BLOCK);
            }
            assert_eq!(with_room(drawn, BLOCK + 1) % BLOCK, 0, "where not all can");
        }
    }

    #[test]
    fn a_finding_and_a_failure_of_the_lab_are_told_apart() {
        let exit_of = |statuses: &[Grade]| {
            exit(&Report::new("outcomes.txt", statuses.iter().map(|status| a_cell("dh/relay", *status, "")).collect()))
        };
        assert_eq!(exit_of(&[Grade::AsExpected, Grade::Accepted]), FINE);
        assert_eq!(exit_of(&[Grade::AsExpected, Grade::Outdated]), FINDING);
        assert_eq!(exit_of(&[Grade::AsExpected, Grade::AttackLost]), FINDING);
        assert_eq!(exit_of(&[Grade::NotStopped, Grade::Inconclusive]), FAILED);
    }

    #[test]
    fn the_table_says_what_is_wrong() {
        let report = Report::new(
            "outcomes.txt",
            vec![a_cell("dh/relay", Grade::AsExpected, ""), a_cell("dh/drop", Grade::NotStopped, "Split: \u{1b}[2J")],
        );
        let mut out = Vec::new();
        table(&mut anstream::StripStream::new(&mut out), &report, 1.0).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("expected stopped at finished, got split: Split: \\u{1b}[2J"), "{text}");
        assert!(text.contains("1 as-expected, 0 accepted, 0 outdated, 0 stopped-otherwise, 1 not-stopped"), "{text}");
    }
}
