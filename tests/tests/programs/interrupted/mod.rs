//! What the system does to a run that is under way: it ends it, and it has no room on its disk.
#![cfg(target_os = "linux")]

mod ended;
mod kept;
