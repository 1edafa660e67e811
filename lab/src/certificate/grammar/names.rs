//! Distinguished names (RFC 5280 appendix A.1).

use super::Type::{Any, Choice, DefinedBy, ObjectIdentifier, Sequence, SequenceOf, SetOf, Text};
use super::primitive::Charset;
use super::{Field, Presence, Row, Type, fields};

pub(super) static NAME: Type = SequenceOf(&RELATIVE_DISTINGUISHED_NAME, 0);

pub(super) static RELATIVE_DISTINGUISHED_NAME: Type = SetOf(&ATTRIBUTE_TYPE_AND_VALUE);

static ATTRIBUTE_TYPE_AND_VALUE: Type = Sequence(fields! {
    "attribute type" ObjectIdentifier, required;
    "attribute value" ATTRIBUTE_VALUE, required;
});

pub(super) static ATTRIBUTE_VALUE: Type = DefinedBy(ATTRIBUTES, Some(&Any));

/// The attributes whose values RFC 5280 appendix A says to be text. Which string type each of them has to be is not
/// insisted on: issuers mix them up, and comparison does not depend on it.
const ATTRIBUTES: &[Row] = &[
    Row { oid: &[0x55, 0x04, 3], name: "commonName", of: &TEXT },
    Row { oid: &[0x55, 0x04, 4], name: "surname", of: &TEXT },
    Row { oid: &[0x55, 0x04, 5], name: "serialNumber", of: &TEXT },
    Row { oid: &[0x55, 0x04, 6], name: "countryName", of: &TEXT },
    Row { oid: &[0x55, 0x04, 7], name: "localityName", of: &TEXT },
    Row { oid: &[0x55, 0x04, 8], name: "stateOrProvinceName", of: &TEXT },
    Row { oid: &[0x55, 0x04, 10], name: "organizationName", of: &TEXT },
    Row { oid: &[0x55, 0x04, 11], name: "organizationalUnitName", of: &TEXT },
    Row { oid: &[0x55, 0x04, 12], name: "title", of: &TEXT },
    Row { oid: &[0x55, 0x04, 41], name: "name", of: &TEXT },
    Row { oid: &[0x55, 0x04, 42], name: "givenName", of: &TEXT },
    Row { oid: &[0x55, 0x04, 43], name: "initials", of: &TEXT },
    Row { oid: &[0x55, 0x04, 44], name: "generationQualifier", of: &TEXT },
    Row { oid: &[0x55, 0x04, 46], name: "dnQualifier", of: &TEXT },
    Row { oid: &[0x55, 0x04, 65], name: "pseudonym", of: &TEXT },
    Row { oid: &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 25], name: "domainComponent", of: &TEXT },
    Row { oid: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 1], name: "emailAddress", of: &TEXT },
];

static TEXT: Type =
    Choice(&[&DIRECTORY_STRING, &Text(Charset::Ia5, 1), &Text(Charset::Numeric, 1), &Text(Charset::Visible, 1)]);

pub(super) static DIRECTORY_STRING: Type = Choice(&[
    &Text(Charset::Teletex, 1),
    &Text(Charset::Printable, 1),
    &Text(Charset::Universal, 1),
    &Text(Charset::Utf8, 1),
    &Text(Charset::Bmp, 1),
]);
