//! Diffie–Hellman parameters and public keys from PEM files, as openssl writes them.

use lab::{certificate::pem, refusal::Refusal};
use num_bigint::BigUint;
use serde_json::{Value, json};
use x509_parser::asn1_rs::{Any, BitString, Class, FromDer, Integer, Oid, Sequence, Tag, oid};

/// The longest file that is read, in octets.
pub(super) const LONGEST: usize = 1 << 20;

/// What a file says of a group, and of a public key in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    /// The modulus.
    pub(super) p: BigUint,
    /// The generator.
    pub(super) g: BigUint,
    /// The order of g, where the format has a place for it.
    pub(super) q: Option<BigUint>,
    /// The public value of a public key.
    pub(super) y: Option<BigUint>,
    /// Bits of private exponents, where the file tells.
    pub(super) exponent_bits: Option<u64>,
}

/// Why a file has no parameters.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Error {
    /// It is no PEM.
    Pem(pem::Error),
    /// Nothing in it is about Diffie–Hellman.
    Missing(Vec<String>),
    /// A block whose content is not what its label says.
    Content {
        /// The block's label.
        label: String,
        /// What had to be there, by the name of the text that tells it.
        expected: &'static str,
        /// What was there, as the texts `instead` tell it.
        got: Value,
    },
}

impl From<pem::Error> for Error {
    fn from(error: pem::Error) -> Self {
        Self::Pem(error)
    }
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        match error {
            Error::Pem(error) => error.into(),
            Error::Missing(labels) => Self::new("no-parameters", json!({ "got": labels })),
            Error::Content { label, expected, got } => {
                Self::new("parameters", json!({ "label": label, "expected": expected, "got": got }))
            }
        }
    }
}

lab::refused!(Error);

/// How a format orders its numbers.
#[derive(Clone, Copy)]
enum Layout {
    /// PKCS #3: p, g, and perhaps the length of exponents.
    Pkcs3,
    /// X9.42 and RFC 3279 section 2.3.3: p, g, q, and perhaps more.
    X942,
    /// RFC 3279 section 2.3.2: p, q, g.
    Dsa,
}

/// The first parameters or public key of a PEM file, whatever else it holds (certificates, as servers keep them together).
///
/// # Errors
/// There are none, or they are malformed.
pub(super) fn read(file: &[u8]) -> Result<Parameters, Error> {
    let blocks = pem::decode(file)?;
    let known = blocks.iter().find_map(|block| {
        let layout = match block.label.as_str() {
            "DH PARAMETERS" => Some(Layout::Pkcs3),
            "X9.42 DH PARAMETERS" => Some(Layout::X942),
            "DSA PARAMETERS" => Some(Layout::Dsa),
            "PUBLIC KEY" => None,
            _ => return None,
        };
        Some((block, layout))
    });
    let Some((block, layout)) = known else {
        return Err(Error::Missing(blocks.iter().map(|block| block.label.escape_debug().to_string()).collect()));
    };
    let read = match layout {
        Some(layout) => parameters(layout, &block.der),
        None => public_key(&block.der),
    };
    read.map_err(|(expected, got)| Error::Content { label: block.label.clone(), expected, got })
}

