//! Discrete logarithms in weak groups: recognise the weakness, then use it.
//!
//! [`solve`] answers one target, [`Solver`] prepares a group once for many, [`Solvers`] keeps those of all groups seen. Nothing here reads a clock, prints or
//! starts a process: the caller times, shows [`Observer`] reports and raises [`Budget::cancel`]. Every answer is
//! checked, g^x = y, before it is returned.

mod bsgs;
mod budget;
mod costs;
mod deployed;
mod explain;
mod factor;
mod failure;
mod hidden;
mod index;
mod interval;
mod known;
mod ledger;
mod measured;
mod modulus;
mod mont;
mod order;
mod padic;
mod parallel;
mod pohlig;
mod price;
mod prime;
mod proof;
mod residue;
mod rng;
mod short_order;
mod solution;
mod solver;
mod solvers;
mod walk;
mod walks;

use num_bigint::BigUint;

pub use budget::{Budget, Observer, Phase};
pub use costs::index_seconds;
pub use explain::{
    Breaking, Described, Explanation, Level, MAX_EXPLAINED_BITS, Minimum, Modulus, SpecialForm, Validity, Weakness,
    explain,
};
pub use factor::{Effort, Factoring, Factorisation, Resisted, SIEVE_BITS, Tried, curves_price, sieve_price};
pub use failure::{Failure, Limit, Obstacle, Step, Unsolved};
pub use index::Precomputation;
pub use known::{Known, Origin, known};
pub use measured::{Machine, Measured, machine, measured};
pub use price::{Basis, CoreTime, Price, Way};
pub use proof::{Proof, Side};
pub use residue::Residue;
pub use solution::{Cost, Method, Solution};
pub use solver::{MAX_BITS, Solver, solve, solve_with};
pub use solvers::Solvers;
pub use walks::Walks;

/// Find x with g^x = y modulo p.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The modulus.
    pub p: BigUint,
    /// The generator.
    pub g: BigUint,
    /// The public value.
    pub y: BigUint,
}
