//! Scoped worker threads over numbered tasks.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::budget::Failure;

/// `task(0)`, …, `task(count − 1)` on `threads` workers, in order of their numbers. The first failure ends all.
pub(crate) fn map<T: Send>(
    threads: usize,
    count: usize,
    task: impl Fn(usize) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    if threads <= 1 || count <= 1 {
        return (0..count).map(task).collect();
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(count));
    let work = || -> Result<(), Failure> {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= count {
                return Ok(());
            }
            let done = task(i).inspect_err(|_| next.store(count, Ordering::Relaxed))?;
            results.lock().map_err(|_| Failure::Cancelled)?.push((i, done));
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(count)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|w| w.join().unwrap_or(Err(Failure::Cancelled)))
    })?;
    let mut results = results.into_inner().map_err(|_| Failure::Cancelled)?;
    results.sort_unstable_by_key(|(i, _)| *i);
    Ok(results.into_iter().map(|(_, t)| t).collect())
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
