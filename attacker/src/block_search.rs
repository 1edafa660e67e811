//! Bleichenbacher's search: which block a ciphertext holds, from nothing but answers to the question whether another one begins
//! with the octets 0 and 2.
//!
//! Bleichenbacher, Chosen ciphertext attacks against protocols based on the RSA encryption standard PKCS #1, 1998, section 3.1.
//! RSA is multiplicative: c·s^e holds m·s modulo n. If that begins as it has to, m lies in one of a few intervals; each such s
//! cuts them down. Steps are named as in the paper; the ciphertext was made by an honest party, so that step 1, the blinding, is
//! not needed.

use num_bigint::BigUint;
use num_integer::Integer;

/// The longest stride. Where the remainder of n goes into a greatest block more than three times as often, which chance brings
/// about once in thousands of ciphertexts, some more tries are made.
const STRIDES: u32 = 1 << 12;

/// Bleichenbacher's search for the block m of one ciphertext.
#[derive(Clone, Debug)]
pub struct BlockSearch {
    /// The modulus.
    n: BigUint,
    /// The public exponent.
    e: BigUint,
    /// The ciphertext.
    c: BigUint,
    /// Octets of the modulus.
    octets: usize,
    /// The least block that begins with 0 and 2: 2B.
    least: BigUint,
    /// The greatest: 3B − 1.
    greatest: BigUint,
    /// Where m may lie, ends included, in order and apart.
    intervals: Vec<(BigUint, BigUint)>,
    /// The multiplier that is asked about.
    s: BigUint,
    /// In step 2c, how often n goes into m·s; none in steps 2a and 2b.
    multiples: Option<Multiples>,
}

/// How often n goes into m·s: which numbers step 2c tries one after the other.
#[derive(Clone, Debug)]
struct Multiples {
    /// The one that is tried: r.
    r: BigUint,
    /// By how much the next one is greater.
    stride: BigUint,
}

impl BlockSearch {
    /// The search for what `ciphertext` holds under a public key, all numbers most significant octet first; `None` where the
    /// modulus is too short for a block.
    pub fn new(modulus: &[u8], exponent: &[u8], ciphertext: &[u8]) -> Option<Self> {
        let n = BigUint::from_bytes_be(modulus);
        let octets = usize::try_from(n.bits().div_ceil(8)).ok()?;
        let b = BigUint::from(1u8) << (8 * octets.checked_sub(2).filter(|rest| *rest >= 9)?);
        let (least, greatest) = (&b * 2u8, &b * 3u8 - 1u8);
        // Step 2a: no smaller multiplier moves m beyond n.
        let s = n.div_ceil(&(&b * 3u8));
        Some(Self {
            e: BigUint::from_bytes_be(exponent),
            c: BigUint::from_bytes_be(ciphertext),
            intervals: vec![(least.clone(), greatest.clone())],
            n,
            octets,
            least,
            greatest,
            s,
            multiples: None,
        })
    }

    /// The ciphertext to ask about next, as long as the modulus.
    pub fn question(&self) -> Vec<u8> {
        let asked = &self.c * self.s.modpow(&self.e, &self.n) % &self.n;
        padded(&asked, self.octets)
    }

    /// What is known after the answer: whether the block of that question begins with 0 and 2.
    pub fn answer(&mut self, begins: bool) {
        if begins {
            self.narrow();
            match &self.intervals[..] {
                [one] => self.begin_at(&one.clone()),
                _ => {
                    self.multiples = None;
                    self.s += 1u8;
                }
            }
        } else {
            self.s += 1u8;
            if let [one] = &self.intervals[..] {
                self.fit(&one.clone());
            }
        }
    }

    /// The block, once there is only one left and it is what the ciphertext holds.
    pub fn found(&self) -> Option<Vec<u8>> {
        self.left().filter(|block| self.holds(block)).map(|block| padded(block, self.octets))
    }

    /// No block fits: some answer was wrong.
    pub fn is_lost(&self) -> bool {
        self.intervals.is_empty() || self.left().is_some_and(|block| !self.holds(block))
    }

    /// The only block that is left.
    fn left(&self) -> Option<&BigUint> {
        match &self.intervals[..] {
            [(low, high)] if low == high => Some(low),
            _ => None,
        }
    }

