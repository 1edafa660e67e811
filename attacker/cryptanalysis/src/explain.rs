//! What a Diffie–Hellman group is worth, in words.

use std::fmt;

use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::budget::{Budget, Failure, Observer, Watch, brief};
use super::costs::{index_bits, index_cost};
use super::factor::{Factorisation, factor};
use super::known::known;
use super::prime::is_prime;
use super::solver::MAX_BITS;

/// What can be said about a group without attacking it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Explanation {
    /// Size of p.
    pub bits: u64,
    /// What kind of number p is.
    pub modulus: Modulus,
    /// The standard or the software that the modulus is from.
    pub known: Option<String>,
    /// Bits of the order of g, where it could be computed.
    pub order_bits: Option<u64>,
    /// Bits of the largest prime factor of the order of g, if that is known: where rho and Pohlig–Hellman work.
    pub largest_subgroup_bits: Option<u64>,
    /// The cheapest way to break one session: seconds on one core, as a power of two.
    pub seconds_log2: f64,
    /// The same in words, with its basis.
    pub cost: String,
    /// What is wrong with the group, the worst first.
    pub weaknesses: Vec<String>,
    /// What to do.
    pub advice: String,
}

/// Kinds of moduli.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Modulus {
    /// p and (p − 1)/2 are prime.
    SafePrime,
    /// Prime, with the sizes of the prime factors of p − 1 and what is left of it.
    Prime {
        /// Bits of the known prime factors of p − 1.
        factor_bits: Vec<u64>,
        /// Bits of the part of p − 1 without small factors that was not factored.
        unknown_bits: u64,
    },
    /// Not prime.
    Composite {
        /// The known prime factors, in decimal.
        factors: Vec<String>,
        /// Bits of the composite rest.
        unknown_bits: u64,
    },
    /// Even, 0 or 1: no modulus for this purpose.
    Unusable,
}

/// What the costs above the largest published computation are. Adrian et al. estimated theirs before it.
const FROM_THE_RECORD: &str = "the number field sieve, once for the prime; extrapolated by L(1/3) from the 795 bits of \
                               Boudot et al. 2020 (Adrian et al. 2015 estimated 45 million core years for 1024 bits)";

/// Looks at a group as a careful client would.
///
/// # Errors
/// [`Failure::BadInput`] for a p beyond [`MAX_BITS`]; the limits of `budget`.
pub fn explain(
    p: &BigUint,
    g: Option<&BigUint>,
    budget: &Budget,
    observer: &mut dyn Observer,
) -> Result<Explanation, Failure> {
    if p.bits() > MAX_BITS {
        let got = format!("{} bits", p.bits());
        return Err(Failure::BadInput { field: "p", expected: "at most 8192 bits", got });
    }
    let watch = Watch::new(budget, observer);
    let known = known(p);
    let proved = known.as_ref().is_some_and(|known| known.safe_prime);
    let known = known.map(|known| known.name);
    let mut weaknesses = Vec::new();
    let mut order: Option<Factorisation> = None;
    let modulus = if p <= &BigUint::from(2u32) || !p.bit(0) {
        Modulus::Unusable
    } else if !proved && !is_prime(p) {
        let parts = factor(p, &watch)?;
        let factors = parts.primes.iter().flat_map(|(q, e)| (0..*e).map(|_| q.to_string())).collect();
        Modulus::Composite { factors, unknown_bits: parts.unknown.iter().map(BigUint::bits).sum() }
    } else {
        let half = p >> 1u32;
        if proved || is_prime(&half) {
            let primes = vec![(BigUint::from(2u32), 1), (half, 1)];
            order = Some(Factorisation { primes, unknown: Vec::new() });
            Modulus::SafePrime
        } else {
            let parts = factor(&(p - 1u32), &watch)?;
            let factor_bits = parts.primes.iter().flat_map(|(q, e)| (0..*e).map(|_| q.bits())).collect();
            let unknown_bits = parts.unknown.iter().map(BigUint::bits).sum();
            order = Some(parts);
            Modulus::Prime { factor_bits, unknown_bits }
        }
    };
    let order = order.zip(g).map(|(multiple, g)| reduce_order(p, g, multiple));
    let order_bits = order.as_ref().filter(|o| o.unknown.is_empty()).map(|o| o.product().bits());
    let largest = order.as_ref().filter(|o| o.unknown.is_empty());
    let largest_subgroup_bits = largest.map(|o| o.primes.last().map_or(0, |(q, _)| q.bits()));

    let index = index_cost(p.bits());
    let rho = largest_subgroup_bits.map(|bits| bits as f64 / 2.0 - 28.0 + (p.bits() as f64 / 64.0).max(1.0).log2());
    let (seconds_log2, way) = match &modulus {
        Modulus::Unusable => (f64::NEG_INFINITY, "nothing to break"),
        Modulus::Composite { unknown_bits: 0, factors } => {
            let largest = factors.iter().filter_map(|q| q.parse::<BigUint>().ok()).map(|q| q.bits()).max();
            (index_cost(largest.unwrap_or(0)), "one logarithm modulo each factor")
        }
        _ => match rho {
            Some(rho) if rho < index => (rho, "the order of g has only small prime factors"),
            _ if p.bits() <= index_bits() => (index, "index calculus, once for the prime"),
            _ if p.bits() <= 795 => (index, "the number field sieve, once for the prime"),
            _ => (index, FROM_THE_RECORD),
        },
    };
    match &modulus {
        Modulus::Unusable => weaknesses.push("p is even, 0 or 1: no group at all".to_owned()),
        Modulus::Composite { .. } => {
            weaknesses.push("p is not prime: each factor can be attacked by itself".to_owned())
        }
        Modulus::Prime { .. } if rho.is_some_and(|rho| rho < index && rho < 40.0) => {
            weaknesses.push("the order of g is smooth: Pohlig-Hellman takes it apart".to_owned());
        }
        Modulus::Prime { .. } => weaknesses.push(
            "p is not a safe prime: public values can be confined to small subgroups unless they are checked"
                .to_owned(),
        ),
        Modulus::SafePrime => {}
    }
    if g.is_some_and(|g| g.is_zero() || g.is_one() || g + 1u32 == *p || g >= p) {
        weaknesses.push("g is 0, 1, p − 1 or not below p: the shared secret is one of two known values".to_owned());
    }
    if p.bits() < 2048 {
        weaknesses.push(format!("{} bits are fewer than the 2048 that current standards ask for", p.bits()));
    }
    if let Some(name) = known.as_ref().filter(|_| p.bits() <= 1024) {
        weaknesses.push(format!("{name} is shared by many: one precomputation opens all their sessions (Logjam)"));
    }
    Ok(Explanation {
        bits: p.bits(),
        modulus,
        known,
        order_bits,
        largest_subgroup_bits,
        seconds_log2,
        cost: format!("{}: {way}", duration(seconds_log2)),
        advice: advice(&weaknesses).to_owned(),
        weaknesses,
    })
}

