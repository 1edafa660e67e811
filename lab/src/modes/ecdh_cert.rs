//! `ecdh-cert`: X25519, and the server signs the exchange with a certified key.

use super::{parts::*, rekeying};
use crate::{
    certificate,
    mode::{Message, Mode, Names, Relation, Variant, table::*},
    role::Role,
    term::{Expr, Op, Sort},
    wire::Kind,
};

const ONCE: Mode = Mode {
    id: "ecdh-cert",
    title: "X25519 with a server certificate",
    summary: "The exchange of TLS 1.3 in short: the server shows a certificate for its name, signs all frames so far with \
              the certified key, and both sides prove with a MAC that they saw the same handshake. Whoever substitutes a \
              share changes what was signed.",
    authenticated_by: "the server's certificate",
    references: &["RFC 8446 section 4.4", "Diffie, van Oorschot and Wiener, Authenticated key exchanges, 1992"],
    variants: &[],
    groups: &["x25519"],
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

const HANDSHAKE: [Message; 6] = [
    CLIENT_HELLO,
    Message { after: &[EXTRACT, CLIENT_FINISHED_KEY, SERVER_FINISHED_KEY], ..SERVER_HELLO },
    SERVER_CERTIFICATE,
    Message {
        from: Role::Server,
        kind: Kind::CertificateVerify,
        before: &[],
        fields: &[SERVER_SIGNATURE],
        receipt: &[CLIENT_VERIFIES],
        after: &[],
    },
    finished!(server, Expr::Transcript),
    Message { after: &[CLIENT_WRITE, SERVER_WRITE, EXPORTER], ..CLIENT_FINISHED },
];

const CLIENT_FINISHED: Message = finished!(client, Expr::Transcript);
