//! Precomputations as bytes: a magic line, lengths and little-endian words, a checksum.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use num_bigint::BigUint;

use super::checkpoint::{Checkpoint, Saved};
use super::logs::Logs;
use super::pair::Pair;
use super::parameters::Parameters;
use super::polynomial::Polynomial;
use super::precomputation::Precomputation;
use super::relation::{Bases, Found, Key};
use super::table::Table;
use crate::budget::{Failure, brief};
use crate::prime::primes_up_to;
use crate::walks::{Trail, Walks};

/// Every version begins so; its number and a line break follow.
const NAME: &[u8] = b"interlock discrete logarithms ";
const MAGIC: &[u8] = b"interlock discrete logarithms 3\n";

pub(super) fn encode(work: &Precomputation) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    number(&mut out, &work.p);
    let pair = work.chosen();
    word(&mut out, u64::from(pair.is_some()));
    if let Some(pair) = &pair {
        number(&mut out, &pair.root);
        for side in &pair.sides {
            word(&mut out, side.0.len() as u64);
            side.0.iter().for_each(|c| out.extend(c.to_le_bytes()));
        }
    }
    word(&mut out, work.next.load(Ordering::Relaxed) as u64);
    let table = work.made();
    let tables = table.as_ref().map_or(&[][..], |table| &table.logs);
    word(&mut out, tables.len() as u64);
    for logs in tables {
        number(&mut out, &logs.ell);
        word(&mut out, logs.known.len() as u64);
        let mut known: Vec<_> = logs.known.iter().collect();
        known.sort_unstable();
        for (key, value) in known {
            word(&mut out, key.0);
            value.iter().for_each(|limb| word(&mut out, *limb));
        }
    }
    let found = work.found.lock().map(|found| found.clone()).unwrap_or_default();
    word(&mut out, found.len() as u64);
    for ((a, b), row) in found {
        word(&mut out, a as i64 as u64);
        word(&mut out, b as i64 as u64);
        word(&mut out, row.len() as u64);
        for (key, e) in row {
            word(&mut out, key.0);
            out.push(e as i8 as u8);
        }
    }
    let saved = work.checkpoint.get().filter(|saved| !saved.words.is_empty());
    word(&mut out, u64::from(saved.is_some()));
    if let Some(saved) = saved {
        word(&mut out, saved.relations as u64);
        word(&mut out, saved.fingerprint);
        word(&mut out, saved.words.len() as u64);
        saved.words.iter().for_each(|limb| word(&mut out, *limb));
    }
    let searches = work.walks.all();
    word(&mut out, searches.len() as u64);
    for (name, search) in searches {
        long(&mut out, name);
        let (steps, trails) = search.lock().map(|search| (search.steps, search.sorted())).unwrap_or_default();
        word(&mut out, steps);
        word(&mut out, trails.len() as u64);
        for (tag, trail) in trails {
            word(&mut out, tag);
            long(&mut out, trail.distance);
            long(&mut out, trail.herd);
        }
    }
    let sum = checksum(&out);
    word(&mut out, sum);
    out
}

