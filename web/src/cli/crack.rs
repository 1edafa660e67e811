//! `interlock crack` and `interlock group explain`

use super::{FINDING, FINE, Failure};
use ::lab::{
    group::Group,
    scenario::{Scenario, ScenarioError, Selection},
    staging::own_group,
};
use clap::{Args, Subcommand};
use cryptanalysis::{Budget, Failure as Why, Phase, Precomputation, Problem, Solution, Solver, Unsolved, explain};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use num_bigint::BigUint;
use serde_json::json;
use std::{
    collections::HashMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, atomic::Ordering},
    time::{Duration, Instant},
};

/// Arguments of `interlock crack`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock crack --p 281474976710597 --g 2 --y 123456789
  interlock crack --p 0x9599e31923a3 --g 2 --y 0x774ff3ce7a96 --precompute prime.dlog
  interlock crack --scenario dh-weak:short,bits=96 --y 12345

Numbers are decimal, or hexadecimal after 0x. With --precompute the work for the prime is kept in the file, also after
Ctrl-C, and every further target needs only its own part.
Exit status: 0 solved and checked, 1 no solution, out of reach or stopped, 2 usage, 3 the lab itself failed.")]
pub(super) struct Crack {
    /// The modulus
    #[arg(long, value_name = "P", value_parser = number, required_unless_present = "scenario")]
    p: Option<BigUint>,
    /// The generator
    #[arg(long, value_name = "G", value_parser = number, required_unless_present = "scenario")]
    g: Option<BigUint>,
    /// The public value: g to the power that is wanted
    #[arg(long, value_name = "Y", value_parser = number)]
    y: BigUint,
    /// Takes the modulus and the generator from a mode of the lab, as in dh-weak:short,bits=64
    #[arg(long, value_name = "MODE", conflicts_with_all = ["p", "g"])]
    scenario: Option<String>,
    /// Keeps the work for the prime in this file, and continues from it
    #[arg(long, value_name = "FILE")]
    precompute: Option<PathBuf>,
    /// Gives up after so many seconds
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Uses at most so many mebibytes
    #[arg(long, value_name = "MIB", default_value_t = 4096, value_parser = clap::value_parser!(u64).range(1..1 << 20))]
    memory: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What can be asked about a group.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  interlock group explain --p 0x9599e31923a3 --g 2")]
pub(super) enum GroupCommand {
    /// Say in words what a Diffie–Hellman group is worth
    Explain(Explain),
}

/// Arguments of `interlock group explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock group explain --p 0x9599e31923a3 --g 2
  interlock group explain --p 0x9599e31923a3 --json

Exit status: 0 no weakness known, 1 weaknesses, 2 usage.")]
pub(super) struct Explain {
    /// The modulus, decimal or 0x hexadecimal
    #[arg(long, value_name = "P", value_parser = number)]
    p: BigUint,
    /// The generator
    #[arg(long, value_name = "G", value_parser = number)]
    g: Option<BigUint>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn number(text: &str) -> Result<BigUint, String> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (digits, radix) = hexadecimal.map_or((text, 10), |digits| (digits, 16));
    BigUint::parse_bytes(digits.as_bytes(), radix)
        .ok_or_else(|| "expected a decimal number, or 0x and hexadecimal".into())
}

pub(super) fn run(args: &Crack) -> Result<u8, Failure> {
    let problem = problem(args)?;
    let budget = Budget { memory: usize::try_from(args.memory << 20).unwrap_or(usize::MAX), ..Budget::default() };
    let stopped = stop_on_interrupt_or_timeout(&budget, args.timeout)?;
    let precomputation = match &args.precompute {
        Some(file) if file.exists() => read(file, &problem.p)?,
        _ => Precomputation::new(&problem.p),
    };
    if let Some(file) = &args.precompute {
        // a place where nothing can be written is better known now than after an hour
        write(file, &precomputation)?;
    }
    let mut bars = Bars::default();
    let began = Instant::now();
    let mut observer = |phase: Phase, done: u64, total: u64| bars.show(phase, done, total);
    let solver = Solver::with_precomputation(&problem.p, &problem.g, &precomputation, &budget, &mut observer);
    let prepared = began.elapsed();
    if let Some(file) = &args.precompute {
        write(file, &precomputation)?;
    }
    let solved = solver.map_err(Unsolved::from).and_then(|solver| solver.solve(&problem.y, &budget, &mut observer));
    bars.clear();
    let out = &mut anstream::stdout().lock();
    match solved {
        Ok(solution) => {
            tell(out, args.json, &problem, &solution, prepared, began.elapsed().saturating_sub(prepared))?;
            Ok(FINE)
        }
        Err(Unsolved { failure: Why::BadInput { field, expected, got }, .. }) => {
            Err(Failure::Usage(format!("--{field}: expected {expected}, got {got}")))
        }
        Err(unsolved) => {
            let why = match (&unsolved.failure, stopped.get()) {
                (Why::Cancelled, Some(why)) => why.clone(),
                _ => unsolved.to_string(),
            };
            if args.json {
                let known = &unsolved.known;
                writeln!(
                    out,
                    "{}",
                    json!({ "found": false, "kind": unsolved.failure.kind(), "why": why, "known": known })
                )?;
                return Ok(FINDING);
            }
            writeln!(out, "Not found: {why}.")?;
            if let Some(file) = args.precompute.as_ref().filter(|_| precomputation.relations() > 0) {
                let relations = precomputation.relations();
                writeln!(out, "{} keeps {relations} relations: the same command continues with them.", file.display())?;
            }
            Ok(FINDING)
        }
    }
}

fn problem(args: &Crack) -> Result<Problem, Failure> {
    let y = args.y.clone();
    if let Some(mode) = &args.scenario {
        let wrong = |error: String| Failure::Usage(format!("--scenario: {error}"));
        let (mode, selection) = if mode.contains('/') {
            let scenario: Scenario = mode.parse().map_err(|error: ScenarioError| wrong(error.to_string()))?;
            let resolved = attacker::attacks::resolve(&scenario).map_err(|error| wrong(error.to_string()))?;
            (resolved.played.mode, resolved.played.scenario.mode)
        } else {
            let selection: Selection = mode.parse().map_err(|error: ScenarioError| wrong(error.to_string()))?;
            let played = ::lab::modes::play(&selection, &[], &[]).map_err(|error| wrong(error.to_string()))?;
            (played.mode, played.selection)
        };
        return match own_group(&selection).or_else(|| mode.published_groups().next()) {
            Some(Group::Modp(group)) => Ok(Problem { p: group.p.clone(), g: group.g.clone(), y }),
            _ => Err(Failure::Usage(format!("--scenario: {} has no group modulo a prime", mode.id))),
        };
    }
    match (&args.p, &args.g) {
        (Some(p), Some(g)) => Ok(Problem { p: p.clone(), g: g.clone(), y }),
        _ => Err(Failure::Usage("--p and --g are needed, or --scenario".to_owned())),
    }
}

fn tell(
    out: &mut impl Write,
    as_json: bool,
    problem: &Problem,
    solution: &Solution,
    prepared: Duration,
    solved: Duration,
) -> Result<(), Failure> {
    if as_json {
        let document = json!({
            "found": true,
            "x": solution.x.to_string(),
            "order": solution.order.as_ref().map(ToString::to_string),
            "method": solution.method,
            "why": solution.method.to_string(),
            "operations": solution.cost.operations,
            "seconds": { "precomputation": prepared.as_secs_f64(), "target": solved.as_secs_f64() },
        });
        writeln!(out, "{document}")?;
        return Ok(());
    }
    writeln!(out, "x = {}", solution.x)?;
    writeln!(out, "by {}", solution.method)?;
    writeln!(out, "{:.3} s for the prime, {:.3} s for this target", prepared.as_secs_f64(), solved.as_secs_f64())?;
    // Computed here once more, by another library's arithmetic than found it.
    let check = problem.g.modpow(&solution.x, &problem.p) == problem.y;
    writeln!(out, "check: g^x mod p {} y", if check { "=" } else { "≠" })?;
    if check { Ok(()) } else { Err(Failure::Lab("the logarithm does not fit".to_owned())) }
}

/// Raises the budget's flag at Ctrl-C or when the time is up, so that what was found so far can still be written. The
/// answer will say which of them it was.
fn stop_on_interrupt_or_timeout(budget: &Budget, timeout: Option<u64>) -> Result<Arc<OnceLock<String>>, Failure> {
    let cancel = Arc::clone(&budget.cancel);
    let why = Arc::new(OnceLock::new());
    let reason = Arc::clone(&why);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        let stopped = runtime.block_on(async {
            let limit = async {
                match timeout {
                    Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = tokio::signal::ctrl_c() => "interrupted".to_owned(),
                () = limit => format!("stopped at the limit of time: {} s are over", timeout.unwrap_or_default()),
            }
        });
        let _ = reason.set(stopped);
        cancel.store(true, Ordering::Relaxed);
    });
    Ok(why)
}

