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
