//! Revocation lists of every form that RFC 5280 sections 5 and 6.3 have: each kind that counts beside its twin that must
//! not.

mod pki;
mod signers;

use lab::certificate::{Credential, Policy, Template, checks, validate};
use lab::check::Switches;
use pki::{
    AFTER, AT, BEFORE, List, OTHER_REASONS, PAST, SOME_REASONS, World, authority, certificate_issuer, der, entry,
    extension, full_name, indirect, list_signer, point, reason, relative_name, scope, subject,
};
use support::{certificates::sign, tlv::Node};

/// An extension that nobody knows: 2.5.29.99.
const UNKNOWN: u8 = 99;

#[test]
fn a_list_counts_for_those_that_it_names() {
    let world = World::new(&[]);
    world.good(&[List::new(&[]).by(&world.authority)]);
    world.good(&[List::new(&[entry(&world.other, &[])]).by(&world.authority)]);
    world.revoked(&[List::new(&[entry(&world.other, &[]), entry(&world.leaf, &[reason(1)])]).by(&world.authority)]);
}

/// Section 5.3: the entry is somebody else's, and the list may not be used all the same.
#[test]
fn every_entry_must_be_understood() {
    let world = World::new(&[]);
    let null = &[5, 0][..];
    let date = der(0x18, &[b"20260101000000Z"]);
    for extensions in
        // aACompromise is the last of the reasons.
        [
            vec![],
            vec![reason(1)],
            vec![reason(10)],
            vec![reason(1), extension(24, false, &date)],
            vec![extension(UNKNOWN, false, null)],
        ]
    {
        world.good(&[List::new(&[entry(&world.other, &extensions)]).by(&world.authority)]);
    }
    for (extensions, why) in [
        (vec![extension(UNKNOWN, true, null)], "critical extension 2.5.29.99 of an entry"),
        (vec![certificate_issuer(&world.authority)], "in a list that is not indirect"),
        (vec![reason(8)], "a list that changes no other"),
    ] {
        world.unusable(&[List::new(&[entry(&world.other, &extensions)]).by(&world.authority)], why);
    }
    // What is not even of the standard's form is not read.
    for extensions in [vec![reason(1), reason(1)], vec![reason(7)], vec![reason(11)], vec![extension(21, false, null)]]
    {
        let list = List::new(&[entry(&world.other, &extensions)]).by(&world.authority);
        let reason = world.judge(&[list]).reason();
        assert!(reason.starts_with("cert-encoding: revocation list 0 cannot be read"), "{reason}");
    }
}

#[test]
fn every_extension_must_be_understood() {
    let world = World::new(&[]);
    let null = &[5, 0][..];
    world.good(&[List::new(&[]).with(&[extension(UNKNOWN, false, null)]).by(&world.authority)]);
    let critical = List::new(&[]).with(&[extension(UNKNOWN, true, null)]).by(&world.authority);
    world.unusable(&[critical], "critical extension 2.5.29.99 of the list");
    let twice = List::new(&[]).with(&[extension(20, false, &[2, 1, 5])]).by(&world.authority);
    assert!(!world.judge(&[twice]).accepted());
    // Two kinds of certificates that it is limited to.
    let both = scope(&[&[0x81, 1, 0xff], &[0x82, 1, 0xff]]);
    world.unusable(&[List::new(&[]).with(&[both]).by(&world.authority)], "scope cannot be read");
}

/// A list holds in the seconds that it names, the first and the last included (section 6.3.3 (b) and (g)).
#[test]
fn from_when_until_when() {
    let world = World::new(&[]);
    // The second of all validations, and its neighbours.
    assert_eq!(AT, 1_795_219_200);
    let [before, now, after] = ["261120235959Z", "261121000000Z", "261121000001Z"];
    let list = |from, until| vec![List { from, until, ..List::new(&[]) }.by(&world.authority)];
    world.good(&list(now, AFTER));
    world.good(&list(BEFORE, now));
    world.unusable(&list(after, AFTER), "is not valid before");
    world.unusable(&list(BEFORE, before), "the list expired at");
}

/// Section 5.1.2.1: a list of the first version, which says no version, is read and does not count.
#[test]
fn a_list_has_its_version() {
    let world = World::new(&[]);
    let mut list = Node::parse(&List::new(&[]).by(&world.authority)).unwrap();
    let signed = list.nodes_mut()[0].nodes_mut();
    signed.remove(0);
    signed.pop();
    world.unusable(&[sign(&mut list, &world.authority)], "the list is not of version 2");
}

