//! The rows of the sequence diagram: what three processes tell, each in its own order, put into one.

use super::order::in_order;
use crate::sessions::flights::by_flight;
use lab::{
    cause::Cause,
    event::{Action, Change, Event, Fact, Way, sessions},
    evidence::hex,
    role::{Actor, Role},
    wire::Kind,
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// One row, from the top downwards.
pub(super) enum Row<'a> {
    /// A session of a campaign begins.
    Session { number: u32, of: u32 },
    /// A frame on its way.
    Frame(Box<Frame<'a>>),
    /// Who came to hold which keys: client, attacker, server.
    Keys([Vec<&'a str>; 3]),
    /// A victim gave up.
    Stop { party: Role, check: Option<&'a str>, reason: &'a Cause },
    /// Something that is told in words.
    Said(&'a Event),
}

/// What became of a frame between the victims.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Nobody sits there.
    Direct,
    /// Nobody has decided yet.
    Undecided,
    /// The attacker did this.
    By(Action),
}

/// A message that a frame carries.
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    pub(super) text: Option<&'a str>,
    pub(super) digest: &'a str,
}

/// A frame, as it left its sender and as it went on.
pub(super) struct Frame<'a> {
    pub(super) from: Role,
    pub(super) flight: u32,
    pub(super) name: &'a str,
    pub(super) act: Act,
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
    pub(super) changed: &'a [Change],
    /// The keys of its two legs, where it is sealed.
    pub(super) keys: [Option<&'a str>; 2],
    /// Whether the attacker could read it.
    pub(super) open: bool,
    pub(super) wrote: Option<Message<'a>>,
    pub(super) took: Option<Message<'a>>,
    /// What the attacker read in it, and whether it did while the session ran.
    pub(super) read: Option<(&'a str, bool)>,
    /// The number of the recipe's step that it belongs to, where that is new.
    pub(super) step: Option<u32>,
    /// Its place among the events.
    pub(super) at: usize,
}

impl Frame<'_> {
    /// Whether the receiver took in another message than the sender wrote.
    pub(super) fn is_foreign(&self) -> bool {
        self.took.is_some_and(|took| self.wrote.is_none_or(|wrote| wrote.digest != took.digest))
    }
}

/// The rows of a session, or of those of a campaign one after the other.
pub(super) fn rows(events: &[Event]) -> Vec<Row<'_>> {
    sessions(events).flat_map(|events| Fold::new(events).rows(events)).collect()
}

/// A frame at one of its ends.
struct End<'a> {
    by: Role,
    way: Way,
    bytes: &'a str,
    message: Option<Message<'a>>,
    /// The key of its direction that was installed by then.
    key: Option<&'a str>,
    taken: bool,
}

struct Fold<'a> {
    ends: Vec<End<'a>>,
    established: [Option<&'a str>; 2],
    /// The places of the events, by their numbers.
    places: HashMap<u64, usize>,
    /// Since when the attacker holds each victim's key.
    known: [Option<usize>; 2],
    between: bool,
    rows: Vec<Row<'a>>,
}

fn side(role: Role) -> usize {
    role as usize
}

fn victim(actor: Actor) -> Option<Role> {
    [Role::Client, Role::Server].into_iter().find(|role| Actor::from(*role) == actor)
}

impl<'a> Fold<'a> {
    fn new(events: &'a [Event]) -> Self {
        let mut fold = Self {
            ends: Vec::new(),
            established: [None; 2],
            places: events.iter().enumerate().map(|(at, event)| (event.n, at)).collect(),
            known: [None; 2],
            between: events.iter().any(|event| event.source == Actor::Attacker),
            rows: Vec::new(),
        };
        for role in [Role::Client, Role::Server] {
            fold.hear(role, events.iter().filter(|event| event.source == role.into()));
        }
        for role in [Role::Client, Role::Server] {
            let own = fold.established[side(role)];
            let holds = |event: &&Event| matches!(&event.fact, Fact::Holds { fingerprint, .. } if Some(fingerprint.as_str()) == own);
            fold.known[side(role)] = events.iter().position(|event| holds(&event));
        }
        fold
    }

