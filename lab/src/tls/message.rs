//! The handshake messages that a listener needs (RFC 5246 section 7.4; RFC 8446 section 4 as far as it tells that nothing
//! is to be had).

use super::reader::{Malformed, Reader};
use num_bigint::BigUint;

/// Handshake types (RFC 5246 section 7.4, RFC 5077).
pub(super) mod kind {
    pub(in crate::tls) const CLIENT_HELLO: u8 = 1;
    pub(in crate::tls) const SERVER_HELLO: u8 = 2;
    pub(in crate::tls) const NEW_SESSION_TICKET: u8 = 4;
    pub(in crate::tls) const END_OF_EARLY_DATA: u8 = 5;
    pub(in crate::tls) const ENCRYPTED_EXTENSIONS: u8 = 8;
    pub(in crate::tls) const CERTIFICATE: u8 = 11;
    pub(in crate::tls) const SERVER_KEY_EXCHANGE: u8 = 12;
    pub(in crate::tls) const CERTIFICATE_REQUEST: u8 = 13;
    pub(in crate::tls) const SERVER_HELLO_DONE: u8 = 14;
    pub(in crate::tls) const CERTIFICATE_VERIFY: u8 = 15;
    pub(in crate::tls) const CLIENT_KEY_EXCHANGE: u8 = 16;
    pub(in crate::tls) const FINISHED: u8 = 20;
    pub(in crate::tls) const KEY_UPDATE: u8 = 24;
}

/// Extensions (the registry of IANA).
pub(super) mod extension {
    pub(in crate::tls) const SERVER_NAME: u16 = 0;
    pub(in crate::tls) const SUPPORTED_GROUPS: u16 = 10;
    pub(in crate::tls) const SIGNATURE_ALGORITHMS: u16 = 13;
    pub(in crate::tls) const PROTOCOLS: u16 = 16;
    pub(in crate::tls) const ENCRYPT_THEN_MAC: u16 = 22;
    pub(in crate::tls) const EXTENDED_MASTER_SECRET: u16 = 23;
    pub(in crate::tls) const SESSION_TICKET: u16 = 35;
    pub(in crate::tls) const PRE_SHARED_KEY: u16 = 41;
    pub(in crate::tls) const EARLY_DATA: u16 = 42;
    pub(in crate::tls) const SUPPORTED_VERSIONS: u16 = 43;
    pub(in crate::tls) const PSK_MODES: u16 = 45;
    pub(in crate::tls) const KEY_SHARE: u16 = 51;
}

/// Extensions that a hello may have.
const MOST_EXTENSIONS: usize = 1000;

/// What a client offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientHello {
    /// Its random value.
    pub random: [u8; 32],
    /// The session that it would resume; empty for none.
    pub session: Vec<u8>,
    /// The suites, the preferred first.
    pub suites: Vec<u16>,
    /// Whom it means to talk to, in text (RFC 6066 section 3).
    pub name: Option<String>,
    /// The ticket by which it would resume a session (RFC 5077); empty where it asks for one.
    pub ticket: Vec<u8>,
    /// The highest version that it offers.
    pub version: u16,
    /// All that it offers where it says so by the extension for it (RFC 8446 section 4.2.1).
    pub versions: Vec<u16>,
    /// The numbers of the groups that it knows, the preferred first (section 4.2.7).
    pub groups: Vec<u16>,
    /// Its shares, each after its group's number (section 4.2.8).
    pub shares: Vec<(u16, Vec<u8>)>,
    /// The numbers of the signature schemes that it verifies, the preferred first (section 4.2.3).
    pub schemes: Vec<u16>,
    /// The protocols that it would speak inside, the preferred first (RFC 7301).
    pub protocols: Vec<Vec<u8>>,
    /// It offers to bind the master secret to the handshake (RFC 7627).
    pub extended_master_secret: bool,
    /// How it would use what was shared before (RFC 8446 section 4.2.9).
    pub modes: Vec<u8>,
    /// The tickets by which it would resume a session in TLS 1.3, the preferred first (section 4.2.11).
    pub identities: Vec<Vec<u8>>,
    /// The hidden age of the first of them (section 4.2.11.1).
    pub age: u32,
    /// What shows that it holds each of them (section 4.2.11.2).
    pub binders: Vec<Vec<u8>>,
    /// It says something under the first of them before the handshake is finished (section 4.2.10).
    pub early: bool,
}

