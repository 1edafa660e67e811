//! `interlock explore`

mod executed;
mod matrix;
mod told;
mod workers;

use super::{FAILED, FINDING, FINE, Failure};
use crate::exploring::{Asked, Outcome, said};
use ::explore::{
    goal::Goal,
    proverif,
    search::{Bound, Found, search_watched},
    verifpal,
    world::{Sessions, World},
};
use ::lab::{mode::file::LONGEST, scenario::Selection};
use clap::Args;
use process::files;
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    ops::ControlFlow,
    path::PathBuf,
};
use workers::{Watched, at_once};

/// States of each cast that are looked at where every mode is.
const MATRIX: usize = 50_000;

/// Arguments of `interlock explore`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock explore dh
  interlock explore ecdh-mutual --without identity-binding
  interlock explore psk --without role-separation --json
  interlock explore ecdh --execute
  interlock explore --matrix
  interlock explore ecdh-cert --matrix --pairs
  interlock explore ecdh-mutual --print > mine.txt; interlock explore --mode-file mine.txt
  interlock explore ecdh-cert --export proverif > ecdh-cert.pv
  interlock explore ecdh-cert --export verifpal > ecdh-cert.vp

An attacker who cannot break cryptography, who is the wire and a legitimate peer besides, looks for a way to lose what
the mode promises. What it finds is an attack; what it does not find is not proved to be none: it is a search within
the bound that is printed.

Exit status: 0 none within the bound, 1 an attack, 2 usage, 3 cut off before its end, or no honest run gets to the end, or what was found is not what the wire does.")]
pub(super) struct Explore {
    /// What to look at, as in ecdh-cert or dh-cert:legacy
    #[arg(required_unless_present_any = ["matrix", "mode_file"])]
    mode: Option<Selection>,
    /// Look at the table in this file instead; --print writes one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["mode", "execute"])]
    mode_file: Option<PathBuf>,
    /// Print the mode's table as a file for --mode-file, and look for nothing
    #[arg(long, conflicts_with_all = ["execute", "json", "export"])]
    print: bool,
    /// Print the mode as a model for another tool, and look for nothing
    #[arg(long, value_name = "TOOL", conflicts_with_all = ["execute", "json"])]
    export: Option<Tool>,
    /// Switch these checks off
    #[arg(long, value_name = "CHECK", num_args = 1.., value_delimiter = ',')]
    without: Vec<String>,
    /// Switch these checks on
    #[arg(long, value_name = "CHECK", num_args = 1.., value_delimiter = ',')]
    with: Vec<String>,
    /// Clients and servers: 1+1, 2+2 or 3+3
    #[arg(long, value_name = "N+N", default_value = "2+2", value_parser = sessions)]
    sessions: Sessions,
    /// What to lose, as in secrecy-client [default: whatever the mode promises]
    #[arg(long, value_name = "GOAL", num_args = 1.., value_delimiter = ',')]
    goal: Vec<Goal>,
    /// States to look at in each cast of sessions before it is cut off
    /// [default: 200000, with --matrix 50000]
    #[arg(long, value_name = "N")]
    states: Option<usize>,
    /// How many answers the attacker may have in hand at a time without having used them
    #[arg(long, value_name = "N", default_value_t = Bound::default().in_hand)]
    in_hand: usize,
    /// How many searches run at a time; what they find is the same with any number [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<std::num::NonZero<usize>>,
    /// Perform what was found between the lab's own processes, with fresh randomness
    #[arg(long)]
    execute: bool,
    /// Print one JSON object instead
    #[arg(long)]
    json: bool,
    /// Look at every mode, or at one in all its variants, with its checks as they are and each switched the other way, for every goal
    #[arg(long, conflicts_with_all = ["mode_file", "print", "export", "without", "with", "goal", "execute"])]
    matrix: bool,
    /// With each pair of checks switched the other way too
    #[arg(long, requires = "matrix")]
    pairs: bool,
}

/// A tool that proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Tool {
    Proverif,
    Verifpal,
}

