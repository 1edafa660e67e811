//! A passive listener: it follows a handshake, finds the discrete logarithm in it, and reads the records once it has a
//! secret exponent.

use crate::leg::Leg;
use cryptanalysis::Problem;
use lab::{
    algebra::real::{Real, Value},
    event::Fact,
    group::Group,
    mode::Mode,
    record::Content,
    role::Role,
    wire::{Frame, Kind},
};
use num_bigint::BigUint;

/// Most octets of records that are kept for later.
const LONGEST_RECORDING: usize = 4 << 20;

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

    /// The discrete logarithm that would give the key, once group and both shares are known.
    pub fn problem(&self) -> Option<Problem> {
        let Group::Modp(group) = self.leg.value("group")?.group()? else { return None };
        self.leg.value("server_share")?;
        let y = BigUint::from_bytes_be(self.leg.value("client_share")?.octets()?);
        Some(Problem { p: group.p.clone(), g: group.g.clone(), y })
    }

    /// Hears a frame; a record it reads if the key is known, and keeps otherwise. Answers with what it read.
    pub fn hear(&mut self, from: Role, frame: &Frame, live: bool) -> Option<Fact> {
        if frame.kind != Kind::Record {
            return None;
        }
        if self.knows {
            return self.read(from, frame, live);
        }
        self.recorded += frame.body.len();
        if self.recorded <= LONGEST_RECORDING {
            self.recording.push((from, frame.clone()));
        }
        None
    }

    /// Learns the client's secret exponent: the key, and what the recording says.
    pub fn learn(&mut self, exponent: &BigUint, live: bool) -> Vec<Fact> {
        self.knows = true;
        self.leg.learn(("client_secret", Value::secret(&exponent.to_bytes_be())));
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
