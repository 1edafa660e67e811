//! `cross-protocol`: a signature that was made for another purpose.
//!
//! The attacker has no key, but somewhere the certified key signs what it is given: as the other side of a connection. What
//! is signed there has the other role's name in it, and must not pass here (the lab gives the attacker the key, and the
//! recipe uses it for nothing else than that).
//!
//! 1. Replace the client's share by one of the attacker's own.
//! 2. Stand in for the victim: show its real certificate, and a signature of its key over this very exchange in the other
//!    role's context.
//! 3. Open each record with the key of the leg that it came from and read it; where both victims are there, seal it with
//!    the key of the other leg.

use crate::{
    attack::{Attack, Family, Info, Needs, Start, Variant},
    impostor::AsClient,
    leg::{Known, Leg, identity},
    middle::{Middle, Plan},
};
use lab::{
    loot::{Item, Loot},
    mode::Field,
    modes,
    role::Role,
    term::{Expr, Op},
};

pub(super) const INFO: Info = Info {
    id: "cross-protocol",
    title: "Show a signature made for another purpose",
    family: Family::KeysAndPeople,
    needs: Needs::Signature,
    variants: &[
        Variant::new("server", "the server's key, which signed as a client, to the client"),
        Variant::new("client", "the client's key, which signed as a server, to the server")
            .needing(Needs::ClientCertificate),
    ],
    loot: Loot {
        as_server: Some(Item::Stolen { noticed: false }),
        as_client: Some(Item::Stolen { noticed: false }),
        ..Loot::NONE
    },
    logarithm: None,
    stopped_by: &["transcript-signature"],
    source: include_str!("cross_protocol.rs"),
    start,
};

fn start(start: Start) -> Box<dyn Attack> {
    let plan = Plan {
        as_server: identity(start.mode, Role::Server, start.as_server.as_ref()),
        as_client: identity(start.mode, Role::Client, start.as_client.as_ref()),
        replace: Box::new(signed_elsewhere),
        ..Plan::substitution()
    };
    match start.variant.as_deref() {
        Some("client") => Box::new(AsClient::new(&start, plan)),
        _ => Box::new(Middle::new(&start, plan)),
    }
}

/// The signature of the message that comes next, in another context than the table's. What it is over may stand in the same
/// message: each field as it will be, or as it came on the other leg.
fn signed_elsewhere(source: &Leg, leg: &Leg) -> Vec<Known> {
    let fields = || leg.message().into_iter().flat_map(|message| message.fields);
    let value = |field: &Field| leg.evaluate(&field.value).or_else(|| source.value(field.binds).cloned());
    let beside: Vec<Known> = fields().filter_map(|field| Some((field.binds, value(field)?))).collect();
    let signed = fields().filter_map(|field| {
        let Expr::Apply(Op::Sign(own), args) = field.value else { return None };
        let other = contexts().find(|context| *context != own)?;
        Some((field.binds, leg.evaluate_with(&beside, &Expr::Apply(Op::Sign(other), args))?))
    });
    signed.collect()
}

/// What the tables sign in.
fn contexts() -> impl Iterator<Item = &'static str> {
    let fields = modes::tables().flat_map(|mode| mode.messages).flat_map(|message| message.fields);
    fields.filter_map(|field| if let Expr::Apply(Op::Sign(context), _) = field.value { Some(context) } else { None })
}
