//! Calls: connections of the attacker's own to the server, besides the two that it relays.

use lab::wire::Frame;
use process::frames::{Arrival, Frames, connect};
use std::{io, time::Duration};
use tokio::{io::AsyncWriteExt, time::timeout};

/// What is said to the server on a connection of its own, which is then given up.
#[derive(Clone, Debug)]
pub struct Call {
    /// Everything that is sent, at once.
    pub frames: Vec<Frame>,
    /// So many frames are waited for at most.
    pub answers: usize,
}

/// Why nothing was heard of a call. It says nothing of the server: neither is an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unheard {
    /// Nobody was reached, or whoever was hung up, or was not done within the patience.
    Silent,
    /// The session's time is over.
    TimeOver,
}

impl Call {
    /// Calls whoever listens at `server`, and answers with the frames that came: fewer than were waited for, where the
    /// connection ended before.
    ///
    /// # Errors
    /// [`Unheard::Silent`].
    pub async fn make(self, server: &str, patience: Duration) -> Result<Vec<Frame>, Unheard> {
        let heard = timeout(patience, self.exchange(server, patience)).await;
        heard.ok().and_then(Result::ok).filter(|heard| !heard.is_empty()).ok_or(Unheard::Silent)
    }

    async fn exchange(self, server: &str, patience: Duration) -> io::Result<Vec<Frame>> {
        let (reader, mut writer) = connect(server, patience).await?.into_split();
        let octets: Vec<u8> = self.frames.iter().flat_map(|frame| frame.to_bytes()).collect();
        writer.write_all(&octets).await?;
        let (mut frames, mut heard) = (Frames::new(reader), Vec::new());
        while heard.len() < self.answers {
            match frames.next().await {
                Arrival::Frame(frame) => heard.push(frame),
                Arrival::End | Arrival::Malformed(_) => break,
            }
        }
        Ok(heard)
    }
}
