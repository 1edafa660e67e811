//! `relay`: the control.
//!
//! A wire that is somebody: it proves that sessions survive the attacker's presence, so that what other attacks break is
//! broken by them.
//!
//! 1. Pass every frame on as it came.

use crate::attack::{Attack, Family, Info, Move, Needs, Seen};
use lab::loot::Loot;

pub(super) const INFO: Info = Info {
    id: "relay",
    title: "Pass everything on",
    family: Family::Control,
    needs: Needs::Anything,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &[],
    source: include_str!("relay.rs"),
    start: |_| Box::new(Relay),
};

struct Relay;

impl Attack for Relay {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        match seen {
            Seen::Frame { from, frame } => vec![Move::Forward { from, frame }],
            Seen::Ended(role) => vec![Move::Cut(role.peer())],
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => Vec::new(),
        }
    }
}
