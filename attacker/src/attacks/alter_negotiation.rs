//! `alter-negotiation`: change what was said before the signature.
//!
//! A signature protects what it covers. Each variant changes one field of one message that a victim signs later on, as
//! harmlessly as its sort allows, so that nothing but the signature's scope can tell: the field that a scope leaves out is
//! the attacker's to choose. Where the server signs nothing, the Finished alone covers what was said. The variants are those
//! of the tables: every field of every message before a signature, or before that Finished.
//!
//! 1. Pass the handshake on as it came.
//! 2. Change the field: an offer more, a bit of a nonce or share, a certificate twice; of all others the spelling, which
//!    leaves the value as it is and only the signed octets not.

use crate::{
    attack::{Family, Info, Needs, Variant},
    editor::{Edit, Editor, written},
};
use lab::{
    algebra::real::Value,
    loot::Loot,
    mode::{Field, Message, Mode},
    modes,
    term::Sort,
    wire::Frame,
};
use std::sync::LazyLock;

pub(super) fn info() -> Info {
    Info {
        id: "alter-negotiation",
        title: "Change a field that is signed later",
        family: Family::Substitution,
        needs: Needs::Vouched,
        variants: &VARIANTS,
        loot: Loot::NONE,
        logarithm: None,
        stopped_by: &["transcript-signature"],
        source: include_str!("alter_negotiation.rs"),
        start: |start| {
            let named = start.variant.as_deref().unwrap_or(VARIANTS[0].id);
            let field = fields().find(|(_, field)| id(field) == named).map_or("", |(_, field)| field.binds);
            Box::new(Editor::new(&start, AlterNegotiation { field }))
        },
    }
}

/// Every field of every message for which somebody vouches later, of all modes.
fn fields() -> impl Iterator<Item = (&'static Message, &'static Field)> {
    modes::tables().flat_map(Mode::vouched_fields)
}

fn id(field: &Field) -> String {
    field.binds.replace('_', "-")
}

/// One variant for each field. The registry lives as long as the process, and so do its words.
static VARIANTS: LazyLock<Vec<Variant>> = LazyLock::new(|| {
    let mut variants: Vec<Variant> = Vec::new();
    for (message, field) in fields() {
        let id = id(field);
        if variants.iter().all(|variant| variant.id != id) {
            let title = format!("{} of the {}'s {}", field.name, message.from, message.kind);
            let needs = Needs::Signed(field.binds);
            variants.push(Variant {
                id: Box::leak(id.into_boxed_str()),
                title: Box::leak(title.into_boxed_str()),
                needs,
                loot: None,
            });
        }
    }
    variants
});

struct AlterNegotiation {
    field: &'static str,
}

impl Edit for AlterNegotiation {
    fn edit(&mut self, message: &'static Message, frame: &Frame, values: &[Value]) -> Option<Frame> {
        let at = message.fields.iter().position(|field| field.binds == self.field)?;
        let field = &message.fields[at];
        match other(field.sort, &values[at]) {
            Some(value) => {
                let mut values = values.to_vec();
                values[at] = value;
                Some(written(message, &values))
            }
            None => respelled(frame, field.name),
        }
    }
}

/// Another value of which the receiver makes the same, or one that it cannot tell from the right one.
fn other(sort: Sort, value: &Value) -> Option<Value> {
    match (sort, value) {
        (Sort::Offers, Value::Offers(offers)) => {
            let mut offers = offers.clone();
            offers.first_mut()?.groups.push("x448".to_owned());
            Some(Value::Offers(offers))
        }
        (Sort::Nonce | Sort::Public, Value::Bytes(octets)) => {
            let mut octets = octets.clone();
            *octets.first_mut()? ^= 1;
            Some(Value::Bytes(octets))
        }
        (Sort::Chain, Value::Chain(chain)) => Some(Value::Chain(chain.iter().chain(chain.last()).cloned().collect())),
        _ => None,
    }
}

/// The same values in other octets: a blank before the field's value (docs/wire.md section 3).
fn respelled(frame: &Frame, field: &str) -> Option<Frame> {
    let name = format!("\"{field}\":");
    let at = frame.body.windows(name.len()).position(|window| window == name.as_bytes())? + name.len();
    let mut body = frame.body.clone();
    body.insert(at, b' ');
    Some(Frame { kind: frame.kind, body })
}
