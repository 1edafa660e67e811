//! `psk`: two who met before authenticate an exchange with the secret that they share.

use super::parts::*;
use crate::{
    checks::PSK_BINDER,
    mode::{Message, Mode, Names, Relation, Source, Step, Variant, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

const EPHEMERAL: Mode = Mode {
    id: "psk",
    title: "X25519 with a shared secret",
    summary: "The two share a secret from somewhere else: a key installed on both machines, as in many VPNs and sensors, or \
              a word that was agreed on. Each proves with a MAC under a key from it what it offers or chooses, its share and \
              its name, and whom it wants to talk to. The session's keys come from the ephemeral exchange, so that a secret \
              which is lost later opens nothing recorded before. Where the secret is a word that can be guessed, the first \
              message lets anybody try, without asking anybody.",
    authenticated_by: "the shared secret",
    references: &[
        "RFC 8446 section 4.2.11",
        "RFC 9257",
        "RFC 7296 section 2.15",
        "Drucker and Gueron, Selfie: reflections on TLS 1.3 with PSK, 2019",
    ],
    variants: &[],
    groups: &["x25519"],
    given: &[SESSION, OFFERS, SUPPORTED, given(BOTH, "psk", Source::SharedSecret), CLIENT_NAME, PEER_NAME, SERVER_NAME],
    messages: &[HELLO, REPLY],
    names: Names::Both,
    met: 0,
    off: &[],
};

pub(super) static MODE: Mode = Mode { variants: &VARIANTS, ..EPHEMERAL };

static VARIANTS: [Variant; 4] = [
    Variant::new("ephemeral", "the secret authenticates, the keys come from X25519"),
    Variant::new("mixed", "the keys come from both secrets, as in TLS 1.3 (psk_dhe_ke)").playing(&MIXED),
    Variant::new("psk-only", "the keys come from the shared secret alone (psk_ke)").playing(&PSK_ONLY),
    Variant::new("password", "the secret is a word that a person chose").with_a_word(),
];

const HELLO: Message = Message {
    from: Role::Client,
    kind: Kind::ClientHello,
    before: &[
        CLIENT_PREFERS,
        nonce(CLIENT, "client_random"),
        secret(CLIENT, "client_secret", "group"),
        client_binder_key(CLIENT),
    ],
    fields: &[
        SESSION_FIELD,
        OFFERS_FIELD,
        CLIENT_RANDOM,
        CLIENT_SHARE,
        IDENTITY,
        WANTED,
        field("binder", "client_binder", Sort::Mac, CLIENT_BINDER),
    ],
    receipt: &[
        SERVER_PICKS,
        SERVER_GROUP,
        nonce(SERVER, "server_random"),
        secret(SERVER, "server_secret", "group"),
        SERVER_AGREES,
        check(SERVER, Relation::Contributes, &[var("shared")]),
        client_binder_key(SERVER),
        check(SERVER, Relation::Equal(&PSK_BINDER), &[CLIENT_BINDER, var("client_binder")]),
        OWN_NAME_WANTED,
        CLIENT_IS_NAMED,
        server_binder_key(SERVER),
    ],
    after: &[],
};

const REPLY: Message = Message {
    from: Role::Server,
    kind: Kind::ServerHello,
    before: &[],
    fields: &[CHOICE_FIELD, SERVER_RANDOM, SERVER_SHARE, field("binder", "server_binder", Sort::Mac, SERVER_BINDER)],
    receipt: &[
        CLIENT_ACCEPTS,
        CLIENT_GROUP,
        CLIENT_AGREES,
        check(CLIENT, Relation::Contributes, &[var("shared")]),
        server_binder_key(CLIENT),
        check(CLIENT, Relation::Equal(&PSK_BINDER), &[SERVER_BINDER, var("server_binder")]),
    ],
    after: &[EXTRACT, CLIENT_WRITE, SERVER_WRITE, EXPORTER],
};

/// Both secrets in the keys: whoever lacks one of them has none.
static MIXED: Mode = Mode {
    variants: &VARIANTS,
    messages: &[
        HELLO,
        Message {
            after: &[
                let_(BOTH, "master", apply(Op::Extract, &[apply(Op::Combine, &[tuple(&[var("psk"), var("shared")])])])),
                CLIENT_WRITE,
                SERVER_WRITE,
                EXPORTER,
            ],
            ..REPLY
        },
    ],
    ..EPHEMERAL
};

/// No exchange at all: the group is named `none`.
static PSK_ONLY: Mode = Mode {
    variants: &VARIANTS,
    groups: &["none"],
    messages: &[
        Message {
            before: &[nonce(CLIENT, "client_random"), client_binder_key(CLIENT)],
            fields: &[
                SESSION_FIELD,
                OFFERS_FIELD,
                CLIENT_RANDOM,
                IDENTITY,
                WANTED,
                field("binder", "client_binder", Sort::Mac, CLIENT_BINDER_WITHOUT_SHARE),
            ],
            receipt: &[
                SERVER_PICKS,
                nonce(SERVER, "server_random"),
                client_binder_key(SERVER),
                check(SERVER, Relation::Equal(&PSK_BINDER), &[CLIENT_BINDER_WITHOUT_SHARE, var("client_binder")]),
                OWN_NAME_WANTED,
                CLIENT_IS_NAMED,
                server_binder_key(SERVER),
            ],
            ..HELLO
        },
        Message {
            fields: &[
                CHOICE_FIELD,
                SERVER_RANDOM,
                field("binder", "server_binder", Sort::Mac, SERVER_BINDER_WITHOUT_SHARE),
            ],
            receipt: &[
                CLIENT_ACCEPTS,
                server_binder_key(CLIENT),
                check(CLIENT, Relation::Equal(&PSK_BINDER), &[SERVER_BINDER_WITHOUT_SHARE, var("server_binder")]),
            ],
            after: &[let_(BOTH, "master", apply(Op::Extract, &[var("psk")])), CLIENT_WRITE, SERVER_WRITE, EXPORTER],
            ..REPLY
        },
    ],
    ..EPHEMERAL
};

/// What a binder's key is expanded from: the shared secret, and no context (the empty hash of RFC 8446 section 7.1).
const FROM_PSK: &[Expr] = &[apply(Op::Extract, &[var("psk")]), apply(Op::Hash, &[tuple(&[])])];

const fn client_binder_key(by: crate::mode::By) -> Step {
    let_(by, "client_binder_key", apply(Op::Expand("client binder"), FROM_PSK))
}

const fn server_binder_key(by: crate::mode::By) -> Step {
    let_(by, "server_binder_key", apply(Op::Expand("server binder"), FROM_PSK))
}

/// What the client answers for.
const CLIENT_BINDER: Expr = apply(
    Op::Mac,
    &[
        var("client_binder_key"),
        apply(
            Op::Hash,
            &[tuple(&[var("offers"), var("client_random"), var("client_share"), var("identity"), var("wanted")])],
        ),
    ],
);
const CLIENT_BINDER_WITHOUT_SHARE: Expr = apply(
    Op::Mac,
    &[
        var("client_binder_key"),
        apply(Op::Hash, &[tuple(&[var("offers"), var("client_random"), var("identity"), var("wanted")])]),
    ],
);

/// What the server answers for: all that it heard, and its own part.
const SERVER_BINDER: Expr = apply(
    Op::Mac,
    &[
        var("server_binder_key"),
        apply(Op::Hash, &[tuple(&[Expr::Transcript, var("choice"), var("server_random"), var("server_share")])]),
    ],
);
const SERVER_BINDER_WITHOUT_SHARE: Expr = apply(
    Op::Mac,
    &[var("server_binder_key"), apply(Op::Hash, &[tuple(&[Expr::Transcript, var("choice"), var("server_random")])])],
);
