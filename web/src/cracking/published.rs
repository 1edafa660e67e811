//! Published discrete logarithms modulo primes, and the formulas by which their cost grows.

use serde::Serialize;

/// Seconds of a year.
const YEAR: f64 = 31_557_600.0;
/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// A published computation.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Published {
    /// Size of the prime in bits.
    pub bits: u64,
    /// When it was announced.
    pub date: &'static str,
    /// By whom.
    pub who: &'static str,
    /// Seconds of one core of its time; absent where the source does not tell.
    pub core_seconds: Option<f64>,
    /// On what, and what the source says of it.
    pub note: &'static str,
    /// Where it is told.
    pub source: &'static str,
    /// Its address.
    pub url: &'static str,
    /// The name by which the prime is recognised, where it is.
    #[serde(skip)]
    pub prime: Option<&'static str>,
}

/// The published computation of this very prime, by the name by which it is known; and that of the shortest prime which is
/// no shorter.
pub fn broken(bits: u64, known: Option<&str>) -> (Option<&'static Published>, Option<&'static Published>) {
    let this = RECORDS.iter().find(|record| record.bits == bits && record.prime.is_some() && record.prime == known);
    (this, RECORDS.iter().find(|record| record.bits >= bits))
}

/// Computations modulo primes of no special form, by size.
pub static RECORDS: [Published; 9] = [
    Published {
        bits: 192,
        date: "1990",
        who: "LaMacchia and Odlyzko",
        core_seconds: None,
        note: "the prime of Sun's network file system, by the Gaussian integer method, as in this lab below 170 bits",
        source: "Computation of discrete logarithms in prime fields, Designs, Codes and Cryptography 1, 1991",
        url: "http://www.dtc.umn.edu/~odlyzko/doc/arch/prime.discrete.logs.tex",
        prime: Some("Sun's secure RPC (RFC 2695)"),
    },
    Published {
        bits: 364,
        date: "2001-01-19",
        who: "Joux and Lercier",
        core_seconds: Some(4.0 * 21.0 * DAY),
        note: "110 digits, three weeks on four processors of 525 MHz",
        source: "Announcement on the Number Theory List",
        url: "https://perso.univ-rennes1.fr/reynald.lercier/file/nmbrJL01.html",
        prime: None,
    },
    Published {
        bits: 397,
        date: "2001-04-17",
        who: "Joux and Lercier",
        core_seconds: Some(4.0 * 70.0 * DAY),
        note: "120 digits, ten weeks on four processors of 525 MHz",
        source: "Announcement on the Number Theory List",
        url: "https://perso.univ-rennes1.fr/reynald.lercier/file/nmbrJL01a.html",
        prime: Some("the record of 397 bits"),
    },
    Published {
        bits: 431,
        date: "2005-06-18",
        who: "Joux and Lercier",
        core_seconds: Some(16.0 * 21.0 * DAY),
        note: "130 digits, three weeks on sixteen processors of 1.15 GHz",
        source: "Announcement on the Number Theory List",
        url: "https://perso.univ-rennes1.fr/reynald.lercier/file/nmbrJL05.html",
        prime: Some("the record of 431 bits"),
    },
    Published {
        bits: 512,
        date: "2015-05-20",
        who: "Adrian and others (Logjam)",
        core_seconds: Some(10.0 * YEAR),
        note: "about ten core years, a week on a cluster, for one prime; after that about a minute for each session",
        source: "Imperfect Forward Secrecy: How Diffie–Hellman Fails in Practice, CCS 2015",
        url: "https://weakdh.org/imperfect-forward-secrecy-ccs15.pdf",
        prime: Some("Apache httpd"),
    },
    Published {
        bits: 530,
        date: "2007-02-05",
        who: "Kleinjung",
        core_seconds: None,
        note: "160 digits, mostly on idle computers",
        source: "Announcement on the Number Theory List",
        url: "https://listserv.nodak.edu/cgi-bin/wa.exe?A0=NMBRTHRY",
        prime: Some("the record of 530 bits"),
    },
    Published {
        bits: 596,
        date: "2014",
        who: "Bouvier, Gaudry, Imbert, Jeljeli and Thomé",
        core_seconds: None,
        note: "180 digits",
        source: "Announcement on the Number Theory List",
        url: "https://listserv.nodak.edu/cgi-bin/wa.exe?A0=NMBRTHRY",
        prime: None,
    },
    Published {
        bits: 768,
        date: "2016-06-16",
        who: "Kleinjung, Diem, Lenstra, Priplata and Stahlke",
        core_seconds: Some(5300.0 * YEAR),
        note: "5300 core years at 2.2 GHz; after that two core days for each logarithm",
        source: "Computation of a 768-bit prime field discrete logarithm, Eurocrypt 2017",
        url: "https://doi.org/10.1007/978-3-319-56620-7_7",
        prime: Some("the record of 768 bits"),
    },
    Published {
        bits: 795,
        date: "2019-12-02",
        who: "Boudot, Gaudry, Guillevic, Heninger, Thomé and Zimmermann",
        core_seconds: Some(3100.0 * YEAR),
        note: "240 digits, 2400 core years of sieving and 700 of linear algebra at 2.1 GHz",
        source: "Comparing the difficulty of factorization and discrete logarithm: a 240-digit experiment, Crypto 2020",
        url: "https://doi.org/10.1007/978-3-030-56880-1_3",
        prime: None,
    },
];

