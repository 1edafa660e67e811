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
    event::Fact,
    loot::Loot,
    term::{Op, Sort},
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

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
/// Tries after which progress is told.
const PORTION: u64 = STRINGS / 8;

struct SasGrind {
    middle: Middle,
    tries: Arc<AtomicU64>,
    told: u64,
}

impl SasGrind {
    fn new(start: &Start) -> Self {
        let tries = Arc::<AtomicU64>::default();
        let count = Arc::clone(&tries);
        let plan = Plan {
            replace: Box::new(move |source, target| search(source, target, &count).into_iter().collect()),
            ..Plan::substitution()
        };
        Self { middle: Middle::new(start, plan), tries, told: 0 }
    }
}

/// A nonce with which the target's string is the source's, once that is settled.
fn search(source: &Leg, target: &Leg, tries: &AtomicU64) -> Option<Known> {
    let wanted = source.value("sas")?.octets()?;
    let message = target.message().filter(|message| message.carries(Sort::Nonce))?;
    let fields = message.fields;
    let mut algebra = Real::new([0x5a; 32]);
    let mut before = Default::default();
    target.frames().iter().for_each(|frame| algebra.absorb(&mut before, frame));
    let mut values: Vec<Value> =
        fields.iter().map(|field| target.evaluate(&field.value)).collect::<Option<Vec<_>>>()?;
    let place = fields.iter().position(|field| field.sort == Sort::Nonce)?;
    for tried in 1..=MOST_TRIES {
        values[place] = algebra.fresh("nonce", Sort::Nonce, None).ok()?;
        let mut transcript = before.clone();
        algebra.absorb(&mut transcript, &algebra.write(message, &values));
        let string = algebra.apply(Op::Short, &[algebra.digest(&transcript)]).ok()?;
        if string.octets() == Some(wanted) {
            tries.store(tried, Ordering::Relaxed);
            return Some((fields[place].binds, values.swap_remove(place)));
        }
    }
    tries.store(MOST_TRIES, Ordering::Relaxed);
    None
}

impl Attack for SasGrind {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = self.middle.handle(seen);
        let tries = self.tries.load(Ordering::Relaxed);
        if tries != std::mem::replace(&mut self.told, tries) {
            let portions = (1..=tries / PORTION).map(|portion| portion * PORTION).chain([tries]);
            let told = portions.map(|done| {
                Move::Tell(Fact::Work {
                    phase: "short-string".to_owned(),
                    done,
                    total: 0,
                    unit: Some("tries".to_owned()),
                })
            });
            moves.splice(0..0, told);
        }
        moves
    }
}
