//! `rsa-cert`: the client encrypts a random secret to the RSA key that the server's certificate is for.

use super::{
    parts::*,
    rsa::{DECRYPTION_KEY, OPENED_OR_DRAWN, PADDED_FINISHED, RSA_HELLO, encrypted, opened},
};
use crate::{
    certificate,
    mode::{Message, Mode, Names, Relation, Step, Variant, table::*},
    role::Role,
    term::{Expr, Op, Padding, Sort},
    wire::Kind,
};

const OAEP: Mode = Mode {
    id: "rsa-cert",
    title: "A secret encrypted to a certified RSA key",
    summary: "The key exchange of HTTPS from 1995 until TLS 1.3 took it out: the certificate says whose the public key is, the \
              client encrypts to it, and that the server can make the Finished shows that it could open what the client \
              sent. No signature, and one round trip for everything: that is why it lasted. The price is that one key opens \
              all sessions, those of the past as well. Nothing but the Finished covers what was negotiated.",
    authenticated_by: "the server's certificate",
    references: &[
        "RFC 5246 section 7.4.7.1",
        "RFC 8446 section 1.2",
        "RFC 8017 section 7",
        "RFC 9325 section 4.1",
        "Böck, Somorovsky and Young, Return of Bleichenbacher's oracle threat (ROBOT), 2018",
        "RFC 7627 (what a session that is resumed depends on)",
    ],
    variants: &[],
    groups: &["none"],
    given: &[SESSION, OFFERS, SUPPORTED, TRUST, PEER_NAME, NOW, CHAIN, DECRYPTION_KEY],
    messages: &[
        RSA_HELLO,
        ANSWER,
        SERVER_CERTIFICATE,
        Message { before: TO_THE_LEAF, receipt: &[opened!(Padding::Oaep)], ..encrypted!(Padding::Oaep) },
        finished!(server, Expr::Transcript),
        finished!(client, Expr::Transcript),
    ],
    names: Names::Server,
    met: 0,
    off: &[certificate::checks::PIN],
};

pub(super) static MODE: Mode = Mode { variants: &VARIANTS, ..OAEP };

static VARIANTS: [Variant; 3] = [
    super::rsa::VARIANTS[0],
    super::rsa::VARIANTS[1].playing(&PKCS1V15),
    Variant::new("resumed", "a session that is taken up again, and a client that shows its certificate only then")
        .playing(&RESUMED),
];

static RESUMED: Mode = Mode {
    variants: &VARIANTS,
    given: super::resumed::GIVEN,
    messages: &super::resumed::MESSAGES,
    names: Names::Both,
    ..OAEP
};

/// A key of that length is certified by nobody today: the client is one of the time when it was.
static PKCS1V15: Mode = Mode {
    variants: &VARIANTS,
    messages: &[
        RSA_HELLO,
        ANSWER,
        SERVER_CERTIFICATE,
        Message { before: TO_THE_LEAF, receipt: OPENED_OR_DRAWN, ..encrypted!(Padding::Pkcs1v15) },
        finished!(server, Expr::Transcript),
        PADDED_FINISHED,
    ],
    off: &[certificate::checks::PIN, certificate::checks::ALGORITHM],
    ..OAEP
};

pub(super) const ANSWER: Message = Message {
    from: Role::Server,
    kind: Kind::ServerHello,
    before: &[],
    fields: &[CHOICE_FIELD, SERVER_RANDOM],
    receipt: &[CLIENT_ACCEPTS],
    after: &[],
};

/// The client encrypts to the key that the certificate is for.
pub(super) const TO_THE_LEAF: &[Step] = &[
    let_(CLIENT, "server_key", apply(Op::LeafEncryptionKey, &[var("chain")])),
    draw(CLIENT, "client_secret", Sort::Shared),
    draw(CLIENT, "client_coins", Sort::Secret),
];
