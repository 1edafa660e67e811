//! `rsa`: the client encrypts a random secret to the server's RSA key, for which nobody vouches.

use super::parts::*;
use crate::{
    mode::{Message, Mode, Names, Relation, Source, Step, table::*},
    role::Role,
    term::{Expr, Op, Padding, Sort},
    wire::Kind,
};

pub(super) static MODE: Mode = Mode {
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

pub(super) const KEYS: &[Step] = &[
    let_(CLIENT, "shared", apply(Op::Combine, &[tuple(&[var("client_secret")])])),
    EXTRACT,
    legacy::CLIENT_FINISHED_KEY,
    legacy::SERVER_FINISHED_KEY,
    legacy::CLIENT_WRITE,
    legacy::SERVER_WRITE,
    legacy::EXPORTER,
];
