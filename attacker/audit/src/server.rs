//! The server of one run: a port of its own, on loopback where it is not exposed, and what every connection came to.

use crate::{
    answer::{self, Heard, Reply, Secrets},
    attempt::{Attempt, Depth, End, end_of},
    hosts,
    inside::{Through, talk},
    lie::Lie,
    mail::{Dialogue, Next, Speech},
    resumption::Tickets,
    session::Session,
    tls::{self, Presented},
};
use lab::tls::{LONGEST_RECORD, v13};
use process::authorities::random;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::{
    LazyConfigAcceptor,
    rustls::{ServerConfig, server::Acceptor},
};

/// Connections of one run that are told; all are counted.
const TOLD: usize = 200;
/// Connections that are served at the same time; the others wait.
const AT_ONCE: usize = 64;
/// How long a connection may take to end after the client is gone, and its sockets with it.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// The connections of a run.
#[derive(Debug, Default)]
struct Log {
    attempts: Vec<Attempt>,
    count: usize,
}

/// A running server; dropped, it is gone with all its connections.
#[derive(Debug)]
pub(crate) struct Server {
    /// Its port, the same for both families of addresses.
    pub(crate) port: u16,
    log: Arc<Mutex<Log>>,
    accepting: JoinSet<JoinSet<()>>,
    stop: tokio::sync::watch::Sender<()>,
}

/// What every connection of one server needs.
pub(crate) struct Service {
    plain: Arc<ServerConfig>,
    http: Arc<ServerConfig>,
    pub(crate) presented: Presented,
    pub(crate) speech: Speech,
    pub(crate) secrets: Secrets,
    tickets: Arc<Tickets>,
}

impl Service {
    /// How far a client's connection comes at most: what it tells the genuine server is no secret from that.
    fn most(&self) -> Depth {
        if self.presented.lie == Lie::Replayed { Depth::Bytes } else { Depth::Canary }
    }
}

impl Server {
    /// Listens at this address, and presents this.
    ///
    /// # Errors
    /// No port is free, or the key cannot be read.
    pub(crate) async fn start(
        address: IpAddr,
        presented: &Presented,
        speech: Speech,
        secrets: Secrets,
        tickets: Tickets,
    ) -> io::Result<Self> {
        let config = |http| tls::config(presented, http).map_err(io::Error::other);
        let service = Arc::new(Service {
            plain: config(false)?,
            http: config(true)?,
            presented: presented.clone(),
            speech,
            secrets,
            tickets: Arc::new(tickets),
        });
        let (port, listeners) = listen(address).await?;
        let log = Arc::new(Mutex::new(Log::default()));
        let (stop, stopped) = tokio::sync::watch::channel(());
        let mut accepting = JoinSet::new();
        for listener in listeners {
            accepting.spawn(accept(listener, Arc::clone(&service), Arc::clone(&log), stopped.clone()));
        }
        Ok(Self { port, log, accepting, stop })
    }

