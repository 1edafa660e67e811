//! The algebra of bytes: what the victims compute with.

mod certified;
mod codec;
mod relations;
mod sealed;
mod tuple;

use super::{Algebra, Misfit};
use crate::misfit::{Given, Need, cut};
use crate::{
    certificate::Trust,
    check::Switches,
    encryption::{DecryptionKey, EncryptionKey, USUAL_BITS},
    finding::Finding,
    group::{Group, cpace, named, own::OWN},
    mode::{Message, Relation},
    term::{Op, Sort},
    wire::Frame,
};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use ed25519_dalek::{Signer, SigningKey};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use rand_core::Rng;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What a client offers, or a server supports: a mode with groups, best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The mode's id.
    pub mode: String,
    /// Names of groups, best first; `own` for the server's own.
    pub groups: Vec<String>,
}

/// What the server picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The mode's id.
    pub mode: String,
    /// The group's name.
    pub group: String,
}

/// A value of any sort. It has no `Debug`: half of the sorts are secret.
#[derive(Clone)]
pub enum Value {
    /// Session ids and names.
    Text(String),
    /// Offers.
    Offers(Vec<Offer>),
    /// A choice.
    Choice(Choice),
    /// A group.
    Group(Group),
    /// Nonces, public values, MACs, signatures, ciphertexts, public keys, digests, tuples.
    Bytes(Vec<u8>),
    /// Private exponents, shared secrets, keys, tuples with secrets.
    Secret(Zeroizing<Vec<u8>>),
    /// A private signing key, with its public one.
    SigningKey(Arc<SigningKey>),
    /// A private key to decrypt with.
    DecryptionKey(Arc<DecryptionKey>),
    /// A chain of certificates, DER, leaf first.
    Chain(Arc<[Vec<u8>]>),
    /// What certificates are held against.
    Trust(Arc<Trust>),
    /// Unix seconds.
    Time(i64),
}

impl Value {
    /// A secret from its octets.
    pub fn secret(octets: &[u8]) -> Self {
        Self::Secret(Zeroizing::new(octets.to_vec()))
    }

    /// A private signing key from its Ed25519 seed.
    pub fn signing_key(seed: &[u8; 32]) -> Self {
        Self::SigningKey(Arc::new(SigningKey::from_bytes(seed)))
    }

    /// The octets of a value that is made of octets.
    pub fn octets(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Secret(bytes) => Some(bytes),
            Self::Text(text) => Some(text.as_bytes()),
            _ => None,
        }
    }

    /// The text of a session id or name.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The group, if it is one.
    pub fn group(&self) -> Option<&Group> {
        if let Self::Group(group) = self { Some(group) } else { None }
    }
}

/// What the sorts of the table promise and the values break is the table's fault, which validation excludes.
fn unsuitable(op: impl ToString) -> Misfit {
    Misfit::new(op.to_string(), Need::Sorts, Given::Others)
}

/// A public value that does not fit its group.
fn unfit(expected: Need, public: &[u8]) -> Misfit {
    Misfit::new("public value", expected, Given::Octets { octets: public.len() })
}

/// Computes with bytes; random values come from a seed.
pub struct Real {
    rng: ChaCha20Rng,
}

impl Real {
    /// All random values of this party follow from its seed.
    pub fn new(seed: [u8; 32]) -> Self {
        Self { rng: ChaCha20Rng::from_seed(seed) }
    }

    /// A value of a sort as a message's field of this name carries it.
    ///
    /// # Errors
    /// It is none, or the sort does not travel.
    pub fn value(field: &str, sort: Sort, value: serde_json::Value) -> Result<Value, Misfit> {
        codec::decode(field, sort, Some(value))
    }

    /// The field of a message in JSON; nothing for what does not travel.
    pub fn json(value: &Value) -> serde_json::Value {
        codec::encode(value)
    }
}

impl Clone for Real {
    fn clone(&self) -> Self {
        let mut rng = ChaCha20Rng::from_seed(self.rng.get_seed());
        rng.set_word_pos(self.rng.get_word_pos());
        Self { rng }
    }
}

