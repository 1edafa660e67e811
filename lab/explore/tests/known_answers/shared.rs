//! Protocols between two who share a secret, and what is agreed on without one.

use super::*;
use lab::role::Role;

/// A ciphertext under the key that the two share.
const fn under(coins: &'static [Expr; 3]) -> Expr {
    encrypt(coins)
}

const KEY: Expr = apply(Op::EncryptionKey, &[var("shared")]);
const SUCCESSOR_A: Expr = apply(Op::Hash, &[tuple(&[var("na")])]);
const SUCCESSOR_B: Expr = apply(Op::Hash, &[tuple(&[var("nb")])]);

/// Satyanarayanan, Andrew secure RPC, 1987: A → B: {Na}; B → A: {Na+1, Nb}; A → B: {Nb+1}; B → A: {K, Nb2}.
static ANDREW: Mode = Mode {
    given: &[OWN_NAME, PEER, SECRET_SHARED],
    messages: &[
        message!(Client, ClientHello,
            before: &[nonce(CLIENT, "na"), draw(CLIENT, "c1", Sort::Secret)],
            fields: &[field("m", "m1", Sort::Ciphertext, under(&[var("c1"), tuple(&[var("na")]), KEY]))],
            receipt: &[
                let_(SERVER, "t1", apply(Op::Decrypt(Padding::Oaep), &[var("shared"), var("m1")])),
                let_(SERVER, "na", part(0, 1, Sort::Nonce, &[var("t1")])),
                nonce(SERVER, "nb"),
                draw(SERVER, "c2", Sort::Secret),
            ],
            after: &[]),
        message!(Server, ServerHello,
            before: &[],
            fields: &[field("m", "m2", Sort::Ciphertext, under(&[var("c2"), tuple(&[SUCCESSOR_A, var("nb")]), KEY]))],
            receipt: &[
                let_(CLIENT, "t2", apply(Op::Decrypt(Padding::Oaep), &[var("shared"), var("m2")])),
                let_(CLIENT, "na_back", part(0, 2, Sort::Nonce, &[var("t2")])),
                same(CLIENT, &[SUCCESSOR_A, var("na_back")]),
                let_(CLIENT, "nb", part(1, 2, Sort::Nonce, &[var("t2")])),
            ],
            after: &[]),
        message!(Client, ClientShare,
            before: &[draw(CLIENT, "c3", Sort::Secret)],
            fields: &[field("m", "m3", Sort::Ciphertext, under(&[var("c3"), tuple(&[SUCCESSOR_B]), KEY]))],
            receipt: &[
                let_(SERVER, "t3", apply(Op::Decrypt(Padding::Oaep), &[var("shared"), var("m3")])),
                let_(SERVER, "nb_back", part(0, 1, Sort::Nonce, &[var("t3")])),
                same(SERVER, &[SUCCESSOR_B, var("nb_back")]),
                draw(SERVER, "k", Sort::Shared),
                nonce(SERVER, "nb2"),
                draw(SERVER, "c4", Sort::Secret),
            ],
            after: &[]),
        message!(Server, ServerHello,
            before: &[],
            fields: &[field("m", "m4", Sort::Ciphertext, under(&[var("c4"), tuple(&[var("k"), var("nb2")]), KEY]))],
            receipt: &[
                let_(CLIENT, "t4", apply(Op::Decrypt(Padding::Oaep), &[var("shared"), var("m4")])),
                let_(CLIENT, "k", part(0, 2, Sort::Shared, &[var("t4")])),
            ],
            after: &keys!(&[var("k")], NO_CONTEXT)),
    ],
    ..BARE
};

/// Burrows, Abadi and Needham, 1989: nothing in the last message is fresh to the client, which takes an old one, or the second,
/// for it.
#[test]
fn andrews_last_message_is_not_fresh() {
    let lost = lost(&ANDREW, false, AUTHENTICATION);
    assert!(lost.contains(&"agreement-client".to_owned()), "{lost:?}");
    assert!(!lost.iter().any(|goal| goal.starts_with("secrecy")), "{lost:?}");
}

