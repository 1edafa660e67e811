//! `ecdh`: X25519, and nobody says who they are.

use super::parts::*;
use crate::mode::{Message, Mode, Names};

pub(super) static MODE: Mode = Mode {
    id: "ecdh",
    title: "X25519, unauthenticated",
    summary: "Both sides send a point of Curve25519 and multiply the one they receive by their own secret: shorter and \
              faster than modulo a prime, and just as blind to who is at the other end.",
    authenticated_by: "nothing",
    references: &["RFC 7748 section 6.1", "Bernstein, Curve25519: new Diffie–Hellman speed records, 2006"],
    variants: &[],
    groups: &["x25519"],
    given: &[SESSION, OFFERS, SUPPORTED],
    messages: &[CLIENT_HELLO, Message { after: &[EXTRACT, CLIENT_WRITE, SERVER_WRITE, EXPORTER], ..SERVER_HELLO }],
    names: Names::Nobody,
    met: 0,
    off: &[],
};
