//! Protocols of the literature with their published results, modelled from the papers in the lab's own table language.
//!
//! Nothing of them is a mode of the lab: they have no record layer, and what decides is which goals are lost within the usual
//! bound. Encryption under a key that two share is encryption to a public key that nobody else has. Numbers that a paper adds
//! one to are hashed instead: both say no more than that the number was seen.

mod denning_sacco;
mod frog;
mod iso_9798;
mod needham_schroeder;
mod otway_rees;
mod shared;
mod signed;
mod third;
mod transport;
mod woo_lam;
mod yahalom;

use explore::{
    goal::{Goal, Property},
    search::{Bound, search},
    symbolic,
    term::{Free, Term},
    world::{ALICE, MALLORY, Sessions, World},
};
use lab::{
    check::Check,
    mode::{By, Field, Given, Mode, Names, Relation, Source, Step, table::*},
    term::{Expr, Op, Padding, Sort},
};

/// What every one of these parties looks at: a value that comes back is the one that was sent.
pub(crate) static SAME: Check = Check {
    id: "same",
    title: "Comes back",
    threat: "",
    compares: "what came with what was meant",
    reference: "",
    withholds: false,
};
pub(crate) static SIGNED: Check = Check {
    id: "signed",
    title: "Signed",
    threat: "",
    compares: "a signature with what is signed",
    reference: "",
    withholds: false,
};

pub(crate) const BARE: Mode = Mode {
    id: "model",
    title: "",
    summary: "",
    authenticated_by: "",
    references: &[],
    variants: &[],
    groups: &["x25519"],
    given: &[],
    messages: &[],
    names: Names::Both,
    met: 0,
    off: &["cert-pin"],
};

pub(crate) const NO_CONTEXT: Expr = apply(Op::Hash, &[tuple(&[])]);

/// The keys that both end with: of a secret tuple, and of what they have to agree on besides.
macro_rules! keys {
    ($secrets:expr, $context:expr) => {
        [
            let_(BOTH, "master", apply(Op::Extract, &[apply(Op::Combine, &[tuple($secrets)])])),
            let_(BOTH, "client_write", apply(Op::Expand("client"), &[var("master"), $context])),
            let_(BOTH, "server_write", apply(Op::Expand("server"), &[var("master"), $context])),
            let_(BOTH, "exporter", apply(Op::Expand("exporter"), &[var("master"), $context])),
        ]
    };
}

pub(crate) use keys;

macro_rules! message {
    ($from:ident, $kind:ident, before: $before:expr, fields: $fields:expr, receipt: $receipt:expr, after: $after:expr) => {
        lab::mode::Message {
            from: lab::role::Role::$from,
            kind: lab::wire::Kind::$kind,
            before: $before,
            fields: $fields,
            receipt: $receipt,
            after: $after,
        }
    };
}

pub(crate) use message;

pub(crate) const fn encrypt(coins: &'static [Expr; 3]) -> Expr {
    apply(Op::Encrypt(Padding::Oaep), coins)
}

pub(crate) const fn same(by: By, args: &'static [Expr]) -> Step {
    check(by, Relation::Equal(&SAME), args)
}

pub(crate) const OWN_NAME: Given = given(BOTH, "own_name", Source::OwnName);
pub(crate) const PEER: Given = given(BOTH, "peer_name", Source::PeerName);
pub(crate) const DECRYPTION_KEY: Given = given(BOTH, "own_key", Source::DecryptionKey);
pub(crate) const PEER_KEY: Given = given(BOTH, "peer_key", Source::PeerKey);
pub(crate) const SECRET_SHARED: Given = given(BOTH, "shared", Source::SharedSecret);
pub(crate) const SIGNING_KEY: Given = given(BOTH, "signing_key", Source::SigningKey);
pub(crate) const OWN_CHAIN: Given = given(BOTH, "own_chain", Source::Chain);
pub(crate) const TRUST: Given = given(BOTH, "trust", Source::Trust);
pub(crate) const NOW: Given = given(BOTH, "now", Source::Clock);
pub(crate) const OFFERS: Given = given(BOTH, "offers", Source::Offers);

pub(crate) const fn part(at: usize, of: usize, sort: Sort, tuple: &'static [Expr; 1]) -> Expr {
    apply(Op::Part(at, of, sort), tuple)
}

pub(crate) const fn share(name: &'static str, secret: &'static [Expr; 2]) -> Field {
    field(name, name, Sort::Public, apply(Op::Public, secret))
}

/// Which goals are lost, in order; `registers` lets the attacker have another's key certified for its own name.
pub(crate) fn lost(mode: &'static Mode, registers: bool, goals: &[Property]) -> Vec<String> {
    lost_within(Sessions::Two, mode, registers, goals)
}

/// The same within another bound.
pub(crate) fn lost_within(sessions: Sessions, mode: &'static Mode, registers: bool, goals: &[Property]) -> Vec<String> {
    let mut worlds = worlds(sessions, mode);
    for world in worlds.iter_mut().filter(|_| registers) {
        let alices = Term::of(Free::VerifyingKey, [symbolic::signing_key(ALICE)]);
        world.has.push(Term::chain(&alices, &Term::name("name", MALLORY), None));
    }
    lost_among(worlds, goals)
}

/// Who takes part within a bound.
pub(crate) fn worlds(sessions: Sessions, mode: &'static Mode) -> Vec<World> {
    World::all(mode, None, &mode.switches::<&str>(&[], &[]), sessions)
}

/// The same of those who take part.
pub(crate) fn lost_among(worlds: Vec<World>, goals: &[Property]) -> Vec<String> {
    lost_with_in_hand(1, worlds, goals)
}

/// The same where so many answers may lie unused at a time.
pub(crate) fn lost_with_in_hand(in_hand: usize, worlds: Vec<World>, goals: &[Property]) -> Vec<String> {
    let goals: Vec<Goal> = Goal::all().filter(|goal| goals.contains(&goal.property)).collect();
    lost_of(in_hand, worlds, &goals)
}

/// The same of these goals; none of these protocols has records.
pub(crate) fn lost_of(in_hand: usize, mut worlds: Vec<World>, goals: &[Goal]) -> Vec<String> {
    worlds.iter_mut().for_each(|world| world.records = false);
    let found = search(&worlds, goals, Bound { in_hand, ..Bound::of(200_000) }, false);
    assert_eq!(found.vacuous, None);
    let open = found.exhausted.0 < found.exhausted.1;
    assert!(!open || found.attacks.len() == goals.len(), "cut off after {} states", found.states);
    for (goal, trace) in &found.attacks {
        assert!(trace.holds(), "{goal}");
    }
    found.attacks.keys().map(ToString::to_string).collect()
}

pub(crate) const AUTHENTICATION: &[Property] = &[Property::Secrecy, Property::Agreement];
pub(crate) const WITH_IDENTITY: &[Property] = &[Property::Secrecy, Property::Agreement, Property::Identity];
pub(crate) const LATER: &[Property] = &[Property::ForwardSecrecy];

pub(crate) fn holds(mode: &'static Mode, goals: &[Property]) {
    assert_eq!(lost(mode, false, goals), Vec::<String>::new());
}

pub(crate) fn breaks(mode: &'static Mode, goals: &[Property], expected: &[&str]) {
    assert_eq!(lost(mode, false, goals), expected);
}
