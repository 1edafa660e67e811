//! What was observed of one run of a program.

use crate::{
    attempt::{Attempt, Depth},
    grade::Lack,
    moment::Timing,
    role::Role,
};
use serde::Serialize;
use std::process::ExitStatus;

/// How a program's process ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Ended {
    /// By itself.
    Exit {
        /// Its exit status.
        code: i32,
    },
    /// By a signal.
    Signal {
        /// Which.
        signal: i32,
    },
    /// Its time was over.
    Overdue {
        /// After how many seconds.
        seconds: u64,
    },
    /// It was still running when all was over.
    Stopped,
    /// There is no such program.
    Missing {
        /// What was looked for.
        program: String,
    },
    /// It could not be started.
    Unstarted {
        /// Why.
        error: String,
    },
}

/// What was observed of one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ran {
    /// Which of the two the program is.
    pub role: Role,
    /// Its connections, in the order in which they were opened.
    pub attempts: Vec<Attempt>,
    /// How many there were.
    pub count: usize,
    /// How the process ended.
    pub ended: Ended,
    /// The line of its output that says most of what is wrong, errors first.
    pub says: Option<String>,
    /// How long it took.
    pub seconds: f64,
    /// What it turned out to lack for what was to be tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lacks: Option<Lack>,
}

impl Ran {
    /// Whether nothing was decided so late that what it was shown said something else by then.
    pub(crate) fn is_in_time(&self) -> bool {
        self.attempts.iter().filter_map(|attempt| attempt.timing.as_ref()).all(Timing::is_in_time)
    }

    /// How far the program went.
    #[must_use]
    pub fn depth(&self) -> Depth {
        self.attempts.iter().map(|attempt| attempt.depth).max().unwrap_or_default()
    }
}

/// How it ended, by its status.
#[cfg(unix)]
pub(crate) fn ended(status: ExitStatus) -> Ended {
    use std::os::unix::process::ExitStatusExt;
    match status.code() {
        Some(code) => Ended::Exit { code },
        None => Ended::Signal { signal: status.signal().unwrap_or_default() },
    }
}

/// How it ended, by its status.
#[cfg(not(unix))]
pub(crate) fn ended(status: ExitStatus) -> Ended {
    Ended::Exit { code: status.code().unwrap_or(-1) }
}
