use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::rng::Rng;

fn factors(n: &BigUint) -> Factorisation {
    let mut factoring = Factoring::new(n);
    factoring.go_on(Effort::usual(n.bits()), &Watch::new(&Budget::default(), &mut ())).unwrap();
    factoring.factorisation()
}

fn number(digits: &str) -> BigUint {
    digits.parse().unwrap()
}

/// A random prime of exactly so many bits.
fn prime(bits: u64, rng: &mut Rng) -> BigUint {
    loop {
        let n = rng.below(&(BigUint::one() << (bits - 1))) | BigUint::one() << (bits - 1) | BigUint::one();
        if is_prime(&n) {
            return n;
        }
    }
}

#[test]
fn known_factorisations() {
    // 2^67 − 1 (Cole 1903), 2^128 + 1 (Morrison and Brillhart 1970)
    let mersenne: BigUint = (BigUint::one() << 67) - 1u32;
    let cole = [193_707_721u64, 761_838_257_287].map(|q| (BigUint::from(q), 1));
    assert_eq!(factors(&mersenne).primes, cole);
    let fermat: BigUint = (BigUint::one() << 128) + 1u32;
    assert_eq!(factors(&fermat).primes[0].0, BigUint::from(59_649_589_127_497_217u64));
}

#[test]
fn powers_and_small_factors_multiply_back() {
    let n = BigUint::from(2u32).pow(10) * BigUint::from(1_000_003u32).pow(3) * BigUint::from(4_294_967_291u64);
    let found = factors(&n);
    assert_eq!(found.product(), n);
    assert_eq!(found.primes.iter().map(|(_, e)| *e).collect::<Vec<_>>(), [10, 3, 1]);
    assert_eq!(factors(&BigUint::ZERO), Factorisation::default());
    assert_eq!(factors(&BigUint::one()), Factorisation::default());
}

#[test]
fn ten_thousand_small_numbers() {
    let by_hand = |n: u64| {
        let (mut rest, mut out) = (n, Factorisation::default());
        let mut q = 2;
        while q * q <= rest {
            while rest.is_multiple_of(q) {
                rest /= q;
                out.add(q.into());
            }
            q += 1;
        }
        if rest > 1 {
            out.add(rest.into());
        }
        out
    };
    let mut rng = Rng::new(1);
    let random = std::iter::repeat_with(move || rng.next() >> (24 + rng.next() % 16)).take(6_000);
    for n in (1..4_001).chain(random).filter(|n| *n > 0) {
        assert_eq!(factors(&n.into()), by_hand(n), "{n}");
    }
}

/// Every shape: the factors are made first, so that the answer is known.
#[test]
fn random_products_come_apart() {
    let mut rng = Rng::new(2026);
    for case in 0..400 {
        let most = [40, 60, 80, 110][case % 4];
        let mut expected = Factorisation::default();
        while expected.product().bits() < most {
            let bits = 2 + rng.next() % (most / 2);
            let power = if rng.next().is_multiple_of(4) { 1 + (rng.next() % 4) as u32 } else { 1 };
            expected.add_power(prime(bits, &mut rng), power);
        }
        assert_eq!(factors(&expected.product()), expected, "case {case}");
    }
}

#[test]
fn semiprimes_that_only_a_sieve_splits() {
    let mut rng = Rng::new(7);
    for bits in [66, 80, 96, 112, 128] {
        let (p, q) = (prime(bits / 2, &mut rng), prime(bits / 2 + 1, &mut rng));
        let mut expected = Factorisation::default();
        expected.add(p);
        expected.add(q);
        assert_eq!(factors(&expected.product()), expected);
    }
}

