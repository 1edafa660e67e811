//! New keys inside a session: a part that a table can end with.
//!
//! The server asks with a fresh nonce, the client acknowledges, and each side's records go on under a new key from its own
//! message on. All keys follow from the last ratchet key and the nonce, one way, and so does the next ratchet key: with the
//! last one thrown away, nothing that is stolen later leads back (RFC 8446 section 7.2). Request and acknowledgement are the
//! third and the fourth message of WPA2's handshake (IEEE 802.11-2016 section 12.7.6), whose acknowledgement may be lost, so that
//! the request may come again.

use super::parts::*;
use crate::{
    checks,
    mode::{Act, Field, Message, Relation, Step, Variant, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

/// A mode's own table, where the part makes another one beside it.
pub(super) const ONCE: Variant = Variant::new("once", "the handshake's keys last as long as the session").unsaid();

/// The same with this part.
pub(super) const REKEY: Variant = Variant::new(
    "rekey",
    "new keys before each message, from a ratchet that forgets; the message that brings them may come twice",
);

/// The n-th change of keys, from the last ratchet key: the request and the acknowledgement.
macro_rules! change {
    (
        $n:literal, $ratchet:literal, server_write: $server:literal, client_write: $client:literal,
        forget: [$($forget:expr),* $(,)?]
    ) => {{
        const CONTEXT: Expr = apply(Op::Hash, &[tuple(&[var(concat!("nonce_", $n))])]);
        const FROM: &[Expr] = &[var($ratchet), CONTEXT];
        const REQUEST_KEY: Step = Step {
            by: BOTH,
            act: Act::Let(concat!("request_key_", $n), apply(Op::Expand("rekey request"), FROM)),
        };
        const REQUEST: Expr = apply(Op::Mac, &[var(concat!("request_key_", $n)), CONTEXT]);
        const ANSWER: Expr = apply(Op::Mac, &[var(concat!("answer_key_", $n)), CONTEXT]);
        const BEFORE: &[Step] = &[nonce(SERVER, concat!("nonce_", $n)), Step { by: SERVER, ..REQUEST_KEY }];
        const REQUEST_FIELDS: &[Field] = &[
            field("nonce", concat!("nonce_", $n), Sort::Nonce, var(concat!("nonce_", $n))),
            field("mac", concat!("request_", $n), Sort::Mac, REQUEST),
        ];
        const REQUEST_SHOWN: &[Expr] = &[REQUEST, var(concat!("request_", $n))];
        const REQUEST_RECEIPT: &[Step] = &[
            Step { by: CLIENT, ..REQUEST_KEY },
            check(CLIENT, Relation::Equal(&checks::KEY_CONFIRMATION), REQUEST_SHOWN),
        ];
        const AFTER_REQUEST: &[Step] = &[
            let_(BOTH, concat!("answer_key_", $n), apply(Op::Expand("rekey answer"), FROM)),
            let_(BOTH, concat!("client_write_", $n), write_key!("client write", FROM)),
            let_(BOTH, concat!("server_write_", $n), write_key!("server write", FROM)),
            let_(BOTH, concat!("ratchet_", $n), apply(Op::Expand("ratchet"), FROM)),
            forget(BOTH, $ratchet),
            $($forget,)*
            install(Role::Server, concat!("server_write_", $n)),
            forget(BOTH, $server),
        ];
        const ANSWER_FIELDS: &[Field] = &[field("mac", concat!("answer_", $n), Sort::Mac, ANSWER)];
        const ANSWER_SHOWN: &[Expr] = &[ANSWER, var(concat!("answer_", $n))];
        const ANSWER_RECEIPT: &[Step] = &[check(SERVER, Relation::Equal(&checks::KEY_CONFIRMATION), ANSWER_SHOWN)];
        const AFTER_ANSWER: &[Step] =
            &[install(Role::Client, concat!("client_write_", $n)), forget(BOTH, $client), SAY];
        [
            Message {
                from: Role::Server,
                kind: Kind::Rekey,
                before: BEFORE,
                fields: REQUEST_FIELDS,
                receipt: REQUEST_RECEIPT,
                after: AFTER_REQUEST,
            },
            Message {
                from: Role::Client,
                kind: Kind::RekeyAck,
                before: &[],
                fields: ANSWER_FIELDS,
                receipt: ANSWER_RECEIPT,
                after: AFTER_ANSWER,
            },
        ]
    }};
}

/// A handshake, and among the records after it two changes of keys, each followed by what there is to say next. Where the
/// handshake ends with `exporter`, from shares whose secrets are called as in the parts.
pub(super) const fn rekeyed<const N: usize, const ALL: usize>(handshake: [Message; N]) -> [Message; ALL] {
    assert!(ALL == N + CHANGES.len(), "the handshake and the changes");
    let mut all = [CHANGES[0]; ALL];
    let mut i = 0;
    while i < ALL {
        all[i] = if i < N { handshake[i] } else { CHANGES[i - N] };
        i += 1;
    }
    all
}

/// The first ratchet key is the handshake's exporter, and with it go the secrets of the exchange.
const CHANGES: [Message; 4] = {
    let [first, second] = [
        change!(
            1,
            "exporter",
            server_write: "server_write",
            client_write: "client_write",
            forget: [
                forget(CLIENT, "client_secret"),
                forget(SERVER, "server_secret"),
                forget(BOTH, "shared"),
                forget(BOTH, "master"),
            ]
        ),
        change!(2, "ratchet_1", server_write: "server_write_1", client_write: "client_write_1", forget: []),
    ];
    [first[0], first[1], second[0], second[1]]
};
