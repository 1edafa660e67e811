//! `dh-weak`: the server sends a prime of its own, and it is a bad one.

use super::parts::*;
use crate::{
    checks::{GROUP_KNOWN, GROUP_SIZE},
    group::own::Own,
    mode::{Message, Mode, Names, Parameter, Relation, SIZE, Source, Variant, table::*},
    role::Role,
    term::Sort,
    wire::Kind,
};

pub(super) static MODE: Mode = Mode {
    id: "dh-weak",
    title: "Diffie–Hellman in the server's own weak group",
    summary: "As TLS did before 1.3, the server sends p and g, and the client takes what comes. The prime is too short, or \
              its p−1 falls apart into small factors. An eavesdropper computes the discrete logarithm of one share and has \
              the key: no message needs to be changed.",
    authenticated_by: "nothing",
    references: &[
        "Adrian et al., Imperfect Forward Secrecy: How Diffie–Hellman Fails in Practice, 2015",
        "RFC 5246 section 7.4.3",
        "Pohlig and Hellman, An improved algorithm for computing logarithms over GF(p), 1978",
    ],
    variants: &[
        Variant::new("short", "a safe prime that is too short").in_group(Own::Safe).taking(&[Parameter {
            name: SIZE,
            min: 32,
            max: 224,
            default: 48,
        }]),
        Variant::new("smooth", "a long prime whose p−1 has small factors only")
            .in_group(Own::Smooth)
            .taking(&[Parameter { name: SIZE, min: 256, max: 2048, default: 1024 }]),
        Variant::new("published", "a published safe prime, as it should be: ffdhe2048")
            .in_group(Own::Published("ffdhe2048")),
    ],
    groups: &["own"],
    given: &[SESSION, OFFERS, SUPPORTED, given(SERVER, "group", Source::Group)],
    messages: &[
        Message {
            from: Role::Client,
            kind: Kind::ClientHello,
            before: &[nonce(CLIENT, "client_random")],
            fields: &[SESSION_FIELD, OFFERS_FIELD, CLIENT_RANDOM],
            receipt: &[SERVER_PICKS],
            after: &[],
        },
        Message {
            from: Role::Server,
            kind: Kind::ServerHello,
            before: &[nonce(SERVER, "server_random"), secret(SERVER, "server_secret", "group")],
            fields: &[CHOICE_FIELD, SERVER_RANDOM, field("group", "group", Sort::Group, var("group")), SERVER_SHARE],
            receipt: &[
                CLIENT_ACCEPTS,
                check(CLIENT, Relation::GroupSize(2048), &[var("group")]),
                check(CLIENT, Relation::GroupKnown, &[var("group")]),
                check(CLIENT, Relation::PublicInRange, &[var("group"), var("server_share")]),
            ],
            after: &[],
        },
        Message {
            from: Role::Client,
            kind: Kind::ClientShare,
            before: &[secret(CLIENT, "client_secret", "group"), let_(CLIENT, "agreed", var("group"))],
            fields: &[CLIENT_SHARE],
            receipt: &[check(SERVER, Relation::PublicInRange, &[var("group"), var("client_share")])],
            after: &[CLIENT_AGREES, SERVER_AGREES, EXTRACT, CLIENT_WRITE, SERVER_WRITE, EXPORTER],
        },
    ],
    names: Names::Nobody,
    off: &[GROUP_SIZE.id, GROUP_KNOWN.id],
};
