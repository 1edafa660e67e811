//! The recording of a session whose computation was cut off, taken further: the attacker computes again, with more time, and
//! nobody else is there any more.

use crate::sessions::session::Record;
use lab::{
    control::ReadOrder,
    event::{Action, Event, Fact},
    role::Actor,
    verdict::Kind,
};
use std::time::Duration;

/// So many times as long as before it may take at least.
const LONGER: u32 = 10;

/// What is taken further.
#[derive(Debug)]
pub(super) struct Recording {
    /// What the attacker is told.
    pub(super) order: ReadOrder,
    /// Microseconds of the attacker's clock that have passed.
    pub(super) since: u64,
}

impl Recording {
    /// That of a session, for one of this id, in so many milliseconds; nothing where no logarithm was cut off that its key hangs
    /// on.
    pub(super) fn of(record: &Record, id: &str, deadline: u64) -> Option<Self> {
        let session = &record.session;
        let is_unread = session.verdict.as_ref().is_some_and(|verdict| verdict.kind == Kind::Unread);
        let ended =
            record.events.iter().rev().find(|event| matches!(event.fact, Fact::Solved { .. } | Fact::Asked { .. }));
        let was_cut_off = ended.is_some_and(|event| matches!(event.fact, Fact::Solved { cut_off: Some(_), .. }));
        if !is_unread || !was_cut_off || !session.sessions.is_empty() {
            return None;
        }
        let frames = record.events.iter().filter_map(|event| match &event.fact {
            // What is held is told again when it goes on.
            Fact::Relayed { from, action, after: Some(frame), .. } if *action != Action::Hold => {
                Some((*from, frame.clone()))
            }
            _ => None,
        });
        let mode = session.mode.clone();
        let order = ReadOrder { session: id.to_owned(), mode, frames: frames.collect(), deadline };
        let since = record.events.iter().filter(|event| event.source == Actor::Attacker).map(|event| event.at).max();
        Some(Self { order, since: since.unwrap_or_default() })
    }
}

/// What was told of a session before its recording is taken further: the attacker is not done with it.
pub(super) fn told_before(record: &Record) -> Vec<Event> {
    let is_end = |event: &&Event| event.source == Actor::Attacker && event.fact == Fact::Ended;
    record.events.iter().filter(|event| !is_end(event)).cloned().collect()
}

/// The time for a recording where nobody says how long: as long as the computation is known to need, and several times as long as it
/// had.
pub(super) fn time(record: &Record, needed: Duration) -> Duration {
    let session = &record.session;
    let had = session.ended.unwrap_or(session.started).saturating_sub(session.started);
    needed.max(Duration::from_millis(had).saturating_mul(LONGER))
}
