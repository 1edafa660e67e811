//! `rsa-cert:resumed`: a session that is taken up again, and a client that shows its certificate only then.
//!
//! Three handshakes in a row, as TLS up to 1.2 has them: the full one; a resumption, in which both say nothing but that they have
//! the secret of the session before (RFC 5246 section 7.3); and the client's authentication in what was resumed, as a server
//! asks for it that sees a protected page wanted (renegotiation, RFC 5746). Each is bound to the one before by what it shows of
//! it: the second by the session's secret, the third by the Finished messages of the second.

use super::{
    parts::*,
    rsa::{DECRYPTION_KEY, RSA_HELLO, encrypted, opened},
    rsa_cert::{ANSWER, TO_THE_LEAF},
};
use crate::{
    checks::{self, FINISHED, SESSION_HASH, TRANSCRIPT_SIGNATURE},
    mode::{Given, Message, Relation, Step, table::*},
    role::Role,
    term::{Expr, Op, Padding, Sort},
    wire::Kind,
};

pub(super) const GIVEN: &[Given] = &both_certified(DECRYPTION_KEY);

pub(super) const MESSAGES: [Message; 13] = [
    RSA_HELLO,
    ANSWER,
    SERVER_CERTIFICATE,
    Message {
        before: TO_THE_LEAF,
        receipt: &[opened!(Padding::Oaep)],
        after: SESSION_KEYS,
        ..encrypted!(Padding::Oaep)
    },
    finished!(server, Expr::Transcript),
    finished!(client, Expr::Transcript),
    Message {
        from: Role::Client,
        kind: Kind::ClientHello,
        before: &[nonce(CLIENT, "client_random_again")],
        fields: &[
            field("random", "client_random_again", Sort::Nonce, var("client_random_again")),
            field("resumes", "resumes", Sort::Digest, var("session_hash")),
        ],
        receipt: &[
            check(SERVER, Relation::Equal(&SESSION_HASH), &[var("session_hash"), var("resumes")]),
            nonce(SERVER, "server_random_again"),
        ],
        after: &[],
    },
    Message {
        from: Role::Server,
        kind: Kind::ServerHello,
        before: &[],
        fields: &[field("random", "server_random_again", Sort::Nonce, var("server_random_again"))],
        receipt: &[],
        after: RESUMED_KEYS,
    },
    finished!(Role::Server, "server_resumed", "server_resumed_key", CLIENT, AGAIN, FINISHED, &[]),
    finished!(Role::Client, "client_resumed", "client_resumed_key", SERVER, AGAIN, FINISHED, &[]),
    Message {
        from: Role::Client,
        kind: Kind::Certificate,
        before: &[],
        fields: &[field("chain", "client_chain", Sort::Chain, var("client_chain"))],
        receipt: &[
            check(SERVER, Relation::CertifiedForAny(Role::Client), &[var("client_chain"), var("trust"), var("now")]),
            let_(SERVER, "peer_name", apply(Op::LeafName, &[var("client_chain")])),
        ],
        after: &[],
    },
    Message {
        from: Role::Client,
        kind: Kind::CertificateVerify,
        before: &[],
        fields: &[field(
            "signature",
            "client_signature",
            Sort::Signature,
            apply(Op::Sign(CLIENT_SIGNS), &[var("client_signing_key"), SIGNED]),
        )],
        receipt: &[check(
            SERVER,
            Relation::Signed(&TRANSCRIPT_SIGNATURE, CLIENT_SIGNS),
            &[apply(Op::LeafKey, &[var("client_chain")]), SIGNED, var("client_signature")],
        )],
        after: &[],
    },
    finished!(Role::Client, "client_named", "client_named_key", SERVER, NAMED, FINISHED, &[]),
];

/// The context of the client's signature.
const CLIENT_SIGNS: &str = "client CertificateVerify";

/// What the session's secret depends on besides what was encrypted: the handshake up to here (RFC 7627 section 4), or the two
/// random values alone (RFC 5246 section 8.1).
const SESSION_HASHED: Expr =
    switch(&SESSION_HASH, &Expr::Transcript, &apply(Op::Hash, &[tuple(&[var("client_random"), var("server_random")])]));

const FROM_SESSION: &[Expr] = &[var("session_secret"), var("session_hash")];
const SESSION_KEYS: &[Step] = &[
    let_(CLIENT, "shared", apply(Op::Combine, &[tuple(&[var("client_secret")])])),
    EXTRACT,
    let_(BOTH, "session_hash", SESSION_HASHED),
    let_(BOTH, "session_secret", apply(Op::Expand("session"), &[var("master"), var("session_hash")])),
    let_(BOTH, "client_finished_key", apply(Op::Expand("client finished"), FROM_SESSION)),
    let_(BOTH, "server_finished_key", apply(Op::Expand("server finished"), FROM_SESSION)),
];

/// All that the second handshake says.
const AGAIN: Expr =
    apply(Op::Hash, &[tuple(&[var("client_random_again"), var("resumes"), var("server_random_again")])]);
const FROM_RESUMED: &[Expr] = &[var("session_secret"), AGAIN];
const RESUMED_KEYS: &[Step] = &[
    let_(BOTH, "client_resumed_key", apply(Op::Expand("client resumed"), FROM_RESUMED)),
    let_(BOTH, "server_resumed_key", apply(Op::Expand("server resumed"), FROM_RESUMED)),
    let_(BOTH, "client_named_key", apply(Op::Expand("client named"), FROM_RESUMED)),
    let_(BOTH, "client_write", write_key!("client write", FROM_RESUMED)),
    let_(BOTH, "server_write", write_key!("server write", FROM_RESUMED)),
    let_(BOTH, "exporter", apply(Op::Expand("exporter"), FROM_RESUMED)),
];

/// The third handshake knows the second by its Finished messages (RFC 5746 section 3.1), and nothing of the first.
const SIGNED: Expr = apply(Op::Hash, &[tuple(&[var("server_resumed"), var("client_resumed"), var("client_chain")])]);
const NAMED: Expr = apply(
    Op::Hash,
    &[tuple(&[var("server_resumed"), var("client_resumed"), var("client_chain"), var("client_signature")])],
);
