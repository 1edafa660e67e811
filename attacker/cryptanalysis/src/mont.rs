//! Montgomery arithmetic modulo an odd number of `L` 64-bit limbs (Montgomery 1985).

use num_bigint::BigUint;
use num_traits::One;

/// An odd modulus. Elements are `[u64; L]`, little-endian, below the modulus, in Montgomery form.
#[derive(Clone, Debug)]
pub(crate) struct Mont<const L: usize> {
    modulus: [u64; L],
    /// −modulus⁻¹ mod 2^64.
    negative_inverse: u64,
    one: [u64; L],
    r_squared: [u64; L],
}

/// acc + a·b + carry as its low and its high word.
#[inline(always)]
pub(crate) fn mac(acc: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let wide = u128::from(a) * u128::from(b) + u128::from(acc) + u128::from(carry);
    (wide as u64, (wide >> 64) as u64)
}

/// a − b and the borrow.
#[inline(always)]
pub(crate) fn sub_limbs<const L: usize>(a: &[u64; L], b: &[u64; L]) -> ([u64; L], bool) {
    let mut out = [0; L];
    let mut borrow = false;
    for i in 0..L {
        let (d, b1) = a[i].overflowing_sub(b[i]);
        let (d, b2) = d.overflowing_sub(u64::from(borrow));
        out[i] = d;
        borrow = b1 | b2;
    }
    (out, borrow)
}

/// a + b and the carry.
#[inline(always)]
pub(crate) fn add_limbs<const L: usize>(a: &[u64; L], b: &[u64; L]) -> ([u64; L], bool) {
    let mut out = [0; L];
    let mut carry = false;
    for i in 0..L {
        let (s, c1) = a[i].overflowing_add(b[i]);
        let (s, c2) = s.overflowing_add(u64::from(carry));
        out[i] = s;
        carry = c1 | c2;
    }
    (out, carry)
}

/// The limbs of `n`, or nothing if it has more than `L`.
pub(crate) fn to_limbs<const L: usize>(n: &BigUint) -> Option<[u64; L]> {
    let digits = n.to_u64_digits();
    let mut out = [0; L];
    out.get_mut(..digits.len())?.copy_from_slice(&digits);
    Some(out)
}

pub(crate) fn from_limbs(limbs: &[u64]) -> BigUint {
    BigUint::new(limbs.iter().flat_map(|&l| [l as u32, (l >> 32) as u32]).collect())
}

