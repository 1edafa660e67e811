//! The program `attacker`.

use crate::{attacks, cryptanalysis::Solvers, relay::Relay, session::Session};
use clap::Parser;
use lab::{
    control::{AttackOrder, Order, Report},
    role::{Actor, Role},
    scenario::{Scenario, Selection},
    staging::stage,
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
use victims::{
    arguments::ByHand,
    channel::{self, Outlet},
    frames::{Arrival, Frames, connect},
    program::{FINE, admit, leave_interrupts_to_the_console, run},
    teller::{self, Teller},
};

/// Most sessions at once.
const SESSIONS: usize = 256;
/// Most primes whose precomputation is kept.
const GROUPS: usize = 16;

/// Relays between a client and a server and attacks their key exchange
#[derive(Debug, Parser)]
#[command(
    name = "attacker",
    after_help = "\
Examples:
  attacker --mode dh --attack substitute
  attacker --mode dh-weak --attack crack --connect 127.0.0.1:7002

It relays the lab's own frames, and only to the server that it is told."
)]
struct Arguments {
    /// Where the client connects
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7001")]
    listen: SocketAddr,
    /// Allows an address that is not loopback: everybody in the network can then be relayed
    #[arg(long)]
    expose_to_network: bool,
    /// Where the server listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:7002")]
    connect: String,
    /// What to do, as in substitute or inject-public:zero
    #[arg(long, value_name = "ATTACK", default_value = "substitute")]
    attack: Selection,
    #[command(flatten)]
    by_hand: ByHand,
}

/// The program `attacker`; the first argument is its name.
pub fn attacker(args: Vec<OsString>) -> ExitCode {
    run(args, start)
}

/// What all sessions share.
struct Attacker {
    args: Arguments,
    reports: mpsc::Sender<Report>,
    /// Orders that wait for their connection, by correlation.
    orders: Mutex<HashMap<String, AttackOrder>>,
    /// Work for primes that were met before.
    solvers: Arc<Solvers>,
}

async fn start(args: Arguments) -> Result<u8, String> {
    let listen = admit(args.listen, args.expose_to_network)?;
    let control = args.by_hand.control;
    let listener = TcpListener::bind(listen).await.map_err(|error| format!("--listen {listen}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?.to_string();
    let (reports, receiver) = teller::channel();
    let events = args.by_hand.events.clone();
    let outlet = if control { Outlet::Console } else { Outlet::Person { events } };
    let writer = channel::write(outlet, receiver).await.map_err(|error| format!("--events: {error}"))?;
    let _ = reports.send(Report::Listening { address }).await;
    let attacker = Arc::new(Attacker {
        args,
        reports,
        orders: Mutex::new(HashMap::new()),
        solvers: Arc::new(Solvers::new(GROUPS)),
    });
    if !control {
        // A mistake in the flags is told now, not at the first connection.
        attacker.by_hand(String::new())?;
    }
    let accepting = tokio::spawn(accept(listener, Arc::clone(&attacker)));
    if control {
        leave_interrupts_to_the_console();
        obey(&attacker).await;
        accepting.abort();
        return Ok(FINE);
    }
    drop(attacker);
    accepting.await.map_err(|error| error.to_string())?;
    writer.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    Ok(FINE)
}

async fn obey(attacker: &Attacker) {
    let mut orders = channel::orders();
    while let Some(order) = orders.recv().await {
        let report = match order {
            Ok(Order::Attack(order)) => attacker.prepare(*order),
            Ok(Order::Play(order)) => {
                Report::Refused { session: order.session, reason: "this is the attacker".to_owned() }
            }
            Ok(Order::Cancel { session }) => {
                attacker.orders().retain(|_, order| order.session != session);
                continue;
            }
            Err(reason) => Report::Stray { from: None, reason },
        };
        let _ = attacker.reports.send(report).await;
    }
}

async fn accept(listener: TcpListener, attacker: Arc<Attacker>) {
    let places = Arc::new(Semaphore::new(SESSIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        // A connection that is gone before it is taken concerns nobody.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let attacker = Arc::clone(&attacker);
        tokio::spawn(async move {
            if let Err(reason) = attacker.attack(stream).await {
                let _ = attacker.reports.send(Report::Stray { from: Some(Role::Client), reason }).await;
            }
            drop(place);
        });
    }
}

impl Attacker {
    fn orders(&self) -> std::sync::MutexGuard<'_, HashMap<String, AttackOrder>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn prepare(&self, order: AttackOrder) -> Report {
        let session = order.session.clone();
        if let Err(unknown) = Session::of(&order) {
            return Report::Refused { session, reason: unknown.to_string() };
        }
        let mut orders = self.orders();
        if orders.contains_key(&order.correlation) {
            return Report::Refused { session, reason: "a session of the same seed is under way".to_owned() };
        }
        orders.insert(order.correlation.clone(), order);
        Report::Ready { session }
    }

    /// The order for a session that nobody ordered: as the flags say.
    fn by_hand(&self, correlation: String) -> Result<AttackOrder, String> {
        let setting = self.args.by_hand.setting(&correlation).map_err(|error| error.to_string())?;
        let scenario = Scenario {
            mode: self.args.by_hand.mode.clone(),
            attack: self.args.attack.clone(),
            without: Vec::new(),
            with: Vec::new(),
        };
        let (_, _, full) = attacks::resolve(&scenario).map_err(|error| error.to_string())?;
        Ok(stage(&full, &setting).map_err(|error| error.to_string())?.attack)
    }

    async fn attack(&self, client: TcpStream) -> Result<(), String> {
        let _ = client.set_nodelay(true);
        let (reader, writer) = client.into_split();
        let mut frames = Frames::new(reader);
        let first = timeout(self.args.by_hand.patience(), frames.next()).await;
        let first = first.map_err(|_| "nothing came".to_owned())?;
        let correlation = match &first {
            Arrival::Frame(frame) => body::correlation(&frame.body),
            Arrival::Malformed(error) => return Err(error.to_string()),
            Arrival::End => None,
        };
        let correlation = correlation.ok_or("the first flight names no session")?;
        let order = if self.args.by_hand.control {
            let order = self.orders().remove(&correlation);
            order.ok_or_else(|| "the first flight names no session that was ordered".to_owned())?
        } else {
            self.by_hand(correlation)?
        };
        let patience = Duration::from_millis(order.patience);
        let session = Session::of(&order).map_err(|unknown| unknown.to_string())?;
        let server = connect(self.args.connect.as_str(), patience).await;
        let server = server.map_err(|error| format!("--connect {}: {error}", self.args.connect))?;
        let teller = Teller::new(order.session, Actor::Attacker, self.reports.clone());
        Relay::new(session, teller, patience, Arc::clone(&self.solvers)).run(first, (frames, writer), server).await;
        Ok(())
    }
}

impl std::fmt::Debug for Attacker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attacker").field("args", &self.args).finish_non_exhaustive()
    }
}
