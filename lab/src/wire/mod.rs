//! Frames: `kind: u8 | length: u24 big-endian | body`.
//!
//! A frame longer than its kind allows is refused on sight of its header, before anything of it is kept.

pub mod body;

use crate::cause::Cause;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Octets before the body.
pub const HEADER: usize = 4;

/// Octets of the longest body of a record: 16 KiB of data with its type, number and tag.
pub const LONGEST_RECORD: usize = 8 + 1 + 16 * 1024 + 16;

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Kind {
    /// Offers modes and groups, names the session.
    ClientHello = 1,
    /// Picks from the offer.
    ServerHello = 2,
    /// The client's share, where it can only follow the server's group.
    ClientShare = 3,
    /// A certificate chain, leaf first.
    Certificate = 4,
    /// A signature over the transcript so far (RFC 8446 section 4.4.3).
    CertificateVerify = 5,
    /// A MAC over the transcript so far (RFC 8446 section 4.4.4).
    Finished = 6,
    /// What commits its sender to a text (Rivest and Shamir's first half).
    Half = 7,
    /// The text itself (the second half).
    Rest = 8,
    /// What somebody reads to its peer, who knows the voice: others hear it, and cannot change it.
    Spoken = 9,
    /// Asks to change the keys of records (WPA2's third message; RFC 8446 section 4.6.3).
    Rekey = 21,
    /// Says that the new keys are installed (WPA2's fourth message).
    RekeyAck = 22,
    /// A sealed record.
    Record = 23,
}

impl Kind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::ClientHello,
        Self::ServerHello,
        Self::ClientShare,
        Self::Certificate,
        Self::CertificateVerify,
        Self::Finished,
        Self::Half,
        Self::Rest,
        Self::Spoken,
        Self::Rekey,
        Self::RekeyAck,
        Self::Record,
    ];

    /// The kind with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }

    /// The kind's name in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientHello => "client-hello",
            Self::ServerHello => "server-hello",
            Self::ClientShare => "client-share",
            Self::Certificate => "certificate",
            Self::CertificateVerify => "certificate-verify",
            Self::Finished => "finished",
            Self::Half => "half",
            Self::Rest => "rest",
            Self::Spoken => "spoken",
            Self::Rekey => "rekey",
            Self::RekeyAck => "rekey-ack",
            Self::Record => "record",
        }
    }

    /// How a frame of the kind gets to its receiver.
    pub const fn channel(self) -> Channel {
        match self {
            Self::Spoken => Channel::Voice,
            _ => Channel::Line,
        }
    }

    /// Its messages travel among records, once the handshake is done.
    pub const fn is_in_session(self) -> bool {
        matches!(self, Self::Rekey | Self::RekeyAck)
    }

    /// It answers the message before it: whoever asks again is answered again.
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::RekeyAck)
    }

    /// The longest body that the kind may have, in octets.
    pub const fn limit(self) -> usize {
        match self {
            Self::Record => LONGEST_RECORD,
            _ => 64 * 1024,
        }
    }
}

/// By what way something gets from one victim to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Over the line, where the attacker sits.
    Line,
    /// By a voice that the other knows: the attacker hears it, and cannot change, hold or imitate it.
    Voice,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One frame, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is for.
    pub kind: Kind,
    /// What it carries: JSON, or a sealed record.
    pub body: Vec<u8>,
}

impl Frame {
    /// The frame's octets on the wire. A body is at most 2^24 − 1 octets long: [`Decoder`] admits no longer one, and
    /// what this crate composes stays below [`Kind::limit`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.body.len());
        bytes.push(self.kind as u8);
        bytes.extend_from_slice(&(self.body.len() as u32).to_be_bytes()[1..]);
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// The octets in base64url, as events carry them.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.to_bytes())
    }

    /// The frame of this text; `None` where it is none, or more.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut decoder = Decoder::default();
        decoder.push(&URL_SAFE_NO_PAD.decode(text).ok()?);
        let frame = decoder.next_frame().ok()??;
        decoder.finish().is_ok().then_some(frame)
    }
}

/// The octets of base64url text without padding, as events carry them.
pub fn base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Why octets are no frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Cause::from(self))]
pub enum FrameError {
    /// A kind that does not exist.
    Kind(u8),
    /// A length that the kind does not allow.
    TooLong {
        /// The frame's kind.
        kind: Kind,
        /// The kind's limit.
        limit: usize,
        /// What the header announced.
        got: usize,
    },
    /// The connection ended within a frame.
    Truncated {
        /// Octets that had to come, as far as known.
        expected: usize,
        /// Octets that came.
        got: usize,
    },
}

