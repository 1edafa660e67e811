//! What the programs that are connected to have in common: one socket, orders that wait for their connection, and a
//! task for each session.

use crate::{
    arguments::ByHand,
    channel,
    frames::{Arrival, Frames},
    program::{FAILED, FINE, Failure, admit, failed, leave_interrupts_to_the_console, outlet},
    teller,
};
use lab::{
    control::{Order, Report},
    role::Role,
    wire::body,
};
use std::{
    collections::HashMap,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Semaphore, mpsc},
    time::{sleep, timeout},
};

/// Most connections at once.
const CONNECTIONS: usize = 256;
/// The pause before the next try to take a connection, where one could not be taken.
const SHORT_OF_FILES: Duration = Duration::from_millis(50);

/// A connection, and what it brought first.
#[derive(Debug)]
pub struct Caller {
    /// Its first arrival.
    pub first: Arrival,
    /// What it brings next.
    pub frames: Frames<OwnedReadHalf>,
    /// The way back.
    pub writer: OwnedWriteHalf,
}

/// A program's part in one session, ready to be played with whoever calls. Its error says why it could not begin.
pub type Part = Box<dyn FnOnce(Caller, mpsc::Sender<Report>) -> Play + Send>;

/// A part while it is played.
pub type Play = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// A program that is connected to.
pub trait Listening: Send + Sync {
    /// The part that the console orders.
    ///
    /// # Errors
    /// Why the order is refused.
    fn ordered(&self, order: Order) -> Result<Part, String>;

    /// The part in a session that nobody ordered: as the flags say. `correlation` is what the first flight names, or
    /// why it names nothing.
    ///
    /// # Errors
    /// What is wrong with the flags, or that it cannot be played without a name.
    fn by_hand(&self, correlation: Result<String, String>) -> Result<Part, Failure>;
}

/// Listens until the console closes the orders, or for ever where there is no console.
///
/// # Errors
/// The flags make no session, the address cannot be listened on, or the file for the events cannot be created.
pub async fn listen(program: Box<dyn Listening>, at: SocketAddr, exposed: bool, flags: &ByHand) -> Result<u8, Failure> {
    let at = admit(at, exposed)?;
    if !flags.control {
        // A mistake in the flags is told now, not at the first connection.
        let _ = program.by_hand(Ok(String::new()))?;
    }
    let listener = TcpListener::bind(at).await.map_err(failed(&format!("--listen {at}")))?;
    let address = listener.local_addr().map_err(failed("--listen"))?.to_string();
    let (reports, receiver) = teller::channel();
    let writer = channel::write(outlet(flags), receiver).await.map_err(failed("--events"))?;
    let _ = reports.send(Report::Listening { address }).await;
    let (control, patience) = (flags.control, flags.patience());
    let waiting = Mutex::new(HashMap::new());
    let reception = Arc::new(Reception { program, control, patience, reports, waiting });
    let accepting = tokio::spawn(accept(listener, Arc::clone(&reception)));
    if control {
        leave_interrupts_to_the_console();
        reception.obey().await;
        accepting.abort();
        return Ok(FINE);
    }
    drop(reception);
    accepting.await.map_err(|error| Failure::Failed(error.to_string()))?;
    Ok(if writer.await.unwrap_or(false) { FINE } else { FAILED })
}

async fn accept(listener: TcpListener, reception: Arc<Reception>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // A connection that was gone before it was taken concerns nobody. Where files are short, some have to be
            // closed first, of which no sign comes; asking at once again would only keep a processor busy.
            sleep(SHORT_OF_FILES).await;
            continue;
        };
        let reception = Arc::clone(&reception);
        tokio::spawn(async move {
            if let Err(reason) = reception.receive(stream).await {
                let _ = reception.reports.send(Report::Stray { from: Some(Role::Client), reason }).await;
            }
            drop(place);
        });
    }
}

/// Brings callers and parts together.
struct Reception {
    program: Box<dyn Listening>,
    /// Whether the console orders the sessions.
    control: bool,
    /// How long a caller may say nothing.
    patience: Duration,
    reports: mpsc::Sender<Report>,
    /// Parts that wait for their connection, each with its session, by correlation.
    waiting: Mutex<HashMap<String, (String, Part)>>,
}

impl Reception {
    fn waiting(&self) -> MutexGuard<'_, HashMap<String, (String, Part)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn obey(&self) {
        let mut orders = channel::orders();
        while let Some(order) = orders.recv().await {
            let report = match order {
                Ok(Order::Cancel { session }) => {
                    self.waiting().retain(|_, (waiting, _)| *waiting != session);
                    continue;
                }
                Ok(order) => self.prepare(order),
                Err(reason) => Report::Stray { from: None, reason },
            };
            let _ = self.reports.send(report).await;
        }
    }

    fn prepare(&self, order: Order) -> Report {
        let (session, correlation) = match &order {
            Order::Play(order) => (order.session.clone(), order.correlation.clone()),
            Order::Attack(order) => (order.session.clone(), order.correlation.clone()),
            Order::Cancel { session } => (session.clone(), String::new()),
        };
        let part = match self.program.ordered(order) {
            Ok(part) => part,
            Err(reason) => return Report::Refused { session, reason },
        };
        let mut waiting = self.waiting();
        if waiting.contains_key(&correlation) {
            return Report::Refused { session, reason: "a session of the same seed is under way".to_owned() };
        }
        waiting.insert(correlation, (session.clone(), part));
        Report::Ready { session }
    }

    async fn receive(&self, stream: TcpStream) -> Result<(), String> {
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        let mut frames = Frames::new(reader);
        let first = timeout(self.patience, frames.next()).await.map_err(|_| "nothing came".to_owned())?;
        let correlation = match &first {
            Arrival::Frame(frame) => {
                body::correlation(&frame.body).ok_or_else(|| "the first flight names no session".to_owned())
            }
            Arrival::Malformed(error) => Err(error.to_string()),
            Arrival::End => Err("the connection ended before the first flight".to_owned()),
        };
        let part = if self.control {
            let ordered = self.waiting().remove(&correlation?);
            ordered.ok_or_else(|| "the first flight names no session that was ordered".to_owned())?.1
        } else {
            self.program.by_hand(correlation).map_err(|failure| failure.to_string())?
        };
        part(Caller { first, frames, writer }, self.reports.clone()).await
    }
}
