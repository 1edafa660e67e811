//! The key log that Wireshark, curl and browsers know (draft-ietf-tls-keylogfile): a line a session.

use lab::{
    evidence::hex,
    tls::{Master, Randoms},
};

/// The line of a session of TLS 1.2, without its end.
pub fn line(randoms: &Randoms, master: &Master) -> String {
    format!("CLIENT_RANDOM {} {}", hex(&randoms.client), hex(&master[..]))
}
