//! An attack, told: what was sent, what the attacker made of it, and what it had at the end.

use crate::{
    goal::{Goal, Property},
    knowledge::{Knowledge, Recipe, is_anybodys, mentions, sources},
    party::Party,
    state::{State, Step},
    term::{Shape, Term},
    world::World,
};
pub use lab::script::Fate;

/// A field of a message, or the text of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Its name in the table.
    pub name: &'static str,
    /// What it is.
    pub term: Term,
    /// How the attacker came by it; `None` where it did not have to.
    pub made: Option<(Fate, Recipe)>,
}

/// One arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// The party, by its place in the cast.
    pub party: usize,
    /// The party sends; otherwise it is delivered to.
    pub sends: bool,
    /// The message's number in the table; `None` for a record.
    pub message: Option<usize>,
    /// Its values.
    pub values: Vec<Value>,
}

/// An attack.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Where it takes place.
    pub world: World,
    /// What is lost.
    pub goal: Goal,
    /// By whom, by its place in the cast.
    pub victim: usize,
    /// What the attacker did.
    pub steps: Vec<Step>,
}

impl Trace {
    /// The attack with nothing in it that is not needed.
    pub(crate) fn new(world: &World, goal: Goal, victim: usize, steps: Vec<Step>) -> Self {
        let mut trace = Self { world: world.clone(), goal, victim, steps };
        trace.minimise();
        trace
    }

    /// Leaves out what it can do without.
    fn minimise(&mut self) {
        let mut at = self.steps.len();
        while at > 0 {
            at -= 1;
            let mut fewer = self.steps.clone();
            fewer.remove(at);
            if let Some(victim) = self.lost_after(&fewer) {
                (self.steps, self.victim) = (fewer, victim);
            }
        }
        self.leave_out_bystanders();
        self.leave_as_it_came();
    }

    /// Where any value does, that of the message that is delivered: the peer's, where there is one.
    fn leave_as_it_came(&mut self) {
        for at in 0..self.steps.len() {
            for flight in 0..self.steps[at].delivered.len() {
                let (Some(message), values) = &self.steps[at].delivered[flight] else { continue };
                let message = *message;
                let dead = (0..values.len()).filter(|field| self.world.dead.contains(&(message, *field)));
                for field in dead.collect::<Vec<_>>() {
                    for came in self.sent_before(at, message, field) {
                        let mut steps = self.steps.clone();
                        steps[at].delivered[flight].1[field] = came;
                        if let Some(victim) = self.lost_after(&steps) {
                            (self.steps, self.victim) = (steps, victim);
                            break;
                        }
                    }
                }
            }
        }
    }

    /// What stood in this field of this message by the step of this number, as its peer said it before others.
    fn sent_before(&self, at: usize, message: usize, field: usize) -> Vec<Term> {
        let Some(state) = self.run(&self.steps[..at]) else { return Vec::new() };
        let said = state.sent.iter().rev().filter(|sent| sent.message == Some(message));
        said.filter_map(|sent| sent.values.get(field).cloned()).collect()
    }

    /// What one says who hears nothing, and another could say as well, is taken from the other: as few as can be take part.
    fn leave_out_bystanders(&mut self) {
        let casts = &self.world.casts;
        let hears = |cast: usize| self.steps.iter().any(|step| step.to == cast);
        let of_role = |cast: usize| (0..casts.len()).filter(move |other| casts[*other].role == casts[cast].role);
        let pairs: Vec<(String, String)> = (0..casts.len())
            .filter(|cast| !hears(*cast))
            .flat_map(|cast| of_role(cast).filter(|other| hears(*other)).map(move |other| (cast, other)))
            .map(|(cast, other)| (self.world.party(cast), self.world.party(other)))
            .collect();
        for (bystander, other) in pairs {
            let mut steps = self.steps.clone();
            let stands = |values: &[Term]| {
                let own = |value: &&Term| matches!(value.shape(), Shape::Name { of, .. } if **of == *bystander);
                values.iter().filter(own).cloned().collect::<Vec<_>>()
            };
            let fields = |steps: &[Step]| -> Vec<Term> {
                steps.iter().flat_map(|step| &step.delivered).flat_map(|(_, values)| stands(values)).collect()
            };
            for said in fields(&steps) {
                let Shape::Name { what, .. } = said.shape() else { continue };
                let instead = Term::name(what, &other);
                let values = steps.iter_mut().flat_map(|step| &mut step.delivered).flat_map(|(_, values)| values);
                values.for_each(|value| *value = value.with(&said, &instead));
            }
            if let Some(victim) = self.lost_after(&steps) {
                (self.steps, self.victim) = (steps, victim);
            }
        }
    }