#[test]
fn cancelling_keeps_what_was_found() {
    let mut rng = Rng::new(8);
    let small = BigUint::from(4_294_967_291u64);
    let hard = prime(512, &mut rng) * prime(512, &mut rng);
    let cancel = Arc::new(AtomicBool::new(false));
    let budget = Budget { cancel: cancel.clone(), ..Budget::default() };
    let mut calls = 0;
    let mut observer = |_: crate::Phase, _: u64, _: u64| {
        calls += 1;
        cancel.store(calls > 2_000, Ordering::Relaxed);
    };
    let mut factoring = Factoring::new(&(&hard * &small));
    let ended = factoring.run(Effort::seconds(1e9), &budget, &mut observer);
    assert_eq!(ended, Err(Failure::Cancelled));
    assert_eq!(factoring.factorisation(), Factorisation { primes: vec![(small, 1)], unknown: vec![hard] });
}

#[test]
fn an_effort_is_kept_and_can_be_continued() {
    let mut rng = Rng::new(9);
    let n = prime(90, &mut rng) * prime(300, &mut rng);
    let budget = Budget { threads: 1, ..Budget::default() };
    let mut factoring = Factoring::new(&n);
    factoring.run(Effort::seconds(0.1), &budget, &mut ()).unwrap();
    let first = factoring.resisted()[0].tried.clone();
    assert!(first.seconds <= 0.11 && first.seconds > 0.05, "{first:?}");
    factoring.run(Effort::seconds(0.1), &budget, &mut ()).unwrap();
    let second = &factoring.resisted()[0].tried;
    assert!(second.curves > first.curves && second.seconds <= 0.22, "{second:?}");
    assert_eq!(factoring.price(), None, "too long for the sieve");
}

#[test]
fn memory_is_kept() {
    let mut rng = Rng::new(11);
    let n = prime(75, &mut rng) * prime(75, &mut rng);
    let run = |memory: usize| {
        let mut factoring = Factoring::new(&n);
        let budget = Budget { memory, ..Budget::default() };
        factoring.run(Effort::seconds(0.2), &budget, &mut ()).unwrap();
        factoring.factorisation().unknown.is_empty()
    };
    assert!(run(1 << 30) && !run(1 << 10), "without memory no sieve, and too little effort for curves");
}

#[test]
fn known_factors_are_checked_and_used() {
    let mut rng = Rng::new(10);
    let (p, q, r) = (prime(300, &mut rng), prime(300, &mut rng), prime(60, &mut rng));
    let n = &p * &p * &q * &r;
    let mut factoring = Factoring::with_known(&n, &[&p * &r]).unwrap();
    factoring.run(Effort::seconds(1.0), &Budget::default(), &mut ()).unwrap();
    let mut expected = Factorisation::default();
    expected.add_power(p, 2);
    expected.add(q);
    expected.add(r);
    assert_eq!(factoring.factorisation(), expected);
    for wrong in [BigUint::ZERO, BigUint::one(), BigUint::from(7u32)] {
        assert!(matches!(Factoring::with_known(&n, &[wrong]), Err(Failure::BadInput { field: "factors", .. })));
    }
}

#[test]
fn hostile_numbers() {
    // Carmichael numbers, squares of primes, a long prime beside a short one
    let carmichael = number("101") * number("151") * number("251");
    assert_eq!(factors(&carmichael).primes.len(), 3);
    let chernick = |k: u64| [6 * k + 1, 12 * k + 1, 18 * k + 1].map(BigUint::from);
    let strong = (100_000_000u64..).map(chernick).find(|factors| factors.iter().all(is_prime)).unwrap();
    assert_eq!(factors(&strong.iter().product()).primes, strong.map(|q| (q, 1)));
    let mersenne = |k: u32| (BigUint::one() << k) - 1u32;
    assert_eq!(factors(&mersenne(521).pow(2)).primes, [(mersenne(521), 2)]);
    // longer than anything but trial division goes: told as it is, at once
    let beyond = mersenne(9689) * mersenne(31);
    let mut factoring = Factoring::new(&(&beyond * 3u32));
    factoring.run(Effort::seconds(1e9), &Budget::default(), &mut ()).unwrap();
    assert_eq!(factoring.factorisation(), Factorisation { primes: vec![(3u32.into(), 1)], unknown: vec![beyond] });
    let beside = factors(&(mersenne(4423) * mersenne(31)));
    assert_eq!(beside.primes, [(mersenne(31), 1), (mersenne(4423), 1)]);
}
