//! A session as a story: who sent what to whom, what was changed on the way, what the victims checked, who holds which
//! key, what each victim believes and what was so, and what it amounts to.

use crate::{
    cli::{
        beliefs,
        style::{altered, bad, faint, head, mark, verdict},
    },
    sessions::{
        frame::{fields, length, shortened},
        order::as_it_happened,
        session::{Record, Session},
    },
};
use lab::{
    event::{Action, Change, Event, Fact, Status, Way},
    evidence::Truths,
    role::{Actor, Role},
    terminal::printable,
    verdict::{Fingerprints, Judgement},
    words,
};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Characters of a value on one line.
pub(super) const VALUE: usize = 60;
/// Characters of what a check saw.
pub(super) const SEEN: usize = 160;

/// Tells the story.
pub(super) fn tell(out: &mut impl Write, record: &Record) -> io::Result<()> {
    let session = &record.session;
    let seed = tale("seed", &json!({ "seed": session.seed }));
    writeln!(out, "{}  {}", head(&session.scenario), faint(seed))?;
    if session.imported {
        writeln!(out, "{}", faint(tale("imported", &json!({}))))?;
    }
    if let Some(before) = &session.continues {
        writeln!(out, "{}", faint(tale("continues", &json!({ "session": before }))))?;
    }
    let events = as_it_happened(&record.events);
    let mut judgements = session.sessions.iter();
    for events in events.chunk_by(|_, next| !matches!(next.fact, Fact::Began { .. })) {
        if let Some(Event { fact: Fact::Began { number, of }, .. }) = events.first() {
            let plays = events.iter().find_map(|event| match &event.fact {
                Fact::Started { plays, .. } if event.source == Actor::Attacker => Some(printable(plays)),
                _ => None,
            });
            let members = json!({ "number": number, "of": of, "plays": plays });
            writeln!(out, "\n{}", head(tale("session", &members)))?;
        }
        let of_one = judgements.next();
        let keys = of_one.map_or(&session.fingerprints, |it| &it.fingerprints);
        one(out, events, keys, of_one.map_or(&session.truths, |it| &it.truths))?;
        if let Some(Judgement { verdict: found, .. }) = of_one {
            writeln!(out, "\n{}  {}", verdict(found), printable(&found.sentence_of_one()))?;
        }
    }
    ending(out, session)
}

/// What happened in one session.
fn one(out: &mut impl Write, events: &[&Event], keys_of: &Fingerprints, truths_of: &Truths) -> io::Result<()> {
    writeln!(out, "\n{}", head(tale("wire", &json!({}))))?;
    let places: Vec<_> = events.iter().filter_map(|event| place(event)).collect();
    // Where one victim's handshake is ahead of the other's, a flight says whose it is.
    let apart = !places.is_sorted_by_key(|(flight, _)| *flight);
    let mut told = None;
    for event in events {
        if let Some((flight, with)) = place(event).map(|(flight, with)| (flight, Some(with).filter(|_| apart)))
            && told.replace((flight, with)) != Some((flight, with))
        {
            writeln!(out, "  {}", faint(tale("flight", &json!({ "flight": flight, "with": with }))))?;
        }
        wire(out, event)?;
    }
    writeln!(out, "\n{}", head(tale("checked", &json!({}))))?;
    for event in events {
        check(out, event)?;
    }
    keys(out, keys_of)?;
    beliefs::tell(out, events, truths_of)
}

/// The flight of a frame that is sent, and the victim with whom that is.
fn place(event: &Event) -> Option<(u32, Role)> {
    match &event.fact {
        Fact::Frame { way: Way::Sent, flight, .. } => {
            let sender = if event.source == Actor::Client { Role::Client } else { Role::Server };
            Some((*flight, sender))
        }
        Fact::Relayed { from, action: Action::Inject, flight, .. } => Some((*flight, from.peer())),
        _ => None,
    }
}

