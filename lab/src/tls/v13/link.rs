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
    /// The handshake is finished.
    Established,
    /// The peer said this.
    Data(Vec<u8>),
    /// The peer said that it is over.
    Closed,
}

/// What stands next in what arrived.
pub(super) enum Item {
    /// A handshake message, header and all.
    Message(Vec<u8>),
    Data(Vec<u8>),
    Closed,
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
    /// The handshake is finished: what stood in the clear before does no more.
    finished: bool,
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
            finished: false,
            switches,
        }
    }

    /// Adds what arrived.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.records.push(bytes);
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

    /// Nothing comes in the clear any more.
    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    /// What stands next, if it is whole.
    pub(super) fn next(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            if let Some(message) = self.message()? {
                return Ok(Some(Item::Message(message)));
            }
            let Some(record) = self.records.take()? else { return Ok(None) };
            let Some((kind, text)) = self.open(record)? else { continue };
            match kind {
                content::HANDSHAKE if text.is_empty() => {
                    return Err(Malformed::new("handshake record", "a message", "nothing").into());
                }
                content::HANDSHAKE => self.begun.extend_from_slice(&text),
                content::ALERT => return alert(&text).map(Some),
                _ if !self.begun.is_empty() => return Err(Fault::Unexpected { field: "record type", got: kind }),
                content::APPLICATION_DATA => return Ok(Some(Item::Data(text))),
                got => return Err(Fault::Unexpected { field: "record type", got }),
            }
        }
    }

    /// Type and text of a record; nothing where it is one that is there for the sake of older peers alone (section 5).
    fn open(&mut self, record: Record) -> Result<Option<(u8, Vec<u8>)>, Fault> {
        let unexpected = Fault::Unexpected { field: "record type", got: record.kind };
        match (&mut self.reading, record.kind) {
            (_, content::CHANGE_CIPHER_SPEC) if !self.finished && record.body == [1] => Ok(None),
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
                Ok(Some(opened?))
            }
            // whoever does not get as far as keys says so in the clear
            (None, content::HANDSHAKE) | (_, content::ALERT) if !self.finished => {
                if record.body.len() > LONGEST_TEXT {
                    return Err(Fault::long_text(record.body.len()));
                }
                Ok(Some((record.kind, record.body)))
            }
            _ => Err(unexpected),
        }
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

    /// Sends what older peers in between wait for (appendix D.4).
    pub(super) fn change_cipher_spec(&mut self) {
        self.out.extend(clear(content::CHANGE_CIPHER_SPEC, &[1]));
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

    /// Tells the peer why it is over.
    pub(super) fn give_up(&mut self, fault: &Fault) {
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

fn alert(text: &[u8]) -> Result<Item, Fault> {
    match text {
        [_, CLOSE_NOTIFY] => Ok(Item::Closed),
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
