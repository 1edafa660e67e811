//! What is measured beside its peer, in turns, and kept for the documentation.

use std::{fs, time::Instant};

/// Where the figures of the documentation are.
const MEASURED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/sessions/measured.txt");

/// Something that was measured, in microseconds, and what was measured beside it.
pub(crate) struct Figure {
    pub what: String,
    pub own: f64,
    pub peer: &'static str,
    pub beside: f64,
}

impl Figure {
    /// As it is kept: what, microseconds, the peer and its microseconds, by tabs.
    fn line(&self) -> String {
        let Self { what, own, peer, beside } = self;
        format!("{what}\t{own:.0}\t{peer}\t{beside:.0}")
    }
}

/// The median of so many rounds of each, one after the other, so that both see the same machine.
pub(crate) fn in_turns(rounds: usize, mut contestants: [&mut dyn FnMut(); 2]) -> [f64; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (play, times) in contestants.iter_mut().zip(&mut times) {
            let began = Instant::now();
            play();
            times.push(began.elapsed().as_secs_f64() * 1e6);
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}

/// Shows the figures, each beside its peer; with `update` those of the documentation become these.
pub(crate) fn tell(figures: &[Figure], rounds: usize, update: bool) {
    for Figure { what, own, peer, beside } in figures {
        println!("{what}: {own:.0} µs, {:.0} a second; {peer}: {beside:.0} µs; {:.2}", 1e6 / own, own / beside);
    }
    if update {
        let before = fs::read_to_string(MEASURED).expect("the figures until now");
        let kept = before.lines().filter(|line| line.starts_with('#')).map(str::to_owned);
        let how = format!("Medians of {rounds} rounds over loopback, in turns with what stands beside them.");
        let lines: Vec<String> = kept.chain([how]).chain(figures.iter().map(Figure::line)).collect();
        fs::write(MEASURED, lines.join("\n") + "\n").expect("the figures written");
    }
}
