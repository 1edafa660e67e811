//! `tamper`: flip bits of a ciphertext.
//!
//! In a stream cipher a flipped bit of the ciphertext is a flipped bit of the plaintext. The attacker does not know the
//! key, but it knows how such messages begin, and turns the 1 of the amount into a 9.
//!
//! 1. Pass the handshake on as it came.
//! 2. Flip one bit in the octet of the client's first record that hides the amount's first digit.

use super::records::{OnRecords, Records};
use crate::attack::{Family, Info, Move, Needs};
use lab::{role::Role, wire::Frame};

pub(super) const INFO: Info = Info {
    id: "tamper",
    title: "Flip a bit of a record",
    family: Family::Records,
    needs: Needs::Anything,
    variants: &[],
    logarithm: false,
    stopped_by: &["record-auth"],
    source: include_str!("tamper.rs"),
    start: |_| Box::new(Records::new(Tamper)),
};

/// Octets of the sequence number, the content type and "Pay " before the amount's first digit.
const AMOUNT: usize = 8 + 1 + 4;

struct Tamper;

impl OnRecords for Tamper {
    fn record(&mut self, from: Role, index: usize, before: Frame) -> Vec<Move> {
        if (from, index) != (Role::Client, 0) {
            return vec![Move::Forward { from, frame: before }];
        }
        let mut after = before.clone();
        if let Some(octet) = after.body.get_mut(AMOUNT) {
            *octet ^= b'1' ^ b'9';
        }
        vec![Move::Step(2), Move::Alter { from, before, after }]
    }
}
