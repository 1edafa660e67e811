//! `interlock dissector`

use super::{FINE, Failure};
use clap::Args;
use std::io::Write;

/// Arguments of `interlock dissector`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock dissector > ~/.local/lib/wireshark/plugins/interlock.lua
  tshark -X lua_script:interlock.lua -r session.pcapng -V")]
pub(super) struct Dissector {}

pub(super) fn run(_: &Dissector) -> Result<u8, Failure> {
    std::io::stdout().lock().write_all(include_bytes!("../../../docs/interlock.lua"))?;
    Ok(FINE)
}
