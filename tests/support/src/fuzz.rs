//! What fuzzers feed, and what must hold whatever they feed: shared by the bounded runs of every test and by the
//! coverage-guided targets in `fuzz/`.

mod run;

use crate::{
    certificates,
    conversation::{self, bring},
    staging,
    tlv::{Body, Node, der},
};
use chacha20::ChaCha20Rng;
use cryptanalysis::{Budget, Observer, Precomputation};
use lab::{
    certificate::{Outcome, Pki, Policy, Purpose, Status, Validation, pem, validate},
    control::{Order, Report},
    event::{Fact, Way},
    group::weak,
    party::{Command, Input, Party},
    role::{Actor, Role},
    scenario::Scenario,
    script::Script,
    staging::{Orders, Setting, own_group},
    verdict::{judge, rows},
    victim::{Kept, Victim},
    wire::{Decoder, Frame, base64url},
};
use num_bigint::BigUint;
use rand_core::Rng;
use recording::{Limits, Listener, Reading, Session, capture};
use serde::de::IgnoredAny;
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, PoisonError, atomic::AtomicBool},
};

pub use run::{Run, keep};

/// One edit of the kind that parsers get wrong.
pub fn mutate(data: &mut Vec<u8>, rng: &mut ChaCha20Rng) {
    let below = |n: usize, rng: &mut ChaCha20Rng| rng.next_u32() as usize % n.max(1);
    if data.is_empty() {
        return;
    }
    let at = below(data.len(), rng);
    match rng.next_u32() % 8 {
        0 => data[at] ^= 1 << (rng.next_u32() % 8),
        1 => data[at] = [0x00, 0x01, 0x30, 0x7f, 0x80, 0x81, 0x84, 0xff][below(8, rng)],
        2 => data.truncate(at),
        3 => data.insert(at, rng.next_u32() as u8),
        4 => drop(data.remove(at)),
        5 => {
            let end = (at + below(64, rng)).min(data.len());
            let copy = data[at..end].to_vec();
            data.splice(at..at, copy);
        }
        6 => {
            let end = (at + below(64, rng)).min(data.len());
            data.drain(at..end);
        }
        _ => {
            let from = below(data.len(), rng);
            let length = below(32, rng).min(data.len() - from.max(at));
            data.copy_within(from..from + length, at);
        }
    }
}

/// Octets as they come over a connection, in pieces whose size the first octet picks.
///
/// # Panics
/// If the pieces change what is read, or a frame is not what came.
pub fn frames(data: &[u8]) {
    let Some((&size, data)) = data.split_first() else { return };
    let read = |size: usize| {
        let (mut decoder, mut frames, mut fault) = (Decoder::default(), Vec::<Frame>::new(), None);
        for piece in data.chunks(size) {
            decoder.push(piece);
            while fault.is_none() {
                match decoder.next_frame() {
                    Ok(Some(frame)) => frames.push(frame),
                    Ok(None) => break,
                    Err(error) => fault = Some(error),
                }
            }
        }
        let fault = fault.or_else(|| decoder.finish().err());
        (frames, fault)
    };
    let (frames, fault) = read(data.len().max(1));
    assert_eq!((&frames, &fault), (&read(usize::from(size).max(1)).0, &read(usize::from(size).max(1)).1));
    let again: Vec<u8> = frames.iter().flat_map(Frame::to_bytes).collect();
    assert!(data.starts_with(&again), "frames are what came");
    assert!(fault.is_some() || again.len() == data.len(), "nothing is left out without a word");
}

/// What a victim hears: two octets pick the scenario of [`HEARD`] and the victim, the rest are octets of its connection.
///
/// # Panics
/// If the victim is not over when everything has come and its connection has ended, or tells nothing of why.
pub fn messages(data: &[u8]) {
    let [scenario, role, octets @ ..] = data else { return };
    let orders = staged(HEARD[usize::from(*scenario) % HEARD.len()]);
    let (role, order) = if role & 1 == 0 { (Role::Client, &orders.client) } else { (Role::Server, &orders.server) };
    let kept = Kept { group: own_group(&orders.server.mode), ..Kept::default() };
    let mut victim = Victim::new(role, order, kept).expect("a victim");
    let mut told = victim.handle(Input::Open);
    told.extend(bring(&mut victim, octets, octets.len().max(1)));
    assert!(victim.is_over(), "its connection has ended");
    let ends =
        told.iter().filter(|command| matches!(command, Command::Tell(Fact::Aborted { .. } | Fact::Closed { .. })));
    assert_eq!(ends.count(), 1, "it says once how it ended");
}

