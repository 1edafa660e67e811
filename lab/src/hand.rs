//! The attacker's hand: what somebody decides about each frame that is held for them, and what becomes of it.

use crate::{
    algebra::{Algebra, real::Real},
    misfit::{Given, Misfit, Need},
    mode::{Message, Mode},
    role::Role,
    wire::{Frame, Kind, body},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::fmt;

/// The one field of a record: what is sealed cannot be taken apart.
pub const BYTES: &str = "bytes";

/// What becomes of a frame that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// It goes on as it came.
    Forward,
    /// It goes on with other values in some of its fields.
    Alter,
    /// It goes no further.
    Drop,
    /// What the attack would do.
    Propose,
    /// What the attack would do, and nothing is held any more.
    Resume,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 5] = [Self::Forward, Self::Alter, Self::Drop, Self::Propose, Self::Resume];

    /// Stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Alter => "alter",
            Self::Drop => "drop",
            Self::Propose => "propose",
            Self::Resume => "resume",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A decision about the frame that is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What becomes of it.
    pub action: Verb,
    /// The fields that are altered with their new values, as messages carry them; of a record [`BYTES`].
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Json>,
}

/// A decision, and the message that it was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// Who sent it.
    pub from: Role,
    /// Its kind.
    pub message: Kind,
    /// What became of it.
    pub action: Verb,
    /// As in [`Decision::fields`].
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Json>,
}

impl Decided {
    /// The decision alone.
    pub fn decision(&self) -> Decision {
        Decision { action: self.action, fields: self.fields.clone() }
    }
}

/// What an attacker's order says of the hand in one session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    /// What was decided beforehand about the first frames of each victim, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<Decided>,
    /// Whether the frames after these are held; what the attack would do with them is done otherwise.
    pub holds: bool,
}

