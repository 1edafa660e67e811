//! What a prime of a size costs a session of this console, and whether its attacker is in time: between what was measured, and
//! beyond it by the formula of the lab's own method.

use super::{Computation, MODELS, Measured, Model};
use serde::Serialize;

/// Sizes that are told: every one up to this, and those that deployed primes have.
const EVERY: std::ops::RangeInclusive<u64> = 40..=256;
const DEPLOYED: [u64; 8] = [320, 384, 512, 640, 768, 1024, 1536, 2048];
/// Own sessions that tell the pace at a size: those nearest to it.
const NEAREST: usize = 3;
/// Seconds below which a session tells nothing of the pace.
const BRIEF: f64 = 0.05;

/// How long a session's computation may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    /// Seconds until the victims give up.
    pub live: f64,
    /// Seconds that the attacker goes on, and how many more for each second of one core that is known beforehand.
    pub later: (f64, f64),
}

/// What a prime costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Price {
    /// Its size.
    pub bits: u64,
    /// Seconds of one core, once for the prime.
    pub core: f64,
    /// Seconds by the clock of the first session with it.
    pub first: f64,
    /// Seconds by the clock of each further one; null beyond what was measured.
    pub each: Option<f64>,
    /// It is an extrapolation.
    pub beyond: bool,
    /// The clock is as this console's own sessions have told.
    pub paced: bool,
    /// What comes of a session with it.
    pub fate: Fate,
}

/// What comes of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is read while it runs.
    Live,
    /// It is read when it is over.
    Later,
    /// The attacker is cut off.
    TooLate,
    /// Nobody here would wait for it.
    Beyond,
}

/// What primes of all sizes cost; nothing where no safe prime was measured. `sessions` are this console's own.
pub fn prices(measured: &[Measured], sessions: &[Computation], patience: Patience) -> Vec<Price> {
    let mut rows: Vec<&Measured> =
        measured.iter().filter(|row| row.factor_bits.is_none() && row.core_seconds > 0.0).collect();
    rows.sort_by_key(|row| row.bits);
    let table = Table { rows, sessions };
    EVERY.chain(DEPLOYED).filter_map(|bits| table.price(bits, patience)).collect()
}

struct Table<'a> {
    /// Safe primes, by size.
    rows: Vec<&'a Measured>,
    sessions: &'a [Computation],
}

impl Table<'_> {
    fn price(&self, bits: u64, patience: Patience) -> Option<Price> {
        let (core, beyond) = self.core(bits)?;
        let pace = self.pace(bits);
        let first = core * pace.unwrap_or(1.0);
        let fate = match first {
            _ if beyond => Fate::Beyond,
            first if first <= patience.live => Fate::Live,
            first if first <= patience.later.0 + patience.later.1 * core => Fate::Later,
            _ => Fate::TooLate,
        };
        let each = self.between(bits, |row| row.session_seconds);
        Some(Price { bits, core, first, each, beyond, paced: pace.is_some(), fate })
    }

    /// Seconds of one core, and whether they are an extrapolation.
    fn core(&self, bits: u64) -> Option<(f64, bool)> {
        let model = MODELS.iter().find(|model| model.through.is_none())?;
        let last = self.rows.last()?;
        let measured = self.between(bits, |row| row.core_seconds);
        let beyond = || last.core_seconds * (ln_l(bits, model) - ln_l(last.bits, model)).exp();
        Some(measured.map_or_else(|| (beyond(), true), |seconds| (seconds, false)))
    }

    /// Between the two rows around a size, on a logarithmic scale; below the first as there, nothing above the last.
    fn between(&self, bits: u64, what: impl Fn(&Measured) -> f64) -> Option<f64> {
        let right = self.rows.iter().position(|row| row.bits >= bits)?;
        let (one, other) = (self.rows.get(right.saturating_sub(1))?, self.rows.get(right)?);
        if right == 0 || bits == other.bits {
            return Some(what(other));
        }
        let part = (bits - one.bits) as f64 / (other.bits - one.bits) as f64;
        Some((what(one).ln() * (1.0 - part) + what(other).ln() * part).exp())
    }

    /// How much longer this console takes at a size, by the clock, than the table's core seconds: the median of the sessions
    /// nearest to it that paid for their primes; nothing where it has not worked yet.
    fn pace(&self, bits: u64) -> Option<f64> {
        let paid = |it: &&Computation| {
            it.found && it.prepared_by.is_none() && it.mode.contains(":short") && it.seconds > BRIEF
        };
        let mut near: Vec<&Computation> = self.sessions.iter().filter(paid).collect();
        near.sort_by_key(|session| session.bits.abs_diff(bits));
        let ratio = |session: &&Computation| Some(session.seconds / self.core(session.bits)?.0);
        let mut ratios: Vec<f64> = near.iter().take(NEAREST).filter_map(ratio).collect();
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied()
    }
}

