//! The module PKIX1Implicit88 (RFC 5280 appendix A.2): the extensions of certificates, revocation lists and their
//! entries.

use super::Type::{
    Any, Bits, Boolean, Choice, DefinedBy, Distinct, Enumerated, Explicit, GeneralizedTime, Implicit, Integer, Natural,
    ObjectIdentifier, Octets, Sequence, SequenceOf, SetOf, Sized, SomeOf, Structure, Text, Together,
};
use super::names::{ATTRIBUTE_VALUE, DIRECTORY_STRING, NAME, RELATIVE_DISTINGUISHED_NAME};
use super::primitive::{Bits as Form, Charset};
use super::{Field, Presence, Row, Type, fields};

/// Extensions of certificates.
pub(super) static EXTENSIONS: &[Row] = &[
    Row { oid: &[0x55, 0x1d, 9], name: "subjectDirectoryAttributes", of: &DIRECTORY_ATTRIBUTES },
    Row { oid: &[0x55, 0x1d, 14], name: "subjectKeyIdentifier", of: &Octets },
    Row { oid: &[0x55, 0x1d, 15], name: "keyUsage", of: &Bits(Form::Named { least: 1 }) },
    Row { oid: &[0x55, 0x1d, 16], name: "privateKeyUsagePeriod", of: &KEY_USAGE_PERIOD },
    Row { oid: &[0x55, 0x1d, 17], name: "subjectAltName", of: &GENERAL_NAMES },
    Row { oid: &[0x55, 0x1d, 18], name: "issuerAltName", of: &GENERAL_NAMES },
    Row { oid: &[0x55, 0x1d, 19], name: "basicConstraints", of: &BASIC_CONSTRAINTS },
    Row { oid: &[0x55, 0x1d, 30], name: "nameConstraints", of: &NAME_CONSTRAINTS },
    Row { oid: &[0x55, 0x1d, 31], name: "cRLDistributionPoints", of: &DISTRIBUTION_POINTS },
    Row { oid: &[0x55, 0x1d, 32], name: "certificatePolicies", of: &Distinct(&POLICY_INFORMATION) },
    Row { oid: &[0x55, 0x1d, 33], name: "policyMappings", of: &SequenceOf(&POLICY_MAPPING, 1) },
    Row { oid: &[0x55, 0x1d, 35], name: "authorityKeyIdentifier", of: &AUTHORITY_KEY_IDENTIFIER },
    Row { oid: &[0x55, 0x1d, 36], name: "policyConstraints", of: &POLICY_CONSTRAINTS },
    Row { oid: &[0x55, 0x1d, 37], name: "extKeyUsage", of: &SequenceOf(&ObjectIdentifier, 1) },
    Row { oid: &[0x55, 0x1d, 46], name: "freshestCRL", of: &DISTRIBUTION_POINTS },
    Row { oid: &[0x55, 0x1d, 54], name: "inhibitAnyPolicy", of: &Natural },
    Row { oid: &[0x2b, 6, 1, 5, 5, 7, 1, 1], name: "authorityInfoAccess", of: &ACCESS },
    Row { oid: &[0x2b, 6, 1, 5, 5, 7, 1, 11], name: "subjectInfoAccess", of: &ACCESS },
];

/// Extensions of revocation lists.
pub(super) static LIST_EXTENSIONS: &[Row] = &[
    Row { oid: &[0x55, 0x1d, 18], name: "issuerAltName", of: &GENERAL_NAMES },
    Row { oid: &[0x55, 0x1d, 20], name: "cRLNumber", of: &Natural },
    Row { oid: &[0x55, 0x1d, 27], name: "deltaCRLIndicator", of: &Natural },
    Row { oid: &[0x55, 0x1d, 28], name: "issuingDistributionPoint", of: &ISSUING_DISTRIBUTION_POINT },
    Row { oid: &[0x55, 0x1d, 35], name: "authorityKeyIdentifier", of: &AUTHORITY_KEY_IDENTIFIER },
    Row { oid: &[0x55, 0x1d, 46], name: "freshestCRL", of: &DISTRIBUTION_POINTS },
    Row { oid: &[0x2b, 6, 1, 5, 5, 7, 1, 1], name: "authorityInfoAccess", of: &ACCESS },
];

