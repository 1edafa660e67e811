//! What is seen of a class: by everybody, and by the speaker alone.

use super::{
    class::Asked,
    file::{Exercise, Lesson},
    rehearsal::Rehearsed,
    text::Text,
};
use lab::scenario::Scenario;
use serde::Serialize;

/// What everybody sees of the class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct View {
    /// The lesson's title; null where none is loaded.
    pub lesson: Option<Text>,
    /// When this was so, Unix microseconds: of two views the later one holds, in whatever order they come.
    pub at: u64,
    /// Grows with every lesson that is loaded.
    pub loaded: u64,
    /// How many scenes there are.
    pub scenes: usize,
    /// How many of them are rehearsed and came out as planned.
    pub ready: usize,
    /// The scene, from 1.
    pub scene: usize,
    /// Its title.
    pub title: Option<Text>,
    /// What it plays: nothing, one scenario, or one with and without a check.
    pub scenarios: Vec<Scenario>,
    /// Their sessions.
    pub sessions: Vec<String>,
    /// The row, from 1.
    pub row: u32,
    /// What came of it is not told yet.
    pub sealed: bool,
    /// Every screen that follows is black.
    pub black: bool,
    /// When the lesson began, Unix milliseconds.
    pub began: u64,
    /// The scene's question.
    pub question: Option<Put>,
    /// What each may do by itself; null where the scene is no exercise.
    pub exercise: Option<Exercise>,
    /// Grows with whatever students answer, run, solve, or are called.
    pub worked: u64,
}

/// A question as everybody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Put {
    /// How far it is.
    pub state: Asked,
    /// It has been told since the scene was entered.
    pub done: bool,
    /// What is asked.
    pub ask: Text,
    /// What can be answered.
    pub answers: Vec<Text>,
    /// Counts how often it was put.
    pub round: u32,
    /// How many have answered.
    pub answered: u32,
    /// How many gave each answer; null until it is told.
    pub tally: Option<Vec<u32>>,
    /// The right answer, from 1; null until it is told, and where none is.
    pub right: Option<usize>,
}

/// What the speaker alone sees: the whole lesson, and how its scenes were rehearsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Script {
    /// The lesson.
    pub lesson: Lesson,
    /// Scene by scene.
    pub rehearsed: Vec<Rehearsed>,
    /// What was answered so far.
    pub tally: Vec<u32>,
}
