//! What every process of the lab shares: sockets, the play loop of any party, orders and reports as lines, and how a
//! program begins, listens and ends. The sans-IO library beside it knows nothing of this package.

pub mod arguments;
pub mod authorities;
pub mod channel;
pub mod files;
pub mod foreign;
pub mod frames;
pub mod help;
pub mod limits;
pub mod listening;
pub mod memories;
pub mod narrate;
pub mod part;
pub mod patience;
pub mod play;
pub mod program;
pub mod reports;
pub mod steering;
pub mod teller;
pub mod usage;

mod names;
mod places;
mod reception;
mod strays;
