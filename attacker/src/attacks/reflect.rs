//! `reflect`: lead a client back to itself (Selfie).
//!
//! One machine is client and server under one shared secret, as in a mesh of equals. The attacker, who stands on its way,
//! connects it with itself. It learns nothing, and every proof of the secret is genuine: the client takes its own server for
//! its partner, and what it orders there is carried out at home. What two lasting values agree on is such a secret too, where
//! nothing says whose part is whose.
//!
//! 1. Lead the client's connection to a server of the client's own, and pass every frame on as it came.

use crate::attack::{Attack, Family, Info, Move, Narration, Needs, Seen};
use lab::loot::Loot;

pub(super) const INFO: Info = Info {
    id: "reflect",
    title: "Lead a client back to itself",
    family: Family::KeysAndPeople,
    needs: Needs::KnownBeforehand,
    variants: &[],
    loot: Loot { leads_back: true, ..Loot::NONE },
    logarithm: None,
    stopped_by: &["role-separation", "key-confirmation"],
    source: include_str!("reflect.rs"),
    start: |_| Box::new(Reflect(Narration::default())),
};

struct Reflect(Narration);

impl Attack for Reflect {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } => {
                self.0.step(1, &mut moves);
                moves.push(Move::Forward { from, frame });
            }
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}
