//! Sessions out of a file that [`export`](super::export) wrote, here or elsewhere: one, or the two of a comparison. Whatever such a file
//! says came of a session, it is judged again, by its events alone.

use crate::{
    plain::plain,
    sessions::{
        orders::resolve,
        session::{Progress, Record, Session},
    },
};
use lab::{event::VERSION, refusal::Refusal};
use serde_json::{Value, json};
use std::fmt;

/// What is wrong with such a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where.
    pub field: String,
    /// What.
    pub why: Refusal,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.why)
    }
}

/// The last millisecond of the year 9999: whoever shows a time beyond it has no words for it.
const LAST: u64 = 253_402_300_799_999;
/// The longest that a session may have lasted by its tellers' clocks, in microseconds: what a browser still counts exactly.
const LONGEST: u64 = (1 << 53) - 1;

/// The sessions of a file, in its order.
///
/// # Errors
/// It is none, or what it tells cannot have been told of one session of this lab.
pub fn import(document: &Value) -> Result<Vec<Record>, Wrong> {
    match document.get("left") {
        None => Ok(vec![record(document, "")?]),
        Some(_) => ["left", "right"].iter().map(|side| record(&document[*side], side)).collect(),
    }
}

/// What stands at a place of the document, which is named in front of what is wrong with it.
fn record(document: &Value, place: &str) -> Result<Record, Wrong> {
    let named = |field: &str| [place, field].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(".");
    let wrong = |field: &str, why| Wrong { field: named(field), why };
    let Record { session: told, events } = serde_path_to_error::deserialize(document).map_err(|error| {
        let (field, why) = plain(&error.inner().to_string());
        let path = error.path().to_string();
        wrong(field.as_deref().unwrap_or(if path == "." { "body" } else { &path }), why)
    })?;
    if told.status != Progress::Done {
        return Err(wrong("session.status", Refusal::new("unjudged", json!({}))));
    }
    let digits = |id: &str| id.len() == 16 && id.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    if !digits(&told.session) {
        return Err(wrong("session.session", Refusal::new("session-id", json!({}))));
    }
    for (field, time) in [("session.started", Some(told.started)), ("session.ended", told.ended)] {
        if let Some(got) = time.filter(|time| *time > LAST) {
            return Err(wrong(field, Refusal::new("count", json!({ "most": LAST, "got": got }))));
        }
    }
    resolve(&told.scenario).map_err(|refused| wrong("session.scenario", refused.refusal))?;
    for (at, event) in events.iter().enumerate() {
        let of = |field: &str, why| Err(wrong(&format!("events[{at}].{field}"), why));
        if event.v != VERSION {
            return of("v", Refusal::new("event-version", json!({ "got": event.v, "known": VERSION })));
        }
        if event.at > LONGEST {
            return of("at", Refusal::new("count", json!({ "most": LONGEST, "got": event.at })));
        }
        if event.session != told.session {
            return of("session", Refusal::new("other-session", json!({})));
        }
        if event.n != at as u64 + 1 {
            return of("n", Refusal::new("out-of-order", json!({ "expected": at + 1, "got": event.n })));
        }
    }
    let mut session = Session::new(told.session, told.scenario, told.seed, told.started);
    session.imported = true;
    session.continues = told.continues;
    session.ended = told.ended;
    session.settle(&events);
    Ok(Record { session, events })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::session::lost;
    use lab::{loss::Loss, role::Actor, verdict::Kind};

    const ID: &str = "00000000000000aa";

    fn exported() -> Value {
        let mut session = Session::new(ID.into(), "dh/relay~record-auth".parse().unwrap(), Some(7), 1);
        let events = vec![lost(ID, 1, Actor::Client, Loss::NoPipes), lost(ID, 2, Actor::Server, Loss::NoPipes)];
        session.close(&events, 5);
        serde_json::to_value(Record { session, events }).unwrap()
    }

    #[test]
    fn what_was_exported_is_imported_one_or_two_and_judged_anew() {
        let mut forged = exported();
        forged["session"]["verdict"]["kind"] = "private".into();
        forged["session"]["means"] = "All is well.".into();
        forged["session"]["mode"] = exported()["session"]["attack"].clone();
        let [record] = import(&forged).unwrap().try_into().unwrap();
        assert!(record.session.imported);
        assert_eq!(record.session.verdict.as_ref().map(|it| it.kind), Some(Kind::Inconclusive));
        assert_eq!((record.session.mode.to_string(), record.session.ended), ("dh".to_owned(), Some(5)));
        assert_eq!(record.session.without, ["record-auth"]);
        let two = import(&json!({ "left": exported(), "right": exported(), "comparison": {} })).unwrap();
        assert_eq!(two, [record.clone(), record]);
    }

    #[test]
    fn what_cannot_be_one_session_of_this_lab_is_refused_by_its_place() {
        let changes: [(Value, &str, &str); 12] = [
            (json!("../x"), "/session/session", "session.session"),
            (json!("none/relay"), "/session/scenario", "session.scenario"),
            (json!("dh"), "/session/scenario", "session.scenario"),
            (json!("running"), "/session/status", "session.status"),
            (json!(-1), "/session/started", "session.started"),
            (json!(1_u64 << 60), "/session/started", "session.started"),
            (json!(u64::MAX), "/session/ended", "session.ended"),
            (json!(u64::MAX), "/events/1/at", "events[1].at"),
            (json!("00000000000000ab"), "/events/1/session", "events[1].session"),
            (json!(9), "/events/1/n", "events[1].n"),
            (json!(99), "/events/0/v", "events[0].v"),
            (json!({}), "/events", "events"),
        ];
        for (value, place, field) in changes {
            let mut document = exported();
            *document.pointer_mut(place).unwrap() = value;
            let wrong = import(&document).unwrap_err();
            assert_eq!(wrong.field, field, "{wrong}");
            assert!(!wrong.why.to_string().is_empty(), "{field}");
            let wrong = import(&json!({ "left": exported(), "right": document })).unwrap_err();
            assert_eq!(wrong.field, format!("right.{field}"));
        }
        for none in [json!({}), json!(7), json!({ "left": exported() })] {
            assert!(import(&none).is_err(), "{none}");
        }
    }
}
