//! Every octet of a frame explained: what stands where, and what the mode's table says of each field.

use crate::sessions::session::Record;
use lab::{
    event::{Action, Event, Fact, Way, sessions},
    layout::{self, Part},
    mode::{Message, Mode, Protection},
    modes,
    role::{Actor, Role},
    wire::base64url,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// A frame on both legs, each absent where it did not take that leg.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// Who sent it, or in whose name it went out.
    pub from: Role,
    /// Its parts as it left its sender.
    pub before: Option<Vec<Part>>,
    /// Its parts as it reached the other.
    pub after: Option<Vec<Part>>,
    /// Of the message's fields, what the table says; empty where the table has no such message.
    pub fields: BTreeMap<&'static str, Told>,
}

/// What the table says of a field.
#[derive(Debug, Serialize)]
pub struct Told {
    /// What kind of value it is.
    pub sort: String,
    /// What the sender computes.
    pub value: String,
    /// What it takes to compute it, and what protects it.
    #[serde(flatten)]
    pub protection: Protection,
}

/// A frame that an event tells of.
struct Seen<'e> {
    from: Role,
    kind: &'e str,
    before: Option<&'e str>,
    after: Option<&'e str>,
    /// It is still to be dealt with.
    held: bool,
}

/// Explains the frame of the event with this number; nothing where it tells of none.
pub fn explain(record: &Record, n: u64) -> Option<Explained> {
    let events = sessions(&record.events).find(|events| events.iter().any(|event| event.n == n))?;
    let of = events.iter().find(|event| event.n == n)?;
    let frame = seen(of)?;
    let session = &record.session;
    let mode = modes::of(&session.mode)?;
    let number = number(mode, events, of, &frame);
    let message = number.and_then(|number| mode.messages.get(number));
    let switches = mode.switches(&session.without, &session.with);
    let told = |message: &'static Message, number: usize| {
        message
            .fields
            .iter()
            .filter_map(|field| {
                let protection = mode.protection(&switches, number, field.name)?;
                Some((field.name, Told { sort: field.sort.to_string(), value: field.value.to_string(), protection }))
            })
            .collect()
    };
    let parts = |text: Option<&str>| Some(layout::frame(&base64url(text?)?, message));
    Some(Explained {
        from: frame.from,
        before: parts(frame.before),
        after: parts(frame.after),
        fields: message.zip(number).map(|(message, number)| told(message, number)).unwrap_or_default(),
    })
}

fn seen(event: &Event) -> Option<Seen<'_>> {
    match &event.fact {
        Fact::Relayed { from, action, kind, before, after, .. } => Some(Seen {
            from: *from,
            kind,
            before: before.as_deref(),
            after: after.as_deref(),
            held: *action == Action::Hold,
        }),
        Fact::Frame { way, kind, bytes, .. } => {
            let teller = if event.source == Actor::Client { Role::Client } else { Role::Server };
            let (from, before, after) = match way {
                Way::Sent => (teller, Some(bytes.as_str()), None),
                Way::Received => (teller.peer(), None, Some(bytes.as_str())),
            };
            Some(Seen { from, kind, before, after, held: false })
        }
        _ => None,
    }
}

/// Which of the table's messages it is to be: the next of its kind from its sender, or the last where there are no more.
fn number(mode: &Mode, events: &[Event], of: &Event, frame: &Seen<'_>) -> Option<usize> {
    let alike = |other: &Seen<'_>| {
        (other.from, other.kind, other.before.is_some(), other.held)
            == (frame.from, frame.kind, frame.before.is_some(), false)
    };
    let earlier = events.iter().take_while(|event| event.n < of.n).filter(|event| event.source == of.source);
    let earlier = earlier.filter_map(seen).filter(alike).count();
    let mut messages = mode.messages.iter().enumerate();
    let fitting: Vec<usize> = messages
        .by_ref()
        .filter(|(_, message)| (message.from, message.kind.as_str()) == (frame.from, frame.kind))
        .map(|(number, _)| number)
        .collect();
    fitting.get(earlier).or(fitting.last()).copied()
}
