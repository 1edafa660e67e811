//! A party without a socket: bytes come in as frames, commands go out.

use crate::{
    event::Fact,
    wire::{Frame, FrameError},
};

/// Something that happens to a party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The connection is open.
    Open,
    /// A frame came.
    Frame(Frame),
    /// Octets came that are no frame.
    Malformed(FrameError),
    /// The peer ended the connection.
    Ended,
    /// Nothing came for as long as this party waits, in milliseconds.
    Silence(u64),
    /// The session has lasted as long as it may, in milliseconds.
    Overdue(u64),
}

/// Something that a party wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Send a frame.
    Send(Frame),
    /// Tell a fact.
    Tell(Fact),
    /// End the connection; nothing follows.
    Close,
}

/// One side of a connection, as events in and commands out.
///
/// No input makes a party fail: what is wrong ends its session, with a fact that says so.
pub trait Party {
    /// Handles an input.
    fn handle(&mut self, input: Input) -> Vec<Command>;
}
