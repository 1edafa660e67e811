//! `substitute-one`: one direction only.
//!
//! The attacker takes the place of one victim towards the other and leaves the one that it stands in for without a
//! partner: cheaper than translating, and enough to collect what the other says.
//!
//! 1. Take what the client sends: pass it on as it came, or with a share of the attacker's own in it.
//! 2. Where it stands in for the server, replace the server's share by one of the attacker's own; where it stands in for
//!    the client, go on in the client's name and keep the server's answers from it.
//! 3. Read what the victim sends, answer in the other's name that this is all, and let the other wait.

use super::bellovin_merritt::anything;
use crate::{
    attack::{Attack, Family, Info, Needs, Start, Variant},
    impostor::{AsClient, AsServer},
    leg::Known,
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
    stopped_by: &["transcript-signature", "peer-password"],
    source: include_str!("substitute_one.rs"),
    start: |start| towards_one(&start, start.variant.as_deref(), Plan::substitution()),
};

/// Stands in for the victim that the variant names, towards the other.
pub(super) fn towards_one(start: &Start, instead_of: Option<&str>, plan: Plan) -> Box<dyn Attack> {
    // Where the victims say something before the records, so does the impostor.
    let saying = |mut known: Vec<Known>, words| {
        known.extend(anything(words));
        known
    };
    match instead_of {
        Some("client") => {
            Box::new(AsClient::new(start, Plan { as_client: saying(plan.as_client, "client_words"), ..plan }))
        }
        _ => Box::new(AsServer::new(start, Plan { as_server: saying(plan.as_server, "server_words"), ..plan })),
    }
}