/// Scenarios in which every kind of message is heard.
pub const HEARD: [&str; 16] = [
    "dh/relay",
    "dh-weak:short/relay",
    "dh-cert/relay",
    "ecdh/relay",
    "ecdh-cert:rekey/relay",
    "ecdh-mutual/relay",
    "rsa/relay",
    "rsa-cert/relay",
    "psk/relay",
    "pake/relay",
    "sas/relay",
    "tofu/relay",
    "interlock/relay",
    "hybrid-cert/relay",
    "triple-dh/relay",
    "nspk/relay",
];

/// A scenario's orders, which are made once.
fn staged(scenario: &'static str) -> Arc<Orders> {
    static STAGED: Mutex<BTreeMap<&str, Arc<Orders>>> = Mutex::new(BTreeMap::new());
    let mut known = STAGED.lock().unwrap_or_else(PoisonError::into_inner);
    let stage = || {
        let scenario = scenario.parse().expect("a scenario");
        Arc::new(staging::stage(&scenario, &Setting::seeded("fuzzed", 7)).expect("orders"))
    };
    Arc::clone(known.entry(scenario).or_insert_with(stage))
}

/// The inputs of [`messages`] that honest victims hear.
#[must_use]
pub fn heard() -> Vec<Vec<u8>> {
    let of = |(at, scenario): (u8, &&'static str)| {
        let log = conversation::direct(&staged(scenario));
        [(Actor::Client, 0), (Actor::Server, 1)].map(|(actor, role)| {
            let frames =
                log.events.iter().filter(|event| event.source == actor).filter_map(|event| match &event.fact {
                    Fact::Frame { way: Way::Received, bytes, .. } => base64url(bytes),
                    _ => None,
                });
            [vec![at, role], frames.flatten().collect()].concat()
        })
    };
    (0..).zip(&HEARD).flat_map(of).collect()
}

/// A script for the attacker.
///
/// # Panics
/// If it is not read again as it is written.
pub fn scripts(data: &[u8]) {
    let Ok(script) = Script::read(data) else { return };
    let again = Script::from_json(&script.to_json()).expect("what was written");
    assert_eq!(again.to_json(), script.to_json(), "a script is read as it is written");
}

/// A recording of TLS.
///
/// # Panics
/// If its packets do not add up.
pub fn recordings(data: &[u8]) {
    struct Nobody(());
    impl Listener for Nobody {
        fn observer(&mut self) -> &mut dyn Observer {
            &mut self.0
        }
        fn secret(&mut self, _: &str) {}
        fn session(&mut self, session: &Session) {
            assert!(serde_json::to_string(session).is_ok(), "a session is told");
        }
    }
    // Nothing is computed for it.
    let budget = Budget { cancel: Arc::new(AtomicBool::new(true)), ..Budget::default() };
    let mut reading = Reading::new(Vec::new(), budget, Limits::default());
    if let Ok(end) = capture::read(data, &mut |packet| reading.packet(packet, &mut Nobody(()))) {
        reading.finish(end, &mut Nobody(()));
    }
}

/// The prime of [`precomputations`].
#[must_use]
pub fn prime() -> BigUint {
    weak::short(90).p
}

/// A file of what was computed before for a prime.
///
/// # Panics
/// If what is read is not written as it was.
pub fn precomputations(data: &[u8]) {
    let p = prime();
    if let Ok(read) = Precomputation::from_bytes(data, &p) {
        let again = Precomputation::from_bytes(&read.to_bytes(), &p).expect("what was written");
        assert_eq!((again.prime(), again.is_complete()), (read.prime(), read.is_complete()));
    }
}

/// A file of what a process tells, one JSON object a line.
///
/// # Panics
/// If a line is read in two ways, or its events have no verdict with words.
pub fn events(data: &[u8]) {
    let mut events = Vec::new();
    for line in data.split(|octet| *octet == b'\n') {
        let told = |report: serde_json::Result<Report>| report.ok().map(|report| serde_json::to_string(&report).ok());
        let (read, by_types) = (told(Report::read(line)), told(serde_json::from_slice(line)));
        // Of a member that nobody knows the types want a value that Rust can hold; that it is JSON is enough.
        let passed_over = by_types.is_none()
            && str::from_utf8(line).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
        assert!(read == by_types || passed_over, "one line, two readings: {read:?} and {by_types:?}");
        if let Ok(Report::Event(event)) = Report::read(line) {
            events.push(event);
        }
    }
    assert!(!judge(&events).verdict.because.is_empty(), "a verdict says why");
}

/// An order of the console's to a victim, and the victim that takes it.
pub fn orders(data: &[u8]) {
    let Ok(Order::Play(order)) = serde_json::from_slice(data) else { return };
    for role in [Role::Client, Role::Server] {
        if let Ok(mut victim) = Victim::new(role, &order, Kept::default()) {
            let _ = victim.handle(Input::Open);
            let _ = victim.handle(Input::Ended);
        }
    }
}

