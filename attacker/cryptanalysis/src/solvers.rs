//! Solvers of the groups seen so far: the first session of a group pays, the others only for themselves.

use std::sync::{Arc, Mutex};

use num_bigint::BigUint;

use super::budget::{Budget, Failure, Observer};
use super::index::Precomputation;
use super::solver::Solver;

/// What is there of one group. The lock is held while its solver is made.
type Place = Arc<Mutex<Work>>;

/// The work for one group.
enum Work {
    /// What was done before somebody was stopped.
    Begun(Box<Precomputation>),
    /// All of it.
    Done(Arc<Solver>),
}

/// A bounded store of [`Solver`]s, shared by threads.
pub struct Solvers {
    capacity: usize,
    /// (p, g), the least recently used first.
    places: Mutex<Vec<(BigUint, BigUint, Place)>>,
}

impl Solvers {
    /// Keeps the solvers of at most so many groups.
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), places: Mutex::default() }
    }

    /// The solver of a group, made at the first call. Who asks for a group that another thread is preparing waits for
    /// it; if that thread fails or is cancelled, the next one goes on where it was.
    ///
    /// # Errors
    /// As [`Solver::new`].
    pub fn get(
        &self,
        p: &BigUint,
        g: &BigUint,
        budget: &Budget,
        observer: &mut dyn Observer,
    ) -> Result<Arc<Solver>, Failure> {
        let place = self.place(p, g)?;
        let mut work = place.lock().map_err(|_| Failure::Cancelled)?;
        let solver = match &*work {
            Work::Done(solver) => return Ok(solver.clone()),
            Work::Begun(begun) => Arc::new(Solver::with_precomputation(p, g, begun, budget, observer)?),
        };
        *work = Work::Done(solver.clone());
        Ok(solver)
    }

    fn place(&self, p: &BigUint, g: &BigUint) -> Result<Place, Failure> {
        let mut places = self.places.lock().map_err(|_| Failure::Cancelled)?;
        let found = places.iter().position(|(known_p, known_g, _)| known_p == p && known_g == g);
        let entry = match found {
            Some(at) => places.remove(at),
            None => (p.clone(), g.clone(), Arc::new(Mutex::new(Work::Begun(Box::new(Precomputation::new(p)))))),
        };
        if places.len() >= self.capacity {
            places.remove(0);
        }
        let place = entry.2.clone();
        places.push(entry);
        Ok(place)
    }
}
