//! `interlock tls weak-group`: real software agrees on a weak group, and the recording of it is read.

use super::{
    read::at,
    told::{progress, tell},
};
use crate::cli::{FINDING, FINE, Failure, crack::Progress, crack::Stop};
use ::lab::{
    group::{Modp, weak},
    words,
};
use clap::{Args, ValueEnum};
use cryptanalysis::{Budget, Observer};
use recording::{
    Limits, Listener, Reading, Session, capture, dhparam,
    relay::{Relay, recorder},
};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// How long the server may take to listen, and the client to be served.
const PATIENCE: Duration = Duration::from_secs(60);

/// The default client.
const CURL: [&str; 5] = ["curl", "-sS", "--cacert", "{ca}", "https://{host}:{port}/{canary}"];

/// What is weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Weakness {
    /// A prime p with a smooth p − 1
    Smooth,
    /// A modulus that is no prime
    Composite,
    /// A generator of small order
    Subgroup,
}

/// Arguments of `interlock tls weak-group`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock tls weak-group
  interlock tls weak-group --weakness subgroup --out evidence
  interlock tls weak-group --bits 1024 -- curl --ciphers DEFAULT:@SECLEVEL=0 --cacert {ca} https://{host}:{port}/{canary}

Starts `openssl s_server` with a group of its own, the client through a relay of this machine that records, and reads the
recording: with TLS 1.2, and with TLS 1.3 as its twin. {ca}, {host}, {port} and {canary} are filled in.

Exit status: 0 the canary stayed closed, 1 the recording gave it away, 2 usage, 3 the lab itself failed.")]
pub(in crate::cli) struct WeakGroup {
    /// What is weak about the server's group
    #[arg(long, value_enum, default_value_t = Weakness::Smooth)]
    weakness: Weakness,
    /// Bits of the modulus: openssl takes none below 512, and clients refuse what they think short
    #[arg(long, value_name = "N", default_value_t = 2048, value_parser = clap::value_parser!(u64).range(512..=4096))]
    bits: u64,
    /// Keeps recordings, certificate and parameters in this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// The client [default: curl -sS --cacert {ca} https://{host}:{port}/{canary}]
    #[arg(last = true, value_name = "COMMAND")]
    client: Vec<String>,
}

/// Versions of TLS, as openssl's option and as people have them.
const VERSIONS: [(&str, &str); 2] = [("-tls1_2", "1.2"), ("-tls1_3", "1.3")];

/// One run.
struct Run {
    version: &'static str,
    client: Output,
    session: Option<Session>,
    /// The canary stands in what was read.
    read: bool,
    /// From the recording to what is in it.
    seconds: f64,
}

pub(super) fn run(args: &WeakGroup) -> Result<u8, Failure> {
    let scratch = std::env::temp_dir().join(format!("interlock-{}", std::process::id()));
    let directory = args.out.as_deref().unwrap_or(&scratch);
    fs::create_dir_all(directory).map_err(|error| at(directory, &error))?;
    let done = runs(args, directory);
    if args.out.is_none() {
        // what cannot be removed is in the system's directory for such files
        let _ = fs::remove_dir_all(&scratch);
    }
    let runs = done?;
    let out = &mut anstream::stdout().lock();
    if args.json {
        let all: Vec<Value> = runs.iter().map(document).collect();
        writeln!(
            out,
            "{}",
            json!({ "weakness": format!("{:?}", args.weakness).to_lowercase(), "bits": args.bits, "runs": all })
        )?;
    } else {
        runs.iter().try_for_each(|run| show(out, run))?;
    }
    Ok(if runs.iter().any(|run| run.read) { FINDING } else { FINE })
}

fn document(run: &Run) -> Value {
    json!({
        "version": run.version,
        "client": { "code": run.client.status.code(), "error": String::from_utf8_lossy(&run.client.stderr).trim() },
        "read": run.read,
        "seconds": run.seconds,
        "session": run.session,
    })
}

fn show(out: &mut impl Write, run: &Run) -> std::io::Result<()> {
    let error = String::from_utf8_lossy(&run.client.stderr).trim().to_owned();
    let members = json!({ "version": run.version, "code": run.client.status.code(), "error": ::lab::terminal::printable(&error) });
    writeln!(out, "{}", crate::cli::style::head(words::say("weak-group", "client", &members)))?;
    if let Some(session) = &run.session {
        tell(out, session, None)?;
    }
    let name = if run.read { "read" } else { "closed" };
    writeln!(out, "{}\n", words::say("weak-group", name, &json!({ "seconds": format!("{:.1}", run.seconds) })))
}

