//! `interlock run`

use super::{FINE, Failure, lab, outcomes::Table, said, script, step, story, unless_read_enough};
use crate::{
    ci::{
        outcomes::{self, Expected, Grade, Row, grade},
        report::Standing,
    },
    log,
    sessions::{
        export::{Format, Theme, export},
        orders::{Settings, core_seconds},
        session::Record,
    },
};
use ::lab::{scenario::Scenario, script::kept::Written, verdict::Verdict};
use clap::Args;
use serde_json::json;
use std::{
    fs::File,
    io::{self, Write},
    path::PathBuf,
};

/// Seconds of one core from which on a computation is announced.
const LONG: f64 = 10.0;

/// Arguments of `interlock run`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock run dh/substitute
  interlock run 'ecdh-cert/substitute~transcript-signature' --seed 7
  interlock run dh-weak:short,bits=64/crack --json
  interlock run ecdh --script found.json
  interlock run ecdh/substitute --pcapng session.pcapng --svg session.svg
  interlock run ecdh-cert/relay --step --keep mine.json         each frame waits for your decision

A scenario is MODE/ATTACK; ~CHECK switches a check off, +CHECK one on.

Exit status: 1 when the verdict is not the one that web/src/ci/outcomes.txt expects (or --outcomes); a scenario
without a row there gives 0 whatever the verdict; 3 when the lab itself failed or cannot tell: inconclusive,
unread, or a victim that lost patience where it must not.")]
pub(super) struct Run {
    /// What to run, as in ecdh-cert/substitute; with --script the mode and its switches, as in ecdh-cert~cert-chain
    scenario: String,
    /// What the attacker does stands in this file (docs/script.md)
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Hold every frame until a line says what becomes of it: forward, drop, propose (as the attack would), resume (so with all
    /// that follow), or alter FIELD=VALUE..., each by its first letter too; the end of the input resumes
    #[arg(long, conflicts_with_all = ["script", "sessions"])]
    step: bool,
    /// Keep what was decided in this file, for --script
    #[arg(long, value_name = "FILE", requires = "step")]
    keep: Option<PathBuf>,
    /// Makes every byte follow from this number [default: that of a script that was kept]; further sessions take the next numbers
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// How many sessions
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    sessions: u64,
    /// Print one JSON object a session instead of the story. Its evidence counts for each teller: numbers end in 1 for the
    /// client's events, 2 for the server's, 3 to 8 for the attacker's
    #[arg(long)]
    json: bool,
    /// Write the frames of both legs to this file, for Wireshark (interlock dissector); a section a session
    #[arg(long, value_name = "FILE")]
    pcapng: Option<PathBuf>,
    /// Draw the sequence diagram into this file, for slides
    #[arg(long, value_name = "FILE", conflicts_with = "sessions")]
    svg: Option<PathBuf>,
    /// How long a victim waits for each flight, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 5000)]
    patience: u64,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    time: lab::Time,
    #[command(flatten)]
    words: lab::Words,
}

pub(super) fn run(args: &Run) -> Result<u8, Failure> {
    let (_, rows) = args.table.read()?;
    let scenario = if args.script.is_some() { script::scenario } else { lab::scenario };
    let scenario = scenario(&args.scenario).map_err(Failure::Usage)?;
    let script = args.script.as_deref().map(script::read).transpose()?;
    let (scenario, first) = match &script {
        Some(Written::Kept(kept)) => (script::by_hand(scenario, kept)?, args.seed.or(kept.seed)),
        _ => (scenario, args.seed),
    };
    let mut packets = args.pcapng.as_ref().map(File::create).transpose()?;
    let settings = lab::settings(args.patience, &args.time, &args.words);
    if let Some(warning) = costly(&scenario, &settings) {
        log::line("interlock", &warning);
    }
    lab::with_lab(settings, async |console| {
        if args.step {
            let record = step::play(&console, &scenario, first).await?;
            args.keep.as_deref().map(|file| step::keep(file, &record)).transpose()?;
            return print(args, &record, &rows, packets.as_mut());
        }
        let mut worst = FINE;
        let mut under_way = std::collections::VecDeque::new();
        for i in 0..args.sessions {
            let seed = first.map(|seed| seed.wrapping_add(i));
            under_way.push_back(match &script {
                Some(Written::Script(script)) => lab::play_script(&console, &scenario, script, seed)?,
                Some(Written::Kept(kept)) => lab::play_kept(&console, &scenario, kept, seed)?,
                None => lab::play(&console, &scenario, seed)?,
            });
            if under_way.len() == 64
                && let Some(oldest) = under_way.pop_front()
            {
                worst = worst.max(print(args, &lab::done(oldest).await?, &rows, packets.as_mut())?);
            }
        }
        for playing in under_way {
            worst = worst.max(print(args, &lab::done(playing).await?, &rows, packets.as_mut())?);
        }
        Ok(worst)
    })
}

/// What is known beforehand of a computation that takes long, or longer than there is time. A scenario that cannot be run
/// is refused elsewhere.
fn costly(scenario: &Scenario, settings: &Settings) -> Option<String> {
    let seconds = core_seconds(scenario).ok().flatten().filter(|seconds| *seconds > LONG)?;
    let time = settings.time(Some(seconds)).as_secs_f64();
    let members = json!({
        "mode": scenario.mode.to_string(),
        "seconds": format!("{seconds:.0}"),
        "time": format!("{time:.0}"),
        "short": seconds > time,
    });
    Some(said("costly", &members))
}

/// Prints one session; answers with its exit status.
fn print(args: &Run, record: &Record, rows: &[Row], packets: Option<&mut File>) -> Result<u8, Failure> {
    if let Some(file) = packets {
        file.write_all(&export(record, Format::Pcapng, Theme::Light)?)?;
    }
    if let Some(file) = &args.svg {
        std::fs::write(file, export(record, Format::Svg, Theme::Light)?)?;
    }
    // What somebody did in the attacker's place no theory foretells.
    let expected = outcomes::of(rows, &record.session.scenario).filter(|_| !record.session.by_hand);
    let graded = record.session.verdict.as_ref().and_then(|got| expected.map(|expected| grade(expected, got)));
    unless_read_enough(write(args, record, expected.zip(graded)))?;
    Ok(super::status([standing(graded, record.session.verdict.as_ref())]))
}

/// What a session amounts to: what had to come says so, and where nobody knows what had to, whether anything is settled.
fn standing(graded: Option<Grade>, got: Option<&Verdict>) -> Standing {
    let settled = got.is_some_and(|verdict| verdict.kind.is_settled());
    match graded {
        Some(grade) => grade.standing(),
        None if settled => Standing::Fine,
        None => Standing::Unclear,
    }
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
            let members = json!({ "kind": expected.kind.as_str(), "grade": status.as_str() });
            writeln!(out, "{}", said("expected", &members))?;
        }
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_announced_and_what_has_no_time_is_told_so() {
        let settings = |deadline| {
            let time = lab::Time { deadline };
            lab::settings(5000, &time, &lab::Words::default())
        };
        let told = |scenario: &str, deadline| costly(&scenario.parse().unwrap(), &settings(deadline));
        assert_eq!(told("dh-weak:short,bits=48/crack", Some(1)), None);
        assert_eq!(told("dh-weak:short,bits=224/relay", Some(1)), None);
        let fits = told("dh-weak:short,bits=224/crack", None).unwrap();
        assert!(fits.contains("of one core") && !fits.contains("unread"), "{fits}");
        let short = told("dh-weak:short,bits=224/eavesdrop", Some(30)).unwrap();
        assert!(short.contains("a session has 30 s") && short.contains("unread"), "{short}");
    }
}
