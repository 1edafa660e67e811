//! What a book has in memory: the sessions that run, the last ones that were judged, and the last of each scenario.

use super::recall::Recall;
use crate::sessions::{
    session::{Record, Session},
    store::Cursor,
    veil::Veil,
};
use bytes::Bytes;
use lab::{scenario::Scenario, verdict::Kind};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Judged sessions that stay in memory, whatever the store does.
const JUDGED: usize = 512;
/// Bytes of their frames, roughly.
const JUDGED_BYTES: usize = 64 << 20;
/// Scenarios whose last session is remembered for the matrix.
pub(super) const SCENARIOS: usize = 4096;

/// What is in memory.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) last: Cursor,
    pub(super) running: HashMap<String, Running>,
    pub(super) judged: BTreeMap<Cursor, Arc<Record>>,
    pub(super) judged_ids: HashMap<String, Cursor>,
    pub(super) judged_bytes: usize,
    pub(super) latest: HashMap<Scenario, Session>,
    pub(super) recall: Recall,
    /// This console's own veil, the others', and all of them as one.
    pub(super) own_veil: Veil,
    pub(super) veils: HashMap<Arc<str>, Veil>,
    pub(super) veil: Veil,
    pub(super) verdicts: HashMap<Kind, u64>,
}

/// A session that is not judged yet.
pub(super) struct Running {
    pub(super) cursor: Cursor,
    pub(super) record: Record,
    /// The events as JSON, as they were published and will be kept.
    pub(super) texts: Vec<Bytes>,
    pub(super) bytes: usize,
    /// Who plays it, where it is another console.
    pub(super) console: Option<Arc<str>>,
}

impl Pages {
    pub(super) fn find(&self, id: &str) -> Option<&Record> {
        let judged = || self.judged_ids.get(id).and_then(|cursor| self.judged.get(cursor)).map(Arc::as_ref);
        self.running.get(id).map(|running| &running.record).or_else(judged)
    }

    /// The latest of its scenario is the one that began last; a session that ends late does not replace a later one, nor one that
    /// does not speak for its scenario any.
    pub(super) fn remember(&mut self, session: &Session) {
        if !session.speaks_for_its_scenario() {
            return;
        }
        let room = self.latest.len() < SCENARIOS;
        match self.latest.get_mut(&session.scenario) {
            Some(known) if known.started <= session.started => *known = session.clone(),
            None if room => drop(self.latest.insert(session.scenario.clone(), session.clone())),
            _ => {}
        }
    }

    /// Forgets a judged session: whether it was there, and its scenario where it was the last of that one and another may be.
    pub(super) fn forget(&mut self, id: &str) -> (bool, Option<Scenario>) {
        self.recall.forget(id);
        let judged = self.judged_ids.remove(id).and_then(|cursor| self.judged.remove(&cursor));
        if let Some(record) = &judged {
            self.judged_bytes -= weight_of(record);
        }
        let last_of = self.latest.iter().find(|(_, last)| last.session == id).map(|(scenario, _)| scenario.clone());
        if let Some(scenario) = &last_of {
            self.latest.remove(scenario);
            let others = self.judged.values().map(|record| &record.session);
            let others = others.chain(self.running.values().map(|it| &it.record.session));
            let others: Vec<Session> = others.filter(|it| it.scenario == *scenario).cloned().collect();
            others.iter().for_each(|session| self.remember(session));
        }
        (judged.is_some() || last_of.is_some(), last_of)
    }

    pub(super) fn keep(&mut self, cursor: Cursor, record: Arc<Record>) {
        self.judged_bytes += weight_of(&record);
        self.judged_ids.insert(record.session.session.clone(), cursor);
        self.judged.insert(cursor, record);
        while self.judged.len() > JUDGED || self.judged_bytes > JUDGED_BYTES {
            let Some((_, oldest)) = self.judged.pop_first() else { break };
            self.judged_bytes -= weight_of(&oldest);
            self.judged_ids.remove(&oldest.session.session);
        }
    }
}

fn weight_of(record: &Record) -> usize {
    record.events.iter().map(|event| event.fact.weight()).sum()
}
