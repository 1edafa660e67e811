//! The attacker's hand in a terminal, `interlock run --step`: each frame that is held is shown on standard error, and a line of
//! standard input decides about it. At the end of the input nothing is held any more.

use super::{
    Failure, lab, said,
    story::{changes, content},
    style::head,
};
use crate::{
    console::{ByHand, Console},
    sessions::{frame, session::Record},
};
use ::lab::{
    event::{Event, Fact},
    hand::{BYTES, Decision, Verb},
    scenario::Scenario,
    script::kept::Kept,
    terminal::printable,
    wire::{Frame, Kind, body},
    words,
};
use serde_json::{Map, Value, json};
use std::{
    fs,
    io::{self, BufRead, IsTerminal, Write},
    path::Path,
    sync::Arc,
    thread,
};
use tokio::sync::mpsc::{Receiver, channel};

/// Plays a session in which somebody decides about each frame. Without a seed one is drawn: what is done by hand can be done again.
pub(super) async fn play(console: &Arc<Console>, scenario: &Scenario, seed: Option<u64>) -> Result<Record, Failure> {
    let drawn = || getrandom::u32().map(u64::from).map_err(|error| Failure::Lab(error.to_string()));
    let seed = seed.map_or_else(drawn, Ok)?;
    let by_hand = ByHand { decided: Vec::new(), holds: true };
    // Whatever is told from here on wakes.
    let hub = console.book().hub();
    let mut news = hub.viewer(hub.now());
    let playing = lab::play_by_hand(console, scenario, Some(seed), &by_hand)?;
    let id = playing.session.session.clone();
    let mut done = Box::pin(lab::done(playing));
    let mut lines = lines();
    // The numbers of the frame that was shown, and of the one that was decided about.
    let (mut shown, mut decided) = (None, None);
    loop {
        let held = held(console, &id).await?.filter(|held| Some(held.n) != decided);
        let Some(held) = held else {
            tokio::select! {
                record = &mut done => return record,
                _ = news.next() => continue,
            }
        };
        if shown != Some(held.n) {
            show(&held)?;
            shown = Some(held.n);
        }
        let line = tokio::select! {
            record = &mut done => return record,
            _ = news.next() => continue,
            line = lines.recv() => line,
        };
        let decision = match line {
            Some(line) => read(&line, &came(&held.fact)),
            None => Ok(Decision { action: Verb::Resume, fields: Map::new() }),
        };
        let refused = match decision {
            Ok(decision) => console.decide(&id, &decision, Some(held.n)).map_err(|error| error.to_string()).err(),
            Err(misread) => Some(misread.said()),
        };
        match refused {
            None => decided = Some(held.n),
            Some(why) => ask(&why)?,
        }
    }
}

/// Keeps what was decided as a script, to be played again.
pub(super) fn keep(file: &Path, record: &Record) -> Result<(), Failure> {
    let session = &record.session;
    let kept = Kept::of(session.scenario.clone(), session.seed, &record.events, usize::MAX);
    let text = serde_json::to_string_pretty(&kept.to_json()).map_err(io::Error::from)?;
    let wrong = |error: io::Error| {
        Failure::lab("cannot-write-file", &json!({ "file": file.display().to_string(), "why": error.to_string() }))
    };
    fs::write(file, text + "\n").map_err(wrong)
}

/// The lines of standard input, each when it is there.
fn lines() -> Receiver<String> {
    let (tell, told) = channel(1);
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if tell.blocking_send(line).is_err() {
                return;
            }
        }
    });
    told
}

/// The event of the frame that is held, where nothing was decided about it yet.
async fn held(console: &Console, id: &str) -> Result<Option<Event>, Failure> {
    let record = console.book().record(id).await.map_err(|error| Failure::Lab(error.to_string()))?;
    let of_hand = |event: &Event| matches!(event.fact, Fact::Held { .. } | Fact::Decided { .. });
    let last = record.and_then(|record| record.events.into_iter().rfind(of_hand));
    Ok(last.filter(|event| matches!(event.fact, Fact::Held { .. })))
}

/// The fields of a frame that is held, as messages carry them; a record's octets.
fn came(fact: &Fact) -> Map<String, Value> {
    let Fact::Held { bytes, .. } = fact else { return Map::new() };
    match Frame::from_text(bytes) {
        Some(Frame { kind: Kind::Record, body }) => Map::from_iter([(BYTES.to_owned(), body::encode(&body))]),
        _ => frame::body(bytes).unwrap_or_default(),
    }
}

