//! `stolen-key-later`: record now, and steal the key afterwards.
//!
//! Nobody was attacked while the session ran. Later the server's private key is stolen, bought, found on an old disk or handed
//! over by order. Where that key is what the session's secret was encrypted to, all that was ever recorded is open; where it
//! only signed, or agreed beside a secret that both sides have thrown away, it opens nothing of the past: forward secrecy. And
//! where the machine itself is seized, all that it has not thrown away is found in its memory: what was said before the last
//! change of keys stays closed where each key is made from the one before, one way.
//!
//! 1. Pass every frame on as it came and keep a copy.
//! 2. When the session is over, come by the server's private key, or by what is left of the session in its memory, and compute
//!    with it whatever it lets one compute.
//! 3. Derive the keys of the session and read what they open of the recording.

use crate::{
    attack::{Family, Info, Needs, Start, Variant},
    leg::leaked,
    passive::Passive,
};
use lab::loot::{Leak, Loot};

pub(super) const INFO: Info = Info {
    id: "stolen-key-later",
    title: "Record, and steal the key afterwards",
    family: Family::KeysAndPeople,
    needs: Needs::Anything,
    variants: &[
        Variant::new("lasting", "the private key by which the client knows the server").needing(Needs::LastingKey),
        Variant::new("memory", "the secrets of the session that the server has not thrown away by its end")
            .after(Loot { afterwards: Some(Leak::Memory), ..Loot::NONE }),
    ],
    loot: Loot { afterwards: Some(Leak::ServerKey), ..Loot::NONE },
    logarithm: None,
    stopped_by: &[],
    source: include_str!("stolen_key_later.rs"),
    start: |start| Box::new(read_later(&start)),
};

/// Reads the recording with what was come by afterwards.
pub(super) fn read_later(start: &Start) -> Passive {
    let known = leaked(start.mode, start.afterwards.as_ref());
    Passive::new(start, move |listener| listener.suppose([known.clone()]))
}
