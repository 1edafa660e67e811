//! What an order gives a victim besides what its table takes as given: its randomness, and what it will say.

use super::message::{Message, script};
use crate::{
    algebra::real::Real, certificate::Verified, control::PlayOrder, event::Fact, evidence::hex, group::Group,
    handshake::Stop, memory::Memory, modes::Unknown, role::Role, supply::Malformed,
};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use rand_core::Rng;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Why an order cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Mode, variant, parameter or check unknown.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// A field of the order is not what it has to be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The mode needs something that the order does not give.
    #[error(transparent)]
    Missing(#[from] Stop),
}

/// What a party keeps from session to session.
#[derive(Clone, Default)]
pub struct Kept {
    /// The server's own group, in the modes that send one.
    pub group: Option<Group>,
    /// What it remembers from one session of a campaign to the next.
    pub memory: Option<Arc<Memory>>,
    /// What was found good of certificates and lists before.
    pub verified: Option<Arc<Verified>>,
}

/// What the victim of an order will say: its canary, and the words that follow it; `None` where its seed or its phrase is
/// none.
pub fn messages(role: Role, order: &PlayOrder) -> Option<[String; 2]> {
    let said = script(role, &order.phrase, &canary(&seed(&order.seed)?)).ok()?;
    <[Message; 2]>::try_from(said).ok().map(|said| said.map(|message| message.text))
}

/// By what the victim of an order judges its peer's certificates, where it does.
pub fn trusts(order: &PlayOrder) -> Option<Fact> {
    let credentials = order.credentials.as_ref().filter(|it| !it.anchors.is_empty())?;
    Some(Fact::Trusts {
        anchors: credentials.anchors.clone(),
        revocation_lists: credentials.revocation_lists.clone(),
        pins: credentials.pins.clone(),
        peer: credentials.peer_name.clone(),
        now: order.now,
    })
}

pub(super) fn seed(text: &str) -> Option<[u8; 32]> {
    let digit = |i: usize| char::from(*text.as_bytes().get(i)?).to_digit(16);
    let octets: Option<Vec<u8>> =
        (0..text.len() / 2).map(|i| Some((digit(2 * i)? * 16 + digit(2 * i + 1)?) as u8)).collect();
    octets?.try_into().ok().filter(|_| text.len() == 64)
}

/// A seed for one purpose, from a party's seed.
pub(super) fn derive(seed: &[u8; 32], purpose: &str) -> [u8; 32] {
    Sha256::new_with_prefix(b"interlock v1 seed\0").chain_update(seed).chain_update(purpose).finalize().into()
}

/// What a victim with this seed draws the values of its handshake from.
pub fn generator(seed: &[u8; 32]) -> Real {
    Real::new(derive(seed, "handshake"))
}

/// What the victim of an order draws the values of its handshake from; `None` where its seed is none.
pub fn draws(order: &PlayOrder) -> Option<Real> {
    seed(&order.seed).map(|seed| generator(&seed))
}

/// The part of the same victim on one of the connections that it takes besides, by its number: all that is random is drawn
/// anew. Nothing where its seed is none.
pub fn call(order: &PlayOrder, number: u32) -> Option<PlayOrder> {
    let drawn = derive(&seed(&order.seed)?, &format!("call {number}"));
    Some(PlayOrder { seed: hex(&drawn), calls: 0, place: None, ..order.clone() })
}

/// The random part of the canary, from a party's seed.
pub(super) fn canary(seed: &[u8; 32]) -> [u8; 16] {
    let mut token = [0; 16];
    ChaCha20Rng::from_seed(derive(seed, "canary")).fill_bytes(&mut token);
    token
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_seed_is_sixty_four_hexadecimal_digits() {
        let octets: [u8; 32] = std::array::from_fn(|i| 7 * i as u8);
        let text = hex(&octets);
        assert_eq!(seed(&text), Some(octets));
        for bad in
            ["", &text[1..], &text[2..], &format!("{text}00"), &format!("{}g", &text[1..]), &format!("{}é", &text[2..])]
        {
            assert_eq!(seed(bad), None, "{bad}");
        }
    }

    #[test]
    fn whoever_calls_besides_draws_anew_and_is_called_by_nobody() {
        let order: PlayOrder = serde_json::from_value(json!({
            "session": "1", "correlation": "", "mode": "dh-weak", "without": [], "with": [], "now": 0,
            "seed": "00".repeat(32), "phrase": "", "patience": 1, "calls": 2,
            "place": {"campaign": "1", "number": 1, "of": 2},
        }))
        .unwrap();
        let [first, second] = [1, 2].map(|number| call(&order, number).unwrap());
        for call in [&first, &second] {
            let expected = PlayOrder { seed: call.seed.clone(), calls: 0, place: None, ..order.clone() };
            assert_eq!(json!(call), json!(expected));
            assert!(seed(&call.seed).is_some() && call.seed != order.seed);
        }
        assert_ne!(first.seed, second.seed);
        assert!(call(&PlayOrder { seed: "0".into(), ..order }, 1).is_none());
    }
}
