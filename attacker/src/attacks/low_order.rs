//! `low-order`: a point whose multiples are zero.
//!
//! Curve25519 has a handful of points of order 1, 2, 4 and 8. X25519 multiplies by multiples of 8, so that any of them
//! gives 32 zero octets, whatever the victim's secret (Bernstein, "Curve25519: new Diffie–Hellman speed records", 2006;
//! RFC 7748 section 7). `minus-one` to `p-plus-one` are the same points in encodings that are not reduced.
//!
//! 1. Replace the client's share by the point, where the server is attacked.
//! 2. Replace the server's share by it too, where the client is attacked.
//! 3. Open each record with the key that follows from a shared secret of zero and read it; where both are attacked, seal
//!    it for the other side.

use super::substitute_one::towards_one;
use crate::{
    attack::{Attack, Family, Info, Needs, Start, Variant},
    middle::{Middle, Plan},
};
use lab::{algebra::real::Value, loot::Loot};

pub(super) const INFO: Info = Info {
    id: "low-order",
    title: "Inject a point of small order",
    family: Family::Parameters,
    needs: Needs::Curve,
    variants: &[
        Variant::new("zero", "u = 0, of order 2"),
        Variant::new("one", "u = 1, of order 4"),
        Variant::new("order-8-a", "a point of order 8"),
        Variant::new("order-8-b", "the other point of order 8"),
        Variant::new("minus-one", "u = p−1, of order 4 on the twist"),
        Variant::new("p", "u = p, which is 0 in disguise"),
        Variant::new("p-plus-one", "u = p+1, which is 1 in disguise"),
        Variant::new("client", "u = 0 in the place of the client's share alone"),
        Variant::new("server", "u = 0 in the place of the server's share alone"),
    ],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["contributory"],
    source: include_str!("low_order.rs"),
    start,
};

/// The u-coordinate of a variant, little-endian.
fn point(variant: Option<&str>) -> [u8; 32] {
    // p = 2^255 − 19.
    let near_p = |last: u8| {
        let mut octets = [0xff; 32];
        octets[0] = last;
        octets[31] = 0x7f;
        octets
    };
    match variant {
        Some("one") => std::array::from_fn(|i| u8::from(i == 0)),
        Some("order-8-a") => [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09,
            0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
        ],
        Some("order-8-b") => [
            0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44,
            0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
        ],
        Some("minus-one") => near_p(0xec),
        Some("p") => near_p(0xed),
        Some("p-plus-one") => near_p(0xee),
        _ => [0; 32],
    }
}

fn start(start: Start) -> Box<dyn Attack> {
    let point = point(start.variant.as_deref());
    let zero = || vec![("shared", Value::secret(&[0; 32]))];
    let plan = Plan {
        as_server: zero(),
        as_client: zero(),
        invents_as_server: &[],
        invents_as_client: &["client_nonce"],
        replace: Box::new(move |_, _| {
            ["client_share", "server_share"].map(|name| (name, Value::Bytes(point.to_vec()))).to_vec()
        }),
        ..Plan::substitution()
    };
    match start.variant.as_deref() {
        Some(one @ ("client" | "server")) => towards_one(&start, Some(one), plan),
        _ => Box::new(Middle::new(&start, plan)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::group::Group;

    #[test]
    fn every_point_is_annihilated_by_every_secret() {
        for variant in INFO.variants {
            for secret in [[1; 32], [0x77; 32], [0xff; 32]] {
                let shared = Group::X25519.agree(&secret, &point(Some(variant.id))).map(|shared| shared.to_vec());
                assert_eq!(shared, Ok(vec![0; 32]), "{}", variant.id);
            }
        }
    }
}
