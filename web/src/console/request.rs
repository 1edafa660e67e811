//! What is asked of the console: all of a request is begun, or nothing and why.

use super::{
    Console, Playing,
    queue::{BACKLOG, BY_HAND, Cost, Waiting},
    recording::{self, Recording},
};
use crate::sessions::{
    orders::{Orders, ScenarioRefused, core_seconds, orders, resolve, scripted},
    session::{Record, Session, now_ms},
};
use attacker::{attacks::Resolved, cost};
use lab::{
    hand::{Decided, Hand},
    refusal::Refusal,
    scenario::Scenario,
    script::Script,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// Why a scenario is not played.
#[derive(Clone, Debug)]
pub enum NotPlayed {
    /// It cannot be.
    Refused(ScenarioRefused),
    /// Too many wait already.
    Busy,
    /// Too many are played by hand.
    Hands,
    /// No computation was cut off that its recording could be taken further with.
    NothingCutOff,
    /// No randomness for the session's id.
    Randomness,
}

impl From<ScenarioRefused> for NotPlayed {
    fn from(refused: ScenarioRefused) -> Self {
        Self::Refused(refused)
    }
}

impl From<&NotPlayed> for Refusal {
    fn from(error: &NotPlayed) -> Self {
        match error {
            NotPlayed::Refused(refused) => refused.refusal.clone(),
            NotPlayed::Busy => Self::new("busy", json!({ "most": BACKLOG })),
            NotPlayed::Hands => Self::new("hands", json!({ "most": BY_HAND })),
            NotPlayed::NothingCutOff => Self::new("nothing-cut-off", json!({})),
            NotPlayed::Randomness => Self::new("randomness", json!({})),
        }
    }
}

lab::refused!(NotPlayed);

/// How somebody decides in the attacker's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByHand {
    /// What was decided beforehand about the first frames, in each session of a campaign.
    pub decided: Vec<Vec<Decided>>,
    /// Whether the frames after these are held.
    pub holds: bool,
}

impl ByHand {
    /// What the attacker is told of it for each of these sessions.
    fn tell(&self, sessions: &mut [Orders]) {
        for (number, orders) in sessions.iter_mut().enumerate() {
            let decided = self.decided.get(number).cloned().unwrap_or_default();
            orders.attack.hand = Some(Hand { decided, holds: self.holds });
        }
    }
}

/// Whose session it is.
#[derive(Clone, Copy)]
enum Whose<'a> {
    /// Of whoever controls the lab.
    Own,
    /// Somebody's who only exercises here.
    Guest,
    /// Somebody's who decides in the attacker's place.
    ByHand(&'a ByHand),
}

/// What a session that waits takes along.
#[derive(Debug)]
pub(super) struct Job {
    /// What it is.
    pub(super) work: Work,
    /// Whom to tell its end.
    pub(super) tell: oneshot::Sender<Arc<Record>>,
}

/// What a session consists in.
#[derive(Debug)]
pub(super) enum Work {
    /// A scenario is played.
    Scenario {
        /// What is played.
        resolved: Box<Resolved>,
        /// Its orders, where they were staged to see whether it can be played.
        orders: Option<Vec<Orders>>,
    },
    /// The recording of an earlier session is taken further.
    Recording(Recording),
}

impl Console {
    /// Plays a scenario: at once, or when its turn comes.
    ///
    /// # Errors
    /// Nothing was started, and why.
    pub fn play(self: &Arc<Self>, scenario: Scenario, seed: Option<u64>) -> Result<Playing, NotPlayed> {
        self.play_all([(scenario, seed)])?.pop().ok_or(NotPlayed::Busy)
    }

    /// Plays scenarios, each with its seed, as one request: all of them or none. The sessions are in the order of the
    /// scenarios; requests take turns.
    ///
    /// # Errors
    /// Nothing was started, and why.
    pub fn play_all(
        self: &Arc<Self>,
        scenarios: impl IntoIterator<Item = (Scenario, Option<u64>)>,
    ) -> Result<Vec<Playing>, NotPlayed> {
        self.begin(scenarios.into_iter().map(|(scenario, seed)| Ok((resolve(&scenario)?, seed))), Whose::Own)
    }

    /// Plays a scenario for somebody who only exercises here: when nobody else's turn it is.
    ///
    /// # Errors
    /// Nothing was started, and why.
    pub fn play_for_guest(self: &Arc<Self>, scenario: &Scenario, seed: Option<u64>) -> Result<Playing, NotPlayed> {
        self.begin([Ok((resolve(scenario)?, seed))], Whose::Guest)?.pop().ok_or(NotPlayed::Busy)
    }

    /// Plays a scenario in which somebody decides in the attacker's place.
    ///
    /// # Errors
    /// Nothing was started, and why.
    pub fn play_by_hand(
        self: &Arc<Self>,
        scenario: &Scenario,
        seed: Option<u64>,
        by_hand: &ByHand,
    ) -> Result<Playing, NotPlayed> {
        self.begin([Ok((resolve(scenario)?, seed))], Whose::ByHand(by_hand))?.pop().ok_or(NotPlayed::Busy)
    }

