//! `substitute-one`: one direction only.
//!
//! The attacker takes the place of one victim towards the other and leaves the one that it stands in for without a
//! partner: cheaper than translating, and enough to collect what the other says.
//!
//! 1. Take what the client sends: pass it on as it came, or with a share of the attacker's own in it.
//! 2. Where it stands in for the server, replace the server's share by one of the attacker's own; where it stands in for
//!    the client, go on in the client's name and keep the server's answers from it.
//! 3. Read what the victim sends, answer in the other's name that this is all, and let the other wait.

use crate::{
    attack::{Attack, Family, Info, Needs, Start, Variant},
    impostor::{AsClient, AsServer},
    middle::Plan,
};
use lab::loot::Loot;

pub(super) const INFO: Info = Info {
    id: "substitute-one",
    title: "Substitute one share only",
    family: Family::Substitution,
    needs: Needs::Shares,
    variants: &[
        Variant::new("server", "the server's share, to the client"),
        Variant::new("client", "the client's share, to the server"),
    ],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["transcript-signature"],
    source: include_str!("substitute_one.rs"),
    start: |start| towards_one(&start, start.variant.as_deref(), Plan::substitution()),
};

/// Stands in for the victim that the variant names, towards the other.
pub(super) fn towards_one(start: &Start, instead_of: Option<&str>, plan: Plan) -> Box<dyn Attack> {
    match instead_of {
        Some("client") => Box::new(AsClient::new(start, plan)),
        _ => Box::new(AsServer::new(start, plan)),
    }
}
