//! X.509 certificates: issuing them, forging them, and validating a path step by step (RFC 5280).

pub mod checks;
pub mod forge;
pub mod issue;
mod key;
pub mod pem;

pub use forge::{FORGERIES, Forged, Forgery, Pki};
pub use issue::{Credential, Template, Validity};
pub use key::KeyPair;

/// Which side of a connection a certificate speaks for (extended key usage, RFC 5280 section 4.2.1.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// `id-kp-serverAuth`.
    Server,
    /// `id-kp-clientAuth`.
    Client,
}

impl Purpose {
    /// The other side.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Server => Self::Client,
            Self::Client => Self::Server,
        }
    }
}
