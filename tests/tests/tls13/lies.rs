//! Every lie is caught by the one check, and wins against a client without it.

use crate::peers::{Stage, play};
use lab::{
    check::Check,
    checks,
    group::Group,
    tls::v13::{Client, Deviation, Fault, Message, Order, Settings, Share},
};

/// What the client is told, as it is meant to arrive, and as the genuine server sends it.
struct Lie {
    deviations: &'static [Deviation],
    check: &'static str,
    sent: &'static [&'static [u8]],
    hybrid: bool,
}

const fn lie(deviations: &'static [Deviation], check: &'static str) -> Lie {
    Lie { deviations, check, sent: &[b"head ", b"one ", b"two "], hybrid: false }
}

/// What a deceived client makes of it.
const DECEIVED: &[u8] = b"head one two ";

const LIES: &[Lie] = &[
    lie(&[Deviation::Omits(Message::Certificate), Deviation::Omits(Message::CertificateVerify)], "cert-chain"),
    lie(&[Deviation::Omits(Message::CertificateVerify)], "transcript-signature"),
    lie(&[Deviation::Alters(Message::CertificateVerify)], "transcript-signature"),
    lie(&[Deviation::SignsUnder("TLS 1.3, client CertificateVerify")], "transcript-signature"),
    lie(&[Deviation::Alters(Message::Finished)], "finished"),
    lie(&[Deviation::Selects(b"nobody's/1")], "offers-bound"),
    lie(&[Deviation::Shares(Share::ZeroPoint)], "contributory"),
    Lie { hybrid: true, ..lie(&[Deviation::Shares(Share::ZeroPoint)], "contributory") },
    Lie { hybrid: true, ..lie(&[Deviation::Shares(Share::NoCiphertext)], "contributory") },
    Lie { sent: &[b"head ", b"two ", b"one "], ..lie(&[Deviation::Sends(Order::Swapped(1, 2))], "record-order") },
    Lie { sent: &[b"head ", b"nod two "], ..lie(&[Deviation::Sends(Order::Altered(1))], "record-auth") },
];

fn played(lie: &Lie, without: &[&'static Check], honest: bool) -> (Option<Fault>, Vec<u8>, Vec<u8>) {
    let stage = Stage::new();
    let groups = vec![if lie.hybrid { Group::X25519MlKem768 } else { Group::X25519 }];
    let settings = Settings { groups: groups.clone(), ..stage.settings(without) };
    let server = stage.server(if honest { &[] } else { lie.deviations }).agreeing_in(groups);
    let outcome = play(Client::new(settings, [1; 32]), server, lie.sent);
    (outcome.fault, outcome.client, outcome.server)
}

#[test]
fn every_lie_is_caught_by_its_check_alone() {
    for lie in LIES {
        let check = checks::find(lie.check).unwrap();
        let name = format!("{:?}", lie.deviations);

        let (fault, _, _) = played(lie, &[], false);
        let caught = match fault {
            Some(Fault::Refused { check: by, .. }) => by.id == check.id,
            // what does not open is not told apart
            Some(Fault::Unopened) => check.id.starts_with("record-"),
            _ => false,
        };
        assert!(caught, "{name}: {fault:?}");

        // everything but this check: the lie is caught all the same
        let others: Vec<_> = checks::all().iter().copied().filter(|other| other.id != check.id).collect();
        let others: Vec<_> = others.into_iter().filter(|other| !other.id.starts_with("record-")).collect();
        assert!(played(lie, &others, false).0.is_some(), "{name}: the other checks are off");

        let (fault, client, server) = played(lie, &[check], false);
        assert_eq!(fault, None, "{name}: without {check}");
        assert_eq!(server, b"the canary", "{name}");
        let heard = String::from_utf8_lossy(&client).replace("ood", "one").replace("nne", "one");
        let altered = matches!(lie.deviations, [Deviation::Sends(Order::Altered(_))]);
        if altered {
            assert_ne!(client, lie.sent.concat(), "{name}");
        } else {
            assert_eq!(heard.as_bytes(), DECEIVED, "{name}");
        }

        // the twin: the same server without the lie
        let (fault, client, server) = played(lie, &[], true);
        assert_eq!((fault, client, &server[..]), (None, lie.sent.concat(), &b"the canary"[..]), "{name}: the twin");
    }
}

/// The second time is one too many.
#[test]
fn a_record_that_comes_twice_is_heard_twice_without_the_check_alone() {
    let lie = Lie { sent: &[b"pay 10 "], ..lie(&[Deviation::Sends(Order::Repeated(0))], "record-order") };
    assert_eq!(played(&lie, &[], false).0, Some(Fault::Unopened));
    let (fault, client, _) = played(&lie, &[&checks::RECORD_ORDER], false);
    assert_eq!((fault, &client[..]), (None, &b"pay 10 pay 10 "[..]));
}

/// What nobody says is over may have been cut.
#[test]
fn an_end_that_nobody_announced_is_refused() {
    for (without, refused) in [(vec![], true), (vec![&checks::AUTHENTICATED_CLOSE], false)] {
        let stage = Stage::new();
        let (mut client, mut server) = (Client::new(stage.settings(&without), [1; 32]), stage.server(&[]));
        server.receive(&client.take()).unwrap();
        client.receive(&server.take()).unwrap();
        server.receive(&client.take()).unwrap();
        server.say(b"pay 10, but only if");
        client.receive(&server.take()).unwrap();
        assert_eq!(client.end().is_err(), refused);
    }
}
