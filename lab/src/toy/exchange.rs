//! One exchange with small numbers: what each end drew, sent and computed.

use super::{
    Key, as_value, at,
    numbers::{Step, power},
};
use crate::{
    algebra::{
        Algebra, Misfit,
        real::{Offer, Real, Value},
    },
    check::Switches,
    finding::Finding,
    group::Group,
    handshake::{Handshake, Output},
    misfit::{Given, Need},
    mode::{self, Act, By, Mode, Relation, Source},
    role::{Actor, Role},
    term::{Expr, Op, Sort},
    wire::Kind,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// A number that travels, by the name that the table has for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Number {
    /// Its name.
    pub name: String,
    /// The number.
    pub value: u32,
}

/// A message, as far as it consists of numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Whose it is.
    pub from: Role,
    /// The kind of its frame.
    pub kind: String,
    /// Its numbers.
    pub numbers: Vec<Number>,
}

/// A number that somebody drew and tells nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drawn {
    /// Who.
    pub by: Actor,
    /// Its name.
    pub name: String,
    /// The number.
    pub value: u32,
}

/// A power that somebody computed: `base` to the `exponent`, divided by `modulus`, leaves `result`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Computed {
    /// Who.
    pub by: Actor,
    /// The name of the result.
    pub name: String,
    /// What is raised.
    pub base: u32,
    /// To which power.
    pub exponent: u32,
    /// What is divided by.
    pub modulus: u32,
    /// What is left.
    pub result: u32,
    /// The way there, line by line.
    pub steps: Vec<Step>,
}

/// An exchange between two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Who plays the client, and who the server.
    pub ends: [Actor; 2],
    /// What travelled, in order.
    pub messages: Vec<Message>,
    /// What was drawn.
    pub drawn: Vec<Drawn>,
    /// What was computed, in the order of the table.
    pub computed: Vec<Computed>,
    /// What the two share in the end.
    pub shared: u32,
}

impl Exchange {
    /// A number that travelled.
    pub(super) fn value(&self, name: &str) -> Option<u32> {
        let mut told = self.messages.iter().flat_map(|message| &message.numbers);
        told.find(|number| number.name == name).map(|number| number.value)
    }
}

/// Plays an exchange in a group, and with a key of the server's; nothing where a check refuses these numbers, or where one of them
/// hides nothing.
pub(super) fn exchange(mode: &'static Mode, group: &Group, key: Key, ends: [(Actor, [u8; 32]); 2]) -> Option<Exchange> {
    let actors = ends.map(|(actor, _)| actor);
    let groups = mode.groups.iter().map(|group| (*group).to_owned()).collect();
    let offers = Value::Offers(vec![Offer { mode: mode.id.to_owned(), groups }]);
    let supply = |source| match source {
        Source::Session => Some(Value::Text("toy".to_owned())),
        Source::Offers => Some(offers.clone()),
        Source::Group => Some(Value::Group(group.clone())),
        Source::DecryptionKey => Some(as_value(key)),
        _ => None,
    };
    let party = |role: Role, seed| {
        let algebra = Small { real: Real::new(seed), group: group.clone() };
        Handshake::new(algebra, mode, role, mode.switches::<&str>(&[], &[]), mode.known(role, supply)).ok()
    };
    let mut parties = [party(Role::Client, ends[0].1)?, party(Role::Server, ends[1].1)?];
    let mut messages = Vec::new();
    for message in mode.handshake() {
        let [sender, receiver] = if message.from == Role::Client { [0, 1] } else { [1, 0] };
        let mut outputs = Vec::new();
        parties[sender].send(&mut outputs).ok()?;
        for output in outputs {
            let Output::Sent { wire, .. } = output else { continue };
            messages.push(wire.told(message.from, mode)?);
            parties[receiver].receive(&wire, &mut Vec::new()).ok()?;
        }
    }
    let (mut drawn, mut computed) = (Vec::new(), Vec::new());
    for message in mode.handshake() {
        for role in [message.from, message.from.peer()] {
            let party = &parties[role as usize];
            let by = at(actors, role);
            let steps = if role == message.from { message.before } else { message.receipt };
            for step in steps.iter().chain(message.after).filter(|step| step.by.includes(role)) {
                match step.act {
                    Act::Fresh { name, sort, group } if group.is_some() || sort == Sort::Shared => {
                        let value = number(party.value(name)?)?;
                        drawn.push(Drawn { by, name: name.to_owned(), value });
                    }
                    Act::Let(name, value) if step.by != By::Both => raised(party, by, name, &value, &mut computed)?,
                    _ => {}
                }
            }
            for field in message.fields.iter().filter(|_| role == message.from) {
                raised(party, by, field.binds, &field.value, &mut computed)?;
            }
        }
    }
    let shared = number(parties[0].value("shared")?)?;
    let ends_agree = number(parties[1].value("shared")?)? == shared;
    // What is raised by 1, or comes out as it went in, or as nothing else can, shows what it has to hide.
    let hides = computed.iter().all(|it| {
        it.exponent > 1 && it.result > 1 && it.result + 1 < it.modulus && it.result != it.base && !it.steps.is_empty()
    });
    (ends_agree && hides).then_some(Exchange { ends: actors, messages, drawn, computed, shared })
}

