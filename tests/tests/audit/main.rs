//! `interlock audit`: real software, and programs that are broken in one way each.

mod chains;
mod clients;
mod device;
mod handshake;
mod mail;
mod matrix;
mod servers;
mod staples;
