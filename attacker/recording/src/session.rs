//! What is told of one session.

use crate::logarithm::Logarithm;
use cryptanalysis::{Explanation, Failure};
use lab::tls::Closed;
use serde::Serialize;
use std::net::SocketAddr;

/// Octets that are kept of what a side said.
const MOST_KEPT: usize = 16 << 10;

/// A session of TLS, as a listener has it.
#[derive(Clone, Debug, Serialize)]
pub struct Session {
    /// Its place in the recording, from 1.
    pub n: u64,
    /// When its first packet was seen, in nanoseconds since 1970.
    pub at: Option<u64>,
    /// Who opened it.
    pub client: SocketAddr,
    /// Who answered.
    pub server: SocketAddr,
    /// Whom the client meant to talk to.
    pub name: Option<String>,
    /// The version, as 1.2.
    pub version: Option<String>,
    /// The suite by its name, or by its number.
    pub suite: Option<String>,
    /// The master secret is bound to the handshake (RFC 7627).
    pub extended_master_secret: bool,
    /// What the server's own group is worth.
    pub group: Option<Explanation>,
    /// How the secret was come by; nothing where it was not.
    pub secret: Option<Secret>,
    /// What the client said.
    pub client_said: Heard,
    /// What the server said.
    pub server_said: Heard,
    /// Why it stays closed, or was read no further.
    pub closed: Option<Closed>,
    /// Why no logarithm was found, where one was looked for.
    pub failure: Option<Failure>,
}

impl Session {
    /// Whether anything in it was opened.
    pub fn is_read(&self) -> bool {
        self.secret.is_some()
    }
}

/// How a secret was come by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Secret {
    /// By a logarithm.
    Logarithm(Logarithm),
    /// By the server's own key.
    LeakedKey,
    /// From the session that is resumed.
    Resumed,
}

/// What one side said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Heard {
    /// How much.
    pub octets: u64,
    /// What of it was kept, from its beginning: at most 16 KiB, as text.
    pub text: String,
    /// Records that were missing in the recording.
    pub missing_records: u64,
    /// Octets of the stream that were missing.
    pub missing_octets: u64,
    /// It was told that nothing follows (close_notify).
    pub ended: bool,
    #[serde(skip)]
    kept: Vec<u8>,
}

impl Heard {
    pub(crate) fn hear(&mut self, text: &[u8]) {
        self.octets += text.len() as u64;
        let room = MOST_KEPT.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&text[..text.len().min(room)]);
    }

    /// What was kept of it, octet for octet.
    pub fn kept(&self) -> &[u8] {
        &self.kept
    }

    pub(crate) fn finish(&mut self) {
        self.text = String::from_utf8_lossy(&self.kept).into_owned();
    }
}
