//! A certificate in its path: when it holds, what its issuers allow it to be called, which policies it has.

use super::forms::{accepted, extension, issued, policy, rejected};
use lab::certificate::{
    Credential, Outcome, Pki, Policy, PolicyInputs, Profile, Status, Template, Validation, Validity, checks, validate,
};
use support::certificates::{AT, leaf, pki, rng, sign};
use support::tlv::{Body, Node, der};

/// RFC 5280 section 4.1.2.5: both seconds are included.
#[test]
fn from_when_until_when() {
    let pki = pki();
    let template = Template { validity: Validity { not_before: AT, not_after: AT }, ..leaf() };
    let leaf = pki.authorities.intermediate.issue(&template, &mut rng(2)).unwrap();
    let judged = |at| validate(&Policy { at, ..policy(&pki, Profile::Rfc5280) }, leaf.presented());
    accepted(&judged(AT));
    for beside in [AT - 1, AT + 1] {
        rejected(&judged(beside), checks::VALIDITY, "");
    }
}

/// RFC 5280 section 4.1.2.5: times until 2049 are UTCTime, and from 2050 on GeneralizedTime; anchors are who they are all the same.
#[test]
fn forms_of_times() {
    const FIRST_OF_2050: i64 = 2_524_608_000;
    let pki = pki();
    for not_after in [FIRST_OF_2050 - 1, FIRST_OF_2050] {
        let template = Template { validity: Validity { not_before: AT, not_after }, ..leaf() };
        assert_eq!(issued(&pki, &template, Profile::WebPki).status(checks::VALIDITY), Some(Status::Passed));
    }
    let generalized = |of: &Credential, by: &Credential| {
        let mut tree = Node::parse(of.certificate()).unwrap();
        let from = &mut tree.nodes_mut()[0].nodes_mut()[4].nodes_mut()[0];
        let Body::Octets(utc) = from.body.clone() else { panic!("a time") };
        *from = Node { tag: 0x18, body: Body::Octets([b"20", utc.as_slice()].concat()) };
        sign(&mut tree, by)
    };
    let [root, intermediate] = [&pki.authorities.root, &pki.authorities.intermediate];
    let of = |index: usize, found: &Validation| {
        let steps = found.steps.iter().filter(|it| it.check == checks::VALIDITY && it.cert_index == index);
        steps.map(|it| it.ok()).collect::<Vec<_>>()
    };
    let chain = [generalized(&pki.server, intermediate), intermediate.certificate().to_vec()];
    assert_eq!(of(0, &validate(&policy(&pki, Profile::WebPki), &chain)), [false]);
    let anchored = Policy { anchors: vec![generalized(root, root)], ..policy(&pki, Profile::WebPki) };
    assert_eq!(of(2, &validate(&anchored, pki.server.presented())), [true]);
}

/// RFC 5280 section 4.2.1.10: constraints are for those below, and not for who has them.
#[test]
fn an_authority_constrains_those_below_it() {
    let pki = pki();
    let subject = Node::parse(pki.server.certificate()).unwrap().nodes()[0].nodes()[5].encode();
    let subtree = der(0x30, &[&der(0xa4, &[&subject])]);
    let only_the_leaf = extension(&[2, 5, 29, 30], true, &der(0x30, &[&der(0xa0, &[&subtree])]));
    let years = Validity::around(AT, 900);
    let authority = Template { extensions: vec![only_the_leaf], ..Template::authority("bound", years) };
    let authority = pki.authorities.root.issue(&authority, &mut rng(3)).unwrap();
    let judged = |common_name: &str| {
        let template = Template { common_name: common_name.to_owned(), ..leaf() };
        validate(&policy(&pki, Profile::Rfc5280), authority.issue(&template, &mut rng(4)).unwrap().presented())
    };
    accepted(&judged(&leaf().common_name));
    rejected(&judged("other"), checks::NAME_CONSTRAINTS, "");
}

/// RFC 5280 sections 4.2.1.11 and 6.1.4 (h) and (i): after so many certificates each must have a valid policy; what an anchor says begins
/// with the path, and a leaf that is its own anchor is a leaf.
#[test]
fn policies_are_required_after_so_many_certificates() {
    let pki = pki();
    let years = Validity::around(AT, 900);
    for (skipped, passes) in [(1, false), (2, false), (3, true)] {
        let required = extension(&[2, 5, 29, 36], true, &der(0x30, &[&[0x80, 1, skipped]]));
        let upper = Template { extensions: vec![required], ..Template::authority("upper", years) };
        let upper = pki.authorities.root.issue(&upper, &mut rng(3)).unwrap();
        let lower = upper.issue(&Template::authority("lower", years), &mut rng(4)).unwrap();
        let leaf = lower.issue(&leaf(), &mut rng(5)).unwrap();
        let found = validate(&policy(&pki, Profile::Rfc5280), leaf.presented());
        if passes { accepted(&found) } else { rejected(&found, checks::POLICY, "") }
    }
    let alone = Credential::self_signed(&leaf(), &mut rng(6)).unwrap();
    for (explicit, passes) in [(true, false), (false, true)] {
        let policies = PolicyInputs { explicit, ..PolicyInputs::default() };
        let anchors = vec![alone.certificate().to_vec()];
        let found = validate(&Policy { anchors, policies, ..policy(&pki, Profile::Rfc5280) }, alone.presented());
        if passes { accepted(&found) } else { rejected(&found, checks::POLICY, "") }
    }
}

/// What nobody here computes is neither accepted nor called wrong.
#[test]
fn an_algorithm_out_of_scope_is_not_decided() {
    let pki = pki();
    // 1.2.840.10045.4.3.4, ECDSA with SHA-512.
    let algorithm = der(0x30, &[&[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 4]]);
    let mut tree = Node::parse(pki.server.certificate()).unwrap();
    tree.nodes_mut()[0].nodes_mut()[2] = Node::parse(&algorithm).unwrap();
    tree.nodes_mut()[1] = Node::parse(&algorithm).unwrap();
    let issuer = &pki.authorities.intermediate;
    let found = validate(&policy(&pki, Profile::WebPki), &[sign(&mut tree, issuer), issuer.certificate().to_vec()]);
    assert_eq!(found.outcome, Outcome::Skip, "{}", found.reason());
    for check in [checks::ALGORITHM, checks::CHAIN] {
        assert_eq!(found.status(check), Some(Status::Unsupported), "{check}");
    }
    assert!(found.reason().contains("ECDSA with SHA-512"), "{}", found.reason());
}

/// Domains that an authority's customers share stand in its constraints once, in order.
#[test]
fn an_authority_permits_each_domain_once() {
    let permitted = |server: &str, client: &str| {
        let pki = Pki::generate(server, client, AT, &mut rng(1)).unwrap();
        pki.authorities.intermediate.template().authority.clone().unwrap().permitted
    };
    for (server, client) in [("s.b.example", "c.a.example"), ("s.a.example", "c.b.example"), ("s.a.test", "c.a.test")] {
        let permitted = permitted(server, client);
        assert!(permitted.windows(2).all(|pair| pair[0] < pair[1]), "{permitted:?}");
        for name in [server, client] {
            assert!(permitted.contains(&name.split_once('.').unwrap().1.to_owned()), "{permitted:?}");
        }
    }
}
