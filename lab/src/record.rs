//! Records: what protects application data once the handshake is done.
//!
//! A record's body is `sequence number: u64 | ciphertext | tag: 16 octets`, sealed with ChaCha20-Poly1305 (RFC 8439)
//! under the key of its direction, the nonce being four zero octets and the sequence number, the additional data being the
//! frame's header and the sequence number. The first octet of the plaintext says what the rest is.

mod codec;
mod direction;
mod key;
mod layer;

pub use codec::{Content, LONGEST_DATA, Sealed};
pub use key::{RecordKey, TooLong};
pub use layer::{RecordError, Records};
