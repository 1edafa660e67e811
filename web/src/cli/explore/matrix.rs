//! Every mode with each check turned, for every goal.

use super::{
    Explore, line, states_in,
    workers::{Watched, at_once},
};
use crate::{
    cli::{
        FAILED, FINDING, FINE, Failure,
        style::{bad, faint, good, head},
    },
    exploring::said,
};
use ::explore::matrix::{self, Cell, Place, Standing};
use ::lab::modes;
use serde_json::json;
use std::time::Instant;

pub(super) fn run(args: &Explore) -> Result<u8, Failure> {
    let start = Instant::now();
    let mut places = match &args.mode {
        None => Place::all(),
        Some(mode) => {
            let played = modes::play(mode, &[], &[]).map_err(|unknown| Failure::Usage(unknown.to_string()))?;
            let mut of_mode = modes::find(&mode.id).map(Place::of).unwrap_or_default();
            let variant = mode.variant.as_ref().and(played.selection.variant.as_deref());
            of_mode.retain(|place| variant.is_none_or(|id| place.variant.is_some_and(|variant| variant.id == id)));
            of_mode
        }
    };
    if args.pairs {
        places.extend(Place::pairs(&places));
    }
    let all = matrix::look(places, |different| {
        let watched = Watched::places(different.len());
        at_once(different, args.threads(), |place| {
            let found = place.look(args.bound());
            watched.one_more();
            found
        })
    });
    let seconds = start.elapsed().as_secs_f64();
    let mut out = anstream::stdout().lock();
    let states: usize = all.iter().map(|cell| cell.found.states).sum();
    if args.json {
        let cells: Vec<_> = all.iter().map(object).collect();
        let told = json!({ "sessions": args.sessions.as_str(), "cells": cells, "states": states, "seconds": seconds });
        super::super::unless_read_enough(line(&mut out, told))?;
    } else {
        for cell in &all {
            let lost: Vec<_> = cell.found.of(Standing::Lost).map(|goal| goal.to_string()).collect();
            let told = match (&cell.found.vacuous, lost.is_empty()) {
                (Some(why), _) => faint(said("vacuous", &json!({ "why": why }))),
                (None, true) => good(said("none-found", &json!({}))),
                (None, false) => bad(lost.join(" ")),
            };
            let open = cell.found.of(Standing::Open).count();
            let open =
                if open > 0 { format!(" {}", faint(said("open", &json!({ "open": open })))) } else { String::new() };
            super::super::unless_read_enough(line(&mut out, format!("{:<44} {told}{open}", head(cell.place.name()))))?;
        }
        super::super::unless_read_enough(line(&mut out, faint(states_in(states, format!("{seconds:.1}")))))?;
    }
    // As the modes are: what is lost of what they promise, and what could not be looked at to the end.
    let promised = |cell: &&Cell, standing| cell.found.of(standing).any(|goal| cell.place.promises(goal));
    let as_it_is = |cell: &&Cell| cell.place.turned.is_none() && cell.place.authenticates();
    if all.iter().filter(as_it_is).any(|cell| promised(&cell, Standing::Lost)) {
        return Ok(FINDING);
    }
    Ok(if all.iter().any(|cell| cell.found.of(Standing::Open).next().is_some()) { FAILED } else { FINE })
}

fn object(cell: &Cell) -> serde_json::Value {
    let goals: serde_json::Map<_, _> =
        cell.found.goals.iter().map(|(goal, standing)| (goal.to_string(), standing.as_str().into())).collect();
    json!({
        "mode": cell.place.selection(),
        "turned": cell.place.turned.map(|check| check.id),
        "also": cell.place.also.map(|check| check.id),
        "goals": goals,
        "vacuous": cell.found.vacuous,
        "states": cell.found.states,
    })
}
