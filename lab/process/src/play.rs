//! The socket loop of any party: what arrives goes in, what it commands is done.

use crate::{
    frames::{Arrival, Frames},
    teller::Teller,
};
use lab::party::{Command, Input, Party};
use std::time::Duration;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// Plays a party's part over a connection, to its end; `first` is what was read before its part was known.
///
/// The party waits `patience` for each arrival, and as long for its peer to take what it sends.
pub async fn play<R, W>(
    party: &mut (impl Party + Send),
    first: Option<Arrival>,
    frames: &mut Frames<R>,
    writer: &mut W,
    patience: Duration,
    teller: &Teller,
) where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    let milliseconds = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
    let mut inputs = vec![Input::Open];
    inputs.extend(first.map(input));
    loop {
        let (mut octets, mut facts, mut done) = (Vec::new(), Vec::new(), false);
        for input in inputs.drain(..) {
            for command in party.handle(input) {
                match command {
                    Command::Send(frame) => octets.extend_from_slice(&frame.to_bytes()),
                    Command::Tell(fact) => facts.push(fact),
                    Command::Close => done = true,
                }
            }
        }
        // A peer that is gone shows as the end of what it sends.
        let _ = timeout(patience, writer.write_all(&octets)).await;
        if done {
            let _ = timeout(patience, writer.shutdown()).await;
        }
        // The peer works on what it was sent while this is told.
        teller.tell_all(facts).await;
        if done {
            return;
        }
        // Who has no patience does not even look whether something has come meanwhile.
        let arrival = if patience.is_zero() { None } else { timeout(patience, frames.next()).await.ok() };
        inputs.push(arrival.map_or(Input::Silence(milliseconds), input));
    }
}

fn input(arrival: Arrival) -> Input {
    match arrival {
        Arrival::Frame(frame) => Input::Frame(frame),
        Arrival::Malformed(error) => Input::Malformed(error),
        Arrival::End => Input::Ended,
    }
}
