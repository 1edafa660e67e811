//! The socket loop of any party: what arrives goes in, what it commands is done.

use crate::{
    frames::{Arrival, Frames},
    limits::{Limits, after, milliseconds},
    teller::Teller,
};
use lab::party::{Command, Input, Party};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time::{Instant, timeout, timeout_at},
};

/// Plays a party's part over a connection, to its end; `first` is what was read before its part was known.
///
/// The party waits as long as its limits say for each arrival, and as long for its peer to take what it sends; and no longer
/// than they say for the end of the session.
pub async fn play<R, W>(
    party: &mut (impl Party + Send),
    first: Option<Arrival>,
    frames: &mut Frames<R>,
    writer: &mut W,
    limits: Limits,
    teller: &Teller,
) where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    let (patience, end) = (limits.silence, after(limits.session));
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
        let arrival = match patience.is_zero() {
            true => None,
            false => timeout_at(end.min(after(patience)), frames.next()).await.ok(),
        };
        let overdue = !patience.is_zero() && Instant::now() >= end;
        inputs.push(match arrival {
            Some(arrival) => input(arrival),
            None if overdue => Input::Overdue(milliseconds(limits.session)),
            None => Input::Silence(milliseconds(patience)),
        });
    }
}

fn input(arrival: Arrival) -> Input {
    match arrival {
        Arrival::Frame(frame) => Input::Frame(frame),
        Arrival::Malformed(error) => Input::Malformed(error),
        Arrival::End => Input::Ended,
    }
}
