//! What a table says of each field on the wire: what it takes to compute it, which signatures and MACs cover it, and which
//! checks look at it.

use super::{Act, Field, Message, Mode, Source};
use crate::{
    check::Switches,
    handshake::chosen,
    role::Role,
    term::{Expr, Op},
    wire::Kind,
};
use serde::Serialize;

/// What it takes to compute a value that is accepted in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Takes {
    /// Nothing that anybody lacks: what is public, or chosen freely.
    Nothing,
    /// The secret that this handshake agrees on, with whom it may be.
    Agreement,
    /// What was arranged beforehand: a secret that the two share, or a private key that one of them has.
    Arrangement,
    /// The signer's private key.
    SigningKey,
}

/// What covers a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cover {
    /// Who computes it.
    pub from: Role,
    /// The message that carries it, by its kind.
    #[serde(serialize_with = "by_name")]
    pub kind: Kind,
    /// Its field there.
    pub field: &'static str,
    /// It is a signature: whoever has the key, its public half proves it to anybody. Otherwise it is a MAC.
    pub signed: bool,
}

fn by_name<S: serde::Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

/// What a table says of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Protection {
    /// What it takes to compute it.
    pub takes: Takes,
    /// Signatures and MACs that cover it, in their order.
    pub covered: Vec<Cover>,
    /// Ids of the checks that look at it.
    pub checked: Vec<&'static str>,
}

/// A table under these switches.
struct Table<'s> {
    mode: &'static Mode,
    switches: &'s Switches,
}

impl Mode {
    /// What the table says of a field of its message of this number, counted from 0, under these switches; nothing, where it has
    /// no such field.
    pub fn protection(&'static self, switches: &Switches, message: usize, field: &str) -> Option<Protection> {
        let table = Table { mode: self, switches };
        let of = self.messages.get(message)?;
        let field = of.fields.iter().find(|known| known.name == field)?;
        Some(Protection {
            takes: table.takes(of.from, &field.value, DEPTH),
            covered: table.covered(message, field.binds),
            checked: table.checked(of.from.peer(), field.binds),
        })
    }
}

/// Names that are followed, one into another: more than any table has, so that a name that stood for itself would end.
const DEPTH: usize = 64;

impl Table<'_> {
    /// What it takes for this role's value.
    fn takes(&self, role: Role, value: &Expr, depth: usize) -> Takes {
        let most = |values: &[Expr]| {
            values.iter().map(|value| self.takes(role, value, depth - 1)).max().unwrap_or(Takes::Nothing)
        };
        match value {
            _ if depth == 0 => Takes::Nothing,
            Expr::Transcript => Takes::Nothing,
            Expr::Tuple(items) => most(items),
            Expr::Switch(check, on, off) => self.takes(role, chosen(self.switches, check, on, off), depth - 1),
            Expr::Apply(Op::Sign(_), _) => Takes::SigningKey,
            Expr::Apply(Op::Agree | Op::Replied | Op::Open | Op::Decrypt(_) | Op::DecryptOr(_), args) => {
                Takes::Agreement.max(most(args))
            }
            Expr::Apply(_, args) => most(args),
            Expr::Var(name) => self.takes_name(role, name, depth),
        }
    }

    fn takes_name(&self, role: Role, name: &str, depth: usize) -> Takes {
        let on_the_wire = self.mode.messages.iter().flat_map(|message| message.fields).any(|field| field.binds == name);
        let given = self.mode.given.iter().find(|given| given.name == name && given.by.includes(role));
        match given.map(|given| given.source) {
            _ if on_the_wire => Takes::Nothing,
            Some(Source::SharedSecret | Source::DecryptionKey | Source::StaticKey) => Takes::Arrangement,
            Some(_) => Takes::Nothing,
            None => self
                .named(name, Some(role))
                .map(|(_, value)| self.takes(role, value, depth - 1))
                .max()
                .unwrap_or(Takes::Nothing),
        }
    }

    /// What this name stands for, for this role or for anyone, each with how many messages the transcript has there.
    fn named(&self, name: &str, role: Option<Role>) -> impl Iterator<Item = (usize, &'static Expr)> {
        let steps = self.mode.messages.iter().enumerate().flat_map(|(i, message)| {
            let early = message.before.iter().chain(message.receipt).map(move |step| (i, step));
            early.chain(message.after.iter().map(move |step| (i + 1, step)))
        });
        steps.filter_map(move |(frames, step)| match &step.act {
            Act::Let(known, value) | Act::Recall(known, value)
                if *known == name && role.is_none_or(|role| step.by.includes(role)) =>
            {
                Some((frames, value))
            }
            _ => None,
        })
    }

    /// What is sent under this name, each with how many messages the transcript has there: an echo changes with what it echoes.
    fn sent(&self, name: &str) -> impl Iterator<Item = (usize, &'static Expr)> {
        let fields = self.mode.messages.iter().enumerate().flat_map(|(i, message)| {
            let fields: &'static [Field] = message.fields;
            fields.iter().map(move |field| (i, field))
        });
        fields.filter(move |(_, field)| field.binds == name).map(|(i, field)| (i, &field.value))
    }

    /// The signatures and MACs over the value of this name in this message.
    fn covered(&self, message: usize, binds: &str) -> Vec<Cover> {
        let carried = |(i, it): (usize, &'static Message)| it.fields.iter().map(move |field| (i, it, field));
        let all = self.mode.messages.iter().enumerate().flat_map(carried);
        let covers = all.filter(|(_, _, field)| field.binds != binds).filter_map(|(at, of, field)| {
            let Expr::Apply(op @ (Op::Sign(_) | Op::Mac), args) = &field.value else { return None };
            let reached = args.iter().any(|value| self.reaches(value, at, message, binds, DEPTH));
            reached.then_some(Cover { from: of.from, kind: of.kind, field: field.name, signed: *op != Op::Mac })
        });
        covers.collect()
    }

    /// Whether a value that is computed when the transcript has so many frames changes with the field.
    fn reaches(&self, value: &Expr, frames: usize, message: usize, binds: &str, depth: usize) -> bool {
        let any = |values: &[Expr]| values.iter().any(|value| self.reaches(value, frames, message, binds, depth - 1));
        match value {
            _ if depth == 0 => false,
            Expr::Transcript => message < frames,
            Expr::Tuple(items) => any(items),
            Expr::Switch(check, on, off) => {
                self.reaches(chosen(self.switches, check, on, off), frames, message, binds, depth - 1)
            }
            // Who answers something else to something else says so honestly: what was asked is not in what it says.
            Expr::Apply(op, _) if answers(*op) => false,
            // What a key is made of shows in a MAC under it.
            Expr::Apply(_, args) => any(args),
            Expr::Var(name) if *name == binds => true,
            Expr::Var(name) => {
                let mut values = self.named(name, None).chain(self.sent(name));
                values.any(|(frames, value)| self.reaches(value, frames, message, binds, depth - 1))
            }
        }
    }

    /// The checks of this role in which the name stands itself.
    fn checked(&self, role: Role, binds: &str) -> Vec<&'static str> {
        let named = |value: &Expr| matches!(value, Expr::Var(name) if *name == binds);
        let looked = |args: &[Expr]| {
            args.iter().any(|value| named(value) || matches!(value, Expr::Apply(_, args) if args.iter().any(named)))
        };
        let mut ids = Vec::new();
        for step in self.mode.steps().filter(|step| step.by.includes(role)) {
            let Act::Check(relation, args) = &step.act else { continue };
            if looked(args) {
                ids.extend(
                    relation.checks().iter().map(|check| check.id).filter(|id| !ids.contains(id)).collect::<Vec<_>>(),
                );
            }
        }
        ids
    }
}

