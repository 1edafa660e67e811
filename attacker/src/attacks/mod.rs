//! The attacks, one file each.

mod alter_negotiation;
mod bellovin_merritt;
mod bleichenbacher;
mod crack;
mod cross_protocol;
mod dictionary;
mod downgrade;
mod drop;
mod eavesdrop;
mod first_contact;
mod forge;
mod guess_nonce;
mod guess_secret;
mod harvest;
mod inject_generator;
mod inject_public;
mod key_compromise;
mod low_order;
mod lowe;
mod misbind;
mod online_guess;
mod predict;
mod records;
mod reflect;
mod reflect_finished;
mod reflect_record;
mod reinstall_key;
mod relay;
mod reorder;
mod replay_cert;
mod replay_record;
mod replay_signature;
mod reuse_nonce;
mod sas_grind;
mod script;
mod small_subgroup;
mod speak_first;
mod stolen_key;
mod stolen_key_later;
mod strip_hybrid;
mod substitute;
mod substitute_one;
mod tamper;
mod tamper_half;
mod tamper_mac;
mod triple_handshake;
mod truncate;
mod unkeyed_binder;
mod unkeyed_mac;

use crate::attack::{Info, Needs};
use lab::{
    misfit::Misfit,
    modes,
    refusal::Refusal,
    refused,
    scenario::{Scenario, Selection},
    script::Script,
    staging::Orders,
};
use serde_json::json;
use std::sync::{Arc, LazyLock};

/// Every attack, in the order of the documentation.
pub fn all() -> &'static [Info] {
    static ALL: LazyLock<Vec<Info>> = LazyLock::new(|| {
        let first = [relay::INFO, eavesdrop::INFO, substitute::INFO, substitute_one::INFO];
        let parameters = [
            inject_public::INFO,
            inject_generator::INFO,
            low_order::INFO,
            crack::INFO,
            small_subgroup::INFO,
            downgrade::INFO,
            strip_hybrid::INFO,
            bleichenbacher::INFO,
            guess_secret::INFO,
            predict::INFO,
        ];
        let last = [
            replay_cert::INFO,
            replay_signature::INFO,
            alter_negotiation::info(),
            stolen_key::INFO,
            stolen_key_later::INFO,
            harvest::INFO,
            key_compromise::INFO,
            cross_protocol::INFO,
            first_contact::INFO,
            sas_grind::INFO,
            misbind::INFO,
            reflect::INFO,
            dictionary::INFO,
            online_guess::INFO,
            speak_first::INFO,
            bellovin_merritt::INFO,
            tamper_half::INFO,
            lowe::INFO,
            triple_handshake::INFO,
            guess_nonce::INFO,
            reflect_finished::INFO,
            unkeyed_mac::INFO,
            unkeyed_binder::INFO,
            tamper::INFO,
            replay_record::INFO,
            reorder::INFO,
            reflect_record::INFO,
            truncate::INFO,
            reuse_nonce::INFO,
            reinstall_key::INFO,
            drop::INFO,
        ];
        let macs = tamper_mac::infos();
        first.into_iter().chain(parameters).chain(forge::infos()).chain(macs).chain(last).collect()
    });
    &ALL
}

/// The attack with this id: one of the list, or the one that does what a script says.
pub fn find(id: &str) -> Option<&'static Info> {
    all().iter().chain([&script::INFO]).find(|info| info.id == id)
}

/// The id of the first attack that has the same recipe: what attacks of one file share is named by it.
pub fn recipe(info: &Info) -> &'static str {
    all().iter().find(|other| other.source == info.source).map_or(info.id, |first| first.id)
}

/// A scenario whose attack the registry does not have, or that does not apply to its mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// What the registry of modes says.
    Mode(modes::Unknown),
    /// No such attack.
    Attack {
        /// The registry's ids.
        expected: String,
        /// What stood there.
        got: String,
    },
    /// No such variant of the attack.
    Variant {
        /// The attack.
        attack: &'static str,
        /// Its variants.
        expected: String,
        /// What stood there.
        got: String,
    },
    /// The script is for another mode.
    Script(Misfit),
    /// The attack has nothing to attack there.
    Inapplicable {
        /// The attack.
        attack: &'static str,
        /// The mode.
        mode: &'static str,
        /// What it lacks, told by the text `unmet` of this name.
        lacks: &'static str,
    },
}

impl From<modes::Unknown> for Unknown {
    fn from(unknown: modes::Unknown) -> Self {
        Self::Mode(unknown)
    }
}

impl From<Misfit> for Unknown {
    fn from(misfit: Misfit) -> Self {
        Self::Script(misfit)
    }
}

impl From<&Unknown> for Refusal {
    fn from(unknown: &Unknown) -> Self {
        match unknown {
            Unknown::Mode(unknown) => unknown.into(),
            Unknown::Attack { expected, got } => Self::new("attack", json!({ "expected": expected, "got": got })),
            Unknown::Variant { attack, expected, got } => {
                Self::new("variant", json!({ "mode": attack, "expected": expected, "got": got }))
            }
            Unknown::Script(fault) => Self::new("script", json!({ "fault": fault })),
            Unknown::Inapplicable { attack, mode, lacks } => {
                Self::new("inapplicable", json!({ "attack": attack, "mode": mode, "lacks": lacks }))
            }
        }
    }
}

