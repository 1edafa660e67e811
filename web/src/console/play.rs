//! The sessions of a scenario, from the orders to the last event.

use super::{
    Console,
    at_once::{self, Tale},
    listeners::Told,
    process::Link,
    recording::Recording,
};
use crate::sessions::{book::Size, orders::Orders, session::told};
use lab::{
    control::{Order, Place, Report},
    event::{Cancellation, Event, Fact, Way},
    loss::Loss,
    mode::Mode,
    modes,
    role::Actor,
};
use process::{
    limits::Limits,
    patience::{Clock, Patience},
};
use std::{collections::HashSet, iter, time::Duration};
use tokio::{
    sync::{mpsc::Receiver, oneshot, watch},
    time::{timeout, timeout_at},
};

/// Events that one session may have.
const EVENTS: usize = 20_000;
/// Bytes that its events may take, roughly.
const BYTES: usize = 32 << 20;

/// How much longer than the attacker, who cuts off what it computes when time is over, the console waits for what comes
/// of it.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// What a session lacks to go on.
pub(super) enum Lack {
    /// Somebody, and why.
    Party(Actor, Loss),
    /// Time.
    Time,
    /// It is wanted no more.
    Consent(Cancellation),
}

/// Plays the sessions of a scenario in their order, each after the one before or beside it, unless and until they are cancelled. Everything that happens is told
/// to the book, the loss of a process or of patience too.
pub(super) async fn play(
    console: &Console,
    id: &str,
    campaign: Vec<Orders>,
    mut cancelled: oneshot::Receiver<Cancellation>,
) {
    let mut campaign = campaign.into_iter().peekable();
    while let Some(mut orders) = campaign.next() {
        let beside = |orders: &Orders| orders.attack.place.as_ref().is_some_and(|place| place.at_once);
        if campaign.peek().is_some_and(beside) {
            let sessions = iter::once(orders).chain(iter::from_fn(|| campaign.next_if(beside))).collect();
            if !at_once::play(console, id, sessions, &mut cancelled).await {
                return;
            }
            continue;
        }
        if let Some(hand) = &mut orders.attack.hand {
            hand.holds &= console.hands().holds(id);
        }
        if let Some(Place { number, of, .. }) = orders.attack.place {
            console.book.tell(id, told(id, 0, Fact::Began { number, of }));
        }
        if !one(console, id, orders, &mut cancelled).await {
            return;
        }
    }
}

/// Plays one session; whether it came to its end.
async fn one(console: &Console, id: &str, orders: Orders, cancelled: &mut oneshot::Receiver<Cancellation>) -> bool {
    // By this name the processes know it.
    let name = orders.attack.session.clone();
    let mut heard = console.listeners.listen(&name);
    let after = orders.attack.deadline;
    let time = Duration::from_millis(after).saturating_add(GRACE);
    let played = async {
        let links = links(console).await?;
        conduct(console, id, orders, links, time, &mut heard, (&Tale::Told, None)).await
    };
    let result = tokio::select! {
        biased;
        Ok(why) = cancelled => Err(Lack::Consent(why)),
        result = played => result,
    };
    over(console, id, &name, after, result)
}

/// Has the attacker take a recording further, unless and until that is cancelled.
pub(super) async fn read(
    console: &Console,
    id: &str,
    recording: Recording,
    mut cancelled: oneshot::Receiver<Cancellation>,
) {
    let (name, after) = (recording.order.session.clone(), recording.order.deadline);
    let mut heard = console.listeners.listen(&name);
    let time = Duration::from_millis(after).saturating_add(GRACE);
    let result = tokio::select! {
        biased;
        Ok(why) = &mut cancelled => Err(Lack::Consent(why)),
        result = timeout(time, hear(console, id, recording, &mut heard)) => result.unwrap_or(Err(Lack::Time)),
    };
    over(console, id, &name, after, result);
}

