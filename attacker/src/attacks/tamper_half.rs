//! `tamper-half`: flip a bit of a first half.
//!
//! The first half of a message is worth what its reader makes of it when the second one comes. Whoever does not compare the two
//! has been promised nothing; the attacker gains no key, but the two have not said the same any more.
//!
//! 1. Pass the handshake on as it came.
//! 2. Flip one bit of the client's or of the server's first half.

use crate::{
    attack::{Family, Info, Needs, Variant},
    editor::{Edit, Editor, written},
};
use lab::{
    algebra::real::Value,
    loot::Loot,
    mode::Message,
    role::Role,
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "tamper-half",
    title: "Flip a bit of a first half",
    family: Family::KeysAndPeople,
    needs: Needs::Halves,
    variants: &[Variant::new("client", "the client's"), Variant::new("server", "the server's")],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["halves-fit"],
    source: include_str!("tamper_half.rs"),
    start: |start| {
        let of = if start.variant.as_deref() == Some("server") { Role::Server } else { Role::Client };
        Box::new(Editor::new(&start, TamperHalf(of)))
    },
};

struct TamperHalf(Role);

impl Edit for TamperHalf {
    fn edit(&mut self, message: &'static Message, _: &Frame, values: &[Value]) -> Option<Frame> {
        if (message.kind, message.from) != (Kind::Half, self.0) {
            return None;
        }
        let flipped = values.iter().map(|value| match value.octets() {
            Some([first, rest @ ..]) => Value::Bytes([&[first ^ 1], rest].concat()),
            _ => value.clone(),
        });
        Some(written(message, &flipped.collect::<Vec<_>>()))
    }
}