fn runs(args: &WeakGroup, directory: &Path) -> Result<Vec<Run>, Failure> {
    let group = match args.weakness {
        Weakness::Smooth => weak::smooth(args.bits),
        Weakness::Composite => weak::composite(args.bits),
        Weakness::Subgroup => weak::subgroup(args.bits),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(prepare(directory, &group))?;
    let budget = Budget { operations: u64::MAX, ..Budget::default() };
    let _stop = Stop::when(&budget, None)?;
    let mut runs = Vec::new();
    for (option, version) in VERSIONS {
        let canary = canary()?;
        let client = runtime.block_on(record(args, directory, (option, version), &canary))?;
        let began = Instant::now();
        let mut listener = Kept { progress: progress(args.json), session: None };
        let mut reading = Reading::new(Vec::new(), budget.clone(), Limits::default());
        let recording = directory.join(file_name(version));
        let file = File::open(&recording).map_err(|error| at(&recording, &error))?;
        let end = capture::read(file, &mut |packet| reading.packet(packet, &mut listener));
        reading.finish(end.map_err(|fault| Failure::Lab(fault.to_string()))?, &mut listener);
        listener.progress.clear();
        let session = listener.session;
        let read = session.as_ref().is_some_and(|session| session.client_said.text.contains(&canary));
        runs.push(Run { version, client, session, read, seconds: began.elapsed().as_secs_f64() });
    }
    Ok(runs)
}

fn file_name(version: &str) -> String {
    format!("tls-{version}.pcapng")
}

/// A secret that only this run knows.
fn canary() -> Result<String, Failure> {
    let mut octets = [0; 16];
    getrandom::fill(&mut octets).map_err(|error| Failure::Lab(error.to_string()))?;
    Ok(::lab::evidence::hex(&octets))
}

/// The group, and a certificate for this machine with its key.
async fn prepare(directory: &Path, group: &Modp) -> Result<(), Failure> {
    let path = directory.join("dh.pem");
    fs::write(&path, dhparam::pem(&group.p, &group.g)).map_err(|error| at(&path, &error))?;
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]);
    openssl.args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]);
    let made = openssl.current_dir(directory).output().await.map_err(|error| missing("openssl", &error))?;
    match made.status.success() {
        true => Ok(()),
        false => Err(Failure::Lab(format!("openssl req: {}", String::from_utf8_lossy(&made.stderr).trim()))),
    }
}

/// How a program failed, in the language's words of this name.
fn failed(name: &str, program: &str) -> Failure {
    Failure::Lab(words::say("tls-command", name, &json!({ "program": program })))
}

fn missing(program: &str, error: &std::io::Error) -> Failure {
    Failure::lab("cannot-start-program", &json!({ "program": program, "why": error.to_string() }))
}

/// Runs the client against the server through the relay; what the client came to.
async fn record(
    args: &WeakGroup,
    directory: &Path,
    (option, version): (&str, &str),
    canary: &str,
) -> Result<Output, Failure> {
    let mut server = Command::new("openssl");
    server.args(["s_server", "-www", "-accept", "127.0.0.1:0", "-cipher", "DHE:@SECLEVEL=0", option]);
    server.args(["-cert", "cert.pem", "-key", "key.pem", "-dhparam", "dh.pem"]);
    server.current_dir(directory).kill_on_drop(true);
    server.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = server.spawn().map_err(|error| missing("openssl", &error))?;
    let port = tokio::time::timeout(PATIENCE, listening(&mut server)).await;
    let port = port.map_err(|_| failed("mute", "openssl s_server"))??;
    let path = directory.join(file_name(version));
    let (written, again) = (File::create(&path), File::open(&path));
    let (recorder, _) = recorder(written.map_err(|error| at(&path, &error))?, again?)?;
    let relay = Relay::bind(([127, 0, 0, 1], 0).into(), ([127, 0, 0, 1], port).into()).await;
    let relay = relay.map_err(|fault| Failure::Lab(fault.to_string()))?;
    let address = relay.address()?;
    let (over, until) = tokio::sync::oneshot::channel::<()>();
    let relaying = tokio::spawn(relay.run(recorder, async move {
        let _ = until.await;
    }));
    let certificate = directory.join("cert.pem").display().to_string();
    let filled = |word: &str| {
        let word = word.replace("{ca}", &certificate).replace("{host}", "localhost");
        word.replace("{port}", &address.port().to_string()).replace("{canary}", canary)
    };
    let command: Vec<String> = match &args.client[..] {
        [] => CURL.iter().map(|word| filled(word)).collect(),
        own => own.iter().map(|word| filled(word)).collect(),
    };
    let [program, rest @ ..] = &command[..] else {
        return Err(Failure::Usage(words::say("tls-command", "no-client", &json!({}))));
    };
    let mut client = Command::new(program);
    client.args(rest).stdin(Stdio::null()).kill_on_drop(true);
    let client = tokio::time::timeout(PATIENCE, client.output()).await;
    let client = client.map_err(|_| failed("endless", program))?;
    let client = client.map_err(|error| missing(program, &error))?;
    server.kill().await?;
    drop(over);
    let open = relaying.await.map_err(|error| Failure::Lab(error.to_string()))??;
    let _ = tokio::time::timeout(PATIENCE, open.finished()).await;
    Ok(client)
}

/// Where openssl's server says that it listens. What it says afterwards is read and dropped, lest it wait for a reader.
async fn listening(server: &mut Child) -> Result<u16, Failure> {
    let ended = || failed("brief", "openssl s_server");
    let (Some(out), Some(err)) = (server.stdout.take(), server.stderr.take()) else { return Err(ended()) };
    let mut lines = BufReader::new(out).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some(port) = line.strip_prefix("ACCEPT 127.0.0.1:").and_then(|port| port.parse().ok()) {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            let mut complaints = BufReader::new(err).lines();
            tokio::spawn(async move { while let Ok(Some(_)) = complaints.next_line().await {} });
            return Ok(port);
        }
    }
    let mut complaints = BufReader::new(err).lines();
    let mut last = String::new();
    while let Some(line) = complaints.next_line().await? {
        last = line;
    }
    Err(Failure::Lab(format!("openssl s_server: {last}")))
}

/// Keeps the session that is of interest: the last with a hello.
struct Kept {
    progress: Progress,
    session: Option<Session>,
}

impl Listener for Kept {
    fn observer(&mut self) -> &mut dyn Observer {
        &mut self.progress
    }

    fn secret(&mut self, _: &str) {}

    fn session(&mut self, session: &Session) {
        self.session = Some(session.clone());
    }
}