/// Hears the attacker out about a recording.
async fn hear(console: &Console, id: &str, recording: Recording, told: &mut Receiver<Told>) -> Result<(), Lack> {
    let attacker = Actor::Attacker;
    let link = console.link(attacker).await.map_err(|reason| Lack::Party(attacker, reason))?;
    while told.try_recv().is_ok() {}
    give(attacker, &link, Order::Read(Box::new(recording.order))).await?;
    loop {
        let reports = match told.recv().await.ok_or(Lack::Party(Actor::Console, Loss::Sessions))? {
            Told::Gone(actor, reason) if actor == attacker => return Err(Lack::Party(actor, reason)),
            Told::Gone(..) => continue,
            Told::Reports(_, reports) => reports,
        };
        for report in reports {
            match report {
                Report::Refused { reason, .. } => return Err(Lack::Party(attacker, Loss::Refused { reason })),
                Report::Event(event) => {
                    let ended = event.fact == Fact::Ended;
                    console.book.tell(id, Event { at: event.at.saturating_add(recording.since), ..event });
                    if ended {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
    }
}

/// What is over is heard no more; whether it came to its end, and what it lacked is told where it did not.
pub(super) fn over(console: &Console, id: &str, name: &str, after: u64, result: Result<(), Lack>) -> bool {
    console.leave(name, result.is_err());
    let fact = match result {
        Ok(()) => return true,
        Err(Lack::Party(what, reason)) => Fact::Lost { what, reason },
        Err(Lack::Time) => Fact::Overdue { after },
        Err(Lack::Consent(why)) => Fact::Cancelled { why },
    };
    console.book.tell(id, told(id, 0, fact));
    false
}

impl Console {
    /// A session by this name is heard no more; where it did not come to its end, nobody goes on with it.
    pub(super) fn leave(&self, name: &str, cancel: bool) {
        self.listeners.forget(name);
        for actor in [Actor::Client, Actor::Attacker, Actor::Server].into_iter().filter(|_| cancel) {
            if let Some(link) = self.process(actor).now() {
                let _ = link.orders.try_send(Order::Cancel { session: name.to_owned() });
            }
        }
    }
}

/// The ways to server, attacker and client, as soon as all are up.
pub(super) async fn links(console: &Console) -> Result<[Link; 3], Lack> {
    let link = async |actor| console.link(actor).await.map_err(|reason| Lack::Party(actor, reason));
    Ok([link(Actor::Server).await?, link(Actor::Attacker).await?, link(Actor::Client).await?])
}

/// What the attacker's orders and facts say of the hand.
struct ByHand<'t> {
    /// Where its events go.
    tale: &'t Tale,
    /// By this name the processes know the session.
    session: String,
    mode: Option<&'static Mode>,
    /// Stops the session's time while a frame is held.
    clock: watch::Sender<bool>,
}

impl ByHand<'_> {
    /// Writes events into the book, those that came together at once; whether the session is too large now. Whoever reads there
    /// that a frame is held can decide about it.
    fn tell(&self, console: &Console, id: &str, mut events: Vec<Event>) -> bool {
        let by_hand = |event: &Event| {
            event.source == Actor::Attacker && matches!(event.fact, Fact::Held { .. } | Fact::Decided { .. })
        };
        let mut size = None;
        while !events.is_empty() {
            let further = match events.iter().position(by_hand) {
                Some(0) => {
                    let further = events.split_off(1);
                    size = events.pop().and_then(|event| self.decide(console, id, event));
                    further
                }
                next => {
                    let further = next.map(|next| events.split_off(next)).unwrap_or_default();
                    size = self.tale.tell(console, id, events);
                    further
                }
            };
            events = further;
        }
        size.is_some_and(|size| size.events > EVENTS || size.bytes > BYTES)
    }

    /// The same with an event of the hand.
    fn decide(&self, console: &Console, id: &str, event: Event) -> Option<Size> {
        let mut hands = console.hands();
        let fact = event.fact.clone();
        let size = console.book.tell(id, event)?;
        hands.tell(id, &self.session, self.mode, size.events as u64, &fact);
        self.clock.send_replace(matches!(fact, Fact::Held { .. }));
        Some(size)
    }
}

/// The next thing that is told, while the session's time is not over.
async fn next(console: &Console, id: &str, time: &mut Patience, told: &mut Receiver<Told>) -> Result<Told, Lack> {
    let since = console.hands().since(id);
    let told = time.wait(told.recv());
    let told = match since {
        Some(since) => {
            let told = timeout_at(since + console.config.held, told).await;
            told.map_err(|_| Lack::Consent(Cancellation::Undecided))?
        }
        None => told.await,
    };
    told.ok_or(Lack::Time)?.ok_or(Lack::Party(Actor::Console, Loss::Sessions))
}

/// Plays a session whose orders these are; says when everybody has them, and tells what happens where that goes.
pub(super) async fn conduct(
    console: &Console,
    id: &str,
    orders: Orders,
    [server, attacker, client]: [Link; 3],
    time: Duration,
    told: &mut Receiver<Told>,
    (tale, mut begins): (&Tale, Option<oneshot::Sender<()>>),
) -> Result<(), Lack> {
    let by_hand = ByHand {
        tale,
        session: orders.attack.session.clone(),
        mode: modes::of(&orders.attack.mode),
        clock: watch::Sender::new(false),
    };
    let limits = Limits { silence: Duration::MAX, session: time };
    let mut time = Patience::new(limits, Clock::new(by_hand.clock.subscribe()));
    // Whoever died before is up again by now; one that died since its link was made takes no orders.
    while told.try_recv().is_ok() {}
    let mut play = orders.client;
    play.connect = attacker.address.clone();
    send(Actor::Server, &server, Order::Play(Box::new(orders.server)), &mut time).await?;
    send(Actor::Attacker, &attacker, Order::Attack(Box::new(orders.attack)), &mut time).await?;
    let mut ready = HashSet::from([Actor::Server, Actor::Attacker]);
    let mut at_work = HashSet::from([Actor::Client, Actor::Server, Actor::Attacker]);
    let mut play = Some(play);
    // Who has told anything, and whether the client has sent anything: where it leaves without a word, nobody connects.
    let (mut begun, mut spoke) = (HashSet::new(), false);
    while !at_work.is_empty() {
        let (actor, reports) = match next(console, id, &mut time, told).await? {
            Told::Gone(actor, reason) => return Err(Lack::Party(actor, reason)),
            Told::Reports(actor, reports) => (actor, reports),
        };
        let mut events = Vec::with_capacity(reports.len());
        for report in reports {
            // What was told before it stands before what comes of it.
            if !matches!(report, Report::Event(_)) && by_hand.tell(console, id, std::mem::take(&mut events)) {
                return Err(too_much(actor));
            }
            match report {
                Report::Refused { reason, .. } => {
                    return Err(Lack::Party(actor, Loss::Refused { reason }));
                }
                Report::Ready { .. } => {
                    ready.remove(&actor);
                    if ready.is_empty()
                        && let Some(play) = play.take()
                    {
                        send(Actor::Client, &client, Order::Play(Box::new(play)), &mut time).await?;
                        // Nobody waits for it where it is the last.
                        let _ = begins.take().map(|begins| begins.send(()));
                    }
                }
                Report::Clock { session, stands } => {
                    for link in [&client, &server] {
                        let order = Order::Clock { session: session.clone(), stands };
                        send(actor, link, order, &mut time).await?;
                    }
                }
                // When all have told their end the session is over.
                Report::Event(_) if at_work.is_empty() => break,
                Report::Event(event) => {
                    begun.insert(actor);
                    spoke |= actor == Actor::Client && matches!(event.fact, Fact::Frame { way: Way::Sent, .. });
                    let ended = event.fact == Fact::Ended && at_work.remove(&actor);
                    let unsaid = (ended && actor == Actor::Client && !spoke).then(|| event.session.clone());
                    events.push(event);
                    if let Some(session) = unsaid {
                        by_hand.tell(console, id, std::mem::take(&mut events));
                        for (waiting, link) in [(Actor::Server, &server), (Actor::Attacker, &attacker)] {
                            if !begun.contains(&waiting) {
                                let order = Order::NobodyComes { session: session.clone() };
                                send(waiting, link, order, &mut time).await?;
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        if by_hand.tell(console, id, events) {
            return Err(too_much(actor));
        }
    }
    Ok(())
}

/// Who told too much.
fn too_much(actor: Actor) -> Lack {
    Lack::Party(actor, Loss::Talkative { events: EVENTS, octets: BYTES })
}

/// Gives an order, while the session's time is not over: a process that stands still takes no more than so many.
async fn send(actor: Actor, link: &Link, order: Order, time: &mut Patience) -> Result<(), Lack> {
    time.wait(give(actor, link, order)).await.ok_or(Lack::Time)?
}

/// Gives an order, whenever it is taken.
async fn give(actor: Actor, link: &Link, order: Order) -> Result<(), Lack> {
    link.orders.send(order).await.map_err(|_| Lack::Party(actor, Loss::NoOrders))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    fn cancel() -> Order {
        Order::Cancel { session: "s".to_owned() }
    }

    /// A process that stands still keeps nobody waiting for longer than the session may take.
    #[tokio::test]
    async fn an_order_that_nobody_takes_costs_a_session_its_time_and_no_more() {
        let (orders, inbox) = mpsc::channel(1);
        let link = Link { orders, address: None, pid: None };
        let limits = Limits { silence: Duration::MAX, session: Duration::from_millis(10) };
        let mut time = Patience::new(limits, Clock::steady());
        assert!(send(Actor::Server, &link, cancel(), &mut time).await.is_ok(), "there is room for one");
        assert!(matches!(send(Actor::Server, &link, cancel(), &mut time).await, Err(Lack::Time)));
        drop(inbox);
        let gone = send(Actor::Server, &link, cancel(), &mut time).await;
        assert!(matches!(gone, Err(Lack::Party(Actor::Server, Loss::NoOrders))));
    }
}
