//! `small-subgroup`: ask for the exponent piece by piece.
//!
//! An element of a small order r has r powers and no more. Who sends it as the client's public value has the server use one of r
//! keys, and the first record tells which: the exponent modulo r. A server that keeps its exponent is asked for one r after the
//! other, until the Chinese remainder theorem gives the whole (Lim and Lee, "A key recovery attack on discrete log-based schemes
//! using a prime order subgroup", 1997; RFC 2785). What the server says meanwhile is not what it is after.
//!
//! 1. Take the small factors of p−1 from the server's group, and replace the client's public value by an element whose order is
//!    one of them.
//! 2. Find the key that opens the server's first record: the exponent modulo that factor. In the next session ask for the next.
//! 3. When none is left, put the remainders together to the exponent, and prove it on the server's public value.
//! 4. Let the rest of the session pass, and read it.

use crate::{
    attack::{Attack, Family, Info, Move, Needs, Seen, Start},
    leg::Leg,
};
use lab::{
    algebra::real::Value,
    event::{Account, Equation, Fact},
    group::{Group, Modp, weak},
    loot::{Loot, Presence},
    record::Content,
    role::Role,
    wire::{Frame, Kind},
};
use num_bigint::BigUint;
use std::sync::Arc;

pub(super) const INFO: Info = Info {
    id: "small-subgroup",
    title: "Ask for the exponent piece by piece",
    family: Family::Parameters,
    needs: Needs::KeptExponent,
    variants: &[],
    loot: Loot { sessions: &[Presence::There; weak::COFACTORS + 1], ..Loot::NONE },
    logarithm: None,
    stopped_by: &["public-subgroup"],
    source: include_str!("small_subgroup.rs"),
    start: |start| Box::new(SmallSubgroup::new(&start)),
};

/// The largest order that is asked for.
const LARGEST: u32 = 1 << 12;

struct SmallSubgroup {
    /// The server's leg in this session.
    leg: Leg,
    /// Remainders of the exponent, with their moduli.
    known: Vec<(u32, u32)>,
    /// What is asked for in this session: a power of an element of this order.
    asked: Option<(Arc<Modp>, u32, BigUint)>,
    /// Keys that were tried in all sessions.
    tries: u64,
    /// The exponent is there, and this session is read.
    reads: bool,
    shown: bool,
}

impl SmallSubgroup {
    fn new(start: &Start) -> Self {
        Self { leg: leg(start), known: Vec::new(), asked: None, tries: 0, reads: false, shown: false }
    }

    /// The client's public value: an element of the next order, or as it is where all are known.
    fn share(&mut self, frame: Frame, moves: &mut Vec<Move>) {
        let group = match self.leg.value("group").and_then(Value::group) {
            Some(Group::Modp(group)) => Arc::clone(group),
            _ => return self.follow(Role::Client, frame, moves),
        };
        let next = small_factors(&group.p).find(|r| self.known.iter().all(|(known, _)| known != r));
        let Some(order) = next else {
            self.solve(&group, moves);
            return self.follow(Role::Client, frame, moves);
        };
        let element = element(&group.p, order);
        let share = Value::Bytes(group.encode(&element));
        match self.leg.compose(&[], &[("client_share", share)]) {
            Some(after) => {
                moves.push(Move::Step(1));
                self.asked = Some((group, order, element));
                moves.push(Move::Alter { from: Role::Client, before: frame, after });
            }
            None => self.follow(Role::Client, frame, moves),
        }
    }

    /// All remainders are there: what they have in common is the exponent, if the server has kept it.
    fn solve(&mut self, group: &Modp, moves: &mut Vec<Move>) {
        let exponent = together(&self.known);
        let shown = self.leg.value("server_share").and_then(Value::octets).map(BigUint::from_bytes_be);
        let Some(y) = shown else { return };
        self.reads = group.g.modpow(&exponent, &group.p) == y;
        moves.push(Move::Step(3));
        moves.push(Move::Tell(self.solved(group, &exponent, &y)));
        if self.reads {
            moves.push(Move::Step(4));
            self.leg.learn(("exponent", Value::secret(&exponent.to_bytes_be())));
        }
    }

    fn solved(&self, group: &Modp, exponent: &BigUint, y: &BigUint) -> Fact {
        let subgroups = serde_json::json!({ "kind": "small-subgroups", "subgroups": self.known.len() });
        let equation = || {
            let [p, g, y, x] = [&group.p, &group.g, y, exponent].map(|number| format!("{number:x}"));
            Box::new(Equation { p, g, y, x })
        };
        Fact::Solved {
            bits: group.p.bits(),
            method: self.reads.then(|| Account::of(&subgroups)),
            operations: Some(self.tries),
            failure: (!self.reads).then(|| Account::plain("another-exponent")),
            found: self.reads,
            cut_off: None,
            equation: self.reads.then(equation),
        }
    }

