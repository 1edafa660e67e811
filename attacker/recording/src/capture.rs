//! Files of recorded packets: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), from beginning to end in
//! bounded memory.

use lab::refusal::Refusal;
use pcap_parser::{
    Block, Linktype, PcapBlockOwned, PcapError,
    traits::{PcapNGPacketBlock, PcapReaderIterator},
};
use serde::Serialize;
use serde_json::json;
use std::io::{self, Read};

/// The buffer to begin with, in octets.
const BUFFER: usize = 1 << 20;
/// The longest block that is read, in octets: no packet comes near it.
const LONGEST_BLOCK: usize = 16 << 20;
/// Interfaces that a section may describe.
const MOST_INTERFACES: usize = 1 << 16;

/// A packet as it was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// When it was seen, in nanoseconds since 1970; nothing where the file does not tell.
    pub at: Option<u64>,
    /// What its first header is: a LINKTYPE number.
    pub link: i32,
    /// What was kept of it.
    pub data: &'a [u8],
}

/// How far a file could be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum End {
    /// To its end.
    Complete,
    /// It ends within a block.
    Cut {
        /// Octets before that block.
        at: u64,
    },
    /// What follows is no block, or none that is understood.
    Garbled {
        /// Octets before it.
        at: u64,
    },
}

/// Why nothing of a file is read.
#[derive(Debug)]
pub enum Fault {
    /// It cannot be read.
    Io(io::Error),
    /// It is something else: what, as the texts `instead` tell it.
    Other(&'static str),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<&Fault> for Refusal {
    fn from(fault: &Fault) -> Self {
        match fault {
            Fault::Io(error) => Self::new("said", json!({ "text": error.to_string() })),
            Fault::Other(got) => Self::new("no-recording", json!({ "got": { "is": got } })),
        }
    }
}

lab::refused!(Fault);

/// An interface of a section.
#[derive(Clone, Copy)]
struct Interface {
    link: i32,
    snap: u32,
    /// `if_tsresol`: a negative power of ten, or of two where the high bit is set.
    resolution: u8,
    /// Seconds to be added.
    offset: i64,
}

impl Interface {
    /// Nanoseconds since 1970.
    fn time(self, units: u64) -> Option<u64> {
        let exponent = u32::from(self.resolution & 0x7f);
        let second =
            if self.resolution & 0x80 == 0 { 10u128.checked_pow(exponent)? } else { 1u128.checked_shl(exponent)? };
        let nanoseconds = u128::from(units) * 1_000_000_000 / second;
        let total = i128::try_from(nanoseconds).ok()? + i128::from(self.offset) * 1_000_000_000;
        u64::try_from(total).ok()
    }
}

/// Keeps the fault of a reader, which the parser does not tell.
struct Faithful<'a, R> {
    inner: R,
    fault: &'a std::cell::Cell<Option<io::Error>>,
}

impl<R: Read> Read for Faithful<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.fault.set(Some(error));
                    return Err(io::ErrorKind::Other.into());
                }
                read => return read,
            }
        }
    }
}

