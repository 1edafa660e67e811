//! `predict`: draw what a victim drew.
//!
//! Random values are as good as what their generator was started with. The attacker has the same program: it starts the
//! generator from whatever it can guess, looks whether the values that travelled come out, and has the secret then.
//!
//! 1. Pass every frame on as it came and keep a copy.
//! 2. When the session is over, draw each side's values from every seed that can be guessed, constants and what travelled;
//!    and try secrets that are one octet over and over.
//! 3. Derive the session key from the secret and read the recording.

use crate::{
    attack::{Family, Info, Needs},
    leg::{Known, Leg},
    listener::Listener,
    passive::Passive,
};
use lab::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    event::Fact,
    loot::Loot,
    mode::Act,
    role::Role,
    term::Sort,
    victim::generator,
};
use sha2::{Digest, Sha256};

pub(super) const INFO: Info = Info {
    id: "predict",
    title: "Draw what a victim drew",
    family: Family::Parameters,
    needs: Needs::Shares,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &[],
    source: include_str!("predict.rs"),
    start: |start| Box::new(Passive::new(&start, look)),
};

/// Octets of which constant secrets are made.
const CONSTANTS: [u8; 12] = [0, 1, 2, 7, 0x11, 0x42, 0x55, 0x5a, 0x7f, 0x80, 0xaa, 0xff];

fn look(listener: &mut Listener) -> Vec<Fact> {
    let drawn = suppositions(listener.leg());
    listener.suppose(drawn)
}

fn suppositions(leg: &Leg) -> Vec<Vec<Known>> {
    let (mut suppositions, seeds) = (Vec::new(), seeds(leg));
    for role in [Role::Client, Role::Server] {
        for seed in &seeds {
            suppositions.extend(drawn(leg, role, Real::new(*seed)));
            suppositions.extend(drawn(leg, role, generator(seed)));
        }
        suppositions.extend(constants(leg, role));
    }
    suppositions
}

/// What anybody would try: every octet over and over, and what travelled, by itself and as a digest.
fn seeds(leg: &Leg) -> Vec<[u8; 32]> {
    let mut seeds: Vec<[u8; 32]> = (0..=u8::MAX).map(|octet| [octet; 32]).collect();
    let fields = leg.mode().messages.iter().flat_map(|message| message.fields);
    for octets in fields.filter_map(|field| leg.value(field.binds)?.octets()) {
        seeds.push(Sha256::digest(octets).into());
        seeds.extend(<[u8; 32]>::try_from(octets));
    }
    seeds
}

/// The secrets that a role draws from this generator, in the order of its table; nothing where the nonces that it draws
/// are not those that travelled.
fn drawn(leg: &Leg, role: Role, mut algebra: Real) -> Option<Vec<Known>> {
    let mut secrets = Vec::new();
    for step in leg.mode().steps().filter(|step| step.by.includes(role)) {
        let Act::Fresh { name, sort, group } = step.act else { continue };
        let drawn = algebra.fresh(name, sort, group.and_then(|group| leg.value(group))).ok()?;
        match sort {
            _ if !sort.may_be_shown() => secrets.push((name, drawn)),
            _ if leg.value(name).and_then(Value::octets) != drawn.octets() => return None,
            _ => {}
        }
    }
    Some(secrets)
}

/// Each constant as a secret of the role's, and what the attacker itself would draw.
fn constants(leg: &Leg, role: Role) -> Vec<Vec<Known>> {
    let mut suppositions = Vec::new();
    for step in leg.mode().steps().filter(|step| step.by.includes(role)) {
        let Act::Fresh { name, sort: Sort::Secret, group: Some(group) } = step.act else { continue };
        let Ok(own) = Real::new([0; 32]).fresh(name, Sort::Secret, leg.value(group)) else { continue };
        let length = own.octets().map_or(0, <[u8]>::len);
        suppositions.push(vec![(name, own)]);
        suppositions.extend(CONSTANTS.map(|octet| vec![(name, Value::secret(&vec![octet; length]))]));
    }
    suppositions
}
