//! `interlock group explain`

mod moduli;
mod told;

use super::{
    FINDING, FINE, Failure, USAGE,
    crack::{Progress, Stdin, Stop, fault, pem, seconds, why},
    numbers::numbers,
};
use clap::{Args, Subcommand};
use cryptanalysis::{Budget, Described, explain};
use lab::words;
use serde_json::{Value, json};
use std::{io::Write, path::PathBuf};
pub(super) use told::{Told, document};

/// Core seconds that the look at p − 1 takes at most where no time is told.
const USUAL: f64 = 10.0;

/// What can be asked about a group.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  interlock group explain --p 0x9599e31923a3 --g 2
  interlock group explain --moduli /etc/ssh/moduli")]
pub(super) enum GroupCommand {
    /// Say in words what a Diffie–Hellman group is worth
    Explain(Explain),
}

/// Arguments of `interlock group explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock group explain --p 0x9599e31923a3 --g 2
  openssl dhparam 2048 | interlock group explain --pem - --json
  interlock group explain --pem dhparam.pem
  interlock group explain --moduli /etc/ssh/moduli

Numbers are decimal, or hexadecimal as openssl prints it: 0x1f, 00:1f, 1f, with line breaks. Digits alone are decimal; - is
standard input.

Exit status: 0 no weakness known, 1 weaknesses, 2 usage.")]
pub(super) struct Explain {
    /// The modulus
    #[arg(long, value_name = "P")]
    p: Option<String>,
    /// The generator
    #[arg(long, value_name = "G")]
    g: Option<String>,
    /// The order of g, as X9.42 and DSA parameters have it
    #[arg(long, value_name = "Q")]
    q: Option<String>,
    /// DH parameters in PEM (PKCS #3, X9.42), DSA parameters, or a public key of such a group
    #[arg(long, value_name = "FILE", conflicts_with_all = ["p", "g"])]
    pem: Option<PathBuf>,
    /// A file of groups as OpenSSH keeps them, a line each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["p", "g", "q", "pem", "factors"])]
    moduli: Option<PathBuf>,
    /// Known factors of p − 1, with commas between them
    #[arg(long, value_name = "N,N,…")]
    factors: Option<String>,
    /// Private exponents have so many bits
    #[arg(long, value_name = "N")]
    exponent_bits: Option<u64>,
    /// Tells after so many seconds what was seen until then
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<f64>,
    /// Print one JSON object, whatever comes
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &GroupCommand) -> Result<u8, Failure> {
    let GroupCommand::Explain(args) = command;
    match attempt(args) {
        Err(Failure::Usage(why)) if args.json => {
            writeln!(anstream::stdout().lock(), "{}", fault("bad-input", &why))?;
            Ok(USAGE)
        }
        other => other,
    }
}

/// What the command says by itself.
fn group(name: &str, members: &Value) -> String {
    words::say("group-command", name, members)
}

fn attempt(args: &Explain) -> Result<u8, Failure> {
    let threads = Budget::default().threads;
    let core_seconds = args.timeout.map_or(USUAL, |seconds| seconds * threads as f64);
    let budget = Budget { operations: u64::MAX, core_seconds, ..Budget::default() };
    let _stop = Stop::when(&budget, args.timeout)?;
    if let Some(file) = &args.moduli {
        return moduli::explain_all(file, args, &budget);
    }
    let group = described(args)?;
    let mut progress = Progress::new(!args.json);
    let explained = explain(&group, &budget, &mut progress);
    progress.clear();
    let explanation = explained.map_err(|failure| Failure::Usage(format!("--{}", why(&failure))))?;
    let told = Told::new(&explanation);
    let out = &mut anstream::stdout().lock();
    if args.json {
        writeln!(out, "{}", told.document())?;
    } else {
        writeln!(out, "{told}")?;
    }
    Ok(if explanation.weaknesses.is_empty() { FINE } else { FINDING })
}

fn described(args: &Explain) -> Result<Described, Failure> {
    let mut stdin = Stdin::for_one_of([&args.p, &args.g, &args.q].into_iter().flatten())?;
    let (p, g) = (stdin.number("p", args.p.as_deref())?, stdin.number("g", args.g.as_deref())?);
    let q = stdin.number("q", args.q.as_deref())?;
    let factors = args.factors.as_deref().map(numbers).transpose();
    let factors = factors.map_err(|why| Failure::Usage(format!("--factors: {why}")))?.unwrap_or_default();
    let exponent_bits = args.exponent_bits;
    if let Some(file) = &args.pem {
        let read = pem(file)?;
        let exponent_bits = exponent_bits.or(read.exponent_bits);
        return Ok(Described { p: read.p, g: Some(read.g), q: q.or(read.q), exponent_bits, factors });
    }
    let p = p.ok_or_else(|| Failure::Usage(group("no-p", &json!({}))))?;
    Ok(Described { p, g, q, exponent_bits, factors })
}
