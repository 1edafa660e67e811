//! What a trust anchor's certificate says of itself counts; what it says of its issuer does not.

use lab::certificate::issue::{Extension, KeyUse, Limits};
use lab::certificate::{Credential, Policy, PolicyInputs, Profile, Purpose, Template, Validation, Validity, validate};
use support::certificates::{AT, NAME, leaf, rng, sign};
use support::tlv::{Body, Node, der};

fn authority(name: &str) -> Template {
    Template::authority(name, Validity::around(AT, 90))
}

/// A chain of a leaf and an intermediate, or no intermediate if `right`, below an authority of this template, which is the anchor:
/// certified by somebody else if `cross`, otherwise by itself.
fn below(anchor: &Template, cross: bool, right: bool) -> (Vec<u8>, Vec<Vec<u8>>) {
    let rng = &mut rng(1);
    let anchor = if cross {
        let elder = Credential::self_signed(&authority("elder"), rng).unwrap();
        elder.issue(anchor, rng).unwrap()
    } else {
        Credential::self_signed(anchor, rng).unwrap()
    };
    let chain = if right {
        anchor.issue(&leaf(), rng).unwrap().presented()[..1].to_vec()
    } else {
        let intermediate = anchor.issue(&authority("intermediate"), rng).unwrap();
        intermediate.issue(&leaf(), rng).unwrap().presented()[..2].to_vec()
    };
    (anchor.certificate().to_vec(), chain)
}

fn judge(anchor: Vec<u8>, chain: &[Vec<u8>], profile: Profile) -> Validation {
    let policy = Policy {
        anchors: vec![anchor],
        at: AT,
        name: Some(NAME.parse().unwrap()),
        purpose: Some(Purpose::Server),
        profile,
        ..Policy::default()
    };
    validate(&policy, chain)
}

const PROFILES: [Profile; 2] = [Profile::Rfc5280, Profile::WebPki];

#[test]
fn what_it_says_of_itself_counts() {
    let limits = |limits| Template { authority: Some(limits), ..authority("root") };
    let extension = |oid, value: &[u8]| Extension { oid, critical: true, value: value.to_vec() };
    let extended = |oid, value: &[u8]| Template { extensions: vec![extension(oid, value)], ..authority("root") };
    let expired = Validity { not_before: 0, not_after: AT - 1 };
    for (template, check) in [
        (Template { validity: expired, ..authority("root") }, "cert-validity"),
        (Template { authority: None, ..authority("root") }, "cert-ca-flag"),
        (Template { key_use: KeyUse::Lists, ..authority("root") }, "cert-key-usage"),
        (Template { purposes: vec![Purpose::Client], ..authority("root") }, "cert-purpose"),
        (limits(Limits { path_length: Some(0), permitted: Vec::new() }), "cert-path-length"),
        (limits(Limits { path_length: None, permitted: vec!["other.example".into()] }), "cert-name-constraints"),
        // requireExplicitPolicy: 0, where nobody states a policy.
        (extended(&[2, 5, 29, 36], &[0x30, 3, 0x80, 1, 0]), "cert-policy"),
        (extended(&[2, 5, 29, 99], &[5, 0]), "cert-critical-extensions"),
    ] {
        for profile in PROFILES {
            for cross in [false, true] {
                let (anchor, chain) = below(&template, cross, false);
                let found = judge(anchor, &chain, profile);
                assert_eq!(found.failure().map(|step| step.check), Some(check), "{}", found.reason());
            }
        }
    }
}

#[test]
fn what_it_says_of_its_issuer_does_not_count() {
    let plain = || authority("root");
    let without_serial = Template { serial: Some(vec![0]), ..plain() };
    let unidentified = Template { issuer_key: false, ..plain() };
    for template in [plain(), without_serial, unidentified] {
        for profile in PROFILES {
            for (cross, right) in [(false, false), (false, true), (true, false), (true, true)] {
                let (mut anchor, chain) = below(&template, cross, right);
                let found = judge(anchor.clone(), &chain, profile);
                assert!(found.accepted(), "{}", found.reason());
                // Nor does its signature, which nobody relies on.
                *anchor.last_mut().unwrap() ^= 1;
                let found = judge(anchor, &chain, profile);
                assert!(found.accepted(), "{}", found.reason());
            }
        }
    }
    // Below an anchor the same certificates are held to all of it.
    let rng = &mut rng(1);
    let root = Credential::self_signed(&plain(), rng).unwrap();
    let intermediate = root.issue(&Template { issuer_key: false, ..authority("intermediate") }, rng).unwrap();
    let leaf = intermediate.issue(&leaf(), rng).unwrap();
    let found = judge(root.certificate().to_vec(), leaf.presented(), Profile::WebPki);
    assert_eq!(found.failure().map(|step| step.check), Some("cert-key-identifier"), "{}", found.reason());
}

