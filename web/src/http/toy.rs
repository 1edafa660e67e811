//! A mode with numbers that fit on paper.

use super::{
    asked::{Named, Query},
    problem::Problem,
};
use axum::{Json, http::StatusCode};
use lab::{modes, toy::Toy};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Drawn {
    #[serde(default)]
    seed: u64,
}

pub(super) async fn toy(Named(id): Named, Query(Drawn { seed }): Query<Drawn>) -> Result<Json<Toy>, Problem> {
    let none = || Problem::said(StatusCode::NOT_FOUND, "mode", "no-toy", json!({}));
    modes::find(&id).and_then(|mode| Toy::of(mode, seed)).map(Json).ok_or_else(none)
}
