//! `interlock compare`

use super::{FAILED, FINE, Failure, lab, said};
use crate::{
    cli::style::{altered, faint, head, verdict},
    sessions::{
        compare::{Comparison, Pair, compare, headline},
        export::{Format, export_both},
        session::{Record, Session, now_us},
    },
};
use ::lab::{scenario::Scenario, terminal::printable};
use clap::Args;
use serde::Serialize;
use serde_json::json;
use std::{
    io::{self, Write},
    path::PathBuf,
};

/// Rows that are told of those in which both are alike: enough to see where one is.
const BEFORE: usize = 3;

/// Arguments of `interlock compare`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock compare ecdh-cert/substitute transcript-signature
  interlock compare dh/inject-public public-range --seed 7 --json
  interlock compare ecdh-cert/substitute transcript-signature --html comparison.html")]
pub(super) struct Compare {
    /// What to run, as in ecdh-cert/substitute
    #[arg(value_parser = lab::scenario)]
    scenario: Scenario,
    /// The check that the second run lacks
    check: String,
    /// The seed of both runs
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Print all rows in which both are alike
    #[arg(long)]
    all: bool,
    /// Print one JSON object instead
    #[arg(long)]
    json: bool,
    /// Write both into this file as a page to read, with replay
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Serialize)]
struct Document<'a> {
    left: &'a Session,
    right: &'a Session,
    #[serde(flatten)]
    comparison: &'a Comparison,
}

pub(super) fn run(args: &Compare) -> Result<u8, Failure> {
    let without: Scenario = format!("{}~{}", args.scenario, args.check)
        .parse()
        .map(|_: Scenario| args.scenario.lacking(&args.check))
        .map_err(|error| Failure::usage("see-checks", &json!({ "why": error.to_string() })))?;
    // Without one seed for both, every frame would differ.
    let seed = Some(args.seed.unwrap_or_else(now_us));
    lab::with_lab(lab::settings(5000, &lab::Time::default(), &lab::Words::default()), async |console| {
        let left = lab::play(&console, &args.scenario, seed)?;
        let right = lab::play(&console, &without, seed)?;
        let (left, right) = (lab::done(left).await?, lab::done(right).await?);
        let comparison = compare(&left, &right);
        if let Some(file) = &args.html {
            std::fs::write(file, export_both(&left, &right, Format::Html)?)?;
        }
        let mut out = anstream::stdout().lock();
        if args.json {
            let document = Document { left: &left.session, right: &right.session, comparison: &comparison };
            serde_json::to_writer(&mut out, &document).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            print(&mut out, args, &left, &right, &comparison)?;
        }
        let failed = [&left, &right]
            .iter()
            .any(|record| record.session.verdict.as_ref().is_none_or(|verdict| !verdict.kind.is_settled()));
        Ok(if failed { FAILED } else { FINE })
    })
}

fn print(
    out: &mut impl Write,
    args: &Compare,
    left: &Record,
    right: &Record,
    comparison: &Comparison,
) -> io::Result<()> {
    writeln!(out, "{}\n", head(headline(&left.session, &right.session)))?;
    let first = comparison.first_difference.unwrap_or(comparison.rows.len());
    writeln!(out, "{}", head(said("same", &json!({}))))?;
    let alike: Vec<_> =
        comparison.rows.iter().take(first).filter(|pair| pair.same).filter_map(|pair| pair.left.as_ref()).collect();
    let folded = if args.all { 0 } else { alike.len().saturating_sub(BEFORE) };
    if folded > 0 {
        writeln!(out, "  {}", faint(said("folded", &json!({ "count": folded }))))?;
    }
    for row in alike.iter().skip(folded) {
        writeln!(out, "  {}", faint(printable(&row.text)))?;
    }
    for (record, side) in
        [(left, (|pair| pair.left.as_ref()) as fn(&Pair) -> Option<&_>), (right, |pair| pair.right.as_ref())]
    {
        writeln!(out, "\n{}", head(said("then", &json!({ "scenario": record.session.scenario.to_string() }))))?;
        for (i, row) in comparison.rows.iter().skip(first).filter_map(side).enumerate() {
            let text = printable(&row.text);
            writeln!(out, "  {}", if i == 0 { altered(text) } else { text })?;
        }
        if let Some(found) = &record.session.verdict {
            writeln!(out, "  {}  {}", verdict(found), printable(&found.sentence()))?;
        }
    }
    writeln!(out, "\n{}", printable(&comparison.words))
}
