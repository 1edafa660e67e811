//! What protocols with a third whom both trust have in common.
//!
//! Encryption is deterministic: two ciphertexts of one text under one key are one. A timestamp is the time, which everybody knows: all
//! of what is looked at takes place while one is good. Number plus one is a digest of the number. Each has its keys as soon as what
//! the two are asked to agree on is there.

use super::*;
pub(crate) use explore::{
    third::{Player, Tables},
    world::BOB,
};
pub(crate) use lab::{mode::Message, role::Role};

pub(crate) const KEY: Expr = apply(Op::EncryptionKey, &[var("shared")]);
pub(crate) const CLIENTS: Expr = apply(Op::EncryptionKey, &[var("client_secret")]);
pub(crate) const SERVERS: Expr = apply(Op::EncryptionKey, &[var("server_secret")]);
pub(crate) const SESSION: Expr = apply(Op::EncryptionKey, &[var("k")]);

/// A field that one hears.
pub(crate) const fn heard(name: &'static str, sort: Sort) -> Field {
    field(name, name, sort, NO_CONTEXT)
}

/// A ciphertext that one says.
pub(crate) const fn ciphertext(name: &'static str, parts: &'static [Expr; 3]) -> Field {
    field(name, name, Sort::Ciphertext, encrypt(parts))
}

pub(crate) const fn open(by: By, name: &'static str, parts: &'static [Expr; 2]) -> Step {
    let_(by, name, apply(Op::Decrypt(Padding::Oaep), parts))
}

/// A message that one says.
macro_rules! says {
    ($from:ident, $kind:ident, $before:expr, $fields:expr, after: $after:expr) => {
        message!($from, $kind, before: $before, fields: $fields, receipt: &[], after: $after)
    };
}

/// A message that one hears.
macro_rules! hears {
    ($from:ident, $kind:ident, $fields:expr, $receipt:expr, after: $after:expr) => {
        message!($from, $kind, before: &[], fields: $fields, receipt: $receipt, after: $after)
    };
}

/// The table of one of the three.
macro_rules! view {
    ($name:ident, [$($given:expr),*], $messages:expr) => {
        static $name: Mode = Mode { given: &[$($given),*], messages: $messages, ..BARE };
    };
}

pub(crate) use {hears, says, view};

/// Of these goals of a role those that are lost, with two sessions of each of the three.
pub(crate) fn lost_by(role: Role, tables: Tables, goals: &[Property]) -> Vec<String> {
    let goals: Vec<Goal> = goals.iter().map(|property| Goal { property: *property, role }).collect();
    lost_of(2, tables.worlds(), &goals)
}

/// Whether two sessions of the one who is called are led to one session of the one who calls.
pub(crate) fn is_replayed(tables: Tables) -> bool {
    let once = [Player::Calls(ALICE, BOB), Player::IsCalled(BOB), Player::Serves(ALICE, BOB), Player::IsCalled(BOB)];
    let injectivity = Goal { property: Property::Injectivity, role: Role::Server };
    !lost_of(2, vec![tables.world(&once)], &[injectivity]).is_empty()
}

pub(crate) const SAFE: [&str; 0] = [];
pub(crate) const INJECTIVE: &[Property] = &[Property::Secrecy, Property::Agreement, Property::Injectivity];

/// Lowe, A family of attacks upon authentication protocols, 1997: B → A: {Nb}K; A → B: {Nb + 1}K, after whatever gave both the key. They
/// agree on the key and on Nb, so that there is one session of A's for each of B's.
pub(crate) const CHALLENGE: Message = says!(Server, Half,
    &[nonce(SERVER, "nb")],
    &[ciphertext("challenge", &[NO_CONTEXT, tuple(&[var("nb")]), SESSION])],
    after: &keys!(&[var("k")], SUCCESSOR));
pub(crate) const CHALLENGE_HEARD: Message = hears!(Server, Half,
    &[heard("challenge", Sort::Ciphertext)],
    &[
        open(CLIENT, "asked", &[var("k"), var("challenge")]),
        let_(CLIENT, "nb", part(0, 1, Sort::Nonce, &[var("asked")])),
    ],
    after: &keys!(&[var("k")], SUCCESSOR));
pub(crate) const ANSWERED: Message = says!(Client, Rest,
    &[],
    &[ciphertext("response", &[NO_CONTEXT, tuple(&[SUCCESSOR]), SESSION])],
    after: &[]);
pub(crate) const ANSWER_HEARD: Message = hears!(Client, Rest,
    &[heard("response", Sort::Ciphertext)],
    &[
        open(SERVER, "said", &[var("k"), var("response")]),
        let_(SERVER, "nb_back", part(0, 1, Sort::Digest, &[var("said")])),
        same(SERVER, &[SUCCESSOR, var("nb_back")]),
    ],
    after: &[]);
const SUCCESSOR: Expr = apply(Op::Hash, &[tuple(&[var("nb")])]);

/// The message, after which nobody has the keys yet.
pub(crate) const fn has_no_keys(message: Message) -> Message {
    Message { after: &[], ..message }
}

/// Keys that one has at this time.
pub(crate) const fn done(keys: &'static [Step; 4]) -> &'static [Step] {
    keys
}

/// Keys that one has at another time.
pub(crate) const fn not_done(_: &'static [Step; 4]) -> &'static [Step] {
    &[]
}
