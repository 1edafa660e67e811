//! `interlock serve`

use super::{Data, FINE, Failure, lab, said};
use crate::{
    ci::outcomes,
    cli::style::{faint, head},
    console::Console,
    http::{App, Guard, Limits, listen, router, serve},
    log,
    sessions::{
        book::Book,
        hub::Hub,
        store::{Place, Retention, SESSIONS, Store},
    },
};
use clap::Args;
use serde_json::json;
use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch, time::timeout};

/// What is played at the start, so that the first page shows live results.
const MISSION: [&str; 3] = ["dh/substitute", "dh-weak:short/crack", "ecdh-cert/substitute"];
/// Their seed: whoever rehearses sees the same keys each time, and a session without one check goes beside the one shown.
const SEED: u64 = 1;
/// How long open connections are waited for at the end, at most.
const FAREWELL: Duration = Duration::from_secs(2);
/// Ports that are tried when one is taken.
const PORTS: u16 = 100;

/// Arguments of `interlock serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock serve
  interlock serve --listen 127.0.0.1:9000 --ephemeral")]
pub(super) struct Serve {
    /// Where the dashboard listens; the next free port is taken where this one is in use
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    data: Data,
    /// Keep sessions in memory only
    #[arg(long, conflicts_with = "data")]
    ephemeral: bool,
    /// Keep at most this many sessions; the oldest go first
    #[arg(long, value_name = "N", default_value_t = SESSIONS, value_parser = clap::value_parser!(u64).range(1..))]
    retain: u64,
    /// How long a victim waits for each flight, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 5000)]
    patience: u64,
    #[command(flatten)]
    time: lab::Time,
    #[command(flatten)]
    words: lab::Words,
}

pub(super) fn run(args: &Serve) -> Result<u8, Failure> {
    if !args.listen.ip().is_loopback() {
        return Err(Failure::usage("loopback-only", &json!({ "address": args.listen })));
    }
    let outcomes = outcomes::all().map_err(|error| Failure::Lab(error.to_string()))?;
    let place = match args.data.directory() {
        Some(directory) if !args.ephemeral => Place::Directory(directory),
        _ => Place::Memory,
    };
    lab::block_on(async {
        let interrupted = lab::interrupted();
        let listener = bind(args.listen)?;
        let address = listener.local_addr()?;
        let store = Store::open(place, Retention { sessions: args.retain, ..Retention::default() });
        let book = Arc::new(Book::open(store, Arc::new(Hub::default())).await);
        let console =
            Console::start(lab::config(lab::settings(args.patience, &args.time, &args.words))?, Arc::clone(&book));
        let limits = Limits::fitted();
        let app = App::new(Arc::clone(&console), outcomes, limits.clone());
        let announcing = tokio::spawn({
            let app = Arc::clone(&app);
            async move { app.announce().await }
        });
        for text in MISSION {
            let playing = lab::scenario(text).map_err(Failure::Lab).and_then(|it| lab::play(&console, &it, Some(SEED)));
            if let Err(error) = playing {
                log::line("interlock", &format!("{text}: {error}"));
            }
        }
        // Nobody may be reading: that is no reason to end the lab.
        let _ = greet(address);
        let stop = watch::Sender::new(false);
        let server = serve(listener, router(app, Guard::new(address)), limits, stop.subscribe());
        let mut server = tokio::spawn(server);
        let failed = tokio::select! {
            ended = &mut server => Some(ended),
            () = interrupted => None,
        };
        stop.send_replace(true);
        // Open streams would otherwise be waited for.
        book.hub().close();
        if failed.is_none() {
            let _ = timeout(FAREWELL, server).await;
        }
        announcing.abort();
        console.stop().await;
        let lost = tokio::task::block_in_place(|| book.store().close());
        match (failed, lost) {
            (Some(_), _) => Err(Failure::lab("dashboard-ended", &json!({}))),
            (None, 0) => Ok(FINE),
            (None, lost) => Err(Failure::lab("not-kept", &json!({ "lost": lost }))),
        }
    })
}

/// Binds the address, or the next port that is free.
fn bind(wanted: SocketAddr) -> Result<TcpListener, Failure> {
    let last = wanted.port().saturating_add(if wanted.port() == 0 { 0 } else { PORTS });
    for port in wanted.port()..=last {
        match listen(SocketAddr::new(wanted.ip(), port)) {
            Ok(listener) if port == wanted.port() => return Ok(listener),
            Ok(listener) => {
                log::line("interlock", &said("port-taken", &json!({ "wanted": wanted.port(), "port": port })));
                return Ok(listener);
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => {
                let members = json!({ "address": wanted, "why": error.to_string() });
                return Err(Failure::lab("cannot-listen", &members));
            }
        }
    }
    Err(Failure::lab("ports-taken", &json!({ "wanted": wanted.port(), "last": last })))
}

fn greet(address: SocketAddr) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}", said("ready", &json!({ "address": head(format!("http://{address}")) })))?;
    writeln!(out, "{}", faint(said("ends", &json!({}))))?;
    out.flush()
}
