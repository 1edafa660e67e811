//! What a computation would cost, before it is begun.

use std::fmt;

use super::costs::{index_bits, index_cost, walk_pace};
use super::factor::sieve_price;
use super::walk;

/// An estimate. Powers of two, for the longest of them outlast the universe.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Price {
    /// What would be done.
    pub way: Way,
    /// log2 of the group operations, where the way is a walk through a group.
    pub operations_log2: Option<f64>,
    /// log2 of the seconds of one core.
    pub core_seconds_log2: f64,
    /// Where the seconds are from.
    pub basis: Basis,
}

/// A way to a logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Way {
    /// Pollard's rho in a subgroup of prime order.
    Rho {
        /// Size of the order.
        order_bits: u64,
    },
    /// Baby steps and giant steps, or kangaroos, in an interval of exponents.
    Interval {
        /// Size of the interval.
        bits: u32,
    },
    /// The index calculus of this program, once for the prime.
    IndexCalculus {
        /// Size of p.
        bits: u64,
    },
    /// A number field sieve that is larger than this program's, once for the prime.
    NumberFieldSieve {
        /// Size of p.
        bits: u64,
    },
    /// Factoring the modulus or the order.
    Factoring {
        /// Size of the composite.
        bits: u64,
    },
}

/// Where an estimate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Steps or runs of this program that were measured, on the machine of the documentation.
    Measured,
    /// Computations that others published, and sizes between or beyond them.
    Published,
}

impl Price {
    /// The index calculus of this program modulo a prime of so many bits.
    pub(crate) fn index_calculus(bits: u64) -> Self {
        let way = Way::IndexCalculus { bits };
        Self { way, operations_log2: None, core_seconds_log2: index_cost(bits), basis: Basis::Measured }
    }

    /// The number field sieve of others modulo a prime of so many bits.
    pub(crate) fn field_sieve(bits: u64) -> Self {
        let way = Way::NumberFieldSieve { bits };
        Self { way, operations_log2: None, core_seconds_log2: index_cost(bits), basis: Basis::Published }
    }

    /// Factoring a composite of so many bits, whatever its factors: by the quadratic sieve here, or by the number field
    /// sieve of others, which took a third of the time of a logarithm of that size (Boudot et al. 2020: 795 bits, 900 core
    /// years and 3100).
    pub(crate) fn factoring(bits: u64) -> Self {
        let way = Way::Factoring { bits };
        let (core_seconds_log2, basis) = match sieve_price(bits) {
            Some(seconds) => (seconds.log2(), Basis::Measured),
            None => (index_cost(bits) - (3100.0f64 / 900.0).log2(), Basis::Published),
        };
        Self { way, operations_log2: None, core_seconds_log2, basis }
    }

    /// A logarithm modulo a prime of so many bits, whatever its order.
    pub(crate) fn of_prime(bits: u64) -> Self {
        if bits <= index_bits() { Self::index_calculus(bits) } else { Self::field_sieve(bits) }
    }

    /// Rho modulo a number of `bits` bits, in a subgroup of a prime order of `order_bits` bits: 1.25·√order steps.
    pub(crate) fn rho(bits: u64, order_bits: u64) -> Self {
        Self::walk(Way::Rho { order_bits }, 1.25f64.log2() + order_bits as f64 / 2.0, bits)
    }

    /// Kangaroos modulo a number of `bits` bits, in an interval of 2^`interval` exponents: 2·2^(`interval`/2) steps.
    pub(crate) fn interval(bits: u64, interval: u32) -> Self {
        Self::walk(Way::Interval { bits: interval }, 1.0 + f64::from(interval) / 2.0, bits)
    }

    fn walk(way: Way, steps_log2: f64, bits: u64) -> Self {
        let core_seconds_log2 = steps_log2 - walk_pace(bits).log2();
        Self { way, operations_log2: Some(steps_log2), core_seconds_log2, basis: Basis::Measured }
    }

    /// The cheaper of two.
    pub(crate) fn min(self, other: Self) -> Self {
        if self.core_seconds_log2 <= other.core_seconds_log2 { self } else { other }
    }

