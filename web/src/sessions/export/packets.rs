//! A session as a recording of packets: two connections, one on each side of the attacker, octet for octet as the frames went.
//!
//! The attacker sees every frame, so its order and its clock are the recording's. What the events do not tell is made up: the
//! addresses, and what TCP adds to the frames.

use crate::sessions::{
    frame::{apart, shortened},
    session::{Progress, Record, Session},
};
use lab::{
    event::{Action, Event, Fact, Way, sessions},
    role::{Actor, Role},
    terminal::printable,
    wire::base64url,
    words,
};
use recording::{
    conversation::{Conversation, Flag, OPENING, Way as Toward},
    pcapng::{Interface, Preface, Writer},
};
use serde_json::json;
use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr},
};

/// Addresses that are nobody's (RFC 5737).
const CLIENT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const ATTACKER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
const SERVER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 3);
/// Where attacker and server listen by hand, and `docs/interlock.lua` looks for frames.
const ATTACKER_PORT: u16 = 7001;
const SERVER_PORT: u16 = 7002;
/// The first of the ports that are nobody's (RFC 6335 section 6): each connection has its own.
const FIRST_PORT: u16 = 49152;
/// What a segment carries over Ethernet (RFC 9293 section 3.7.1).
const SEGMENT: usize = 1460;
/// Characters of a text from a session in a comment.
const LONGEST: usize = 200;
/// Nanoseconds of a microsecond.
const MICRO: u64 = 1000;

/// Writes the recording.
pub(super) fn packets(record: &Record) -> io::Result<Vec<u8>> {
    let session = &record.session;
    let names = [(CLIENT, "client"), (ATTACKER, "attacker"), (SERVER, "server")];
    let interfaces = ["client-leg", "server-leg"].map(|name| (name, words::say("packets", name, &json!({}))));
    let interfaces = [&interfaces[0], &interfaces[1]].map(|(name, description)| Interface { name, description });
    let preface = Preface {
        application: concat!("Interlock ", env!("CARGO_PKG_VERSION")),
        comments: &about(session),
        interfaces: &interfaces,
        names: &names,
    };
    let mut out =
        Recording { writer: Writer::with(Vec::new(), &preface)?, clock: session.started.saturating_mul(1_000_000) };
    let is_over = session.status == Progress::Done;
    for (events, port) in sessions(&record.events).zip((FIRST_PORT..=u16::MAX).step_by(2)) {
        out.session(&frames(events), port, is_over)?;
    }
    Ok(out.writer.into_inner())
}

/// What is said of the whole recording.
fn about(session: &Session) -> Vec<String> {
    let about = json!({ "scenario": session.scenario.to_string(), "seed": session.seed, "session": session.session });
    let verdict = session.verdict.as_ref().map(|verdict| format!("{}: {}", verdict.kind, shown(&verdict.because)));
    let made = words::say("packets", "made", &json!({}));
    [words::say("packets", "about", &about)].into_iter().chain(verdict).chain([made]).collect()
}

/// A text from a session, fit to be shown.
fn shown(text: &str) -> String {
    printable(&shortened(text, LONGEST))
}

/// What an event tells, a step of the recipe too.
fn told(event: &Event) -> Option<String> {
    let family = if matches!(event.fact, Fact::Step { .. }) { "working" } else { "event" };
    words::told(family, event, &shown)
}

/// A frame on one leg.
struct Sent {
    /// The victim at the leg's other end.
    leg: Role,
    /// From the victim to the attacker.
    leaves: bool,
    /// Nanoseconds since the attacker began.
    at: u64,
    /// The frame, as its event has it.
    bytes: String,
    comments: Vec<String>,
}

/// The frames of one session, in the order in which the attacker dealt with them, with what was told about each.
fn frames(events: &[Event]) -> Vec<Sent> {
    let mut frames = dealt_with(events);
    for victim in [Role::Client, Role::Server] {
        annotate(&mut frames, events, victim);
    }
    frames
}

fn dealt_with(events: &[Event]) -> Vec<Sent> {
    let mut frames: Vec<Sent> = Vec::new();
    let mut held: Vec<(Role, &str)> = Vec::new();
    let mut waiting = Vec::new();
    for event in events.iter().filter(|event| event.source == Actor::Attacker) {
        let said = told(event);
        let Fact::Relayed { from, action, before, after, changed, .. } = &event.fact else {
            // A step of the recipe is announced before what it does; anything else is told after what it follows from.
            match (&event.fact, frames.last_mut()) {
                (Fact::Step { .. }, _) | (_, None) => waiting.extend(said),
                (_, Some(last)) => last.comments.extend(said),
            }
            continue;
        };
        let at = event.at.saturating_mul(MICRO);
        let mut comments: Vec<String> = waiting.drain(..).chain(said).collect();
        if let Some(before) = before {
            match held.iter().position(|known| *known == (*from, before.as_str())) {
                // It came when it was held.
                Some(known) => drop(held.remove(known)),
                None => frames.push(Sent { leg: *from, leaves: true, at, bytes: before.clone(), comments: Vec::new() }),
            }
            if *action == Action::Hold {
                held.push((*from, before));
            }
        }
        comments.extend(changed.iter().map(|change| {
            let (old, new) = apart(&change.old, &change.new, LONGEST);
            format!("{}: {} → {}", shown(&change.field), printable(&old), printable(&new))
        }));
        match (after, frames.last_mut()) {
            (Some(after), _) => {
                frames.push(Sent { leg: from.peer(), leaves: false, at, bytes: after.clone(), comments });
            }
            (None, Some(last)) => last.comments.append(&mut comments),
            (None, None) => {}
        }
    }
    if let Some(last) = frames.last_mut() {
        last.comments.append(&mut waiting);
    }
    frames
}

