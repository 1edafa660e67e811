//! `dh`: ephemeral Diffie–Hellman in a sound group, and nobody says who they are.

use super::parts::*;
use crate::{
    mode::{Message, Mode, Names, Relation, table::*},
    role::Role,
    wire::Kind,
};

pub(super) static MODE: Mode = Mode {
    id: "dh",
    title: "Diffie–Hellman, unauthenticated",
    summary: "Both sides send a power of 2 modulo the 2048-bit prime ffdhe2048 and raise what they receive to their own \
              secret. Nobody who only listens can compute the result. Nothing tells the two whom they agreed with.",
    authenticated_by: "nothing",
    references: &["Diffie and Hellman, New Directions in Cryptography, 1976", "RFC 7919"],
    variants: &[],
    groups: &["ffdhe2048"],
    given: &[SESSION, OFFERS, SUPPORTED],
    messages: &[
        Message {
            from: Role::Client,
            kind: Kind::ClientHello,
            before: &[CLIENT_PREFERS, nonce(CLIENT, "client_random"), secret(CLIENT, "client_secret", "group")],
            fields: &[SESSION_FIELD, OFFERS_FIELD, CLIENT_RANDOM, CLIENT_SHARE],
            receipt: &[
                SERVER_PICKS,
                SERVER_GROUP,
                check(SERVER, Relation::PublicInRange, &[var("group"), var("client_share")]),
                nonce(SERVER, "server_random"),
                secret(SERVER, "server_secret", "group"),
                SERVER_AGREES,
            ],
            after: &[],
        },
        Message {
            from: Role::Server,
            kind: Kind::ServerHello,
            before: &[],
            fields: &[CHOICE_FIELD, SERVER_RANDOM, SERVER_SHARE],
            receipt: &[
                CLIENT_ACCEPTS,
                CLIENT_GROUP,
                check(CLIENT, Relation::PublicInRange, &[var("agreed"), var("server_share")]),
            ],
            after: &[CLIENT_AGREES, EXTRACT, CLIENT_WRITE, SERVER_WRITE, EXPORTER],
        },
    ],
    names: Names::Nobody,
    met: 0,
    off: &[],
};
