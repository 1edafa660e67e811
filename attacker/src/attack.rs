//! What an attack is: a recipe between two parties that sees frames and decides what becomes of them.

pub mod case;
mod change;
mod info;

pub use crate::call::{Call, Unheard};
pub use change::changes;
pub use info::{Family, Info, Needs, Variant, When};

use cryptanalysis::{Failure, Problem, Solution};
use lab::{
    algebra::real::Real,
    control::{Afterwards, Credentials},
    event::Fact,
    group::Group,
    mode::Mode,
    role::Role,
    script::Script,
    wire::Frame,
};
use std::sync::Mutex;
use tokio::sync::watch;

/// Something that happens to the attacker.
#[derive(Clone, Debug)]
pub enum Seen {
    /// A victim sent a frame.
    Frame {
        /// Who.
        from: Role,
        /// What.
        frame: Frame,
    },
    /// A victim ended its connection.
    Ended(Role),
    /// A computation came to its end.
    Solved(Box<Result<Solution, Failure>>),
    /// What the server answered to a call, or why nothing was heard of it.
    Called(Result<Vec<Frame>, Unheard>),
    /// What is held back has been held as long as the victims will bear.
    Impatient,
}

/// What the attacker does.
#[derive(Clone, Debug)]
pub enum Move {
    /// Begins a step of its recipe, by its number.
    Step(u32),
    /// Passes a frame on as it came.
    Forward {
        /// Who sent it.
        from: Role,
        /// The frame.
        frame: Frame,
    },
    /// Passes a frame on with a change.
    Alter {
        /// Who sent it.
        from: Role,
        /// The frame as it came.
        before: Frame,
        /// The frame as it leaves.
        after: Frame,
    },
    /// Does not pass a frame on.
    Drop {
        /// Who sent it.
        from: Role,
        /// The frame.
        frame: Frame,
    },
    /// Sends a frame of its own in a victim's name.
    Inject {
        /// In whose name.
        name: Role,
        /// The frame.
        frame: Frame,
    },
    /// Keeps a frame back for now.
    Hold {
        /// Who sent it.
        from: Role,
        /// The frame.
        frame: Frame,
    },
    /// Tells what it found out.
    Tell(Fact),
    /// Starts to compute a discrete logarithm.
    Solve(Problem),
    /// Calls the server on a connection of its own.
    Call(Call),
    /// Ends the connection to a victim; its connection from there may go on.
    Cut(Role),
}

/// Which step of its recipe an attack has come to.
#[derive(Debug, Default)]
pub struct Narration(u32);

impl Narration {
    /// Tells a step, once, and not before the one before it.
    pub fn step(&mut self, number: u32, moves: &mut Vec<Move>) {
        if self.0 + 1 == number {
            self.0 = number;
            moves.push(Move::Step(number));
        }
    }
}

/// Changes whenever something has passed in one of the sessions that are played at the same time.
pub type Beside = watch::Receiver<u64>;

/// A recipe at work in one session.
pub trait Attack: Send {
    /// Decides about what it sees.
    fn handle(&mut self, seen: Seen) -> Vec<Move>;

    /// Goes on with a computation of its own that takes long, by a portion, so that it can tell how far it is; nothing where
    /// there is none. What else happens in between waits.
    fn go_on(&mut self) -> Option<Vec<Move>> {
        None
    }

    /// Begins with the next session of its campaign. What it keeps of the ones before is its own matter; a recipe that takes
    /// one session begins with no other.
    fn again(&mut self, _start: Start) {}

    /// Who takes the next session of its campaign where that is played at the same time as its own; what it would start from
    /// again where it is not.
    ///
    /// # Errors
    /// The sessions are played one after the other.
    fn another(&mut self, start: Start) -> Result<Box<dyn Attack>, Box<Start>> {
        Err(Box::new(start))
    }

    /// Changes whenever something has passed in the sessions that are played at the same time; nothing where there are none.
    fn beside(&self) -> Option<Beside> {
        None
    }

    /// Goes on with what has passed in them.
    fn passed_beside(&mut self) -> Vec<Move> {
        Vec::new()
    }
}

/// A recipe with what it knows, from session to session of a campaign.
pub type Recipe = Mutex<Box<dyn Attack>>;

/// What a recipe starts from.
pub struct Start {
    /// The mode under attack.
    pub mode: &'static Mode,
    /// The variant of the attack.
    pub variant: Option<String>,
    /// Unix seconds.
    pub now: i64,
    /// Computes, and draws the attacker's own randomness.
    pub algebra: Box<dyn Fn(&str) -> Real + Send>,
    /// What it came by before the session to stand in for the server with.
    pub as_server: Option<Credentials>,
    /// What it came by to stand in for the client with.
    pub as_client: Option<Credentials>,
    /// What it comes by when the session is over.
    pub afterwards: Option<Afterwards>,
    /// Frames of an earlier handshake.
    pub recording: Vec<Frame>,
    /// The group of the server's own, which whoever connects to it learns.
    pub group: Option<Group>,
    /// What it was told to do, where that does not stand with the attack.
    pub script: Option<Script>,
}
