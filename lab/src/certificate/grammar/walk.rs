//! The walk over the values of a certificate or list, along the tables. Linear in the input, but for the sorting of what
//! must be distinct; nested no deeper than the input is.

use super::primitive::{self, Charset};
use super::{Field, Presence, Row, Type};
use crate::certificate::error::DecodeError;
use crate::certificate::oid::oid_text;
use crate::certificate::reason::{Form, Got};
use crate::certificate::{der, dn};
use std::cell::RefCell;

/// One value in the input.
struct Value<'d> {
    /// Where its first octet stands.
    at: usize,
    tag: u8,
    raw: &'d [u8],
    content: &'d [u8],
}

impl<'d> Value<'d> {
    /// The values inside this one.
    fn values(&self) -> Values<'d> {
        Values { rest: self.content, at: self.at + self.raw.len() - self.content.len() }
    }
}

/// Values one after the other.
struct Values<'d> {
    rest: &'d [u8],
    at: usize,
}

impl<'d> Values<'d> {
    fn next(&mut self, field: &'static str) -> Result<Option<Value<'d>>, DecodeError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (tag, start, end) =
            der::header(self.rest, 0).map_err(|got| DecodeError::new(field, Form::Der, got.moved(self.at)))?;
        let (raw, rest) = self.rest.split_at(end);
        let value = Value { at: self.at, tag, raw, content: &raw[start..] };
        (self.rest, self.at) = (rest, self.at + end);
        Ok(Some(value))
    }

    /// Nothing more is there.
    fn end(&mut self, field: &'static str) -> Result<(), DecodeError> {
        match self.next(field)? {
            None => Ok(()),
            Some(value) => Err(unexpected(field, Form::NothingMore, &value)),
        }
    }
}

/// What stands around a value.
#[derive(Clone, Copy)]
struct Place<'d> {
    /// The innermost component of a sequence that has a name.
    field: &'static str,
    /// The object identifier before it in the same sequence.
    oid: &'d [u8],
    /// Who wants to know where each value stands.
    seen: Option<&'d RefCell<Vec<Span>>>,
}

/// Where a value stands in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its first octet.
    pub(crate) from: usize,
    /// The first of its content.
    pub(crate) content: usize,
    /// The one behind its last.
    pub(crate) to: usize,
    /// What the grammar calls it; the name of what is around it, where it has none of its own.
    pub(crate) field: &'static str,
}

impl Place<'_> {
    fn sees(&self, value: &Value<'_>) {
        if let Some(seen) = self.seen {
            let to = value.at + value.raw.len();
            seen.borrow_mut().push(Span { from: value.at, content: to - value.content.len(), to, field: self.field });
        }
    }
}

/// Exactly one value of this type.
pub(super) fn one(field: &'static str, of: &'static Type, der: &[u8]) -> Result<(), DecodeError> {
    alone(of, &mut Values { rest: der, at: 0 }, Place { field, oid: &[], seen: None })
}

/// Where each value stands, each before those within it, as far as the grammar allows them.
pub(super) fn spans(field: &'static str, of: &'static Type, der: &[u8]) -> Vec<Span> {
    let seen = RefCell::new(Vec::new());
    // What is there up to a fault is there all the same.
    let _ = alone(of, &mut Values { rest: der, at: 0 }, Place { field, oid: &[], seen: Some(&seen) });
    seen.into_inner()
}

fn alone<'d>(of: &'static Type, values: &mut Values<'d>, place: Place<'d>) -> Result<(), DecodeError> {
    let value = values.next(place.field)?.ok_or_else(|| missing(of, place.field, values.at))?;
    check(of, &value, place)?;
    values.end(place.field)
}

fn check<'d>(of: &'static Type, value: &Value<'d>, place: Place<'d>) -> Result<(), DecodeError> {
    if !admits(of, value.tag, place.oid) {
        return Err(unexpected(place.field, describe(of), value));
    }
    place.sees(value);
    content(of, value, place)
}

