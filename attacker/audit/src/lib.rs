//! Real software as the victim: the attacks of the catalogue over real TLS, against a client that is any program.
//!
//! For each attack a server of the audit's own listens on loopback and presents what the attacker would. The client is told
//! a canary, a fresh random secret, which it sends only to a server that it believes. How far it goes is [observed](Depth);
//! what that amounts to is a [grade](grade::grade), a pure function of what was observed of the attack and of its twin,
//! which lacks the one flaw and must be believed. Before any attack the client meets an honest server: whoever fails
//! that is not audited.

#![forbid(unsafe_code)]

mod answer;
mod attempt;
mod audit;
mod case;
mod client;
pub mod grade;
mod hosts;
mod lie;
mod output;
mod placeholder;
pub mod recipes;
mod report;
mod server;
mod tls;
mod words;

pub use attempt::{Attempt, Depth, End};
pub use audit::{Settings, audit};
pub use case::{Case, cases};
pub use client::{Client, Ended, Ran};
pub use placeholder::Placeholder;
pub use report::{Audited, Cell, Report};
