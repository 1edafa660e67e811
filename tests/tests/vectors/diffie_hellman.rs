//! Diffie–Hellman against the vectors of NIST and Botan, and the check of public values against values at its edges.

use lab::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    check::Switches,
    group::{Group, Modp},
    mode::Relation,
};
use num_bigint::BigUint;
use std::{collections::BTreeMap, sync::Arc};
use support::{
    data,
    vectors::{self, octets},
};

/// A number in decimal, or in hexadecimal after `0x`.
fn number(text: &str) -> BigUint {
    match text.strip_prefix("0x") {
        Some(hex) => BigUint::from_bytes_be(&octets(hex)),
        None => text.parse().unwrap_or_else(|_| panic!("no number: {text}")),
    }
}

fn group(p: BigUint, g: BigUint) -> (Arc<Modp>, Group) {
    let modp = Arc::new(Modp::new(p, g));
    (Arc::clone(&modp), Group::Modp(modp))
}

/// What the lab's check says of a public value.
fn in_range(group: &Group, public: &[u8]) -> bool {
    let args = [Value::Group(group.clone()), Value::Bytes(public.to_vec())];
    let findings = Real::new([0; 32]).relate(Relation::PublicInRange, &args, &Switches::default()).expect("findings");
    assert_eq!(findings.len(), 1);
    findings[0].holds.expect("applicable")
}

/// The value lies in the subgroup of order q (SP 800-56A section 5.6.2.3.1, step 2).
fn in_subgroup(modp: &Modp, q: &BigUint, public: &[u8]) -> bool {
    BigUint::from_bytes_be(public).modpow(q, &modp.p) == BigUint::from(1u8)
}

/// Each cause that NIST gives for a pass or a failure, as the lab and theory see it. A public key that fails NIST's
/// validation is one outside the subgroup, within the range: the range check, which is all that TLS with safe primes
/// needs, lets it pass, and only the test of its order finds it.
#[test]
fn nist_cavp_static_agreement() {
    let mut causes: BTreeMap<u32, usize> = BTreeMap::new();
    for role in ["init", "resp"] {
        let name = format!("nist-cavp-dh/KASValidityTest_FFCStatic_NOKC_ZZOnly_{role}.fax");
        let Some(text) = data::text(&name) else { return };
        let mut known = BTreeMap::new();
        for (name, value) in vectors::entries(&text) {
            if name != "result" {
                known.insert(name, value);
                continue;
            }
            let at = |name: &str| octets(known[name]);
            let int = |name: &str| BigUint::from_bytes_be(&at(name));
            let (modp, group) = group(int("p"), int("g"));
            let q = int("q");
            let z = group.agree(&at("xstatiut"), &at("ystatcavs")).expect("a public value of the prime's length");
            let agrees = z.as_slice() == at("z");
            let own_key = |x: &str, y: &str| group.public(&at(x)) == Some(at(y));
            let valid = |y: &str| (in_range(&group, &at(y)), in_subgroup(&modp, &q, &at(y)));
            let (iut, cavs) = (valid("ystatiut"), valid("ystatcavs"));
            let cause = value.trim_start_matches(['P', 'F', ' ', '(']).split(' ').next().expect("a number");
            let cause: u32 = cause.parse().expect("a number");
            assert_eq!(value.starts_with('P'), agrees, "{value}");
            let sound = (true, true);
            match cause {
                0 => assert_eq!((iut, cavs), (sound, sound)),
                1 => assert_eq!((iut, cavs), (sound, (true, false))),
                3 => assert_eq!((iut, cavs), ((true, false), sound)),
                4 => assert!(!own_key("xstatiut", "ystatiut"), "the private key is the public one's"),
                5 => assert!(own_key("xstatiut", "ystatiut") && own_key("xstatcavs", "ystatcavs")),
                10 => assert_eq!(z[0] >> 4, 0, "no leading zero"),
                other => panic!("no cause {other}"),
            }
            *causes.entry(cause).or_default() += 1;
        }
    }
    assert_eq!(causes, BTreeMap::from([(0, 84), (1, 12), (3, 12), (4, 12), (5, 12), (10, 12)]));
}

/// Vectors with a key derivation that no mode of the lab uses are left out.
#[test]
fn botan_agreement() {
    let Some(text) = data::text("botan-vec/dh.vec") else { return };
    let mut seen = 0;
    for vector in vectors::all(&text, "p").iter().filter(|vector| !vector.contains_key("kdf")) {
        let (modp, group) = group(number(vector["p"]), number(vector["g"]));
        let public = modp.encode(&number(vector["y"]));
        let shared = group.agree(&number(vector["x"]).to_bytes_be(), &public).expect("a shared secret");
        assert_eq!(shared.as_slice(), modp.encode(&BigUint::from_bytes_be(&octets(vector["k"]))));
        assert!(in_range(&group, &public));
        seen += 1;
    }
    assert!(seen > 30, "{seen} vectors only");
}

/// All of these lie within the range and outside the subgroup, as NIST's above.
#[test]
fn botan_invalid_keys() {
    let Some(text) = data::text("botan-vec/dh_invalid.vec") else { return };
    let mut known = BTreeMap::new();
    let mut seen = 0;
    for (name, value) in vectors::entries(&text) {
        known.insert(name.clone(), number(value));
        if name == "invalidkey" {
            let (modp, group) = group(known["p"].clone(), known["g"].clone());
            let public = modp.encode(&known["invalidkey"]);
            assert!(in_range(&group, &public) && !in_subgroup(&modp, &known["q"], &public));
            seen += 1;
        }
    }
    assert_eq!(seen, 7);
}

#[test]
fn public_values_at_the_edges_of_the_range() {
    let Some(values) = data::text("dh-weak/public-values.json") else { return };
    let Some(groups) = data::text("dh-groups/named-groups.json") else { return };
    let [values, groups] = [values, groups].map(|text| serde_json::from_str::<serde_json::Value>(&text).expect("JSON"));
    let text = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
    let hex = |value: &serde_json::Value| BigUint::from_bytes_be(&octets(&text(value)));
    let values = values.as_array().expect("a list");
    assert_eq!(values.len(), 56);
    for value in values {
        let listed = groups.as_array().expect("a list").iter().find(|it| it["name"] == value["group"]);
        let listed = listed.expect("a listed group");
        let (modp, group) = group(hex(&listed["p"]), hex(&listed["g"]));
        // The file has numbers; on the wire they are padded.
        let public = modp.encode(&hex(&value["public"]));
        let told = format!("{} {}", value["group"], value["label"]);
        assert_eq!(Some(in_range(&group, &public)), value["accept_range_check"].as_bool(), "{told}");
        let in_subgroup = public.iter().any(|octet| *octet != 0) && in_subgroup(&modp, &hex(&listed["q"]), &public);
        let unreduced = BigUint::from_bytes_be(&public) >= modp.p;
        assert_eq!(Some(in_subgroup && !unreduced), value["in_prime_subgroup"].as_bool(), "{told}");
    }
}
