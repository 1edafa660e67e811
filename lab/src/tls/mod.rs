//! Real TLS: what a listener reads of a handshake of TLS 1.2 (RFC 5246), and with its secret of the records; and TLS 1.3
//! (RFC 8446) as it is [spoken](v13). Bytes come in, values and bytes go out.

mod closed;
mod direction;
mod message;
mod protect;
mod reader;
mod record;
mod schedule;
mod suite;
mod tap;
pub mod v13;
mod writer;

pub use closed::Closed;
pub use direction::Side;
pub use message::{ClientHello, DheParameters, ServerHello};
pub use protect::{Opener, Unopened};
pub use reader::Malformed;
pub use record::{LONGEST_RECORD, Record, Records, content};
pub use schedule::{Master, Randoms, finished, key_block, master, master_extended, prf};
pub use suite::{Cipher, Exchange, Hash, Mac, SUITES, Suite};
pub use tap::{Data, Tap, Wanted};
