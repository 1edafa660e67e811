//! The answer, for people and as an object.

use super::{
    super::{Failure, said},
    crack, in_seconds, method,
    stop::Reason,
    words,
};
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
            return Err(Failure::Lab(crack("unfit", &json!({}))));
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
        writeln!(out, "{}", crack("by", &json!({ "method": method(&solution.method) })))?;
        let times = json!({ "prime": in_seconds(prepared), "target": in_seconds(target) });
        writeln!(out, "{}", crack("times", &times))?;
        writeln!(out, "{}", crack("check", &json!({})))?;
        Ok(())
    }

    pub(super) fn not_found(&self, out: &mut impl Write, as_json: bool, unsolved: &Unsolved) -> Result<(), Failure> {
        let Unsolved { failure, known } = unsolved;
        let (kind, why) = match (failure, self.stopped) {
            (Fault::Cancelled, Some(Reason::Time(limit))) => ("time", crack("time", &json!({ "limit": limit }))),
            (Fault::Cancelled, Some(Reason::Interrupted)) => ("interrupted", said("interrupted", &json!({}))),
            _ if as_json => (failure.kind(), failure.to_string()),
            _ => (failure.kind(), words::why(failure)),
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
        writeln!(out, "{}", crack("not-found", &json!({ "why": why })))?;
        if let Some(price) = price_so_far {
            writeln!(out, "{}", crack("all-of-it", &json!({ "price": words::price(price) })))?;
        }
        if something {
            let members = json!({ "x": known.x.to_string(), "modulus": known.modulus.to_string() });
            writeln!(out, "{}", crack("known", &members))?;
        }
        if let Some(seconds) = go_on {
            writeln!(out, "{}", crack("go-on", &json!({ "seconds": seconds })))?;
        }
        if let Some(file) = self.file.filter(|_| self.not_saved.is_none()).map(Path::display) {
            let Self { relations, steps, .. } = self;
            if (*relations, *steps) != (0, 0) {
                let members = json!({ "file": file.to_string(), "relations": relations, "steps": steps });
                writeln!(out, "{}", crack("keeps", &members))?;
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
            let members = json!({ "file": file.display().to_string(), "why": why });
            crate::log::line("interlock", &crack("not-saved", &members));
        }
    }
}
