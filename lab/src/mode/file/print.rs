//! A table, written.

use super::ModeFile;
use crate::{
    mode::{Act, By, Message, Names, Relation, Step},
    term::Expr,
};
use std::fmt;

impl fmt::Display for ModeFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = self.mode;
        writeln!(f, "mode {}", mode.id)?;
        if let Some(parameters) = &self.parameters {
            writeln!(f, "parameters {parameters}")?;
        }
        writeln!(f, "names {}", names(mode.names))?;
        writeln!(f, "met {}", mode.met)?;
        writeln!(f, "groups {}", mode.groups.join(" "))?;
        writeln!(f, "off {}", mode.off.join(" "))?;
        for given in mode.given {
            writeln!(f, "given {} {}: {}", by(given.by), given.name, given.source.as_str())?;
        }
        mode.messages.iter().try_for_each(|it| message(f, it))
    }
}

fn message(f: &mut fmt::Formatter<'_>, message: &Message) -> fmt::Result {
    writeln!(f, "\nmessage {} {}", message.from, message.kind)?;
    steps(f, "before", message.before)?;
    for field in message.fields {
        writeln!(f, "  field {} as {}: {} = {}", field.name, field.binds, field.sort, expression(&field.value))?;
    }
    steps(f, "receipt", message.receipt)?;
    steps(f, "after", message.after)
}

fn steps(f: &mut fmt::Formatter<'_>, part: &str, steps: &[Step]) -> fmt::Result {
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(f, "  {part}")?;
    steps.iter().try_for_each(|it| writeln!(f, "    {} {}", by(it.by), step(it)))
}

pub(super) const fn names(names: Names) -> &'static str {
    match names {
        Names::Nobody => "nobody",
        Names::Server => "server",
        Names::Both => "both",
    }
}

fn by(by: By) -> &'static str {
    match by {
        By::One(role) => role.as_str(),
        By::Both => "both",
    }
}

fn step(step: &Step) -> String {
    match step.act {
        Act::Fresh { name, sort, group: None } => format!("{name} := fresh {sort}"),
        Act::Fresh { name, sort, group: Some(group) } => format!("{name} := fresh {sort} for {group}"),
        Act::Seed(value) => format!("seed {}", expression(&value)),
        Act::Let(name, value) => format!("{name} := {}", expression(&value)),
        Act::Recall(name, value) => format!("recall {name} := {}", expression(&value)),
        Act::Keep(name, value) => format!("keep {name} := {}", expression(&value)),
        Act::Check(it, args) => format!("check {}{}", relation(it), list(args)),
        Act::Install(of, key) => format!("install {of} {key}"),
        Act::Say => "say".to_owned(),
        Act::Forget(name) => format!("forget {name}"),
    }
}

fn relation(relation: Relation) -> String {
    match relation {
        Relation::Equal(check) => format!("equal[{check}]"),
        Relation::Same(check) => format!("same[{check}]"),
        Relation::Fresh(check) => format!("fresh[{check}]"),
        Relation::Apart(check) => format!("apart[{check}]"),
        Relation::Padded(check, padding) => format!("padded[{check}, {padding}]"),
        Relation::Signed(check, context) => format!("signed[{check}, {context}]"),
        Relation::PublicInRange => "public-in-range".to_owned(),
        Relation::PublicInSubgroup => "public-in-subgroup".to_owned(),
        Relation::GroupSize(bits) => format!("at-least-bits[{bits}]"),
        Relation::GroupPrime => "prime".to_owned(),
        Relation::GroupOrder => "safe-order".to_owned(),
        Relation::GroupKnown => "published".to_owned(),
        Relation::Contributes => "contributes".to_owned(),
        Relation::Certified(role) => format!("certified[{role}]"),
        Relation::CertifiedForAny(role) => format!("certified-for-any[{role}]"),
    }
}

/// An expression whose parentheses say which values are a tuple.
fn expression(value: &Expr) -> String {
    match value {
        Expr::Var(name) => (*name).to_owned(),
        Expr::Transcript => "transcript".to_owned(),
        Expr::Switch(check, on, off) => format!("switch[{check}]({}, {})", expression(on), expression(off)),
        Expr::Tuple(items) => list(items),
        Expr::Apply(op, args) => format!("{op}{}", list(args)),
    }
}

fn list(items: &[Expr]) -> String {
    format!("({})", items.iter().map(expression).collect::<Vec<_>>().join(", "))
}
