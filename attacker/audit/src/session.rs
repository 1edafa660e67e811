//! A session of the lab's own TLS over a socket.

use crate::{
    ability::VERSION,
    attempt::{Attempt, Depth},
    resumption::Tickets,
};
use lab::tls::v13::{Heard, Server};
use std::{io, sync::Arc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Its server's end.
pub(crate) struct Session {
    stream: TcpStream,
    server: Server,
    /// What the client said and nobody has asked for yet.
    heard: Vec<u8>,
    established: bool,
    closed: bool,
    /// The client said something before the handshake was finished.
    early: bool,
    tickets: Arc<Tickets>,
    /// What arrived until the handshake was finished, as far as it is kept.
    recorded: Vec<u8>,
}

/// Most that is kept of what arrives until then.
const LONGEST: usize = 64 << 10;

impl Session {
    /// Awaits the end of the handshake, and notes how far the client comes with it.
    ///
    /// # Errors
    /// What is wrong with what the client says, which it is told; or with the connection.
    pub(crate) async fn accept(
        stream: TcpStream,
        server: Server,
        tickets: Arc<Tickets>,
        note: impl Fn(&dyn Fn(&mut Attempt)),
    ) -> io::Result<Self> {
        let (heard, recorded) = (Vec::new(), Vec::new());
        let [established, closed, early] = [false; 3];
        let mut session = Self { stream, server, heard, established, closed, early, tickets, recorded };
        while !session.established {
            let received = session.receive().await;
            if let Some(hello) = session.server.client() {
                note(&|attempt| {
                    attempt.comes_to(Depth::ClientHello);
                    attempt.server_name.clone_from(&hello.name);
                    attempt.groups.clone_from(&hello.groups);
                });
            }
            if !received? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        note(&|attempt| {
            attempt.comes_to(Depth::Handshake);
            attempt.version = Some(VERSION.to_owned());
            attempt.resumed = session.server.is_resumed();
            attempt.early = session.early;
        });
        Ok(session)
    }

    /// What the client sent until the handshake was finished, as whoever is between the two records it.
    pub(crate) fn recorded(&self) -> &[u8] {
        &self.recorded
    }

    /// Whether the client said something before that.
    pub(crate) fn is_early(&self) -> bool {
        self.early
    }

    /// What the client says next, as much of it as there is room for; 0 where it says that it is over.
    ///
    /// # Errors
    /// What is wrong with what it says, or with the connection.
    pub(crate) async fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while self.heard.is_empty() && !self.closed {
            if !self.receive().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let count = room.len().min(self.heard.len());
        room[..count].copy_from_slice(&self.heard[..count]);
        self.heard.drain(..count);
        Ok(count)
    }

    /// Says this, which is not the last.
    ///
    /// # Errors
    /// The connection's.
    pub(crate) async fn say(&mut self, text: &[u8]) -> io::Result<()> {
        self.server.say(text);
        self.flush().await
    }

    /// Says these, a record each, and that it is over.
    ///
    /// # Errors
    /// The connection's.
    pub(crate) async fn answer(&mut self, pieces: &[Vec<u8>]) -> io::Result<()> {
        self.server.answer(pieces);
        self.server.close();
        self.flush().await?;
        self.stream.shutdown().await
    }

    /// Takes in what arrives next; whether anything did.
    async fn receive(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 4096];
        let count = self.stream.read(&mut buffer).await?;
        if !self.established && self.recorded.len() < LONGEST {
            self.recorded.extend_from_slice(&buffer[..count]);
        }
        let received = self.server.receive(&buffer[..count]);
        for heard in self.server.heard() {
            match heard {
                Heard::Established => {
                    self.established = true;
                    if let Some(ticket) = self.server.ticket() {
                        self.tickets.give(ticket)?;
                    }
                }
                Heard::Early(text) => {
                    self.early = true;
                    self.heard.extend_from_slice(&text);
                }
                Heard::Data(text) => self.heard.extend_from_slice(&text),
                Heard::Closed => self.closed = true,
            }
        }
        let sent = self.flush().await;
        received.map_err(io::Error::other)?;
        sent?;
        Ok(count > 0)
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.server.take()).await
    }
}
