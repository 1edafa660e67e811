//! The lab broken on purpose: a copy of its code in which any check, or its own honesty, can be broken, and what theory says
//! must come of each.

pub mod copy;
pub mod faults;
mod honesty;
pub mod page;
pub mod player;
pub mod switched;
pub mod theory;
pub mod trial;
