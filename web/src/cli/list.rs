//! `interlock list`

use super::{FINE, Failure};
use crate::{
    ci::outcomes,
    cli::style::{faint, head},
    registry,
};
use clap::{Args, ValueEnum};
use lab::words::{self, catalogued};
use serde_json::json;
use std::io::{self, Write};

/// Arguments of `interlock list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock list modes
  interlock list scenarios --json")]
pub(super) struct List {
    /// Which of them
    what: What,
    /// Print JSON instead
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    Modes,
    Attacks,
    Checks,
    Scenarios,
}

pub(super) fn run(args: &List) -> Result<u8, Failure> {
    let mut out = anstream::stdout().lock();
    if args.json {
        let document = match args.what {
            What::Modes => json!({ "modes": registry::modes() }),
            What::Attacks => json!({ "attacks": registry::attacks() }),
            What::Checks => json!({ "checks": registry::checks() }),
            What::Scenarios => json!({ "scenarios": rows()? }),
        };
        serde_json::to_writer_pretty(&mut out, &document).map_err(io::Error::from)?;
        writeln!(out)?;
        return Ok(FINE);
    }
    match args.what {
        What::Modes => {
            for mode in registry::modes() {
                let by = catalogued("authentication", mode.id, mode.authenticated_by);
                let authenticated = words::say("tale", "authenticated", &json!({ "by": by }));
                entry(&mut out, mode.id, &catalogued("mode", mode.id, mode.title), &authenticated)?;
                variants(&mut out, mode.id, &mode.variants)?;
            }
        }
        What::Attacks => {
            for attack in registry::attacks() {
                let title = catalogued("attack", attack.id, attack.title);
                entry(&mut out, attack.id, &title, &attack.stopped_by.join(" "))?;
                variants(&mut out, attack.recipe, &attack.variants)?;
            }
        }
        What::Checks => {
            for check in registry::checks() {
                entry(&mut out, check.id, &catalogued("check", check.id, check.title), &check.reference.title)?;
            }
        }
        What::Scenarios => {
            for row in rows()? {
                let check = row.expected.check.as_deref().unwrap_or_default();
                let party = row.expected.party.map(|party| format!("({party})")).unwrap_or_default();
                writeln!(out, "{:<58} {:<12} {check} {party}", head(&row.scenario), row.expected.kind.as_str())?;
            }
        }
    }
    Ok(FINE)
}

fn rows() -> Result<Vec<outcomes::Row>, Failure> {
    outcomes::all().map_err(|error| Failure::Lab(error.to_string()))
}

/// The variants of a mode, or of the attacks of one recipe.
fn variants(out: &mut impl Write, of: &str, variants: &[registry::Variant]) -> io::Result<()> {
    variants.iter().try_for_each(|variant| {
        let title = catalogued("variant", &format!("{of}:{}", variant.id), variant.title);
        entry(out, &format!("  :{}", variant.id), &title, "")
    })
}

fn entry(out: &mut impl Write, id: &str, title: &str, more: &str) -> io::Result<()> {
    writeln!(out, "{}{:pad$} {title}  {}", head(id), "", faint(more), pad = 22_usize.saturating_sub(id.len()))
}
