//! What stands where in a frame, for people who look at its octets: places are the decoder's own, nothing is guessed.

use crate::{
    certificate,
    mode::Message,
    record::Sealed,
    term::Sort,
    wire::{HEADER, Kind, base64url, body},
};
use serde::{
    Serialize,
    de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::fmt;

/// A part of some octets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its first octet, counted from 0.
    pub from: usize,
    /// The octet behind its last.
    pub to: usize,
    /// What it is.
    #[serde(flatten)]
    pub is: Is,
    /// The parts that it is made of, as far as they are named, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Is {
    /// The number of the frame's kind.
    Kind,
    /// How long the body is.
    Length,
    /// The body.
    Body,
    /// A field of the body or of an object within it: its name, a colon and its value.
    Field {
        /// Its name.
        name: String,
    },
    /// One of several values of a field.
    Item,
    /// The octets that a text in base64url stands for, counted by themselves.
    Octets {
        /// How many.
        octets: usize,
        /// What is within them; nothing where they have no parts.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        within: Vec<Part>,
    },
    /// The number of a record.
    Sequence,
    /// What a record seals.
    Ciphertext,
    /// What shows that a record is whole and its sender's.
    Tag,
    /// A value of a certificate.
    Value {
        /// What the grammar of RFC 5280 calls it.
        field: &'static str,
        /// Octets of its tag and its length.
        header: usize,
        /// Its type's tag.
        tag: u8,
        /// What it says, where that is a text, a number or a name.
        #[serde(skip_serializing_if = "Option::is_none")]
        says: Option<String>,
    },
}

impl Part {
    /// A part that is not made of others.
    pub const fn whole(from: usize, to: usize, is: Is) -> Self {
        Self { from, to, is, parts: Vec::new() }
    }
}

/// The parts of a frame that is to be this message of a table. What is no frame has as many of them as it has, and a body that
/// is malformed has none of its own.
pub fn frame(octets: &[u8], message: Option<&Message>) -> Vec<Part> {
    let ends = [(0, 1, Is::Kind), (1, HEADER, Is::Length)];
    let ends = ends.into_iter().filter(|(_, to, _)| *to <= octets.len());
    let mut parts: Vec<Part> = ends.map(|(from, to, is)| Part::whole(from, to, is)).collect();
    if let (Some(kind), Some(body)) = (octets.first(), octets.get(HEADER..).filter(|body| !body.is_empty())) {
        let is_record = Kind::from_number(*kind) == Some(Kind::Record);
        let within = if is_record { record(body) } else { handshake(body, message) };
        parts.push(Part { parts: within, ..Part::whole(HEADER, octets.len(), Is::Body) });
    }
    parts
}

/// The parts of a record's body.
fn record(body: &[u8]) -> Vec<Part> {
    let Some(sealed) = Sealed::parse(body) else { return Vec::new() };
    let end = HEADER + body.len();
    let tag = end - sealed.tag.len();
    let ciphertext = tag - sealed.ciphertext.len();
    vec![
        Part::whole(HEADER, ciphertext, Is::Sequence),
        Part::whole(ciphertext, tag, Is::Ciphertext),
        Part::whole(tag, end, Is::Tag),
    ]
}

/// The fields of a handshake's body.
fn handshake(octets: &[u8], message: Option<&Message>) -> Vec<Part> {
    // What the strict reader refuses is not taken apart by another one.
    let text = std::str::from_utf8(octets).ok().filter(|_| body::parse(octets).is_ok());
    let Some(text) = text else { return Vec::new() };
    let body = Body { text };
    let Ok(Level::Object(fields)) = serde_json::from_str::<Level<'_>>(text) else { return Vec::new() };
    let texts = |name: &str| {
        let field = message.and_then(|message| message.fields.iter().find(|field| field.name == name));
        field.map_or(Texts::Words, |field| Texts::of(field.sort))
    };
    fields.into_iter().map(|(name, value)| body.field(text, texts(&name), name, value)).collect()
}

/// What the texts within a field are.
#[derive(Clone, Copy)]
enum Texts {
    Words,
    Octets,
    Certificates,
}

impl Texts {
    const fn of(sort: Sort) -> Self {
        match sort {
            Sort::Session | Sort::Offers | Sort::Choice | Sort::Name => Self::Words,
            Sort::Chain => Self::Certificates,
            _ => Self::Octets,
        }
    }
}

/// A body whose values are pieces of it.
#[derive(Clone, Copy)]
struct Body<'t> {
    text: &'t str,
}

impl<'t> Body<'t> {
    /// Where a piece of the body begins, in the frame.
    fn at(self, piece: &'t str) -> usize {
        HEADER + piece.as_ptr().addr().saturating_sub(self.text.as_ptr().addr())
    }

