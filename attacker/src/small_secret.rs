//! Secrets that are too small: found by baby steps and giant steps over their whole range (Shanks 1971).

use curve25519_dalek::{EdwardsPoint, MontgomeryPoint, Scalar};
use lab::group::{Group, Modp};
use num_bigint::BigUint;
use std::collections::HashMap;

/// Bits of the largest secret that is looked for.
pub const BITS: u32 = 20;
/// Baby steps, and giant steps of a group modulo a prime.
const STEPS: u32 = 1 << (BITS / 2);

/// The secret of at most [`BITS`] bits whose public value this is, in octets. For X25519 these are the lowest bits of the
/// secret, whose other free bits are zero.
pub fn find(group: &Group, public: &[u8]) -> Option<Vec<u8>> {
    let secret = match group {
        Group::Modp(group) => exponent(group, &BigUint::from_bytes_be(public))?.to_bytes_be(),
        Group::X25519 => scalar(public.try_into().ok()?)?.to_vec(),
        // Behind an encapsulation key is no exponent, a ciphertext hides its coins, and whoever does not know the generator
        // has nothing to take powers of.
        Group::X25519MlKem768 | Group::Ristretto255 => return None,
    };
    (group.public(&secret)? == public).then_some(secret)
}

/// x with g^x = y, x at most 2^[`BITS`]: i·m − j, where y·g^j = g^(i·m).
fn exponent(group: &Modp, y: &BigUint) -> Option<BigUint> {
    let (mut babies, mut point) = (HashMap::new(), y.clone());
    for j in 0..STEPS {
        babies.insert(point.clone(), j);
        point = point * &group.g % &group.p;
    }
    let stride = group.g.modpow(&STEPS.into(), &group.p);
    let mut giant = BigUint::from(1u8);
    for i in 1..=STEPS {
        giant = giant * &stride % &group.p;
        if let Some(j) = babies.get(&giant) {
            return Some(BigUint::from(i) * STEPS - *j);
        }
    }
    None
}

/// The secret whose clamped scalar is 2^254 + 8·k (RFC 7748 section 5), k below 2^(BITS − 3).
fn scalar(u: [u8; 32]) -> Option<[u8; 32]> {
    let clamped = |k: u32| {
        let mut scalar = [0; 32];
        scalar[..4].copy_from_slice(&(8 * k).to_le_bytes());
        scalar[31] = 0x40;
        scalar
    };
    let walk = |mut point: EdwardsPoint, step: EdwardsPoint, steps: u32| {
        let mut points = Vec::new();
        for _ in 0..steps {
            points.push(point);
            point += step;
        }
        EdwardsPoint::to_montgomery_batch(&points)
    };
    let least = EdwardsPoint::mul_base(&Scalar::from_bytes_mod_order(clamped(0)));
    let eight = EdwardsPoint::mul_base(&Scalar::from(8u8));
    let babies: HashMap<[u8; 32], u32> = walk(least, eight, STEPS).into_iter().map(|u| u.to_bytes()).zip(0..).collect();
    let back = -(eight * Scalar::from(STEPS));
    // The wire shows no sign: the point is one of two.
    [0, 1].into_iter().find_map(|sign| {
        let giants = walk(MontgomeryPoint(u).to_edwards(sign)?, back, 1 << (BITS - 3 - STEPS.ilog2()));
        let met = (0u32..).zip(giants).filter_map(|(i, u)| Some(clamped(i * STEPS + babies.get(&u.to_bytes())?)));
        met.into_iter().find(|it| MontgomeryPoint::mul_base(&Scalar::from_bytes_mod_order(*it)).to_bytes() == u)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::group::named;

    #[test]
    fn every_small_secret_is_found_and_no_other() {
        for name in named::NAMES {
            let group = named::find(name).unwrap();
            if matches!(group, Group::X25519MlKem768 | Group::Ristretto255) {
                continue;
            }
            let secret = |x: u32| match group {
                Group::X25519 | Group::X25519MlKem768 | Group::Ristretto255 => {
                    [&x.to_le_bytes()[..], &[0; 28]].concat()
                }
                Group::Modp(_) => x.to_be_bytes().to_vec(),
            };
            for x in [8, 16, 77_777, 0xffff, 0xf_fff8] {
                let public = group.public(&secret(x)).unwrap();
                let found = find(&group, &public).unwrap_or_else(|| panic!("{name}: {x} not found"));
                assert_eq!(group.public(&found), Some(public), "{name}: {x}");
            }
            assert_eq!(find(&group, &group.public(&secret(0x4000_0008)).unwrap()), None, "{name}");
        }
    }
}
