//! The primitives as the lab uses them, against the vectors that their RFCs print.

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use flate2::read::GzDecoder;
use hkdf::Hkdf;
use lab::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    certificate::KeyPair,
    group::{Group, cpace, named},
    record::{Content, RecordKey, Sealed},
    term::Op,
    wire::Kind,
};
use num_bigint::BigUint;
use sha2::{Digest, Sha256};
use sha3::Sha3_256;
use std::{collections::BTreeMap, io::Read};
use support::{
    data,
    vectors::{self, octets},
};

/// X25519 with any scalar and u-coordinate.
fn x25519(scalar: &[u8], u: &[u8]) -> Vec<u8> {
    Group::X25519.agree(scalar, u).expect("32 octets each").to_vec()
}

#[test]
fn x25519_of_rfc_7748_section_5_2() {
    let Some(text) = data::text("rfc-vectors/rfc7748.txt") else { return };
    let vectors = vectors::all(&text, "count");
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let [scalar, u, output] = ["input_scalar", "input_u", "output_u"].map(|name| octets(vector[name]));
        assert_eq!(x25519(&scalar, &u), output);
    }
}

#[test]
fn x25519_iterated_of_rfc_7748_section_5_2() {
    let nine = octets(&format!("09{}", "00".repeat(31)));
    let (mut k, mut u) = (nine.clone(), nine);
    for round in 1..=1000 {
        (k, u) = (x25519(&k, &u), k);
        if round == 1 {
            assert_eq!(k, octets("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"));
        }
    }
    assert_eq!(k, octets("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
}

#[test]
fn key_agreement_of_rfc_7748_section_6_1() {
    let alice = octets("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    let bob = octets("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    let alice_public = octets("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    let bob_public = octets("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    let shared = octets("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    assert_eq!(Group::X25519.public(&alice), Some(alice_public.clone()));
    assert_eq!(Group::X25519.public(&bob), Some(bob_public.clone()));
    assert_eq!(x25519(&alice, &bob_public), shared);
    assert_eq!(x25519(&bob, &alice_public), shared);
}

/// The vectors that RFC 8032 section 7.1 takes its own from: `secret public : public : message : signature message :`.
#[test]
fn ed25519_of_rfc_8032() {
    let Some(packed) = data::bytes("rfc-vectors/ed25519-sign.input.gz") else { return };
    let mut text = String::new();
    GzDecoder::new(packed.as_slice()).read_to_string(&mut text).expect("gzip");
    assert_eq!(text.lines().count(), 1024);
    for line in text.lines() {
        let columns: Vec<Vec<u8>> = line.split(':').map(octets).collect();
        let [secret, public, message, signed, _] = &columns[..] else { panic!("{line}: expected four columns") };
        let key = KeyPair::from_seed(secret[..32].try_into().expect("32 octets"));
        assert_eq!(key.public(), public);
        assert_eq!(key.sign(message).as_slice(), &signed[..64]);
    }
}

/// The lab fixes salt and info, so the general cases go to the crate with the calls that the lab makes, and the case
/// without a salt to the lab itself.
#[test]
fn hkdf_of_rfc_5869() {
    let Some(text) = data::text("rfc-vectors/rfc-5869-HKDF-SHA256.txt") else { return };
    let vectors = vectors::all(&text, "count");
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let [ikm, salt, info, prk, okm] = ["ikm", "salt", "info", "prk", "okm"].map(|name| octets(vector[name]));
        let (extracted, _) = Hkdf::<Sha256>::extract(Some(&salt), &ikm);
        assert_eq!(extracted.as_slice(), prk);
        let mut output = vec![0; vector["l"].parse().expect("a length")];
        Hkdf::<Sha256>::from_prk(&prk).expect("a key").expand_multi_info(&[&info], &mut output).expect("not too long");
        assert_eq!(output, okm);
        if salt.is_empty() {
            let extracted = Real::new([0; 32]).apply(Op::Extract, &[Value::secret(&ikm)]).expect("a key");
            assert_eq!(extracted.octets(), Some(prk.as_slice()));
        }
    }
}

/// HMAC-SHA256 as RFC 2104 section 2 writes it down, for keys of at most a block.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let pad = |with: u8| -> Vec<u8> { (0..64).map(|i| key.get(i).copied().unwrap_or(0) ^ with).collect() };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

#[test]
fn the_labs_hmac_and_expansion_follow_their_definitions() {
    let real = Real::new([0; 32]);
    let (key, digest) = ([0x0b; 32], [0x42; 32]);
    let args = || [Value::secret(&key), Value::Bytes(digest.to_vec())];
    let tag = real.apply(Op::Mac, &args()).expect("a tag");
    assert_eq!(tag.octets(), Some(hmac(&key, &digest).as_slice()));
    // RFC 5869 section 2.3 with L = 32: T(1) = HMAC(PRK, info | 0x01).
    let info = [b"interlock v1 client write\0".as_slice(), &digest, &[1]].concat();
    let expanded = real.apply(Op::Expand("client write"), &args()).expect("a key");
    assert_eq!(expanded.octets(), Some(hmac(&key, &info).as_slice()));
}

#[test]
fn the_named_groups_are_those_of_rfc_7919_and_rfc_3526() {
    let Some(text) = data::text("dh-groups/named-groups.json") else { return };
    let listed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let number = |value: &serde_json::Value| {
        BigUint::parse_bytes(value.as_str().expect("a string").as_bytes(), 16).expect("hexadecimal")
    };
    let mut compared = 0;
    for group in listed.as_array().expect("a list") {
        let name = group["name"].as_str().expect("a name").replace('_', "");
        if let Some(Group::Modp(own)) = named::find(&name) {
            assert_eq!((&own.p, &own.g), (&number(&group["p"]), &number(&group["g"])), "{name}");
            compared += 1;
        }
    }
    let modular = named::NAMES.iter().filter(|name| matches!(named::find(name), Some(Group::Modp(_))));
    assert_eq!(compared, modular.count());
}

#[test]
fn the_modp_primes_are_those_that_rfc_3526_prints() {
    let Some(text) = data::text("nist-cavp-dh/rfc3526.txt") else { return };
    let mut compared = 0;
    for vector in vectors::all(&text, "count") {
        let p = BigUint::from_bytes_be(&octets(vector["p"]));
        if let Some(Group::Modp(own)) = named::find(&format!("modp{}", p.bits())) {
            assert_eq!((&own.p, own.g.to_string().as_str()), (&p, vector["g"]));
            compared += 1;
        }
    }
    assert_eq!(compared, named::NAMES.iter().filter(|name| name.starts_with("modp")).count());
}

fn seal(key: &[u8], nonce: &[u8], aad: &[u8], plaintext: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let cipher = ChaCha20Poly1305::new(key.try_into().expect("32 octets"));
    let mut text = plaintext.to_vec();
    let tag = cipher
        .encrypt_inout_detached(nonce.try_into().expect("12 octets"), aad, text.as_mut_slice().into())
        .expect("not too long");
    (text, tag.to_vec())
}

fn opens(key: &[u8], nonce: &[u8], aad: &[u8], ciphertext: &[u8], tag: &[u8]) -> bool {
    let cipher = ChaCha20Poly1305::new(key.try_into().expect("32 octets"));
    let mut text = ciphertext.to_vec();
    let (nonce, tag) = (nonce.try_into().expect("12 octets"), tag.try_into().expect("16 octets"));
    cipher.decrypt_inout_detached(nonce, aad, text.as_mut_slice().into(), tag).is_ok()
}

/// Octets in hexadecimal, or as text between quotes.
fn quoted_or_hex(value: &str) -> Vec<u8> {
    match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(text) => text.as_bytes().to_vec(),
        None => octets(value),
    }
}

#[test]
fn chacha20_poly1305_of_rfc_8439() {
    let Some(text) = data::text("rfc-vectors/chacha20poly1305-boringssl.txt") else { return };
    let vectors = vectors::all(&text, "count");
    assert_eq!(vectors.len(), 66);
    for vector in vectors {
        let [key, nonce, input, aad, ciphertext, tag] =
            ["key", "nonce", "in", "ad", "ct", "tag"].map(|name| quoted_or_hex(vector[name]));
        assert_eq!(seal(&key, &nonce, &aad, &input), (ciphertext.clone(), tag.clone()), "{vector:?}");
        assert!(opens(&key, &nonce, &aad, &ciphertext, &tag));
    }
}

#[test]
fn chacha20_poly1305_refuses_what_openssl_refuses() {
    let Some(text) = data::text("rfc-vectors/chacha20poly1305-openssl.txt") else { return };
    let mut refused = 0;
    for vector in vectors::all(&text, "count") {
        let [key, nonce, aad, tag, plaintext, ciphertext] =
            ["key", "iv", "aad", "tag", "plaintext", "ciphertext"].map(|name| octets(vector[name]));
        let good = !vector.contains_key("result");
        assert_eq!(opens(&key, &nonce, &aad, &ciphertext, &tag), good);
        assert_eq!(seal(&key, &nonce, &aad, &plaintext) == (ciphertext, tag), good);
        refused += usize::from(!good);
    }
    assert_eq!(refused, 1);
}

/// The record format of docs/wire.md, composed here by hand.
#[test]
fn a_record_is_what_its_format_says() {
    let key = [7; 32];
    let plaintext = b"\x01pay 100";
    let sequence = [0, 0, 0, 0, 0, 0, 1, 2];
    let length = 8 + plaintext.len() as u8 + 16;
    let header = [23, 0, 0, length];
    let nonce = [&[0; 4][..], &sequence].concat();
    let aad = [&header[..], &sequence].concat();
    let (ciphertext, tag) = seal(&key, &nonce, &aad, plaintext);
    let record = [&header[..], &sequence, &ciphertext, &tag].concat();

    let key = RecordKey::new(&key).expect("32 octets");
    let frame = key.seal(258, &Content::Data(b"pay 100".to_vec())).expect("a record");
    assert_eq!(frame.kind, Kind::Record);
    assert_eq!(frame.to_bytes(), record);
    let sealed = Sealed::parse(&record[4..]).expect("a record");
    assert_eq!(sealed.sequence, 258);
    assert_eq!(key.open(&sealed).as_deref(), Some(&plaintext[..]));
}

/// X-Wing (draft-connolly-cfrg-xwing-kem) has the same halves, one beside the other: what it hashes is what the lab's hybrid
/// gives.
#[test]
fn both_halves_of_the_hybrid_are_those_of_x_wing() {
    use shake::{
        Shake256,
        digest::{ExtendableOutput, Update, XofReader},
    };
    let Some(text) = data::text("x-wing/test-vectors.json") else { return };
    let vectors: Vec<BTreeMap<String, String>> = serde_json::from_str(&text).expect("vectors");
    assert_eq!(vectors.len(), 3);
    let group = Group::X25519MlKem768;
    for vector in vectors {
        let [sk, eseed, pk, ct, ss] = ["sk", "eseed", "pk", "ct", "ss"].map(|name| octets(&vector[name]));
        let mut secret = [0; 96];
        Shake256::default().chain(&sk).finalize_xof().read(&mut secret);
        assert_eq!(group.public(&secret), Some(pk.clone()));
        // The coins and the scalar; what lies between them only the one who asks uses.
        let coins = [&eseed[..32], &[0; 32], &eseed[32..]].concat();
        assert_eq!(group.reply(&coins, &pk), Ok(ct.clone()));
        let shared = group.agree(&secret, &ct).expect("an answer");
        assert_eq!(*shared, *group.replied(&coins, &pk).expect("an encapsulation key"));
        let combined = Sha3_256::new().chain_update(&*shared).chain_update(&ct[1088..]).chain_update(&pk[1184..]);
        assert_eq!(combined.chain_update(br"\.//^\").finalize().to_vec(), ss);
    }
}

#[test]
fn cpace_over_ristretto255_of_its_draft() {
    let Some(text) = data::text("cpace/testvectors.json") else { return };
    let sets: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).expect("vectors");
    let set = |name: &str| octets(sets["G_Coffee25519"][name].as_str().expect("octets in hex"));
    let [password, channel, session] = ["PRS", "CI", "sid"].map(set);
    for (secret, share, peers) in [("ya", "Ya", "Yb"), ("yb", "Yb", "Ya")] {
        let public = cpace::public(&set(secret), &password, &channel, &session);
        assert_eq!(public, Some(set(share)));
        assert_eq!(*Group::Ristretto255.agree(&set(secret), &set(peers)).expect("32 octets"), set("K"));
        // What is no element gives the neutral one, which the check for zero sees.
        for nobody in [[0; 32], [0xff; 32]] {
            assert_eq!(*Group::Ristretto255.agree(&set(secret), &nobody).expect("32 octets"), vec![0; 32]);
        }
    }
}