    /// The parts of a value, given as it stands in the body.
    fn within(self, texts: Texts, raw: &'t str) -> Vec<Part> {
        match serde_json::from_str::<Level<'_>>(raw) {
            Ok(Level::Object(entries)) => {
                entries.into_iter().map(|(name, value)| self.field(raw, texts, name, value)).collect()
            }
            Ok(Level::Array(items)) => items.into_iter().map(|item| self.item(texts, item)).collect(),
            Ok(Level::Text(text)) => self.octets(texts, raw, &text).into_iter().collect(),
            Ok(Level::Other) | Err(_) => Vec::new(),
        }
    }

    fn field(self, around: &'t str, texts: Texts, name: String, value: &'t str) -> Part {
        let at = self.at(value);
        let before =
            around[..at - self.at(around)].trim_end().strip_suffix(':').and_then(|text| opening(text.trim_end()));
        let from = before.map_or(at, |from| self.at(around) + from);
        Part { parts: self.within(texts, value), ..Part::whole(from, at + value.len(), Is::Field { name }) }
    }

    fn item(self, texts: Texts, value: &'t str) -> Part {
        let at = self.at(value);
        Part { parts: self.within(texts, value), ..Part::whole(at, at + value.len(), Is::Item) }
    }

    fn octets(self, texts: Texts, raw: &'t str, text: &str) -> Option<Part> {
        let within: fn(&[u8]) -> Vec<Part> = match texts {
            Texts::Words => return None,
            Texts::Octets => |_| Vec::new(),
            Texts::Certificates => certificate::layout,
        };
        let octets = base64url(text)?;
        let (at, within) = (self.at(raw), within(&octets));
        Some(Part::whole(at, at + raw.len(), Is::Octets { octets: octets.len(), within }))
    }
}

/// Where the name begins that a text ends with: its opening quotation mark, which no backslash stands before.
fn opening(named: &str) -> Option<usize> {
    let name = named.strip_suffix('"')?;
    name.match_indices('"').rev().map(|(at, _)| at).find(|at| {
        let escapes = name[..*at].bytes().rev().take_while(|octet| *octet == b'\\').count();
        escapes.is_multiple_of(2)
    })
}

/// A value with what is directly within it, as it is written.
enum Level<'t> {
    Object(Vec<(String, &'t str)>),
    Array(Vec<&'t str>),
    Text(String),
    Other,
}

impl<'de> Deserialize<'de> for Level<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Level<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some((name, value)) = entries.next_entry::<String, &RawValue>()? {
                    all.push((name, value.get()));
                }
                Ok(Level::Object(all))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element::<&RawValue>()? {
                    all.push(item.get());
                }
                Ok(Level::Array(all))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Level::Text(text.to_owned()))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Level::Other)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Level::Other)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Level::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Level::Other)
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Level::Other)
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{modes, wire::Frame};

    fn told(octets: &[u8], parts: &[Part], out: &mut Vec<String>) {
        for part in parts {
            let text = String::from_utf8_lossy(&octets[part.from..part.to]).into_owned();
            let name = match &part.is {
                Is::Field { name } => name.clone(),
                Is::Octets { octets, .. } => format!("{octets} octets"),
                other => format!("{other:?}").to_lowercase(),
            };
            out.push(format!("{name}: {text}"));
            told(octets, &part.parts, out);
        }
    }

    #[test]
    fn each_field_is_where_it_stands_however_it_is_written() {
        let message = modes::find("ecdh").unwrap().messages[1];
        let body = " {\"random\" : \"AAEC\",\n\"cho\\u0069ce\":{\"mode\":\"ecdh\"}, \"share\":[1, [\"-_8\"]]} ";
        let octets = Frame { kind: Kind::ServerHello, body: body.as_bytes().to_vec() }.to_bytes();
        let mut out = Vec::new();
        told(&octets[..], &frame(&octets, Some(&message))[2..], &mut out);
        assert_eq!(
            out[1..],
            [
                "random: \"random\" : \"AAEC\"",
                "3 octets: \"AAEC\"",
                "choice: \"cho\\u0069ce\":{\"mode\":\"ecdh\"}",
                "mode: \"mode\":\"ecdh\"",
                "share: \"share\":[1, [\"-_8\"]]",
                "item: 1",
                "item: [\"-_8\"]",
                "item: \"-_8\"",
                "2 octets: \"-_8\"",
            ]
        );
    }

    #[test]
    fn parts_lie_within_each_other_and_never_overlap() {
        fn holds(parts: &[Part], from: usize, to: usize) {
            let mut at = from;
            for part in parts {
                assert!(at <= part.from && part.from <= part.to && part.to <= to, "{part:?} in {from}..{to}");
                holds(&part.parts, part.from, part.to);
                if let Is::Octets { octets, within } = &part.is {
                    holds(within, 0, *octets);
                }
                at = part.to;
            }
        }
        for body in
            ["{}", "{\"a\":\"\"}", "{\"a\\\"\":0,\"\\\\\":[]}", "", "{", "[1]", "{\"a\":1,\"a\":2}", "\u{feff}{}"]
        {
            for kind in [1, 4, 23, 99] {
                let octets = [&[kind, 0, 0, 0], body.as_bytes()].concat();
                (0..=octets.len()).for_each(|end| holds(&frame(&octets[..end], None), 0, end));
            }
        }
    }

    #[test]
    fn a_record_is_its_number_what_it_seals_and_its_tag() {
        let octets = [&[23, 0, 0, 27][..], &[0; 27]].concat();
        let parts = frame(&octets, None)[2].parts.iter().map(|part| part.to - part.from).collect::<Vec<_>>();
        assert_eq!(parts, [8, 3, 16]);
        assert!(frame(&octets[..20], None)[2].parts.is_empty());
    }
}
