//! Words: every sentence that the lab says to people, made in one place from typed values.
//!
//! A language is one file of [texts](Language). What is to be told is a value (an event, a check's finding, a verdict), as it
//! stands in JSON: its members select the text and fill its gaps. The terminal, the story, the comparison, the page and
//! the report all say it from the same file, so that nothing is put into words twice.

mod date;
mod text;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, Unexpected},
};
use serde_json::Value;
use std::{
    cell::Cell,
    sync::{LazyLock, OnceLock},
};

pub use date::date;
pub use text::{Language, Mistake};

/// English: in this language stands what is kept and what programs read.
pub const ENGLISH: &str = include_str!("english.txt");
/// German.
pub const GERMAN: &str = include_str!("german.txt");

/// A language to choose: the code of ISO 639 and the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tongue {
    /// Two letters.
    pub code: &'static str,
    /// The texts.
    pub file: &'static str,
}

impl<'de> Deserialize<'de> for Tongue {
    /// By its code.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        let known = TONGUES.into_iter().find(|tongue| tongue.code == code);
        known.ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&code), &"the code of a language that is spoken"))
    }
}

/// All of them, the one first that is spoken where nobody chose.
pub const TONGUES: [Tongue; 2] = [Tongue { code: "en", file: ENGLISH }, Tongue { code: "de", file: GERMAN }];

/// Families of texts by which a language calls what the registries of modes, attacks, checks and published computations have, and
/// tells it: titles, summaries, what authenticates, where a mode is deployed, what becomes of its keys there and on what condition
/// it promises, steps of a recipe, cases, variants, threats, what is compared, on what a logarithm was computed and by whom, by which formula its cost is extrapolated. They
/// are named by id; a variant by what it is a kind of and its own id, `dh-weak:short`; what attacks of one recipe share by the
/// first of them; a computation by the bits of its prime. English has none: its words stand in the registries.
pub const CATALOGUE: [&str; 17] = [
    "mode",
    "mode-summary",
    "authentication",
    "deployed",
    "renewal",
    "condition",
    "attack",
    "attack-summary",
    "recipe",
    "variant",
    "case",
    "check",
    "threat",
    "compares",
    "published",
    "published-by",
    "formula",
];

/// Families of texts of a program's help: what a command does, what a flag is for, what one of its values is, the paragraphs below
/// them, the remarks beside the examples there. They are named by the place of the command; English has none here either: its words
/// stand with the commands. These texts have no gaps: braces and brackets stand in them for themselves.
pub const HELP: [&str; 5] = ["command", "flag", "choice", "below", "beside"];

/// English, read.
pub fn english() -> &'static Language {
    static LANGUAGE: LazyLock<Language> = LazyLock::new(|| Language::parse(ENGLISH).unwrap_or_default());
    &LANGUAGE
}

/// A language by its code, read; English where there is none of this code.
pub fn language(code: &str) -> &'static Language {
    static OTHERS: LazyLock<Vec<(&str, Language)>> = LazyLock::new(|| {
        let others = TONGUES.iter().skip(1);
        others.map(|tongue| (tongue.code, Language::parse(tongue.file).unwrap_or_default())).collect()
    });
    OTHERS.iter().find(|(known, _)| *known == code).map_or_else(|| english(), |(_, language)| language)
}

/// What this process chose.
static CHOSEN: OnceLock<Tongue> = OnceLock::new();

thread_local! {
    /// What is told here and now is told in.
    static FOR_NOW: Cell<Option<Tongue>> = const { Cell::new(None) };
}

/// Chooses the language in which this process speaks to people from now on, by its code; once, before it speaks. Nothing
/// happens where there is no such language.
pub fn speak(code: &str) {
    if let Some(tongue) = TONGUES.into_iter().find(|tongue| tongue.code == code) {
        let _ = CHOSEN.set(tongue);
    }
}