/// Whether a value of this type may begin with this identifier octet.
fn admits(of: &Type, tag: u8, oid: &[u8]) -> bool {
    match of {
        Type::Boolean => tag == 0x01,
        Type::Integer | Type::Natural => tag == 0x02,
        Type::Bits(_) => tag == 0x03,
        Type::Octets | Type::Sized(_) | Type::Containing(_) => tag == 0x04,
        Type::Null => tag == 0x05,
        Type::ObjectIdentifier => tag == 0x06,
        Type::Enumerated(_) => tag == 0x0a,
        Type::Text(charset, _) => tag == charset.tag(),
        Type::UtcTime => tag == 0x17,
        Type::GeneralizedTime => tag == 0x18,
        Type::Sequence(_) | Type::SomeOf(..) | Type::Together(..) | Type::SequenceOf(..) | Type::Distinct(_) => {
            tag == 0x30
        }
        Type::SetOf(_) => tag == 0x31,
        Type::Choice(types) => types.iter().any(|of| admits(of, tag, oid)),
        Type::Explicit(number, _) => tag == 0xa0 | number,
        Type::Implicit(number, of) => tag == 0x80 | number | if is_constructed(of) { 0x20 } else { 0 },
        Type::DefinedBy(rows, otherwise) => match (row(rows, oid), otherwise) {
            (Some(row), _) => admits(row.of, tag, oid),
            (None, Some(of)) => admits(of, tag, oid),
            (None, None) => true,
        },
        Type::Any => tag & 0xc0 == 0,
        Type::Absent => false,
        Type::Structure => true,
    }
}

fn is_constructed(of: &Type) -> bool {
    matches!(
        of,
        Type::Sequence(_)
            | Type::SomeOf(..)
            | Type::Together(..)
            | Type::SequenceOf(..)
            | Type::Distinct(_)
            | Type::SetOf(_)
            | Type::Explicit(..)
            | Type::Structure
    )
}

fn row(rows: &'static [Row], oid: &[u8]) -> Option<&'static Row> {
    rows.iter().find(|row| row.oid == oid)
}

/// The content of a value whose tag is right.
fn content<'d>(of: &'static Type, value: &Value<'d>, place: Place<'d>) -> Result<(), DecodeError> {
    let canonical = |canonical: bool| if canonical { Ok(()) } else { Err(malformed(of, value, place.field)) };
    let octets = value.content;
    match of {
        Type::Boolean => canonical(matches!(octets, [0x00 | 0xff])),
        Type::Integer => canonical(primitive::is_integer(octets)),
        Type::Natural => canonical(primitive::is_integer(octets) && octets[0] & 0x80 == 0),
        Type::Enumerated(allowed) => canonical(matches!(octets, [octet] if allowed.contains(octet))),
        Type::Bits(bits) => canonical(bits.admits(octets)),
        Type::Octets => Ok(()),
        Type::Sized(lengths) => canonical(lengths.contains(&octets.len())),
        Type::Containing(of) => containing(of, value, place),
        Type::Null => canonical(octets.is_empty()),
        Type::ObjectIdentifier => canonical(primitive::is_object_identifier(octets)),
        Type::Text(charset, least) => canonical(octets.len() >= *least && charset.admits(octets)),
        Type::UtcTime => canonical(primitive::is_utc_time(octets)),
        Type::GeneralizedTime => canonical(primitive::is_generalized_time(octets)),
        Type::Sequence(fields) => sequence(fields, value, place),
        Type::SomeOf(fields, needed) => {
            canonical(present(needed, value, place)? > 0)?;
            sequence(fields, value, place)
        }
        Type::Together(fields, pair) => {
            let present = present(pair, value, place)?;
            canonical(present == 0 || present == pair.len())?;
            sequence(fields, value, place)
        }
        Type::SequenceOf(of, least) => elements(of, *least, value, place).map(drop),
        Type::Distinct(of) => distinct(of, value, place),
        Type::SetOf(of) => set(of, value, place),
        Type::Choice(types) => match types.iter().find(|of| admits(of, value.tag, place.oid)) {
            Some(of) => content(of, value, place),
            None => Err(unexpected(place.field, describe(of), value)),
        },
        Type::Explicit(_, of) => alone(of, &mut value.values(), place),
        Type::Implicit(_, of) => content(of, value, place),
        Type::DefinedBy(rows, otherwise) => match (row(rows, place.oid), otherwise) {
            (Some(row), _) => content(row.of, value, Place { field: row.name, ..place }),
            (None, Some(of)) => content(of, value, place),
            (None, None) => Ok(()),
        },
        Type::Any => universal(value, place),
        Type::Absent => Err(unexpected(place.field, describe(of), value)),
        Type::Structure => inside(value, place),
    }
}