pub(super) fn decode(bytes: &[u8], p: &BigUint) -> Result<Precomputation, Failure> {
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| another_format(bytes))?;
    let (content, sum) = bytes.split_at(bytes.len().saturating_sub(8).max(MAGIC.len()));
    let mut reader = Reader(rest.get(..content.len() - MAGIC.len()).unwrap_or_default());
    // the prime first: another prime is the likelier mistake
    let prime = reader.number()?;
    if prime != *p {
        return Err(bad("the file of this p", format!("the file of p = {}", brief(&prime))));
    }
    if checksum(content).to_le_bytes() != sum {
        return Err(bad("an unaltered, whole file", "one with a wrong checksum".to_owned()));
    }
    let pair = if reader.word()? == 0 { None } else { Some(pair(&mut reader, p)?) };
    let next = reader.word()? as usize;
    // what is not the key of a prime would be taken for one by all that follows
    let primes = pair.as_ref().map(|pair| primes_up_to(Parameters::for_pair(pair).last_special())).unwrap_or_default();
    let tables =
        (0..reader.count(8)?).map(|_| table(&mut reader, p, pair.as_ref(), &primes)).collect::<Result<Vec<_>, _>>()?;
    let found = (0..reader.count(24)?).map(|_| relation(&mut reader, &primes)).collect::<Result<Vec<_>, _>>()?;
    let saved = if reader.word()? == 0 { None } else { Some(saved(&mut reader)?) };
    let work = Precomputation::new(p);
    for _ in 0..reader.count(32)? {
        search(&mut reader, &work.walks)?;
    }
    if !reader.0.is_empty() {
        return Err(bad("a whole file", "one with more behind it".to_owned()));
    }
    if let Some(pair) = pair {
        let checkpoint = Checkpoint::with(saved);
        let work = Precomputation { found: Mutex::new(found), next: AtomicUsize::new(next), checkpoint, ..work };
        if !tables.is_empty() {
            if !tables.iter().all(|logs| logs.agree(&pair)) {
                return Err(bad("logarithms that agree with each other", "others".to_owned()));
            }
            let parameters = Parameters::for_pair(&pair);
            let bases = Bases::new(&pair, &parameters);
            let table = Arc::new(Table::new(pair.clone(), parameters, bases, tables));
            return Ok(Precomputation { table: Mutex::new(Some(table)), pair: Mutex::new(Some(pair)), ..work });
        }
        return Ok(Precomputation { pair: Mutex::new(Some(pair)), ..work });
    }
    Ok(work)
}

/// A file of another version, cut short in its first line, or something else.
fn another_format(bytes: &[u8]) -> Failure {
    const EXPECTED: &str = "a file of precomputed logarithms, of this version (3)";
    let version = bytes.strip_prefix(NAME).map(|rest| rest.split(|octet| *octet == b'\n').next().unwrap_or_default());
    let version =
        version.filter(|digits| !digits.is_empty() && digits.len() < 20 && digits.iter().all(u8::is_ascii_digit));
    let got = match version {
        Some(digits) if !MAGIC.starts_with(bytes) => format!("one of version {}", String::from_utf8_lossy(digits)),
        _ if bytes.is_empty() => "an empty file".to_owned(),
        _ if MAGIC.starts_with(bytes) => "one cut short".to_owned(),
        _ => "something else".to_owned(),
    };
    bad(EXPECTED, got)
}

fn pair(reader: &mut Reader<'_>, p: &BigUint) -> Result<Pair, Failure> {
    let root = reader.number()?;
    let mut side = || -> Result<Polynomial, Failure> {
        let length = reader.count(16)?;
        let coefficients = (0..length).map(|_| Ok(i128::from_le_bytes(reader.array()?)));
        Ok(Polynomial(coefficients.collect::<Result<_, Failure>>()?))
    };
    let pair = Pair { p: p.clone(), sides: [side()?, side()?], root };
    if pair.is_sound() { Ok(pair) } else { Err(bad("polynomials with a common root modulo p", "others".to_owned())) }
}

fn table(reader: &mut Reader<'_>, p: &BigUint, pair: Option<&Pair>, primes: &[u32]) -> Result<Logs, Failure> {
    let ell = reader.number()?;
    let whole = ell.bits() > 1 && ell.bits() <= 256 && ((p - 1u32) % &ell) == BigUint::ZERO;
    let logs = if whole { pair.and_then(|pair| Logs::new(pair, &ell)) } else { None };
    let mut logs = logs.ok_or_else(|| bad("a prime factor of p − 1", brief(&ell)))?;
    for _ in 0..reader.count(40)? {
        let key = reader.key(primes)?;
        let value = [reader.word()?, reader.word()?, reader.word()?, reader.word()?];
        logs.known.insert(key, value);
    }
    Ok(logs)
}