/// The version of Andrew secure RPC of Burrows, Abadi and Needham (1989): A → B: A, Na; B → A: {Na, K}Kab; A → B: {Na}K; B → A: Nb.
/// `$answer` is what stands in the second message, and `$looks` what the client looks at in it. Both have their keys then; what is
/// said last is for a later session.
macro_rules! concrete_andrew {
    ($name:ident, $answer:expr, $looks:expr) => {
        static $name: Mode = Mode {
            given: &[OWN_NAME, PEER, SECRET_SHARED],
            messages: &[
                message!(Client, ClientHello,
                    before: &[nonce(CLIENT, "na")],
                    fields: &[field("name", "caller", Sort::Name, var("own_name")), field("random", "na", Sort::Nonce, var("na"))],
                    receipt: &[
                        same(SERVER, &[var("peer_name"), var("caller")]),
                        draw(SERVER, "k", Sort::Shared),
                        draw(SERVER, "c2", Sort::Secret),
                    ],
                    after: &[]),
                message!(Server, ServerHello,
                    before: &[],
                    fields: &[field("m", "m2", Sort::Ciphertext, under(&[var("c2"), tuple($answer), KEY]))],
                    receipt: $looks,
                    after: &keys!(&[var("k")], NO_CONTEXT)),
                message!(Client, ClientShare,
                    before: &[draw(CLIENT, "c3", Sort::Secret)],
                    fields: &[field("m", "m3", Sort::Ciphertext, under(&[var("c3"), tuple(&[var("na")]), NEW_KEY]))],
                    receipt: &[
                        let_(SERVER, "t3", apply(Op::Decrypt(Padding::Oaep), &[var("k"), var("m3")])),
                        let_(SERVER, "na_back", part(0, 1, Sort::Nonce, &[var("t3")])),
                        same(SERVER, &[var("na"), var("na_back")]),
                        nonce(SERVER, "nb"),
                    ],
                    after: &[]),
                message!(Server, ServerHello,
                    before: &[],
                    fields: &[field("random", "nb", Sort::Nonce, var("nb"))],
                    receipt: &[],
                    after: &[]),
            ],
            ..BARE
        };
    };
}

const NEW_KEY: Expr = apply(Op::EncryptionKey, &[var("k")]);

concrete_andrew!(
    CONCRETE,
    &[var("na"), var("k")],
    &[
        let_(CLIENT, "t2", apply(Op::Decrypt(Padding::Oaep), &[var("shared"), var("m2")])),
        let_(CLIENT, "na_back", part(0, 2, Sort::Nonce, &[var("t2")])),
        same(CLIENT, &[var("na"), var("na_back")]),
        let_(CLIENT, "k", part(1, 2, Sort::Shared, &[var("t2")])),
    ]
);
concrete_andrew!(
    CONCRETE_LOWE,
    &[var("na"), var("k"), var("own_name")],
    &[
        let_(CLIENT, "t2", apply(Op::Decrypt(Padding::Oaep), &[var("shared"), var("m2")])),
        let_(CLIENT, "na_back", part(0, 3, Sort::Nonce, &[var("t2")])),
        same(CLIENT, &[var("na"), var("na_back")]),
        let_(CLIENT, "k", part(1, 3, Sort::Shared, &[var("t2")])),
        let_(CLIENT, "who", part(2, 3, Sort::Name, &[var("t2")])),
        same(CLIENT, &[var("peer_name"), var("who")]),
    ]
);

/// Lowe, Some new attacks upon security protocols, 1996: who is asked and asks is led back to itself, in either role, and takes itself for the
/// other. With the name of who answers in the second message nothing is lost.
#[test]
fn andrews_concrete_version_needs_the_name_of_who_answers() {
    breaks(&CONCRETE, AUTHENTICATION, &["agreement-client", "agreement-server"]);
    holds(&CONCRETE_LOWE, &[Property::Secrecy, Property::Agreement, Property::Injectivity, Property::Identity]);
}

/// Two who prove with a MAC that they know a secret, without saying in which role: A → B: Na; B → A: Nb, MAC(Na, Nb);
/// A → B: MAC(Nb, Na).
static ROLELESS: Mode = Mode {
    given: &[OWN_NAME, PEER, SECRET_SHARED],
    messages: &[
        message!(Client, ClientHello,
            before: &[nonce(CLIENT, "na")],
            fields: &[field("random", "na", Sort::Nonce, var("na"))],
            receipt: &[nonce(SERVER, "nb")],
            after: &[let_(BOTH, "key", apply(Op::Extract, &[var("shared")]))]),
        message!(Server, ServerHello,
            before: &[],
            fields: &[
                field("random", "nb", Sort::Nonce, var("nb")),
                field("mac", "mac_b", Sort::Mac, apply(Op::Mac, &[var("key"), FORTH])),
            ],
            receipt: &[same(CLIENT, &[apply(Op::Mac, &[var("key"), FORTH]), var("mac_b")])],
            after: &[]),
        message!(Client, Finished,
            before: &[],
            fields: &[field("mac", "mac_a", Sort::Mac, apply(Op::Mac, &[var("key"), BACK]))],
            receipt: &[same(SERVER, &[apply(Op::Mac, &[var("key"), BACK]), var("mac_a")])],
            after: &keys!(&[var("shared")], FORTH)),
    ],
    ..BARE
};

