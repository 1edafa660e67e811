//! The explorer: finds attacks over terms.
//!
//! The modes' own tables are run by the lab's own interpreter over an [algebra of terms](symbolic), between parties of several
//! sessions and an attacker who is the wire and a legitimate peer besides. A [search] delivers to each party whatever the
//! attacker [can make](knowledge), directed by what the party's checks compare, and looks after each step whether a
//! [goal] still holds. The interpreter alone decides whether a party accepts: a fault of the search can miss an
//! attack, and cannot invent one.

pub mod delivery;
pub mod goal;
mod granted;
pub mod knowledge;
mod liveness;
pub mod matrix;
pub mod party;
pub mod performed;
pub mod proverif;
pub mod script;
pub mod search;
pub mod state;
pub mod symbolic;
pub mod term;
pub mod third;
pub mod trace;
pub mod verifpal;
pub mod world;
