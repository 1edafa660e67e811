//! What is measured beside its peer, in turns, and kept for the documentation.

use std::{fs, path::Path, time::Instant};

/// What took how long, in microseconds.
pub(crate) struct Turns {
    /// The median of each of the two.
    pub medians: [f64; 2],
    /// Of the one's time by the other's in the same round: a quarter, a half and three quarters are below. Where the machine's speed changes
    /// by the minute, ratios of what ran within the same second are still to be trusted.
    pub ratio: [f64; 3],
}

/// Something that was measured, in microseconds, and what was measured beside it.
pub(crate) struct Figure {
    pub what: String,
    /// How many at a time, where that differs.
    pub at_once: Option<usize>,
    pub own: f64,
    pub peer: &'static str,
    pub beside: f64,
    /// Quartiles of the ratio, where more than medians is told.
    pub ratio: Option<[f64; 3]>,
}

impl Figure {
    /// As it is kept: what, how many at a time, microseconds, the peer and its microseconds, and the ratios, by tabs.
    fn line(&self) -> String {
        let Self { what, at_once, own, peer, beside, ratio } = self;
        let at_once = at_once.map(|many| format!("\t{many}")).unwrap_or_default();
        let ratios: String = ratio.iter().flatten().map(|ratio| format!("\t{ratio:.2}")).collect();
        format!("{what}{at_once}\t{own:.0}\t{peer}\t{beside:.0}{ratios}")
    }
}

/// So many rounds of each, one after the other, so that both see the same machine.
pub(crate) fn in_turns(rounds: usize, mut contestants: [&mut dyn FnMut(); 2]) -> Turns {
    let rounds: Vec<[f64; 2]> = (0..rounds)
        .map(|_| {
            contestants.each_mut().map(|play| {
                let began = Instant::now();
                play();
                began.elapsed().as_secs_f64() * 1e6
            })
        })
        .collect();
    let sorted = |of: fn(&[f64; 2]) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let (own, beside, ratios) = (sorted(|it| it[0]), sorted(|it| it[1]), sorted(|it| it[0] / it[1]));
    let half = rounds.len() / 2;
    Turns { medians: [own[half], beside[half]], ratio: [half / 2, half, half + half / 2].map(|at| ratios[at]) }
}

/// Shows the figures, each beside its peer; with `update` those of this file, from which the documentation is made, become these.
pub(crate) fn tell(figures: &[Figure], file: &str, rounds: usize, update: bool) {
    for Figure { what, at_once, own, peer, beside, ratio } in figures {
        let many = at_once.map(|many| format!(", {many} at a time")).unwrap_or_default();
        let [low, half, high] = ratio.unwrap_or([own / beside; 3]);
        println!(
            "{what}{many}: {own:.0} µs, {:.0} a second; {peer}: {beside:.0} µs; {half:.2} ({low:.2} to {high:.2})",
            1e6 / own
        );
    }
    if update && !figures.is_empty() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/sessions").join(file);
        let before = fs::read_to_string(&path).expect("the figures until now");
        let kept = before.lines().filter(|line| line.starts_with('#')).map(str::to_owned);
        let how = format!("Medians of {rounds} rounds over loopback, in turns with what stands beside them.");
        let lines: Vec<String> = kept.chain([how]).chain(figures.iter().map(Figure::line)).collect();
        fs::write(&path, lines.join("\n") + "\n").expect("the figures written");
    }
}