fn relation(reader: &mut Reader<'_>, primes: &[u32]) -> Result<Found, Failure> {
    let point = (i128::from(reader.word()? as i64), i128::from(reader.word()? as i64));
    let row = (0..reader.count(9)?)
        .map(|_| Ok((reader.key(primes)?, i32::from(reader.take(1)?[0] as i8))))
        .collect::<Result<_, Failure>>()?;
    Ok((point, row))
}

fn search(reader: &mut Reader<'_>, walks: &Walks) -> Result<(), Failure> {
    let search = walks.search(reader.long()?);
    let Ok(mut search) = search.lock() else { return Ok(()) };
    search.steps = reader.word()?;
    for _ in 0..reader.count(40)? {
        let tag = reader.word()?;
        let trail = Trail { distance: reader.long()?, herd: reader.long()? };
        search.trails.insert(tag, trail);
    }
    Ok(())
}

fn saved(reader: &mut Reader<'_>) -> Result<Saved, Failure> {
    let (relations, fingerprint) = (reader.word()? as usize, reader.word()?);
    let words = (0..reader.count(8)?).map(|_| reader.word()).collect::<Result<_, Failure>>()?;
    Ok(Saved { relations, fingerprint, words })
}

fn bad(expected: &'static str, got: String) -> Failure {
    Failure::BadInput { field: "precomputation", expected, got }
}

fn word(out: &mut Vec<u8>, word: u64) {
    out.extend(word.to_le_bytes());
}

fn long(out: &mut Vec<u8>, long: u128) {
    out.extend(long.to_le_bytes());
}

fn number(out: &mut Vec<u8>, n: &BigUint) {
    let bytes = n.to_bytes_le();
    word(out, bytes.len() as u64);
    out.extend(bytes);
}

