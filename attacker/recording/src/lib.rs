//! Recordings of real TLS, read: from a file of packets to the request, where a weak group or a key that leaked gives it
//! away; and why the rest stays closed.
//!
//! [`capture::read`] hands over packets, [`Reading`] puts streams together, listens on each session
//! ([`lab::tls::Tap`]), and asks for the secret that is wanted: a logarithm by `cryptanalysis`, or a leaked key. All in
//! one pass and in bounded memory, so that a recording that still grows is read like any other. [`relay`] makes one;
//! [`conversation`] and [`pcapng`] write one of any connection.

pub mod capture;
mod connection;
pub mod conversation;
pub mod dhparam;
pub mod keylog;
mod logarithm;
pub mod packet;
pub mod pcapng;
mod reading;
pub mod relay;
mod rsa;
mod session;
pub mod stream;

pub use logarithm::Logarithm;
pub use reading::{Limits, Listener, Reading, Totals};
pub use rsa::{KeyFault, RsaKey};
pub use session::{Heard, Secret, Session};
