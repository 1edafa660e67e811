//! `dh-weak`: the server sends a prime of its own, and it is a bad one.

use super::parts::*;
use crate::{
    checks::{FRESH_EPHEMERAL, GROUP_KNOWN, GROUP_ORDER, GROUP_PRIME, GROUP_SIZE, PUBLIC_SUBGROUP},
    group::own::Own,
    mode::{Message, Mode, Names, Parameter, Relation, SIZE, Source, Variant, table::*},
    role::Role,
    term::{Op, Sort},
    wire::Kind,
};

/// The size of a prime that is too short.
const SHORT: Parameter = Parameter { name: SIZE, min: 32, max: 224, default: 48 };
/// The size of a modulus whose weakness is another than its length.
const LONG: Parameter = Parameter { name: SIZE, min: 256, max: 2048, default: 1024 };

pub(super) static MODE: Mode = Mode { variants: &VARIANTS, ..FRESH };

const FRESH: Mode = Mode {
    id: "dh-weak",
    title: "Diffie–Hellman in the server's own weak group",
    summary: "As TLS did before 1.3, the server sends p and g, and the client takes what comes. The prime is too short, its \
              p−1 falls apart into small factors, it is no prime at all, or g has a small order. An eavesdropper computes the discrete logarithm of one share and has \
              the key: no message needs to be changed.",
    authenticated_by: "nothing",
    references: &[
        "Adrian et al., Imperfect Forward Secrecy: How Diffie–Hellman Fails in Practice, 2015",
        "RFC 5246 section 7.4.3",
        "Pohlig and Hellman, An improved algorithm for computing logarithms over GF(p), 1978",
        "Wong, How to Backdoor Diffie–Hellman, 2016; CVE-2016-2217 (socat's composite modulus)",
        "Valenta et al., Measuring small subgroup attacks against Diffie–Hellman, 2017",
        "Lim and Lee, A key recovery attack on discrete log-based schemes using a prime order subgroup, 1997; RFC 2785",
    ],
    variants: &[],
    groups: &["own"],
    given: &[SESSION, OFFERS, SUPPORTED, given(SERVER, "group", Source::Group)],
    messages: &[HELLO, REPLY, SHARE],
    names: Names::Nobody,
    met: 0,
    off: &[GROUP_SIZE.id, GROUP_PRIME.id, GROUP_ORDER.id, GROUP_KNOWN.id],
};

static VARIANTS: [Variant; 7] = [
    Variant::new("short", "a safe prime that is too short").in_group(Own::Safe).taking(&[SHORT]),
    Variant::new("smooth", "a long prime whose p−1 has small factors only").in_group(Own::Smooth).taking(&[LONG]),
    Variant::new("random", "a prime that is too short, and p−1 is whatever it happens to be")
        .in_group(Own::Random)
        .taking(&[SHORT]),
    Variant::new("composite", "a long modulus that is no prime, as socat's was")
        .in_group(Own::Composite)
        .taking(&[LONG]),
    Variant::new("subgroup", "a long prime with a generator of small order").in_group(Own::Subgroup).taking(&[LONG]),
    Variant::new(
        "cofactor",
        "a long prime with small factors beside the generator's order, and a short exponent that the server keeps",
    )
    .in_group(Own::Cofactor)
    .taking(&[LONG])
    .playing(&KEPT),
    Variant::new("published", "a published safe prime, as it should be: ffdhe2048")
        .in_group(Own::Published("ffdhe2048")),
];

const HELLO: Message = Message {
    from: Role::Client,
    kind: Kind::ClientHello,
    before: &[nonce(CLIENT, "client_random")],
    fields: &[SESSION_FIELD, OFFERS_FIELD, CLIENT_RANDOM],
    receipt: &[SERVER_PICKS],
    after: &[],
};

const REPLY: Message = Message {
    from: Role::Server,
    kind: Kind::ServerHello,
    before: &[nonce(SERVER, "server_random"), secret(SERVER, "server_secret", "group")],
    fields: &[CHOICE_FIELD, SERVER_RANDOM, field("group", "group", Sort::Group, var("group")), SERVER_SHARE],
    receipt: &[
        CLIENT_ACCEPTS,
        check(CLIENT, Relation::GroupSize(2048), &[var("group")]),
        check(CLIENT, Relation::GroupPrime, &[var("group")]),
        check(CLIENT, Relation::GroupOrder, &[var("group")]),
        check(CLIENT, Relation::GroupKnown, &[var("group")]),
        check(CLIENT, Relation::PublicInRange, &[var("group"), var("server_share")]),
    ],
    after: &[],
};

const SHARE: Message = Message {
    from: Role::Client,
    kind: Kind::ClientShare,
    before: &[secret(CLIENT, "client_secret", "group"), let_(CLIENT, "agreed", var("group"))],
    fields: &[CLIENT_SHARE],
    receipt: &[check(SERVER, Relation::PublicInRange, &[var("group"), var("client_share")])],
    after: &[CLIENT_AGREES, SERVER_AGREES, EXTRACT, CLIENT_WRITE, SERVER_WRITE, EXPORTER],
};

/// A server that draws an exponent once and keeps it, as those did that computed its power beforehand.
static KEPT: Mode = Mode {
    variants: &VARIANTS,
    messages: &[
        HELLO,
        Message {
            before: &[
                nonce(SERVER, "server_random"),
                secret(SERVER, "server_secret", "group"),
                recall(SERVER, "kept_secret", var("server_secret")),
                let_(SERVER, "exponent", switch(&FRESH_EPHEMERAL, &var("server_secret"), &var("kept_secret"))),
                keep(SERVER, "kept_secret", var("exponent")),
            ],
            fields: &[
                CHOICE_FIELD,
                SERVER_RANDOM,
                field("group", "group", Sort::Group, var("group")),
                field("share", "server_share", Sort::Public, apply(Op::Public, &[var("group"), var("exponent")])),
            ],
            ..REPLY
        },
        Message {
            receipt: &[
                check(SERVER, Relation::PublicInRange, &[var("group"), var("client_share")]),
                check(SERVER, Relation::PublicInSubgroup, &[var("group"), var("client_share")]),
                // In the first session there is none: then any other value will do.
                recall(SERVER, "earlier_share", var("client_share")),
                check(SERVER, Relation::Fresh(&FRESH_EPHEMERAL), &[var("earlier_share"), var("server_share")]),
                keep(SERVER, "earlier_share", var("server_share")),
                let_(SERVER, "shared", apply(Op::Agree, &[var("group"), var("exponent"), var("client_share")])),
            ],
            after: &[CLIENT_AGREES, EXTRACT, CLIENT_WRITE, SERVER_WRITE, EXPORTER],
            ..SHARE
        },
    ],
    off: &[GROUP_SIZE.id, GROUP_PRIME.id, GROUP_ORDER.id, GROUP_KNOWN.id, PUBLIC_SUBGROUP.id, FRESH_EPHEMERAL.id],
    ..FRESH
};
