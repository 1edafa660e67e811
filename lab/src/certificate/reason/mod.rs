//! What a check of path validation found, with the values that it is about.
//!
//! Each check has an enumeration of its own; [`super::checks::Reason`] is one of them all. Three texts of the language tell
//! one: `wanted`, what the rule demands; `found`, what the certificate says; `why`, why this passes or fails.

mod algorithm;
mod authority;
mod encoding;
mod form;
mod identity;
mod revocation;
mod standing;

use std::borrow::Cow;

pub use algorithm::{Algorithm, Key};
pub use authority::{CaFlag, KeyUsage, PathLength, Purpose};
pub use encoding::{Form, Got};
pub use form::{Algorithms, CriticalExtensions, Encoding, KeyIdentifier, Serial};
pub use identity::{Guise, HostFault, Name, Pin, Subject};
pub use revocation::Useless;
pub use standing::{Chain, Gap, NameConstraints, Policies, Revoked, Validity};

/// A name that is usually fixed.
pub type Text = Cow<'static, str>;
