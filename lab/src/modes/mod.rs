//! The modes, one file each.

mod dh;
mod dh_weak;
mod ecdh;
mod ecdh_cert;
mod ecdh_mutual;
mod parts;

use crate::{mode::Mode, scenario::Scenario};

/// Every mode, in the order of the documentation.
pub fn all() -> &'static [&'static Mode] {
    static ALL: [&Mode; 5] = [&dh::MODE, &dh_weak::MODE, &ecdh::MODE, &ecdh_cert::MODE, &ecdh_mutual::MODE];
    &ALL
}

/// The mode with this id.
pub fn find(id: &str) -> Option<&'static Mode> {
    all().iter().copied().find(|mode| mode.id == id)
}

/// A scenario that names something that the registry of modes does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// No such mode.
    #[error("mode: expected one of {expected}; got {got:?}")]
    Mode {
        /// The registry's ids.
        expected: String,
        /// What stood there.
        got: String,
    },
    /// No such variant of the mode.
    #[error("variant of {mode}: expected one of {expected}; got {got:?}")]
    Variant {
        /// The mode.
        mode: &'static str,
        /// Its variants.
        expected: String,
        /// What stood there.
        got: String,
    },
    /// A parameter that the variant does not have, or a value out of its range.
    #[error("parameter {name} of {mode}: expected {expected}; got {got}")]
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
    #[error("check: {mode} performs {expected}; got {got:?}")]
    Check {
        /// The mode.
        mode: &'static str,
        /// Its checks.
        expected: String,
        /// What stood there.
        got: String,
    },
}

/// The scenario's mode, and the scenario in full: variant and parameters as they are where it leaves them out.
///
/// # Errors
/// Something in it is unknown; the error lists what is known.
pub fn resolve(scenario: &Scenario) -> Result<(&'static Mode, Scenario), Unknown> {
    let mode = find(&scenario.mode.id).ok_or_else(|| Unknown::Mode {
        expected: list(all().iter().map(|mode| mode.id)),
        got: scenario.mode.id.clone(),
    })?;
    let mut full = scenario.clone();
    let asked = full.mode.variant.as_deref();
    let variant = match (mode.variant(asked), asked) {
        (None, Some(got)) => {
            let expected = list(mode.variants.iter().map(|variant| variant.id));
            return Err(Unknown::Variant { mode: mode.id, expected, got: got.to_owned() });
        }
        (variant, _) => variant,
    };
    full.mode.variant = variant.map(|variant| variant.id.to_owned());
    let parameters = variant.map_or(&[][..], |variant| variant.parameters);
    for (name, got) in &full.mode.parameters {
        let expected = match parameters.iter().find(|parameter| parameter.name == name) {
            Some(parameter) if (parameter.min..=parameter.max).contains(got) => continue,
            Some(parameter) => format!("{} to {}", parameter.min, parameter.max),
            None => "no such parameter".to_owned(),
        };
        return Err(Unknown::Parameter { mode: full.mode.to_string(), name: name.clone(), expected, got: *got });
    }
    let checks = mode.checks();
    let stranger = full.without.iter().chain(&full.with).find(|id| checks.iter().all(|check| check.id != id.as_str()));
    if let Some(got) = stranger {
        let expected = list(checks.iter().map(|check| check.id));
        return Err(Unknown::Check { mode: mode.id, expected, got: got.clone() });
    }
    Ok((mode, full))
}

fn list<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    ids.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str) -> Result<String, String> {
        resolve(&text.parse().unwrap()).map(|(_, full)| full.to_string()).map_err(|unknown| unknown.to_string())
    }

    #[test]
    fn what_a_scenario_leaves_out_is_filled_in() {
        assert_eq!(resolved("dh-weak/crack"), Ok("dh-weak:short/crack".to_owned()));
        assert_eq!(resolved("dh/relay"), Ok("dh/relay".to_owned()));
    }

    #[test]
    fn what_is_unknown_is_named_with_what_is_known() {
        assert!(resolved("dhx/relay").unwrap_err().contains("dh, dh-weak, ecdh, ecdh-cert"));
        assert!(resolved("dh-weak:long/crack").unwrap_err().contains("short, smooth"));
        assert!(resolved("dh:short/crack").unwrap_err().starts_with("variant of dh"));
        assert!(resolved("dh-weak:short,bits=8/crack").unwrap_err().contains("32 to 224"));
        assert!(resolved("dh-weak:short,size=8/crack").unwrap_err().contains("no such parameter"));
        assert!(resolved("dh/substitute~cert-chain").unwrap_err().contains("public-range"));
    }
}
