//! `reflect-finished`: return a Finished to its sender.
//!
//! A MAC proves that its maker holds the key, and the receiver holds the same one. Were both sides' Finished made with one
//! key over one text, a victim's own would pass for its peer's.
//!
//! 1. Pass the handshake on as it came, and keep the first Finished.
//! 2. Put its MAC in the place of the second one's, which goes to the sender of the first.

use crate::{
    attack::{Family, Info, Needs},
    editor::{Edit, Editor, written},
};
use lab::{
    algebra::real::Value,
    loot::Loot,
    mode::Message,
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "reflect-finished",
    title: "Return a Finished to its sender",
    family: Family::KeysAndPeople,
    needs: Needs::Mac(Kind::Finished),
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["finished", "key-confirmation"],
    source: include_str!("reflect_finished.rs"),
    start: |start| Box::new(Editor::new(&start, ReflectFinished { first: None })),
};

struct ReflectFinished {
    first: Option<Vec<Value>>,
}

impl Edit for ReflectFinished {
    fn edit(&mut self, message: &'static Message, _: &Frame, values: &[Value]) -> Option<Frame> {
        if message.kind != Kind::Finished {
            return None;
        }
        match self.first.take() {
            Some(first) => Some(written(message, &first)),
            None => {
                self.first = Some(values.to_vec());
                None
            }
        }
    }
}
