//! The registry of everything that validation checks: one record each, from which lists, help and documentation derive.
//! What performs a check stands in `rules`, above this registry.

use serde::{Deserialize, Serialize};

use super::reason;
use crate::check::Check;
use crate::words;

macro_rules! checks {
    ($($name:ident = $id:literal, $title:literal, $threat:literal, $compares:literal, $reference:literal,
        $reason:ident;)*) => {
        $(#[doc = $title]
        pub const $name: &str = $id;)*

        /// Every check, in the order in which validation reports it for one certificate.
        pub const CHECKS: &[Check] = &[$(Check {
            id: $id, title: $title, threat: $threat, compares: $compares, reference: $reference, withholds: false,
        }),*];

        /// What one of the checks found.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(remote = "Self", tag = "is")]
        pub enum Reason {
            $(#[doc = $title]
            #[serde(rename = $id)]
            $reason(reason::$reason),)*
        }

        $(impl From<reason::$reason> for Reason {
            fn from(reason: reason::$reason) -> Self {
                Self::$reason(reason)
            }
        })*

        impl Reason {
            /// The id of the check that found this.
            #[must_use]
            pub fn check(&self) -> &'static str {
                match self {
                    $(Self::$reason(_) => $id,)*
                }
            }
        }
    };
}

checks! {
    ENCODING = "cert-encoding", "Well-formed certificate",
        "two readers of the same bytes see two different certificates",
        "the bytes against the DER encoding of RFC 5280's structures, extensions and versions included",
        "RFC 5280 section 4.1",
        Encoding;
    ALGORITHM = "cert-algorithm", "Strong algorithms, named consistently",
        "a forged signature by a broken hash or a short key",
        "key type, key size and signature algorithm against the policy; the inner against the outer algorithm",
        "RFC 5280 section 4.1.1.2, CA/Browser Forum BR 6.1.5 and 7.1.3",
        Algorithms;
    CHAIN = "cert-chain", "Signed by a trusted authority",
        "anybody issues a certificate for any name",
        "the issuer's name and key against the certificate's issuer field and signature, up to a trust anchor",
        "RFC 5280 section 6.1.3 (a)(1) and (a)(4)",
        Chain;
    VALIDITY = "cert-validity", "Within its validity period",
        "a key that leaked long ago is used for ever",
        "the time of validation against notBefore and notAfter, both inclusive",
        "RFC 5280 section 6.1.3 (a)(2)",
        Validity;
    REVOKED = "cert-revoked", "Not revoked",
        "a stolen key is used until its certificate expires",
        "the serial number against the issuer's revocation lists",
        "RFC 5280 section 6.1.3 (a)(3) and 6.3",
        Revoked;
    NAME_CONSTRAINTS = "cert-name-constraints", "Within the issuers' name constraints",
        "an authority for one organisation issues for another",
        "every subject name against the permitted and excluded subtrees of the authorities above",
        "RFC 5280 section 6.1.3 (b) and (c)",
        NameConstraints;
    POLICY = "cert-policy", "Certificate policies consistent",
        "a certificate issued under weaker rules passes for one issued under stricter rules",
        "the policies of each certificate against the constraints of the authorities above",
        "RFC 5280 section 6.1.3 (d) to (f)",
        Policies;
    CA_FLAG = "cert-ca-flag", "Issuer is an authority",
        "the holder of any certificate signs certificates for others",
        "basicConstraints cA of every certificate that signs another",
        "RFC 5280 section 6.1.4 (k)",
        CaFlag;
    PATH_LENGTH = "cert-path-length", "Path no longer than allowed",
        "a limited authority creates further authorities",
        "the number of authorities below against pathLenConstraint and the policy's depth",
        "RFC 5280 section 6.1.4 (l) and (m)",
        PathLength;
    KEY_USAGE = "cert-key-usage", "Key used as intended",
        "a key that was certified for something else signs certificates",
        "the keyUsage bits against what the key is used for",
        "RFC 5280 section 6.1.4 (n)",
        KeyUsage;
    KEY_IDENTIFIER = "cert-key-identifier", "Key identifiers as prescribed",
        "path building is led to another authority of the same name",
        "presence, criticality and content of the authority and subject key identifiers",
        "RFC 5280 sections 4.2.1.1 and 4.2.1.2",
        KeyIdentifier;
    SERIAL = "cert-serial", "Proper serial number",
        "two certificates of one authority share a number, and revocation hits the wrong one",
        "sign and length of the serial number",
        "RFC 5280 section 4.1.2.2",
        Serial;
    CRITICAL_EXTENSIONS = "cert-critical-extensions", "Every critical extension understood",
        "a restriction that the validator does not know is ignored",
        "the critical extensions against those that this validator processes, and their criticality",
        "RFC 5280 sections 4.2 and 6.1.4 (o)",
        CriticalExtensions;
    SUBJECT = "cert-subject", "Subject names as prescribed",
        "a certificate names somebody in one field and somebody else in another",
        "subject and subjectAltName against each other",
        "RFC 5280 sections 4.1.2.6 and 4.2.1.6",
        Subject;
    PURPOSE = "cert-purpose", "Issued for this purpose",
        "a certificate for signing code or for a client passes for a server's",
        "extKeyUsage of the leaf and of the authorities above it against the purpose",
        "RFC 5280 section 4.2.1.12",
        Purpose;
    NAME = "cert-name", "Issued for this name",
        "the holder of any valid certificate poses as any server",
        "the expected name against the subjectAltName entries, wildcards in the leftmost label only",
        "RFC 9525 section 6",
        Name;
    PIN = "cert-pin", "Pinned key",
        "a trusted authority is dishonest or broken into",
        "SHA-256 of the public keys in the path against the pins",
        "RFC 7469 section 2.6",
        Pin;
}

impl Reason {
    /// What the rule demands.
    #[must_use]
    pub fn wanted(&self) -> String {
        words::told_as("wanted", self)
    }

    /// What the certificate says.
    #[must_use]
    pub fn found(&self) -> String {
        words::told_as("found", self)
    }

    /// Why this passes or fails.
    #[must_use]
    pub fn why(&self) -> String {
        words::told_as("why", self)
    }
}

/// The check of path validation with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_complete() {
        for (i, check) in CHECKS.iter().enumerate() {
            assert!(check.id.starts_with("cert-"), "{}", check.id);
            assert!(CHECKS[..i].iter().all(|other| other.id != check.id), "{} twice", check.id);
            for field in [check.title, check.threat, check.compares, check.reference] {
                assert!(!field.is_empty(), "{}", check.id);
            }
        }
    }
}
