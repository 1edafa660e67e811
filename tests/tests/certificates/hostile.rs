//! Hostile certificates: nothing panics, everything ends soon with an error that names the certificate and the field.

#[cfg(target_os = "linux")]
use std::time::Duration;

use lab::certificate::reason::{Form, Got};
use lab::certificate::{
    Credential, DecodeError, LeftOut, Outcome, Pki, Policy, Profile, Template, Validation, Validity, validate,
};
use proptest::prelude::*;
use support::certificates::{AT, NAME, leaf, pki, policy, rng, sign};
use support::fuzz::{self, Run, mutate};
use support::tlv::{Body, Node, der};

fn parts(pki: &Pki) -> [Vec<u8>; 4] {
    let list = pki.authorities.intermediate.revocation_list(&[], AT, 30).unwrap();
    [pki.server.certificate(), pki.authorities.root.certificate(), pki.authorities.intermediate.certificate(), &list]
        .map(<[u8]>::to_vec)
}

/// A bounded run of the fuzz target from honest seeds.
#[test]
fn mutated_certificates() {
    let pki = pki();
    let mut seeds: Vec<Vec<Vec<u8>>> = vec![parts(&pki).to_vec()];
    if let Some(bytes) = support::data::bytes("x509-limbo/core.limbo.json.zst") {
        let suite = lab::certificate::limbo::Suite::parse(std::str::from_utf8(&bytes).unwrap()).unwrap();
        for case in &suite.testcases {
            let Ok(input) = case.input(AT) else { continue };
            let policy = input.policy;
            let all = input.chain.into_iter().chain(policy.anchors).chain(policy.intermediates).chain(policy.crls);
            seeds.push(all.take(6).collect());
        }
    }
    let joined = |parts: &Vec<Vec<u8>>| fuzz::join(0, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>());
    fuzz::keep("certificates", seeds.iter().map(joined));
    let run = Run::of(20_000);
    let (mut rng, mut case) = (rng(run.seed() as u8), 0);
    while run.goes_on(case) {
        case += 1;
        let mut parts = seeds[rng.next_u32() as usize % seeds.len()].clone();
        for _ in 0..1 + rng.next_u32() % 4 {
            let part = rng.next_u32() as usize % parts.len();
            mutate(&mut parts[part], &mut rng);
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        fuzz::certificates(&fuzz::join(rng.next_u32() as u8, &parts));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes(data in proptest::collection::vec(any::<u8>(), 0..600)) {
        fuzz::certificates(&data);
    }

    /// Every proper prefix of a certificate is refused, and the error says where it ends.
    #[test]
    fn truncated(length in 0usize..400) {
        let pki = pki();
        let leaf = pki.server.certificate();
        let length = length.min(leaf.len() - 1);
        let validation = validate(&policy(&pki), &[&leaf[..length]]);
        prop_assert_eq!(validation.outcome, Outcome::Reject);
        prop_assert!(validation.reason().contains("certificate 0 cannot be read: certificate: expected"), "{}", validation.reason());
    }
}

/// Whichever single bit of the leaf is flipped, the path is refused: everything in it is signed, or the signature.
#[test]
fn flipped_bit() {
    let pki = pki();
    let (policy, honest) = (policy(&pki), pki.server.presented().to_vec());
    for at in 0..8 * honest[0].len() {
        let mut chain = honest.clone();
        chain[0][at / 8] ^= 1 << (at % 8);
        assert_eq!(validate(&policy, &chain).outcome, Outcome::Reject, "octet {}, bit {}", at / 8, at % 8);
    }
}

/// Whichever single bit of a revocation list is flipped, it tells nothing any more: neither that a certificate is good nor
/// that it is revoked.
#[test]
fn flipped_bit_of_a_list() {
    let pki = pki();
    for revoked in [&[][..], &[pki.server.serial()]] {
        let lists = pki.authorities.revocation_lists(revoked, AT).unwrap();
        let mut policy = Policy { crls: lists, require_revocation: true, ..policy(&pki) };
        assert_eq!(validate(&policy, pki.server.presented()).accepted(), revoked.is_empty());
        for at in 0..8 * policy.crls[1].len() {
            policy.crls[1][at / 8] ^= 1 << (at % 8);
            let validation = validate(&policy, pki.server.presented());
            policy.crls[1][at / 8] ^= 1 << (at % 8);
            let place = format!("octet {}, bit {}: {}", at / 8, at % 8, validation.reason());
            assert_eq!(validation.outcome, Outcome::Reject, "{place}");
            assert!(!validation.reason().contains("the issuer withdrew"), "{place}");
        }
    }
}

fn issue(pki: &Pki, template: &Template) -> Credential {
    pki.authorities.intermediate.issue(template, &mut rng(5)).unwrap()
}

fn reject(validation: &Validation, reason: &str) {
    assert_eq!(validation.outcome, Outcome::Reject);
    assert!(validation.reason().contains(reason), "{}", validation.reason());
}

#[test]
fn a_thousand_names() {
    let pki = pki();
    let names: Vec<String> = (0..1000).map(|i| format!("host{i}.example")).collect();
    let leaf = leaf();
    let stranger = issue(&pki, &Template { names: names.clone(), ..leaf.clone() });
    let validation = validate(&policy(&pki), stranger.presented());
    reject(&validation, "cert-name of certificate 0");
    assert!(validation.reason().contains("and 992 more"), "{}", validation.reason());
    let genuine = issue(&pki, &Template { names: names.into_iter().chain([NAME.into()]).collect(), ..leaf });
    assert!(validate(&policy(&pki), genuine.presented()).accepted());
}

/// A thousand names under a thousand constraints would take a million comparisons.
#[test]
fn names_times_constraints_are_bounded() {
    let pki = pki();
    let years = Validity::around(AT, 3650);
    let permitted = (0..1000).map(|i| format!("domain{i}.example")).collect();
    let limits = lab::certificate::issue::Limits { permitted, path_length: None };
    let authority = Template { authority: Some(limits), ..Template::authority("constrained", years) };
    let authority = pki.authorities.root.issue(&authority, &mut rng(5)).unwrap();
    let names = (0..1000).map(|i| format!("www.domain{i}.example")).collect();
    let leaf = Template { names, ..leaf() };
    let leaf = authority.issue(&leaf, &mut rng(6)).unwrap();
    let validation = validate(&Policy { name: None, ..policy(&pki) }, leaf.presented());
    reject(&validation, "at most 250000 comparisons");
}

/// What one authority's constraints leave of the comparisons is all that is left for the next one's.
#[test]
fn comparisons_are_counted_along_the_path() {
    let pki = pki();
    let years = Validity::around(AT, 3650);
    let bound = |name: &str| {
        let permitted = (0..400).map(|i| format!("domain{i}.example")).collect();
        let limits = lab::certificate::issue::Limits { permitted, path_length: None };
        Template { authority: Some(limits), ..Template::authority(name, years) }
    };
    let upper = pki.authorities.root.issue(&bound("upper"), &mut rng(5)).unwrap();
    let lower = upper.issue(&bound("lower"), &mut rng(6)).unwrap();
    let names: Vec<_> = (0..400).map(|i| format!("www.domain{i}.example")).collect();
    let judged = |authority: &Credential| {
        let leaf = authority.issue(&Template { names: names.clone(), ..leaf() }, &mut rng(7)).unwrap();
        validate(&Policy { name: None, ..policy(&pki) }, leaf.presented())
    };
    let found = judged(&upper);
    assert!(found.accepted(), "{}", found.reason());
    reject(&judged(&lower), "at most 250000 comparisons");
}

/// The server's certificate with other extensions: its outer structure rebuilt around them.
fn with_extensions(leaf: &[u8], extensions: &[Vec<u8>]) -> Vec<u8> {
    let body = |der: &[u8]| match der[1] {
        short @ 0..=0x7f => 2..2 + usize::from(short),
        0x81 => 3..3 + usize::from(der[2]),
        _ => 4..4 + usize::from(u16::from_be_bytes([der[2], der[3]])),
    };
    let certificate = &leaf[body(leaf)];
    let tbs_end = body(certificate).end;
    let tbs = &certificate[body(certificate)];
    let mut fields = tbs;
    let mut kept = Vec::new();
    while fields[0] != 0xa3 {
        let end = body(fields).end;
        kept.extend_from_slice(&fields[..end]);
        fields = &fields[end..];
    }
    kept.extend(der(0xa3, &[&der(0x30, &[&extensions.concat()])]));
    der(0x30, &[&der(0x30, &[&kept]), &certificate[tbs_end..]])
}

#[test]
fn a_megabyte_of_extensions() {
    let pki = pki();
    let extension = |arc: u8, value: &[u8]| der(0x30, &[&[0x06, 0x02, 0x2a, arc], &der(0x04, &[value])]);
    let leaf = pki.server.certificate();

    let large = with_extensions(leaf, &[extension(1, &vec![0; 1 << 20])]);
    reject(&validate(&policy(&pki), &[large]), "cert-chain of certificate 0");

    let many = with_extensions(leaf, &vec![extension(1, &[0; 4]); 100_000]);
    assert!(many.len() > 1 << 20);
    reject(
        &validate(&policy(&pki), &[many]),
        "certificate 0 cannot be read: extensions: expected at most 64 extensions",
    );

    // So many are read, each of its own, and nobody has signed them.
    let most: Vec<_> = (0..64).map(|arc| extension(arc, &[])).collect();
    reject(&validate(&policy(&pki), &[with_extensions(leaf, &most)]), "cert-chain of certificate 0");

    let twice = with_extensions(leaf, &[extension(1, &[]), extension(1, &[])]);
    reject(&validate(&policy(&pki), &[twice]), "1.2.1 twice");
}

#[test]
fn errors_name_the_certificate_and_the_field() {
    let pki = pki();
    reject(&validate::<Vec<u8>>(&policy(&pki), &[]), "expected at least one certificate, got none");
    let policy = Policy { crls: vec![vec![0x30, 0x00]], ..policy(&pki) };
    reject(
        &validate(&policy, pki.server.presented()),
        "revocation list 0 cannot be read: tbsCertList: expected a SEQUENCE",
    );
    let got = Got::Unparsed { error: "one".into() };
    let error = DecodeError { field: "validity".into(), expected: Form::Times, got };
    assert_eq!(error.to_string(), "validity: expected two times in UTC, to the second, got one");
    // The chain breaks at the intermediate that cannot be read, and the reason says so.
    let policy = Policy { crls: Vec::new(), ..policy };
    let broken = vec![pki.server.certificate().to_vec(), pki.authorities.intermediate.certificate()[..100].to_vec()];
    reject(&validate(&policy, &broken), "certificate 1 cannot be read: certificate: expected one DER value");
}

/// A hundred authorities of one name and key, each signed by each: every path is a detour.
#[test]
fn a_thicket_of_authorities_is_left_soon() {
    let pki = pki();
    let years = Validity::around(AT, 3650);
    let authority = Template::authority("thicket", years);
    let first = Credential::self_signed(&authority, &mut rng(8)).unwrap();
    let mut chain = vec![Vec::new()];
    let mut last = first.clone();
    for seed in 0..100 {
        // Another key each time, under one name: each might be the issuer of each.
        last = last.issue(&authority, &mut rng(seed)).unwrap();
        chain.push(last.certificate().to_vec());
    }
    let leaf = last.issue(&leaf(), &mut rng(9)).unwrap();
    chain[0] = leaf.certificate().to_vec();
    reject(&validate(&policy(&pki), &chain), "cert-chain");
}

/// Namesakes of the issuer, each with a key of its own: the issuer is found behind as many as leave signatures for it and the root.
#[test]
fn signatures_are_bounded() {
    const SIGNATURES: usize = 128;
    let pki = pki();
    let authority = Template::authority("namesake", Validity::around(AT, 3650));
    let [root, intermediate] = [&pki.authorities.root, &pki.authorities.intermediate];
    let genuine = root.issue(&authority, &mut rng(1)).unwrap();
    // Which key signed it says nothing, so that they are tried as they come.
    let leaf = genuine.issue(&Template { issuer_key: false, ..leaf() }, &mut rng(2)).unwrap();
    let rng = &mut rng(3);
    let mut chain = vec![leaf.certificate().to_vec(), genuine.certificate().to_vec()];
    for others in 1..SIGNATURES {
        chain.insert(1, intermediate.issue(&authority, rng).unwrap().certificate().to_vec());
        let judged = || validate(&Policy { profile: Profile::Rfc5280, ..policy(&pki) }, &chain);
        if others + 2 == SIGNATURES {
            assert!(judged().accepted(), "{}", judged().reason());
        } else if others + 2 > SIGNATURES {
            reject(&judged(), "the search was given up: too many signatures to verify");
        }
    }
}

/// A subject of a thousand attributes is nothing bad by itself; where it would have to be compared with subtrees, the limit
/// is told as one of name constraints.
#[test]
fn a_thousand_attributes() {
    let pki = pki();
    let years = Validity::around(AT, 3650);
    let limits = lab::certificate::issue::Limits { permitted: vec![NAME.into()], path_length: None };
    let authority = Template { authority: Some(limits), ..Template::authority("constrained", years) };
    let constrained = pki.authorities.root.issue(&authority, &mut rng(5)).unwrap();
    let free = pki.authorities.root.issue(&Template::authority("free", years), &mut rng(5)).unwrap();
    // Every subject has two already: 64 are compared, and one more is not.
    for (issuer, more) in [(&free, 1000), (&constrained, 1000), (&constrained, 63), (&constrained, 62)] {
        let leaf = issuer.issue(&leaf(), &mut rng(6)).unwrap();
        let mut tree = Node::parse(leaf.certificate()).unwrap();
        let subject = tree.nodes_mut()[0].nodes_mut()[5].nodes_mut();
        let organisation = subject[0].clone();
        subject.extend(vec![organisation; more]);
        let found = validate(&policy(&pki), &[sign(&mut tree, issuer), issuer.certificate().to_vec()]);
        if issuer.certificate() == constrained.certificate() && more > 62 {
            reject(&found, "cert-name-constraints of certificate 0: the work that a path may cause is bounded");
        } else {
            assert!(found.accepted(), "{}", found.reason());
        }
    }
}

/// What this thread has computed so far. Others may want the processor as well, and are none of its work.
#[cfg(target_os = "linux")]
fn computed() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").expect("what the system tells of this thread");
    Duration::from_nanos(told.split(' ').next().and_then(|spent| spent.parse().ok()).expect("nanoseconds"))
}

/// Authorities with long names, which are the same name however it is written: four times as many are four times the work, and not
/// sixteen times, as they would be if they were compared pair by pair.
#[cfg(target_os = "linux")]
#[test]
fn long_names_are_compared_once_each() {
    let [few, many] = [25, 100].map(work_with_long_names);
    assert!(many < 8 * few, "{few:?} with 25, {many:?} with 100");
}

#[cfg(target_os = "linux")]
fn work_with_long_names(authorities: u8) -> Duration {
    let pki = pki();
    let years = Validity::around(AT, 3650);
    let long = "é".repeat(100_000);
    let name = |i: u8| format!("{}{long}", " ".repeat(usize::from(i)));
    let mut last = Credential::self_signed(&Template::authority(&name(0), years), &mut rng(8)).unwrap();
    let mut chain = vec![Vec::new()];
    for seed in 1..authorities {
        last = last.issue(&Template::authority(&name(seed), years), &mut rng(seed)).unwrap();
        chain.push(last.certificate().to_vec());
    }
    let leaf = leaf();
    chain[0] = last.issue(&leaf, &mut rng(9)).unwrap().certificate().to_vec();
    let before = computed();
    reject(&validate(&policy(&pki), &chain), "cert-chain of certificate");
    computed() - before
}

/// The longest path that is tried has 32 certificates; the limit is told as one.
#[test]
fn a_path_of_33_is_too_long() {
    let pki = pki();
    let years = Validity::around(AT, 3650);
    let mut last = pki.authorities.root.clone();
    let mut chain = Vec::new();
    // With root and leaf, these are 32.
    for seed in 1..=30 {
        last = last.issue(&Template::authority(&format!("authority {seed}"), years), &mut rng(seed)).unwrap();
        chain.insert(0, last.certificate().to_vec());
    }
    let with = |leaf: &Credential, chain: &[Vec<u8>]| [&[leaf.certificate().to_vec()], chain].concat();
    let found = validate(&policy(&pki), &with(&last.issue(&leaf(), &mut rng(40)).unwrap(), &chain));
    assert!(found.accepted() && found.path.len() == 32, "{}", found.reason());
    last = last.issue(&Template::authority("one too many", years), &mut rng(31)).unwrap();
    chain.insert(0, last.certificate().to_vec());
    let found = validate(&policy(&pki), &with(&last.issue(&leaf(), &mut rng(40)).unwrap(), &chain));
    reject(&found, "the path would be longer than 32 certificates, the most that are tried");
}

/// Whoever sends the authority behind more certificates than are looked at is told that it was not looked at.
#[test]
fn strays_that_hide_the_issuer_are_told() {
    let pki = pki();
    let years = Validity::around(AT, 3650);
    let stray = Credential::self_signed(&Template::authority("stray", years), &mut rng(2)).unwrap();
    let strays = (0..256_u32).map(|number| {
        let mut tree = Node::parse(stray.certificate()).unwrap();
        tree.nodes_mut()[0].nodes_mut()[1].body = Body::Octets(vec![1, (number >> 8) as u8, number as u8]);
        sign(&mut tree, &stray)
    });
    let [leaf, issuer] = [0, 1].map(|at| pki.server.presented()[at].clone());
    let mut chain: Vec<Vec<u8>> = [leaf].into_iter().chain(strays).chain([issuer]).collect();
    let found = validate(&policy(&pki), &chain);
    reject(&found, "no certificate of that issuer is at hand");
    let note = "1 certificates were not looked at: only the first 256 beside the leaf and the trust anchors are";
    assert!(
        found.reason().ends_with(&format!("({note})"))
            && found.left_out.len() == 1
            && found.left_out[0].to_string() == note,
        "{}",
        found.reason()
    );
    // One stray fewer, and it is found.
    chain.remove(1);
    let found = validate(&policy(&pki), &chain);
    assert!(found.accepted() && found.left_out.is_empty(), "{}", found.reason());
}

/// Of those that cannot be read the first eight are told, wherever they came from; whoever can be read counts all the same.
#[test]
fn of_what_cannot_be_read_the_first_are_told() {
    let pki = pki();
    let [leaf, issuer] = [0, 1].map(|at| pki.server.presented()[at].clone());
    let unreadable = |numbers: std::ops::Range<u8>| numbers.map(|number| vec![number; 4]).collect::<Vec<_>>();
    let root = pki.authorities.root.certificate().to_vec();
    let intermediates = unreadable(0..3);
    for (presented, told) in [(0, 5), (3, 8), (4, 8), (10, 8)] {
        let anchors = [unreadable(10..12), vec![root.clone()]].concat();
        let chain = [vec![leaf.clone()], unreadable(20..20 + presented), vec![issuer.clone()]].concat();
        let found = validate(&Policy { anchors, intermediates: intermediates.clone(), ..policy(&pki) }, &chain);
        assert!(found.accepted(), "{}", found.reason());
        let anchors = found.left_out.iter().filter(|it| matches!(it, LeftOut::Anchor { .. })).count();
        assert_eq!((found.left_out.len(), anchors), (told, 2));
    }
}

/// A name of very many attributes takes its reader fifty times its size: such a certificate is not read, wherever the name
/// stands in it; nor is such a list.
#[test]
fn names_of_very_many_attributes_are_not_read() {
    let pki = pki();
    let attribute = der(0x31, &[&der(0x30, &[&[0x06, 1, 0x2a], &[0x0c, 1, b'x']])]);
    let long = Node::parse(&der(0x30, &[&attribute.repeat(200_000)])).unwrap();
    let hostile = |path: &[usize]| {
        let mut tree = Node::parse(pki.server.certificate()).unwrap();
        *path.iter().fold(&mut tree, |node, &at| &mut node.nodes_mut()[at]) = long.clone();
        vec![tree.encode(), pki.authorities.intermediate.certificate().to_vec()]
    };
    let refused = |found: &Validation, what: &str| {
        reject(found, &format!("{what} cannot be read: names: expected at most 1024 relative distinguished names"));
    };
    for field in [3, 5] {
        refused(&validate(&policy(&pki), &hostile(&[0, field])), "certificate 0");
    }
    let names = der(0x30, &[&der(0xa4, &[&long.encode()])]);
    let alternative = der(0x30, &[&[0x06, 3, 0x55, 0x1d, 17], &der(0x04, &[&names])]);
    refused(&validate(&policy(&pki), &[with_extensions(pki.server.certificate(), &[alternative])]), "certificate 0");
    let list = pki.authorities.intermediate.revocation_list(&[], AT, 30).unwrap();
    let mut tree = Node::parse(&list).unwrap();
    tree.nodes_mut()[0].nodes_mut()[2] = long.clone();
    let found = validate(&Policy { crls: vec![tree.encode()], ..policy(&pki) }, pki.server.presented());
    reject(&found, "revocation list 0 cannot be read");
    reject(&found, "1024 relative distinguished names");
}
