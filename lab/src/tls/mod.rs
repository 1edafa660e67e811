//! Real TLS as it stands on the wire: what a listener reads of a handshake of TLS 1.2 (RFC 5246), and with its secret of
//! the records. Bytes come in, values go out; nothing here takes part in a handshake.

mod closed;
mod direction;
mod message;
mod protect;
mod reader;
mod record;
mod schedule;
mod suite;
mod tap;

pub use closed::Closed;
pub use direction::Side;
pub use message::{ClientHello, DheParameters, ServerHello};
pub use protect::{Opener, Unopened};
pub use reader::Malformed;
pub use record::{LONGEST_RECORD, Record, Records};
pub use schedule::{Master, Randoms, finished, key_block, master, master_extended, prf};
pub use suite::{Cipher, Exchange, Hash, Mac, SUITES, Suite};
pub use tap::{Data, Tap, Wanted};
