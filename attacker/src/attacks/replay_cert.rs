//! `replay-cert`: the real certificate, without its key.
//!
//! A certificate is public. The attacker shows a victim's own beside a signature that it makes with a key of its own, since
//! it cannot make one with the certified key. The server's it copies as it passes; the client's it saw in an earlier session.
//!
//! 1. Replace the client's share by one of the attacker's own.
//! 2. Stand in for the victim: show its real certificate, sign the exchange with another key, make the Finished anew.
//! 3. Open each record with the key of the leg that it came from and read it; where both victims are there, seal it with
//!    the key of the other leg.

use crate::{
    attack::{Attack, Family, Info, Needs, Start, Variant},
    impostor::AsClient,
    leg::identity,
    middle::{Middle, Plan},
};
use lab::{
    algebra::real::Value,
    loot::{Item, Loot},
    mode::Source,
    role::Role,
};

pub(super) const INFO: Info = Info {
    id: "replay-cert",
    title: "Show the real certificate without its key",
    family: Family::Certificates,
    needs: Needs::Certificate,
    variants: &[
        Variant::new("server", "the server's certificate, to the client"),
        Variant::new("client", "the client's certificate, to the server").needing(Needs::ClientCertificate),
    ],
    loot: Loot { as_client: Some(Item::Seen), ..Loot::NONE },
    logarithm: None,
    stopped_by: &["transcript-signature"],
    source: include_str!("replay_cert.rs"),
    start,
};

fn start(start: Start) -> Box<dyn Attack> {
    // Any key will do: the certificate is for another one.
    let other =
        |name| start.mode.known(name, |source| (source == Source::SigningKey).then(|| Value::signing_key(&[0x17; 32])));
    if start.variant.as_deref() == Some("client") {
        let mut as_client = identity(start.mode, Role::Client, start.as_client.as_ref());
        as_client.extend(other(Role::Client));
        return Box::new(AsClient::new(&start, Plan { as_client, ..Plan::substitution() }));
    }
    Box::new(Middle::new(&start, Plan { as_server: other(Role::Server), ..Plan::substitution() }))
}