impl Explore {
    /// What is looked at.
    fn asked(&self) -> Result<Asked, Failure> {
        let Some(path) = &self.mode_file else {
            let selection = self.mode.clone().unwrap_or_else(|| Selection::plain(""));
            let asked = Asked::of(&selection, &self.without, &self.with, &self.goal, self.bound());
            return asked.map_err(|refused| Failure::Usage(refused.to_string()));
        };
        let wrong = |why: &dyn std::fmt::Display| Failure::Usage(format!("--mode-file {}: {why}", path.display()));
        let text = files::text(path, LONGEST).map_err(|error| wrong(&error))?;
        let asked = Asked::of_file(&text, &self.without, &self.with, &self.goal, self.bound());
        asked.map_err(|refused| wrong(&refused))
    }

    /// The table as a text for somebody else; nothing where an answer is wanted.
    fn written(&self, asked: &Asked) -> Result<Option<String>, Failure> {
        let played = &asked.played;
        let refused = |why: &dyn std::fmt::Display| Failure::Usage(format!("--export: {}: {why}", played.selection));
        let written = |model: String| Ok(Some(model));
        match self.export {
            Some(Tool::Proverif) => {
                proverif::of(played.mode, &played.switches).map_err(|why| refused(&why)).and_then(written)
            }
            Some(Tool::Verifpal) => {
                verifpal::of(played.mode, &played.switches).map_err(|why| refused(&why)).and_then(written)
            }
            None => Ok(self.print.then(|| asked.table())),
        }
    }

    fn bound(&self) -> Bound {
        let usual = if self.matrix { MATRIX } else { Bound::default().states };
        Bound { sessions: self.sessions, states: self.states.unwrap_or(usual), in_hand: self.in_hand }
    }

    fn threads(&self) -> usize {
        self.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, std::num::NonZero::get)
    }

    /// What is found first in these worlds.
    fn first(&self, worlds: &[World], goals: &[Goal]) -> Found {
        let watched = Watched::states();
        Found::first_of(at_once(worlds, self.threads(), |world| {
            search_watched(std::slice::from_ref(world), goals, self.bound(), true, &|states| {
                watched.more(states);
                ControlFlow::Continue(())
            })
        }))
    }
}

fn sessions(text: &str) -> Result<Sessions, String> {
    let named = Sessions::ALL.into_iter().find(|sessions| sessions.as_str() == text);
    named.ok_or_else(|| super::said("one-of", &json!({ "names": Sessions::ALL.map(Sessions::as_str) })))
}

/// The exit status of each answer.
const fn status(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Attack => FINDING,
        Outcome::None => FINE,
        Outcome::Capped | Outcome::Vacuous => FAILED,
    }
}

pub(super) fn run(args: &Explore) -> Result<u8, Failure> {
    if args.matrix {
        return matrix::run(args);
    }
    let asked = args.asked()?;
    if let Some(text) = args.written(&asked)? {
        super::unless_read_enough(write!(anstream::stdout().lock(), "{text}"))?;
        return Ok(FINE);
    }
    let answer = asked.look(|asked, worlds| args.first(worlds, &asked.goals));
    let outcome = Outcome::of(&answer.found);
    let executed = if args.execute { executed::execute(&answer)? } else { None };
    let mut out = anstream::stdout().lock();
    super::unless_read_enough(if args.json {
        let mut object = answer.object();
        if let (Some(executed), Value::Object(object)) = (&executed, &mut object) {
            object.insert("executed".to_owned(), executed.object());
        }
        writeln!(out, "{object}")
    } else {
        told::tell(&mut out, &answer, executed.as_ref())
    })?;
    let failed = executed.is_some_and(|executed| executed.failed());
    Ok(if failed { FAILED } else { status(outcome) })
}

/// How many states were looked at, and in how long.
fn states_in(states: usize, seconds: String) -> String {
    said("states", &json!({ "states": states, "seconds": seconds }))
}

/// The whole of what is written at once, so that a reader who goes early costs nothing.
fn line(out: &mut impl Write, text: impl std::fmt::Display) -> io::Result<()> {
    writeln!(out, "{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_off_is_never_none() {
        let found = |exhausted, vacuous: Option<&str>| Found {
            attacks: Default::default(),
            states: 1,
            exhausted,
            granted: Vec::new(),
            vacuous: vacuous.map(str::to_owned),
        };
        assert_eq!(status(Outcome::of(&found((3, 3), None))), FINE);
        assert_eq!(status(Outcome::of(&found((2, 3), None))), FAILED);
        assert_eq!(status(Outcome::of(&found((3, 3), Some("bob waits")))), FAILED);
    }
}