    /// Whether this program can do it, if it is paid for.
    pub(crate) fn is_ours(&self) -> bool {
        match self.way {
            Way::Rho { order_bits } => order_bits <= walk::MAX_BITS,
            Way::Interval { bits } => u64::from(bits) <= walk::MAX_BITS,
            Way::IndexCalculus { .. } => true,
            Way::Factoring { .. } | Way::NumberFieldSieve { .. } => self.basis == Basis::Measured,
        }
    }

    /// Core seconds; infinite beyond the range of the type.
    pub fn core_seconds(&self) -> f64 {
        self.core_seconds_log2.exp2()
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}", duration(self.core_seconds_log2), self.way)?;
        if let Some(steps) = self.operations_log2 {
            write!(f, " (2^{steps:.0} steps)")?;
        }
        Ok(())
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rho { order_bits } => write!(f, "parallel rho in a subgroup of {order_bits} bits"),
            Self::Interval { bits } => write!(f, "a search of {bits} bits of the exponent"),
            Self::IndexCalculus { bits } => write!(f, "index calculus modulo a prime of {bits} bits"),
            Self::NumberFieldSieve { bits } => write!(f, "the number field sieve modulo a prime of {bits} bits"),
            Self::Factoring { bits } => write!(f, "factoring a number of {bits} bits"),
        }
    }
}

/// Core time for a person: a unit and about how many of it.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[serde(tag = "is", content = "amount", rename_all = "kebab-case")]
pub enum CoreTime {
    /// Less than a second.
    Less,
    /// Seconds.
    Seconds(u64),
    /// Minutes.
    Minutes(u64),
    /// Hours.
    Hours(u64),
    /// Days.
    Days(u64),
    /// Years, in two significant digits.
    Years(u64),
    /// Two to the power of this in years.
    PowerOfYears(u64),
}

impl CoreTime {
    /// From log2 of its seconds.
    pub fn of(core_seconds_log2: f64) -> Self {
        let seconds = core_seconds_log2.exp2();
        let years = core_seconds_log2 - YEAR_LOG2;
        let about = |n: f64| n.round().max(1.0) as u64;
        match seconds {
            s if s < 1.0 => Self::Less,
            s if s < 100.0 => Self::Seconds(about(s)),
            s if s < 6_000.0 => Self::Minutes(about(s / 60.0)),
            s if s < 172_800.0 => Self::Hours(about(s / 3_600.0)),
            s if s < 63_000_000.0 => Self::Days(about(s / 86_400.0)),
            _ if years < 33.0 => Self::Years(about(significant(years.exp2()))),
            _ => Self::PowerOfYears(about(years)),
        }
    }
}

/// Core time in words, from log2 of its seconds.
pub(crate) fn duration(core_seconds_log2: f64) -> String {
    let about = |n: u64, unit: &str| format!("about {n} core {unit}{}", if n > 1 { "s" } else { "" });
    match CoreTime::of(core_seconds_log2) {
        CoreTime::Less => "less than a core second".to_owned(),
        CoreTime::Seconds(n) => about(n, "second"),
        CoreTime::Minutes(n) => about(n, "minute"),
        CoreTime::Hours(n) => about(n, "hour"),
        CoreTime::Days(n) => about(n, "day"),
        CoreTime::Years(n) => about(n, "year"),
        CoreTime::PowerOfYears(years) => format!("about 2^{years} core years"),
    }
}

const YEAR_LOG2: f64 = 24.91;

/// Two significant digits.
fn significant(n: f64) -> f64 {
    let scale = 10f64.powf(n.log10().floor() - 1.0).max(1.0);
    (n / scale).round() * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        let words = |seconds: f64| duration(seconds.log2());
        assert_eq!(words(0.2), "less than a core second");
        assert_eq!(words(1.2), "about 1 core second");
        assert_eq!(words(240.0), "about 4 core minutes");
        assert_eq!(words(86_400.0), "about 24 core hours");
        assert_eq!(words(31_557_600.0 * 1234.0), "about 1200 core years");
        assert_eq!(duration(1000.0), "about 2^975 core years");
    }
}