    fn holds(&self, block: &BigUint) -> bool {
        block.modpow(&self.e, &self.n) == self.c
    }

    /// One interval is left and becomes smaller with nearly every other question; before, the search waits for chance.
    pub fn narrows(&self) -> bool {
        self.multiples.is_some()
    }

    /// Bits of the block that are known by now, and that have to be found in all.
    pub fn bits(&self) -> (u64, u64) {
        let all = (&self.greatest - &self.least).bits();
        let left = self.intervals.iter().map(|(low, high)| (high - low).bits()).max().unwrap_or(0);
        (all - left.min(all), all)
    }

    /// Step 3: the parts of the intervals for which m·s, some multiple of n less, begins as it has to.
    fn narrow(&mut self) {
        let mut narrower: Vec<(BigUint, BigUint)> = Vec::new();
        for (low, high) in &self.intervals {
            let (from, to) = (low * &self.s, high * &self.s);
            let mut r = if from > self.greatest { (&from - &self.greatest).div_ceil(&self.n) } else { BigUint::ZERO };
            while &self.least + &r * &self.n <= to {
                let moved = &r * &self.n;
                let (begin, end) = ((&self.least + &moved).div_ceil(&self.s), (&self.greatest + &moved) / &self.s);
                let (begin, end) = (begin.max(low.clone()), end.min(high.clone()));
                if begin <= end {
                    narrower.push((begin, end));
                }
                r += 1u8;
            }
        }
        narrower.sort();
        self.intervals.clear();
        for (low, high) in narrower {
            match self.intervals.last_mut() {
                Some(last) if last.1 >= low => last.1 = high.max(last.1.clone()),
                _ => self.intervals.push((low, high)),
            }
        }
    }

    /// Step 2c begins: multipliers that halve the one interval.
    fn begin_at(&mut self, interval: &(BigUint, BigUint)) {
        let (_, high) = interval;
        let r = ((high * &self.s - &self.least) * 2u8).div_ceil(&self.n);
        self.s = (&self.least + &r * &self.n).div_ceil(high);
        self.multiples = Some(Multiples { r, stride: stride(&self.n, high) });
        self.fit(interval);
    }

    /// The next multiplier in step 2c that can be right for this many times n, or for more.
    fn fit(&mut self, (low, high): &(BigUint, BigUint)) {
        let Some(Multiples { r, stride }) = &mut self.multiples else { return };
        while self.s > (&self.greatest + &*r * &self.n) / low {
            *r += &*stride;
            self.s = (&self.least + &*r * &self.n).div_ceil(high);
        }
    }
}

/// By how much r grows in step 2c where the greatest block that is left is `high`.
///
/// Of m·s, r·n less, chance decides by where the multiples of n lie among those of `high`: from one r to the next they move on by
/// n modulo `high`. The paper counts r up by one: where `high` nearly divides n, every try is like the one before, and each bit
/// costs as many tries as the remainder goes into `high`, without bound. Any greater r halves the interval as well, and the least
/// stride that moves on by about a third comes by every place.
fn stride(n: &BigUint, high: &BigUint) -> BigUint {
    let on = n % high;
    let mut place = BigUint::ZERO;
    let third = (1..STRIDES).find(|_| {
        place = (&place + &on) % high;
        let percent = u32::try_from(&place * 100u8 / high).unwrap_or(0);
        (30..45).contains(&percent.min(100 - percent))
    });
    third.unwrap_or(STRIDES).into()
}

/// Questions that the search takes on an average, where every block that begins with 0 and 2 is told, for a modulus of so many bits:
/// one random block in n/B begins so, which is waited for once and in every other case a second time, and then nearly every
/// other question halves what is left.
pub fn questions(bits: u64) -> f64 {
    let chance = bits.saturating_sub(8 * bits.div_ceil(8).saturating_sub(2));
    // n lies between 2^(bits − 1) and 2^bits.
    let waited = 1.5 * 0.75 * 2f64.powi(i32::try_from(chance).unwrap_or(i32::MAX));
    waited + 2.0 * bits as f64
}