/// What was expected, and what was there.
type Fault = (&'static str, Value);

/// What cannot be read as DER.
fn malformed<E>(_: E) -> Value {
    json!({ "is": "malformed" })
}

fn parameters(layout: Layout, der: &[u8]) -> Result<Parameters, Fault> {
    let content = sequence(der, "sequence")?;
    let mut rest = &content[..];
    let mut numbers = Vec::new();
    // what follows the numbers (validation parameters) is of no interest here
    while let Ok((after, any)) = Any::from_der(rest) {
        if any.tag() != Tag::Integer || any.class() != Class::Universal {
            break;
        }
        numbers.push(integer(rest)?.1);
        rest = after;
    }
    let mut numbers = numbers.into_iter();
    let mut next = |what| numbers.next().ok_or_else(|| (what, json!({ "is": "fewer" })));
    Ok(match layout {
        Layout::Pkcs3 => {
            let (p, g) = (next("p-g")?, next("p-g")?);
            let exponent_bits = numbers.next().and_then(|length| u64::try_from(length).ok());
            Parameters { p, g, exponent_bits, ..Parameters::default() }
        }
        Layout::X942 => {
            let (p, g, q) = (next("p-g-q")?, next("p-g-q")?, next("p-g-q")?);
            Parameters { p, g, q: Some(q), ..Parameters::default() }
        }
        Layout::Dsa => {
            let (p, q, g) = (next("p-q-g")?, next("p-q-g")?, next("p-q-g")?);
            Parameters { p, g, q: Some(q), ..Parameters::default() }
        }
    })
}

/// A SubjectPublicKeyInfo (RFC 5280 section 4.1) of a Diffie–Hellman or DSA key.
fn public_key(der: &[u8]) -> Result<Parameters, Fault> {
    const EXPECTED: &str = "key";
    let content = sequence(der, EXPECTED)?;
    let (rest, algorithm) = Sequence::from_der(&content).map_err(|error| (EXPECTED, malformed(error)))?;
    let (parameters_der, id) = Oid::from_der(&algorithm.content).map_err(|error| (EXPECTED, malformed(error)))?;
    let layout = if id == oid!(1.2.840.113549.1.3.1) {
        Layout::Pkcs3
    } else if id == oid!(1.2.840.10046.2.1) {
        Layout::X942
    } else if id == oid!(1.2.840.10040.4.1) {
        Layout::Dsa
    } else {
        return Err((EXPECTED, json!({ "is": "other-algorithm", "id": id.to_string() })));
    };
    let (_, key) = BitString::from_der(rest).map_err(|error| (EXPECTED, malformed(error)))?;
    let (_, y) = integer(&key.data)?;
    Ok(Parameters { y: Some(y), ..parameters(layout, parameters_der)? })
}

fn sequence(der: &[u8], expected: &'static str) -> Result<Vec<u8>, Fault> {
    let (rest, sequence) = Sequence::from_der(der).map_err(|error| (expected, malformed(error)))?;
    if rest.is_empty() {
        Ok(sequence.content.into_owned())
    } else {
        Err((expected, json!({ "is": "more", "count": rest.len() })))
    }
}

/// A positive INTEGER, and what follows it.
fn integer(der: &[u8]) -> Result<(&[u8], BigUint), Fault> {
    const EXPECTED: &str = "integer";
    let (rest, any) = Any::from_der(der).map_err(|error| (EXPECTED, malformed(error)))?;
    Integer::try_from(&any).map_err(|error| (EXPECTED, malformed(error)))?;
    match any.data.first() {
        None => Err((EXPECTED, json!({ "is": "empty" }))),
        Some(first) if first & 0x80 != 0 => Err((EXPECTED, json!({ "is": "negative" }))),
        Some(_) => Ok((rest, BigUint::from_bytes_be(any.data))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A DER element with this tag; lengths below 2^16.
    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        let mut der = vec![tag];
        match length {
            0..0x80 => der.push(length as u8),
            0x80..0x100 => der.extend([0x81, length as u8]),
            _ => der.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        der.extend(content);
        der
    }

    fn ints(numbers: &[&[u8]]) -> Vec<u8> {
        element(0x30, &numbers.iter().flat_map(|n| element(2, n)).collect::<Vec<u8>>())
    }

    fn of(label: &str, der: &[u8]) -> Result<Parameters, Error> {
        read(pem::encode(label, der).as_bytes())
    }

    fn n(n: u32) -> BigUint {
        BigUint::from(n)
    }

    #[test]
    fn each_format_is_read() {
        let pkcs3 = Parameters { p: n(0xfb), g: n(2), exponent_bits: Some(160), ..Parameters::default() };
        assert_eq!(of("DH PARAMETERS", &ints(&[&[0, 0xfb], &[2], &[0, 160]])), Ok(pkcs3));
        let x942 = Parameters { p: n(23), g: n(2), q: Some(n(11)), ..Parameters::default() };
        assert_eq!(of("X9.42 DH PARAMETERS", &ints(&[&[23], &[2], &[11]])), Ok(x942.clone()));
        assert_eq!(of("DSA PARAMETERS", &ints(&[&[23], &[11], &[2]])), Ok(x942.clone()));
        // with validation parameters behind them
        let validated = element(0x30, &[ints(&[&[23], &[2], &[11]])[2..].to_vec(), ints(&[&[1]])].concat());
        assert_eq!(of("X9.42 DH PARAMETERS", &validated), Ok(x942.clone()));
        // 1.2.840.10046.2.1
        let id = element(6, &[0x2a, 0x86, 0x48, 0xce, 0x3e, 2, 1]);
        let algorithm = element(0x30, &[id, ints(&[&[23], &[2], &[11]])].concat());
        let key = element(3, &[vec![0], element(2, &[9])].concat());
        let spki = element(0x30, &[algorithm, key].concat());
        assert_eq!(of("PUBLIC KEY", &spki), Ok(Parameters { y: Some(n(9)), ..x942.clone() }));
        let beside =
            [pem::encode("CERTIFICATE", b"anything"), pem::encode("X9.42 DH PARAMETERS", &ints(&[&[23], &[2], &[11]]))];
        assert_eq!(read(beside.concat().as_bytes()), Ok(x942));
    }

    #[test]
    fn hostile_files_are_refused_with_what_is_wrong() {
        let told = |read: Result<Parameters, Error>| read.map_err(|error| error.to_string()).expect_err("refused");
        assert!(told(read(b"")).ends_with("got no PEM block"));
        assert!(told(of("CERTIFICATE", b"x")).ends_with("got CERTIFICATE"));
        assert!(told(of("PRIVATE KEY", b"x")).ends_with("got PRIVATE KEY"));
        assert!(told(of("DH PARAMETERS", b"")).contains("DH PARAMETERS: expected a SEQUENCE"));
        assert!(told(of("DH PARAMETERS", &ints(&[&[23]]))).contains("expected p and g, got fewer"));
        assert!(told(of("X9.42 DH PARAMETERS", &ints(&[&[23], &[5]]))).contains("p, g and q"));
        assert!(told(of("DH PARAMETERS", &ints(&[&[0xfb], &[2]]))).contains("a negative one"));
        assert!(told(of("DH PARAMETERS", &[ints(&[&[23], &[5]]), vec![0]].concat())).contains("1 octets more"));
        // sequences in sequences, each without an end, and lengths beyond everything
        for der in [vec![0x30; 200_000], [0x30, 0x80].repeat(100_000), vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2, 1]] {
            for label in ["DH PARAMETERS", "X9.42 DH PARAMETERS", "PUBLIC KEY"] {
                assert!(of(label, &der).is_err());
            }
        }
        // an RSA key
        let rsa = element(0x30, &element(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]));
        assert!(told(of("PUBLIC KEY", &element(0x30, &rsa))).contains("1.2.840.113549.1.1.1"));
    }
}
