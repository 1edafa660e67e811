//! Whom a leaf speaks for, and who its authorities are: subject, purpose, name, pin.

use super::forms::{accepted, extension, issued, policy, rejected};
use lab::certificate::{
    Credential, Policy, Profile, Purpose, Status, Template, Validity, checks, spki_sha256, validate,
};
use support::certificates::{self, AT, leaf, pki, rng, sign};
use support::tlv::{Node, der};

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

/// The names of an authority are no host's that anybody asks for.
#[test]
fn names_of_authorities_are_not_hosts() {
    let pki = pki();
    let names = vec!["a_b.example".to_owned()];
    let authority = Template { names, ..Template::authority("a.b", Validity::around(AT, 900)) };
    let authority = pki.authorities.root.issue(&authority, &mut rng(3)).unwrap();
    let leaf = authority.issue(&leaf(), &mut rng(4)).unwrap();
    accepted(&validate(&policy(&pki, Profile::WebPki), leaf.presented()));
}

/// RFC 5280 section 4.2.1.6, for issuers: alternative names are critical where there is no subject, BR 7.1.2.7.12: and only there.
#[test]
fn alternative_names_are_critical_without_a_subject() {
    let pki = pki();
    let names = der(0x30, &[&der(0x82, &[certificates::NAME.as_bytes()])]);
    for (common_name, critical, passes) in
        [("", true, true), ("", false, false), ("server", true, false), ("server", false, true)]
    {
        let extensions = vec![extension(&[2, 5, 29, 17], critical, &names)];
        let stated = Template { common_name: common_name.to_owned(), names: Vec::new(), extensions, ..leaf() };
        let found = issued(&pki, &stated, Profile::WebPki);
        if passes { accepted(&found) } else { rejected(&found, checks::SUBJECT, "") }
    }
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
    let in_case = certificates::NAME.to_uppercase();
    for misleading in ["пример.example", "xn--e1afmkfd.example", "127.1", "0x7f000001", "2001:DB8::1", &in_case] {
        let found = issued(&pki, &called(misleading), Profile::WebPki);
        rejected(&found, checks::SUBJECT, misleading);
        accepted(&issued(&pki, &called(misleading), Profile::Rfc5280));
        // A client's is looked for as no host, and neither is somebody's who names no host at all.
        let client = Template { purposes: vec![Purpose::Client], ..called(misleading) };
        let clients = Policy { purpose: Some(Purpose::Client), ..policy(&pki, Profile::WebPki) };
        let judged = |template: &Template, policy: &Policy| {
            let leaf = pki.authorities.intermediate.issue(template, &mut rng(2)).unwrap();
            validate(policy, leaf.presented())
        };
        accepted(&judged(&client, &clients));
        let anybody = Policy { name: None, ..policy(&pki, Profile::WebPki) };
        accepted(&judged(&Template { names: Vec::new(), ..called(misleading) }, &anybody));
    }
    for plain in ["пример", "Фирма. Пример", "other.example", "0x7g", "192.0.2.1", "2001:db8::1", certificates::NAME]
    {
        accepted(&issued(&pki, &called(plain), Profile::WebPki));
    }
}

/// BR 7.1.2.1.2: a root says nothing of purposes; whoever trusts a leaf by itself asks it for its own.
#[test]
fn purposes_of_roots() {
    let years = Validity::around(AT, 900);
    let purposes = vec![Purpose::Server];
    let root = Credential::self_signed(&Template { purposes, ..Template::authority("root", years) }, &mut rng(3));
    let root = root.unwrap();
    let judged = |anchor: &Credential, chain: &[Vec<u8>], profile| {
        let anchors = vec![anchor.certificate().to_vec()];
        validate(&Policy { anchors, ..policy(&pki(), profile) }, chain)
    };
    let below = root.issue(&leaf(), &mut rng(4)).unwrap();
    rejected(&judged(&root, below.presented(), Profile::WebPki), checks::PURPOSE, "");
    accepted(&judged(&root, below.presented(), Profile::Rfc5280));
    let alone = Credential::self_signed(&leaf(), &mut rng(5)).unwrap();
    accepted(&judged(&alone, alone.presented(), Profile::WebPki));
}

/// RFC 5280 section 4.2.1.12, BR 7.1.2.7.10: any purpose is also this one, and too much in a leaf of the web.
#[test]
fn any_purpose() {
    let pki = pki();
    let any = || extension(&[2, 5, 29, 37], false, &der(0x30, &[&[0x06, 4, 0x55, 0x1d, 37, 0]]));
    let leaf_of_any = Template { purposes: Vec::new(), extensions: vec![any()], ..leaf() };
    rejected(&issued(&pki, &leaf_of_any, Profile::WebPki), checks::PURPOSE, "");
    accepted(&issued(&pki, &leaf_of_any, Profile::Rfc5280));
    // Who names no purpose is for any, which is told of the leaf alone.
    let silent = Template { purposes: Vec::new(), ..leaf() };
    rejected(&issued(&pki, &silent, Profile::WebPki), checks::PURPOSE, "");
    let found = issued(&pki, &silent, Profile::Rfc5280);
    accepted(&found);
    let told: Vec<_> = found.steps.iter().filter(|it| it.check == checks::PURPOSE).map(|it| it.cert_index).collect();
    assert_eq!(told, [0]);
    let authority = Template { extensions: vec![any()], ..Template::authority("any", Validity::around(AT, 900)) };
    let authority = pki.authorities.root.issue(&authority, &mut rng(3)).unwrap();
    let leaf = authority.issue(&leaf(), &mut rng(4)).unwrap();
    for profile in [Profile::WebPki, Profile::Rfc5280] {
        accepted(&validate(&policy(&pki, profile), leaf.presented()));
    }
}

/// RFC 9525 section 2: whoever names no host alternatively is told so, whatever its common name is.
#[test]
fn a_common_name_is_no_host() {
    let pki = pki();
    let named = |names: &[&str]| Template { names: names.iter().map(|&it| it.to_owned()).collect(), ..leaf() };
    let none = issued(&pki, &named(&[]), Profile::Rfc5280);
    rejected(&none, checks::NAME, "only subject alternative names count, not the common name");
    let other = issued(&pki, &named(&["other.example"]), Profile::Rfc5280);
    rejected(&other, checks::NAME, "the certificate was issued for other names");
}

/// A pin is looked for once, in all of the path, which may be one certificate long.
#[test]
fn pins() {
    let pki = pki();
    let alone = Credential::self_signed(&leaf(), &mut rng(5)).unwrap();
    let [root, intermediate] = [&pki.authorities.root, &pki.authorities.intermediate];
    let pinned = |anchor: &Credential, chain: &[Vec<u8>], pin: &Credential| {
        let pins = vec![spki_sha256(pin.certificate()).unwrap()];
        let anchors = vec![anchor.certificate().to_vec()];
        let found = validate(&Policy { anchors, pins, ..policy(&pki, Profile::Rfc5280) }, chain);
        let told = found.steps.iter().filter(|it| it.check == checks::PIN).map(|it| it.cert_index);
        assert_eq!(told.collect::<Vec<_>>(), [0]);
        found.accepted()
    };
    for pin in [root, intermediate, &pki.server] {
        assert!(pinned(root, pki.server.presented(), pin));
        assert!(!pinned(&alone, alone.presented(), pin));
    }
    assert!(!pinned(root, pki.server.presented(), &alone));
    assert!(pinned(&alone, alone.presented(), &alone));
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
