//! Tuples as octets: one canonical form, in which no two tuples are alike.
//!
//! Each value stands behind its length: `length: u32 | octets`. A value that has parts, as an offer or a chain of
//! certificates, is a tuple of them. What a value is, the table says; so its sort does not stand there.

use super::{Misfit, Offer, Value, unsuitable};
use crate::{
    group::Group,
    misfit::{Given, Need},
    term::Sort,
    wire::body,
};
use zeroize::Zeroizing;

/// Octets of a value that is drawn for no group.
const DRAWN: usize = 32;

/// A tuple of these values: secret as soon as one of them is.
///
/// # Errors
/// One of them has no canonical form.
pub(super) fn of(items: &[Value]) -> Result<Value, Misfit> {
    let parts = items.iter().map(octets).collect::<Option<Vec<_>>>().ok_or_else(|| unsuitable("tuple"))?;
    let joined = join(parts.iter().map(|part| part.as_slice()));
    let secret = items.iter().any(|item| matches!(item, Value::Secret(_)));
    Ok(if secret { Value::Secret(joined) } else { Value::Bytes(joined.to_vec()) })
}

/// A value's own octets; `None` where it has no canonical form.
fn octets(value: &Value) -> Option<Zeroizing<Vec<u8>>> {
    let text = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
    Some(match value {
        Value::Text(word) => text(word),
        Value::Bytes(octets) => Zeroizing::new(octets.clone()),
        Value::Secret(octets) => octets.clone(),
        Value::Time(time) => Zeroizing::new(time.to_be_bytes().to_vec()),
        Value::Choice(choice) => join([choice.mode.as_bytes(), choice.group.as_bytes()]),
        Value::Offers(offers) => join(offers.iter().map(offer).collect::<Vec<_>>().iter().map(|it| it.as_slice())),
        Value::Group(Group::Modp(modp)) => join([modp.p.to_bytes_be().as_slice(), modp.g.to_bytes_be().as_slice()]),
        Value::Group(group) => text(group.name()),
        Value::Chain(chain) => join(chain.iter().map(Vec::as_slice)),
        Value::SigningKey(_) | Value::DecryptionKey(_) | Value::Trust(_) => return None,
    })
}

fn offer(offer: &Offer) -> Zeroizing<Vec<u8>> {
    join([offer.mode.as_bytes(), &join(offer.groups.iter().map(String::as_bytes))])
}

fn join<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Zeroizing<Vec<u8>> {
    let mut joined = Zeroizing::new(Vec::new());
    for part in parts {
        // No value comes near four gibibytes: a frame's body has at most 64 KiB.
        joined.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        joined.extend_from_slice(part);
    }
    joined
}

/// One value of a tuple that has so many, from its canonical form: 32 octets, or a name.
///
/// # Errors
/// It has not so many, or that one is of another sort.
pub(super) fn part(joined: &[u8], at: usize, of: usize, sort: Sort) -> Result<Value, Misfit> {
    let parts = split(joined).filter(|parts| parts.len() == of);
    let parts = parts.ok_or_else(|| Misfit::new("plaintext", Need::Parts { parts: of }, Given::Others))?;
    let octets = parts.get(at).copied().unwrap_or_default();
    match sort {
        Sort::Name => {
            let text = std::str::from_utf8(octets).map_err(|_| Misfit::new("plaintext", Need::Utf8, Given::Another))?;
            Ok(Value::Text(body::word("plaintext", &text.into())?))
        }
        _ if octets.len() != DRAWN => {
            Err(Misfit::new("plaintext", Need::Octets { octets: DRAWN }, Given::count(octets.len())))
        }
        Sort::Nonce => Ok(Value::Bytes(octets.to_vec())),
        Sort::Secret | Sort::Shared => Ok(Value::secret(octets)),
        _ => Err(unsuitable("part")),
    }
}

