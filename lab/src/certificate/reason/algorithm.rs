//! Keys and signature algorithms, as far as the policy tells them apart.

use serde::{Deserialize, Serialize};

use super::Text;

/// A public key; its text is `key` and the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Key {
    /// Ed25519.
    Ed25519,
    /// One that is not 32 octets long.
    Ed25519Length,
    /// One that is no point of the curve.
    Ed25519NoPoint,
    /// One of small order: it verifies signatures that nobody made.
    Ed25519SmallOrder,
    /// An elliptic-curve key without a named curve.
    NoCurve,
    /// One on a curve of FIPS 186.
    Curve {
        /// Its name.
        curve: Text,
    },
    /// One that is no point of its curve.
    CurveNoPoint {
        /// Its name.
        curve: Text,
    },
    /// One on a curve that is out of scope.
    OtherCurve {
        /// Object identifier.
        oid: String,
        /// Its name, where it is known.
        name: Option<Text>,
    },
    /// RSA.
    Rsa {
        /// Length of the modulus.
        bits: usize,
    },
    /// One longer than is worth anybody's time.
    RsaLong {
        /// Length of the modulus.
        bits: usize,
    },
    /// One whose length is not a multiple of 8.
    RsaPartial {
        /// Length of the modulus.
        bits: usize,
    },
    /// One that cannot be read.
    RsaUnreadable,
    /// One with an even modulus.
    RsaEven,
    /// One whose exponent is even, 1, or not below the modulus.
    RsaExponent,
    /// DSA.
    Dsa,
    /// A key of a type that is out of scope.
    OtherType {
        /// Object identifier.
        oid: String,
        /// Its name, where it is known.
        name: Option<Text>,
    },
}

/// A signature algorithm; its text is `algorithm` and the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Algorithm {
    /// By this name.
    Named {
        /// The name.
        name: Text,
    },
    /// By a hash for which collisions are practical.
    Collisions {
        /// The name.
        name: Text,
        /// Where that stands.
        reference: Option<Text>,
    },
    /// RSA with parameters other than NULL.
    RsaParameters,
    /// With parameters where there must be none.
    Parameters,
    /// DSA, which is withdrawn.
    Dsa,
    /// One that is out of scope.
    Other {
        /// Object identifier.
        oid: String,
        /// Its name, where it is known.
        name: Option<Text>,
    },
    /// RSA-PSS without readable parameters.
    PssUnreadable,
    /// RSA-PSS with a hash out of scope.
    PssHash,
    /// RSA-PSS with another mask than MGF1 with the signature's hash.
    PssMask,
    /// RSA-PSS with a salt of another length than its hash.
    PssSalt {
        /// Octets of the salt.
        salt: u32,
        /// Octets of the hash.
        hash: u32,
    },
    /// RSA-PSS with a trailer other than 1.
    PssTrailer,
}
