//! One connection of the client: how far it came, and how it ended.

use crate::moment::Timing;
use lab::tls::v13::Fault;
use serde::Serialize;
use std::io;
use tokio_rustls::rustls;

/// How far a client went with a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// It did not even connect.
    #[default]
    Nothing,
    /// It connected.
    Connected,
    /// It sent a ClientHello.
    ClientHello,
    /// It finished the handshake; a name may still be looked at afterwards.
    Handshake,
    /// It sent application data.
    Bytes,
    /// It sent the canary: what was meant for the genuine server alone.
    Canary,
    /// It acted upon the answer: what the server said came out of the client.
    Answer,
    /// It kept something of the answer in a file, for later.
    Kept,
}

impl Depth {
    /// All of them, the shallowest first.
    pub const ALL: [Self; 8] = [
        Self::Nothing,
        Self::Connected,
        Self::ClientHello,
        Self::Handshake,
        Self::Bytes,
        Self::Canary,
        Self::Answer,
        Self::Kept,
    ];

    /// As it stands in JSON and on the terminal.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Connected => "connected",
            Self::ClientHello => "client-hello",
            Self::Handshake => "handshake",
            Self::Bytes => "bytes",
            Self::Canary => "canary",
            Self::Answer => "answer",
            Self::Kept => "kept",
        }
    }
}

/// How a connection ended, as the server saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum End {
    /// The client sent this alert.
    Alert {
        /// The alert's name, as RFC 8446 section 6 has it.
        alert: String,
    },
    /// The client closed the connection, with close_notify or without.
    Closed,
    /// The connection was reset.
    Reset,
    /// What came is not TLS, or not as it has to be.
    Malformed {
        /// What the server made of it.
        error: String,
    },
    /// It was open when the client's time was over.
    Open,
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// How far it came.
    pub depth: Depth,
    /// The server that the client asked for (server_name, RFC 6066 section 3).
    pub server_name: Option<String>,
    /// The version that was agreed upon, such as `TLSv1_3`.
    pub version: Option<String>,
    /// Whether it rests on an earlier session of the client's.
    #[serde(skip_serializing_if = "is_not")]
    pub resumed: bool,
    /// Whether something was said, and heard, before the handshake was finished (RFC 8446 section 2.3).
    #[serde(skip_serializing_if = "is_not")]
    pub early: bool,
    /// Whether it is what was said in an earlier connection, sent again by whoever recorded it.
    #[serde(skip_serializing_if = "is_not")]
    pub replayed: bool,
    /// The numbers of the groups that the client offered for the agreement of keys.
    #[serde(skip)]
    pub groups: Vec<u16>,
    /// Whether the client spoke without TLS.
    pub plain: bool,
    /// When it was decided, where a second decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
    /// How it ended.
    pub end: End,
}

impl Attempt {
    /// A connection that has just been opened.
    pub(crate) fn opened() -> Self {
        Self {
            depth: Depth::Connected,
            server_name: None,
            version: None,
            resumed: false,
            early: false,
            replayed: false,
            groups: Vec::new(),
            plain: false,
            timing: None,
            end: End::Open,
        }
    }

    /// Nothing that comes later can change what it was decided upon.
    pub(crate) fn decided(&mut self) {
        self.timing.iter_mut().for_each(Timing::decide);
    }

    /// It came as far as this of a handshake: what it said before, on the way to it, counts no more, unless it was the canary.
    pub(crate) fn comes_to(&mut self, depth: Depth) {
        if self.depth < Depth::Canary {
            self.depth = depth;
        }
    }

    /// The client asked for a handshake and broke it off. A connection that was never used, or whose handshake was finished
    /// and which was then closed in order, may have been a spare one.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        let alert = matches!(self.end, End::Alert { .. });
        let broken_off = self.depth == Depth::ClientHello && self.end != End::Open;
        self.depth >= Depth::ClientHello && self.depth < Depth::Canary && (alert || broken_off)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde calls it with")]
fn is_not(is: &bool) -> bool {
    !*is
}

/// How a connection ended on which this was met.
pub(crate) fn end_of(error: &io::Error) -> End {
    if let Some(Fault::Alert(alert)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        let alert = rustls::AlertDescription::from(*alert);
        return End::Alert { alert: alert.as_str().map_or_else(|| format!("{alert:?}"), snake_case) };
    }
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match (tls, error.kind()) {
        (Some(rustls::Error::AlertReceived(alert)), _) => {
            End::Alert { alert: alert.as_str().map_or_else(|| format!("{alert:?}"), snake_case) }
        }
        (Some(error), _) => End::Malformed { error: error.to_string() },
        (None, io::ErrorKind::UnexpectedEof) => End::Closed,
        (None, io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted) => {
            End::Reset
        }
        (None, _) => End::Malformed { error: error.to_string() },
    }
}

/// `UnknownCA` as RFC 8446 writes it: `unknown_ca`.
fn snake_case(name: &str) -> String {
    let mut written = String::new();
    let mut small = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && small {
            written.push('_');
        }
        small = character.is_ascii_lowercase();
        written.push(character.to_ascii_lowercase());
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_written_as_the_standard_writes_them() {
        for (name, written) in [
            ("UnknownCA", "unknown_ca"),
            ("BadCertificate", "bad_certificate"),
            ("CertificateExpired", "certificate_expired"),
        ] {
            assert_eq!(snake_case(name), written);
        }
    }
}
