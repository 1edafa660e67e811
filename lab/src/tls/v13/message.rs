//! The messages behind the hellos (RFC 8446 sections 4.3 and 4.4), bodies without their headers.

use crate::tls::{
    message::{extension, extensions, numbers, protocols},
    reader::{Malformed, Reader},
    writer::Writer,
};

/// A message, header and all.
pub(super) fn framed(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Writer::default();
    out.u8(kind);
    out.vector(3, |out| out.octets(body));
    out.0
}

/// What a server says once all is encrypted (section 4.3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EncryptedExtensions {
    /// The protocol that was agreed upon (RFC 7301).
    pub(super) protocol: Option<Vec<u8>>,
    /// What was said before the handshake is heard (section 4.2.10).
    pub(super) early: bool,
}

impl EncryptedExtensions {
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.vector(2, |out| {
            if let Some(protocol) = &self.protocol {
                out.u16(extension::PROTOCOLS);
                out.vector(2, |out| out.vector(2, |out| out.vector(1, |out| out.octets(protocol))));
            }
            if self.early {
                out.u16(extension::EARLY_DATA);
                out.vector(2, |_| {});
            }
        });
        out.0
    }

    pub(super) fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut read = Self::default();
        extensions(&mut Reader(body), &mut |kind, body| {
            match kind {
                extension::PROTOCOLS => {
                    let [protocol] = &protocols(body)?[..] else {
                        return Err(Malformed::new("application protocol", "one", "another number"));
                    };
                    read.protocol = Some(protocol.clone());
                }
                extension::EARLY_DATA => read.early = true,
                _ => {}
            }
            Ok(())
        })?;
        Ok(read)
    }
}

/// How a client is asked for its certificate (section 4.3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CertificateRequest {
    /// What the answer has to repeat.
    pub(super) context: Vec<u8>,
    /// The numbers of the signature schemes that are verified.
    pub(super) schemes: Vec<u16>,
}

impl CertificateRequest {
    pub(super) fn read(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(body);
        let mut read = Self { context: reader.vector("certificate request context", 1)?.to_vec(), ..Self::default() };
        extensions(&mut reader, &mut |kind, body| {
            if kind == extension::SIGNATURE_ALGORITHMS {
                read.schemes = numbers(body, "signature schemes", 2)?;
            }
            Ok(())
        })?;
        Ok(read)
    }
}

/// Certificate: the chain, leaf first, DER, in answer to a request with this context; a server's has none.
pub(super) fn certificate(context: &[u8], chain: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Writer::default();
    out.vector(1, |out| out.octets(context));
    out.vector(3, |out| {
        for certificate in chain {
            out.vector(3, |out| out.octets(certificate));
            out.vector(2, |_| {});
        }
    });
    out.0
}

/// Certificates that a chain may have.
const MOST: usize = 32;

/// The chain of a server's Certificate, leaf first, DER.
pub(super) fn chain(body: &[u8]) -> Result<Vec<Vec<u8>>, Malformed> {
    let mut reader = Reader(body);
    let context = reader.vector("certificate request context", 1)?;
    if !context.is_empty() {
        return Err(Malformed::new("certificate request context", "none", context.len()));
    }
    let mut list = Reader(reader.vector("certificate list", 3)?);
    reader.end("certificate")?;
    let mut chain = Vec::new();
    while !list.is_empty() {
        if chain.len() == MOST {
            return Err(Malformed::new("certificate list", "at most 32", "more"));
        }
        chain.push(list.vector("certificate data", 3)?.to_vec());
        list.vector("certificate extensions", 2)?;
    }
    Ok(chain)
}

/// CertificateVerify: the number of the scheme, and the signature.
pub(super) fn certificate_verify(scheme: u16, signature: &[u8]) -> Vec<u8> {
    let mut out = Writer::default();
    out.u16(scheme);
    out.vector(2, |out| out.octets(signature));
    out.0
}

/// Scheme and signature of a CertificateVerify.
pub(super) fn scheme_and_signature(body: &[u8]) -> Result<(u16, &[u8]), Malformed> {
    let mut reader = Reader(body);
    let scheme = reader.u16("signature scheme")?;
    let signature = reader.vector("signature", 2)?;
    reader.end("certificate verify")?;
    Ok((scheme, signature))
}