/// What a signature covers: RFC 8446 section 4.4.3.
fn signed_content(context: &str, digest: &[u8]) -> Vec<u8> {
    let mut content = vec![0x20; 64];
    content.extend_from_slice(b"Interlock v1, ");
    content.extend_from_slice(context.as_bytes());
    content.push(0);
    content.extend_from_slice(digest);
    content
}

fn mac(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(data);
    Some(mac.finalize().into_bytes().to_vec())
}

fn expand(key: &[u8], label: &str, context: &[u8]) -> Option<Value> {
    let mut output = Zeroizing::new(vec![0; 32]);
    Hkdf::<Sha256>::from_prk(key)
        .ok()?
        .expand_multi_info(&[b"interlock v1 ", label.as_bytes(), &[0], context], &mut output)
        .ok()?;
    Some(Value::Secret(output))
}

/// Process numbers that there are: so many bits of what else was drawn are left.
pub const PROCESS_BITS: u32 = 15;

/// What a generator starts from that has the time in Unix seconds and the lowest [`PROCESS_BITS`] bits of a number: both in
/// network order, then zeros, 32 octets.
pub fn clock_seed(seconds: i64, process: u16) -> [u8; 32] {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&seconds.to_be_bytes());
    seed[8..10].copy_from_slice(&(process & ((1 << PROCESS_BITS) - 1)).to_be_bytes());
    seed
}

fn pick(offered: &[Offer], supported: &[Offer]) -> Option<Choice> {
    offered.iter().find_map(|offer| {
        let own = supported.iter().find(|own| own.mode == offer.mode)?;
        let group = offer.groups.iter().find(|group| own.groups.contains(group))?;
        Some(Choice { mode: offer.mode.clone(), group: group.clone() })
    })
}

/// These offers, cut where they are long.
fn wanted(offers: &[Offer]) -> Need {
    Need::Offers { offers: cut(&offers_text(offers)) }
}

fn offers_text(offers: &[Offer]) -> String {
    let or_none = |text: String, what: &str| if text.is_empty() { format!("no {what}") } else { text };
    let one = |offer: &Offer| format!("{} with {}", offer.mode, or_none(offer.groups.join(" or "), "group"));
    or_none(offers.iter().map(one).collect::<Vec<_>>().join(", "), "offer")
}

impl Algebra for Real {
    type Value = Value;
    type Wire = Frame;
    type Transcript = Sha256;

    fn fresh(&mut self, name: &'static str, sort: Sort, group: Option<&Value>) -> Result<Value, Misfit> {
        match (sort, group) {
            (Sort::Nonce, None) => {
                let mut nonce = vec![0; 32];
                self.rng.fill_bytes(&mut nonce);
                Ok(Value::Bytes(nonce))
            }
            (Sort::Secret | Sort::Shared, None) => {
                let mut secret = Zeroizing::new(vec![0; 32]);
                self.rng.fill_bytes(&mut secret);
                Ok(Value::Secret(secret))
            }
            (Sort::DecryptionKey, None) => DecryptionKey::generate(USUAL_BITS, &mut self.rng)
                .map(|key| Value::DecryptionKey(Arc::new(key)))
                .ok_or_else(|| unsuitable(name)),
            (Sort::Secret, Some(Value::Group(Group::Modp(modp)))) if modp.p.bits() < 3 => {
                Err(Misfit::new("group", Need::PrimeBits { bits: 3 }, Given::Bits { bits: modp.p.bits() }))
            }
            (Sort::Secret, Some(Value::Group(group))) => Ok(Value::Secret(group.secret(&mut self.rng))),
            _ => Err(unsuitable(name)),
        }
    }

    fn seed(&mut self, seed: &Value) -> Result<(), Misfit> {
        let seed = seed.octets().and_then(|octets| octets.try_into().ok());
        *self = Self::new(seed.ok_or_else(|| Misfit::new("seed", Need::Octets { octets: 32 }, Given::Another))?);
        Ok(())
    }

