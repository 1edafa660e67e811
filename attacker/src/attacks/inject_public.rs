//! `inject-public`: a public value that leaves no choice of secret.
//!
//! Whatever secret a victim raises 0, 1, p−1 or p to, the result is 0, 1 or p−1. The attacker sends such a value to both
//! sides, or to one of them in the other's place, and knows the shared secret without computing anything.
//!
//! 1. Replace the client's public value by the degenerate one, where the server is attacked.
//! 2. Replace the server's public value by it too, where the client is attacked.
//! 3. Open each record with the key that follows, trying both signs where p−1 was sent; where both are attacked, seal it
//!    for the other side.

use super::substitute_one::towards_one;
use crate::{
    attack::{Attack, Family, Info, Needs, Start, Variant},
    leg::{Known, Leg},
    middle::{Middle, Plan},
};
use lab::{
    algebra::real::Value,
    group::{Group, Modp},
    loot::Loot,
};
use num_bigint::BigUint;

pub(super) const INFO: Info = Info {
    id: "inject-public",
    title: "Inject a degenerate public value",
    family: Family::Parameters,
    needs: Needs::PrimeGroup,
    variants: &[
        Variant::new("one", "1"),
        Variant::new("zero", "0"),
        Variant::new("minus-one", "p−1"),
        Variant::new("p", "p, which is 0 in disguise"),
        Variant::new("client", "1 in the place of the client's value alone"),
        Variant::new("server", "1 in the place of the server's value alone"),
    ],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["public-range"],
    source: include_str!("inject_public.rs"),
    start,
};

fn start(start: Start) -> Box<dyn Attack> {
    let value = degenerate(start.variant.as_deref());
    let plan = Plan {
        invents_as_server: &[],
        invents_as_client: &[],
        replace: Box::new(move |source, _| {
            let octets = prime(source).map(|group| group.encode(&value(&group)));
            let fields = octets.map(|octets| ["client_share", "server_share"].map(|name| (name, octets.clone())));
            fields.into_iter().flatten().map(|(name, octets)| (name, Value::Bytes(octets))).collect()
        }),
        suppositions,
        ..Plan::substitution()
    };
    match start.variant.as_deref() {
        Some(one @ ("client" | "server")) => towards_one(&start, Some(one), plan),
        _ => Box::new(Middle::new(&start, plan)),
    }
}

/// The value of which every power is 0, 1 or p−1, by the name of its variant: 1 where it is none of theirs.
pub(super) fn degenerate(variant: Option<&str>) -> fn(&Modp) -> BigUint {
    match variant {
        Some("zero") => |_| BigUint::ZERO,
        Some("minus-one") => |group| &group.p - 1u8,
        Some("p") => |group| group.p.clone(),
        _ => |_| BigUint::from(1u8),
    }
}

/// What a power of 0, 1 or p−1 can be.
pub(super) fn suppositions(leg: &Leg) -> Vec<Vec<Known>> {
    let Some(group) = prime(leg) else { return Vec::new() };
    let (zero, one) = (BigUint::ZERO, BigUint::from(1u8));
    let shares = ["client_share", "server_share"].into_iter().filter_map(|name| leg.value(name)?.octets());
    let shares: Vec<BigUint> = shares.map(|octets| BigUint::from_bytes_be(octets) % &group.p).collect();
    let powers = match (shares.contains(&zero), shares.contains(&one)) {
        (true, _) => vec![zero],
        (_, true) => vec![one],
        _ => vec![zero, one, &group.p - 1u8],
    };
    powers.iter().map(|power| vec![("shared", Value::secret(&group.encode(power)))]).collect()
}

/// The group modulo a prime that a leg's victim works in.
pub(super) fn prime(leg: &Leg) -> Option<std::sync::Arc<Modp>> {
    match leg.value("group")?.group()? {
        Group::Modp(group) => Some(std::sync::Arc::clone(group)),
        Group::X25519 | Group::X25519MlKem768 | Group::Ristretto255 => None,
    }
}
