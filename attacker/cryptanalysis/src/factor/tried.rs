//! What a composite has resisted, and what to try next.

use super::levels::LEVELS;
use super::price;
use super::smooth::Bounds;

/// A piece of work on one composite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Pollard's rho.
    Rho,
    /// p − 1 and p + 1 with the bounds of a level.
    Smooth {
        /// Its place in [`LEVELS`].
        level: usize,
    },
    /// Curves of a level.
    Curves {
        /// Its place in [`LEVELS`].
        level: usize,
        /// The number of the first.
        first: u32,
        /// How many.
        count: u32,
    },
    /// The quadratic sieve.
    Sieve,
}

/// What a step may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    /// Seconds of one core.
    pub(super) seconds: f64,
    /// Bytes of memory.
    pub(super) bytes: usize,
}

/// What a composite has resisted, or a composite of which it is a factor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tried {
    /// Seconds of one core, as expected.
    pub seconds: f64,
    /// Elliptic curves, of all bounds.
    pub curves: u32,
    /// B1 up to which p − 1 and p + 1 were tried; 0 for not at all.
    pub smooth: u32,
    /// Whether the quadratic sieve was tried, which finds what there is as a rule.
    pub sieve: bool,
    rho: bool,
    /// The place in [`LEVELS`] of the curves to come.
    level: usize,
    /// Curves of that level.
    done: u32,
    /// The place in [`LEVELS`] of the p ± 1 to come.
    smooth_level: usize,
    /// How often p ± 1 of that level found something, and was to be repeated without it.
    smooth_finds: u32,
}

/// The longest composite that anything but trial division is tried on, in bits.
const MOST_BITS: u64 = 8192;
/// Up to this size rho is as fast as the sieve, in bits.
const RHO_BITS: u64 = 72;
/// What curves and p ± 1 may cost before the sieve, as a part of its price: p − 1 of a random prime has a factor that
/// they find often enough.
const BEFORE_SIEVE: f64 = 0.12;
/// So often p ± 1 with one bound is repeated: a number of many prime factors of middle size is for the curves.
const SMOOTH_FINDS: u32 = 3;

impl Tried {
    /// Prime factors of up to so many bits would have been found as a rule, by curves.
    pub fn factor_bits(&self) -> u64 {
        self.level.checked_sub(1).map_or(0, |done| LEVELS[done].factor_bits)
    }

    /// The step to take on a composite of so many bits with what is left, and its price in seconds.
    pub(super) fn next(&self, bits: u64, left: Left) -> Option<(Step, f64)> {
        if bits > MOST_BITS {
            return None;
        }
        if bits <= RHO_BITS && !self.rho {
            return Some((Step::Rho, price::rho(bits)));
        }
        let sieve = self.sieve_price(bits, left);
        let allowed = sieve.map_or(left.seconds, |sieve| BEFORE_SIEVE * sieve - self.seconds);
        self.small(bits, allowed).or(sieve.map(|price| (Step::Sieve, price)))
    }

    /// What [`Tried::next`] will ask for until it has nothing more, at most.
    pub(super) fn expected(&self, bits: u64, left: Left) -> f64 {
        match self.sieve_price(bits, left) {
            Some(sieve) => sieve + (BEFORE_SIEVE * sieve - self.seconds).max(0.0),
            None => left.seconds,
        }
    }

    /// Where the sieve fits.
    fn sieve_price(&self, bits: u64, left: Left) -> Option<f64> {
        let price = price::sieve(bits).filter(|price| *price <= left.seconds)?;
        (!self.sieve && price::sieve_bytes(bits) <= left.bytes as f64).then_some(price)
    }

    /// The next of p ± 1 and the curves.
    fn small(&self, bits: u64, left: f64) -> Option<(Step, f64)> {
        let level = &LEVELS[self.level];
        if self.smooth_level <= self.level {
            let price = price::smooth(Bounds::new(level.smooth), bits);
            if price <= left {
                return Some((Step::Smooth { level: self.level }, price));
            }
        }
        let each = price::curve(level, bits);
        let count = ((left.max(0.0) / each) as u32).min(level.curves - self.done);
        let step = Step::Curves { level: self.level, first: self.curves, count };
        (count > 0).then_some((step, f64::from(count) * each))
    }

    /// Notes a step that took so many seconds.
    pub(super) fn note(&mut self, step: Step, seconds: f64, found: bool) {
        self.seconds += seconds;
        match step {
            Step::Rho => self.rho = true,
            // what was found may have hidden more
            Step::Smooth { .. } if found && self.smooth_finds < SMOOTH_FINDS => self.smooth_finds += 1,
            Step::Smooth { level } => {
                self.smooth_level = level + 1;
                self.smooth_finds = 0;
                if !found {
                    self.smooth = LEVELS[level].smooth;
                }
            }
            Step::Curves { level, count, .. } => {
                self.curves += count;
                self.done += count;
                if self.done >= LEVELS[level].curves {
                    // the last level goes on for ever
                    self.level = (level + 1).min(LEVELS.len() - 1);
                    self.done = 0;
                }
            }
            Step::Sieve => self.sieve = true,
        }
    }
}