/// Tells something to somebody who asked for this language, whatever the process speaks otherwise.
pub fn speaking<T>(tongue: Tongue, tell: impl FnOnce() -> T) -> T {
    /// However it ends, what was spoken before is spoken again.
    struct Before(Option<Tongue>);
    impl Drop for Before {
        fn drop(&mut self) {
            FOR_NOW.set(self.0);
        }
    }
    let _before = Before(FOR_NOW.replace(Some(tongue)));
    tell()
}

/// The language that is spoken.
pub fn tongue() -> Tongue {
    FOR_NOW.get().or_else(|| CHOSEN.get().copied()).unwrap_or(TONGUES[0])
}

/// The language that is spoken, read.
pub fn spoken() -> &'static Language {
    language(tongue().code)
}

/// What an event tells, in one line; nothing, where it tells only of the lab's own working. The line contains what came
/// over the wire as it came: whoever shows it makes it harmless there.
pub fn event(event: &impl Serialize) -> Option<String> {
    told("event", event, &str::to_owned)
}

/// An event in the words of a family of texts, each text from the session first made fit to be shown. The step of a recipe is
/// told as the language has it, and else as the event does.
pub fn told(family: &str, event: &impl Serialize, fit: &dyn Fn(&str) -> String) -> Option<String> {
    told_in(spoken(), family, event, fit)
}

fn told_in(language: &Language, family: &str, event: &impl Serialize, fit: &dyn Fn(&str) -> String) -> Option<String> {
    let mut value = fitted(serde_json::to_value(event).ok()?, fit);
    let step = value.as_object().and_then(|members| language.name("recipe", members.get("recipe")?.as_str()?, members));
    if let Some(step) = step {
        value["text"] = Value::String(step);
    }
    language.say(family, &value)
}

/// What the language says in a family of the [`CATALOGUE`] of the entry of this id; `registered`, the registry's own words,
/// where it says nothing.
pub fn catalogued(family: &str, id: &str, registered: &str) -> String {
    spoken().name(family, id, &serde_json::Map::new()).unwrap_or_else(|| registered.to_owned())
}

fn fitted(value: Value, fit: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(fit(&text)),
        Value::Array(list) => list.into_iter().map(|item| fitted(item, fit)).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, fitted(value, fit))).collect(),
        other => other,
    }
}

/// The sentence of a verdict in English, as it is kept.
pub(crate) fn kept_verdict(grounds: &impl Serialize, session: Option<u32>) -> String {
    verdict(grounds, session, english())
}

/// The sentence of a verdict by its grounds in a language, with the number of the session that it is of, where that is one of
/// several.
pub fn verdict(grounds: &impl Serialize, session: Option<u32>, language: &Language) -> String {
    let told = serde_json::to_value(grounds).ok().and_then(|value| language.say("verdict", &value)).unwrap_or_default();
    let Some(number) = session else { return told };
    let members = serde_json::json!({ "number": number, "told": told });
    members.as_object().and_then(|members| language.name("campaign", "sentence", members)).unwrap_or(told)
}

/// A value in its own words.
pub fn value(value: &impl Serialize) -> String {
    told_as("value", value)
}

/// A value in the words of a family.
pub fn told_as(family: &str, value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| spoken().say(family, &value)).unwrap_or_default()
}

/// A value in the words of this family and name.
pub fn with(family: &str, name: &str, value: &impl Serialize) -> String {
    serde_json::to_value(value).map(|value| say(family, name, &value)).unwrap_or_default()
}

