//! Peers that mean no good: each keeps a connection for as long as it is let, and costs as much as it can.

use crate::programs::DEADLINE;
use crate::staging::stage;
use attacker::leg::Leg;
use lab::{
    algebra::real::Real,
    modes,
    party::{Command, Input, Party},
    record::Content,
    role::Role,
    staging::Setting,
    victim::{Kept, Victim},
    wire::{Decoder, Frame},
};
use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// The pause between two pieces of what trickles.
const PACE: Duration = Duration::from_millis(40);

/// What a peer does after it has connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Says nothing.
    Idle,
    /// Sends its first flight octet by octet.
    Trickle,
    /// Sends its first flight and falls silent.
    Hello,
    /// Does its whole handshake, and then sends one empty record after the other.
    EmptyRecords,
    /// Sends its first flight again and again, as fast as it is taken.
    Hellos,
    /// Announces a frame that is longer than any.
    Oversize,
    /// Breaks off when the answer comes, without having read it.
    Reset,
}

impl Peer {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Idle, Self::Trickle, Self::Hello, Self::EmptyRecords, Self::Hellos, Self::Oversize, Self::Reset];

    /// Does so until the other side has ended the connection, whose mode is `ecdh`.
    ///
    /// # Panics
    /// If it is let go on for ever.
    pub fn behave(self, address: &str) {
        let mut stream = TcpStream::connect(address).expect("somebody who listens");
        stream.set_read_timeout(Some(PACE)).expect("a timeout");
        let hello = hello("ecdh").to_bytes();
        match self {
            Self::Idle => until_ended(stream, |_| true),
            Self::Trickle => {
                let mut octets = hello.into_iter();
                until_ended(stream, |stream| octets.next().is_none_or(|octet| stream.write_all(&[octet]).is_ok()));
            }
            Self::Hello => {
                let _ = stream.write_all(&hello);
                until_ended(stream, |_| true);
            }
            Self::EmptyRecords => {
                let Some(leg) = handshake(&mut stream) else { return };
                let records = (0..).map_while(|sequence| leg.seal(Role::Client, sequence, &Content::Data(Vec::new())));
                let mut records = records.map(|record| record.to_bytes());
                until_ended(stream, |stream| records.next().is_none_or(|record| stream.write_all(&record).is_ok()));
            }
            Self::Hellos => {
                let begin = Instant::now();
                while stream.write_all(&hello).is_ok() {
                    assert!(begin.elapsed() < DEADLINE, "it is let go on for ever");
                }
            }
            Self::Oversize => {
                let _ = stream.write_all(&[1, 0xff, 0xff, 0xff]);
                until_ended(stream, |_| true);
            }
            Self::Reset => {
                let _ = stream.write_all(&hello);
                let _ = stream.set_read_timeout(Some(DEADLINE));
                // What is left unread when a socket is closed resets the connection.
                let _ = stream.peek(&mut [0]);
            }
        }
    }
}

/// What somebody keeps doing to any port, whatever is behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Besieger {
    /// Connects and says nothing.
    Silent,
    /// Sends a request, or a first flight, octet by octet.
    Trickle,
    /// Sends half of one and stays.
    Half,
    /// Sends what is nothing, as much as is taken.
    Garbage,
    /// Announces more than anybody takes.
    Oversize,
    /// Comes, asks and is gone before the answer.
    Stray,
}

impl Besieger {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Silent, Self::Trickle, Self::Half, Self::Garbage, Self::Oversize, Self::Stray];

    /// Does so, and again as often as it is thrown out, until `over`; answers with how often it came.
    pub fn besiege(self, port: u16, over: &AtomicBool) -> usize {
        let (address, mut visits) = (SocketAddr::from((Ipv4Addr::LOCALHOST, port)), 0);
        let request = format!("POST /api/sessions HTTP/1.1\r\nhost: {address}\r\ncontent-length: 99999999999\r\n\r\n");
        let sayings = [request.into_bytes(), hello("ecdh").to_bytes()];
        let begin = Instant::now();
        while !over.load(Ordering::Relaxed) && begin.elapsed() < DEADLINE {
            // To one of the two it is garbage, whichever of the two listens.
            let said = &sayings[visits % 2];
            // So many a second that this machine does not run out of ports for them.
            thread::sleep(PACE / 20);
            let Ok(mut stream) = TcpStream::connect(address) else { continue };
            let _ = (stream.set_read_timeout(Some(PACE)), stream.set_write_timeout(Some(PACE)));
            visits += 1;
            let mut octets = said.iter();
            let first = match self {
                Self::Silent | Self::Trickle => &[][..],
                Self::Half => &said[..said.len() / 2],
                Self::Garbage => &[0xff; 4096],
                Self::Oversize => &[1, 0xff, 0xff, 0xff],
                Self::Stray => said,
            };
            let _ = stream.write_all(first);
            if self == Self::Stray {
                continue;
            }
            until_ended(stream, |stream| {
                let goes_on = match self {
                    Self::Trickle => octets.next().is_none_or(|octet| stream.write_all(&[*octet]).is_ok()),
                    Self::Garbage => stream.write_all(first).is_ok(),
                    _ => true,
                };
                goes_on && !over.load(Ordering::Relaxed)
            });
        }
        visits
    }
}

/// A client's first flight, by a seed of its own.
///
/// # Panics
/// If the mode is none.
pub fn hello(mode: &str) -> Frame {
    let scenario = format!("{mode}/relay").parse().expect("a scenario");
    let order = stage(&scenario, &Setting::new("peer", [7; 32], 0)).expect("orders").client;
    let mut client = Victim::new(Role::Client, &order, Kept::default()).expect("a client");
    let sent = client.handle(Input::Open).into_iter().find_map(|command| match command {
        Command::Send(frame) => Some(frame),
        _ => None,
    });
    sent.expect("a first flight")
}

/// The next frame that comes; nothing where the connection ends before.
pub fn next_frame(stream: &mut TcpStream, decoder: &mut Decoder) -> Option<Frame> {
    let begin = Instant::now();
    let mut chunk = [0; 4096];
    loop {
        if let Some(frame) = decoder.next_frame().ok()? {
            return Some(frame);
        }
        match stream.read(&mut chunk) {
            Ok(0) => return None,
            Ok(read) => decoder.push(&chunk[..read]),
            Err(error) if pauses(&error) => assert!(begin.elapsed() < DEADLINE, "no frame comes"),
            Err(_) => return None,
        }
    }
}

/// Does a client's handshake of `ecdh`; answers with what seals its records.
fn handshake(stream: &mut TcpStream) -> Option<Leg> {
    let mode = modes::find("ecdh")?;
    let observed = Leg::new(mode, Real::new([1; 32]), Vec::new(), &[]).observe(&hello("ecdh"))?;
    let mut leg = Leg::new(mode, Real::new([2; 32]), Vec::new(), &["client_secret"]);
    stream.write_all(&leg.compose(&observed, &[])?.to_bytes()).ok()?;
    leg.observe(&next_frame(stream, &mut Decoder::default())?)?;
    Some(leg)
}

/// Reads until the other side ends the connection; whenever nothing has come for a while, goes `on`, if it can.
fn until_ended(mut stream: TcpStream, mut on: impl FnMut(&mut TcpStream) -> bool) {
    let begin = Instant::now();
    let mut chunk = [0; 4096];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if pauses(&error) => {
                assert!(begin.elapsed() < DEADLINE, "it is let go on for ever");
                if !on(&mut stream) {
                    return;
                }
            }
            Err(_) => return,
        }
    }
}

fn pauses(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
