//! The program `server`.

use super::{FINE, Switches, admit, leave_interrupts_to_the_console, outlet, run, text};
use crate::{
    arguments::ByHand,
    channel,
    frames::{Arrival, Frames},
    play::play,
    teller::{self, Teller},
};
use clap::Parser;
use lab::{
    control::{Order, PlayOrder, Report},
    group::Group,
    role::{Actor, Role},
    scenario::{Scenario, Selection},
    staging::{own_group, stage},
    victim::Victim,
    wire::body,
};
use std::{
    collections::HashMap,
    ffi::OsString,
    net::SocketAddr,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::timeout,
};

/// Most connections at once.
const CONNECTIONS: usize = 256;
/// Most groups that are kept.
const GROUPS: usize = 256;

/// Runs the key exchange as a server and answers with its message
#[derive(Debug, Parser)]
#[command(
    name = "server",
    after_help = "\
Examples:
  server --mode dh-weak:short,bits=64
  server --mode ecdh-cert --listen 127.0.0.1:9000"
)]
struct Arguments {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7002")]
    listen: SocketAddr,
    /// Allows an address that is not loopback: everybody in the network can then start sessions with this server
    #[arg(long)]
    expose_to_network: bool,
    /// What the message begins with
    #[arg(long, value_name = "TEXT", default_value = "Your balance is 4711")]
    say: String,
    #[command(flatten)]
    switches: Switches,
    #[command(flatten)]
    by_hand: ByHand,
}

/// The program `server`; the first argument is its name.
pub fn server(args: Vec<OsString>) -> ExitCode {
    run(args, start)
}

/// What all sessions share.
struct Server {
    args: Arguments,
    reports: mpsc::Sender<Report>,
    /// Parts that wait for their connection, by correlation.
    parts: Mutex<HashMap<String, (PlayOrder, Victim)>>,
    groups: Mutex<HashMap<Selection, Option<Group>>>,
}

async fn start(args: Arguments) -> Result<u8, String> {
    let listen = admit(args.listen, args.expose_to_network)?;
    let control = args.by_hand.control;
    let listener = TcpListener::bind(listen).await.map_err(|error| format!("--listen {listen}: {error}"))?;
    let address = listener.local_addr().map_err(text("--listen"))?.to_string();
    let (reports, receiver) = teller::channel();
    let writer = channel::write(outlet(&args.by_hand), receiver).await.map_err(text("--events"))?;
    let _ = reports.send(Report::Listening { address }).await;
    let server =
        Arc::new(Server { args, reports, parts: Mutex::new(HashMap::new()), groups: Mutex::new(HashMap::new()) });
    if !control {
        // A mistake in the flags is told now, not at the first connection.
        server.by_hand(String::new())?;
    }
    let accepting = tokio::spawn(accept(listener, Arc::clone(&server)));
    if control {
        leave_interrupts_to_the_console();
        obey(&server).await;
        accepting.abort();
        return Ok(FINE);
    }
    drop(server);
    accepting.await.map_err(|error| error.to_string())?;
    writer.await.map_err(|error| error.to_string())?.map_err(text("output"))?;
    Ok(FINE)
}

async fn obey(server: &Server) {
    let mut orders = channel::orders();
    while let Some(order) = orders.recv().await {
        let report = match order {
            Ok(Order::Play(order)) => server.prepare(*order),
            Ok(Order::Attack(order)) => Report::Refused { session: order.session, reason: "this is the server".into() },
            Ok(Order::Cancel { session }) => {
                server.parts().retain(|_, (order, _)| order.session != session);
                continue;
            }
            Err(reason) => Report::Stray { from: None, reason },
        };
        let _ = server.reports.send(report).await;
    }
}

async fn accept(listener: TcpListener, server: Arc<Server>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        // A connection that is gone before it is taken concerns nobody.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            server.serve(stream).await;
            drop(place);
        });
    }
}

impl Server {
    fn parts(&self) -> std::sync::MutexGuard<'_, HashMap<String, (PlayOrder, Victim)>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The own group of a mode: computed once, since a deployed server has one prime for all its sessions.
    fn group(&self, mode: &Selection) -> Option<Group> {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if groups.len() > GROUPS {
            groups.clear();
        }
        groups.entry(mode.clone()).or_insert_with(|| own_group(mode)).clone()
    }

    fn prepare(&self, order: PlayOrder) -> Report {
        let session = order.session.clone();
        let victim = match Victim::new(Role::Server, &order, self.group(&order.mode)) {
            Ok(victim) => victim,
            Err(refusal) => return Report::Refused { session, reason: refusal.to_string() },
        };
        let mut parts = self.parts();
        if parts.contains_key(&order.correlation) {
            return Report::Refused { session, reason: "a session of the same seed is under way".to_owned() };
        }
        parts.insert(order.correlation.clone(), (order, victim));
        Report::Ready { session }
    }

    /// The part in a session that nobody ordered: as the flags say.
    fn by_hand(&self, correlation: String) -> Result<(PlayOrder, Victim), String> {
        let mut setting = self.args.by_hand.setting(&correlation).map_err(text("setting"))?;
        setting.server_phrase.clone_from(&self.args.say);
        let scenario = Scenario {
            mode: self.args.by_hand.mode.clone(),
            attack: Selection::plain("relay"),
            without: self.args.switches.without.clone(),
            with: self.args.switches.with.clone(),
        };
        let order = stage(&scenario, &setting).map_err(|error| error.to_string())?.server;
        let group = self.group(&order.mode);
        let victim = Victim::new(Role::Server, &order, group).map_err(|error| error.to_string())?;
        Ok((order, victim))
    }

    async fn serve(&self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let (reader, mut writer) = stream.into_split();
        let mut frames = Frames::new(reader);
        let first = timeout(self.args.by_hand.patience(), frames.next()).await;
        let correlation = match &first {
            Ok(Arrival::Frame(frame)) => body::correlation(&frame.body),
            _ => None,
        };
        let part = if self.args.by_hand.control {
            let part = correlation.as_ref().and_then(|id| self.parts().remove(id));
            part.ok_or_else(|| "the first flight names no session that was ordered".to_owned())
        } else {
            self.by_hand(correlation.unwrap_or_else(|| "unnamed".to_owned()))
        };
        match (part, first) {
            (Ok((order, mut victim)), Ok(first)) => {
                let patience = Duration::from_millis(order.patience);
                let teller = Teller::new(order.session, Actor::Server, self.reports.clone());
                play(&mut victim, Some(first), &mut frames, &mut writer, patience, &teller).await;
            }
            (Err(reason), Ok(_)) => {
                let _ = self.reports.send(Report::Stray { from: Some(Role::Client), reason }).await;
            }
            (_, Err(_)) => {
                let reason = "nothing came".to_owned();
                let _ = self.reports.send(Report::Stray { from: Some(Role::Client), reason }).await;
            }
        }
    }
}