    /// A victim tells of a message before the frame in which it sends it, and after the frame in which it received it.
    fn hear(&mut self, by: Role, events: impl Iterator<Item = &'a Event>) {
        let (mut written, mut received) = (None, None);
        let mut installed = [None; 2];
        for event in events {
            match &event.fact {
                Fact::Data { way, digest, text, .. } => {
                    let message = Some(Message { text: text.as_deref(), digest });
                    match (way, received.and_then(|at: usize| self.ends.get_mut(at))) {
                        (Way::Sent, _) => written = message,
                        (Way::Received, Some(end)) => end.message = message,
                        (Way::Received, None) => {}
                    }
                }
                Fact::Frame { way, bytes, .. } => {
                    let sealed_by = if *way == Way::Sent { by } else { by.peer() };
                    let message = if *way == Way::Sent { written.take() } else { None };
                    if *way == Way::Received {
                        received = Some(self.ends.len());
                    }
                    let key = installed[side(sealed_by)];
                    self.ends.push(End { by, way: *way, bytes, message, key, taken: false });
                }
                Fact::Installed { of, key, .. } => installed[side(*of)] = Some(key.as_str()),
                Fact::Established { fingerprint, .. } => self.established[side(by)] = Some(fingerprint),
                _ => {}
            }
        }
    }

    /// What a victim's end of a frame carried, and under which key; each is somebody's once.
    fn take(&mut self, by: Role, way: Way, bytes: Option<&str>) -> Option<(Option<Message<'a>>, Option<&'a str>)> {
        let bytes = bytes?;
        let end = self.ends.iter_mut().find(|end| !end.taken && (end.by, end.way, end.bytes) == (by, way, bytes))?;
        end.taken = true;
        Some((end.message, end.key.or(self.established[side(by)])))
    }

    fn rows(mut self, events: &'a [Event]) -> Vec<Row<'a>> {
        let began = events.iter().find_map(|event| match event.fact {
            Fact::Began { number, of } => Some(Row::Session { number, of }),
            _ => None,
        });
        let rows: Vec<Row<'a>> = if self.between {
            let frames = self.dealt_with(events);
            in_order(frames, events, |event| self.beside(event))
        } else {
            by_flight(events).into_iter().filter_map(|(_, event)| self.beside(event)).collect()
        };
        self.rows = began.into_iter().chain(rows).collect();
        // It may tell what it read before it tells of the frame.
        for event in events {
            if let Fact::Recovered { sender, text, live } = &event.fact
                && self.read(events, self.place(event), *sender, (text, *live))
            {
                self.rows.retain(|row| !matches!(row, Row::Said(said) if said.n == event.n));
            }
        }
        joined(self.rows)
    }

