//! What the wire and a few known values let one compute: a lenient run of a mode's table.
//!
//! A shadow follows a handshake without being one of its parties. It evaluates every step whose values it knows and
//! leaves the others for later. Given nothing, it is an eavesdropper. Given a party's secret, it is that party. Told to
//! invent a secret of its own and to compose one party's messages, it is the man in the middle on one leg.

use crate::{
    algebra::{Algebra, Misfit},
    check::Switches,
    handshake::{Env, evaluate},
    misfit::{Given, Need},
    mode::{Act, Message, Mode, Relation, Step},
    role::Role,
    term::Expr,
};

/// A handshake as somebody else sees it.
#[derive(Clone)]
pub struct Shadow<A: Algebra> {
    algebra: A,
    mode: &'static Mode,
    switches: Switches,
    invents: &'static [&'static str],
    env: Env<A::Value>,
    transcript: A::Transcript,
    /// Keys that were installed for the client's records and for the server's, in order.
    installed: [Vec<A::Value>; 2],
    /// Steps that wait for a value, each with the transcript of its place.
    pending: Vec<(Step, A::Transcript)>,
    next: usize,
}

impl<A: Algebra> Shadow<A> {
    /// A shadow at the beginning of a handshake, which knows `known` and draws the fresh values named in `invents`
    /// itself.
    pub fn new(
        algebra: A,
        mode: &'static Mode,
        switches: Switches,
        known: Vec<(&'static str, A::Value)>,
        invents: &'static [&'static str],
    ) -> Self {
        let (env, transcript) = (Env::new(known), A::Transcript::default());
        let (installed, pending) = ([Vec::new(), Vec::new()], Vec::new());
        Self { algebra, mode, switches, invents, env, transcript, installed, pending, next: 0 }
    }

    /// The message that comes next.
    pub fn message(&self) -> Option<&'static Message> {
        self.mode.messages.get(self.next)
    }

    /// A value, if it is known by now.
    pub fn value(&self, name: &str) -> Option<&A::Value> {
        self.env.get(name)
    }

    /// The keys of a side's records so far, as far as they are known: the handshake's, then those that were installed.
    pub fn record_keys(&self, of: Role) -> impl DoubleEndedIterator<Item = &A::Value> {
        let (first, installed) = match of {
            Role::Client => ("client_write", &self.installed[0]),
            Role::Server => ("server_write", &self.installed[1]),
        };
        self.value(first).into_iter().chain(installed)
    }

    /// What an expression amounts to at this point of the handshake; `None` where it needs a value that is not known.
    pub fn evaluate(&self, value: &Expr) -> Option<A::Value> {
        evaluate(&self.algebra, &self.switches, &self.env, &self.transcript, value).ok().flatten()
    }

    /// Learns a value that the wire does not show.
    pub fn learn(&mut self, name: &'static str, value: A::Value) {
        self.env.bind(name, value);
        self.settle();
    }

    /// Follows the next message as it passes.
    ///
    /// # Errors
    /// It is not the message that the table has next.
    pub fn observe(&mut self, wire: &A::Wire) -> Result<(), Misfit> {
        let Some(message) = self.message() else {
            return Err(Misfit::new("message", Need::NoMessage, Given::One));
        };
        let values = self.algebra.read(message, wire)?;
        self.defer(message.before);
        for (field, value) in message.fields.iter().zip(values) {
            self.env.bind(field.binds, value);
        }
        self.pass(message, wire);
        Ok(())
    }

    /// Composes the next message in its sender's place: each field from `replaced` if it is there, else computed if its
    /// values are known, else as `observed`, which has one value a field, or none where there was nothing to observe.
    pub fn compose(&mut self, observed: &[A::Value], replaced: &[(&'static str, A::Value)]) -> Option<A::Wire> {
        let message = self.message()?;
        self.defer(message.before);
        let mut values = Vec::with_capacity(message.fields.len());
        for (i, field) in message.fields.iter().enumerate() {
            self.settle();
            let value = match replaced.iter().find(|(name, _)| *name == field.binds) {
                Some((_, value)) => value.clone(),
                None => self.evaluate(&field.value).or_else(|| observed.get(i).cloned())?,
            };
            self.env.bind(field.binds, value.clone());
            values.push(value);
        }
        let wire = self.algebra.write(message, &values);
        self.pass(message, &wire);
        Some(wire)
    }

    fn pass(&mut self, message: &'static Message, wire: &A::Wire) {
        self.defer(message.receipt);
        self.algebra.absorb(&mut self.transcript, wire);
        self.defer(message.after);
        self.settle();
        self.next += 1;
    }

    fn defer(&mut self, steps: &[Step]) {
        self.pending.extend(steps.iter().map(|step| (*step, self.transcript.clone())));
    }

    /// Takes every waiting step that can be taken by now, until none can.
    fn settle(&mut self) {
        loop {
            let waiting = std::mem::take(&mut self.pending);
            let before = waiting.len();
            self.pending = waiting.into_iter().filter(|(step, at)| !self.take(step, at)).collect();
            if self.pending.len() == before {
                return;
            }
        }
    }

    /// Takes a step; answers whether it needs no second try.
    fn take(&mut self, step: &Step, transcript: &A::Transcript) -> bool {
        match step.act {
            // Two secrets that a victim holds to be the same are the same, where it goes on.
            Act::Check(Relation::Same(_), [Expr::Var(one), Expr::Var(other)]) => {
                match (self.env.get(one).cloned(), self.env.get(other).cloned()) {
                    (None, None) => return false,
                    (Some(value), _) => self.env.bind(other, value),
                    (None, Some(value)) => self.env.bind(one, value),
                }
                true
            }
            // What else the victims check is theirs, and what they remember.
            Act::Check(..) | Act::Keep(..) => true,
            // What it draws itself comes from its own generator.
            Act::Seed(_) => true,
            // It does not say what they say, or forget what they forget.
            Act::Say | Act::Forget(_) => true,
            Act::Install(of, name) => match self.env.get(name).cloned() {
                Some(key) => {
                    self.installed[usize::from(of == Role::Server)].push(key);
                    true
                }
                None => false,
            },
            Act::Fresh { name, .. } | Act::Let(name, _) | Act::Recall(name, _) if self.env.get(name).is_some() => true,
            Act::Fresh { name, sort, group } => {
                if !self.invents.contains(&name) {
                    return true;
                }
                let group = match group.map(|group| self.env.get(group).cloned()) {
                    Some(None) => return false,
                    Some(Some(group)) => Some(group),
                    None => None,
                };
                if let Ok(value) = self.algebra.fresh(name, sort, group.as_ref()) {
                    self.env.bind(name, value);
                }
                true
            }
            // A shadow has no earlier sessions.
            Act::Let(name, value) | Act::Recall(name, value) => {
                match evaluate(&self.algebra, &self.switches, &self.env, transcript, &value) {
                    Ok(None) => false,
                    // An operation without a result will not have one later: somebody sent nonsense.
                    Err(_) => true,
                    Ok(Some(value)) => {
                        self.env.bind(name, value);
                        true
                    }
                }
            }
        }
    }
}
