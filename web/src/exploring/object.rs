//! The answer as JSON.

use super::{Answer, Outcome, recipe, said};
use ::explore::{
    trace::{Arrow, Trace},
    world::World,
};
use serde_json::{Value as Json, json};

/// The object that `interlock explore --json` prints, without what was performed.
pub(super) fn of(answer: &Answer) -> Json {
    let asked = &answer.asked;
    let attack = answer.found.attacks.iter().next();
    let script = attack.map(|(_, trace)| asked.script(trace));
    json!({
        "mode": asked.played.selection.to_string(),
        "without": asked.without,
        "with": asked.with,
        "result": Outcome::of(&answer.found).as_str(),
        "vacuous": answer.found.vacuous,
        "goal": attack.map(|(goal, _)| goal.to_string()),
        "victim": attack.map(|(_, trace)| trace.world.party(trace.victim)),
        "trace": attack.map(|(_, trace)| trace_of(trace)).unwrap_or_default(),
        "gains": attack.map(|(_, trace)| gains(trace)).unwrap_or_default(),
        "script": script.as_ref().and_then(|script| script.as_ref().ok()),
        "unscripted": script.as_ref().and_then(|script| script.as_ref().err()).map(ToString::to_string),
        "bound": {
            "sessions": asked.bound.sessions.as_str(),
            "casts": answer.worlds.iter().map(cast).collect::<Vec<_>>(),
            "casts_looked_at_to_the_end": answer.found.exhausted.0,
            "states_in_each": asked.bound.states,
            "in_hand": asked.bound.in_hand,
            "goals": asked.goals.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "granted": answer.found.granted.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "candidates": said("candidates", &json!({})),
            "algebra": said("algebra", &json!({})),
        },
        "states": answer.found.states,
        "seconds": answer.seconds,
    })
}

/// Who plays: `alice (client, to bob)`.
pub(crate) fn cast(world: &World) -> Vec<String> {
    let one =
        |(i, cast): (usize, &::explore::world::Cast)| format!("{} ({}, {})", world.party(i), cast.role, cast.peer);
    world.casts.iter().enumerate().map(one).collect()
}

fn trace_of(trace: &Trace) -> Vec<Json> {
    let numbered = recipe::numbered(trace);
    let arrows = trace.arrows().into_iter().filter(|arrow| trace.takes_part(arrow.party));
    arrows.map(|arrow| arrow_of(trace, &numbered, &arrow)).collect()
}

fn arrow_of(trace: &Trace, numbered: &[String], arrow: &Arrow) -> Json {
    let fields = arrow.values.iter().map(|value| {
        let made = value.made.as_ref();
        json!({
            "field": value.name,
            "value": value.term.to_string(),
            "made": made.map(|(fate, _)| fate.as_str()),
            "from": made.map(|(_, recipe)| recipe::recipe(recipe, numbered)),
        })
    });
    json!({
        "party": trace.world.party(arrow.party),
        "role": trace.world.casts[arrow.party].role,
        "does": if arrow.sends { "sends" } else { "gets" },
        "message": recipe::message(trace, arrow),
        "fields": fields.collect::<Vec<_>>(),
    })
}

fn gains(trace: &Trace) -> Vec<Json> {
    let numbered = recipe::numbered(trace);
    let gain = |(name, how)| json!({ "value": name, "from": recipe::recipe(&how, &numbered) });
    trace.gains().into_iter().map(gain).collect()
}
