//! What a prime costs to break: measured here, measured for the documentation, published, and extrapolated.

mod measured;
mod price;
mod published;

pub use cryptanalysis::machine;
pub use measured::{Measured, measured};
pub use price::{Fate, Patience, Price, prices};
pub use published::{MODELS, Model, Published, RECORDS, broken};

use crate::sessions::{book::Book, filter::Filter, session::Progress, store::StoreError};
use attacker::attacks;
use lab::{
    event::{Event, Fact},
    scenario::Selection,
};
use serde::Serialize;

/// Computations that are told.
const MOST: usize = 100;

/// The computation of one session of this console.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Computation {
    /// The session.
    pub session: String,
    /// The scenario's mode with its variant.
    pub mode: String,
    /// Size of the prime in bits.
    pub bits: u64,
    /// Whether the logarithm was found.
    pub found: bool,
    /// Whether it was cut off before its end.
    pub cut_off: bool,
    /// Seconds by the clock, all cores at work.
    pub seconds: f64,
    /// The session that had paid for the prime; absent where this one did.
    pub prepared_by: Option<String>,
}

/// The computations of the sessions of late.
///
/// # Errors
/// The store cannot be read.
pub async fn computations(book: &Book) -> Result<Vec<Computation>, StoreError> {
    let mut computed = Vec::new();
    for attack in attacks::all().iter().filter(|info| info.logarithm.is_some()) {
        let status = Some(Progress::Done);
        let filter = Filter { attack: Some(Selection::plain(attack.id)), status, ..Filter::default() };
        computed.extend(book.list(u64::MAX, MOST, filter).await?);
    }
    computed.sort_by_key(|(cursor, _)| std::cmp::Reverse(*cursor));
    let computed = computed.into_iter().map(|(_, session)| session).take(MOST);
    let mut computations = Vec::new();
    for session in computed {
        let record = book.record(&session.session).await?;
        computations.extend(record.and_then(|record| computation(&record.events)).map(|told| Computation {
            session: session.session,
            mode: session.mode.to_string(),
            ..told
        }));
    }
    Ok(computations)
}

/// What the events tell of a computation, from its first sign to its end.
fn computation(events: &[Event]) -> Option<Computation> {
    let mut began = None;
    let mut prepared_by = None;
    for event in events {
        match &event.fact {
            Fact::Chose { prepared_by: payer, .. } => {
                began.get_or_insert(event.at);
                prepared_by.clone_from(payer);
            }
            Fact::Work { .. } => {
                began.get_or_insert(event.at);
            }
            Fact::Solved { bits, found, cut_off, .. } => {
                let seconds = event.at.saturating_sub(began?) as f64 / 1e6;
                let (session, mode) = (String::new(), String::new());
                let (bits, found, cut_off) = (*bits, *found, cut_off.is_some());
                return Some(Computation { session, mode, bits, found, cut_off, seconds, prepared_by });
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::{
        event::{Account, VERSION},
        role::Actor,
    };

    fn events(facts: Vec<(u64, Fact)>) -> Vec<Event> {
        let event = |(n, (at, fact))| Event { v: VERSION, session: "s".into(), n, source: Actor::Attacker, at, fact };
        (1..).zip(facts).map(event).collect()
    }

    fn solved() -> Fact {
        let method = Some(Account::plain("rho"));
        Fact::Solved {
            bits: 64,
            method,
            operations: Some(1),
            failure: None,
            found: true,
            cut_off: None,
            equation: None,
        }
    }

    #[test]
    fn a_computation_lasts_from_its_first_sign_to_its_end() {
        let work = Fact::Work { phase: "sieving".into(), done: 1, total: 2, unit: None };
        let chose = |payer: Option<&str>| Fact::Chose {
            bits: 64,
            method: Account::plain("rho"),
            prepared_by: payer.map(str::to_owned),
        };
        let paid = computation(&events(vec![(1_000_000, work), (1_200_000, chose(None)), (3_500_000, solved())]));
        assert_eq!(paid.map(|it| (it.seconds, it.prepared_by)), Some((2.5, None)));
        let saved = computation(&events(vec![(500_000, chose(Some("first"))), (600_000, solved())]));
        assert_eq!(saved.map(|it| (it.seconds, it.prepared_by)), Some((0.1, Some("first".into()))));
        assert_eq!(computation(&events(vec![(1, chose(None))])), None);
        assert_eq!(computation(&events(vec![(1, solved())])), None);
    }
}
