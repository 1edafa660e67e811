//! `sas-grind`: try until the short strings are the same.
//!
//! The attacker has one key with each victim, and each victim has another string to read aloud. With 16 bits, one in 65,536
//! last messages gives the string that the other victim has already. Who committed to its last message before it saw the others'
//! has one; who did not has as many as it likes (RFC 6189 section 4.4.1.1).
//!
//! 1. Replace the client's commitment by one of the attacker's own, and its share.
//! 2. Replace the server's share by another of the attacker's own. When the client shows what it committed to, its string is
//!    settled: try one nonce after the other in the message to the server until the server's string is the same.
//! 3. Open each record with the key of the leg that it came from, read it, seal it with the key of the other.

use crate::{
    attack::{Attack, Family, Info, Move, Needs, Seen, Start},
    leg::{Known, Leg},
    middle::{Middle, Plan},
};
use lab::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    event::{Fact, TRIES},
    loot::Loot,
    mode::Message,
    role::Role,
    term::{Op, Sort},
    wire::{Frame, Kind},
};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) const INFO: Info = Info {
    id: "sas-grind",
    title: "Try until the short strings agree",
    family: Family::KeysAndPeople,
    needs: Needs::ShortString,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["sas-commitment"],
    source: include_str!("sas_grind.rs"),
    start: |start| Box::new(SasGrind::new(&start)),
};

/// The strings that there are.
const STRINGS: u64 = 1 << 16;
/// Tries after which it gives up: to find none among so many happens once in e^64 times.
const MOST_TRIES: u64 = 64 * STRINGS;
/// Tries after which it tells how far it is.
const PORTION: u64 = STRINGS / 8;

struct SasGrind {
    middle: Middle,
    found: Arc<Mutex<Option<Known>>>,
    search: Option<Search>,
}

impl SasGrind {
    fn new(start: &Start) -> Self {
        let found = Arc::<Mutex<Option<Known>>>::default();
        let settled = Arc::clone(&found);
        let replace = move |_: &Leg, _: &Leg| {
            settled.lock().unwrap_or_else(PoisonError::into_inner).clone().into_iter().collect()
        };
        let plan = Plan { replace: Box::new(replace), ..Plan::substitution() };
        Self { middle: Middle::new(start, plan), found, search: None }
    }
}

/// A message in the place of one that is held back, with one nonce after the other.
struct Search {
    held: Frame,
    observed: Vec<Value>,
    wanted: Vec<u8>,
    message: &'static Message,
    values: Vec<Value>,
    place: usize,
    algebra: Real,
    before: <Real as Algebra>::Transcript,
    tried: u64,
}

impl Search {
    /// For a string like the source's, once that is settled.
    fn new(held: &Frame, observed: &[Value], source: &Leg, target: &Leg) -> Option<Self> {
        let wanted = source.value("sas")?.octets()?.to_vec();
        let message = target.message()?;
        let place = message.fields.iter().position(|field| field.sort == Sort::Nonce)?;
        let values = message.fields.iter().map(|field| target.evaluate(&field.value)).collect::<Option<Vec<_>>>()?;
        let algebra = Real::new([0x5a; 32]);
        let mut before = Default::default();
        target.frames().iter().for_each(|frame| algebra.absorb(&mut before, frame));
        let (held, observed) = (held.clone(), observed.to_vec());
        Some(Self { held, observed, wanted, message, values, place, algebra, before, tried: 0 })
    }

    /// Tries one more nonce; whether it gives the string.
    fn fits(&mut self) -> Option<bool> {
        self.tried += 1;
        self.values[self.place] = self.algebra.fresh("nonce", Sort::Nonce, None).ok()?;
        let mut transcript = self.before.clone();
        self.algebra.absorb(&mut transcript, &self.algebra.write(self.message, &self.values));
        let string = self.algebra.apply(Op::Short, &[self.algebra.digest(&transcript)]).ok()?;
        Some(string.octets() == Some(&self.wanted))
    }

    fn told(&self, over: bool) -> Move {
        let total = if over { self.tried } else { 0 };
        let (phase, unit) = ("short-string".to_owned(), Some(TRIES.to_owned()));
        Move::Tell(Fact::Work { phase, done: self.tried, total, unit })
    }
}

impl Attack for SasGrind {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let Seen::Frame { from: from @ Role::Client, frame } = seen else { return self.middle.handle(seen) };
        if frame.kind == Kind::Record {
            return self.middle.handle(Seen::Frame { from, frame });
        }
        let mut moves = Vec::new();
        let Some(observed) = self.middle.take(from, &frame, &mut moves) else {
            moves.push(Move::Forward { from, frame });
            return moves;
        };
        match Search::new(&frame, &observed, &self.middle.client, &self.middle.server) {
            Some(search) => {
                moves.extend([Move::Hold { from, frame }, search.told(false)]);
                self.search = Some(search);
            }
            None => self.middle.pass_on(from, frame, &observed, &mut moves),
        }
        moves
    }

    fn go_on(&mut self) -> Option<Vec<Move>> {
        let mut search = self.search.take()?;
        let fits = (0..PORTION).map_while(|_| search.fits()).any(|fits| fits);
        let over = fits || search.tried >= MOST_TRIES;
        let mut moves = vec![search.told(over)];
        if over {
            let nonce = (search.message.fields[search.place].binds, search.values.swap_remove(search.place));
            *self.found.lock().unwrap_or_else(PoisonError::into_inner) = fits.then_some(nonce);
            self.middle.pass_on(Role::Client, search.held, &search.observed, &mut moves);
        } else {
            self.search = Some(search);
        }
        Some(moves)
    }
}
