//! Signed Diffie–Hellman, and what ties the names to the key.

use super::*;
use lab::role::Role;

/// Signed Diffie–Hellman between two certified parties: what each signs, and what each makes a MAC over under a key of the
/// exchange.
macro_rules! signed_exchange {
    ($name:ident, server: $server_signs:expr, $server_mac:expr, client: $client_signs:expr, $client_mac:expr) => {
        pub(crate) static $name: Mode = Mode {
            given: &[OFFERS, OWN_NAME, PEER_OF_CLIENT, TRUST, NOW, OWN_CHAIN, SIGNING_KEY],
            messages: &[
                message!(Client, ClientHello,
                    before: &[let_(CLIENT, "group", apply(Op::Preferred, &[var("offers")])), secret(CLIENT, "x", "group")],
                    fields: &[share("gx", &[var("group"), var("x")])],
                    receipt: &[
                        let_(SERVER, "group", apply(Op::Preferred, &[var("offers")])),
                        secret(SERVER, "y", "group"),
                        let_(SERVER, "server_name", var("own_name")),
                    ],
                    after: &[]),
                message!(Server, ServerHello,
                    before: &[],
                    fields: &[share("gy", &[var("group"), var("y")]),
                        field("chain", "server_chain", Sort::Chain, var("own_chain"))],
                    receipt: &[
                        let_(CLIENT, "dh", apply(Op::Agree, &[var("group"), var("x"), var("gy")])),
                        let_(CLIENT, "mac_key", MAC_KEY),
                        let_(CLIENT, "server_name", var("peer_name")),
                        check(CLIENT, Relation::Certified(Role::Server),
                            &[var("server_chain"), var("trust"), var("peer_name"), var("now")]),
                        let_(CLIENT, "client_name", var("own_name")),
                    ],
                    after: &[]),
                message!(Server, CertificateVerify,
                    before: &[
                        let_(SERVER, "dh", apply(Op::Agree, &[var("group"), var("y"), var("gx")])),
                        let_(SERVER, "mac_key", MAC_KEY),
                    ],
                    fields: &[
                        field("signature", "server_signature", Sort::Signature,
                            apply(Op::Sign("server"), &[var("signing_key"), $server_signs])),
                        field("mac", "server_mac", Sort::Mac, apply(Op::Mac, &[var("mac_key"), $server_mac])),
                    ],
                    receipt: &[
                        check(CLIENT, Relation::Signed(&SIGNED, "server"),
                            &[apply(Op::LeafKey, &[var("server_chain")]), $server_signs, var("server_signature")]),
                        same(CLIENT, &[apply(Op::Mac, &[var("mac_key"), $server_mac]), var("server_mac")]),
                    ],
                    after: &[]),
                message!(Client, Certificate,
                    before: &[],
                    fields: &[field("chain", "client_chain", Sort::Chain, var("own_chain"))],
                    receipt: &[
                        check(SERVER, Relation::CertifiedForAny(Role::Client),
                            &[var("client_chain"), var("trust"), var("now")]),
                        let_(SERVER, "peer_name", apply(Op::LeafName, &[var("client_chain")])),
                        let_(SERVER, "client_name", var("peer_name")),
                    ],
                    after: &[]),
                message!(Client, CertificateVerify,
                    before: &[],
                    fields: &[
                        field("signature", "client_signature", Sort::Signature,
                            apply(Op::Sign("client"), &[var("signing_key"), $client_signs])),
                        field("mac", "client_mac", Sort::Mac, apply(Op::Mac, &[var("mac_key"), $client_mac])),
                    ],
                    receipt: &[
                        check(SERVER, Relation::Signed(&SIGNED, "client"),
                            &[apply(Op::LeafKey, &[var("client_chain")]), $client_signs, var("client_signature")]),
                        same(SERVER, &[apply(Op::Mac, &[var("mac_key"), $client_mac]), var("client_mac")]),
                    ],
                    after: &keys!(&[var("dh")], NO_CONTEXT)),
            ],
            ..BARE
        };
    };
}

const PEER_OF_CLIENT: Given = given(CLIENT, "peer_name", Source::PeerName);
const SHARES: Expr = apply(Op::Hash, &[tuple(&[var("gx"), var("gy")])]);
const SHARES_AND_CLIENT: Expr = apply(Op::Hash, &[tuple(&[var("gx"), var("gy"), var("client_name")])]);
const SHARES_AND_SERVER: Expr = apply(Op::Hash, &[tuple(&[var("gx"), var("gy"), var("server_name")])]);
const CLIENT_SIGNATURE: Expr = apply(Op::Hash, &[tuple(&[var("client_signature")])]);
const SERVER_SIGNATURE: Expr = apply(Op::Hash, &[tuple(&[var("server_signature")])]);
const MAC_KEY: Expr = apply(Op::Expand("mac"), &[apply(Op::Extract, &[var("dh")]), NO_CONTEXT]);