/// The powers in an expression, as this party computed them.
fn raised(party: &Handshake<Small>, by: Actor, name: &str, value: &Expr, found: &mut Vec<Computed>) -> Option<()> {
    let args = match value {
        Expr::Apply(_, args) => args,
        Expr::Switch(_, on, _) => return raised(party, by, name, on, found),
        _ => return Some(()),
    };
    args.iter().try_for_each(|arg| raised(party, by, name, arg, found))?;
    let Expr::Apply(op, _) = value else { return Some(()) };
    if !matches!(op, Op::Public | Op::Agree | Op::Encrypt(_) | Op::Decrypt(_)) {
        return Some(());
    }
    let args: Option<Vec<Value>> = args.iter().map(|arg| party.compute(arg)).collect();
    let (base, exponent, modulus) = power_of(*op, &args?)?;
    let (result, steps) = power(base, exponent, modulus);
    found.push(Computed { by, name: name.to_owned(), base, exponent, modulus, result, steps });
    Some(())
}

/// Base, exponent and modulus of an operation that is a power.
fn power_of(op: Op, args: &[Value]) -> Option<(u32, u32, u32)> {
    match (op, args) {
        (Op::Public, [group, secret]) => {
            let (p, g) = prime(group)?;
            Some((g, number(secret)?, p))
        }
        (Op::Agree, [group, secret, public]) => Some((number(public)?, number(secret)?, prime(group)?.0)),
        (Op::Encrypt(_), [_, plaintext, key]) => match key.octets()? {
            [n, e] => Some((number(plaintext)?, (*e).into(), (*n).into())),
            _ => None,
        },
        (Op::Decrypt(_), [key, ciphertext]) => match key.octets()? {
            [n, _, d] => Some((number(ciphertext)?, (*d).into(), (*n).into())),
            _ => None,
        },
        _ => None,
    }
}

fn prime(group: &Value) -> Option<(u32, u32)> {
    let Group::Modp(modp) = group.group()? else { return None };
    Some((u32::try_from(&modp.p).ok()?, u32::try_from(&modp.g).ok()?))
}

/// A value of one octet.
fn number(value: &Value) -> Option<u32> {
    match value.octets()? {
        [octet] => Some((*octet).into()),
        _ => None,
    }
}

/// The algebra of bytes where groups and keys have one octet.
#[derive(Clone)]
struct Small {
    real: Real,
    group: Group,
}

/// A message as it is handed from one to the other.
#[derive(Clone)]
struct Sent {
    kind: Kind,
    values: Vec<Value>,
}

