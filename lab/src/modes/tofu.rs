//! `tofu`: the server's key is believed at first contact, and held against every later one.

use super::parts::*;
use crate::{
    checks::{KNOWN_KEY, TRANSCRIPT_SIGNATURE},
    mode::{Message, Mode, Names, Relation, Source, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

pub(super) static MODE: Mode = Mode {
    id: "tofu",
    title: "X25519 with a host key, trusted on first use",
    summary: "As in SSH, the server signs the exchange with a key that nobody certifies. The client believes it at first contact, \
              remembers it beside the server's name, and refuses another one later. Whoever is in the middle at first contact \
              stays there unnoticed, and it is the genuine server that is refused when the attacker leaves; whoever comes \
              later is found out. Who compares the key's fingerprint by another way before the first contact closes the gap.",
    authenticated_by: "the key of the first contact",
    references: &["RFC 4251 section 4.1", "RFC 4253 section 8", "RFC 4255 (fingerprints by another way: SSHFP)"],
    variants: &[],
    groups: &["x25519"],
    given: &[SESSION, OFFERS, SUPPORTED, PEER_NAME, SERVER_NAME, given(SERVER, "host_secret", Source::HostKey)],
    messages: &[
        CLIENT_HELLO,
        Message {
            fields: &[
                CHOICE_FIELD,
                SERVER_RANDOM,
                SERVER_SHARE,
                field("host_key", "host_key", Sort::VerifyingKey, apply(Op::VerifyingKey, &[var("host_secret")])),
                field(
                    "signature",
                    "signature",
                    Sort::Signature,
                    apply(Op::Sign(HOST_SIGNS), &[var("host_secret"), SIGNED]),
                ),
            ],
            receipt: &[
                CLIENT_ACCEPTS,
                CLIENT_GROUP,
                CLIENT_AGREES,
                check(CLIENT, Relation::Contributes, &[var("shared")]),
                recall(CLIENT, "known_key", var("host_key")),
                check(CLIENT, Relation::Equal(&KNOWN_KEY), &[var("known_key"), var("host_key")]),
                check(
                    CLIENT,
                    Relation::Signed(&TRANSCRIPT_SIGNATURE, HOST_SIGNS),
                    &[var("host_key"), SIGNED, var("signature")],
                ),
                keep(CLIENT, "known_key", var("host_key")),
            ],
            after: &[EXTRACT, CLIENT_FINISHED_KEY, CLIENT_WRITE, SERVER_WRITE, EXPORTER],
            ..SERVER_HELLO
        },
        // Until it comes, the server has no reason to speak: a client that refuses the key sends none.
        finished!(client, Expr::Transcript),
    ],
    names: Names::Server,
    met: 1,
    off: &[],
};

const HOST_SIGNS: &str = "server host key";

/// What the host key signs: all that the server heard, and its own part (RFC 4253 section 8).
const SIGNED: Expr = apply(
    Op::Hash,
    &[tuple(&[Expr::Transcript, var("choice"), var("server_random"), var("server_share"), var("host_key")])],
);
