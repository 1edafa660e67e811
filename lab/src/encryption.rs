//! Public-key encryption: RSA keys, and the paddings that make a plaintext as long as a modulus (RFC 8017).
//!
//! Keys and OAEP are the crate `rsa`'s. The older padding is this file's: the crate hides what a victim of the lab has to be
//! able to show.

mod drawn;

use crate::{
    misfit::{Given, Misfit, Need},
    term::Padding,
};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use rand_core::CryptoRng;
use rsa::{
    BoxedUint, PrivateKey, PublicKey,
    pkcs1::{DecodeRsaPrivateKey, EncodeRsaPublicKey, RsaPublicKey, der::Decode},
    pkcs8::{DecodePrivateKey, EncodePrivateKey},
    traits::PublicKeyParts,
};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bits of a modulus that is drawn for a session.
pub const USUAL_BITS: usize = 2048;
/// Bits that a modulus has at least: what holds a secret of 32 octets and its padding, and no more.
pub const LEAST_BITS: usize = 512;
/// Bits that it has at most.
pub const MOST_BITS: usize = 4096;

/// Octets at the beginning of a PKCS#1 v1.5 block: 0, 2 and at least eight that are not 0; then one that is.
const FRAME: usize = 11;

/// A private RSA key, which opens what was encrypted to its public one. It has no `Debug` that shows it.
#[derive(Clone)]
pub struct DecryptionKey(PrivateKey);

impl DecryptionKey {
    /// Draws a key whose modulus has so many bits; `None` where that is no length for one.
    pub fn generate(bits: usize, rng: &mut dyn CryptoRng) -> Option<Self> {
        if !(LEAST_BITS..=MOST_BITS).contains(&bits) {
            return None;
        }
        PrivateKey::new_unchecked(rng, bits).ok().map(Self)
    }

    /// The key with a modulus of so many bits that follows from a seed; `None` where that is no length for one.
    pub fn drawn(seed: [u8; 32], bits: usize) -> Option<Self> {
        drawn::key(seed, bits)
    }

    /// A key from its PKCS#8 form, DER (RFC 5208); `None` where it is none.
    pub fn from_pkcs8(der: &[u8]) -> Option<Self> {
        PrivateKey::from_pkcs8_der(der).ok().map(Self)
    }

    /// A key from its PKCS#1 form, DER (RFC 8017 appendix A.1.2); `None` where it is none.
    pub fn from_pkcs1(der: &[u8]) -> Option<Self> {
        PrivateKey::from_pkcs1_der(der).ok().map(Self)
    }

    /// The key in its PKCS#8 form, DER (RFC 5208).
    pub fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.to_pkcs8_der().map(|der| der.as_bytes().to_vec()).unwrap_or_default())
    }

    /// A signature with the same key: PKCS#1 v1.5 with SHA-256 (RFC 8017 section 8.2).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.pkcs1v15_sign::<Sha256>(message).unwrap_or_default()
    }

    /// The same with SHA-1, which nobody relies on any more (RFC 9155).
    pub fn sign_sha1(&self, message: &[u8]) -> Vec<u8> {
        self.0.pkcs1v15_sign::<Sha1>(message).unwrap_or_default()
    }

    /// The same by PSS with SHA-256 and a salt as long (RFC 8017 section 8.1).
    pub fn sign_pss(&self, message: &[u8], rng: &mut dyn CryptoRng) -> Vec<u8> {
        self.0.pss_sign_with_rng::<Sha256, _>(rng, message).unwrap_or_default()
    }

    /// Bits of the modulus.
    pub fn bits(&self) -> usize {
        self.0.n().as_ref().bit_width_vartime() as usize
    }

    /// The public key.
    pub fn encryption_key(&self) -> EncryptionKey {
        EncryptionKey(self.0.to_public_key())
    }

    /// What a ciphertext holds; `None` where it is not padded as it has to be.
    pub fn decrypt(&self, padding: Padding, ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match padding {
            Padding::Oaep => self.0.oaep_decrypt::<Sha256>(ciphertext).ok().map(Zeroizing::new),
            Padding::Pkcs1v15 => {
                let block = self.block(ciphertext)?;
                let [0, 2, rest @ ..] = block.as_slice() else { return None };
                // Whoever only looks how a block begins takes what follows the first zero, wherever that is.
                let end = rest.iter().position(|octet| *octet == 0).unwrap_or(rest.len());
                Some(Zeroizing::new(rest.get(end + 1..).unwrap_or_default().to_vec()))
            }
        }
    }

    /// What a ciphertext holds where that is as long as `other`, which otherwise takes its place.
    pub fn decrypt_or(&self, padding: Padding, ciphertext: &[u8], other: &[u8]) -> Zeroizing<Vec<u8>> {
        let held = self.decrypt(padding, ciphertext).filter(|held| held.len() == other.len());
        held.unwrap_or_else(|| Zeroizing::new(other.to_vec()))
    }

    /// The block of a ciphertext, padding and all (RFC 8017 section 5.1.2).
    fn block(&self, ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (octets, precision) = (self.0.size(), self.0.n().as_ref().bits_precision());
        if ciphertext.len() != octets {
            return None;
        }
        let number = BoxedUint::from_be_slice(ciphertext, precision).ok()?;
        let opened = rsa::hazmat::rsa_decrypt(None::<&mut ChaCha20Rng>, &self.0, &number).ok()?;
        let wide = Zeroizing::new(opened.to_be_bytes());
        let surplus = wide.len().checked_sub(octets)?;
        Some(Zeroizing::new(wide[surplus..].to_vec()))
    }
}

