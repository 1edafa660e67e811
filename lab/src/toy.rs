//! A mode at the scale of a toy: its own table, run by the [interpreter](crate::handshake) with numbers that fit on paper.
//!
//! A prime has two digits, and so has the modulus of an RSA key, which pads nothing ("textbook RSA"). It shows how the numbers
//! hang together and what somebody in the middle makes of them. It is no session: nothing of it travels, is kept or is judged.

mod exchange;
mod numbers;

use crate::{
    algebra::real::Value,
    group::{Group, Modp},
    mode::{Mode, Source},
    role::{Actor, Role},
};
use exchange::{Exchange, exchange};
use num_bigint::BigUint;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;

pub use exchange::{Computed, Drawn, Message, Number};
pub use numbers::Step;

/// Primes with a generator of all residues.
const GROUPS: [(u32, u32); 5] = [(23, 5), (29, 2), (19, 2), (17, 3), (31, 3)];
/// Keys of RSA: two primes, the exponent that everybody knows, and the one that undoes it (RFC 8017 section 3).
const KEYS: [Key; 3] = [Key::new(3, 11, 7), Key::new(5, 11, 27), Key::new(3, 17, 11)];
/// Draws of numbers until some show what they are to show.
const DRAWS: u32 = 500;

/// A key of RSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// The one prime.
    pub p: u32,
    /// The other.
    pub q: u32,
    /// The modulus.
    pub n: u32,
    /// (p − 1)·(q − 1).
    pub phi: u32,
    /// The exponent that everybody knows.
    pub e: u32,
    /// The exponent that undoes it: e·d leaves 1 when it is divided by phi.
    pub d: u32,
}

impl Key {
    const fn new(p: u32, q: u32, d: u32) -> Self {
        Self { p, q, n: p * q, phi: (p - 1) * (q - 1), e: 3, d }
    }
}

/// What somebody who only listens has to do, and can do because the numbers are small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Broken {
    /// One exponent after the other is tried.
    Logarithm {
        /// The prime.
        p: u32,
        /// The generator.
        g: u32,
        /// The powers of g, the first one being g itself, up to the share that was seen: their number is the secret.
        powers: Vec<u32>,
    },
    /// The modulus is taken apart.
    Factors(Key),
}

/// A mode with small numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Toy {
    /// Of which the numbers follow.
    pub seed: u64,
    /// The exchange undisturbed.
    pub undisturbed: Exchange,
    /// The client's exchange with somebody in the middle, who passes for the server, and that one's with the server.
    pub between: [Exchange; 2],
    /// What somebody does who only listens to the first.
    pub broken: Broken,
}

impl Toy {
    /// The numbers of a mode that follow from a seed; nothing where the mode rests on more than numbers.
    pub fn of(mode: &'static Mode, seed: u64) -> Option<Self> {
        if !is_numbers(mode) {
            return None;
        }
        (0..DRAWS).find_map(|draw| Self::drawn(mode, seed, draw))
    }

    /// The same with these draws; nothing where a secret would show, or nothing would.
    fn drawn(mode: &'static Mode, seed: u64, draw: u32) -> Option<Self> {
        let random =
            |purpose: &str| -> [u8; 32] { Sha256::digest(format!("interlock v1 toy {seed} {draw} {purpose}")).into() };
        let pick = |purpose: &str, of: usize| usize::from(random(purpose)[0]) % of;
        let (p, g) = GROUPS[pick("group", GROUPS.len())];
        let (own, other) = (pick("key", KEYS.len()), 1 + pick("other key", KEYS.len() - 1));
        let [server, attacker] = [own, (own + other) % KEYS.len()].map(|at| KEYS[at]);
        let group = Group::Modp(Arc::new(Modp::new(BigUint::from(p), BigUint::from(g))));
        let play = |ends: [(Actor, &str); 2], key| {
            exchange(mode, &group, key, ends.map(|(actor, purpose)| (actor, random(purpose))))
        };
        let undisturbed = play([(Actor::Client, "client"), (Actor::Server, "server")], server)?;
        let between = [
            play([(Actor::Client, "client"), (Actor::Attacker, "attacker")], attacker)?,
            play([(Actor::Attacker, "attacker"), (Actor::Server, "server")], server)?,
        ];
        let broken = match undisturbed.value("client_share") {
            Some(share) => Broken::Logarithm { p, g, powers: powers(p, g, share)? },
            None => Broken::Factors(server),
        };
        let [one, other] = &between;
        let mut pairs = one.messages.iter().zip(&other.messages);
        let apart = one.shared != other.shared
            && pairs.all(|(one, other)| one.numbers.is_empty() || one.numbers != other.numbers);
        apart.then_some(Self { seed, undisturbed, between, broken })
    }
}

