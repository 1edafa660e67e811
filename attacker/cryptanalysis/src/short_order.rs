//! Orders that are short, found before anything is factored.

use std::collections::HashMap;

use num_bigint::BigUint;

use super::budget::{Failure, Watch};
use super::mont::{Mont, with_mont};

/// Baby steps, and giant steps.
const STEPS: u32 = 1 << 12;

/// The order of the unit g modulo the odd n, if it is at most 2^24 (Shanks 1971).
pub(crate) fn short_order(n: &BigUint, g: &BigUint, watch: &Watch<'_>) -> Result<Option<u64>, Failure> {
    watch.spend(2 * u64::from(STEPS))?;
    Ok(with_mont!(n, |m| search(&m, &m.enter(g)), None))
}

fn search<const L: usize>(m: &Mont<L>, g: &[u64; L]) -> Option<u64> {
    let mut babies = HashMap::with_capacity(STEPS as usize);
    let mut power = m.one();
    for j in 0..STEPS {
        if j > 0 && power == m.one() {
            return Some(j.into());
        }
        babies.insert(power, j);
        power = m.mul(&power, g);
    }
    // the least i has the least i·STEPS − j: the babies are all different
    let stride = power;
    (1..=u64::from(STEPS)).find_map(|i| {
        let found = babies.get(&power).map(|j| i * u64::from(STEPS) - u64::from(*j));
        power = m.mul(&power, &stride);
        found
    })
}

#[cfg(test)]
mod tests {
    use num_traits::One;

    use super::super::budget::Budget;
    use super::*;

    #[test]
    fn orders_are_exact_or_not_told() {
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        let order = |n: &BigUint, g: u32| short_order(n, &g.into(), &watch).unwrap();
        // 2 has the order k modulo 2^k − 1
        for k in [2u32, 3, 89, 1279, 4253, 8191] {
            assert_eq!(order(&((BigUint::one() << k) - 1u32), 2), Some(k.into()));
        }
        // orders around the number of steps: 3 generates the units modulo 65537, and there are groups of these orders
        assert_eq!(order(&65_537u32.into(), 3), Some(65_536));
        for (p, order_of_g) in
            [(8_191u32, 4_095u64), (12_289, 4_096), (16_381, 4_095), (40_961, 8_192), (16_777_213, 16_777_212)]
        {
            let exponent = (u64::from(p) - 1) / order_of_g;
            let g = (2u32..)
                .map(|g| BigUint::from(g).modpow(&exponent.into(), &p.into()))
                .find(|g| {
                    let one = |k: u64| g.modpow(&k.into(), &p.into()).is_one();
                    (2..=order_of_g)
                        .filter(|q| order_of_g % q == 0 && (2..*q).take_while(|d| d * d <= *q).all(|d| q % d != 0))
                        .all(|q| !one(order_of_g / q))
                })
                .unwrap();
            assert_eq!(short_order(&p.into(), &g, &watch).unwrap(), Some(order_of_g), "{p}");
        }
        assert_eq!(order(&((BigUint::one() << 127u32) - 1u32), 3), None);
    }
}