fn wire(out: &mut impl Write, event: &Event) -> io::Result<()> {
    let said = |family: &str| words::told(family, event, &printable).unwrap_or_default();
    match &event.fact {
        Fact::Frame { way: Way::Sent, kind, bytes, .. } => {
            writeln!(out, "  {:<8} → attacker  {kind}", event.source.to_string())?;
            content(out, bytes)
        }
        Fact::Relayed { from, action, kind, changed, after, .. } => {
            let to = from.peer().as_str();
            let (sign, said) = match action {
                Action::Forward => ("→", faint(said("story"))),
                Action::Alter | Action::Inject => ("→", altered(said("story"))),
                Action::Drop => ("✗", altered(said("story"))),
                Action::Hold => ("…", altered(said("story"))),
            };
            writeln!(out, "  attacker {sign} {to:<8}  {kind} {said}")?;
            changed.iter().try_for_each(|change| changes(out, change))?;
            match after {
                Some(frame) if *action == Action::Inject => content(out, frame),
                _ => Ok(()),
            }
        }
        Fact::Step { .. } => writeln!(out, "      {}", faint(said("story"))),
        Fact::Solved { .. } | Fact::Asked { .. } => writeln!(out, "      {}", altered(said("story"))),
        Fact::Decided { .. } => writeln!(out, "      {}", altered(said("event"))),
        Fact::Recovered { .. }
        | Fact::Parted { .. }
        | Fact::Aborted { .. }
        | Fact::Overdue { .. }
        | Fact::Cancelled { .. }
        | Fact::Lost { .. } => {
            writeln!(out, "      {}", bad(said("event")))
        }
        Fact::Established { .. } => writeln!(out, "      {}", said("event")),
        // Each tells of its own records; of its peer's the peer does.
        Fact::Installed { of, .. } if event.source == Actor::from(*of) => {
            writeln!(out, "      {}", faint(said("event")))
        }
        Fact::Combined { .. } => {
            let sum = words::told("story", event, &|text| printable(&shortened(text, SEEN))).unwrap_or_default();
            writeln!(out, "      {}\n        {sum}", altered(said("event")))
        }
        _ => Ok(()),
    }
}

/// What a frame says, or its length where it is sealed.
pub(super) fn content(out: &mut impl Write, frame: &str) -> io::Result<()> {
    match fields(frame) {
        Some(fields) => fields.iter().try_for_each(|(name, value)| {
            writeln!(out, "{}", faint(format!("      {}: {}", printable(name), printable(&shortened(value, VALUE)))))
        }),
        None => writeln!(out, "{}", faint(format!("      {}", tale("sealed", &json!({ "bytes": length(frame) }))))),
    }
}

/// A field that is altered, as it was and as it is.
pub(super) fn changes(out: &mut impl Write, change: &Change) -> io::Result<()> {
    let value = |text: &str| printable(&shortened(text, VALUE));
    writeln!(out, "      {}", altered(format!("{}:", printable(&change.field))))?;
    writeln!(out, "        {}  {}", tale("was", &json!({})), value(&change.old))?;
    writeln!(out, "        {}  {}", tale("now", &json!({})), altered(value(&change.new)))
}

fn check(out: &mut impl Write, event: &Event) -> io::Result<()> {
    let Fact::Check { check, status, .. } = &event.fact else { return Ok(()) };
    let who = event.source.to_string();
    let said = words::told("story", event, &|text| printable(&shortened(text, SEEN))).unwrap_or_default();
    let says = match status {
        Status::Passed | Status::NotApplicable => faint(said),
        Status::Failed | Status::Skipped => said,
    };
    writeln!(out, "  {} {who:<8} {check:<22} {says}", mark(*status))
}

fn keys(out: &mut impl Write, keys: &Fingerprints) -> io::Result<()> {
    let none = || faint(tale("no-key", &json!({})));
    writeln!(out, "\n{}", head(tale("keys", &json!({}))))?;
    writeln!(out, "  client    {}", keys.client.clone().unwrap_or_else(none))?;
    writeln!(out, "  attacker  {}", if keys.attacker.is_empty() { none() } else { keys.attacker.join("  ") })?;
    writeln!(out, "  server    {}", keys.server.clone().unwrap_or_else(none))
}

/// What a story says by itself.
pub(super) fn tale(name: &str, members: &Value) -> String {
    words::say("tale", name, members)
}

fn ending(out: &mut impl Write, session: &Session) -> io::Result<()> {
    let Some(found) = &session.verdict else { return Ok(()) };
    writeln!(out, "\n{}  {}", verdict(found), printable(&found.sentence()))?;
    writeln!(out, "{}", words::say("meaning", found.kind.as_str(), &json!({})))?;
    if session.evidence.is_empty() {
        return Ok(());
    }
    let numbers: Vec<String> = session.evidence.iter().map(u64::to_string).collect();
    writeln!(out, "{}", faint(tale("rests", &json!({ "events": numbers, "session": session.session }))))
}

#[cfg(test)]
pub(super) use tests::{played, text_of};