/// Notices accidents, not forgers: what a forger could gain, the check of each answer takes away.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.chunks(8).fold(bytes.len() as u64, |sum, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let mixed = u128::from(sum ^ u64::from_le_bytes(word));
        let wide = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        (wide >> 64) as u64 ^ wide as u64
    })
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Failure> {
        let (head, tail) = self.0.split_at_checked(n).ok_or_else(|| bad("a whole file", "one cut short".to_owned()))?;
        self.0 = tail;
        Ok(head)
    }

    fn word(&mut self) -> Result<u64, Failure> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn long(&mut self) -> Result<u128, Failure> {
        Ok(u128::from_le_bytes(self.array()?))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Failure> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N)?);
        Ok(bytes)
    }

    fn number(&mut self) -> Result<BigUint, Failure> {
        let length = self.count(1)?;
        Ok(BigUint::from_bytes_le(self.take(length)?))
    }

    /// The key of one of some primes, ascending.
    fn key(&mut self, primes: &[u32]) -> Result<Key, Failure> {
        let key = Key(self.word()?);
        let known = key == Key::LEADING || primes.binary_search(&key.prime()).is_ok();
        known.then_some(key).ok_or_else(|| bad("prime ideals of the factor bases", key.prime().to_string()))
    }

    /// A number of items of at least `size` bytes each, which must still fit.
    fn count(&mut self, size: usize) -> Result<usize, Failure> {
        let count = usize::try_from(self.word()?).unwrap_or(usize::MAX);
        if count.saturating_mul(size) > self.0.len() {
            return Err(bad("a whole file", "one cut short".to_owned()));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(pair: Pair, found: Vec<Found>) -> Precomputation {
        let work = Precomputation::new(&pair.p);
        *work.found.lock().unwrap() = found;
        *work.pair.lock().unwrap() = Some(pair);
        work
    }

    fn refused(work: &Precomputation) -> String {
        let Err(Failure::BadInput { field: "precomputation", expected, .. }) = decode(&encode(work), &work.p) else {
            panic!("taken")
        };
        expected.to_owned()
    }

    #[test]
    fn every_shorter_and_every_altered_file_is_refused() {
        let p = BigUint::from(41_433_073_590_985_389_352_579_352_327u128);
        let pair = Pair::quadratic(&p).unwrap();
        let whole = encode(&work(pair, vec![((3, 5), vec![(Key::ideal(0, 101, 7), 1)])]));
        assert!(decode(&whole, &p).is_ok());
        let is_refused =
            |bytes: &[u8]| matches!(decode(bytes, &p), Err(Failure::BadInput { field: "precomputation", .. }));
        for length in 0..whole.len() {
            assert!(is_refused(&whole[..length]), "{length} of {} octets", whole.len());
        }
        assert!(is_refused(&[&whole[..], b"x"].concat()), "appended");
        for bit in 0..8 * whole.len() {
            let mut altered = whole.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(is_refused(&altered), "bit {bit}");
        }
    }

    #[test]
    fn walks_are_kept() {
        let p = BigUint::from(41_433_073_590_985_389_352_579_352_327u128);
        let work = Precomputation::new(&p);
        let trails = [(7, Trail { distance: 1 << 90, herd: 3 }), (9, Trail { distance: 5, herd: u128::MAX })];
        {
            let search = work.walks.search(1 << 100);
            let mut search = search.lock().unwrap();
            search.steps = 1 << 40;
            search.trails.extend(trails);
        }
        let again = decode(&encode(&work), &p).unwrap();
        assert_eq!(again.walks.steps(), 1 << 40);
        assert_eq!(again.walks.search(1 << 100).lock().unwrap().sorted(), trails);
        // and what another process found comes to them
        let other = Precomputation::new(&p);
        other.walks.search(1 << 100).lock().unwrap().trails.insert(8, Trail { distance: 0, herd: 1 });
        again.absorb(other);
        assert_eq!(again.walks.search(1 << 100).lock().unwrap().trails.len(), 3);
    }

    #[test]
    fn another_version_is_told_as_one() {
        let got = |bytes: &[u8]| match decode(bytes, &BigUint::from(23u32)) {
            Err(Failure::BadInput { got, .. }) => got,
            other => panic!("{other:?}"),
        };
        assert_eq!(got(b"interlock discrete logarithms 1\nwhatever follows"), "one of version 1");
        assert_eq!(got(b"interlock discrete logarithms 17\n"), "one of version 17");
        assert_eq!(got(b"interlock discrete"), "one cut short");
        assert_eq!(got(MAGIC), "one cut short");
        assert_eq!(got(b""), "an empty file");
        assert_eq!(got(b"interlock discrete logarithms x\n"), "something else");
    }

    /// With a checksum that is right.
    #[test]
    fn files_of_forgers_are_refused() {
        // a safe prime of 96 bits that is 7 modulo 8: 2 is a square
        let p = BigUint::from(41_433_073_590_985_389_352_579_352_327u128);
        let pair = Pair::quadratic(&p).unwrap();
        let with_key = |key| work(pair.clone(), vec![((3, 5), vec![(key, 1)])]);
        assert!(decode(&encode(&with_key(Key::ideal(0, 101, 7))), &p).is_ok());
        for prime in [0, 1, 91, 2_000_000_011] {
            assert_eq!(refused(&with_key(Key::ideal(0, prime, 7))), "prime ideals of the factor bases", "{prime}");
        }
        // a real quadratic field: its norms are no lengths; and a field that has nothing to do with p
        let root = BigUint::from(2u32).modpow(&((&p + 1u32) >> 2u32), &p);
        let real = Pair {
            p: p.clone(),
            sides: [Polynomial(vec![-i128::try_from(root.clone()).unwrap(), 1]), Polynomial(vec![-2, 0, 1])],
            root,
        };
        assert!(real.sides.iter().all(|f| f.vanishes(&real.root, &p)));
        let other = Pair { root: &pair.root + 1u32, ..pair.clone() };
        for bad in [real, other] {
            assert!(refused(&work(bad, Vec::new())).starts_with("polynomials"));
        }
    }
}
