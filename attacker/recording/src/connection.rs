//! One connection of TCP, and who in it is the client.

use crate::{
    packet::Segment,
    session::{Heard, Secret},
    stream::{Piece, Stream},
};
use cryptanalysis::Failure;
use lab::tls::{Closed, Side, Tap};
use std::net::SocketAddr;

/// Both ends, ordered, so that both directions have one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ends(pub(crate) SocketAddr, pub(crate) SocketAddr);

impl Ends {
    pub(crate) fn of(segment: &Segment<'_>) -> Self {
        if segment.from <= segment.to { Self(segment.from, segment.to) } else { Self(segment.to, segment.from) }
    }
}

pub(crate) struct Connection {
    /// Number of the last packet.
    pub(crate) last: u64,
    pub(crate) at: Option<u64>,
    /// Those of the end that is named first, and of the other.
    pub(crate) streams: [Stream; 2],
    /// Which end opened it, where that is known.
    pub(crate) client: Option<usize>,
    pub(crate) tap: Tap,
    /// What each side said: the client, the server.
    pub(crate) heard: [Heard; 2],
    pub(crate) secret: Option<Secret>,
    /// Why no logarithm was found, where one was looked for.
    pub(crate) failure: Option<Failure>,
    /// Names by which its master secret is kept for those that resume it.
    pub(crate) named: usize,
}

impl Connection {
    pub(crate) fn new(at: Option<u64>) -> Self {
        Self {
            last: 0,
            at,
            streams: Default::default(),
            client: None,
            tap: Tap::new(),
            heard: Default::default(),
            secret: None,
            failure: None,
            named: 0,
        }
    }

    /// Takes what one end said next.
    pub(crate) fn piece(&mut self, end: usize, piece: Piece<'_>) {
        if self.client.is_none()
            && let Piece::Data(text) = piece
        {
            match opening(text) {
                Ok(Side::Client) => self.client = Some(end),
                Ok(Side::Server) => self.client = Some(1 - end),
                Err(why) => self.tap.close(why),
            }
        }
        let side = self.side(end);
        match piece {
            Piece::Data(text) => self.tap.feed(side, text),
            Piece::Gap(octets) => self.tap.gap(side, octets),
        }
    }

    pub(crate) fn side(&self, end: usize) -> Side {
        if self.client.unwrap_or_default() == end { Side::Client } else { Side::Server }
    }

    pub(crate) fn held(&self) -> usize {
        self.streams.iter().map(Stream::held).sum()
    }

    /// What belongs to no session of TLS: it is counted, and not told one by one.
    pub(crate) fn is_other(&self) -> bool {
        self.tap.client().is_none() && !matches!(self.tap.closed(), Some(Closed::Begun))
    }
}

/// Who says this first: the client's hello, the server's, or something from the middle.
fn opening(text: &[u8]) -> Result<Side, Closed> {
    match *text {
        [22, 3, _, _, _, 1, ..] => Ok(Side::Client),
        [22, 3, _, _, _, 2, ..] => Ok(Side::Server),
        [20..=23, 3, 0..=4, ..] => Err(Closed::Begun),
        _ => Err(Closed::NotTls),
    }
}
