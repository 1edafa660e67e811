//! How a client is set up.

use super::Suite;
use crate::{certificate::Policy, group::Group};

/// How a client speaks.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The name that it tells the server; none for an address (RFC 6066 section 3).
    pub server_name: Option<String>,
    /// What the server's certificate is held against, and which checks are on: those of the handshake and of records too.
    pub policy: Policy,
    /// Suites, the preferred first.
    pub suites: Vec<Suite>,
    /// The groups in which it sends a share.
    pub groups: Vec<Group>,
    /// Protocols that it offers to speak inside (RFC 7301).
    pub protocols: Vec<Vec<u8>>,
}

/// How long a client relies on what it found of a server's certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reliance {
    /// For one session: a ticket is offered to whom the certificate that it rests on would be believed of now, in this name
    /// (RFC 8446 section 4.6.1).
    #[default]
    Session,
    /// For as long as there are tickets, whatever has become of the certificate, and whoever is asked for.
    Tickets,
}
