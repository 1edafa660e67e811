//! `strip-hybrid`: take the post-quantum half away.
//!
//! Who records today and hopes for a quantum computer has nothing to hope for from a hybrid exchange. So the attacker makes
//! the two believe that one of them knows no hybrids. It reads nothing now: what it gains is a recording that can be read
//! once discrete logarithms on curves can be computed.
//!
//! 1. Pass the handshake on as it came.
//! 2. Take the hybrid groups out of the client's offers.

use crate::{
    attack::{Family, Info, Needs},
    editor::{Edit, Editor, written},
};
use lab::{
    algebra::real::Value,
    group::{Group, named},
    loot::Loot,
    mode::Message,
    wire::Frame,
};

pub(super) const INFO: Info = Info {
    id: "strip-hybrid",
    title: "Take the hybrid groups out of the offers",
    family: Family::Parameters,
    needs: Needs::Hybrid,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["offers-bound"],
    source: include_str!("strip_hybrid.rs"),
    start: |start| Box::new(Editor::new(&start, StripHybrid { done: false })),
};

struct StripHybrid {
    done: bool,
}

impl Edit for StripHybrid {
    fn edit(&mut self, message: &'static Message, _: &Frame, values: &[Value]) -> Option<Frame> {
        let mut values = values.to_vec();
        let offers =
            values.iter_mut().find_map(|value| if let Value::Offers(offers) = value { Some(offers) } else { None })?;
        // What the server says of the offers that it heard is its own affair.
        if std::mem::replace(&mut self.done, true) {
            return None;
        }
        for offer in offers {
            offer.groups.retain(|name| named::find(name) != Some(Group::X25519MlKem768));
        }
        Some(written(message, &values))
    }
}
