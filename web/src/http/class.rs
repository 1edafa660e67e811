//! The class: what everybody follows, what the speaker does, and what the class answers.

use super::{
    App,
    asked::{Body, Named, Query},
    doors::{Role, Visitor},
    problem::Problem,
    sessions::{Started, scenario},
};
use crate::lesson::{
    Fault, Lesson, Text, builtin,
    challenge::Stand,
    class::{Action, NotRun, Refused},
    students::{Own, Victim},
    victims::HandedIn,
    view::{Script, View},
};
use axum::{Extension, Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use std::sync::Arc;

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::refused(StatusCode::BAD_REQUEST, fault.field, fault.why)
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Beyond(field, _) => Self::refused(StatusCode::BAD_REQUEST, field, &refused),
            Refused::NoLesson => Self::refused(StatusCode::NOT_FOUND, "lesson", &refused),
            Refused::NotAsked => Self::refused(StatusCode::CONFLICT, "question", &refused),
            Refused::Full => Self::refused(StatusCode::SERVICE_UNAVAILABLE, "class", &refused).retry(2),
            Refused::Name(_) | Refused::Unseen => Self::refused(StatusCode::BAD_REQUEST, "name", &refused),
            Refused::Unnamed => Self::refused(StatusCode::CONFLICT, "name", &refused),
            Refused::NoExercise => Self::refused(StatusCode::CONFLICT, "exercise", &refused),
            Refused::Spent(_) | Refused::Runs => Self::refused(StatusCode::CONFLICT, "sessions", &refused),
            Refused::Sealed | Refused::Costly(_) => Self::refused(StatusCode::CONFLICT, "scenario", &refused),
        }
    }
}

impl From<NotRun> for Problem {
    fn from(error: NotRun) -> Self {
        match error {
            NotRun::Refused(refused) => refused.into(),
            NotRun::NotPlayed(error) => error.into(),
        }
    }
}

pub(super) async fn view(State(app): State<Arc<App>>) -> Json<View> {
    Json(app.class.view())
}

pub(super) async fn act(State(app): State<Arc<App>>, Body(action): Body<Action>) -> Result<Json<View>, Problem> {
    Ok(Json(app.class.act(action)?))
}

pub(super) async fn script(State(app): State<Arc<App>>) -> Result<Json<Script>, Problem> {
    Ok(Json(app.class.script().ok_or(Refused::NoLesson)?))
}

/// A lesson that comes with the program, by its name, or one that the caller wrote.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    name: Option<String>,
    lesson: Option<Box<RawValue>>,
}

pub(super) async fn load(
    State(app): State<Arc<App>>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<View>), Problem> {
    let lesson = match (wanted.name, wanted.lesson) {
        (Some(name), None) => {
            let known = || builtin::names().collect::<Vec<_>>();
            builtin::find(&name).ok_or_else(|| Problem::bad("name", "one-of", json!({ "expected": known() })))??
        }
        (None, Some(lesson)) => Lesson::read(lesson.get())?,
        _ => return Err(Problem::bad("lesson", "lesson-or-name", json!({}))),
    };
    app.class.load(lesson);
    Ok((StatusCode::ACCEPTED, Json(app.class.view())))
}

/// One lesson that comes with the program.
#[derive(Serialize)]
struct Offered {
    name: &'static str,
    title: Text,
    minutes: u32,
    scenes: usize,
}

pub(super) async fn lessons() -> Result<Json<Value>, Problem> {
    let offered = builtin::names().filter_map(|name| Some((name, builtin::find(name)?)));
    let offered = offered.map(|(name, lesson)| {
        let lesson = lesson?;
        let (minutes, scenes) = (lesson.minutes(), lesson.scenes.len());
        Ok::<_, Fault>(Offered { name, title: lesson.title, minutes, scenes })
    });
    Ok(Json(json!({ "lessons": offered.collect::<Result<Vec<_>, _>>()? })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    answer: usize,
}

pub(super) async fn answer(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    Body(Answer { answer }): Body<Answer>,
) -> Result<StatusCode, Problem> {
    app.class.answer(visitor.voter, answer)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    since: Option<u64>,
}

/// How the tasks stand, and how whoever asks stands where that is a student.
#[derive(Serialize)]
pub(super) struct Stands {
    challenges: Vec<Stand>,
    own: Option<Own>,
}

pub(super) async fn challenges(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Since>,
) -> Json<Stands> {
    Json(match visitor.role {
        Role::Trainer => Stands { challenges: app.class.stands(asked.since.unwrap_or_default()), own: None },
        _ => {
            let (challenges, own) = app.class.own(visitor.voter);
            Stands { challenges, own: Some(own) }
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Run {
    scenario: String,
    seed: Option<u64>,
}

pub(super) async fn run(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    Body(wanted): Body<Run>,
) -> Result<(StatusCode, Json<Started>), Problem> {
    let session = app.class.run(visitor.voter, &scenario(&wanted.scenario)?, wanted.seed)?;
    Ok((StatusCode::ACCEPTED, Json(Started::of(&app, vec![session])?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Name {
    name: String,
}

pub(super) async fn name(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    Body(Name { name }): Body<Name>,
) -> Result<StatusCode, Problem> {
    app.class.name(visitor.voter, &name)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn hand_in(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    Body(report): Body<HandedIn>,
) -> Result<StatusCode, Problem> {
    app.class.hand_in(visitor.voter, report)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize)]
pub(super) struct Victims {
    victims: Vec<Victim>,
}

/// To the trainer all of them, to everybody else its own.
pub(super) async fn victims(State(app): State<Arc<App>>, Extension(visitor): Extension<Visitor>) -> Json<Victims> {
    Json(Victims { victims: app.class.victims((visitor.role != Role::Trainer).then_some(visitor.voter)) })
}

pub(super) async fn students(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({ "students": app.class.students() }))
}

pub(super) async fn unname(State(app): State<Arc<App>>, Named(id): Named) -> Result<StatusCode, Problem> {
    let known = id.parse().is_ok_and(|id| app.class.unname(id));
    let nobody = || Problem::said(StatusCode::NOT_FOUND, "student", "no-student", json!({}));
    known.then_some(StatusCode::NO_CONTENT).ok_or_else(nobody)
}