/// What the parties are given are numbers, a group or a key of their own, and all that is secret is drawn.
fn is_numbers(mode: &Mode) -> bool {
    let given = mode.given.iter();
    let small = given
        .clone()
        .all(|given| matches!(given.source, Source::Session | Source::Offers | Source::Group | Source::DecryptionKey));
    let prime = |group: &Group| matches!(group, Group::Modp(_));
    let named = mode.published_groups().count();
    let in_group = mode.gives(Source::Group) || (named > 0 && mode.published_groups().all(|group| prime(&group)));
    small && (in_group || mode.gives(Source::DecryptionKey))
}

/// The powers of g up to this one.
fn powers(p: u32, g: u32, last: u32) -> Option<Vec<u32>> {
    let mut powers = vec![g];
    while powers.last() != Some(&last) {
        let next = powers.last()? * g % p;
        if powers.len() as u32 >= p {
            return None;
        }
        powers.push(next);
    }
    Some(powers)
}

/// A key as the value that the interpreter hands about.
fn as_value(key: Key) -> Value {
    Value::secret(&[key.n as u8, key.e as u8, key.d as u8])
}

/// The server's part belongs to whoever is at that end.
const fn at(ends: [Actor; 2], role: Role) -> Actor {
    match role {
        Role::Client => ends[0],
        Role::Server => ends[1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modes;

    /// As a student would, with a pocket calculator: each line by itself.
    fn check(computed: &Computed) {
        let power = (0..computed.exponent)
            .fold(1u64, |power, _| power * u64::from(computed.base) % u64::from(computed.modulus));
        assert_eq!(power, u64::from(computed.result), "{computed:?}");
        let mut last = computed.base;
        for Step { left, right, product, quotient, remainder } in computed.steps.iter().copied() {
            assert_eq!(left, last, "{computed:?}");
            assert!(right == left || right == computed.base, "{computed:?}");
            assert_eq!((left * right, quotient * computed.modulus + remainder), (product, product), "{computed:?}");
            assert!(remainder < computed.modulus && product < 10_000, "{computed:?}");
            last = remainder;
        }
        assert_eq!(last, computed.result, "{computed:?}");
    }

    #[test]
    fn every_number_can_be_computed_again_on_paper_and_both_ends_have_the_same() {
        let small: Vec<_> = modes::all().iter().filter(|mode| is_numbers(mode)).map(|mode| mode.id).collect();
        assert_eq!(small, ["dh", "dh-weak", "rsa"]);
        for (mode, seed) in small.iter().flat_map(|id| (0..40).map(move |seed| (modes::find(id).unwrap(), seed))) {
            let toy = Toy::of(mode, seed).unwrap();
            assert_eq!(Toy::of(mode, seed).unwrap(), toy, "they follow from the seed");
            for one in [&toy.undisturbed, &toy.between[0], &toy.between[1]] {
                assert!(one.computed.len() >= 2, "{one:?}");
                one.computed.iter().for_each(check);
                let ends: Vec<_> = one.computed.iter().filter(|it| it.name == "shared").map(|it| it.result).collect();
                assert!(!ends.is_empty() && ends.iter().all(|shared| *shared == one.shared), "{one:?}");
                // What is secret never travels, as a number of its name.
                let told = one.messages.iter().flat_map(|message| &message.numbers);
                assert!(told.clone().all(|number| one.drawn.iter().all(|drawn| drawn.name != number.name)));
                assert!(told.count() >= 2, "{one:?}");
            }
            match &toy.broken {
                Broken::Logarithm { p, g, powers } => {
                    assert!(powers.iter().zip(powers.iter().skip(1)).all(|(one, next)| one * g % p == *next));
                    let secret = toy.undisturbed.drawn.iter().find(|drawn| drawn.by == Actor::Client).unwrap();
                    assert_eq!(powers.len() as u32, secret.value, "the number of powers is the secret");
                }
                Broken::Factors(Key { p, q, n, phi, e, d }) => {
                    assert_eq!((p * q, (p - 1) * (q - 1), e * d % phi), (*n, *phi, 1));
                }
            }
        }
    }

    #[test]
    fn whoever_sits_in_the_middle_shares_another_number_with_each() {
        for id in ["dh", "rsa"] {
            let toy = Toy::of(modes::find(id).unwrap(), 1).unwrap();
            let [client, server] = &toy.between;
            assert_ne!(client.shared, server.shared);
            let altered =
                client.messages.iter().zip(&server.messages).filter(|(one, other)| one.numbers != other.numbers);
            assert_eq!(altered.count(), 2, "{id}: what it is sent by either it replaces");
            assert_eq!(
                [client.ends, server.ends],
                [[Actor::Client, Actor::Attacker], [Actor::Attacker, Actor::Server]]
            );
            let told = |one: &Exchange| one.messages.iter().map(|message| message.kind.clone()).collect::<Vec<_>>();
            assert_eq!([told(client), told(server)], [told(&toy.undisturbed), told(&toy.undisturbed)]);
        }
    }
}
