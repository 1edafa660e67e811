//! Which fault is at work, in a copy of the lab that is broken on purpose. It is no part of the product: the tests put this
//! file into the copy as `lab::sabotage`.

use crate::{
    finding::Finding,
    term::{Expr, Op},
};
use std::sync::OnceLock;

/// The fault, as the environment names it.
fn active() -> &'static str {
    static ACTIVE: OnceLock<String> = OnceLock::new();
    ACTIVE.get_or_init(|| std::env::var("INTERLOCK_SABOTAGE").unwrap_or_default())
}

/// This fault is at work.
pub fn is(fault: &str) -> bool {
    active() == fault
}

/// What a check makes of what it found, where the check itself may be broken.
pub fn holds(check: &str, holds: bool) -> bool {
    match active().split_once(' ') {
        Some(("never-looks", broken)) if broken == check => true,
        Some(("always-fails", broken)) if broken == check => false,
        _ => holds,
    }
}

/// The same of a finding.
pub fn finding(found: Finding) -> Finding {
    let check = found.check.id;
    Finding { holds: found.holds.map(|it| holds(check, it)), ..found }
}

/// What a signature is over, in place of the whole transcript.
const HALF: Expr = Expr::Apply(Op::Hash, &[Expr::Tuple(&[Expr::Var("server_random"), Expr::Var("server_share")])]);

/// The arguments of a signature, or of what looks at one, and of anything else as they are.
pub fn signed(signature: bool, args: &[Expr]) -> Vec<Expr> {
    let half = |arg: &Expr| if signature && is("half-signed") && transcribes(arg) { HALF } else { *arg };
    args.iter().map(half).collect()
}

/// The transcript is in it.
fn transcribes(expr: &Expr) -> bool {
    match expr {
        Expr::Transcript => true,
        Expr::Apply(_, parts) | Expr::Tuple(parts) => parts.iter().any(transcribes),
        Expr::Switch(_, on, off) => transcribes(on) || transcribes(off),
        _ => false,
    }
}
