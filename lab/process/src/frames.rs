//! Frames over TCP.

use crate::{limits::after, reports::Reports};
use lab::{
    control::Report,
    wire::{Decoder, Frame, FrameError},
};
use std::{io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::TcpStream,
    time::{Instant, sleep},
};

/// What a connection brings.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A whole frame.
    Frame(Frame),
    /// Octets that are no frame: nothing after them can be read.
    Malformed(FrameError),
    /// The end of the connection.
    End,
}

/// Octets that are read at a time.
const CHUNK: usize = 8 * 1024;

/// Reads frames from one side of a connection; holds one incomplete frame at most.
#[derive(Debug)]
pub struct Frames<R> {
    reader: R,
    chunk: Vec<u8>,
    decoder: Decoder,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    /// Frames from a connection's beginning.
    pub fn new(reader: R) -> Self {
        Self { reader, chunk: Vec::with_capacity(CHUNK), decoder: Decoder::default() }
    }

    /// What came with what was read before: the next arrival, without waiting for it.
    pub fn ready(&mut self) -> Option<Arrival> {
        match self.decoder.next_frame() {
            Ok(frame) => frame.map(Arrival::Frame),
            Err(error) => Some(Arrival::Malformed(error)),
        }
    }

    /// Waits for the next arrival. A connection that breaks has ended. Safe to cancel.
    pub async fn next(&mut self) -> Arrival {
        loop {
            if let Some(arrival) = self.ready() {
                return arrival;
            }
            self.chunk.clear();
            match self.reader.read_buf(&mut self.chunk).await {
                Ok(0) | Err(_) => {
                    return self.decoder.finish().map_or_else(Arrival::Malformed, |()| Arrival::End);
                }
                Ok(_) => self.decoder.push(&self.chunk),
            }
        }
    }
}

/// How long to wait before another try to connect.
const RETRY: Duration = Duration::from_millis(50);

/// Connects, for as long as `patience` while nobody listens there yet: programs may start in any order, and a port that
/// opens gives no sign that could be awaited.
///
/// # Errors
/// Nobody listened in time, or the address is none.
pub async fn connect(address: &str, patience: Duration) -> io::Result<TcpStream> {
    let end = after(patience);
    loop {
        match attempt(address).await {
            Err(error) if refused(&error) && Instant::now() < end => sleep(RETRY).await,
            connected => return connected,
        }
    }
}

/// Connects, for as long as `time` or else as long as it takes, and says at once where nobody listens yet.
///
/// # Errors
/// As [`connect`].
pub async fn wait_for(address: &str, time: Option<Duration>, reports: &Reports) -> io::Result<TcpStream> {
    match attempt(address).await {
        Err(error) if refused(&error) && time != Some(Duration::ZERO) => {
            reports.send(Report::Waiting { address: address.to_owned() }).await;
            connect(address, time.unwrap_or(Duration::MAX)).await
        }
        connected => connected,
    }
}

async fn attempt(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn refused(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionRefused
}
