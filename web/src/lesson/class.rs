//! The class: which lesson it follows, where the speaker is in it, and what it answers. Everybody sees the same place.

mod exercise;

use super::{
    challenge::{self, Challenge},
    file::{Exercise, Lesson, Scene},
    rehearsal::{Played, Rehearsed, Standing, rehearse},
    students::Students,
    view::{Put, Script, View},
    votes::Votes,
};
use crate::{
    ci::outcomes::Row,
    console::{Console, HEAVY, NotPlayed},
    sessions::{
        book::Book,
        session::{now_ms, now_us},
    },
};
use lab::{refusal::Refusal, scenario::Scenario};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::task::JoinHandle;

/// Answers that come in at the same time are told together, this often.
const TOLD: Duration = Duration::from_millis(300);

/// A class.
pub struct Class {
    console: Arc<Console>,
    rows: Vec<Row>,
    /// The tasks that the lab checks by itself.
    tasks: Vec<Challenge>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Counts the lessons that were loaded, so that the rehearsal of one before does not go on.
    loaded: u64,
    lesson: Option<Arc<Lesson>>,
    rehearsed: Vec<Rehearsed>,
    place: Place,
    votes: Votes,
    students: Students,
    /// Counts what students did.
    worked: u64,
    /// Something of what the class did is still to be told.
    due: bool,
}

/// Where the speaker is.
#[derive(Clone, Copy, Default)]
struct Place {
    scene: usize,
    row: u32,
    asked: Asked,
    /// The scene's question has been told.
    done: bool,
    /// Counts how often the question was put.
    round: u32,
    black: bool,
    /// When the lesson began, Unix milliseconds.
    began: u64,
}

/// How far a question is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// It is not on the screen.
    #[default]
    Closed,
    /// The class answers.
    Open,
    /// The class sees what it answered, and what is right.
    Told,
}

/// What the speaker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase", deny_unknown_fields)]
pub enum Action {
    /// Goes to a scene, from 1, and in it to a row, from 1; without one to where the scene begins.
    Go {
        /// The scene.
        scene: usize,
        /// The row.
        row: Option<u32>,
    },
    /// Puts the scene's question, or puts it again: no answer counts any more.
    Ask,
    /// Counts a hand for an answer, from 1.
    Hand {
        /// The answer.
        answer: usize,
    },
    /// Tells what was answered, what is right, and what came of the scene.
    Reveal,
    /// Takes the question from the screen.
    Close,
    /// Makes every screen that follows black, or shows it again.
    Black {
        /// Black.
        on: bool,
    },
    /// Back to the start of the lesson: nothing is told, nothing answered.
    Start,
}

/// Why the speaker's wish is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No lesson is loaded.
    NoLesson,
    /// There is no such thing in it; the field and what it has.
    Beyond(&'static str, usize),
    /// The scene asks nothing, or not at the moment.
    NotAsked,
    /// More answer than there is room for.
    Full,
    /// The scene is no exercise.
    NoExercise,
    /// So many sessions are spent.
    Spent(u32),
    /// One session at a time.
    Runs,
    /// The class is still to be asked what comes of it.
    Sealed,
    /// The computation takes too many seconds of one core.
    Costly(u64),
    /// A nickname of more characters than this.
    Name(usize),
    /// A nickname with characters that cannot be seen.
    Unseen,
    /// The speaker took the name away.
    Unnamed,
}

impl From<&Refused> for Refusal {
    fn from(refused: &Refused) -> Self {
        let (name, members) = match refused {
            Refused::NoLesson => ("no-lesson", json!({})),
            Refused::Beyond(_, most) => ("count", json!({ "most": most })),
            Refused::NotAsked => ("not-asked", json!({})),
            Refused::Full => ("full", json!({})),
            Refused::NoExercise => ("no-exercise", json!({})),
            Refused::Spent(most) => ("spent", json!({ "most": most })),
            Refused::Runs => ("yours-runs", json!({})),
            Refused::Sealed => ("sealed-scenario", json!({})),
            Refused::Costly(seconds) => ("costly", json!({ "seconds": seconds, "most": HEAVY })),
            Refused::Name(most) => ("long-name", json!({ "most": most })),
            Refused::Unseen => ("unseen", json!({})),
            Refused::Unnamed => ("unnamed", json!({})),
        };
        Self::new(name, members)
    }
}