impl PartialEq for Sent {
    fn eq(&self, other: &Self) -> bool {
        let written = |sent: &Self| sent.values.iter().map(Real::json).collect::<Vec<_>>();
        self.kind == other.kind && written(self) == written(other)
    }
}

impl Sent {
    /// What of it is numbers, by the names of the mode's table.
    fn told(&self, from: Role, mode: &Mode) -> Option<Message> {
        let message = mode.handshake().iter().find(|message| (message.from, message.kind) == (from, self.kind))?;
        let mut numbers = Vec::new();
        for (field, value) in message.fields.iter().zip(&self.values) {
            let mut named = |name: &str, value: u32| numbers.push(Number { name: name.to_owned(), value });
            match (field.sort, value.octets()) {
                (Sort::Group, _) => {
                    let (p, g) = prime(value)?;
                    named("p", p);
                    named("g", g);
                }
                (Sort::EncryptionKey, Some([n, e])) => {
                    named("n", (*n).into());
                    named("e", (*e).into());
                }
                (Sort::Public | Sort::Ciphertext, Some([octet])) => named(field.binds, (*octet).into()),
                _ => {}
            }
        }
        Some(Message { from, kind: self.kind.to_string(), numbers })
    }
}

fn unfit(op: Op) -> Misfit {
    Misfit::new(op.to_string(), Need::Sorts, Given::Others)
}

impl Algebra for Small {
    type Value = Value;
    type Wire = Sent;
    type Transcript = Sha256;

    fn fresh(&mut self, name: &'static str, sort: Sort, group: Option<&Value>) -> Result<Value, Misfit> {
        let drawn = self.real.fresh(name, sort, group)?;
        // What is encrypted is a number below every modulus, and more than 1.
        match (sort, group, drawn.octets()) {
            (Sort::Shared, None, Some([first, ..])) => Ok(Value::secret(&[2 + first % 30])),
            _ => Ok(drawn),
        }
    }

    fn seed(&mut self, seed: &Value) -> Result<(), Misfit> {
        self.real.seed(seed)
    }

    fn apply(&self, op: Op, args: &[Value]) -> Result<Value, Misfit> {
        match (op, args) {
            (Op::Preferred | Op::GroupOf, _) => Ok(Value::Group(self.group.clone())),
            (Op::EncryptionKey, [Value::Secret(key)]) => match key.as_slice() {
                [n, e, _] => Ok(Value::Bytes(vec![*n, *e])),
                _ => Err(unfit(op)),
            },
            (Op::Encrypt(_) | Op::Decrypt(_), _) => {
                let (base, exponent, modulus) = power_of(op, args).ok_or_else(|| unfit(op))?;
                let octet = u8::try_from(power(base, exponent, modulus).0).map_err(|_| unfit(op))?;
                Ok(if matches!(op, Op::Encrypt(_)) { Value::Bytes(vec![octet]) } else { Value::secret(&[octet]) })
            }
            _ => self.real.apply(op, args),
        }
    }

    fn tuple(&self, items: &[Value]) -> Result<Value, Misfit> {
        match items {
            [one @ Value::Secret(_)] => Ok(one.clone()),
            _ => self.real.tuple(items),
        }
    }

    fn relate(&self, relation: Relation, args: &[Value], switches: &Switches) -> Result<Vec<Finding>, Misfit> {
        self.real.relate(relation, args, switches)
    }

    fn write(&self, message: &mode::Message, values: &[Value]) -> Sent {
        Sent { kind: message.kind, values: values.to_vec() }
    }

    fn read(&self, _: &mode::Message, wire: &Sent) -> Result<Vec<Value>, Misfit> {
        Ok(wire.values.clone())
    }

    fn absorb(&self, transcript: &mut Sha256, wire: &Sent) {
        wire.values.iter().for_each(|value| transcript.update(Real::json(value).to_string()));
    }

    fn digest(&self, transcript: &Sha256) -> Value {
        self.real.digest(transcript)
    }

    fn fingerprint(&self, key: &Value) -> String {
        self.real.fingerprint(key)
    }
}
