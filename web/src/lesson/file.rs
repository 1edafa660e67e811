//! A lesson as it is written: one JSON document (docs/teaching.md), read strictly.

use super::{challenge, text::Text};
use crate::{plain::plain, sessions::orders::resolve};
use lab::scenario::{Scenario, Selection};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The version of the document that this program reads.
const VERSION: u32 = 1;
/// Scenes of a lesson.
const SCENES: usize = 100;
/// Minutes of a scene.
const MINUTES: u32 = 600;
/// Rows that a scene may begin at.
const ROWS: u32 = 10_000;
/// Answers of a question.
const ANSWERS: std::ops::RangeInclusive<usize> = 2..=6;
/// Sessions that each may run in an exercise.
const SESSIONS: std::ops::RangeInclusive<u32> = 1..=50;

/// A lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// The document's version.
    pub interlock_lesson: u32,
    /// What it is called.
    pub title: Text,
    /// Its scenes, in their order.
    pub scenes: Vec<Scene>,
}

/// What is shown and spoken about at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// What it is called.
    pub title: Text,
    /// How long it is planned to take.
    pub minutes: u32,
    /// What was run; a scene without one shows its title alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<Scenario>,
    /// The seed that it was run with: the same keys and bytes each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Set beside the same scenario without this check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The row at which it begins, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// What the speaker wants to remember; shown to nobody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Text>,
    /// What the class is asked, before it sees what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// What each of the class may do by itself while this is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exercise: Option<Exercise>,
}

/// Everybody runs scenarios of their own, and the lab checks whether they solve tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// Sessions that each may run.
    pub sessions: u32,
    /// The tasks, by their ids; all that there are where none is named.
    #[serde(default)]
    pub tasks: Vec<String>,
}

/// A question to the class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What is asked.
    pub ask: Text,
    /// What can be answered.
    pub answers: Vec<Text>,
    /// Which answer is right, from 1; absent where none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<usize>,
}

/// What is wrong with a lesson.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Fault {
    /// Where, as `scenes[2].question.right`.
    pub field: String,
    /// What was expected and what came.
    pub message: String,
}

impl Lesson {
    /// Reads a lesson.
    ///
    /// # Errors
    /// The first thing that is wrong with it, by the field's name.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let mut json = serde_json::Deserializer::from_str(text);
        let lesson: Self = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let (member, message) = plain(&error.inner().to_string());
            let path = error.path().to_string();
            let path = if path == "." { "lesson".to_owned() } else { path };
            // Where a member is missing or unknown the path ends at the object that it belongs to, or with it.
            let field = match member {
                Some(member) if path == "lesson" => member,
                Some(member) if path != member && !path.ends_with(&format!(".{member}")) => format!("{path}.{member}"),
                _ => path,
            };
            Fault { field, message }
        })?;
        json.end().map_err(|error| Fault { field: "lesson".to_owned(), message: plain(&error.to_string()).1 })?;
        lesson.sound()
    }

    /// How long it is planned to take.
    pub fn minutes(&self) -> u32 {
        self.scenes.iter().map(|scene| scene.minutes).sum()
    }

    /// The lesson, with every scenario as it is played, if all of it makes sense.
    fn sound(mut self) -> Result<Self, Fault> {
        let fault = |field: String, message: String| Err(Fault { field, message });
        if self.interlock_lesson != VERSION {
            return fault("interlock_lesson".into(), format!("expected {VERSION}, got {}", self.interlock_lesson));
        }
        if !(1..=SCENES).contains(&self.scenes.len()) {
            return fault("scenes".into(), format!("expected 1 to {SCENES}, got {}", self.scenes.len()));
        }
        for (i, scene) in self.scenes.iter_mut().enumerate() {
            scene
                .sound()
                .map_err(|Fault { field, message }| Fault { field: format!("scenes[{i}].{field}"), message })?;
        }
        // What a scene has shown, none after it can ask about; with another switch it would give the answer away as well.
        let mut first: HashMap<(Selection, Selection), usize> = HashMap::new();
        for (i, scene) in self.scenes.iter().enumerate() {
            for scenario in scene.plays() {
                let Scenario { mode, attack, .. } = &scenario;
                let other = *first.entry((mode.clone(), attack.clone())).or_insert(i);
                if other != i && scene.question.is_some() {
                    let message =
                        format!("scenes[{other}] has shown {mode}/{attack}, so what comes of it cannot be asked");
                    return fault(format!("scenes[{i}].question"), message);
                }
            }
        }
        Ok(self)
    }
}

