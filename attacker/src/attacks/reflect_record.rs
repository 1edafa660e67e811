//! `reflect-record`: throw a victim's words back at it.
//!
//! What the client sealed for the server is returned to the client in the server's place. The attacker reads nothing and
//! needs no key; whether it is believed depends on whether the two directions have keys of their own.
//!
//! 1. Pass the handshake on as it came.
//! 2. Return each of the client's records to the client, and keep the server's own from it.

use super::records::{OnRecords, Records};
use crate::attack::{Family, Info, Move, Needs};
use lab::{role::Role, wire::Frame};

pub(super) const INFO: Info = Info {
    id: "reflect-record",
    title: "Return records to their sender",
    family: Family::Records,
    needs: Needs::Anything,
    variants: &[],
    logarithm: false,
    stopped_by: &["direction-keys"],
    source: include_str!("reflect_record.rs"),
    start: |_| Box::new(Records::new(ReflectRecord)),
};

struct ReflectRecord;

impl OnRecords for ReflectRecord {
    fn record(&mut self, from: Role, index: usize, frame: Frame) -> Vec<Move> {
        match from {
            Role::Server => vec![Move::Drop { from, frame }],
            Role::Client => {
                let step = (index == 0).then_some(Move::Step(2));
                let returned = Move::Inject { name: Role::Server, frame: frame.clone() };
                step.into_iter().chain([Move::Forward { from, frame }, returned]).collect()
            }
        }
    }
}
