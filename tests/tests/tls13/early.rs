//! What is said before the handshake is finished (RFC 8446 sections 2.3 and 8): heard, passed over, and heard again.

use crate::peers::{Stage, connected, exchange, finish, now, pass, rustls_client, rustls_server};
use lab::{
    certificate::KeyType,
    tls::v13::{Client, Heard, Reliance, Server, Ticket},
};
use std::{
    io::{Read, Write},
    sync::Arc,
};
use tokio_rustls::rustls::{ClientConnection, ServerConnection, crypto::ring};

const SAID: &[u8] = b"said early";

/// What each end keeps of a session whose server hears what is said early.
fn kept(stage: &Stage) -> (Ticket, Ticket) {
    let mut client = Client::new(stage.settings(&[]), [1; 32]);
    let mut server = stage.server(&[]).resuming(Vec::new()).hearing_early();
    exchange(&mut client, &mut server).unwrap();
    (client.ticket().unwrap().clone(), server.ticket().unwrap().clone())
}

fn early(stage: &Stage, ticket: Ticket) -> Client {
    Client::resuming_early(stage.settings(&[]), ticket, Reliance::Session, SAID, [3; 32])
}

/// It is heard before the handshake is finished, and once more by another instance of the server, to whom somebody sends what he
/// recorded; who takes a flight is told nothing of the secret of its sender.
#[test]
fn a_recorded_flight_is_heard_again() {
    let stage = Stage::new();
    let (mine, theirs) = kept(&stage);
    let recorded = early(&stage, mine.clone()).take();
    let mut client = early(&stage, mine);
    let mut server = stage.server(&[]).resuming(vec![theirs.clone()]).hearing_early();
    exchange(&mut client, &mut server).unwrap();
    assert_eq!(server.heard(), [Heard::Early(SAID.to_vec()), Heard::Established]);
    assert_eq!((client.heard_early(), client.heard()), (Some(true), vec![Heard::Established]));
    let mut other = Server::new(stage.identity.clone(), &[], [9; 32]).resuming(vec![theirs]).hearing_early();
    other.receive(&recorded).unwrap();
    assert_eq!(other.heard(), [Heard::Early(SAID.to_vec())]);
}

/// Who hears nothing early passes over it, and finishes the handshake: with the ticket, without it, and where the ticket is of no use
/// for it.
#[test]
fn what_is_not_heard_is_passed_over() {
    let stage = Stage::new();
    let (mine, theirs) = kept(&stage);
    for (tickets, resumed) in [(vec![theirs], true), (Vec::new(), false)] {
        let mut client = early(&stage, mine.clone());
        let mut server = stage.server(&[]).resuming(tickets);
        exchange(&mut client, &mut server).unwrap();
        assert_eq!((client.heard_early(), client.is_resumed(), server.is_resumed()), (Some(false), resumed, resumed));
        client.say(b"later");
        server.receive(&client.take()).unwrap();
        assert_eq!(server.heard(), [Heard::Established, Heard::Data(b"later".to_vec())]);
    }
    // A ticket that allows for nothing: nothing is said, and nothing has to be passed over.
    let (mut client, mut server) = (Client::new(stage.settings(&[]), [1; 32]), stage.server(&[]).resuming(Vec::new()));
    exchange(&mut client, &mut server).unwrap();
    assert_eq!(client.ticket().unwrap().early(), 0);
    let mut client = early(&stage, client.ticket().unwrap().clone());
    let mut server = stage.server(&[]).resuming(vec![server.ticket().unwrap().clone()]).hearing_early();
    exchange(&mut client, &mut server).unwrap();
    assert_eq!((client.heard_early(), server.heard()), (Some(false), vec![Heard::Established]));
}

#[test]
fn rustls_hears_what_the_client_says_early() {
    let stage = Stage::of(KeyType::P256, crate::peers::AT);
    let config = rustls_server(&stage, 1 << 14);
    let mut server = ServerConnection::new(Arc::clone(&config)).unwrap();
    let mut client = Client::new(stage.settings(&[]), [1; 32]);
    for _ in 0..2 {
        pass(&mut client, &mut server).unwrap();
    }
    let ticket = client.ticket().unwrap().clone();
    assert_eq!(ticket.early(), 1 << 14);
    let mut server = ServerConnection::new(config).unwrap();
    let mut client = early(&stage, ticket);
    pass(&mut client, &mut server).unwrap();
    let mut said = Vec::new();
    server.early_data().expect("it hears").read_to_end(&mut said).unwrap();
    assert_eq!((said.as_slice(), client.heard_early()), (SAID, Some(true)));
    pass(&mut client, &mut server).unwrap();
    assert!(!server.is_handshaking());
    assert_eq!(client.heard(), [Heard::Established]);
}

#[test]
fn the_server_hears_what_rustls_says_early() {
    let stage = Stage::of(KeyType::P256, now());
    let mut config = Arc::unwrap_or_clone(rustls_client(&stage, ring::default_provider()));
    config.enable_early_data = true;
    let config = Arc::new(config);
    let mut server = stage.server(&[]).resuming(Vec::new()).hearing_early();
    connected(&config, &mut server);
    let mut server = stage.server(&[]).resuming(server.ticket().cloned().into_iter().collect()).hearing_early();
    let mut client = ClientConnection::new(config, crate::peers::NAME.try_into().unwrap()).unwrap();
    client.early_data().expect("the ticket allows for it").write_all(SAID).unwrap();
    finish(&mut client, &mut server);
    assert!(client.is_early_data_accepted());
    assert_eq!(server.heard(), [Heard::Early(SAID.to_vec()), Heard::Established]);
}