    fn lost_after(&self, steps: &[Step]) -> Option<usize> {
        let state = self.run(steps)?;
        self.goal.lost(&self.world, &state.parties, &state.knowledge)
    }

    /// Goes through these steps; `None` where one of them cannot be taken.
    fn run(&self, steps: &[Step]) -> Option<State> {
        let first = State::first(&self.world).ok()?;
        steps.iter().try_fold(first, |state, step| state.step(&self.world, step))
    }

    /// Goes through it again; answers whether the goal is lost in the end.
    pub fn holds(&self) -> bool {
        self.lost_after(&self.steps).is_some()
    }

    /// Who takes part in it: those to whom something is delivered, or of whose words something is made.
    pub fn takes_part(&self, cast: usize) -> bool {
        let arrows = self.arrows();
        let of = |recipe: &Recipe| speakers(&arrows, recipe).contains(&cast);
        let used = arrows.iter().flat_map(|arrow| &arrow.values).filter_map(|value| value.made.as_ref());
        self.steps.iter().any(|step| step.to == cast)
            || used.into_iter().any(|(_, recipe)| of(recipe))
            || self.gains().iter().any(|(_, recipe)| of(recipe))
    }

    /// Every arrow in order, those of whoever spoke first before all others.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut arrows = Vec::new();
        let Ok(mut state) = State::first(&self.world) else { return arrows };
        let mut told = 0;
        self.tell_sent(&state, &mut told, &mut arrows);
        for step in &self.steps {
            for (message, values) in &step.delivered {
                let model = self.model(&state, step.to, *message, values);
                let values = values.iter().enumerate().map(|(i, term)| {
                    let name = self.field(step.to, *message, i);
                    let recipe = self.as_sent(&state, term, name, model).or_else(|| state.knowledge.recipe(term));
                    let recipe = recipe.unwrap_or_else(|| Recipe::Had(term.clone()));
                    let fate = self.fate(&state, &recipe, name);
                    Value { name, term: term.clone(), made: Some((fate, recipe)) }
                });
                arrows.push(Arrow { party: step.to, sends: false, message: *message, values: values.collect() });
            }
            let Some(next) = state.step(&self.world, step) else { break };
            state = next;
            self.tell_sent(&state, &mut told, &mut arrows);
        }
        arrows
    }

    fn tell_sent(&self, state: &State, told: &mut usize, arrows: &mut Vec<Arrow>) {
        for sent in &state.sent[*told..] {
            let value = |(i, term): (usize, &Term)| Value {
                name: self.field(sent.by, sent.message, i),
                term: term.clone(),
                made: None,
            };
            let values = sent.values.iter().enumerate().map(value).collect();
            arrows.push(Arrow { party: sent.by, sends: true, message: sent.message, values });
        }
        *told = state.sent.len();
    }

    fn field(&self, cast: usize, message: Option<usize>, field: usize) -> &'static str {
        message.map_or("record", |message| self.world.casts[cast].table.messages[message].fields[field].binds)
    }

    /// The place in a sent message at which the term stood in a field of this name.
    fn place(&self, state: &State, number: usize, term: &Term, name: &str) -> Option<usize> {
        let sent = &state.sent[number];
        sent.message?;
        let here = |at: &usize| sent.values[*at] == *term && self.field(sent.by, sent.message, *at) == name;
        (0..sent.values.len()).find(here)
    }

    /// The sent message that most of these values stood in, by its number, before others one of somebody's who hears something: what everybody says, and everybody knows, is taken
    /// from where the rest is from.
    fn model(&self, state: &State, to: usize, message: Option<usize>, values: &[Term]) -> Option<usize> {
        let alike = |number: &usize| {
            let stood =
                |(i, term): (usize, &Term)| self.place(state, *number, term, self.field(to, message, i)).is_some();
            values.iter().enumerate().filter(|one| stood(*one)).count()
        };
        let heard = |number: usize| self.steps.iter().any(|step| step.to == state.sent[number].by);
        (0..state.sent.len()).rev().max_by_key(|number| (alike(number), heard(*number)))
    }

    /// The term as it stood in a message's field of this name, whether or not the attacker had it before; in this message where
    /// it stood there.
    fn as_sent(&self, state: &State, term: &Term, name: &str, model: Option<usize>) -> Option<Recipe> {
        model
            .into_iter()
            .chain(0..state.sent.len())
            .find_map(|number| self.place(state, number, term, name).map(|field| Recipe::Seen(number, field)))
    }

    fn fate(&self, state: &State, recipe: &Recipe, name: &str) -> Fate {
        match recipe {
            Recipe::Seen(sent, field) => {
                let sent = &state.sent[*sent];
                if self.field(sent.by, sent.message, *field) == name { Fate::Forwarded } else { Fate::Derived }
            }
            Recipe::Record(_) => Fate::Forwarded,
            recipe if mentions(recipe).is_empty() => Fate::Invented,
            _ => Fate::Derived,
        }
    }

    /// The keys of one who takes part, by their names, with how the attacker makes them; as many as it can, at the end.
    pub fn keys_of(&self, cast: usize) -> Vec<(&'static str, Recipe)> {
        let Some(state) = self.run(&self.steps) else { return Vec::new() };
        keys(&state.parties[cast], &state.knowledge)
    }

    /// At the end this one is done with the handshake.
    pub fn is_done(&self, cast: usize) -> bool {
        self.run(&self.steps).is_some_and(|state| state.parties[cast].is_done())
    }

    /// At the end both of these are done with the handshake, with the same keys.
    pub fn agree(&self, one: usize, other: usize) -> bool {
        let Some(state) = self.run(&self.steps) else { return false };
        let (one, other) = (&state.parties[one], &state.parties[other]);
        one.is_done() && other.is_done() && one.keys() == other.keys()
    }

    /// How the term is put together with a word that a person chose, which is had; `None` where it cannot be.
    pub fn with_word(&self, term: &Term) -> Option<Recipe> {
        let state = self.run(&self.steps)?;
        let mut knowledge = World { words: false, ..self.world.clone() }.knowledge();
        for (number, sent) in state.sent.iter().enumerate().filter(|(_, sent)| sent.message.is_some()) {
            let values = sent.values.iter().enumerate();
            values.for_each(|(field, value)| knowledge.learn(value.clone(), Recipe::Seen(number, field)));
        }
        self.world.chosen().into_iter().for_each(|word| knowledge.learn(word.clone(), Recipe::Had(word)));
        knowledge.anew(term)
    }

    /// What the attacker has at the end that it should not have, with how: the victim's keys, where secrecy is lost.
    pub fn gains(&self) -> Vec<(&'static str, Recipe)> {
        let Some(state) = self.run(&self.steps) else { return Vec::new() };
        let mut knowledge = (*state.knowledge).clone();
        match self.goal.property {
            Property::Secrecy => {}
            Property::ForwardSecrecy => {
                self.world.lasting().into_iter().for_each(|it| knowledge.learn(it.clone(), Recipe::Had(it)));
            }
            Property::Agreement
            | Property::Injectivity
            | Property::Identity
            | Property::Authenticity
            | Property::Choice => return Vec::new(),
        }
        keys(&state.parties[self.victim], &knowledge)
    }
}

/// Those of whose words this is made, by their places in the cast; what anybody can say is nobody's.
pub(crate) fn speakers(arrows: &[Arrow], recipe: &Recipe) -> Vec<usize> {
    let sent: Vec<&Arrow> = arrows.iter().filter(|arrow| arrow.sends).collect();
    let said = sources(recipe).into_iter().filter_map(|(number, field)| {
        let arrow = sent.get(number)?;
        let value = field.and_then(|field| arrow.values.get(field));
        (!value.is_some_and(|value| is_anybodys(&value.term))).then_some(arrow.party)
    });
    said.collect()
}

fn keys(party: &Party, knowledge: &Knowledge) -> Vec<(&'static str, Recipe)> {
    let gained = |name: &'static str| Some((name, knowledge.recipe(party.value(name)?)?));
    ["client_write", "server_write", "exporter"].into_iter().filter_map(gained).collect()
}
