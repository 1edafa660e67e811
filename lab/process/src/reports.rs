//! The queue of reports that wait to be written: bounded in number and in octets, whatever they carry. A slow reader slows
//! those who tell down instead of filling memory.

use lab::{control::Report, event::Fact};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Most reports that wait.
const WAITING: usize = 1024;
/// Most octets that they take, roughly.
const OCTETS: u32 = 8 << 20;
/// Reports that are queued at a time, so that whoever writes them is woken once and not for each.
const AT_ONCE: usize = 64;

/// Where reports are told.
#[derive(Clone, Debug)]
pub struct Reports {
    queue: mpsc::Sender<(Report, OwnedSemaphorePermit)>,
    room: Arc<Semaphore>,
}

/// Where they are taken, in their order.
#[derive(Debug)]
pub struct Told(mpsc::Receiver<(Report, OwnedSemaphorePermit)>);

/// A queue.
pub fn reports() -> (Reports, Told) {
    let (queue, told) = mpsc::channel(WAITING);
    (Reports { queue, room: Arc::new(Semaphore::new(OCTETS as usize)) }, Told(told))
}

impl Reports {
    /// Nobody listens.
    pub(crate) fn unheard() -> Self {
        reports().0
    }

    /// Tells a report. Where nobody listens any more there is nobody to miss it.
    pub async fn send(&self, report: Report) {
        let Ok(room) = Arc::clone(&self.room).acquire_many_owned(weight(&report)).await else { return };
        let _ = self.queue.send((report, room)).await;
    }

    /// Tells facts as the reports that `report` makes of them, when there is room for them.
    pub async fn send_all(&self, facts: Vec<Fact>, report: impl Fn(Fact) -> Report) {
        let mut facts = facts.into_iter().peekable();
        while facts.peek().is_some() {
            let (mut batch, mut octets) = (Vec::new(), 0);
            while let Some(fact) =
                facts.next_if(|fact| batch.is_empty() || (batch.len() < AT_ONCE && octets + of(fact) <= OCTETS / 16))
            {
                octets += of(&fact);
                batch.push(fact);
            }
            let Ok(mut room) = Arc::clone(&self.room).acquire_many_owned(octets).await else { return };
            let Ok(places) = self.queue.reserve_many(batch.len()).await else { return };
            for (place, fact) in places.zip(batch) {
                let Some(taken) = room.split(of(&fact) as usize) else { return };
                place.send((report(fact), taken));
            }
        }
    }

    /// Tells a small report from a thread that may block: only how many wait is counted.
    pub fn send_blocking(&self, report: Report) {
        let Ok(none) = Arc::clone(&self.room).try_acquire_many_owned(0) else { return };
        let _ = self.queue.blocking_send((report, none));
    }
}

impl Told {
    /// The next report; none when nobody is left to tell any.
    pub async fn recv(&mut self) -> Option<Report> {
        self.0.recv().await.map(|(report, _)| report)
    }

    /// The next report, if it is there already.
    pub fn try_recv(&mut self) -> Option<Report> {
        self.0.try_recv().ok().map(|(report, _)| report)
    }
}

fn of(fact: &Fact) -> u32 {
    u32::try_from(fact.weight()).unwrap_or(OCTETS).min(OCTETS)
}

fn weight(report: &Report) -> u32 {
    match report {
        Report::Event(event) => of(&event.fact),
        Report::Stray { reason, .. } | Report::Refused { reason, .. } => {
            u32::try_from(reason.len()).unwrap_or(OCTETS).min(OCTETS)
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::{
        event::{Action, Event},
        role::{Actor, Role},
    };
    use std::{future::Future, pin::pin, task::Poll};

    fn relayed(octets: usize) -> Fact {
        Fact::Relayed {
            from: Role::Client,
            action: Action::Forward,
            flight: 3,
            kind: "record".to_owned(),
            before: Some("A".repeat(octets)),
            after: Some("A".repeat(octets)),
            changed: Vec::new(),
        }
    }

    fn report(fact: Fact) -> Report {
        Report::Event(Event { v: 1, session: "s".to_owned(), n: 0, source: Actor::Attacker, at: 0, fact })
    }

    /// Polls once, however much was done before: whether it is done.
    async fn done(future: impl Future<Output = ()>) -> bool {
        let mut future = pin!(tokio::task::unconstrained(future));
        std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await
    }

    #[tokio::test]
    async fn large_reports_wait_although_few_are_there() {
        let (reports, mut told) = reports();
        let mut queued = 0;
        while done(reports.send(report(relayed(64 << 10)))).await {
            queued += 1;
            assert!(queued < WAITING, "bounded in number alone");
        }
        assert_eq!(queued, OCTETS as usize / relayed(64 << 10).weight());
        // What is taken makes room again.
        assert!(told.recv().await.is_some());
        assert!(done(reports.send(report(relayed(64 << 10)))).await);
    }

    #[tokio::test]
    async fn more_facts_than_there_is_room_for_pass_when_they_are_read_and_keep_their_order() {
        let (reports, mut told) = reports();
        let facts: Vec<Fact> = (0..300).map(|i| relayed(i * 400)).collect();
        assert!(facts.iter().map(Fact::weight).sum::<usize>() > 2 * OCTETS as usize);
        let expected = facts.clone();
        let telling = tokio::spawn(async move { reports.send_all(facts, report).await });
        for fact in expected {
            let Some(Report::Event(event)) = told.recv().await else { panic!("it ended early") };
            assert_eq!(event.fact, fact);
        }
        telling.await.unwrap();
        assert!(told.recv().await.is_none());
    }

    #[tokio::test]
    async fn a_report_that_is_larger_than_the_queue_passes_alone() {
        let (reports, mut told) = reports();
        let telling = tokio::spawn(async move { reports.send_all(vec![relayed(8 << 20), Fact::Ended], report).await });
        assert!(told.recv().await.is_some() && told.recv().await.is_some());
        telling.await.unwrap();
    }

    #[tokio::test]
    async fn where_nobody_listens_telling_ends() {
        let (reports, told) = reports();
        drop(told);
        reports.send_all((0..100).map(|_| relayed(1 << 20)).collect(), report).await;
        reports.send(report(relayed(1 << 20))).await;
    }
}
