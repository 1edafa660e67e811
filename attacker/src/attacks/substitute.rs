//! `substitute`: the classic man in the middle.
//!
//! The attacker agrees on one key with the client and on another with the server, and translates between them. Neither
//! notices anything that an unauthenticated exchange could notice.
//!
//! 1. Replace the client's share by one of the attacker's own.
//! 2. Replace the server's share by another of the attacker's own; copy what cannot be made, make what can.
//! 3. Open each record with the key of the leg that it came from, read it, seal it with the key of the other.

use crate::{
    attack::{Family, Info, Needs},
    middle::{Middle, Plan},
};
use lab::loot::Loot;

pub(super) const INFO: Info = Info {
    id: "substitute",
    title: "Substitute both shares",
    family: Family::Substitution,
    needs: Needs::Shares,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["transcript-signature", "key-confirmation", "halves-fit"],
    source: include_str!("substitute.rs"),
    start: |start| Box::new(Middle::new(&start, Plan::substitution())),
};
