//! `truncate`: cut the line at the right moment.
//!
//! The end of a connection is not authentic: whoever owns the line chooses where it is. The attacker lets "pay" through
//! and cuts before "but only after you have called me back".
//!
//! 1. Pass the handshake on as it came.
//! 2. Pass a victim's first record on, drop the rest, and end the other's connection.

use super::records::{OnRecords, Records, VARIANTS, side};
use crate::attack::{Family, Info, Move, Needs};
use lab::{loot::Loot, role::Role, wire::Frame};

pub(super) const INFO: Info = Info {
    id: "truncate",
    title: "End the connection early",
    family: Family::Records,
    needs: Needs::Anything,
    variants: &VARIANTS,
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["authenticated-close"],
    source: include_str!("truncate.rs"),
    start: |start| Box::new(Records::new(side(&start), Truncate)),
};

struct Truncate;

impl OnRecords for Truncate {
    fn record(&mut self, from: Role, index: usize, frame: Frame) -> Vec<Move> {
        match index {
            0 => vec![Move::Step(2), Move::Forward { from, frame }],
            1 => vec![Move::Drop { from, frame }, Move::Cut(from.peer())],
            _ => vec![Move::Drop { from, frame }],
        }
    }
}
