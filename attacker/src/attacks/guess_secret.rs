//! `guess-secret`: look for a secret that is too small.
//!
//! No group is strong enough for an exponent of twenty bits: all of them are tried in a fraction of a second. Programs that
//! draw too little, or too short, have been found again and again.
//!
//! 1. Pass every frame on as it came and keep a copy.
//! 2. When the session is over, look for a secret of at most twenty bits behind each share.
//! 3. Derive the session key from it and read the recording.

use crate::{
    attack::{Family, Info, Needs},
    leg::{Known, Leg},
    listener::Listener,
    passive::Passive,
    small_secret,
};
use lab::{algebra::real::Value, event::Fact, loot::Loot};

pub(super) const INFO: Info = Info {
    id: "guess-secret",
    title: "Look for a small secret",
    family: Family::Parameters,
    needs: Needs::Shares,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &[],
    source: include_str!("guess_secret.rs"),
    start: |start| Box::new(Passive::new(&start, look)),
};

fn look(listener: &mut Listener) -> Vec<Fact> {
    let found = secrets(listener.leg());
    listener.suppose(found)
}

/// The secrets of either side that are small.
fn secrets(leg: &Leg) -> Vec<Vec<Known>> {
    let Some(group) = leg.value("group").and_then(Value::group) else { return Vec::new() };
    let sides = [("client_share", "client_secret"), ("server_share", "server_secret")];
    let found = sides.into_iter().filter_map(|(share, secret)| {
        let found = small_secret::find(group, leg.value(share)?.octets()?)?;
        Some(vec![(secret, Value::secret(&found))])
    });
    found.collect()
}
