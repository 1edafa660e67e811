//! What is being done, on standard error: bars for who watches a terminal, lines now and then for a log.

use super::{crack, method, words};
use cryptanalysis::{Method, Observer, Phase, Price, Problem, known};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::json;
use std::{
    collections::HashMap,
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

/// A log hears of a phase again after so long.
const PAUSE: Duration = Duration::from_secs(10);
/// Core seconds that are worth a line before they are spent.
const LONG: f64 = 10.0;

/// One bar a phase on a terminal, a line now and then elsewhere.
pub(in crate::cli) struct Progress {
    all: MultiProgress,
    bars: HashMap<Phase, ProgressBar>,
    terminal: bool,
    /// Lines are wanted.
    lines: bool,
    told: Option<(Phase, Instant)>,
    began: Instant,
    prepared: Option<Instant>,
    price: Option<Price>,
}

impl Progress {
    /// Where no lines are wanted a terminal has its bars all the same.
    pub(in crate::cli) fn new(lines: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let (all, bars) = (MultiProgress::new(), HashMap::new());
        let (told, began, prepared, price) = (None, Instant::now(), None, None);
        Self { all, bars, terminal, lines: lines || terminal, told, began, prepared, price }
    }

    /// The first line: what is looked at.
    pub(super) fn begin(&self, problem: &Problem) {
        let name = known(&problem.p).map(|known| known.name);
        self.line(&crack("begin", &json!({ "bits": problem.p.bits(), "name": name })));
    }

    pub(in crate::cli) fn line(&self, text: &str) {
        if self.terminal {
            let _ = self.all.println(text);
        } else if self.lines {
            // who closed standard error does not want to know
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    /// Time for the group, and for the target.
    pub(super) fn times(&self) -> (Duration, Duration) {
        let prepared = self.prepared.unwrap_or_else(Instant::now);
        (prepared.duration_since(self.began), prepared.elapsed())
    }

    /// What the whole was last expected to cost.
    pub(super) fn price(&self) -> Option<&Price> {
        self.price.as_ref()
    }

    pub(in crate::cli) fn clear(&self) {
        self.bars.values().for_each(ProgressBar::finish_and_clear);
    }
}

impl Observer for Progress {
    fn progress(&mut self, phase: Phase, done: u64, total: u64) {
        if self.terminal {
            let all = &self.all;
            let bar = self.bars.entry(phase).or_insert_with(|| {
                let style = ProgressStyle::with_template("{msg:22} {wide_bar} {percent:>3} %  {eta} left");
                let bar = all.add(ProgressBar::new(total));
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                bar.set_message(words::phase(phase));
                bar
            });
            bar.set_length(total.max(done));
            bar.set_position(done);
        } else if self.told.is_none_or(|(told, when)| when.elapsed() >= PAUSE && (told != phase || done > 0)) {
            // the first line has just been written: what ends within seconds needs no other
            if self.told.is_some() || self.began.elapsed() >= PAUSE / 10 {
                let percent = (done as f64 / total.max(1) as f64 * 100.0).min(100.0);
                self.line(&format!("{}: {percent:.0} %", words::phase(phase)));
                self.told = Some((phase, Instant::now()));
            }
        }
    }

    fn chose(&mut self, chosen: &Method) {
        self.line(&crack("by", &json!({ "method": method(chosen) })));
    }

    fn priced(&mut self, price: &Price) {
        if self.price.as_ref() != Some(price) && price.core_seconds() >= LONG {
            self.line(&crack("unless-cheaper", &json!({ "price": words::price(price) })));
        }
        self.price = Some(price.clone());
    }

    fn prepared(&mut self) {
        self.prepared = Some(Instant::now());
    }
}