/// The names of a list itself are few; those of its entries may be many.
#[test]
fn names_of_entries_are_as_many_as_their_issuer_likes() {
    let world = World::new(&[]);
    // Two attributes each.
    let entries = vec![entry(&world.other, &[certificate_issuer(&world.authority)]); 1000];
    let list = List::new(&entries).with(&[indirect()]);
    world.good(&[list.by(&world.authority)]);
    let attribute = der(0x31, &[&der(0x30, &[&[0x06, 1, 0x2a], &[0x0c, 1, b'x']])]);
    let named = |sets: usize| {
        let names = der(0x30, &[&der(0xa4, &[&der(0x30, &[&attribute.repeat(sets)])])]);
        List::new(&[]).with(&[extension(UNKNOWN, false, &names)]).by(&world.authority)
    };
    // The list's own name has two.
    world.good(&[named(1022)]);
    let reason = world.judge(&[named(1023)]).reason();
    assert!(reason.contains("at most 1024 relative distinguished names"), "{reason}");
}

/// Where weak algorithms are taken for good, a list has no other fault, and is asked for its signature, which an Ed25519 key has not made
/// by RSA.
#[test]
fn a_list_under_a_weak_algorithm_counts_where_weak_ones_do() {
    let world = World::new(&[]);
    // sha1WithRSAEncryption of RFC 8017 appendix A.2.4.
    let algorithm = der(0x30, &[&[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5], &[5, 0]]);
    let list = List::new(&[]).under(&algorithm, &world.authority);
    for (taken, why) in [(false, "SHA-1 with RSA"), (true, "does not verify")] {
        let switches = Switches::without(checks::find(checks::ALGORITHM).filter(|_| taken));
        let policy = Policy { switches, ..world.policy(std::slice::from_ref(&list)) };
        let reason = validate(&policy, world.leaf.presented()).reason();
        assert!(reason.contains(why), "{reason}");
    }
}

/// Section 6.3.3 (d) to (l): lists for some reasons count together.
#[test]
fn reasons_add_up() {
    let world = World::new(&[]);
    let list = |reasons: &[u8], entries: &[Vec<u8>]| {
        List::new(entries).with(&[scope(&[&der(0x83, &[reasons])])]).by(&world.authority)
    };
    let (some, others) = (list(SOME_REASONS, &[]), list(OTHER_REASONS, &[]));
    world.good(&[some.clone(), others.clone()]);
    world.unusable(std::slice::from_ref(&some), "some reasons only");
    world.unusable(&[others], "some reasons only");
    world.revoked(&[some, list(OTHER_REASONS, &[entry(&world.leaf, &[reason(4)])])]);
    world.revoked(&[list(SOME_REASONS, &[entry(&world.leaf, &[reason(1)])])]);
}

/// A distribution point that gives reasons promises no more than those.
#[test]
fn reasons_of_a_distribution_point() {
    let uri = "http://ok.example/list";
    let world = World::new(&[point(&[&full_name(uri), &der(0x81, &[SOME_REASONS])])]);
    let list = List::new(&[]).with(&[scope(&[&full_name(uri)])]).by(&world.authority);
    world.unusable(&[list], "some reasons only");
    // The issuer's own list, of no point in particular, covers all.
    world.good(&[List::new(&[]).by(&world.authority)]);
}

/// Lists of one kind of certificates speak for no other kind (section 6.3.3 (b) (2)).
#[test]
fn lists_of_one_kind() {
    let mut world = World::new(&[]);
    let only = |world: &World, tag: u8, by: &Credential| {
        vec![List::new(&[entry(&world.other, &[])]).with(&[scope(&[&[tag, 1, 0xff]])]).by(by)]
    };
    let (users, authorities, attributes) = (0x81, 0x82, 0x85);
    world.good(&only(&world, users, &world.authority));
    world.unusable(&only(&world, authorities, &world.authority), "a list of authorities only");
    world.unusable(&only(&world, attributes, &world.authority), "a list of attribute certificates only");
    world.leaf = world.authority.clone();
    world.good(&only(&world, authorities, &world.root));
    world.unusable(&only(&world, users, &world.root), "a list of end entities only");
}

#[test]
fn distribution_points_by_name() {
    let lists = |world: &World, name: &[u8]| vec![List::new(&[]).with(&[scope(&[name])]).by(&world.authority)];
    let uri = full_name("http://ok.example/list");
    let relative = relative_name("list 1");
    for name in [&uri, &relative] {
        let world = World::new(&[point(&[name])]);
        world.good(&lists(&world, name));
        for other in [full_name("http://ok.example/other"), relative_name("list 2")] {
            world.unusable(&lists(&world, &other), "another distribution point");
        }
        World::new(&[]).unusable(&lists(&world, name), "another distribution point");
    }
    // One point's name relative to the issuer is another's in full.
    let world = World::new(&[point(&[&relative])]);
    let issuer = subject(&world.authority);
    let attribute = der(0x30, &[&[0x06, 3, 0x55, 0x04, 3], &der(0x0c, &[b"list 1"])]);
    let whole = der(0x30, &[&issuer[2..], &der(0x31, &[&attribute])]);
    world.good(&lists(&world, &der(0xa0, &[&der(0xa0, &[&der(0xa4, &[&whole])])])));
}

