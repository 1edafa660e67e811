//! `interlock run`

use super::{FAILED, FINDING, FINE, Failure, lab, story, unless_read_enough};
use crate::{
    ci::outcomes::{self, Expected, Grade, Row},
    sessions::session::Record,
};
use ::lab::{scenario::Scenario, verdict::Class};
use clap::Args;
use std::io::{self, Write};

/// Arguments of `interlock run`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock run dh/substitute
  interlock run 'ecdh-cert/substitute~transcript-signature' --seed 7
  interlock run dh-weak:short,bits=64/crack --json

A scenario is MODE/ATTACK; ~CHECK switches a check off, +CHECK one on.
Exit status: 1 when the verdict is not the one that tests/outcomes.txt expects; a scenario without a
row there gives 0 whatever the verdict; 3 when the lab itself failed.")]
pub(super) struct Run {
    /// What to run, as in ecdh-cert/substitute
    #[arg(value_parser = lab::scenario)]
    scenario: Scenario,
    /// Makes every byte follow from this number; further sessions take the next numbers
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// How many sessions
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    sessions: u64,
    /// Print one JSON object a session instead of the story
    #[arg(long)]
    json: bool,
    /// How long a victim waits for each flight, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 5000)]
    patience: u64,
    #[command(flatten)]
    words: lab::Words,
}

pub(super) fn run(args: &Run) -> Result<u8, Failure> {
    let rows = outcomes::all().map_err(|error| Failure::Lab(error.to_string()))?;
    lab::with_lab(lab::settings(args.patience, &args.words), async |console| {
        let mut worst = FINE;
        let mut under_way = std::collections::VecDeque::new();
        for i in 0..args.sessions {
            let seed = args.seed.map(|seed| seed.wrapping_add(i));
            under_way.push_back(lab::play(&console, &args.scenario, seed)?);
            if under_way.len() == 64
                && let Some(oldest) = under_way.pop_front()
            {
                worst = worst.max(print(args, &*lab::done(oldest).await?, &rows)?);
            }
        }
        for playing in under_way {
            worst = worst.max(print(args, &*lab::done(playing).await?, &rows)?);
        }
        Ok(worst)
    })
}

/// Prints one session; answers with its exit status.
fn print(args: &Run, record: &Record, rows: &[Row]) -> Result<u8, Failure> {
    let expected = outcomes::of(rows, &record.session.scenario);
    let status = record.session.verdict.as_ref().and_then(|got| expected.map(|expected| expected.compare(got)));
    unless_read_enough(write(args, record, expected.zip(status)))?;
    let class = record.session.verdict.as_ref().map(|verdict| verdict.class);
    Ok(match (status, class) {
        (Some(Grade::AsExpected), _) => FINE,
        (_, Some(Class::Error) | None) => FAILED,
        (Some(_), _) => FINDING,
        (None, _) => FINE,
    })
}

fn write(args: &Run, record: &Record, compared: Option<(&Expected, Grade)>) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &record.session)?;
    } else {
        story::tell(&mut out, record)?;
        if let Some((expected, status)) = compared
            && status != Grade::AsExpected
        {
            writeln!(out, "Expected was {}: {}.", expected.kind, status.meaning())?;
        }
    }
    writeln!(out)
}
