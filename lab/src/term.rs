//! The language that modes are written in: sorts, operations and expressions.
//!
//! Expressions are data. The interpreter evaluates them over any [algebra](crate::algebra); the page and the
//! documentation print them; validation checks their names and sorts.

use crate::check::Check;
use std::fmt;

/// How far a value of a sort may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere: it travels, and events show it.
    Wire,
    /// No message carries it, but events may show it.
    Shown,
    /// Nowhere: nothing but a one-way label of it is ever published.
    Nowhere,
}

macro_rules! sorts {
    ($($(#[$doc:meta])+ $name:ident = $text:literal, $reach:ident;)+) => {
        /// What kind of thing a value is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Sort {
            $($(#[$doc])+ $name,)+
        }

        impl Sort {
            /// Every sort.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// How far a value of this sort may go.
            pub const fn reach(self) -> Reach {
                match self {
                    $(Self::$name => Reach::$reach,)+
                }
            }
        }

        impl fmt::Display for Sort {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$name => $text,)+
                })
            }
        }
    };
}

sorts! {
    /// The id that correlates the processes' events. No security rests on it.
    Session = "session", Wire;
    /// Modes and groups that a client offers, best first.
    Offers = "offers", Wire;
    /// The offer that the server picked.
    Choice = "choice", Wire;
    /// A group for Diffie–Hellman.
    Group = "group", Wire;
    /// 32 random octets.
    Nonce = "nonce", Wire;
    /// A private exponent or scalar.
    Secret = "secret", Nowhere;
    /// A public value in a group.
    Public = "public", Wire;
    /// What two parties share and nobody else knows: the output of a key agreement, or what they were given.
    Shared = "shared secret", Nowhere;
    /// A symmetric key, 32 octets.
    Key = "key", Nowhere;
    /// An HMAC-SHA256 tag.
    Mac = "mac", Wire;
    /// A private signing key.
    SigningKey = "signing key", Nowhere;
    /// A public signature key.
    VerifyingKey = "verifying key", Wire;
    /// An Ed25519 signature.
    Signature = "signature", Wire;
    /// A private key that opens what was encrypted to its public one.
    DecryptionKey = "decryption key", Nowhere;
    /// A public key to which anybody can encrypt.
    EncryptionKey = "encryption key", Wire;
    /// What was encrypted to somebody's public key.
    Ciphertext = "ciphertext", Wire;
    /// A certificate chain, leaf first.
    Chain = "certificate chain", Wire;
    /// What a party holds certificates against: trust anchors, revocation lists, pins.
    Trust = "trust", Shown;
    /// A DNS name.
    Name = "name", Wire;
    /// Unix seconds.
    Time = "time", Shown;
    /// A string so short that people read it to each other: 16 bits.
    Short = "short string", Wire;
    /// A SHA-256 digest, of the frames so far or of chosen values.
    Digest = "digest", Wire;
    /// A secret, sealed with a key that seals nothing else.
    Sealed = "sealed secret", Wire;
    /// Several values in order, none of them secret.
    Tuple = "tuple", Shown;
    /// Several values in order, at least one of them secret.
    Secrets = "secrets", Nowhere;
}

impl Sort {
    /// A message may carry it.
    pub const fn travels(self) -> bool {
        matches!(self.reach(), Reach::Wire)
    }

    /// An event may show it, as what a check expected or observed.
    pub const fn may_be_shown(self) -> bool {
        !matches!(self.reach(), Reach::Nowhere)
    }

    /// It can stand in a tuple: every value of it has one canonical form, which no other value has.
    pub const fn is_encodable(self) -> bool {
        !matches!(self, Self::SigningKey | Self::DecryptionKey | Self::Trust)
    }

    /// A party can draw it by itself: for a group, or without one.
    pub const fn is_drawn(self, for_group: bool) -> bool {
        match self {
            Self::Secret => true,
            Self::Nonce | Self::Shared | Self::DecryptionKey => !for_group,
            _ => false,
        }
    }

    /// It can be taken out of what was decrypted: octets of one length, or a name.
    pub const fn is_part(self) -> bool {
        matches!(self, Self::Nonce | Self::Secret | Self::Shared | Self::Name)
    }

    /// What a tuple of values of these sorts is: secret as soon as one of them is.
    pub fn of_tuple(sorts: &[Self]) -> Self {
        if sorts.iter().all(|sort| sort.may_be_shown()) { Self::Tuple } else { Self::Secrets }
    }
}