refused!(Unknown);

/// A scenario whose attack was looked up too.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The attack.
    pub info: &'static Info,
    /// The scenario with its mode, and with what the attacker came by.
    pub played: modes::Resolved,
    /// What the attacker is told to do, where that does not stand with the attack.
    pub script: Option<Arc<Script>>,
}

impl Resolved {
    /// Tells the attacker what it is to do, in each session in which it is there.
    pub fn told(&self, sessions: &mut [Orders]) {
        let there = sessions.iter_mut().filter(|orders| orders.attack.attack == self.played.scenario.attack);
        let at_once = self.script.as_ref().is_some_and(|script| script.at_once);
        for (before, orders) in there.enumerate() {
            orders.attack.script = self.script.as_deref().cloned();
            if let Some(place) = orders.attack.place.as_mut().filter(|_| before > 0) {
                place.at_once = at_once;
            }
        }
    }
}

/// The scenario in which the attacker does what a script says.
pub fn by_script(mode: Selection, without: Vec<String>, with: Vec<String>) -> Scenario {
    Scenario { mode, attack: Selection::plain(script::INFO.id), without, with }
}

/// Looks a scenario up.
///
/// # Errors
/// Something in it is unknown or does not fit; the error lists what does.
pub fn resolve(scenario: &Scenario) -> Result<Resolved, Unknown> {
    scripted(scenario, None)
}

/// The same with the script that the attacker is given.
///
/// # Errors
/// As [`resolve`]; and the script is for another mode, or for an attack that needs none.
pub fn scripted(scenario: &Scenario, script: Option<&Script>) -> Result<Resolved, Unknown> {
    let mut played = modes::resolve(scenario)?;
    let info = resolve_attack(&played.scenario.attack)?;
    played.scenario.attack.variant = variant(info, &played.scenario.attack)?;
    let variant = match played.scenario.attack.variant.as_deref() {
        None => info.variants.first(),
        Some(asked) => info.variants.iter().find(|variant| variant.id == asked),
    };
    if let Some(script) = script {
        script.fits(&played.scenario.mode)?;
        if info.needs != Needs::Script {
            let lacks = "obedience";
            return Err(Unknown::Inapplicable { attack: info.id, mode: played.mode.id, lacks });
        }
        played.loot = script.needs(1);
        if script.sessions.len() > 1 {
            played.each = script.sessions.iter().map(|session| session.needs).collect();
        }
        played.absent = Selection::plain(relay::INFO.id);
        return Ok(Resolved { info, played, script: Some(Arc::new(script.clone())) });
    }
    let needs = [Some(info.needs), variant.map(|variant| variant.needs)];
    if let Some(lacks) = needs.into_iter().flatten().find_map(|needs| needs.unmet(played.mode)) {
        return Err(Unknown::Inapplicable { attack: info.id, mode: played.mode.id, lacks });
    }
    played.loot = variant.and_then(|variant| variant.loot).unwrap_or(info.loot);
    played.absent = Selection::plain(relay::INFO.id);
    Ok(Resolved { info, played, script: None })
}

/// The attack of a selection.
///
/// # Errors
/// Attack, variant or parameter unknown.
pub fn resolve_attack(attack: &Selection) -> Result<&'static Info, Unknown> {
    let info = find(&attack.id).ok_or_else(|| Unknown::Attack {
        expected: all().iter().map(|info| info.id).collect::<Vec<_>>().join(", "),
        got: attack.id.clone(),
    })?;
    variant(info, attack)?;
    Ok(info)
}

/// The variant in full: none where there are none, or where the first one is meant, which goes without saying.
fn variant(info: &'static Info, attack: &Selection) -> Result<Option<String>, Unknown> {
    let unknown = |got: &str| Unknown::Variant {
        attack: info.id,
        expected: info.variants.iter().map(|variant| variant.id).collect::<Vec<_>>().join(", "),
        got: got.to_owned(),
    };
    if let Some(name) = attack.parameters.keys().next() {
        return Err(unknown(name));
    }
    match &attack.variant {
        None => Ok(None),
        Some(id) if info.variants.first().is_some_and(|first| first.id == id) => Ok(None),
        Some(id) if info.variants.iter().any(|variant| variant.id == id) => Ok(Some(id.clone())),
        Some(id) => Err(unknown(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_attack_has_a_recipe_and_known_checks() {
        let mut ids = BTreeSet::new();
        for info in all() {
            assert!(ids.insert(info.id), "{} twice", info.id);
            assert!(!info.steps().is_empty(), "{} has no recipe", info.id);
            assert!(info.summary().ends_with('.'), "{} has no summary", info.id);
            assert!(info.stopped_by.iter().all(|check| lab::checks::find(check).is_some()), "{}", info.id);
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let fault = |text: &str| resolve(&text.parse().unwrap()).map(|_| ()).unwrap_err().to_string();
        assert!(fault("dh/low-order").contains("does not use X25519"));
        assert!(fault("ecdh/forge-name").contains("no certificate"));
        assert!(fault("dh/inject-public:two").contains("one, zero, minus-one, p"));
        assert!(fault("dh/nothing").contains("relay, eavesdrop"));
    }
}
