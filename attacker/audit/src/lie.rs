//! What a peer can do wrong in the handshake, and behind it, that no certificate shows.

use crate::{ability::Ability, mail::Opening, tls::Presented};
use lab::tls::v13::{Deviation, Message, Order};
use std::{fmt, sync::Arc};
use tokio_rustls::rustls::{
    Error, NamedGroup, SignatureAlgorithm, SignatureScheme,
    crypto::{ActiveKeyExchange, CryptoProvider, GetRandomFailed, SecureRandom, SharedSecret, SupportedKxGroup, ring},
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
    /// It presents its certificate once, and then comes with the ticket that it was given for that.
    TicketAlone,
    /// Its X25519 share is a point of small order, whose shared secret everybody knows (RFC 7748 section 6.1).
    SmallOrder(&'static Point),
    /// It ends its answer by closing the connection, without close_notify (RFC 8446 section 6.1).
    CutShort,
    /// It speaks HTTP without TLS, whatever it is asked for.
    PlainText,
    /// It is asked for TLS by a command, and deviates in what it says to that.
    Opens(Opening),
    /// Its random value says that it would have spoken TLS 1.3 (RFC 8446 section 4.1.3), had it been offered.
    Downgraded,
    /// It deviates from TLS 1.3 like this.
    Deviates(&'static [Deviation]),
    /// It is genuine, and somebody between sends once more what was said to it before the handshake was finished.
    Replayed,
}

impl Lie {
    /// What the lab's own TLS does otherwise for it.
    pub(crate) fn deviations(self) -> &'static [Deviation] {
        match self {
            Self::Nobody => &[Deviation::Omits(Message::Certificate), Deviation::Omits(Message::CertificateVerify)],
            Self::Deviates(deviations) => deviations,
            _ => &[],
        }
    }

    /// How it begins where TLS is asked for by a command.
    pub(crate) fn opening(self) -> Opening {
        if let Self::Opens(opening) = self { opening } else { Opening::Offered }
    }

    /// What becomes of the records of its answer.
    pub(crate) fn order(self) -> Option<Order> {
        self.deviations().iter().find_map(|deviation| match deviation {
            Deviation::Sends(order) => Some(*order),
            _ => None,
        })
    }
}

/// How a lie and its twin are told, so that nothing but the lie differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As most do.
    #[default]
    Usual,
    /// Keys are agreed upon by X25519, whatever else the peer would.
    X25519,
    /// In TLS 1.2.
    Older,
    /// As most do, to a client that asks for TLS by a command.
    Command,
    /// By the lab's own TLS 1.3, where the peer is the client.
    Lab,
    /// By the same, which gives tickets, and resumes the sessions of all that it gave.
    Tickets,
    /// By the same, with tickets by which something may be said before the handshake is finished.
    Early,
    /// By the same, with keys agreed upon by X25519 and ML-KEM-768.
    Hybrid,
}

impl Manner {
    /// What a client has to be able to do for it.
    pub(crate) const fn needs(self) -> Ability {
        match self {
            Self::Usual | Self::X25519 | Self::Older | Self::Command => Ability::Any,
            Self::Lab => Ability::Version,
            Self::Hybrid => Ability::Group(0x11ec),
            Self::Tickets => Ability::Resumption,
            Self::Early => Ability::EarlyData,
        }
    }
}

/// A u-coordinate of Curve25519, as it goes over the wire.
pub(crate) type Point = [u8; 32];

/// Order 4.
pub(crate) const ZERO: Point = [0; 32];
/// Order 1 on the twist and 2 on the curve, by the formulas that X25519 computes with.
pub(crate) const ONE: Point = {
    let mut point = [0; 32];
    point[0] = 1;
    point
};
/// Order 8.
pub(crate) const EIGHT: Point = [
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
        Lie::Downgraded => CryptoProvider { secure_random: &Sentinel, ..provider },
        _ if presented.manner == Manner::X25519 => {
            CryptoProvider { kx_groups: vec![ring::kx_group::X25519], ..provider }
        }
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

/// Random octets that end, where there are as many as a random value of a hello has, as those do of a server that speaks
/// TLS 1.3 and was not offered it.
#[derive(Debug)]
struct Sentinel;

impl SecureRandom for Sentinel {
    fn fill(&self, octets: &mut [u8]) -> Result<(), GetRandomFailed> {
        ring::default_provider().secure_random.fill(octets)?;
        if let Ok(random) = <&mut [u8; 32]>::try_from(octets) {
            random[24..].copy_from_slice(b"DOWNGRD\x01");
        }
        Ok(())
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
        Ok(Box::new(SmallShare(self.point)))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

/// The share of one handshake.
struct SmallShare(&'static Point);

impl ActiveKeyExchange for SmallShare {
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
