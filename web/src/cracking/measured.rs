//! What was measured for the documentation, as the page has it.

use serde::Serialize;

/// One measured prime.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// Size in bits.
    pub bits: u64,
    /// Size in bits of the factors of p − 1, where they are all small; null where p is a safe prime.
    pub factor_bits: Option<u64>,
    /// Seconds of one core that the work for the prime takes.
    pub core_seconds: f64,
    /// Seconds by the clock of each further session.
    pub session_seconds: f64,
}

/// Every measured prime.
pub fn measured() -> Vec<Measured> {
    cryptanalysis::measured()
        .filter_map(|row| {
            Some(Measured {
                bits: row.bits()?,
                factor_bits: row.factor_bits(),
                core_seconds: row.core.parse().ok()?,
                session_seconds: row.target.parse::<f64>().ok()? / 1000.0,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_whole() {
        let rows = measured();
        let safe: Vec<&Measured> = rows.iter().filter(|row| row.factor_bits.is_none()).collect();
        assert!(safe.len() >= 8, "{rows:?}");
        assert!(safe.is_sorted_by(|one, next| one.bits < next.bits), "{safe:?}");
        assert!(safe.iter().any(|row| row.bits == 128 && row.core_seconds > 0.0 && row.session_seconds > 0.0));
        assert!(rows.iter().any(|row| row.factor_bits == Some(24) && row.bits == 1024));
    }
}