#[cfg(test)]
mod tests {
    use super::*;
    use lab::{event::VERSION, scenario::Scenario, staging::Setting};
    use support::{conversation, staging};

    /// A scenario as it is kept when it was played.
    pub(in crate::cli) fn played(scenario: &str) -> Record {
        let scenario: Scenario = scenario.parse().unwrap();
        let sessions = staging::campaign(&scenario, &Setting::seeded("test", 7)).unwrap();
        let events = conversation::campaign(&sessions).events;
        let mut session = Session::new("a".into(), scenario, Some(7), 0);
        session.close(&events, 2);
        Record { session, events }
    }

    /// The story of a session, as it stands in a file.
    pub(in crate::cli) fn text_of(record: &Record) -> String {
        let mut out = Vec::new();
        tell(&mut anstream::StripStream::new(&mut out), record).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn told(facts: Vec<(Actor, Fact)>) -> String {
        let event = |(i, (source, fact)): (usize, _)| Event {
            v: VERSION,
            session: "a".into(),
            n: i as u64 + 1,
            source,
            at: 0,
            fact,
        };
        let events: Vec<_> = facts.into_iter().enumerate().map(event).collect();
        let mut session = Session::new("a".into(), "dh/substitute".parse().unwrap(), Some(7), 0);
        session.close(&events, 2);
        text_of(&Record { session, events })
    }

    #[test]
    fn a_changed_field_is_told_with_what_it_was_and_what_it_is() {
        let change = Change { field: "share".into(), old: "true-share".into(), new: "false-share".into() };
        // {"share":"true-share"} after a header of four bytes.
        let bytes = "AQAAFnsic2hhcmUiOiJ0cnVlLXNoYXJlIn0".to_owned();
        let text = told(vec![
            (
                Actor::Client,
                Fact::Frame { way: Way::Sent, flight: 1, kind: "client-hello".into(), bytes: bytes.clone() },
            ),
            (
                Actor::Attacker,
                Fact::Relayed {
                    from: Role::Client,
                    action: Action::Alter,
                    flight: 1,
                    kind: "client-hello".into(),
                    before: Some(bytes.clone()),
                    after: Some(bytes),
                    changed: vec![change],
                },
            ),
        ]);
        for part in [
            "client   → attacker  client-hello",
            "share: true-share",
            "attacker → server    client-hello ALTERED",
            "was  true-share",
            "now  false-share",
            "INCONCLUSIVE",
        ] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
    }

    #[test]
    fn flights_say_whose_they_are_only_where_the_victims_are_not_at_the_same_one() {
        let flights = |scenario: &str| {
            text_of(&played(scenario))
                .lines()
                .filter_map(|line| line.strip_prefix("  flight "))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(flights("ecdh-cert/relay"), ["1", "2", "3", "4"]);
        let apart = flights("interlock:password/bellovin-merritt");
        let halves = [
            "3, with the client",
            "4, with the client",
            "5, with the client",
            "3, with the server",
            "4, with the server",
        ];
        assert_eq!(apart[2..7], halves, "{apart:?}");
    }

    /// Which session it is and what the attacker does in it stand above each; of all of them the last line says in which it was decided.
    #[test]
    fn each_session_of_a_campaign_is_told_by_itself() {
        let text = text_of(&played("tofu/first-contact"));
        let begins = ["Session ", "SPLIT", "STOPPED"];
        let told = text.lines().filter(|line| begins.iter().any(|begin| line.starts_with(begin)));
        // What is said of which key is no matter here.
        let told: Vec<&str> = told.filter_map(|line| line.split(" key ").next()?.split(": it wanted").next()).collect();
        assert_eq!(
            told,
            [
                "Session 1 of 3; the attacker: first-contact",
                "SPLIT  Split: the client shares",
                "Session 2 of 3; the attacker: first-contact",
                "SPLIT  Split: the client shares",
                "Session 3 of 3; the attacker: relay",
                "STOPPED  The client stopped at known-key",
                "SPLIT  In session 1: Split: the client shares",
            ],
        );
    }

    #[test]
    fn what_was_read_cannot_steer_the_terminal() {
        let text = told(vec![(
            Actor::Attacker,
            Fact::Recovered { sender: Role::Client, text: "\u{1b}]0;owned\u{7}".into(), live: true },
        )]);
        assert!(text.contains("the attacker reads the client's message: “\\u{1b}]0;owned\\u{7}”"), "{text}");
    }
}
