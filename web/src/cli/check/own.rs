//! `interlock check --client COMMAND`, `--server COMMAND`: a program of the user's own in a victim's place.

use super::{
    Check, no_verdict,
    play::{Played, play},
    remainder,
};
use crate::{
    ci::{
        gradescope,
        outcomes::Row,
        own::{Grade, Report, Trial, rows},
    },
    cli::{
        Failure, lab, said, status,
        style::{bad, faint, good, head},
        unless_read_enough,
    },
    console::Own,
};
use ::lab::{role::Role, terminal::printable};
use clap::Args;
use serde_json::json;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Instant,
};

/// How long a program of the user's own may take for each answer, in milliseconds: it is started first.
const PATIENCE: u64 = 10_000;

/// Who is in a victim's place.
#[derive(Debug, Args)]
pub(super) struct OwnVictim {
    /// Grade a client of your own: a command that plays the client's part (docs/own-victim.md)
    #[arg(long, value_name = "COMMAND", group = "own")]
    client: Option<String>,
    /// Grade a server of your own
    #[arg(long, value_name = "COMMAND", group = "own")]
    server: Option<String>,
    /// Write the grades of --client or --server as Gradescope reads them of an autograder
    #[arg(long, value_name = "FILE", requires = "own")]
    gradescope: Option<PathBuf>,
}

impl OwnVictim {
    /// The program, and in whose place.
    pub(super) fn own(&self) -> Option<Own> {
        let of = |role, command: &Option<String>| command.clone().map(|command| Own { role, command });
        of(Role::Client, &self.client).or_else(|| of(Role::Server, &self.server))
    }
}

/// Plays what says something about the program, and grades it.
pub(super) fn run(args: &Check, own: Own, all: Vec<Row>) -> Result<u8, Failure> {
    let role = own.role;
    let program = shlex::split(&own.command).and_then(|words| words.into_iter().next());
    let program = program.ok_or_else(|| Failure::usage("no-command", &json!({ "flag": role })))?;
    if !is_there(&program) {
        return Err(Failure::usage("program-missing", &json!({ "flag": role, "program": program })));
    }
    let rows = rows(role, all, |row| args.wants(row));
    if rows.is_empty() {
        return Err(Failure::usage("nothing-asked", &json!({ "role": role })));
    }
    let began = Instant::now();
    let run = lab::with_lab_to_the_end(args.setup(PATIENCE, Some(own)), async |console, interrupted| {
        play(&console, rows, args, interrupted).await
    })?;
    let incomplete = run.incomplete();
    let trial = |played: Played| {
        let session = &played.record.session;
        let got = session.verdict.clone();
        let got = got.ok_or_else(|| no_verdict(&played.row))?;
        let trial = Trial::new(role, &played.row, session.seed, &got, &played.record.events);
        Ok((played.row, trial))
    };
    let trials = run.played.into_iter().map(trial).collect::<Result<_, Failure>>()?;
    let report = Report { unplayed: run.unplayed, left_out: run.left_out, ..Report::new(role, trials) };
    let seconds = began.elapsed().as_secs_f64();
    let json = serde_json::to_string(&report).map_err(io::Error::from)? + "\n";
    let mut unwritten = args.reports.write(&report.entries(), &json, seconds)?;
    if let Some(path) = &args.own.gradescope {
        let written = fs::write(path, gradescope::report(&report.entries(), seconds));
        let members = |error: io::Error| json!({ "file": path.display().to_string(), "why": error.to_string() });
        unwritten.extend(written.err().map(|error| said("cannot-write-file", &members(error))));
    }
    let mut out = anstream::stdout().lock();
    unless_read_enough(match args.reports.on_standard_output() {
        true => out.write_all(json.as_bytes()),
        false => table(&mut out, &report, seconds),
    })?;
    match incomplete {
        Some(incomplete) => Err(incomplete),
        None if unwritten.is_empty() => Ok(status(report.entries().entries.iter().map(|entry| entry.standing))),
        None => Err(Failure::Lab(unwritten.join("; "))),
    }
}

/// Whether there is such a program: by its path, or where programs are looked for.
fn is_there(program: &str) -> bool {
    let places = std::env::var_os("PATH").unwrap_or_default();
    let file = Path::new(program);
    file.is_file() || std::env::split_paths(&places).any(|place| place.join(file).is_file())
}

fn table(out: &mut impl Write, report: &Report, seconds: f64) -> io::Result<()> {
    for cell in &report.cells {
        let grade = format!("{:<25}", cell.grade.as_str());
        let passed = cell.grade == Grade::Passed;
        let (grade, name) = (if passed { good(grade) } else { bad(grade) }, format!("{}/{}", cell.mode, cell.check));
        writeln!(out, "{grade} {name:<44} {}", faint(said("sessions", &json!({ "count": cell.trials.len() }))))?;
        if !passed {
            writeln!(out, "{:26}{}", "", printable(&cell.because))?;
        }
    }
    let totals: Vec<String> = Grade::ALL
        .iter()
        .filter_map(|grade| report.totals.get(grade.as_str()).map(|count| format!("{count} {}", grade.as_str())))
        .collect();
    let members = json!({ "totals": head(totals.join(", ")), "seconds": format!("{seconds:.1}") });
    writeln!(out, "\n{}", said("totals", &members))?;
    remainder(out, &report.left_out)
}
