//! The answer for a person: arrows, and what the attacker made each value of.

use super::{Answer, Outcome, executed::Executed, line, object::cast, said, states_in};
use crate::cli::style::{altered, bad, faint, good, head};
use ::explore::{
    knowledge::Recipe,
    term::{Shape, Term},
    trace::{Arrow, Fate, Trace},
};
use serde_json::json;
use std::io::{self, Write};

pub(super) fn tell(out: &mut impl Write, answer: &Answer<'_>, executed: Option<&Executed>) -> io::Result<()> {
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

fn bound(out: &mut impl Write, answer: &Answer<'_>) -> io::Result<()> {
    let goals = answer.goals.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let say = |name| said(name, &json!({}));
    let mut row = |name: &str, value: &str| line(out, faint(format!("{name:<11} {value}")));
    row(&say("bound-mode"), &answer.played.selection.to_string())?;
    row(&say("bound-goals"), &goals)?;
    row(&say("bound-sessions"), &answer.args.sessions.to_string())?;
    answer.worlds.iter().try_for_each(|world| row("", &cast(world).join(", ")))?;
    row(&say("bound-in-hand"), &said("in-hand", &json!({ "answers": answer.args.in_hand })))?;
    row(&say("bound-candidates"), &say("candidates"))?;
    row(&say("bound-algebra"), &say("algebra"))?;
    row(&say("bound-states"), &states_in(answer.found.states, format!("{:.3}", answer.seconds)))
}

/// Names of the messages that were sent, in their order.
pub(super) fn numbered(trace: &Trace) -> Vec<String> {
    let sent = trace.arrows().into_iter().filter(|arrow| arrow.sends);
    sent.map(|arrow| format!("{}'s {}", trace.world.party(arrow.party), message(trace, &arrow))).collect()
}

/// What an arrow carries.
pub(super) fn message(trace: &Trace, arrow: &Arrow) -> String {
    let messages = trace.world.casts[arrow.party].table.messages;
    arrow.message.map_or_else(|| "record".to_owned(), |number| messages[number].kind.to_string())
}

/// How a value came about.
pub(super) fn recipe(how: &Recipe, numbered: &[String]) -> String {
    let say = |how: &Recipe| recipe(how, numbered);
    let named = |at: &usize| numbered.get(*at).map_or("a message", String::as_str);
    let all = |all: &[Recipe]| all.iter().map(say).collect::<Vec<_>>().join(", ");
    match how {
        Recipe::Had(term) => term.to_string(),
        Recipe::Seen(sent, field) => said("field", &json!({ "place": field + 1, "message": named(sent) })),
        Recipe::Record(sent) => named(sent).to_owned(),
        Recipe::Opened(record, key) => said("opened", &json!({ "record": say(record), "key": say(key) })),
        Recipe::Part(of, place) => said("part", &json!({ "place": place + 1, "of": say(of) })),
        Recipe::Logarithm(of) => said("logarithm", &json!({ "of": say(of) })),
        Recipe::Guessed(on) => said("guessed", &json!({ "on": say(on) })),
        Recipe::Made(term, parts) if parts.is_empty() => term.to_string(),
        // What stands in a message is told where it goes over the wire.
        Recipe::Made(term, parts) if matches!(term.shape(), Shape::Transcript(_)) => {
            let named = parts.iter().map(|part| match part {
                Recipe::Made(frame, _) if matches!(frame.shape(), Shape::Frame(..)) => maker(frame),
                part => say(part),
            });
            format!("{}({})", maker(term), named.collect::<Vec<_>>().join(", "))
        }
        Recipe::Made(term, parts) => format!("{}({})", maker(term), all(parts)),
        Recipe::Raised(base, by) => said("raised", &json!({ "base": say(base), "by": all(by) })),
        Recipe::Decapsulated(key, ciphertext) => {
            said("decapsulated", &json!({ "ciphertext": say(ciphertext), "key": say(key) }))
        }
    }
}

/// The function that puts a term together.
fn maker(term: &Term) -> String {
    match term.shape() {
        Shape::Power(..) => "power".to_owned(),
        Shape::Generator(_) => "generator".to_owned(),
        Shape::Degenerate(_) => "degenerate".to_owned(),
        Shape::Of(function, _) => function.to_string(),
        Shape::Tuple(_) => String::new(),
        Shape::Transcript(_) => "transcript".to_owned(),
        Shape::Frame(kind, _) => (*kind).to_owned(),
        Shape::Chain { breaks, .. } => said("chain", &json!({ "breaks": breaks.unwrap_or("nothing") })),
        Shape::Sealed(..) => "sealed".to_owned(),
        Shape::Encrypted(..) => "encrypted".to_owned(),
        Shape::Name { .. } | Shape::Offers(..) | Shape::Choice(..) | Shape::Group(_) | Shape::Blank(_) => {
            term.to_string()
        }
    }
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
