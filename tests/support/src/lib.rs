//! What the tests that run across crates share: sessions without sockets, the lab's real programs, the page in a browser,
//! and the way to test data.

pub mod browser;
pub mod certificates;
pub mod conversation;
pub mod data;
pub mod example;
pub mod fuzz;
pub mod hostile;
pub mod http;
pub mod mutation;
pub mod outcomes;
pub mod peers;
#[cfg(target_os = "linux")]
pub mod postgres;
pub mod programs;
pub mod sabotage;
pub mod serving;
pub mod staging;
pub mod tables;
pub mod tlv;
pub mod vectors;
#[cfg(target_os = "linux")]
pub mod watching;