/// Extensions of a revocation list's entries.
pub(super) static LIST_ENTRY_EXTENSIONS: &[Row] = &[
    Row { oid: &[0x55, 0x1d, 21], name: "reasonCode", of: &Enumerated(&[0, 1, 2, 3, 4, 5, 6, 8, 9, 10]) },
    Row { oid: &[0x55, 0x1d, 23], name: "holdInstructionCode", of: &ObjectIdentifier },
    Row { oid: &[0x55, 0x1d, 24], name: "invalidityDate", of: &GeneralizedTime },
    Row { oid: &[0x55, 0x1d, 29], name: "certificateIssuer", of: &GENERAL_NAMES },
];

static GENERAL_NAMES: Type = SequenceOf(&GENERAL_NAME, 1);

static GENERAL_NAME: Type = Choice(&[&Implicit(7, &Sized(&[4, 16])), &NAME_BUT_ADDRESS]);

/// A general name that is no address: those of names and those of subtrees differ in length.
static NAME_BUT_ADDRESS: Type = Choice(&[
    &Implicit(0, &OTHER_NAME),
    &Implicit(1, &Text(Charset::Ia5, 0)),
    &Implicit(2, &Text(Charset::Ia5, 0)),
    &Implicit(3, &Structure),
    &Explicit(4, &NAME),
    &Implicit(5, &EDI_PARTY_NAME),
    &Implicit(6, &Text(Charset::Ia5, 0)),
    &Implicit(8, &ObjectIdentifier),
]);

static OTHER_NAME: Type = Sequence(fields! {
    "type-id" ObjectIdentifier, required;
    "other name" Explicit(0, &DefinedBy(OTHER_NAMES, Some(&Any))), required;
});

/// RFC 9598 section 3.
const OTHER_NAMES: &[Row] =
    &[Row { oid: &[0x2b, 6, 1, 5, 5, 7, 8, 9], name: "SmtpUTF8Mailbox", of: &Text(Charset::Utf8, 1) }];

static EDI_PARTY_NAME: Type = Sequence(fields! {
    "nameAssigner" Explicit(0, &DIRECTORY_STRING), optional;
    "partyName" Explicit(1, &DIRECTORY_STRING), required;
});

/// Appendix A.2: issuer and serial number name a certificate together.
static AUTHORITY_KEY_IDENTIFIER: Type = Together(
    fields! {
        "keyIdentifier" Implicit(0, &Octets), optional;
        "authorityCertIssuer" Implicit(1, &GENERAL_NAMES), optional;
        "authorityCertSerialNumber" Implicit(2, &Integer), optional;
    },
    &[0xa1, 0x82],
);

static KEY_USAGE_PERIOD: Type = SomeOf(
    fields! {
        "notBefore" Implicit(0, &GeneralizedTime), optional;
        "notAfter" Implicit(1, &GeneralizedTime), optional;
    },
    &[0x80, 0x81],
);

static POLICY_INFORMATION: Type = Sequence(fields! {
    "policyIdentifier" ObjectIdentifier, required;
    "policyQualifiers" SequenceOf(&POLICY_QUALIFIER, 1), optional;
});

static POLICY_QUALIFIER: Type = Sequence(fields! {
    "policyQualifierId" ObjectIdentifier, required;
    "qualifier" DefinedBy(QUALIFIERS, Some(&Any)), required;
});

const QUALIFIERS: &[Row] = &[
    Row { oid: &[0x2b, 6, 1, 5, 5, 7, 2, 1], name: "cPSuri", of: &Text(Charset::Ia5, 0) },
    Row { oid: &[0x2b, 6, 1, 5, 5, 7, 2, 2], name: "userNotice", of: &USER_NOTICE },
];

static USER_NOTICE: Type = Sequence(fields! {
    "noticeRef" NOTICE_REFERENCE, optional;
    "explicitText" DISPLAY_TEXT, optional;
});

static NOTICE_REFERENCE: Type = Sequence(fields! {
    "organization" DISPLAY_TEXT, required;
    "noticeNumbers" SequenceOf(&Integer, 0), required;
});

