//! The reception of a program that is connected to: brings callers and parts together.

use crate::{
    channel,
    frames::{Arrival, Frames},
    limits::{self, CONNECTIONS, milliseconds},
    names::Names,
    part::{Caller, Listening, Part},
    places::{Needed, Place},
    reports::Reports,
    steering::{Helm, Steering, helm},
    strays::{self, Stray, Strays},
    teller::Teller,
};
use lab::{
    cause::Cause,
    control::{Order, PlayOrder, ReadOrder, Report},
    event::{Fact, Limit},
    role::Actor,
    wire::body,
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{net::TcpStream, sync::oneshot, task::AbortHandle, time::timeout};

/// The name of a session whose first flight gives none.
const UNNAMED: &str = "unnamed";
/// Sessions under which others are taken besides, at most: the oldest is forgotten.
const OPEN: usize = 64;

pub(crate) struct Reception {
    program: Box<dyn Listening>,
    /// Whether the console orders the sessions.
    control: bool,
    /// How long a caller may take for its first frame.
    greeting: Duration,
    reports: Reports,
    strays: Arc<Strays>,
    /// Parts that wait for their connection, by correlation.
    waiting: Mutex<HashMap<String, Waiting>>,
    /// Ordered parts that are played, by session.
    playing: Mutex<HashMap<String, Playing>>,
    /// Sessions under which others are taken besides, the latest last.
    open: Mutex<VecDeque<Open>>,
    /// Names of the sessions that nobody ordered.
    names: Mutex<Names>,
}

/// A part that waits for its connection.
struct Waiting {
    session: String,
    part: Part,
    helm: Helm,
    steering: Steering,
    /// Ends the wait.
    _wait: Wait,
}

/// A part that is played.
struct Playing {
    helm: Helm,
    /// It ends when this is dropped.
    _end: oneshot::Sender<()>,
}

/// A session under whose correlation others may call when it has its own connection.
struct Open {
    order: Box<PlayOrder>,
    /// Calls so far.
    calls: u32,
}

/// A task that ends when it is not needed any more.
struct Wait(AbortHandle);

impl Drop for Wait {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Reception {
    pub(crate) fn new(program: Box<dyn Listening>, control: bool, greeting: Duration, reports: Reports) -> Self {
        Self {
            program,
            control,
            greeting,
            strays: Strays::new(reports.clone()),
            reports,
            waiting: Mutex::default(),
            playing: Mutex::default(),
            open: Mutex::default(),
            names: Mutex::default(),
        }
    }

    /// Does what the console orders until it closes the input.
    pub(crate) async fn obey(self: &Arc<Self>) {
        let mut orders = channel::orders();
        while let Some(order) = orders.recv().await {
            let report = match order {
                Ok(Order::Cancel { session }) => {
                    self.waiting().retain(|_, waiting| waiting.session != session);
                    locked(&self.open).retain(|open| open.order.session != session);
                    locked(&self.playing).remove(&session);
                    continue;
                }
                Ok(order @ (Order::Clock { .. } | Order::Decide { .. })) => {
                    self.steer(order);
                    continue;
                }
                Ok(Order::NobodyComes { session }) => {
                    Arc::clone(self).give_up(session, None);
                    continue;
                }
                Ok(Order::Read(order)) => self.read(*order),
                Ok(order) => self.prepare(order),
                Err(reason) => Report::Stray { from: None, reason, limit: None },
            };
            self.reports.send(report).await;
        }
    }

    /// Steers a part that is played or waits. One that is over needs no steering.
    fn steer(&self, order: Order) {
        let (Order::Clock { session, .. } | Order::Decide { session, .. }) = &order else { return };
        if let Some(playing) = locked(&self.playing).get(session) {
            return playing.helm.steer(order);
        }
        let waiting = self.waiting();
        let found = waiting.values().find(|waiting| waiting.session == *session);
        if let Some(waiting) = found {
            waiting.helm.steer(order);
        }
    }

    fn prepare(self: &Arc<Self>, order: Order) -> Report {
        let (session, correlation, patience) = match &order {
            Order::Play(order) => (order.session.clone(), order.correlation.clone(), order.patience),
            Order::Attack(order) => (order.session.clone(), order.correlation.clone(), order.patience),
            Order::Read(order) => (order.session.clone(), String::new(), 0),
            Order::Cancel { session }
            | Order::NobodyComes { session }
            | Order::Clock { session, .. }
            | Order::Decide { session, .. } => (session.clone(), String::new(), 0),
        };
        let called = match &order {
            Order::Play(order) if order.calls > 0 => Some(order.clone()),
            _ => None,
        };
        let part = match self.program.ordered(order) {
            Ok(part) => part,
            Err(reason) => return Report::Refused { session, reason },
        };
        let mut waiting = self.waiting();
        if waiting.contains_key(&correlation) {
            return Report::Refused { session, reason: strays::say("same-seed") };
        }
        if let Some(order) = called {
            let mut open = locked(&self.open);
            if open.len() >= OPEN {
                open.pop_front();
            }
            open.push_back(Open { order, calls: 0 });
        }
        let time = limits::connection(Duration::from_millis(patience));
        let (helm, steering) = helm();
        let (reception, mine, mut clock) = (Arc::clone(self), session.clone(), steering.clock.clone());
        let wait = tokio::spawn(async move {
            clock.passes(time).await;
            reception.give_up(mine, Some(time));
        });
        let wait = Wait(wait.abort_handle());
        waiting.insert(correlation, Waiting { session: session.clone(), part, helm, steering, _wait: wait });
        Report::Ready { session }
    }

    /// Has a recording read, until that is cancelled.
    fn read(self: &Arc<Self>, order: ReadOrder) -> Report {
        let session = order.session.clone();
        let part = match self.program.reads(order) {
            Ok(part) => part,
            Err(reason) => return Report::Refused { session, reason },
        };
        let (end, cancelled) = oneshot::channel();
        locked(&self.playing).insert(session.clone(), Playing { helm: helm().0, _end: end });
        let (reception, name) = (Arc::clone(self), session.clone());
        tokio::spawn(async move {
            tokio::select! {
                played = part(reception.reports.clone()) => drop(played),
                _ = cancelled => {}
            }
            locked(&reception.playing).remove(&name);
        });
        Report::Ready { session }
    }

    /// Ends the wait of a part to which nobody came within a time, or nobody will.
    fn give_up(self: Arc<Self>, session: String, time: Option<Duration>) {
        let mut waiting = self.waiting();
        let before = waiting.len();
        waiting.retain(|_, waiting| waiting.session != session);
        if waiting.len() < before {
            drop(waiting);
            // By a task of its own: that of the wait ends with the part.
            tokio::spawn(self.alone(session, time));
        }
    }

    /// Tells of a part to which nobody came.
    async fn alone(self: Arc<Self>, session: String, time: Option<Duration>) {
        let most = time.map(milliseconds);
        let mut facts: Vec<Fact> =
            most.map(|most| Fact::Limited { limit: Limit::Connection, most }).into_iter().collect();
        if self.program.actor() != Actor::Attacker {
            let reason = most.map_or(Cause::NobodyComes, |most| Cause::NoConnection { most });
            facts.push(Fact::Aborted { flight: 1, check: None, reason });
        }
        facts.push(Fact::Ended);
        Teller::new(session, self.program.actor(), self.reports.clone()).tell_all(facts).await;
    }

    /// Receives a connection, and plays the part that it is for.
    pub(crate) async fn receive(&self, stream: TcpStream, place: &Place, needed: Needed) {
        if let Err(stray) = self.play(stream, place, needed).await {
            self.strays.tell(stray).await;
        }
    }

    async fn play(&self, stream: TcpStream, place: &Place, needed: Needed) -> Result<(), Stray> {
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        let mut frames = Frames::new(reader);
        let first = tokio::select! {
            // Whoever has spoken already is not among the silent, though nobody has heard it yet.
            biased;
            first = timeout(self.greeting, frames.next()) => first,
            Ok(()) = needed => return Err(Stray::limited(Limit::Places, "places", CONNECTIONS as u64)),
        };
        let late = |_| Stray::limited(Limit::Greeting, "greeting", milliseconds(self.greeting));
        let first = first.map_err(late)?;
        place.spoke();
        let correlation = match &first {
            Arrival::Frame(frame) => body::correlation(&frame.body).ok_or_else(|| strays::say("unnamed")),
            Arrival::Malformed(error) => Err(error.to_string()),
            // Whoever only looks whether somebody listens says nothing.
            Arrival::End => return Ok(()),
        };
        let caller = Caller { first, frames, writer, steering: Steering::none() };
        if self.control { self.ordered(&correlation?, caller).await } else { self.unordered(correlation, caller).await }
    }

    async fn ordered(&self, correlation: &str, caller: Caller) -> Result<(), Stray> {
        let Some(waiting) = self.waiting().remove(correlation) else { return self.called(correlation, caller).await };
        let Waiting { session, part, helm, steering, .. } = waiting;
        let (end, cancelled) = oneshot::channel();
        locked(&self.playing).insert(session.clone(), Playing { helm, _end: end });
        let caller = Caller { steering, ..caller };
        let played = tokio::select! {
            played = part(caller, self.reports.clone()) => played,
            _ = cancelled => Ok(()),
        };
        locked(&self.playing).remove(&session);
        Ok(played?)
    }

    /// Plays with somebody who calls besides, under a session that has its connection already.
    async fn called(&self, correlation: &str, caller: Caller) -> Result<(), Stray> {
        let part = {
            let mut open = locked(&self.open);
            let open = open.iter_mut().rev().find(|open| open.order.correlation == correlation);
            let open = open.ok_or_else(|| strays::say("unordered"))?;
            if open.calls >= open.order.calls {
                return Err(strays::say("no-more").into());
            }
            open.calls += 1;
            self.program.called(&open.order, open.calls)?
        };
        Ok(part(caller, Reports::unheard()).await?)
    }

    async fn unordered(&self, correlation: Result<String, String>, caller: Caller) -> Result<(), Stray> {
        let word = match correlation {
            Err(_) if self.program.plays_unnamed() => UNNAMED.to_owned(),
            correlation => correlation?,
        };
        let session = locked(&self.names).give(&word);
        let part = self.program.by_hand(&session).map_err(|failure| failure.to_string())?;
        Ok(part(caller, self.reports.clone()).await?)
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, Waiting>> {
        locked(&self.waiting)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        program::Failure,
        reports::{Told, reports},
    };
    use lab::{control::AttackOrder, event::Event, scenario::Selection};
    use std::net::SocketAddr;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// Plays an ordered part for ever.
    struct Fake(Actor);

    impl Listening for Fake {
        fn actor(&self) -> Actor {
            self.0
        }

        fn beyond(&self) -> Option<(&str, Option<Duration>)> {
            None
        }

        fn plays_unnamed(&self) -> bool {
            false
        }

        fn ordered(&self, _: Order) -> Result<Part, String> {
            Ok(Box::new(|caller, _| {
                Box::pin(async move {
                    let _caller = caller;
                    std::future::pending().await
                })
            }))
        }

        fn called(&self, _: &PlayOrder, _: u32) -> Result<Part, String> {
            Ok(Box::new(|_, _| Box::pin(async { Ok(()) })))
        }

        fn by_hand(&self, _: &str) -> Result<Part, Failure> {
            Err(Failure::Usage("it takes orders".to_owned()))
        }
    }

    fn order(patience: u64) -> Order {
        Order::Attack(Box::new(AttackOrder {
            session: "s".to_owned(),
            correlation: "c".to_owned(),
            attack: Selection::plain("relay"),
            mode: Selection::plain("dh"),
            seed: String::new(),
            now: 0,
            patience,
            deadline: 0,
            place: None,
            as_server: None,
            as_client: None,
            recording: Vec::new(),
            script: None,
            hand: None,
            afterwards: None,
        }))
    }

    fn reception(actor: Actor, greeting: Duration) -> (Arc<Reception>, Told) {
        let (reports, told) = reports();
        (Arc::new(Reception::new(Box::new(Fake(actor)), true, greeting, reports)), told)
    }

    /// Under a session others are taken besides only when it has its own connection, as many as its order says, and none when it
    /// is forgotten.
    #[tokio::test]
    async fn as_many_are_taken_besides_as_an_order_says() {
        let (reception, _told) = reception(Actor::Server, Duration::from_secs(10));
        let calls = async || {
            let (ours, theirs) = connection().await;
            let (reader, writer) = theirs.into_split();
            drop(ours);
            reception
                .called(
                    "c",
                    Caller { first: Arrival::End, frames: Frames::new(reader), writer, steering: Steering::none() },
                )
                .await
                .is_ok()
        };
        assert!(!calls().await, "nobody ordered it");
        let order = serde_json::json!({
            "session": "s", "correlation": "c", "mode": "dh", "without": [], "with": [], "seed": "", "now": 0,
            "phrase": "", "patience": 60_000, "calls": 2,
        });
        let order: PlayOrder = serde_json::from_value(order).unwrap();
        assert!(matches!(reception.prepare(Order::Play(Box::new(order))), Report::Ready { .. }));
        assert_eq!([calls().await, calls().await, calls().await], [true, true, false]);
        locked(&reception.open).retain(|open| open.order.session != "s");
        assert!(!calls().await, "it was cancelled");
    }

    async fn events(told: &mut Told) -> Vec<Fact> {
        let mut facts = Vec::new();
        while facts.last() != Some(&Fact::Ended) {
            let Some(Report::Event(Event { fact, .. })) = told.recv().await else { panic!("after {facts:?}") };
            facts.push(fact);
        }
        facts
    }

    #[tokio::test]
    async fn a_part_to_which_nobody_comes_says_so_and_is_over() {
        for actor in [Actor::Attacker, Actor::Server] {
            let (reception, mut told) = reception(actor, Duration::ZERO);
            assert!(matches!(reception.prepare(order(0)), Report::Ready { .. }));
            reception.clone().give_up("s".to_owned(), Some(Duration::from_millis(7)));
            let facts = events(&mut told).await;
            assert_eq!(facts.first(), Some(&Fact::Limited { limit: Limit::Connection, most: 7 }));
            let gave_up = facts.iter().any(|fact| matches!(fact, Fact::Aborted { check: None, .. }));
            assert_eq!(gave_up, actor == Actor::Server, "the attacker is no victim");
            assert!(reception.waiting().is_empty());
            // Whoever asks again finds nothing to end.
            reception.clone().give_up("s".to_owned(), Some(Duration::from_millis(7)));
            assert!(told.try_recv().is_none());
        }
    }

    /// Nor has it to wait out its time where the console knows that nobody will.
    #[tokio::test]
    async fn a_part_to_which_nobody_will_come_is_over_and_blames_no_clock() {
        for actor in [Actor::Attacker, Actor::Server] {
            let (reception, mut told) = reception(actor, Duration::ZERO);
            assert!(matches!(reception.prepare(order(60_000)), Report::Ready { .. }));
            reception.clone().give_up("s".to_owned(), None);
            let mut expected = vec![Fact::Aborted { flight: 1, check: None, reason: Cause::NobodyComes }, Fact::Ended];
            if actor == Actor::Attacker {
                expected.remove(0);
            }
            assert_eq!(events(&mut told).await, expected);
        }
    }

    /// A connection and its other end.
    async fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (ours, listener.accept().await.unwrap().0)
    }

    #[tokio::test]
    async fn a_session_that_is_cancelled_loses_its_connection() {
        let (reception, _told) = reception(Actor::Attacker, Duration::from_secs(10));
        assert!(matches!(reception.prepare(order(60_000)), Report::Ready { .. }));
        let (mut ours, theirs) = connection().await;
        let body = br#"{"session":"c"}"#;
        ours.write_all(&[[1, 0, 0, 15].as_slice(), body].concat()).await.unwrap();
        let playing = Arc::clone(&reception);
        let (place, needed) = crate::places::Places::new(1).take().await;
        let received = tokio::spawn(async move { playing.receive(theirs, &place, needed).await });
        while locked(&reception.playing).is_empty() {
            tokio::task::yield_now().await;
        }
        locked(&reception.playing).remove("s");
        received.await.unwrap();
        assert_eq!(ours.read(&mut [0]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn who_says_nothing_is_a_stray_by_the_limit_that_it_met() {
        let (reception, mut told) = reception(Actor::Server, Duration::from_millis(5));
        let places = crate::places::Places::new(1);
        let (place, needed) = places.take().await;
        let (_ours, theirs) = connection().await;
        reception.receive(theirs, &place, needed).await;
        let stray = told.try_recv();
        assert!(matches!(stray, Some(Report::Stray { limit: Some(Limit::Greeting), .. })), "{stray:?}");
    }

    #[tokio::test]
    async fn who_only_looks_is_no_stray() {
        let (reception, mut told) = reception(Actor::Server, Duration::from_secs(10));
        let (place, needed) = crate::places::Places::new(1).take().await;
        let (ours, theirs) = connection().await;
        drop(ours);
        reception.receive(theirs, &place, needed).await;
        assert!(told.try_recv().is_none());
    }
}