/// A cost that grows as L_p\[a, c\] = exp(c·(ln p)^a·(ln ln p)^(1−a)), the factor 1 + o(1) left out.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Model {
    /// `lab` for this lab's own method, drawn through what was measured here; `records` for the best one known.
    pub id: &'static str,
    /// Its method.
    pub title: &'static str,
    /// a.
    pub a: f64,
    /// c.
    pub c: f64,
    /// c as one writes it.
    pub c_text: &'static str,
    /// Size of the published record that the curve goes through; absent where it is the largest measured here.
    pub through: Option<u64>,
    /// Where the formula is from.
    pub source: &'static str,
}

/// The cube root of 64/9.
const NUMBER_FIELD_SIEVE: f64 = 1.922_999_427_076_544_5;

/// The formulas.
pub static MODELS: [Model; 2] = [
    Model {
        id: "lab",
        title: "Number field sieve, as in this lab",
        a: 1.0 / 3.0,
        c: NUMBER_FIELD_SIEVE,
        c_text: "(64/9)^(1/3)",
        through: None,
        source: "Joux and Lercier, Improvements to the general number field sieve for discrete logarithms in prime fields, Mathematics of Computation 72, 2003",
    },
    Model {
        id: "records",
        title: "Number field sieve, as in the records",
        a: 1.0 / 3.0,
        c: NUMBER_FIELD_SIEVE,
        c_text: "(64/9)^(1/3)",
        through: Some(795),
        source: "Schirokauer, Using number fields to compute logarithms in finite fields, Mathematics of Computation 69, 2000",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_stand_by_size_and_the_models_go_through_one_of_them() {
        assert!(RECORDS.is_sorted_by(|one, next| one.bits < next.bits));
        let [lab, records] = &MODELS;
        assert_eq!((lab.through, (records.c.powi(3) - 64.0 / 9.0).abs() < 1e-12), (None, true));
        let through = RECORDS.iter().find(|record| Some(record.bits) == records.through);
        assert!(through.is_some_and(|record| record.core_seconds.is_some()));
    }

    /// d decimal digits of ⌊10^(d−1)·π⌋ take ⌈(d−1)·log2(10) + log2(π)⌉ bits; so many, the three announcements say.
    #[test]
    fn digits_of_the_announcements_in_bits() {
        for (digits, bits) in [(110.0_f64, 364), (120.0, 397), (130.0, 431)] {
            let size = (digits - 1.0) * 10.0_f64.log2() + std::f64::consts::PI.log2();
            assert_eq!(size.ceil() as u64, bits);
            assert!(RECORDS.iter().any(|record| record.bits == bits));
        }
    }
}
