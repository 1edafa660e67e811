//! `sas`: two people compare a short string by voice.

use super::parts::*;
use crate::{
    checks::{SAS_COMMITMENT, SAS_COMPARE},
    mode::{Field, Message, Mode, Names, Relation, Step, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

pub(super) static MODE: Mode = Mode {
    id: "sas",
    title: "X25519, and a short string compared by voice",
    summary: "As in ZRTP and in the pairing of devices, nothing is certified: the two read to each other a string of 16 bits that \
              follows from the whole exchange, and who knows the other's voice knows whom it has exchanged keys with. So short a \
              string is enough because the client commits to its share before it has seen the server's: an attacker has one try \
              a session, and one in 65,536 to be lucky. Without the commitment it tries until the strings are the same.",
    authenticated_by: "people comparing",
    references: &[
        "RFC 6189 section 4.4",
        "Vaudenay, Secure communications over insecure channels based on short authenticated strings, 2005",
    ],
    variants: &[],
    groups: &["x25519"],
    given: &[SESSION, OFFERS, SUPPORTED],
    messages: &[
        Message {
            from: Role::Client,
            kind: Kind::ClientHello,
            before: &[
                CLIENT_PREFERS,
                nonce(CLIENT, "client_random"),
                nonce(CLIENT, "client_nonce"),
                secret(CLIENT, "client_secret", "group"),
                let_(CLIENT, "client_share", apply(Op::Public, &[var("group"), var("client_secret")])),
            ],
            fields: &[
                SESSION_FIELD,
                OFFERS_FIELD,
                CLIENT_RANDOM,
                field("commitment", "commitment", Sort::Digest, REVEALED),
            ],
            receipt: &[
                SERVER_PICKS,
                SERVER_GROUP,
                nonce(SERVER, "server_random"),
                secret(SERVER, "server_secret", "group"),
            ],
            after: &[],
        },
        SERVER_HELLO,
        Message {
            from: Role::Client,
            kind: Kind::ClientShare,
            before: &[],
            fields: &[
                field("nonce", "client_nonce", Sort::Nonce, var("client_nonce")),
                field("share", "client_share", Sort::Public, var("client_share")),
            ],
            receipt: &[
                SERVER_AGREES,
                check(SERVER, Relation::Contributes, &[var("shared")]),
                check(SERVER, Relation::Equal(&SAS_COMMITMENT), &[var("commitment"), REVEALED]),
            ],
            after: &[
                EXTRACT,
                CLIENT_WRITE,
                SERVER_WRITE,
                EXPORTER,
                let_(BOTH, "sas", apply(Op::Short, &[Expr::Transcript])),
            ],
        },
        Message {
            from: Role::Server,
            kind: Kind::Spoken,
            before: &[],
            fields: &[said("server_says")],
            receipt: &[heard(CLIENT, &[var("sas"), var("server_says")])],
            after: &[],
        },
        Message {
            from: Role::Client,
            kind: Kind::Spoken,
            before: &[],
            fields: &[said("client_says")],
            receipt: &[heard(SERVER, &[var("sas"), var("client_says")])],
            after: &[],
        },
    ],
    names: Names::Nobody,
    met: 0,
    off: &[],
};

/// What the client commits to, and shows when it has the server's share.
const REVEALED: Expr = apply(Op::Hash, &[tuple(&[var("client_nonce"), var("client_share")])]);

/// What one of the two reads aloud.
const fn said(binds: &'static str) -> Field {
    field("string", binds, Sort::Short, var("sas"))
}

/// What the other one compares.
const fn heard(by: crate::mode::By, strings: &'static [Expr]) -> Step {
    check(by, Relation::Equal(&SAS_COMPARE), strings)
}
