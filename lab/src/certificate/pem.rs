//! PEM (RFC 7468): labelled base64 blocks, with rubbish allowed around them and nowhere else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::refusal::Refusal;

/// Label of a certificate.
pub const CERTIFICATE: &str = "CERTIFICATE";
/// Label of a certificate revocation list.
pub const CRL: &str = "X509 CRL";
/// Label of a SubjectPublicKeyInfo.
pub const PUBLIC_KEY: &str = "PUBLIC KEY";
/// Label of an RSAPublicKey (RFC 8017 appendix A.1.1).
pub const RSA_PUBLIC_KEY: &str = "RSA PUBLIC KEY";
/// Label of an RSAPrivateKey (RFC 8017 appendix A.1.2).
pub const RSA_PRIVATE_KEY: &str = "RSA PRIVATE KEY";
/// Label of a PKCS#8 private key.
pub const PRIVATE_KEY: &str = "PRIVATE KEY";

/// One block of a PEM file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What stands between `BEGIN` and the dashes, such as `CERTIFICATE`.
    pub label: String,
    /// The decoded bytes.
    pub der: Vec<u8>,
}

/// A PEM file that cannot be read. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A `BEGIN` without its `END`.
    Unterminated {
        /// Which block of the file, from 1.
        block: usize,
        /// Its label.
        label: String,
        /// The line of its `BEGIN`.
        line: usize,
        /// The line that stood there instead, where the file goes on.
        got: Option<String>,
    },
    /// Something other than base64 inside a block.
    Base64 {
        /// Which block of the file, from 1.
        block: usize,
        /// Its label.
        label: String,
        /// The line of its `BEGIN`.
        line: usize,
        /// The decoder's reason.
        why: String,
    },
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        match error {
            Error::Unterminated { block, label, line, got } => {
                Self::new("pem-end", json!({ "block": block, "label": label, "line": line, "got": got }))
            }
            Error::Base64 { block, label, line, why } => {
                Self::new("pem-base64", json!({ "block": block, "label": label, "line": line, "why": why }))
            }
        }
    }
}

crate::refused!(Error);

/// One PEM block with lines of 64 characters.
#[must_use]
pub fn encode(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = tail;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

/// Every block of a PEM file, in order. Text outside the blocks is skipped, whatever its encoding.
///
/// # Errors
/// A block without an end, with another block inside, or whose content is not base64.
pub fn decode(text: &[u8]) -> Result<Vec<Block>, Error> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, usize, Vec<u8>)> = None;
    for (number, line) in text.split(|&b| b == b'\n').enumerate() {
        let line = line.trim_ascii();
        let block = blocks.len() + 1;
        match open.take() {
            None => open = boundary(line, "BEGIN").map(|label| (label, number + 1, Vec::new())),
            Some((label, begun, content)) if boundary(line, "END").as_ref() == Some(&label) => {
                let der = STANDARD.decode(&content).map_err(|error| Error::Base64 {
                    block,
                    label: label.clone(),
                    line: begun,
                    why: error.to_string(),
                })?;
                blocks.push(Block { label, der });
            }
            Some((label, line_begun, _)) if line.starts_with(b"-----") => {
                return Err(Error::Unterminated {
                    block,
                    label,
                    line: line_begun,
                    got: Some(String::from_utf8_lossy(line).escape_debug().to_string()),
                });
            }
            Some((label, begun, mut content)) => {
                content.extend_from_slice(line);
                open = Some((label, begun, content));
            }
        }
    }
    match open {
        Some((label, line, _)) => Err(Error::Unterminated { block: blocks.len() + 1, label, line, got: None }),
        None => Ok(blocks),
    }
}

/// The label of a `-----BEGIN label-----` or `-----END label-----` line.
fn boundary(line: &[u8], word: &str) -> Option<String> {
    let label = std::str::from_utf8(line).ok()?.strip_prefix("-----")?.strip_prefix(word)?.strip_prefix(' ')?;
    Some(label.strip_suffix("-----")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_between_rubbish() {
        let text = b"subject=\xff\xfe CN\r\n-----BEGIN A-----\r\nAQID\r\n-----END A-----\nrubbish\n-----BEGIN B-----\n-----END B-----";
        let blocks = decode(text).unwrap();
        assert_eq!(blocks, [Block { label: "A".into(), der: vec![1, 2, 3] }, Block { label: "B".into(), der: vec![] }]);
    }

    #[test]
    fn errors_name_the_block() {
        let error = decode(b"-----BEGIN A-----\nAQID\n-----END A-----\n-----BEGIN B-----\n!!\n-----END B-----\n");
        assert!(matches!(error, Err(Error::Base64 { block: 2, line: 4, .. })), "{error:?}");
        let error = decode(b"-----BEGIN A-----\nAQID\n-----BEGIN B-----\n");
        assert!(matches!(error, Err(Error::Unterminated { block: 1, line: 1, .. })), "{error:?}");
        let error = decode(b"-----BEGIN A-----\n-----END A-----\n-----BEGIN B-----\nAQID");
        assert!(matches!(error, Err(Error::Unterminated { block: 2, line: 3, got: None, .. })), "{error:?}");
    }

    #[test]
    fn encode_wraps_at_64() {
        let text = encode("A", &[0; 49]);
        let longest = text.lines().map(str::len).max();
        assert_eq!(longest, Some(64));
        assert_eq!(decode(text.as_bytes()).unwrap()[0].der, [0; 49]);
    }
}
