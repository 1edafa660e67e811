//! What passive attacks have in common: everything passes, and when the session is over the recording is looked at.

use crate::{
    attack::{Attack, Move, Narration, Seen, Start},
    listener::Listener,
};
use lab::event::Fact;

/// What is made of a recording. Looking is the second step of the recipe, reading the third.
pub trait Search: Send {
    /// A first look, when the session is over.
    fn look(&mut self, listener: &mut Listener) -> Looked;

    /// One more step of a search that takes long; nothing where there is none.
    fn go_on(&mut self, listener: &mut Listener) -> Option<Looked> {
        let _ = listener;
        None
    }
}

/// What a look came to.
pub struct Looked {
    /// How far the search is.
    pub told: Option<Fact>,
    /// What the recording says.
    pub read: Vec<Fact>,
}

/// A search that is over with the first look.
struct Once<F>(F);

impl<F: FnMut(&mut Listener) -> Vec<Fact> + Send> Search for Once<F> {
    fn look(&mut self, listener: &mut Listener) -> Looked {
        Looked { told: None, read: (self.0)(listener) }
    }
}

/// Listens to the end, and then looks.
pub struct Passive {
    listener: Listener,
    search: Box<dyn Search>,
    narration: Narration,
    ended: u8,
}

impl Passive {
    /// A listener at the beginning of a session, who looks once.
    pub fn new(start: &Start, look: impl FnMut(&mut Listener) -> Vec<Fact> + Send + 'static) -> Self {
        Self::searching(start, Once(look))
    }

    /// A listener at the beginning of a session, who may search for long.
    pub fn searching(start: &Start, search: impl Search + 'static) -> Self {
        let listener = Listener::new(start.mode, (start.algebra)("listener"));
        Self { listener, search: Box::new(search), narration: Narration::default(), ended: 0 }
    }

    fn tell(&mut self, Looked { told, read }: Looked, moves: &mut Vec<Move>) {
        moves.extend(told.map(Move::Tell));
        if !read.is_empty() {
            self.narration.step(3, moves);
        }
        moves.extend(read.into_iter().map(Move::Tell));
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
                    let looked = self.search.look(&mut self.listener);
                    self.tell(looked, &mut moves);
                }
            }
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }

    fn go_on(&mut self) -> Option<Vec<Move>> {
        let looked = self.search.go_on(&mut self.listener)?;
        let mut moves = Vec::new();
        self.tell(looked, &mut moves);
        Some(moves)
    }
}