lab::refused!(Refused);

/// Why a student's session is not begun.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotRun {
    /// The class does not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The console does not.
    #[error(transparent)]
    NotPlayed(#[from] NotPlayed),
}

impl Class {
    /// A class without a lesson.
    pub fn new(console: Arc<Console>, rows: Vec<Row>) -> Arc<Self> {
        // A program whose tasks cannot be read sets none; its tests say so.
        let tasks = challenge::all().unwrap_or_default();
        Arc::new(Self { console, rows, tasks, state: Mutex::default() })
    }

    /// Takes up a lesson: its questions are sealed at once, its scenes rehearsed one after the other. What is answered ends
    /// with the rehearsal, with how it went; with nothing where another lesson was taken up meanwhile.
    pub fn load(self: &Arc<Self>, lesson: Lesson) -> JoinHandle<Option<View>> {
        let lesson = Arc::new(lesson);
        let loaded = {
            let mut state = self.state();
            let loaded = state.loaded + 1;
            let rehearsed = vec![Rehearsed::default(); lesson.scenes.len()];
            let (students, worked, due) = (std::mem::take(&mut state.students), state.worked, state.due);
            let lesson = Some(Arc::clone(&lesson));
            *state = State { loaded, lesson, rehearsed, students, worked, due, ..State::default() };
            state.begin();
            loaded
        };
        self.console.book().veil(sealed(&lesson));
        self.publish();
        let class = Arc::clone(self);
        tokio::spawn(async move {
            let mut played = Played::new();
            for (i, scene) in lesson.scenes.iter().enumerate() {
                let rehearsed = rehearse(&class.console, &class.rows, scene, &mut played).await;
                {
                    let mut state = class.state();
                    if state.loaded != loaded {
                        return None;
                    }
                    if let Some(place) = state.rehearsed.get_mut(i) {
                        *place = rehearsed;
                    }
                }
                class.publish();
            }
            Some(class.view())
        })
    }

    /// What everybody sees.
    pub fn view(&self) -> View {
        self.state().view(self.console.book())
    }

    /// What the speaker sees; nothing where no lesson is loaded.
    pub fn script(&self) -> Option<Script> {
        let state = self.state();
        let lesson = state.lesson.as_deref()?.clone();
        Some(Script { lesson, rehearsed: state.rehearsed.clone(), tally: state.votes.tally() })
    }

    /// Does what the speaker wants.
    ///
    /// # Errors
    /// It cannot be done, and nothing is changed.
    pub fn act(&self, action: Action) -> Result<View, Refused> {
        let lesson = self.state().lesson.clone().ok_or(Refused::NoLesson)?;
        let told = self.state().act(action, &lesson)?;
        match (action, told) {
            (Action::Start, _) => self.console.book().veil(sealed(&lesson)),
            (_, Some(scene)) => about(&lesson, &scene).for_each(|scenario| self.console.book().unveil(&scenario)),
            _ => {}
        }
        self.publish();
        Ok(self.view())
    }

    /// Somebody answers, from 1.
    ///
    /// # Errors
    /// Nothing is asked, or there is no such answer.
    pub fn answer(self: &Arc<Self>, voter: u64, answer: usize) -> Result<(), Refused> {
        let mut state = self.state();
        let answers = state.question().ok_or(Refused::NotAsked)?.answers.len();
        if state.place.asked != Asked::Open {
            return Err(Refused::NotAsked);
        }
        if !(1..=answers).contains(&answer) {
            return Err(Refused::Beyond("answer", answers));
        }
        if !state.votes.cast(voter, answer - 1) {
            return Err(Refused::Full);
        }
        self.tell_soon(&mut state);
        Ok(())
    }

