//! `dictionary`: try every word that a person would choose.
//!
//! A MAC under a key from a weak secret tells whoever sees it whether a guess is right, as often as it asks and without asking
//! anybody. The attacker holds the client's first message back for the moment that its whole list takes. With the word it
//! is, for everybody who checks the MAC, the other one.
//!
//! 1. Hold the client's first message and take the MAC from it.
//! 2. Make the MAC with every word of the list, until one fits.
//! 3. Agree on a key with each victim, with MACs under the word; open each record, read it, seal it for the other.

use crate::{
    attack::{Attack, Family, Info, Move, Needs, Seen, Start},
    leg::{Known, Leg},
    middle::{Middle, Plan},
};
use lab::{
    algebra::real::{Real, Value},
    loot::Loot,
    mode::{Mode, Source},
    password,
    role::Role,
    term::Sort,
    wire::Frame,
};

pub(super) const INFO: Info = Info {
    id: "dictionary",
    title: "Try every likely word offline",
    family: Family::KeysAndPeople,
    needs: Needs::SharedSecret,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &[],
    source: include_str!("dictionary.rs"),
    start: |start| Box::new(Dictionary { start, found: None }),
};

struct Dictionary {
    start: Start,
    /// What became of the search: the man in the middle who knows the word, or nobody.
    found: Option<Option<Middle>>,
}

impl Dictionary {
    fn search(&mut self, from: Role, frame: Frame) -> Vec<Move> {
        let mut moves = vec![Move::Step(1), Move::Hold { from, frame: frame.clone() }, Move::Step(2)];
        let found = password::all().find(|word| fits(self.start.mode, word, &frame));
        let mut middle = found.map(|word| {
            let [as_server, as_client] = [Role::Server, Role::Client].map(|role| knowing(self.start.mode, role, &word));
            Middle::new(&self.start, Plan { as_server, as_client, ..Plan::substitution() })
        });
        match &mut middle {
            Some(middle) => {
                moves.push(Move::Step(3));
                moves.extend(moves_of(middle, Seen::Frame { from, frame }));
            }
            None => moves.push(Move::Forward { from, frame }),
        }
        self.found = Some(middle);
        moves
    }
}

/// What the man in the middle does; the recipe is another one than his.
fn moves_of(middle: &mut Middle, seen: Seen) -> Vec<Move> {
    let mut moves = middle.handle(seen);
    moves.retain(|made| !matches!(made, Move::Step(_)));
    moves
}

/// The word, by the name that the table has for what a role shares.
fn knowing(mode: &Mode, role: Role, word: &str) -> Vec<Known> {
    mode.known(role, |source| (source == Source::SharedSecret).then(|| Value::secret(word.as_bytes())))
}

/// The MAC in the client's first message is the one that this word gives.
fn fits(mode: &'static Mode, word: &str, frame: &Frame) -> bool {
    let leg = Leg::new(mode, Real::new([0; 32]), Vec::new(), &[]);
    let Some((came, would_be)) = leg.as_if(&knowing(mode, Role::Client, word), frame) else { return false };
    let fields = leg.message().into_iter().flat_map(|message| message.fields);
    let mut macs = fields.zip(came.iter().zip(&would_be)).filter(|(field, _)| field.sort == Sort::Mac).peekable();
    macs.peek().is_some() && macs.all(|(_, (came, would_be))| came.octets() == would_be.octets())
}

impl Attack for Dictionary {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        match (&mut self.found, seen) {
            (None, Seen::Frame { from, frame }) => self.search(from, frame),
            (Some(Some(middle)), seen) => moves_of(middle, seen),
            (_, Seen::Frame { from, frame }) => vec![Move::Forward { from, frame }],
            (_, Seen::Ended(role)) => vec![Move::Cut(role.peer())],
            (_, Seen::Solved(_) | Seen::Called(_) | Seen::Impatient) => Vec::new(),
        }
    }
}