/// How many of the values inside have one of these identifier octets.
fn present<'d>(tags: &[u8], value: &Value<'d>, place: Place<'d>) -> Result<usize, DecodeError> {
    let mut values = value.values();
    let mut count = 0;
    while let Some(field) = values.next(place.field)? {
        count += usize::from(tags.contains(&field.tag));
    }
    Ok(count)
}

/// The components in their order, each there or rightly left out, and nothing else.
fn sequence<'d>(fields: &'static [Field], value: &Value<'d>, around: Place<'d>) -> Result<(), DecodeError> {
    let mut values = value.values();
    let mut next = values.next(around.field)?;
    let mut place = Place { oid: &[], ..around };
    for field in fields {
        place.field = field.name;
        let Some(value) = next.as_ref().filter(|value| admits(field.of, value.tag, place.oid)) else {
            if matches!(field.presence, Presence::Required) {
                return Err(match &next {
                    Some(value) => unexpected(field.name, describe(field.of), value),
                    None => missing(field.of, field.name, values.at),
                });
            }
            continue;
        };
        place.sees(value);
        content(field.of, value, place)?;
        if matches!(field.presence, Presence::Default(default) if default == value.content) {
            return Err(unexpected(field.name, Form::NoDefault, value));
        }
        if matches!(field.of, Type::ObjectIdentifier) {
            place.oid = value.content;
        }
        next = values.next(around.field)?;
    }
    match next {
        None => Ok(()),
        Some(value) => Err(unexpected(around.field, Form::NothingMore, &value)),
    }
}

/// At least so many elements, and how many they are.
fn elements<'d>(of: &'static Type, least: usize, value: &Value<'d>, place: Place<'d>) -> Result<usize, DecodeError> {
    let mut values = value.values();
    let mut count = 0;
    while let Some(element) = values.next(place.field)? {
        check(of, &element, place)?;
        count += 1;
    }
    if count < least {
        return Err(DecodeError::new(place.field, Form::OneElement, Got::NoElement { at: values.at }));
    }
    Ok(count)
}

/// No two elements with the same object identifier.
fn distinct<'d>(of: &'static Type, value: &Value<'d>, place: Place<'d>) -> Result<(), DecodeError> {
    let mut identifiers = Vec::with_capacity(elements(of, 1, value, place)?);
    let mut values = value.values();
    while let Some(element) = values.next(place.field)? {
        identifiers.extend(element.values().next(place.field)?.map(|identifier| identifier.content));
    }
    identifiers.sort_unstable();
    match identifiers.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(twice) => {
            let got = Got::Twice { oid: oid_text(twice[0]) };
            Err(DecodeError::new(place.field, Form::EachOnce, got))
        }
    }
}

/// Elements in ascending order of their encodings (X.690 section 11.6).
fn set<'d>(of: &'static Type, value: &Value<'d>, place: Place<'d>) -> Result<(), DecodeError> {
    elements(of, 1, value, place)?;
    let mut values = value.values();
    let mut last: &[u8] = &[];
    while let Some(element) = values.next(place.field)? {
        if element.raw < last {
            return Err(unexpected(place.field, Form::SetInOrder, &element));
        }
        last = element.raw;
    }
    Ok(())
}

