//! Ports for servers under audit, which listen by themselves: nobody else is given one between its choice and its use.

use crate::hosts::ADDRESS;
use process::authorities::random;
use std::{
    io,
    net::{TcpListener, UdpSocket},
};

/// The first of them, and how many there are: below those that systems hand out to whoever asks for any (RFC 6335 section 6:
/// from 49152; Linux: from 32768).
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// A port for TCP that no other audit is given while this is held, in whatever process.
#[derive(Debug)]
pub(crate) struct Reserved {
    pub(crate) port: u16,
    /// The port of the same number for UDP, which nobody wants: who has it has the other.
    _held: UdpSocket,
}

/// A port on which nobody listens.
///
/// # Errors
/// There is none left.
pub(crate) fn reserve() -> io::Result<Reserved> {
    let [high, low, ..] = random()?;
    let begin = u16::from_be_bytes([high, low]) % COUNT;
    let candidates = (0..COUNT).map(|step| FIRST + (begin + step) % COUNT);
    let mut free = candidates.filter_map(|port| {
        let held = UdpSocket::bind((ADDRESS, port)).ok()?;
        // closed at once: whoever is audited is to listen there
        TcpListener::bind((ADDRESS, port)).ok()?;
        Some(Reserved { port, _held: held })
    });
    free.next().ok_or_else(|| io::ErrorKind::AddrInUse.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn nobody_is_given_a_port_that_somebody_has() {
        let held: Vec<Reserved> = (0..200).map(|_| reserve().unwrap()).collect();
        let ports: BTreeSet<u16> = held.iter().map(|reserved| reserved.port).collect();
        assert_eq!(ports.len(), held.len());
        // The server itself is not kept from it.
        let listeners: Vec<TcpListener> =
            held.iter().map(|reserved| TcpListener::bind((ADDRESS, reserved.port)).unwrap()).collect();
        let before = held[0].port;
        drop(held);
        assert!(UdpSocket::bind((ADDRESS, before)).is_ok());
        drop(listeners);
    }
}
