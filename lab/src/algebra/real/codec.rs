//! Messages as JSON: the encodings of each sort, and their limits.

use super::{Choice, Offer, Value, sealed::TAG};
use crate::{
    encryption::{EncryptionKey, LEAST_BITS, MOST_BITS},
    group::{Group, LONGEST_PRIME, Modp, named},
    misfit::{Given, Json as Kind, Misfit, Need},
    mode::Message,
    term::Sort,
    wire::{Frame, body},
};
use num_bigint::BigUint;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// Most entries of a list: offers, groups of an offer, certificates of a chain.
const MOST_ENTRIES: usize = 16;

/// Writes a message, its fields in the order of the table.
pub(super) fn write(message: &Message, values: &[Value]) -> Frame {
    let mut body = vec![b'{'];
    for (i, (field, value)) in message.fields.iter().zip(values).enumerate() {
        if i > 0 {
            body.push(b',');
        }
        body.extend(written(&Json::from(field.name)));
        body.push(b':');
        body.extend(written(&encode(value)));
    }
    body.push(b'}');
    Frame { kind: message.kind, body }
}

/// A value as it travels. Writing to memory fails for no value, and is twice as fast as telling it to somebody.
fn written(value: &Json) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// Reads a message's values, in the order of its fields.
pub(super) fn read(message: &Message, frame: &Frame) -> Result<Vec<Value>, Misfit> {
    if frame.kind != message.kind {
        return Err(Misfit::new(
            "frame kind",
            Need::Kind { kind: message.kind.to_string() },
            Given::Text { text: frame.kind.to_string() },
        ));
    }
    let names: Vec<&str> = message.fields.iter().map(|field| field.name).collect();
    let mut fields = body::parse_fields(&frame.body, &names)?;
    message.fields.iter().map(|field| decode(field.name, field.sort, fields.remove(field.name))).collect()
}

pub(super) fn encode(value: &Value) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Offers(offers) => {
            offers.iter().map(|offer| json!({ "mode": offer.mode, "groups": offer.groups })).collect()
        }
        Value::Choice(choice) => json!({ "mode": choice.mode, "group": choice.group }),
        Value::Group(Group::Modp(modp)) => {
            json!({ "p": body::encode(&modp.p.to_bytes_be()), "g": body::encode(&modp.g.to_bytes_be()) })
        }
        Value::Group(group) => json!({ "name": group.name() }),
        Value::Bytes(bytes) => body::encode(bytes),
        Value::Chain(chain) => chain.iter().map(|der| body::encode(der)).collect(),
        Value::Time(time) => json!(time),
        // They do not travel: validation refuses a table that would send one.
        Value::Secret(_) | Value::SigningKey(_) | Value::DecryptionKey(_) | Value::Trust(_) => Json::Null,
    }
}

pub(super) fn decode(field: &str, sort: Sort, value: Option<Json>) -> Result<Value, Misfit> {
    let value = value.ok_or_else(|| body::missing(field))?;
    match sort {
        Sort::Session | Sort::Name => Ok(Value::Text(body::word(field, &value)?)),
        Sort::Sealed => sealed(field, &value),
        Sort::Nonce | Sort::Mac | Sort::VerifyingKey | Sort::Digest => fixed(field, &value, 32),
        Sort::Short => fixed(field, &value, 2),
        Sort::Signature => fixed(field, &value, 64),
        Sort::Public | Sort::Ciphertext => Ok(Value::Bytes(body::decode(field, &value)?)),
        Sort::EncryptionKey => {
            let der = body::decode(field, &value)?;
            let need = Need::EncryptionKey { least: LEAST_BITS, most: MOST_BITS };
            let given = Given::Octets { octets: der.len() };
            EncryptionKey::from_der(&der).ok_or_else(|| Misfit::new(field, need, given))?;
            Ok(Value::Bytes(der))
        }
        Sort::Offers => {
            Ok(Value::Offers(some(field, &value)?.iter().map(|it| offer(field, it)).collect::<Result<_, _>>()?))
        }
        Sort::Choice => {
            let entry = object(field, &value, &["mode", "group"])?;
            Ok(Value::Choice(Choice {
                mode: body::word(field, &entry["mode"])?,
                group: body::word(field, &entry["group"])?,
            }))
        }
        Sort::Group => group(field, &value),
        Sort::Chain => {
            let chain =
                some(field, &value)?.iter().map(|der| body::decode(field, der)).collect::<Result<Vec<_>, _>>()?;
            Ok(Value::Chain(Arc::from(chain)))
        }
        _ => Err(Misfit::new(field, Need::Travels, Given::sort(sort))),
    }
}