/// One value inside an OCTET STRING, unless nobody knows its type.
fn containing<'d>(of: &'static Type, value: &Value<'d>, place: Place<'d>) -> Result<(), DecodeError> {
    let mut place = place;
    if let Type::DefinedBy(rows, None) = of {
        match row(rows, place.oid) {
            Some(row) => place.field = row.name,
            None => return Ok(()),
        }
    }
    der::check(value.content)
        .map_err(|got| DecodeError::new(place.field, Form::OneValue, got.moved(value.values().at)))?;
    alone(of, &mut value.values(), place)
}

/// A value of a universal type, as canonical as its type demands.
fn universal<'d>(value: &Value<'d>, place: Place<'d>) -> Result<(), DecodeError> {
    static BITS: Type = Type::Bits(primitive::Bits::Any);
    let of = match value.tag {
        0x01 => &Type::Boolean,
        0x02 | 0x0a => &Type::Integer,
        0x03 => &BITS,
        0x05 => &Type::Null,
        0x06 => &Type::ObjectIdentifier,
        tag => match Charset::of(tag) {
            Some(charset) if charset.admits(value.content) => return Ok(()),
            Some(charset) => return Err(unexpected(place.field, charset.expected(), value)),
            None => return inside(value, place),
        },
    };
    content(of, value, place)
}

/// Whatever a constructed value contains; nothing in a primitive one.
fn inside<'d>(value: &Value<'d>, place: Place<'d>) -> Result<(), DecodeError> {
    if value.tag & 0x20 == 0 {
        return Ok(());
    }
    let mut values = value.values();
    while let Some(nested) = values.next(place.field)? {
        if nested.tag & 0xc0 == 0 { universal(&nested, place)? } else { inside(&nested, place)? }
    }
    Ok(())
}

/// What the type is called.
fn describe(of: &Type) -> Form {
    match of {
        Type::Boolean => Form::Boolean,
        Type::Integer => Form::Integer,
        Type::Natural => Form::Natural,
        Type::Enumerated(_) => Form::Enumerated,
        Type::Bits(bits) => bits.expected(),
        Type::Octets | Type::Containing(_) => Form::Octets,
        Type::Sized(_) => Form::Address,
        Type::Null => Form::Null,
        Type::ObjectIdentifier => Form::ObjectIdentifier,
        Type::Text(charset, _) => charset.expected(),
        Type::UtcTime => Form::UtcTime,
        Type::GeneralizedTime => Form::GeneralizedTime,
        Type::Sequence(_) | Type::SequenceOf(..) | Type::Distinct(_) => Form::Sequence,
        Type::SomeOf(..) => Form::SomeOf,
        Type::Together(..) => Form::Together,
        Type::SetOf(_) => Form::Set,
        Type::Choice(types) => match types {
            [Type::UtcTime, ..] => Form::Time,
            [Type::Implicit(..), ..] => Form::GeneralName,
            _ => Form::Text,
        },
        Type::Explicit(number, _) | Type::Implicit(number, _) => Form::Tagged { number: *number },
        Type::DefinedBy(..) | Type::Any => Form::AnyType,
        Type::Absent => Form::Nothing,
        Type::Structure => Form::Constructed,
    }
}

fn unexpected(field: &'static str, expected: Form, value: &Value<'_>) -> DecodeError {
    DecodeError::new(field, expected, Got::Tag { tag: format!("{:02x}", value.tag), at: value.at })
}

fn missing(of: &Type, field: &'static str, at: usize) -> DecodeError {
    DecodeError::new(field, describe(of), Got::Nothing { at })
}

fn malformed(of: &Type, value: &Value<'_>, field: &'static str) -> DecodeError {
    DecodeError::new(field, describe(of), Got::Content { hex: dn::hex(value.content, 16), at: value.at })
}
