//! RFC 5280's grammar as data, and the one walk that holds the bytes of a certificate or revocation list against it.
//!
//! The parser underneath reads what it needs: it ignores the class of a tag, what follows the last field that it knows,
//! and how an object identifier is written. Whoever reads more, or less, sees another certificate in the same bytes. So
//! every value is looked at here, once: tags with class and form, which fields there are and how many, default values
//! left out, sets in order, and the one canonical content of each primitive type (X.690 sections 8, 10 and 11).
//!
//! The values of extensions that stand in no table here stay opaque, and so do keys and signatures.

mod certificate;
mod extensions;
mod names;
mod primitive;
mod walk;

use super::error::DecodeError;
use super::reason::Form;
use primitive::{Bits, Charset};
pub(super) use walk::Span;

/// A type of ASN.1, as far as RFC 5280 uses the language.
enum Type {
    Boolean,
    Integer,
    /// `INTEGER (0..MAX)`.
    Natural,
    /// One of these values.
    Enumerated(&'static [u8]),
    Bits(Bits),
    /// Octets that are not looked into.
    Octets,
    /// Octets of one of these lengths.
    Sized(&'static [usize]),
    /// `OCTET STRING` that contains one value of this type; octets where the type is not known.
    Containing(&'static Type),
    Null,
    ObjectIdentifier,
    /// Text of at least so many octets.
    Text(Charset, usize),
    UtcTime,
    GeneralizedTime,
    Sequence(&'static [Field]),
    /// A sequence of which at least one field with one of these identifier octets is there.
    SomeOf(&'static [Field], &'static [u8]),
    /// A sequence in which the fields with these identifier octets are there together or not at all.
    Together(&'static [Field], &'static [u8]),
    /// `SEQUENCE SIZE (least..MAX) OF`.
    SequenceOf(&'static Type, usize),
    /// A sequence of at least one sequence, no two of which begin with the same value.
    Distinct(&'static Type),
    /// `SET SIZE (1..MAX) OF`.
    SetOf(&'static Type),
    Choice(&'static [&'static Type]),
    Explicit(u8, &'static Type),
    Implicit(u8, &'static Type),
    /// `ANY DEFINED BY` the object identifier before it: by table, or else of the type that comes second.
    DefinedBy(&'static [Row], Option<&'static Type>),
    /// `ANY`: a value of a universal type, with whatever it contains.
    Any,
    /// No value at all.
    Absent,
    /// A constructed value whose inside no standard that is followed here describes.
    Structure,
}

/// One component of a sequence.
struct Field {
    name: &'static str,
    of: &'static Type,
    presence: Presence,
}

enum Presence {
    Required,
    Optional,
    /// `DEFAULT`: the content octets that must be left out (X.690 section 11.5).
    Default(&'static [u8]),
}

/// What an object identifier, in its encoded form, makes of the value beside it.
struct Row {
    oid: &'static [u8],
    name: &'static str,
    of: &'static Type,
}

/// The components of a sequence, each with its name and type; `optional`, or `default` with the content octets.
macro_rules! fields {
    ($($name:literal $of:expr, $presence:ident $($content:expr)?;)*) => {
        &[$(Field { name: $name, of: &$of, presence: fields!(@ $presence $($content)?) }),*]
    };
    (@ required) => { Presence::Required };
    (@ optional) => { Presence::Optional };
    (@ default $content:expr) => { Presence::Default(&$content) };
}
use fields;

/// A certificate (RFC 5280 section 4.1), well-formed DER as [`super::der::check`] has it.
///
/// # Errors
/// The first value that the grammar does not allow there.
pub(super) fn certificate(der: &[u8]) -> Result<(), DecodeError> {
    walk::one("certificate", &certificate::CERTIFICATE, der)
}

/// Where each value of a certificate stands, as far as the grammar allows what is there: each before those within it.
pub(super) fn spans(der: &[u8]) -> Vec<Span> {
    walk::spans("certificate", &certificate::CERTIFICATE, der)
}

/// A revocation list (RFC 5280 section 5.1), well-formed DER likewise.
///
/// # Errors
/// The first value that the grammar does not allow there.
pub(super) fn revocation_list(der: &[u8]) -> Result<(), DecodeError> {
    walk::one("CRL", &certificate::CERTIFICATE_LIST, der)
}

/// An RSA public key (RFC 8017 appendix A.1.1), alone.
///
/// # Errors
/// It is none.
pub(super) fn rsa_public_key(der: &[u8]) -> Result<(), DecodeError> {
    super::der::check(der).map_err(|got| DecodeError::new("RSAPublicKey", Form::OneValue, got))?;
    walk::one("RSAPublicKey", &certificate::RSA_PUBLIC_KEY, der)
}
