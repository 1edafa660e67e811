//! Scenarios played for a report: each with a seed of its own, so that what was found can be found again.

use super::Check;
use crate::{
    ci::outcomes::Row,
    cli::{Failure, lab, said},
    console::Console,
    log,
    sessions::session::Record,
};
use ::lab::verdict::Kind;
use indicatif::ProgressBar;
use serde_json::json;
use std::{
    io::{self, IsTerminal},
    sync::Arc,
    time::{Duration, Instant},
};

/// A log has a line each time that so long has passed.
const STEP: Duration = Duration::from_secs(10);

/// A scenario that was played.
pub(super) struct Played {
    /// What had to come.
    pub(super) row: Row,
    /// What came.
    pub(super) record: Record,
    /// How often it was played before, and came to nothing.
    pub(super) retries: u32,
}

/// Plays every row; what was inconclusive again, as often as is asked for.
pub(super) async fn play(console: &Arc<Console>, rows: Vec<Row>, args: &Check) -> Result<Vec<Played>, Failure> {
    let rows = args.share(rows)?;
    let mut progress = Progress::new(rows.len());
    let mut under_way = Vec::new();
    for (row, seed) in rows {
        under_way.push((lab::play(console, &row.scenario, Some(seed))?, row, seed));
    }
    let mut played = Vec::new();
    for (playing, row, seed) in under_way {
        let mut record = lab::done(playing).await?;
        let mut retries = 0;
        while retries < args.retries && record.session.verdict.as_ref().is_some_and(|it| it.kind == Kind::Inconclusive)
        {
            retries += 1;
            record = lab::done(lab::play(console, &row.scenario, Some(seed))?).await?;
        }
        played.push(Played { row, record, retries });
        progress.advance(played.len());
    }
    Ok(played)
}

/// How far it is: a bar on a terminal, plain lines in a log.
struct Progress {
    bar: Option<ProgressBar>,
    all: usize,
    told: Instant,
}

impl Progress {
    fn new(all: usize) -> Self {
        let bar = io::stderr().is_terminal().then(|| ProgressBar::new(all as u64));
        Self { bar, all, told: Instant::now() }
    }

    fn advance(&mut self, done: usize) {
        match &self.bar {
            Some(bar) if done == self.all => bar.finish_and_clear(),
            Some(bar) => bar.inc(1),
            None if self.told.elapsed() >= STEP => {
                self.told = Instant::now();
                log::line("interlock", &said("played", &json!({ "done": done, "all": self.all })));
            }
            None => {}
        }
    }
}
