//! The modules PKIX1Explicit88 (RFC 5280 appendix A.1): certificates, revocation lists, algorithms.

use super::Type::{
    Absent, Any, Bits, Boolean, Choice, Containing, DefinedBy, Distinct, Explicit, GeneralizedTime, Implicit, Integer,
    Natural, Null, ObjectIdentifier, Sequence, SequenceOf, UtcTime,
};
use super::extensions::{EXTENSIONS, LIST_ENTRY_EXTENSIONS, LIST_EXTENSIONS};
use super::names::NAME;
use super::primitive::Bits as Form;
use super::{Field, Presence, Row, Type, fields};

pub(super) static CERTIFICATE: Type = Sequence(fields! {
    "tbsCertificate" TBS_CERTIFICATE, required;
    "signatureAlgorithm" ALGORITHM_IDENTIFIER, required;
    "signatureValue" Bits(Form::Whole), required;
});

static TBS_CERTIFICATE: Type = Sequence(fields! {
    "version" Explicit(0, &Integer), default [0x02, 0x01, 0x00];
    "serialNumber" Integer, required;
    "signature" ALGORITHM_IDENTIFIER, required;
    "issuer" NAME, required;
    "validity" VALIDITY, required;
    "subject" NAME, required;
    "subjectPublicKeyInfo" PUBLIC_KEY_INFO, required;
    "issuerUniqueID" Implicit(1, &Bits(Form::Any)), optional;
    "subjectUniqueID" Implicit(2, &Bits(Form::Any)), optional;
    "extensions" Explicit(3, &CERTIFICATE_EXTENSIONS), optional;
});

static VALIDITY: Type = Sequence(fields! {
    "notBefore" TIME, required;
    "notAfter" TIME, required;
});

/// In UTC, to the second (section 4.1.2.5).
static TIME: Type = Choice(&[&UtcTime, &GeneralizedTime]);

static PUBLIC_KEY_INFO: Type = Sequence(fields! {
    "subjectPublicKeyInfo" ALGORITHM_IDENTIFIER, required;
    "subjectPublicKey" Bits(Form::Whole), required;
});

static CERTIFICATE_EXTENSIONS: Type = Distinct(&CERTIFICATE_EXTENSION);

static CERTIFICATE_EXTENSION: Type = Sequence(fields! {
    "extnID" ObjectIdentifier, required;
    "critical" Boolean, default [0x00];
    "extnValue" Containing(&DefinedBy(EXTENSIONS, None)), required;
});

pub(super) static CERTIFICATE_LIST: Type = Sequence(fields! {
    "tbsCertList" TBS_CERTIFICATE_LIST, required;
    "signatureAlgorithm" ALGORITHM_IDENTIFIER, required;
    "signatureValue" Bits(Form::Whole), required;
});

static TBS_CERTIFICATE_LIST: Type = Sequence(fields! {
    "version" Integer, optional;
    "signature" ALGORITHM_IDENTIFIER, required;
    "issuer" NAME, required;
    "thisUpdate" TIME, required;
    "nextUpdate" TIME, optional;
    "revokedCertificates" SequenceOf(&REVOKED_CERTIFICATE, 0), optional;
    "crlExtensions" Explicit(0, &Distinct(&LIST_EXTENSION)), optional;
});

static REVOKED_CERTIFICATE: Type = Sequence(fields! {
    "userCertificate" Integer, required;
    "revocationDate" TIME, required;
    "crlEntryExtensions" Distinct(&LIST_ENTRY_EXTENSION), optional;
});

static LIST_EXTENSION: Type = Sequence(fields! {
    "extnID" ObjectIdentifier, required;
    "critical" Boolean, default [0x00];
    "extnValue" Containing(&DefinedBy(LIST_EXTENSIONS, None)), required;
});

static LIST_ENTRY_EXTENSION: Type = Sequence(fields! {
    "extnID" ObjectIdentifier, required;
    "critical" Boolean, default [0x00];
    "extnValue" Containing(&DefinedBy(LIST_ENTRY_EXTENSIONS, None)), required;
});

static ALGORITHM_IDENTIFIER: Type = Sequence(fields! {
    "algorithm" ObjectIdentifier, required;
    "algorithm parameters" DefinedBy(&PARAMETERS, Some(&Any)), optional;
});

/// Parameters of the algorithms that are in use here (RFC 4055 sections 1.2, 2.2 and 3, RFC 5758 section 3.2, RFC 8410
/// section 3); which curve an elliptic-curve key names, the check of algorithms looks at.
static PARAMETERS: [Row; 10] = [
    Row { oid: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 1], name: "rsaEncryption", of: &Null },
    Row { oid: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 5], name: "sha1WithRSAEncryption", of: &Null },
    Row { oid: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 8], name: "id-mgf1", of: &ALGORITHM_IDENTIFIER },
    Row { oid: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 10], name: "RSASSA-PSS-params", of: &PSS_PARAMETERS },
    Row { oid: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 11], name: "sha256WithRSAEncryption", of: &Null },
    Row { oid: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 12], name: "sha384WithRSAEncryption", of: &Null },
    Row { oid: &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 13], name: "sha512WithRSAEncryption", of: &Null },
    Row { oid: &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 2], name: "ecdsa-with-SHA256", of: &Absent },
    Row { oid: &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 3], name: "ecdsa-with-SHA384", of: &Absent },
    Row { oid: &[0x2b, 0x65, 0x70], name: "id-Ed25519", of: &Absent },
];

/// The defaults of the first two may be written in two ways (RFC 4055 section 2.1), and name SHA-1.
static PSS_PARAMETERS: Type = Sequence(fields! {
    "hashAlgorithm" Explicit(0, &ALGORITHM_IDENTIFIER), optional;
    "maskGenAlgorithm" Explicit(1, &ALGORITHM_IDENTIFIER), optional;
    "saltLength" Explicit(2, &Natural), default [0x02, 0x01, 20];
    "trailerField" Explicit(3, &Natural), default [0x02, 0x01, 1];
});

pub(super) static RSA_PUBLIC_KEY: Type = Sequence(fields! {
    "modulus" Natural, required;
    "publicExponent" Natural, required;
});
