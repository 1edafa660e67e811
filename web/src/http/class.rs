//! The class: what everybody follows, what the speaker does, and what the class answers.

use super::{
    App,
    asked::{Body, Query},
    doors::Visitor,
    problem::Problem,
};
use crate::lesson::{
    Fault, Lesson, Text, builtin,
    challenge::{Stand, stand},
    class::{Action, Refused},
    view::{Script, View},
};
use axum::{Extension, Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use std::sync::Arc;

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::bad(fault.field, fault.message)
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Beyond(field, _) => Self::bad(field, refused.to_string()),
            Refused::NoLesson => Self::new(StatusCode::NOT_FOUND, "lesson", refused.to_string()),
            Refused::NotAsked => Self::new(StatusCode::CONFLICT, "question", refused.to_string()),
            Refused::Full => Self::new(StatusCode::SERVICE_UNAVAILABLE, "answer", refused.to_string()),
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
            let known = || builtin::names().collect::<Vec<_>>().join(", ");
            builtin::find(&name).ok_or_else(|| Problem::bad("name", format!("expected one of {}", known())))??
        }
        (None, Some(lesson)) => Lesson::read(lesson.get())?,
        _ => return Err(Problem::bad("lesson", "expected either a lesson or the name of one")),
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

#[derive(Serialize)]
pub(super) struct Stands {
    challenges: Vec<Stand>,
}

pub(super) async fn challenges(State(app): State<Arc<App>>, Query(asked): Query<Since>) -> Json<Stands> {
    Json(Stands { challenges: stand(&app.challenges, app.console.book(), asked.since.unwrap_or_default()) })
}
