//! `interlock continue`

use super::{Data, Failure, export::stored, lab, story, unless_read_enough};
use crate::{ci::report::Standing, plain::plain, sessions::session::Record};
use clap::Args;
use process::files;
use serde_json::json;
use std::{
    io::{self, Write},
    path::Path,
    time::Duration,
};

/// Arguments of `interlock continue`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock continue 5f0c6b1e9d2a4873
  interlock continue session.json --seconds 3600

The attacker computes the logarithm again, from what it recorded: as a session of its own, which begins with all that was told
of that one.

Exit status: 2 where no computation of it was cut off; 3 when it is unread still, or the lab itself failed.")]
pub(super) struct Further {
    /// Id of a session that the dashboard has run, or a file that interlock export --format json has written
    session: String,
    /// How long the computation may take [default: as long as it is known to need, and ten times as long as it had]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,
    /// Print one JSON object instead of the story
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: Data,
}

pub(super) fn run(args: &Further) -> Result<u8, Failure> {
    let file = Path::new(&args.session);
    let record = if file.exists() { read(file)? } else { stored(&args.session, &args.data)? };
    let settings = lab::settings(5000, &lab::Time { deadline: None }, &lab::Words::default());
    lab::with_lab(settings, async |console| {
        let playing = lab::go_on(&console, &record, args.seconds.map(Duration::from_secs))?;
        let record = lab::done(playing).await?;
        unless_read_enough(write(args, &record))?;
        let settled = record.session.verdict.as_ref().is_some_and(|verdict| verdict.kind.is_settled());
        Ok(super::status([if settled { Standing::Fine } else { Standing::Unclear }]))
    })
}

/// The longest file of a session, in octets: several times what a console keeps of one.
const LONGEST: usize = 256 << 20;

/// A session out of a file. What its events prove is judged again.
fn read(file: &Path) -> Result<Record, Failure> {
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::usage("cannot-read", &json!({ "file": file.display().to_string(), "why": why.to_string() }))
    };
    let text = files::octets(file, LONGEST).map_err(|error| cannot(&error))?;
    let mut record: Record = serde_json::from_slice(&text).map_err(|error| {
        let (field, why) = plain(&error.to_string());
        cannot(&field.map_or_else(|| why.to_string(), |field| format!("{field}: {why}")))
    })?;
    record.session.settle(&record.events);
    Ok(record)
}

fn write(args: &Further, record: &Record) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &record.session)?;
    } else {
        story::tell(&mut out, record)?;
    }
    writeln!(out)
}
