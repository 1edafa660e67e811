//! Exponents that are short, or of which much is known.

use num_bigint::BigUint;
use num_traits::One;

use super::bsgs::Table;
use super::budget::{Failure, Watch};
use super::mont::with_mont;
use super::price::Price;
use super::walk;

/// What a search of an interval has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Searched {
    /// The exponent.
    Found(BigUint),
    /// There is none; log2 of the chance that the search has missed it, where it did not compare them all.
    Nothing { error_log2: Option<i32> },
}

/// Above this kangaroos are the better choice: a table would be long, and its lookups miss every cache.
const TABLE_BITS: u32 = 52;

/// Whether [`search`] compares all exponents, by what memory is allowed.
pub(crate) fn is_exhaustive(n: &BigUint, bits: u32, memory: usize) -> bool {
    bits <= TABLE_BITS && with_mont!(n, |m| bytes(&m, bits), usize::MAX) <= memory / 4
}

/// The least z below 2^bits with γ^z = target modulo the odd n, whose inverse of γ is given. All are compared where a table
/// for that has room in a quarter of the memory that the budget allows, by steps of a baby and a giant; kangaroos jump
/// where it has not.
pub(crate) fn search(
    n: &BigUint,
    gamma: &BigUint,
    inverse: &BigUint,
    target: &BigUint,
    bits: u32,
    watch: &Watch<'_>,
) -> Result<Searched, Failure> {
    let exhaustive = is_exhaustive(n, bits, watch.budget.memory);
    if !exhaustive {
        watch.allow_price(&Price::interval(n.bits(), bits))?;
    }
    let found = with_mont!(
        n,
        |m| {
            let (gamma, target) = (m.enter(gamma), m.enter(target));
            if exhaustive {
                let table = Table::of_interval(&m, gamma, &m.enter(inverse), 1 << bits, watch)?;
                table.solve(&m, &target, watch)?.map(BigUint::from)
            } else {
                walk::kangaroo(&m, &gamma, bits, &target, watch)?
            }
        },
        (target % n).is_one().then_some(BigUint::ZERO)
    );
    Ok(found.map_or(Searched::Nothing { error_log2: (!exhaustive).then_some(KANGAROO_ERROR_LOG2) }, Searched::Found))
}

/// Six times the expected steps miss an exponent about once in a hundred times.
const KANGAROO_ERROR_LOG2: i32 = -6;

fn bytes<const L: usize>(_: &super::mont::Mont<L>, bits: u32) -> usize {
    Table::<L>::bytes(1 << bits)
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;

    #[test]
    fn an_exhaustive_search_misses_nothing_and_makes_nothing_up() {
        let n = (BigUint::one() << 607u32) - 1u32;
        let g = BigUint::from(3u32);
        let inverse = g.modinv(&n).unwrap();
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        for bits in [1u32, 2, 5, 12, 21] {
            let end = 1u64 << bits;
            for z in [0, 1, end / 3, end - 2, end - 1, end, end + 1, 2 * end] {
                let y = g.modpow(&z.into(), &n);
                let expected = if z < end { Searched::Found(z.into()) } else { Searched::Nothing { error_log2: None } };
                assert_eq!(search(&n, &g, &inverse, &y, bits, &watch).unwrap(), expected, "{z} in {bits} bits");
            }
        }
    }

    #[test]
    fn where_a_table_has_no_room_kangaroos_jump_and_say_so() {
        let n = (BigUint::one() << 127u32) - 1u32;
        let g = BigUint::from(3u32);
        let inverse = g.modinv(&n).unwrap();
        let budget = Budget { memory: (1 << 24) - 1, ..Budget::default() };
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        let find = |z: u64| search(&n, &g, &inverse, &g.modpow(&z.into(), &n), 36, &watch).unwrap();
        assert_eq!(find(9_876_543_210), Searched::Found(9_876_543_210u64.into()));
        assert_eq!(find(1 << 40), Searched::Nothing { error_log2: Some(KANGAROO_ERROR_LOG2) });
    }
}
