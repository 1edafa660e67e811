//! What each relation looks at, and how it tells it.

use super::{Value, signed_content, unsuitable};
use crate::{
    check::{Check, Switches},
    checks,
    evidence::hex,
    finding::Finding,
    group::{Group, Modp, named},
    misfit::{Given, Misfit, Need},
    mode::Relation,
    seen::Seen,
};
use ed25519_dalek::{Signature, VerifyingKey};
use num_bigint::BigUint;
use primality::is_prime;
use subtle::ConstantTimeEq;

pub(super) fn relate(relation: Relation, args: &[Value], switches: &Switches) -> Result<Vec<Finding>, Misfit> {
    let finding = match (relation, args) {
        (Relation::Equal(check), [expected, observed]) => equal(check, expected, observed)?,
        (Relation::Same(check), [Value::Secret(expected), Value::Secret(observed)]) => same(check, expected, observed),
        (Relation::Apart(check), [Value::Secret(found), Value::Secret(used)]) => apart(check, found, used),
        (Relation::PublicInRange, [Value::Group(group), Value::Bytes(public)]) => public_in_range(group, public)?,
        (Relation::PublicInSubgroup, [Value::Group(group), Value::Bytes(public)]) => public_in_subgroup(group, public),
        (Relation::Fresh(check), [earlier, own @ Value::Bytes(_)]) => {
            let holds = earlier.octets() != own.octets();
            Finding { check, holds: Some(holds), expected: Seen::AnotherValue, observed: seen(own) }
        }
        (Relation::GroupSize(bits), [Value::Group(group)]) => group_size(bits, group),
        (Relation::GroupPrime, [Value::Group(group)]) => group_prime(group),
        (Relation::GroupOrder, [Value::Group(group)]) => group_order(group),
        (Relation::GroupKnown, [Value::Group(group)]) => group_known(group),
        (Relation::Contributes, [Value::Secret(shared)]) => contributes(shared),
        (Relation::Padded(check, padding), [Value::DecryptionKey(key), Value::Bytes(ciphertext)]) => {
            padded(check, key.decrypt(padding, ciphertext).is_some())
        }
        (Relation::Signed(check, context), [Value::Bytes(key), Value::Bytes(digest), Value::Bytes(signature)]) => {
            signed(check, context, key, digest, signature)
        }
        (
            Relation::Certified(owner),
            [Value::Chain(chain), Value::Trust(trust), Value::Text(name), Value::Time(now)],
        ) => return super::certified::findings(owner, chain, trust, Some(name), *now, switches),
        (Relation::CertifiedForAny(owner), [Value::Chain(chain), Value::Trust(trust), Value::Time(now)]) => {
            return super::certified::findings(owner, chain, trust, None, *now, switches);
        }
        _ => return Err(unsuitable("relation")),
    };
    Ok(vec![finding])
}

fn equal(check: &'static Check, expected_value: &Value, observed_value: &Value) -> Result<Finding, Misfit> {
    let (Some(expected), Some(observed)) = (expected_value.octets(), observed_value.octets()) else {
        return Err(unsuitable("equal"));
    };
    let holds = bool::from(expected.ct_eq(observed));
    Ok(Finding { check, holds: Some(holds), expected: seen(expected_value), observed: seen(observed_value) })
}

/// Two secrets, of which nothing is told but whether they are one.
fn same(check: &'static Check, expected: &[u8], observed: &[u8]) -> Finding {
    let holds = bool::from(expected.ct_eq(observed));
    let found = if holds { Seen::SharedSecret } else { Seen::AnotherSecret };
    Finding { check, holds: Some(holds), expected: Seen::SharedSecret, observed: found }
}

/// A secret and one that others may find, of which nothing is told but whether they are one.
fn apart(check: &'static Check, found: &[u8], used: &[u8]) -> Finding {
    let holds = !bool::from(found.ct_eq(used));
    let observed = if holds { Seen::UnguessableSeed } else { Seen::ClockSeed };
    Finding { check, holds: Some(holds), expected: Seen::UnguessableSeed, observed }
}

/// A name as it is written, all else as octets.
fn seen(value: &Value) -> Seen {
    match value.text() {
        Some(text) => text.into(),
        None => Seen::Octets { hex: hex(value.octets().unwrap_or_default()) },
    }
}

fn public_in_range(group: &Group, public: &[u8]) -> Result<Finding, Misfit> {
    let check = &checks::PUBLIC_RANGE;
    let Group::Modp(modp) = group else {
        return Ok(not_applicable(check, Seen::EveryOctetString));
    };
    // Nobody can agree with it, whether or not this check is on: better told now than after an answer.
    if public.len() != modp.octets() {
        return Err(Misfit::new("public value", Need::Octets { octets: modp.octets() }, Given::count(public.len())));
    }
    let y = BigUint::from_bytes_be(public);
    let holds = y >= BigUint::from(2u8) && y <= &modp.p - 2u8;
    Ok(Finding { check, holds: Some(holds), expected: Seen::InRange, observed: residue(modp, &y) })
}

fn public_in_subgroup(group: &Group, public: &[u8]) -> Finding {
    let check = &checks::PUBLIC_SUBGROUP;
    let Group::Modp(modp) = group else {
        return not_applicable(check, Seen::EveryOctetString);
    };
    let Some(order) = &modp.order else {
        return not_applicable(check, Seen::NotApplicable);
    };
    let bits = order.bits();
    let holds = BigUint::from_bytes_be(public).modpow(order, &modp.p) == BigUint::from(1u8);
    let observed = if holds { Seen::InSubgroup { bits } } else { Seen::OutsideSubgroup { bits } };
    Finding { check, holds: Some(holds), expected: Seen::InSubgroup { bits }, observed }
}