    /// Plays a scenario in which the attacker does what a script says.
    ///
    /// # Errors
    /// Nothing was started, and why.
    pub fn play_script(
        self: &Arc<Self>,
        scenario: &Scenario,
        script: &Script,
        seed: Option<u64>,
    ) -> Result<Playing, NotPlayed> {
        self.begin([Ok((scripted(scenario, script)?, seed))], Whose::Own)?.pop().ok_or(NotPlayed::Busy)
    }

    /// Takes the recording of a session further whose computation was cut off, for so long, or for as long as the computation is known
    /// to need and several times as long as it had. It is a session of its own, which begins with all that was told of that one.
    ///
    /// # Errors
    /// Nothing was started, and why.
    pub fn go_on(self: &Arc<Self>, record: &Record, time: Option<Duration>) -> Result<Playing, NotPlayed> {
        let id = random_id()?;
        let before = &record.session;
        let core_seconds = core_seconds(&before.scenario)?;
        let patience = self.config.settings.patience;
        let time = time.unwrap_or_else(|| recording::time(record, cost::deadline(None, patience, core_seconds)));
        let deadline = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let recording = Recording::of(record, &id, deadline).ok_or(NotPlayed::NothingCutOff)?;
        let scenario = before.scenario.clone();
        let session = Session {
            by_hand: before.by_hand,
            continues: Some(before.session.clone()),
            ..Session::new(id.clone(), scenario.clone(), before.seed, now_ms())
        };
        let (tell, done) = oneshot::channel();
        // Nothing of it is on the wire, where sessions of one seed look the same.
        let (cost, job) = (Cost::of(core_seconds), Job { work: Work::Recording(recording), tell });
        let waiting = Waiting { id: id.clone(), scenario, seed: None, cost, job };
        {
            let mut queue = self.queue();
            if !queue.has_room(1) {
                return Err(NotPlayed::Busy);
            }
            self.book.begin(session.clone());
            self.book.tell_all(&id, recording::told_before(record));
            queue.push(vec![waiting]);
        }
        self.advance();
        Ok(Playing { session, done })
    }

    /// Plays what was looked up, as one request.
    fn begin(
        self: &Arc<Self>,
        wanted: impl IntoIterator<Item = Result<(Resolved, Option<u64>), NotPlayed>>,
        whose: Whose<'_>,
    ) -> Result<Vec<Playing>, NotPlayed> {
        let (mut request, mut playing, mut sessions) = (Vec::new(), Vec::new(), Vec::new());
        for wanted in wanted {
            if request.len() == BACKLOG {
                return Err(NotPlayed::Busy);
            }
            let id = random_id()?;
            let (resolved, seed) = wanted?;
            let scenario = resolved.played.scenario.clone();
            // What can be refused is refused before anything begins; the other sessions of a scenario are alike.
            let known = request.last().is_some_and(|waiting: &Waiting<Job>| waiting.scenario == scenario);
            let mut orders = if known { None } else { Some(orders(&id, &resolved, seed, &self.config.settings)?) };
            if let (Whose::ByHand(by_hand), Some(orders)) = (whose, &mut orders) {
                by_hand.tell(orders);
            }
            let cost = match whose {
                Whose::ByHand(by_hand) if by_hand.holds => Cost::ByHand,
                Whose::Guest => Cost::Guest,
                _ => Cost::of(cost::core_seconds(&resolved)),
            };
            let mut session = Session::new(id.clone(), scenario.clone(), seed, now_ms());
            session.by_hand = matches!(whose, Whose::ByHand(_));
            let (tell, done) = oneshot::channel();
            let work = Work::Scenario { resolved: Box::new(resolved), orders };
            request.push(Waiting { id, scenario, seed, cost, job: Job { work, tell } });
            playing.push(Playing { session: session.clone(), done });
            sessions.push(session);
        }
        {
            let mut queue = self.queue();
            if !queue.has_room(request.len()) {
                return Err(NotPlayed::Busy);
            }
            if matches!(whose, Whose::ByHand(by_hand) if by_hand.holds) {
                let mut hands = self.hands();
                if hands.count() + request.len() > BY_HAND {
                    return Err(NotPlayed::Hands);
                }
                request.iter().for_each(|waiting| hands.begin(&waiting.id));
            }
            sessions.into_iter().for_each(|session| self.book.begin(session));
            queue.push(request);
        }
        self.advance();
        Ok(playing)
    }
}

/// A session's id that is nobody's: 16 hexadecimal digits.
pub(crate) fn random_id() -> Result<String, NotPlayed> {
    let number = getrandom::u64().map_err(|_| NotPlayed::Randomness)?;
    Ok(format!("{number:016x}"))
}
