//! The modes, one file each.

mod dh;
mod dh_cert;
mod dh_weak;
mod ecdh;
mod ecdh_cert;
mod ecdh_mutual;
mod hybrid_cert;
mod interlock;
mod nspk;
mod pake;
mod parts;
pub mod properties;
mod psk;
mod rekeying;
mod resumed;
mod rsa;
mod rsa_cert;
mod sas;
mod tofu;
mod triple_dh;

use crate::{
    check::Switches,
    loot::{Loot, Presence},
    mode::Mode,
    refusal::Refusal,
    refused,
    scenario::{Scenario, Selection},
};
use serde::Serialize;

/// Every mode, in the order of the documentation.
pub fn all() -> &'static [&'static Mode] {
    static ALL: [&Mode; 16] = [
        &dh::MODE,
        &dh_weak::MODE,
        &dh_cert::MODE,
        &rsa::MODE,
        &rsa_cert::MODE,
        &ecdh::MODE,
        &ecdh_cert::MODE,
        &ecdh_mutual::MODE,
        &psk::MODE,
        &pake::MODE,
        &sas::MODE,
        &tofu::MODE,
        &hybrid_cert::MODE,
        &triple_dh::MODE,
        &interlock::MODE,
        &nspk::MODE,
    ];
    &ALL
}

/// The mode with this id.
pub fn find(id: &str) -> Option<&'static Mode> {
    all().iter().copied().find(|mode| mode.id == id)
}

/// The mode as a selection plays it, with the table of its variant.
pub fn of(selection: &Selection) -> Option<&'static Mode> {
    find(&selection.id).map(|mode| mode.played(selection.variant.as_deref()))
}

/// Every table: each mode's own, and those of variants that have another one.
pub fn tables() -> impl Iterator<Item = &'static Mode> {
    all().iter().flat_map(|mode| mode.tables())
}

/// A scenario that names something that the registry of modes does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Unknown {
    /// No such mode.
    Mode {
        /// The registry's ids.
        expected: String,
        /// What stood there.
        got: String,
    },
    /// No such variant of the mode.
    Variant {
        /// The mode.
        mode: &'static str,
        /// Its variants.
        expected: String,
        /// What stood there.
        got: String,
    },
    /// A parameter that the variant does not have, or a value out of its range.
    Parameter {
        /// The mode with its variant.
        mode: String,
        /// The parameter.
        name: String,
        /// Its range.
        expected: String,
        /// What stood there.
        got: u64,
    },
    /// A switch for a check that the mode does not perform.
    Check {
        /// The mode.
        mode: &'static str,
        /// Its checks.
        expected: String,
        /// What stood there.
        got: String,
    },
}

impl From<&Unknown> for Refusal {
    fn from(unknown: &Unknown) -> Self {
        Self::of(unknown)
    }
}

refused!(Unknown);

/// A mode as it is played: what a selection and its switches name, looked up.
#[derive(Clone, Debug)]
pub struct Played {
    /// The mode.
    pub mode: &'static Mode,
    /// The selection in full: with its variant, even where it was left out.
    pub selection: Selection,
    /// Which of the mode's checks decide.
    pub switches: Switches,
}

/// A scenario that was looked up: all that it names is there.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Its mode.
    pub mode: &'static Mode,
    /// The scenario in full: one scenario has one such form.
    pub scenario: Scenario,
    /// What the attacker came by before, by the registry of attacks.
    pub loot: Loot,
    /// The same for each session in which the attacker is there, where that is not one and the same for all.
    pub each: Vec<Loot>,
    /// What the attacker's process plays where the attacker is absent: it passes everything on.
    pub absent: Selection,
}

impl Resolved {
    /// Its sessions, in order: whether the attacker is there.
    pub fn sessions(&self) -> Vec<Presence> {
        if !self.loot.sessions.is_empty() {
            return self.loot.sessions.to_vec();
        }
        let there = vec![Presence::There; self.each.len().max(1)];
        (0..self.mode.met).map(|_| Presence::Absent).chain(there).collect()
    }

