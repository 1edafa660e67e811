//! The answer, for people and as an object.

use super::{super::Failure, in_seconds, stop::Reason};
use cryptanalysis::{Failure as Fault, Price, Problem, Solution, Unsolved};
use serde_json::{Value, json};
use std::{io::Write, path::Path, time::Duration};

/// What an answer is told with.
pub(super) struct Answer<'a> {
    pub(super) problem: &'a Problem,
    /// For the group, for the target.
    pub(super) times: (Duration, Duration),
    pub(super) stopped: Option<Reason>,
    /// What the whole was last expected to cost.
    pub(super) price_so_far: Option<Price>,
    pub(super) threads: usize,
    pub(super) relations: usize,
    /// Steps of walks that have not ended.
    pub(super) steps: u64,
    pub(super) file: Option<&'a Path>,
    /// Why the file could not be written.
    pub(super) not_saved: Option<String>,
}

impl Answer<'_> {
    pub(super) fn found(&self, out: &mut impl Write, as_json: bool, solution: &Solution) -> Result<(), Failure> {
        let (prepared, target) = self.times;
        let Problem { p, g, y } = self.problem;
        // Computed here once more, by another library's arithmetic than found it.
        if g.modpow(&solution.x, p) != y % p {
            return Err(Failure::Lab("the logarithm does not fit".to_owned()));
        }
        if as_json {
            let mut document = json!({
                "found": true,
                "kind": "found",
                "x": solution.x.to_string(),
                "order": solution.order.as_ref().map(ToString::to_string),
                "order_multiple": solution.order_multiple.as_ref().map(ToString::to_string),
                "method": solution.method,
                "why": solution.method.to_string(),
                "operations": solution.cost.operations,
                "seconds": { "precomputation": prepared.as_secs_f64(), "target": target.as_secs_f64() },
            });
            self.add_file(&mut document);
            writeln!(out, "{document}")?;
            return Ok(());
        }
        writeln!(out, "x = {}", solution.x)?;
        writeln!(out, "by {}", solution.method)?;
        writeln!(out, "{} for the prime, {} for this target", in_seconds(prepared), in_seconds(target))?;
        writeln!(out, "check: g^x mod p = y")?;
        Ok(())
    }

    pub(super) fn not_found(&self, out: &mut impl Write, as_json: bool, unsolved: &Unsolved) -> Result<(), Failure> {
        let Unsolved { failure, known } = unsolved;
        let (kind, why) = match (failure, self.stopped) {
            (Fault::Cancelled, Some(Reason::Time(limit))) => {
                ("time", format!("stopped at the limit of time: {limit} s are over"))
            }
            (Fault::Cancelled, Some(Reason::Interrupted)) => ("interrupted", "interrupted".to_owned()),
            _ => (failure.kind(), failure.to_string()),
        };
        let stopped = matches!(failure, Fault::Cancelled | Fault::OutOfBudget { .. });
        let price_so_far = self.price_so_far.as_ref().filter(|_| stopped);
        let price = failure.price().or(price_so_far);
        let go_on = price.filter(|_| matches!(failure, Fault::Priced { .. })).map(|price| self.timeout_for(price));
        let something = known.modulus.bits() > 1;
        if as_json {
            let mut document = json!({
                "found": false,
                "kind": kind,
                "why": why,
                "known": something.then_some(known),
                "price": price.map(|price| json!({
                    "way": price.way,
                    "operations_log2": price.operations_log2,
                    "core_seconds_log2": price.core_seconds_log2,
                    "basis": price.basis,
                    "in_words": price.to_string(),
                })),
                "timeout": go_on,
                "failure": failure,
            });
            self.add_file(&mut document);
            writeln!(out, "{document}")?;
            return Ok(());
        }
        writeln!(out, "Not found: {why}.")?;
        if let Some(price) = price_so_far {
            writeln!(out, "All of it: {price}, if nothing cheaper is found.")?;
        }
        if something {
            writeln!(out, "Known: x = {} modulo {}", known.x, known.modulus)?;
        }
        if let Some(seconds) = go_on {
            writeln!(out, "Go on with --timeout {seconds}, and with --precompute FILE to keep what is done.")?;
        }
        if let Some(file) = self.file.filter(|_| self.not_saved.is_none()).map(Path::display) {
            let Self { relations, steps, .. } = self;
            match (relations, steps) {
                (0, 0) => {}
                (0, _) => {
                    writeln!(out, "{file} keeps what {steps} steps found: the same command continues with them.")?
                }
                _ => writeln!(out, "{file} keeps {relations} relations: the same command continues with them.")?,
            }
        }
        Ok(())
    }

    /// A limit of time that has room for a computation of this price on this machine's cores, in round seconds.
    fn timeout_for(&self, price: &Price) -> u64 {
        let seconds = (2.0 * price.core_seconds() / self.threads.max(1) as f64).max(1.0);
        let scale = 10f64.powf(seconds.log10().floor() - 1.0).max(1.0);
        ((seconds / scale).ceil() * scale) as u64
    }

    fn add_file(&self, document: &mut Value) {
        if let (Some(file), Some(members)) = (self.file, document.as_object_mut()) {
            let file = json!({ "path": file.display().to_string(), "relations": self.relations, "steps": self.steps, "error": self.not_saved });
            members.insert("file".to_owned(), file);
        }
    }

    /// What went wrong with the file, after the answer.
    pub(super) fn complain(&self, as_json: bool) {
        if let (Some(file), Some(why), false) = (self.file, &self.not_saved, as_json) {
            crate::log::line("interlock", &format!("--precompute {}: not saved: {why}", file.display()));
        }
    }
}
