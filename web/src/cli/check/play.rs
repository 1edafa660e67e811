//! Scenarios played for a report: each with a seed of its own, so that what was found can be found again.

use super::Check;
use crate::{
    ci::{
        group::Group,
        outcomes::{Grade, Row, grade},
    },
    cli::{
        Failure,
        lab::{self, Interrupted},
        said,
    },
    console::{Console, Playing},
    log,
    sessions::{orders::core_seconds, session::Record},
};
use ::lab::verdict::Kind;
use futures_util::FutureExt;
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
    /// What was played, as it is written.
    pub(super) scenario: String,
    /// What had to come.
    pub(super) row: Row,
    /// What came.
    pub(super) record: Record,
    /// How often it was played before, and came to nothing.
    pub(super) retries: u32,
}

/// What was played, and how many were not, where the command was interrupted.
pub(super) struct Run {
    /// In the order of the table.
    pub(super) played: Vec<Played>,
    /// How many were not played to their end.
    pub(super) unplayed: usize,
    /// What is in another group than the one that is played.
    pub(super) left_out: Vec<String>,
}

impl Played {
    fn new(row: Row, record: Record, retries: u32) -> Self {
        Self { scenario: row.scenario.to_string(), row, record, retries }
    }
}

impl Run {
    /// Nothing where all was played; else why what is reported is not all.
    pub(super) fn incomplete(&self) -> Option<Failure> {
        let done = self.played.len();
        let members = json!({ "done": done, "all": done + self.unplayed });
        (self.unplayed > 0).then(|| Failure::lab("interrupted-at", &members))
    }
}

/// Plays every row; what was inconclusive again, as often as is asked for. An interruption leaves it at what is done by then.
pub(super) async fn play(
    console: &Arc<Console>,
    rows: Vec<Row>,
    args: &Check,
    mut interrupted: Interrupted,
) -> Result<Run, Failure> {
    let group = args.group();
    let (rows, left_out): (Vec<_>, Vec<_>) = args.share(rows)?.into_iter().partition(|(row, _)| group.has(row));
    // Whoever asks for what is long alone has asked for nothing else.
    let left_out = left_out.into_iter().map(|(row, _)| row.scenario.to_string());
    let left_out = left_out.filter(|_| group == Group::Usual).collect();
    let all = rows.len();
    let mut progress = Progress::new(rows.len());
    let mut under_way = Vec::new();
    for (place, (row, seed)) in longest_first(rows, console.settings().patience) {
        under_way.push((lab::play(console, &row.scenario, Some(seed))?, place, row, seed));
    }
    let (mut played, mut under_way) = (Vec::new(), under_way.into_iter());
    for (playing, place, row, seed) in under_way.by_ref() {
        tokio::select! {
            record = to_the_end(console, playing, &row, seed, args.retries) => {
                let (record, retries) = record?;
                played.push((place, Played::new(row, record, retries)));
            }
            () = &mut interrupted => break,
        }
        progress.advance(played.len());
    }
    // Of those behind the one that was waited for, some are over.
    for (playing, place, row, _) in under_way {
        if let Some(record) = lab::done(playing).now_or_never() {
            played.push((place, Played::new(row, record?, 0)));
        }
    }
    let unplayed = all - played.len();
    played.sort_by_key(|(place, _)| *place);
    let played = played.into_iter().map(|(_, played)| played).collect();
    Ok(Run { played, unplayed, left_out })
}

/// Rows with their places in the table: first those that are known to take long, because somebody computes or waits in vain, so
/// that none of them is left when all others are over.
fn longest_first(rows: Vec<(Row, u64)>, patience: Duration) -> Vec<(usize, (Row, u64))> {
    let seconds = |row: &Row| match row.expected.kind {
        Kind::Disrupted => patience.as_secs_f64(),
        _ => core_seconds(&row.scenario).ok().flatten().unwrap_or_default(),
    };
    let mut rows: Vec<_> = rows.into_iter().enumerate().map(|it| (seconds(&it.1.0), it)).collect();
    rows.sort_by(|(one, _), (another, _)| another.total_cmp(one));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// A session's record, and how often it was played again.
async fn to_the_end(
    console: &Arc<Console>,
    playing: Playing,
    row: &Row,
    seed: u64,
    most: u32,
) -> Result<(Record, u32), Failure> {
    let (mut record, mut retries) = (lab::done(playing).await?, 0);
    let cannot_tell = |record: &Record| {
        let got = record.session.verdict.as_ref();
        got.is_some_and(|got| grade(&row.expected, got) == Grade::Inconclusive)
    };
    while retries < most && cannot_tell(&record) {
        retries += 1;
        record = lab::done(lab::play(console, &row.scenario, Some(seed))?).await?;
    }
    Ok((record, retries))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ci::outcomes;

    #[test]
    fn what_takes_long_begins_first_and_keeps_its_place_in_the_table() {
        let table =
            "dh/relay private - -\ndh-weak:short,bits=64/crack read - -\ndh/drop disrupted - -\necdh/relay private - -";
        let rows: Vec<_> = outcomes::parse("t", table).unwrap().into_iter().zip(7..).collect();
        let order = longest_first(rows, Duration::from_secs(3600));
        let told: Vec<_> = order.iter().map(|(place, (row, seed))| (*place, row.line, *seed)).collect();
        assert_eq!(told, [(2, 3, 9), (1, 2, 8), (0, 1, 7), (3, 4, 10)]);
    }
}
