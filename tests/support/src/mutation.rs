//! What a hostile or broken peer makes of a frame.

use lab::wire::{Frame, HEADER, Kind};
use serde_json::{Map, Value};

/// One way to spoil a frame. Numbers are taken modulo what there is to choose from.
#[derive(Clone, Debug)]
pub enum Mutation {
    /// Octets of any kind in place of the frame.
    Octets(Vec<u8>),
    /// A frame of this kind with any body.
    Body(Kind, Vec<u8>),
    /// The frame under another kind.
    Kind(Kind),
    /// The frame's first octets only.
    Cut(usize),
    /// One bit changed.
    Flip(usize),
    /// A length that the kind does not allow, with the octets that there are.
    Length(u32),
    /// One of the fields a second time.
    Twice(usize),
    /// One of the fields left out.
    Missing(usize),
    /// A field that the message does not have.
    Surplus,
    /// Another value in one of the fields.
    Field(usize, Value),
    /// Another of the frames that the same party receives, before or after its time.
    Other(usize),
}

impl Mutation {
    /// The octets that come in place of a frame, one of those that the party receives.
    pub fn apply(&self, frame: &Frame, all: &[Frame]) -> Vec<u8> {
        let mut octets = frame.to_bytes();
        let of_kind = |kind, body: Vec<u8>| Frame { kind, body }.to_bytes();
        match self {
            Self::Octets(octets) => octets.clone(),
            Self::Body(kind, body) => of_kind(*kind, body.clone()),
            Self::Kind(kind) => of_kind(*kind, frame.body.clone()),
            Self::Cut(at) => {
                octets.truncate(at % octets.len());
                octets
            }
            Self::Flip(bit) => {
                let bit = bit % (8 * octets.len());
                octets[bit / 8] ^= 1 << (bit % 8);
                octets
            }
            Self::Length(length) => {
                let over = (frame.kind.limit() as u32 + 1).max(length & 0xff_ffff);
                octets[1..HEADER].copy_from_slice(&over.to_be_bytes()[1..]);
                octets
            }
            Self::Twice(at) => self.spoil(frame, |fields, text| {
                let name = fields.keys().nth(at % fields.len()).cloned().unwrap_or_default();
                text.insert_str(1, &format!("{}:0,", Value::from(name)));
            }),
            Self::Surplus => self.spoil(frame, |_, text| text.insert_str(1, "\"surplus\":0,")),
            Self::Missing(at) => self.spoil(frame, |fields, text| {
                let name = fields.keys().nth(at % fields.len()).cloned().unwrap_or_default();
                fields.remove(&name);
                *text = Value::from(fields.clone()).to_string();
            }),
            Self::Field(at, value) => self.spoil(frame, |fields, text| {
                let at = at % fields.len();
                if let Some(field) = fields.values_mut().nth(at) {
                    *field = value.clone();
                }
                *text = Value::from(fields.clone()).to_string();
            }),
            Self::Other(at) => all[at % all.len()].to_bytes(),
        }
    }

    /// Spoils a body of fields; one without fields loses its last octet.
    fn spoil(&self, frame: &Frame, change: impl FnOnce(&mut Map<String, Value>, &mut String)) -> Vec<u8> {
        let fields = serde_json::from_slice::<Map<String, Value>>(&frame.body).ok().filter(|fields| !fields.is_empty());
        let (Some(mut fields), Ok(mut text)) = (fields, String::from_utf8(frame.body.clone())) else {
            return Self::Cut(HEADER + frame.body.len().saturating_sub(1)).apply(frame, &[]);
        };
        change(&mut fields, &mut text);
        Frame { kind: frame.kind, body: text.into_bytes() }.to_bytes()
    }
}