/// Whether it makes a new value of what it is given, from which that cannot be told again.
const fn answers(op: Op) -> bool {
    matches!(
        op,
        Op::Preferred
            | Op::Pick
            | Op::Accept
            | Op::GroupOf
            | Op::ServerGroup
            | Op::Public
            | Op::PublicUnder
            | Op::Reply
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modes;

    fn of(mode: &str, kind: Kind, field: &str, without: &[&str]) -> Protection {
        let mode = modes::find(mode).unwrap();
        let at = mode.messages.iter().position(|message| message.kind == kind).unwrap();
        mode.protection(&mode.switches(without, &[]), at, field).unwrap()
    }

    fn covers(protection: &Protection) -> Vec<String> {
        protection.covered.iter().map(|cover| format!("{} {}", cover.from, cover.field)).collect()
    }

    #[test]
    fn nothing_covers_a_bare_share_and_a_signature_covers_all_before_it() {
        let bare = of("ecdh", Kind::ClientHello, "share", &[]);
        assert_eq!((bare.takes, covers(&bare)), (Takes::Nothing, vec![]));
        let signed = of("ecdh-cert", Kind::ClientHello, "share", &[]);
        assert_eq!(covers(&signed), ["server signature", "server mac", "client mac"]);
        assert_eq!(signed.covered.iter().map(|cover| cover.signed).collect::<Vec<_>>(), [true, false, false]);
        // A certificate is public: anybody can show it.
        let chain = of("ecdh-cert", Kind::Certificate, "chain", &[]);
        assert_eq!((chain.takes, chain.checked.contains(&"cert-chain")), (Takes::Nothing, true));
        assert_eq!(of("ecdh-cert", Kind::CertificateVerify, "signature", &[]).takes, Takes::SigningKey);
        assert_eq!(of("ecdh-cert", Kind::Finished, "mac", &[]).takes, Takes::Agreement);
    }

    #[test]
    fn what_a_legacy_signature_leaves_out_is_not_covered_by_it() {
        let signed = |field| {
            let legacy = modes::of(&"dh-cert:legacy".parse().unwrap()).unwrap();
            let protection = legacy.protection(&legacy.switches::<&str>(&[], &[]), 0, field).unwrap();
            protection.covered.iter().any(|cover| cover.signed)
        };
        assert!(signed("random"));
        assert!(!signed("offers"), "the client's offers are what Logjam changes");
    }

    #[test]
    fn a_secret_that_two_share_is_what_its_binder_takes() {
        assert_eq!(of("psk", Kind::ClientHello, "binder", &[]).takes, Takes::Arrangement);
        assert_eq!(of("psk", Kind::ClientHello, "share", &[]).takes, Takes::Nothing);
        assert!(covers(&of("psk", Kind::ClientHello, "share", &[])).contains(&"client binder".to_owned()));
    }

    #[test]
    fn every_field_of_every_table_has_an_answer() {
        for table in modes::tables() {
            let switches = table.switches::<&str>(&[], &[]);
            for (i, message) in table.messages.iter().enumerate() {
                for field in message.fields {
                    let protection = table.protection(&switches, i, field.name);
                    assert!(protection.is_some(), "{} {}", table.id, field.name);
                }
            }
        }
    }
}
