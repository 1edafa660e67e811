//! `ecdh-cert`: X25519, and the server signs the exchange with a certified key.

use super::{parts::*, rekeying};
use crate::{
    certificate,
    checks::FRESH_RANDOMNESS,
    mode::{Given, Message, Mode, Names, Relation, Source, Step, Variant, table::*},
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
    given: &given_with(NOW),
    messages: &HANDSHAKE,
    names: Names::Server,
    met: 0,
    off: &[certificate::checks::PIN],
};

const fn given_with(now: Given) -> [Given; 8] {
    [SESSION, OFFERS, SUPPORTED, TRUST, PEER_NAME, now, CHAIN, SIGNING_KEY]
}

pub(super) static MODE: Mode = Mode { variants: &VARIANTS, ..ONCE };

static VARIANTS: [Variant; 3] = [
    rekeying::ONCE,
    rekeying::REKEY.playing(&REKEYED),
    Variant::new("seeded", "each of the two starts the generator itself from which it draws").playing(&SEEDED),
];

static REKEYED: Mode = Mode {
    variants: &VARIANTS,
    messages: &rekeying::rekeyed::<{ HANDSHAKE.len() }, { HANDSHAKE.len() + 4 }>(HANDSHAKE),
    ..ONCE
};

/// Where a program starts its generator: what nobody can guess, or, without the check, the time of day and its process number,
/// as Netscape's browser did until 1995 (Goldberg and Wagner, Randomness and the Netscape browser, 1996).
macro_rules! started {
    ($by:expr, $entropy:literal, $seed:literal) => {{
        const BY_CLOCK: Expr = apply(Op::ClockSeed, &[var("now"), var($entropy)]);
        const STEPS: [Step; 4] = [
            draw($by, $entropy, Sort::Secret),
            let_($by, $seed, switch(&FRESH_RANDOMNESS, &var($entropy), &BY_CLOCK)),
            check($by, Relation::Apart(&FRESH_RANDOMNESS), &[BY_CLOCK, var($seed)]),
            seed($by, var($seed)),
        ];
        STEPS
    }};
}

const CLIENT_STARTED: [Step; 4] = started!(CLIENT, "client_entropy", "client_seed");
const SERVER_STARTED: [Step; 4] = started!(SERVER, "server_entropy", "server_seed");

static SEEDED: Mode = Mode {
    variants: &VARIANTS,
    given: &given_with(given(BOTH, "now", Source::Clock)),
    messages: &[
        Message {
            before: &after::<4, { CLIENT_HELLO.before.len() + 4 }>(CLIENT_STARTED, CLIENT_HELLO.before),
            receipt: &after::<4, { CLIENT_HELLO.receipt.len() + 4 }>(SERVER_STARTED, CLIENT_HELLO.receipt),
            ..CLIENT_HELLO
        },
        HANDSHAKE[1],
        HANDSHAKE[2],
        HANDSHAKE[3],
        HANDSHAKE[4],
        HANDSHAKE[5],
    ],
    ..ONCE
};

/// Steps before others.
const fn after<const M: usize, const N: usize>(first: [Step; M], then: &[Step]) -> [Step; N] {
    let mut all = [first[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < M { first[at] } else { then[at - M] };
        at += 1;
    }
    all
}

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
