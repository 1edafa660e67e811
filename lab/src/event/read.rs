//! An event in a report, read in one go.
//!
//! What the types derive by themselves first takes a report apart into values of any kind, because the member that says what
//! happened may stand anywhere. Every process of the lab writes it before those that depend on it; then each of them can be
//! read at once as what it is. Whatever stands otherwise is no [`Told`], and left to the types.

use super::{Event, Fact, Plain};
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, EnumAccess, Error, IgnoredAny, IntoDeserializer, MapAccess, VariantAccess, Visitor,
        value::StrDeserializer,
    },
    forward_to_deserialize_any,
};
use std::fmt;

/// What every event has, and its report, before what depends on its type.
const HEAD: [&str; 7] = ["report", "v", "session", "n", "source", "at", "type"];

/// An event that a report tells, its members in the order in which they are written.
pub(crate) struct Told(pub(crate) Event);

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Told;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and what it tells, in this order", HEAD.join(", "))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Told, A::Error> {
        let mut head = HEAD.into_iter();
        if member::<&str, A>(&mut members, &mut head)? != "event" {
            return Err(A::Error::custom("no event"));
        }
        let v = member(&mut members, &mut head)?;
        let session = member(&mut members, &mut head)?;
        let n = member(&mut members, &mut head)?;
        let source = member(&mut members, &mut head)?;
        let at = member(&mut members, &mut head)?;
        let name = member(&mut members, &mut head)?;
        let fact: Fact = Plain::deserialize(Rest { name, members })?;
        Ok(Told(Event { v, session, n, source, at, fact }))
    }
}

fn member<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    members: &mut A,
    names: &mut impl Iterator<Item = &'static str>,
) -> Result<T, A::Error> {
    let name = members.next_key::<&str>()?;
    if name.is_none() || name != names.next() {
        return Err(A::Error::custom("another member"));
    }
    members.next_value()
}

/// The fact's name, and its members.
struct Rest<'de, A> {
    name: &'de str,
    members: A,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Rest<'de, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Rest<'de, A> {
    type Error = A::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), A::Error> {
        let name: StrDeserializer<'_, A::Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Rest<'de, A> {
    type Error = A::Error;

    fn unit_variant(mut self) -> Result<(), A::Error> {
        while self.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, A::Error> {
        Err(A::Error::custom("facts have members with names"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, A::Error> {
        Err(A::Error::custom("facts have members with names"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self)
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rest<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let Some(name) = self.members.next_key::<&str>()? else { return Ok(None) };
        if HEAD.contains(&name) {
            return Err(A::Error::custom("a member that stood before"));
        }
        let name: StrDeserializer<'_, A::Error> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }
}
