//! Which scenarios of a table are played: those that are over at once, or those in which somebody computes for long.

use super::outcomes::Row;
use crate::sessions::orders::core_seconds;
use clap::ValueEnum;
use lab::verdict::Class;

/// Seconds of one core from which on a computation is long.
const LONG: f64 = 0.8;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// What is over at once
    Usual,
    /// What is known to compute for long: moduli that are factored, servers that are asked thousands of times
    Long,
    /// Both
    All,
}

impl Group {
    /// Whether a row is in it. What a check stops is over at once, whatever it would have cost.
    pub fn has(self, row: &Row) -> bool {
        let long = || {
            let known = core_seconds(&row.scenario).ok().flatten();
            row.expected.kind.class() != Class::Defended && known.is_some_and(|seconds| seconds >= LONG)
        };
        match self {
            Self::All => true,
            Self::Long => long(),
            Self::Usual => !long(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ci::outcomes;

    #[test]
    fn every_row_is_in_one_of_two_groups_and_what_is_stopped_in_the_usual_one() {
        let rows = outcomes::all().unwrap();
        let of = |group: Group| rows.iter().filter(move |row| group.has(row)).map(|row| row.scenario.to_string());
        let (usual, long): (Vec<_>, Vec<_>) = (of(Group::Usual).collect(), of(Group::Long).collect());
        assert_eq!(usual.len() + long.len(), rows.len());
        for (scenario, is_long) in [
            ("dh-weak:composite,bits=2048/crack+group-size", true),
            ("dh-weak:smooth/crack", true),
            ("dh-weak:smooth/crack+group-size", false),
            ("dh-weak:short/crack", false),
            ("rsa:pkcs1v15,bits=513/bleichenbacher~implicit-rejection", true),
            ("rsa:pkcs1v15,bits=513/bleichenbacher", false),
            ("dh/relay", false),
        ] {
            let scenario = scenario.to_owned();
            assert_eq!((long.contains(&scenario), usual.contains(&scenario)), (is_long, !is_long), "{scenario}");
        }
    }
}