    /// Stops listening, lets what is still on its way arrive, and tells what every connection came to, and how many there
    /// were.
    pub(crate) async fn finish(mut self) -> (Vec<Attempt>, usize) {
        let _ = self.stop.send(());
        let ended = async {
            while let Some(connections) = self.accepting.join_next().await {
                if let Ok(mut connections) = connections {
                    while connections.join_next().await.is_some() {}
                }
            }
        };
        // Who has not ended by then is told as open.
        let _ = timeout(AFTERWARDS, ended).await;
        let log = lock(&self.log);
        (log.attempts.clone(), log.count)
    }
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One port, on loopback for both families: whoever looks a name up may find either.
async fn listen(address: IpAddr) -> io::Result<(u16, Vec<TcpListener>)> {
    if address != hosts::ADDRESS {
        let listener = TcpListener::bind((address, 0)).await?;
        return Ok((listener.local_addr()?.port(), vec![listener]));
    }
    loop {
        let four = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = four.local_addr()?.port();
        match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await {
            Ok(six) => return Ok((port, vec![four, six])),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            // There is no such family here.
            Err(_) => return Ok((port, vec![four])),
        }
    }
}

/// Takes connections until it is stopped, and answers with those that are still open.
async fn accept(
    listener: TcpListener,
    service: Arc<Service>,
    log: Arc<Mutex<Log>>,
    mut stopped: tokio::sync::watch::Receiver<()>,
) -> JoinSet<()> {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // Whoever connected before the end is heard.
            biased;
            accepted = listener.accept(), if connections.len() < AT_ONCE => match accepted {
                Ok((stream, _)) => {
                    let place = {
                        let mut log = lock(&log);
                        log.count += 1;
                        let told = log.attempts.len() < TOLD;
                        if told {
                            log.attempts.push(Attempt::opened());
                        }
                        told.then(|| log.attempts.len() - 1)
                    };
                    let seen = Seen { log: Arc::clone(&log), place, most: service.most() };
                    connections.spawn(serve(stream, Arc::clone(&service), seen));
                }
                // Too many files are open: those that end make room.
                Err(_) if !connections.is_empty() => { connections.join_next().await; }
                Err(_) => return connections,
            },
            _ = stopped.changed() => return connections,
            _ = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

/// Where one connection's facts go.
pub(crate) struct Seen {
    log: Arc<Mutex<Log>>,
    place: Option<usize>,
    /// How far a connection comes at most.
    most: Depth,
}

impl Seen {
    pub(crate) fn note(&self, note: impl FnOnce(&mut Attempt)) {
        let mut log = lock(&self.log);
        if let Some(attempt) = self.place.and_then(|place| log.attempts.get_mut(place)) {
            note(attempt);
        }
    }

    pub(crate) fn reached(&self, depth: Depth) {
        self.note(|attempt| {
            attempt.depth = attempt.depth.max(depth.min(self.most));
            if attempt.depth >= Depth::Canary {
                attempt.decided();
            }
        });
    }

    /// A connection that is another's than the client's.
    fn another(&self, attempt: Attempt) {
        let mut log = lock(&self.log);
        log.count += 1;
        if log.attempts.len() < TOLD {
            log.attempts.push(attempt);
        }
    }
}

async fn serve(stream: TcpStream, service: Arc<Service>, seen: Seen) {
    let end = match converse(stream, &service, &seen).await {
        Ok(()) => End::Closed,
        Err(error) => end_of(&error),
    };
    seen.note(|attempt| {
        attempt.decided();
        attempt.end = end;
    });
}

/// A record of TLS begins with its type, and a ClientHello is of this one (RFC 8446 section 5.1).
const HANDSHAKE: u8 = 22;

async fn converse(stream: TcpStream, service: &Service, seen: &Seen) -> io::Result<()> {
    let mut stream = stream;
    if service.speech != Speech::Direct && !opened(&mut stream, service, seen).await? {
        return Ok(());
    }
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Ok(());
    }
    if first[0] != HANDSHAKE {
        seen.note(|attempt| attempt.plain = true);
        return talk(&mut Through(stream), service, seen).await;
    }
    if service.presented.lie == Lie::PlainText {
        return rebuff(stream, service, seen).await;
    }
    if let Some(server) = tls::own(&service.presented, &service.tickets, random()?) {
        let tickets = Arc::clone(&service.tickets);
        let mut session = Session::accept(stream, server, tickets, |note| seen.note(note)).await?;
        let talked = talk(&mut session, service, seen).await;
        if service.presented.lie == Lie::Replayed && session.is_early() {
            replay(session.recorded(), service, seen)?;
        }
        return talked;
    }
    let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let hello = start.client_hello();
    seen.note(|attempt| {
        attempt.comes_to(Depth::ClientHello);
        attempt.server_name = hello.server_name().map(str::to_owned);
        attempt.groups = hello.named_groups().into_iter().flatten().map(|group| u16::from(*group)).collect();
    });
    let http = tls::offers_http(&hello);
    let config = match service.presented.shown()? {
        Some((shown, timing)) => {
            seen.note(|attempt| attempt.timing = Some(timing));
            tls::config(&shown, http).map_err(io::Error::other)?
        }
        None => Arc::clone(if http { &service.http } else { &service.plain }),
    };
    let stream = start.into_stream(config).await?;
    let version = stream.get_ref().1.protocol_version().and_then(|version| version.as_str().map(str::to_owned));
    seen.note(|attempt| {
        attempt.comes_to(Depth::Handshake);
        attempt.version = version;
    });
    talk(&mut Through(stream), service, seen).await
}

/// What becomes of a first flight that whoever recorded it sends to another instance of the server, which has the same tickets and
/// has not seen it yet (RFC 8446 section 8).
fn replay(recorded: &[u8], service: &Service, seen: &Seen) -> io::Result<()> {
    let Some(mut server) = tls::own(&service.presented, &service.tickets, random()?) else { return Ok(()) };
    // The client finishes the handshake with the first instance: what it says for that, the other cannot read.
    let _ = server.receive(recorded);
    let mut heard = Heard::default();
    for said in server.heard() {
        if let v13::Heard::Early(text) = said {
            heard.take(&text);
        }
    }
    let mut attempt = Attempt {
        depth: Depth::ClientHello,
        server_name: server.client().and_then(|hello| hello.name.clone()),
        resumed: server.is_resumed(),
        early: heard.is_any(),
        replayed: true,
        end: End::Closed,
        ..Attempt::opened()
    };
    if attempt.early {
        attempt.depth = if heard.has(&service.secrets.canary) { Depth::Canary } else { Depth::Bytes };
    }
    seen.another(attempt);
    Ok(())
}

/// Speaks in plain text until TLS is asked for, and granted; whether it was.
async fn opened(stream: &mut TcpStream, service: &Service, seen: &Seen) -> io::Result<bool> {
    let mut dialogue = Dialogue::new(service.speech, service.presented.lie.opening());
    let (mut heard, mut buffer) = (Heard::default(), [0; 1024]);
    stream.write_all(dialogue.greeting().as_bytes()).await?;
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(false);
        }
        heard.take(&buffer[..count]);
        seen.reached(Depth::Bytes);
        if heard.has(&service.secrets.canary) {
            seen.note(|attempt| attempt.plain = true);
            seen.reached(Depth::Canary);
        }
        let (answers, next) = dialogue.take(&buffer[..count]);
        stream.write_all(&answers).await?;
        match next {
            Next::Command => {}
            Next::Tls => return Ok(true),
            Next::End => return stream.shutdown().await.map(|()| false),
        }
    }
}

/// Answers whoever asks for TLS in plain text, as a server does that knows none.
async fn rebuff(mut stream: TcpStream, service: &Service, seen: &Seen) -> io::Result<()> {
    // No record is longer, and no ClientHello needs more than one.
    let mut hello = vec![0; LONGEST_RECORD];
    let count = stream.read(&mut hello).await?;
    seen.reached(if count > 0 { Depth::ClientHello } else { Depth::Connected });
    stream.write_all(&answer::http(Reply::Nothing, &service.secrets, None).concat()).await?;
    stream.shutdown().await?;
    // until the client has read it, and gone
    while stream.read(&mut hello).await? > 0 {}
    Ok(())
}