/// The parts behind their lengths; `None` where the lengths do not come out even.
fn split(mut joined: &[u8]) -> Option<Vec<&[u8]>> {
    let mut parts = Vec::new();
    while let Some((length, rest)) = joined.split_first_chunk() {
        let (part, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        parts.push(part);
        joined = rest;
    }
    joined.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{algebra::real::Choice, group::named};
    use std::{collections::BTreeSet, sync::Arc};

    fn encoded(items: &[Value]) -> Vec<u8> {
        of(items).unwrap().octets().unwrap().to_vec()
    }

    #[test]
    fn the_form_is_the_documented_one() {
        let items = [Value::Text("bob".to_owned()), Value::Bytes(vec![7]), Value::Bytes(Vec::new())];
        assert_eq!(encoded(&items), b"\0\0\0\x03bob\0\0\0\x01\x07\0\0\0\0");
        assert_eq!(encoded(&[]), b"");
        let choice = Value::Choice(Choice { mode: "ecdh".to_owned(), group: "x25519".to_owned() });
        assert_eq!(encoded(&[choice]), b"\0\0\0\x12\0\0\0\x04ecdh\0\0\0\x06x25519");
        let chain = Value::Chain(Arc::from(vec![vec![1], vec![2, 3]]));
        assert_eq!(encoded(&[chain]), b"\0\0\0\x0b\0\0\0\x01\x01\0\0\0\x02\x02\x03");
    }

    #[test]
    fn a_tuple_falls_apart_into_its_own_parts_alone() {
        let items = [Value::secret(&[7; 32]), Value::Bytes(vec![8; 32]), Value::Text("bob.lab".to_owned())];
        let joined = encoded(&items);
        for (at, sort) in [(0, Sort::Shared), (0, Sort::Secret), (1, Sort::Nonce), (2, Sort::Name)] {
            assert_eq!(part(&joined, at, 3, sort).ok().unwrap().octets(), items[at].octets());
        }
        assert!(part(&joined, 2, 3, Sort::Nonce).is_err(), "a name is no nonce");
        assert!(part(&joined, 0, 3, Sort::Name).is_err(), "nor the other way round");
        for of in [0, 2, 4] {
            assert!(part(&joined, 0, of, Sort::Shared).is_err(), "{of}");
        }
        for cut in 0..joined.len() {
            assert!(part(&joined[..cut], 0, 3, Sort::Shared).is_err(), "{cut}");
        }
        assert!(part(&[joined, vec![0]].concat(), 0, 3, Sort::Shared).is_err());
    }

    #[test]
    fn one_secret_makes_a_tuple_secret() {
        let (open, secret) = (Value::Bytes(vec![1]), Value::secret(&[2]));
        assert!(matches!(of(&[open.clone(), open.clone()]), Ok(Value::Bytes(_))));
        assert!(matches!(of(&[open.clone(), secret]), Ok(Value::Secret(_))));
        assert!(of(&[open, Value::signing_key(&[3; 32])]).is_err());
    }

    #[test]
    fn every_group_has_a_form_of_its_own() {
        let mut forms: Vec<_> =
            named::NAMES.iter().map(|name| encoded(&[Value::Group(named::find(name).unwrap())])).collect();
        forms.sort();
        forms.dedup();
        assert_eq!(forms.len(), named::NAMES.len());
    }

    /// All tuples of up to three parts that look like lengths, or like what stands behind one.
    #[test]
    fn no_two_tuples_have_one_form() {
        let parts = [&[][..], &[0], &[1], &[0, 0, 0, 0], &[0, 0, 0, 1], &[0, 0, 0, 1, 1], &[0, 0, 0, 0, 0, 0, 0, 1, 1]];
        let mut tuples: Vec<Vec<&[u8]>> = vec![Vec::new()];
        for length in 0..3 {
            let longest: Vec<_> = tuples.iter().filter(|tuple| tuple.len() == length).cloned().collect();
            tuples.extend(longest.iter().flat_map(|tuple| parts.map(|part| [&tuple[..], &[part]].concat())));
        }
        let values = |tuple: &[&[u8]]| tuple.iter().map(|part| Value::Bytes(part.to_vec())).collect::<Vec<_>>();
        let forms: BTreeSet<_> = tuples.iter().map(|tuple| encoded(&values(tuple))).collect();
        assert_eq!((forms.len(), tuples.len()), (400, 400));
        // And a tuple in a tuple is not its parts.
        let inner = of(&values(&[&[1], &[2]])).unwrap();
        assert_ne!(encoded(&[inner]), encoded(&values(&[&[1], &[2]])));
    }
}
