//! Groups in which keys are agreed: X25519, alone and beside ML-KEM-768, ristretto255, and the multiplicative groups modulo a
//! prime.

pub mod cpace;
mod hybrid;
pub mod named;
pub mod own;
pub mod prime;
pub mod weak;

use crate::misfit::Need;
use num_bigint::BigUint;
use rand_core::CryptoRng;
use std::sync::Arc;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// The longest prime that is taken from the wire, in bits.
pub const LONGEST_PRIME: u64 = 8192;

/// A group in which keys are agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Group {
    /// Curve25519, by its x-coordinates (RFC 7748).
    X25519,
    /// Curve25519 beside ML-KEM-768: whoever asks and whoever answers send other values.
    X25519MlKem768,
    /// ristretto255 (RFC 9496), in which passwords are turned into generators.
    Ristretto255,
    /// The powers of g modulo p.
    Modp(Arc<Modp>),
}

/// The multiplicative group modulo p, with a generator.
#[derive(Debug, PartialEq, Eq)]
pub struct Modp {
    /// The modulus, taken for a prime.
    pub p: BigUint,
    /// The generator.
    pub g: BigUint,
    /// Bits of a fresh exponent.
    pub exponent_bits: u64,
    /// The prime order of the generator, where it is known.
    pub order: Option<BigUint>,
}

impl Modp {
    /// A group of unknown origin: exponents are as long as the prime.
    pub fn new(p: BigUint, g: BigUint) -> Self {
        Self { exponent_bits: p.bits(), p, g, order: None }
    }

    /// Octets of a public value and of the shared secret, which are padded to the prime's length (RFC 8446 sections
    /// 4.2.8.1 and 7.4.1).
    pub fn octets(&self) -> usize {
        usize::try_from(self.p.bits().div_ceil(8)).unwrap_or(usize::MAX)
    }

    /// A residue as octets of the prime's length.
    pub fn encode(&self, value: &BigUint) -> Vec<u8> {
        let bytes = value.to_bytes_be();
        let mut octets = vec![0; self.octets().saturating_sub(bytes.len())];
        octets.extend_from_slice(&bytes);
        octets
    }
}

impl Group {
    /// The group's name: its registered one, or `own` for a group that has none.
    pub fn name(&self) -> &'static str {
        match self {
            Self::X25519 => "x25519",
            Self::X25519MlKem768 => "x25519mlkem768",
            Self::Ristretto255 => "ristretto255",
            Self::Modp(modp) => named::name_of(modp).unwrap_or(own::OWN),
        }
    }

    /// A fresh secret, in octets.
    pub fn secret(&self, rng: &mut impl CryptoRng) -> Zeroizing<Vec<u8>> {
        match self {
            Self::X25519 => {
                let mut secret = Zeroizing::new(vec![0; 32]);
                rng.fill_bytes(&mut secret);
                secret
            }
            Self::Ristretto255 => cpace::secret(rng),
            Self::X25519MlKem768 => {
                let mut secret = Zeroizing::new(vec![0; hybrid::SECRET]);
                rng.fill_bytes(&mut secret);
                secret
            }
            Self::Modp(modp) => {
                // Surplus bits make the reduction's bias negligible; the exponent is never 0.
                let bits = modp.exponent_bits.max(2);
                let mut octets = Zeroizing::new(vec![0; usize::try_from(bits.div_ceil(8) + 8).unwrap_or(64)]);
                rng.fill_bytes(&mut octets);
                let bound = (BigUint::from(1u8) << bits).min(modp.p.clone()) - 2u8;
                Zeroizing::new((BigUint::from_bytes_be(&octets) % bound + 1u8).to_bytes_be())
            }
        }
    }

    /// The public value of a secret; `None` where the secret is malformed.
    pub fn public(&self, secret: &[u8]) -> Option<Vec<u8>> {
        Some(match self {
            Self::X25519 => {
                // by the table of the base point's multiples: a third of the time of the ladder
                let secret: [u8; 32] = secret.try_into().ok()?;
                PublicKey::from(&StaticSecret::from(secret)).to_bytes().to_vec()
            }
            Self::X25519MlKem768 => hybrid::public(secret)?,
            Self::Ristretto255 => cpace::base(secret)?,
            Self::Modp(modp) => modp.encode(&modp.g.modpow(&BigUint::from_bytes_be(secret), &modp.p)),
        })
    }

    /// Agrees on a secret with the peer's public value, which has to be of the group's length: everything else about
    /// it is for the checks to find.
    ///
    /// # Errors
    /// The octets that a public value has in this group.
    pub fn agree(&self, secret: &[u8], public: &[u8]) -> Result<Zeroizing<Vec<u8>>, usize> {
        match self {
            Self::X25519 => {
                let public: [u8; 32] = public.try_into().map_err(|_| 32usize)?;
                let secret: [u8; 32] = secret.try_into().map_err(|_| 32usize)?;
                Ok(Zeroizing::new(x25519_dalek::x25519(secret, public).to_vec()))
            }
            Self::X25519MlKem768 => hybrid::agree(secret, public),
            Self::Ristretto255 => cpace::agree(secret, public),
            Self::Modp(modp) => {
                if public.len() != modp.octets() {
                    return Err(modp.octets());
                }
                let shared = BigUint::from_bytes_be(public).modpow(&BigUint::from_bytes_be(secret), &modp.p);
                Ok(Zeroizing::new(modp.encode(&shared)))
            }
        }
    }

    /// What answers a peer's public value.
    ///
    /// # Errors
    /// What the peer's public value has to be in this group.
    pub fn reply(&self, secret: &[u8], public: &[u8]) -> Result<Vec<u8>, Need> {
        match self {
            Self::X25519MlKem768 => hybrid::reply(secret, public).map(|(answer, _)| answer),
            _ => self.public(secret).ok_or(Need::OfGroup),
        }
    }

    /// The secret that the answer to a peer's public value carries.
    ///
    /// # Errors
    /// What the peer's public value has to be in this group.
    pub fn replied(&self, secret: &[u8], public: &[u8]) -> Result<Zeroizing<Vec<u8>>, Need> {
        match self {
            Self::X25519MlKem768 => hybrid::reply(secret, public).map(|(_, shared)| shared),
            _ => self.agree(secret, public).map_err(|octets| Need::Octets { octets }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn two_parties_agree_in_every_named_group() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        for name in named::NAMES {
            let group = named::find(name).unwrap();
            let (a, b) = (group.secret(&mut rng), group.secret(&mut rng));
            let asked = group.public(&a).unwrap();
            let answered = group.reply(&b, &asked).unwrap();
            assert_ne!(asked, answered);
            let shared = group.agree(&a, &answered).unwrap();
            assert_eq!(*shared, *group.replied(&b, &asked).unwrap(), "{name}");
            assert_ne!(*shared, *group.replied(&a, &asked).unwrap(), "{name}");
        }
    }

    #[test]
    fn values_keep_their_leading_zeros() {
        let group = Group::Modp(Arc::new(Modp::new(BigUint::from(65_537u32), BigUint::from(3u8))));
        assert_eq!(group.public(&[1]), Some(vec![0, 0, 3]));
        assert_eq!(group.agree(&[2], &[0, 0, 3]).unwrap().to_vec(), vec![0, 0, 9]);
        assert_eq!(group.agree(&[2], &[0, 3]).err(), Some(3));
    }
}
