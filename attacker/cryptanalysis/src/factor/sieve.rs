//! The self-initialising quadratic sieve (Contini 1997), by the crate `rusqsieve`.

use std::time::Duration;

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;
use rusqsieve::{FactorConfig, Natural, Parallelism, ProgressAction, ProgressPhase, factor_with_progress};

use crate::budget::Failure;

use super::effort::Meter;
use super::price;

/// Limbs enough for [`price::SIEVE_BITS`].
const LIMBS: usize = 6;

/// Proper factors whose product is n, a composite that is no power and has no prime factor below 2^16; nothing where the
/// sieve does not get there.
pub(super) fn split(n: &BigUint, meter: &Meter<'_, '_>) -> Result<Option<Vec<BigUint>>, Failure> {
    let (Ok(number), Some(price)) = (Natural::<LIMBS>::from_le_bytes(&n.to_bytes_le()), price::sieve(n.bits())) else {
        return Ok(None);
    };
    let config = FactorConfig::default()
        .with_parallelism(Parallelism::threads(meter.watch.threads()).unwrap_or(Parallelism::Auto))
        .with_progress_interval(Duration::from_millis(2));
    let mut told = 0.0;
    let mut failure = None;
    let result = factor_with_progress(number, config, |state| {
        // the relations take nearly all of the time
        let done = match state.phase() {
            ProgressPhase::Sieving => state.amount().fraction().unwrap_or(0.0).clamp(0.0, 1.0),
            ProgressPhase::LinearAlgebra | ProgressPhase::ExtractingFactor | ProgressPhase::Complete => 1.0,
            _ => 0.0,
        };
        let step = (0.98 * done * price - told).max(0.0);
        told += step;
        match meter.spend(step) {
            Ok(()) => ProgressAction::Continue,
            Err(reason) => {
                failure = Some(reason);
                ProgressAction::Cancel
            }
        }
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    let Ok(factors) = result else { return Ok(None) };
    let mut bytes = [0; 8 * LIMBS];
    let mut found = Vec::new();
    let mut rest = n.clone();
    for factor in factors.expanded() {
        let Ok(length) = factor.write_le_bytes(&mut bytes) else { return Ok(None) };
        let factor = BigUint::from_bytes_le(&bytes[..length]);
        let (quotient, remainder) = rest.div_rem(&factor);
        if factor.is_one() || remainder != BigUint::ZERO {
            return Ok(None);
        }
        rest = quotient;
        found.push(factor);
    }
    Ok((rest.is_one() && found.len() > 1).then_some(found))
}
