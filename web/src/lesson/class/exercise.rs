//! What each of the class does by itself while an exercise is open; the lab sees which tasks that solves.

use super::{Class, NotRun, Refused};
use crate::{
    console::{HEAVY, NotPlayed},
    lesson::{
        challenge::{self, Challenge, Stand},
        students::{Own, Row, Victim},
        victims::HandedIn,
    },
    sessions::{
        orders::{core_seconds, resolve},
        session::Session,
    },
};
use lab::scenario::Scenario;
use std::sync::Arc;

impl Class {
    /// A student runs a scenario of its own, where an exercise is open. The lab sees by itself what that solves.
    ///
    /// # Errors
    /// It was not begun, and is not counted.
    pub fn run(self: &Arc<Self>, voter: u64, scenario: &Scenario, seed: Option<u64>) -> Result<Session, NotRun> {
        let played = resolve(scenario).map_err(NotPlayed::Refused)?.played.scenario;
        if self.console.book().veils_alike(&played) {
            return Err(Refused::Sealed.into());
        }
        let costs = core_seconds(&played).map_err(NotPlayed::Refused)?;
        if let Some(seconds) = costs.filter(|seconds| *seconds > HEAVY) {
            return Err(Refused::Costly(seconds.ceil() as u64).into());
        }
        let begun = {
            let mut state = self.state();
            let scene = state.place.scene;
            let most = state.exercise().ok_or(Refused::NoExercise)?.sessions;
            state.students.begin(voter, scene, most)?
        };
        let playing = match self.console.play_for_guest(&played, seed) {
            Ok(playing) => playing,
            Err(error) => {
                self.state().students.withdraw(&begun);
                return Err(error.into());
            }
        };
        let session = playing.session.clone();
        let class = Arc::clone(self);
        tokio::spawn(async move {
            let record = playing.done().await;
            let session = record.map(|record| class.console.book().told(record.session.clone()));
            let mut state = class.state();
            match &session {
                Some(session) => {
                    let solved = class.tasks.iter().filter(|task| task.wanted.is_met_by(session));
                    state.students.end(&begun, &session.session, solved.map(|task| task.id.clone()));
                }
                None => state.students.withdraw(&begun),
            }
            class.tell_soon(&mut state);
        });
        self.tell_soon(&mut self.state());
        Ok(session)
    }

    /// What a student wants to be called; nothing for no name.
    ///
    /// # Errors
    /// It is none, or this one has none any more.
    pub fn name(self: &Arc<Self>, voter: u64, name: &str) -> Result<(), Refused> {
        let mut state = self.state();
        state.students.name(voter, name)?;
        self.tell_soon(&mut state);
        Ok(())
    }

    /// Takes a student's name away; `false` where there is no such student.
    pub fn unname(self: &Arc<Self>, id: usize) -> bool {
        let mut state = self.state();
        let known = state.students.unname(id);
        self.tell_soon(&mut state);
        known
    }

    /// A student hands in how a victim of its own was graded.
    ///
    /// # Errors
    /// There is no room.
    pub fn hand_in(self: &Arc<Self>, voter: u64, report: HandedIn) -> Result<(), Refused> {
        let mut state = self.state();
        state.students.hand_in(voter, report)?;
        self.tell_soon(&mut state);
        Ok(())
    }

    /// Victims of students' own: all, or those of one.
    pub fn victims(&self, of: Option<u64>) -> Vec<Victim> {
        self.state().students.victims(of)
    }

    /// The students, for the speaker.
    pub fn students(&self) -> Vec<Row> {
        self.state().students.rows()
    }

    /// How the tasks stand for one student, and how that one stands.
    pub fn own(&self, voter: u64) -> (Vec<Stand>, Own) {
        let own = {
            let state = self.state();
            state.students.own(voter, state.place.scene, state.exercise().map_or(0, |exercise| exercise.sessions))
        };
        let stand = |task: &Challenge| Stand { challenge: task.clone(), solved: own.solved.get(&task.id).cloned() };
        (self.tasks.iter().map(stand).collect(), own)
    }

    /// How the tasks stand by all sessions that began at this Unix millisecond or later.
    pub fn stands(&self, since: u64) -> Vec<Stand> {
        challenge::stand(&self.tasks, self.console.book(), since)
    }
}
