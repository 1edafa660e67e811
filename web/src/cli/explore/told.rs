//! The answer for a person: arrows, and what the attacker made each value of.

use super::{executed::Executed, line, states_in};
use crate::{
    cli::style::{altered, bad, faint, good, head},
    exploring::{
        Answer, Outcome, cast,
        recipe::{message, numbered, recipe},
        said,
    },
};
use ::explore::trace::{Fate, Trace};
use serde_json::json;
use std::io::{self, Write};

pub(super) fn tell(out: &mut impl Write, answer: &Answer, executed: Option<&Executed>) -> io::Result<()> {
    let attack = answer.found.attacks.iter().next();
    match (Outcome::of(&answer.found), attack) {
        (Outcome::Attack, Some((goal, trace))) => {
            let on = json!({ "goal": head(goal), "victim": trace.world.party(trace.victim) });
            line(out, format!("{}: {}", bad(said("attack", &json!({}))), said("attack-on", &on)))?;
            line(out, "")?;
            arrows(out, trace)?;
            if let Some(executed) = executed {
                line(out, "")?;
                executed.tell(out)?;
            }
        }
        (Outcome::Vacuous, _) => {
            let why = answer.found.vacuous.as_deref().unwrap_or_default();
            let why = said("vacuous", &json!({ "why": why }));
            line(out, format!("{}: {why}", altered(said("no-run", &json!({})))))?;
        }
        (Outcome::Capped, _) => {
            let (done, casts) = answer.found.exhausted;
            let after = said("cut-off-after", &json!({ "done": done, "casts": casts }));
            line(out, format!("{}: {after}", altered(said("cut-off", &json!({})))))?;
        }
        _ => {
            let within = said("none-within", &json!({}));
            line(out, format!("{}: {within}", good(said("none", &json!({})))))?;
        }
    }
    line(out, "")?;
    bound(out, answer)
}

fn bound(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let goals = answer.asked.goals.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let say = |name| said(name, &json!({}));
    let mut row = |name: &str, value: &str| line(out, faint(format!("{name:<11} {value}")));
    row(&say("bound-mode"), &answer.asked.played.selection.to_string())?;
    row(&say("bound-goals"), &goals)?;
    let granted: Vec<String> = answer.found.granted.iter().map(ToString::to_string).collect();
    if !granted.is_empty() {
        row(&say("bound-granted"), &said("granted", &json!({ "goals": granted.join(", ") })))?;
    }
    row(&say("bound-sessions"), &answer.asked.bound.sessions.to_string())?;
    answer.worlds.iter().try_for_each(|world| row("", &cast(world).join(", ")))?;
    row(&say("bound-in-hand"), &said("in-hand", &json!({ "answers": answer.asked.bound.in_hand })))?;
    row(&say("bound-candidates"), &say("candidates"))?;
    row(&say("bound-algebra"), &say("algebra"))?;
    row(&say("bound-states"), &states_in(answer.found.states, format!("{:.3}", answer.seconds)))
}

fn arrows(out: &mut impl Write, trace: &Trace) -> io::Result<()> {
    let numbered = numbered(trace);
    for arrow in trace.arrows().into_iter().filter(|arrow| trace.takes_part(arrow.party)) {
        let (party, what) = (trace.world.party(arrow.party), message(trace, &arrow));
        let line_of = if arrow.sends {
            format!("{party} → attacker  {}", head(what))
        } else {
            format!("attacker → {party}  {}", head(what))
        };
        line(out, line_of)?;
        for value in &arrow.values {
            match &value.made {
                Some((Fate::Forwarded, _)) => {
                    line(out, faint(format!("    {}", said("as-sent", &json!({ "name": value.name.to_string() })))))?
                }
                Some((fate, how)) => {
                    line(out, format!("    {} {}: {}", value.name, altered(fate.as_str()), recipe(how, &numbered)))?;
                }
                None => {}
            }
        }
    }
    for (name, how) in trace.gains() {
        line(out, format!("{} {name} = {}", bad(said("known", &json!({}))), recipe(&how, &numbered)))?;
    }
    Ok(())
}
