//! TLS 1.3 (RFC 8446), spoken: both ends of a session whose keys are agreed with X25519, alone or beside ML-KEM-768, and
//! whose server proves itself with a certificate. Bytes come in, bytes and what was said go out.
//!
//! It exists to lie. A server [deviates](Deviation) from the protocol by values: what it leaves out, alters or sends in another
//! order. A client performs the lab's checks, each of which can be left out, so that every lie has somebody who falls for it.
//! A session may be [resumed](Ticket) by what was given for it, and something said by that before the handshake is finished. A
//! client shows a certificate to whoever asks for one; the server asks nobody.

mod client;
mod deviation;
mod fault;
mod hello;
mod identity;
mod link;
mod message;
mod protect;
mod schedule;
mod server;
mod settings;
mod signature;
mod suite;
mod ticket;

pub use client::Client;
pub use deviation::{Deviation, Message, Order, Share};
pub use fault::Fault;
pub use identity::Identity;
pub use link::Heard;
pub use protect::Protection;
pub use schedule::{Schedule, Secret};
pub use server::Server;
pub use settings::{Reliance, Settings};
pub use suite::Suite;
pub use ticket::Ticket;

/// The number of the version (RFC 8446 section 4.2.1).
const TLS13: u16 = 0x0304;
/// What stands in the place of the version where older peers look (sections 4.1.2 and 5.1).
const LEGACY: u16 = 0x0303;
