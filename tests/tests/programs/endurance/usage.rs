//! What processes take: memory and descriptors, over time.

use std::{collections::BTreeMap, fs, time::Duration};

/// One sample of a process: when, resident kilobytes, open descriptors.
#[derive(Clone, Copy, Debug)]
struct Sample {
    seconds: f64,
    memory: f64,
    descriptors: f64,
}

/// Samples, by part and process.
#[derive(Debug, Default)]
pub struct Usage(BTreeMap<(&'static str, u32), Vec<Sample>>);

/// What a process may grow by while it is watched, in kilobytes. Less is the noise of allocators.
const LEAST: f64 = 24.0 * 1024.0;
/// Fewer samples, or seconds, show nothing.
const FEW: (usize, f64) = (12, 30.0);

impl Usage {
    /// Takes a sample of a process. One that is gone has none.
    pub fn sample(&mut self, part: &'static str, pid: u32, since: Duration) {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let resident =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
        if let (Some(memory), Some(descriptors)) = (resident, descriptors(pid)) {
            let sample = Sample { seconds: since.as_secs_f64(), memory, descriptors: descriptors as f64 };
            self.0.entry((part, pid)).or_default().push(sample);
        }
    }

    /// Of each part the process that was watched longest: its greatest use, and how it changes, by least squares over all samples
    /// but those of the first third of its time, in which caches fill. Memory that grows by more than noise is a fault. Descriptors
    /// are told only: they count the sessions under way, which gather and go as the machine has time for them. What is left open shows
    /// when none is.
    pub fn told(&self) -> (String, Vec<String>) {
        let mut longest: BTreeMap<&str, &[Sample]> = BTreeMap::new();
        for ((part, _), samples) in &self.0 {
            let known = longest.entry(part).or_default();
            if samples.len() > known.len() {
                *known = samples;
            }
        }
        let (mut told, mut faults) = (String::new(), Vec::new());
        for (part, samples) in longest.into_iter().filter(|(_, samples)| samples.len() >= FEW.0) {
            let settled = &samples[samples.len() / 3..];
            let time = settled[settled.len() - 1].seconds - settled[0].seconds;
            if time < FEW.1 {
                continue;
            }
            let most = |value: fn(&Sample) -> f64| settled.iter().map(value).fold(0.0, f64::max);
            let (memory, descriptors) = (most(|it| it.memory), most(|it| it.descriptors));
            let (kilobytes, opened) = (slope(settled, |it| it.memory), slope(settled, |it| it.descriptors));
            told += &format!(
                "  {part:<8} watched for {time:.0} s: memory at most {:.1} MB, {:+.2} MB a minute; descriptors at most {descriptors:.0}, {:+.2} a minute\n",
                memory / 1024.0,
                kilobytes * 60.0 / 1024.0,
                opened * 60.0
            );
            if kilobytes * time > LEAST.max(memory / 4.0) {
                faults.push(format!("{part} grows: {settled:?}"));
            }
        }
        (told, faults)
    }
}

/// The open descriptors of a process; none of one that is gone.
pub fn descriptors(pid: u32) -> Option<usize> {
    fs::read_dir(format!("/proc/{pid}/fd")).map(Iterator::count).ok()
}

/// How much a value changes in a second, by least squares.
fn slope(samples: &[Sample], value: fn(&Sample) -> f64) -> f64 {
    let count = samples.len() as f64;
    let mean = |of: &dyn Fn(&Sample) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (when, what) = (mean(&|it| it.seconds), mean(&|it| value(it)));
    let spread = mean(&|it| (it.seconds - when).powi(2));
    if spread == 0.0 { 0.0 } else { mean(&|it| (it.seconds - when) * (value(it) - what)) / spread }
}

#[test]
fn what_grows_is_told_from_what_does_not() {
    let watched = |memory: fn(f64) -> f64| {
        let sample = |n: i32| Sample { seconds: f64::from(n), memory: memory(f64::from(n)), descriptors: 9.0 };
        let samples = (0..60).map(sample).collect();
        Usage(BTreeMap::from([(("console", 1), samples)])).told()
    };
    let (told, faults) = watched(|_| 50_000.0);
    assert!(told.contains("48.8 MB, +0.00 MB a minute; descriptors at most 9, +0.00") && faults.is_empty(), "{told}");
    // Sawteeth are no growth; what fills at the beginning is none either.
    assert!(watched(|n| 50_000.0 + 4000.0 * (n % 7.0)).1.is_empty());
    assert!(watched(|n| 50_000.0 + 3000.0 * n.min(20.0)).1.is_empty());
    assert!(!watched(|n| 50_000.0 + 1000.0 * n).1.is_empty());
}
