//! What the explorer is asked and what it answers, for whoever asks: the command line and the page.

mod object;
pub(crate) mod recipe;
mod thinker;

pub(crate) use object::cast;
pub use thinker::{Busy, Shown, Thinker};

use ::explore::{
    goal::Goal,
    script::{self, Unscripted},
    search::{Bound, Found},
    trace::Trace,
    world::{Sessions, World},
};
use ::lab::{
    mode::{
        Variant,
        file::{Flaw, ModeFile},
    },
    modes::{self, Played},
    refusal::Refusal,
    scenario::Selection,
    script::Script,
    words,
};
use serde_json::Value;
use std::time::Instant;

/// What somebody wants to know.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The table with its switches.
    pub played: Played,
    /// The variant that says what is in no table.
    pub variant: Option<&'static Variant>,
    /// Checks that are switched off.
    pub without: Vec<String>,
    /// Checks that are switched on.
    pub with: Vec<String>,
    /// What there is to lose.
    pub goals: Vec<Goal>,
    /// How far to look.
    pub bound: Bound,
    /// The table is none of the lab's, and no victim speaks it.
    pub own: bool,
}

/// Why nothing is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It names something unknown.
    Unknown(modes::Unknown),
    /// The file is no table.
    Flaw(Flaw),
}

impl From<modes::Unknown> for Refused {
    fn from(unknown: modes::Unknown) -> Self {
        Self::Unknown(unknown)
    }
}

impl From<Flaw> for Refused {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

impl From<&Refused> for Refusal {
    fn from(refused: &Refused) -> Self {
        match refused {
            Refused::Unknown(unknown) => unknown.into(),
            Refused::Flaw(flaw) => flaw.into(),
        }
    }
}

::lab::refused!(Refused);

impl Asked {
    /// About a mode of the lab's; whatever it promises where no goals are named.
    ///
    /// # Errors
    /// It names something unknown.
    pub fn of(
        selection: &Selection,
        without: &[String],
        with: &[String],
        goals: &[Goal],
        bound: Bound,
    ) -> Result<Self, Refused> {
        let played = modes::play(selection, without, with)?;
        let variant = played.mode.variant(played.selection.variant.as_deref());
        Ok(Self::with(played, variant, without, with, goals, bound))
    }

    /// About a table in a file.
    ///
    /// # Errors
    /// It is none, or names something unknown.
    pub fn of_file(
        text: &str,
        without: &[String],
        with: &[String],
        goals: &[Goal],
        bound: Bound,
    ) -> Result<Self, Refused> {
        let file = ModeFile::read(text)?;
        let switches = modes::switched(file.mode, without, with)?;
        let parameters = file.parameters.map(|it| modes::play(&it, &[], &[])).transpose()?;
        let variant = parameters.and_then(|played| played.mode.variant(played.selection.variant.as_deref()));
        let played = Played { mode: file.mode, selection: Selection::plain(file.mode.id), switches };
        Ok(Self { own: true, ..Self::with(played, variant, without, with, goals, bound) })
    }

    fn with(
        played: Played,
        variant: Option<&'static Variant>,
        without: &[String],
        with: &[String],
        goals: &[Goal],
        bound: Bound,
    ) -> Self {
        let goals = if goals.is_empty() { Goal::promised(played.mode) } else { goals.to_vec() };
        let (without, with) = (without.to_vec(), with.to_vec());
        Self { played, variant, without, with, goals, bound, own: false }
    }

    /// The table as a text for [`Self::of_file`].
    pub fn table(&self) -> String {
        let special = self.variant.is_some_and(|variant| variant.group.is_some() || variant.word);
        let parameters = special.then(|| self.played.selection.clone());
        ModeFile { mode: self.played.mode, parameters }.to_string()
    }

    /// Who takes part, within a bound of sessions.
    pub fn worlds(&self, sessions: Sessions) -> Vec<World> {
        World::all(self.played.mode, self.variant, &self.played.switches, sessions)
    }

    /// What comes of looking with `search`, at the narrowest bound first: what one session of each shows needs no second, and is
    /// told and performed with the least.
    pub fn look(self, search: impl Fn(&Self, &[World]) -> Found) -> Answer {
        let start = Instant::now();
        let (mut worlds, mut found, mut states) = (Vec::new(), Found::first_of([]), 0);
        for sessions in Sessions::ALL.into_iter().filter(|it| *it <= self.bound.sessions) {
            worlds = self.worlds(sessions);
            found = search(&self, &worlds);
            states += found.states;
            if !found.attacks.is_empty() || found.vacuous.is_some() {
                break;
            }
        }
        found.states = states;
        Answer { asked: self, worlds, found, seconds: start.elapsed().as_secs_f64() }
    }

    /// The script of a trace.
    ///
    /// # Errors
    /// It has none.
    pub fn script(&self, trace: &Trace) -> Result<Script, Unscripted> {
        if self.own {
            // The victims speak the lab's modes.
            return Err(Unscripted::NoPlace("own-mode".to_owned()));
        }
        script::of(trace, &self.played.selection)
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Answer {
    /// What was asked.
    pub asked: Asked,
    /// Who took part.
    pub worlds: Vec<World>,
    /// What was found.
    pub found: Found,
    /// How long it took.
    pub seconds: f64,
}

impl Answer {
    /// As `interlock explore --json` prints it, without what was performed.
    pub fn object(&self) -> Value {
        object::of(self)
    }
}

/// One of three answers, or that there was nothing to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is an attack.
    Attack,
    /// There is none within the bound.
    None,
    /// The search was cut off.
    Capped,
    /// No honest run gets to the end.
    Vacuous,
}

impl Outcome {
    /// Which of these was found.
    pub fn of(found: &Found) -> Self {
        match found {
            found if !found.attacks.is_empty() => Self::Attack,
            found if found.vacuous.is_some() => Self::Vacuous,
            found if found.exhausted.0 < found.exhausted.1 => Self::Capped,
            _ => Self::None,
        }
    }

    /// Stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attack => "attack",
            Self::None | Self::Vacuous => "none",
            Self::Capped => "capped",
        }
    }
}

/// What the explorer says by itself.
pub(crate) fn said(name: &str, members: &Value) -> String {
    words::say("explore", name, members)
}