/// How a plaintext is made as long as an RSA modulus (RFC 8017).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Optimal asymmetric encryption padding with SHA-256 (section 7.1).
    Oaep,
    /// The older one, which shows whoever can ask whether a block begins as it has to (section 7.2).
    Pkcs1v15,
}

impl fmt::Display for Padding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Oaep => "oaep",
            Self::Pkcs1v15 => "pkcs1v15",
        })
    }
}

/// A function that both victims can compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// The group that a client offers first, which its first share is for.
    Preferred,
    /// The server's choice among the offers.
    Pick,
    /// The server's choice, provided that it was offered.
    Accept,
    /// The published group that a choice names.
    GroupOf,
    /// The group that a choice names: a published one, or the server's own.
    ServerGroup,
    /// The public value of a secret: g^x, or X25519(x, 9).
    Public,
    /// Key agreement: Y^x, X25519(x, Y), or what a ciphertext encapsulates.
    Agree,
    /// The public value of a secret to a generator that follows from what two share and from a digest (CPace).
    PublicUnder,
    /// What answers a public value, drawn from the answering party's secret: g^x again, or a ciphertext that the secret is the
    /// coins of (a key encapsulation mechanism's encapsulate).
    Reply,
    /// The secret that an answer carries, for the one who answered: Y^x, or what was encapsulated. The one who asked finds it
    /// by [`Self::Agree`].
    Replied,
    /// Several secrets as one, from which nothing follows without all of them: joined in the canonical form of tuples (NIST
    /// SP 800-56C rev. 2 section 2, with the lengths that ETSI TS 103 744 section 8.2 puts before each).
    Combine,
    /// HKDF-Extract with SHA-256 and an empty salt (RFC 5869 section 2.2).
    Extract,
    /// HKDF-Expand to 32 octets under this label (RFC 5869 section 2.3).
    Expand(&'static str),
    /// SHA-256 of a tuple's canonical form: a digest over chosen values.
    Hash,
    /// The first 16 bits of a digest, for people to compare (RFC 6189 section 5.1.6).
    Short,
    /// HMAC-SHA256 (RFC 2104).
    Mac,
    /// Seals a secret with a key that seals nothing else: ChaCha20-Poly1305 (RFC 8439 section 2.8) with a nonce of zeros and no
    /// additional data.
    Seal,
    /// The secret that was sealed.
    Open,
    /// Ed25519 signature under this context (RFC 8446 section 4.4.3).
    Sign(&'static str),
    /// The public key of a private signing key.
    VerifyingKey,
    /// The public signature key that a chain's leaf certifies.
    LeafKey,
    /// The public key to encrypt to that a chain's leaf certifies.
    LeafEncryptionKey,
    /// The DNS name that a chain's leaf is for, the first where there are several.
    LeafName,
    /// The public key of a private one.
    EncryptionKey,
    /// Encrypts a tuple to a public key; the coins say which of the many ciphertexts it becomes.
    Encrypt(Padding),
    /// The tuple that a ciphertext holds.
    Decrypt(Padding),
    /// The tuple that a ciphertext as long as the modulus holds where it is one as long as this other one, which otherwise takes
    /// its place: nobody can tell whether it did (RFC 5246 section 7.4.7.1).
    DecryptOr(Padding),
    /// What a generator starts from that has the time and a process number only: Unix seconds, and the lowest 15 bits of a draw.
    /// Whoever knows when that was has few to try (RFC 4086 section 6.1.1).
    ClockSeed,
    /// One value of a tuple, counted from 0, that has so many: of a sort that [can be taken out](Sort::is_part).
    Part(usize, usize, Sort),
}

impl Op {
    /// Sorts of the arguments, and of the result.
    pub const fn signature(self) -> (&'static [Sort], Sort) {
        use Sort::{
            Chain, Choice, Ciphertext, DecryptionKey, Digest, EncryptionKey, Group, Key, Name, Offers, Public, Sealed,
            Secret, Secrets, Shared, Signature, SigningKey, Tuple, VerifyingKey,
        };
        match self {
            Self::Preferred => (&[Offers], Group),
            Self::Pick => (&[Offers, Offers], Choice),
            Self::Accept => (&[Offers, Choice], Choice),
            Self::GroupOf => (&[Choice], Group),
            Self::ServerGroup => (&[Choice, Group], Group),
            Self::Public => (&[Group, Secret], Public),
            Self::Agree => (&[Group, Secret, Public], Shared),
            Self::PublicUnder => (&[Group, Secret, Shared, Digest], Public),
            Self::Reply => (&[Group, Secret, Public], Public),
            Self::Replied => (&[Group, Secret, Public], Shared),
            Self::Combine => (&[Secrets], Shared),
            Self::Extract => (&[Shared], Key),
            Self::Expand(_) => (&[Key, Digest], Key),
            Self::Hash => (&[Tuple], Digest),
            Self::Short => (&[Digest], Sort::Short),
            Self::Mac => (&[Key, Digest], Sort::Mac),
            Self::Seal => (&[Key, Shared], Sealed),
            Self::Open => (&[Key, Sealed], Shared),
            Self::Sign(_) => (&[SigningKey, Digest], Signature),
            Self::VerifyingKey => (&[SigningKey], VerifyingKey),
            Self::LeafKey => (&[Chain], VerifyingKey),
            Self::LeafEncryptionKey => (&[Chain], EncryptionKey),
            Self::LeafName => (&[Chain], Name),
            Self::EncryptionKey => (&[DecryptionKey], EncryptionKey),
            Self::Encrypt(_) => (&[Secret, Secrets, EncryptionKey], Ciphertext),
            Self::Decrypt(_) => (&[DecryptionKey, Ciphertext], Secrets),
            Self::DecryptOr(_) => (&[DecryptionKey, Secrets, Ciphertext], Secrets),
            Self::ClockSeed => (&[Sort::Time, Secret], Secret),
            Self::Part(_, _, sort) => (&[Secrets], sort),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Preferred => "preferred",
            Self::Pick => "pick",
            Self::Accept => "accept",
            Self::GroupOf => "group-of",
            Self::ServerGroup => "server-group",
            Self::Public => "public",
            Self::Agree => "agree",
            Self::PublicUnder => "public-under",
            Self::Reply => "reply",
            Self::Replied => "replied",
            Self::Combine => "combine",
            Self::Extract => "hkdf-extract",
            Self::Expand(label) => return write!(f, "hkdf-expand[{label}]"),
            Self::Hash => "hash",
            Self::Short => "short",
            Self::Mac => "hmac",
            Self::Seal => "seal",
            Self::Open => "open",
            Self::Sign(context) => return write!(f, "sign[{context}]"),
            Self::VerifyingKey => "verifying-key",
            Self::LeafKey => "leaf-key",
            Self::LeafEncryptionKey => "leaf-encryption-key",
            Self::LeafName => "leaf-name",
            Self::EncryptionKey => "encryption-key",
            Self::Encrypt(padding) => return write!(f, "encrypt[{padding}]"),
            Self::Decrypt(padding) => return write!(f, "decrypt[{padding}]"),
            Self::DecryptOr(padding) => return write!(f, "decrypt-or[{padding}]"),
            Self::ClockSeed => "clock-seed",
            Self::Part(at, of, sort) => return write!(f, "part[{} of {of}, {sort}]", at + 1),
        })
    }
}

/// An expression over the values that a party knows.
#[derive(Clone, Copy, Debug)]
pub enum Expr {
    /// A value by its name.
    Var(&'static str),
    /// An operation.
    Apply(Op, &'static [Self]),
    /// Several values in order.
    Tuple(&'static [Self]),
    /// The digest of all frames up to here.
    Transcript,
    /// The first expression while the check is on, the second where it is switched off: for checks that change what
    /// both parties compute.
    Switch(&'static Check, &'static Self, &'static Self),
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Var(name) => f.write_str(name),
            Self::Transcript => f.write_str("transcript"),
            Self::Switch(check, on, off) => write!(f, "{on} (without {}: {off})", check.id),
            Self::Tuple(items) => list(f, items),
            // A tuple brings its own parentheses.
            Self::Apply(op, [Self::Tuple(items)]) => write!(f, "{op}").and_then(|()| list(f, items)),
            Self::Apply(op, args) => write!(f, "{op}").and_then(|()| list(f, args)),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, items: &[Expr]) -> fmt::Result {
    f.write_str("(")?;
    for (i, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
    }
    f.write_str(")")
}
