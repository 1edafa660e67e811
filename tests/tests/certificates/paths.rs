//! What binds a path besides what each of its certificates is by itself: policies, names and purposes that authorities allow those below.

use super::forms::{accepted, extension, issued, policy, rejected};
use lab::certificate::{
    Credential, Policy, PolicyInputs, Profile, Purpose, Template, Validity, checks, issue::Limits, validate,
};
use support::certificates::{self, AT, leaf, pki, rng};
use support::tlv::der;

/// RFC 5280 section 6.1.3 (b): an authority that certifies itself anew is exempt from what its names are bound to, a leaf never is.
#[test]
fn a_leaf_of_its_issuers_name_is_bound_as_any_other() {
    let pki = pki();
    let permitted = |name: &str| {
        let value = der(0x30, &[&der(0xa0, &[&der(0x30, &[&der(0x82, &[name.as_bytes()])])])]);
        let extensions = vec![extension(&[2, 5, 29, 30], true, &value)];
        let authority = Template { extensions, ..Template::authority("bound", Validity::around(AT, 900)) };
        let authority = pki.authorities.root.issue(&authority, &mut rng(3)).unwrap();
        let leaf = authority.issue(&Template { common_name: "bound".into(), ..leaf() }, &mut rng(4)).unwrap();
        validate(&policy(&pki, Profile::Rfc5280), leaf.presented())
    };
    rejected(&permitted("other.example"), checks::NAME_CONSTRAINTS, certificates::NAME);
    accepted(&permitted(certificates::NAME));
}

/// RFC 5280 section 6.1.5 (g): a path may have policies, and none that the verifier accepts.
#[test]
fn the_policies_of_a_path_are_those_that_are_accepted() {
    let pki = pki();
    // 1.2.3
    let policies = || vec![extension(&[2, 5, 29, 32], false, &der(0x30, &[&der(0x30, &[&[0x06, 2, 0x2a, 3]])]))];
    let authority =
        Template { extensions: policies(), ..Template::authority("of a policy", Validity::around(AT, 900)) };
    let authority = pki.authorities.root.issue(&authority, &mut rng(3)).unwrap();
    let leaf = authority.issue(&Template { extensions: policies(), ..leaf() }, &mut rng(4)).unwrap();
    let judged = |accepted: &str| {
        let inputs =
            PolicyInputs { explicit: true, accepted: vec![accepted.parse().unwrap()], ..PolicyInputs::default() };
        validate(&Policy { policies: inputs, ..policy(&pki, Profile::Rfc5280) }, leaf.presented())
    };
    accepted(&judged("1.2.3"));
    rejected(&judged("1.2.4"), checks::POLICY, "");
}

/// RFC 5280 section 6.1.4 (b): the leaf has the policy that its authority takes for another, which the verifier accepts.
#[test]
fn a_policy_that_an_authority_maps_is_the_other() {
    let pki = pki();
    // 1.2.3 and 1.2.4
    let [theirs, ours] = [3, 4].map(|last| der(0x06, &[&[0x2a, last]]));
    let stated = |policy: &[u8]| extension(&[2, 5, 29, 32], false, &der(0x30, &[&der(0x30, &[policy])]));
    let mapped = extension(&[2, 5, 29, 33], true, &der(0x30, &[&der(0x30, &[&ours, &theirs])]));
    for (extensions, fits) in [(vec![stated(&ours), mapped], true), (vec![stated(&ours)], false)] {
        let authority = Template { extensions, ..Template::authority("mapping", Validity::around(AT, 900)) };
        let authority = pki.authorities.root.issue(&authority, &mut rng(3)).unwrap();
        let leaf = authority.issue(&Template { extensions: vec![stated(&theirs)], ..leaf() }, &mut rng(4)).unwrap();
        let policies =
            PolicyInputs { explicit: true, accepted: vec!["1.2.4".parse().unwrap()], ..PolicyInputs::default() };
        let found = validate(&Policy { policies, ..policy(&pki, Profile::Rfc5280) }, leaf.presented());
        if fits { accepted(&found) } else { rejected(&found, checks::POLICY, "") }
    }
}

/// RFC 5280 section 6.1.3 (b): an authority that certifies its own next key is not held to what it constrains.
#[test]
fn names_of_a_key_roll_over_are_not_constrained() {
    let limits = Limits { path_length: None, permitted: vec![certificates::NAME.into()] };
    let authority = |name: &str| Template::authority(name, Validity::around(AT, 900));
    let root =
        Credential::self_signed(&Template { authority: Some(limits), ..authority("root") }, &mut rng(3)).unwrap();
    for (name, exempt) in [("root", true), ("other", false)] {
        let template = Template { names: vec!["elsewhere.example".into()], ..authority(name) };
        let next = root.issue(&template, &mut rng(4)).unwrap();
        let leaf = next.issue(&leaf(), &mut rng(5)).unwrap();
        let anchors = vec![root.certificate().to_vec()];
        let policy = Policy { anchors, at: AT, profile: Profile::Rfc5280, ..Policy::default() };
        let found = validate(&policy, leaf.presented());
        if exempt {
            accepted(&found);
        } else {
            rejected(&found, checks::NAME_CONSTRAINTS, "elsewhere.example");
        }
    }
}

/// Whoever is for another purpose is told apart from whoever may not issue for this one.
#[test]
fn another_purpose_is_the_leafs_or_its_authoritys() {
    let pki = pki();
    let other = |template| Template { purposes: vec![Purpose::Client], ..template };
    rejected(&issued(&pki, &other(leaf()), Profile::Rfc5280), checks::PURPOSE, "was issued for another purpose");
    let authority = other(Template::authority("for clients", Validity::around(AT, 900)));
    let authority = pki.authorities.root.issue(&authority, &mut rng(3)).unwrap();
    let leaf = authority.issue(&leaf(), &mut rng(4)).unwrap();
    let found = validate(&policy(&pki, Profile::Rfc5280), leaf.presented());
    rejected(&found, checks::PURPOSE, "may not issue certificates for this purpose");
}

/// How many authorities may stand between anchor and leaf is told at the top of the path, whether an anchor ends it or not; every
/// authority of it is looked at, and the leaf, which signs nobody, is not.
#[test]
fn a_path_is_as_deep_as_the_policy_allows() {
    let years = Validity::around(AT, 900);
    let root = Credential::self_signed(&Template::authority("root", years), &mut rng(3)).unwrap();
    let upper = root.issue(&Template::authority("upper", years), &mut rng(4)).unwrap();
    let lower = upper.issue(&Template::authority("lower", years), &mut rng(5)).unwrap();
    let chain = lower.issue(&leaf(), &mut rng(6)).unwrap();
    let judged = |anchored: bool, most: usize| {
        let anchors = if anchored { vec![root.certificate().to_vec()] } else { Vec::new() };
        validate(&Policy { anchors, max_depth: Some(most), ..policy(&pki(), Profile::Automatic) }, chain.presented())
    };
    accepted(&judged(true, 2));
    rejected(&judged(true, 1), checks::PATH_LENGTH, "the path is longer than the policy allows");
    for (anchored, most, passes) in [(true, 2, true), (true, 1, false), (false, 2, true), (false, 1, false)] {
        let found = judged(anchored, most);
        let looked_at = found.steps.iter().filter(|step| step.check == checks::PATH_LENGTH);
        let found: Vec<_> = looked_at.map(|step| (step.cert_index, step.ok())).collect();
        let expected = if anchored { vec![(3, passes), (2, true), (1, true)] } else { vec![(2, passes), (1, true)] };
        assert_eq!(found, expected, "{anchored}, {most}");
    }
}