/// A table of outcomes.
///
/// # Panics
/// If a scenario is not what it says of itself.
pub fn tables(data: &[u8]) {
    for row in rows(&String::from_utf8_lossy(data)).unwrap_or_default() {
        let again: Result<Scenario, _> = row.scenario.to_string().parse();
        assert_eq!(again.ok(), Some(row.scenario), "a scenario is read as it is written");
    }
}

/// Bytes as a PEM file and as certificates and lists: anchors, intermediates, lists and chain in some roles that the
/// first byte picks.
///
/// # Panics
/// If a property of validation is broken.
pub fn certificates(data: &[u8]) {
    let _ = pem::decode(data);
    let Some((&roles, rest)) = data.split_first() else { return };
    let mut parts = split(rest);
    if parts.is_empty() {
        return;
    }
    let chain = vec![parts.remove(0)];
    let mut policy = Policy {
        at: 1_795_219_200,
        purpose: Some(if roles & 1 == 0 { Purpose::Server } else { Purpose::Client }),
        name: (roles & 2 == 0).then(|| lab::certificate::PeerName::Dns("example.com".into())),
        require_revocation: roles & 4 != 0,
        ..Policy::default()
    };
    for (i, part) in parts.into_iter().enumerate() {
        match (usize::from(roles >> 3) + i) % 3 {
            0 => policy.anchors.push(part),
            1 => policy.intermediates.push(part),
            _ => policy.crls.push(part),
        }
    }
    holds(&policy, &validate(&policy, &chain));
}

/// A revocation list: the octets that are to be signed, signed by the authority that issued the certificate in question, so that
/// what is wrong with them is met behind the signature.
///
/// # Panics
/// If a property of validation is broken.
pub fn lists(data: &[u8]) {
    static LAB: LazyLock<(Pki, Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
        let pki = certificates::pki();
        let roots = pki.authorities.roots_list(certificates::AT).expect("a list");
        let list = Node::parse(&listed(&pki, &[])).expect("DER");
        let Body::Nodes(parts) = &list.body else { panic!("a list has parts") };
        let algorithm = parts[1].encode();
        (pki, roots, algorithm)
    });
    let (pki, roots, algorithm) = &*LAB;
    let signature = pki.authorities.intermediate.key().sign(data);
    let list = der(0x30, &[data, algorithm, &der(0x03, &[&[0], &signature])]);
    let policy = Policy { crls: vec![roots.clone(), list], require_revocation: true, ..certificates::policy(pki) };
    holds(&policy, &validate(&policy, pki.server.presented()));
}

fn listed(pki: &Pki, revoked: &[&[u8]]) -> Vec<u8> {
    pki.authorities.issuers_list(revoked, certificates::AT).expect("a list")
}

/// The inputs of [`lists`] that the lab's authority signs: a list of nothing, and one of the certificate in question.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn unsigned_lists() -> Vec<Vec<u8>> {
    let pki = certificates::pki();
    let signed = [listed(&pki, &[]), listed(&pki, &[pki.server.serial(), pki.client.serial()])];
    let unsigned = |list: Vec<u8>| match Node::parse(&list).map(|node| node.body) {
        Some(Body::Nodes(parts)) => parts[0].encode(),
        _ => panic!("a list has parts"),
    };
    signed.map(unsigned).to_vec()
}

/// What holds of every validation.
fn holds(policy: &Policy, validation: &Validation) {
    let decided = validation.steps.iter().any(|step| step.status == Status::Failed);
    assert_eq!(validation.outcome == Outcome::Reject, decided, "a rejection has a failed step, and only a rejection");
    assert!(!validation.accepted() || !policy.anchors.is_empty(), "nothing is accepted without a trust anchor");
    for step in &validation.steps {
        let texts = [step.reason.wanted(), step.reason.found(), step.reason.why()];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}: {:?} has no words", step.check, step.reason);
        assert!(texts.iter().map(String::len).sum::<usize>() < 4096, "{}: text that grows with the input", step.check);
        assert!(texts.iter().all(|text| !text.contains(char::is_control)), "{}: control characters", step.check);
    }
}

/// Parts, each with its length in two bytes before it; the last one takes what is left.
fn split(mut rest: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    while let [high, low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(tail.len());
        parts.push(tail[..length].to_vec());
        rest = &tail[length..];
    }
    parts
}

/// The input of [`certificates()`] that holds these parts.
#[must_use]
pub fn join(roles: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut data = vec![roles];
    for part in parts {
        data.extend_from_slice(&u16::try_from(part.len()).unwrap_or(u16::MAX).to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}
