//! Short forms that let a table read like the paper.

use super::{Act, By, Field, Given, Relation, Source, Step};
use crate::{
    check::Check,
    role::Role,
    term::{Expr, Op, Sort},
};

/// The client.
pub const CLIENT: By = By::One(Role::Client);
/// The server.
pub const SERVER: By = By::One(Role::Server);
/// Each of the two.
pub const BOTH: By = By::Both;

/// Something known before the first message.
pub const fn given(by: By, name: &'static str, source: Source) -> Given {
    Given { by, name, source }
}

/// A fresh nonce.
pub const fn nonce(by: By, name: &'static str) -> Step {
    Step { by, act: Act::Fresh { name, sort: Sort::Nonce, group: None } }
}

/// A fresh secret for a group.
pub const fn secret(by: By, name: &'static str, group: &'static str) -> Step {
    Step { by, act: Act::Fresh { name, sort: Sort::Secret, group: Some(group) } }
}

/// A fresh secret for no group: 32 octets.
pub const fn draw(by: By, name: &'static str, sort: Sort) -> Step {
    Step { by, act: Act::Fresh { name, sort, group: None } }
}

/// A generator that starts anew.
pub const fn seed(by: By, value: Expr) -> Step {
    Step { by, act: Act::Seed(value) }
}

/// A name for a value.
pub const fn let_(by: By, name: &'static str, value: Expr) -> Step {
    Step { by, act: Act::Let(name, value) }
}

/// What is remembered under a name, or a value where nothing is.
pub const fn recall(by: By, name: &'static str, value: Expr) -> Step {
    Step { by, act: Act::Recall(name, value) }
}

/// Remembers a value.
pub const fn keep(by: By, name: &'static str, value: Expr) -> Step {
    Step { by, act: Act::Keep(name, value) }
}

/// A check.
pub const fn check(by: By, relation: Relation, args: &'static [Expr]) -> Step {
    Step { by, act: Act::Check(relation, args) }
}

/// A key for the records of one side.
pub const fn install(of: Role, key: &'static str) -> Step {
    Step { by: BOTH, act: Act::Install(of, key) }
}

/// The next of what both have to say.
pub const SAY: Step = Step { by: BOTH, act: Act::Say };

/// A value that is thrown away.
pub const fn forget(by: By, name: &'static str) -> Step {
    Step { by, act: Act::Forget(name) }
}

/// A field whose name on the wire is `name` and whose value is called `binds` afterwards.
pub const fn field(name: &'static str, binds: &'static str, sort: Sort, value: Expr) -> Field {
    Field { name, binds, sort, value }
}

/// A value by its name.
pub const fn var(name: &'static str) -> Expr {
    Expr::Var(name)
}

/// An operation.
pub const fn apply(op: Op, args: &'static [Expr]) -> Expr {
    Expr::Apply(op, args)
}

/// Several values in order.
pub const fn tuple(items: &'static [Expr]) -> Expr {
    Expr::Tuple(items)
}

/// An expression that depends on a switch.
pub const fn switch(check: &'static Check, on: &'static Expr, off: &'static Expr) -> Expr {
    Expr::Switch(check, on, off)
}
