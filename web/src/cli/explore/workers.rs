//! Many searches at a time, and how far they are.

use crate::exploring::said;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

/// What `work` makes of each, in their order, on so many threads at most. It is the same on however many.
pub(super) fn at_once<T: Sync, R: Send>(all: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(all.iter().map(|_| None).collect::<Vec<Option<R>>>());
    std::thread::scope(|scope| {
        for _ in 0..threads.min(all.len()) {
            scope.spawn(|| {
                while let Some((at, one)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, all.get(at)?)))
                {
                    let result = work(one);
                    done.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(result);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
}

/// How far it is, for whoever watches a terminal: it draws nothing elsewhere.
pub(super) struct Watched(ProgressBar);

impl Watched {
    /// So many places of the matrix.
    pub(super) fn places(all: usize) -> Self {
        Self(ProgressBar::new(all as u64).with_style(style("{bar:40} {pos}/{len}")))
    }

    /// States of a search, of which nobody knows how many there are.
    pub(super) fn states() -> Self {
        let text = said("searching", &json!({ "states": "{human_pos}" }));
        Self(ProgressBar::no_length().with_style(style(&text)))
    }

    pub(super) fn one_more(&self) {
        self.0.inc(1);
    }

    pub(super) fn more(&self, states: usize) {
        self.0.inc(states as u64);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::explore::{
        goal::Goal,
        search::{Bound, Found, search},
        world::{Sessions, World},
    };

    #[test]
    fn answers_come_in_the_order_of_the_questions() {
        let all: Vec<u64> = (0..100).collect();
        for threads in [1, 2, 7] {
            // Later ones are done sooner.
            let work = |n: &u64| (0..(100 - n) * 1000).fold((*n, 0), |(n, sum), it| (n, sum ^ it)).0;
            assert_eq!(at_once(&all, threads, work), all);
        }
        let found = |threads| {
            let mode = ::lab::modes::find("ecdh-mutual").unwrap();
            let switches = mode.switches(&["identity-binding"], &[]);
            let worlds = World::all(mode, None, &switches, Sessions::Two);
            let goals = Goal::promised(mode);
            let each =
                at_once(&worlds, threads, |world| search(std::slice::from_ref(world), &goals, Bound::default(), true));
            let first = Found::first_of(each);
            let attacks: Vec<_> = first.attacks.into_iter().map(|(goal, trace)| (goal, trace.steps)).collect();
            (first.states, first.exhausted, attacks)
        };
        assert!(!found(1).2.is_empty());
        assert_eq!(found(1), found(3));
        assert_eq!(at_once(&[] as &[u64], 2, |n| *n), Vec::<u64>::new());
    }
}