/// Reads a file, and hands over each packet in the order of the file.
///
/// # Errors
/// It is no recording, or cannot be read. A recording that is cut off or damaged is no error: its [`End`] tells.
pub fn read(source: impl Read, each: &mut dyn FnMut(Packet<'_>)) -> Result<End, Fault> {
    let fault = std::cell::Cell::new(None);
    let mut source = Faithful { inner: source, fault: &fault };
    // the parser wants the first block at once, however little a pipe gives
    let mut first = vec![0; BUFFER / 16];
    let mut filled = 0;
    while filled < first.len() {
        match source.read(&mut first[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) => return Err(fault.take().unwrap_or(error).into()),
        }
        if filled >= 4 && filled >= first_block(&first[..filled]) {
            break;
        }
    }
    if filled == 0 {
        return Err(Fault::Other("empty-file"));
    }
    first.truncate(filled);
    let source = io::Cursor::new(first).chain(source);
    let mut reader = match pcap_parser::create_reader(BUFFER, source) {
        Ok(reader) => reader,
        Err(PcapError::ReadError) => return Err(fault.take().unwrap_or_else(|| io::ErrorKind::Other.into()).into()),
        Err(_) => return Err(Fault::Other("something-else")),
    };
    let end = blocks(&mut *reader, each);
    drop(reader);
    match fault.take() {
        Some(error) => Err(error.into()),
        None => Ok(end),
    }
}

/// Octets of the first block, as far as they can be seen.
fn first_block(begun: &[u8]) -> usize {
    const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
    match begun {
        [a, b, c, d, ..] if [*a, *b, *c, *d] != SECTION => 24,
        [_, _, _, _, a, b, c, d, m, ..] => {
            let length = [*a, *b, *c, *d];
            let length = if *m == 0x1a { u32::from_be_bytes(length) } else { u32::from_le_bytes(length) };
            usize::try_from(length).unwrap_or(usize::MAX)
        }
        _ => 12,
    }
}

fn blocks(reader: &mut dyn PcapReaderIterator, each: &mut dyn FnMut(Packet<'_>)) -> End {
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut legacy = Interface { link: Linktype::ETHERNET.0, snap: 0, resolution: 6, offset: 0 };
    let mut size = BUFFER;
    loop {
        let (at, waiting) = (reader.consumed() as u64, reader.data().len());
        let used = match reader.next() {
            Ok((used, block)) => {
                if !packet(&block, &mut interfaces, &mut legacy, each) {
                    return End::Garbled { at };
                }
                used
            }
            Err(PcapError::Eof) => return End::Complete,
            Err(PcapError::UnexpectedEof) if waiting == 0 => return End::Complete,
            Err(PcapError::UnexpectedEof) => return End::Cut { at },
            Err(PcapError::Incomplete(_)) => {
                if reader.refill().is_err() {
                    return End::Cut { at };
                }
                if reader.reader_exhausted() || reader.data().len() > waiting {
                    continue;
                }
                0
            }
            Err(PcapError::BufferTooSmall) => 0,
            Err(_) => return End::Garbled { at },
        };
        if used == 0 {
            // the block is longer than the buffer
            size *= 2;
            if size > LONGEST_BLOCK || !reader.grow(size) {
                return End::Garbled { at };
            }
            if reader.refill().is_err() {
                return End::Cut { at };
            }
            continue;
        }
        reader.consume(used);
    }
}

/// Takes what a block tells; whether it could be understood.
fn packet(
    block: &PcapBlockOwned<'_>,
    interfaces: &mut Vec<Interface>,
    legacy: &mut Interface,
    each: &mut dyn FnMut(Packet<'_>),
) -> bool {
    match block {
        PcapBlockOwned::LegacyHeader(header) => {
            // the upper bits tell of frame check sequences
            legacy.link = header.network.0 & 0xffff;
            legacy.resolution = if header.is_nanosecond_precision() { 9 } else { 6 };
        }
        PcapBlockOwned::Legacy(block) => {
            let second = if legacy.resolution == 9 { 1_000_000_000 } else { 1_000_000 };
            let units = u64::from(block.ts_sec) * second + u64::from(block.ts_usec);
            each(Packet { at: legacy.time(units), link: legacy.link, data: block.data });
        }
        PcapBlockOwned::NG(Block::SectionHeader(_)) => interfaces.clear(),
        PcapBlockOwned::NG(Block::InterfaceDescription(it)) => {
            if interfaces.len() >= MOST_INTERFACES {
                return false;
            }
            let (link, snap) = (it.linktype.0 & 0xffff, it.snaplen);
            interfaces.push(Interface { link, snap, resolution: it.if_tsresol, offset: it.if_tsoffset });
        }
        PcapBlockOwned::NG(Block::EnhancedPacket(it)) => {
            let interface = usize::try_from(it.if_id).ok().and_then(|index| interfaces.get(index));
            let Some(interface) = interface else { return false };
            let units = u64::from(it.ts_high) << 32 | u64::from(it.ts_low);
            let Some(data) = it.data.get(..it.caplen as usize) else { return false };
            each(Packet { at: interface.time(units), link: interface.link, data });
        }
        PcapBlockOwned::NG(Block::SimplePacket(it)) => {
            let Some(interface) = interfaces.first() else { return false };
            let data = it.packet_data();
            let snapped = if interface.snap == 0 { data.len() } else { data.len().min(interface.snap as usize) };
            each(Packet { at: None, link: interface.link, data: &data[..snapped] });
        }
        PcapBlockOwned::NG(_) => {}
    }
    true
}