const FORTH: Expr = apply(Op::Hash, &[tuple(&[var("na"), var("nb")])]);
const BACK: Expr = apply(Op::Hash, &[tuple(&[var("nb"), var("na")])]);

/// Drucker and Gueron, Selfie, 2019; RFC 9257 section 4: a client that is a server too is led back to itself.
#[test]
fn a_secret_without_roles_is_reflected() {
    let lost = lost(&ROLELESS, false, &[Property::Agreement, Property::Secrecy]);
    assert!(
        lost.contains(&"agreement-client".to_owned()) && !lost.iter().any(|goal| goal.starts_with("secrecy")),
        "{lost:?}"
    );
}

/// A server's key that is believed as it comes.
static FIRST_CONTACT: Mode = Mode {
    names: Names::Server,
    given: &[
        given(BOTH, "offers", Source::Offers),
        given(CLIENT, "peer_name", Source::PeerName),
        given(SERVER, "own_chain", Source::Chain),
        given(SERVER, "signing_key", Source::SigningKey),
    ],
    messages: &[
        FIRST_CONTACT_HELLO,
        message!(Server, ServerHello,
            before: &[let_(SERVER, "dh", apply(Op::Agree, &[var("group"), var("y"), var("gx")]))],
            fields: &[
                share("gy", &[var("group"), var("y")]),
                field("chain", "chain", Sort::Chain, var("own_chain")),
                field("signature", "signature", Sort::Signature, apply(Op::Sign("first"), &[var("signing_key"), BOTH_SHARES])),
            ],
            receipt: &[
                check(CLIENT, Relation::Signed(&SIGNED, "first"),
                    &[apply(Op::LeafKey, &[var("chain")]), BOTH_SHARES, var("signature")]),
                let_(CLIENT, "dh", apply(Op::Agree, &[var("group"), var("x"), var("gy")])),
            ],
            after: &keys!(&[var("dh")], NO_CONTEXT)),
    ],
    ..BARE
};

/// The same with a pin from an earlier session, which the trust anchor stands for.
static PINNED: Mode = Mode {
    given: &[
        given(BOTH, "offers", Source::Offers),
        given(CLIENT, "peer_name", Source::PeerName),
        given(CLIENT, "trust", Source::Trust),
        given(CLIENT, "now", Source::Clock),
        given(SERVER, "own_chain", Source::Chain),
        given(SERVER, "signing_key", Source::SigningKey),
    ],
    messages: &[
        FIRST_CONTACT_HELLO,
        message!(Server, ServerHello,
            before: &[let_(SERVER, "dh", apply(Op::Agree, &[var("group"), var("y"), var("gx")]))],
            fields: &[
                share("gy", &[var("group"), var("y")]),
                field("chain", "chain", Sort::Chain, var("own_chain")),
                field("signature", "signature", Sort::Signature, apply(Op::Sign("first"), &[var("signing_key"), BOTH_SHARES])),
            ],
            receipt: &[
                check(CLIENT, Relation::Certified(Role::Server),
                    &[var("chain"), var("trust"), var("peer_name"), var("now")]),
                check(CLIENT, Relation::Signed(&SIGNED, "first"),
                    &[apply(Op::LeafKey, &[var("chain")]), BOTH_SHARES, var("signature")]),
                let_(CLIENT, "dh", apply(Op::Agree, &[var("group"), var("x"), var("gy")])),
            ],
            after: &keys!(&[var("dh")], NO_CONTEXT)),
    ],
    names: Names::Server,
    ..BARE
};

const FIRST_CONTACT_HELLO: lab::mode::Message = message!(Client, ClientHello,
    before: &[let_(CLIENT, "group", apply(Op::Preferred, &[var("offers")])), secret(CLIENT, "x", "group")],
    fields: &[share("gx", &[var("group"), var("x")])],
    receipt: &[let_(SERVER, "group", apply(Op::Preferred, &[var("offers")])), secret(SERVER, "y", "group")],
    after: &[]);
const BOTH_SHARES: Expr = apply(Op::Hash, &[tuple(&[var("gx"), var("gy")])]);

/// The first session is anybody's; one under a pin is the client's and its server's alone.
#[test]
fn a_key_that_is_believed_as_it_comes_is_anybodys() {
    assert!(lost(&FIRST_CONTACT, false, &[Property::Secrecy]).contains(&"secrecy-client".to_owned()));
    assert!(!lost(&PINNED, false, &[Property::Secrecy]).contains(&"secrecy-client".to_owned()));
}
