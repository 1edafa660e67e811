//! Scoped worker threads. What runs them is compiled once, not for every task.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::budget::Failure;

/// `work(0)`, …, `work(threads − 1)` at the same time, the first on this thread. The first failure is the answer.
pub(crate) fn run(threads: usize, work: &(dyn Fn(usize) -> Result<(), Failure> + Sync)) -> Result<(), Failure> {
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|thread| scope.spawn(move || work(thread))).collect();
        let first = work(0);
        others.into_iter().fold(first, |sofar, other| sofar.and(other.join().unwrap_or(Err(Failure::Cancelled))))
    })
}

/// `task(0)`, …, `task(count − 1)` on `threads` workers, in order of their numbers. The first failure ends all.
pub(crate) fn map<T: Send>(
    threads: usize,
    count: usize,
    task: impl Fn(usize) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let results: Mutex<Vec<Option<T>>> = Mutex::new((0..count).map(|_| None).collect());
    share(threads, count, &|i| {
        let done = task(i)?;
        let mut results = results.lock().map_err(|_| Failure::Cancelled)?;
        if let Some(place) = results.get_mut(i) {
            *place = Some(done);
        }
        Ok(())
    })?;
    let results = results.into_inner().map_err(|_| Failure::Cancelled)?;
    Ok(results.into_iter().flatten().collect())
}

/// `task(0)`, …, `task(count − 1)` on `threads` workers, each taking the next. The first failure ends all.
fn share(threads: usize, count: usize, task: &(dyn Fn(usize) -> Result<(), Failure> + Sync)) -> Result<(), Failure> {
    let next = AtomicUsize::new(0);
    run(threads.min(count), &|_| {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= count {
                return Ok(());
            }
            task(i).inspect_err(|_| next.store(count, Ordering::Relaxed))?;
        }
    })
}

/// Both tasks, at the same time if there is more than one thread: for many short tasks, on threads that wait for them.
pub(crate) fn both(threads: usize, one: &mut (dyn FnMut() + Send), other: &mut (dyn FnMut() + Send)) {
    if threads > 1 {
        rayon_core::join(one, other);
    } else {
        one();
        other();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order_and_a_failure_ends_all() {
        assert_eq!(map(3, 100, |i| Ok(i * i)).unwrap(), (0..100).map(|i| i * i).collect::<Vec<_>>());
        assert_eq!(map(3, 100, |i| if i == 7 { Err(Failure::Cancelled) } else { Ok(i) }), Err(Failure::Cancelled));
    }
}
