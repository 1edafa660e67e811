//! `nspk`: two nonces, encrypted, and a name that was left out for seventeen years.

use super::parts::*;
use crate::{
    checks::{NONCE_RETURNED, RESPONDER_NAMED},
    mode::{Message, Mode, Names, Relation, Source, table::*},
    role::Role,
    term::{Expr, Op, Padding, Sort},
    wire::Kind,
};

pub(super) static MODE: Mode = Mode {
    id: "nspk",
    title: "Needham–Schroeder with public keys",
    summary: "Each side knows the other's public key. The client encrypts a nonce and its name to the server; the server returns \
              that nonce with one of its own and its name, encrypted to the client; the client returns the server's. Whoever \
              returns a nonce has opened what it was encrypted in, and both make the key. In the paper the server left its \
              name out, and nobody noticed until 1995: whom the client calls of its own accord can pass its nonces on, and be \
              the client to somebody else.",
    authenticated_by: "public keys known beforehand",
    references: &[
        "Needham and Schroeder, Using encryption for authentication in large networks of computers, 1978",
        "Lowe, An attack on the Needham–Schroeder public-key authentication protocol, 1995",
        "RFC 8017 section 7.1",
    ],
    variants: &[],
    groups: &["none"],
    given: &[
        SESSION,
        OFFERS,
        SUPPORTED,
        given(CLIENT, "client_key", Source::DecryptionKey),
        given(CLIENT, "server_public_key", Source::PeerKey),
        given(SERVER, "server_key", Source::DecryptionKey),
        given(SERVER, "client_public_key", Source::PeerKey),
        CLIENT_NAME,
        SERVER_NAME,
        PEER_NAME,
    ],
    messages: &[
        Message {
            from: Role::Client,
            kind: Kind::ClientHello,
            before: &[draw(CLIENT, "client_nonce", Sort::Shared), draw(CLIENT, "client_coins", Sort::Secret)],
            fields: &[
                SESSION_FIELD,
                OFFERS_FIELD,
                field("encrypted", "client_call", Sort::Ciphertext, apply(OAEP, CALL)),
            ],
            receipt: &[
                SERVER_PICKS,
                let_(SERVER, "called", apply(OPENED, &[var("server_key"), var("client_call")])),
                let_(SERVER, "client_nonce", apply(Op::Part(0, 2, Sort::Shared), &[var("called")])),
                let_(SERVER, "peer_name", apply(Op::Part(1, 2, Sort::Name), &[var("called")])),
            ],
            after: &[],
        },
        Message {
            from: Role::Server,
            kind: Kind::ServerHello,
            before: &[draw(SERVER, "server_nonce", Sort::Shared), draw(SERVER, "server_coins", Sort::Secret)],
            fields: &[CHOICE_FIELD, field("encrypted", "server_answer", Sort::Ciphertext, apply(OAEP, ANSWER))],
            receipt: &[
                CLIENT_ACCEPTS,
                let_(CLIENT, "answered", apply(OPENED, &[var("client_key"), var("server_answer")])),
                let_(CLIENT, "client_nonce_returned", apply(Op::Part(0, 3, Sort::Shared), &[var("answered")])),
                let_(CLIENT, "server_nonce", apply(Op::Part(1, 3, Sort::Shared), &[var("answered")])),
                let_(CLIENT, "responder", apply(Op::Part(2, 3, Sort::Name), &[var("answered")])),
                check(CLIENT, Relation::Same(&NONCE_RETURNED), &[var("client_nonce"), var("client_nonce_returned")]),
                check(CLIENT, Relation::Equal(&RESPONDER_NAMED), &[var("peer_name"), var("responder")]),
            ],
            after: &[],
        },
        Message {
            from: Role::Client,
            kind: Kind::ClientShare,
            before: &[draw(CLIENT, "client_last_coins", Sort::Secret)],
            fields: &[field("encrypted", "client_return", Sort::Ciphertext, apply(OAEP, RETURN))],
            receipt: &[
                let_(SERVER, "returned", apply(OPENED, &[var("server_key"), var("client_return")])),
                let_(SERVER, "server_nonce_returned", apply(Op::Part(0, 1, Sort::Shared), &[var("returned")])),
                check(SERVER, Relation::Same(&NONCE_RETURNED), &[var("server_nonce"), var("server_nonce_returned")]),
            ],
            after: &[
                let_(BOTH, "master", apply(Op::Extract, &[apply(Op::Combine, &[tuple(NONCES)])])),
                CLIENT_WRITE,
                SERVER_WRITE,
                EXPORTER,
            ],
        },
    ],
    names: Names::Both,
    met: 0,
    off: &[],
};

const OAEP: Op = Op::Encrypt(Padding::Oaep);
const OPENED: Op = Op::Decrypt(Padding::Oaep);

const NONCES: &[Expr] = &[var("client_nonce"), var("server_nonce")];

const CALL: &[Expr] =
    &[var("client_coins"), tuple(&[var("client_nonce"), var("client_name")]), var("server_public_key")];
const ANSWER: &[Expr] = &[
    var("server_coins"),
    tuple(&[var("client_nonce"), var("server_nonce"), var("server_name")]),
    var("client_public_key"),
];
const RETURN: &[Expr] = &[var("client_last_coins"), tuple(&[var("server_nonce")]), var("server_public_key")];
