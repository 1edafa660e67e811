//! The key schedule of TLS 1.2 (RFC 5246 sections 5, 6.3, 7.4.9 and 8.1; RFC 7627).

use super::{
    direction::Side,
    suite::{Cipher, Hash},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha384};
use zeroize::Zeroizing;

/// The master secret: 48 octets.
pub type Master = Zeroizing<[u8; 48]>;

/// The random values of both hellos.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Randoms {
    /// The client's.
    pub client: [u8; 32],
    /// The server's.
    pub server: [u8; 32],
}

impl Hash {
    /// Of these octets.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
        }
    }
}

/// P_hash with the label in front of the seed (RFC 5246 section 5): so many octets.
pub fn prf(hash: Hash, secret: &[u8], label: &str, seed: &[u8], octets: usize) -> Zeroizing<Vec<u8>> {
    let seed = [label.as_bytes(), seed].concat();
    match hash {
        Hash::Sha256 => expand::<Hmac<Sha256>>(secret, &seed, octets),
        Hash::Sha384 => expand::<Hmac<Sha384>>(secret, &seed, octets),
    }
}

fn expand<M: Mac + KeyInit>(secret: &[u8], seed: &[u8], octets: usize) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(octets + 64));
    // a key of any length will do
    let keyed = || <M as KeyInit>::new_from_slice(secret);
    let mut a = seed.to_vec();
    while out.len() < octets {
        let (Ok(mut next), Ok(mut block)) = (keyed(), keyed()) else { break };
        next.update(&a);
        a = next.finalize().into_bytes().to_vec();
        block.update(&a);
        block.update(seed);
        out.extend_from_slice(&block.finalize().into_bytes());
    }
    out.truncate(octets);
    out
}

fn secret(octets: &[u8]) -> Master {
    let mut master = Master::new([0; 48]);
    master.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
    master
}

/// The master secret (RFC 5246 section 8.1).
pub fn master(hash: Hash, premaster: &[u8], randoms: &Randoms) -> Master {
    let seed = [randoms.client, randoms.server].concat();
    secret(&prf(hash, premaster, "master secret", &seed, 48))
}

/// The extended master secret (RFC 7627 section 4): bound to the handshake up to the client's key exchange by its hash.
pub fn master_extended(hash: Hash, premaster: &[u8], session_hash: &[u8]) -> Master {
    secret(&prf(hash, premaster, "extended master secret", session_hash, 48))
}

/// The keys of both directions (RFC 5246 section 6.3), the client's first: MAC key, key, and what does not change of the
/// nonce.
pub fn key_block(hash: Hash, cipher: Cipher, master: &Master, randoms: &Randoms) -> [[Zeroizing<Vec<u8>>; 3]; 2] {
    let lengths = cipher.octets();
    let seed = [randoms.server, randoms.client].concat();
    let block = prf(hash, &master[..], "key expansion", &seed, 2 * lengths.iter().sum::<usize>());
    let mut rest = &block[..];
    let mut keys: [[Zeroizing<Vec<u8>>; 3]; 2] = Default::default();
    for (part, length) in lengths.into_iter().enumerate() {
        for direction in &mut keys {
            let (taken, left) = rest.split_at(length.min(rest.len()));
            direction[part] = Zeroizing::new(taken.to_vec());
            rest = left;
        }
    }
    keys
}

/// What a side's Finished has to say (RFC 5246 section 7.4.9): 12 octets.
pub fn finished(hash: Hash, master: &Master, side: Side, transcript_hash: &[u8]) -> Zeroizing<Vec<u8>> {
    let label = match side {
        Side::Client => "client finished",
        Side::Server => "server finished",
    };
    prf(hash, &master[..], label, transcript_hash, 12)
}
