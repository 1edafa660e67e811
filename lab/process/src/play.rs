//! The socket loop of any party: what arrives goes in, what it commands is done.

use crate::{
    frames::{Arrival, Frames},
    limits::milliseconds,
    patience::Patience,
    teller::Teller,
};
use lab::party::{Command, Input, Party};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// Plays a party's part over a connection, to its end; `first` is what was read before its part was known.
///
/// The party waits as long as its patience lasts for each arrival, and as long for its peer to take what it sends; and no longer
/// than it lasts for the end of the session.
pub async fn play<R, W>(
    party: &mut (impl Party + Send),
    first: Option<Arrival>,
    frames: &mut Frames<R>,
    writer: &mut W,
    mut patience: Patience,
    teller: &Teller,
) where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send,
{
    let limits = patience.limits();
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
        let _ = timeout(limits.silence, writer.write_all(&octets)).await;
        if done {
            let _ = timeout(limits.silence, writer.shutdown()).await;
        }
        // The peer works on what it was sent while this is told.
        teller.tell_all(facts).await;
        if done {
            return;
        }
        let arrival = patience.wait(frames.next()).await;
        inputs.push(match arrival {
            Some(arrival) => input(arrival),
            None if patience.is_over() => Input::Overdue(milliseconds(limits.session)),
            None => Input::Silence(milliseconds(limits.silence)),
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
