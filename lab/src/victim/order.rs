//! What an order gives a victim: everything that its table takes as given, its randomness, and what it will say.

use crate::{
    algebra::real::{Offer, Real, Value},
    certificate::{Trust, Verified},
    control::{Credentials, PlayOrder},
    group::Group,
    handshake::Stop,
    mode::Mode,
    modes::Unknown,
    role::Role,
    wire::body,
};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use rand_core::Rng;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Why an order cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Mode, variant, parameter or check unknown.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// A field of the order is not what it has to be.
    #[error("{field}: expected {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// The mode needs something that the order does not give.
    #[error(transparent)]
    Missing(#[from] Stop),
}

/// What a party keeps from session to session.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The server's own group, in the modes that send one.
    pub group: Option<Group>,
    /// Signatures of certificates and lists that verified before.
    pub verified: Option<Arc<Verified>>,
}

/// What the mode gives this role, from the order.
pub(super) fn known(
    role: Role,
    mode: &Mode,
    order: &PlayOrder,
    kept: Kept,
) -> Result<Vec<(&'static str, Value)>, Refusal> {
    let offers =
        vec![Offer { mode: mode.id.to_owned(), groups: mode.groups.iter().map(|group| (*group).to_owned()).collect() }];
    let mut known = match role {
        Role::Client => vec![("session", Value::Text(order.correlation.clone())), ("offers", Value::Offers(offers))],
        Role::Server => vec![("supported", Value::Offers(offers))],
    };
    known.push(("now", Value::Time(order.now)));
    known.extend(kept.group.map(|group| ("group", Value::Group(group))));
    if let Some(credentials) = &order.credentials {
        certified(role, credentials, kept.verified, &mut known)?;
    }
    // An order may hold more than the mode asks of this role, and a name keeps its first value.
    known.retain(|(name, _)| mode.given.iter().any(|given| given.name == *name && given.by.includes(role)));
    Ok(known)
}

fn certified(
    role: Role,
    credentials: &Credentials,
    verified: Option<Arc<Verified>>,
    known: &mut Vec<(&'static str, Value)>,
) -> Result<(), Refusal> {
    let (chain, signing_key) = match role {
        Role::Client => ("client_chain", "client_signing_key"),
        Role::Server => ("chain", "signing_key"),
    };
    let ders = |field, texts: &[String]| texts.iter().map(|text| octets(field, text)).collect::<Result<Vec<_>, _>>();
    let pins = ders("pins", &credentials.pins)?.into_iter().map(TryInto::try_into).collect::<Result<_, _>>();
    let trust = Trust {
        anchors: ders("anchors", &credentials.anchors)?,
        revocation_lists: ders("revocation_lists", &credentials.revocation_lists)?,
        pins: pins.map_err(|_| Refusal::Field { field: "pins", expected: "32 octets each" })?,
        verified,
    };
    known.push(("trust", Value::Trust(Arc::new(trust))));
    known.push((chain, Value::Chain(Arc::from(ders("chain", &credentials.chain)?))));
    if let Some(name) = &credentials.peer_name {
        known.push(("peer_name", Value::Text(name.clone())));
    }
    if let Some(key) = &credentials.key {
        let seed = Zeroizing::new(octets("key", key)?);
        let seed = seed.as_slice().try_into().map_err(|_| Refusal::Field { field: "key", expected: "32 octets" })?;
        known.push((signing_key, Value::signing_key(seed)));
    }
    Ok(())
}

fn octets(field: &'static str, text: &str) -> Result<Vec<u8>, Refusal> {
    body::decode(field, &text.into()).map_err(|_| Refusal::Field { field, expected: "base64url without padding" })
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

/// The random part of the canary, from a party's seed.
pub(super) fn canary(seed: &[u8; 32]) -> [u8; 16] {
    let mut token = [0; 16];
    ChaCha20Rng::from_seed(derive(seed, "canary")).fill_bytes(&mut token);
    token
}
