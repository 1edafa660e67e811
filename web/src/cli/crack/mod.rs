//! `interlock crack`

mod answer;
mod asked;
mod file;
mod progress;
mod stop;
mod words;

use super::{FINDING, FINE, Failure, USAGE};
use answer::Answer;
use asked::Asked;
pub(super) use asked::{Stdin, pem};
use clap::Args;
use cryptanalysis::{Budget, Failure as Fault, Method, solve_with};
use file::Kept;
pub(super) use progress::Progress;
use serde_json::{Value, json};
use std::{io::Write, path::PathBuf, time::Duration};
pub(super) use stop::Stop;
pub(super) use words::{shortly, why};

/// Core seconds of a computation that is begun without being asked for again.
const FREE: f64 = 600.0;
/// So many times the time that is asked for may be begun where the work is kept in a file: it goes on another time.
const INSTALMENTS: f64 = 1000.0;

/// Arguments of `interlock crack`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock crack --p 281474976710597 --g 2 --y 123456789
  interlock crack --p 0x9599e31923a3 --g 2 --y 0x774ff3ce7a96 --precompute prime.dlog
  interlock crack --pem dhparam.pem --y 00:77:4f:f3 --json
  interlock crack --scenario dh-weak:short,bits=96 --y 12345

Numbers are decimal, or hexadecimal as openssl prints it: 0x1f, 00:1f, 1f, with line breaks. Digits alone are decimal; - is
standard input. What takes long is priced and not begun; with --timeout it is. With --precompute the work is kept in the
file, now and then, after Ctrl-C and at the end, and every further target needs only its own part.

Exit status: 0 solved and checked, 1 no solution, out of reach or stopped, 2 usage, 3 the lab itself failed.")]
pub(super) struct Crack {
    /// The modulus
    #[arg(long, value_name = "P")]
    p: Option<String>,
    /// The generator
    #[arg(long, value_name = "G")]
    g: Option<String>,
    /// The public value: g to the power that is wanted
    #[arg(long, value_name = "Y")]
    y: Option<String>,
    /// Takes modulus and generator from DH parameters in PEM (PKCS #3, X9.42), or all three from a public key
    #[arg(long, value_name = "FILE", conflicts_with_all = ["p", "g", "scenario"])]
    pem: Option<PathBuf>,
    /// Takes the modulus and the generator from a mode of the lab, as in dh-weak:short,bits=64
    #[arg(long, value_name = "MODE", conflicts_with_all = ["p", "g"])]
    scenario: Option<String>,
    /// The order of g, where it is known
    #[arg(long, value_name = "Q")]
    q: Option<String>,
    /// Known factors of p − 1 or of the modulus, with commas between them
    #[arg(long, value_name = "N,N,…")]
    factors: Option<String>,
    /// The exponent is shorter than so many bits
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    exponent_bits: Option<u32>,
    /// Keeps the work for the prime in this file, and continues from it
    #[arg(long, value_name = "FILE")]
    precompute: Option<PathBuf>,
    /// Takes so many seconds at most, and begins what takes about as long
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<f64>,
    /// Uses at most so many mebibytes
    #[arg(long, value_name = "MIB", default_value_t = 4096, value_parser = clap::value_parser!(u64).range(1..1 << 20))]
    memory: u64,
    /// Print one JSON object, whatever comes
    #[arg(long)]
    json: bool,
}

/// A time in seconds, fractions too, of at most ten thousand years.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=3.2e11).contains(seconds));
    seconds.ok_or_else(|| crack("seconds", &json!({})))
}

/// What is said of a logarithm at the terminal.
fn crack(name: &str, members: &Value) -> String {
    lab::words::say("crack-command", name, members)
}

/// How a logarithm is computed, in words.
fn method(method: &Method) -> String {
    lab::words::told_as("method", method)
}

/// A fault of the command line as an object, like every other answer.
pub(super) fn fault(kind: &str, why: &str) -> String {
    json!({ "found": false, "kind": kind, "why": why }).to_string()
}

pub(super) fn run(args: &Crack) -> Result<u8, Failure> {
    match attempt(args) {
        Err(Failure::Usage(why)) if args.json => {
            writeln!(anstream::stdout().lock(), "{}", fault("bad-input", &why))?;
            Ok(USAGE)
        }
        other => other,
    }
}

fn attempt(args: &Crack) -> Result<u8, Failure> {
    let Asked { problem, q, factors, exponent_bits } = asked::asked(args)?;
    let threads = Budget::default().threads;
    let mut budget = Budget {
        operations: u64::MAX,
        memory: usize::try_from(args.memory << 20).unwrap_or(usize::MAX),
        core_seconds: begun(args, threads),
        exponent_bits,
        factors: factors.into_iter().chain(q).collect(),
        ..Budget::default()
    };
    let stop = Stop::when(&budget, args.timeout)?;
    let kept = args.precompute.as_deref().map(|path| Kept::open(path, &problem.p)).transpose()?;
    let fresh = cryptanalysis::Precomputation::new(&problem.p);
    let work = kept.as_ref().map_or(&fresh, Kept::work);
    budget.walks = work.walks();
    let mut progress = Progress::new(!args.json);
    progress.begin(&problem);
    let mut saved = Ok(());
    let solved = file::while_saving(kept.as_ref(), &mut saved, || solve_with(&problem, work, &budget, &mut progress));
    progress.clear();
    let answer = Answer {
        problem: &problem,
        times: progress.times(),
        stopped: stop.reason(),
        price_so_far: progress.price().cloned(),
        threads,
        relations: work.relations(),
        steps: work.walks().steps(),
        file: args.precompute.as_deref(),
        not_saved: saved.err().map(|error| error.to_string()),
    };
    let out = &mut anstream::stdout().lock();
    match solved {
        Ok(solution) => {
            answer.found(out, args.json, &solution)?;
            answer.complain(args.json);
            Ok(FINE)
        }
        Err(unsolved) => {
            if let Fault::BadInput { field, expected, got } = &unsolved.failure {
                let option = if *field == "precomputation" { "precompute" } else { field };
                return Err(Failure::Usage(crack(
                    "option",
                    &json!({ "option": option, "expected": words::input(expected), "got": words::input(got) }),
                )));
            }
            answer.not_found(out, args.json, &unsolved)?;
            answer.complain(args.json);
            Ok(FINDING)
        }
    }
}

/// Core seconds of a computation that is begun: some minutes by itself, and what a limit of time has room for.
fn begun(args: &Crack, threads: usize) -> f64 {
    let Some(limit) = args.timeout else { return FREE };
    let instalments = if args.precompute.is_some() { INSTALMENTS } else { 2.0 };
    (limit * threads as f64 * instalments).max(FREE)
}

/// A time for a person: 0.25 s, 12 s.
fn in_seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}
