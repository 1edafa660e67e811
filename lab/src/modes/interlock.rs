//! `interlock`: whoever stands in the middle has to speak before it has heard.

use super::parts::*;
use crate::{
    checks::{HALVES_FIT, PEER_PASSWORD},
    mode::{By, Message, Mode, Names, Relation, Source, Step, Variant, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

const WORDS: Mode = Mode {
    id: "interlock",
    title: "Half-messages (Rivest and Shamir)",
    summary: "An exchange that nobody signs, and then each side says something in two halves: first what commits it to the text, \
              sealed with the new key, and only when the other's first half is there, the text. Whoever has one key with the \
              client and another with the server cannot seal the client's text anew before it has heard it, and must have \
              committed itself to a text by then: it has to invent one. Nothing says whose text that is. It exposes the middle \
              where people notice that this is not what their friend would say.",
    authenticated_by: "nothing",
    references: &[
        "Rivest and Shamir, How to expose an eavesdropper, 1984",
        "Schneier, Applied cryptography, 1996, section 3.1",
        "RFC 7748 section 6.1",
    ],
    variants: &[],
    groups: &["x25519"],
    given: &[SESSION, OFFERS, SUPPORTED],
    messages: &[
        CLIENT_HELLO,
        ANSWER,
        CLIENT_HALF,
        SERVER_HALF,
        Message { receipt: &[CLIENTS_FIT, CLIENT_SAID], ..CLIENT_REST },
        Message { receipt: &[SERVERS_FIT, SERVER_SAID], after: KEYS, ..SERVER_REST },
    ],
    names: Names::Nobody,
    met: 0,
    off: &[],
};

pub(super) static MODE: Mode = Mode { variants: &VARIANTS, ..WORDS };

static VARIANTS: [Variant; 2] = [
    Variant::new("words", "each says what the other cannot know"),
    Variant::new("password", "each says the password that both know (Davies and Price)")
        .with_a_word()
        .playing(&PASSWORD),
];

/// Used to authenticate: what each says is the password.
static PASSWORD: Mode = Mode {
    variants: &VARIANTS,
    authenticated_by: "the password",
    references: &[
        "Davies and Price, Security for computer networks, 1984",
        "Bellovin and Merritt, An attack on the Interlock protocol when used for authentication, 1994",
    ],
    given: &[
        SESSION,
        OFFERS,
        SUPPORTED,
        given(BOTH, "password", Source::SharedSecret),
        CLIENT_NAME,
        SERVER_NAME,
        given(BOTH, "peer_name", Source::PeerName),
    ],
    messages: &[
        CLIENT_HELLO,
        ANSWER,
        Message { before: &[says(CLIENT, "client_words"), CLIENT_SEALS], ..CLIENT_HALF },
        Message { before: &[says(SERVER, "server_words"), SERVER_SEALS], ..SERVER_HALF },
        Message {
            receipt: &[CLIENTS_FIT, CLIENT_SAID, check(SERVER, Relation::Same(&PEER_PASSWORD), CLIENTS)],
            ..CLIENT_REST
        },
        Message {
            receipt: &[SERVERS_FIT, SERVER_SAID, check(CLIENT, Relation::Same(&PEER_PASSWORD), SERVERS)],
            after: KEYS,
            ..SERVER_REST
        },
    ],
    names: Names::Both,
    met: 0,
    ..WORDS
};

const ANSWER: Message = Message {
    after: &[
        EXTRACT,
        let_(BOTH, "client_half_key", apply(Op::Expand("client half"), &[var("master"), Expr::Transcript])),
        let_(BOTH, "server_half_key", apply(Op::Expand("server half"), &[var("master"), Expr::Transcript])),
    ],
    ..SERVER_HELLO
};

const CLIENT_SEALS: Step =
    let_(CLIENT, "client_sealed", apply(Op::Seal, &[var("client_half_key"), var("client_words")]));
const SERVER_SEALS: Step =
    let_(SERVER, "server_sealed", apply(Op::Seal, &[var("server_half_key"), var("server_words")]));

const CLIENT_HALF: Message = Message {
    from: Role::Client,
    kind: Kind::Half,
    before: &[draw(CLIENT, "client_words", Sort::Shared), CLIENT_SEALS],
    fields: &[field("half", "client_half", Sort::Digest, CLIENT_COMMITMENT)],
    receipt: &[],
    after: &[],
};

const SERVER_HALF: Message = Message {
    from: Role::Server,
    kind: Kind::Half,
    before: &[draw(SERVER, "server_words", Sort::Shared), SERVER_SEALS],
    fields: &[field("half", "server_half", Sort::Digest, SERVER_COMMITMENT)],
    receipt: &[],
    after: &[],
};

const CLIENT_REST: Message = Message {
    from: Role::Client,
    kind: Kind::Rest,
    before: &[],
    fields: &[field("sealed", "client_sealed", Sort::Sealed, var("client_sealed"))],
    receipt: &[],
    after: &[],
};

const SERVER_REST: Message = Message {
    from: Role::Server,
    kind: Kind::Rest,
    before: &[],
    fields: &[field("sealed", "server_sealed", Sort::Sealed, var("server_sealed"))],
    receipt: &[],
    after: &[],
};

/// The digest of a sealed text: it fixes the text, and opens nothing.
const CLIENT_COMMITMENT: Expr = apply(Op::Hash, &[tuple(&[var("client_sealed")])]);
const SERVER_COMMITMENT: Expr = apply(Op::Hash, &[tuple(&[var("server_sealed")])]);

const CLIENTS_FIT: Step = check(SERVER, Relation::Equal(&HALVES_FIT), &[CLIENT_COMMITMENT, var("client_half")]);
const SERVERS_FIT: Step = check(CLIENT, Relation::Equal(&HALVES_FIT), &[SERVER_COMMITMENT, var("server_half")]);

const CLIENT_SAID: Step =
    let_(SERVER, "client_words", apply(Op::Open, &[var("client_half_key"), var("client_sealed")]));
const SERVER_SAID: Step =
    let_(CLIENT, "server_words", apply(Op::Open, &[var("server_half_key"), var("server_sealed")]));

const CLIENTS: &[Expr] = &[var("password"), var("client_words")];
const SERVERS: &[Expr] = &[var("password"), var("server_words")];

const KEYS: &[Step] = &[CLIENT_WRITE, SERVER_WRITE, EXPORTER];

const fn says(by: By, words: &'static str) -> Step {
    let_(by, words, var("password"))
}