/// The text of this family and name, its gaps filled from the members of an object.
pub fn say(family: &str, name: &str, members: &Value) -> String {
    members.as_object().and_then(|members| spoken().name(family, name, members)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cause::Cause,
        certificate::{
            Reason,
            reason::{Algorithm, Form, Gap, Got, Guise, HostFault, Key, Useless},
        },
        event::{Action, Change, Event, Fact, Status, Way},
        evidence::Contradiction,
        loss::Loss,
        misfit::{Given, Need},
        role::{Actor, Role},
        seen::Seen,
        verdict::{Grounds, Meanwhile},
    };
    use serde::de::DeserializeOwned;
    use serde_json::json;
    use std::collections::{BTreeMap, BTreeSet};

    fn said(source: Actor, fact: Fact) -> Option<String> {
        event(&Event { v: crate::event::VERSION, session: "a".into(), n: 1, source, at: 0, fact })
    }

    /// The names of an enumeration's variants, as the schema tells them of one that it does not know.
    fn names<T: DeserializeOwned>(tag: &str, around: &Value) -> Vec<String> {
        let unknown = with(around, tag, &json!("?"));
        let unknown = serde_json::from_value::<T>(unknown).err().map(|fault| fault.to_string()).unwrap_or_default();
        let known = unknown.split_once("expected one of ").or_else(|| unknown.split_once("expected "));
        known.map(|(_, known)| known).unwrap_or_default().split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    fn with(value: &Value, member: &str, other: &Value) -> Value {
        let mut value = value.clone();
        value[member] = other.clone();
        value
    }

    /// A value of this variant: the schema says which members it misses, and what they may be is tried.
    fn sample<T: DeserializeOwned>(begun: &Value) -> Value {
        let Err(fault) = serde_json::from_value::<T>(begun.clone()) else { return begun.clone() };
        let fault = fault.to_string();
        let missing = fault.split('`').nth(1).filter(|_| fault.starts_with("missing field"));
        let missing = missing.unwrap_or_else(|| panic!("{begun}: {fault}"));
        let problem = json!({ "field": "f", "expected": { "is": "der" }, "got": { "is": "count", "count": 1 } });
        let reason = json!({ "is": "cert-pin", "how": "others", "pins": 1 });
        let nested = names::<T>(missing, begun).into_iter().take(1).map(Value::String);
        let unit = [
            "ed25519",
            "dsa",
            "circle",
            "length",
            "case",
            "scope",
            "not-applicable",
            "peer-absent",
            "no-pipes",
            "ended",
            "record",
        ]
        .map(|is| json!({ "is": is }));
        let contradiction = json!({ "is": "other-session", "teller": "client" });
        let plain =
            [json!("client"), json!("x"), json!(1), json!(true), json!(["x"]), json!(["client"]), problem, reason];
        let tried = plain
            .into_iter()
            .chain(unit)
            .chain([contradiction])
            .chain(nested)
            .map(|value| with(begun, missing, &value));
        let further = |value: &Value| {
            let left = serde_json::from_value::<T>(value.clone()).err().map(|fault| fault.to_string());
            // What another kind of value would still miss is of no help.
            let nested = ["missing field `is`", "missing field `how`", "missing field `field`"];
            left.is_none_or(|left| {
                left != fault && left.starts_with("missing field") && !nested.iter().any(|it| left.starts_with(it))
            })
        };
        sample::<T>(&tried.into_iter().find(further).unwrap_or_else(|| panic!("nothing fits {missing} of {begun}")))
    }

    /// Every variant of an enumeration is told in each of these families.
    fn told_whole<T: DeserializeOwned>(tag: &str, around: &Value, families: &[&str]) {
        let names = names::<T>(tag, around);
        assert!(names.len() >= 2, "{families:?}: {names:?}");
        for name in names {
            let value = sample::<T>(&with(around, tag, &json!(name)));
            for family in families {
                assert_eq!(english().lacks(family, &value), Vec::<String>::new(), "{family}: {value}");
            }
        }
    }

    /// What had no text, or a text that wants what the value does not have, would be told as nothing.
    #[test]
    fn whatever_can_be_told_has_a_text() {
        let nothing = json!({});
        told_whole::<Grounds>("is", &nothing, &["verdict"]);
        told_whole::<Meanwhile>("is", &nothing, &["value"]);
        told_whole::<Contradiction>("is", &nothing, &["value"]);
        told_whole::<Seen>("is", &nothing, &["value"]);
        for check in names::<Reason>("is", &nothing) {
            told_whole::<Reason>("how", &json!({ "is": check }), &["wanted", "found", "why"]);
        }
        told_whole::<Form>("is", &nothing, &["form"]);
        told_whole::<Got>("is", &nothing, &["got"]);
        told_whole::<Key>("is", &nothing, &["key"]);
        told_whole::<Algorithm>("is", &nothing, &["algorithm"]);
        told_whole::<Gap>("is", &nothing, &["gap"]);
        told_whole::<Useless>("is", &nothing, &["list"]);
        told_whole::<HostFault>("is", &nothing, &["host"]);
        told_whole::<Guise>("is", &nothing, &["guise"]);
        told_whole::<Cause>("is", &nothing, &["cause"]);
        told_whole::<Need>("is", &nothing, &["need"]);
        told_whole::<Given>("is", &nothing, &["given"]);
        told_whole::<Loss>("is", &nothing, &["loss"]);
        for name in names::<Fact>("type", &nothing) {
            let begins = |family: &str, line: &str| {
                line.strip_prefix(family)
                    .and_then(|line| line.strip_prefix(&format!(" {name}")))
                    .is_some_and(|rest| rest.starts_with([':', ' ']))
            };
            assert!(ENGLISH.lines().any(|line| begins("event", line) || begins("working", line)), "{name}");
        }
    }

    #[test]
    fn every_file_is_well_formed() {
        for tongue in TONGUES {
            assert_eq!(Language::parse(tongue.file).map(|_| ()), Ok(()), "{}", tongue.code);
        }
    }

    /// What each text is for, and which members fill its gaps.
    fn gaps(file: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        let texts = file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "));
        let members = |text| str::split(text, '{').skip(1).filter_map(|gap| gap.split(['}', '|']).next()).collect();
        texts.map(|(what, text)| (what, members(text))).collect()
    }

    #[test]
    fn every_language_says_all_that_english_says_of_the_same_values() {
        let english = gaps(ENGLISH);
        assert!(english.len() > 1000, "{}", english.len());
        for tongue in TONGUES {
            let other = gaps(tongue.file);
            for (what, members) in &english {
                assert_eq!(other.get(what), Some(members), "{}: {what}", tongue.code);
            }
            let elsewhere = |family: &str| CATALOGUE.contains(&family) || HELP.contains(&family);
            let catalogued = |what: &str| what.split(' ').next().is_some_and(elsewhere);
            let more = other.keys().filter(|what| !english.contains_key(**what) && !catalogued(what));
            assert_eq!(more.collect::<Vec<_>>(), Vec::<&&str>::new(), "{}", tongue.code);
        }
        assert!(!english.keys().any(|what| CATALOGUE.contains(&what.split(' ').next().unwrap_or_default())));
    }

    /// A step is told in the language's own words where it has some, and in the event's where it has none.
    #[test]
    fn a_step_of_a_recipe_is_told_in_the_language() {
        let file = "story step: Schritt {number}: {text}\nrecipe relay number=1: Weiterleiten.\n";
        let german = Language::parse(file).unwrap();
        let step = |recipe: Option<&str>, number| {
            let fact = Fact::Step { number, text: "Pass on.".into(), recipe: recipe.map(str::to_owned) };
            let event =
                Event { v: crate::event::VERSION, session: "a".into(), n: 1, source: Actor::Attacker, at: 0, fact };
            told_in(&german, "story", &event, &str::to_owned)
        };
        assert_eq!(step(Some("relay"), 1).as_deref(), Some("Schritt 1: Weiterleiten."));
        for (recipe, number) in [(Some("relay"), 2), (Some("drop"), 1), (None, 1)] {
            assert_eq!(step(recipe, number), Some(format!("Schritt {number}: Pass on.")));
        }
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