/// A block to the power of the exponent: its ciphertext, as long as the modulus.
pub fn raised(modulus: &[u8], exponent: &[u8], block: &[u8]) -> Vec<u8> {
    let [n, e, block] = [modulus, exponent, block].map(BigUint::from_bytes_be);
    padded(&block.modpow(&e, &n), modulus.len())
}

fn padded(number: &BigUint, octets: usize) -> Vec<u8> {
    let number = number.to_bytes_be();
    let zeros = octets.saturating_sub(number.len());
    [vec![0; zeros], number].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::{encryption::DecryptionKey, term::Padding};

    /// Searches with a private key for an oracle; the block, and how many questions it took.
    fn searched(bits: usize, begins: impl Fn(&DecryptionKey, &[u8]) -> bool) -> (Option<Vec<u8>>, u32) {
        let key = DecryptionKey::drawn([7; 32], bits).unwrap();
        let public = key.encryption_key();
        let sealed = public.encrypt(Padding::Pkcs1v15, [9; 32], b"a secret of some octets").unwrap();
        let mut search = BlockSearch::new(&public.modulus(), &public.exponent(), &sealed).unwrap();
        let mut questions = 0;
        while search.found().is_none() && !search.is_lost() && questions < 200_000 {
            questions += 1;
            let begins = begins(&key, &search.question());
            search.answer(begins);
        }
        (search.found(), questions)
    }

    fn sound(key: &DecryptionKey, question: &[u8]) -> bool {
        key.decrypt(Padding::Pkcs1v15, question).is_some()
    }

    #[test]
    fn the_block_is_found_from_its_beginnings_alone() {
        for bits in [513, 521] {
            let (block, questions) = searched(bits, sound);
            let block = block.unwrap();
            assert_eq!((block[0], block[1], block.len()), (0, 2, bits.div_ceil(8)));
            assert!(block.ends_with(b"\0a secret of some octets"), "{block:?}");
            let expected = super::questions(bits as u64);
            assert!(
                (0.3..4.0).contains(&(f64::from(questions) / expected)),
                "{questions}, where {expected} are expected"
            );
        }
    }

    /// Where only some of the sound blocks are told, as by a server that looks further, more are asked about, and the answer
    /// is the same.
    #[test]
    fn an_oracle_that_says_yes_less_often_is_asked_more_often() {
        let (usual, few) = searched(513, sound);
        let zero_within = |key: &DecryptionKey, question: &[u8]| {
            key.decrypt(Padding::Pkcs1v15, question).is_some_and(|held| !held.is_empty())
        };
        let (block, questions) = searched(513, zero_within);
        assert_eq!(block, usual);
        assert!(questions > few, "{questions} after {few}");
    }

    /// A modulus of 513 bits that a block goes into some hundred times, but for a thousandth of the block: counted one by one, each of
    /// the multiples of the modulus lies beside the one before. The exponent is 1, so that the ciphertext is the block.
    #[test]
    fn a_block_that_nearly_divides_the_modulus_takes_no_longer() {
        let b = BigUint::from(1u8) << (8 * 63);
        for times in [130u32, 190, 245] {
            let block: BigUint = &b * 2u8 + &b / 17u8 + &b / times;
            let n = &block * times + &block / 1000u32;
            assert_eq!(n.bits(), 513, "{times}");
            let mut search = BlockSearch::new(&n.to_bytes_be(), &[1], &block.to_bytes_be()).unwrap();
            let mut questions = 0;
            while search.found().is_none() && !search.is_lost() && questions < 200_000 {
                questions += 1;
                let begins = search.question()[..2] == [0, 2];
                search.answer(begins);
            }
            assert_eq!(search.found(), Some(padded(&block, 65)));
            let expected = super::questions(513);
            assert!(f64::from(questions) < 4.0 * expected, "{times}: {questions}, where {expected} are expected");
        }
    }

    #[test]
    fn an_oracle_that_tells_nothing_leads_nowhere() {
        assert_eq!(searched(513, |_, _| true).0, None, "a block that the ciphertext does not hold is none");
        assert!(BlockSearch::new(&[1; 10], &[3], &[1]).is_none(), "no place for a block");
    }
}