fn read(file: &Path, p: &BigUint) -> Result<Precomputation, Failure> {
    let octets = fs::read(file).map_err(|error| Failure::Usage(format!("--precompute {}: {error}", file.display())))?;
    Precomputation::from_bytes(&octets, p)
        .map_err(|error| Failure::Usage(format!("--precompute {}: {error}", file.display())))
}

/// Writes aside and moves into place: a file that is there is whole.
fn write(file: &Path, precomputation: &Precomputation) -> Result<(), Failure> {
    let mut aside = file.as_os_str().to_owned();
    aside.push(".part");
    let written = fs::write(&aside, precomputation.to_bytes()).and_then(|()| fs::rename(&aside, file));
    written.map_err(|error| Failure::Usage(format!("--precompute {}: {error}", file.display())))
}

/// One progress bar a phase, on standard error, while a person watches.
#[derive(Default)]
struct Bars {
    all: MultiProgress,
    bars: HashMap<Phase, ProgressBar>,
}

impl Bars {
    fn show(&mut self, phase: Phase, done: u64, total: u64) {
        let all = &self.all;
        let bar = self.bars.entry(phase).or_insert_with(|| {
            let style = ProgressStyle::with_template("{msg:22} {wide_bar} {percent:>3} %  {eta} left");
            let bar = all.add(ProgressBar::new(total));
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_message(phase.to_string());
            bar
        });
        bar.set_length(total.max(done));
        bar.set_position(done);
    }

    fn clear(&self) {
        self.bars.values().for_each(ProgressBar::finish_and_clear);
    }
}

pub(super) fn explain_group(command: &GroupCommand) -> Result<u8, Failure> {
    let GroupCommand::Explain(args) = command;
    let budget = Budget { operations: 1 << 32, ..Budget::default() };
    let explanation =
        explain(&args.p, args.g.as_ref(), &budget, &mut ()).map_err(|failure| Failure::Usage(failure.to_string()))?;
    let out = &mut anstream::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&explanation).map_err(|error| Failure::Lab(error.to_string()))?)?;
    } else {
        write!(out, "{explanation}")?;
        writeln!(out)?;
    }
    Ok(if explanation.weaknesses.is_empty() { FINE } else { FINDING })
}
