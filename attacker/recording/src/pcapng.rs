//! Writing a recording: pcapng (draft-ietf-opsawg-pcapng) with times in nanoseconds, one whole block at a time, so that
//! whoever reads along never meets half a packet for long.

use std::{
    io::{self, Write},
    net::Ipv4Addr,
};

/// Packets begin with the header of IP.
const LINKTYPE_RAW: u16 = 101;

/// Block types (section 11.1).
mod kind {
    pub(super) const SECTION_HEADER: u32 = 0x0a0d_0d0a;
    pub(super) const INTERFACE_DESCRIPTION: u32 = 1;
    pub(super) const NAME_RESOLUTION: u32 = 4;
    pub(super) const ENHANCED_PACKET: u32 = 6;
}

/// Options (sections 3.5, 4.1 and 4.2).
mod option {
    pub(super) const COMMENT: u16 = 1;
    pub(super) const INTERFACE_NAME: u16 = 2;
    pub(super) const INTERFACE_DESCRIPTION: u16 = 3;
    pub(super) const SECTION_APPLICATION: u16 = 4;
    pub(super) const INTERFACE_RESOLUTION: u16 = 9;
}

/// if_tsresol: units of 10^-9 seconds.
const NANOSECONDS: u8 = 9;
/// Octets of an option: its length has two.
const LONGEST_OPTION: usize = u16::MAX as usize;

/// Where packets were seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Interface<'a> {
    /// Its name; none where it is empty.
    pub name: &'a str,
    /// What it is, for people.
    pub description: &'a str,
}

/// What a recording says before its first packet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Preface<'a> {
    /// The program that wrote it.
    pub application: &'a str,
    /// What is to be said of all of it.
    pub comments: &'a [String],
    /// Its interfaces, numbered in this order.
    pub interfaces: &'a [Interface<'a>],
    /// Who has which address.
    pub names: &'a [(Ipv4Addr, &'a str)],
}

/// A recording under way.
pub struct Writer<W> {
    out: W,
}

impl<W: Write> Writer<W> {
    /// Writes the header of a section with one interface.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(out: W) -> io::Result<Self> {
        Self::with(out, &Preface { interfaces: &[Interface::default()], ..Preface::default() })
    }

    /// Writes the header of a section with all that is said beforehand.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn with(mut out: W, preface: &Preface<'_>) -> io::Result<Self> {
        // byte order, version 1.0, a section of unknown length
        let mut section = [&0x1a2b_3c4du32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
        let comments = preface.comments.iter().map(|text| (option::COMMENT, fitting(text)));
        section.extend(options(comments.chain([(option::SECTION_APPLICATION, fitting(preface.application))])));
        let mut blocks = block(kind::SECTION_HEADER, &section);
        for interface in preface.interfaces {
            let mut body = [&LINKTYPE_RAW.to_le_bytes()[..], &[0; 2], &[0; 4]].concat();
            body.extend(options([
                (option::INTERFACE_NAME, fitting(interface.name)),
                (option::INTERFACE_DESCRIPTION, fitting(interface.description)),
                (option::INTERFACE_RESOLUTION, &[NANOSECONDS]),
            ]));
            blocks.extend(block(kind::INTERFACE_DESCRIPTION, &body));
        }
        if !preface.names.is_empty() {
            blocks.extend(block(kind::NAME_RESOLUTION, &names(preface.names)));
        }
        out.write_all(&blocks)?;
        Ok(Self { out })
    }

    /// Writes a packet that was seen so many nanoseconds after the beginning of 1970, on the first interface.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn packet(&mut self, at: u64, data: &[u8]) -> io::Result<()> {
        self.commented(0, at, data, &[])
    }

    /// Writes a packet that was seen on this interface, with what is to be said of it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn commented(&mut self, interface: u32, at: u64, data: &[u8], comments: &[String]) -> io::Result<()> {
        let length = u32::try_from(data.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let (high, low) = ((at >> 32) as u32, at as u32);
        let mut body: Vec<u8> =
            [interface, high, low, length, length].iter().flat_map(|word| word.to_le_bytes()).collect();
        body.extend(data);
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(options(comments.iter().map(|text| (option::COMMENT, fitting(text)))));
        self.out.write_all(&block(kind::ENHANCED_PACKET, &body))
    }

    /// Where it is written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// The options that say something, and their end; nothing where none does.
fn options<'a>(all: impl IntoIterator<Item = (u16, &'a [u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (code, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
        put_option(&mut body, code, value);
    }
    if !body.is_empty() {
        body.extend([0; 4]);
    }
    body
}

/// As much of a text as an option holds, to the end of a character.
fn fitting(text: &str) -> &[u8] {
    let mut end = text.len().min(LONGEST_OPTION);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text.as_bytes()[..end]
}

/// Code, length, value on a boundary of four octets: options and records of names alike.
fn put_option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    body.extend(value);
    body.resize(body.len().next_multiple_of(4), 0);
}

/// nrb_record_ipv4 of each, and their end.
fn names(all: &[(Ipv4Addr, &str)]) -> Vec<u8> {
    const IPV4: u16 = 1;
    let mut body = Vec::new();
    for (address, name) in all {
        put_option(&mut body, IPV4, &[&address.octets()[..], name.as_bytes(), &[0]].concat());
    }
    body.extend([0; 4]);
    body
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
