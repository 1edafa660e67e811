//! What issuers must and must not put into certificates: each rule by the check that it belongs to, with a reason that names
//! what is wrong; and the certificate that differs in nothing else is accepted.

use lab::certificate::{
    Credential, Outcome, Pki, Policy, Profile, Status, Template, Validation, Validity, checks,
    issue::{Extension, KeyUse, Limits},
    only_issuers_rules_fail, validate,
};
use support::certificates::{self, AT, leaf, pki, rng, sign};
use support::tlv::{Body, Node, der};

pub fn policy(pki: &Pki, profile: Profile) -> Policy {
    Policy { profile, ..certificates::policy(pki) }
}

pub fn issued(pki: &Pki, template: &Template, profile: Profile) -> Validation {
    let leaf = pki.authorities.intermediate.issue(template, &mut rng(2)).unwrap();
    validate(&policy(pki, profile), leaf.presented())
}

pub fn rejected(found: &Validation, check: &str, text: &str) {
    let reason = &found.reason();
    assert!(found.outcome == Outcome::Reject, "{:?}: {reason}", found.outcome);
    assert!(reason.starts_with(&format!("{check} of")) && reason.contains(text), "{reason}");
}

pub fn accepted(found: &Validation) {
    assert!(found.accepted(), "{}", found.reason());
}

pub fn extension(oid: &'static [u64], critical: bool, value: &[u8]) -> Extension {
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
        let chain = [sign(&mut tree, &pki.authorities.intermediate), honest[1].clone()];
        rejected(
            &validate(&policy(&pki, Profile::Automatic), &chain),
            checks::ENCODING,
            &format!("expected version 3, got version {version}"),
        );
        accepted(&validate(&Policy { name: None, ..policy(&pki, Profile::Rfc5280) }, &chain));
    }
}