    /// The frames as the attacker dealt with them.
    fn dealt_with(&mut self, events: &'a [Event]) -> Vec<Row<'a>> {
        let (mut step, mut shown) = (None, None);
        // Whether the attacker told something else since the last frame.
        let mut since = false;
        for event in events.iter().filter(|event| event.source == Actor::Attacker) {
            let (from, act, flight, kind, legs, changed) = match &event.fact {
                Fact::Step { number, .. } => {
                    step = Some(*number);
                    continue;
                }
                Fact::Relayed { from, action, flight, kind, before, after, changed } => {
                    (from, action, flight, kind, (before.as_deref(), after.as_deref()), changed.as_slice())
                }
                Fact::Held { from, flight, kind, bytes, .. } => {
                    (from, &Action::Hold, flight, kind, (Some(bytes.as_str()), None), &[][..])
                }
                fact => {
                    since |= is_told(fact);
                    continue;
                }
            };
            let mut frame = self.frame(*from, Act::By(*act), (*flight, kind, self.place(event)), legs, changed);
            self.decided(&mut frame, since);
            if *act != Action::Forward && step != shown {
                (frame.step, shown) = (step, step);
            }
            since = false;
            self.rows.push(Row::Frame(Box::new(frame)));
        }
        std::mem::take(&mut self.rows)
    }

    /// The row of an event that tells of no frame that the attacker dealt with.
    fn beside(&mut self, event: &'a Event) -> Option<Row<'a>> {
        match &event.fact {
            Fact::Frame { way, flight, kind, bytes } => {
                let by = victim(event.source)?;
                // Without a relay, a frame sent and the same frame received are one row.
                let met = *way == Way::Received
                    && !self.ends.iter().any(|end| !end.taken && (end.by, end.way, end.bytes) == (by, *way, bytes));
                if met {
                    return None;
                }
                let from = if *way == Way::Sent { by } else { by.peer() };
                let bytes = Some(bytes.as_str());
                let (act, legs) = match (self.between, way) {
                    (false, Way::Sent) => (Act::Direct, (bytes, bytes)),
                    (_, Way::Sent) => (Act::Undecided, (bytes, None)),
                    (_, Way::Received) => (Act::Undecided, (None, bytes)),
                };
                let frame = self.frame(from, act, (*flight, kind, self.place(event)), legs, &[]);
                Some(Row::Frame(Box::new(frame)))
            }
            Fact::Established { fingerprint, .. } => Some(key(event.source, fingerprint)),
            // Of the keys that a victim installs, its own records' is shown in its hand; its peer's is in its peer's.
            Fact::Installed { of, key: own, .. } if event.source == (*of).into() => Some(key(event.source, own)),
            Fact::Holds { fingerprint, .. } => Some(key(Actor::Attacker, fingerprint)),
            Fact::Aborted { check, reason, .. } => {
                Some(Row::Stop { party: victim(event.source)?, check: check.as_deref(), reason })
            }
            fact => is_told(fact).then_some(Row::Said(event)),
        }
    }

    fn place(&self, event: &Event) -> usize {
        self.places.get(&event.n).copied().unwrap_or_default()
    }

    fn frame(
        &mut self,
        from: Role,
        act: Act,
        (flight, name, at): (u32, &'a str, usize),
        (before, after): (Option<&'a str>, Option<&'a str>),
        changed: &'a [Change],
    ) -> Frame<'a> {
        let sent = self.take(from, Way::Sent, before);
        let received = self.take(from.peer(), Way::Received, after);
        let sealed = name == Kind::Record.as_str();
        let key = |role: Role, leg: Option<&str>, end: Option<(_, Option<&'a str>)>| {
            leg.filter(|_| sealed).and(end.map_or(self.established[side(role)], |(_, key)| key))
        };
        let open = !sealed || self.known[side(from)].is_some_and(|since| at > since);
        Frame {
            keys: [key(from, before, sent), key(from.peer(), after, received)],
            wrote: sent.and_then(|(message, _)| message),
            took: received.and_then(|(message, _)| message),
            read: None,
            step: None,
            from,
            flight,
            name,
            act,
            before,
            after,
            changed,
            open,
            at,
        }
    }

    /// What was held is what is now decided about: it carries the same, and where nothing lies between, it is one row.
    fn decided(&mut self, frame: &mut Frame<'a>, since: bool) {
        let (from, before) = (frame.from, frame.before);
        let is_held = |row: &Row<'a>| matches!(row, Row::Frame(held) if held.act == Act::By(Action::Hold) && (held.from, held.before) == (from, before));
        let Some(Row::Frame(held)) = self.rows.iter().rfind(|row| is_held(row)) else { return };
        frame.wrote = frame.wrote.or(held.wrote);
        frame.keys[0] = frame.keys[0].or(held.keys[0]);
        if !since && self.rows.last().is_some_and(is_held) {
            self.rows.pop();
        }
    }

    /// Shows what the attacker read on the frame that carried it, if it could read it there: if it had the key by then.
    fn read(&mut self, events: &[Event], at: usize, sender: Role, read: (&'a str, bool)) -> bool {
        let digest = hex(&Sha256::digest(read.0));
        let learns = |event: &&Event| {
            event.source == Actor::Attacker
                && matches!(event.fact, Fact::Holds { .. } | Fact::Solved { .. } | Fact::Asked { .. })
        };
        let since = events.iter().take(at).rposition(|event| learns(&event)).unwrap_or_default();
        let carrier = self.rows.iter_mut().rev().find_map(|row| match row {
            Row::Frame(frame) if frame.from == sender && frame.wrote.is_some_and(|wrote| wrote.digest == digest) => {
                Some(frame)
            }
            _ => None,
        });
        let Some(frame) = carrier.filter(|frame| frame.at > since && frame.read.is_none()) else { return false };
        (frame.read, frame.open) = (Some(read), true);
        true
    }
}

/// Somebody comes to hold a key.
fn key(whose: Actor, key: &str) -> Row<'_> {
    let mut hands: [Vec<&str>; 3] = Default::default();
    match whose {
        Actor::Client => hands[0].push(key),
        Actor::Server => hands[2].push(key),
        Actor::Attacker | Actor::Console => hands[1].push(key),
    }
    Row::Keys(hands)
}

/// It is told in words, or as a key in the attacker's hand.
const fn is_told(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Recovered { .. }
            | Fact::Solved { .. }
            | Fact::Asked { .. }
            | Fact::Combined { .. }
            | Fact::Parted { .. }
            | Fact::Cancelled { .. }
            | Fact::Overdue { .. }
            | Fact::Lost { .. }
            | Fact::Holds { .. }
    )
}

/// Keys that appear one after the other are one row: who holds which is then seen side by side.
fn joined(rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    let mut joined: Vec<Row<'_>> = Vec::with_capacity(rows.len());
    for row in rows {
        match (joined.last_mut(), row) {
            (Some(Row::Keys(above)), Row::Keys(hands)) => {
                for (above, keys) in above.iter_mut().zip(hands) {
                    let new: Vec<&str> = keys.into_iter().filter(|key| !above.contains(key)).collect();
                    above.extend(new);
                }
            }
            (_, row) => joined.push(row),
        }
    }
    joined
}
