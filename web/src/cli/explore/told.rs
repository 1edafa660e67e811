//! The answer for a person: arrows, and what the attacker made each value of.

use super::{Answer, Outcome, line, object::cast};
use crate::cli::style::{altered, bad, faint, good, head};
use ::explore::{
    knowledge::Recipe,
    trace::{Arrow, Fate, Trace},
};
use std::io::{self, Write};

/// What is tried for a field.
pub(super) const CANDIDATES: &str = "messages as somebody sent them, or made anew where nobody has; in these each offer \
    alone, each choice, the attacker's own share, the group's degenerate element, others' shares, every chain that it can \
    show, every name; and whatever a check compares with, where it can be made";
/// What terms can do.
pub(super) const ALGEBRA: &str = "free functions; commuting exponents without inverses; one degenerate element a group; \
    logarithms in groups that are not published; words found by whatever they can be tried on; records sealed whole";

pub(super) fn tell(out: &mut impl Write, answer: &Answer<'_>) -> io::Result<()> {
    let attack = answer.found.attacks.iter().next();
    match (Outcome::of(&answer.found), attack) {
        (Outcome::Attack, Some((goal, trace))) => {
            line(out, format!("{}: {} of {}", bad("ATTACK"), head(goal), trace.world.party(trace.victim)))?;
            line(out, "")?;
            arrows(out, trace)?;
        }
        (Outcome::Vacuous, _) => {
            let why = answer.found.vacuous.as_deref().unwrap_or_default();
            line(out, format!("{}: no honest run gets to the end ({why})", altered("VACUOUS")))?;
        }
        (Outcome::Capped, _) => line(
            out,
            format!(
                "{}: {} of {} casts looked at to the end; --states gives it more",
                altered("CUT OFF"),
                answer.found.exhausted.0,
                answer.found.exhausted.1
            ),
        )?,
        _ => line(out, format!("{}: a search within the bound, not a proof", good("NONE FOUND")))?,
    }
    line(out, "")?;
    bound(out, answer)
}

fn bound(out: &mut impl Write, answer: &Answer<'_>) -> io::Result<()> {
    let goals = answer.goals.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    line(out, faint(format!("mode        {}", answer.played.selection)))?;
    line(out, faint(format!("goals       {goals}")))?;
    line(out, faint(format!("sessions    {}", answer.args.sessions)))?;
    for world in &answer.worlds {
        line(out, faint(format!("            {}", cast(world).join(", "))))?;
    }
    line(out, faint(format!("candidates  {CANDIDATES}")))?;
    line(out, faint(format!("algebra     {ALGEBRA}")))?;
    line(out, faint(format!("states      {} in {:.3} s", answer.found.states, answer.seconds)))
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
        Recipe::Seen(sent, field) => format!("field {} of {}", field + 1, named(sent)),
        Recipe::Record(sent) => named(sent).to_owned(),
        Recipe::Opened(record, key) => format!("what {} says under {}", say(record), say(key)),
        Recipe::Part(of, place) => format!("part {} of {}", place + 1, say(of)),
        Recipe::Logarithm(of) => format!("the logarithm of {}", say(of)),
        Recipe::Guessed(on) => format!("a word tried on {}", say(on)),
        Recipe::Made(term, parts) if parts.is_empty() => term.to_string(),
        Recipe::Made(term, parts) => format!("{}({})", maker(term), all(parts)),
        Recipe::Raised(base, by) => format!("{} to {}", say(base), all(by)),
        Recipe::Decapsulated(key, ciphertext) => format!("what {} carries for {}", say(ciphertext), say(key)),
    }
}

/// The function that puts a term together.
fn maker(term: &::explore::term::Term) -> String {
    use ::explore::term::Shape;
    match term.shape() {
        Shape::Power(..) => "power".to_owned(),
        Shape::Generator(_) => "generator".to_owned(),
        Shape::Degenerate(_) => "degenerate".to_owned(),
        Shape::Of(function, _) => function.to_string(),
        Shape::Tuple(_) => String::new(),
        Shape::Transcript(_) => "transcript".to_owned(),
        Shape::Frame(kind, _) => (*kind).to_owned(),
        Shape::Chain { breaks, .. } => format!("chain against {}", breaks.unwrap_or("nothing")),
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
                Some((Fate::Forwarded, _)) => line(out, faint(format!("    {} as it was sent", value.name)))?,
                Some((fate, how)) => {
                    line(out, format!("    {} {}: {}", value.name, altered(fate.as_str()), recipe(how, &numbered)))?;
                }
                None => {}
            }
        }
    }
    for (name, how) in trace.gains() {
        line(out, format!("{} {name} = {}", bad("known"), recipe(&how, &numbered)))?;
    }
    Ok(())
}
