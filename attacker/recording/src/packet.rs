//! What a packet is: a segment of TCP (RFC 9293), or why it is none.

use crate::capture::Packet;
use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, TransportSlice, ether_type};
use serde::Serialize;
use std::net::{IpAddr, SocketAddr};

/// A segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Who sent it.
    pub from: SocketAddr,
    /// To whom.
    pub to: SocketAddr,
    /// Number of its first octet, modulo 2^32.
    pub sequence: u32,
    /// It opens a direction.
    pub syn: bool,
    /// It acknowledges something: the first of a connection does not.
    pub ack: bool,
    /// It ends its direction.
    pub fin: bool,
    /// It ends the connection.
    pub rst: bool,
    /// What was captured of its octets.
    pub payload: &'a [u8],
}

/// Packets that are no segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Other {
    /// Another protocol: UDP, ARP, and so on.
    Protocol,
    /// A part of a packet that was fragmented on its way (RFC 791): fragments are not put together.
    Fragment,
    /// So little was captured of it that its headers are not whole, or they contradict themselves.
    Headless,
    /// A kind of link that is not understood.
    Link,
}

/// LINKTYPE numbers whose packets are read.
mod link {
    pub(super) const NULL: i32 = 0;
    pub(super) const ETHERNET: i32 = 1;
    pub(super) const RAW_BSD: i32 = 12;
    pub(super) const RAW_OPENBSD: i32 = 14;
    pub(super) const RAW: i32 = 101;
    pub(super) const LOOP: i32 = 108;
    pub(super) const LINUX_SLL: i32 = 113;
    pub(super) const IPV4: i32 = 228;
    pub(super) const IPV6: i32 = 229;
    pub(super) const LINUX_SLL2: i32 = 276;
}

/// Reads a packet from its first header down to TCP.
///
/// # Errors
/// It is none of TCP, or cannot be read.
pub fn segment<'a>(packet: &Packet<'a>) -> Result<Segment<'a>, Other> {
    let data = packet.data;
    let sliced = match packet.link {
        link::ETHERNET => LaxSlicedPacket::from_ethernet(data).map_err(|_| Other::Headless)?,
        // the family of the address in the host's order, which the version in the header tells again
        link::NULL | link::LOOP => ip(data.get(4..))?,
        link::RAW_BSD | link::RAW_OPENBSD | link::RAW | link::IPV4 | link::IPV6 => ip(Some(data))?,
        link::LINUX_SLL => cooked(data.get(14..16), data.get(16..))?,
        link::LINUX_SLL2 => cooked(data.get(0..2), data.get(20..))?,
        _ => return Err(Other::Link),
    };
    let (source, target, body) = match &sliced.net {
        Some(LaxNetSlice::Ipv4(it)) => {
            (IpAddr::V4(it.header().source_addr()), IpAddr::V4(it.header().destination_addr()), it.payload())
        }
        Some(LaxNetSlice::Ipv6(it)) => {
            (IpAddr::V6(it.header().source_addr()), IpAddr::V6(it.header().destination_addr()), it.payload())
        }
        Some(LaxNetSlice::Arp(_)) => return Err(Other::Protocol),
        None => return Err(if sliced.stop_err.is_some() { Other::Headless } else { Other::Protocol }),
    };
    if body.fragmented {
        return Err(Other::Fragment);
    }
    match &sliced.transport {
        Some(TransportSlice::Tcp(tcp)) => Ok(Segment {
            from: SocketAddr::new(source, tcp.source_port()),
            to: SocketAddr::new(target, tcp.destination_port()),
            sequence: tcp.sequence_number(),
            syn: tcp.syn(),
            ack: tcp.ack(),
            fin: tcp.fin(),
            rst: tcp.rst(),
            payload: tcp.payload(),
        }),
        Some(_) => Err(Other::Protocol),
        None => Err(if sliced.stop_err.is_some() { Other::Headless } else { Other::Protocol }),
    }
}

fn ip(data: Option<&[u8]>) -> Result<LaxSlicedPacket<'_>, Other> {
    LaxSlicedPacket::from_ip(data.ok_or(Other::Headless)?).map_err(|_| Other::Headless)
}

fn cooked<'a>(kind: Option<&[u8]>, data: Option<&'a [u8]>) -> Result<LaxSlicedPacket<'a>, Other> {
    let (Some([high, low]), Some(data)) = (kind, data) else { return Err(Other::Headless) };
    let kind = EtherType(u16::from_be_bytes([*high, *low]));
    match kind {
        ether_type::IPV4 | ether_type::IPV6 | ether_type::VLAN_TAGGED_FRAME | ether_type::PROVIDER_BRIDGING => {
            Ok(LaxSlicedPacket::from_ether_type(kind, data))
        }
        _ => Err(Other::Protocol),
    }
}
