//! One connection of TCP (RFC 9293) as the packets of IP that a capture of it holds: numbered, acknowledged, with their checksums.

use etherparse::PacketBuilder;
use std::{
    io,
    net::{IpAddr, SocketAddr},
};

/// Octets of a segment at most: what fits a packet of IP with its headers.
pub const SEGMENT: usize = 16 << 10;

/// How a connection is opened, in the order of section 3.5.
pub const OPENING: [(Way, Flag); 3] = [(Way::Onward, Flag::Syn), (Way::Back, Flag::Syn), (Way::Onward, Flag::Ack)];

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From who opened the connection.
    Onward,
    /// To who opened it.
    Back,
}

impl Way {
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Onward => Self::Back,
            Self::Back => Self::Onward,
        }
    }
}

/// What a segment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// It opens its direction.
    Syn,
    /// It acknowledges, and that is all.
    Ack,
    /// It carries octets.
    Data,
    /// It ends its direction.
    Fin,
}

/// A connection as far as it is recorded.
#[derive(Clone, Debug)]
pub struct Conversation {
    ends: [SocketAddr; 2],
    /// The number of the next octet, of each direction.
    next: [u32; 2],
}

impl Conversation {
    /// A connection that `client` opens to `server`.
    pub fn new(client: SocketAddr, server: SocketAddr) -> Self {
        Self { ends: [client, server], next: [0; 2] }
    }

    /// The next packet of a direction: it acknowledges all that went the other way.
    ///
    /// # Errors
    /// The payload is too long for one packet: more than [`SEGMENT`] octets may be.
    pub fn segment(&mut self, way: Way, flag: Flag, payload: &[u8]) -> io::Result<Vec<u8>> {
        let (from, to) = (self.ends[way as usize], self.ends[way.other() as usize]);
        let acknowledged = self.next[way.other() as usize];
        let builder = match (from.ip(), to.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => PacketBuilder::ipv4(from.octets(), to.octets(), 64),
            (from, to) => PacketBuilder::ipv6(wide(from), wide(to), 64),
        };
        let next = &mut self.next[way as usize];
        let tcp = builder.tcp(from.port(), to.port(), *next, u16::MAX);
        let tcp = match (flag, way) {
            (Flag::Syn, Way::Onward) => tcp.syn(),
            (Flag::Syn, Way::Back) => tcp.syn().ack(acknowledged),
            (Flag::Ack, _) => tcp.ack(acknowledged),
            (Flag::Data, _) => tcp.psh().ack(acknowledged),
            (Flag::Fin, _) => tcp.fin().ack(acknowledged),
        };
        let mut packet = Vec::with_capacity(tcp.size(payload.len()));
        tcp.write(&mut packet, payload).map_err(io::Error::other)?;
        let octets = payload.len() as u32 + u32::from(matches!(flag, Flag::Syn | Flag::Fin));
        *next = next.wrapping_add(octets);
        Ok(packet)
    }
}

fn wide(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}
