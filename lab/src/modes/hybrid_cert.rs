//! `hybrid-cert`: X25519 and ML-KEM-768 together, and the server signs the exchange with a certified key.

use super::{parts::*, rekeying};
use crate::{
    certificate,
    checks::{OFFERS_BOUND, TRANSCRIPT_SIGNATURE},
    mode::{Message, Mode, Names, Relation, Variant, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

const ONCE: Mode = Mode {
    id: "hybrid-cert",
    title: "X25519 with ML-KEM-768 and a server certificate",
    summary: "Two exchanges at once, whose secrets both go into every key: one that a quantum computer would break, and one \
              that is too young to rest everything on. Whoever records today cannot read it later unless both fall. Browsers \
              and SSH clients offer it beside plain X25519, so that it is negotiated, and what is negotiated can be taken \
              away unless the server signs what it heard. The certificate is still signed with a classical key: that has to \
              hold only now, not later.",
    authenticated_by: "the server's certificate",
    references: &[
        "draft-ietf-tls-ecdhe-mlkem",
        "draft-ietf-tls-hybrid-design",
        "FIPS 203, Module-Lattice-Based Key-Encapsulation Mechanism Standard, 2024",
        "RFC 8446 section 4.1.3",
    ],
    variants: &[],
    groups: &["x25519mlkem768", "x25519"],
    given: &[SESSION, OFFERS, SUPPORTED, TRUST, PEER_NAME, NOW, CHAIN, SIGNING_KEY],
    messages: &HANDSHAKE,
    names: Names::Server,
    met: 0,
    off: &[certificate::checks::PIN],
};

pub(super) static MODE: Mode = Mode { variants: &VARIANTS, ..ONCE };

static VARIANTS: [Variant; 2] = [rekeying::ONCE, rekeying::REKEY.playing(&REKEYED)];

static REKEYED: Mode = Mode {
    variants: &VARIANTS,
    messages: &rekeying::rekeyed::<{ HANDSHAKE.len() }, { HANDSHAKE.len() + 4 }>(HANDSHAKE),
    ..ONCE
};

const HANDSHAKE: [Message; 7] = [
    Message {
        from: Role::Client,
        kind: Kind::ClientHello,
        before: &[nonce(CLIENT, "client_random")],
        fields: &[SESSION_FIELD, OFFERS_FIELD, CLIENT_RANDOM],
        receipt: &[
            SERVER_PICKS,
            SERVER_GROUP,
            nonce(SERVER, "server_random"),
            secret(SERVER, "server_secret", "group"),
        ],
        after: &[],
    },
    Message {
        from: Role::Server,
        kind: Kind::ServerHello,
        before: &[],
        fields: &[CHOICE_FIELD, SERVER_RANDOM, SERVER_SHARE, field("heard", "heard", Sort::Offers, var("offers"))],
        receipt: &[
            CLIENT_ACCEPTS,
            CLIENT_GROUP,
            check(
                CLIENT,
                Relation::Equal(&OFFERS_BOUND),
                &[apply(Op::Hash, &[tuple(&[var("offers")])]), apply(Op::Hash, &[tuple(&[var("heard")])])],
            ),
            secret(CLIENT, "client_secret", "agreed"),
            let_(CLIENT, "shared", apply(Op::Replied, ANSWER)),
        ],
        after: &[],
    },
    SERVER_CERTIFICATE,
    Message {
        from: Role::Server,
        kind: Kind::CertificateVerify,
        before: &[],
        fields: &[field(
            "signature",
            "signature",
            Sort::Signature,
            apply(Op::Sign(SERVER_SIGNS), &[var("signing_key"), EXCHANGE]),
        )],
        receipt: &[check(
            CLIENT,
            Relation::Signed(&TRANSCRIPT_SIGNATURE, SERVER_SIGNS),
            &[apply(Op::LeafKey, &[var("chain")]), EXCHANGE, var("signature")],
        )],
        after: &[],
    },
    Message {
        from: Role::Client,
        kind: Kind::ClientShare,
        before: &[],
        fields: &[field("share", "client_share", Sort::Public, apply(Op::Reply, ANSWER))],
        receipt: &[SERVER_AGREES],
        after: &[
            EXTRACT,
            keys::CLIENT_FINISHED_KEY,
            keys::SERVER_FINISHED_KEY,
            keys::CLIENT_WRITE,
            keys::SERVER_WRITE,
            keys::EXPORTER,
        ],
    },
    finished!(client, EXCHANGE),
    finished!(server, EXCHANGE),
];

/// The client answers the server's share in the agreed group.
const ANSWER: &[Expr] = &[var("agreed"), var("client_secret"), var("server_share")];

/// What signature, Finished and keys cover: all that was said; where nobody cares for the offers, all but them.
const EXCHANGE: Expr = switch(
    &OFFERS_BOUND,
    &Expr::Transcript,
    &apply(Op::Hash, &[tuple(&[var("client_random"), var("choice"), var("server_random"), var("server_share")])]),
);

/// The keys, over the exchange.
mod keys {
    use super::{
        super::parts::{expanded, write_key},
        *,
    };
    use crate::{checks, mode::Step};

    const FROM_EXCHANGE: &[Expr] = &[var("master"), EXCHANGE];
    expanded!(FROM_EXCHANGE);
}
