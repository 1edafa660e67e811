//! The console over scripted processes, and the routes over that console.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod fake;
mod processes;
mod roles;
mod routes;
mod serving;
mod supervisor;