/// ln of L_p\[a, c\] for a prime of so many bits.
fn ln_l(bits: u64, model: &Model) -> f64 {
    let ln = bits as f64 * std::f64::consts::LN_2;
    model.c * ln.powf(model.a) * ln.ln().powf(1.0 - model.a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(bits: u64, core_seconds: f64, session_seconds: f64) -> Measured {
        Measured { bits, factor_bits: None, core_seconds, session_seconds }
    }

    fn measured() -> Vec<Measured> {
        vec![row(64, 0.01, 0.001), row(128, 1.0, 0.1), Measured { factor_bits: Some(40), ..row(1024, 0.3, 0.4) }]
    }

    fn session(bits: u64, seconds: f64) -> Computation {
        let (session, mode) = (String::new(), "dh-weak:short".to_owned());
        Computation { session, mode, bits, found: true, cut_off: false, seconds, prepared_by: None }
    }

    const PATIENCE: Patience = Patience { live: 4.0, later: (20.0, 0.0) };

    fn price(bits: u64, sessions: &[Computation], patience: Patience) -> Price {
        *prices(&measured(), sessions, patience).iter().find(|price| price.bits == bits).unwrap()
    }

    #[test]
    fn between_two_measured_primes_the_cost_is_their_geometric_mean_and_beyond_them_it_is_extrapolated() {
        let middle = price(96, &[], PATIENCE);
        assert!((middle.core - 0.1).abs() < 1e-12 && !middle.beyond && !middle.paced, "{middle:?}");
        assert_eq!((price(40, &[], PATIENCE).core, price(128, &[], PATIENCE).core), (0.01, 1.0));
        let above = price(200, &[], PATIENCE);
        assert!(above.beyond && above.core > 1.0 && above.each.is_none() && above.fate == Fate::Beyond, "{above:?}");
        assert!(price(2048, &[], PATIENCE).core > 1e6 * above.core);
        assert!(prices(&[], &[], PATIENCE).is_empty());
    }

    #[test]
    fn this_consoles_own_sessions_set_the_pace_and_those_that_paid_for_nothing_do_not() {
        let saved = Computation { prepared_by: Some("s".into()), ..session(128, 0.06) };
        let smooth = Computation { mode: "dh-weak:smooth".into(), ..session(1024, 1.0) };
        let own = [session(128, 2.0), session(96, 0.3), session(128, 4.0), session(64, 90.0), saved, smooth];
        let paced = price(128, &own, PATIENCE);
        // The median of the three nearest: 2, 3 and 4 times the table.
        assert!((paced.first - 3.0).abs() < 1e-9 && paced.paced && paced.each == Some(0.1), "{paced:?}");
    }

    #[test]
    fn what_takes_longer_than_the_victims_wait_is_read_later_or_never() {
        let fate = |seconds: f64, patience| {
            let own = [session(128, seconds), session(128, seconds), session(128, seconds)];
            price(128, &own, patience).fate
        };
        assert_eq!(
            [1.0, 4.0, 5.0, 20.0, 21.0].map(|it| fate(it, PATIENCE)),
            [Fate::Live, Fate::Live, Fate::Later, Fate::Later, Fate::TooLate]
        );
        let patient = Patience { later: (20.0, 4.0), ..PATIENCE };
        assert_eq!([24.0, 25.0].map(|it| fate(it, patient)), [Fate::Later, Fate::TooLate]);
    }
}