    /// Tells what the class did, together with what else it does at the same time.
    fn tell_soon(self: &Arc<Self>, state: &mut State) {
        state.worked += 1;
        if !std::mem::replace(&mut state.due, true) {
            let class = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(TOLD).await;
                class.state().due = false;
                class.publish();
            });
        }
    }

    fn publish(&self) {
        // In the order of the changes: nobody else changes it meanwhile.
        let state = self.state();
        self.console.book().hub().publish("class", &state.view(self.console.book()));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a lesson must not tell before its questions are answered.
fn sealed(lesson: &Lesson) -> Vec<Scenario> {
    let asking = lesson.scenes.iter().filter(|scene| scene.question.is_some());
    asking.flat_map(|scene| about(lesson, scene)).collect()
}

/// What a lesson plays of the same mode and attack as a scene: the outcome with another switch would give away the scene's.
fn about(lesson: &Lesson, scene: &Scene) -> impl Iterator<Item = Scenario> {
    let asked = scene.plays();
    let all: Vec<Scenario> = lesson.scenes.iter().flat_map(Scene::plays).collect();
    all.into_iter().filter(move |it| asked.iter().any(|asked| it.mode == asked.mode && it.attack == asked.attack))
}

impl State {
    fn scene(&self) -> Option<&Scene> {
        self.lesson.as_ref()?.scenes.get(self.place.scene)
    }

    fn question(&self) -> Option<&super::file::Question> {
        self.scene()?.question.as_ref()
    }

    fn exercise(&self) -> Option<&Exercise> {
        self.scene()?.exercise.as_ref()
    }

    /// To the start of the lesson.
    fn begin(&mut self) {
        self.students.start();
        self.place = Place { began: now_ms(), ..Place::default() };
        self.enter(0);
    }

    /// To the start of a scene.
    fn enter(&mut self, scene: usize) {
        self.place =
            Place { scene, row: 1, asked: Asked::Closed, done: false, round: self.place.round + 1, ..self.place };
        self.place.row = self.scene().and_then(|scene| scene.row).unwrap_or(1);
        self.votes = Votes::among(self.question().map_or(0, |question| question.answers.len()));
    }

    /// Answers with the scene about which everything is told from now on.
    fn act(&mut self, action: Action, lesson: &Lesson) -> Result<Option<Scene>, Refused> {
        let scenes = lesson.scenes.len();
        let asked = self.question().map(|question| question.answers.len());
        match action {
            Action::Go { scene, .. } if !(1..=scenes).contains(&scene) => return Err(Refused::Beyond("scene", scenes)),
            Action::Go { scene, row } => {
                if self.place.scene != scene - 1 || row.is_none() {
                    self.enter(scene - 1);
                }
                self.place.row = row.unwrap_or(self.place.row).max(1);
            }
            Action::Start => self.begin(),
            Action::Black { on } => self.place.black = on,
            Action::Close => self.place.asked = Asked::Closed,
            Action::Ask => {
                self.votes = Votes::among(asked.ok_or(Refused::NotAsked)?);
                self.place = Place { asked: Asked::Open, round: self.place.round + 1, ..self.place };
            }
            Action::Hand { answer } => {
                let answers = asked.filter(|_| self.place.asked == Asked::Open).ok_or(Refused::NotAsked)?;
                if answer == 0 || !self.votes.hand(answer - 1) {
                    return Err(Refused::Beyond("answer", answers));
                }
            }
            Action::Reveal => {
                asked.ok_or(Refused::NotAsked)?;
                self.place = Place { asked: Asked::Told, done: true, ..self.place };
                return Ok(self.scene().cloned());
            }
        }
        Ok(None)
    }

    fn view(&self, book: &Book) -> View {
        let scene = self.scene();
        let asked = self.place.asked;
        let put = |question: &super::file::Question| Put {
            state: asked,
            done: self.place.done,
            ask: question.ask.clone(),
            answers: question.answers.clone(),
            round: self.place.round,
            answered: self.votes.answered(),
            tally: (asked == Asked::Told).then(|| self.votes.tally()),
            right: question.right.filter(|_| asked == Asked::Told),
        };
        View {
            lesson: self.lesson.as_ref().map(|lesson| lesson.title.clone()),
            at: now_us(),
            loaded: self.loaded,
            scenes: self.rehearsed.len(),
            ready: self.rehearsed.iter().filter(|scene| scene.ready == Standing::Ready).count(),
            scene: self.place.scene + 1,
            title: scene.map(|scene| scene.title.clone()),
            scenarios: scene.map(Scene::plays).unwrap_or_default(),
            sessions: self.rehearsed.get(self.place.scene).map(|scene| scene.sessions.clone()).unwrap_or_default(),
            row: self.place.row,
            sealed: scene.is_some_and(|scene| scene.plays().iter().any(|scenario| book.veiled(scenario))),
            black: self.place.black,
            began: self.place.began,
            question: self.question().map(put),
            exercise: self.exercise().cloned(),
            worked: self.worked,
        }
    }
}