/// RFC 5280 section 4.1.2.1, whoever asks: extensions are of version 3, and unique identifiers of version 2 or 3; no other version is one.
#[test]
fn what_a_version_has() {
    let pki = pki();
    let honest = pki.server.presented().to_vec();
    let unique = [der(0x81, &[&[0, 0xaa]]), der(0x82, &[&[0, 0xaa]])];
    for (version, unique, extensions, why) in [
        (1, None, false, None),
        (1, None, true, Some("3, because there are extensions, got 1")),
        (2, None, true, Some("3, because there are extensions, got 2")),
        (1, Some(&unique[0]), false, Some("2 or 3, because there are unique identifiers, got 1")),
        (1, Some(&unique[1]), false, Some("2 or 3, because there are unique identifiers, got 1")),
        (2, Some(&unique[0]), false, None),
        (2, Some(&unique[1]), false, None),
        (3, Some(&unique[1]), true, None),
        (4, None, true, Some("1, 2 or 3, got 4")),
    ] {
        let mut tree = Node::parse(&honest[0]).unwrap();
        let signed = tree.nodes_mut()[0].nodes_mut();
        if !extensions {
            signed.pop();
        }
        if let Some(unique) = unique {
            signed.insert(7, Node::parse(unique).unwrap());
        }
        match version {
            1 => drop(signed.remove(0)),
            _ => signed[0].nodes_mut()[0].body = Body::Octets(vec![version - 1]),
        }
        let chain = [sign(&mut tree, &pki.authorities.intermediate), honest[1].clone()];
        let found = validate(&Policy { name: None, ..policy(&pki, Profile::Rfc5280) }, &chain);
        match why {
            Some(why) => rejected(&found, checks::ENCODING, why),
            None => accepted(&found),
        }
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

/// RFC 5280 section 4.2.1.10: "which MUST be used only in a CA certificate", whoever asks; in an authority in the leaf's place it
/// may be.
#[test]
fn name_constraints_are_an_authoritys() {
    let pki = pki();
    let base: &[u8] = &[0x82, 7, b'e', b'x', b'a', b'm', b'p', b'l', b'e'];
    let value = der(0x30, &[&der(0xa0, &[&der(0x30, &[base])])]);
    let constraining = || Template { extensions: vec![extension(&[2, 5, 29, 30], true, &value)], ..leaf() };
    let authority = || Template { authority: Some(Limits::default()), ..constraining() };
    for profile in [Profile::Automatic, Profile::Rfc5280, Profile::WebPki] {
        for name in [Some(()), None] {
            let policy = policy(&pki, profile);
            let policy = Policy { name: name.and(policy.name.clone()), ..policy };
            let judged = |template: &Template| {
                let leaf = pki.authorities.intermediate.issue(template, &mut rng(2)).unwrap();
                validate(&policy, leaf.presented())
            };
            rejected(
                &judged(&constraining()),
                checks::NAME_CONSTRAINTS,
                "expected name constraints in authorities only",
            );
            accepted(&judged(&leaf()));
            if profile != Profile::WebPki {
                accepted(&judged(&authority()));
            }
        }
    }
}

/// RFC 5280 section 4.2.1.3, only for who asks for the profile by its name; roots excepted.
#[test]
fn an_authority_states_what_its_key_is_for() {
    let pki = pki();
    let silent = Template { key_use: KeyUse::Unsaid, ..Template::authority("silent", Validity::around(AT, 900)) };
    let silent_root = Credential::self_signed(&silent, &mut rng(3)).unwrap();
    let silent = pki.authorities.root.issue(&silent, &mut rng(4)).unwrap();
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

/// RFC 5280 sections 4.2.1.1 and 4.2.1.2: an authority that rolls its key over certifies itself without being a root, so that its two
/// identifiers differ, and the issuer's is there. BR 7.1.2.1.3: a root's are one.
#[test]
fn key_identifiers() {
    let years = Validity::around(AT, 900);
    let named = || Template::authority("root", years);
    let root = Credential::self_signed(&named(), &mut rng(3)).unwrap();
    let found = |root: &Credential, above_leaf: &Template| {
        let authority = root.issue(above_leaf, &mut rng(4)).unwrap();
        let leaf = authority.issue(&leaf(), &mut rng(5)).unwrap();
        let anchors = vec![root.certificate().to_vec()];
        validate(&Policy { anchors, ..policy(&pki(), Profile::WebPki) }, leaf.presented())
    };
    for rolled in [named(), Template { key_identifier: Some((0..21).collect()), ..named() }] {
        accepted(&found(&root, &rolled));
    }
    for name in ["root", "other"] {
        let silent = Template { issuer_key: false, ..Template::authority(name, years) };
        rejected(&found(&root, &silent), checks::KEY_IDENTIFIER, "no authorityKeyIdentifier");
    }
    let authority_key = |fields: &[&[u8]]| vec![extension(&[2, 5, 29, 35], false, &der(0x30, fields))];
    let (key, other) = (der(0x80, &[&[7; 20]]), der(0x80, &[&[8; 20]]));
    let names = der(0xa1, &[&der(0x82, &[b"root.example"])]);
    for (extensions, why) in [
        (authority_key(&[&key]), None),
        (authority_key(&[&other]), Some("a root's two identifiers are one")),
        (authority_key(&[&key, &names, &[0x82, 1, 5]]), Some("BR 7.1.2.1.3 forbids them")),
    ] {
        let template = Template { issuer_key: false, key_identifier: Some(vec![7; 20]), extensions, ..named() };
        let root = Credential::self_signed(&template, &mut rng(8)).unwrap();
        let found = found(&root, &Template::authority("other", years));
        match why {
            Some(why) => rejected(&found, checks::KEY_IDENTIFIER, why),
            None => accepted(&found),
        }
    }
    // A root may leave it out; nobody else on top of a path does.
    let silent = Credential::self_signed(&Template { issuer_key: false, ..named() }, &mut rng(6)).unwrap();
    accepted(&found(&silent, &Template::authority("other", years)));
    let unanchored = root.issue(&Template { issuer_key: false, ..leaf() }, &mut rng(7)).unwrap();
    let nobody = Policy { anchors: Vec::new(), ..policy(&pki(), Profile::WebPki) };
    let status = validate(&nobody, unanchored.presented()).status(checks::KEY_IDENTIFIER);
    assert_eq!(status, Some(Status::Failed));
}

/// RFC 5280 sections 4.2.1.10, 4.2.1.11 and 4.2.1.14: issuers mark as critical what restricts an authority, so that whoever
/// does not process it refuses the path instead of passing over the restriction. Who relies on a path processes it either
/// way: NIST's suite has valid paths with policy constraints that are not critical.
#[test]
fn restrictions_are_critical() {
    let pki = pki();
    let subtree = der(0x30, &[&der(0x82, &[certificates::NAME.as_bytes()])]);
    let restrictions: [(&'static [u64], Vec<u8>, &str); 3] = [
        (&[2, 5, 29, 30], der(0x30, &[&der(0xa0, &[&subtree])]), "nameConstraints"),
        (&[2, 5, 29, 36], vec![0x30, 3, 0x81, 1, 5], "policyConstraints"),
        (&[2, 5, 29, 54], vec![0x02, 1, 5], "inhibitAnyPolicy"),
    ];
    for (oid, value, name) in restrictions {
        let below = |critical| {
            let extensions = vec![extension(oid, critical, &value)];
            let authority = Template { extensions, ..Template::authority("restricted", Validity::around(AT, 900)) };
            pki.authorities.root.issue(&authority, &mut rng(3)).unwrap().issue(&leaf(), &mut rng(4)).unwrap()
        };
        let (bound, loose) = (below(true), below(false));
        for profile in [Profile::Automatic, Profile::Rfc5280, Profile::WebPki] {
            for name_expected in [true, false] {
                let mut policy = policy(&pki, profile);
                policy.name = policy.name.filter(|_| name_expected);
                accepted(&validate(&policy, bound.presented()));
                let found = validate(&policy, loose.presented());
                if policy.effective_profile() == Profile::WebPki {
                    rejected(&found, checks::CRITICAL_EXTENSIONS, &format!("expected {name} critical"));
                } else {
                    accepted(&found);
                }
            }
        }
    }
}

/// RFC 5280 appendix A.2: authorityCertIssuer and authorityCertSerialNumber are both there, or neither.
#[test]
fn an_issuer_is_identified_with_its_serial_number() {
    let pki = pki();
    let key = der(0x80, &[&[7; 20]]);
    let issuer = der(0xa1, &[&der(0xa4, &[&der(0x30, &[])])]);
    let serial = der(0x82, &[&[1]]);
    let none: &[u8] = &[];
    for (issuer, serial, sound) in
        [(none, none, true), (&issuer, &serial, true), (&issuer, none, false), (none, &serial, false)]
    {
        let identifier = extension(&[2, 5, 29, 35], false, &der(0x30, &[&key, issuer, serial]));
        let leaf = Template { issuer_key: false, extensions: vec![identifier], ..leaf() };
        for profile in [Profile::Automatic, Profile::Rfc5280] {
            let found = issued(&pki, &leaf, profile);
            if sound {
                accepted(&found);
            } else {
                rejected(&found, checks::ENCODING, "authorityKeyIdentifier");
            }
        }
    }
}

/// Very many issuers write out that a certificate is no authority's, although X.690 section 11.5 says to leave a default
/// out: BSI's test suite has it in every end entity. Any other default is left out.
#[test]
fn that_somebody_is_no_authority_may_be_written_out() {
    let pki = pki();
    let honest = pki.server.presented().to_vec();
    let edited = |edit: &dyn Fn(&mut Vec<Node>)| {
        let mut tree = Node::parse(&honest[0]).unwrap();
        let extensions = tree.nodes_mut()[0].nodes_mut().last_mut().unwrap().nodes_mut()[0].nodes_mut();
        let basic = extensions.iter_mut().find(|it| it.nodes()[0].body == Body::Octets(vec![0x55, 29, 19])).unwrap();
        edit(basic.nodes_mut());
        [sign(&mut tree, &pki.authorities.intermediate), honest[1].clone()]
    };
    let no = || Node { tag: 0x01, body: Body::Octets(vec![0]) };
    let plain = edited(&|basic: &mut Vec<Node>| basic.last_mut().unwrap().nodes_mut()[0].nodes_mut().push(no()));
    for profile in [Profile::Automatic, Profile::Rfc5280, Profile::WebPki] {
        accepted(&validate(&policy(&pki, profile), &plain));
    }
    let not_critical = edited(&|basic: &mut Vec<Node>| basic[1] = no());
    let found = validate(&policy(&pki, Profile::Rfc5280), &not_critical);
    rejected(&found, checks::ENCODING, "expected critical: nothing in place of its default value");
}

/// RFC 5280 section 4.1.2.2: of 20 octets a serial number still is.
#[test]
fn a_serial_number_has_twenty_octets_at_most() {
    let pki = pki();
    let numbered = |octets: usize| Template { serial: Some(vec![7; octets]), ..leaf() };
    for profile in [Profile::Automatic, Profile::WebPki] {
        accepted(&issued(&pki, &numbered(20), profile));
        rejected(&issued(&pki, &numbered(21), profile), checks::SERIAL, "must not be longer than 20 octets");
    }
    accepted(&issued(&pki, &numbered(21), Profile::Rfc5280));
}

/// RFC 5280 section 4.2.1.9, for issuers: the bit goes with an authority.
#[test]
fn whose_key_signs_certificates_is_an_authority() {
    let pki = pki();
    // digitalSignature and keyCertSign.
    let usage = extension(&[2, 5, 29, 15], true, &[0x03, 2, 2, 0x84]);
    let signs = Template { key_use: KeyUse::Unsaid, extensions: vec![usage], ..leaf() };
    rejected(&issued(&pki, &signs, Profile::WebPki), checks::KEY_USAGE, "keyCertSign");
    accepted(&issued(&pki, &signs, Profile::Rfc5280));
}

/// A certificate that only breaks what issuers are held to can be told from one that nobody should take.
#[test]
fn only_issuers_rules_fail_where_the_standard_alone_accepts() {
    let pki = pki();
    let underscore = Template { names: vec![certificates::NAME.to_owned(), "a_b.example".to_owned()], ..leaf() };
    let expired = Template { validity: Validity { not_before: 0, not_after: AT - 1 }, ..underscore.clone() };
    let judged = |template: &Template, profile, expected| {
        let leaf = pki.authorities.intermediate.issue(template, &mut rng(2)).unwrap();
        let policy = policy(&pki, profile);
        let found = validate(&policy, leaf.presented());
        assert_eq!(only_issuers_rules_fail(&policy, leaf.presented(), &found), expected, "{}", found.reason());
    };
    for profile in [Profile::Automatic, Profile::WebPki] {
        judged(&underscore, profile, true);
        judged(&expired, profile, false);
        judged(&leaf(), profile, false);
    }
    for template in [&underscore, &expired, &leaf()] {
        judged(template, Profile::Rfc5280, false);
    }
}

/// CA/Browser Forum BR 7.1.2: an authority states its usages, a server may leave them out.
#[test]
fn a_leaf_need_not_state_its_usages() {
    let pki = pki();
    accepted(&issued(&pki, &Template { key_use: KeyUse::Unsaid, ..leaf() }, Profile::WebPki));
    let authority = Template { key_use: KeyUse::Unsaid, ..Template::authority("unsaid", Validity::around(AT, 900)) };
    let authority = pki.authorities.root.issue(&authority, &mut rng(3)).unwrap();
    let leaf = authority.issue(&leaf(), &mut rng(4)).unwrap();
    rejected(&validate(&policy(&pki, Profile::WebPki), leaf.presented()), checks::KEY_USAGE, "");
}
