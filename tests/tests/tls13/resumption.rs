//! Sessions that are resumed, and hellos that are asked for again.

use crate::peers::{Stage, connected, exchange, now, pass, rustls_client, rustls_server};
use lab::{
    certificate::KeyType,
    checks,
    tls::v13::{Client, Fault, Heard, Reliance, Ticket},
};
use std::sync::Arc;
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, HandshakeKind, ServerConnection,
    crypto::{CryptoProvider, ring},
};

/// A session of both own ends, and what each keeps of it.
fn kept(stage: &Stage) -> (Ticket, Ticket) {
    let (mut client, mut server) = (Client::new(stage.settings(&[]), [1; 32]), stage.server(&[]).resuming(Vec::new()));
    exchange(&mut client, &mut server).unwrap();
    (client.ticket().unwrap().clone(), server.ticket().unwrap().clone())
}

#[test]
fn a_session_begins_by_the_ticket_of_another_and_shows_no_certificate() {
    let stage = Stage::new();
    let (mine, theirs) = kept(&stage);
    assert_eq!(mine.chain(), stage.identity.chain);
    let mut client = Client::resuming(stage.settings(&[]), mine.clone(), Reliance::Session, [3; 32]);
    let mut server = stage.server(&[]).resuming(vec![theirs]);
    exchange(&mut client, &mut server).unwrap();
    assert!(server.is_resumed());
    assert_eq!(client.heard(), [Heard::Established]);
    // the next ticket rests on the same certificate
    assert_eq!(client.ticket().unwrap().chain(), stage.identity.chain);
    // Who does not know it proves itself.
    let mut client = Client::resuming(stage.settings(&[]), mine, Reliance::Session, [3; 32]);
    let mut server = stage.server(&[]).resuming(Vec::new());
    exchange(&mut client, &mut server).unwrap();
    assert!(!server.is_resumed());
    assert_eq!(client.heard(), [Heard::Established]);
}

/// A ticket is offered to whom its certificate would be believed of, or to everybody by who relies on it.
#[test]
fn a_ticket_is_offered_where_its_certificate_still_holds() {
    let stage = Stage::new();
    let (mine, theirs) = kept(&stage);
    let mut elsewhere = stage.settings(&[]);
    elsewhere.policy.name = "other.lab".parse().ok();
    let mut later = stage.settings(&[]);
    later.policy.at += 1000 * 86_400;
    let mut distrustful = stage.settings(&[]);
    distrustful.policy.anchors.clear();
    for changed in [elsewhere, later, distrustful] {
        for (reliance, resumed) in [(Reliance::Session, false), (Reliance::Tickets, true)] {
            let mut client = Client::resuming(changed.clone(), mine.clone(), reliance, [3; 32]);
            let mut server = stage.server(&[]).resuming(vec![theirs.clone()]);
            let came = exchange(&mut client, &mut server);
            assert_eq!((came.is_ok(), server.is_resumed()), (resumed, resumed), "{reliance:?}: {came:?}");
        }
    }
}

/// Who has heard the name of a ticket does not hold it.
#[test]
fn a_binder_shows_that_a_ticket_is_held() {
    let stage = Stage::new();
    let (mine, theirs) = kept(&stage);
    let hello = Client::resuming(stage.settings(&[]), mine, Reliance::Session, [3; 32]).take();
    for (place, believed) in [(None, true), (Some(hello.len() - 1), false), (Some(20), false)] {
        let mut hello = hello.clone();
        place.into_iter().for_each(|place: usize| hello[place] ^= 1);
        let mut server = stage.server(&[]).resuming(vec![theirs.clone()]);
        let came = server.receive(&hello);
        let refused = Err(Fault::Refused { check: &checks::FINISHED, alert: 51 });
        assert_eq!(came, if believed { Ok(()) } else { refused }, "{place:?}");
    }
}

#[test]
fn rustls_resumes_what_the_server_gave() {
    let stage = Stage::of(KeyType::P256, now());
    let config = rustls_client(&stage, ring::default_provider());
    let mut tickets = Vec::new();
    for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
        let mut server = stage.server(&[]).resuming(tickets.clone());
        let client = connected(&config, &mut server);
        assert_eq!(client.handshake_kind(), Some(kind));
        assert_eq!(server.is_resumed(), kind == HandshakeKind::Resumed);
        tickets.extend(server.ticket().cloned());
    }
}

#[test]
fn the_client_resumes_what_rustls_gave() {
    let stage = Stage::of(KeyType::P256, super::peers::AT);
    let config = rustls_server(&stage, 0);
    let mut ticket: Option<Ticket> = None;
    for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
        let mut server = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut client = match ticket.take() {
            Some(ticket) => Client::resuming(stage.settings(&[]), ticket, Reliance::Session, [1; 32]),
            None => Client::new(stage.settings(&[]), [1; 32]),
        };
        for _ in 0..2 {
            pass(&mut client, &mut server).unwrap();
        }
        assert_eq!(client.heard(), [Heard::Established]);
        assert_eq!(server.handshake_kind(), Some(kind));
        ticket = client.ticket().cloned();
        assert!(ticket.is_some());
    }
}

/// A client whose one share is in a group that is not spoken here is asked for another, anew and with a ticket; who knows none
/// of the server's groups is told so.
#[test]
fn another_hello_is_asked_for() {
    let stage = Stage::of(KeyType::P256, now());
    let provider = |kx_groups| CryptoProvider { kx_groups, ..ring::default_provider() };
    let both: Arc<ClientConfig> =
        rustls_client(&stage, provider(vec![ring::kx_group::SECP256R1, ring::kx_group::X25519]));
    let mut tickets = Vec::new();
    for resumed in [false, true] {
        let mut server = stage.server(&[]).resuming(tickets.clone());
        let client = connected(&both, &mut server);
        // rustls offers a share in the group that was agreed upon the last time
        let kind = if resumed { HandshakeKind::Resumed } else { HandshakeKind::FullWithHelloRetryRequest };
        assert_eq!((client.handshake_kind(), server.is_resumed()), (Some(kind), resumed));
        tickets.extend(server.ticket().cloned());
    }
    let other = rustls_client(&stage, provider(vec![ring::kx_group::SECP256R1]));
    let mut client = ClientConnection::new(other, "server.lab".try_into().unwrap()).unwrap();
    let mut sent = Vec::new();
    client.write_tls(&mut sent).unwrap();
    let mut server = stage.server(&[]);
    assert_eq!(server.receive(&sent), Err(Fault::NothingInCommon { field: "group" }));
}
