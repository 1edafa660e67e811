//! What the methods here took where they were measured: the figures of the documentation, as data.

use serde::Serialize;

const TEXT: &str = include_str!("../measured.txt");

/// One measured prime, its figures as they were noted: `–` where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The prime: `safe, 128 bits`, or what its p − 1 is made of.
    pub prime: &'static str,
    /// Seconds by the clock that the precomputation took.
    pub wall: &'static str,
    /// Seconds of one core that it took.
    pub core: &'static str,
    /// Milliseconds by the clock that each target took.
    pub target: &'static str,
    /// Seconds of one core that PARI's znlog took for one target.
    pub pari: &'static str,
}

/// The virtual machine on which all of it was measured, with nothing else to do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Machine {
    /// How many cores it has.
    pub cores: u64,
    /// What they are.
    pub processor: &'static str,
    /// At how many gigahertz.
    pub gigahertz: f64,
}

impl Measured {
    /// Size in bits.
    pub fn bits(&self) -> Option<u64> {
        self.numbers().next()
    }

    /// Size in bits of the factors of p − 1, where they are all small; none where it is a safe prime.
    pub fn factor_bits(&self) -> Option<u64> {
        self.numbers().nth(1)
    }

    fn numbers(&self) -> impl Iterator<Item = u64> {
        self.prime.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok())
    }
}

/// Every prime, by size.
pub fn measured() -> impl Iterator<Item = Measured> {
    lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [prime, wall, core, target, pari] = columns[..] else { return None };
        Some(Measured { prime, wall, core, target, pari })
    })
}

/// On what it was measured; nothing where the table does not say it.
pub fn machine() -> Option<Machine> {
    let columns: Vec<&str> = lines().next()?.split('\t').collect();
    let [cores, processor, gigahertz] = columns[..] else { return None };
    Some(Machine { cores: cores.parse().ok()?, processor, gigahertz: gigahertz.parse().ok()? })
}

fn lines() -> impl Iterator<Item = &'static str> {
    TEXT.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_prime_with_its_figures() {
        assert_eq!(measured().count() + 1, lines().count(), "a line has five columns");
        for row in measured() {
            assert!(row.bits().is_some_and(|bits| bits >= 48), "{row:?}");
            assert_eq!(row.factor_bits().is_none(), row.prime.starts_with("safe"), "{row:?}");
            assert!([row.wall, row.core, row.target].iter().all(|figure| figure.parse::<f64>().is_ok()), "{row:?}");
        }
        let safe: Vec<_> = measured().filter(|row| row.factor_bits().is_none()).filter_map(|row| row.bits()).collect();
        assert!(safe.is_sorted() && safe.len() >= 8, "{safe:?}");
        let Machine { cores, processor, gigahertz } = machine().expect("the machine");
        assert!(cores > 0 && !processor.is_empty() && gigahertz > 0.1, "{cores} {processor} {gigahertz}");
    }
}
