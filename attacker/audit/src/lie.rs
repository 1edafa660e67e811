//! What a peer can do wrong in the handshake, and behind it, that no certificate shows.

use crate::{role::Role, tls::Presented};
use std::{fmt, sync::Arc};
use tokio_rustls::rustls::{
    Error, NamedGroup, SignatureAlgorithm, SignatureScheme,
    crypto::{ActiveKeyExchange, CryptoProvider, SharedSecret, SupportedKxGroup, ring},
    sign::{Signer, SigningKey},
};

/// How a peer deviates from a handshake as it has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lie {
    /// Not at all.
    #[default]
    None,
    /// It has the genuine certificate without its key, and signs with another.
    OtherKey,
    /// The genuine key signed, but in another session.
    OtherSession,
    /// It presents no certificate at all.
    Nobody,
    /// Its X25519 share is a point of small order, whose shared secret everybody knows (RFC 7748 section 6.1).
    SmallOrder(&'static Point),
    /// It ends its answer by closing the connection, without close_notify (RFC 8446 section 6.1).
    CutShort,
}

/// One lie as an attack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed {
    /// The attack's id.
    pub(crate) attack: &'static str,
    /// The check that stops it.
    pub(crate) check: &'static str,
    pub(crate) lie: Lie,
    /// The client shows that it was deceived by what it does with the answer, not by what it sends.
    pub(crate) by_answer: bool,
    /// Against whom alone it can be done, where that is so.
    pub(crate) against: Option<Role>,
}

const fn deed(attack: &'static str, check: &'static str, lie: Lie) -> Deed {
    Deed { attack, check, lie, by_answer: false, against: None }
}

/// All of them.
pub(crate) const DEEDS: &[Deed] = &[
    Deed { against: Some(Role::Server), ..deed("no-certificate", "cert-chain", Lie::Nobody) },
    deed("replay-cert", "transcript-signature", Lie::OtherKey),
    deed("replay-signature", "fresh-transcript", Lie::OtherSession),
    deed("low-order", "contributory", Lie::SmallOrder(&ZERO)),
    deed("low-order:one", "contributory", Lie::SmallOrder(&ONE)),
    deed("low-order:eight", "contributory", Lie::SmallOrder(&EIGHT)),
    Deed { by_answer: true, against: Some(Role::Client), ..deed("truncate", "authenticated-close", Lie::CutShort) },
];

/// A u-coordinate of Curve25519, as it goes over the wire.
pub(crate) type Point = [u8; 32];

/// Order 4.
const ZERO: Point = [0; 32];
/// Order 1 on the twist and 2 on the curve, by the formulas that X25519 computes with.
const ONE: Point = {
    let mut point = [0; 32];
    point[0] = 1;
    point
};
/// Order 8.
const EIGHT: Point = [
    0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d,
    0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
];

/// The cryptography of a peer that lies like this. Its twin is held to X25519 as well: nothing but the lie differs.
pub(crate) fn provider(presented: &Presented) -> CryptoProvider {
    let provider = ring::default_provider();
    match presented.lie {
        Lie::SmallOrder(point) => {
            let group = SMALL.iter().find(|group| group.point == point);
            let groups = group.map(|group| group as &'static dyn SupportedKxGroup);
            CryptoProvider { kx_groups: groups.into_iter().collect(), ..provider }
        }
        _ if presented.x25519_alone => CryptoProvider { kx_groups: vec![ring::kx_group::X25519], ..provider },
        _ => provider,
    }
}

/// The key with which such a peer signs.
pub(crate) fn signing(presented: &Presented, key: Arc<dyn SigningKey>) -> Arc<dyn SigningKey> {
    match presented.lie {
        Lie::OtherSession => Arc::new(Elsewhere(key)),
        _ => key,
    }
}

/// A key that has only ever signed in other sessions.
#[derive(Debug)]
struct Elsewhere(Arc<dyn SigningKey>);

impl SigningKey for Elsewhere {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        Some(Box::new(ElsewhereSigner(self.0.choose_scheme(offered)?)))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }
}

#[derive(Debug)]
struct ElsewhereSigner(Box<dyn Signer>);

impl Signer for ElsewhereSigner {
    /// What is signed ends with the hash of the transcript (RFC 8446 section 4.4.3), or with the parameters: that of another
    /// session is another.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let mut other = message.to_vec();
        for octet in other.iter_mut().rev().take(32) {
            *octet = !*octet;
        }
        self.0.sign(&other)
    }

    fn scheme(&self) -> SignatureScheme {
        self.0.scheme()
    }
}

/// X25519 with a share of small order.
struct SmallOrder {
    point: &'static Point,
}

static SMALL: [SmallOrder; 3] = [SmallOrder { point: &ZERO }, SmallOrder { point: &ONE }, SmallOrder { point: &EIGHT }];

impl fmt::Debug for SmallOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmallOrder")
    }
}

impl SupportedKxGroup for SmallOrder {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        Ok(Box::new(Share(self.point)))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

/// The share of one handshake.
struct Share(&'static Point);

impl ActiveKeyExchange for Share {
    /// Scalars of X25519 are multiples of eight, so the secret is zero whatever the peer sent.
    fn complete(self: Box<Self>, _: &[u8]) -> Result<SharedSecret, Error> {
        Ok(SharedSecret::from(&[0; 32][..]))
    }

    fn pub_key(&self) -> &[u8] {
        self.0
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each point makes the secret of an honest peer zero: ring, which computes it, refuses it for that.
    #[test]
    fn every_point_is_of_small_order() {
        for group in &SMALL {
            let honest = ring::kx_group::X25519.start().unwrap();
            assert!(honest.complete(group.point).is_err(), "{:?}", group.point);
        }
        let (one, other) = (ring::kx_group::X25519.start().unwrap(), ring::kx_group::X25519.start().unwrap());
        let share = other.pub_key().to_vec();
        assert!(one.complete(&share).is_ok(), "an honest share");
    }
}
