//! `ecdh-mutual`: X25519 with certificates on both sides, each side's identity bound to the key.

use super::parts::*;
use crate::{
    certificate,
    checks::{IDENTITY_BINDING, TRANSCRIPT_SIGNATURE},
    mode::{Message, Mode, Names, Relation, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

/// The context of the client's signature.
const CLIENT_SIGNS: &str = "client CertificateVerify";

pub(super) static MODE: Mode = Mode {
    id: "ecdh-mutual",
    title: "X25519 with both certificates",
    summary: "Client and server each show a certificate, sign all frames so far with the certified key, and prove with a \
              MAC under the agreed key that it is this identity that holds it (sign and MAC: SIGMA). All keys follow from \
              the two hellos alone, before anybody has a name, so that nothing but that MAC ties key and name together: \
              whoever holds any genuine certificate can sign what it saw, but cannot compute the MAC. The server takes \
              whoever is certified and learns the name from the certificate.",
    authenticated_by: "both certificates",
    references: &[
        "Krawczyk, SIGMA: the SIGn-and-MAc approach to authenticated Diffie–Hellman, 2003",
        "Diffie, van Oorschot and Wiener, Authenticated key exchanges, 1992",
        "RFC 8446 section 4.4",
    ],
    variants: &[],
    groups: &["x25519"],
    given: &both_certified(SIGNING_KEY),
    messages: &[
        CLIENT_HELLO,
        Message {
            after: &[
                let_(BOTH, "exchange", Expr::Transcript),
                EXTRACT,
                CLIENT_FINISHED_KEY,
                SERVER_FINISHED_KEY,
                let_(
                    BOTH,
                    "client_identity_key",
                    apply(Op::Expand("client identity"), &[var("master"), Expr::Transcript]),
                ),
                let_(
                    BOTH,
                    "server_identity_key",
                    apply(Op::Expand("server identity"), &[var("master"), Expr::Transcript]),
                ),
                CLIENT_WRITE,
                SERVER_WRITE,
                EXPORTER,
            ],
            ..SERVER_HELLO
        },
        SERVER_CERTIFICATE,
        Message {
            from: Role::Server,
            kind: Kind::CertificateVerify,
            before: &[],
            fields: &[
                SERVER_SIGNATURE,
                field(
                    "binding",
                    "server_binding",
                    Sort::Mac,
                    apply(Op::Mac, &[var("server_identity_key"), Expr::Transcript]),
                ),
            ],
            receipt: &[
                CLIENT_VERIFIES,
                check(
                    CLIENT,
                    Relation::Equal(&IDENTITY_BINDING),
                    &[apply(Op::Mac, &[var("server_identity_key"), Expr::Transcript]), var("server_binding")],
                ),
            ],
            after: &[],
        },
        finished!(server, var("exchange")),
        Message {
            from: Role::Client,
            kind: Kind::Certificate,
            before: &[],
            fields: &[field("chain", "client_chain", Sort::Chain, var("client_chain"))],
            receipt: &[
                check(
                    SERVER,
                    Relation::CertifiedForAny(Role::Client),
                    &[var("client_chain"), var("trust"), var("now")],
                ),
                let_(SERVER, "peer_name", apply(Op::LeafName, &[var("client_chain")])),
            ],
            after: &[],
        },
        Message {
            from: Role::Client,
            kind: Kind::CertificateVerify,
            before: &[],
            fields: &[
                field(
                    "signature",
                    "client_signature",
                    Sort::Signature,
                    apply(Op::Sign(CLIENT_SIGNS), &[var("client_signing_key"), Expr::Transcript]),
                ),
                field(
                    "binding",
                    "client_binding",
                    Sort::Mac,
                    apply(Op::Mac, &[var("client_identity_key"), Expr::Transcript]),
                ),
            ],
            receipt: &[
                check(
                    SERVER,
                    Relation::Signed(&TRANSCRIPT_SIGNATURE, CLIENT_SIGNS),
                    &[apply(Op::LeafKey, &[var("client_chain")]), Expr::Transcript, var("client_signature")],
                ),
                check(
                    SERVER,
                    Relation::Equal(&IDENTITY_BINDING),
                    &[apply(Op::Mac, &[var("client_identity_key"), Expr::Transcript]), var("client_binding")],
                ),
            ],
            after: &[],
        },
        finished!(client, var("exchange")),
    ],
    names: Names::Both,
    met: 0,
    off: &[certificate::checks::PIN],
};
