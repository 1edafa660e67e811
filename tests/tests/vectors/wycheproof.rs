//! Project Wycheproof's edge cases, with the calls that the lab makes.

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use ed25519_dalek::{Signature, VerifyingKey};
use hkdf::Hkdf;
use lab::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    check::Switches,
    group::Group,
    mode::Relation,
};
use sha2::Sha256;
use wycheproof::{TestResult, aead, eddsa, hkdf as kdf, xdh};

/// A secret that Wycheproof expects to be zero is one that `contributory` finds; every other one it lets pass.
#[test]
fn x25519() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).expect("the set");
    let mut zeros = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let Ok(shared) = Group::X25519.agree(&test.private_key, &test.public_key) else {
            assert_ne!(test.result, TestResult::Valid, "{}: {}", test.tc_id, test.comment);
            continue;
        };
        assert_eq!(shared.as_slice(), test.shared_secret.as_slice(), "{}: {}", test.tc_id, test.comment);
        let findings = Real::new([0; 32])
            .relate(Relation::Contributes, &[Value::Secret(shared)], &Switches::default())
            .expect("findings");
        let zero = test.flags.contains(&xdh::TestFlag::ZeroSharedSecret);
        assert_eq!(findings[0].holds, Some(!zero), "{}: {}", test.tc_id, test.comment);
        assert!(!test.result.must_fail() || zero, "{}: {}", test.tc_id, test.comment);
        zeros += usize::from(zero);
    }
    assert!(zeros > 0, "no vector with a secret of zero");
}

/// The lab's relation signs a context of its own, so the messages go to the crate with the call that the relation makes.
#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the set");
    let mut seen = [0; 2];
    for group in &set.test_groups {
        let key: &[u8; 32] = group.key.pk.as_slice().try_into().expect("32 octets");
        for test in &group.tests {
            let verifies = || {
                let signature = Signature::from_slice(&test.sig).ok()?;
                VerifyingKey::from_bytes(key).ok()?.verify_strict(&test.msg, &signature).ok()
            };
            let valid = test.result == TestResult::Valid;
            assert_eq!(verifies().is_some(), valid, "{}: {}", test.tc_id, test.comment);
            seen[usize::from(valid)] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 0), "vectors of one kind only");
}

#[test]
fn hkdf_sha256() {
    let set = kdf::TestSet::load(kdf::TestName::HkdfSha256).expect("the set");
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let (prk, _) = Hkdf::<Sha256>::extract(Some(&test.salt), &test.ikm);
        let mut okm = vec![0; test.size];
        let expanded = Hkdf::<Sha256>::from_prk(&prk).expect("a key").expand_multi_info(&[&test.info], &mut okm);
        match test.result.must_fail() {
            true => assert!(expanded.is_err(), "{}: {}", test.tc_id, test.comment),
            false => assert_eq!(okm, *test.okm, "{}: {}", test.tc_id, test.comment),
        }
    }
}

#[test]
fn chacha20_poly1305() {
    let set = aead::TestSet::load(aead::TestName::ChaCha20Poly1305).expect("the set");
    let mut refused = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let opened = || {
            let cipher = ChaCha20Poly1305::new(test.key.as_slice().try_into().ok()?);
            let mut text = test.ct.to_vec();
            let (nonce, tag) = (test.nonce.as_slice().try_into().ok()?, test.tag.as_slice().try_into().ok()?);
            cipher.decrypt_inout_detached(nonce, &test.aad, text.as_mut_slice().into(), tag).ok()?;
            Some(text)
        };
        let expected = (!test.result.must_fail()).then(|| test.pt.to_vec());
        refused += usize::from(expected.is_none());
        assert_eq!(opened(), expected, "{}: {}", test.tc_id, test.comment);
    }
    assert!(refused > 0, "no vector that has to be refused");
}
