//! What is found out once in a search, and remembered.

use super::offered;
use crate::{
    party::{Party, Sent, mix},
    term::{ByDigest, Shape, Term},
    world::World,
};
use lab::mode::Field;
use std::{collections::HashMap, sync::Arc};

/// What parties did with what they got: a party with one past does the same with the same message, whatever happens elsewhere.
#[derive(Default)]
pub struct Memory {
    answered: HashMap<u64, Option<Answered>, ByDigest>,
    filled: HashMap<u64, Option<Vec<Term>>, ByDigest>,
    /// What can stand in a field by its sort alone: place in the cast, number of the message and of the field.
    offered: HashMap<(usize, usize, usize), Vec<Term>>,
}

/// A party after a message, and what it said to it if it was its turn.
#[derive(Clone)]
pub(super) struct Answered {
    pub(super) party: Arc<Party>,
    pub(super) sent: Vec<Arc<Sent>>,
}

impl Memory {
    /// What the party makes of a message, if it takes it and can go on.
    pub(super) fn answer(&mut self, world: &World, party: &Party, values: &[Term]) -> Option<Answered> {
        let answered = || {
            let mut after = party.clone();
            after.receive(values).ok()?;
            let sent = after.send(world).ok()?;
            Some(Answered { party: Arc::new(after), sent })
        };
        self.answered.entry(past(party, values)).or_insert_with(answered).clone()
    }

    /// The message with what the party's checks say that the blanks have to be; `None` where none says so.
    pub(super) fn fill(&mut self, party: &Party, values: &[Term]) -> Option<Vec<Term>> {
        if !values.iter().any(|value| matches!(value.shape(), Shape::Blank(_))) {
            return Some(values.to_vec());
        }
        let filled = || {
            // Each candidate has blanks of its own, which the checks of a copy fill; the copy's fate is nobody's.
            let _ = party.clone().receive(values);
            values.iter().map(Term::resolved).collect()
        };
        self.filled.entry(past(party, values)).or_insert_with(filled).clone()
    }

    /// What can stand in a field by its sort alone.
    pub(super) fn offers(
        &mut self,
        world: &World,
        party: &Party,
        (message, at): (usize, usize),
        field: &Field,
    ) -> &[Term] {
        self.offered.entry((party.cast, message, at)).or_insert_with(|| offered(world, party, field))
    }
}

/// A number that follows from a party's past and from what it gets next.
fn past(party: &Party, values: &[Term]) -> u64 {
    mix(mix(party.cast as u64, party.history()), digest(values))
}

/// A number that follows from these in their order.
pub(super) fn digest(values: &[Term]) -> u64 {
    values.iter().fold(0, |so_far, value| mix(so_far, value.digest()))
}
