//! A database that was cut, altered or left behind by a program that was killed: nothing panics, what cannot be read is an error
//! or is left out and counted, and what can be read is what was put.

use super::{Kept, Place, Retention, StoreError, open, suite::record};
use crate::sessions::filter::Filter;
use std::{
    fs,
    path::{Path, PathBuf},
};

const FILE: &str = "interlock.sqlite3";
const WAL: &str = "interlock.sqlite3-wal";
/// Octets of a page.
const PAGE: usize = 4096;

fn records() -> Vec<Kept> {
    let text = "x".repeat(1500);
    (1..=9).map(|i| record(i, &i.to_string(), if i % 2 == 0 { "dh/relay" } else { "ecdh/relay" }, &text)).collect()
}

/// Where records were put, each by itself; the database as it is while it is still open, and once it is closed.
fn left_behind(records: &[Kept]) -> [tempfile::TempDir; 2] {
    let [place, while_open] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut database = open(&Place::Directory(place.path().into()), Retention::default()).unwrap();
    records.iter().for_each(|record| database.put(std::slice::from_ref(record)).unwrap());
    for name in [FILE, WAL] {
        fs::copy(place.path().join(name), while_open.path().join(name)).unwrap();
    }
    drop(database);
    assert!(!place.path().join(WAL).exists(), "the last one to leave writes all of it into the file");
    [while_open, place]
}

/// What is found in a directory, oldest first, whatever is asked for; and whether one more can be kept there.
fn found(directory: &Path, records: &[Kept]) -> Result<Vec<String>, StoreError> {
    let mut database = open(&Place::Directory(directory.into()), Retention::default())?;
    let listed = database.list(u64::MAX, 100, &Filter::default())?;
    let (latest, last) = (database.scenarios(100), database.last_of(&"dh/relay".parse().unwrap()));
    let by_id: Vec<_> = records.iter().map(|kept| database.record(&kept.record.session.session)).collect();
    for record in by_id.iter().filter_map(|found| found.as_ref().ok()?.as_ref()) {
        let mut judged = record.session.clone();
        judged.settle(&record.events);
        assert_eq!(judged, record.session, "a verdict is its events'");
    }
    let put = database.put(&[super::suite::record(1000, "new", "dh/drop", "")]);
    let again = database.record("new");
    if put.is_ok() {
        assert!(again.is_ok_and(|found| found.is_some()), "what is kept is found");
    }
    latest.and(last)?;
    Ok(listed.into_iter().rev().map(|(_, session)| session.session).collect())
}

fn with(directory: &Path, name: &str, octets: &[u8]) -> PathBuf {
    let file = directory.join(name);
    fs::write(&file, octets).unwrap();
    file
}

/// What a program that was killed leaves beside the file is taken up as far as it is whole.
#[test]
fn of_what_was_being_written_the_whole_sessions_are_there() {
    let records = records();
    let ids: Vec<String> = records.iter().map(|kept| kept.record.session.session.clone()).collect();
    let [crashed, _] = left_behind(&records);
    let [file, log] = [FILE, WAL].map(|name| fs::read(crashed.path().join(name)).unwrap());
    let mut most = 0;
    for part in 0..=24 {
        let place = tempfile::tempdir().unwrap();
        with(place.path(), FILE, &file);
        with(place.path(), WAL, &log[..log.len() * part / 24]);
        let found = found(place.path(), &records).unwrap();
        assert_eq!(found, ids[..found.len()], "those that were put first");
        assert!(found.len() >= most, "more of the log is more sessions");
        most = found.len();
    }
    assert_eq!(most, ids.len());
}

#[test]
fn a_file_that_is_cut_or_altered_is_told_and_panics_nobody() {
    let records = records();
    let [_, closed] = left_behind(&records);
    let whole = fs::read(closed.path().join(FILE)).unwrap();
    let attempt = |octets: &[u8]| {
        let place = tempfile::tempdir().unwrap();
        with(place.path(), FILE, octets);
        found(place.path(), &records)
    };
    assert_eq!(attempt(&whole).unwrap().len(), records.len(), "undamaged it has all of them");
    // An empty file is a database that nobody has begun.
    assert_eq!(attempt(&[]).unwrap(), [""; 0]);
    let mut told = 0;
    for length in [1, 15, 16, 100, PAGE - 1, PAGE, PAGE + 1, whole.len() / 2, whole.len() - PAGE, whole.len() - 1] {
        let error = attempt(&whole[..length]).expect_err(&format!("{length} octets of {}", whole.len()));
        assert!(error.to_string().contains("database"), "{length}: {error:?}");
    }
    // Positions that follow from a number (xorshift), over all of the file and most of them in what says how it is built.
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for i in 0..160 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut octets = whole.clone();
        let at = usize::try_from(random >> 16).unwrap() % if i % 4 == 0 { octets.len() } else { 4 * PAGE };
        let span = if i % 2 == 0 { 1 } else { 64 };
        octets.iter_mut().skip(at).take(span).for_each(|octet| *octet ^= 0xff);
        told += usize::from(attempt(&octets).map_or(true, |found| found.len() < records.len()));
    }
    assert!(told > 20, "of 160 alterations {told} were noticed");
}

/// What a row says of its own size decides nothing about other rows.
#[test]
fn a_size_that_is_none_keeps_no_other_session_from_being_kept() {
    for size in ["'x'", "x'ff'", "-9223372036854775808", "9223372036854775807"] {
        let place = tempfile::tempdir().unwrap();
        let opened = |sessions| {
            let retention = Retention { sessions, bytes: u64::MAX };
            open(&Place::Directory(place.path().into()), retention).unwrap()
        };
        let put = |sessions, i: u64| opened(sessions).put(&[record(i, &i.to_string(), "dh/relay", "")]).unwrap();
        (1..=3).for_each(|i| put(9, i));
        let other = rusqlite::Connection::open(place.path().join(FILE)).unwrap();
        other.execute(&format!("UPDATE sessions SET bytes = {size}"), []).unwrap();
        put(2, 4);
        let left = opened(2).list(u64::MAX, 9, &Filter::default()).unwrap();
        assert_eq!(left.iter().map(|(cursor, _)| *cursor).collect::<Vec<_>>(), [4, 3], "{size}");
        assert!(opened(2).forget("3").unwrap(), "{size}");
    }
}

/// Somebody cuts the file of a console that runs: it is told when it is next asked, and goes on.
#[test]
fn a_file_that_is_cut_while_it_is_open_is_told() {
    let records = records();
    let place = tempfile::tempdir().unwrap();
    let mut database = open(&Place::Directory(place.path().into()), Retention::default()).unwrap();
    database.put(&records).unwrap();
    let file = place.path().join(FILE);
    // What is still in the log would mend it.
    let other = rusqlite::Connection::open(&file).unwrap();
    other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(other);
    fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(PAGE as u64 * 2).unwrap();
    let listed = database.list(u64::MAX, 100, &Filter::default());
    let kept = database.put(&[record(1000, "new", "dh/drop", "")]);
    let told = listed.is_err() || kept.is_err() || listed.is_ok_and(|listed| listed.len() < records.len());
    assert!(told, "sessions are gone, and nobody says so");
    drop(database);
    if let Err(error) = found(place.path(), &records) {
        assert!(error.to_string().contains("database"), "{error:?}");
    }
}
