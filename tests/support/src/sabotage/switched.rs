//! What a check's switch changes of what both victims compute, as the mode's table says: broken code leaves that as it is.

use lab::{
    check::Check,
    mode::{Act, By, Mode, Step},
    role::Role,
    term::Expr,
};
use std::collections::BTreeSet;

/// Who notices, where a check never looks, that what the two compute is not the same all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// The first check of the handshake that looks at what the switch changes.
    Handshake(&'static str, Role),
    /// None of the handshake: the records, which are sealed with it.
    Records,
}

/// What stands behind a check in this mode; nothing where it only compares, or where what it changes is the same for both.
#[must_use]
pub fn behind(mode: &'static Mode, check: &str) -> Option<Behind> {
    let fields = mode.messages.iter().flat_map(|message| message.fields).map(|field| field.value);
    let computed = mode.steps().filter_map(|step| if let Act::Let(_, value) = step.act { Some(value) } else { None });
    let on = fields.chain(computed).find_map(|value| switched_on(value, check))?;
    let (mut changed, mut first) = (BTreeSet::new(), None);
    for step in mode.steps() {
        match *step {
            Step { act: Act::Let(name, value), .. } if depends(&value, check, &changed) => {
                changed.insert(name);
            }
            Step { by: By::One(party), act: Act::Check(relation, args) } if first.is_none() => {
                let looks = args.iter().any(|arg| depends(arg, check, &changed));
                let other: Option<&'static Check> = relation.checks().into_iter().find(|other| other.id != check);
                first = other.filter(|_| looks).map(|other| (other.id, party));
            }
            _ => {}
        }
    }
    match first {
        None => Some(Behind::Records),
        // What was said on the way is what each met of it.
        Some((other, party)) => covers(&on).then_some(Behind::Handshake(other, party)),
    }
}

/// What an expression is with the check on, if that changes it.
fn switched_on(value: Expr, check: &str) -> Option<Expr> {
    match value {
        Expr::Switch(by, on, _) if by.id == check => Some(*on),
        Expr::Switch(_, on, off) => switched_on(*on, check).or_else(|| switched_on(*off, check)),
        Expr::Apply(_, values) | Expr::Tuple(values) => values.iter().find_map(|value| switched_on(*value, check)),
        Expr::Var(_) | Expr::Transcript => None,
    }
}

fn depends(value: &Expr, check: &str, changed: &BTreeSet<&str>) -> bool {
    match value {
        Expr::Var(name) => changed.contains(name),
        Expr::Switch(by, on, off) => by.id == check || depends(on, check, changed) || depends(off, check, changed),
        Expr::Apply(_, values) | Expr::Tuple(values) => values.iter().any(|value| depends(value, check, changed)),
        Expr::Transcript => false,
    }
}

/// The transcript is in it.
fn covers(value: &Expr) -> bool {
    match value {
        Expr::Transcript => true,
        Expr::Var(_) => false,
        Expr::Switch(_, on, off) => covers(on) || covers(off),
        Expr::Apply(_, values) | Expr::Tuple(values) => values.iter().any(covers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::modes;

    #[test]
    fn the_table_says_what_stands_behind_a_switch() {
        let of = |mode: &str, check| {
            let scenario: lab::scenario::Scenario = format!("{mode}/relay").parse().expect("a scenario");
            behind(modes::of(&scenario.mode).expect("a mode"), check)
        };
        assert_eq!(of("ecdh", "direction-keys"), Some(Behind::Records));
        assert_eq!(of("hybrid-cert", "offers-bound"), Some(Behind::Handshake("transcript-signature", Role::Client)));
        assert_eq!(of("rsa-cert:resumed", "session-hash"), Some(Behind::Handshake("finished", Role::Client)));
        // The offers that the signature covers there are those that came beside it.
        assert_eq!(of("dh-cert:legacy", "offers-bound"), None);
        assert_eq!(of("ecdh-cert", "finished"), None);
    }
}
