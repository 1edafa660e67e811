//! What the tests of certificates start from: the lab's authorities, a policy that accepts what they issue, and the way to
//! certificates that no template can ask for.

use crate::tlv::{Body, Node};
use chacha20::ChaCha20Rng;
use lab::certificate::{Credential, PeerName, Pki, Policy, Purpose, Template, Validity};
use rand_core::SeedableRng as _;

/// The second of all validations, in November 2026.
pub const AT: i64 = 1_795_219_200;
/// The server's name.
pub const NAME: &str = "server.example";

/// Random numbers that are the same in every run.
#[must_use]
pub fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

/// The lab's authorities.
///
/// # Panics
/// They cannot be issued.
#[must_use]
pub fn pki() -> Pki {
    Pki::generate(NAME, "client.example", AT, &mut rng(1)).unwrap_or_else(|error| panic!("{error}"))
}

/// An honest leaf for the server.
#[must_use]
pub fn leaf() -> Template {
    Template::leaf(NAME, Purpose::Server, Validity::around(AT, 90))
}

/// What a client asks of the server's path.
#[must_use]
pub fn policy(pki: &Pki) -> Policy {
    Policy {
        anchors: vec![pki.authorities.root.certificate().to_vec()],
        at: AT,
        name: Some(PeerName::Dns(NAME.into())),
        purpose: Some(Purpose::Server),
        ..Policy::default()
    }
}

/// A certificate or list with its signature made anew, where there is still a place for one.
pub fn sign(tree: &mut Node, issuer: &Credential) -> Vec<u8> {
    if let Body::Nodes(parts) = &mut tree.body
        && let [signed, _, signature] = parts.as_mut_slice()
    {
        signature.body = Body::Octets([&[0][..], &issuer.key().sign(&signed.encode())].concat());
    }
    tree.encode()
}
