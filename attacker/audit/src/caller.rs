//! The client of one run against a server: it asks for what only a client that the server believes is given.

use crate::{
    answer::contains,
    attempt::{Attempt, Depth, End, end_of},
    hosts::ADDRESS,
    tls::{self, Presented},
};
use std::{io, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

/// Most that is read of what a server answers: the canary is asked for by itself.
pub(crate) const LONGEST: usize = 1 << 20;
/// No program says when it has begun to listen: it is asked again after so long.
const AGAIN: Duration = Duration::from_millis(10);

/// What a caller comes with who comes once.
pub(crate) struct Caller {
    presented: Presented,
    name: ServerName<'static>,
    /// What the server gives to whom it believes.
    canary: String,
}

impl Caller {
    /// Whoever presents this, to a server of this name.
    ///
    /// # Errors
    /// The name is none.
    pub(crate) fn new(presented: &Presented, name: &str, canary: &str) -> io::Result<Self> {
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        Ok(Self { presented: presented.clone(), name, canary: canary.to_owned() })
    }

    /// Waits until the server listens, then asks once, and notes what comes of it. Whoever waits for this says how long.
    pub(crate) async fn call(&self, port: u16, noted: &mut Vec<Attempt>) {
        let stream = connected(port).await;
        noted.push(Attempt::opened());
        let Some(attempt) = noted.last_mut() else { return };
        attempt.end = match self.converse(stream, attempt).await {
            Ok(()) => End::Closed,
            Err(error) => end_of(&error),
        };
        attempt.decided();
    }

    async fn converse(&self, stream: TcpStream, attempt: &mut Attempt) -> io::Result<()> {
        let shown = self.presented.shown()?;
        let presented = shown.as_ref().map_or(&self.presented, |(shown, _)| shown);
        let (config, met) = tls::calling(presented).map_err(io::Error::other)?;
        attempt.timing = shown.map(|(_, timing)| timing);
        let connecting = TlsConnector::from(config).connect(self.name.clone(), stream);
        let mut stream = connecting.await.inspect_err(|error| {
            // A certificate is TLS, and so is an alert; whoever answers anything else, or nothing, speaks none.
            if met.was_met() || matches!(end_of(error), End::Alert { .. }) {
                attempt.depth = Depth::ClientHello;
            }
        })?;
        attempt.depth = Depth::Handshake;
        attempt.version = stream.get_ref().1.protocol_version().and_then(|version| version.as_str().map(str::to_owned));
        let request = format!("GET /{PATH} HTTP/1.0\r\nHost: {}\r\n\r\n", self.name.to_str());
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await?;
        let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
        while heard.len() < LONGEST {
            let count = match stream.read(&mut buffer).await? {
                0 => break,
                count => count,
            };
            heard.extend_from_slice(&buffer[..count]);
            attempt.depth = attempt.depth.max(Depth::Bytes);
            if contains(&heard, self.canary.as_bytes()) {
                attempt.depth = Depth::Canary;
                break;
            }
        }
        Ok(())
    }
}

/// A connection, as soon as the server listens.
pub(crate) async fn connected(port: u16) -> TcpStream {
    loop {
        match TcpStream::connect((ADDRESS, port)).await {
            Ok(stream) => return stream,
            Err(_) => sleep(AGAIN).await,
        }
    }
}

/// The file in a server's directory in which the canary is, and what is asked for.
pub(crate) const PATH: &str = "canary";
