//! What is asked: numbers from the command line, from standard input, from a PEM file or from a mode of the lab.

use super::{
    super::{
        Failure,
        numbers::{number, numbers},
        parameters::{self, Parameters},
    },
    Crack, crack,
};
use cryptanalysis::Problem;
use lab::{
    group::Group,
    scenario::{Scenario, ScenarioError, Selection},
    staging::own_group,
};
use num_bigint::BigUint;
use process::files::octets_or_input;
use serde_json::json;
use std::path::Path;

/// The problem, and what is known beforehand.
pub(super) struct Asked {
    pub(super) problem: Problem,
    pub(super) q: Option<BigUint>,
    pub(super) factors: Vec<BigUint>,
    pub(super) exponent_bits: Option<u32>,
}

pub(super) fn asked(args: &Crack) -> Result<Asked, Failure> {
    let numbers_given = [&args.p, &args.g, &args.y, &args.q, &args.factors];
    let mut stdin = Stdin::for_one_of(numbers_given.into_iter().flatten())?;
    let factors = args.factors.as_deref().map(|text| stdin.text(text)).transpose()?;
    let factors = factors.map(|text| numbers(&text).map_err(|why| Failure::Usage(format!("--factors: {why}"))));
    let q = stdin.number("q", args.q.as_deref())?;
    let y = stdin.number("y", args.y.as_deref())?;
    let (p, g) = (stdin.number("p", args.p.as_deref())?, stdin.number("g", args.g.as_deref())?);
    let group = match (&args.pem, &args.scenario, p, g) {
        (Some(file), ..) => pem(file)?,
        (_, Some(mode), ..) => of_the_lab(mode)?,
        (None, None, Some(p), Some(g)) => Parameters { p, g, ..Parameters::default() },
        _ => return Err(Failure::Usage(crack("no-group", &json!({})))),
    };
    let y = y.or(group.y).ok_or_else(|| Failure::Usage(crack("no-y", &json!({}))))?;
    Ok(Asked {
        problem: Problem { p: group.p, g: group.g, y },
        q: q.or(group.q),
        factors: factors.transpose()?.unwrap_or_default(),
        exponent_bits: args
            .exponent_bits
            .or(group.exponent_bits.and_then(|bits| u32::try_from(bits).ok()).filter(|bits| *bits <= 100)),
    })
}

/// Parameters from a PEM file; - is standard input.
pub(in crate::cli) fn pem(file: &Path) -> Result<Parameters, Failure> {
    let wrong = |why: &dyn std::fmt::Display| Failure::Usage(format!("--pem {}: {why}", file.display()));
    let octets = octets_or_input(file, parameters::LONGEST).map_err(|error| wrong(&error))?;
    parameters::read(&octets).map_err(|error| wrong(&error))
}

fn of_the_lab(mode: &str) -> Result<Parameters, Failure> {
    let wrong = |error: String| Failure::Usage(format!("--scenario: {error}"));
    let (mode, selection) = if mode.contains('/') {
        let scenario: Scenario = mode.parse().map_err(|error: ScenarioError| wrong(error.to_string()))?;
        let resolved = attacker::attacks::resolve(&scenario).map_err(|error| wrong(error.to_string()))?;
        (resolved.played.mode, resolved.played.scenario.mode)
    } else {
        let selection: Selection = mode.parse().map_err(|error: ScenarioError| wrong(error.to_string()))?;
        let played = lab::modes::play(&selection, &[], &[]).map_err(|error| wrong(error.to_string()))?;
        (played.mode, played.selection)
    };
    match own_group(&selection).or_else(|| mode.published_groups().next()) {
        Some(Group::Modp(group)) => Ok(Parameters { p: group.p.clone(), g: group.g.clone(), ..Parameters::default() }),
        _ => Err(wrong(crack("no-prime", &json!({ "mode": mode.id })))),
    }
}

/// Standard input, of which one option can take its value.
pub(in crate::cli) struct Stdin(());

impl Stdin {
    /// For the texts of all options that could take it.
    pub(in crate::cli) fn for_one_of<'a>(texts: impl Iterator<Item = &'a String>) -> Result<Self, Failure> {
        match texts.filter(|text| *text == "-").count() {
            0 | 1 => Ok(Self(())),
            _ => Err(Failure::usage("one-standard-input", &json!({}))),
        }
    }

    /// The text of an option, or standard input for -.
    pub(in crate::cli) fn text(&mut self, text: &str) -> Result<String, Failure> {
        if text != "-" {
            return Ok(text.to_owned());
        }
        let octets = octets_or_input(Path::new("-"), parameters::LONGEST);
        let octets = octets.map_err(|unread| Failure::Usage(format!("-: {unread}")))?;
        Ok(String::from_utf8_lossy(&octets).into_owned())
    }

    /// The number of an option.
    pub(in crate::cli) fn number(&mut self, option: &str, text: Option<&str>) -> Result<Option<BigUint>, Failure> {
        let Some(text) = text else { return Ok(None) };
        let text = self.text(text)?;
        number(&text).map(Some).map_err(|why| Failure::Usage(format!("--{option}: {why}")))
    }
}
