//! `reflect-record`: throw a victim's words back at it.
//!
//! What a victim sealed for the other is returned to it in the other's place. The attacker reads nothing and needs no key;
//! whether it is believed depends on whether the two directions have keys of their own.
//!
//! 1. Pass the handshake on as it came.
//! 2. Return each of the victim's records to it, and keep the other's own from it.

use super::records::{OnRecords, Records, VARIANTS, side};
use crate::attack::{Family, Info, Move, Needs};
use lab::{loot::Loot, role::Role, wire::Frame};

pub(super) const INFO: Info = Info {
    id: "reflect-record",
    title: "Return records to their sender",
    family: Family::Records,
    needs: Needs::Anything,
    variants: &VARIANTS,
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["direction-keys"],
    source: include_str!("reflect_record.rs"),
    start: |start| Box::new(Records::new(side(&start), ReflectRecord)),
};

struct ReflectRecord;

impl OnRecords for ReflectRecord {
    fn record(&mut self, from: Role, index: usize, frame: Frame) -> Vec<Move> {
        let step = (index == 0).then_some(Move::Step(2));
        let returned = Move::Inject { name: from.peer(), frame: frame.clone() };
        step.into_iter().chain([Move::Forward { from, frame }, returned]).collect()
    }

    fn other(&mut self, from: Role, frame: Frame) -> Vec<Move> {
        vec![Move::Drop { from, frame }]
    }
}
