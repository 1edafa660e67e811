//! A relay on this machine that changes nothing and records what passes: connections as a packet capture would have them,
//! without the rights that a packet capture needs.

use crate::{
    conversation::{Conversation, Flag, OPENING, SEGMENT, Way},
    pcapng::Writer,
};
use lab::refusal::Refusal;
use serde_json::json;
use std::{
    fs::File,
    io::{self, Read},
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::Semaphore,
    task::JoinSet,
};

/// Connections at the same time.
const MOST_CONNECTIONS: usize = 64;

/// Why there is no relay.
#[derive(Debug)]
pub enum Fault {
    /// It would reach beyond this machine.
    NotLoopback(IpAddr),
    /// It cannot listen.
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
}

impl From<&Fault> for Refusal {
    fn from(fault: &Fault) -> Self {
        match fault {
            Fault::NotLoopback(got) => Self::new("not-loopback", json!({ "got": got.to_string() })),
            Fault::Listen { address, error } => {
                Self::new("no-listening", json!({ "address": address.to_string(), "why": error.to_string() }))
            }
        }
    }
}

lab::refused!(Fault);

/// What is recorded, shared by the connections.
#[derive(Clone)]
pub struct Recorder {
    file: Arc<Mutex<Writer<File>>>,
    written: SyncSender<()>,
}

/// A recording that still grows: its reader waits at the end for more, until no recorder is left.
pub struct Growing {
    file: File,
    written: Receiver<()>,
}

/// Begins a recording in a file, which is read along through another handle of it.
///
/// # Errors
/// It cannot be written.
pub fn recorder(file: File, again: File) -> io::Result<(Recorder, Growing)> {
    let (sender, written) = sync_channel(1);
    let file = Arc::new(Mutex::new(Writer::new(file)?));
    Ok((Recorder { file, written: sender }, Growing { file: again, written }))
}

impl Recorder {
    fn packet(&self, bytes: &[u8]) -> io::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut file = self.file.lock().map_err(|_| io::ErrorKind::Other)?;
        file.packet(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX), bytes)?;
        drop(file);
        // a notice that waits already is enough
        let _ = self.written.try_send(());
        Ok(())
    }
}

impl Read for Growing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.file.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            if self.written.recv().is_err() {
                return self.file.read(buffer);
            }
        }
    }
}

/// A relay that listens.
pub struct Relay {
    listener: TcpListener,
    target: SocketAddr,
}

impl Relay {
    /// Listens on an address of this machine, for connections to another one of it.
    ///
    /// # Errors
    /// One of them is not of this machine, or the first is taken.
    pub async fn bind(listen: SocketAddr, target: SocketAddr) -> Result<Self, Fault> {
        for address in [listen, target] {
            if !address.ip().is_loopback() {
                return Err(Fault::NotLoopback(address.ip()));
            }
        }
        let listener = TcpListener::bind(listen).await;
        let listener = listener.map_err(|error| Fault::Listen { address: listen, error })?;
        Ok(Self { listener, target })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Relays and records until `until` is over; then no more connections are accepted.
    ///
    /// # Errors
    /// No more connections can be accepted.
    pub async fn run(self, recorder: Recorder, until: impl Future<Output = ()>) -> io::Result<Open> {
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let mut connections = JoinSet::new();
        tokio::pin!(until);
        loop {
            let accepted = async {
                let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
                self.listener.accept().await.map(|accepted| (place, accepted))
            };
            let (place, (client, from)) = tokio::select! {
                () = &mut until => return Ok(Open(connections)),
                accepted = accepted => accepted?,
            };
            let (recorder, target) = (recorder.clone(), self.target);
            connections.spawn(async move {
                // whatever ends it early is seen by both ends
                let _ = connection(client, from, target, recorder).await;
                drop(place);
            });
            while connections.try_join_next().is_some() {}
        }
    }
}

/// The connections that are open when no more are accepted. They end when it is dropped.
pub struct Open(JoinSet<()>);

impl Open {
    /// Relays and records until both ends of each have closed it.
    pub async fn finished(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

/// What both directions of a connection are recorded by.
struct Tape {
    recorder: Recorder,
    conversation: Conversation,
}

impl Tape {
    fn segment(&mut self, way: Way, flag: Flag, payload: &[u8]) -> io::Result<()> {
        self.recorder.packet(&self.conversation.segment(way, flag, payload)?)
    }
}

async fn connection(client: TcpStream, from: SocketAddr, target: SocketAddr, recorder: Recorder) -> io::Result<()> {
    let server = TcpStream::connect(target).await?;
    let mut tape = Tape { recorder, conversation: Conversation::new(from, target) };
    for (way, flag) in OPENING {
        tape.segment(way, flag, &[])?;
    }
    let tape = Mutex::new(tape);
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let (one, other) =
        tokio::join!(pass(client_in, server_out, &tape, Way::Onward), pass(server_in, client_out, &tape, Way::Back));
    one.and(other)
}

/// Passes one direction on: what is passed was recorded before.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, tape: &Mutex<Tape>, way: Way) -> io::Result<()> {
    let record = |flag, payload: &[u8]| {
        tape.lock().map_err(|_| io::Error::from(io::ErrorKind::Other))?.segment(way, flag, payload)
    };
    let mut buffer = vec![0; SEGMENT];
    let passed = async {
        loop {
            let read = from.read(&mut buffer).await?;
            if read == 0 {
                return Ok(());
            }
            record(Flag::Data, &buffer[..read])?;
            to.write_all(&buffer[..read]).await?;
        }
    }
    .await;
    record(Flag::Fin, &[])?;
    let _ = to.shutdown().await;
    passed
}