/// Says at each frame what this victim told after it. A frame that the attacker did not deal with comes last.
fn annotate(frames: &mut Vec<Sent>, events: &[Event], victim: Role) {
    let end = frames.last().map_or(0, |last| last.at);
    let mut claimed = [0; 2];
    let mut at = None;
    for event in events.iter().filter(|event| event.source == Actor::from(victim)) {
        match &event.fact {
            Fact::Frame { way, bytes, .. } => {
                let leaves = *way == Way::Sent;
                let from = &mut claimed[usize::from(leaves)];
                let alike = |sent: &Sent| (sent.leg, sent.leaves) == (victim, leaves) && sent.bytes == *bytes;
                let place = frames.iter().skip(*from).position(alike).map(|place| place + *from);
                let place = place.unwrap_or_else(|| {
                    frames.push(Sent { leg: victim, leaves, at: end, bytes: bytes.clone(), comments: Vec::new() });
                    frames.len() - 1
                });
                *from = place + 1;
                at = Some(place);
            }
            _ => {
                let sent = at.and_then(|place| frames.get_mut(place));
                if let (Some(sent), Some(said)) = (sent, told(event)) {
                    sent.comments.push(said);
                }
            }
        }
    }
}

/// A recording under way.
struct Recording {
    writer: Writer<Vec<u8>>,
    /// When the last packet was seen, in nanoseconds since 1970.
    clock: u64,
}

impl Recording {
    fn packet(&mut self, leg: Role, at: u64, data: &[u8], comments: &[String]) -> io::Result<()> {
        self.clock = at.max(self.clock.saturating_add(1));
        self.writer.commented(leg as u32, self.clock, data, comments)
    }

    /// One session: both connections are there before its first frame, and end after its last.
    fn session(&mut self, frames: &[Sent], port: u16, is_over: bool) -> io::Result<()> {
        let begun = self.clock;
        let address = |ip: Ipv4Addr, port| SocketAddr::from((ip, port));
        let ends = [
            (Role::Client, address(CLIENT, port), address(ATTACKER, ATTACKER_PORT)),
            (Role::Server, address(ATTACKER, port + 1), address(SERVER, SERVER_PORT)),
        ];
        let mut legs: HashMap<Role, Conversation> = HashMap::new();
        for (leg, client, server) in ends {
            if frames.iter().any(|sent| sent.leg == leg) {
                let conversation = legs.entry(leg).or_insert(Conversation::new(client, server));
                for (toward, flag) in OPENING {
                    self.packet(leg, 0, &conversation.segment(toward, flag, &[])?, &[])?;
                }
            }
        }
        for sent in frames {
            let (Some(conversation), Some(octets)) = (legs.get_mut(&sent.leg), base64url(&sent.bytes)) else {
                continue;
            };
            // What was told of a frame stands where the frame is whole.
            let last = octets.len().div_ceil(SEGMENT);
            for (part, number) in octets.chunks(SEGMENT).zip(1..) {
                let comments = if number == last { &sent.comments[..] } else { &[] };
                let packet = conversation.segment(sent.toward(), Flag::Data, part)?;
                self.packet(sent.leg, begun.saturating_add(sent.at), &packet, comments)?;
            }
        }
        for (leg, ..) in ends.into_iter().filter(|_| is_over) {
            let Some(conversation) = legs.get_mut(&leg) else { continue };
            for (toward, flag) in [(Toward::Onward, Flag::Fin), (Toward::Back, Flag::Fin), (Toward::Onward, Flag::Ack)]
            {
                self.packet(leg, 0, &conversation.segment(toward, flag, &[])?, &[])?;
            }
        }
        Ok(())
    }
}

impl Sent {
    /// The client opens the leg to the attacker, and the attacker the one to the server.
    fn toward(&self) -> Toward {
        match (self.leg, self.leaves) {
            (Role::Client, true) | (Role::Server, false) => Toward::Onward,
            (Role::Client, false) | (Role::Server, true) => Toward::Back,
        }
    }
}
