//! One direction of a session: its records in their order, taken apart into handshake messages and what is sealed.

use super::{
    closed::Closed,
    protect::Opener,
    record::{LONGEST_RECORD, Record, Records, content},
};
use serde::Serialize;
use std::collections::VecDeque;

/// Octets that the messages of a handshake may have together, and what waits of either side meanwhile.
pub(super) const LONGEST_HANDSHAKE: usize = 1 << 18;
/// Records that may be missing where segments are.
const MOST_MISSING: u64 = 64;

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Who opened the session.
    Client,
    /// Who answered.
    Server,
}

impl Side {
    pub(super) fn index(self) -> usize {
        usize::from(self == Self::Server)
    }
}

/// What stands in a direction, in its order.
pub(super) enum Item {
    /// A handshake message with its header.
    Message(Vec<u8>),
    ChangeCipher,
    Alert(u8),
    /// A record after the change of ciphers.
    Sealed(Record),
}

/// A direction.
#[derive(Default)]
pub(super) struct Direction {
    pub(super) records: Records,
    /// Octets of a handshake message that is not whole.
    pub(super) begun: Vec<u8>,
    pub(super) items: VecDeque<Item>,
    /// Octets in `items`.
    pub(super) waiting: usize,
    pub(super) changed: bool,
    pub(super) opener: Option<Opener>,
    /// Segments are missing before what comes next.
    pub(super) gap: bool,
    /// Records that were not read.
    pub(super) missing: u64,
    /// It said that it is over.
    pub(super) closed: bool,
}

impl Direction {
    /// Takes its records apart: into messages up to the change of ciphers, and not at all after it. `first` before there
    /// was any message, where what comes may be no TLS; `open` once the keys are known.
    ///
    /// # Errors
    /// What comes is no TLS, or longer than a handshake may be.
    pub(super) fn sort(&mut self, side: Side, first: bool, open: bool) -> Result<(), Closed> {
        loop {
            let record = match self.records.take() {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(_) if first => return Err(Closed::NotTls),
                Err(fault) => return Err(fault.into()),
            };
            self.waiting += record.body.len();
            if self.waiting > LONGEST_HANDSHAKE {
                return Err(Closed::Long);
            }
            if self.changed {
                self.items.push_back(Item::Sealed(record));
                continue;
            }
            match record.kind {
                content::HANDSHAKE => {
                    self.begun.extend_from_slice(&record.body);
                    self.messages();
                }
                content::CHANGE_CIPHER_SPEC => {
                    self.items.push_back(Item::ChangeCipher);
                    self.changed = true;
                    // what follows is opened as it comes
                    if open {
                        break;
                    }
                }
                content::ALERT => {
                    self.items.push_back(Item::Alert(record.body.get(1).copied().unwrap_or_default()));
                }
                _ => return Err(Closed::Unexpected { from: side, message: None }),
            }
        }
        // what is no record from its first octet on need not be waited for
        if first && self.records.waiting() > LONGEST_RECORD + 5 {
            return Err(Closed::NotTls);
        }
        Ok(())
    }

    /// What a record says, by the keys that are known; nothing where segments are missing and what looked like a record was
    /// none.
    ///
    /// # Errors
    /// The keys do not open it.
    pub(super) fn open(&mut self, side: Side, record: &Record) -> Result<Option<Vec<u8>>, Closed> {
        let Some(opener) = &mut self.opener else { return Err(Closed::Unopened { from: side }) };
        let text = if self.gap {
            match opener.open_later(record, MOST_MISSING) {
                Ok((text, missing)) => {
                    self.gap = false;
                    self.missing += missing;
                    text
                }
                // what looked like a record was none: the next octet is looked at
                Err(_) => {
                    self.records.put_back(record);
                    self.records.skip();
                    return Ok(None);
                }
            }
        } else {
            opener.open(record).map_err(|_| Closed::Unopened { from: side })?
        };
        Ok(Some(text))
    }

    /// Takes whole handshake messages out of what was begun.
    fn messages(&mut self) {
        let mut rest = &self.begun[..];
        while let [_, a, b, c, ..] = *rest {
            let length = 4 + usize::from(a) * 65536 + usize::from(b) * 256 + usize::from(c);
            let Some((message, left)) = rest.split_at_checked(length) else { break };
            self.items.push_back(Item::Message(message.to_vec()));
            rest = left;
        }
        self.begun = rest.to_vec();
    }
}
