//! `inject-generator`: a generator that leads nowhere.
//!
//! Where the server sends p and g, whoever is on the way may send another g. The powers of 1, p−1 and p are 1, 0 and p−1,
//! whatever the exponent: the client sends one of them of its own accord, and both sides' secrets are known without computing
//! anything. Even a published prime does not help whoever does not look at the generator beside it.
//!
//! 1. Replace the generator in what the server sends by a degenerate one, and its share by that generator's first power.
//! 2. Pass the client's share on as it comes: it is a power of that generator.
//! 3. Open each record with the key that follows, trying what such a power can be; seal it for the other side.

use super::inject_public::{degenerate, prime, suppositions};
use crate::{
    attack::{Family, Info, Needs, Start, Variant},
    leg::{Known, Leg},
    middle::{Middle, Plan},
};
use lab::{
    algebra::real::Value,
    group::{Group, Modp},
    loot::Loot,
};
use num_bigint::BigUint;
use std::sync::Arc;

pub(super) const INFO: Info = Info {
    id: "inject-generator",
    title: "Inject a degenerate generator",
    family: Family::Parameters,
    needs: Needs::SentGroup,
    variants: &[
        Variant::new("one", "1"),
        Variant::new("minus-one", "p−1, of order 2"),
        Variant::new("p", "p, which is 0 in disguise"),
    ],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["public-range", "group-order", "group-known"],
    source: include_str!("inject_generator.rs"),
    start: |start: Start| {
        let degenerate = degenerate(start.variant.as_deref());
        let plan = Plan {
            invents_as_server: &[],
            invents_as_client: &[],
            replace: Box::new(move |source, _| replaced(source, degenerate).unwrap_or_default()),
            suppositions,
            ..Plan::substitution()
        };
        Box::new(Middle::new(&start, plan))
    },
};

/// Group and share as the client is to see them, once the server's have passed.
fn replaced(source: &Leg, degenerate: fn(&Modp) -> BigUint) -> Option<Vec<Known>> {
    let group = prime(source)?;
    let g = degenerate(&group);
    let share = group.encode(&(&g % &group.p));
    let group = Group::Modp(Arc::new(Modp::new(group.p.clone(), g)));
    Some(vec![("group", Value::Group(group)), ("server_share", Value::Bytes(share))])
}
