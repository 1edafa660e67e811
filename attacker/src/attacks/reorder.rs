//! `reorder`: deliver records in another order.
//!
//! "Pay" and "but only if" mean something else the other way round, and each of them is authentic.
//!
//! 1. Pass the handshake on as it came.
//! 2. Hold a victim's first record back until the second has passed.

use super::records::{OnRecords, Records, VARIANTS, side};
use crate::attack::{Family, Info, Move, Needs};
use lab::{loot::Loot, role::Role, wire::Frame};

pub(super) const INFO: Info = Info {
    id: "reorder",
    title: "Swap two records",
    family: Family::Records,
    needs: Needs::Anything,
    variants: &VARIANTS,
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["record-order"],
    source: include_str!("reorder.rs"),
    start: |start| Box::new(Records::new(side(&start), Reorder { held: None })),
};

struct Reorder {
    held: Option<Frame>,
}

impl OnRecords for Reorder {
    fn record(&mut self, from: Role, index: usize, frame: Frame) -> Vec<Move> {
        if index == 0 {
            self.held = Some(frame.clone());
            return vec![Move::Step(2), Move::Hold { from, frame }];
        }
        let first = self.held.take().map(|frame| Move::Forward { from, frame });
        std::iter::once(Move::Forward { from, frame }).chain(first).collect()
    }
}
