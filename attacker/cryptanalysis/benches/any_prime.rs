//! What it costs that a prime is no safe one, as a Markdown table: a logarithm modulo a safe prime beside one modulo a random
//! prime, and modulo one whose p − 1 is twice the product of two primes of equal size, which has to be factored first.
//!
//! `cargo bench -p cryptanalysis --bench any_prime -- [LARGEST_BITS] [PRIMES_OF_EACH_KIND]` (defaults 144 and 3).
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a program for developers")]

mod common;

use common::{Random, cpu_seconds, is_prime};
use cryptanalysis::{Budget, Problem, solve};
use num_bigint::BigUint;

const SIZES: [u64; 8] = [96, 112, 128, 144, 160, 180, 200, 224];

fn main() {
    let mut arguments = std::env::args().skip(1).collect::<Vec<_>>();
    // `cargo test --benches` builds and starts this too, without `--bench`
    let Some(bench) = arguments.iter().position(|a| a == "--bench") else { return };
    arguments.remove(bench);
    let mut numbers = arguments.iter().filter_map(|a| a.parse::<u64>().ok());
    let (largest, count) = (numbers.next().unwrap_or(144), numbers.next().unwrap_or(3));
    println!("| bits | safe, CPU s | random, CPU s | ratio | 2·q·r + 1, CPU s | ratio |");
    println!("|---|---|---|---|---|---|");
    for bits in SIZES.into_iter().filter(|bits| *bits <= largest) {
        let mut random = Random(bits);
        let mut mean = |kind: fn(&mut Random, u64) -> BigUint| {
            (0..count).map(|_| seconds(&kind(&mut random, bits), bits)).sum::<f64>() / count as f64
        };
        let (safe, plain, two) = (mean(safe), mean(Random::prime), mean(two_factors));
        println!("| {bits} | {safe:.2} | {plain:.2} | {:.2} | {two:.2} | {:.2} |", plain / safe, two / safe);
    }
}

/// Processor time of one logarithm with all that comes before it.
fn seconds(p: &BigUint, seed: u64) -> f64 {
    let g = BigUint::from(5u32);
    let y = g.modpow(&(p / 3u32 + seed), p);
    let before = cpu_seconds();
    let x = solve(&Problem { p: p.clone(), g: g.clone(), y: y.clone() }, &Budget::default(), &mut ()).unwrap().x;
    assert_eq!(g.modpow(&x, p), y);
    cpu_seconds() - before
}

fn safe(random: &mut Random, bits: u64) -> BigUint {
    loop {
        let q = random.bits(bits - 1);
        let p: BigUint = &q * 2u32 + 1u32;
        if is_prime(&q) && is_prime(&p) {
            return p;
        }
    }
}

fn two_factors(random: &mut Random, bits: u64) -> BigUint {
    let q = random.prime(bits / 2);
    loop {
        let p: BigUint = random.prime(bits - bits / 2 - 1) * &q * 2u32 + 1u32;
        if is_prime(&p) && p.bits() + 2 >= bits {
            return p;
        }
    }
}
