//! `interlock tls read`

use super::{live, told::Teller};
use crate::cli::{
    FINDING, FINE, Failure,
    crack::{Stop, seconds},
};
use clap::Args;
use cryptanalysis::Budget;
use process::files;
use recording::{Limits, Reading, RsaKey, Totals, capture};
use std::{
    fs::File,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// Core seconds that one logarithm may be expected to take where no time is told.
const USUAL: f64 = 600.0;

/// Arguments of `interlock tls read`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock tls read capture.pcapng
  interlock tls read capture.pcap --keylog keys.log          what Wireshark opens the recording with
  interlock tls read capture.pcapng --key server-key.pem     RSA transport, with the server's key
  tcpdump -w - tcp port 443 | interlock tls read - --json
  interlock tls read new.pcapng --live --listen 127.0.0.1:8444 --connect 127.0.0.1:8443

A logarithm is computed where something is known against the server's group, as in interlock group explain. Whatever is
told as read is proven: the handshake's own Finished fits the secret.
With --json there is an object a session, and at the end one with the totals.

Exit status: 0 nothing could be read, 1 something was, 2 usage, 3 the lab itself failed.")]
pub(in crate::cli) struct Read {
    /// The recording: pcap or pcapng, - for standard input. With --live the file that is written
    #[arg(value_name = "RECORDING")]
    recording: PathBuf,
    /// Writes the secret of each session that is read, as Wireshark takes it
    #[arg(long, value_name = "FILE")]
    keylog: Option<PathBuf>,
    /// A private key of RSA that leaked, PEM
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Exponents are shorter than so many bits: they are searched in every group
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    exponent_bits: Option<u32>,
    /// Computes for so many seconds at most, and begins what takes about as long; the rest is read without
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<f64>,
    /// Print JSON: an object a session, and one with the totals
    #[arg(long)]
    json: bool,
    /// Records now: relays from one address of this machine to another, and reads as it goes, until Ctrl-C
    #[arg(long, requires = "connect")]
    live: bool,
    /// Where to listen [default: any free port of 127.0.0.1]
    #[arg(long, value_name = "ADDRESS", requires = "live")]
    listen: Option<SocketAddr>,
    /// The server to relay to
    #[arg(long, value_name = "ADDRESS", requires = "live")]
    connect: Option<SocketAddr>,
}

pub(super) fn run(args: &Read) -> Result<u8, Failure> {
    let keys = args.key.iter().map(|file| key(file)).collect::<Result<Vec<_>, _>>()?;
    let threads = Budget::default().threads;
    let core_seconds = args.timeout.map_or(USUAL, |seconds| (seconds * threads as f64 * 2.0).max(USUAL));
    let exponent_bits = args.exponent_bits;
    let budget = Budget { operations: u64::MAX, core_seconds, exponent_bits, ..Budget::default() };
    let keylog = args.keylog.as_deref().map(create).transpose()?;
    let reading = Reading::new(keys, budget.clone(), Limits::default());
    let teller = Teller::new(args.json, keylog);
    let totals = match (args.live, args.connect) {
        (true, Some(connect)) => {
            let listen = args.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
            live::run(&args.recording, listen, connect, &budget, args.timeout, reading, teller)?
        }
        _ => {
            let source: Box<dyn io::Read> = match args.recording.to_str() {
                Some("-") => Box::new(io::stdin().lock()),
                _ => Box::new(File::open(&args.recording).map_err(|error| at(&args.recording, &error))?),
            };
            let _stop = Stop::when(&budget, args.timeout)?;
            read(source, reading, teller)?
        }
    };
    Ok(if totals.read == 0 { FINE } else { FINDING })
}

/// Reads a recording from its beginning to its end.
pub(super) fn read(source: impl io::Read, mut reading: Reading, mut teller: Teller) -> Result<Totals, Failure> {
    let end = capture::read(source, &mut |packet| reading.packet(packet, &mut teller));
    let read = end.map(|end| reading.finish(end, &mut teller));
    teller.finish(read)
}

pub(super) fn at(file: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Usage(format!("{}: {error}", file.display()))
}

/// The longest file of a key, in octets.
const LONGEST_KEY: usize = 1 << 20;

fn key(file: &Path) -> Result<RsaKey, Failure> {
    let octets = files::octets_or_input(file, LONGEST_KEY).map_err(|error| at(file, &error))?;
    RsaKey::from_pem(&octets).map_err(|fault| at(file, &fault))
}

/// A file of secrets, which is its owner's alone to read.
fn create(file: &Path) -> Result<File, Failure> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|error| at(file, &error))
}
