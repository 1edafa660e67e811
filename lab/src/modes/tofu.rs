//! `tofu`: the server's key is believed at first contact, and held against every later one.

use super::parts::*;
use crate::{
    checks::{FINGERPRINT_COMPARE, KNOWN_KEY, TRANSCRIPT_SIGNATURE},
    mode::{Message, Mode, Names, Relation, Source, Variant, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

const FIRST_USE: Mode = Mode {
    id: "tofu",
    title: "X25519 with a host key, trusted on first use",
    summary: "As in SSH, the server signs the exchange with a key that nobody certifies. The client believes it at first contact, \
              remembers it beside the server's name, and refuses another one later. Whoever is in the middle at first contact \
              stays there unnoticed, and it is the genuine server that is refused when the attacker leaves; whoever comes \
              later is found out. Who compares the key's fingerprint by another way before the first contact closes the gap.",
    authenticated_by: "the key of the first contact",
    references: &["RFC 4251 section 4.1", "RFC 4253 section 8", "RFC 4255 (fingerprints by another way: SSHFP)"],
    variants: &[],
    groups: &["x25519"],
    given: &[SESSION, OFFERS, SUPPORTED, PEER_NAME, SERVER_NAME, given(SERVER, "host_secret", Source::HostKey)],
    messages: &[CLIENT_HELLO, SHOWN, CONFIRMED],
    names: Names::Server,
    met: 1,
    off: &[],
};

pub(super) static MODE: Mode = Mode { variants: &VARIANTS, ..FIRST_USE };

static VARIANTS: [Variant; 2] = [
    Variant::new("first-use", "whatever key comes first is believed").unsaid(),
    Variant::new(
        "compared",
        "the key's fingerprint is read to the client by somebody at the server whose voice it knows",
    )
    .playing(&COMPARED),
];

static COMPARED: Mode =
    Mode { variants: &VARIANTS, messages: &[CLIENT_HELLO, SHOWN, READ_ALOUD, CONFIRMED], ..FIRST_USE };

/// The server's answer, with its key.
const SHOWN: Message = Message {
    fields: &[
        CHOICE_FIELD,
        SERVER_RANDOM,
        SERVER_SHARE,
        field("host_key", "host_key", Sort::VerifyingKey, apply(Op::VerifyingKey, &[var("host_secret")])),
        field("signature", "signature", Sort::Signature, apply(Op::Sign(HOST_SIGNS), &[var("host_secret"), SIGNED])),
    ],
    receipt: &[
        CLIENT_ACCEPTS,
        CLIENT_GROUP,
        CLIENT_AGREES,
        check(CLIENT, Relation::Contributes, &[var("shared")]),
        recall(CLIENT, "known_key", var("host_key")),
        check(CLIENT, Relation::Equal(&KNOWN_KEY), &[var("known_key"), var("host_key")]),
        check(
            CLIENT,
            Relation::Signed(&TRANSCRIPT_SIGNATURE, HOST_SIGNS),
            &[var("host_key"), SIGNED, var("signature")],
        ),
        keep(CLIENT, "known_key", var("host_key")),
    ],
    after: &[EXTRACT, CLIENT_FINISHED_KEY, CLIENT_WRITE, SERVER_WRITE, EXPORTER],
    ..SERVER_HELLO
};

/// Until it comes, the server has no reason to speak: a client that refuses the key sends none.
const CONFIRMED: Message = finished!(client, Expr::Transcript);

/// The whole of a digest, as `ssh-keygen -l` prints it: of a short one the attacker would find a key of its own that has it too.
const FINGERPRINT: Expr = apply(Op::Hash, &[tuple(&[var("host_key")])]);

const READ_ALOUD: Message = Message {
    from: Role::Server,
    kind: Kind::Spoken,
    before: &[],
    fields: &[field("fingerprint", "fingerprint", Sort::Digest, FINGERPRINT)],
    receipt: &[check(CLIENT, Relation::Equal(&FINGERPRINT_COMPARE), &[var("fingerprint"), FINGERPRINT])],
    after: &[],
};

const HOST_SIGNS: &str = "server host key";

/// What the host key signs: all that the server heard, and its own part (RFC 4253 section 8).
const SIGNED: Expr = apply(
    Op::Hash,
    &[tuple(&[Expr::Transcript, var("choice"), var("server_random"), var("server_share"), var("host_key")])],
);
