//! `triple-dh`: two who know each other's public values, and nothing that anybody could show to a third.

use super::parts::*;
use crate::{
    checks::KEY_CONFIRMATION,
    mode::{Message, Mode, Names, Relation, Source, Step, Variant, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

const TRIPLE: Mode = Mode {
    id: "triple-dh",
    title: "Triple Diffie–Hellman",
    summary: "Each side has a lasting public value that the other has known since they met, and draws a fresh one for the \
              session. The key is made of three agreements: each lasting value with the other's fresh one, and the two fresh \
              ones. Nobody signs anything, so that neither can prove to a third what was said: messengers begin their \
              conversations so. What was lost later opens nothing that two honest sides said; whoever steals a lasting \
              secret is its owner from then on, but cannot pass for others towards its owner.",
    authenticated_by: "static keys known beforehand",
    references: &[
        "Marlinspike and Perrin, The X3DH key agreement protocol, 2016",
        "Kudla and Paterson, Modular security proofs for key agreement protocols, 2005",
        "Blake-Wilson, Johnson and Menezes, Key agreement protocols and their security analysis, 1997",
        "NIST SP 800-56A rev. 3 section 6.1.1",
    ],
    variants: &[],
    groups: &["x25519"],
    given: &[
        SESSION,
        OFFERS,
        SUPPORTED,
        given(CLIENT, "client_static", Source::StaticKey),
        given(CLIENT, "server_static_public", Source::PeerStatic),
        given(SERVER, "server_static", Source::StaticKey),
        given(SERVER, "client_static_public", Source::PeerStatic),
        CLIENT_NAME,
        SERVER_NAME,
        given(BOTH, "peer_name", Source::PeerName),
    ],
    messages: &[
        HELLO,
        Message {
            receipt: &[
                CLIENT_ACCEPTS,
                CLIENT_GROUP,
                CLIENT_AGREES,
                // the client's lasting value with the server's fresh one, and the other way round
                agree(CLIENT, "client_authenticates", &[var("agreed"), var("client_static"), var("server_share")]),
                agree(
                    CLIENT,
                    "server_authenticates",
                    &[var("agreed"), var("client_secret"), var("server_static_public")],
                ),
            ],
            after: &[
                agree(
                    SERVER,
                    "client_authenticates",
                    &[var("group"), var("server_secret"), var("client_static_public")],
                ),
                agree(SERVER, "server_authenticates", &[var("group"), var("server_static"), var("client_share")]),
                let_(BOTH, "master", apply(Op::Extract, &[apply(Op::Combine, TRIPLE_SECRETS)])),
                CLIENT_FINISHED_KEY,
                SERVER_FINISHED_KEY,
            ],
            ..SERVER_HELLO
        },
        SERVER_CONFIRMS,
        CLIENT_CONFIRMS,
    ],
    names: Names::Both,
    met: 0,
    off: &[],
};

pub(super) static MODE: Mode = Mode { variants: &VARIANTS, ..TRIPLE };

static VARIANTS: [Variant; 2] = [
    Variant::new("triple", "each lasting value with the other's fresh one, and the two fresh ones"),
    Variant::new(
        "unified",
        "the lasting values with each other, and the fresh ones with each other (NIST's dhHybrid1)",
    )
    .playing(&UNIFIED),
];

/// The Unified Model: either side's lasting secret gives the agreement of both lasting values, whoever has it.
static UNIFIED: Mode = Mode {
    variants: &VARIANTS,
    messages: &[
        HELLO,
        Message {
            receipt: &[
                CLIENT_ACCEPTS,
                CLIENT_GROUP,
                CLIENT_AGREES,
                agree(CLIENT, "statics", &[var("agreed"), var("client_static"), var("server_static_public")]),
            ],
            after: &[
                agree(SERVER, "statics", &[var("group"), var("server_static"), var("client_static_public")]),
                let_(
                    BOTH,
                    "master",
                    apply(Op::Extract, &[apply(Op::Combine, &[tuple(&[var("statics"), var("shared")])])]),
                ),
                CLIENT_FINISHED_KEY,
                SERVER_FINISHED_KEY,
            ],
            ..SERVER_HELLO
        },
        SERVER_CONFIRMS,
        CLIENT_CONFIRMS,
    ],
    ..TRIPLE
};

/// No share is looked at for a degenerate one: in every secret stands a lasting value that nobody sends.
const HELLO: Message = Message {
    receipt: &[
        SERVER_PICKS,
        SERVER_GROUP,
        nonce(SERVER, "server_random"),
        secret(SERVER, "server_secret", "group"),
        SERVER_AGREES,
    ],
    ..CLIENT_HELLO
};

const SERVER_CONFIRMS: Message = finished!(server, Expr::Transcript, KEY_CONFIRMATION, &[]);
const CLIENT_CONFIRMS: Message =
    finished!(client, Expr::Transcript, KEY_CONFIRMATION, &[CLIENT_WRITE, SERVER_WRITE, EXPORTER]);

const fn agree(by: crate::mode::By, name: &'static str, with: &'static [Expr]) -> Step {
    let_(by, name, apply(Op::Agree, with))
}

/// All three agreements.
const TRIPLE_SECRETS: &[Expr] = &[tuple(&[var("client_authenticates"), var("server_authenticates"), var("shared")])];
