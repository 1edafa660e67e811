//! Two sessions side by side, and the first row in which they part.
//!
//! Three processes tell their events concurrently, so the order of arrival differs from run to run. Rows are put into
//! the order of the flights first: sender, attacker, receiver; what a party tells about a frame stays behind the frame.

use crate::session::Record;
use lab::{
    event::{Action, Event, Fact, Status, Way},
    role::{Actor, Role},
};
use serde::Serialize;
use serde_json::Value;

/// Beyond this many rows a side they are paired by position: alignment costs the product of both.
const ALIGNED: usize = 600;

/// One thing that happened in one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Number of the event.
    pub n: u64,
    /// Who tells it.
    pub source: Actor,
    /// The event's type.
    pub r#type: String,
    /// Number of the flight that it belongs to.
    pub flight: u32,
    /// One line in words.
    pub text: String,
    /// The event without its number and time: what has to be equal.
    #[serde(skip)]
    face: Value,
}

/// Two rows that stand for the same step, or one that the other run does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Of the left run.
    pub left: Option<Row>,
    /// Of the right run.
    pub right: Option<Row>,
    /// Both are there and equal.
    pub same: bool,
}

/// The comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The rows of both.
    pub rows: Vec<Pair>,
    /// Index of the first pair that differs.
    pub first_difference: Option<usize>,
    /// One sentence.
    pub words: String,
}

/// Compares two sessions.
pub fn compare(left: &Record, right: &Record) -> Comparison {
    let rows = pair(rows(left), rows(right));
    let first_difference = rows.iter().position(|pair| !pair.same);
    let words = match first_difference.and_then(|first| rows.get(first)) {
        None => "The two runs are the same from the first frame to the last.".to_owned(),
        Some(first) => words(first, left, right),
    };
    Comparison { rows, first_difference, words }
}

fn words(first: &Pair, left: &Record, right: &Record) -> String {
    let outcome = |record: &Record| match &record.session.verdict {
        Some(verdict) => verdict.because.clone(),
        None => "It still runs.".to_owned(),
    };
    let told = |row: &Option<Row>| row.as_ref().map_or("nothing of the kind".to_owned(), |row| row.text.clone());
    let flight = first.left.as_ref().or(first.right.as_ref()).map_or(0, |row| row.flight);
    format!(
        "The two part in flight {flight}: {} on one side, {} on the other. {}: {} {}: {}",
        told(&first.left),
        told(&first.right),
        left.session.scenario,
        outcome(left),
        right.session.scenario,
        outcome(right),
    )
}

