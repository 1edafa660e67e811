//! `interlock serve`

use super::{Data, FINE, Failure, lab, said};
use crate::{
    ci::outcomes,
    cli::style::{faint, head},
    console::{Config, Console, hands::HELD},
    http::{App, Doors, Guard, Limits, listen, router, serve},
    lesson::{Lesson, builtin, view::View},
    log,
    sessions::{
        book::Book,
        hub::Hub,
        store::{Place, Retention, SESSIONS, Store},
    },
};
use clap::Args;
use process::files;
use qrcode::{QrCode, render::unicode};
use serde_json::json;
use std::{
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};

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
  interlock serve --listen 127.0.0.1:9000 --ephemeral
  interlock serve --store postgres:///interlock
  interlock serve --lesson ten-minutes
  interlock serve --lesson my-lesson.json")]
pub(super) struct Serve {
    /// Where the dashboard listens; the next free port is taken where this one is in use
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Show the lab to everybody on this network: whoever has the class code watches, whoever has the trainer's token
    /// controls it. On this address of the machine, or on all of them; the port is that of --listen
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "0.0.0.0")]
    expose_to_network: Option<IpAddr>,
    #[command(flatten)]
    data: Data,
    /// Keep sessions in memory only
    #[arg(long, conflicts_with_all = ["data", "store"])]
    ephemeral: bool,
    /// Keep at most this many sessions; the oldest go first
    #[arg(long, value_name = "N", default_value_t = SESSIONS, value_parser = clap::value_parser!(u64).range(1..))]
    retain: u64,
    /// Teach from a lesson: a file (docs/teaching.md), or one of those that come with the program: ten-minutes,
    /// forty-five-minutes, half-day
    #[arg(long, value_name = "FILE")]
    lesson: Option<String>,
    /// How long a victim waits for each flight, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 5000)]
    patience: u64,
    /// Sessions at the same time
    #[arg(long, value_name = "N", default_value_t = lab::CONCURRENCY, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: u8,
    /// How long a frame that is held by hand may wait for a decision, in seconds: then its session ends
    #[arg(long, value_name = "SECONDS", default_value_t = HELD.as_secs(), value_parser = clap::value_parser!(u64).range(1..))]
    hold: u64,
    #[command(flatten)]
    time: lab::Time,
    #[command(flatten)]
    words: lab::Words,
}

