//! `replay-cert`: the real certificate, without its key.
//!
//! A certificate is public. The attacker shows the server's own beside a signature that it makes with a key of its own,
//! since it cannot make one with the certified key.
//!
//! 1. Replace the client's share by one of the attacker's own.
//! 2. Stand in for the server: copy its real certificate, sign the exchange with another key, make the Finished anew.
//! 3. Open each record with the key of the leg that it came from, read it, seal it with the key of the other.

use crate::{
    attack::{Family, Info, Needs},
    middle::{Middle, Plan},
};
use lab::algebra::real::Value;

pub(super) const INFO: Info = Info {
    id: "replay-cert",
    title: "Show the real certificate without its key",
    family: Family::Certificates,
    needs: Needs::Certificate,
    variants: &[],
    logarithm: false,
    stopped_by: &["transcript-signature"],
    source: include_str!("replay_cert.rs"),
    start: |start| {
        // Any key will do: the certificate is for another one.
        let as_server = vec![("signing_key", Value::signing_key(&[0x17; 32]))];
        Box::new(Middle::new(&start, Plan { as_server, ..Plan::substitution() }))
    },
};
