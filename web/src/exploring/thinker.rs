//! The attacker thinks: one question at a time, on one core, for whoever watches.

use super::{Answer, Asked};
use ::explore::search::search_watched;
use serde::Serialize;
use serde_json::Value;
use std::{
    ops::ControlFlow,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

/// What is being thought about, and what was last.
#[derive(Default)]
pub struct Thinker(Mutex<State>);

#[derive(Default)]
struct State {
    at_work: Option<AtWork>,
    last: Option<Arc<Answer>>,
}

/// A question that is being thought about.
#[derive(Clone, Default)]
struct AtWork {
    mode: String,
    states: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

/// What is seen of it.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Shown {
    /// Nothing was asked yet.
    Idle,
    /// It is being thought about.
    Runs {
        /// The mode.
        mode: String,
        /// States that were looked at.
        states: usize,
    },
    /// It was answered, or cut off.
    Done {
        /// As `interlock explore --json` prints it.
        answer: Value,
    },
}

/// Another question is being thought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("busy with another question")]
pub struct Busy;

impl Thinker {
    /// What it is at.
    pub fn shown(&self) -> Shown {
        let state = self.state();
        match (&state.at_work, &state.last) {
            (Some(AtWork { mode, states, .. }), _) => {
                Shown::Runs { mode: mode.clone(), states: states.load(Ordering::Relaxed) }
            }
            (None, Some(answer)) => Shown::Done { answer: answer.object() },
            (None, None) => Shown::Idle,
        }
    }

    /// What was answered last.
    pub fn last(&self) -> Option<Arc<Answer>> {
        self.state().last.clone()
    }

    /// Begins to think about a question; whoever calls gives it a thread.
    ///
    /// # Errors
    /// It thinks about another one.
    pub fn begin(self: &Arc<Self>, asked: Asked) -> Result<impl FnOnce() + Send + use<>, Busy> {
        self.begin_with(asked, think)
    }

    fn begin_with<T: FnOnce(Asked, &AtWork) -> Answer + Send>(
        self: &Arc<Self>,
        asked: Asked,
        think: T,
    ) -> Result<impl FnOnce() + Send + use<T>, Busy> {
        let own = AtWork { mode: asked.played.selection.to_string(), ..AtWork::default() };
        {
            let mut state = self.state();
            if state.at_work.is_some() {
                return Err(Busy);
            }
            state.at_work = Some(own.clone());
        }
        let place = Place { thinker: Arc::clone(self), answer: None };
        Ok(move || {
            let mut place = place;
            place.answer = Some(Arc::new(think(asked, &own)));
        })
    }

    /// Cuts off what it thinks about; answers whether there was anything.
    pub fn cancel(&self) -> bool {
        let state = self.state();
        if let Some(at_work) = &state.at_work {
            at_work.stop.store(true, Ordering::Relaxed);
        }
        state.at_work.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of whoever thinks: given up with the answer, and without one where none came, so that somebody else can ask.
struct Place {
    thinker: Arc<Thinker>,
    answer: Option<Arc<Answer>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.thinker.state();
        (state.at_work, state.last) = (None, self.answer.take());
    }
}

fn think(asked: Asked, at_work: &AtWork) -> Answer {
    let watch = |more: usize| {
        at_work.states.fetch_add(more, Ordering::Relaxed);
        if at_work.stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    asked.look(|asked, worlds| search_watched(worlds, &asked.goals, asked.bound, true, &watch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::explore::search::Bound;
    use serde_json::json;

    fn asked(mode: &str, without: &[&str]) -> Asked {
        let without: Vec<String> = without.iter().map(|check| (*check).to_owned()).collect();
        Asked::of(&mode.parse().unwrap(), &without, &[], &[], Bound::of(5000)).unwrap()
    }

    fn result(thinker: &Thinker) -> Value {
        match thinker.shown() {
            Shown::Done { answer } => answer["result"].clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_question_is_thought_about_at_a_time_and_the_answer_stays() {
        let thinker = Arc::new(Thinker::default());
        assert!(matches!(thinker.shown(), Shown::Idle) && !thinker.cancel());
        let work = thinker.begin(asked("ecdh-mutual", &["identity-binding"])).unwrap();
        assert!(matches!(thinker.shown(), Shown::Runs { .. }));
        assert!(matches!(thinker.begin(asked("dh", &[])), Err(Busy)));
        work();
        assert_eq!(result(&thinker), json!("attack"));
        thinker.begin(asked("ecdh-mutual", &[])).unwrap()();
        assert_eq!(result(&thinker), json!("none"));
    }

    /// Whoever is given the question and does not answer it leaves the place to the next.
    #[test]
    fn a_question_that_nobody_answers_keeps_nobody_from_asking() {
        let thinker = Arc::new(Thinker::default());
        let work = thinker.begin_with(asked("dh", &[]), |_, _| panic!("no answer")).unwrap();
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err());
        assert!(matches!(thinker.shown(), Shown::Idle));
        drop(thinker.begin(asked("dh", &[])).unwrap());
        thinker.begin(asked("dh", &[])).unwrap()();
        assert_eq!(result(&thinker), json!("attack"));
    }

    #[test]
    fn what_is_cut_off_by_somebody_is_no_answer() {
        let thinker = Arc::new(Thinker::default());
        let work = thinker.begin(asked("ecdh-mutual", &[])).unwrap();
        assert!(thinker.cancel());
        work();
        assert_eq!(result(&thinker), json!("capped"));
    }

    #[test]
    fn a_table_of_ones_own_is_looked_at_and_not_performed() {
        let own = asked("psk", &[]).table();
        let without: String =
            own.lines().filter(|line| !line.contains("role-separation")).map(|line| format!("{line}\n")).collect();
        let thinker = Arc::new(Thinker::default());
        thinker.begin(Asked::of_file(&without, &[], &[], &[], Bound::of(5000)).unwrap()).unwrap()();
        let Shown::Done { answer } = thinker.shown() else { panic!("no answer") };
        assert_eq!((&answer["result"], &answer["script"]), (&json!("attack"), &Value::Null));
        assert!(answer["unscripted"].is_string());
        assert!(
            Asked::of_file("mode x\nnonsense", &[], &[], &[], Bound::of(1)).unwrap_err().to_string().contains("line 2")
        );
    }
}
