//! `tamper-finished`, `tamper-binding` and `tamper-rekey`: flip a bit of a MAC.
//!
//! Whoever compares a MAC only in part, or not at all, does not notice that something on the way was changed. The attacker
//! gains no key; what it shows is that a victim took for its peer's what the peer did not send.
//!
//! 1. Pass the handshake on as it came.
//! 2. Flip one bit of the MAC: of its last octet or of its first, of the client's or of the server's.

use crate::{
    attack::{Attack, Family, Info, Needs, Start, Variant},
    editor::{Edit, Editor, written},
};
use lab::{
    algebra::real::Value,
    loot::Loot,
    mode::Message,
    role::Role,
    term::Sort,
    wire::{Frame, Kind},
};

const VARIANTS: [Variant; 4] = [
    Variant::new("client", "the last octet of the client's MAC"),
    Variant::new("client-first", "its first octet"),
    Variant::new("server", "the last octet of the server's MAC"),
    Variant::new("server-first", "its first octet"),
];

/// One record for each message that carries a MAC.
pub(super) fn infos() -> [Info; 3] {
    let info = |id, title, needs, stopped_by, start| Info {
        id,
        title,
        family: Family::KeysAndPeople,
        needs,
        variants: &VARIANTS,
        loot: Loot::NONE,
        logarithm: None,
        stopped_by,
        source: include_str!("tamper_mac.rs"),
        start,
    };
    [
        info(
            "tamper-finished",
            "Flip a bit of a Finished",
            Needs::Mac(Kind::Finished),
            &["finished", "key-confirmation"],
            |start| tamper(&start, &[Kind::Finished]),
        ),
        info(
            "tamper-binding",
            "Flip a bit of the MAC that binds a name to the key",
            Needs::Mac(Kind::CertificateVerify),
            &["identity-binding"],
            |start| tamper(&start, &[Kind::CertificateVerify]),
        ),
        info(
            "tamper-rekey",
            "Flip a bit of the MAC under which keys are changed",
            Needs::Rekeying,
            &["key-confirmation"],
            |start| tamper(&start, &[Kind::Rekey, Kind::RekeyAck]),
        ),
    ]
}

fn tamper(start: &Start, kinds: &'static [Kind]) -> Box<dyn Attack> {
    let variant = start.variant.as_deref().unwrap_or_default();
    let of = if variant.starts_with("server") { Role::Server } else { Role::Client };
    Box::new(Editor::new(start, Tamper { kinds, of, first: variant.ends_with("first") }))
}

struct Tamper {
    kinds: &'static [Kind],
    of: Role,
    first: bool,
}

impl Edit for Tamper {
    fn edit(&mut self, message: &'static Message, _: &Frame, values: &[Value]) -> Option<Frame> {
        if message.from != self.of || !self.kinds.contains(&message.kind) {
            return None;
        }
        let flipped = message.fields.iter().zip(values).map(|(field, value)| match value {
            Value::Bytes(octets) if field.sort == Sort::Mac => Value::Bytes(flip(octets, self.first)),
            other => other.clone(),
        });
        Some(written(message, &flipped.collect::<Vec<_>>()))
    }
}

fn flip(octets: &[u8], first: bool) -> Vec<u8> {
    let mut flipped = octets.to_vec();
    if let Some(octet) = if first { flipped.first_mut() } else { flipped.last_mut() } {
        *octet ^= 1;
    }
    flipped
}