fn fixed(field: &str, value: &Json, octets: usize) -> Result<Value, Misfit> {
    let bytes = body::decode(field, value)?;
    if bytes.len() != octets {
        return Err(Misfit::new(field, Need::Octets { octets }, Given::count(bytes.len())));
    }
    Ok(Value::Bytes(bytes))
}

fn sealed(field: &str, value: &Json) -> Result<Value, Misfit> {
    let octets = body::decode(field, value)?;
    if octets.len() < TAG {
        return Err(Misfit::new(field, Need::OctetsAtLeast { octets: TAG }, Given::count(octets.len())));
    }
    Ok(Value::Bytes(octets))
}

fn list<'v>(field: &str, value: &'v Json) -> Result<&'v [Json], Misfit> {
    let items = value.as_array().ok_or_else(|| body::of_kind(field, Kind::Array, value))?;
    if items.len() > MOST_ENTRIES {
        return Err(Misfit::new(field, Need::Entries { most: MOST_ENTRIES }, Given::count(items.len())));
    }
    Ok(items)
}

/// A list that is not empty.
fn some<'v>(field: &str, value: &'v Json) -> Result<&'v [Json], Misfit> {
    match list(field, value)? {
        [] => Err(Misfit::new(field, Need::OneEntry, Given::Nothing)),
        items => Ok(items),
    }
}

fn object<'v>(field: &str, value: &'v Json, names: &[&str]) -> Result<&'v Map<String, Json>, Misfit> {
    let map = value.as_object().ok_or_else(|| body::of_kind(field, Kind::Object, value))?;
    match names.iter().find(|name| !map.contains_key(**name)) {
        Some(name) => Err(body::missing(&format!("{field}.{name}"))),
        None if map.len() != names.len() => {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            Err(Misfit::new(field, Need::Fields { names }, Given::Fields { count: map.len() }))
        }
        None => Ok(map),
    }
}

fn offer(field: &str, value: &Json) -> Result<Offer, Misfit> {
    let entry = object(field, value, &["mode", "groups"])?;
    let groups =
        some(field, &entry["groups"])?.iter().map(|group| body::word(field, group)).collect::<Result<_, _>>()?;
    Ok(Offer { mode: body::word(field, &entry["mode"])?, groups })
}

fn group(field: &str, value: &Json) -> Result<Value, Misfit> {
    let entry = object(field, value, &["p", "g"])?;
    let mut numbers = ["p", "g"].into_iter().map(|name| {
        let at = format!("{field}.{name}");
        let bytes = body::decode(&at, &entry[name])?;
        let number = BigUint::from_bytes_be(&bytes);
        if number.bits() > LONGEST_PRIME {
            return Err(Misfit::new(
                at,
                Need::BitsAtMost { bits: LONGEST_PRIME },
                Given::Count { count: number.bits() },
            ));
        }
        if bytes.first().is_none_or(|first| *first == 0) {
            return Err(Misfit::new(at, Need::Positive, Given::Another));
        }
        Ok(number)
    });
    match (numbers.next(), numbers.next()) {
        (Some(p), Some(g)) => {
            let (p, g) = (p?, g?);
            if p.bits() < 3 || !p.bit(0) {
                return Err(Misfit::new(format!("{field}.p"), Need::OddBits { bits: 3 }, Given::text(&p.to_string())));
            }
            Ok(Value::Group(Group::Modp(named::recognise(Modp::new(p, g)))))
        }
        _ => Err(Misfit::new(field, Need::Numbers, Given::Neither)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Validation lets travel what has a form here, and nothing else.
    #[test]
    fn what_travels_has_a_form() {
        for sort in Sort::ALL.iter().copied() {
            let refused = decode("field", sort, Some(Json::Null)).err().map(|misfit| misfit.expected);
            assert_eq!(refused != Some(Need::Travels), sort.travels(), "{sort}");
        }
    }
}
