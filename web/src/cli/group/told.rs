//! What is said of a group: the explanation in words, beside the published computations.

use super::group;
use crate::{
    cli::crack::shortly,
    cracking::{Published, broken},
};
use ::lab::words::{self, Language};
use cryptanalysis::{CoreTime, Explanation, Modulus, Origin};
use serde_json::{Map, Value, json};
use std::fmt;

/// Factors of a modulus or of p − 1 that are told at most.
const MOST_FACTORS: usize = 12;
/// An order of so many bits is told in digits.
const WHOLE_BITS: u64 = 64;

/// What is said of one group.
pub(in crate::cli) struct Told<'a> {
    explanation: &'a Explanation,
    /// The published computation of this very prime.
    this_prime: Option<&'static Published>,
    /// The least prime of no special form for which one is published that is no shorter than this one.
    this_size: Option<&'static Published>,
}

impl<'a> Told<'a> {
    pub(in crate::cli) fn new(explanation: &'a Explanation) -> Self {
        let (this_prime, this_size) = broken(explanation.bits, explanation.known.as_deref());
        Self { explanation, this_prime, this_size }
    }

    /// The explanation with the records, for programs.
    pub(super) fn document(&self) -> Value {
        let mut document = document(self.explanation);
        document["records"] = json!({ "this_prime": self.this_prime, "this_size": self.this_size });
        document
    }

    /// All but the published computations and the advice: a line for each thing.
    pub(in crate::cli) fn lines(&self) -> Vec<String> {
        let it = self.explanation;
        let mut lines = vec![said("head", &json!({ "bits": it.bits, "modulus": modulus(&it.modulus) }))];
        lines.extend(known(it).map(|name| said("known", &json!({ "name": name }))));
        match (&it.order, it.order_bits) {
            (Some(order), Some(0..=WHOLE_BITS)) => lines.push(said("order", &json!({ "order": order }))),
            (_, Some(bits)) => lines.push(said("order-bits", &json!({ "bits": bits }))),
            _ => {}
        }
        if it.cut_off {
            lines.push(said("cut-off", &json!({})));
        }
        lines.push(said("cost", &json!({ "cost": cost(it, words::spoken()) })));
        if it.modulus != Modulus::Unusable {
            lines.push(said("level", &json!(it.level)));
            for (met, name) in [(true, "meets"), (false, "misses")] {
                let those = it.minimums.iter().filter(|minimum| minimum.met == met);
                let told: Vec<String> = those.map(|it| words::with("explained", "minimum", it)).collect();
                if !told.is_empty() {
                    lines.push(said(name, &json!({ "minimums": told.join("; ") })));
                }
            }
        }
        let weak = weaknesses(it, words::spoken());
        lines.extend(weak.into_iter().map(|weakness| said("weak", &json!({ "weakness": weakness }))));
        lines
    }

    /// What to do.
    pub(in crate::cli) fn advice(&self) -> String {
        said("advice", &json!({ "advice": advice(self.explanation, words::spoken()) }))
    }

    fn published(&self) -> String {
        let (name, record) = match (self.this_prime, self.this_size) {
            (Some(record), _) => ("this-prime", record),
            (None, Some(record)) => ("this-size", record),
            (None, None) => return group("none", &json!({})),
        };
        let mut members = json!(record);
        let bits = record.bits.to_string();
        members["who"] = json!(words::catalogued("published-by", &bits, record.who));
        members["note"] = json!(words::catalogued("published", &bits, record.note));
        group(name, &members)
    }
}

/// Three parts, the advice last.
impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().iter().try_for_each(|line| writeln!(f, "{line}"))?;
        writeln!(f, "{}", self.published())?;
        f.write_str(&self.advice())
    }
}

/// An explanation for programs: what stands in it in words is English, whatever language is spoken.
pub(in crate::cli) fn document(it: &Explanation) -> Value {
    let english = words::english();
    let mut document = json!(it);
    document["cost"] = json!(cost(it, english));
    document["weaknesses"] = json!(weaknesses(it, english));
    document["advice"] = json!(advice(it, english));
    for minimum in document["minimums"].as_array_mut().into_iter().flatten() {
        minimum["until"] = json!(english.say("holding", &minimum["until"]));
    }
    document
}

/// Every weakness in a language's words.
pub(super) fn weaknesses(it: &Explanation, language: &Language) -> Vec<String> {
    it.weaknesses.iter().filter_map(|weakness| language.say("weakness", &json!(weakness))).collect()
}

fn cost(it: &Explanation, language: &Language) -> Option<String> {
    let members = json!({ "time": CoreTime::of(it.seconds_log2), "way": it.cost });
    language.name("explained", "breaking", members.as_object()?)
}

fn advice(it: &Explanation, language: &Language) -> Option<String> {
    let name = if it.weaknesses.is_empty() { "sound" } else { "replace" };
    language.name("advice", name, &Map::new())
}

/// Where the modulus is known from.
fn known(it: &Explanation) -> Option<String> {
    match it.origin {
        Some(Origin::Record) => Some(said("record", &json!({ "bits": it.bits }))),
        _ => it.known.clone(),
    }
}

fn modulus(modulus: &Modulus) -> String {
    let mut members = json!(modulus);
    match modulus {
        Modulus::Prime { factor_bits, .. } => {
            let told: Vec<String> = factor_bits.iter().take(MOST_FACTORS).map(u64::to_string).collect();
            let more = if factor_bits.len() > MOST_FACTORS { ", …" } else { "" };
            members["factor_bits"] = json!(told.join(", ") + more);
        }
        Modulus::Composite { factors, .. } => {
            let told: Vec<String> =
                factors.iter().take(MOST_FACTORS).map(|it| shortly(it).unwrap_or_else(|| it.clone())).collect();
            let more = if factors.len() > MOST_FACTORS { " · …" } else { "" };
            members["factors"] = json!(told.join(" · ") + more);
        }
        Modulus::SafePrime | Modulus::Unusable => {}
    }
    words::told_as("modulus", &members)
}

fn said(name: &str, members: &Value) -> String {
    words::say("explained", name, members)
}
