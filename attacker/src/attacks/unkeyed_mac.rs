//! `unkeyed-mac`: make a MAC with no key.
//!
//! A MAC proves something to whoever computes it with a secret key. Where a key that was never set is used, anybody makes the
//! same: of a key that is empty, and of one of zeros, HMAC makes one and the same (RFC 2104 section 2). The attacker gains no key;
//! it shows that a victim took for its peer's proof what anybody can make.
//!
//! 1. Pass the handshake on as it came.
//! 2. Put a MAC over the same text, made with an empty key, in the place of each of the client's, or of the server's.

use crate::{
    attack::{Attack, Family, Info, Needs, Start, Variant},
    editor::{Edit, Editor, written},
    leg::{Known, Leg},
};
use lab::{
    algebra::real::Value,
    loot::Loot,
    mode::{Message, Mode},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Frame,
};

pub(super) const INFO: Info = Info {
    id: "unkeyed-mac",
    title: "Make a MAC with no key",
    family: Family::KeysAndPeople,
    needs: Needs::Macs,
    variants: &[Variant::new("client", "the client's MACs"), Variant::new("server", "the server's MACs")],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["finished", "key-confirmation", "identity-binding", "psk-binder"],
    source: include_str!("unkeyed_mac.rs"),
    start,
};

/// Every key with which a mode's MACs are made, as if it were empty.
pub(super) fn empty_keys(mode: &Mode) -> Vec<Known> {
    let fields = mode.messages.iter().flat_map(|message| message.fields).filter(|field| field.sort == Sort::Mac);
    let keys = fields.filter_map(|field| match field.value {
        Expr::Apply(Op::Mac, [Expr::Var(key), _]) => Some(*key),
        _ => None,
    });
    keys.map(|key| (key, Value::secret(&[]))).collect()
}

fn start(start: Start) -> Box<dyn Attack> {
    let of = if start.variant.as_deref() == Some("server") { Role::Server } else { Role::Client };
    let leg = Leg::new(start.mode, (start.algebra)("unused"), Vec::new(), &[]);
    let keys = empty_keys(start.mode);
    Box::new(Editor::new(&start, UnkeyedMac { of, leg, keys }))
}

struct UnkeyedMac {
    of: Role,
    /// The handshake up to the message that is looked at.
    leg: Leg,
    keys: Vec<Known>,
}

impl Edit for UnkeyedMac {
    fn edit(&mut self, message: &'static Message, frame: &Frame, values: &[Value]) -> Option<Frame> {
        let made = self.leg.as_if(&self.keys, frame);
        self.leg.observe(frame);
        let (_, made) = made.filter(|_| message.from == self.of && message.carries(Sort::Mac))?;
        let fields = message.fields.iter().zip(values).zip(made);
        let unkeyed = fields.map(|((field, came), made)| if field.sort == Sort::Mac { made } else { came.clone() });
        Some(written(message, &unkeyed.collect::<Vec<_>>()))
    }
}