/// The rows of a session in the order of its flights.
pub fn rows(record: &Record) -> Vec<Row> {
    let mut place = [(0, 0); 4];
    let mut rows: Vec<((u32, u8), Row)> = Vec::new();
    for event in &record.events {
        let here = &mut place[event.source as usize];
        *here = match &event.fact {
            Fact::Frame { way, flight, .. } => (*flight, station(event.source, *way)),
            Fact::Relayed { from, flight, .. } => (*flight, if *from == Role::Client { 1 } else { 4 }),
            Fact::Lost { .. } => (u32::MAX, 0),
            _ => *here,
        };
        if let Some(text) = text(event) {
            rows.push((*here, row(event, here.0, text)));
        }
    }
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Where in its flight a victim's frame is told: from the client through the attacker to the server, then back.
fn station(source: Actor, way: Way) -> u8 {
    match (source, way) {
        (Actor::Client, Way::Sent) => 0,
        (Actor::Server, Way::Received) => 2,
        (Actor::Server, Way::Sent) => 3,
        _ => 5,
    }
}

fn row(event: &Event, flight: u32, text: String) -> Row {
    let mut face = serde_json::to_value(&event.fact).unwrap_or_default();
    let name = face.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let (Fact::Solved { .. }, Some(face)) = (&event.fact, face.as_object_mut()) {
        face.remove("cost");
    }
    Row { n: event.n, source: event.source, r#type: name, flight, text, face }
}

/// What an event says, in one line. What only tells of the lab's own working has none.
pub fn text(event: &Event) -> Option<String> {
    let who = event.source;
    Some(match &event.fact {
        Fact::Frame { way: Way::Sent, kind, .. } => format!("the {who} sends {kind}"),
        Fact::Frame { way: Way::Received, kind, .. } => format!("the {who} receives {kind}"),
        Fact::Relayed { from, action, kind, changed, .. } => {
            let fields: Vec<&str> = changed.iter().map(|change| change.field.as_str()).collect();
            match action {
                Action::Forward => format!("the attacker forwards the {from}'s {kind}"),
                Action::Alter => format!("the attacker alters {} in the {from}'s {kind}", fields.join(", ")),
                Action::Drop => format!("the attacker drops the {from}'s {kind}"),
                Action::Hold => format!("the attacker holds the {from}'s {kind}"),
                Action::Inject => format!("the attacker sends a {kind} of its own in the {from}'s name"),
            }
        }
        Fact::Check { check, status, expected, observed, .. } => match status {
            Status::Passed => format!("the {who}'s check {check} passes"),
            Status::Failed => format!("the {who}'s check {check} fails: it wanted {expected}, and found {observed}"),
            Status::Skipped => format!("the {who}'s check {check} is switched off"),
            Status::NotApplicable => format!("the {who}'s check {check} finds nothing to check"),
        },
        Fact::Established { fingerprint, .. } => format!("the {who} finishes with key {fingerprint}"),
        Fact::Aborted { reason, .. } => format!("the {who} gives up: {reason}"),
        Fact::Data { way: Way::Sent, index, length, .. } => format!("the {who} sends message {index} ({length} bytes)"),
        Fact::Data { way: Way::Received, index, length, .. } => {
            format!("the {who} accepts message {index} ({length} bytes)")
        }
        Fact::Closed { sent, received } => format!("the {who} ends in order ({sent} sent, {received} accepted)"),
        Fact::Holds { with, fingerprint } => format!("the attacker has the {with}'s key {fingerprint}"),
        Fact::Recovered { sender, text, .. } => format!("the attacker reads the {sender}'s message: {text}"),
        Fact::Solved { bits, method, found: true, .. } => {
            format!("the attacker solves the {bits}-bit logarithm by {method}")
        }
        Fact::Solved { bits, found: false, .. } => format!("the attacker does not solve the {bits}-bit logarithm"),
        Fact::Lost { what, reason } => format!("the {what} is lost: {reason}"),
        Fact::Started { .. } | Fact::Canary { .. } | Fact::Step { .. } | Fact::Work { .. } | Fact::Ended => {
            return None;
        }
    })
}

/// Pairs rows along the longest common sequence of steps.
fn pair(left: Vec<Row>, right: Vec<Row>) -> Vec<Pair> {
    let same_step = |l: &Row, r: &Row| {
        let key = |row: &Row| {
            (row.source, row.r#type.clone(), ["kind", "check", "way", "from"].map(|f| row.face.get(f).cloned()))
        };
        key(l) == key(r)
    };
    let joined = |left: Option<Row>, right: Option<Row>| {
        let same = matches!((&left, &right), (Some(l), Some(r)) if l.face == r.face);
        Pair { left, right, same }
    };
    if left.len().max(right.len()) > ALIGNED {
        let rows = left.len().max(right.len());
        let (mut left, mut right) = (left.into_iter(), right.into_iter());
        return (0..rows).map(|_| joined(left.next(), right.next())).collect();
    }
    let width = right.len() + 1;
    let mut common = vec![0_u16; (left.len() + 1) * width];
    for (i, l) in left.iter().enumerate().rev() {
        for (j, r) in right.iter().enumerate().rev() {
            common[i * width + j] = if same_step(l, r) {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut pairs, mut i, mut j) = (Vec::new(), 0, 0);
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        let (take_left, take_right) = match (left.peek(), right.peek()) {
            (None, None) => return pairs,
            (Some(l), Some(r)) if same_step(l, r) => (true, true),
            (Some(_), Some(_)) => {
                let skip_left = common[(i + 1) * width + j] >= common[i * width + j + 1];
                (skip_left, !skip_left)
            }
            (l, r) => (l.is_some(), r.is_some()),
        };
        i += usize::from(take_left);
        j += usize::from(take_right);
        let l = if take_left { left.next() } else { None };
        let r = if take_right { right.next() } else { None };
        pairs.push(joined(l, r));
    }
}
