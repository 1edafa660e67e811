//! The lies of a server: what it does otherwise than RFC 8446 has it, as values.

use crate::tls::message::kind;

/// One deviation. What none says is done as it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// This message is left out.
    Omits(Message),
    /// The last octet of this message is another.
    Alters(Message),
    /// CertificateVerify is signed under this context (section 4.4.3) in the place of the server's.
    SignsUnder(&'static str),
    /// The share of the key agreement is one whose secret everybody knows.
    Shares(Share),
    /// It says that this protocol was agreed upon (RFC 7301), whatever was offered.
    Selects(&'static [u8]),
    /// Sealed records reach the client otherwise than they were sent.
    Sends(Order),
}

/// A message of the server's first flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// Certificate (section 4.4.2).
    Certificate,
    /// CertificateVerify (section 4.4.3).
    CertificateVerify,
    /// Finished (section 4.4.4).
    Finished,
}

impl Message {
    /// Its handshake type.
    pub(super) const fn kind(self) -> u8 {
        match self {
            Self::Certificate => kind::CERTIFICATE,
            Self::CertificateVerify => kind::CERTIFICATE_VERIFY,
            Self::Finished => kind::FINISHED,
        }
    }
}

/// A share of the server's that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// The X25519 half is the point zero, whatever stands beside it: its half of the secret is zero.
    ZeroPoint,
    /// The ML-KEM half is left out, and with it its half of the secret: who fills it up with zeros agrees.
    NoCiphertext,
}

/// What becomes of the records of one answer, by their places in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// This one comes twice.
    Repeated(usize),
    /// These two change places.
    Swapped(usize, usize),
    /// The first bit from the right of the first octet of this one's text is turned over.
    Altered(usize),
}

impl Order {
    /// What reaches the client of these sealed records.
    pub(super) fn apply(self, records: &mut Vec<Vec<u8>>) {
        match self {
            Self::Repeated(place) => {
                if let Some(record) = records.get(place).cloned() {
                    records.insert(place, record);
                }
            }
            Self::Swapped(one, other) if one.max(other) < records.len() => records.swap(one, other),
            Self::Swapped(..) => {}
            Self::Altered(place) => {
                if let Some(octet) = records.get_mut(place).and_then(|record| record.get_mut(5)) {
                    *octet ^= 1;
                }
            }
        }
    }
}
