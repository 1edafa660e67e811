//! Whatever leaves RFC 5280's grammar anywhere in a certificate or revocation list is refused for its encoding, however well
//! it is signed; and by nothing else, where other readers would not notice.

use std::collections::BTreeMap;

use lab::certificate::{
    Origin, Pki, Policy, Profile, Status, Summary, Template, Validation, checks, issue::Extension, limbo::Suite, pem,
    validate,
};
use lab::check::Switches;
use support::certificates::{AT, leaf, pki, rng, sign};
use support::data;
use support::tlv::{Body, Edit, Node};

fn policy(pki: &Pki) -> Policy {
    Policy {
        anchors: vec![pki.authorities.root.certificate().to_vec()],
        at: AT,
        profile: Profile::Rfc5280,
        ..Policy::default()
    }
}

/// A leaf with every extension that RFC 5280 describes for it, and a name of two attributes in one set.
fn rich_leaf(pki: &Pki) -> Vec<u8> {
    let extension = |oid, critical, value: &[u8]| Extension { oid, critical, value: value.to_vec() };
    let any_policy = [0x55, 0x1d, 0x20, 0x00];
    let policies = [&[0x30, 8, 0x30, 6, 0x06, 4][..], &any_policy].concat();
    let extensions = vec![
        extension(&[2, 5, 29, 32], false, &policies),
        extension(&[2, 5, 29, 31], false, &[0x30, 9, 0x30, 7, 0xa0, 5, 0xa0, 3, 0x86, 1, b'x']),
        extension(&[2, 5, 29, 9], false, &[0x30, 11, 0x30, 9, 0x06, 3, 0x55, 4, 10, 0x31, 2, 0x0c, 0]),
        extension(&[2, 5, 29, 18], false, &[0x30, 13, 0xa4, 11, 0x30, 9, 0x31, 7, 0x30, 5, 0x06, 1, 0x2a, 0x05, 0]),
        extension(&[2, 5, 29, 36], true, &[0x30, 3, 0x81, 1, 5]),
        extension(&[2, 5, 29, 54], true, &[0x02, 1, 5]),
        extension(&[1, 3, 6, 1, 5, 5, 7, 1, 1], false, &[0x30, 8, 0x30, 6, 0x06, 1, 0x2a, 0x86, 1, b'x']),
    ];
    let leaf = pki.authorities.intermediate.issue(&Template { extensions, ..leaf() }, &mut rng(2)).unwrap();
    let mut tree = Node::parse(leaf.certificate()).unwrap();
    let signed = &mut tree.nodes_mut()[0];
    let subject = &mut signed.nodes_mut()[5];
    let common_name = subject.nodes_mut().remove(1);
    let organisation = &mut subject.nodes_mut()[0];
    organisation.nodes_mut().extend(common_name.nodes().to_vec());
    organisation.nodes_mut().sort_by_key(Node::encode);
    // An empty string was easy to write above, and is none.
    let directory = signed.nodes_mut().last_mut().unwrap().nodes_mut()[0].nodes_mut();
    let directory = directory.iter_mut().find(|extension| extension.nodes()[0].body == Body::Octets(vec![0x55, 29, 9]));
    let attribute = &mut directory.unwrap().nodes_mut()[1].nodes_mut()[0].nodes_mut()[0];
    attribute.nodes_mut()[1].nodes_mut()[0].body = Body::Octets(b"x".to_vec());
    sign(&mut tree, &pki.authorities.intermediate)
}

/// Somebody else's certificate or list, as if the lab's authority had issued it; none if it is not DER.
fn adopt(der: &[u8], pki: &Pki) -> Option<Node> {
    let own = Node::parse(pki.server.certificate()).unwrap();
    let mut tree = Node::parse(der)?;
    tree.nodes_mut()[1] = own.nodes()[1].clone();
    let signed = tree.nodes_mut()[0].nodes_mut();
    let algorithm = signed.iter().position(|field| field.tag == 0x30).unwrap();
    signed[algorithm] = own.nodes()[1].clone();
    signed[algorithm + 1] = own.nodes()[0].nodes()[3].clone();
    sign(&mut tree, &pki.authorities.intermediate);
    Some(tree)
}

fn encoding_failed(validation: &Validation) -> bool {
    validation.steps.iter().any(|step| step.check == checks::ENCODING && step.status == Status::Failed)
}

fn chain(leaf: Vec<u8>, pki: &Pki) -> [Vec<u8>; 2] {
    [leaf, pki.authorities.intermediate.certificate().to_vec()]
}

