//! `tamper`: flip bits of a ciphertext.
//!
//! In a stream cipher a flipped bit of the ciphertext is a flipped bit of the plaintext. The attacker does not know the
//! key, but it knows how such messages begin, and turns the first digit of the amount into a 9.
//!
//! 1. Pass the handshake on as it came.
//! 2. Flip bits in the octet of a victim's first record that hides the amount's first digit.

use super::records::{OnRecords, Records, VARIANTS, side};
use crate::attack::{Family, Info, Move, Needs};
use lab::{loot::Loot, role::Role, wire::Frame};

pub(super) const INFO: Info = Info {
    id: "tamper",
    title: "Flip a bit of a record",
    family: Family::Records,
    needs: Needs::Anything,
    variants: &VARIANTS,
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["record-auth"],
    source: include_str!("tamper.rs"),
    start: |start| Box::new(Records::new(side(&start), Tamper)),
};

/// Octets of the sequence number and the content type.
const BEFORE_TEXT: usize = 8 + 1;

/// What stands before the amount, and its first digit.
const fn amount(of: Role) -> (&'static str, u8) {
    match of {
        Role::Client => ("Pay ", b'1'),
        Role::Server => ("Your balance is ", b'4'),
    }
}

struct Tamper;

impl OnRecords for Tamper {
    fn record(&mut self, from: Role, index: usize, before: Frame) -> Vec<Move> {
        if index != 0 {
            return vec![Move::Forward { from, frame: before }];
        }
        let (words, digit) = amount(from);
        let mut after = before.clone();
        if let Some(octet) = after.body.get_mut(BEFORE_TEXT + words.len()) {
            *octet ^= digit ^ b'9';
        }
        vec![Move::Step(2), Move::Alter { from, before, after }]
    }
}
