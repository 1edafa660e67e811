//! What both ends do alike: records in and out, messages put together, the transcript of the handshake.

use super::{
    LEGACY, Protection, Secret, Suite,
    fault::{Fault, LONGEST_MESSAGE},
    message,
    protect::LONGEST_TEXT,
};
use crate::{
    check::{Status, Switches},
    checks,
    tls::{
        message::kind,
        reader::Malformed,
        record::{Record, Records, content},
    },
};
use sha2::{Digest, Sha256};

/// Octets before the body of a handshake message.
const HEADER: usize = 4;
/// close_notify (RFC 8446 section 6.1).
const CLOSE_NOTIFY: u8 = 0;
/// Levels of alerts.
const WARNING: u8 = 1;
const FATAL: u8 = 2;
/// The type of what stands for the first of two ClientHellos (section 4.4.1).
const MESSAGE_HASH: u8 = 254;
/// What whoever updates its key asks of the other (section 4.6.3).
const UPDATE_REQUESTED: u8 = 1;

/// What a session says to whoever holds this end of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The client said this before the handshake was finished (RFC 8446 section 2.3): who has recorded it may have said it.
    Early(Vec<u8>),
    /// The handshake is finished.
    Established,
    /// The peer said this.
    Data(Vec<u8>),
    /// The peer said that it is over.
    Closed,
}

/// How far a session is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The handshake is not finished: what stands in the clear may be meant.
    Handshake,
    Open,
    /// The peer said that it is over. What comes behind that is nobody's.
    Closed,
    /// It ended otherwise.
    Over,
}

/// The keys of one direction, with the secret that they come from.
struct Keys {
    secret: Secret,
    protection: Protection,
    suite: Suite,
}

impl Keys {
    fn new(suite: Suite, secret: Secret) -> Option<Self> {
        Some(Self { protection: Protection::new(suite, &secret)?, secret, suite })
    }

    fn update(&mut self) {
        if let Some(next) = Self::new(self.suite, self.secret.updated()) {
            *self = next;
        }
    }
}

/// One end of a connection.
pub(super) struct Link {
    records: Records,
    /// Octets of a handshake message that is not whole.
    begun: Vec<u8>,
    transcript: Sha256,
    reading: Option<Keys>,
    writing: Option<Keys>,
    out: Vec<u8>,
    phase: Phase,
    heard: Vec<Heard>,
    /// What is said before the handshake is finished is heard.
    early: bool,
    /// Octets of records that may pass unopened: what was said too early for this end (RFC 8446 section 4.2.10).
    dropping: usize,
    /// What older peers in between wait for was sent.
    changed: bool,
    /// Checks of records that are left out.
    switches: Switches,
}

impl Link {
    pub(super) fn new(switches: Switches) -> Self {
        Self {
            records: Records::default(),
            begun: Vec::new(),
            transcript: Sha256::new(),
            reading: None,
            writing: None,
            out: Vec::new(),
            phase: Phase::Handshake,
            heard: Vec::new(),
            early: false,
            dropping: 0,
            changed: false,
            switches,
        }
    }