/// What a value of any type contains is as canonical as its type demands, in however many values that nobody knows it is wrapped (X.690 section 11.1).
#[test]
fn values_inside_what_nobody_knows() {
    let pki = pki();
    let wrapped = |tag: u8, octet: u8| {
        let attribute = [0x30, 16, 0x30, 14, 0x06, 3, 0x55, 4, 99, 0x31, 7, 0x30, 5, 0xa1, 3, tag, 1, octet];
        let extensions = vec![Extension { oid: &[2, 5, 29, 9], critical: false, value: attribute.to_vec() }];
        let leaf = pki.authorities.intermediate.issue(&Template { extensions, ..leaf() }, &mut rng(2)).unwrap();
        validate(&policy(&pki), &chain(leaf.certificate().to_vec(), &pki))
    };
    // A BOOLEAN, which has one form for each value, and a UTF8String, whose octets are text.
    for (tag, good, bad) in [(0x01, 0xff, 0x05), (0x0c, b'a', 0xff), (0x13, b'a', b'@')] {
        let [sound, spoiled] = [good, bad].map(|octet| wrapped(tag, octet));
        assert!(!encoding_failed(&sound), "{}", sound.reason());
        assert!(encoding_failed(&spoiled), "{}", spoiled.reason());
    }
    // What a value of somebody's own is, its owner knows.
    for tag in [0x80, 0x81] {
        let found = wrapped(tag, 0xff);
        assert!(!encoding_failed(&found), "{}", found.reason());
    }
}

/// RFC 5280 section 4.1: a list of extensions has at least one. X.680 section 28: a SET OF may hold a value twice.
#[test]
fn how_many_there_are() {
    let pki = pki();
    let altered = |alter: &dyn Fn(&mut Vec<Node>)| {
        let mut tree = Node::parse(pki.server.certificate()).unwrap();
        alter(tree.nodes_mut()[0].nodes_mut());
        validate(&policy(&pki), &chain(sign(&mut tree, &pki.authorities.intermediate), &pki))
    };
    let none = altered(&|fields| fields[7].nodes_mut()[0].nodes_mut().clear());
    assert!(encoding_failed(&none), "{}", none.reason());
    let twice = altered(&|fields| {
        let attributes = fields[5].nodes_mut()[0].nodes_mut();
        attributes.push(attributes[0].clone());
    });
    assert!(twice.accepted(), "{}", twice.reason());
}

/// Every departure at every value of the lab's own leaf; and each kind of them would be accepted without this check.
#[test]
fn own_certificates() {
    let pki = pki();
    let policy = policy(&pki);
    let leaf = rich_leaf(&pki);
    let found = validate(&policy, &chain(leaf.clone(), &pki));
    assert!(found.accepted(), "{}", found.reason());

    let off = Policy { switches: Switches::without(checks::find(checks::ENCODING)), ..policy.clone() };
    let mut accepted_without = BTreeMap::<&str, usize>::new();
    let tree = Node::parse(&leaf).unwrap();
    let departures = tree.departures();
    assert!(departures.len() > 700, "{}", departures.len());
    for (path, edit) in departures {
        let leaf = sign(&mut tree.with(&path, edit), &pki.authorities.intermediate);
        let found = validate(&policy, &chain(leaf.clone(), &pki));
        assert!(!found.accepted() && encoding_failed(&found), "{edit:?} at {path:?}: {}", found.reason());
        let accepted = validate(&off, &chain(leaf, &pki)).accepted();
        *accepted_without.entry(edit.kind()).or_default() += usize::from(accepted);
    }
    for kind in [
        "class of the tag",
        "surplus element",
        "default written out",
        "padded identifier",
        "identifier cut off",
        "order of a set",
    ] {
        assert!(accepted_without[kind] > 0, "{kind}: {accepted_without:?}");
    }
}

/// An authority's certificate too: read and refused, or left out and told, or under another name than the leaf's issuer.
#[test]
fn own_authorities() {
    let pki = pki();
    let tree = Node::parse(pki.authorities.intermediate.certificate()).unwrap();
    for (path, edit) in tree.departures() {
        let authority = sign(&mut tree.with(&path, edit), &pki.authorities.root);
        let found = validate(&policy(&pki), &[pki.server.certificate().to_vec(), authority]);
        let told = encoding_failed(&found) || !found.left_out.is_empty() || found.path == [Origin::Presented(0)];
        assert!(!found.accepted() && told, "{edit:?} at {path:?}: {}", found.reason());
    }
}

