//! What issuers must and must not put into certificates: each rule by the check that it belongs to, with a reason that names
//! what is wrong; and the certificate that differs in nothing else is accepted.

use chacha20::ChaCha20Rng;
use lab::certificate::{
    Credential, PeerName, Pki, Policy, Profile, Purpose, Template, Validation, Validity, checks,
    issue::{Extension, KeyUse, Limits},
    validate,
};
use rand_core::SeedableRng as _;
use support::tlv::{Body, Node};

const AT: i64 = 1_795_219_200;
const NAME: &str = "server.example";

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

fn pki() -> Pki {
    Pki::generate(NAME, "client.example", AT, &mut rng(1)).unwrap()
}

fn leaf() -> Template {
    Template::leaf(NAME, Purpose::Server, Validity::around(AT, 90))
}

fn policy(pki: &Pki, profile: Profile) -> Policy {
    Policy {
        anchors: vec![pki.root.certificate().to_vec()],
        at: AT,
        name: Some(PeerName::Dns(NAME.into())),
        purpose: Some(Purpose::Server),
        profile,
        ..Policy::default()
    }
}

fn issued(pki: &Pki, template: &Template, profile: Profile) -> Validation {
    let leaf = pki.intermediate.issue(template, &mut rng(2)).unwrap();
    validate(&policy(pki, profile), leaf.presented())
}

fn rejected(found: &Validation, check: &str, text: &str) {
    let reason = &found.reason;
    assert!(!found.accepted() && reason.starts_with(&format!("{check} of")) && reason.contains(text), "{reason}");
}

fn accepted(found: &Validation) {
    assert!(found.accepted(), "{}", found.reason);
}

fn extension(oid: &'static [u64], critical: bool, value: &[u8]) -> Extension {
    Extension { oid, critical, value: value.to_vec() }
}

/// RFC 5280 section 4.1.2.1: the version is named, not what a certificate of that version lacks.
#[test]
fn earlier_versions() {
    let pki = pki();
    let honest = pki.server.presented().to_vec();
    for version in [1_u8, 2] {
        let mut tree = Node::parse(&honest[0]).unwrap();
        let signed = tree.nodes_mut()[0].nodes_mut();
        signed.pop();
        if version == 1 {
            signed.remove(0);
        } else {
            signed[0].nodes_mut()[0].body = Body::Octets(vec![version - 1]);
        }
        let signature = pki.intermediate.key().sign(&tree.nodes()[0].encode());
        tree.nodes_mut()[2].body = Body::Octets([&[0][..], &signature].concat());
        let chain = [tree.encode(), honest[1].clone()];
        rejected(
            &validate(&policy(&pki, Profile::Automatic), &chain),
            checks::ENCODING,
            &format!("expected version 3, got version {version}"),
        );
        accepted(&validate(&Policy { name: None, ..policy(&pki, Profile::Rfc5280) }, &chain));
    }
}

/// An extension that is known and must not be critical is not called unknown.
#[test]
fn critical_access_information() {
    let pki = pki();
    let access = |critical| {
        let value = [0x30, 17, 0x30, 15, 0x06, 8, 0x2b, 6, 1, 5, 5, 7, 48, 1, 0x86, 3, b'u', b'r', b'n'];
        Template { extensions: vec![extension(&[1, 3, 6, 1, 5, 5, 7, 1, 1], critical, &value)], ..leaf() }
    };
    for profile in [Profile::Automatic, Profile::Rfc5280] {
        let found = issued(&pki, &access(true), profile);
        rejected(&found, checks::CRITICAL_EXTENSIONS, "expected authorityInfoAccess not critical");
        accepted(&issued(&pki, &access(false), profile));
    }
}

/// RFC 5280 section 4.2.1.4: critical policies must be understood with their qualifiers.
#[test]
fn critical_policies_with_a_qualifier() {
    let pki = pki();
    let policies = |critical, qualifier: &[u8]| {
        let qualifier = [&[0x06, qualifier.len() as u8], qualifier, &[0x16, 1, b'x']].concat();
        let [one, two] = [qualifier.len() as u8, qualifier.len() as u8 + 2];
        let value = [&[0x30, two + 8, 0x30, two + 6, 0x06, 2, 0x2a, 3, 0x30, two, 0x30, one], &qualifier[..]].concat();
        Template { extensions: vec![extension(&[2, 5, 29, 32], critical, &value)], ..leaf() }
    };
    let (pointer, unknown) = ([0x2b, 6, 1, 5, 5, 7, 2, 1], [0x2a, 3, 4]);
    for profile in [Profile::Automatic, Profile::Rfc5280] {
        accepted(&issued(&pki, &policies(true, &pointer), profile));
        accepted(&issued(&pki, &policies(false, &unknown), profile));
        let found = issued(&pki, &policies(true, &unknown), profile);
        rejected(&found, checks::CRITICAL_EXTENSIONS, "the qualifier 1.2.3.4");
    }
}

/// RFC 5280 section 4.2.1.3, only for who asks for the profile by its name; roots excepted.
#[test]
fn an_authority_states_what_its_key_is_for() {
    let pki = pki();
    let silent = Template { key_use: KeyUse::Unsaid, ..Template::authority("silent", Validity::around(AT, 900)) };
    let silent_root = Credential::self_signed(&silent, &mut rng(3)).unwrap();
    let silent = pki.root.issue(&silent, &mut rng(4)).unwrap();
    let chain = silent.issue(&leaf(), &mut rng(5)).unwrap();
    let found = validate(&policy(&pki, Profile::WebPki), chain.presented());
    rejected(&found, checks::KEY_USAGE, "expected keyUsage in an authority, got no keyUsage");
    accepted(&validate(&policy(&pki, Profile::Automatic), chain.presented()));
    let below = silent_root.issue(&leaf(), &mut rng(6)).unwrap();
    let anchors = vec![silent_root.certificate().to_vec()];
    accepted(&validate(&Policy { anchors, ..policy(&pki, Profile::WebPki) }, below.presented()));
}

/// BR 7.1.2.7.8, likewise.
#[test]
fn an_authority_is_no_server() {
    let pki = pki();
    let authority = Template { authority: Some(Limits::default()), ..leaf() };
    rejected(
        &issued(&pki, &authority, Profile::WebPki),
        checks::CA_FLAG,
        "expected cA FALSE in a server's certificate",
    );
    accepted(&issued(&pki, &authority, Profile::Automatic));
    accepted(&issued(&pki, &leaf(), Profile::WebPki));
}

/// RFC 5280 section 4.1.2.6: somebody's it must be, even where nobody in particular is expected.
#[test]
fn a_certificate_is_somebodys() {
    let pki = pki();
    let nobody = Template { common_name: String::new(), names: Vec::new(), ..leaf() };
    let judge = |template: &Template, profile| {
        let leaf = pki.intermediate.issue(template, &mut rng(2)).unwrap();
        validate(&Policy { name: None, ..policy(&pki, profile) }, leaf.presented())
    };
    rejected(
        &judge(&nobody, Profile::WebPki),
        checks::SUBJECT,
        "expected a subject, or subject alternative names, got neither",
    );
    accepted(&judge(&nobody, Profile::Rfc5280));
    accepted(&judge(&Template { common_name: "somebody".into(), ..nobody }, Profile::WebPki));
}
