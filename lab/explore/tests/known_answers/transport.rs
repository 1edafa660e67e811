//! A key that one party chooses and encrypts.

use super::*;
use lab::role::Role;

/// RFC 5246 with RSA key transport, a server certificate and Finished messages.
static TLS_RSA: Mode = Mode {
    names: Names::Server,
    given: &[
        given(CLIENT, "peer_name", Source::PeerName),
        given(CLIENT, "trust", Source::Trust),
        given(CLIENT, "now", Source::Clock),
        given(SERVER, "chain", Source::Chain),
        given(SERVER, "own_key", Source::DecryptionKey),
    ],
    messages: &[
        message!(Client, ClientHello,
            before: &[nonce(CLIENT, "nc")],
            fields: &[field("random", "nc", Sort::Nonce, var("nc"))],
            receipt: &[nonce(SERVER, "ns")],
            after: &[]),
        message!(Server, ServerHello,
            before: &[],
            fields: &[field("random", "ns", Sort::Nonce, var("ns")), field("chain", "chain", Sort::Chain, var("chain"))],
            receipt: &[check(CLIENT, Relation::Certified(Role::Server),
                &[var("chain"), var("trust"), var("peer_name"), var("now")])],
            after: &[]),
        message!(Client, ClientShare,
            before: &[draw(CLIENT, "premaster", Sort::Shared), draw(CLIENT, "coins", Sort::Secret)],
            fields: &[field("m", "m", Sort::Ciphertext,
                encrypt(&[var("coins"), tuple(&[var("premaster")]), apply(Op::LeafEncryptionKey, &[var("chain")])]))],
            receipt: &[
                let_(SERVER, "opened", apply(Op::Decrypt(Padding::Oaep), &[var("own_key"), var("m")])),
                let_(SERVER, "premaster", part(0, 1, Sort::Shared, &[var("opened")])),
            ],
            after: &keys!(&[var("premaster")], Expr::Transcript)),
        message!(Client, Finished,
            before: &[],
            fields: &[field("mac", "client_finished", Sort::Mac, apply(Op::Mac, &[var("client_write"), Expr::Transcript]))],
            receipt: &[same(SERVER, &[apply(Op::Mac, &[var("client_write"), Expr::Transcript]), var("client_finished")])],
            after: &[]),
        message!(Server, Finished,
            before: &[],
            fields: &[field("mac", "server_finished", Sort::Mac, apply(Op::Mac, &[var("server_write"), Expr::Transcript]))],
            receipt: &[same(CLIENT, &[apply(Op::Mac, &[var("server_write"), Expr::Transcript]), var("server_finished")])],
            after: &[]),
    ],
    ..BARE
};

/// The client's secrecy and injective agreement hold; whoever has the server's key later reads it all.
#[test]
fn rsa_transport_holds_until_the_key_is_stolen() {
    let all = [Property::Secrecy, Property::Agreement, Property::Injectivity, Property::ForwardSecrecy];
    let lost = lost(&TLS_RSA, false, &all);
    let of_client: Vec<&str> = lost.iter().map(String::as_str).filter(|goal| goal.ends_with("-client")).collect();
    assert_eq!(of_client, ["forward-secrecy-client"]);
}

/// A signed exchange of shares beside a key that is encapsulated to a fresh public key, both in what the session's keys are made
/// of (Bindel, Brendel, Fischlin, Goncalves and Stebila, Hybrid key encapsulation mechanisms, 2019). Encapsulation is encryption
/// of a secret that the server draws.
static HYBRID: Mode = Mode {
    names: Names::Server,
    given: &[
        OFFERS,
        given(CLIENT, "peer_name", Source::PeerName),
        given(CLIENT, "trust", Source::Trust),
        given(CLIENT, "now", Source::Clock),
        given(SERVER, "own_chain", Source::Chain),
        given(SERVER, "signing_key", Source::SigningKey),
    ],
    messages: &[
        message!(Client, ClientHello,
            before: &[
                let_(CLIENT, "group", apply(Op::Preferred, &[var("offers")])),
                secret(CLIENT, "x", "group"),
                draw(CLIENT, "z", Sort::DecryptionKey),
            ],
            fields: &[
                share("gx", &[var("group"), var("x")]),
                field("key", "to_z", Sort::EncryptionKey, apply(Op::EncryptionKey, &[var("z")])),
            ],
            receipt: &[
                let_(SERVER, "group", apply(Op::Preferred, &[var("offers")])),
                secret(SERVER, "y", "group"),
                draw(SERVER, "carried", Sort::Shared),
                draw(SERVER, "coins", Sort::Secret),
                let_(SERVER, "dh", apply(Op::Agree, &[var("group"), var("y"), var("gx")])),
            ],
            after: &[]),
        message!(Server, ServerHello,
            before: &[],
            fields: &[
                share("gy", &[var("group"), var("y")]),
                field("m", "m", Sort::Ciphertext, encrypt(&[var("coins"), tuple(&[var("carried")]), var("to_z")])),
                field("chain", "chain", Sort::Chain, var("own_chain")),
            ],
            receipt: &[
                check(CLIENT, Relation::Certified(Role::Server),
                    &[var("chain"), var("trust"), var("peer_name"), var("now")]),
                let_(CLIENT, "dh", apply(Op::Agree, &[var("group"), var("x"), var("gy")])),
                let_(CLIENT, "opened", apply(Op::Decrypt(Padding::Oaep), &[var("z"), var("m")])),
                let_(CLIENT, "carried", part(0, 1, Sort::Shared, &[var("opened")])),
            ],
            after: &[]),
        message!(Server, CertificateVerify,
            before: &[],
            fields: &[field("signature", "signature", Sort::Signature,
                apply(Op::Sign("hybrid"), &[var("signing_key"), Expr::Transcript]))],
            receipt: &[check(CLIENT, Relation::Signed(&SIGNED, "hybrid"),
                &[apply(Op::LeafKey, &[var("chain")]), Expr::Transcript, var("signature")])],
            after: &keys!(&[var("dh"), var("carried")], NO_CONTEXT)),
    ],
    ..BARE
};

/// One half may be broken, whichever it is: whoever breaks the exchange has every exponent, whoever breaks the encapsulation
/// every key that opens it.
#[test]
fn a_hybrid_holds_as_long_as_one_half_does() {
    let secrets = |broken: &[&'static str]| {
        let mut worlds = worlds(Sessions::Two, &HYBRID);
        for world in &mut worlds {
            let parties: Vec<String> = (0..world.casts.len()).map(|cast| world.party(cast)).collect();
            let of_each = |party: &String| broken.iter().map(|secret| Term::name(secret, party)).collect::<Vec<_>>();
            world.has.extend(parties.iter().flat_map(of_each));
        }
        lost_among(worlds, &[Property::Secrecy]).contains(&"secrecy-client".to_owned())
    };
    assert!(!secrets(&[]) && !secrets(&["x", "y"]) && !secrets(&["z"]));
    assert!(secrets(&["x", "y", "z"]));
}
