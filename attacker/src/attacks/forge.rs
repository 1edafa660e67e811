//! `forge-…` and `rogue-ca`: a certificate that should not be there.
//!
//! The attacker stands in for the server with a certificate and key of its own. Each forgery breaks one rule of path
//! validation and keeps all others, so that one check stops it, and it wins where that check is off.
//!
//! 1. Replace the client's share by one of the attacker's own.
//! 2. Stand in for the server: show the forged certificate, sign the exchange with its key, make the Finished anew.
//! 3. Open each record with the key of the leg that it came from, read it, seal it with the key of the other.

use crate::{
    attack::{Attack, Family, Info, Needs, Start},
    leg::Known,
    middle::{Middle, Plan},
};
use lab::{algebra::real::Value, certificate::FORGERIES, control::Credentials, wire::body};
use std::sync::Arc;

/// One record for each row of the table of forgeries.
pub(super) fn infos() -> impl Iterator<Item = Info> {
    FORGERIES.iter().map(|forgery| Info {
        id: forgery.id,
        title: forgery.title,
        family: Family::Certificates,
        needs: Needs::Certificate,
        variants: &[],
        stopped_by: std::slice::from_ref(&forgery.check),
        source: include_str!("forge.rs"),
        start: impersonate,
    })
}

/// Puts the machine to work with the loot as the server's certificate and key.
pub(super) fn impersonate(start: Start) -> Box<dyn Attack> {
    let as_server = start.loot.as_ref().map(certified).unwrap_or_default();
    Box::new(Middle::new(&start, Plan { as_server, ..Plan::substitution() }))
}

/// The chain and the key that sign in the server's name.
fn certified(loot: &Credentials) -> Vec<Known> {
    let octets = |text: &String| body::decode("loot", &text.as_str().into()).unwrap_or_default();
    let chain: Vec<Vec<u8>> = loot.chain.iter().map(octets).collect();
    let key = loot.key.as_ref().map(|key| ("signing_key", Value::secret(&octets(key))));
    std::iter::once(("chain", Value::Chain(Arc::from(chain)))).chain(key).collect()
}