/// Lists of others, whom the certificate names (sections 5.2.5 and 5.3.3).
#[test]
fn indirect_lists() {
    let mut world = World::new(&[]);
    let signer = world.root.issue(&list_signer("lists"), &mut world.rng).unwrap();
    let issuer = der(0xa2, &[&der(0xa4, &[&subject(&signer)])]);
    let extensions = vec![point(&[&full_name("http://ok.example/list"), &issuer])];
    let leaf = Template { authority: None, extensions, ..authority("leaf") };
    world.leaf = world.authority.issue(&leaf, &mut world.rng).unwrap();
    let stranger = world.root.issue(&authority("stranger"), &mut world.rng).unwrap();
    world.further = vec![signer.certificate().to_vec()];
    let ours = certificate_issuer(&world.authority);
    let theirs = certificate_issuer(&stranger);
    let list = |entries: &[Vec<u8>]| vec![List::new(entries).with(&[indirect()]).by(&signer)];
    let (leaf, other) = (&world.leaf, &world.other);

    world.good(&list(&[]));
    world.revoked(&list(&[entry(leaf, std::slice::from_ref(&ours))]));
    // An entry is of the issuer of the entry before it; the first one of the list's.
    world.revoked(&list(&[entry(other, std::slice::from_ref(&ours)), entry(leaf, &[])]));
    world.good(&list(&[entry(leaf, &[])]));
    world.good(&list(&[entry(leaf, std::slice::from_ref(&theirs))]));
    world.good(&list(&[entry(other, std::slice::from_ref(&ours)), entry(other, &[theirs]), entry(leaf, &[])]));

    // The list must say that it is indirect, and its signer be certified below the same anchor.
    world.unusable(&[List::new(&[]).by(&signer)], "not an indirect one");
    let elsewhere = Credential::self_signed(&authority("elsewhere"), &mut world.rng).unwrap();
    let impostor = elsewhere.issue(&list_signer("lists"), &mut world.rng).unwrap();
    world.further = vec![elsewhere.certificate().to_vec(), impostor.certificate().to_vec()];
    world.unusable(&[List::new(&[]).with(&[indirect()]).by(&impostor)], "is not valid: cert-chain");
    // Nobody whom the certificate does not name speaks for it.
    let mut unnamed = World::new(&[]);
    unnamed.further = vec![signer.certificate().to_vec()];
    let validation = unnamed.judge(&list(&[entry(&unnamed.leaf, &[ours])]));
    assert!(validation.accepted() && validation.status("cert-revoked").is_none(), "{}", validation.reason());
}

/// Section 5.2.4: what changed since a complete list.
#[test]
fn delta_lists() {
    let world = World::new(&[]);
    let hold = entry(&world.leaf, &[reason(6)]);
    let complete = |entries: &[Vec<u8>]| List::new(entries).by(&world.authority);
    let delta = |entries: &[Vec<u8>]| List::new(entries).delta(5);
    let signed = |list: List| list.by(&world.authority);

    world.good(&[complete(&[]), signed(delta(&[]))]);
    world.good(&[complete(&[]), signed(delta(&[entry(&world.other, &[reason(1)])]))]);
    world.revoked(&[complete(&[]), signed(delta(&[entry(&world.leaf, &[reason(1)])]))]);
    world.revoked(&[signed(delta(&[entry(&world.leaf, &[reason(1)])])), complete(&[])]);
    world.good(&[complete(std::slice::from_ref(&hold)), signed(delta(&[entry(&world.leaf, &[reason(8)])]))]);
    world.revoked(&[complete(std::slice::from_ref(&hold)), signed(delta(&[]))]);

    // One that does not belong to the complete list changes nothing.
    let removal = || delta(&[entry(&world.leaf, &[reason(8)])]);
    let later_base = List::new(&[entry(&world.leaf, &[reason(8)])]).delta(6);
    let earlier = List { number: 5, ..removal() };
    let elsewhere = scope(&[&full_name("http://ok.example/list")]);
    let expired = List { from: PAST, until: BEFORE, ..removal() };
    for other in [later_base, earlier, expired, removal().with(&[elsewhere, extension(27, true, &[2, 1, 5])])] {
        world.revoked(&[complete(std::slice::from_ref(&hold)), signed(other)]);
    }
    let mut stranger = World::new(&[]);
    let impostor = Credential::self_signed(&authority("authority"), &mut stranger.rng).unwrap();
    stranger.further = vec![impostor.certificate().to_vec()];
    stranger.revoked(&[complete(&[hold]), removal().by(&impostor)]);

    // Alone it says nothing; an expired complete list is current with it, and only with it (section 6.3.3 (a)).
    world.unusable(&[signed(delta(&[]))], "without the complete list");
    let stale = || signed(List { from: PAST, until: BEFORE, ..List::new(&[]) });
    world.unusable(&[stale()], "the list expired");
    world.good(&[stale(), signed(delta(&[]))]);
    world.revoked(&[stale(), signed(delta(&[entry(&world.leaf, &[])]))]);
    let early = signed(List { from: AFTER, until: "280101000000Z", ..List::new(&[]) });
    world.unusable(&[early, signed(delta(&[]))], "not valid before");
}