/// Issuers exceed the 200 characters.
static DISPLAY_TEXT: Type =
    Choice(&[&Text(Charset::Ia5, 1), &Text(Charset::Visible, 1), &Text(Charset::Bmp, 1), &Text(Charset::Utf8, 1)]);

static POLICY_MAPPING: Type = Sequence(fields! {
    "issuerDomainPolicy" ObjectIdentifier, required;
    "subjectDomainPolicy" ObjectIdentifier, required;
});

static DIRECTORY_ATTRIBUTES: Type = SequenceOf(&ATTRIBUTE, 1);

static ATTRIBUTE: Type = Sequence(fields! {
    "attribute type" ObjectIdentifier, required;
    "attribute values" SetOf(&ATTRIBUTE_VALUE), required;
});

/// Very many issuers write out that an end entity is none, cA FALSE, which is the default; there is one reading.
static BASIC_CONSTRAINTS: Type = Sequence(fields! {
    "cA" Boolean, optional;
    "pathLenConstraint" Natural, optional;
});

/// Section 4.2.1.10: no empty sequence.
static NAME_CONSTRAINTS: Type = SomeOf(
    fields! {
        "permittedSubtrees" Implicit(0, &SUBTREES), optional;
        "excludedSubtrees" Implicit(1, &SUBTREES), optional;
    },
    &[0xa0, 0xa1],
);

static SUBTREES: Type = SequenceOf(&SUBTREE, 1);

/// Section 4.2.1.10: minimum is its default and maximum absent, so that the base stands alone.
static SUBTREE: Type = Sequence(fields! { "base" SUBTREE_BASE, required; });

/// As a general name, but for the length of an address with its mask, which the check of name constraints looks at.
static SUBTREE_BASE: Type = Choice(&[&Implicit(7, &Octets), &NAME_BUT_ADDRESS]);

/// Section 4.2.1.11: no empty sequence.
static POLICY_CONSTRAINTS: Type = SomeOf(
    fields! {
        "requireExplicitPolicy" Implicit(0, &Natural), optional;
        "inhibitPolicyMapping" Implicit(1, &Natural), optional;
    },
    &[0x80, 0x81],
);

static DISTRIBUTION_POINTS: Type = SequenceOf(&DISTRIBUTION_POINT, 1);

/// Section 4.2.1.13: not the reasons alone.
static DISTRIBUTION_POINT: Type = SomeOf(
    fields! {
        "distributionPoint" Explicit(0, &DISTRIBUTION_POINT_NAME), optional;
        "reasons" Implicit(1, &REASON_FLAGS), optional;
        "cRLIssuer" Implicit(2, &GENERAL_NAMES), optional;
    },
    &[0xa0, 0xa2],
);

static DISTRIBUTION_POINT_NAME: Type =
    Choice(&[&Implicit(0, &GENERAL_NAMES), &Implicit(1, &RELATIVE_DISTINGUISHED_NAME)]);

static REASON_FLAGS: Type = Bits(Form::Named { least: 0 });

/// Section 5.2.5: no empty sequence.
static ISSUING_DISTRIBUTION_POINT: Type = SomeOf(
    fields! {
        "distributionPoint" Explicit(0, &DISTRIBUTION_POINT_NAME), optional;
        "onlyContainsUserCerts" Implicit(1, &Boolean), default [0x00];
        "onlyContainsCACerts" Implicit(2, &Boolean), default [0x00];
        "onlySomeReasons" Implicit(3, &REASON_FLAGS), optional;
        "indirectCRL" Implicit(4, &Boolean), default [0x00];
        "onlyContainsAttributeCerts" Implicit(5, &Boolean), default [0x00];
    },
    &[0xa0, 0x81, 0x82, 0x83, 0x84, 0x85],
);

static ACCESS: Type = SequenceOf(&ACCESS_DESCRIPTION, 1);

static ACCESS_DESCRIPTION: Type = Sequence(fields! {
    "accessMethod" ObjectIdentifier, required;
    "accessLocation" GENERAL_NAME, required;
});
