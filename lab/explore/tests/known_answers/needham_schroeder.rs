//! Needham and Schroeder's public-key protocol, and Lowe's.

use super::*;

/// Needham and Schroeder, 1978: `$answer` is what the responder encrypts, of so many parts.
macro_rules! needham_schroeder {
    ($name:ident, $answer:expr, $looks:expr) => {
        static $name: Mode = Mode {
            given: &[OWN_NAME, PEER, DECRYPTION_KEY, PEER_KEY],
            messages: &[
        message!(Client, ClientHello,
                    before: &[nonce(CLIENT, "na"), draw(CLIENT, "coins_1", Sort::Secret)],
                    fields: &[field("m", "m1", Sort::Ciphertext,
                        encrypt(&[var("coins_1"), tuple(&[var("na"), var("own_name")]), var("peer_key")]))],
                    receipt: &[
                        let_(SERVER, "t1", apply(Op::Decrypt(Padding::Oaep), &[var("own_key"), var("m1")])),
                        let_(SERVER, "na", part(0, 2, Sort::Nonce, &[var("t1")])),
                        let_(SERVER, "who", part(1, 2, Sort::Name, &[var("t1")])),
                        same(SERVER, &[var("peer_name"), var("who")]),
                        nonce(SERVER, "nb"),
                        draw(SERVER, "coins_2", Sort::Secret),
                    ],
                    after: &[]),
        message!(Server, ServerHello,
                    before: &[],
                    fields: &[field("m", "m2", Sort::Ciphertext,
                        encrypt(&[var("coins_2"), tuple($answer), var("peer_key")]))],
                    receipt: $looks,
                    after: &[]),
        message!(Client, ClientShare,
                    before: &[draw(CLIENT, "coins_3", Sort::Secret)],
                    fields: &[field("m", "m3", Sort::Ciphertext,
                        encrypt(&[var("coins_3"), tuple(&[var("nb")]), var("peer_key")]))],
                    receipt: &[
                        let_(SERVER, "t3", apply(Op::Decrypt(Padding::Oaep), &[var("own_key"), var("m3")])),
                        let_(SERVER, "nb_back", part(0, 1, Sort::Nonce, &[var("t3")])),
                        same(SERVER, &[var("nb"), var("nb_back")]),
                    ],
                    after: &keys!(&[var("na"), var("nb")], NO_CONTEXT)),
            ],
            ..BARE
        };
    };
}

needham_schroeder!(
    NSPK,
    &[var("na"), var("nb")],
    &[
        let_(CLIENT, "t2", apply(Op::Decrypt(Padding::Oaep), &[var("own_key"), var("m2")])),
        let_(CLIENT, "na_back", part(0, 2, Sort::Nonce, &[var("t2")])),
        same(CLIENT, &[var("na"), var("na_back")]),
        let_(CLIENT, "nb", part(1, 2, Sort::Nonce, &[var("t2")])),
    ]
);
needham_schroeder!(
    NSL,
    &[var("na"), var("nb"), var("own_name")],
    &[
        let_(CLIENT, "t2", apply(Op::Decrypt(Padding::Oaep), &[var("own_key"), var("m2")])),
        let_(CLIENT, "na_back", part(0, 3, Sort::Nonce, &[var("t2")])),
        same(CLIENT, &[var("na"), var("na_back")]),
        let_(CLIENT, "nb", part(1, 3, Sort::Nonce, &[var("t2")])),
        let_(CLIENT, "who", part(2, 3, Sort::Name, &[var("t2")])),
        same(CLIENT, &[var("peer_name"), var("who")]),
    ]
);

/// Lowe, An attack on the Needham–Schroeder public-key authentication protocol, 1995.
#[test]
fn needham_schroeder_is_broken_for_the_responder() {
    breaks(&NSPK, AUTHENTICATION, &["secrecy-server", "agreement-server"]);
}

/// Lowe, Breaking and fixing the Needham–Schroeder public-key protocol using FDR, 1996.
#[test]
fn needham_schroeder_lowe_holds() {
    holds(&NSL, AUTHENTICATION);
}
