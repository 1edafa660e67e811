//! Records (RFC 5246 section 6.2): type, version, length, body, from a stream in pieces of any size.

use super::reader::Malformed;

/// Octets of the longest body (RFC 5246 section 6.2.3).
pub const LONGEST_RECORD: usize = (1 << 14) + 2048;
/// Octets before the body.
pub(super) const HEADER: usize = 5;

/// Content types (RFC 5246 appendix A.1).
pub mod content {
    /// A change of ciphers; in TLS 1.3 it says nothing.
    pub const CHANGE_CIPHER_SPEC: u8 = 20;
    /// An alert.
    pub const ALERT: u8 = 21;
    /// A piece of a handshake.
    pub const HANDSHAKE: u8 = 22;
    /// Application data; in TLS 1.3 whatever is sealed.
    pub const APPLICATION_DATA: u8 = 23;
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it carries.
    pub kind: u8,
    /// What its header says of the version.
    pub version: [u8; 2],
    /// As it stands on the wire.
    pub body: Vec<u8>,
}

/// The records of one direction.
#[derive(Debug, Default)]
pub struct Records {
    buffer: Vec<u8>,
    /// What of it was taken.
    at: usize,
}

impl Records {
    /// Adds what arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.at > LONGEST_RECORD || self.at == self.buffer.len() {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Octets that wait.
    pub fn waiting(&self) -> usize {
        self.buffer.len() - self.at
    }

    /// The next record, if it is whole.
    ///
    /// # Errors
    /// What stands there is no record.
    pub fn take(&mut self) -> Result<Option<Record>, Malformed> {
        let Some((header, rest)) = self.buffer[self.at..].split_first_chunk::<HEADER>() else { return Ok(None) };
        let [kind, major, minor, high, low] = *header;
        if !(content::CHANGE_CIPHER_SPEC..=content::APPLICATION_DATA).contains(&kind) {
            return Err(Malformed::new("record type", "20 to 23", kind));
        }
        if major != 3 {
            return Err(Malformed::new("record version", "3.x", format!("{major}.{minor}")));
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > LONGEST_RECORD {
            return Err(Malformed::new("record length", "at most 18432 octets", length));
        }
        let Some(body) = rest.get(..length) else { return Ok(None) };
        let record = Record { kind, version: [major, minor], body: body.to_vec() };
        self.at += HEADER + length;
        Ok(Some(record))
    }

    /// Drops one octet, to look for a record elsewhere; whether there was one.
    pub(super) fn skip(&mut self) -> bool {
        let there = self.waiting() > 0;
        self.at += usize::from(there);
        there
    }

    /// Drops everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Puts the reading position back before the record that was just taken.
    pub(super) fn put_back(&mut self, record: &Record) {
        self.at -= HEADER + record.body.len();
    }
}