signed_exchange!(STS_MAC, server: SHARES, SERVER_SIGNATURE, client: SHARES, CLIENT_SIGNATURE);
signed_exchange!(STS_MAC_NAMED, server: SHARES_AND_SERVER, SERVER_SIGNATURE, client: SHARES_AND_CLIENT, CLIENT_SIGNATURE);
signed_exchange!(SIGMA, server: SHARES, SHARES_AND_SERVER, client: SHARES, SHARES_AND_CLIENT);
signed_exchange!(SIGMA_HALF, server: SHARES, SHARES, client: SHARES, SHARES_AND_CLIENT);
signed_exchange!(MISBOUND, server: SHARES, SHARES, client: SHARES, SHARES);

/// Blake-Wilson and Menezes, Unknown key-share attacks on the station-to-station protocol, 1999: with the client's key
/// certified for another name, the server takes the client for somebody else.
#[test]
fn sts_mac_is_broken_where_a_key_is_certified_twice() {
    assert_eq!(lost(&STS_MAC, true, WITH_IDENTITY), ["agreement-client", "identity-client"]);
}

/// First fix: authorities want proof that the key is had.
#[test]
fn sts_mac_holds_where_possession_is_proved() {
    holds(&STS_MAC, WITH_IDENTITY);
}

/// Second fix: names are in what is signed and under the MAC.
#[test]
fn sts_mac_holds_where_names_are_signed() {
    assert_eq!(lost(&STS_MAC_NAMED, true, WITH_IDENTITY), Vec::<String>::new());
}

/// Krawczyk, SIGMA, 2003: the MAC over the name is what ties it to the key.
#[test]
fn sigma_holds() {
    assert_eq!(lost(&SIGMA, true, WITH_IDENTITY), Vec::<String>::new());
}

/// Diffie, van Oorschot and Wiener, Authentication and authenticated key exchanges, 1992: whoever signs the shares of two others
/// is taken for one of them.
#[test]
fn shares_signed_by_whoever_sees_them_are_misbound() {
    let all = ["agreement-client", "agreement-server", "identity-client", "identity-server"];
    breaks(&MISBOUND, WITH_IDENTITY, &all);
}

/// Without the responder's name under a MAC the initiator is the one who is wrong. One session of each is not enough to see it.
#[test]
fn sigma_needs_the_responders_mac_and_a_second_session_shows_it() {
    breaks(&SIGMA_HALF, WITH_IDENTITY, &["agreement-server", "identity-server"]);
    assert_eq!(lost_within(Sessions::One, &SIGMA_HALF, false, WITH_IDENTITY), Vec::<String>::new());
}

/// Signatures over the shares alone keep the keys secret, later too.
#[test]
fn signed_exchanges_keep_their_secrets_later() {
    for mode in [&STS_MAC, &STS_MAC_NAMED, &SIGMA, &MISBOUND] {
        holds(mode, LATER);
    }
}

/// Two who say whom they want, and sign nothing.
static UNSIGNED: Mode = Mode {
    given: &[OFFERS, OWN_NAME, PEER],
    messages: &[
        message!(Client, ClientHello,
            before: &[let_(CLIENT, "group", apply(Op::Preferred, &[var("offers")])), secret(CLIENT, "x", "group")],
            fields: &[share("gx", &[var("group"), var("x")])],
            receipt: &[
                let_(SERVER, "group", apply(Op::Preferred, &[var("offers")])),
                secret(SERVER, "y", "group"),
                let_(SERVER, "dh", apply(Op::Agree, &[var("group"), var("y"), var("gx")])),
            ],
            after: &[]),
        message!(Server, ServerHello,
            before: &[],
            fields: &[share("gy", &[var("group"), var("y")])],
            receipt: &[let_(CLIENT, "dh", apply(Op::Agree, &[var("group"), var("x"), var("gy")]))],
            after: &keys!(&[var("dh")], NO_CONTEXT)),
    ],
    ..BARE
};

/// The station-to-station protocol authenticates both; without its signatures neither.
#[test]
fn station_to_station_lives_by_its_signatures() {
    holds(&STS_MAC, AUTHENTICATION);
    breaks(&UNSIGNED, AUTHENTICATION, &["secrecy-client", "secrecy-server", "agreement-client", "agreement-server"]);
}