pub(super) fn run(args: &Serve) -> Result<u8, Failure> {
    if !args.listen.ip().is_loopback() {
        let members = json!({ "address": args.listen, "ip": args.listen.ip() });
        return Err(Failure::usage("loopback-only", &members));
    }
    let lesson = args.lesson.as_deref().map(read).transpose()?;
    let outcomes = outcomes::all().map_err(|error| Failure::Lab(error.to_string()))?;
    let place = match (args.data.server()?, args.data.directory()) {
        (Some(server), _) => Place::Server(server),
        (None, Some(directory)) if !args.ephemeral => Place::Directory(directory),
        _ => Place::Memory,
    };
    lab::block_on(async {
        let interrupted = lab::interrupted();
        let listener = bind(SocketAddr::new(args.expose_to_network.unwrap_or(args.listen.ip()), args.listen.port()))?;
        let address = listener.local_addr()?;
        let store = Store::open(place, Retention { sessions: args.retain, ..Retention::default() });
        let book = Arc::new(Book::open(store, Arc::new(Hub::default())).await);
        let listening = tokio::spawn({
            let book = Arc::clone(&book);
            async move { tokio::join!(book.recall(), book.listen()) }
        });
        let settings = lab::settings(args.patience, &args.time, &args.words);
        let config = lab::config(lab::Setup { jobs: args.jobs.into(), ..settings.into() })?;
        let console = Console::start(Config { held: Duration::from_secs(args.hold), ..config }, Arc::clone(&book));
        let limits = Limits::fitted();
        let (guard, doors) = match args.expose_to_network {
            None => (Guard::new(address), None),
            Some(_) => {
                let doors = Doors::new(reached(address)).map_err(|error| Failure::Lab(error.to_string()))?;
                (Guard::exposed(address), Some(doors))
            }
        };
        let invitation = doors.as_ref().map(invitation).transpose()?;
        let app = App::behind(Arc::clone(&console), outcomes, limits.clone(), doors);
        let announcing = tokio::spawn({
            let app = Arc::clone(&app);
            async move { app.announce().await }
        });
        // A lesson begins with nothing told but what it shows.
        let mission = if lesson.is_some() { &[][..] } else { &MISSION };
        for text in mission {
            let playing = lab::scenario(text).map_err(Failure::Lab).and_then(|it| lab::play(&console, &it, Some(SEED)));
            if let Err(error) = playing {
                log::line("interlock", &format!("{text}: {error}"));
            }
        }
        let rehearsal = lesson.map(|lesson| {
            let rehearsal = app.class().load(lesson);
            tokio::spawn(async move {
                // Nobody may be reading.
                let _ = rehearsed(rehearsal).await;
            })
        });
        // Nobody may be reading: that is no reason to end the lab.
        let _ = greet(address, invitation.as_deref());
        let stop = watch::Sender::new(false);
        let server = serve(listener, router(app, guard), limits, stop.subscribe());
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
        listening.abort();
        if let Some(rehearsal) = rehearsal {
            rehearsal.abort();
        }
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

/// The lesson of a name or in a file.
fn read(name: &str) -> Result<Lesson, Failure> {
    let usage = |why: String| Failure::usage("no-lesson", &json!({ "name": name, "why": why }));
    let lesson = match builtin::find(name) {
        Some(lesson) => lesson,
        None => {
            let text = files::text(Path::new(name), files::TEXT).map_err(|error| {
                let members =
                    json!({ "name": name, "why": error.to_string(), "known": builtin::names().collect::<Vec<_>>() });
                Failure::usage("no-lesson", &members)
            })?;
            Lesson::read(&text)
        }
    };
    lesson.map_err(|fault| usage(fault.to_string()))
}

/// Tells when a lesson is rehearsed, and how that went.
async fn rehearsed(rehearsal: JoinHandle<Option<View>>) -> io::Result<()> {
    let Ok(Some(View { ready, scenes, .. })) = rehearsal.await else { return Ok(()) };
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}", said("rehearsed", &json!({ "ready": ready, "scenes": scenes })))?;
    out.flush()
}

/// The address under which others reach what listens on `address`: that of the machine in its network, where it listens on
/// all. No packet is sent to find it.
fn reached(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let (any, beyond) = if address.is_ipv4() { ("0.0.0.0:0", "192.0.2.1:9") } else { ("[::]:0", "[2001:db8::1]:9") };
    let found = UdpSocket::bind(any).and_then(|socket| {
        socket.connect(beyond)?;
        socket.local_addr()
    });
    let loopback = if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
    SocketAddr::new(found.map_or(loopback, |found| found.ip()), address.port())
}

/// A link as a picture that phones read.
pub(super) fn picture(link: &str) -> Result<String, Failure> {
    let picture = QrCode::new(link).map_err(|error| Failure::Lab(error.to_string()))?;
    // On a terminal letters are light and the ground is dark, on paper it is the other way round.
    let (light, dark) = (unicode::Dense1x2::Light, unicode::Dense1x2::Dark);
    Ok(picture.render::<unicode::Dense1x2>().dark_color(light).light_color(dark).build())
}

/// What the person at this terminal has to know, and hand on.
fn invitation(doors: &Doors) -> Result<String, Failure> {
    let place = doors.link().split('#').next().unwrap_or_default();
    let members = json!({ "place": place, "code": doors.code(), "token": doors.token() });
    let picture = picture(doors.link())?;
    let said = |name| said(name, &members);
    Ok([said("exposed"), said("watches"), picture, said("controls")].join("\n"))
}

fn greet(address: SocketAddr, invitation: Option<&str>) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}", said("ready", &json!({ "address": head(format!("http://{address}")) })))?;
    if let Some(invitation) = invitation {
        writeln!(out, "{invitation}")?;
    }
    writeln!(out, "{}", faint(said("ends", &json!({}))))?;
    out.flush()
}