fn advice(weaknesses: &[String]) -> &'static str {
    if weaknesses.is_empty() {
        "sound: check that public values lie in 2 … p − 2, and prefer a named group that both sides know"
    } else {
        "use ffdhe3072 (RFC 7919) or X25519 instead, by name, and refuse what the server sends as numbers"
    }
}

/// The order of g from a multiple of it.
fn reduce_order(p: &BigUint, g: &BigUint, multiple: Factorisation) -> Factorisation {
    let mut order = multiple.product();
    let mut out = Factorisation::default();
    for (q, e) in &multiple.primes {
        let mut left = *e;
        while left > 0 && g.modpow(&(&order / q), p).is_one() {
            order /= q;
            left -= 1;
        }
        if left > 0 {
            out.primes.push((q.clone(), left));
        }
    }
    out.unknown = multiple.unknown;
    out
}

/// Core time in words.
fn duration(log2_seconds: f64) -> String {
    let years = log2_seconds - 24.9;
    let exact = log2_seconds.exp2();
    match log2_seconds {
        s if s < -7.0 => "milliseconds on one core".to_owned(),
        s if s < 1.0 => "about a second on one core, or less".to_owned(),
        s if s < 7.0 => format!("about {exact:.0} seconds on one core"),
        s if s < 13.0 => format!("about {:.0} minutes on one core", exact / 60.0),
        s if s < 25.0 => format!("about {:.0} days on one core", (exact / 86_400.0).max(1.0)),
        s if s < 58.0 => format!("about {} core years", round(years.exp2())),
        _ => format!("about 2^{years:.0} core years: out of reach"),
    }
}

/// Two significant digits.
fn round(n: f64) -> String {
    let scale = 10f64.powf(n.log10().floor() - 1.0).max(1.0);
    format!("{:.0}", (n / scale).round() * scale)
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bits, ", self.bits)?;
        match &self.modulus {
            Modulus::SafePrime => writeln!(f, "a safe prime")?,
            Modulus::Prime { factor_bits, unknown_bits: 0 } => {
                writeln!(f, "prime, p − 1 with factors of {} bits", list(factor_bits))?;
            }
            Modulus::Prime { factor_bits, unknown_bits } => writeln!(
                f,
                "prime, p − 1 with factors of {} bits and an unfactored part of {unknown_bits}",
                list(factor_bits)
            )?,
            Modulus::Composite { factors, unknown_bits } => {
                write!(f, "composite")?;
                for q in factors.iter().filter_map(|q| q.parse().ok()) {
                    write!(f, " · {}", brief(&q))?;
                }
                writeln!(
                    f,
                    "{}",
                    if *unknown_bits > 0 { format!(", {unknown_bits} bits unfactored") } else { String::new() }
                )?;
            }
            Modulus::Unusable => writeln!(f, "unusable")?,
        }
        if let Some(name) = &self.known {
            writeln!(f, "known as: {name}")?;
        }
        if let Some(bits) = self.order_bits {
            writeln!(f, "order of g: {bits} bits")?;
        }
        writeln!(f, "cost to break: {}", self.cost)?;
        for weakness in &self.weaknesses {
            writeln!(f, "weak: {weakness}")?;
        }
        write!(f, "advice: {}", self.advice)
    }
}

fn list(bits: &[u64]) -> String {
    let words: Vec<String> = bits.iter().take(12).map(u64::to_string).collect();
    format!("{}{}", words.join(", "), if bits.len() > 12 { ", …" } else { "" })
}
