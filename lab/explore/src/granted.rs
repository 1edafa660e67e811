//! What a table grants by itself: goals that cannot be lost, whatever the attacker does and however many sessions there are. Nothing
//! is looked for where nothing can be found, and a search in which all else was lost is over.
//!
//! Two terms that are made by one function from whose result its arguments follow are equal where the arguments are. So whoever
//! has the same key has the same of everything that stands in it at one place. Where a role's key contains something that each
//! party of this role draws by itself, no two of them have one key (`injectivity`). Where the key contains the frames up to
//! somebody's certificate, and the other has looked whose it is, whoever has that key knows its owner by name (`identity`).
//!
//! Nothing is said here of what the attacker knows: what a table grants it grants under any attacker.

use crate::{
    goal::{Goal, Property},
    world::decides,
};
use lab::{
    certificate::checks::NAME,
    check::Switches,
    mode::{Act, Mode, Names, Relation, Source, Step},
    role::Role,
    term::{Expr, Op, Sort},
};

/// By what a session's key is known.
const KEY: &str = "exporter";

/// The goals that a table with these switches grants.
pub(crate) fn granted(table: &'static Mode, switches: &Switches) -> Vec<Goal> {
    let side = |role| Side { table, switches, role };
    let granted = |goal: &Goal| {
        let (own, peer) = (side(goal.role), side(goal.role.peer()));
        match goal.property {
            Property::Injectivity => own.key().is_some_and(|key| own.has_drawn_of_its_own(&key)),
            Property::Identity => !peer.names() || peer.learns_who_has_the_key_of(&own),
            Property::Secrecy
            | Property::Agreement
            | Property::Authenticity
            | Property::Choice
            | Property::ForwardSecrecy => false,
        }
    };
    Goal::all().filter(granted).collect()
}

/// An expression, where so many frames have passed.
#[derive(Clone, Copy)]
struct Here {
    frames: usize,
    value: Expr,
}

/// A table as one of the two computes it.
#[derive(Clone, Copy)]
struct Side<'s> {
    table: &'static Mode,
    switches: &'s Switches,
    role: Role,
}

