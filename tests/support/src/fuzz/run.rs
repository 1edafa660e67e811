//! How long a bounded run of a fuzz target goes on, and what it starts from.

use std::{
    env, fs,
    hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState},
    path::Path,
    time::{Duration, Instant},
};

/// A run of so many inputs, or for so long where `FUZZ_SECONDS` says so.
#[derive(Debug)]
pub struct Run {
    cases: u64,
    time: Option<Duration>,
    began: Instant,
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}")))
}

impl Run {
    /// Of so many inputs, unless `FUZZ_CASES` says otherwise.
    ///
    /// # Panics
    /// A number in the environment is none.
    #[must_use]
    pub fn of(cases: u64) -> Self {
        let time = number("FUZZ_SECONDS").map(Duration::from_secs);
        Self { cases: number("FUZZ_CASES").unwrap_or(cases), time, began: Instant::now() }
    }

    /// Whether there is another input, after so many.
    #[must_use]
    pub fn goes_on(&self, after: u64) -> bool {
        self.time.map_or(after < self.cases, |time| self.began.elapsed() < time)
    }

    /// Where its random numbers begin: the same in every run of so many, others in every run of so long.
    #[must_use]
    pub fn seed(&self) -> u64 {
        if self.time.is_some() { RandomState::new().hash_one(()) } else { 7 }
    }
}

/// Writes what a target starts from where `FUZZ_CORPUS` says, for a fuzzer that is led by coverage.
///
/// # Panics
/// The disk fails.
pub fn keep(name: &str, seeds: impl IntoIterator<Item = Vec<u8>>) {
    let Some(corpus) = env::var_os("FUZZ_CORPUS") else { return };
    let directory = Path::new(&corpus).join(name);
    fs::create_dir_all(&directory).expect("a directory");
    for seed in seeds {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        fs::write(directory.join(format!("{:016x}", hasher.finish())), seed).expect("a file");
    }
}
