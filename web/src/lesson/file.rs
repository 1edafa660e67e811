//! A lesson as it is written: one JSON document (docs/teaching.md), read strictly.

use super::{challenge, text::Text};
use crate::{plain::plain, sessions::orders::resolve};
use lab::{
    refusal::Refusal,
    scenario::{Scenario, Selection},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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
#[error("{field}: {why}")]
pub struct Fault {
    /// Where, as `scenes[2].question.right`.
    pub field: String,
    /// What was expected and what came.
    pub why: Refusal,
}

impl Fault {
    /// What is wrong with a field, in the words of this name, which these members fill.
    fn new(field: &str, name: &str, members: Value) -> Self {
        Self { field: field.to_owned(), why: Refusal::new(name, members) }
    }

    /// A number of another range.
    fn beyond(field: &str, least: impl Serialize, most: impl Serialize, got: impl Serialize) -> Self {
        Self::new(field, "range", json!({ "least": least, "most": most, "got": got }))
    }
}

impl Lesson {
    /// Reads a lesson.
    ///
    /// # Errors
    /// The first thing that is wrong with it, by the field's name.
    pub fn read(text: &str) -> Result<Self, Fault> {
        let mut json = serde_json::Deserializer::from_str(text);
        let lesson: Self = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let (member, why) = plain(&error.inner().to_string());
            let path = error.path().to_string();
            let path = if path == "." { "lesson".to_owned() } else { path };
            // Where a member is missing or unknown the path ends at the object that it belongs to, or with it.
            let field = match member {
                Some(member) if path == "lesson" => member,
                Some(member) if path != member && !path.ends_with(&format!(".{member}")) => format!("{path}.{member}"),
                _ => path,
            };
            Fault { field, why }
        })?;
        json.end().map_err(|error| Fault { field: "lesson".to_owned(), why: plain(&error.to_string()).1 })?;
        lesson.sound()
    }

    /// How long it is planned to take.
    pub fn minutes(&self) -> u32 {
        self.scenes.iter().map(|scene| scene.minutes).sum()
    }

    /// The lesson, with every scenario as it is played, if all of it makes sense.
    fn sound(mut self) -> Result<Self, Fault> {
        if self.interlock_lesson != VERSION {
            let members = json!({ "expected": [VERSION], "got": self.interlock_lesson });
            return Err(Fault::new("interlock_lesson", "version", members));
        }
        if !(1..=SCENES).contains(&self.scenes.len()) {
            return Err(Fault::beyond("scenes", 1, SCENES, self.scenes.len()));
        }
        for (i, scene) in self.scenes.iter_mut().enumerate() {
            scene.sound().map_err(|Fault { field, why }| Fault { field: format!("scenes[{i}].{field}"), why })?;
        }
        // What a scene has shown, none after it can ask about; with another switch it would give the answer away as well.
        let mut first: HashMap<(Selection, Selection), usize> = HashMap::new();
        for (i, scene) in self.scenes.iter().enumerate() {
            for scenario in scene.plays() {
                let Scenario { mode, attack, .. } = &scenario;
                let other = *first.entry((mode.clone(), attack.clone())).or_insert(i);
                if other != i && scene.question.is_some() {
                    let members = json!({ "scene": format!("scenes[{other}]"), "mode": mode, "attack": attack });
                    return Err(Fault::new(&format!("scenes[{i}].question"), "shown-before", members));
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
        if !(1..=MINUTES).contains(&self.minutes) {
            return Err(Fault::beyond("minutes", 1, MINUTES, self.minutes));
        }
        if let Some(row) = self.row.filter(|row| !(1..=ROWS).contains(row)) {
            return Err(Fault::beyond("row", 1, ROWS, row));
        }
        match &self.scenario {
            None => {
                let needs =
                    [("seed", self.seed.is_some()), ("check", self.check.is_some()), ("row", self.row.is_some())];
                if let Some((field, _)) = needs.into_iter().find(|(_, there)| *there) {
                    return Err(Fault::new(field, "scenario-beside", json!({})));
                }
            }
            Some(_) if self.seed.is_none() => return Err(Fault::new("seed", "same-each-time", json!({}))),
            Some(_) if self.check.is_some() && self.row.is_some() => {
                return Err(Fault::new("row", "shown-whole", json!({})));
            }
            Some(scenario) => {
                for (played, field) in self.plays().iter().zip(["scenario", "check"]) {
                    resolve(played).map_err(|refused| Fault { field: field.to_owned(), why: refused.refusal })?;
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
            return Err(Fault::beyond("question.answers", least, most, question.answers.len()));
        }
        if let Some(right) = question.right.filter(|right| !(1..=question.answers.len()).contains(right)) {
            return Err(Fault::beyond("question.right", 1, question.answers.len(), right));
        }
        Ok(())
    }
}

impl Exercise {
    /// Whether it makes sense in a scene that shows something else, or nothing.
    fn sound(&self, shows: bool) -> Result<(), Fault> {
        if shows {
            return Err(Fault::new("exercise", "nothing-beside", json!({})));
        }
        if !SESSIONS.contains(&self.sessions) {
            return Err(Fault::beyond("exercise.sessions", SESSIONS.start(), SESSIONS.end(), self.sessions));
        }
        let known = challenge::all()?;
        let unknown = self.tasks.iter().enumerate().find(|(_, task)| known.iter().all(|one| one.id != **task));
        if let Some((i, task)) = unknown {
            let known: Vec<&str> = known.iter().map(|one| one.id.as_str()).collect();
            let task: String = task.chars().take(64).collect();
            let members = json!({ "expected": known, "got": task });
            return Err(Fault::new(&format!("exercise.tasks[{i}]"), "other-name", members));
        }
        Ok(())
    }
}
