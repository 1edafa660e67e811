//! How likely a number is smooth.

/// Sizes are told in half bits, up to this.
pub(super) const SIZES: usize = 256;
/// Units of costs in a natural logarithm.
const UNITS: f64 = 64.0;

/// The length of a number in half bits, at most the largest.
pub(super) fn half_bits(n: u128) -> usize {
    (2 * (u128::BITS - n.leading_zeros()) as usize).min(SIZES - 1)
}

/// The chances of a number without small primes to have no large one either, by its size: minus their logarithms, so that those of
/// two numbers add up.
#[derive(Clone, Debug)]
pub(super) struct Chances(Box<[u32; SIZES]>);

impl Chances {
    /// No primes below 2^`rough`, none above 2^`smooth`. The density of products of k primes near e^s is the k-fold convolution
    /// of 1/s, by k!.
    pub(super) fn new(rough: f64, smooth: f64) -> Self {
        let densities = |most: f64| {
            let prime = |s: usize| if (2.0 * rough..=2.0 * most).contains(&(s as f64)) { 1.0 / s as f64 } else { 0.0 };
            let primes: Vec<f64> = (0..SIZES).map(prime).collect();
            let (mut products, mut sum) = (primes.clone(), primes.clone());
            for k in 2..=(SIZES as f64 / (2.0 * rough)) as usize {
                products =
                    (0..SIZES).map(|s| (0..=s).map(|a| products[a] * primes[s - a]).sum::<f64>() / k as f64).collect();
                sum.iter_mut().zip(&products).for_each(|(sum, product)| *sum += product);
            }
            sum
        };
        let cost = |(s, (smooth, all)): (usize, (f64, f64))| {
            let chance = if (s as f64) < 2.0 * rough || all <= 0.0 { 1.0 } else { smooth / all };
            (-UNITS * chance.max(1e-12).ln()) as u32
        };
        let mut costs = Box::new([0; SIZES]);
        let all = densities(smooth).into_iter().zip(densities(SIZES as f64)).enumerate().map(cost);
        costs.iter_mut().zip(all).for_each(|(slot, cost)| *slot = cost);
        Self(costs)
    }

    /// For a number of so many half bits, [`SIZES`] at most.
    pub(super) fn cost(&self, half_bits: usize) -> u32 {
        self.0[half_bits]
    }

    /// By half bits.
    pub(super) fn costs(&self) -> &[u32; SIZES] {
        &self.0
    }

    /// The highest cost.
    pub(super) fn dearest(&self) -> u32 {
        self.0.iter().copied().max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beside the numbers of 20 bits without primes below 2^5: how many of them have none above 2^12, and so on.
    #[test]
    fn chances_are_those_of_numbers() {
        let factors = |mut n: u32| {
            let mut out = Vec::new();
            let mut q = 2;
            while q * q <= n {
                while n.is_multiple_of(q) {
                    out.push(q);
                    n /= q;
                }
                q += 1;
            }
            out.extend((n > 1).then_some(n));
            out
        };
        let numbers: Vec<Vec<u32>> = ((1 << 20) - 20_000..1 << 20).map(factors).filter(|f| f[0] > 32).collect();
        for smooth in [12u32, 14, 15] {
            let share =
                numbers.iter().filter(|f| f.iter().all(|q| q >> smooth == 0)).count() as f64 / numbers.len() as f64;
            let told = (-f64::from(Chances::new(5.0, smooth.into()).cost(40)) / UNITS).exp();
            assert!((told / share).ln().abs() < 0.2, "{smooth} bits: {told:.3} beside {share:.3}");
        }
    }

    #[test]
    fn what_cannot_be_costs_most() {
        // between two primes of 20 bits at most and three of 16 at least
        let chances = Chances::new(16.0, 20.0);
        assert_eq!(chances.cost(2 * 44), chances.dearest());
        assert!(chances.cost(2 * 36) < chances.dearest() && chances.cost(2 * 18) == 0);
    }
}
