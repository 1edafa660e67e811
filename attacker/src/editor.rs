//! The editor: lets a handshake be what it is, but for one message.

use crate::{
    attack::{Attack, Move, Narration, Seen, Start},
    leg::Leg,
};
use lab::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    mode::Message,
    wire::{Frame, Kind},
};

/// What becomes of a handshake message; `None` leaves it as it came.
pub trait Edit: Send {
    /// Looks at the next message, its frame and its values, in the order of its fields.
    fn edit(&mut self, message: &'static Message, frame: &Frame, values: &[Value]) -> Option<Frame>;
}

/// Passes everything on, edited.
pub struct Editor<E> {
    edit: E,
    /// Followed only to read the frames.
    leg: Leg,
    narration: Narration,
}

impl<E: Edit> Editor<E> {
    /// An editor at the beginning of a handshake.
    pub fn new(start: &Start, edit: E) -> Self {
        let leg = Leg::new(start.mode, (start.algebra)("unused"), Vec::new(), &[]);
        Self { edit, leg, narration: Narration::default() }
    }

    fn edited(&mut self, frame: &Frame) -> Option<Frame> {
        let message = self.leg.message()?;
        let values = self.leg.observe(frame)?;
        self.edit.edit(message, frame, &values)
    }
}

impl<E: Edit> Attack for Editor<E> {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } if frame.kind != Kind::Record => {
                self.narration.step(1, &mut moves);
                match self.edited(&frame) {
                    Some(after) => {
                        self.narration.step(2, &mut moves);
                        moves.push(Move::Alter { from, before: frame, after });
                    }
                    None => moves.push(Move::Forward { from, frame }),
                }
            }
            Seen::Frame { from, frame } => moves.push(Move::Forward { from, frame }),
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}

/// The values of a message in the order of its fields, if the frame is one.
pub fn read(message: &Message, frame: &Frame) -> Option<Vec<Value>> {
    Real::new([0; 32]).read(message, frame).ok()
}

/// The message with these values, as its sender would write it.
pub fn written(message: &Message, values: &[Value]) -> Frame {
    Real::new([0; 32]).write(message, values)
}
