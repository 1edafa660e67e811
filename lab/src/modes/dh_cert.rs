//! `dh-cert`: the group is negotiated, and the server signs what it chose.

use super::parts::*;
use crate::{
    certificate,
    checks::{FRESH_TRANSCRIPT, GROUP_SIZE, OFFERS_BOUND, TRANSCRIPT_SIGNATURE},
    group::own::{OWN, Own},
    mode::{Message, Mode, Names, Parameter, Relation, SIZE, Source, Variant, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

const TRANSCRIPT: Mode = Mode {
    id: "dh-cert",
    title: "Diffie–Hellman in a negotiated group, with a server certificate",
    summary: "The client offers groups, the server picks one, sends p, g and its share, and signs with a certified key. What \
              the signature covers decides: all that was said (as in TLS 1.3), or only the random values and the parameters \
              (as in TLS 1.0 to 1.2, which the web, mail servers and VPNs spoke for twenty years). Then nobody signs which \
              groups were offered, and an old one that the server still has for old clients can be had for everybody.",
    authenticated_by: "the server's certificate",
    references: &[
        "Adrian et al., Imperfect Forward Secrecy: How Diffie–Hellman Fails in Practice, 2015",
        "RFC 5246 section 7.4.3",
        "RFC 8446 section 4.1.3",
        "Mavrogiannopoulos et al., A cross-protocol attack on the TLS protocol, 2012",
    ],
    variants: &[],
    groups: &["ffdhe2048", OWN],
    given: &[
        SESSION,
        OFFERS,
        SUPPORTED,
        given(SERVER, "own_group", Source::Group),
        TRUST,
        PEER_NAME,
        NOW,
        CHAIN,
        SIGNING_KEY,
    ],
    messages: &[
        HELLO,
        PARAMETERS,
        SERVER_CERTIFICATE,
        SIGNED,
        SHARE,
        CLIENT_FINISHED,
        Message { after: &[CLIENT_WRITE, SERVER_WRITE, EXPORTER], ..SERVER_FINISHED },
    ],
    names: Names::Server,
    met: 0,
    off: &[GROUP_SIZE.id, certificate::checks::PIN],
};

pub(super) static MODE: Mode = Mode { variants: &VARIANTS, ..TRANSCRIPT };

/// The group that the server has for old clients.
const OLD: &[Parameter] = &[Parameter { name: SIZE, min: 32, max: 224, default: 48 }];

static VARIANTS: [Variant; 2] = [
    Variant::new("transcript", "the signature covers all that was said").in_group(Own::Safe).taking(OLD),
    Variant::new("legacy", "the signature covers the random values and the parameters alone")
        .in_group(Own::Safe)
        .taking(OLD)
        .playing(&LEGACY),
];

/// Signature and keys as in TLS 1.2: of what was negotiated only the Finished messages tell.
static LEGACY: Mode = Mode {
    variants: &VARIANTS,
    messages: &[
        HELLO,
        Message {
            fields: &[
                CHOICE_FIELD,
                SERVER_RANDOM,
                field("group", "group", Sort::Group, var("group")),
                SERVER_SHARE,
                field("heard", "heard", Sort::Offers, var("offers")),
                field("answers", "answers", Sort::Nonce, var("client_random")),
            ],
            receipt: &[
                CLIENT_ACCEPTS,
                check(CLIENT, Relation::Equal(&FRESH_TRANSCRIPT), &[var("client_random"), var("answers")]),
                check(
                    CLIENT,
                    Relation::Equal(&OFFERS_BOUND),
                    &[apply(Op::Hash, &[tuple(&[var("offers")])]), apply(Op::Hash, &[tuple(&[var("heard")])])],
                ),
                check(CLIENT, Relation::GroupSize(2048), &[var("group")]),
                check(CLIENT, Relation::PublicInRange, &[var("group"), var("server_share")]),
            ],
            ..PARAMETERS
        },
        SERVER_CERTIFICATE,
        Message {
            fields: &[field(
                "signature",
                "signature",
                Sort::Signature,
                apply(Op::Sign(SERVER_SIGNS), &[var("signing_key"), SCOPE]),
            )],
            receipt: &[check(
                CLIENT,
                Relation::Signed(&TRANSCRIPT_SIGNATURE, SERVER_SIGNS),
                &[apply(Op::LeafKey, &[var("chain")]), SCOPE, var("signature")],
            )],
            ..SIGNED
        },
        Message {
            after: &[
                CLIENT_AGREES,
                SERVER_AGREES,
                EXTRACT,
                legacy::CLIENT_FINISHED_KEY,
                legacy::SERVER_FINISHED_KEY,
                legacy::CLIENT_WRITE,
                legacy::SERVER_WRITE,
                legacy::EXPORTER,
            ],
            ..SHARE
        },
        CLIENT_FINISHED,
        SERVER_FINISHED,
    ],
    off: &[GROUP_SIZE.id, OFFERS_BOUND.id, certificate::checks::PIN],
    ..TRANSCRIPT
};

/// What the legacy signature is over. Where the offers are bound, the server signs what it heard too; where it signs nothing
/// of the client's, its own random value stands there again.
const SCOPE: Expr = switch(
    &OFFERS_BOUND,
    &apply(Op::Hash, &[tuple(&[ANSWERED, var("server_random"), var("group"), var("server_share"), var("heard")])]),
    &apply(Op::Hash, &[tuple(&[ANSWERED, var("server_random"), var("group"), var("server_share")])]),
);
const ANSWERED: Expr = switch(&FRESH_TRANSCRIPT, &var("answers"), &var("server_random"));

const HELLO: Message = Message {
    from: Role::Client,
    kind: Kind::ClientHello,
    before: &[nonce(CLIENT, "client_random")],
    fields: &[SESSION_FIELD, OFFERS_FIELD, CLIENT_RANDOM],
    receipt: &[SERVER_PICKS, let_(SERVER, "group", apply(Op::ServerGroup, &[var("choice"), var("own_group")]))],
    after: &[],
};

/// The client takes the group that comes, whatever the choice is called.
const PARAMETERS: Message = Message {
    from: Role::Server,
    kind: Kind::ServerHello,
    before: &[nonce(SERVER, "server_random"), secret(SERVER, "server_secret", "group")],
    fields: &[CHOICE_FIELD, SERVER_RANDOM, field("group", "group", Sort::Group, var("group")), SERVER_SHARE],
    receipt: &[
        CLIENT_ACCEPTS,
        check(CLIENT, Relation::GroupSize(2048), &[var("group")]),
        check(CLIENT, Relation::PublicInRange, &[var("group"), var("server_share")]),
    ],
    after: &[],
};

const SIGNED: Message = Message {
    from: Role::Server,
    kind: Kind::CertificateVerify,
    before: &[],
    fields: &[SERVER_SIGNATURE],
    receipt: &[CLIENT_VERIFIES],
    after: &[],
};

const SHARE: Message = Message {
    from: Role::Client,
    kind: Kind::ClientShare,
    before: &[secret(CLIENT, "client_secret", "group"), let_(CLIENT, "agreed", var("group"))],
    fields: &[CLIENT_SHARE],
    receipt: &[check(SERVER, Relation::PublicInRange, &[var("group"), var("client_share")])],
    after: &[CLIENT_AGREES, SERVER_AGREES, EXTRACT, CLIENT_FINISHED_KEY, SERVER_FINISHED_KEY],
};

const CLIENT_FINISHED: Message = finished!(client, Expr::Transcript);
const SERVER_FINISHED: Message = finished!(server, Expr::Transcript);
