//! Real software as the victim: the attacks of the catalogue over real TLS, against a client or a server that is any program.
//!
//! For each attack a client meets a server of the audit's own, on loopback unless it is [exposed](Settings::exposed), which presents what the attacker would; a server that
//! demands certificates is called by a client that does. Each is told a canary, a fresh random secret, which it gives only to
//! a peer that it believes. How far it goes is [observed](Depth); what that amounts to is a [grade](grade::grade), a pure
//! function of what was observed of the attack and of its twin, which lacks the one flaw and must be believed. Before any
//! attack a program meets an honest peer: whoever fails that is not audited.

#![forbid(unsafe_code)]

mod ability;
mod answer;
mod attempt;
mod audit;
mod caller;
mod case;
mod deed;
mod device;
pub mod grade;
mod hosts;
mod inside;
mod lie;
mod mail;
mod moment;
mod namespace;
mod output;
mod placeholder;
mod port;
mod postgres;
mod program;
mod ran;
pub mod recipes;
mod report;
mod resumption;
mod returning;
mod role;
mod server;
mod session;
mod system;
mod tls;
mod words;

pub use attempt::{Attempt, Depth, End};
pub use audit::{Settings, audit};
pub use case::{Case, Exhibit, cases};
pub use device::{Device, Visited, Visits, device};
pub use mail::{Speech, UnknownSpeech};
pub use moment::Timing;
pub use placeholder::Placeholder;
pub use program::Program;
pub use ran::{Ended, Ran};
pub use report::{Audited, Cell, Report, Subject};
pub use role::Role;
pub use tls::Anybody;
