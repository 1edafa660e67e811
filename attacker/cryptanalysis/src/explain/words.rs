//! What was found of a group, in sentences.

use std::fmt;

use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::form::SpecialForm;
use super::order::Order;
use super::{Described, Explanation, Modulus};
use crate::budget::brief;
use crate::costs::{RECORD_BITS, index_bits, index_cost};
use crate::price::Price;

/// What the costs above the largest published computation are. Adrian et al. estimated theirs before it.
const FROM_THE_RECORD: &str = "the number field sieve, once for the prime; extrapolated by L(1/3) from the 795 bits of \
                               Boudot et al. 2020 (Adrian et al. 2015 estimated 45 million core years for 1024 bits)";

/// The method whose cost modulo a prime of so many bits is told.
pub(super) fn index_basis(bits: u64) -> &'static str {
    match bits {
        _ if bits <= index_bits() => "index calculus, once for the prime",
        _ if bits <= RECORD_BITS => "the number field sieve, once for the prime",
        _ => FROM_THE_RECORD,
    }
}

/// What the sentences are about.
pub(super) struct Found<'a> {
    pub(super) group: &'a Described,
    /// Reduced modulo p.
    pub(super) g: Option<&'a BigUint>,
    pub(super) modulus: &'a Modulus,
    pub(super) known: Option<&'a str>,
    pub(super) order: &'a Order,
    pub(super) smooth_bits: Option<u64>,
}

/// The worst first.
pub(super) fn weaknesses(found: &Found<'_>, form: Option<&SpecialForm>) -> Vec<String> {
    let Found { group, g, modulus, known, order, smooth_bits } = found;
    let p = &group.p;
    let mut out = Vec::new();
    match modulus {
        Modulus::Unusable => out.push("p is even, 0 or 1: no group at all".to_owned()),
        Modulus::Composite { .. } => out.push("p is not prime: each factor can be attacked by itself".to_owned()),
        Modulus::Prime { .. } | Modulus::SafePrime => {}
    }
    let usable = **modulus != Modulus::Unusable;
    if g.is_some_and(|g| g.is_zero() || g.is_one() || g + 1u32 == *p) {
        out.push("g is 0, 1 or p − 1: the shared secret is one of two known values".to_owned());
    } else if usable && group.g.as_ref().is_some_and(|g| g >= p) {
        out.push("g is not below p: it stands for its residue".to_owned());
    }
    if let Some((order, largest)) =
        order.exact().zip(order.largest()).filter(|_| usable && g.is_some_and(|g| !g.is_one()))
    {
        let walked =
            largest <= super::SMALL_BITS && Price::rho(p.bits(), largest).core_seconds_log2 < index_cost(p.bits());
        let bits = order.product().bits();
        match bits == largest {
            true if walked => out.push(format!("the order of g has {bits} bits only: a walk through its powers ends")),
            false if walked => out.push("the order of g is smooth: Pohlig-Hellman takes it apart".to_owned()),
            _ => {}
        }
    }
    if let (Some(q), Some(g)) = (&group.q, g) {
        if !g.modpow(q, p).is_one() {
            out.push("g^q is not 1: q is not the order of g".to_owned());
        } else if order.exact().is_none_or(|order| order.product() != *q) {
            out.push("q is not a prime, or g has a smaller order".to_owned());
        }
    }
    if let Modulus::Prime { .. } = modulus {
        out.push(
            "p is not a safe prime: public values can be confined to small subgroups unless they are checked"
                .to_owned(),
        );
    }
    if let Some(bits) = smooth_bits.filter(|bits| *bits >= 16 && matches!(modulus, Modulus::Prime { .. })) {
        let order_bits = order.exact().map(|order| order.product().bits());
        out.push(match order_bits {
            Some(order_bits) if order_bits <= bits => format!(
                "p − 1 has small prime factors of {bits} bits together: whoever sends values of such orders learns so much \
                 of a static exponent"
            ),
            _ => format!(
                "p − 1 has small prime factors of {bits} bits together: so much of every exponent is found, and an exponent \
                 of up to {} bits in full",
                bits + 60
            ),
        });
    }
    if let Some(form) = form {
        out.push(format!(
            "p has the special form {form}: the special number field sieve is much faster for it than for other primes of \
             its size (Fried, Gaudry, Heninger and Thomé 2016)"
        ));
    }
    if usable && p.bits() < 2048 {
        out.push(format!("{} bits are fewer than the 2048 that current standards ask for", p.bits()));
    }
    if let Some(bits) = group.exponent_bits.filter(|bits| usable && *bits < 224 && *bits < p.bits() - 1) {
        out.push(format!("exponents of {bits} bits are shorter than the 224 that a level of 112 bits asks for"));
    }
    if let Some(name) = known.filter(|_| p.bits() <= 1024) {
        out.push(format!(
            "the prime of {name} is shared by many: one precomputation opens all their sessions (Logjam)"
        ));
    }
    out
}

