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
            // Whoever has closed hears nothing more.
            if done {
                break;
            }
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
        let mut came = matches!(arrival, Some(Arrival::Frame(_)));
        inputs.push(match arrival {
            Some(arrival) => input(arrival),
            None if patience.is_over() => Input::Overdue(milliseconds(limits.session)),
            None => Input::Silence(milliseconds(limits.silence)),
        });
        // What came together is answered and told together; behind octets that are no frame nothing can be read.
        while came && let Some(next) = frames.ready() {
            came = matches!(next, Arrival::Frame(_));
            inputs.push(input(next));
        }
    }
}

fn input(arrival: Arrival) -> Input {
    match arrival {
        Arrival::Frame(frame) => Input::Frame(frame),
        Arrival::Malformed(error) => Input::Malformed(error),
        Arrival::End => Input::Ended,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        limits::Limits,
        patience::{Clock, Patience},
        reports::Reports,
    };
    use lab::{
        role::Actor,
        wire::{Frame, FrameError, Kind},
    };
    use std::time::Duration;
    use tokio::io::AsyncReadExt;

    /// Answers each frame, and leaves where it has to.
    #[derive(Default)]
    struct Answering {
        heard: Vec<Input>,
        /// Closes with this frame.
        last: usize,
    }

    impl Party for Answering {
        fn handle(&mut self, input: Input) -> Vec<Command> {
            self.heard.push(input.clone());
            match input {
                Input::Frame(frame) if self.heard.len() > self.last => vec![Command::Send(frame), Command::Close],
                Input::Frame(frame) => vec![Command::Send(frame)],
                Input::Open => Vec::new(),
                _ => vec![Command::Close],
            }
        }
    }

    fn frame(body: &[u8]) -> Frame {
        Frame { kind: Kind::ClientHello, body: body.to_vec() }
    }

    /// What a party that leaves with so many inputs hears of these octets, and what is sent for it.
    async fn played(last: usize, octets: &[u8]) -> (Vec<Input>, Vec<u8>) {
        let (mut own, peer) = tokio::io::duplex(1 << 16);
        own.write_all(octets).await.unwrap();
        let (reader, mut writer) = tokio::io::split(peer);
        let mut party = Answering { last, ..Answering::default() };
        let patience = Patience::new(Limits::of(Duration::from_secs(60)), Clock::steady());
        let teller = Teller::new("play".to_owned(), Actor::Client, Reports::unheard());
        play(&mut party, None, &mut Frames::new(reader), &mut writer, patience, &teller).await;
        let mut sent = Vec::new();
        own.read_to_end(&mut sent).await.unwrap();
        (party.heard, sent)
    }

    #[tokio::test]
    async fn what_came_together_is_heard_up_to_what_is_no_frame() {
        let (one, two) = (frame(b"one"), frame(b"two"));
        let octets = [one.to_bytes(), two.to_bytes(), vec![0xff; 8]].concat();
        let (heard, sent) = played(usize::MAX, &octets).await;
        let malformed = Input::Malformed(FrameError::Kind(0xff));
        assert_eq!(heard, [Input::Open, Input::Frame(one.clone()), Input::Frame(two.clone()), malformed]);
        assert_eq!(sent, [one.to_bytes(), two.to_bytes()].concat());
    }

    #[tokio::test]
    async fn who_has_closed_hears_nothing_more() {
        let (one, two) = (frame(b"one"), frame(b"two"));
        let (heard, sent) = played(1, &[one.to_bytes(), two.to_bytes()].concat()).await;
        assert_eq!((heard, sent), (vec![Input::Open, Input::Frame(one.clone())], one.to_bytes()));
    }
}
