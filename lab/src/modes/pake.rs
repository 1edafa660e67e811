//! `pake`: a weak word for a secret, and nothing to try words on.

use super::parts::*;
use crate::{
    mode::{Message, Mode, Names, Relation, Source, Variant, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

pub(super) static MODE: Mode = Mode {
    id: "pake",
    title: "Password-authenticated exchange (CPace)",
    summary: "The two share a word that a person can remember, and so can guess. Instead of proving it with a MAC, on which \
              everybody could try words, they multiply a generator that follows from the word: two who have another word \
              have another secret, and learn no more than that. Whoever guesses has to take part and has one try a session. \
              As between devices that are paired by a code, and in file transfer with a spoken code.",
    authenticated_by: "the password",
    references: &[
        "draft-irtf-cfrg-cpace",
        "Abdalla, Haase and Hesse, Security analysis of CPace, 2021",
        "Bellovin and Merritt, Encrypted key exchange, 1992",
        "RFC 9496",
    ],
    variants: &[Variant::new("word", "a word that a person chose").with_a_word()],
    groups: &["ristretto255"],
    given: &[
        SESSION,
        OFFERS,
        SUPPORTED,
        given(BOTH, "password", Source::SharedSecret),
        CLIENT_NAME,
        PEER_NAME,
        SERVER_NAME,
    ],
    messages: &[
        Message {
            from: Role::Client,
            kind: Kind::ClientHello,
            before: &[CLIENT_PREFERS, nonce(CLIENT, "client_random"), secret(CLIENT, "client_secret", "group")],
            fields: &[
                SESSION_FIELD,
                OFFERS_FIELD,
                CLIENT_RANDOM,
                IDENTITY,
                WANTED,
                field(
                    "share",
                    "client_share",
                    Sort::Public,
                    apply(Op::PublicUnder, &[var("group"), var("client_secret"), var("password"), WHO_AND_WHEN]),
                ),
            ],
            receipt: &[
                SERVER_PICKS,
                SERVER_GROUP,
                nonce(SERVER, "server_random"),
                secret(SERVER, "server_secret", "group"),
                SERVER_AGREES,
                check(SERVER, Relation::Contributes, &[var("shared")]),
                OWN_NAME_WANTED,
                CLIENT_IS_NAMED,
            ],
            after: &[],
        },
        Message {
            from: Role::Server,
            kind: Kind::ServerHello,
            before: &[],
            fields: &[
                CHOICE_FIELD,
                SERVER_RANDOM,
                field(
                    "share",
                    "server_share",
                    Sort::Public,
                    apply(Op::PublicUnder, &[var("group"), var("server_secret"), var("password"), WHO_AND_WHEN]),
                ),
            ],
            receipt: &[
                CLIENT_ACCEPTS,
                CLIENT_GROUP,
                CLIENT_AGREES,
                check(CLIENT, Relation::Contributes, &[var("shared")]),
            ],
            after: &[EXTRACT, CLIENT_FINISHED_KEY, SERVER_FINISHED_KEY, CLIENT_WRITE, SERVER_WRITE, EXPORTER],
        },
        finished!(server, Expr::Transcript),
        finished!(client, Expr::Transcript),
    ],
    names: Names::Both,
    met: 0,
    off: &[],
};

/// What the generator depends on besides the password: both names, and this session alone.
const WHO_AND_WHEN: Expr = apply(Op::Hash, &[tuple(&[var("client_random"), var("identity"), var("wanted")])]);
