//! Two sessions side by side, and the first row in which they part.

use crate::sessions::{
    flights::by_flight,
    session::{Record, Session},
};
use lab::{
    event::{Event, Fact},
    evidence::abbreviate,
    role::Actor,
    scenario::Scenario,
    words,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

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
    /// Number of the session of a campaign that it belongs to; absent where the scenario is one session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<u32>,
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

/// Compares two sessions. Campaigns are compared session by session, from the one on that decides about either: whatever
/// differs before, as a check that is off and would have passed, has no consequence.
pub fn compare(left: &Record, right: &Record) -> Comparison {
    let (mut of_left, mut of_right) = (by_session(rows(left)).into_iter(), by_session(rows(right)).into_iter());
    let mut rows = Vec::new();
    loop {
        match (of_left.next(), of_right.next()) {
            (None, None) => break,
            (left, right) => rows.extend(pair(left.unwrap_or_default(), right.unwrap_or_default())),
        }
    }
    let decides = [left, right].into_iter().filter_map(|record| record.session.verdict.as_ref()?.session).min();
    let decisive = |pair: &Pair| pair.left.as_ref().or(pair.right.as_ref()).and_then(|row| row.session) >= decides;
    let first = rows.iter().position(|pair| !pair.same && decisive(pair));
    let first_difference = first.or_else(|| rows.iter().position(|pair| !pair.same));
    let words = match first_difference.and_then(|first| rows.get(first)) {
        None => words::say("comparison", "equal", &json!({})),
        Some(first) => parted(first, left, right),
    };
    Comparison { rows, first_difference, words }
}

/// What sets two sessions apart, and what came of it.
pub fn headline(left: &Session, right: &Session) -> String {
    let (one, other) = (&left.scenario, &right.scenario);
    let lacks = |it: &Scenario, beside: &Scenario| {
        let of = |checks: &[String]| checks.iter().cloned().collect::<BTreeSet<_>>();
        let off = &of(&it.without) - &of(&beside.without);
        let not_on = &of(&beside.with) - &of(&it.with);
        off.into_iter().chain(not_on).collect::<Vec<_>>()
    };
    let (gone, come) = (lacks(other, one), lacks(one, other));
    let (one_kind, other_kind) = (kind(left), kind(right));
    let (same_mode, same_attack) = (one.mode == other.mode, one.attack == other.attack);
    let (which, members) = match (gone.as_slice(), come.as_slice()) {
        ([check], []) if same_mode && same_attack => {
            ("one-check", json!({ "check": check, "has": one_kind, "lacks": other_kind }))
        }
        ([], [check]) if same_mode && same_attack => {
            ("one-check", json!({ "check": check, "has": other_kind, "lacks": one_kind }))
        }
        _ => {
            let modes = same_attack && !same_mode;
            let name = |it: &Scenario| if modes { it.mode.to_string() } else { it.to_string() };
            let members = json!({ "attack": one.attack.to_string(), "left": name(one), "right": name(other),
                                  "left-kind": one_kind, "right-kind": other_kind });
            (if modes { "modes" } else { "scenarios" }, members)
        }
    };
    words::say("comparison", which, &members)
}

/// What came of a session, as the language calls it.
pub(super) fn kind(session: &Session) -> String {
    let kind = session.verdict.as_ref().map_or("running", |verdict| verdict.kind.as_str());
    words::say("kind", kind, &json!({}))
}

fn parted(first: &Pair, left: &Record, right: &Record) -> String {
    let nothing = words::say("comparison", "nothing", &json!({}));
    let told = |row: &Option<Row>| row.as_ref().map_or(nothing.clone(), |row| abbreviate(&row.text));
    let members = json!({
        "flight": first.left.as_ref().or(first.right.as_ref()).map_or(0, |row| row.flight),
        "left": left.session.scenario,
        "left-kind": kind(&left.session),
        "left-told": told(&first.left),
        "right": right.session.scenario,
        "right-kind": kind(&right.session),
        "right-told": told(&first.right),
    });
    let which = if told(&first.left) == told(&first.right) { "bytes" } else { "parted" };
    let parted = words::say("comparison", which, &members);
    match first.left.as_ref().or(first.right.as_ref()).and_then(|row| row.session) {
        Some(number) => words::say("campaign", "sentence", &json!({ "number": number, "told": parted })),
        None => parted,
    }
}

/// The rows of each session of a campaign; of one session all.
fn by_session(rows: Vec<Row>) -> Vec<Vec<Row>> {
    rows.chunk_by(|one, next| one.session == next.session).map(<[Row]>::to_vec).collect()
}

/// The rows of a session in the order of its flights.
pub fn rows(record: &Record) -> Vec<Row> {
    let mut session = None;
    let numbered = by_flight(&record.events).into_iter().map(|(flight, event)| {
        if let Fact::Began { number, .. } = event.fact {
            session = Some(number);
        }
        (session, flight, event)
    });
    numbered.filter_map(|(session, flight, event)| Some(row(event, session, flight, words::event(event)?))).collect()
}

fn row(event: &Event, session: Option<u32>, flight: u32, text: String) -> Row {
    let mut face = serde_json::to_value(&event.fact).unwrap_or_default();
    let name = face.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let (Fact::Solved { .. }, Some(face)) = (&event.fact, face.as_object_mut()) {
        face.remove("operations");
    }
    if let (Fact::Asked { .. }, Some(face)) = (&event.fact, face.as_object_mut()) {
        face.remove("questions");
    }
    Row { n: event.n, source: event.source, r#type: name, flight, session, text, face }
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

#[cfg(test)]
mod tests {
    use super::*;
    use lab::{
        cause::Cause,
        event::{Action, Status, Way},
        role::Role,
    };

    fn frame(way: Way, flight: u32, kind: &str, bytes: &str) -> Fact {
        Fact::Frame { way, flight, kind: kind.into(), bytes: bytes.into() }
    }

    fn relayed(from: Role, flight: u32, kind: &str) -> Fact {
        let (before, after) = (Some("x".to_owned()), Some("x".to_owned()));
        Fact::Relayed { from, action: Action::Forward, flight, kind: kind.into(), before, after, changed: vec![] }
    }

    fn signature(status: Status) -> Fact {
        let check = "transcript-signature".to_owned();
        Fact::Check { check, status, flight: 2, expected: "its own".into(), observed: "another".into() }
    }

    /// Numbered and timed as they are given.
    fn record(scenario: &str, facts: Vec<(Actor, Fact)>) -> Record {
        let event = |(i, (source, fact)): (usize, _)| Event {
            v: lab::event::VERSION,
            session: "a".into(),
            n: i as u64 + 1,
            source,
            at: 17 * i as u64,
            fact,
        };
        let session = Session::new("a".into(), scenario.parse().unwrap(), Some(7), 0);
        Record { session, events: facts.into_iter().enumerate().map(event).collect() }
    }

    fn exchange(status: Status) -> Vec<(Actor, Fact)> {
        vec![
            (Actor::Client, frame(Way::Sent, 1, "client-hello", "c")),
            (Actor::Attacker, relayed(Role::Client, 1, "client-hello")),
            (Actor::Server, frame(Way::Received, 1, "client-hello", "c")),
            (Actor::Server, frame(Way::Sent, 2, "server-hello", "s")),
            (Actor::Attacker, relayed(Role::Server, 2, "server-hello")),
            (Actor::Client, frame(Way::Received, 2, "server-hello", "s")),
            (Actor::Client, signature(status)),
        ]
    }

    #[test]
    fn the_order_of_arrival_makes_no_difference() {
        let left = exchange(Status::Passed);
        let mut right = left.clone();
        // The server's events come late, the attacker's first.
        right.sort_by_key(|(source, _)| {
            [Actor::Attacker, Actor::Client, Actor::Server].iter().position(|a| a == source)
        });
        let compared = compare(&record("ecdh-cert/relay", left), &record("ecdh-cert/relay", right));
        assert_eq!(compared.first_difference, None);
        let order: Vec<_> = compared.rows.iter().filter_map(|pair| pair.right.as_ref()).map(|row| row.source).collect();
        use Actor::{Attacker, Client, Server};
        assert_eq!(order, [Client, Attacker, Server, Server, Attacker, Client, Client]);
    }

    #[test]
    fn two_runs_part_where_the_check_decides() {
        let mut without = exchange(Status::Skipped);
        without.push((Actor::Client, frame(Way::Sent, 3, "finished", "f")));
        let mut with = exchange(Status::Failed);
        with.push((Actor::Client, Fact::Aborted { flight: 2, check: None, reason: Cause::Ended }));
        let compared = compare(&record("ecdh-cert/relay", with), &record("ecdh-cert/relay~finished", without));
        assert_eq!(compared.first_difference, Some(6));
        assert!(
            compared.words.starts_with("The same up to flight 2, where in ecdh-cert/relay the client's check"),
            "{}",
            compared.words
        );
        let alone: Vec<_> = compared.rows[7..].iter().map(|pair| (pair.left.is_some(), pair.right.is_some())).collect();
        assert_eq!(alone, [(true, false), (false, true)], "an abort is no counterpart of a frame");
    }

    /// In a campaign a check that is off and would have passed decides nothing: the two part in the session that decides.
    #[test]
    fn campaigns_part_in_the_session_that_decides() {
        let campaign = |scenario: &str, first: Status, second: Status| {
            let began = |number| (Actor::Console, Fact::Began { number, of: 2 });
            let facts = [vec![began(1)], exchange(first), vec![began(2)], exchange(second)].concat();
            let mut campaign = record(scenario, facts);
            let told = r#"{"kind":"stopped","class":"defended","session":2,"because":""}"#;
            campaign.session.verdict = serde_json::from_str(told).unwrap();
            campaign
        };
        let with = campaign("tofu/relay", Status::Passed, Status::Failed);
        let without = campaign("tofu/relay~known-key", Status::Skipped, Status::Skipped);
        let compared = compare(&with, &without);
        let first = &compared.rows[compared.first_difference.unwrap()];
        let sessions = [&first.left, &first.right].map(|row| row.as_ref().and_then(|row| row.session));
        assert_eq!(sessions, [Some(2), Some(2)]);
        assert!(compared.words.starts_with("In session 2: The same up to flight 2"), "{}", compared.words);
    }

    #[test]
    fn the_headline_says_what_sets_the_two_apart() {
        let told = |left: &str, right: &str| headline(&record(left, vec![]).session, &record(right, vec![]).session);
        let words = "One check apart: finished. With it: running. Without it: running.";
        assert_eq!(told("ecdh-cert/relay", "ecdh-cert/relay~finished"), words);
        assert_eq!(told("ecdh-cert/relay~finished", "ecdh-cert/relay"), words);
        assert_eq!(told("dh/relay", "ecdh/relay"), "One mode apart, against relay. dh: running. ecdh: running.");
        assert_eq!(told("ecdh/relay", "ecdh/drop"), "ecdh/relay: running. ecdh/drop: running.");
    }

    #[test]
    fn a_frame_of_other_bytes_is_a_difference() {
        let left = exchange(Status::Passed);
        let mut right = left.clone();
        right[3].1 = frame(Way::Sent, 2, "server-hello", "t");
        let compared = compare(&record("dh/relay", left), &record("dh/relay", right));
        assert_eq!(compared.first_difference, Some(3));
        let words = "The same up to flight 2, where the server sends server-hello, but not in the same bytes:";
        assert!(compared.words.starts_with(words), "{}", compared.words);
    }

    #[test]
    fn the_sentence_shortens_digests_and_the_row_keeps_them() {
        let digest = "0123456789abcdef".repeat(8);
        let check = |status| Fact::Check {
            check: "transcript-signature".into(),
            status,
            flight: 2,
            expected: "its own".into(),
            observed: format!("signature {digest}").into(),
        };
        let [with, without] = [Status::Failed, Status::Skipped].map(|status| vec![(Actor::Client, check(status))]);
        let compared = compare(&record("ecdh-cert/relay", with), &record("ecdh-cert/relay~finished", without));
        assert!(compared.words.contains("and found signature 01234567…, and in"), "{}", compared.words);
        assert!(compared.rows[0].left.as_ref().unwrap().text.ends_with(&digest));
    }
}
