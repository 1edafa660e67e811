//! `rsa`: the client encrypts a random secret to the server's RSA key, for which nobody vouches.

use super::parts::*;
use crate::{
    checks::{FINISHED, IMPLICIT_REJECTION},
    mode::{Message, Mode, Names, Parameter, Relation, SIZE, Source, Step, Variant, table::*},
    role::Role,
    term::{Expr, Op, Padding, Sort},
    wire::Kind,
};

const OAEP: Mode = Mode {
    id: "rsa",
    title: "A secret encrypted to an RSA key, unauthenticated",
    summary: "The server sends a public key, the client encrypts a random secret to it, and both make their keys from that. \
              It is how most of the web was encrypted until about 2015, and what people have in mind who say that a bank \
              encrypts everything with RSA: RSA carries one secret, and everything else is symmetric. Nobody says whose the \
              public key is. And there is no second secret that is thrown away: whoever comes by the private key later, \
              by theft, by order or by a better computer, reads everything that was ever recorded.",
    authenticated_by: "nothing",
    references: &[
        "RFC 8017 section 7",
        "RFC 5246 section 7.4.7.1",
        "Rivest, Shamir and Adleman, A method for obtaining digital signatures and public-key cryptosystems, 1978",
        "Bleichenbacher, Chosen ciphertext attacks against protocols based on the RSA encryption standard PKCS #1, 1998",
    ],
    variants: &[],
    groups: &["none"],
    given: &[SESSION, OFFERS, SUPPORTED, DECRYPTION_KEY],
    messages: &[
        RSA_HELLO,
        KEY,
        Message { receipt: &[opened!(Padding::Oaep)], ..encrypted!(Padding::Oaep) },
        finished!(server, Expr::Transcript),
        finished!(client, Expr::Transcript),
    ],
    names: Names::Nobody,
    met: 0,
    off: &[],
};

pub(super) static MODE: Mode = Mode { variants: &VARIANTS, ..OAEP };

pub(super) static VARIANTS: [Variant; 2] = [
    Variant::new("oaep", "the padding of today, a modulus of 2048 bits"),
    Variant::new("pkcs1v15", "the padding of TLS up to 1.2, of which a careless server tells whether it is sound")
        .taking(MODULUS)
        .playing(&PKCS1V15),
];

/// A modulus of 8k + 1 bits begins with an octet that is 1: one random block in a few hundred begins with 0 and 2, and who may
/// ask needs some thousands of questions. Of 8k bits it is one in tens of thousands, as in the deployments of old.
pub(super) const MODULUS: &[Parameter] = &[Parameter { name: SIZE, min: 512, max: 2049, default: 1025 }];

static PKCS1V15: Mode = Mode {
    variants: &VARIANTS,
    messages: &[
        RSA_HELLO,
        KEY,
        Message { receipt: OPENED_OR_DRAWN, ..encrypted!(Padding::Pkcs1v15) },
        finished!(server, Expr::Transcript),
        PADDED_FINISHED,
    ],
    ..OAEP
};

/// The bare key.
const KEY: Message = Message {
    from: Role::Server,
    kind: Kind::ServerHello,
    before: &[],
    fields: &[
        CHOICE_FIELD,
        SERVER_RANDOM,
        field("key", "server_key", Sort::EncryptionKey, apply(Op::EncryptionKey, &[var("decryption_key")])),
    ],
    receipt: &[CLIENT_ACCEPTS],
    after: &[],
};

/// The server's own: certified, or shown bare.
pub(super) const DECRYPTION_KEY: crate::mode::Given = given(SERVER, "decryption_key", Source::DecryptionKey);

/// The first flight where the client has nothing to say yet but its offers.
pub(super) const RSA_HELLO: Message = Message {
    from: Role::Client,
    kind: Kind::ClientHello,
    before: &[nonce(CLIENT, "client_random")],
    fields: &[SESSION_FIELD, OFFERS_FIELD, CLIENT_RANDOM],
    receipt: &[SERVER_PICKS, nonce(SERVER, "server_random")],
    after: &[],
};

/// The client's secret for the server, whose key it knows by now; and the keys from it, as in TLS 1.2 (RFC 5246 sections 6.3
/// and 8.1): nothing of what was negotiated is in them.
macro_rules! encrypted {
    ($padding:expr) => {
        Message {
            from: Role::Client,
            kind: Kind::ClientShare,
            before: &[draw(CLIENT, "client_secret", Sort::Shared), draw(CLIENT, "client_coins", Sort::Secret)],
            fields: &[field(
                "encrypted",
                "encrypted",
                Sort::Ciphertext,
                apply(Op::Encrypt($padding), &[var("client_coins"), tuple(&[var("client_secret")]), var("server_key")]),
            )],
            receipt: &[],
            after: $crate::modes::rsa::KEYS,
        }
    };
}
pub(super) use encrypted;

/// What the server opens; what is no ciphertext for it is refused.
macro_rules! opened {
    ($padding:expr) => {
        let_(
            SERVER,
            "shared",
            apply(Op::Combine, &[apply(Op::Decrypt($padding), &[var("decryption_key"), var("encrypted")])]),
        )
    };
}
pub(super) use opened;

/// What is no padded block is replaced by what the server drew for the case, and all goes on as if nothing were (RFC 5246
/// section 7.4.7.1); a server that does without refuses it at once.
pub(super) const OPENED_OR_DRAWN: &[Step] =
    &[draw(SERVER, "server_secret", Sort::Shared), let_(SERVER, "shared", apply(Op::Combine, &[HELD]))];

const HELD: Expr = switch(
    &IMPLICIT_REJECTION,
    &apply(
        Op::DecryptOr(Padding::Pkcs1v15),
        &[var("decryption_key"), tuple(&[var("server_secret")]), var("encrypted")],
    ),
    &apply(Op::Decrypt(Padding::Pkcs1v15), &[var("decryption_key"), var("encrypted")]),
);

/// The client's Finished, and what the server says of the block only to whoever could make one.
pub(super) const PADDED_FINISHED: Message = Message {
    receipt: &[
        check(
            SERVER,
            Relation::Equal(&FINISHED),
            &[apply(Op::Mac, &[var("client_finished_key"), Expr::Transcript]), var("client_finished")],
        ),
        check(
            SERVER,
            Relation::Padded(&IMPLICIT_REJECTION, Padding::Pkcs1v15),
            &[var("decryption_key"), var("encrypted")],
        ),
    ],
    ..CLIENT_FINISHED
};

const CLIENT_FINISHED: Message = finished!(client, Expr::Transcript);

pub(super) const KEYS: &[Step] = &[
    let_(CLIENT, "shared", apply(Op::Combine, &[tuple(&[var("client_secret")])])),
    EXTRACT,
    legacy::CLIENT_FINISHED_KEY,
    legacy::SERVER_FINISHED_KEY,
    legacy::CLIENT_WRITE,
    legacy::SERVER_WRITE,
    legacy::EXPORTER,
];
