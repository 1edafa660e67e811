//! Attacks that the lab finds, beside the table of outcomes, and performed.

mod execute;
mod explore;
mod script;
mod verifpal;