    fn apply(&self, op: Op, args: &[Value]) -> Result<Value, Misfit> {
        match (op, args) {
            (Op::Preferred, [Value::Offers(offered)]) => offered
                .first()
                .and_then(|offer| named::find(offer.groups.first()?))
                .map(Value::Group)
                .ok_or_else(|| Misfit::new("offers", Need::PublishedFirst, Given::text(&offers_text(offered)))),
            (Op::Pick, [Value::Offers(offered), Value::Offers(supported)]) => pick(offered, supported)
                .map(Value::Choice)
                .ok_or_else(|| Misfit::new("offers", wanted(supported), Given::text(&offers_text(offered)))),
            (Op::Accept, [Value::Offers(offered), Value::Choice(choice)]) => {
                let one = Offer { mode: choice.mode.clone(), groups: vec![choice.group.clone()] };
                pick(offered, std::slice::from_ref(&one))
                    .map(Value::Choice)
                    .ok_or_else(|| Misfit::new("choice", wanted(offered), Given::text(&offers_text(&[one]))))
            }
            (Op::GroupOf, [Value::Choice(choice)]) => named::find(&choice.group).map(Value::Group).ok_or_else(|| {
                let names = named::NAMES.iter().map(|name| (*name).to_owned()).collect();
                Misfit::new("choice", Need::OneOf { names }, Given::text(&choice.group))
            }),
            (Op::ServerGroup, [Value::Choice(choice), own @ Value::Group(_)]) if choice.group == OWN => Ok(own.clone()),
            (Op::ServerGroup, [choice, _]) => self.apply(Op::GroupOf, std::slice::from_ref(choice)),
            (Op::Public, [Value::Group(group), Value::Secret(secret)]) => {
                group.public(secret).map(Value::Bytes).ok_or_else(|| unsuitable(op))
            }
            (Op::Agree, [Value::Group(group), Value::Secret(secret), Value::Bytes(public)]) => group
                .agree(secret, public)
                .map(Value::Secret)
                .map_err(|octets| Misfit::new("public value", Need::Octets { octets }, Given::count(public.len()))),
            (
                Op::PublicUnder,
                [Value::Group(Group::Ristretto255), Value::Secret(secret), Value::Secret(shared), Value::Bytes(digest)],
            ) => cpace::public(secret, shared, &[], digest).map(Value::Bytes).ok_or_else(|| unsuitable(op)),
            (Op::Reply, [Value::Group(group), Value::Secret(secret), Value::Bytes(public)]) => {
                group.reply(secret, public).map(Value::Bytes).map_err(|expected| unfit(expected, public))
            }
            (Op::Replied, [Value::Group(group), Value::Secret(secret), Value::Bytes(public)]) => {
                group.replied(secret, public).map(Value::Secret).map_err(|expected| unfit(expected, public))
            }
            // The canonical form of the tuple is what joins them.
            (Op::Combine, [Value::Secret(secrets)]) => Ok(Value::Secret(secrets.clone())),
            (Op::Hash, [Value::Bytes(tuple)]) => Ok(Value::Bytes(Sha256::digest(tuple).to_vec())),
            (Op::Short, [Value::Bytes(digest)]) => {
                digest.first_chunk::<2>().map(|short| Value::Bytes(short.to_vec())).ok_or_else(|| unsuitable(op))
            }
            (Op::Extract, [Value::Secret(shared)]) => {
                let (key, _) = Hkdf::<Sha256>::extract(None, shared);
                Ok(Value::secret(&key))
            }
            (Op::Expand(label), [Value::Secret(key), Value::Bytes(digest)]) => {
                expand(key, label, digest).ok_or_else(|| unsuitable(op))
            }
            (Op::Mac, [Value::Secret(key), Value::Bytes(digest)]) => {
                mac(key, digest).map(Value::Bytes).ok_or_else(|| unsuitable(op))
            }
            (Op::Sign(context), [Value::SigningKey(key), Value::Bytes(digest)]) => {
                Ok(Value::Bytes(key.sign(&signed_content(context, digest)).to_bytes().to_vec()))
            }
            (Op::Seal, [Value::Secret(key), Value::Secret(secret)]) => {
                sealed::seal(key, secret).ok_or_else(|| unsuitable(op))
            }
            (Op::Open, [Value::Secret(key), Value::Bytes(octets)]) => {
                sealed::open(key, octets).ok_or_else(|| Misfit::new("sealed secret", Need::Sealed, Given::Another))
            }
            (Op::VerifyingKey, [Value::SigningKey(key)]) => Ok(Value::Bytes(key.verifying_key().to_bytes().to_vec())),
            (Op::LeafKey, [Value::Chain(chain)]) => certified::leaf_key(chain).map(Value::Bytes),
            (Op::LeafEncryptionKey, [Value::Chain(chain)]) => certified::leaf_encryption_key(chain).map(Value::Bytes),
            (Op::EncryptionKey, [Value::DecryptionKey(key)]) => Ok(Value::Bytes(key.encryption_key().to_der())),
            (Op::Encrypt(padding), [Value::Secret(coins), Value::Secret(plaintext), Value::Bytes(key)]) => {
                let coins = coins.as_slice().try_into().map_err(|_| unsuitable(op))?;
                let key = EncryptionKey::from_der(key).ok_or_else(|| unsuitable(op))?;
                key.encrypt(padding, coins, plaintext).map(Value::Bytes)
            }
            (Op::Decrypt(padding), [Value::DecryptionKey(key), Value::Bytes(ciphertext)]) => {
                let held = key.decrypt(padding, ciphertext).map(Value::Secret);
                held.ok_or_else(|| Misfit::new("ciphertext", Need::Encrypted, Given::Another))
            }
            (Op::DecryptOr(padding), [Value::DecryptionKey(key), Value::Secret(other), Value::Bytes(ciphertext)]) => {
                // How long it is everybody sees (RFC 8017 section 7.2.2, step 1).
                let octets = key.bits().div_ceil(8);
                if ciphertext.len() != octets {
                    return Err(Misfit::new("ciphertext", Need::Octets { octets }, Given::count(ciphertext.len())));
                }
                Ok(Value::Secret(key.decrypt_or(padding, ciphertext, other)))
            }
            (Op::Part(at, of, sort), [Value::Secret(tuple)]) => tuple::part(tuple, at, of, sort),
            (Op::ClockSeed, [Value::Time(seconds), Value::Secret(drawn)]) => {
                let process = drawn.last_chunk().map(|last| u16::from_be_bytes(*last)).ok_or_else(|| unsuitable(op))?;
                Ok(Value::secret(&clock_seed(*seconds, process)))
            }
            (Op::LeafName, [Value::Chain(chain)]) => certified::leaf_name(chain).map(Value::Text),
            _ => Err(unsuitable(op)),
        }
    }

    fn tuple(&self, items: &[Value]) -> Result<Value, Misfit> {
        tuple::of(items)
    }

    fn relate(&self, relation: Relation, args: &[Value], switches: &Switches) -> Result<Vec<Finding>, Misfit> {
        relations::relate(relation, args, switches)
    }

    fn write(&self, message: &Message, values: &[Value]) -> Frame {
        codec::write(message, values)
    }

    fn read(&self, message: &Message, wire: &Frame) -> Result<Vec<Value>, Misfit> {
        codec::read(message, wire)
    }

    fn absorb(&self, transcript: &mut Sha256, wire: &Frame) {
        transcript.update(wire.to_bytes());
    }

    fn digest(&self, transcript: &Sha256) -> Value {
        Value::Bytes(transcript.clone().finalize().to_vec())
    }

    fn fingerprint(&self, key: &Value) -> String {
        fingerprint(key.octets().unwrap_or_default())
    }
}

/// The publishable label of a key: 16 octets of a hash, in hex.
pub fn fingerprint(key: &[u8]) -> String {
    let digest = Sha256::new_with_prefix(b"interlock v1 fingerprint\0").chain_update(key).finalize();
    crate::evidence::hex(&digest[..16])
}
