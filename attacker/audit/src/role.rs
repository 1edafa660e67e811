//! Which of the two that meet is the program under audit.

use serde::Serialize;

/// A program's part in a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It connects, and has to find out who answers.
    Client,
    /// It is connected to, and has to find out who calls: it demands a certificate.
    Server,
}

impl Role {
    /// As it stands in JSON and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}
