//! Lucas chains for x-only arithmetic (Montgomery 1983, "Evaluating recurrences of form X_{m+n} = f(X_m, X_n, X_{m−n}) via
//! Lucas chains"): fewer operations than a ladder.

/// What a chain moves: multiples of a point, or terms of a Lucas sequence.
pub(super) trait Chained {
    type Point: Copy;
    fn double(&self, p: &Self::Point) -> Self::Point;
    /// P + Q from P, Q and P − Q.
    fn add(&self, p: &Self::Point, q: &Self::Point, difference: &Self::Point) -> Self::Point;
}

/// A prime with the start of a short chain for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    prime: u32,
    start: u32,
}

/// Continued fractions whose quotients are nearly all one: starts near prime/ratio give short chains.
const RATIOS: [f64; 6] = [
    1.618_033_988_749_895,
    1.723_606_797_749_979,
    1.618_347_119_656_228,
    1.617_914_406_528_817,
    1.612_429_949_508_05,
    1.632_839_806_088_706,
];

/// Counts the operations, a doubling as 5 and an addition as 6 multiplications.
struct Count(std::cell::Cell<u32>);

impl Chained for Count {
    type Point = ();
    fn double(&self, (): &()) {
        self.0.set(self.0.get() + 5);
    }
    fn add(&self, (): &(), (): &(), (): &()) {
        self.0.set(self.0.get() + 6);
    }
}

impl Chain {
    /// The shortest of some chains for a prime.
    pub(super) fn new(prime: u32) -> Self {
        let starts = RATIOS.iter().map(|ratio| (f64::from(prime) / ratio).round() as u32);
        let cost = |start: &u32| {
            let count = Count(std::cell::Cell::new(0));
            Self { prime, start: *start }.multiply(&count, &());
            count.0.get()
        };
        let start =
            starts.filter(|start| prime / 2 < *start && *start < prime).min_by_key(cost).unwrap_or(prime / 2 + 1);
        Self { prime, start }
    }

    /// A good chain without a search.
    pub(super) fn golden(prime: u32) -> Self {
        let start = (f64::from(prime) / RATIOS[0]).round() as u32;
        Self { prime, start: if prime / 2 < start && start < prime { start } else { prime / 2 + 1 } }
    }

    /// prime·P.
    pub(super) fn multiply<C: Chained>(self, on: &C, point: &C::Point) -> C::Point {
        if self.prime == 2 {
            return on.double(point);
        }
        let mut a = on.double(point);
        if self.prime == 3 {
            return on.add(&a, point, point);
        }
        let (mut b, mut c) = (*point, *point);
        // d·a + e·b is prime·P throughout, and c = a − b
        let (mut d, mut e) = (u64::from(self.prime - self.start), u64::from(2 * self.start - self.prime));
        while d != e {
            if d < e {
                (d, e) = (e, d);
                (a, b) = (b, a);
            }
            if d - e <= e / 4 && (d + e) % 3 == 0 {
                d = (2 * d - e) / 3;
                e = (e - d) / 2;
                let t = on.add(&a, &b, &c);
                let next = on.add(&t, &a, &b);
                b = on.add(&b, &t, &a);
                a = next;
            } else if d - e <= e / 4 && (d - e) % 6 == 0 {
                d = (d - e) / 2;
                b = on.add(&a, &b, &c);
                a = on.double(&a);
            } else if d.div_ceil(4) <= e {
                d -= e;
                (b, c) = (on.add(&b, &a, &c), b);
            } else if (d + e) % 2 == 0 {
                d = (d - e) / 2;
                b = on.add(&b, &a, &c);
                a = on.double(&a);
            } else if d % 2 == 0 {
                d /= 2;
                c = on.add(&c, &a, &b);
                a = on.double(&a);
            } else if d % 3 == 0 {
                d = d / 3 - e;
                let twice = on.double(&a);
                let sum = on.add(&a, &b, &c);
                a = on.add(&twice, &a, &a);
                (b, c) = (on.add(&twice, &sum, &c), b);
            } else if (d + e) % 3 == 0 {
                d = (d - 2 * e) / 3;
                let sum = on.add(&a, &b, &c);
                b = on.add(&sum, &a, &b);
                a = on.add(&on.double(&a), &a, &a);
            } else if (d - e) % 3 == 0 {
                d = (d - e) / 3;
                let sum = on.add(&a, &b, &c);
                c = on.add(&c, &a, &b);
                b = sum;
                a = on.add(&on.double(&a), &a, &a);
            } else {
                e /= 2;
                c = on.add(&c, &b, &a);
                b = on.double(&b);
            }
        }
        on.add(&a, &b, &c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prime::primes_up_to;

    /// Integers up to their sign, as points are by their x.
    struct Integers;

    impl Chained for Integers {
        type Point = i64;
        fn double(&self, p: &i64) -> i64 {
            2 * p
        }
        fn add(&self, p: &i64, q: &i64, difference: &i64) -> i64 {
            let same = (p - q).abs() == difference.abs();
            assert!(same || (p + q).abs() == difference.abs(), "{p} and {q} differ by {difference}");
            if same { p + q } else { p - q }
        }
    }

    #[test]
    fn chains_multiply_by_every_prime() {
        for prime in primes_up_to(20_000) {
            assert_eq!(Chain::new(prime).multiply(&Integers, &1).abs(), i64::from(prime));
            assert_eq!(Chain::golden(prime).multiply(&Integers, &1).abs(), i64::from(prime));
        }
    }

    #[test]
    fn chains_are_shorter_than_ladders() {
        let primes = primes_up_to(20_000);
        let bits: f64 = primes.iter().map(|q| f64::from(*q).log2()).sum();
        let cost: u32 = primes
            .iter()
            .map(|q| {
                let count = Count(std::cell::Cell::new(0));
                Chain::new(*q).multiply(&count, &());
                count.0.get()
            })
            .sum();
        assert!(f64::from(cost) < 9.4 * bits, "{} multiplications a bit", f64::from(cost) / bits);
    }
}
