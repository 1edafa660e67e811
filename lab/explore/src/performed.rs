//! An attack performed with real cryptography, in one process: each recipe computed over bytes, each party the lab's own.
//!
//! The trace says what the attacker makes of what; here it has nothing but the messages that really came and what it draws
//! itself. Where a party does not do what the trace expects, the two part, and that is the answer.

use crate::{
    knowledge::Recipe,
    symbolic::group_of,
    term::{Free, Shape, Term},
    trace::Trace,
    world::{Cast, MALLORY, World, meet, nonce},
};
use lab::{
    algebra::{
        Algebra,
        real::{Choice, Offer, Real, Value},
    },
    check::Switches,
    group::{Group, named},
    handshake::{Handshake, Output, Stop},
    mode::{Mode, Source},
    term::{Op, Sort},
    wire::Frame,
};
use std::{collections::BTreeMap, fmt};

/// Where trace and reality part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parting {
    /// A party does not go on where it should: which, why.
    Stopped(String, String),
    /// The attacker does not have this in reality, or cannot compute it here.
    NotAtHand(String),
}

impl fmt::Display for Parting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped(who, why) => write!(f, "{who} stopped: {why}"),
            Self::NotAtHand(what) => write!(f, "the attacker has no {what} at hand"),
        }
    }
}

impl std::error::Error for Parting {}

/// What came of it.
pub struct Performed {
    /// Parties that took part and finished, by their place in the cast.
    pub finished: Vec<usize>,
    /// Each key that the attacker should have: its name, and that what it computed is what the victim has.
    pub gains: Vec<(&'static str, bool)>,
}

/// What happened so far, in bytes.
struct Stage<'a> {
    trace: &'a Trace,
    real: Real,
    groups: &'a [Value],
    /// The attacker's own values.
    own: BTreeMap<Term, Value>,
    /// What the honest know before, by their place in the cast: what of it is public the attacker knows too.
    given: &'a [Vec<(&'static str, Value)>],
    /// Values of everything that was sent, in the trace's order.
    sent: Vec<Vec<Value>>,
}