    /// The same scenario with what the attacker came by before the session of this number, from 1.
    pub fn in_session(&self, number: u32) -> Self {
        let there = number.checked_sub(self.mode.met + 1).and_then(|there| usize::try_from(there).ok());
        let loot = there.and_then(|there| self.each.get(there)).map_or(self.loot, |loot| *loot);
        Self { loot, ..self.clone() }
    }
}

/// Looks a mode and its switches up.
///
/// # Errors
/// Something is unknown; the error lists what is known.
pub fn play(selection: &Selection, without: &[String], with: &[String]) -> Result<Played, Unknown> {
    let mode = find(&selection.id)
        .ok_or_else(|| Unknown::Mode { expected: list(all().iter().map(|mode| mode.id)), got: selection.id.clone() })?;
    let mut selection = selection.clone();
    let asked = selection.variant.as_deref();
    let variant = match (mode.variant(asked), asked) {
        (None, Some(got)) => {
            let expected = list(mode.variants.iter().map(|variant| variant.id));
            return Err(Unknown::Variant { mode: mode.id, expected, got: got.to_owned() });
        }
        (variant, _) => variant,
    };
    selection.variant = variant.filter(|variant| !variant.unsaid).map(|variant| variant.id.to_owned());
    let mode = mode.played(selection.variant.as_deref());
    let parameters = variant.map_or(&[][..], |variant| variant.parameters);
    for (name, got) in &selection.parameters {
        let expected = match parameters.iter().find(|parameter| parameter.name == name) {
            Some(parameter) if (parameter.min..=parameter.max).contains(got) => continue,
            Some(parameter) => format!("{} to {}", parameter.min, parameter.max),
            None => "no such parameter".to_owned(),
        };
        return Err(Unknown::Parameter { mode: selection.to_string(), name: name.clone(), expected, got: *got });
    }
    Ok(Played { mode, selection, switches: switched(mode, without, with)? })
}

/// A table's switches, each of which is one of its own checks.
///
/// # Errors
/// A check that it does not perform.
pub fn switched(mode: &Mode, without: &[String], with: &[String]) -> Result<Switches, Unknown> {
    let checks = mode.checks();
    let stranger = without.iter().chain(with).find(|id| checks.iter().all(|check| check.id != id.as_str()));
    if let Some(got) = stranger {
        let expected = list(checks.iter().map(|check| check.id));
        return Err(Unknown::Check { mode: mode.id, expected, got: got.clone() });
    }
    Ok(mode.switches(without, with))
}

/// Looks a scenario's mode and switches up; its attack is for the registry of attacks to know.
///
/// # Errors
/// Something is unknown; the error lists what is known.
pub fn resolve(scenario: &Scenario) -> Result<Resolved, Unknown> {
    let Played { mode, selection, .. } = play(&scenario.mode, &scenario.without, &scenario.with)?;
    let scenario = Scenario { mode: selection, ..scenario.clone() };
    let absent = scenario.attack.clone();
    Ok(Resolved { mode, scenario, loot: Loot::default(), each: Vec::new(), absent })
}

fn list<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    ids.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> Result<String, String> {
        resolve(&text.parse().unwrap()).map(|it| it.scenario.to_string()).map_err(|unknown| unknown.to_string())
    }

    #[test]
    fn what_a_scenario_leaves_out_is_filled_in() {
        assert_eq!(resolved("dh-weak/crack"), Ok("dh-weak:short/crack".to_owned()));
        assert_eq!(resolved("dh/relay"), Ok("dh/relay".to_owned()));
    }

    #[test]
    fn what_is_unknown_is_named_with_what_is_known() {
        assert!(resolved("dhx/relay").unwrap_err().contains("dh, dh-weak, dh-cert, "));
        assert!(resolved("dh-weak:long/crack").unwrap_err().contains("short, smooth"));
        assert!(resolved("dh:short/crack").unwrap_err().starts_with("variant of dh"));
        assert!(resolved("dh-weak:short,bits=8/crack").unwrap_err().contains("32 to 224"));
        assert!(resolved("dh-weak:short,size=8/crack").unwrap_err().contains("no such parameter"));
        assert!(resolved("dh/substitute~cert-chain").unwrap_err().contains("public-range"));
    }
}
