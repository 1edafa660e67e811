//! `ecdh`: X25519, and nobody says who they are.

use super::parts::*;
use crate::{
    mode::{Message, Mode, Names, Relation, table::*},
    role::Role,
    wire::Kind,
};

pub(super) static MODE: Mode = Mode {
    id: "ecdh",
    title: "X25519, unauthenticated",
    summary: "Both sides send a point of Curve25519 and multiply the one they receive by their own secret: shorter and \
              faster than modulo a prime, and just as blind to who is at the other end.",
    authenticated_by: "nothing",
    references: &["RFC 7748 section 6.1", "Bernstein, Curve25519: new Diffie–Hellman speed records, 2006"],
    variants: &[],
    groups: &["x25519"],
    given: &[SESSION, OFFERS, SUPPORTED],
    messages: &[
        CLIENT_HELLO,
        Message {
            from: Role::Server,
            kind: Kind::ServerHello,
            before: &[
                nonce(SERVER, "server_random"),
                secret(SERVER, "server_secret", "group"),
                SERVER_AGREES,
                check(SERVER, Relation::Contributes, &[var("shared")]),
            ],
            fields: &[CHOICE_FIELD, SERVER_RANDOM, SERVER_SHARE],
            receipt: &[
                CLIENT_ACCEPTS,
                CLIENT_GROUP,
                CLIENT_AGREES,
                check(CLIENT, Relation::Contributes, &[var("shared")]),
            ],
            after: &[EXTRACT, CLIENT_WRITE, SERVER_WRITE, EXPORTER],
        },
    ],
    names: Names::Nobody,
    off: &[],
};