/// CCITT X.509, 1987, with three messages: random values instead of timestamps, and a secret of either side. `$third` is what
/// the last signature is over.
macro_rules! x509 {
    ($name:ident, $third:expr) => {
        static $name: Mode = Mode {
            given: &[OWN_NAME, PEER, SIGNING_KEY, DECRYPTION_KEY, PEER_KEY, OWN_CHAIN, TRUST, NOW],
            messages: &[
                message!(Client, ClientHello,
                    before: &[nonce(CLIENT, "na"), draw(CLIENT, "ya", Sort::Shared), draw(CLIENT, "ca", Sort::Secret)],
                    fields: &[
                        field("random", "na", Sort::Nonce, var("na")),
                        field("to", "to", Sort::Name, var("peer_name")),
                        field("m", "m1", Sort::Ciphertext, encrypt(&[var("ca"), tuple(&[var("ya")]), var("peer_key")])),
                        field("signature", "s1", Sort::Signature, apply(Op::Sign("x509"), &[var("signing_key"), FIRST])),
                        field("chain", "client_chain", Sort::Chain, var("own_chain")),
                    ],
                    receipt: &[
                        same(SERVER, &[var("own_name"), var("to")]),
                        check(SERVER, Relation::CertifiedForAny(Role::Client), &[var("client_chain"), var("trust"), var("now")]),
                        check(SERVER, Relation::Signed(&SIGNED, "x509"),
                            &[apply(Op::LeafKey, &[var("client_chain")]), FIRST, var("s1")]),
                        same(SERVER, &[var("peer_name"), apply(Op::LeafName, &[var("client_chain")])]),
                        let_(SERVER, "t1", apply(Op::Decrypt(Padding::Oaep), &[var("own_key"), var("m1")])),
                        let_(SERVER, "ya", part(0, 1, Sort::Shared, &[var("t1")])),
                        nonce(SERVER, "nb"),
                        draw(SERVER, "yb", Sort::Shared),
                        draw(SERVER, "cb", Sort::Secret),
                    ],
                    after: &[]),
                message!(Server, ServerHello,
                    before: &[let_(SERVER, "asked", var("peer_name"))],
                    fields: &[
                        field("random", "nb", Sort::Nonce, var("nb")),
                        field("asked", "asked", Sort::Name, var("asked")),
                        field("answers", "answers", Sort::Nonce, var("na")),
                        field("m", "m2", Sort::Ciphertext, encrypt(&[var("cb"), tuple(&[var("yb")]), var("peer_key")])),
                        field("signature", "s2", Sort::Signature, apply(Op::Sign("x509"), &[var("signing_key"), SECOND])),
                        field("chain", "server_chain", Sort::Chain, var("own_chain")),
                    ],
                    receipt: &[
                        same(CLIENT, &[var("own_name"), var("asked")]),
                        same(CLIENT, &[var("na"), var("answers")]),
                        check(CLIENT, Relation::Certified(Role::Server),
                            &[var("server_chain"), var("trust"), var("peer_name"), var("now")]),
                        check(CLIENT, Relation::Signed(&SIGNED, "x509"),
                            &[apply(Op::LeafKey, &[var("server_chain")]), SECOND, var("s2")]),
                        let_(CLIENT, "t2", apply(Op::Decrypt(Padding::Oaep), &[var("own_key"), var("m2")])),
                        let_(CLIENT, "yb", part(0, 1, Sort::Shared, &[var("t2")])),
                    ],
                    after: &[]),
                message!(Client, CertificateVerify,
                    before: &[let_(CLIENT, "server_name", var("peer_name"))],
                    fields: &[field("signature", "s3", Sort::Signature, apply(Op::Sign("x509"), &[var("signing_key"), $third]))],
                    receipt: &[
                        let_(SERVER, "server_name", var("own_name")),
                        check(SERVER, Relation::Signed(&SIGNED, "x509"),
                            &[apply(Op::LeafKey, &[var("client_chain")]), $third, var("s3")]),
                    ],
                    after: &keys!(&[var("ya"), var("yb")], apply(Op::Hash, &[tuple(&[var("na"), var("nb")])]))),
            ],
            ..BARE
        };
    };
}

const FIRST: Expr = apply(Op::Hash, &[tuple(&[var("na"), var("to"), var("m1")])]);
const SECOND: Expr = apply(Op::Hash, &[tuple(&[var("nb"), var("asked"), var("answers"), var("m2")])]);

x509!(X509, apply(Op::Hash, &[tuple(&[var("nb")])]));
x509!(X509_NAMED, apply(Op::Hash, &[tuple(&[var("server_name"), var("nb")])]));

/// Burrows, Abadi and Needham, A logic of authentication, 1989: the last signature says nothing of whom it is for, so that one
/// that was made for the attacker is good for another. With the name in it the protocol holds.
#[test]
fn x509_needs_the_name_in_its_last_message() {
    assert!(lost(&X509, false, &[Property::Agreement]).contains(&"agreement-server".to_owned()));
    holds(&X509_NAMED, &[Property::Agreement]);
}
