//! `unkeyed-binder`: answer for shares of the attacker's own with MACs that take no key.
//!
//! Where a shared secret authenticates an exchange, all rests on the MACs under a key from it. If that key is one that everybody
//! has, because nobody set it, the attacker answers for shares of its own as well as the two who share the secret.
//!
//! 1. Replace the client's share by the attacker's own, and answer for it with a MAC under an empty key.
//! 2. Replace the server's in the same way, so that there is one key with the client and another with the server.
//! 3. Open each record with the key of the leg that it came from, read it, seal it with the key of the other.

use super::unkeyed_mac::empty_keys;
use crate::{
    attack::{Family, Info, Needs},
    middle::{Middle, Plan},
};
use lab::loot::Loot;

pub(super) const INFO: Info = Info {
    id: "unkeyed-binder",
    title: "Answer for other shares with no key",
    family: Family::KeysAndPeople,
    needs: Needs::SharedSecret,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["psk-binder", "finished"],
    source: include_str!("unkeyed_binder.rs"),
    start: |start| {
        let (as_server, as_client) = (empty_keys(start.mode), empty_keys(start.mode));
        Box::new(Middle::new(&start, Plan { as_server, as_client, ..Plan::substitution() }))
    },
};
