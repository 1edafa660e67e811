//! A part in one session, and the programs that are connected to and play it.

use crate::{
    frames::{Arrival, Frames},
    program::Failure,
    reports::Reports,
    steering::Steering,
};
use lab::{
    control::{Order, PlayOrder, ReadOrder},
    role::Actor,
};
use std::{future::Future, pin::Pin, time::Duration};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// A connection, and what it brought first.
#[derive(Debug)]
pub struct Caller {
    /// Its first arrival.
    pub first: Arrival,
    /// What it brings next.
    pub frames: Frames<OwnedReadHalf>,
    /// The way back.
    pub writer: OwnedWriteHalf,
    /// How the console steers the part that is played with it.
    pub steering: Steering,
}

/// A program's part in one session, ready to be played with whoever calls. Its error says why it could not begin.
pub type Part = Box<dyn FnOnce(Caller, Reports) -> Play + Send>;

/// A program's part in a session that is over, to which nobody connects.
pub type Afterwards = Box<dyn FnOnce(Reports) -> Play + Send>;

/// A part while it is played.
pub type Play = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// A program that is connected to.
pub trait Listening: Send + Sync {
    /// Who it is in a session.
    fn actor(&self) -> Actor;

    /// Where somebody has to listen before it does, by hand, and how long it waits for that; as long as it takes where
    /// there is no time.
    fn beyond(&self) -> Option<(&str, Option<Duration>)>;

    /// Whether it plays a session whose first flight names none.
    fn plays_unnamed(&self) -> bool;

    /// The part that the console orders.
    ///
    /// # Errors
    /// Why the order is refused.
    fn ordered(&self, order: Order) -> Result<Part, String>;

    /// The part on one of the connections that are taken besides under an order, by its number.
    ///
    /// # Errors
    /// Why nobody is taken besides.
    fn called(&self, order: &PlayOrder, number: u32) -> Result<Part, String>;

    /// What is done with a recording.
    ///
    /// # Errors
    /// Why it is not read.
    fn reads(&self, _: ReadOrder) -> Result<Afterwards, String> {
        Err(format!("the {} reads no recordings", self.actor()))
    }

    /// The part in a session that nobody ordered: as the flags say.
    ///
    /// # Errors
    /// What is wrong with the flags.
    fn by_hand(&self, session: &str) -> Result<Part, Failure>;
}
