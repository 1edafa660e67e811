//! A passive listener: it follows a handshake, finds the discrete logarithm in it, and reads the records once it has a
//! secret exponent.

use crate::leg::{Known, Leg};
use cryptanalysis::Problem;
use lab::{
    algebra::real::{Real, Value},
    event::{Fact, Limit},
    mode::Mode,
    record::{Content, Sealed},
    role::Role,
    wire::{Frame, Kind},
};
use num_bigint::BigUint;

/// Most octets of records that are kept for later.
const LONGEST_RECORDING: usize = 4 << 20;

/// Octets that are not taken for a text by chance.
const SHORTEST_TEXT: usize = 16;

/// What a listener knows of one session.
pub struct Listener {
    leg: Leg,
    recording: Vec<(Role, Frame)>,
    recorded: usize,
    heard: bool,
    knows: bool,
}

impl Listener {
    /// A listener who has heard nothing yet.
    pub fn new(mode: &'static Mode, algebra: Real) -> Self {
        let leg = Leg::new(mode, algebra, Vec::new(), &[]);
        Self { leg, recording: Vec::new(), recorded: 0, heard: false, knows: false }
    }

    /// Nothing was heard yet.
    pub fn is_silent(&self) -> bool {
        !self.heard
    }

    /// Follows a handshake frame.
    pub fn follow(&mut self, frame: &Frame) {
        self.heard = true;
        self.leg.observe(frame);
    }

    /// Follows a frame of the handshake, and [hears](Self::hear) any other, for later.
    pub fn overhear(&mut self, from: Role, frame: &Frame) -> Option<Fact> {
        if frame.kind != Kind::Record {
            self.follow(frame);
        }
        self.hear(from, frame, false)
    }

    /// The discrete logarithm that would give the key, once group and both shares are known.
    pub fn problem(&self) -> Option<Problem> {
        self.leg.value("server_share")?;
        self.leg.logarithm("client_share")
    }

    /// Hears a frame; a record it reads if the key is known, and keeps otherwise. Answers with what it read, or that it can keep no
    /// more.
    pub fn hear(&mut self, from: Role, frame: &Frame, live: bool) -> Option<Fact> {
        if frame.kind != Kind::Record {
            return None;
        }
        if self.knows {
            return self.read(from, frame, live);
        }
        let before = self.recorded;
        self.recorded = before.saturating_add(frame.body.len());
        if self.recorded <= LONGEST_RECORDING {
            self.recording.push((from, frame.clone()));
            return None;
        }
        (before <= LONGEST_RECORDING)
            .then_some(Fact::Limited { limit: Limit::Recording, most: LONGEST_RECORDING as u64 })
    }

    /// What it can compute of the session.
    pub fn leg(&self) -> &Leg {
        &self.leg
    }

    /// The records that it keeps, in the order in which they came.
    pub fn recording(&self) -> &[(Role, Frame)] {
        &self.recording
    }

    /// What the recording says if one of these suppositions is true: the first with which a record opens, whichever it is.
    pub fn suppose(&mut self, suppositions: impl IntoIterator<Item = Vec<Known>>) -> Vec<Fact> {
        let found = suppositions.into_iter().find(|supposed| self.leg.opens_any_with(supposed, &self.recording));
        found.map(|known| self.know(known, false)).unwrap_or_default()
    }

    /// What stands in the recording for everybody to read.
    pub fn lying_open(&self) -> Vec<Fact> {
        let readable = self.recording.iter().filter_map(|(sender, frame)| {
            let record = Sealed::parse(&frame.body)?;
            Some(Fact::Recovered { sender: *sender, text: readable(record.ciphertext)?, live: false })
        });
        readable.collect()
    }

    /// Learns the client's secret exponent: the key, and what the recording says.
    pub fn learn(&mut self, exponent: &BigUint, live: bool) -> Vec<Fact> {
        self.know(vec![("client_secret", Value::secret(&exponent.to_bytes_be()))], live)
    }

    fn know(&mut self, known: Vec<Known>, live: bool) -> Vec<Fact> {
        self.knows = true;
        known.into_iter().for_each(|known| self.leg.learn(known));
        let held = self.leg.fingerprint().map(|fingerprint| Fact::Holds { with: Role::Client, fingerprint });
        let recording = std::mem::take(&mut self.recording);
        let read = recording.iter().filter_map(|(from, frame)| self.read(*from, frame, live));
        held.into_iter().chain(read.collect::<Vec<_>>()).collect()
    }

    fn read(&mut self, from: Role, frame: &Frame, live: bool) -> Option<Fact> {
        match self.leg.open(from, frame)?.1 {
            Content::Data(data) => {
                Some(Fact::Recovered { sender: from, text: String::from_utf8_lossy(&data).into_owned(), live })
            }
            Content::Close => None,
        }
    }
}

/// The text of a record's plaintext, where it is one: data that are nothing but characters which people write.
pub fn readable(plaintext: &[u8]) -> Option<String> {
    let (1, data) = plaintext.split_first()? else { return None };
    let text = std::str::from_utf8(data).ok()?;
    (text.len() >= SHORTEST_TEXT && !text.contains(char::is_control)).then(|| text.to_owned())
}
