//! What passive attacks have in common: everything passes, and when the session is over the recording is looked at.

use crate::{
    attack::{Attack, Move, Narration, Seen, Start},
    listener::Listener,
};
use lab::event::Fact;

/// Looks at a recording; answers with what it says. Looking is the second step of the recipe, reading the third.
pub type Look = Box<dyn FnMut(&mut Listener) -> Vec<Fact> + Send>;

/// Listens to the end, and then looks.
pub struct Passive {
    listener: Listener,
    look: Look,
    narration: Narration,
    ended: u8,
}

impl Passive {
    /// A listener at the beginning of a session.
    pub fn new(start: &Start, look: impl FnMut(&mut Listener) -> Vec<Fact> + Send + 'static) -> Self {
        let listener = Listener::new(start.mode, (start.algebra)("listener"));
        Self { listener, look: Box::new(look), narration: Narration::default(), ended: 0 }
    }
}

impl Attack for Passive {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } => {
                self.narration.step(1, &mut moves);
                self.listener.overhear(from, &frame);
                moves.push(Move::Forward { from, frame });
            }
            Seen::Ended(role) => {
                moves.push(Move::Cut(role.peer()));
                self.ended += 1;
                if self.ended == 2 {
                    self.narration.step(2, &mut moves);
                    let found = (self.look)(&mut self.listener);
                    if !found.is_empty() {
                        self.narration.step(3, &mut moves);
                    }
                    moves.extend(found.into_iter().map(Move::Tell));
                }
            }
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}