    /// Adds what arrived.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        match self.phase {
            Phase::Over if bytes.is_empty() => {}
            Phase::Over => return Err(Fault::Over),
            Phase::Closed => {}
            Phase::Handshake | Phase::Open => self.records.push(bytes),
        }
        Ok(())
    }

    /// What was said since the last time.
    pub(super) fn heard(&mut self) -> Vec<Heard> {
        std::mem::take(&mut self.heard)
    }

    /// What is to be sent.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// The hash of the handshake so far.
    pub(super) fn transcript(&self) -> [u8; 32] {
        self.transcript.clone().finalize().into()
    }

    /// The same with this behind it.
    pub(super) fn transcript_with(&self, message: &[u8]) -> [u8; 32] {
        self.transcript.clone().chain_update(message).finalize().into()
    }

    /// What was said so far was the one ClientHello in whose place another is asked for (section 4.4.1): its hash counts for it.
    pub(super) fn ask_again(&mut self) {
        let hash = self.transcript();
        self.transcript = Sha256::new_with_prefix([&[MESSAGE_HASH, 0, 0, 32][..], &hash].concat());
    }

    /// A message of the peer's counts.
    pub(super) fn count(&mut self, message: &[u8]) {
        self.transcript.update(message);
    }

    /// Reads under this secret from here on. No message may stand across the change (RFC 8446 section 5.1).
    pub(super) fn read_under(&mut self, suite: Suite, secret: Secret) -> Result<(), Fault> {
        if let Some(got) = self.begun.first() {
            return Err(Fault::Unexpected { field: "handshake message", got: *got });
        }
        self.reading = Keys::new(suite, secret);
        Ok(())
    }

    /// Writes under this secret from here on.
    pub(super) fn write_under(&mut self, suite: Suite, secret: Secret) {
        self.writing = Keys::new(suite, secret);
    }

    /// The handshake is finished: nothing comes in the clear any more.
    pub(super) fn finish(&mut self) {
        self.phase = Phase::Open;
        self.heard.push(Heard::Established);
    }

    /// Data is heard from here on, or not, though the handshake is not finished.
    pub(super) fn hear_early(&mut self, early: bool) {
        self.early = early;
    }

    /// So many octets of records are dropped that cannot be opened, until one can.
    pub(super) fn drop_early(&mut self, most: usize) {
        self.dropping = most;
    }

    /// The connection has ended: whether the peer said that the session has; nothing in the midst of the handshake.
    pub(super) fn end(&mut self) -> Option<bool> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Closed => Some(true),
            Phase::Open => Some(false),
            Phase::Handshake | Phase::Over => None,
        }
    }

    /// The next message, if one is whole. What is data is heard.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        while matches!(self.phase, Phase::Handshake | Phase::Open) {
            if let Some(message) = self.message()? {
                return Ok(Some(message));
            }
            let Some(record) = self.records.take()? else { return Ok(None) };
            let Some((kind, text)) = self.open(record)? else { continue };
            match kind {
                content::HANDSHAKE if text.is_empty() => {
                    return Err(Malformed::new("handshake record", "a message", "nothing").into());
                }
                content::HANDSHAKE => self.begun.extend_from_slice(&text),
                content::ALERT => {
                    closed(&text)?;
                    self.phase = if self.phase == Phase::Open { Phase::Closed } else { Phase::Over };
                    self.heard.push(Heard::Closed);
                }
                _ if !self.begun.is_empty() => return Err(Fault::Unexpected { field: "record type", got: kind }),
                content::APPLICATION_DATA if self.phase == Phase::Open => self.heard.push(Heard::Data(text)),
                content::APPLICATION_DATA if self.early => self.heard.push(Heard::Early(text)),
                got => return Err(Fault::Unexpected { field: "record type", got }),
            }
        }
        Ok(None)
    }

    /// Type and text of a record; nothing where it is one that is there for the sake of older peers alone (section 5).
    fn open(&mut self, record: Record) -> Result<Option<(u8, Vec<u8>)>, Fault> {
        let unexpected = Fault::Unexpected { field: "record type", got: record.kind };
        let handshake = self.phase == Phase::Handshake;
        if self.reading.is_none() && record.kind == content::APPLICATION_DATA && self.drops(&record) {
            return Ok(None);
        }
        match (&mut self.reading, record.kind) {
            (_, content::CHANGE_CIPHER_SPEC) if handshake && record.body == [1] => Ok(None),
            (Some(keys), content::APPLICATION_DATA) => {
                let protection = &mut keys.protection;
                let skips = |check| self.switches.status(check, Some(false)) == Status::Skipped;
                // what fails is taken all the same where its check is left out
                let opened = protection.open(&record).or_else(|fault| {
                    if skips(&checks::RECORD_ORDER) {
                        protection.open_near(&record)
                    } else if skips(&checks::RECORD_AUTH) {
                        protection.open_unauthenticated(&record)
                    } else {
                        Err(fault)
                    }
                });
                match opened {
                    Ok(opened) => {
                        self.dropping = 0;
                        Ok(Some(opened))
                    }
                    Err(_) if self.drops(&record) => Ok(None),
                    Err(fault) => Err(fault.into()),
                }
            }
            // whoever does not get as far as keys says so in the clear
            (None, content::HANDSHAKE) | (_, content::ALERT) if handshake => {
                if record.body.len() > LONGEST_TEXT {
                    return Err(Fault::long_text(record.body.len()));
                }
                Ok(Some((record.kind, record.body)))
            }
            _ => Err(unexpected),
        }
    }

    /// Whether this is one of the records that may pass unopened.
    fn drops(&mut self, record: &Record) -> bool {
        let left = self.dropping.checked_sub(record.body.len().max(1));
        self.dropping = left.unwrap_or(self.dropping);
        left.is_some()
    }

    /// The next whole message of what was begun.
    fn message(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let [_, a, b, c, ..] = self.begun[..] else { return Ok(None) };
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        if length > LONGEST_MESSAGE {
            return Err(Fault::long_message(length));
        }
        if self.begun.len() < HEADER + length {
            return Ok(None);
        }
        let rest = self.begun.split_off(HEADER + length);
        Ok(Some(std::mem::replace(&mut self.begun, rest)))
    }

    /// Sends a message of the handshake, which counts.
    pub(super) fn say(&mut self, kind: u8, body: &[u8]) {
        let message = message::framed(kind, body);
        self.transcript.update(&message);
        self.send(content::HANDSHAKE, &message);
    }

    /// Sends what older peers in between wait for (appendix D.4), once.
    pub(super) fn change_cipher_spec(&mut self) {
        if !std::mem::replace(&mut self.changed, true) {
            self.out.extend(clear(content::CHANGE_CIPHER_SPEC, &[1]));
        }
    }

    /// Says this, once the handshake is finished.
    pub(super) fn speak(&mut self, text: &[u8]) {
        if self.is_open() {
            self.send(content::APPLICATION_DATA, text);
        }
    }

    /// Whether there is something to be said: the handshake is finished, and the session did not end otherwise than in order.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open | Phase::Closed)
    }

    /// Sends a text, in as many records as it takes.
    pub(super) fn send(&mut self, kind: u8, text: &[u8]) {
        for piece in text.chunks(LONGEST_TEXT) {
            let record = self.sealed(kind, piece);
            self.out.extend(record);
        }
    }

    /// A text as one record: as it would be sent.
    pub(super) fn sealed(&mut self, kind: u8, text: &[u8]) -> Vec<u8> {
        match &mut self.writing {
            Some(keys) => keys.protection.seal(kind, text),
            None => clear(kind, text),
        }
    }

    /// Sends what is sealed already.
    pub(super) fn pass(&mut self, record: &[u8]) {
        self.out.extend_from_slice(record);
    }

    /// Says that it is over.
    pub(super) fn close(&mut self) {
        self.send(content::ALERT, &[WARNING, CLOSE_NOTIFY]);
    }

    /// It is over; the peer is told why.
    pub(super) fn give_up(&mut self, fault: &Fault) {
        self.phase = Phase::Over;
        if let Some(alert) = fault.alert() {
            self.send(content::ALERT, &[FATAL, alert]);
        }
    }

    /// A message after the handshake: keys are updated (section 4.6.3).
    pub(super) fn afterwards(&mut self, message: &[u8]) -> Result<(), Fault> {
        match message {
            [kind::KEY_UPDATE, 0, 0, 1, asked @ 0..=UPDATE_REQUESTED] if self.begun.is_empty() => {
                self.reading.iter_mut().for_each(Keys::update);
                if *asked == UPDATE_REQUESTED {
                    self.send(content::HANDSHAKE, &[kind::KEY_UPDATE, 0, 0, 1, 0]);
                    self.writing.iter_mut().for_each(Keys::update);
                }
                Ok(())
            }
            _ => {
                Err(Fault::Unexpected { field: "handshake message", got: message.first().copied().unwrap_or_default() })
            }
        }
    }
}

/// Whether an alert says that it is over.
fn closed(text: &[u8]) -> Result<(), Fault> {
    match text {
        [_, CLOSE_NOTIFY] => Ok(()),
        [_, alert] => Err(Fault::Alert(*alert)),
        _ => Err(Malformed::new("alert", "2 octets", text.len()).into()),
    }
}

/// A record in the clear.
fn clear(kind: u8, text: &[u8]) -> Vec<u8> {
    let [major, minor] = LEGACY.to_be_bytes();
    // a record is shorter than 2^16
    let [high, low] = u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[kind, major, minor, high, low][..], text].concat()
}
