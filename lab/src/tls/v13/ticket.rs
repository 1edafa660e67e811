//! Sessions that are resumed (RFC 8446 sections 2.2, 4.2.11 and 4.6.1): what is kept of one, and how it is shown to be held.

use super::{Fault, Schedule, Secret, Suite};
use crate::tls::{
    message::{ClientHello, extension},
    reader::{Malformed, Reader},
    writer::Writer,
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// psk_dhe_ke: a key agreement beside what was shared before (section 4.2.9), the one mode that is spoken here.
pub(super) const WITH_AGREEMENT: u8 = 1;
/// Seconds for which a ticket that is given may be kept.
const LIFETIME: u32 = 3600;
/// Octets of a binder, and of what is shared.
const OCTETS: usize = 32;
/// Octets of the list of one binder.
pub(super) const ONE_BINDER: usize = 2 + 1 + OCTETS;

/// What is kept of a session by which another may begin. It has no `Debug`.
#[derive(Clone)]
pub struct Ticket {
    /// What the server calls it.
    identity: Vec<u8>,
    /// What both share.
    secret: Zeroizing<[u8; OCTETS]>,
    /// What its age is hidden with (section 4.2.11.1).
    age_add: u32,
    /// The suite of its session, under which alone something is said early.
    suite: Suite,
    /// Octets that may be said before the handshake is finished (section 4.2.10).
    early: u32,
    /// The server's chain as its client was shown it, leaf first, DER; empty at the server's own end.
    chain: Vec<Vec<u8>>,
}

impl Ticket {
    /// The ticket of a session in this suite with this resumption secret, for which the server drew these octets, and by which
    /// so many octets may be said early.
    pub(super) fn new(suite: Suite, resumption: &Secret, drawn: [u8; 32], early: u32) -> Self {
        let age_add = u32::from_be_bytes([drawn[0], drawn[1], drawn[2], drawn[3]]);
        let secret = shared(resumption, &[]);
        Self { identity: drawn.to_vec(), secret, age_add, suite, early, chain: Vec::new() }
    }

    /// The body of the NewSessionTicket that tells the client.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.octets(&LIFETIME.to_be_bytes());
        out.octets(&self.age_add.to_be_bytes());
        out.vector(1, |_| {});
        out.vector(2, |out| out.octets(&self.identity));
        out.vector(2, |out| {
            if self.early > 0 {
                out.u16(extension::EARLY_DATA);
                out.vector(2, |out| out.octets(&self.early.to_be_bytes()));
            }
        });
        out.0
    }

    /// The ticket of a NewSessionTicket, in a session in this suite with this resumption secret whose server showed this chain.
    pub(super) fn read(body: &[u8], suite: Suite, resumption: &Secret, chain: &[Vec<u8>]) -> Result<Self, Malformed> {
        let mut reader = Reader(body);
        reader.number("ticket lifetime", 4)?;
        let age_add = u32::from_be_bytes(reader.array("ticket age add")?);
        let secret = shared(resumption, reader.vector("ticket nonce", 1)?);
        let identity = reader.vector("ticket", 2)?.to_vec();
        let mut extensions = Reader(reader.vector("ticket extensions", 2)?);
        reader.end("new session ticket")?;
        let mut early = 0;
        while !extensions.is_empty() {
            let kind = extensions.u16("ticket extension type")?;
            let mut body = Reader(extensions.vector("ticket extension", 2)?);
            if kind == extension::EARLY_DATA {
                early = u32::from_be_bytes(body.array("max early data size")?);
            }
        }
        Ok(Self { identity, secret, age_add, suite, early, chain: chain.to_vec() })
    }

    /// Octets that may be said by it before the handshake is finished (RFC 8446 section 4.2.10).
    pub fn early(&self) -> usize {
        usize::try_from(self.early).unwrap_or(usize::MAX)
    }

    /// The suite of its session.
    pub(super) fn suite(&self) -> Suite {
        self.suite
    }

    /// The chain on which the session rests that it is of, leaf first, DER.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// Whether a client offers this one, and would agree upon a key beside it.
    pub(super) fn is_offered(&self, hello: &ClientHello) -> bool {
        hello.modes.contains(&WITH_AGREEMENT) && hello.identities.first() == Some(&self.identity)
    }

    /// Offers it. Its age is told as none: there is no clock here, and servers that look at it allow for some seconds.
    pub(super) fn offer(&self, hello: &mut ClientHello) {
        hello.identities = vec![self.identity.clone()];
        hello.age = self.age_add;
        hello.binders = vec![vec![0; OCTETS]];
    }

    /// Where the schedule of a session begins that rests on it.
    pub(super) fn schedule(&self) -> Schedule {
        Schedule::early(Some(&self.secret[..]))
    }

    /// Under what is said early in a session whose ClientHello has this hash.
    pub(super) fn early_secret(&self, hello: &[u8; OCTETS]) -> Secret {
        self.schedule().derive("c e traffic", hello)
    }

    /// What shows that it is held (section 4.2.11.2), to whoever has read so much of the handshake: hash of everything up to the
    /// list of binders.
    pub(super) fn binder(&self, transcript: &[u8; OCTETS]) -> [u8; OCTETS] {
        self.schedule().derive("res binder", &Sha256::digest(b"").into()).finished(transcript)
    }
}

/// How much of a ClientHello stands before its list of binders, which ends it.
pub(super) fn before_binders(message: &[u8], hello: &ClientHello) -> Result<usize, Fault> {
    let list: usize = hello.binders.iter().map(|binder| 1 + binder.len()).sum();
    let none = || Malformed::new("pre-shared key", "as many binders as identities", hello.binders.len());
    if hello.binders.len() != hello.identities.len() {
        return Err(none().into());
    }
    Ok(message.len().checked_sub(2 + list).ok_or_else(none)?)
}

fn shared(resumption: &Secret, nonce: &[u8]) -> Zeroizing<[u8; OCTETS]> {
    let mut secret = Zeroizing::new([0; OCTETS]);
    resumption.expand_label("resumption", nonce, &mut secret[..]);
    secret
}