impl<const L: usize> Mont<L> {
    /// Nothing if `n` is even, below 3 or longer than `L` limbs.
    pub(crate) fn new(n: &BigUint) -> Option<Self> {
        let modulus: [u64; L] = to_limbs(n)?;
        if !n.bit(0) || n.is_one() {
            return None;
        }
        let mut inverse = 1u64;
        for _ in 0..6 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(modulus[0].wrapping_mul(inverse)));
        }
        let r = BigUint::one() << (64 * L);
        Some(Self {
            modulus,
            negative_inverse: inverse.wrapping_neg(),
            one: to_limbs(&(&r % n))?,
            r_squared: to_limbs(&(&r * &r % n))?,
        })
    }

    /// [`Mont::new`] of a modulus in limbs, all of which count.
    pub(crate) fn from_limbs(n: &[u64; L]) -> Option<Self> {
        Self::new(&from_limbs(n))
    }

    /// Into Montgomery form from limbs below the modulus.
    pub(crate) fn enter_limbs(&self, n: &[u64; L]) -> [u64; L] {
        self.mul(n, &self.r_squared)
    }

    pub(crate) fn modulus(&self) -> &[u64; L] {
        &self.modulus
    }

    pub(crate) fn one(&self) -> [u64; L] {
        self.one
    }

    /// Into Montgomery form; `n` is reduced first.
    pub(crate) fn enter(&self, n: &BigUint) -> [u64; L] {
        let reduced = to_limbs(&(n % from_limbs(&self.modulus))).unwrap_or([0; L]);
        self.mul(&reduced, &self.r_squared)
    }

    /// The canonical representative below the modulus.
    pub(crate) fn leave_limbs(&self, a: &[u64; L]) -> [u64; L] {
        let mut one = [0; L];
        one[0] = 1;
        self.mul(a, &one)
    }

    pub(crate) fn leave(&self, a: &[u64; L]) -> BigUint {
        from_limbs(&self.leave_limbs(a))
    }

    #[inline(always)]
    fn reduce_once(&self, a: &[u64; L], carry: bool) -> [u64; L] {
        let (d, borrow) = sub_limbs(a, &self.modulus);
        let keep = u64::from(borrow & !carry).wrapping_neg();
        std::array::from_fn(|i| (a[i] & keep) | (d[i] & !keep))
    }

    #[inline(always)]
    pub(crate) fn add(&self, a: &[u64; L], b: &[u64; L]) -> [u64; L] {
        let (s, carry) = add_limbs(a, b);
        self.reduce_once(&s, carry)
    }

    #[inline(always)]
    pub(crate) fn sub(&self, a: &[u64; L], b: &[u64; L]) -> [u64; L] {
        let (d, borrow) = sub_limbs(a, b);
        let mask = u64::from(borrow).wrapping_neg();
        add_limbs(&d, &std::array::from_fn(|i| self.modulus[i] & mask)).0
    }

    #[inline(always)]
    pub(crate) fn neg(&self, a: &[u64; L]) -> [u64; L] {
        self.sub(&[0; L], a)
    }

    #[inline]
    pub(crate) fn mul(&self, a: &[u64; L], b: &[u64; L]) -> [u64; L] {
        // short enough to be worth copying into its callers, or long enough for a call not to matter
        if L <= 4 { self.mul_inline(a, b) } else { self.mul_call(a, b) }
    }

    #[inline(never)]
    fn mul_call(&self, a: &[u64; L], b: &[u64; L]) -> [u64; L] {
        self.mul_inline(a, b)
    }

    #[inline(always)]
    fn mul_inline(&self, a: &[u64; L], b: &[u64; L]) -> [u64; L] {
        let mut t = [0u64; L];
        let mut top = 0u64;
        for &digit in b {
            let (s, mut product_carry) = mac(t[0], a[0], digit, 0);
            let m = s.wrapping_mul(self.negative_inverse);
            let (_, mut reduce_carry) = mac(s, m, self.modulus[0], 0);
            for j in 1..L {
                let (s, c) = mac(t[j], a[j], digit, product_carry);
                product_carry = c;
                (t[j - 1], reduce_carry) = mac(s, m, self.modulus[j], reduce_carry);
            }
            let sum = u128::from(top) + u128::from(product_carry) + u128::from(reduce_carry);
            t[L - 1] = sum as u64;
            top = (sum >> 64) as u64;
        }
        self.reduce_once(&t, top != 0)
    }

    /// (low + high·R)/R for a number below R times the modulus.
    #[inline]
    pub(crate) fn reduce(&self, mut low: [u64; L], high: &[u64; L]) -> [u64; L] {
        for _ in 0..L {
            let m = low[0].wrapping_mul(self.negative_inverse);
            let (_, mut carry) = mac(low[0], m, self.modulus[0], 0);
            for j in 1..L {
                (low[j - 1], carry) = mac(low[j], m, self.modulus[j], carry);
            }
            low[L - 1] = carry;
        }
        let (sum, carry) = add_limbs(&low, high);
        self.reduce_once(&sum, carry)
    }

    #[inline]
    pub(crate) fn square(&self, a: &[u64; L]) -> [u64; L] {
        // half of the products are the same: worth it where they are many
        if L < 6 { self.mul(a, a) } else { self.square_call(a) }
    }

    #[inline(never)]
    fn square_call(&self, a: &[u64; L]) -> [u64; L] {
        let (mut low, mut high) = ([0u64; L], [0u64; L]);
        // the products of two different limbs, once
        for i in 0..L {
            let mut carry = 0;
            for j in i + 1..L - i {
                (low[i + j], carry) = mac(low[i + j], a[i], a[j], carry);
            }
            for j in (i + 1).max(L - i)..L {
                (high[i + j - L], carry) = mac(high[i + j - L], a[i], a[j], carry);
            }
            high[i] = carry;
        }
        // twice these, and the squares
        let (mut top, mut carry) = (0, 0);
        for (i, limb) in a.iter().enumerate() {
            let square = u128::from(*limb) * u128::from(*limb);
            for (k, part) in [(2 * i, square as u64), (2 * i + 1, (square >> 64) as u64)] {
                let word = if k < L { &mut low[k] } else { &mut high[k - L] };
                let sum = u128::from((*word << 1) | top) + u128::from(part) + u128::from(carry);
                top = *word >> 63;
                *word = sum as u64;
                carry = (sum >> 64) as u64;
            }
        }
        self.reduce(low, &high)
    }

    /// a^e by 4-bit windows. Not constant-time: nothing here is a secret of ours.
    pub(crate) fn pow(&self, a: &[u64; L], e: &BigUint) -> [u64; L] {
        self.pow_digits(a, &e.to_u64_digits())
    }

    pub(crate) fn pow_digits(&self, a: &[u64; L], digits: &[u64]) -> [u64; L] {
        let mut powers = [self.one; 16];
        for i in 1..16 {
            powers[i] = self.mul(&powers[i - 1], a);
        }
        let mut out = self.one;
        for (k, &digit) in digits.iter().rev().enumerate() {
            for shift in (0..64).step_by(4).rev() {
                if k > 0 || shift < 60 {
                    for _ in 0..4 {
                        out = self.square(&out);
                    }
                }
                let window = (digit >> shift & 15) as usize;
                if window != 0 {
                    out = self.mul(&out, &powers[window]);
                }
            }
        }
        out
    }

    /// a⁻¹, or nothing if a shares a factor with the modulus.
    pub(crate) fn invert(&self, a: &[u64; L]) -> Option<[u64; L]> {
        Some(self.enter(&self.leave(a).modinv(&from_limbs(&self.modulus))?))
    }

    pub(crate) fn is_zero(a: &[u64; L]) -> bool {
        a.iter().all(|&l| l == 0)
    }
}

