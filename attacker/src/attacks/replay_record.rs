//! `replay-record`: send a record again.
//!
//! The attacker cannot read "pay 100", but it can deliver it twice.
//!
//! 1. Pass the handshake on as it came.
//! 2. Pass a victim's first record on, and then once more.

use super::records::{OnRecords, Records, VARIANTS, side};
use crate::attack::{Family, Info, Move, Needs};
use lab::{loot::Loot, role::Role, wire::Frame};

pub(super) const INFO: Info = Info {
    id: "replay-record",
    title: "Send a record twice",
    family: Family::Records,
    needs: Needs::Anything,
    variants: &VARIANTS,
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["record-order"],
    source: include_str!("replay_record.rs"),
    start: |start| Box::new(Records::new(side(&start), ReplayRecord)),
};

struct ReplayRecord;

impl OnRecords for ReplayRecord {
    fn record(&mut self, from: Role, index: usize, frame: Frame) -> Vec<Move> {
        let again = (index == 0).then(|| Move::Inject { name: from, frame: frame.clone() });
        let step = again.is_some().then_some(Move::Step(2));
        step.into_iter().chain([Move::Forward { from, frame }]).chain(again).collect()
    }
}
