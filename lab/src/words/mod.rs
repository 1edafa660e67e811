//! Words: every sentence that the lab says to people, made in one place from typed values.
//!
//! A language is one file of [texts](Language). What is to be told is a value (an event, a check's finding, a verdict), as it
//! stands in JSON: its members select the text and fill its gaps. The terminal, the story, the comparison, the page and
//! the report all say it from the same file, so that nothing is put into words twice.

mod text;

use crate::{event::Event, verdict::Grounds};
use serde::Serialize;
use serde_json::Value;
use std::sync::LazyLock;

pub use text::{Language, Mistake};

/// English.
pub const ENGLISH: &str = include_str!("english.txt");

/// The lab's language.
pub fn english() -> &'static Language {
    static LANGUAGE: LazyLock<Language> = LazyLock::new(|| Language::parse(ENGLISH).unwrap_or_default());
    &LANGUAGE
}

/// What an event tells, in one line; nothing, where it tells only of the lab's own working. The line contains what came
/// over the wire as it came: whoever shows it makes it harmless there.
pub fn event(event: &Event) -> Option<String> {
    told("event", event, &str::to_owned)
}

/// An event in the words of a family of texts, each text from the session first made fit to be shown.
pub fn told(family: &str, event: &Event, fit: &dyn Fn(&str) -> String) -> Option<String> {
    english().say(family, &fitted(serde_json::to_value(event).ok()?, fit))
}

fn fitted(value: Value, fit: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(fit(&text)),
        Value::Array(list) => list.into_iter().map(|item| fitted(item, fit)).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, fitted(value, fit))).collect(),
        other => other,
    }
}

/// The sentence of a verdict.
pub fn verdict(grounds: &Grounds) -> String {
    serde_json::to_value(grounds).ok().and_then(|value| english().say("verdict", &value)).unwrap_or_default()
}

/// A value in its own words.
pub fn value(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| english().say("value", &value)).unwrap_or_default()
}

/// The text of this family and name, its gaps filled from the members of an object.
pub fn say(family: &str, name: &str, members: &Value) -> String {
    members.as_object().and_then(|members| english().name(family, name, members)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Action, Change, Fact, Status, Way},
        evidence::Contradiction,
        role::{Actor, Role},
        seen::Seen,
        verdict::Meanwhile,
    };
    use serde::de::DeserializeOwned;
    use serde_json::json;

    fn said(source: Actor, fact: Fact) -> Option<String> {
        event(&Event { v: crate::event::VERSION, session: "a".into(), n: 1, source, at: 0, fact })
    }

    /// The names of an enumeration's variants, as the schema tells them of one that it does not know.
    fn names<T: DeserializeOwned>(tag: &str) -> Vec<String> {
        let unknown = serde_json::from_value::<T>(json!({ tag: "?" })).map(|_| ()).unwrap_err().to_string();
        let known = unknown.split_once("expected one of ").map(|(_, known)| known).unwrap_or_default();
        known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// What had no text would be told as nothing.
    #[test]
    fn whatever_can_be_told_has_a_text() {
        let families: [(&[&str], Vec<String>); 5] = [
            (&["event", "working"], names::<Fact>("type")),
            (&["verdict"], names::<Grounds>("is")),
            (&["value"], names::<Meanwhile>("is")),
            (&["value"], names::<Contradiction>("is")),
            (&["value"], names::<Seen>("is")),
        ];
        for (families, names) in families {
            assert!(names.len() >= 3, "{families:?}: {names:?}");
            for name in names {
                let begins = |line: &str, end| families.iter().any(|it| line.starts_with(&format!("{it} {name}{end}")));
                assert!(ENGLISH.lines().any(|line| begins(line, ':') || begins(line, ' ')), "{families:?} {name}");
            }
        }
    }

    #[test]
    fn the_file_is_well_formed() {
        assert_eq!(Language::parse(ENGLISH).map(|_| ()), Ok(()));
    }

    #[test]
    fn events_are_told_in_the_words_of_their_case() {
        let change = |field: &str| Change { field: field.into(), old: "1".into(), new: "2".into() };
        let relayed = |action, changed| Fact::Relayed {
            from: Role::Server,
            action,
            flight: 2,
            kind: "server-hello".into(),
            before: None,
            after: None,
            changed,
        };
        let check = |status| Fact::Check {
            check: "cert-name".into(),
            status,
            flight: 2,
            expected: "bob.lab".into(),
            observed: "mallory.lab".into(),
        };
        let established = |peer: Option<&str>| Fact::Established {
            fingerprint: "0123456789".into(),
            own: None,
            peer: peer.map(str::to_owned),
            group: "x25519".into(),
            offered: vec![],
        };
        for (source, fact, told) in [
            (
                Actor::Attacker,
                relayed(Action::Alter, vec![change("share"), change("nonce")]),
                "the attacker alters share, nonce in the server's server-hello",
            ),
            (
                Actor::Attacker,
                relayed(Action::Inject, vec![]),
                "the attacker sends a server-hello of its own in the server's name",
            ),
            (
                Actor::Client,
                check(Status::Failed),
                "the client's check cert-name fails: it wanted bob.lab, and found mallory.lab",
            ),
            (Actor::Client, check(Status::Skipped), "the client's check cert-name is switched off"),
            (Actor::Client, established(Some("bob.lab")), "the client has finished with bob.lab, under key 0123"),
            (Actor::Client, established(None), "the client has finished, under key 0123"),
            (
                Actor::Server,
                Fact::Closed { sent: 1, received: 2 },
                "the server ends in order: 1 message sent, 2 accepted",
            ),
            (
                Actor::Server,
                Fact::Data { way: Way::Received, index: 0, digest: "d".into(), length: 3, text: None },
                "the server accepts message 0 (3 octets)",
            ),
        ] {
            assert_eq!(said(source, fact).as_deref(), Some(told));
        }
        assert_eq!(said(Actor::Client, Fact::Ended), None);
    }
}