/// What a server picked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerHello {
    /// The version of the protocol: 0x0303 for 1.2, 0x0304 for 1.3.
    pub version: u16,
    /// Its random value.
    pub random: [u8; 32],
    /// The session, where it can be resumed.
    pub session: Vec<u8>,
    /// The suite.
    pub suite: u16,
    /// The master secret is bound to the handshake (RFC 7627).
    pub extended_master_secret: bool,
    /// The MAC is over what is encrypted (RFC 7366).
    pub encrypt_then_mac: bool,
    /// The named group of the key share, in TLS 1.3.
    pub group: Option<u16>,
    /// The server's share, in TLS 1.3; empty where it asks for another ClientHello.
    pub share: Vec<u8>,
    /// Which of the client's tickets it takes, by its place, in TLS 1.3.
    pub resumed: Option<u16>,
}

/// A server's group and public value (RFC 5246 section 7.4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DheParameters {
    /// The modulus.
    pub p: BigUint,
    /// The generator.
    pub g: BigUint,
    /// The server's public value.
    pub y: BigUint,
}

/// Every extension of a list, which ends a message.
pub(super) fn extensions(
    reader: &mut Reader<'_>,
    each: &mut dyn FnMut(u16, Reader<'_>) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    // before extensions there were hellos without them
    if reader.is_empty() {
        return Ok(());
    }
    let mut list = Reader(reader.vector("extensions", 2)?);
    reader.end("hello")?;
    for _ in 0..MOST_EXTENSIONS {
        if list.is_empty() {
            return Ok(());
        }
        let kind = list.u16("extension type")?;
        each(kind, Reader(list.vector("extension", 2)?))?;
    }
    Err(Malformed::new("extensions", "at most 1000", "more"))
}

/// The numbers of an extension that is a vector of them, whose length is so many octets.
pub(super) fn numbers(mut body: Reader<'_>, field: &'static str, octets: usize) -> Result<Vec<u16>, Malformed> {
    let numbers = body.vector(field, octets)?;
    Ok(numbers.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect())
}

/// The protocols of an extension (RFC 7301 section 3.1).
pub(super) fn protocols(mut body: Reader<'_>) -> Result<Vec<Vec<u8>>, Malformed> {
    let mut list = Reader(body.vector("application protocols", 2)?);
    let mut protocols = Vec::new();
    while !list.is_empty() {
        protocols.push(list.vector("application protocol", 1)?.to_vec());
    }
    Ok(protocols)
}

/// The shares of a client (RFC 8446 section 4.2.8).
fn shares(mut body: Reader<'_>) -> Result<Vec<(u16, Vec<u8>)>, Malformed> {
    let mut list = Reader(body.vector("key shares", 2)?);
    let mut shares = Vec::new();
    while !list.is_empty() {
        shares.push((list.u16("key share group")?, list.vector("key share", 2)?.to_vec()));
    }
    Ok(shares)
}

/// Tickets, the hidden age of the first, and binders (RFC 8446 section 4.2.11).
fn pre_shared_keys(mut body: Reader<'_>, hello: &mut ClientHello) -> Result<(), Malformed> {
    let mut list = Reader(body.vector("pre-shared key identities", 2)?);
    while !list.is_empty() {
        hello.identities.push(list.vector("pre-shared key identity", 2)?.to_vec());
        let age = u32::from_be_bytes(list.array("ticket age")?);
        if let [_] = hello.identities[..] {
            hello.age = age;
        }
    }
    let mut list = Reader(body.vector("pre-shared key binders", 2)?);
    while !list.is_empty() {
        hello.binders.push(list.vector("pre-shared key binder", 1)?.to_vec());
    }
    body.end("pre-shared key")
}

impl ClientHello {
    /// From the body of a message.
    ///
    /// # Errors
    /// The first field that is not as it has to be.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(body);
        let version = reader.u16("client version")?;
        let mut hello = Self { version, random: reader.array("random")?, ..Self::default() };
        hello.session = reader.vector("session id", 1)?.to_vec();
        let suites = reader.vector("cipher suites", 2)?;
        hello.suites = suites.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        reader.vector("compression methods", 1)?;
        extensions(&mut reader, &mut |kind, mut body| {
            match kind {
                extension::SERVER_NAME => {
                    let mut names = Reader(body.vector("server names", 2)?);
                    names.number("name type", 1)?;
                    hello.name = Some(String::from_utf8_lossy(names.vector("host name", 2)?).into_owned());
                }
                extension::SESSION_TICKET => hello.ticket = body.0.to_vec(),
                extension::EXTENDED_MASTER_SECRET => hello.extended_master_secret = true,
                extension::EARLY_DATA => hello.early = true,
                extension::SUPPORTED_VERSIONS => {
                    hello.versions = numbers(body, "supported versions", 1)?;
                    // values to test tolerance with (RFC 8701) are no versions
                    let real = hello.versions.iter().copied().filter(|version| version >> 8 == 3);
                    hello.version = real.max().unwrap_or(hello.version);
                }
                extension::SUPPORTED_GROUPS => hello.groups = numbers(body, "supported groups", 2)?,
                extension::SIGNATURE_ALGORITHMS => hello.schemes = numbers(body, "signature schemes", 2)?,
                extension::KEY_SHARE => hello.shares = shares(body)?,
                extension::PROTOCOLS => hello.protocols = protocols(body)?,
                extension::PSK_MODES => hello.modes = body.vector("pre-shared key modes", 1)?.to_vec(),
                extension::PRE_SHARED_KEY => pre_shared_keys(body, &mut hello)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(hello)
    }
}

impl ServerHello {
    /// From the body of a message.
    ///
    /// # Errors
    /// The first field that is not as it has to be.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(body);
        let version = reader.u16("server version")?;
        let mut hello = Self { version, random: reader.array("random")?, ..Self::default() };
        hello.session = reader.vector("session id", 1)?.to_vec();
        hello.suite = reader.u16("cipher suite")?;
        reader.number("compression method", 1)?;
        extensions(&mut reader, &mut |kind, mut body| {
            match kind {
                extension::EXTENDED_MASTER_SECRET => hello.extended_master_secret = true,
                extension::ENCRYPT_THEN_MAC => hello.encrypt_then_mac = true,
                extension::SUPPORTED_VERSIONS => hello.version = body.u16("selected version")?,
                extension::KEY_SHARE => {
                    hello.group = Some(body.u16("key share group")?);
                    if !body.is_empty() {
                        hello.share = body.vector("key share", 2)?.to_vec();
                    }
                }
                extension::PRE_SHARED_KEY => hello.resumed = Some(body.u16("selected identity")?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(hello)
    }
}

impl DheParameters {
    /// From the body of a ServerKeyExchange; the signature after them is not looked at.
    ///
    /// # Errors
    /// The first field that is not as it has to be.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(body);
        let mut number = |field| Ok(BigUint::from_bytes_be(reader.vector(field, 2)?));
        let parameters = Self { p: number("dh_p")?, g: number("dh_g")?, y: number("dh_Ys")? };
        if parameters.p.bits() < 2 {
            return Err(Malformed::new("dh_p", "a modulus", parameters.p));
        }
        Ok(parameters)
    }
}

/// The one vector that a ClientKeyExchange is: the public value (RFC 5246 section 7.4.7.2), or the encrypted secret
/// (section 7.4.7.1).
pub(super) fn client_key_exchange(body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = Reader(body);
    let value = reader.vector("client key exchange", 2)?.to_vec();
    reader.end("client key exchange")?;
    Ok(value)
}

/// The ticket of a NewSessionTicket (RFC 5077 section 3.3).
pub(super) fn new_session_ticket(body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = Reader(body);
    reader.number("ticket lifetime", 4)?;
    Ok(reader.vector("ticket", 2)?.to_vec())
}

/// The name of a group of TLS 1.3 or of a curve (the registry of IANA).
pub(super) fn group_name(group: u16) -> String {
    match group {
        0x0017 => "secp256r1",
        0x0018 => "secp384r1",
        0x0019 => "secp521r1",
        0x001d => "x25519",
        0x001e => "x448",
        0x0100 => "ffdhe2048",
        0x0101 => "ffdhe3072",
        0x0102 => "ffdhe4096",
        0x0103 => "ffdhe6144",
        0x0104 => "ffdhe8192",
        0x11eb => "SecP256r1MLKEM768",
        0x11ec => "X25519MLKEM768",
        0x11ed => "SecP384r1MLKEM1024",
        other => return format!("{other:#06x}"),
    }
    .to_owned()
}
