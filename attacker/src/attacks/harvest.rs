//! `harvest`: record now, decrypt when a quantum computer is there.
//!
//! What travels today has to stay secret for as long as it matters, and whoever keeps recordings can wait. A quantum computer
//! of some size finds the logarithm behind every public value of X25519 and of the finite fields, and the factors of every
//! RSA modulus (Shor, 1994); of a lattice it is not known to find anything. There is none at hand: the lab grants the attacker
//! its answers, which the victims know. That is granted, not performed.
//!
//! 1. Pass every frame on as it came and keep a copy.
//! 2. When the session is over, have the quantum computer find the secret behind each public value (the lab grants what it
//!    would answer), and compute with that whatever it lets one compute.
//! 3. Derive the session key and read the recording.

use super::stolen_key_later::read_later;
use crate::attack::{Family, Info, Needs};
use lab::loot::{Leak, Loot};

pub(super) const INFO: Info = Info {
    id: "harvest",
    title: "Record, and have a quantum computer later",
    family: Family::KeysAndPeople,
    needs: Needs::Shares,
    variants: &[],
    loot: Loot { afterwards: Some(Leak::Quantum), ..Loot::NONE },
    logarithm: None,
    stopped_by: &[],
    source: include_str!("harvest.rs"),
    start: |start| Box::new(read_later(&start)),
};
