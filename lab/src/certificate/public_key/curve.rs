//! The prime curves of FIPS 186-4 appendix D.1.2, as far as it takes to tell a point from other octets.

use num_bigint::BigUint;
use num_traits::One as _;

use super::UNCOMPRESSED;

/// A curve `y² = x³ - 3x + b` modulo `p`; each of these `p` leaves 3 modulo 4, and the cofactor is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::certificate) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// Octets of a coordinate.
    fn length(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    pub(in crate::certificate) fn prime(self) -> BigUint {
        let power = |exponent: u32| BigUint::one() << exponent;
        match self {
            Self::P256 => power(256) - power(224) + power(192) + power(96) - 1u8,
            Self::P384 => power(384) - power(128) - power(96) + power(32) - 1u8,
            Self::P521 => power(521) - 1u8,
        }
    }

    pub(in crate::certificate) fn b(self) -> BigUint {
        let octets: &[u8] = match self {
            Self::P256 => &B256,
            Self::P384 => &B384,
            Self::P521 => &B521,
        };
        BigUint::from_bytes_be(octets)
    }

    /// Whether this is a point of the curve other than the one at infinity, uncompressed or compressed (SEC 1 sections
    /// 2.3.4 and 3.2.2.1).
    pub(super) fn has(self, point: &[u8]) -> bool {
        let Some((form, coordinates)) = point.split_first() else { return false };
        let p = self.prime();
        let coordinate = |octets: &[u8]| Some(BigUint::from_bytes_be(octets)).filter(|number| *number < p);
        let (x, y) = match (*form, coordinates.len()) {
            (UNCOMPRESSED, length) if length == 2 * self.length() => {
                let (x, y) = coordinates.split_at(self.length());
                (coordinate(x), coordinate(y))
            }
            // Any square has a root of either parity, but for zero, which is the y of no point of odd order.
            (0x02 | 0x03, length) if length == self.length() => {
                let x = coordinate(coordinates);
                let root = x.as_ref().map(|x| self.right(x, &p).modpow(&((&p + 1u8) >> 2), &p));
                (x, root)
            }
            _ => return false,
        };
        let (Some(x), Some(y)) = (x, y) else { return false };
        &y * &y % &p == self.right(&x, &p)
    }

    /// `x³ - 3x + b`.
    fn right(self, x: &BigUint, p: &BigUint) -> BigUint {
        (x * x % p * x + (p - x) * 3u8 + self.b()) % p
    }
}

const B256: [u8; 32] = [
    0x5a, 0xc6, 0x35, 0xd8, 0xaa, 0x3a, 0x93, 0xe7, 0xb3, 0xeb, 0xbd, 0x55, 0x76, 0x98, 0x86, 0xbc, 0x65, 0x1d, 0x06,
    0xb0, 0xcc, 0x53, 0xb0, 0xf6, 0x3b, 0xce, 0x3c, 0x3e, 0x27, 0xd2, 0x60, 0x4b,
];

const B384: [u8; 48] = [
    0xb3, 0x31, 0x2f, 0xa7, 0xe2, 0x3e, 0xe7, 0xe4, 0x98, 0x8e, 0x05, 0x6b, 0xe3, 0xf8, 0x2d, 0x19, 0x18, 0x1d, 0x9c,
    0x6e, 0xfe, 0x81, 0x41, 0x12, 0x03, 0x14, 0x08, 0x8f, 0x50, 0x13, 0x87, 0x5a, 0xc6, 0x56, 0x39, 0x8d, 0x8a, 0x2e,
    0xd1, 0x9d, 0x2a, 0x85, 0xc8, 0xed, 0xd3, 0xec, 0x2a, 0xef,
];

const B521: [u8; 66] = [
    0x00, 0x51, 0x95, 0x3e, 0xb9, 0x61, 0x8e, 0x1c, 0x9a, 0x1f, 0x92, 0x9a, 0x21, 0xa0, 0xb6, 0x85, 0x40, 0xee, 0xa2,
    0xda, 0x72, 0x5b, 0x99, 0xb3, 0x15, 0xf3, 0xb8, 0xb4, 0x89, 0x91, 0x8e, 0xf1, 0x09, 0xe1, 0x56, 0x19, 0x39, 0x51,
    0xec, 0x7e, 0x93, 0x7b, 0x16, 0x52, 0xc0, 0xbd, 0x3b, 0xb1, 0xbf, 0x07, 0x35, 0x73, 0xdf, 0x88, 0x3d, 0x2c, 0x34,
    0xf1, 0xef, 0x45, 0x1f, 0xd4, 0x6b, 0x50, 0x3f, 0x00,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The generators of FIPS 186-4 appendix D.1.2, x and y.
    const GENERATORS: [(Curve, &str, &str); 3] = [
        (
            Curve::P256,
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
        ),
        (
            Curve::P384,
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
            "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
        ),
        (
            Curve::P521,
            "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
            "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
        ),
    ];

    fn octets(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
    }

    /// A coordinate is below the prime (SEC 1 section 2.3.5): zero is one of P-256 and P-384, whose b is a square, and the prime, which is
    /// as much, is not.
    #[test]
    fn coordinates_are_below_the_prime() {
        for curve in [Curve::P256, Curve::P384] {
            let prime = curve.prime().to_bytes_be();
            let compressed = |x: &[u8]| curve.has(&[&[2], x].concat());
            assert!(compressed(&vec![0; curve.length()]) && !compressed(&prime), "{curve:?}");
        }
    }

    #[test]
    fn points_and_others() {
        for (curve, x, y) in GENERATORS {
            let (x, y) = (octets(x), octets(y));
            let point = |form: u8, parts: &[&[u8]]| curve.has(&[&[form], parts.concat().as_slice()].concat());
            assert!(point(4, &[&x, &y]), "{curve:?}");
            assert!(point(2, &[&x]) && point(3, &[&x]), "{curve:?}");
            let mut other = y.clone();
            other[20] ^= 1;
            assert!(!point(4, &[&x, &other]), "{curve:?}: beside the curve");
            assert!(!point(4, &[&x]) && !point(4, &[]) && !curve.has(&[]) && !curve.has(&[0]), "{curve:?}");
            assert!(!point(6, &[&x, &y]), "{curve:?}: hybrid");
            let beyond = (BigUint::from_bytes_be(&y) + curve.prime()).to_bytes_be();
            assert!(beyond.len() > y.len() || !point(4, &[&x, &beyond]), "{curve:?}: a coordinate beyond p");
            // Half of all numbers are the x of no point.
            let none = (0..20u8).filter(|&last| {
                let mut x = x.clone();
                *x.last_mut().unwrap() = last;
                !point(2, &[&x])
            });
            assert!(none.count() > 0, "{curve:?}");
        }
    }
}