/// A public RSA key.
#[derive(Clone, Debug)]
pub struct EncryptionKey(PublicKey);

impl EncryptionKey {
    /// A key from its DER form (RFC 8017 appendix A.1.1); `None` where it is none, or of a length that the lab does not use.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let parsed = RsaPublicKey::<rsa::pkcs1::UintRef<'_>>::from_der(der).ok()?;
        let number = |octets: &[u8]| BoxedUint::from_be_slice(octets, u32::try_from(octets.len()).ok()? * 8).ok();
        let (n, e) = (number(parsed.modulus.as_bytes())?, number(parsed.public_exponent.as_bytes())?);
        PublicKey::new_with_size_limits(n, e, LEAST_BITS..=MOST_BITS).ok().map(Self)
    }

    /// The key in its DER form.
    pub fn to_der(&self) -> Vec<u8> {
        self.0.to_pkcs1_der().map(|der| der.as_bytes().to_vec()).unwrap_or_default()
    }

    /// Bits of the modulus.
    pub fn bits(&self) -> u64 {
        self.0.n().as_ref().bit_width_vartime().into()
    }

    /// The modulus, most significant octet first.
    pub fn modulus(&self) -> Vec<u8> {
        let wide = self.0.n().as_ref().to_be_bytes();
        wide[wide.len() - self.0.size()..].to_vec()
    }

    /// The public exponent, most significant octet first.
    pub fn exponent(&self) -> Vec<u8> {
        self.0.e().to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect()
    }

    /// Encrypts: all that is random follows from the coins.
    ///
    /// # Errors
    /// The plaintext is too long for the modulus.
    pub fn encrypt(&self, padding: Padding, coins: [u8; 32], plaintext: &[u8]) -> Result<Vec<u8>, Misfit> {
        let mut rng = ChaCha20Rng::from_seed(coins);
        let encrypted = match padding {
            Padding::Oaep => self.0.oaep_encrypt_with_rng::<Sha256, _>(&mut rng, plaintext).ok(),
            Padding::Pkcs1v15 => self.raised(&self.padded(&mut rng, plaintext)),
        };
        encrypted.ok_or_else(|| {
            let most = self.0.size().saturating_sub(match padding {
                Padding::Oaep => 2 * 32 + 2,
                Padding::Pkcs1v15 => FRAME,
            });
            Misfit::new("plaintext", Need::OctetsAtMost { octets: most }, Given::count(plaintext.len()))
        })
    }

    /// A plaintext in its block; too short a one where it has no place.
    fn padded(&self, rng: &mut ChaCha20Rng, plaintext: &[u8]) -> Zeroizing<Vec<u8>> {
        use rand_core::Rng;
        let octets = self.0.size();
        let mut block = Zeroizing::new(Vec::with_capacity(octets));
        let Some(random) = octets.checked_sub(3 + plaintext.len()).filter(|random| *random >= FRAME - 3) else {
            return block;
        };
        block.extend([0, 2]);
        while block.len() < 2 + random {
            let mut drawn = [0; 1];
            rng.fill_bytes(&mut drawn);
            block.extend(drawn.iter().filter(|octet| **octet != 0));
        }
        block.push(0);
        block.extend_from_slice(plaintext);
        block
    }

    /// A block to the power of the public exponent (RFC 8017 section 5.1.1).
    fn raised(&self, block: &[u8]) -> Option<Vec<u8>> {
        let octets = self.0.size();
        if block.len() != octets {
            return None;
        }
        let number = BoxedUint::from_be_slice(block, self.0.n().as_ref().bits_precision()).ok()?;
        let raised = rsa::hazmat::rsa_encrypt(&self.0, &number).ok()?.to_be_bytes();
        Some(raised[raised.len().checked_sub(octets)?..].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(bits: usize) -> DecryptionKey {
        DecryptionKey::generate(bits, &mut ChaCha20Rng::from_seed([7; 32])).unwrap()
    }

    #[test]
    fn what_is_encrypted_is_opened_by_its_key_alone() {
        for (padding, bits) in [(Padding::Oaep, 1024), (Padding::Pkcs1v15, 512), (Padding::Pkcs1v15, 521)] {
            let (own, public) = (key(bits), key(bits).encryption_key());
            let sealed = public.encrypt(padding, [1; 32], b"a secret").unwrap();
            assert_eq!(own.decrypt(padding, &sealed).unwrap().as_slice(), b"a secret");
            assert_eq!(public.encrypt(padding, [1; 32], b"a secret").unwrap(), sealed, "the same coins");
            assert_ne!(public.encrypt(padding, [2; 32], b"a secret").unwrap(), sealed, "others");
            assert!(own.decrypt(padding, &sealed[1..]).is_none());
            let mut changed = sealed.clone();
            changed[3] ^= 1;
            assert_ne!(own.decrypt(padding, &changed).as_deref().map(Vec::as_slice), Some(b"a secret".as_slice()));
        }
    }

    #[test]
    fn keys_survive_their_forms() {
        for bits in [512, 521, 1024, 2048] {
            let own = key(bits);
            let der = own.encryption_key().to_der();
            let read = EncryptionKey::from_der(&der).unwrap();
            assert_eq!((read.to_der(), read.modulus().len()), (der.clone(), bits.div_ceil(8)));
            assert_eq!(read.exponent(), [1, 0, 1]);
            let again = DecryptionKey::from_pkcs8(&own.to_pkcs8()).unwrap();
            assert_eq!(again.encryption_key().to_der(), der);
            for cut in [0, 1, der.len() - 1] {
                assert!(EncryptionKey::from_der(&der[..cut]).is_none());
            }
        }
        assert!(DecryptionKey::generate(LEAST_BITS - 1, &mut ChaCha20Rng::from_seed([7; 32])).is_none());
        assert!(DecryptionKey::from_pkcs8(b"no key").is_none());
    }

    /// RFC 8017 section 7.1: OAEP takes two digests and two octets of the modulus; section 7.2: the other eleven octets.
    #[test]
    fn a_plaintext_that_is_too_long_is_refused() {
        let public = key(1024).encryption_key();
        for (padding, most) in [(Padding::Oaep, 128 - 66), (Padding::Pkcs1v15, 128 - 11)] {
            assert!(public.encrypt(padding, [0; 32], &vec![1; most]).is_ok());
            let refused = public.encrypt(padding, [0; 32], &vec![1; most + 1]).unwrap_err();
            assert_eq!(refused.expected, Need::OctetsAtMost { octets: most });
        }
    }

    /// A block that begins with 0 and 2 is taken for one, and what is not one is replaced without a word.
    #[test]
    fn only_the_beginning_of_an_old_block_is_looked_at() {
        let (own, public) = (key(512), key(512).encryption_key());
        let opened = |block: &[u8]| own.decrypt(Padding::Pkcs1v15, &public.raised(block).unwrap());
        let mut block = vec![9; 64];
        (block[0], block[1]) = (0, 2);
        assert_eq!(opened(&block).unwrap().as_slice(), b"", "no zero in it");
        block[2] = 0;
        assert_eq!(opened(&block).unwrap().len(), 61, "and one too early");
        block[1] = 1;
        assert!(opened(&block).is_none());
        let sealed = public.raised(&block).unwrap();
        assert_eq!(own.decrypt_or(Padding::Pkcs1v15, &sealed, b"other").as_slice(), b"other");
        let sealed = public.encrypt(Padding::Pkcs1v15, [3; 32], b"words").unwrap();
        assert_eq!(own.decrypt_or(Padding::Pkcs1v15, &sealed, b"other").as_slice(), b"words");
        assert_eq!(own.decrypt_or(Padding::Pkcs1v15, &sealed, b"longer").as_slice(), b"longer", "another length");
    }
}
