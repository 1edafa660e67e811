//! `first-contact`: be there when the two meet for the first time.
//!
//! A key that nobody certifies is believed the first time that it is seen. Who stands between the two then shows a key of its
//! own, and is remembered as the server. From then on the client's own memory works for the attacker: it is the genuine server
//! that looks like an impostor. Who comes later (`later`) shows a key that the client does not know.
//!
//! 1. Replace the client's share by one of the attacker's own.
//! 2. Replace the server's share by another of the attacker's own and the host key too, and sign with it.
//! 3. Open each record with the key of the leg that it came from, read it, seal it with the key of the other; in the next
//!    session show the same host key again.

use crate::{
    attack::{Attack, Family, Info, Move, Needs, Seen, Start, Variant},
    middle::{Middle, Plan},
};
use lab::{
    algebra::{Algebra, real::Value},
    loot::{Loot, Presence},
    term::Sort,
};

pub(super) const INFO: Info = Info {
    id: "first-contact",
    title: "Be there at first contact",
    family: Family::KeysAndPeople,
    needs: Needs::HostKey,
    variants: &[
        Variant::new("first", "from the first session on, until it leaves"),
        Variant::new("later", "in a session after the two have met").after(Loot::NONE),
    ],
    loot: Loot { sessions: &[Presence::There, Presence::There, Presence::Absent], ..Loot::NONE },
    logarithm: None,
    stopped_by: &["known-key", "fingerprint-compare"],
    source: include_str!("first_contact.rs"),
    start: |start| Box::new(FirstContact::new(&start)),
};

struct FirstContact {
    /// The attacker's own host key, the same in every session.
    key: Option<Value>,
    middle: Middle,
}

impl FirstContact {
    fn new(start: &Start) -> Self {
        let drawn = (start.algebra)("host key").fresh("host_secret", Sort::Shared, None).ok();
        let seed = drawn.and_then(|drawn| drawn.octets()?.try_into().ok());
        let key = seed.map(|seed: [u8; 32]| Value::signing_key(&seed));
        let middle = between(start, key.clone());
        Self { key, middle }
    }
}

fn between(start: &Start, key: Option<Value>) -> Middle {
    let as_server = key.map(|key| ("host_secret", key)).into_iter().collect();
    Middle::new(start, Plan { as_server, ..Plan::substitution() })
}

impl Attack for FirstContact {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        self.middle.handle(seen)
    }

    fn again(&mut self, start: Start) {
        self.middle = between(&start, self.key.clone());
    }
}
