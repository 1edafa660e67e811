//! The interpreter: runs any mode's table, over any algebra, for one of the two parties.

use crate::{
    algebra::{Algebra, Misfit},
    cause::Cause,
    check::{Check, Switches},
    event::Status,
    finding::Finding,
    misfit::{Given, Need},
    mode::{Act, Message, Mode, Step},
    role::Role,
    term::Expr,
};

/// The values that a party knows, by name.
#[derive(Clone)]
pub(crate) struct Env<V>(Vec<(&'static str, V)>);

impl<V: Clone> Env<V> {
    pub(crate) fn new(known: Vec<(&'static str, V)>) -> Self {
        Self(known)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        self.0.iter().find(|(bound, _)| *bound == name).map(|(_, value)| value)
    }

    /// Binds a name that is not bound yet; a name keeps its first value.
    pub(crate) fn bind(&mut self, name: &'static str, value: V) {
        if self.get(name).is_none() {
            self.0.push((name, value));
        }
    }

    fn forget(&mut self, name: &str) {
        self.0.retain(|(bound, _)| *bound != name);
    }
}

/// Evaluates an expression; `None` where it needs a value that is not known.
pub(crate) fn evaluate<A: Algebra>(
    algebra: &A,
    switches: &Switches,
    env: &Env<A::Value>,
    transcript: &A::Transcript,
    value: &Expr,
) -> Result<Option<A::Value>, Misfit> {
    match value {
        Expr::Var(name) => Ok(env.get(name).cloned()),
        Expr::Transcript => Ok(Some(algebra.digest(transcript))),
        Expr::Switch(check, on, off) => evaluate(algebra, switches, env, transcript, chosen(switches, check, on, off)),
        Expr::Tuple(items) => match evaluate_all(algebra, switches, env, transcript, items)? {
            Some(values) => algebra.tuple(&values).map(Some),
            None => Ok(None),
        },
        Expr::Apply(op, args) => match evaluate_all(algebra, switches, env, transcript, args)? {
            Some(values) => algebra.apply(*op, &values).map(Some).map_err(|misfit| blame(misfit, args)),
            None => Ok(None),
        },
    }
}

/// What is computed while a check is on, or where it is switched off: as these switches have it.
pub(crate) fn chosen(switches: &Switches, check: &Check, on: &'static Expr, off: &'static Expr) -> &'static Expr {
    if switches.is_on(check) { on } else { off }
}

/// Evaluates expressions; `None` where one of them needs a value that is not known.
fn evaluate_all<A: Algebra>(
    algebra: &A,
    switches: &Switches,
    env: &Env<A::Value>,
    transcript: &A::Transcript,
    items: &[Expr],
) -> Result<Option<Vec<A::Value>>, Misfit> {
    items.iter().map(|item| evaluate(algebra, switches, env, transcript, item)).collect()
}

/// An operation does not know the names of its arguments; the table does. What came from the peer stands last, but for
/// an operation that names one of the arguments itself.
fn blame(misfit: Misfit, args: &[Expr]) -> Misfit {
    let named = args.iter().any(|arg| matches!(arg, Expr::Var(name) if *name == misfit.field));
    match args.last() {
        Some(Expr::Var(name)) if !named => Misfit { field: (*name).to_owned(), ..misfit },
        _ => misfit,
    }
}

/// Something that a party did.
pub enum Output<W> {
    /// It sent a message.
    Sent {
        /// Number of its flight.
        flight: u32,
        /// The message.
        wire: W,
    },
    /// It performed a check.
    Checked {
        /// Number of the flight that the check concerns.
        flight: u32,
        /// What the check saw.
        finding: Finding,
        /// Its outcome.
        status: Status,
    },
    /// It installed a key for the records of one side.
    Installed {
        /// Whose records.
        of: Role,
        /// The key's name.
        key: &'static str,
    },
    /// It is to say the next of what it has to say.
    Says,
}

/// Why a handshake cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Cause::from(self))]
pub enum Stop {
    /// A check failed.
    Check(Finding),
    /// A message is not what the table has next.
    Misfit(#[from] Misfit),
    /// The table needs a value that nobody gave it.
    NotGiven(&'static str),
}

impl From<&Stop> for Cause {
    fn from(stop: &Stop) -> Self {
        match stop {
            Stop::Check(finding) => finding.into(),
            Stop::Misfit(misfit) => misfit.into(),
            Stop::NotGiven(name) => Self::NotGiven { name: (*name).to_owned() },
        }
    }
}

/// One party's handshake. A copy goes on from where the original is, with the same fresh values.
#[derive(Clone)]
pub struct Handshake<A: Algebra> {
    algebra: A,
    mode: &'static Mode,
    flights: Vec<u32>,
    role: Role,
    switches: Switches,
    env: Env<A::Value>,
    /// What is remembered from earlier sessions.
    remembered: Env<A::Value>,
    /// What later sessions will remember.
    kept: Env<A::Value>,
    transcript: A::Transcript,
    next: usize,
    /// What is to be forgotten when the message under way is done.
    forgotten: Vec<&'static str>,
    /// The last message that was taken among records, by its place in the table.
    taken: Option<(usize, A::Wire)>,
}

impl<A: Algebra> Handshake<A> {
    /// A handshake at its beginning.
    ///
    /// # Errors
    /// A value that the mode's table gives this role is missing in `known`.
    pub fn new(
        algebra: A,
        mode: &'static Mode,
        role: Role,
        switches: Switches,
        known: Vec<(&'static str, A::Value)>,
    ) -> Result<Self, Stop> {
        let env = Env::new(known);
        let missing = mode.given.iter().find(|given| given.by.includes(role) && env.get(given.name).is_none());
        if let Some(given) = missing {
            return Err(Stop::NotGiven(given.name));
        }
        let flights = mode.flights();
        let (remembered, kept, transcript) = (Env::new(Vec::new()), Env::new(Vec::new()), A::Transcript::default());
        Ok(Self {
            algebra,
            mode,
            flights,
            role,
            switches,
            env,
            remembered,
            kept,
            transcript,
            next: 0,
            forgotten: Vec::new(),
            taken: None,
        })
    }

    /// The same handshake of a party that remembers these values.
    #[must_use]
    pub fn remembering(self, remembered: Vec<(&'static str, A::Value)>) -> Self {
        Self { remembered: Env::new(remembered), ..self }
    }

    /// What the party keeps of the handshake for later sessions.
    pub fn kept(&self) -> &[(&'static str, A::Value)] {
        &self.kept.0
    }

    /// Number of the flight that comes next, or that the records travel in once the handshake is done.
    pub fn flight(&self) -> u32 {
        self.flights.get(self.next).copied().unwrap_or_else(|| self.mode.record_flight())
    }

    /// All messages of the handshake were exchanged.
    pub fn is_done(&self) -> bool {
        self.next >= self.mode.handshake().len()
    }

    /// No message is left, of the handshake or among records.
    pub fn is_over(&self) -> bool {
        self.next == self.mode.messages.len()
    }

    /// The message of the handshake that comes next is the peer's.
    pub fn awaits_peer(&self) -> bool {
        self.mode.handshake().get(self.next).is_some_and(|message| message.from != self.role)
    }

    /// A value that the party knows by now.
    pub fn value(&self, name: &str) -> Option<&A::Value> {
        self.env.get(name)
    }

    /// All that it knows by now, and has not thrown away.
    pub fn known(&self) -> impl Iterator<Item = (&'static str, &A::Value)> {
        self.env.0.iter().map(|(name, value)| (*name, value))
    }

    /// The algebra, for what comes after the handshake.
    pub fn algebra(&self) -> &A {
        &self.algebra
    }

    /// Sends as long as it is this party's turn in the handshake. What was done before a failure is in `outputs`.
    ///
    /// # Errors
    /// Why the handshake cannot go on.
    pub fn send(&mut self, outputs: &mut Vec<Output<A::Wire>>) -> Result<(), Stop> {
        self.speak(self.mode.handshake(), outputs)
    }

    /// Once the handshake is done, sends as long as it is this party's turn among records.
    ///
    /// # Errors
    /// Why the session cannot go on.
    pub fn go_on(&mut self, outputs: &mut Vec<Output<A::Wire>>) -> Result<(), Stop> {
        self.speak(self.mode.messages, outputs)
    }

    fn speak(&mut self, messages: &'static [Message], outputs: &mut Vec<Output<A::Wire>>) -> Result<(), Stop> {
        while let Some(message) = messages.get(self.next).filter(|message| message.from == self.role) {
            let flight = self.flight();
            self.steps(message.before, flight, outputs)?;
            let mut values = Vec::with_capacity(message.fields.len());
            for field in message.fields {
                let value = self.evaluate(&field.value)?.ok_or(Stop::NotGiven(field.binds))?;
                self.env.bind(field.binds, value.clone());
                values.push(value);
            }
            let wire = self.algebra.write(message, &values);
            self.algebra.absorb(&mut self.transcript, &wire);
            outputs.push(Output::Sent { flight, wire });
            self.steps(message.after, flight, outputs)?;
            self.forget();
            self.next += 1;
        }
        Ok(())
    }

    /// Takes the peer's next message. Among records the last one may come again, as its answer may have been lost. What was
    /// done before a failure is in `outputs`; a message that fails leaves the party as it was.
    ///
    /// # Errors
    /// Why the handshake, or the session, cannot go on.
    pub fn receive(&mut self, wire: &A::Wire, outputs: &mut Vec<Output<A::Wire>>) -> Result<(), Stop> {
        if let Some((at, _)) = self.taken.as_ref().filter(|(_, taken)| taken == wire) {
            return self.take_again(*at, outputs);
        }
        let Some(message) = self.mode.messages.get(self.next).filter(|message| message.from != self.role) else {
            return Err(Misfit::new("message", Need::NoMessage, Given::One).into());
        };
        let (known, kept) = (self.env.0.len(), self.kept.0.len());
        let (transcript, algebra) = (self.transcript.clone(), self.algebra.clone());
        let result = self.take(message, wire, outputs);
        match result {
            Ok(()) => {
                self.forget();
                self.taken = message.kind.is_in_session().then(|| (self.next, wire.clone()));
                self.next += 1;
            }
            Err(_) => {
                self.env.0.truncate(known);
                self.kept.0.truncate(kept);
                self.transcript = transcript;
                self.algebra = algebra;
                self.forgotten.clear();
            }
        }
        result
    }

    /// Does once more what the message at this place asks for, and answers again what it was answered with: what is known
    /// stays as it is.
    fn take_again(&mut self, at: usize, outputs: &mut Vec<Output<A::Wire>>) -> Result<(), Stop> {
        let flight = self.flight();
        let mut again = self.mode.messages[at..self.next].iter();
        if let Some(message) = again.next() {
            self.steps(message.receipt, flight, outputs)?;
            self.steps(message.after, flight, outputs)?;
        }
        for answer in again.take_while(|message| message.kind.is_answer()) {
            let values = answer.fields.iter().map(|field| self.env.get(field.binds).cloned());
            let values: Option<Vec<_>> = values.collect();
            let wire = self.algebra.write(answer, &values.ok_or(Stop::NotGiven("what was answered"))?);
            outputs.push(Output::Sent { flight, wire });
            self.steps(answer.after, flight, outputs)?;
        }
        self.forget();
        Ok(())
    }

    fn forget(&mut self) {
        for name in std::mem::take(&mut self.forgotten) {
            self.env.forget(name);
        }
    }

    fn take(&mut self, message: &Message, wire: &A::Wire, outputs: &mut Vec<Output<A::Wire>>) -> Result<(), Stop> {
        let flight = self.flight();
        let values = self.algebra.read(message, wire)?;
        for (field, value) in message.fields.iter().zip(values) {
            self.env.bind(field.binds, value);
        }
        self.steps(message.receipt, flight, outputs)?;
        self.algebra.absorb(&mut self.transcript, wire);
        self.steps(message.after, flight, outputs)
    }

    /// An expression as this party computes it now; nothing where it needs what the party does not know.
    pub(crate) fn compute(&self, value: &Expr) -> Option<A::Value> {
        self.evaluate(value).ok().flatten()
    }

    fn evaluate(&self, value: &Expr) -> Result<Option<A::Value>, Misfit> {
        evaluate(&self.algebra, &self.switches, &self.env, &self.transcript, value)
    }

    fn steps(&mut self, steps: &[Step], flight: u32, outputs: &mut Vec<Output<A::Wire>>) -> Result<(), Stop> {
        for step in steps.iter().filter(|step| step.by.includes(self.role)) {
            match step.act {
                // A message that comes again finds its values known.
                Act::Fresh { name, .. } | Act::Let(name, _) if self.env.get(name).is_some() => {}
                Act::Install(of, key) => outputs.push(Output::Installed { of, key }),
                Act::Say => outputs.push(Output::Says),
                Act::Forget(name) => self.forgotten.push(name),
                Act::Fresh { name, sort, group } => {
                    let group = group.map(|group| self.env.get(group).ok_or(Stop::NotGiven(group))).transpose()?;
                    let value = self.algebra.fresh(name, sort, group)?;
                    self.env.bind(name, value);
                }
                Act::Let(name, value) => {
                    let value = self.evaluate(&value)?.ok_or(Stop::NotGiven(name))?;
                    self.env.bind(name, value);
                }
                Act::Seed(value) => {
                    let seed = self.evaluate(&value)?.ok_or(Stop::NotGiven("what a generator starts from"))?;
                    self.algebra.seed(&seed)?;
                }
                Act::Recall(name, value) => {
                    let value = match self.remembered.get(name) {
                        Some(remembered) => remembered.clone(),
                        None => self.evaluate(&value)?.ok_or(Stop::NotGiven(name))?,
                    };
                    self.env.bind(name, value);
                }
                Act::Keep(name, value) => {
                    let value = self.evaluate(&value)?.ok_or(Stop::NotGiven(name))?;
                    self.kept.bind(name, value);
                }
                Act::Check(relation, args) => {
                    let mut values = Vec::with_capacity(args.len());
                    for arg in args {
                        values.push(self.evaluate(arg)?.ok_or(Stop::NotGiven("an argument of a check"))?);
                    }
                    let findings =
                        self.algebra.relate(relation, &values, &self.switches).map_err(|misfit| blame(misfit, args))?;
                    self.report(findings, flight, outputs)?;
                }
            }
        }
        Ok(())
    }

    /// Reports every finding; the first that fails stops the handshake.
    fn report(&self, findings: Vec<Finding>, flight: u32, outputs: &mut Vec<Output<A::Wire>>) -> Result<(), Stop> {
        let mut failed = None;
        for finding in findings {
            let status = finding.status(&self.switches);
            if status == Status::Failed && failed.is_none() {
                failed = Some(finding.clone());
            }
            outputs.push(Output::Checked { flight, finding, status });
        }
        failed.map_or(Ok(()), |finding| Err(Stop::Check(finding)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_the_peer_is_blamed_unless_an_operation_names_its_argument() {
        const GROUP: Expr = Expr::Var("group");
        const SHARE: Expr = Expr::Var("client_share");
        let misfit = |field: &str| Misfit::new(field, Need::NoMessage, Given::One);
        for (field, args, blamed) in [
            ("group", &[GROUP, SHARE][..], "group"),
            ("client_share", &[GROUP, SHARE], "client_share"),
            ("point", &[GROUP, SHARE], "client_share"),
            ("point", &[SHARE, GROUP], "group"),
            ("point", &[SHARE, Expr::Transcript], "point"),
            ("point", &[], "point"),
        ] {
            assert_eq!(blame(misfit(field), args), misfit(blamed));
        }
    }
}
