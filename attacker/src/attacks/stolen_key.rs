//! `stolen-key`: the server's real private key.
//!
//! The attacker has a copy of the server's key and is, for everybody who knows the server by that key, the server. Only a
//! revocation that reached the client in time can tell, where there are certificates; a client that is started by hand is
//! told of it by `--server-revoked`.
//!
//! 1. Replace the client's share by one of the attacker's own.
//! 2. Stand in for the server: show its real certificate and sign the exchange with the stolen key, or agree with it; make
//!    the Finished anew.
//! 3. Open each record with the key of the leg that it came from, read it, seal it with the key of the other.

use crate::attack::{Family, Info, Needs, Variant};
use lab::loot::{Item, Loot};

pub(super) const INFO: Info = Info {
    id: "stolen-key",
    title: "Use the server's stolen key",
    family: Family::KeysAndPeople,
    needs: Needs::LastingKey,
    variants: &[
        Variant::new("unnoticed", "nobody knows of the theft"),
        Variant::new("revoked", "the theft was noticed and the certificate revoked")
            .needing(Needs::Certificate)
            .after(stolen(true)),
    ],
    loot: stolen(false),
    logarithm: None,
    stopped_by: &["cert-revoked"],
    source: include_str!("stolen_key.rs"),
    start: super::forge::impersonate,
};

/// The server's private key.
const fn stolen(noticed: bool) -> Loot {
    Loot { as_server: Some(Item::Stolen { noticed }), ..Loot::NONE }
}