fn show(held: &Event) -> io::Result<()> {
    let Fact::Held { bytes, changed, .. } = &held.fact else { return Ok(()) };
    let mut out = anstream::stderr().lock();
    writeln!(out, "\n{}", head(words::told("event", held, &printable).unwrap_or_default()))?;
    content(&mut out, bytes)?;
    changed.iter().try_for_each(|change| changes(&mut out, change))?;
    drop(out);
    ask("")
}

/// What stands before each line that is read.
fn ask(wrong: &str) -> io::Result<()> {
    let mut out = anstream::stderr().lock();
    if !wrong.is_empty() {
        writeln!(out, "{}", printable(wrong))?;
    }
    write!(out, "{} ", said("step-ask", &json!({})))?;
    if !io::stdin().is_terminal() {
        writeln!(out)?;
    }
    out.flush()
}

/// Why a line decides nothing.
#[derive(Debug, PartialEq, Eq)]
enum Misread {
    /// It does not begin with what can be done.
    Verb,
    /// A part of it is no field with its value.
    Pair(String),
    /// A field that is no text has a value that is no JSON.
    Json(String, String),
}

impl Misread {
    fn said(&self) -> String {
        match self {
            Self::Verb => said("step-verb", &json!({})),
            Self::Pair(got) => said("step-pair", &json!({ "got": got })),
            Self::Json(field, why) => said("step-json", &json!({ "field": field, "why": why })),
        }
    }
}

/// The decision that a line is: a verb or its first letter; after `alter` FIELD=VALUE, as a shell would take them apart. The value
/// of a field that came as text is text, of any other JSON.
fn read(line: &str, came: &Map<String, Value>) -> Result<Decision, Misread> {
    let words = shlex::split(line).ok_or_else(|| Misread::Pair(line.to_owned()))?;
    let (first, rest) = words.split_first().ok_or(Misread::Verb)?;
    let is = |verb: &Verb| {
        let name = verb.as_str();
        first.eq_ignore_ascii_case(name) || first.len() == 1 && first.eq_ignore_ascii_case(&name[..1])
    };
    let action = Verb::ALL.into_iter().find(is).ok_or(Misread::Verb)?;
    let mut fields = Map::new();
    for part in rest {
        let (name, text) = part.split_once('=').ok_or_else(|| Misread::Pair(part.clone()))?;
        let value = match came.get(name) {
            Some(Value::String(_)) | None => Value::String(text.to_owned()),
            Some(_) => serde_json::from_str(text).map_err(|error| Misread::Json(name.to_owned(), error.to_string()))?,
        };
        fields.insert(name.to_owned(), value);
    }
    Ok(Decision { action, fields })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_verb_and_the_fields_that_it_alters() {
        let came = json!({ "share": "AA", "groups": ["x25519"], "bits": 7 });
        let came = came.as_object().unwrap();
        let fields = |line: &str| Value::Object(read(line, came).unwrap().fields);
        for verb in Verb::ALL {
            for line in [verb.as_str(), &verb.as_str()[..1], &format!(" {} ", verb.as_str().to_uppercase())] {
                assert_eq!(read(line, came), Ok(Decision { action: verb, fields: Map::new() }), "{line}");
            }
        }
        assert_eq!(fields("a share=BB"), json!({ "share": "BB" }));
        assert_eq!(fields("alter share=a=b bits=8"), json!({ "share": "a=b", "bits": 8 }));
        assert_eq!(fields("a 'groups=[\"ffdhe2048\", \"x25519\"]'"), json!({ "groups": ["ffdhe2048", "x25519"] }));
        // What a frame lacks is the lab's to refuse, by name.
        assert_eq!(fields("a more=1"), json!({ "more": "1" }));
        for (line, wrong) in [
            ("", Misread::Verb),
            ("x", Misread::Verb),
            ("altered share=BB", Misread::Verb),
            ("a share", Misread::Pair("share".into())),
            ("a 'share", Misread::Pair("a 'share".into())),
        ] {
            assert_eq!(read(line, came), Err(wrong), "{line}");
        }
        assert!(matches!(read("a bits=x", came), Err(Misread::Json(field, _)) if field == "bits"));
    }

    #[test]
    fn first_letters_tell_the_verbs_apart() {
        let letters: std::collections::HashSet<_> = Verb::ALL.map(|verb| verb.as_str().as_bytes()[0]).into();
        assert_eq!(letters.len(), Verb::ALL.len());
    }
}
