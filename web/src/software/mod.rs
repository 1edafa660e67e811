//! Real software in the dashboard: programs that are installed here, out of the fixed list of recipes, audited one after the
//! other when the trainer says so. Nothing of a command comes from a request.

mod told;

pub use told::{Attack, Program, Shown};

use crate::sessions::hub::Hub;
use audit::{Audited, Settings, audit, cases, recipes::RECIPES};
use lab::certificate::KeyType;
use serde::Serialize;
use serde_json::json;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, OnceCell, watch},
    task::JoinSet,
};

/// How long a program may take for one attack.
const DEADLINE: Duration = Duration::from_secs(20);
/// Runs of a program at the same time: the lab's own sessions go on beside it.
const JOBS: usize = 2;

/// What is told of them.
pub struct Software {
    hub: Arc<Hub>,
    /// What is installed, in the order of the recipes: looked for once.
    installed: OnceCell<Vec<Option<audit::Program>>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Recipes by their places; the first one is at work.
    waiting: VecDeque<usize>,
    /// Somebody works.
    works: bool,
    /// How far the first one is, and what stops it.
    done: Arc<AtomicUsize>,
    stop: Arc<Notify>,
    /// What came of each.
    came: Vec<Option<Came>>,
}

#[derive(Clone)]
enum Came {
    Audited(Arc<Audited>),
    Failed(String),
}

/// How far a program is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Standing {
    /// It is not installed here.
    Absent,
    /// It was not audited yet.
    Idle,
    /// Its turn comes.
    Waits,
    /// It is being audited.
    Runs {
        /// Attacks that are done.
        done: usize,
        /// Attacks in all.
        all: usize,
    },
    /// It was audited.
    Done,
    /// The audit itself failed.
    Failed {
        /// Why.
        error: String,
    },
}

/// Why none is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotStarted {
    /// There is no such recipe.
    Unknown,
    /// The program is not installed here.
    Absent,
}

impl Software {
    /// Nothing was audited yet.
    pub fn new(hub: Arc<Hub>) -> Arc<Self> {
        let came = vec![None; RECIPES.len()];
        let state = Mutex::new(State { came, ..State::default() });
        Arc::new(Self { hub, installed: OnceCell::new(), state })
    }

    /// Every program that there is a recipe for.
    pub async fn programs(&self) -> Vec<Program> {
        let installed = self.installed().await;
        let state = self.state();
        let programs = installed.iter().enumerate().filter_map(|(place, program)| {
            let recipe = RECIPES.get(place)?;
            let version = program.as_ref().and_then(|program| program.version.clone());
            let came = state.came.get(place).and_then(Option::as_ref);
            let audited = match came {
                Some(Came::Audited(audited)) => Some(audited.as_ref()),
                _ => None,
            };
            Some(Program::new(recipe, version, state.standing(place, program.is_some()), audited))
        });
        programs.collect()
    }

    /// What a program was shown and did, attack by attack; nothing where it was not audited.
    pub fn shown(&self, id: &str) -> Option<Shown> {
        let (place, recipe) = find(id)?;
        let came = self.state().came.get(place).cloned().flatten()?;
        match came {
            Came::Audited(audited) => Some(Shown::new(recipe, &audited)),
            Came::Failed(_) => None,
        }
    }

    /// Audits a program when its turn comes; once more where it was audited.
    ///
    /// # Errors
    /// There is none.
    pub async fn start(self: &Arc<Self>, id: &str) -> Result<(), NotStarted> {
        let (place, _) = find(id).ok_or(NotStarted::Unknown)?;
        let installed = self.installed().await.get(place).is_some_and(Option::is_some);
        if !installed {
            return Err(NotStarted::Absent);
        }
        let idle = {
            let mut state = self.state();
            if !state.waiting.contains(&place) {
                state.waiting.push_back(place);
            }
            !std::mem::replace(&mut state.works, true)
        };
        self.tell();
        if idle {
            let own = Arc::clone(self);
            tokio::spawn(async move { own.work().await });
        }
        Ok(())
    }

    /// Ends what is at work and what waits; answers with how many.
    pub fn cancel(&self) -> usize {
        let mut state = self.state();
        let all = state.waiting.len();
        state.waiting.truncate(1);
        state.stop.notify_one();
        all
    }

    /// Audits until none waits.
    async fn work(&self) {
        loop {
            let (place, stop) = {
                let mut state = self.state();
                (state.done, state.stop) = Default::default();
                let Some(place) = state.waiting.front().copied() else {
                    state.works = false;
                    return;
                };
                (place, Arc::clone(&state.stop))
            };
            let program = self.installed().await.get(place).cloned().flatten();
            let came = match program {
                Some(program) => tokio::select! {
                    came = self.audited(place, &program) => came,
                    () = stop.notified() => None,
                },
                None => None,
            };
            {
                let mut state = self.state();
                state.waiting.pop_front();
                if let (Some(came), Some(own)) = (came, state.came.get_mut(place)) {
                    *own = Some(came);
                }
            }
            self.tell();
        }
    }

    async fn audited(&self, place: usize, program: &audit::Program) -> Option<Came> {
        let settings = Settings {
            cases: cases().collect(),
            jobs: JOBS,
            deadline: DEADLINE,
            keys: KeyType::P256,
            here: std::env::temp_dir(),
            exposed: None,
        };
        let (hub, done) = (Arc::clone(&self.hub), Arc::clone(&self.state().done));
        let (id, all) = (RECIPES.get(place).map(told::id), attacks(place));
        let step = move || {
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            hub.publish("software", &json!({ "program": id, "done": done, "all": all }));
        };
        // Whoever stops it lets go of all of it.
        let (_going, on) = watch::channel(false);
        match audit(program, &settings, on, step).await {
            Ok(audited) => audited.map(|audited| Came::Audited(Arc::new(audited))),
            Err(error) => Some(Came::Failed(error.to_string())),
        }
    }

    /// What is installed: asked all at once, each by its version.
    async fn installed(&self) -> &[Option<audit::Program>] {
        let look = || async {
            let mut asked = JoinSet::new();
            for (place, recipe) in RECIPES.iter().enumerate() {
                asked.spawn(async move { (place, recipe.program().await) });
            }
            let mut found = vec![None; RECIPES.len()];
            for (place, program) in asked.join_all().await {
                if let Some(own) = found.get_mut(place) {
                    *own = program;
                }
            }
            found
        };
        self.installed.get_or_init(look).await
    }

    /// Tells everybody that there is something new; what it is they ask for.
    fn tell(&self) {
        self.hub.publish("software", &json!({}));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many attacks are put to the program of this recipe.
fn attacks(place: usize) -> usize {
    let program = RECIPES.get(place).map(audit::recipes::Recipe::described);
    cases().filter(|case| program.as_ref().is_some_and(|program| program.is_put_to(case))).count()
}

fn find(id: &str) -> Option<(usize, &'static audit::recipes::Recipe)> {
    RECIPES.iter().enumerate().find(|(_, recipe)| told::id(recipe) == id)
}

impl State {
    fn standing(&self, place: usize, installed: bool) -> Standing {
        match self.waiting.iter().position(|waiting| *waiting == place) {
            _ if !installed => Standing::Absent,
            Some(0) => Standing::Runs { done: self.done.load(Ordering::Relaxed), all: attacks(place) },
            Some(_) => Standing::Waits,
            None => match self.came.get(place).and_then(Option::as_ref) {
                None => Standing::Idle,
                Some(Came::Audited(_)) => Standing::Done,
                Some(Came::Failed(error)) => Standing::Failed { error: error.clone() },
            },
        }
    }
}
