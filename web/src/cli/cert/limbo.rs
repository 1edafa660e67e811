//! `interlock cert limbo`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use lab::certificate::limbo::{Error, Suite, Tally};
use lab::refusal::Refusal;
use process::files::{self, Unread};
use serde_json::json;

use super::{Failure, LONGEST, content, now, read};
use crate::plain::plain;

/// The first bytes of a zstd frame (RFC 8878 section 3.1.1).
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Arguments of `interlock cert limbo`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock cert limbo limbo.json
  interlock cert limbo bettertls.limbo.json.zst --json > results.json

Exit status: 0 every case as the file expects, 1 otherwise, 2 usage.")]
pub struct Limbo {
    /// Test cases in x509-limbo's format, plain or compressed with zstd
    file: PathBuf,
    /// Print limbo's result format instead of the table
    #[arg(long)]
    json: bool,
}

impl Limbo {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<u8, Failure> {
        let suite = Suite::parse(&self.text()?).map_err(|error| content(&self.file, refusal(&error)))?;
        let results = suite.run(now());
        let tallies = results.tally();
        if self.json {
            serde_json::to_writer(&mut *out, &results).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            for result in results.results.iter().filter(|result| result.deviates()) {
                writeln!(out, "{}: {}\n  {}", result.id, result.deviation(), result.context)?;
            }
            writeln!(
                out,
                "{:<28} {:>6} {:>14} {:>14} {:>8}",
                "namespace", "cases", "false accepts", "false rejects", "skipped"
            )?;
            let sum = tallies.values().copied().fold(Tally::default(), Tally::plus);
            for (name, tally) in tallies.iter().map(|(name, tally)| (name.as_str(), tally)).chain([("all", &sum)]) {
                let Tally { cases, false_accepts, false_rejects, skipped } = tally;
                writeln!(out, "{name:<28} {cases:>6} {false_accepts:>14} {false_rejects:>14} {skipped:>8}")?;
            }
        }
        Ok(u8::from(results.results.iter().any(lab::certificate::limbo::CaseResult::deviates)))
    }

    fn text(&self) -> Result<String, Failure> {
        let bytes = read(&self.file)?;
        let bytes = if bytes.starts_with(&ZSTD) {
            let bad = |why: String| content(&self.file, Refusal::new("zstd", json!({ "why": why })));
            let decoder = ruzstd::decoding::StreamingDecoder::new(bytes.as_slice()).map_err(|e| bad(e.to_string()))?;
            files::all_of(decoder, LONGEST).map_err(|unread| match unread {
                Unread::System(error) => bad(error.to_string()),
                Unread::Refused(why) => content(&self.file, why),
            })?
        } else {
            bytes
        };
        String::from_utf8(bytes).map_err(|_| content(&self.file, Refusal::new("utf-8", json!({}))))
    }
}

fn refusal(error: &Error) -> Refusal {
    match error {
        Error::Schema(error) => {
            let (field, why) = plain(&error.to_string());
            Refusal::new("limbo-schema", json!({ "field": field, "why": why }))
        }
        Error::Version(got) => Refusal::new("limbo-version", json!({ "got": got })),
    }
}