/// A list that is none says nothing, neither good nor bad.
#[test]
fn own_lists() {
    let pki = pki();
    let list = pki.authorities.intermediate.revocation_list(&[pki.client.serial()], AT, 30).unwrap();
    let judge = |list: Vec<u8>| validate(&Policy { crls: vec![list], ..policy(&pki) }, pki.server.presented());
    assert!(judge(list.clone()).accepted());
    let tree = Node::parse(&list).unwrap();
    for (path, edit) in tree.departures() {
        let found = judge(sign(&mut tree.with(&path, edit), &pki.authorities.intermediate));
        assert!(!found.accepted() && encoding_failed(&found), "{edit:?} at {path:?}: {}", found.reason());
    }
}

/// The same of what others issued: every certificate and list of the test material that keeps to the grammar, issued anew
/// by the lab's authority.
#[test]
fn the_test_material() {
    let Some(suite) = data::text("x509-limbo/core.limbo.json.zst") else { return };
    let suite = Suite::parse(&suite).unwrap();
    let pki = pki();
    let (mut certificates, mut lists) = (Vec::new(), Vec::new());
    for case in &suite.testcases {
        let Ok(input) = case.input(AT) else { continue };
        certificates.extend(input.chain.into_iter().chain(input.policy.anchors).chain(input.policy.intermediates));
        lists.extend(input.policy.crls);
    }
    for name in ["nc-no-dirname", "crl-second-dp", "policy-leaf-maps-any", "smtputf8-permitted"] {
        let Some(chain) = data::bytes(&format!("cert-cases/{name}/chain.pem")) else { return };
        certificates.extend(pem::decode(&chain).unwrap().into_iter().map(|block| block.der));
    }
    let (mut kept, mut edits) = (0, 0);
    // Departures of all kinds at all places come up over the whole, not in each certificate.
    let mut stride = 0..;
    let mut each = |tree: &Node, judge: &dyn Fn(Vec<u8>) -> Validation| {
        if encoding_failed(&judge(tree.encode())) {
            return;
        }
        kept += 1;
        // Keys of some algorithms have parameters that RFC 5280 does not describe (curves in full, DSA).
        let opaque = [0, 6, 0, 1];
        for (path, edit) in tree.departures() {
            if path.starts_with(&opaque) && (path.len() > opaque.len() || matches!(edit, Edit::Insert(_))) {
                continue;
            }
            if stride.next().is_some_and(|n: usize| n.is_multiple_of(7)) {
                edits += 1;
                let found = judge(sign(&mut tree.with(&path, edit), &pki.authorities.intermediate));
                let place = || format!("{edit:?} at {path:?} of {:02x?}: {}", tree.encode(), found.reason());
                assert!(!found.accepted() && encoding_failed(&found), "{}", place());
            }
        }
    };
    certificates.sort();
    certificates.dedup();
    for der in certificates {
        let Ok(summary) = Summary::of(&der) else { continue };
        let policy = Policy { at: summary.not_before, ..policy(&pki) };
        adopt(&der, &pki).iter().for_each(|tree| each(tree, &|leaf| validate(&policy, &chain(leaf, &pki))));
    }
    for der in lists {
        let judge = |list: Vec<u8>| validate(&Policy { crls: vec![list], ..policy(&pki) }, pki.server.presented());
        adopt(&der, &pki).iter().for_each(|tree| each(tree, &judge));
    }
    assert!(kept > 250 && edits > 10_000, "{kept} certificates and lists, {edits} departures");
}

/// RFC 5280 appendix A.1, DirectoryString: characters of its type, and at least one of them.
#[test]
fn strings_of_a_name() {
    let [utf8, printable, bmp] = [12, 19, 30];
    let pki = pki();
    for (tag, text, sound) in [
        (utf8, &b"caf\xc3\xa9"[..], true),
        (utf8, b"caf\xe9", false),
        (utf8, b"", false),
        (printable, b"cafe", true),
        (printable, b"c@fe", false),
        (printable, b"", false),
        (bmp, b"\0a", true),
        (bmp, b"a", false),
        (bmp, b"", false),
    ] {
        let mut tree = Node::parse(pki.server.certificate()).unwrap();
        let value = &mut tree.nodes_mut()[0].nodes_mut()[5].nodes_mut()[0].nodes_mut()[0].nodes_mut()[1];
        *value = Node { tag, body: Body::Octets(text.to_vec()) };
        let issuer = &pki.authorities.intermediate;
        let found = validate(&policy(&pki), &[sign(&mut tree, issuer), issuer.certificate().to_vec()]);
        assert_eq!(found.accepted(), sound, "{tag} {text:02x?}: {}", found.reason());
    }
}