/// A residue in the words in which its danger is recognised.
fn residue(modp: &Modp, y: &BigUint) -> Seen {
    let degenerate = |residue: &str| Seen::Degenerate { residue: residue.to_owned() };
    let one = BigUint::from(1u8);
    if *y <= one {
        return degenerate(&y.to_string());
    }
    if *y == &modp.p - 1u8 {
        return degenerate("p−1");
    }
    if *y == modp.p {
        return degenerate("p");
    }
    if *y > modp.p {
        return Seen::BeyondPrime { bits: y.bits() };
    }
    Seen::PublicValue { hex: format!("{y:x}"), bits: y.bits() }
}

fn group_size(least: u64, group: &Group) -> Finding {
    let check = &checks::GROUP_SIZE;
    let Group::Modp(modp) = group else {
        return not_applicable(check, Seen::OneSize);
    };
    let bits = modp.p.bits();
    let expected = Seen::PrimeOfAtLeast { bits: least };
    Finding { check, holds: Some(bits >= least), expected, observed: Seen::Prime { bits } }
}

fn group_prime(group: &Group) -> Finding {
    let check = &checks::GROUP_PRIME;
    let Group::Modp(modp) = group else {
        return not_applicable(check, Seen::PublishedByName);
    };
    let holds = named::name_of(modp).is_some() || is_prime(&modp.p);
    let observed = if holds { Seen::PrimeModulus } else { Seen::CompositeModulus { bits: modp.p.bits() } };
    Finding { check, holds: Some(holds), expected: Seen::PrimeModulus, observed }
}

fn group_order(group: &Group) -> Finding {
    let check = &checks::GROUP_ORDER;
    let Group::Modp(modp) = group else {
        return not_applicable(check, Seen::PublishedByName);
    };
    let (p, one) = (&modp.p, BigUint::from(1u8));
    // the half first: where p − 1 falls apart it is seldom a prime, and the test ends at once
    let safe = named::name_of(modp).is_some() || (p.bit(0) && is_prime(&(p >> 1u8)) && is_prime(p));
    let holds = safe && modp.g > one && modp.g < p - one;
    let observed = match (safe, holds) {
        (false, _) => Seen::UnsafePrime { bits: p.bits() },
        (true, false) => residue(modp, &modp.g),
        (true, true) => Seen::LargeOrder,
    };
    Finding { check, holds: Some(holds), expected: Seen::LargeOrder, observed }
}

fn group_known(group: &Group) -> Finding {
    let Group::Modp(modp) = group else {
        return not_applicable(&checks::GROUP_KNOWN, Seen::PublishedByName);
    };
    let name = named::name_of(modp);
    let observed = match name {
        Some(name) => Seen::Group { name: name.to_owned() },
        None => Seen::UnpublishedGroup { bits: modp.p.bits(), p: format!("{:x}", modp.p) },
    };
    let expected = Seen::PublishedGroup;
    Finding { check: &checks::GROUP_KNOWN, holds: Some(name.is_some()), expected, observed }
}

fn contributes(shared: &[u8]) -> Finding {
    let zero = shared.iter().fold(0, |all, octet| all | octet).ct_eq(&0u8);
    let observed = if zero.into() { Seen::ZeroSecret { octets: shared.len() } } else { Seen::NonzeroSecret };
    let expected = Seen::NonzeroSecret;
    Finding { check: &checks::CONTRIBUTORY, holds: Some(!bool::from(zero)), expected, observed }
}

fn padded(check: &'static Check, holds: bool) -> Finding {
    let observed = if holds { Seen::PaddedBlock } else { Seen::UnpaddedBlock };
    Finding { check, holds: Some(holds), expected: Seen::PaddedBlock, observed }
}

fn signed(check: &'static Check, context: &str, key: &[u8], digest: &[u8], signature: &[u8]) -> Finding {
    let verified = || {
        let key = VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
        let signature = Signature::from_slice(signature).ok()?;
        key.verify_strict(&signed_content(context, digest), &signature).ok()
    };
    let holds = verified().is_some();
    Finding {
        check,
        holds: Some(holds),
        expected: Seen::SignatureBy { key: hex(key), transcript: hex(digest) },
        observed: Seen::Signature { signature: hex(signature), verifies: holds },
    }
}

fn not_applicable(check: &'static Check, why: Seen) -> Finding {
    Finding { check, holds: None, expected: Seen::NotApplicable, observed: why }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relations that look at a secret say nothing of it.
    #[test]
    fn a_shared_secret_is_not_shown() {
        for octet in [0, 0xa7] {
            let finding = contributes(&[octet; 32]);
            let told = format!("{} {}", finding.expected, finding.observed);
            assert_eq!(finding.holds, Some(octet != 0));
            assert!(!told.contains("a7") && !told.contains("167"), "{told}");
            let finding = same(&checks::PEER_PASSWORD, &[0xa7; 32], &[octet; 32]);
            let told = format!("{} {}", finding.expected, finding.observed);
            assert_eq!(finding.holds, Some(octet == 0xa7));
            assert!(!told.contains("a7") && !told.contains("167"), "{told}");
        }
    }
}
