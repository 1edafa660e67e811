//! `forge-…` and `rogue-ca`: a certificate that should not be there.
//!
//! The attacker stands in for the server with a certificate and key of its own, and for the client too where the client
//! needs one; or, as a variant, for the client alone. Each forgery breaks one rule of path validation and keeps all
//! others, so that one check stops it, and it wins where that check is off.
//!
//! 1. Replace the client's share by one of the attacker's own.
//! 2. Stand in for the victim: show the forged certificate, sign the exchange with its key, make the Finished anew.
//! 3. Open each record with the key of the leg that it came from and read it; where both victims are there, seal it with
//!    the key of the other leg.

use crate::{
    attack::{Attack, Family, Info, Needs, Start, Variant},
    impostor::AsClient,
    leg::identity,
    middle::{Middle, Plan},
};
use lab::{certificate::FORGERIES, loot::Loot, role::Role};

/// One record for each row of the table of forgeries.
pub(super) fn infos() -> impl Iterator<Item = Info> {
    FORGERIES.iter().map(|forgery| Info {
        id: forgery.id,
        title: forgery.title,
        family: Family::Certificates,
        needs: Needs::Certificate,
        variants: if forgery.concerns_clients() { &VARIANTS } else { &[] },
        loot: Loot::forged(forgery),
        logarithm: None,
        stopped_by: std::slice::from_ref(&forgery.check),
        source: include_str!("forge.rs"),
        start: impersonate,
    })
}

/// What is forged, and whose place the attacker takes with it.
const VARIANTS: [Variant; 2] = [
    Variant::new("server", "the server's certificate, to the client"),
    Variant::new("client", "the client's certificate, to the server").needing(Needs::ClientCertificate),
];

/// Puts the machine to work with what the attacker came by.
pub(super) fn impersonate(start: Start) -> Box<dyn Attack> {
    if start.variant.as_deref() == Some("client") {
        let as_client = identity(start.mode, Role::Client, start.as_client.as_ref());
        return Box::new(AsClient::new(&start, Plan { as_client, ..Plan::substitution() }));
    }
    let as_server = identity(start.mode, Role::Server, start.as_server.as_ref());
    let as_client = identity(start.mode, Role::Client, start.as_client.as_ref());
    Box::new(Middle::new(&start, Plan { as_server, as_client, ..Plan::substitution() }))
}
