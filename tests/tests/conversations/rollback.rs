//! A failed message changes nothing: after a bad message the good one still works.

use lab::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    control::PlayOrder,
    group::Group,
    handshake::{Handshake, Output},
    mode::{Act, Message, Mode},
    modes,
    role::Role,
    scenario::Scenario,
    staging::{Setting, own_group},
    supply::Supply,
    wire::{Decoder, Frame, body},
};
use support::{conversation::every_mode, hostile, mutation::Mutation, staging::stage};

/// One role of one mode, and what it receives in an honest handshake.
struct Part {
    mode: &'static Mode,
    role: Role,
    known: Vec<(&'static str, Value)>,
    received: Vec<Frame>,
}

impl Part {
    fn new(order: &PlayOrder, role: Role, group: Option<Group>) -> Self {
        let mode = modes::of(&order.mode).expect("a mode");
        let supply = Supply::of(order, mode, group, None).expect("an order");
        Self { mode, role, known: supply.known(mode, role), received: Vec::new() }
    }

    /// The party at its first message, and what it sends before it receives anything; the same each time.
    fn begin(&self) -> (Handshake<Real>, Vec<Frame>) {
        let algebra = Real::new([self.role as u8; 32]);
        let switches = self.mode.switches::<&str>(&[], &[]);
        let party = Handshake::new(algebra, self.mode, self.role, switches, self.known.clone());
        let mut party = party.unwrap_or_else(|stop| panic!("{stop}"));
        let mut outputs = Vec::new();
        party.send(&mut outputs).unwrap_or_else(|stop| panic!("{stop}"));
        (party, sent(outputs))
    }
}

fn take(party: &mut Handshake<Real>, frame: &Frame) -> Vec<Frame> {
    let mut outputs = Vec::new();
    party.receive(frame, &mut outputs).and_then(|()| party.send(&mut outputs)).unwrap_or_else(|stop| panic!("{stop}"));
    sent(outputs)
}

fn sent(outputs: Vec<Output<Frame>>) -> Vec<Frame> {
    let sent = |output| if let Output::Sent { wire, .. } = output { Some(wire) } else { None };
    outputs.into_iter().filter_map(sent).collect()
}

/// The frame with other octets in one of its fields.
fn with(frame: &Frame, field: &str, octets: &[u8]) -> Frame {
    let mut fields = body::parse(&frame.body).expect("a body");
    fields.insert(field.to_owned(), body::encode(octets));
    Frame { kind: frame.kind, body: serde_json::Value::from(fields).to_string().into_bytes() }
}

fn exporter(party: &Handshake<Real>) -> String {
    party.algebra().fingerprint(party.value("exporter").expect("an exporter"))
}

/// Both parts of a mode, and the exporter that they agree on.
fn honest(mode: &str) -> ([Part; 2], String) {
    let scenario: Scenario = format!("{mode}/relay").parse().expect("a scenario");
    let orders = stage(&scenario, &Setting::seeded("test", 1)).expect("orders");
    let mut client_part = Part::new(&orders.client, Role::Client, None);
    let mut server_part = Part::new(&orders.server, Role::Server, own_group(&orders.server.mode));
    let (mut client, mut to_server) = client_part.begin();
    let (mut server, _) = server_part.begin();
    while !(client.is_done() && server.is_done()) {
        let mut to_client = Vec::new();
        for frame in to_server.drain(..) {
            to_client.extend(take(&mut server, &frame));
            server_part.received.push(frame);
        }
        for frame in to_client {
            to_server.extend(take(&mut client, &frame));
            client_part.received.push(frame);
        }
    }
    assert_eq!(exporter(&client), exporter(&server), "{mode}");
    ([client_part, server_part], exporter(&server))
}

/// What the table has a party throw away, after a message of its own or of the other, it knows no more when all messages are exchanged.
#[test]
fn what_is_thrown_away_is_known_no_more() {
    let mut thrown = [0, 0];
    for mode in every_mode() {
        let (parts, _) = honest(&mode);
        let [mut client, mut server] = parts.map(|part| {
            let (mut party, _) = part.begin();
            part.received.iter().for_each(|frame| drop(take(&mut party, frame)));
            party
        });
        while !(client.is_over() && server.is_over()) {
            let mut said = 0;
            for turn in 0..2 {
                let (from, to) = if turn == 0 { (&mut client, &mut server) } else { (&mut server, &mut client) };
                let mut outputs = Vec::new();
                from.go_on(&mut outputs).unwrap_or_else(|stop| panic!("{mode}: {stop}"));
                for frame in sent(outputs) {
                    said += 1;
                    to.receive(&frame, &mut Vec::new()).unwrap_or_else(|stop| panic!("{mode}: {stop}"));
                }
            }
            assert!(said > 0, "{mode}: nobody has the next message");
        }
        for (party, role) in [(&client, Role::Client), (&server, Role::Server)] {
            let table =
                modes::of(&format!("{mode}/relay").parse::<Scenario>().expect("a scenario").mode).expect("a mode");
            for message in table.messages {
                let steps = message.before.iter().chain(message.receipt).chain(message.after);
                for step in steps.filter(|step| step.by.includes(role)) {
                    let Act::Forget(name) = step.act else { continue };
                    assert!(party.value(name).is_none(), "{mode}: the {role} still knows {name}");
                    thrown[usize::from(message.from == role)] += 1;
                }
            }
        }
    }
    assert!(thrown.iter().all(|of| *of > 0), "after the other's messages and its own: {thrown:?}");
}

fn mutations(frame: &Frame) -> Vec<Mutation> {
    let octets = frame.to_bytes().len();
    let flips = (0..8 * octets).step_by(8 * octets / 24 + 1).map(Mutation::Flip);
    let fields = (0..4).flat_map(|at| {
        let other = Mutation::Field(at, "AAAA".into());
        [Mutation::Twice(at), Mutation::Missing(at), Mutation::Other(at), other]
    });
    flips.chain(fields).chain([Mutation::Surplus, Mutation::Body(frame.kind, b"{".to_vec())]).collect()
}

#[test]
fn after_a_bad_message_the_good_one_still_works() {
    for mode in every_mode() {
        let (parts, expected) = honest(&mode);
        for part in parts {
            let mut refused = 0;
            for (point, good) in part.received.iter().enumerate() {
                for mutation in mutations(good) {
                    let mut decoder = Decoder::default();
                    decoder.push(&mutation.apply(good, &part.received));
                    let Ok(Some(bad)) = decoder.next_frame() else { continue };
                    let (mut party, _) = part.begin();
                    part.received[..point].iter().for_each(|frame| drop(take(&mut party, frame)));
                    let flight = party.flight();
                    // A nonce with another bit is as good as the first.
                    if party.receive(&bad, &mut Vec::new()).is_ok() {
                        continue;
                    }
                    refused += 1;
                    assert!(party.awaits_peer() && party.flight() == flight, "{mode} {point} {mutation:?}");
                    part.received[point..].iter().for_each(|frame| drop(take(&mut party, frame)));
                    assert!(party.is_done());
                    assert_eq!(exporter(&party), expected, "{mode} {} {point} {mutation:?}", part.role);
                }
            }
            assert!(refused > 10, "{mode} {}: {refused} messages were refused", part.role);
        }
    }
}

/// What is wrong with a field's sort fails on receipt, the length of a share included, and after all of it the good
/// message still works.
#[test]
fn after_every_hostile_field_the_good_message_still_works() {
    for mode in every_mode() {
        let (parts, expected) = honest(&mode);
        for part in parts {
            let (mut party, _) = part.begin();
            let messages = part.mode.messages.iter().filter(|message| message.from != part.role);
            for (message, good) in messages.zip(&part.received) {
                let fields = hostile::fields(message, good).into_iter().map(|(_, frame)| frame);
                for bad in fields.chain(hostile::bodies(good)) {
                    let body = String::from_utf8_lossy(&bad.body);
                    assert!(party.receive(&bad, &mut Vec::new()).is_err(), "{mode} {}: {body:.200}", part.role);
                }
                take(&mut party, good);
            }
            assert!(party.is_done());
            assert_eq!(exporter(&party), expected, "{mode} {}", part.role);
        }
    }
}

/// The server agrees on receipt: a share with which there is no secret fails there, before anything is answered.
#[test]
fn after_a_share_of_small_order_the_good_one_still_works() {
    for mode in every_mode().filter(|mode| mode.starts_with("ecdh")) {
        let (parts, expected) = honest(&mode);
        for part in parts {
            let (mut party, _) = part.begin();
            for (point, good) in part.received.iter().enumerate() {
                if point == 0 {
                    let bad = with(good, "share", &[0; 32]);
                    let stop = party.receive(&bad, &mut Vec::new()).expect_err("a failed check");
                    assert!(stop.to_string().starts_with("contributory: "), "{mode} {}: {stop}", part.role);
                }
                take(&mut party, good);
            }
            assert_eq!(exporter(&party), expected, "{mode} {}", part.role);
        }
    }
}

#[test]
fn a_message_out_of_turn_changes_nothing() {
    for mode in every_mode() {
        let (parts, expected) = honest(&mode);
        for part in parts {
            let (mut party, _) = part.begin();
            for good in &part.received {
                for other in part.received.iter().filter(|other| *other != good) {
                    assert!(party.receive(other, &mut Vec::new()).is_err(), "{mode} {}", part.role);
                }
                take(&mut party, good);
            }
            assert!(party.is_done());
            assert!(party.receive(&part.received[0], &mut Vec::new()).is_err());
            assert_eq!(exporter(&party), expected, "{mode} {}", part.role);
        }
    }
}

/// The mode, of which whoever remembers something does so before anything else, as a table of somebody's own may have it.
fn remembering_first(mode: &'static Mode) -> &'static Mode {
    let reordered = |message: &Message| {
        let mut receipt = message.receipt.to_vec();
        receipt.sort_by_key(|step| !matches!(step.act, Act::Keep(..)));
        Message { receipt: receipt.leak(), ..*message }
    };
    let messages = mode.messages.iter().map(reordered).collect::<Vec<_>>().leak();
    Box::leak(Box::new(Mode { messages, ..*mode }))
}

#[test]
fn what_a_failed_message_gave_to_remember_is_not_remembered() {
    let ([client, _], _) = honest("tofu");
    let part = Part { mode: remembering_first(client.mode), ..client };
    let (mut party, _) = part.begin();
    let shown = &part.received[0];
    let stop = party.receive(&with(shown, "signature", &[1; 64]), &mut Vec::new()).expect_err("a failed check");
    assert!(stop.to_string().starts_with("transcript-signature: "), "{stop}");
    assert!(party.kept().is_empty());
    take(&mut party, shown);
    assert_eq!(party.kept().iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["known_key"]);
}

/// The mode, of which whoever checks something has taken note of the message before, as a table of somebody's own may have it.
fn checking_last(mode: &'static Mode) -> &'static Mode {
    let late = |message: &Message| {
        let after = [message.receipt, message.after].concat();
        Message { receipt: &[], after: after.leak(), ..*message }
    };
    let messages = mode.messages.iter().map(late).collect::<Vec<_>>().leak();
    Box::leak(Box::new(Mode { messages, ..*mode }))
}

#[test]
fn a_failed_message_is_no_part_of_the_transcript() {
    let (parts, expected) = honest("ecdh");
    for part in parts {
        let part = Part { mode: checking_last(part.mode), ..part };
        let (mut party, _) = part.begin();
        let bad = with(&part.received[0], "share", &[0; 32]);
        let stop = party.receive(&bad, &mut Vec::new()).expect_err("a failed check");
        assert!(stop.to_string().starts_with("contributory: "), "{stop}");
        part.received.iter().for_each(|frame| drop(take(&mut party, frame)));
        assert_eq!(exporter(&party), expected, "{}", part.role);
    }
}
