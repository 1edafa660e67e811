//! Object identifiers for people.

use x509_parser::oid_registry::Oid;

/// Dotted decimal, from the encoded form.
pub(super) fn oid_text(bytes: &[u8]) -> String {
    Oid::new(bytes.into()).to_id_string()
}
