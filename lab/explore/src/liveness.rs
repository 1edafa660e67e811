//! Liveness: which fields of a table anything hangs on.
//!
//! A field is live where it can reach a key, a name, a choice or a check that decides, by way of what its receiver computes and
//! sends, the transcript included; it is dead where it can reach none of them, as a MAC that nobody looks at and that comes after
//! the keys. Who takes one value for a dead field takes any, and is afterwards the same to every goal and to every other party:
//! replace it by another everywhere and each step can still be taken. So the search tries one value there, and loses nothing.
//!
//! What is dead is found by assuming that everything opaque is, and taking back what is not, sort by sort: a MAC is dead where all
//! MACs of the table are, since the attacker could show one in the place of another. Only sorts that no computation takes apart
//! are looked at, for such a value stops nobody.

use crate::world::decides;
use lab::{
    check::Switches,
    mode::{Act, Message, Mode, Step},
    role::Role,
    term::{Expr, Sort},
};
use std::collections::BTreeSet;

/// Sorts whose values are compared and digested, and nothing else.
const OPAQUE: [Sort; 4] = [Sort::Mac, Sort::Signature, Sort::Digest, Sort::Nonce];

/// What the goals look at.
const RESULTS: [&str; 5] = ["client_write", "server_write", "exporter", "peer_name", "choice"];

/// The dead fields of a handshake: numbers of the message and of the field.
pub(crate) fn dead(table: &'static Mode, switches: &Switches) -> Vec<(usize, usize)> {
    let mut sorts: Vec<Sort> = OPAQUE.to_vec();
    let [client, server] = loop {
        let live = [Role::Client, Role::Server].map(|role| Live::of(table, switches, role, &sorts));
        let before = sorts.len();
        let reached = |message: usize, field: usize| {
            let from = table.handshake()[message].from;
            live.iter().any(|live| live.role != from && live.reaches(message, field))
        };
        let fields = fields(table);
        sorts.retain(|sort| !fields.iter().any(|(message, field, of)| of == sort && reached(*message, *field)));
        if sorts.len() == before {
            break live;
        }
    };
    let by = |message: usize| if table.handshake()[message].from == Role::Client { &server } else { &client };
    let dead = fields(table)
        .into_iter()
        .filter(|(message, field, sort)| sorts.contains(sort) && !by(*message).reaches(*message, *field));
    dead.map(|(message, field, _)| (message, field)).collect()
}

fn fields(table: &Mode) -> Vec<(usize, usize, Sort)> {
    let messages = table.handshake().iter().enumerate();
    let of = |(number, message): (usize, &Message)| {
        let sorts: Vec<_> = message.fields.iter().map(|field| field.sort).collect();
        sorts.into_iter().enumerate().map(move |(field, sort)| (number, field, sort))
    };
    messages.flat_map(of).collect()
}

/// What is live to one of the two.
struct Live {
    table: &'static Mode,
    role: Role,
    names: BTreeSet<&'static str>,
    /// So many messages are in a transcript that is live.
    transcript: usize,
}

impl Live {
    /// What is live to this role where fields of these sorts may be dead.
    fn of(table: &'static Mode, switches: &Switches, role: Role, sorts: &[Sort]) -> Self {
        let mut live = Self { table, role, names: RESULTS.into(), transcript: 0 };
        loop {
            let before = (live.names.len(), live.transcript);
            for (number, message) in table.handshake().iter().enumerate() {
                let own = message.before.iter().chain(message.receipt).map(|step| (number, step));
                for (frames, step) in own.chain(message.after.iter().map(|step| (number + 1, step))) {
                    live.step(switches, frames, step);
                }
                for field in message.fields.iter().filter(|_| message.from == role) {
                    if !sorts.contains(&field.sort) || live.names.contains(field.binds) {
                        live.uses(switches, number, &field.value);
                    }
                }
            }
            if (live.names.len(), live.transcript) == before {
                return live;
            }
        }
    }

    /// What a step that is taken after so many frames makes live.
    fn step(&mut self, switches: &Switches, frames: usize, step: &Step) {
        if !step.by.includes(self.role) {
            return;
        }
        match step.act {
            Act::Let(name, value) | Act::Recall(name, value) if self.names.contains(name) => {
                self.uses(switches, frames, &value);
            }
            Act::Keep(_, value) | Act::Seed(value) => self.uses(switches, frames, &value),
            Act::Check(relation, args) if relation.checks().into_iter().any(|check| decides(switches, check)) => {
                args.iter().for_each(|arg| self.uses(switches, frames, arg));
            }
            Act::Fresh { .. }
            | Act::Let(..)
            | Act::Recall(..)
            | Act::Check(..)
            | Act::Install(..)
            | Act::Say
            | Act::Forget(_) => {}
        }
    }

    fn uses(&mut self, switches: &Switches, frames: usize, value: &Expr) {
        match value {
            Expr::Var(name) => {
                self.names.insert(name);
            }
            Expr::Transcript => self.transcript = self.transcript.max(frames),
            Expr::Switch(check, on, off) => {
                self.uses(switches, frames, if decides(switches, check) { on } else { off });
            }
            Expr::Apply(_, items) | Expr::Tuple(items) => items.iter().for_each(|it| self.uses(switches, frames, it)),
        }
    }

    /// The field is live to this role.
    fn reaches(&self, message: usize, field: usize) -> bool {
        message < self.transcript || self.names.contains(self.table.handshake()[message].fields[field].binds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::modes;

    /// The names of what is dead in a mode without these checks.
    fn names(mode: &str, without: &[&str]) -> Vec<&'static str> {
        let table = modes::find(mode).unwrap();
        let named = |(message, field): (usize, usize)| table.handshake()[message].fields[field].binds;
        dead(table, &table.switches(without, &[])).into_iter().map(named).collect()
    }

    #[test]
    fn a_mac_that_nobody_looks_at_is_dead_where_no_key_covers_it() {
        assert_eq!(names("pake", &["finished"]), ["server_finished", "client_finished"]);
        assert_eq!(names("hybrid-cert", &["finished"]), ["client_finished", "server_finished"]);
        for (mode, without) in [("pake", &[][..]), ("hybrid-cert", &[]), ("psk", &["psk-binder"]), ("psk", &[])] {
            assert!(names(mode, without).is_empty(), "{mode} {without:?}");
        }
    }
}