/// The message of a mode that a frame of this kind from this victim is, where it is one of the table's.
fn messages(mode: &'static Mode, from: Role, kind: Kind) -> impl Iterator<Item = &'static Message> {
    mode.messages.iter().filter(move |message| (message.from, message.kind) == (from, kind))
}

/// Whether a decision can be one about a message of this kind, whatever the frame says.
///
/// # Errors
/// The field at fault, what it has to be, what it is.
pub fn fits(mode: &'static Mode, from: Role, kind: Kind, decision: &Decision) -> Result<(), Misfit> {
    let Decision { action, fields } = decision;
    match (action, fields.keys().next()) {
        (Verb::Alter, None) => return Err(Misfit::new("fields", Need::OneEntry, Given::Nothing)),
        (Verb::Alter, Some(_)) => {}
        (_, Some(_)) => return Err(Misfit::new("fields", Need::NoSuchField, Given::One)),
        (_, None) => return Ok(()),
    }
    if kind == Kind::Record {
        return record(fields).map(drop);
    }
    let mut wrong = Misfit::new("message", Need::NoMessage, Given::One);
    for message in messages(mode, from, kind) {
        match values(message, fields) {
            Ok(_) => return Ok(()),
            Err(misfit) => wrong = misfit,
        }
    }
    Err(wrong)
}

/// The frame with other values in some of its fields.
///
/// # Errors
/// The field at fault, what it has to be, what it is.
pub fn altered(mode: &'static Mode, from: Role, frame: &Frame, fields: &Map<String, Json>) -> Result<Frame, Misfit> {
    if frame.kind == Kind::Record {
        return Ok(Frame { kind: frame.kind, body: record(fields)? });
    }
    let real = Real::new([0; 32]);
    let mut wrong = Misfit::new("message", Need::NoMessage, Given::One);
    for message in messages(mode, from, frame.kind) {
        let read = real.read(message, frame).and_then(|came| Ok((came, values(message, fields)?)));
        match read {
            Ok((mut came, new)) => {
                new.into_iter().for_each(|(place, value)| came[place] = value);
                return Ok(real.write(message, &came));
            }
            Err(misfit) => wrong = misfit,
        }
    }
    Err(wrong)
}

/// The values of these fields, by their places in the message.
fn values(message: &Message, fields: &Map<String, Json>) -> Result<Vec<(usize, crate::algebra::real::Value)>, Misfit> {
    let value = |(name, json): (&String, &Json)| {
        let place = message.fields.iter().position(|field| field.name == name);
        let Some(place) = place else { return Err(unknown(name)) };
        let value = Real::value(name, message.fields[place].sort, json.clone())?;
        Ok((place, value))
    };
    let wrong = |misfit: Misfit| Misfit { field: format!("fields.{}", misfit.field), ..misfit };
    fields.iter().map(|it| value(it).map_err(wrong)).collect()
}

/// A record's octets.
fn record(fields: &Map<String, Json>) -> Result<Vec<u8>, Misfit> {
    let inside = format!("fields.{BYTES}");
    if let Some(other) = fields.keys().find(|name| *name != BYTES) {
        return Err(Misfit { field: format!("fields.{other}"), ..unknown(other) });
    }
    let octets = body::decode(&inside, fields.get(BYTES).unwrap_or(&Json::Null))?;
    let most = Kind::Record.limit();
    if octets.len() > most {
        return Err(Misfit::new(inside, Need::OctetsAtMost { octets: most }, Given::count(octets.len())));
    }
    Ok(octets)
}

fn unknown(name: &str) -> Misfit {
    Misfit::new(name.chars().take(64).collect::<String>(), Need::NoSuchField, Given::One)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modes;
    use serde_json::json;

    fn mode() -> &'static Mode {
        modes::find("ecdh").unwrap()
    }

    fn fields(json: Json) -> Map<String, Json> {
        json.as_object().unwrap().clone()
    }

    fn fault(kind: Kind, decision: Json) -> Option<String> {
        let decision = serde_json::from_value(decision).unwrap();
        fits(mode(), Role::Client, kind, &decision).err().map(|misfit| misfit.field)
    }

    #[test]
    fn a_decision_that_cannot_be_one_is_refused_by_its_field() {
        let share = "A".repeat(43);
        for (kind, decision, at) in [
            (Kind::ClientHello, json!({"action": "forward"}), None),
            (Kind::ClientHello, json!({"action": "forward", "fields": {"share": share}}), Some("fields")),
            (Kind::ClientHello, json!({"action": "alter"}), Some("fields")),
            (Kind::ClientHello, json!({"action": "alter", "fields": {"share": share}}), None),
            (Kind::ClientHello, json!({"action": "alter", "fields": {"share": 1}}), Some("fields.share")),
            (Kind::ClientHello, json!({"action": "alter", "fields": {"shares": share}}), Some("fields.shares")),
            (Kind::Record, json!({"action": "alter", "fields": {"share": share}}), Some("fields.share")),
            (Kind::Record, json!({"action": "alter", "fields": {"bytes": "!"}}), Some("fields.bytes")),
            (Kind::Record, json!({"action": "alter", "fields": {"bytes": "AAAA"}}), None),
            (Kind::Certificate, json!({"action": "alter", "fields": {"chain": []}}), Some("message")),
        ] {
            assert_eq!(fault(kind, decision.clone()).as_deref(), at, "{decision}");
        }
    }

    #[test]
    fn what_is_altered_is_the_field_and_nothing_else() {
        let record = Frame { kind: Kind::Record, body: vec![1, 2, 3] };
        let after = altered(mode(), Role::Client, &record, &fields(json!({"bytes": "AAAA"}))).unwrap();
        assert_eq!(after, Frame { kind: Kind::Record, body: vec![0; 3] });
        let strange = Frame { kind: Kind::ClientHello, body: b"{}".to_vec() };
        assert!(altered(mode(), Role::Client, &strange, &fields(json!({"share": "A".repeat(43)}))).is_err());
    }
}