impl Scene {
    /// What it plays: nothing, one scenario, or one with and without a check.
    pub fn plays(&self) -> Vec<Scenario> {
        let with = self.scenario.iter();
        with.flat_map(|with| [Some(with.clone()), self.check.as_ref().map(|check| with.lacking(check))])
            .flatten()
            .collect()
    }

    fn sound(&mut self) -> Result<(), Fault> {
        let fault = |field: &str, message: String| Err(Fault { field: field.to_owned(), message });
        if !(1..=MINUTES).contains(&self.minutes) {
            return fault("minutes", format!("expected 1 to {MINUTES}, got {}", self.minutes));
        }
        if self.row.is_some_and(|row| !(1..=ROWS).contains(&row)) {
            return fault("row", format!("expected 1 to {ROWS}, got {}", self.row.unwrap_or_default()));
        }
        match &self.scenario {
            None => {
                let needs =
                    [("seed", self.seed.is_some()), ("check", self.check.is_some()), ("row", self.row.is_some())];
                if let Some((field, _)) = needs.into_iter().find(|(_, there)| *there) {
                    return fault(field, "expected a scenario beside it, and there is none".to_owned());
                }
            }
            Some(_) if self.seed.is_none() => {
                return fault(
                    "seed",
                    "expected, so that the scene is the same each time, but it is not there".to_owned(),
                );
            }
            Some(_) if self.check.is_some() && self.row.is_some() => {
                return fault("row", "expected none beside a check: a comparison is shown whole".to_owned());
            }
            Some(scenario) => {
                for (played, field) in self.plays().iter().zip(["scenario", "check"]) {
                    if let Err(refused) = resolve(played) {
                        return fault(field, refused.to_string());
                    }
                }
                let played = resolve(scenario).map(|resolved| resolved.played.scenario);
                self.scenario = played.ok();
            }
        }
        if let Some(exercise) = &self.exercise {
            exercise.sound(self.scenario.is_some() || self.question.is_some())?;
        }
        let Some(question) = &self.question else { return Ok(()) };
        if !ANSWERS.contains(&question.answers.len()) {
            let (least, most) = (ANSWERS.start(), ANSWERS.end());
            return fault("question.answers", format!("expected {least} to {most}, got {}", question.answers.len()));
        }
        if question.right.is_some_and(|right| !(1..=question.answers.len()).contains(&right)) {
            let right = question.right.unwrap_or_default();
            return fault("question.right", format!("expected 1 to {}, got {right}", question.answers.len()));
        }
        Ok(())
    }
}

impl Exercise {
    /// Whether it makes sense in a scene that shows something else, or nothing.
    fn sound(&self, shows: bool) -> Result<(), Fault> {
        let fault = |field: &str, message: String| Err(Fault { field: field.to_owned(), message });
        if shows {
            return fault("exercise", "expected no scenario and no question beside it".to_owned());
        }
        if !SESSIONS.contains(&self.sessions) {
            let (least, most) = (SESSIONS.start(), SESSIONS.end());
            return fault("exercise.sessions", format!("expected {least} to {most}, got {}", self.sessions));
        }
        let known = challenge::all()?;
        let unknown = self.tasks.iter().enumerate().find(|(_, task)| known.iter().all(|one| one.id != **task));
        if let Some((i, task)) = unknown {
            let known: Vec<&str> = known.iter().map(|one| one.id.as_str()).collect();
            let task: String = task.chars().take(64).collect();
            return fault(
                &format!("exercise.tasks[{i}]"),
                format!("expected one of {}, got {task:?}", known.join(", ")),
            );
        }
        Ok(())
    }
}
