//! What every engine promises, as tests that each of them passes.

use super::{Cursor, Engine, Kept, Place, Retention, engine::open};
use crate::sessions::{
    filter::Filter,
    session::{Record, Session, lost},
};
use lab::{loss::Loss, role::Actor, verdict::Kind};
use std::sync::Arc;

/// An empty database.
pub(super) trait Setup {
    /// Opens it; it may be open already.
    fn open(&self, retention: Retention) -> Box<dyn Engine>;

    /// Does something to it behind everybody's back.
    fn sql(&self, statement: &str);
}

/// What a promise is called, and what shows that it is kept.
type Promise = (&'static str, fn(&dyn Setup));

/// All of them.
pub(super) const SUITE: [Promise; 11] = [
    ("what is put comes back after reopening", what_is_put_comes_back_after_reopening),
    ("what is put twice is kept once", what_is_put_twice_is_kept_once),
    ("sessions of one cursor stand beside each other", sessions_of_one_cursor_stand_beside_each_other),
    ("the oldest go by count", the_oldest_go_by_count),
    ("the oldest go by bytes", the_oldest_go_by_bytes),
    ("two that write keep together what each may", two_that_write_keep_together_what_each_may),
    ("pages continue where the last ended", pages_continue_where_the_last_ended),
    ("the newest of each scenario, none by hand or brought", the_newest_of_each_scenario_none_by_hand_or_brought),
    ("a row that cannot be read hides no other", a_row_that_cannot_be_read_hides_no_other),
    ("a verdict is what the events prove", a_verdict_is_what_the_events_prove_whatever_stands_in_the_row),
    ("what is forgotten leaves room for others", what_is_forgotten_leaves_room_for_others),
];

/// A session of two events, of which the second says `text`.
pub(super) fn record(cursor: Cursor, id: &str, scenario: &str, text: &str) -> Kept {
    let mut session = Session::new(id.into(), scenario.parse().unwrap(), Some(7), 1);
    let refused = |n| lost(id, n, Actor::Client, Loss::Refused { reason: text.to_owned() });
    let events = vec![refused(1), refused(2)];
    session.close(&events, 2);
    kept(cursor, Record { session, events })
}

pub(super) fn kept(cursor: Cursor, record: Record) -> Kept {
    let texts = record.events.iter().map(|event| serde_json::to_string(event).unwrap().into()).collect();
    Kept { cursor, record: Arc::new(record), events: texts }
}

fn ids(rows: Vec<(Cursor, Session)>) -> Vec<String> {
    rows.into_iter().map(|(_, session)| session.session).collect()
}

/// The newest session of each scenario.
fn latest(engine: &dyn Engine, limit: usize) -> Vec<String> {
    let scenarios = engine.scenarios(limit).unwrap();
    scenarios.iter().filter_map(|(_, scenario)| engine.last_of(scenario).unwrap()).map(|it| it.session).collect()
}

fn all(engine: &dyn Engine) -> Vec<String> {
    ids(engine.list(u64::MAX, 10, &Filter::default()).unwrap())
}

/// An open database that these were put into, one after the other.
fn holding(setup: &dyn Setup, retention: Retention, records: &[Kept]) -> Box<dyn Engine> {
    let mut engine = setup.open(retention);
    records.iter().for_each(|record| engine.put(std::slice::from_ref(record)).unwrap());
    engine
}

fn three() -> [Kept; 3] {
    [record(1, "a", "dh/relay", ""), record(2, "b", "dh/relay", ""), record(3, "c", "ecdh/relay", "")]
}

fn what_is_put_comes_back_after_reopening(setup: &dyn Setup) {
    let kept = record(1, "a", "dh/relay", "<script>'\\ \u{0} \u{1f600}");
    setup.open(Retention::default()).put(std::slice::from_ref(&kept)).unwrap();
    let engine = setup.open(Retention::default());
    assert_eq!(engine.record("a").unwrap().as_ref(), Some(kept.record.as_ref()));
    assert_eq!(engine.session("a").unwrap().as_ref(), Some(&kept.record.session));
    assert_eq!(engine.record("b").unwrap(), None);
    assert!(!engine.is_read_only() && engine.gone().is_none());
}

/// Whoever lost the connection does not know whether it was kept.
fn what_is_put_twice_is_kept_once(setup: &dyn Setup) {
    let retention = Retention { sessions: 3, bytes: u64::MAX };
    let mut engine = holding(setup, retention, &three()[..2]);
    engine.put(&three()).unwrap();
    assert_eq!(all(engine.as_ref()), ["c", "b", "a"], "and counted once");
}

/// Two consoles began a session each in one microsecond.
fn sessions_of_one_cursor_stand_beside_each_other(setup: &dyn Setup) {
    let engine = holding(setup, Retention::default(), &["a", "b", "c"].map(|id| record(7, id, "dh/relay", "")));
    assert_eq!(all(engine.as_ref()), ["c", "b", "a"]);
    assert_eq!(ids(engine.list(8, 9, &Filter::default()).unwrap()), ["a"]);
}

fn the_oldest_go_by_count(setup: &dyn Setup) {
    let engine = holding(setup, Retention { sessions: 2, bytes: u64::MAX }, &three());
    assert_eq!(all(engine.as_ref()), ["c", "b"]);
    assert_eq!(engine.record("a").unwrap(), None, "their events go with them");
}

fn the_oldest_go_by_bytes(setup: &dyn Setup) {
    let text = "x".repeat(10_000);
    let records = [1, 2, 3].map(|i| record(i, ["a", "b", "c"][i as usize - 1], "dh/relay", &text));
    // Two events and what the verdict says of one of them.
    let one = serde_json::to_string(&records[0].record.session).unwrap().len() + records[0].bytes();
    let bytes = (one * 5 / 2) as u64;
    let engine = holding(setup, Retention { sessions: 100, bytes }, &records);
    assert_eq!(all(engine.as_ref()), ["c", "b"], "there is room for two");
}

fn two_that_write_keep_together_what_each_may(setup: &dyn Setup) {
    let retention = Retention { sessions: 3, bytes: u64::MAX };
    let mut both = [(); 2].map(|()| setup.open(retention));
    for i in 0..8_u32 {
        let record = record(u64::from(i) + 1, &i.to_string(), "dh/relay", "");
        both[i as usize % 2].put(&[record]).unwrap();
    }
    assert_eq!(all(both[0].as_ref()), ["7", "6", "5"]);
}

fn pages_continue_where_the_last_ended(setup: &dyn Setup) {
    let engine = holding(setup, Retention::default(), &three());
    assert_eq!(ids(engine.list(u64::MAX, 2, &Filter::default()).unwrap()), ["c", "b"]);
    assert_eq!(ids(engine.list(2, 2, &Filter::default()).unwrap()), ["a"]);
    let dh = Filter { mode: Some("dh".parse().unwrap()), ..Filter::default() };
    assert_eq!(ids(engine.list(u64::MAX, 1, &dh).unwrap()), ["b"]);
    // Many that are not asked for stand before the one that is.
    let mut engine = engine;
    let many: Vec<Kept> = (10..400).map(|i| record(i, &i.to_string(), "ecdh/drop", "")).collect();
    engine.put(&many).unwrap();
    assert_eq!(ids(engine.list(u64::MAX, 9, &dh).unwrap()), ["b", "a"]);
    let drops = Filter { attack: Some("drop".parse().unwrap()), ..Filter::default() };
    assert_eq!(engine.list(u64::MAX, 1000, &drops).unwrap().len(), 390);
}

fn the_newest_of_each_scenario_none_by_hand_or_brought(setup: &dyn Setup) {
    let other = |cursor, id, mark: &dyn Fn(&mut Session)| {
        let other = record(cursor, id, "ecdh/relay", "");
        let mut session = other.record.session.clone();
        mark(&mut session);
        kept(cursor, Record { session, events: other.record.events.clone() })
    };
    let mut engine = holding(setup, Retention::default(), &three());
    engine.put(&[other(4, "d", &|it| it.by_hand = true), other(5, "e", &|it| it.imported = true)]).unwrap();
    assert_eq!(latest(engine.as_ref(), 10), ["c", "b"]);
    assert_eq!(latest(engine.as_ref(), 1), ["c"]);
    let last = |scenario: &str| engine.last_of(&scenario.parse().unwrap()).unwrap().map(|session| session.session);
    assert_eq!(last("ecdh/relay").as_deref(), Some("c"));
    assert_eq!(last("ecdh/drop"), None);
}

fn a_row_that_cannot_be_read_hides_no_other(setup: &dyn Setup) {
    let engine = holding(
        setup,
        Retention::default(),
        &[1, 2, 3].map(|i| record(i, &i.to_string(), &format!("dh/relay:v{i}"), "")),
    );
    assert_eq!(engine.unreadable(), 0);
    for damage in ["{", "", "null", "{\"session\":\"3\"}"] {
        setup.sql(&format!("UPDATE sessions SET session = '{damage}' WHERE id = '3'"));
        let page = engine.list(u64::MAX, 2, &Filter::default()).unwrap();
        assert_eq!(ids(page), ["2", "1"], "a page is full in spite of {damage}");
        assert_eq!(latest(engine.as_ref(), 10), ["2", "1"], "{damage}");
        assert_eq!(engine.unreadable(), 1, "it is counted once");
        assert!(engine.session("3").is_err() && engine.session("2").unwrap().is_some());
    }
}

/// A row can say what it likes.
fn a_verdict_is_what_the_events_prove_whatever_stands_in_the_row(setup: &dyn Setup) {
    let kept = record(1, "a", "dh/relay", "");
    let engine = holding(setup, Retention::default(), std::slice::from_ref(&kept));
    let mut lie = serde_json::to_value(&kept.record.session).unwrap();
    for (place, with) in [
        ("/verdict/kind", "private"),
        ("/verdict/class", "defended"),
        ("/means", "all is well"),
        ("/status", "running"),
    ] {
        *lie.pointer_mut(place).unwrap() = with.into();
    }
    lie["fingerprints"]["client"] = "abcd".into();
    setup.sql(&format!("UPDATE sessions SET session = '{}'", lie.to_string().replace('\'', "''")));
    let truth = Some(&kept.record.session);
    assert_eq!(engine.session("a").unwrap().as_ref(), truth);
    assert_eq!(engine.record("a").unwrap().map(|record| record.session).as_ref(), truth);
    assert_eq!(engine.last_of(&kept.record.session.scenario).unwrap().as_ref(), truth);
    assert_eq!(engine.list(9, 9, &Filter::default()).unwrap().first().map(|(_, session)| session), truth);
    let private = Filter { verdict: Some(Kind::Private), ..Filter::default() };
    assert!(engine.list(9, 9, &private).unwrap().is_empty());
}

fn what_is_forgotten_leaves_room_for_others(setup: &dyn Setup) {
    let retention = Retention { sessions: 2, bytes: u64::MAX };
    let mut engine = holding(setup, retention, &[record(1, "a", "dh/relay", ""), record(2, "b", "dh/drop", "")]);
    assert!(engine.forget("b").unwrap());
    assert!(!engine.forget("b").unwrap());
    engine.put(&[record(3, "c", "dh/relay", "")]).unwrap();
    assert_eq!(all(engine.as_ref()), ["c", "a"]);
    let drops = Filter { attack: Some("drop".parse().unwrap()), ..Filter::default() };
    assert!(engine.list(u64::MAX, 9, &drops).unwrap().is_empty());
}

/// SQLite's file.
struct File(tempfile::TempDir);

impl Setup for File {
    fn open(&self, retention: Retention) -> Box<dyn Engine> {
        open(&Place::Directory(self.0.path().join("deep/er")), retention).unwrap()
    }

    fn sql(&self, statement: &str) {
        let connection = rusqlite::Connection::open(self.0.path().join("deep/er/interlock.sqlite3")).unwrap();
        assert!(connection.execute(statement, []).unwrap() > 0, "{statement}");
    }
}

#[test]
fn sqlite_keeps_what_is_promised() {
    for (shown, test) in SUITE {
        println!("{shown}");
        test(&File(tempfile::tempdir().unwrap()));
    }
}