impl Side<'_> {
    /// What this role computes, each step with the number of frames that have passed.
    fn steps(&self) -> impl Iterator<Item = (usize, &'static Step)> {
        let role = self.role;
        let messages = self.table.handshake().iter().enumerate();
        let steps = messages.flat_map(|(number, message)| {
            let first = message.before.iter().chain(message.receipt).map(move |step| (number, step));
            first.chain(message.after.iter().map(move |step| (number + 1, step)))
        });
        steps.filter(move |(_, step)| step.by.includes(role))
    }

    /// What a name stands for, where this role computes it, and once.
    fn definition(&self, name: &str) -> Option<Here> {
        let mut found = self.steps().filter_map(|(frames, step)| match step.act {
            Act::Let(named, value) if named == name => Some(Some(Here { frames, value })),
            Act::Fresh { name: named, .. } | Act::Recall(named, _) if named == name => Some(None),
            _ => None,
        });
        found.next().flatten().filter(|_| found.next().is_none())
    }

    /// The key's value.
    fn key(&self) -> Option<Here> {
        self.definition(KEY)
    }

    /// The expression itself, where it is a name for one, or a choice between two.
    fn unfolded(&self, here: Here) -> Here {
        match here.value {
            Expr::Var(name) => self.definition(name).map_or(here, |it| self.unfolded(it)),
            Expr::Switch(check, on, off) => {
                self.unfolded(Here { value: if decides(self.switches, check) { *on } else { *off }, ..here })
            }
            Expr::Apply(..) | Expr::Tuple(_) | Expr::Transcript => here,
        }
    }

    /// Whoever has this value has the same of something that this very party draws.
    fn has_drawn_of_its_own(&self, here: &Here) -> bool {
        let here = self.unfolded(*here);
        let parts = |parts: &'static [Expr]| {
            parts.iter().any(|value| self.has_drawn_of_its_own(&Here { value: *value, ..here }))
        };
        match here.value {
            Expr::Var(name) => self.draws(name),
            Expr::Apply(op, args) => (tells_its_arguments(op) || op == Op::Public) && parts(args),
            Expr::Tuple(items) => parts(items),
            Expr::Transcript => (0..).zip(&self.table.handshake()[..here.frames]).any(|(frames, message)| {
                let own = message.fields.iter().filter(|_| message.from == self.role);
                own.into_iter().any(|field| self.has_drawn_of_its_own(&Here { frames, value: field.value }))
            }),
            Expr::Switch(..) => false,
        }
    }

    fn draws(&self, name: &str) -> bool {
        self.steps().any(|(_, step)| matches!(step.act, Act::Fresh { name: drawn, .. } if drawn == name))
    }

    /// It takes its peer for somebody.
    fn names(&self) -> bool {
        match self.table.names {
            Names::Nobody => false,
            Names::Server => self.role == Role::Client,
            Names::Both => true,
        }
    }

    /// Both have one key where this one knows the other by the name of its certificate alone.
    fn learns_who_has_the_key_of(&self, other: &Self) -> bool {
        let (Some(own), Some(others)) = (self.key(), other.key()) else { return false };
        let frames = self.frames_in_common(own, (other, others));
        let shown = self.table.handshake()[..frames].iter().filter(|message| message.from == other.role);
        shown.flat_map(|message| message.fields).any(|field| {
            let own_chain = matches!(field.value, Expr::Var(name) if other.is_given(name, Source::Chain));
            field.sort == Sort::Chain && own_chain && self.is_bound_once(field.binds) && self.takes_name_of(field.binds)
        })
    }

    /// So many frames stand at one place in both of these, so that where they are equal the frames are.
    fn frames_in_common(&self, own: Here, (other, others): (&Self, Here)) -> usize {
        let (own, others) = (self.unfolded(own), other.unfolded(others));
        let all = |some: &'static [Expr], more: &'static [Expr]| {
            let pairs = some.iter().zip(more).filter(|_| some.len() == more.len());
            let each = pairs.map(|(one, another)| {
                self.frames_in_common(Here { value: *one, ..own }, (other, Here { value: *another, ..others }))
            });
            each.max().unwrap_or(0)
        };
        match (own.value, others.value) {
            (Expr::Transcript, Expr::Transcript) if own.frames == others.frames => own.frames,
            (Expr::Apply(one, some), Expr::Apply(another, more)) if one == another && tells_its_arguments(one) => {
                all(some, more)
            }
            (Expr::Tuple(some), Expr::Tuple(more)) => all(some, more),
            _ => 0,
        }
    }

    /// It has this from the beginning, and nothing else by that name.
    fn is_given(&self, name: &str, source: Source) -> bool {
        let given =
            self.table.given.iter().any(|it| it.by.includes(self.role) && (it.name, it.source) == (name, source));
        let made = |act: Act| match act {
            Act::Let(made, _) | Act::Recall(made, _) | Act::Fresh { name: made, .. } => made == name,
            Act::Seed(_) | Act::Check(..) | Act::Keep(..) | Act::Install(..) | Act::Say | Act::Forget(_) => false,
        };
        given && !self.steps().any(|(_, step)| made(step.act))
    }

    fn is_bound_once(&self, name: &str) -> bool {
        let fields = self.table.handshake().iter().flat_map(|message| message.fields);
        fields.filter(|field| field.binds == name).count() == 1
    }

    /// Whom it takes its peer for is who stands in this chain: it wanted that name, and looked; or it had no other to go by.
    fn takes_name_of(&self, chain: &str) -> bool {
        let is = |value: Option<&Expr>, name: &str| matches!(value, Some(Expr::Var(var)) if *var == name);
        let wanted = self.is_given("peer_name", Source::PeerName);
        let looked = self.steps().any(|(_, step)| match step.act {
            Act::Check(relation @ Relation::Certified(_), args) => {
                let looks =
                    relation.checks().into_iter().any(|check| check.id == NAME && decides(self.switches, check));
                looks && is(args.first(), chain) && is(args.get(2), "peer_name")
            }
            _ => false,
        });
        let read = self.definition("peer_name").map(|here| here.value);
        (wanted && looked) || matches!(read, Some(Expr::Apply(Op::LeafName, of)) if is(of.first(), chain))
    }
}

/// Over terms nothing else has this result than these arguments.
fn tells_its_arguments(op: Op) -> bool {
    matches!(op, Op::Hash | Op::Mac | Op::Extract | Op::Expand(_) | Op::Combine | Op::Sign(_) | Op::Seal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::modes;

    fn names(text: &str, without: &[&str]) -> Vec<String> {
        let (mode, variant) = text.split_once(':').map_or((text, None), |(mode, variant)| (mode, Some(variant)));
        let table = modes::find(mode).unwrap().played(variant);
        granted(table, &table.switches(without, &[])).iter().map(ToString::to_string).collect()
    }

    /// By hand, from the tables: what the keys are made of, and who is told whose certificate it is.
    #[test]
    fn what_is_drawn_and_looked_at_stands_in_the_keys() {
        let drawn = ["injectivity-client", "injectivity-server"];
        let all = ["injectivity-client", "injectivity-server", "identity-client", "identity-server"];
        // The keys are over the whole handshake, certificate and all; nobody takes the client for anybody.
        assert_eq!(names("dh-cert:transcript", &[]), all);
        assert_eq!(names("ecdh-cert", &[]), all);
        assert_eq!(names("ecdh-cert", &["transcript-signature", "cert-chain"]), all);
        // Nobody looks whose certificate it is.
        assert_eq!(names("ecdh-cert", &["cert-name"]), all[..3]);
        // The keys of TLS 1.2 are over the random values alone: whoever passes these on chooses the certificate.
        assert_eq!(names("dh-cert:legacy", &[]), all[..3]);
        // The keys are there before anybody has a name.
        assert_eq!(names("ecdh-mutual", &[]), drawn);
        // Nobody is taken for anybody.
        assert_eq!(names("dh", &[]), all);
        assert!(names("psk:psk-only", &["role-separation"]).iter().all(|goal| !goal.starts_with("identity")));
    }
}