impl Mont<1> {
    /// The same as [`Mont::new`] without a detour over long integers.
    pub(crate) fn word(n: u64) -> Option<Self> {
        if n < 3 || n.is_multiple_of(2) {
            return None;
        }
        let mut inverse = 1u64;
        for _ in 0..6 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(n.wrapping_mul(inverse)));
        }
        let r = (u64::MAX % n + 1) % n;
        let r_squared = (u128::from(r) * u128::from(r) % u128::from(n)) as u64;
        Some(Self { modulus: [n], negative_inverse: inverse.wrapping_neg(), one: [r], r_squared: [r_squared] })
    }
}

/// Runs `$body` with `$mont` bound to a [`Mont`] of the least sufficient size, or `$none` where `$n` does not fit. Every
/// size is compiled: few are enough.
macro_rules! with_mont {
    ($n:expr, |$mont:ident| $body:expr, $none:expr) => {
        with_mont!($n, 1 2 4 8 16 32 128, |$mont| $body, $none)
    };
    ($n:expr, $($size:literal)+, |$mont:ident| $body:expr, $none:expr) => {{
        let modulus: &num_bigint::BigUint = $n;
        match modulus.bits() {
            $(bits if bits <= 64 * $size => match $crate::mont::Mont::<$size>::new(modulus) {
                Some($mont) => $body,
                None => $none,
            },)+
            _ => $none,
        }
    }};
}
pub(crate) use with_mont;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn agrees_with_bigint<const L: usize>() {
        let mut rng = Rng::new(L as u64);
        for bits in [64 * L as u64, 64 * L as u64 - 1, 64 * L as u64 - 17] {
            let mut n = rng.below(&(BigUint::one() << bits));
            n.set_bit(0, true);
            n.set_bit(bits - 1, true);
            let mont = Mont::<L>::new(&n).unwrap();
            for _ in 0..50 {
                let (a, b) = (rng.below(&n), rng.below(&n));
                let (ma, mb) = (mont.enter(&a), mont.enter(&b));
                assert_eq!(mont.leave(&mont.mul(&ma, &mb)), &a * &b % &n);
                assert_eq!(mont.square(&ma), mont.mul(&ma, &ma));
                assert_eq!(mont.leave(&mont.add(&ma, &mb)), (&a + &b) % &n);
                assert_eq!(mont.leave(&mont.sub(&ma, &mb)), (&a + &n - &b) % &n);
            }
            let (a, e) = (rng.below(&n), rng.below(&n));
            assert_eq!(mont.leave(&mont.pow(&mont.enter(&a), &e)), a.modpow(&e, &n));
            let largest = &n - 1u32;
            let m = mont.enter(&largest);
            assert_eq!(mont.leave(&mont.mul(&m, &m)), BigUint::one(), "(−1)² = 1");
        }
    }

    #[test]
    fn arithmetic_agrees_with_schoolbook_integers() {
        agrees_with_bigint::<1>();
        agrees_with_bigint::<2>();
        agrees_with_bigint::<3>();
        agrees_with_bigint::<4>();
        agrees_with_bigint::<6>();
        agrees_with_bigint::<7>();
        agrees_with_bigint::<16>();
    }

    #[test]
    fn even_and_oversized_moduli_are_refused() {
        assert!(Mont::<1>::new(&BigUint::from(10u32)).is_none());
        assert!(Mont::<1>::new(&BigUint::one()).is_none());
        assert!(Mont::<1>::new(&((BigUint::one() << 64) + 1u32)).is_none());
    }
}
