//! The messages behind the hellos (RFC 8446 sections 4.3.1 and 4.4), bodies without their headers.

use crate::tls::{
    message::{extension, extensions, protocols},
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

/// EncryptedExtensions with the protocol that was agreed upon, if any was.
pub(super) fn encrypted_extensions(protocol: Option<&[u8]>) -> Vec<u8> {
    let mut out = Writer::default();
    out.vector(2, |out| {
        if let Some(protocol) = protocol {
            out.u16(extension::PROTOCOLS);
            out.vector(2, |out| out.vector(2, |out| out.vector(1, |out| out.octets(protocol))));
        }
    });
    out.0
}

/// The protocol of an EncryptedExtensions.
pub(super) fn selected_protocol(body: &[u8]) -> Result<Option<Vec<u8>>, Malformed> {
    let mut selected = None;
    let mut reader = Reader(body);
    extensions(&mut reader, &mut |kind, body| {
        if kind == extension::PROTOCOLS {
            let [protocol] = &protocols(body)?[..] else {
                return Err(Malformed::new("application protocol", "one", "another number"));
            };
            selected = Some(protocol.clone());
        }
        Ok(())
    })?;
    Ok(selected)
}

/// Certificate of a server: the chain, leaf first, DER.
pub(super) fn certificate(chain: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Writer::default();
    out.vector(1, |_| {});
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

/// The chain of a Certificate, leaf first, DER.
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