/// What to do.
pub(super) fn advice(weaknesses: &[String]) -> &'static str {
    if weaknesses.is_empty() {
        "sound: check that public values lie in 2 … p − 2, and prefer a named group that both sides know"
    } else {
        "use ffdhe3072 (RFC 7919) or X25519 instead, by name, and refuse what the server sends as numbers"
    }
}

/// Core time in words.
pub(super) fn duration(log2_seconds: f64) -> String {
    let years = log2_seconds - 31_557_600f64.log2();
    let seconds = log2_seconds.exp2();
    let of = |n: f64, unit: &str| format!("about {n:.0} {unit}{} on one core", if n.round() == 1.0 { "" } else { "s" });
    match seconds {
        s if s < 0.01 => "milliseconds on one core".to_owned(),
        s if s < 1.5 => "about a second on one core, or less".to_owned(),
        s if s < 120.0 => of(s, "second"),
        s if s < 7_200.0 => of(s / 60.0, "minute"),
        s if s < 172_800.0 => of(s / 3_600.0, "hour"),
        s if s < 31_557_600.0 => of(s / 86_400.0, "day"),
        _ if years < 33.0 => format!("about {} core years", round(years.exp2())),
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
                let rest = if *unknown_bits > 0 { format!(", {unknown_bits} bits unfactored") } else { String::new() };
                writeln!(f, "{rest}")?;
            }
            Modulus::Unusable => writeln!(f, "unusable")?,
        }
        if let Some(name) = &self.known {
            writeln!(f, "known as: {name}")?;
        }
        match (&self.order, self.order_bits) {
            (Some(order), Some(0..=64)) => writeln!(f, "order of g: {order}")?,
            (_, Some(bits)) => writeln!(f, "order of g: {bits} bits")?,
            _ => {}
        }
        if self.cut_off {
            writeln!(f, "cut off: more of p − 1 may be factored with more time (--timeout)")?;
        }
        writeln!(f, "cost to break: {}", self.cost)?;
        if self.modulus != Modulus::Unusable {
            let at_most = if self.level.at_most { "at most " } else { "" };
            match self.level.nist {
                0 => write!(f, "security level: below 80 bits (NIST SP 800-57)")?,
                nist => write!(f, "security level: {at_most}{nist} bits (NIST SP 800-57)")?,
            }
            writeln!(f, ", {at_most}{} bits (ECRYPT)", self.level.ecrypt)?;
            for (met, word) in [(true, "meets"), (false, "misses")] {
                let those = self.minimums.iter().filter(|minimum| minimum.met == met);
                let text: Vec<String> =
                    those.map(|it| format!("{} ({} bits, {})", it.source, it.prime_bits, it.until)).collect();
                if !text.is_empty() {
                    writeln!(f, "{word}: {}", text.join("; "))?;
                }
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_their_unit() {
        for (seconds, told) in [
            (1e-4, "milliseconds on one core"),
            (1.0, "about a second on one core, or less"),
            (45.0, "about 45 seconds on one core"),
            (600.0, "about 10 minutes on one core"),
            (36_000.0, "about 10 hours on one core"),
            (86_400.0 * 3.0, "about 3 days on one core"),
            (31_557_600.0 * 5300.0, "about 5300 core years"),
        ] {
            assert_eq!(duration(f64::log2(seconds)), told);
        }
        assert_eq!(duration(200.0), "about 2^175 core years: out of reach");
    }
}
