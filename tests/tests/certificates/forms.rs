//! What issuers must and must not put into certificates: each rule by the check that it belongs to, with a reason that names
//! what is wrong; and the certificate that differs in nothing else is accepted.

use lab::certificate::{
    Credential, Pki, Policy, Profile, Status, Template, Validation, Validity, checks,
    issue::{Extension, KeyUse, Limits},
    validate,
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
    assert!(!found.accepted() && reason.starts_with(&format!("{check} of")) && reason.contains(text), "{reason}");
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

/// RFC 5280 section 4.1.2.6: somebody's it must be, even where nobody in particular is expected.
#[test]
fn a_certificate_is_somebodys() {
    let pki = pki();
    let nobody = Template { common_name: String::new(), names: Vec::new(), ..leaf() };
    let judge = |template: &Template, profile| {
        let leaf = pki.authorities.intermediate.issue(template, &mut rng(2)).unwrap();
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

/// RFC 5280 section 4.2.1.6, BR 7.1.2.7.12: a rule for issuers.
#[test]
fn an_underscore_is_in_no_host_name() {
    let pki = pki();
    let names = vec![certificates::NAME.to_owned(), format!("a_b.{}", certificates::NAME)];
    let underscore = Template { names, ..leaf() };
    for profile in [Profile::Automatic, Profile::WebPki] {
        let found = issued(&pki, &underscore, profile);
        rejected(&found, checks::SUBJECT, "expected letters, digits and hyphens in dNSName");
    }
    accepted(&issued(&pki, &underscore, Profile::Rfc5280));
    let names = vec![certificates::NAME.to_owned(), format!("a-b.{}", certificates::NAME)];
    accepted(&issued(&pki, &Template { names, ..leaf() }, Profile::WebPki));
}

/// RFC 5280 section 4.1.2.4: the first complaint is that nobody is named, not that this nobody is not at hand.
#[test]
fn somebody_issued_it() {
    let pki = pki();
    let honest = pki.server.presented().to_vec();
    let mut tree = Node::parse(&honest[0]).unwrap();
    tree.nodes_mut()[0].nodes_mut()[3].nodes_mut().clear();
    let chain = [sign(&mut tree, &pki.authorities.intermediate), honest[1].clone()];
    for profile in [Profile::Automatic, Profile::Rfc5280, Profile::WebPki] {
        let found = validate(&policy(&pki, profile), &chain);
        rejected(&found, checks::CHAIN, "it names no issuer");
        assert!(found.status(checks::SUBJECT) == Some(Status::Failed), "{:?}", found.steps);
    }
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

/// RFC 5280 section 4.1.2.6: whoever certifies others has a name, and is told to have none, not only its child to name nobody.
#[test]
fn an_authority_is_somebody() {
    let pki = pki();
    let nameless = Template::authority("", Validity::around(AT, 900));
    let nameless = pki.authorities.root.issue(&nameless, &mut rng(3)).unwrap();
    let chain = nameless.issue(&leaf(), &mut rng(4)).unwrap();
    for profile in [Profile::Automatic, Profile::Rfc5280] {
        let found = validate(&policy(&pki, profile), chain.presented());
        assert!(!found.accepted());
        let of =
            |index| found.steps.iter().any(|it| it.check == checks::SUBJECT && it.cert_index == index && !it.holds);
        assert!(of(1), "{:?}", found.steps);
    }
}

/// RFC 9525 section 2: a common name identifies no host, unless somebody could take it for one that is not certified.
#[test]
fn a_common_name_is_taken_for_no_other_host() {
    let pki = pki();
    let called = |common_name: &str| Template { common_name: common_name.to_owned(), ..leaf() };
    for misleading in ["пример.example", "xn--e1afmkfd.example", "127.1", "0x7f000001"] {
        let found = issued(&pki, &called(misleading), Profile::WebPki);
        rejected(&found, checks::SUBJECT, misleading);
        accepted(&issued(&pki, &called(misleading), Profile::Rfc5280));
    }
    for plain in ["пример", "Фирма. Пример", "other.example"] {
        accepted(&issued(&pki, &called(plain), Profile::WebPki));
    }
}

/// BR 7.1.2.7.6: a rule for issuers.
#[test]
fn purposes_are_not_critical_in_a_servers_certificate() {
    let pki = pki();
    let server_auth = der(0x30, &[&[0x06, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1]]);
    let stated = |critical| Template {
        purposes: Vec::new(),
        extensions: vec![extension(&[2, 5, 29, 37], critical, &server_auth)],
        ..leaf()
    };
    rejected(&issued(&pki, &stated(true), Profile::WebPki), checks::CRITICAL_EXTENSIONS, "extKeyUsage not critical");
    accepted(&issued(&pki, &stated(false), Profile::WebPki));
    accepted(&issued(&pki, &stated(true), Profile::Rfc5280));
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
