//! What is no TLS 1.3, or not as it has to be: a typed fault and an alert, and never a panic, at either end.

use crate::peers::Stage;
use lab::tls::{
    LONGEST_RECORD, content,
    v13::{Client, Fault, Heard, Server},
};
use proptest::prelude::*;

/// Octets of a record that is sent in the clear.
fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &u16::try_from(body.len()).unwrap().to_be_bytes(), body].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &u32::try_from(body.len()).unwrap().to_be_bytes()[1..], body].concat()
}

/// A server with the fault that this brings it, and the alert that it sends for it.
fn refused(bytes: &[u8]) -> (Fault, Option<u8>) {
    let mut server = Stage::new().server(&[]);
    let fault = server.receive(bytes).unwrap_err();
    let out = server.take();
    assert_eq!(server.receive(b"more"), Err(Fault::Over), "a session that is over stays so");
    let alert = match out[..] {
        [] => None,
        [content::ALERT, 3, 3, 0, 2, 2, alert] => Some(alert),
        _ => panic!("{out:?}"),
    };
    (fault, alert)
}

#[test]
fn each_fault_of_a_client_has_its_name_and_its_alert() {
    let hello = Client::new(Stage::new().settings(&[]), [1; 32]).take();
    let spoiled = |at: usize, octet: u8| {
        let mut hello = hello.clone();
        hello[at] = octet;
        hello
    };
    let long = [&[1u8][..], &[0x01, 0, 1]].concat();
    for (bytes, said, alert) in [
        (b"GET / HTTP/1.1\r\n".to_vec(), "record type: expected 20 to 23", Some(50)),
        (record(content::HANDSHAKE, &[]), "handshake record: expected a message, got nothing", Some(50)),
        (record(content::HANDSHAKE, &message(2, &[])), "handshake message: got 2", Some(10)),
        (record(content::HANDSHAKE, &message(1, &[])), "client version: expected more octets", Some(50)),
        (record(content::HANDSHAKE, &long), "handshake message: expected at most 65536 octets, got 65537", Some(22)),
        (record(content::APPLICATION_DATA, b"x"), "record type: got 23", Some(10)),
        (record(content::CHANGE_CIPHER_SPEC, &[2]), "record type: got 20", Some(10)),
        (record(content::ALERT, &[2, 40]), "the peer gave up: alert 40", None),
        (record(content::ALERT, &[2]), "alert: expected 2 octets, got 1", Some(50)),
        ([22, 3, 3, 0xff, 0xff].to_vec(), "record length: expected at most 18432 octets", Some(50)),
        (record(content::HANDSHAKE, &vec![1; LONGEST_RECORD]), "record: expected at most 16384 octets", Some(22)),
        // the length of the suites, odd and beyond the end
        (spoiled(5 + 4 + 2 + 32 + 33, 0xff), "cipher suites: expected more octets", Some(50)),
        // a client that has nothing but other suites
        (spoiled(5 + 4 + 2 + 32 + 33 + 3, 9), "", None),
    ] {
        if said.is_empty() {
            // one of two suites is another: the session goes on with the other
            assert_eq!(Stage::new().server(&[]).receive(&bytes), Ok(()));
            continue;
        }
        let (fault, sent) = refused(&bytes);
        assert!(fault.to_string().starts_with(said), "{fault} is not: {said}");
        assert_eq!(sent, alert, "{fault}");
    }
    let second = [record(content::HANDSHAKE, &hello[5..9]), record(content::APPLICATION_DATA, b"x")].concat();
    assert_eq!(refused(&second).0, Fault::Unexpected { field: "record type", got: 23 }, "in the midst of a message");
}

#[test]
fn nothing_in_common_is_told_apart() {
    let stage = Stage::new();
    for (settings, field, alert) in [
        (lab::tls::v13::Settings { suites: vec![], ..stage.settings(&[]) }, "cipher suite", 40),
        (lab::tls::v13::Settings { groups: vec![], ..stage.settings(&[]) }, "group", 40),
    ] {
        let (fault, sent) = refused(&Client::new(settings, [1; 32]).take());
        assert_eq!((fault, sent), (Fault::NothingInCommon { field }, Some(alert)));
    }
}

/// However small the pieces are in which it comes, a session is the same; and however much comes without an end, little is
/// kept: what waits is a record and a message, and they have limits.
#[test]
fn pieces_of_any_size() {
    let stage = Stage::new();
    let (mut client, mut server) = (Client::new(stage.settings(&[]), [1; 32]), stage.server(&[]));
    for _ in 0..3 {
        for octet in client.take() {
            server.receive(&[octet]).unwrap();
        }
        for octet in server.take() {
            client.receive(&[octet]).unwrap();
        }
    }
    assert_eq!((client.heard(), server.heard()), (vec![Heard::Established], vec![Heard::Established]));
    // a message that is sent a piece at a time, without an end, ends when it is longer than a message may be
    let piece = record(content::HANDSHAKE, &vec![0; 1 << 14]);
    let mut server = stage.server(&[]);
    server.receive(&record(content::HANDSHAKE, &[1, 0, 0xff, 0xff])).unwrap();
    let sent = (0..100).take_while(|_| server.receive(&piece).is_ok()).count();
    assert!(sent <= 4, "{sent}");
}

/// Whether the octet at this place of these records says their version, which nobody looks at.
fn is_version(records: &[u8], at: usize) -> bool {
    let mut from = 0;
    while let [_, _, _, high, low, ..] = records[from..] {
        let next = from + 5 + usize::from(u16::from_be_bytes([high, low]));
        if at < next {
            return (1..3).contains(&(at - from));
        }
        from = next;
    }
    false
}

/// What is changed on the way, in either direction, is found before anything is said.
fn altered(at: usize, change: u8, to_server: bool) -> bool {
    let stage = Stage::new();
    let (mut client, mut server) = (Client::new(stage.settings(&[]), [1; 32]), stage.server(&[]));
    let mut counts = true;
    let mut alter = |mut bytes: Vec<u8>, now: bool| {
        if now && !bytes.is_empty() {
            let place = at % bytes.len();
            counts = !is_version(&bytes, place);
            bytes[place] ^= change;
        }
        bytes
    };
    let _ = server.receive(&alter(client.take(), to_server));
    let _ = client.receive(&alter(server.take(), !to_server));
    client.say(b"the canary");
    let _ = server.receive(&client.take());
    !counts || !server.heard().contains(&Heard::Data(b"the canary".to_vec()))
}

fn any_end(bytes: &[u8]) {
    let stage = Stage::new();
    let mut server: Server = stage.server(&[]);
    let mut client = Client::new(stage.settings(&[]), [1; 32]);
    let hello = client.take();
    let _ = server.receive(bytes);
    let _ = client.receive(bytes);
    // and behind an honest beginning
    let mut server = stage.server(&[]);
    server.receive(&hello).unwrap();
    let flight = server.take();
    let _ = server.receive(bytes);
    let mut client = Client::new(stage.settings(&[]), [1; 32]);
    client.take();
    client.receive(&flight).unwrap();
    let _ = client.receive(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn anything_ends_in_a_fault_or_waits(
        kind in 20u8..24,
        body in prop::collection::vec(any::<u8>(), 0..300),
        handshake in 0u8..25,
    ) {
        any_end(&record(kind, &body));
        any_end(&record(content::HANDSHAKE, &message(handshake, &body)));
        any_end(&body);
    }

    #[test]
    fn what_is_altered_on_the_way_is_found(at in 0usize..4000, change in 1u8.., to_server: bool) {
        prop_assert!(altered(at, change, to_server));
    }
}