/// CA/Browser Forum BR 7.1.2.1.2: no purposes in a root.
#[test]
fn a_root_is_for_no_purpose_in_particular() {
    let template = Template { purposes: vec![Purpose::Server], ..authority("root") };
    for right in [false, true] {
        let (anchor, chain) = below(&template, false, right);
        assert!(judge(anchor.clone(), &chain, Profile::Rfc5280).accepted());
        let found = judge(anchor, &chain, Profile::WebPki);
        assert_eq!(found.failure().map(|step| step.check), Some("cert-purpose"), "{}", found.reason());
    }
}

/// RFC 5280 section 6.1.4 (k): an authority says that it is one, unless its certificate is of the first version and trusted itself.
#[test]
fn an_authority_says_that_it_is_one() {
    let unsaid = |der: &[u8], first_version: bool| {
        let mut tree = Node::parse(der).unwrap();
        let signed = tree.nodes_mut()[0].nodes_mut();
        if first_version {
            signed.pop();
            signed.remove(0);
        } else {
            let extensions = signed.last_mut().unwrap().nodes_mut()[0].nodes_mut();
            let before = extensions.len();
            extensions.retain(|extension| extension.nodes()[0].body != Body::Octets(vec![0x55, 29, 19]));
            assert_eq!(extensions.len() + 1, before);
        }
        tree
    };
    let rng = &mut rng(1);
    let root = Credential::self_signed(&authority("root"), rng).unwrap();
    let intermediate = root.issue(&authority("intermediate"), rng).unwrap();
    let leaf = intermediate.issue(&leaf(), rng).unwrap();
    let sound = [root.certificate().to_vec(), intermediate.certificate().to_vec()];
    for (of_root, first_version, accepted) in
        [(true, true, true), (true, false, false), (false, true, false), (false, false, false)]
    {
        let [mut anchor, mut above] = sound.clone();
        if of_root {
            anchor = unsaid(&anchor, first_version).encode();
        } else {
            above = sign(&mut unsaid(&above, first_version), &root);
        }
        let policy = Policy { anchors: vec![anchor], at: AT, profile: Profile::Rfc5280, ..Policy::default() };
        let found = validate(&policy, &[leaf.certificate().to_vec(), above]);
        let why = (!accepted).then_some("cert-ca-flag");
        assert_eq!(found.failure().map(|step| step.check), why, "{of_root} {first_version}: {}", found.reason());
    }
}

/// Some roots that everybody trusts are numbered zero; a leaf that is trusted itself is held to the rule.
#[test]
fn the_number_of_a_leaf_that_is_its_own_anchor_counts() {
    for (number, why) in [(1, None), (0, Some("cert-serial"))] {
        let template = Template { serial: Some(vec![number]), ..leaf() };
        let own = Credential::self_signed(&template, &mut rng(1)).unwrap();
        let found = judge(own.certificate().to_vec(), own.presented(), Profile::WebPki);
        assert_eq!(found.failure().map(|step| step.check), why, "{}", found.reason());
    }
}

/// RFC 5937 section 3: what it states are the policies to begin with, so that its own anyPolicy stands for all whatever the verifier says
/// of those below it.
#[test]
fn its_any_policy_is_not_inhibited() {
    let stating = |policy: &[u8], template| {
        let value = der(0x30, &[&der(0x30, &[&der(0x06, &[policy])])]);
        Template { extensions: vec![Extension { oid: &[2, 5, 29, 32], critical: false, value }], ..template }
    };
    // anyPolicy; 1.2.3
    let (any, some) = (&[0x55, 0x1d, 0x20, 0][..], &[0x2a, 3][..]);
    let policies = PolicyInputs { explicit: true, inhibit_any: true, ..PolicyInputs::default() };
    for (policy, why) in [(some, None), (any, Some("cert-policy"))] {
        let rng = &mut rng(1);
        let elder = Credential::self_signed(&authority("elder"), rng).unwrap();
        let anchor = elder.issue(&stating(any, authority("root")), rng).unwrap();
        let leaf = anchor.issue(&stating(policy, leaf()), rng).unwrap();
        let anchors = vec![anchor.certificate().to_vec()];
        let policy = Policy { anchors, at: AT, policies: policies.clone(), ..Policy::default() };
        let found = validate(&policy, &leaf.presented()[..1]);
        assert_eq!(found.failure().map(|step| step.check), why, "{}", found.reason());
    }
}
