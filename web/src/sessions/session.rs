//! One session as the command line prints it, the store keeps it and the pages show it.

use lab::{
    event::{Event, Fact},
    evidence::Truths,
    loss::Loss,
    role::Actor,
    scenario::{Scenario, Selection},
    verdict::{Fingerprints, Judgement, Verdict, judge},
};
use serde::{Deserialize, Serialize};
use std::time::{SystemTime, UNIX_EPOCH};

/// How far a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Progress {
    /// Not yet judged.
    Running,
    /// Judged: nothing about it changes any more.
    Done,
    /// Judged, and not told yet: a class is still to be asked about it.
    Sealed,
}

/// One run of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Unique id, 16 hexadecimal digits.
    pub session: String,
    /// What was run.
    pub scenario: Scenario,
    /// The scenario's mode.
    pub mode: Selection,
    /// The scenario's attack.
    pub attack: Selection,
    /// Checks switched off.
    pub without: Vec<String>,
    /// Checks switched on.
    pub with: Vec<String>,
    /// The seed, where one was given.
    pub seed: Option<u64>,
    /// Somebody decided about frames in the attacker's place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// The session whose recording it takes further: what was told of that one is told here first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<String>,
    /// It was not played here: somebody brought it in a file, and answers for what it tells.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// What happened; absent while it runs.
    pub verdict: Option<Verdict>,
    /// Who holds which key.
    pub fingerprints: Fingerprints,
    /// Numbers of the events that the verdict rests on.
    pub evidence: Vec<u64>,
    /// What each victim that finished believes, and what was so.
    #[serde(default)]
    pub truths: Truths,
    /// Of a campaign, what each of its sessions came to, in order: the verdict is the worst of theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Judgement>,
    /// Running or done.
    pub status: Progress,
    /// When it began, in Unix milliseconds.
    pub started: u64,
    /// When it was judged, in Unix milliseconds; absent while it runs.
    #[serde(default)]
    pub ended: Option<u64>,
    /// What such an outcome means for a real system; absent while it runs.
    pub means: Option<String>,
}

impl Session {
    /// A session about to run.
    pub fn new(id: String, scenario: Scenario, seed: Option<u64>, started: u64) -> Self {
        Self {
            session: id,
            mode: scenario.mode.clone(),
            attack: scenario.attack.clone(),
            without: scenario.without.clone(),
            with: scenario.with.clone(),
            scenario,
            seed,
            by_hand: false,
            continues: None,
            imported: false,
            verdict: None,
            fingerprints: Fingerprints::default(),
            evidence: Vec::new(),
            truths: Truths::default(),
            sessions: Vec::new(),
            status: Progress::Running,
            started,
            ended: None,
            means: None,
        }
    }

    /// Whether what came of it says something of its scenario, as it is played here: the attack decided by itself, and nobody brought it.
    pub fn speaks_for_its_scenario(&self) -> bool {
        !self.by_hand && !self.imported
    }

    /// The session is over, at this Unix millisecond.
    pub fn close(&mut self, events: &[Event], ended: u64) {
        self.ended = Some(ended);
        self.settle(events);
    }

    /// The session is what its events prove.
    pub fn settle(&mut self, events: &[Event]) {
        self.by_hand |= events.iter().any(|event| matches!(event.fact, Fact::Held { .. } | Fact::Decided { .. }));
        let Judgement { verdict, fingerprints, evidence, truths, sessions } = judge(events);
        self.means = Some(verdict.kind.meaning());
        self.verdict = Some(verdict);
        self.fingerprints = fingerprints;
        self.evidence = evidence;
        self.truths = truths;
        self.sessions = sessions;
        self.status = Progress::Done;
    }
}

/// A session and everything that was told of it, ordered by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The session.
    pub session: Session,
    /// Its events.
    pub events: Vec<Event>,
}

impl Record {
    /// The same under another id.
    #[must_use]
    pub fn renamed(mut self, id: &str) -> Self {
        id.clone_into(&mut self.session.session);
        self.events.iter_mut().for_each(|event| id.clone_into(&mut event.session));
        self
    }
}

/// Unix milliseconds.
pub fn now_ms() -> u64 {
    u64::try_from(since_epoch().as_millis()).unwrap_or(u64::MAX)
}

/// Unix microseconds.
pub fn now_us() -> u64 {
    u64::try_from(since_epoch().as_micros()).unwrap_or(u64::MAX)
}

fn since_epoch() -> std::time::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// What the console tells when it lost something that the session needed.
pub fn lost(session: &str, n: u64, what: Actor, reason: Loss) -> Event {
    told(session, n, Fact::Lost { what, reason })
}

/// What the console tells.
pub fn told(session: &str, n: u64, fact: Fact) -> Event {
    Event { v: lab::event::VERSION, session: session.to_owned(), n, source: Actor::Console, at: 0, fact }
}
