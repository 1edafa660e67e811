//! Writing a recording: pcapng (draft-ietf-opsawg-pcapng) with times in nanoseconds, one whole block at a time, so that
//! whoever reads along never meets half a packet for long.

use std::io::{self, Write};

/// Packets begin with the header of IP.
const LINKTYPE_RAW: u16 = 101;
/// if_tsresol: units of 10^-9 seconds.
const NANOSECONDS: [u8; 4] = [9, 0, 0, 0];

/// A recording under way.
pub struct Writer<W> {
    out: W,
}

impl<W: Write> Writer<W> {
    /// Writes the section's header and its one interface.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        // byte order, version 1.0, a section of unknown length
        let section = [&0x1a2b_3c4du32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
        let resolution = [&9u16.to_le_bytes()[..], &1u16.to_le_bytes(), &NANOSECONDS, &[0; 4]].concat();
        let interface = [&LINKTYPE_RAW.to_le_bytes()[..], &[0; 2], &[0; 4], &resolution].concat();
        out.write_all(&[block(0x0a0d_0d0a, &section), block(1, &interface)].concat())?;
        Ok(Self { out })
    }

    /// Writes a packet that was seen so many nanoseconds after the beginning of 1970.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn packet(&mut self, at: u64, data: &[u8]) -> io::Result<()> {
        let length = u32::try_from(data.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let (high, low) = ((at >> 32) as u32, at as u32);
        let header: Vec<u8> = [0, high, low, length, length].iter().flat_map(|word| word.to_le_bytes()).collect();
        self.out.write_all(&block(6, &[&header, data].concat()))
    }

    /// Where it is written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// A block: type, length, body on a boundary of four octets, length.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let length = (u32::try_from(padded).unwrap_or(u32::MAX).saturating_add(12)).to_le_bytes();
    let mut block = [&kind.to_le_bytes(), &length, body].concat();
    block.resize(8 + padded, 0);
    block.extend(length);
    block
}
