//! A relay on this machine, whose recording is read while it grows.

use super::{
    read::{at, read},
    told::Teller,
};
use crate::cli::{Failure, crack::Stop};
use ::lab::words;
use cryptanalysis::Budget;
use recording::{
    Reading, Totals,
    relay::{Fault, Relay, recorder},
};
use serde_json::json;
use std::{fs::File, net::SocketAddr, path::Path};

pub(super) fn run(
    file: &Path,
    listen: SocketAddr,
    connect: SocketAddr,
    budget: &Budget,
    timeout: Option<f64>,
    reading: Reading,
    teller: Teller,
) -> Result<Totals, Failure> {
    let written = File::create(file).map_err(|error| at(file, &error))?;
    let again = File::open(file).map_err(|error| at(file, &error))?;
    let (recorder, growing) = recorder(written, again)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let relay = runtime.block_on(Relay::bind(listen, connect)).map_err(|fault| match fault {
        Fault::NotLoopback(_) => Failure::Usage(fault.to_string()),
        Fault::Listen { .. } => Failure::Lab(fault.to_string()),
    })?;
    let address = relay.address()?;
    let members = json!({ "address": address, "connect": connect });
    crate::log::line("interlock", &words::say("tls-command", "listening", &members));
    let (raise, raised) = tokio::sync::oneshot::channel();
    let _stop = Stop::telling(budget, timeout, raise)?;
    let until = async move {
        // who can no longer tell has ended as well
        let _ = raised.await;
    };
    let relaying = runtime.spawn(relay.run(recorder, until));
    let totals = read(growing, reading, teller)?;
    runtime.block_on(relaying).map_err(|error| Failure::Lab(error.to_string()))??;
    Ok(totals)
}
