//! Precomputations as bytes: a magic line, lengths and little-endian words, a checksum.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use num_bigint::BigUint;

use super::field::Field;
use super::logs::Logs;
use super::parameters::Parameters;
use super::precomputation::{Precomputation, Table};
use super::relation::{Bases, Found, Key};
use crate::cryptanalysis::budget::{Failure, brief};

const MAGIC: &[u8] = b"interlock discrete logarithms 1\n";

pub(super) fn encode(work: &Precomputation) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    number(&mut out, &work.p);
    word(&mut out, work.next.load(Ordering::Relaxed) as u64);
    let tables = work.table.get().map_or(&[][..], |table| &table.logs);
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
    // a complete table needs no relations any more
    let found = work.found.lock().map(|found| found.clone()).unwrap_or_default();
    let found = if tables.is_empty() { found } else { Vec::new() };
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
    let sum = checksum(&out);
    word(&mut out, sum);
    out
}

pub(super) fn decode(bytes: &[u8], p: &BigUint) -> Result<Precomputation, Failure> {
    let body = bytes.len().checked_sub(8).filter(|_| bytes.starts_with(MAGIC));
    let body = body.ok_or_else(|| bad("a file that begins with its magic line", "something else".to_owned()))?;
    let (content, sum) = bytes.split_at(body);
    let mut reader = Reader(&content[MAGIC.len()..]);
    // the prime first: another prime is the likelier mistake
    let prime = reader.number()?;
    if prime != *p {
        return Err(bad("the file of this p", format!("the file of p = {}", brief(&prime))));
    }
    if checksum(content).to_le_bytes() != sum {
        return Err(bad("an unaltered, whole file", "one with a wrong checksum".to_owned()));
    }
    let next = reader.word()? as usize;
    let tables = (0..reader.count(8)?).map(|_| table(&mut reader, p)).collect::<Result<Vec<_>, _>>()?;
    let found = (0..reader.count(24)?).map(|_| relation(&mut reader)).collect::<Result<Vec<_>, _>>()?;
    let work =
        Precomputation { p: p.clone(), found: Mutex::new(found), next: AtomicUsize::new(next), table: OnceLock::new() };
    if !tables.is_empty() {
        let field = Field::new(p).ok_or_else(|| bad("a prime of at most 200 bits", brief(p)))?;
        if !tables.iter().all(|logs| logs.agree(&field)) {
            return Err(bad("logarithms that agree with each other", "others".to_owned()));
        }
        let parameters = Parameters::for_bits(p.bits());
        let bases = Bases::new(&field, &parameters);
        work.table.get_or_init(|| Arc::new(Table::new(field, parameters, bases, tables)));
    }
    Ok(work)
}

fn table(reader: &mut Reader<'_>, p: &BigUint) -> Result<Logs, Failure> {
    let ell = reader.number()?;
    let whole = ell.bits() > 1 && ell.bits() <= 256 && ((p - 1u32) % &ell) == BigUint::ZERO;
    let logs = if whole { Logs::new(&ell) } else { None };
    let mut logs = logs.ok_or_else(|| bad("a prime factor of p − 1", brief(&ell)))?;
    for _ in 0..reader.count(40)? {
        let key = Key(reader.word()?);
        let value = [reader.word()?, reader.word()?, reader.word()?, reader.word()?];
        logs.known.insert(key, value);
    }
    Ok(logs)
}

fn relation(reader: &mut Reader<'_>) -> Result<Found, Failure> {
    let point = (i128::from(reader.word()? as i64), i128::from(reader.word()? as i64));
    let row = (0..reader.count(9)?)
        .map(|_| Ok((Key(reader.word()?), i32::from(reader.take(1)?[0] as i8))))
        .collect::<Result<_, Failure>>()?;
    Ok((point, row))
}

fn bad(expected: &'static str, got: String) -> Failure {
    Failure::BadInput { field: "precomputation", expected, got }
}

fn word(out: &mut Vec<u8>, word: u64) {
    out.extend(word.to_le_bytes());
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
        let mut word = [0; 8];
        word.copy_from_slice(self.take(8)?);
        Ok(u64::from_le_bytes(word))
    }

    fn number(&mut self) -> Result<BigUint, Failure> {
        let length = self.count(1)?;
        Ok(BigUint::from_bytes_le(self.take(length)?))
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
