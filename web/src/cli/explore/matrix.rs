//! Every mode with each check turned, for every goal.

use super::{Explore, line, said, states_in};
use crate::cli::{
    FAILED, FINDING, FINE, Failure,
    style::{bad, faint, good, head},
};
use ::explore::matrix::{Cell, Standing, cells};
use ::lab::modes;
use serde_json::json;
use std::time::Instant;

pub(super) fn run(args: &Explore) -> Result<u8, Failure> {
    let start = Instant::now();
    let mut all: Vec<Cell> = Vec::new();
    for mode in modes::all() {
        all.extend(cells(mode, args.sessions, args.states));
    }
    let seconds = start.elapsed().as_secs_f64();
    let mut out = anstream::stdout().lock();
    let states: usize = all.iter().map(|cell| cell.states).sum();
    if args.json {
        let cells: Vec<_> = all.iter().map(object).collect();
        let told = json!({ "sessions": args.sessions.as_str(), "cells": cells, "states": states, "seconds": seconds });
        super::super::unless_read_enough(line(&mut out, told))?;
    } else {
        for cell in &all {
            let lost: Vec<_> = cell.of(Standing::Lost).map(|goal| goal.to_string()).collect();
            let told = match (&cell.vacuous, lost.is_empty()) {
                (Some(why), _) => faint(said("vacuous", &json!({ "why": why }))),
                (None, true) => good(said("none-found", &json!({}))),
                (None, false) => bad(lost.join(" ")),
            };
            let open = cell.of(Standing::Open).count();
            let open =
                if open > 0 { format!(" {}", faint(said("open", &json!({ "open": open })))) } else { String::new() };
            super::super::unless_read_enough(line(&mut out, format!("{:<44} {told}{open}", head(cell.name()))))?;
        }
        super::super::unless_read_enough(line(&mut out, faint(states_in(states, format!("{seconds:.1}")))))?;
    }
    // As the modes are: what is lost of what they promise, and what could not be looked at to the end.
    let promised = |cell: &&Cell, standing| cell.of(standing).any(|goal| cell.promises(goal));
    let as_it_is = |cell: &&Cell| cell.turned.is_none() && cell.authenticates();
    if all.iter().filter(as_it_is).any(|cell| promised(&cell, Standing::Lost)) {
        return Ok(FINDING);
    }
    Ok(if all.iter().any(|cell| cell.of(Standing::Open).next().is_some()) { FAILED } else { FINE })
}

fn object(cell: &Cell) -> serde_json::Value {
    let goals: serde_json::Map<_, _> =
        cell.goals.iter().map(|(goal, standing)| (goal.to_string(), standing.as_str().into())).collect();
    json!({
        "mode": cell.selection(),
        "turned": cell.turned.map(|check| check.id),
        "goals": goals,
        "vacuous": cell.vacuous,
        "states": cell.states,
    })
}
