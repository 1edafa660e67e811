//! `ecdh-cert`: X25519, and the server signs the exchange with a certified key.

use super::parts::*;
use crate::{
    certificate,
    check::{FINISHED, TRANSCRIPT_SIGNATURE},
    mode::{Message, Mode, Names, Relation, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

/// The context of the server's signature.
const CONTEXT: &str = "server CertificateVerify";

pub(super) static MODE: Mode = Mode {
    id: "ecdh-cert",
    title: "X25519 with a server certificate",
    summary: "The exchange of TLS 1.3 in short: the server shows a certificate for its name, signs all frames so far with \
              the certified key, and both sides prove with a MAC that they saw the same handshake. Whoever substitutes a \
              share changes what was signed.",
    authenticated_by: "the server's certificate",
    references: &["RFC 8446 section 4.4", "Diffie, van Oorschot and Wiener, Authenticated key exchanges, 1992"],
    variants: &[],
    groups: &["x25519"],
    given: &[
        SESSION,
        OFFERS,
        SUPPORTED,
        given(CLIENT, "trust", Sort::Trust),
        given(CLIENT, "peer_name", Sort::Name),
        given(CLIENT, "now", Sort::Time),
        given(SERVER, "chain", Sort::Chain),
        given(SERVER, "signing_key", Sort::SigningKey),
    ],
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
            after: &[
                EXTRACT,
                let_(
                    BOTH,
                    "client_finished_key",
                    apply(Op::Expand("client finished"), &[var("master"), Expr::Transcript]),
                ),
                let_(
                    BOTH,
                    "server_finished_key",
                    apply(Op::Expand("server finished"), &[var("master"), Expr::Transcript]),
                ),
            ],
        },
        Message {
            from: Role::Server,
            kind: Kind::Certificate,
            before: &[],
            fields: &[field("chain", "chain", Sort::Chain, var("chain"))],
            receipt: &[check(
                CLIENT,
                Relation::Certified(Role::Server),
                &[var("chain"), var("trust"), var("peer_name"), var("now")],
            )],
            after: &[],
        },
        Message {
            from: Role::Server,
            kind: Kind::CertificateVerify,
            before: &[],
            fields: &[field(
                "signature",
                "signature",
                Sort::Signature,
                apply(Op::Sign(CONTEXT), &[var("signing_key"), Expr::Transcript]),
            )],
            receipt: &[check(
                CLIENT,
                Relation::Signed(&TRANSCRIPT_SIGNATURE, CONTEXT),
                &[apply(Op::LeafKey, &[var("chain")]), Expr::Transcript, var("signature")],
            )],
            after: &[],
        },
        Message {
            from: Role::Server,
            kind: Kind::Finished,
            before: &[],
            fields: &[field(
                "mac",
                "server_finished",
                Sort::Mac,
                apply(Op::Mac, &[var("server_finished_key"), Expr::Transcript]),
            )],
            receipt: &[check(
                CLIENT,
                Relation::Equal(&FINISHED),
                &[apply(Op::Mac, &[var("server_finished_key"), Expr::Transcript]), var("server_finished")],
            )],
            after: &[],
        },
        Message {
            from: Role::Client,
            kind: Kind::Finished,
            before: &[],
            fields: &[field(
                "mac",
                "client_finished",
                Sort::Mac,
                apply(Op::Mac, &[var("client_finished_key"), Expr::Transcript]),
            )],
            receipt: &[check(
                SERVER,
                Relation::Equal(&FINISHED),
                &[apply(Op::Mac, &[var("client_finished_key"), Expr::Transcript]), var("client_finished")],
            )],
            after: &[CLIENT_WRITE, SERVER_WRITE, EXPORTER],
        },
    ],
    names: Names::Server,
    off: &[certificate::checks::PIN],
};
