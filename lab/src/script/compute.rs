//! The workbench: a script's values, computed over bytes from what has passed and what the attacker draws.

use super::{Make, Script};
use crate::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    group::{Group, Modp, named, own::OWN},
    misfit::Misfit,
    mode::Mode,
    password,
    role::Role,
    term::{Op, Sort},
    wire::Frame,
};
use std::sync::Arc;

/// Why a value is not there.
#[derive(Clone, Debug)]
pub enum Lack {
    /// A field that has not passed yet, or a message.
    Unseen,
    /// A logarithm that was not computed yet: group and public value.
    Logarithm(Arc<Modp>, Vec<u8>),
    /// Nothing will change it.
    Never(Misfit),
}

impl From<Misfit> for Lack {
    fn from(misfit: Misfit) -> Self {
        Self::Never(misfit)
    }
}

/// What was drawn: its name in the script, its sort, the group that it is for.
type Drawn = (String, Sort, String);

/// All that the attacker has to compute with.
pub struct Workbench {
    real: Real,
    table: &'static Mode,
    /// The server's own group, which is no secret.
    group: Option<Group>,
    /// What it came by, by role and the table's name.
    had: Vec<(Role, &'static str, Value)>,
    seen: Vec<(&'static str, Value)>,
    own: Vec<(Drawn, Value)>,
    solved: Vec<(Vec<u8>, Value)>,
    legs: [Vec<Frame>; 2],
    word: Option<Value>,
    /// What lay on it in the sessions before, in order.
    earlier: Vec<Self>,
    /// What lies on those of the sessions that are played at the same time, by their numbers, while it is at work.
    beside: Vec<Option<Self>>,
}

/// The workbenches of sessions that are played at the same time. What is drawn and what was found is one and the same in all.
#[derive(Default)]
pub struct Benches {
    own: Vec<(Drawn, Value)>,
    solved: Vec<(Vec<u8>, Value)>,
    all: Vec<Option<Workbench>>,
}

impl Workbench {
    /// A workbench on which nothing lies but what was had before.
    pub fn new(real: Real, table: &'static Mode, group: Option<Group>, had: Vec<(Role, &'static str, Value)>) -> Self {
        let (seen, own, solved, legs) = Default::default();
        let (word, earlier, beside) = (None, Vec::new(), Vec::new());
        Self { real, table, group, had, seen, own, solved, legs, word, earlier, beside }
    }

    /// Goes to work with what lies on the others of its benches, which nobody else uses until it [leaves](Self::leave).
    pub fn enter(&mut self, benches: &mut Benches) {
        self.own = std::mem::take(&mut benches.own);
        self.solved = std::mem::take(&mut benches.solved);
        self.beside = std::mem::take(&mut benches.all);
    }

    /// Leaves the others what lies on it now, as that of the session of this number, from 1; answers whether anything has passed
    /// since it left before.
    pub fn leave(&mut self, benches: &mut Benches, number: usize) -> bool {
        benches.own = std::mem::take(&mut self.own);
        benches.solved = std::mem::take(&mut self.solved);
        benches.all = std::mem::take(&mut self.beside);
        if benches.all.len() < number {
            benches.all.resize_with(number, || None);
        }
        let Some(place) = number.checked_sub(1).and_then(|at| benches.all.get_mut(at)) else { return false };
        let lies = |bench: &Self| bench.seen.len() + bench.legs.iter().map(Vec::len).sum::<usize>();
        let news = place.as_ref().map(lies) != Some(lies(self));
        if news {
            *place = Some(self.copy());
        }
        news
    }

    /// What others can compute with.
    fn copy(&self) -> Self {
        Self {
            real: self.real.clone(),
            table: self.table,
            group: self.group.clone(),
            had: self.had.clone(),
            seen: self.seen.clone(),
            own: Vec::new(),
            solved: Vec::new(),
            legs: self.legs.clone(),
            word: None,
            earlier: Vec::new(),
            beside: Vec::new(),
        }
    }

    /// Keeps what lay on it in the session before: what was drawn then is drawn, and what passed is remembered.
    pub fn remember(&mut self, mut last: Self) {
        self.own = std::mem::take(&mut last.own);
        self.solved.clone_from(&last.solved);
        self.earlier = std::mem::take(&mut last.earlier);
        self.earlier.push(last);
    }

    /// A message came; answers with its values, in the order of its fields.
    ///
    /// # Errors
    /// It is not this message of the table.
    pub fn see(&mut self, message: usize, frame: &Frame) -> Result<Vec<Value>, Misfit> {
        let message = &self.table.messages[message];
        let values = self.real.read(message, frame)?;
        self.seen.extend(message.fields.iter().map(|field| field.binds).zip(values.iter().cloned()));
        self.pass(message.from, frame);
        Ok(values)
    }

    /// A handshake frame passed on the leg with this victim, from it or to it.
    pub fn pass(&mut self, with: Role, frame: &Frame) {
        self.legs[Script::side(with)].push(frame.clone());
    }

    /// The handshake frames that passed on the leg with this victim, in order.
    pub fn passed(&self, with: Role) -> &[Frame] {
        &self.legs[Script::side(with)]
    }

    /// A logarithm was found.
    pub fn solve(&mut self, public: Vec<u8>, secret: Value) {
        self.solved.push((public, secret));
    }

    /// A message of the table with these values.
    pub fn write(&self, message: usize, values: &[Value]) -> Frame {
        self.real.write(&self.table.messages[message], values)
    }

    /// Computes a value.
    ///
    /// # Errors
    /// What it lacks.
    pub fn compute(&mut self, make: &Make) -> Result<Value, Lack> {
        match make {
            Make::Seen(name) => find(&self.seen, |it| it == name).ok_or(Lack::Unseen),
            Make::Had(role, name) => {
                let had = self.had.iter().find(|(of, known, _)| (of, known) == (role, name));
                had.map(|(.., value)| value.clone()).ok_or_else(|| never(*name))
            }
            Make::Own { name, sort, group } => {
                let group = group.as_deref().map(|group| self.compute(group)).transpose()?;
                self.own(name, *sort, group.as_ref())
            }
            Make::Literal(sort, value) => Ok(Real::value("literal", *sort, value.clone())?),
            Make::Group(name) if name == OWN => self.group.clone().map(Value::Group).ok_or_else(|| never(OWN)),
            Make::Group(name) => named::find(name).map(Value::Group).ok_or_else(|| never(name.as_str())),
            Make::Degenerate(group) => match self.compute(group)?.group() {
                Some(Group::Modp(modp)) => Ok(Value::Bytes(vec![0; modp.octets()])),
                Some(_) => Ok(Value::Bytes(vec![0; 32])),
                None => Err(never("group")),
            },
            Make::Apply(op, parts) => {
                let mut values = self.all(parts)?;
                if let (Op::Extract | Op::Seal | Op::Mac | Op::Expand(_), Some(first)) = (op, values.first_mut()) {
                    // What is agreed on is secret, whoever computed it.
                    *first = secret(first.clone());
                }
                Ok(self.real.apply(*op, &values)?)
            }
            Make::Tuple(parts) => {
                let values = self.all(parts)?;
                Ok(self.real.tuple(&values)?)
            }
            Make::Transcript { with, messages } => {
                let leg = self.legs[Script::side(*with)].get(..*messages).ok_or(Lack::Unseen)?;
                let mut transcript = <Real as Algebra>::Transcript::default();
                leg.iter().for_each(|frame| self.real.absorb(&mut transcript, frame));
                Ok(self.real.digest(&transcript))
            }
            Make::Logarithm { group, of } => {
                let (group, public) = (self.compute(group)?, self.compute(of)?);
                let (Some(Group::Modp(modp)), Some(public)) = (group.group(), public.octets()) else {
                    return Err(never("logarithm"));
                };
                let known = find(&self.solved, |known| known == public);
                known.ok_or_else(|| Lack::Logarithm(Arc::clone(modp), public.to_vec()))
            }
            Make::Guessed { made, like } => {
                let like = self.compute(like)?;
                for word in password::all() {
                    self.word = Some(Value::secret(word.as_bytes()));
                    if self.compute(made)?.octets() == like.octets() {
                        return self.word.take().ok_or_else(|| never("word"));
                    }
                }
                self.word = None;
                Err(never("guessed"))
            }
            Make::Word => self.word.clone().ok_or_else(|| never("word")),
            Make::Earlier { session, value } => self.earlier(*session, value),
            Make::Beside { session, value } => self.beside(*session, value),
        }
    }

    /// What lay there then stays as it was; what is drawn and what was found is one and the same in all sessions.
    fn earlier(&mut self, session: usize, value: &Make) -> Result<Value, Lack> {
        let (place, word) = (session.wrapping_sub(1), self.word.clone());
        let bench = self.earlier.get_mut(place).ok_or_else(|| never("session"))?;
        std::mem::swap(&mut self.own, &mut bench.own);
        bench.solved.clone_from(&self.solved);
        bench.word = word;
        let computed = bench.compute(value);
        std::mem::swap(&mut self.own, &mut bench.own);
        match computed {
            // Nothing passes there any more.
            Err(Lack::Unseen) => Err(never(format!("session {session}"))),
            computed => computed,
        }
    }

    /// What is not there yet may come.
    fn beside(&mut self, session: usize, value: &Make) -> Result<Value, Lack> {
        let place = session.wrapping_sub(1);
        let Some(mut bench) = self.beside.get_mut(place).and_then(Option::take) else { return Err(Lack::Unseen) };
        // Whoever computes draws: two draw no two things alike.
        std::mem::swap(&mut self.own, &mut bench.own);
        std::mem::swap(&mut self.real, &mut bench.real);
        bench.solved.clone_from(&self.solved);
        bench.word = self.word.clone();
        let computed = bench.compute(value);
        std::mem::swap(&mut self.own, &mut bench.own);
        std::mem::swap(&mut self.real, &mut bench.real);
        self.beside[place] = Some(bench);
        computed
    }

    fn all(&mut self, makes: &[Make]) -> Result<Vec<Value>, Lack> {
        makes.iter().map(|make| self.compute(make)).collect()
    }

    /// What the attacker draws, once; of what nobody draws as such it makes something as long.
    fn own(&mut self, name: &str, sort: Sort, group: Option<&Value>) -> Result<Value, Lack> {
        let of = group.and_then(Value::group).map_or("", Group::name);
        let drawn: Drawn = (name.to_owned(), sort, of.to_owned());
        if let Some(value) = find(&self.own, |it| *it == drawn) {
            return Ok(value);
        }
        let nonces = |count: usize, real: &mut Real| -> Result<Vec<u8>, Misfit> {
            let mut octets = Vec::new();
            for _ in 0..count {
                octets.extend_from_slice(real.fresh("own", Sort::Nonce, None)?.octets().unwrap_or_default());
            }
            Ok(octets)
        };
        let value = match sort {
            Sort::Mac | Sort::Digest => Value::Bytes(nonces(1, &mut self.real)?),
            Sort::Signature | Sort::Sealed => Value::Bytes(nonces(2, &mut self.real)?),
            Sort::SigningKey => {
                let seed: [u8; 32] = nonces(1, &mut self.real)?.try_into().map_err(|_| never("own"))?;
                Value::signing_key(&seed)
            }
            sort => self.real.fresh("own", sort, group)?,
        };
        self.own.push((drawn, value.clone()));
        Ok(value)
    }
}

fn find<K, V: Clone>(all: &[(K, V)], is: impl Fn(&K) -> bool) -> Option<V> {
    all.iter().find(|(key, _)| is(key)).map(|(_, value)| value.clone())
}

fn secret(value: Value) -> Value {
    match value {
        Value::Bytes(octets) => Value::secret(&octets),
        other => other,
    }
}

/// It is nowhere, and will not come.
fn never(what: impl Into<String>) -> Lack {
    Lack::Never(Misfit::new(what, crate::misfit::Need::ThisField, crate::misfit::Given::Nothing))
}