/// Performs the handshakes of a trace. `given` is what each of the cast knows before, by the table's names; `groups` are groups
/// that have no published name.
///
/// # Errors
/// Where trace and reality part.
pub fn perform(
    trace: &Trace,
    given: &[Vec<(&'static str, Value)>],
    groups: &[Value],
    seed: [u8; 32],
) -> Result<Performed, Parting> {
    perform_under(trace, &trace.world.switches, given, groups, seed)
}

/// The same with parties that have these switches, whatever those of the trace are.
///
/// # Errors
/// Where trace and reality part.
pub fn perform_under(
    trace: &Trace,
    switches: &Switches,
    given: &[Vec<(&'static str, Value)>],
    groups: &[Value],
    seed: [u8; 32],
) -> Result<Performed, Parting> {
    let algebra = |cast: u8| {
        let mut seed = seed;
        seed[0] ^= cast;
        Real::new(seed)
    };
    let world = &trace.world;
    let mut parties = Vec::new();
    for (number, cast) in world.casts.iter().enumerate() {
        let known = given.get(number).cloned().ok_or_else(|| Parting::NotAtHand(world.party(number)))?;
        let number_of = u8::try_from(number).unwrap_or(u8::MAX);
        let stopped = |stop: Stop| Parting::Stopped(world.party(number), stop.to_string());
        let party = Handshake::new(algebra(number_of), cast.table, cast.role, switches.clone(), known);
        let remembered = remembered(world, number, switches, given, &algebra).map_err(stopped)?;
        parties.push(party.map_err(stopped)?.remembering(remembered));
    }
    let mut stage = Stage { trace, real: algebra(u8::MAX), groups, own: BTreeMap::new(), given, sent: Vec::new() };
    for (number, party) in parties.iter_mut().enumerate() {
        stage.speak(number, party)?;
    }
    for arrow in trace.arrows().into_iter().filter(|arrow| !arrow.sends) {
        let Some(number) = arrow.message else { continue };
        let message = &world.casts[arrow.party].table.messages[number];
        let mut values = Vec::new();
        for (value, field) in arrow.values.iter().zip(message.fields) {
            let (_, recipe) = value.made.as_ref().ok_or_else(|| Parting::NotAtHand(value.name.to_owned()))?;
            values.push(stage.field(recipe, field.sort)?);
        }
        let frame = stage.real.write(message, &values);
        let party = &mut parties[arrow.party];
        let taken = party.receive(&frame, &mut Vec::new());
        taken.map_err(|stop| Parting::Stopped(world.party(arrow.party), stop.to_string()))?;
        if !party.awaits_peer() {
            stage.speak(arrow.party, party)?;
        }
    }
    let finished = (0..parties.len()).filter(|number| parties[*number].is_done()).collect();
    let mut gains = Vec::new();
    for (name, recipe) in trace.gains() {
        let made = stage.value(&recipe)?;
        gains.push((name, parties[trace.victim].value(name).and_then(Value::octets) == made.octets()));
    }
    Ok(Performed { finished, gains })
}

/// What one of the cast remembers of the day on which it met its peer, where the table says that they have met.
fn remembered(
    world: &World,
    number: usize,
    switches: &Switches,
    given: &[Vec<(&'static str, Value)>],
    algebra: &impl Fn(u8) -> Real,
) -> Result<Vec<(&'static str, Value)>, Stop> {
    let own = world.casts[number];
    let is_peer = |cast: &Cast| (cast.role, cast.owner) == (own.role.peer(), own.peer);
    let Some(peer) = world.casts.iter().position(is_peer).filter(|_| own.table.met > 0) else { return Ok(Vec::new()) };
    let at_first = |number: usize, drawn: u8| {
        let known = given.get(number).cloned().unwrap_or_default();
        Handshake::new(algebra(drawn), own.table, world.casts[number].role, switches.clone(), known)
    };
    let (mut one, mut other) = (at_first(number, 0x40)?, at_first(peer, 0x41)?);
    meet(&mut one, &mut other)?;
    Ok(one.kept().to_vec())
}

impl Stage<'_> {
    /// A party says what it has to say; a record is no part of this.
    fn speak(&mut self, number: usize, party: &mut Handshake<Real>) -> Result<(), Parting> {
        let table = self.trace.world.casts[number].table;
        let mut outputs = Vec::new();
        let who = || self.trace.world.party(number);
        party.send(&mut outputs).map_err(|stop| Parting::Stopped(who(), stop.to_string()))?;
        let frames: Vec<Frame> = outputs
            .into_iter()
            .filter_map(|output| match output {
                Output::Sent { wire, .. } => Some(wire),
                Output::Checked { .. } | Output::Installed { .. } | Output::Says => None,
            })
            .collect();
        for frame in frames {
            let values = read(&self.real, table, &frame).ok_or_else(|| Parting::NotAtHand("message".to_owned()))?;
            self.sent.push(values);
        }
        if party.is_done() {
            // In the trace a record follows here, which the attacker opens but does not take values from.
            self.sent.push(Vec::new());
        }
        Ok(())
    }

    fn group(&self, group: &Term) -> Result<Group, Parting> {
        let Shape::Group(name) = group.shape() else { return Err(absent(group)) };
        let own = self.groups.iter().filter_map(Value::group).find(|group| group.name() == *name);
        own.cloned().or_else(|| named::find(name)).ok_or_else(|| absent(group))
    }

    /// What goes into a field of this sort: random octets are as long as the sort has it.
    fn field(&mut self, recipe: &Recipe, sort: Sort) -> Result<Value, Parting> {
        match (recipe, sort) {
            (Recipe::Had(term), Sort::Signature) if *term == nonce() => {
                let half = self.value(recipe)?;
                let octets = half.octets().ok_or_else(|| absent(term))?;
                Ok(Value::Bytes([octets, octets].concat()))
            }
            _ => self.value(recipe),
        }
    }

    fn value(&mut self, recipe: &Recipe) -> Result<Value, Parting> {
        match recipe {
            Recipe::Had(term) => self.had(term),
            Recipe::Seen(sent, field) => {
                let value = self.sent.get(*sent).and_then(|values| values.get(*field)).cloned();
                value.ok_or_else(|| Parting::NotAtHand("message".to_owned()))
            }
            Recipe::Made(term, parts) => self.made(term, parts),
            Recipe::Raised(base, by) => {
                let group = base_term(self.trace, base).as_ref().and_then(group_of).cloned();
                let group = group.ok_or_else(|| Parting::NotAtHand("group".to_owned()))?;
                let group = Value::Group(self.group(&group)?);
                let base = self.value(base)?;
                self.raise(group, base, by)
            }
            Recipe::Decapsulated(key, ciphertext) => {
                let group = Value::Group(Group::X25519MlKem768);
                let key = self.exponent(&group, key)?;
                let ciphertext = self.value(ciphertext)?;
                self.apply(Op::Agree, &[group, key, ciphertext])
            }
            Recipe::Record(_) | Recipe::Opened(..) | Recipe::Part(..) | Recipe::Logarithm(_) | Recipe::Guessed(_) => {
                Err(Parting::NotAtHand("way to compute this here".to_owned()))
            }
        }
    }

    /// A public value to one secret after another; what is agreed on is a secret, and a public value no more.
    fn raise(&mut self, group: Value, base: Value, by: &[Recipe]) -> Result<Value, Parting> {
        let [exponent] = by else { return Err(Parting::NotAtHand("second exponent".to_owned())) };
        let exponent = self.exponent(&group, exponent)?;
        self.apply(Op::Agree, &[group, exponent, base])
    }

    /// A secret for a group; the attacker draws one for each.
    fn exponent(&mut self, group: &Value, recipe: &Recipe) -> Result<Value, Parting> {
        let Recipe::Had(term) = recipe else { return self.value(recipe) };
        let name = group.group().map_or("", Group::name);
        let place = Term::tuple([term.clone(), Term::group(name)]);
        if let Some(drawn) = self.own.get(&place) {
            return Ok(drawn.clone());
        }
        let drawn = self.real.fresh("secret", Sort::Secret, Some(group)).map_err(|_| absent(term))?;
        self.own.insert(place, drawn.clone());
        Ok(drawn)
    }

    fn apply(&self, op: Op, args: &[Value]) -> Result<Value, Parting> {
        self.real.apply(op, args).map_err(|misfit| Parting::NotAtHand(format!("{op}: {}", misfit.field)))
    }

    /// What the attacker drew, or everybody knows.
    fn had(&mut self, term: &Term) -> Result<Value, Parting> {
        if let Some(value) = self.own.get(term) {
            return Ok(value.clone());
        }
        if let Shape::Chain { name, breaks: None, .. } = term.shape()
            && let Shape::Name { of: owner, .. } = name.shape()
        {
            // A certificate is public: whoever has met its owner has it.
            return self.given_to(|cast| cast.owner == &**owner, Source::Chain).ok_or_else(|| absent(term));
        }
        if let Shape::Of(Free::VerifyingKey, key) = term.shape()
            && let Shape::Name { of: owner, .. } = key[0].shape()
        {
            let key = match &**owner {
                MALLORY => self.had(&key[0])?,
                owner => self.given_to(|cast| cast.owner == owner, Source::HostKey).ok_or_else(|| absent(term))?,
            };
            return self.apply(Op::VerifyingKey, &[key]);
        }
        let Shape::Name { what, of } = term.shape() else { return Err(absent(term)) };
        let value = match (*what, &**of) {
            ("name", owner) => {
                let wanted = self.given_to(|cast| cast.peer == owner, Source::PeerName);
                let own = || self.given_to(|cast| cast.owner == owner, Source::OwnName);
                wanted.or_else(own).ok_or_else(|| absent(term))?
            }
            ("session", MALLORY) => Value::Text("mallory".to_owned()),
            ("nonce", MALLORY) => self.real.fresh("nonce", Sort::Nonce, None).map_err(|_| absent(term))?,
            ("signing key", MALLORY) => {
                let drawn = self.real.fresh("signing key", Sort::Shared, None).map_err(|_| absent(term))?;
                let seed = drawn.octets().and_then(|octets| octets.try_into().ok()).ok_or_else(|| absent(term))?;
                Value::signing_key(&seed)
            }
            ("secret", MALLORY) => self.real.fresh("secret", Sort::Secret, None).map_err(|_| absent(term))?,
            _ => return Err(absent(term)),
        };
        self.own.insert(term.clone(), value.clone());
        Ok(value)
    }

    /// What one of the cast was given from there.
    fn given_to(&self, whom: impl Fn(&Cast) -> bool, source: Source) -> Option<Value> {
        let casts = self.trace.world.casts.iter().zip(self.given).filter(|(cast, _)| whom(cast));
        casts
            .filter_map(|(cast, given)| {
                let named = cast.table.given.iter().find(|it| it.source == source && it.by.includes(cast.role))?;
                given.iter().find(|(name, _)| *name == named.name).map(|(_, value)| value.clone())
            })
            .next()
    }

    fn made(&mut self, term: &Term, parts: &[Recipe]) -> Result<Value, Parting> {
        if let Shape::Power(base, _) = term.shape() {
            let group = group_of(base).cloned().ok_or_else(|| absent(term))?;
            let group = Value::Group(self.group(&group)?);
            let Shape::Generator(_) = base.shape() else { return Err(absent(term)) };
            let [_, first, others @ ..] = parts else { return Err(absent(term)) };
            let first = self.exponent(&group, first)?;
            let public = self.apply(Op::Public, &[group.clone(), first])?;
            return if others.is_empty() { Ok(public) } else { self.raise(group, public, others) };
        }
        if let Shape::Degenerate(group) = term.shape() {
            return Ok(Value::Bytes(match self.group(group)? {
                Group::Modp(modp) => vec![0; modp.octets()],
                _ => vec![0; 32],
            }));
        }
        match term.shape() {
            Shape::Offers(mode, groups) => {
                let groups = groups.iter().map(|group| (*group).to_owned()).collect();
                return Ok(Value::Offers(vec![Offer { mode: (*mode).to_owned(), groups }]));
            }
            Shape::Choice(mode, group) => {
                return Ok(Value::Choice(Choice { mode: (*mode).to_owned(), group: (*group).to_owned() }));
            }
            Shape::Group(_) => return Ok(Value::Group(self.group(term)?)),
            Shape::Transcript(frames) => return self.transcript(frames, parts),
            _ => {}
        }
        let mut values = Vec::new();
        for part in parts {
            values.push(self.value(part)?);
        }
        match term.shape() {
            Shape::Tuple(_) => self.real.tuple(&values).map_err(|_| absent(term)),
            Shape::Of(Free::Hash, _) => self.apply(Op::Hash, &values),
            Shape::Of(Free::Short, _) => self.apply(Op::Short, &values),
            Shape::Of(Free::VerifyingKey, _) => self.apply(Op::VerifyingKey, &values),
            Shape::Of(Free::Mac, _) => self.apply(Op::Mac, &values),
            Shape::Of(Free::Extract, _) => self.apply(Op::Extract, &as_secrets(values)),
            Shape::Of(Free::Expand(label), _) => self.apply(Op::Expand(label), &values),
            Shape::Of(Free::Combine, _) => self.apply(Op::Combine, &values),
            Shape::Of(Free::Sign(context), _) => self.apply(Op::Sign(context), &values),
            _ => Err(absent(term)),
        }
    }

    /// The digest of frames, each written again from its values as their senders write them.
    fn transcript(&mut self, frames: &[Term], parts: &[Recipe]) -> Result<Value, Parting> {
        let table = self.trace.world.casts[0].table;
        let mut transcript = <Real as Algebra>::Transcript::default();
        for (frame, recipe) in frames.iter().zip(parts) {
            let (Shape::Frame(kind, fields), Recipe::Made(_, values)) = (frame.shape(), recipe) else {
                return Err(absent(frame));
            };
            let message = table.messages.iter().find(|it| it.kind.as_str() == *kind && it.fields.len() == fields.len());
            let message = message.ok_or_else(|| absent(frame))?;
            let mut written = Vec::new();
            for (value, field) in values.iter().zip(message.fields) {
                written.push(self.field(value, field.sort)?);
            }
            self.real.absorb(&mut transcript, &self.real.write(message, &written));
        }
        Ok(self.real.digest(&transcript))
    }
}

/// What is agreed on is secret, whoever computed it.
fn as_secrets(values: Vec<Value>) -> Vec<Value> {
    let secret = |value: Value| match value {
        Value::Bytes(octets) => Value::secret(&octets),
        other => other,
    };
    values.into_iter().map(secret).collect()
}

fn read(real: &Real, table: &Mode, frame: &Frame) -> Option<Vec<Value>> {
    table.messages.iter().find_map(|message| real.read(message, frame).ok())
}

fn absent(term: &Term) -> Parting {
    Parting::NotAtHand(term.to_string())
}

/// The term of a field that was seen.
fn base_term(trace: &Trace, recipe: &Recipe) -> Option<Term> {
    let Recipe::Seen(sent, field) = recipe else { return None };
    let arrow = trace.arrows().into_iter().filter(|arrow| arrow.sends).nth(*sent)?;
    Some(arrow.values.get(*field)?.term.clone())
}
