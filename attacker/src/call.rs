//! Calls: connections of the attacker's own to the server, besides the two that it relays.

use lab::wire::Frame;
use process::frames::{Arrival, Frames, connect};
use std::time::Duration;
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, timeout_at},
};

/// What is said to the server on a connection of its own, which is then given up.
#[derive(Clone, Debug)]
pub struct Call {
    /// Everything that is sent, at once.
    pub frames: Vec<Frame>,
    /// So many frames are waited for at most.
    pub answers: usize,
}

impl Call {
    /// Calls whoever listens at `server`, and answers with the frames that came within the patience: fewer than were waited
    /// for, where the connection ended before; `None` where there was no answer at all.
    pub async fn make(self, server: &str, patience: Duration) -> Option<Vec<Frame>> {
        let end = Instant::now().checked_add(patience)?;
        let stream = connect(server, patience).await.ok()?;
        let (reader, mut writer) = stream.into_split();
        let octets: Vec<u8> = self.frames.iter().flat_map(|frame| frame.to_bytes()).collect();
        timeout_at(end, writer.write_all(&octets)).await.ok()?.ok()?;
        let (mut frames, mut heard) = (Frames::new(reader), Vec::new());
        while heard.len() < self.answers {
            match timeout_at(end, frames.next()).await.ok()? {
                Arrival::Frame(frame) => heard.push(frame),
                Arrival::End | Arrival::Malformed(_) => break,
            }
        }
        (!heard.is_empty()).then_some(heard)
    }
}