    fn follow(&mut self, from: Role, frame: Frame, moves: &mut Vec<Move>) {
        self.leg.observe(&frame);
        moves.push(Move::Forward { from, frame });
    }

    /// The first record of the server's tells which power of the element its key follows from.
    fn remainder(&mut self, frame: &Frame, moves: &mut Vec<Move>) {
        let Some((group, order, element)) = self.asked.take() else { return };
        moves.push(Move::Step(2));
        let mut power = BigUint::from(1u8);
        for remainder in 0..order {
            self.tries += 1;
            let shared = Value::secret(&group.encode(&power));
            if self.leg.opens_with(&[("shared", shared)], Role::Server, frame) {
                self.known.push((order, remainder));
                break;
            }
            power = power * &element % &group.p;
        }
        moves.push(Move::Tell(Fact::Work {
            phase: "subgroups".to_owned(),
            done: self.known.len() as u64,
            total: small_factors(&group.p).count() as u64,
            unit: Some("prime-factors".to_owned()),
        }));
    }

    fn read(&mut self, from: Role, frame: &Frame, moves: &mut Vec<Move>) {
        let Some((_, content)) = self.leg.open(from, frame) else { return };
        if let (false, Some(fingerprint)) = (self.shown, self.leg.fingerprint()) {
            self.shown = true;
            moves.push(Move::Tell(Fact::Holds { with: Role::Client, fingerprint }));
        }
        if let Content::Data(data) = content {
            let text = String::from_utf8_lossy(&data).into_owned();
            moves.push(Move::Tell(Fact::Recovered { sender: from, text, live: true }));
        }
    }
}

fn leg(start: &Start) -> Leg {
    Leg::new(start.mode, (start.algebra)("server's leg"), Vec::new(), &[])
}

/// The odd prime factors of p − 1 that are small, in ascending order.
fn small_factors(p: &BigUint) -> impl Iterator<Item = u32> {
    let mut rest = p - 1u8;
    (3..LARGEST).step_by(2).filter(move |factor| {
        let divides = (&rest % *factor) == BigUint::ZERO;
        while (&rest % *factor) == BigUint::ZERO {
            rest /= *factor;
        }
        divides
    })
}

/// An element of this prime order, which divides p − 1.
fn element(p: &BigUint, order: u32) -> BigUint {
    let one = BigUint::from(1u8);
    let cofactor = (p - 1u8) / order;
    let mut base = BigUint::from(2u8);
    loop {
        let element = base.modpow(&cofactor, p);
        if element != one {
            return element;
        }
        base += 1u8;
    }
}

/// The least number with these remainders (Chinese remainder theorem); the moduli are different primes.
fn together(known: &[(u32, u32)]) -> BigUint {
    let (mut x, mut product) = (BigUint::ZERO, BigUint::from(1u8));
    for (modulus, remainder) in known {
        let r = BigUint::from(*modulus);
        // Fermat: the inverse of the product so far.
        let inverse = (&product % &r).modpow(&BigUint::from(*modulus - 2), &r);
        let short = (BigUint::from(*remainder) + &r - &x % &r) % &r;
        x += &product * (short * inverse % &r);
        product *= r;
    }
    x
}

impl Attack for SmallSubgroup {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } if frame.kind == Kind::Record => {
                if self.reads {
                    self.read(from, &frame, &mut moves);
                } else if from == Role::Server {
                    self.remainder(&frame, &mut moves);
                }
                moves.push(Move::Forward { from, frame });
            }
            Seen::Frame { from: Role::Client, frame } if frame.kind == Kind::ClientShare => {
                self.share(frame, &mut moves);
            }
            Seen::Frame { from, frame } => self.follow(from, frame, &mut moves),
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }

    fn again(&mut self, start: Start) {
        let (known, tries) = (std::mem::take(&mut self.known), self.tries);
        *self = Self { known, tries, ..Self::new(&start) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainders_give_the_number_back() {
        let (moduli, number) = ([521u32, 523, 541, 547], 12_345_678_901u64);
        let known = moduli.map(|r| (r, u32::try_from(number % u64::from(r)).unwrap()));
        assert_eq!(together(&known), BigUint::from(number));
        assert_eq!(together(&known[..3]), BigUint::from(number % (521 * 523 * 541)));
    }

    #[test]
    fn an_element_has_the_order_that_was_asked_for() {
        let group = weak::cofactor(256);
        let factors: Vec<u32> = small_factors(&group.p).collect();
        assert_eq!(factors.len(), weak::COFACTORS);
        for order in factors {
            let element = element(&group.p, order);
            let one = BigUint::from(1u8);
            assert!(element != one && element.modpow(&order.into(), &group.p) == one, "{order}");
        }
    }
}
