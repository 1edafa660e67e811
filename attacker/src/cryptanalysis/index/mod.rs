//! Index calculus.

use num_bigint::BigUint;

use super::budget::{Failure, Watch};
use super::solution::Method;

/// Logarithms in the subgroup of one prime order.
pub(crate) enum Subgroup {}

impl Subgroup {
    pub(crate) fn log(&self, _y: &BigUint, _watch: &Watch<'_>) -> Result<BigUint, Failure> {
        match *self {}
    }

    pub(crate) fn method(&self) -> Method {
        match *self {}
    }
}