impl From<&FrameError> for Cause {
    fn from(error: &FrameError) -> Self {
        match *error {
            FrameError::Kind(number) => Self::FrameKind { number },
            FrameError::TooLong { kind, limit, got } => {
                Self::FrameLength { kind: kind.to_string(), most: limit, octets: got }
            }
            FrameError::Truncated { expected, got } => Self::FrameCut { expected, octets: got },
        }
    }
}

/// Cuts a stream of octets into frames.
///
/// Holds at most one incomplete frame and the chunk that was pushed last.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    start: usize,
}

impl Decoder {
    /// Takes octets as they come.
    pub fn push(&mut self, octets: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(octets);
    }

    /// The next whole frame, if there is one.
    ///
    /// # Errors
    /// An unknown kind or a length over the kind's limit. The stream is lost then: every further call fails alike.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        let rest = &self.buffer[self.start..];
        let Some(&number) = rest.first() else { return Ok(None) };
        let kind = Kind::from_number(number).ok_or(FrameError::Kind(number))?;
        let &[_, a, b, c, ..] = rest else { return Ok(None) };
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        if length > kind.limit() {
            return Err(FrameError::TooLong { kind, limit: kind.limit(), got: length });
        }
        let Some(body) = rest.get(HEADER..HEADER + length) else { return Ok(None) };
        let frame = Frame { kind, body: body.to_vec() };
        self.start += HEADER + length;
        Ok(Some(frame))
    }

    /// To be called when the connection ends.
    ///
    /// # Errors
    /// The connection ended within a frame.
    pub fn finish(&self) -> Result<(), FrameError> {
        let rest = &self.buffer[self.start..];
        let expected = match rest {
            [] => return Ok(()),
            [_, a, b, c, ..] => HEADER + u32::from_be_bytes([0, *a, *b, *c]) as usize,
            _ => HEADER,
        };
        Err(FrameError::Truncated { expected, got: rest.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: Kind, body: &[u8]) -> Frame {
        Frame { kind, body: body.to_vec() }
    }

    #[test]
    fn frames_arrive_in_any_cut() {
        let frames = [frame(Kind::ClientHello, b"{}"), frame(Kind::Record, &[7; 300]), frame(Kind::Finished, b"")];
        let stream: Vec<u8> = frames.iter().flat_map(Frame::to_bytes).collect();
        for step in [1, 2, 3, 5, 7, 64, stream.len()] {
            let mut decoder = Decoder::default();
            let mut got = Vec::new();
            for chunk in stream.chunks(step) {
                decoder.push(chunk);
                while let Some(frame) = decoder.next_frame().unwrap() {
                    got.push(frame);
                }
            }
            assert_eq!(got, frames);
            assert_eq!(decoder.finish(), Ok(()));
        }
    }

    #[test]
    fn the_header_is_four_octets_big_endian() {
        assert_eq!(frame(Kind::Record, &[0; 258]).to_bytes()[..4], [23, 0, 1, 2]);
    }

    #[test]
    fn a_long_frame_is_refused_before_its_body_comes() {
        let mut decoder = Decoder::default();
        decoder.push(&[1, 1, 0, 1]);
        let refused = FrameError::TooLong { kind: Kind::ClientHello, limit: 65_536, got: 65_537 };
        assert_eq!(decoder.next_frame(), Err(refused));
    }

    #[test]
    fn an_unknown_kind_is_refused_at_its_first_octet() {
        for octet in (0..=u8::MAX).filter(|octet| Kind::ALL.iter().all(|kind| *kind as u8 != *octet)) {
            let mut decoder = Decoder::default();
            decoder.push(&[octet]);
            assert_eq!(decoder.next_frame(), Err(FrameError::Kind(octet)));
        }
    }

    #[test]
    fn a_cut_frame_is_told_at_the_end() {
        let mut decoder = Decoder::default();
        decoder.push(&[1, 0, 0, 5, b'{']);
        assert_eq!(decoder.next_frame(), Ok(None));
        assert_eq!(decoder.finish(), Err(FrameError::Truncated { expected: 9, got: 5 }));
    }
}
