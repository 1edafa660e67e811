//! Who may sign a list, how that is asked, and how much of it (RFC 5280 section 6.3.3 (f)).

use super::pki::{
    AT, List, World, authority, certificate_issuer, der, entry, full_name, indirect, list_signer, point, scope, subject,
};
use lab::certificate::issue::Extension;
use lab::certificate::{Credential, Policy, Template, Validity, validate};
use support::{certificates::sign, tlv::Node};

const EXPIRED: Validity = Validity { not_before: 0, not_after: AT - 1 };

/// An authority signs what is issued under its own name: not even the one above it signs for it.
#[test]
fn nobody_signs_under_another_name() {
    let world = World::new(&[]);
    let mut list = Node::parse(&List::new(&[]).by(&world.authority)).unwrap();
    world.good(&[sign(&mut list, &world.authority)]);
    world.unusable(&[sign(&mut list, &world.root)], "does not verify");
}

/// Section 6.3.3 (f): another key of the issuer's name must have a path that is valid itself.
#[test]
fn a_separate_signer_is_validated_whole() {
    let fresh = || World::new(&[]);
    let list = |world: &World, signer: &Credential| List::new(&[entry(&world.other, &[])]).by(signer);

    // A key of the same name, by the authority's own authority, or by itself.
    let mut world = fresh();
    let by_root = world.root.issue(&list_signer("authority"), &mut world.rng).unwrap();
    let by_itself = world.authority.issue(&list_signer("authority"), &mut world.rng).unwrap();
    for signer in [&by_root, &by_itself] {
        world.further = vec![signer.certificate().to_vec()];
        world.good(&[list(&world, signer)]);
        world.revoked(&[List::new(&[entry(&world.leaf, &[])]).by(signer)]);
        world.further.clear();
        world.unusable(&[list(&world, signer)], "does not verify");
    }

    // Revoked by the root's list, which otherwise says that it is good.
    world.further = vec![by_root.certificate().to_vec()];
    let lists = |revoked: &[Vec<u8>]| vec![list(&world, &by_root), List::new(revoked).by(&world.root)];
    world.good(&lists(&[]));
    let validation = world.judge(&lists(&[entry(&by_root, &[])]));
    assert!(validation.reason().contains("is not valid: cert-revoked"), "{}", validation.reason());

    let unknown = Extension { oid: &[2, 5, 29, 99], critical: true, value: vec![5, 0] };
    for (template, why) in [
        (Template { extensions: vec![unknown], ..list_signer("authority") }, "cert-critical-extensions"),
        (Template { validity: EXPIRED, ..list_signer("authority") }, "cert-validity"),
        (Template { authority: None, ..authority("authority") }, "keyUsage without cRLSign"),
    ] {
        let mut world = fresh();
        let signer = world.root.issue(&template, &mut world.rng).unwrap();
        world.further = vec![signer.certificate().to_vec()];
        world.unusable(&[list(&world, &signer)], why);
    }

    // Its own path is valid, but it is another authority's idea that it should bear this name.
    let mut world = fresh();
    let stranger = world.root.issue(&authority("stranger"), &mut world.rng).unwrap();
    let signer = stranger.issue(&list_signer("authority"), &mut world.rng).unwrap();
    world.further = vec![stranger.certificate().to_vec(), signer.certificate().to_vec()];
    world.unusable(&[list(&world, &signer)], "not certified by an authority of this path");
    // Nobody that anybody trusts certified it.
    let unknown = Credential::self_signed(&list_signer("authority"), &mut world.rng).unwrap();
    world.further = vec![unknown.certificate().to_vec()];
    world.unusable(&[list(&world, &unknown)], "not certified by an authority of this path");
}

/// Two signers, each of whose lists speaks for the other: nobody goes round in a circle, and both count.
#[test]
fn signers_whose_lists_speak_for_each_other() {
    let mut world = World::new(&[]);
    let mut signer = || world.authority.issue(&list_signer("authority"), &mut world.rng).unwrap();
    let (first, second) = (signer(), signer());
    world.further = [&first, &second].map(|signer| signer.certificate().to_vec()).to_vec();
    let by = |signer: &Credential, entries: &[Vec<u8>]| List::new(entries).by(signer);
    world.good(&[by(&first, &[]), by(&second, &[])]);
    for revoking in [&first, &second] {
        let lists = [&first, &second].map(|signer| {
            let entries = if std::ptr::eq(signer, revoking) { vec![entry(&world.leaf, &[])] } else { Vec::new() };
            by(signer, &entries)
        });
        world.revoked(&lists);
    }
}

/// How many searches for the paths of signers one validation may begin, and how deep they may lead to further ones.
const SEARCHES: u8 = 32;
const DEPTH: u8 = 4;

/// A signer is asked once, however many lists it signed.
#[test]
fn a_signer_of_many_lists_is_asked_once() {
    let mut world = World::new(&[]);
    let signer = world.authority.issue(&list_signer("authority"), &mut world.rng).unwrap();
    world.further = vec![signer.certificate().to_vec()];
    let lists: Vec<_> = (0..2 * SEARCHES).map(|number| List { number, ..List::new(&[]) }.by(&signer)).collect();
    world.good(&lists);
}

/// Nobody is acquitted because what would have withdrawn it was not looked at any more, wherever that stands among the lists.
#[test]
fn signers_are_bounded_and_what_they_sign_is_not_passed_over() {
    for (signers, revoking) in [(SEARCHES, None), (SEARCHES, Some(SEARCHES - 1)), (SEARCHES + 1, None)] {
        let mut world = World::new(&[]);
        let signers: Vec<Credential> = (0..signers)
            .map(|at| world.root.issue(&list_signer(&format!("lists {at}")), &mut world.rng).unwrap())
            .collect();
        world.further = signers.iter().map(|signer| signer.certificate().to_vec()).collect();
        // As many issuers in each point as are looked at.
        let points: Vec<Vec<u8>> = signers
            .chunks(16)
            .map(|some| {
                let names: Vec<u8> = some.iter().flat_map(|signer| der(0xa4, &[&subject(signer)])).collect();
                der(0x30, &[&full_name("http://ok.example/lists"), &der(0xa2, &[&names])])
            })
            .collect();
        let points = Extension { oid: &[2, 5, 29, 31], critical: false, value: der(0x30, &[&points.concat()]) };
        let template = Template { authority: None, extensions: vec![points], ..authority("leaf") };
        world.leaf = world.authority.issue(&template, &mut world.rng).unwrap();
        let withdrawn = entry(&world.leaf, &[certificate_issuer(&world.authority)]);
        let mut lists: Vec<_> = signers
            .iter()
            .zip(0..)
            .map(|(signer, at)| {
                let entries = if revoking == Some(at) { vec![withdrawn.clone()] } else { Vec::new() };
                List::new(&entries).with(&[indirect()]).by(signer)
            })
            .collect();
        // The last one first too, behind a list of the authority's own.
        for _ in 0..2 {
            match (signers.len(), revoking) {
                (_, Some(_)) => world.revoked(&lists),
                (len, None) if len == usize::from(SEARCHES) => world.good(&lists),
                _ => world.unusable(&lists, "too many certificates could have signed the lists"),
            }
            lists.reverse();
            lists.insert(0, List::new(&[]).by(&world.authority));
        }
    }
}

/// Whether a signer has a path that passes is not known where not every one was tried: then nobody is acquitted beside its list.
#[test]
fn a_signer_with_more_paths_than_are_tried() {
    for (uppers, lowers, acquitted) in [(8, 8, true), (13, 5, false)] {
        let mut world = World::new(&[]);
        let upper = world.root.issue(&authority("upper"), &mut world.rng).unwrap();
        let lower = upper.issue(&authority("lower"), &mut world.rng).unwrap();
        let signer = lower.issue(&list_signer("lists"), &mut world.rng).unwrap();
        let mut ways = |count: u8, by: &Credential, name: &str, of: &Credential| -> Vec<Vec<u8>> {
            let expired = Template { validity: EXPIRED, ..authority(name) };
            (0..count).map(|_| by.certify(&expired, of.key(), &mut world.rng).unwrap()).collect()
        };
        world.further = [ways(uppers, &world.root, "upper", &upper), ways(lowers, &upper, "lower", &lower)].concat();
        world.further.push(signer.certificate().to_vec());
        let issuer = der(0xa2, &[&der(0xa4, &[&subject(&signer)])]);
        let named = point(&[&full_name("http://ok.example/lists"), &issuer]);
        let template = Template { authority: None, extensions: vec![named], ..authority("leaf") };
        world.leaf = world.authority.issue(&template, &mut world.rng).unwrap();
        let lists = [List::new(&[]).by(&world.authority), List::new(&[]).with(&[indirect()]).by(&signer)];
        match acquitted {
            true => world.good(&lists),
            false => world.unusable(&lists, "is not valid: cert-chain"),
        }
    }
}

/// Each signer's own standing is told by the list of the next: as deep as is looked it counts, and not below.
#[test]
fn signers_below_signers() {
    for (deep, revoked) in [(DEPTH, false), (DEPTH, true), (DEPTH + 1, false), (DEPTH + 1, true)] {
        let place = |at: u8| full_name(&format!("http://ok.example/{at}"));
        let mut world = World::new(&[point(&[&place(0)])]);
        let signers: Vec<Credential> = (1..=deep)
            .map(|at| {
                let template = Template { extensions: vec![point(&[&place(at)])], ..list_signer("authority") };
                world.authority.issue(&template, &mut world.rng).unwrap()
            })
            .collect();
        world.further = signers.iter().map(|signer| signer.certificate().to_vec()).collect();
        let mut lists: Vec<_> = signers
            .iter()
            .zip(0..)
            .map(|(signer, at)| List::new(&[]).with(&[scope(&[&place(at)])]).by(signer))
            .collect();
        let last = if revoked { vec![entry(&signers[signers.len() - 1], &[])] } else { Vec::new() };
        lists.push(List::new(&last).with(&[scope(&[&place(deep)])]).by(&world.authority));
        match (deep, revoked) {
            (DEPTH, false) => world.good(&lists),
            (DEPTH, true) => world.unusable(&lists, ""),
            _ => {
                world.unusable(&lists, "too many certificates could have signed the lists");
                // A list that acquits does not speak for one that was not looked at.
                lists.insert(0, List::new(&[]).with(&[scope(&[&place(0)])]).by(&world.authority));
                world.unusable(&lists, "too many certificates could have signed the lists");
            }
        }
    }
}

/// Signatures are bounded too, with the same consequence.
#[test]
fn lists_are_bounded_and_the_last_is_not_passed_over() {
    const SIGNATURES: usize = 512;
    let world = World::new(&[]);
    let list = |entries: &[Vec<u8>]| List::new(entries).by(&world.authority);
    let lists = |count: usize, last: Vec<u8>| [vec![list(&[]); count - 1], vec![last]].concat();
    let revoking = list(&[entry(&world.leaf, &[])]);
    world.good(&lists(SIGNATURES, list(&[])));
    world.revoked(&lists(SIGNATURES, revoking.clone()));
    for last in [list(&[]), revoking] {
        world.unusable(&lists(SIGNATURES + 1, last), "too many signatures of lists to verify");
    }
}

/// A list does not speak for its own signer, whom another list can withdraw.
#[test]
fn a_signer_that_its_own_list_should_speak_for() {
    let mut world = World::new(&[]);
    let place = full_name("http://ok.example/signers");
    let template = Template { extensions: vec![point(&[&place])], ..list_signer("authority") };
    let signer = world.authority.issue(&template, &mut world.rng).unwrap();
    world.further = vec![signer.certificate().to_vec()];
    let own = List::new(&[]).by(&signer);
    let of_signers = |entries: &[Vec<u8>]| List::new(entries).with(&[scope(&[&place])]).by(&world.authority);
    world.good(std::slice::from_ref(&own));
    world.good(&[own.clone(), of_signers(&[])]);
    let lists = [own.clone(), List::new(&[]).by(&world.root)];
    let required = Policy { require_revocation: true, ..world.policy(&lists) };
    let found = validate(&required, world.leaf.presented());
    assert!(found.accepted(), "{}", found.reason());
    world.unusable(&[own.clone(), of_signers(&[entry(&signer, &[])])], "is not valid: cert-revoked");
    // Nor does it acquit its signer where the policy requires somebody to.
    world.leaf = signer;
    let alone = world.judge(std::slice::from_ref(&own));
    assert!(alone.accepted() && alone.status("cert-revoked").is_none(), "{}", alone.reason());
    let lists = [own, List::new(&[]).by(&world.root)];
    let required = Policy { require_revocation: true, ..world.policy(&lists) };
    let reason = validate(&required, world.leaf.presented()).reason();
    assert!(reason.contains("expected a revocation list by another key than the certificate's own"), "{reason}");
}

/// Of one key and name there may be several certificates: that one of them does not hold any more takes nothing from the others.
#[test]
fn a_signer_whose_certificate_was_renewed() {
    let mut world = World::new(&[]);
    let signer = world.root.issue(&list_signer("authority"), &mut world.rng).unwrap();
    let expired = Template { validity: EXPIRED, ..list_signer("authority") };
    let expired = world.root.certify(&expired, signer.key(), &mut world.rng).unwrap();
    let certificates = [expired, signer.certificate().to_vec()];
    for order in [[0, 1], [1, 0]] {
        world.further = order.map(|at| certificates[at].clone()).to_vec();
        world.good(&[List::new(&[]).by(&signer)]);
        world.revoked(&[List::new(&[entry(&world.leaf, &[])]).by(&signer)]);
    }
    world.further.retain(|it| *it == certificates[0]);
    world.unusable(&[List::new(&[]).by(&signer)], "is not valid: cert-validity");
}

/// The old key, certified under the authority's own name by the new one, which signs the lists and stands in the path.
#[test]
fn key_rollover() {
    let mut world = World::new(&[]);
    let new = world.root.issue(&authority("authority"), &mut world.rng).unwrap();
    let old = new.issue(&authority("authority"), &mut world.rng).unwrap();
    let leaf = Template { authority: None, ..authority("leaf") };
    world.leaf = old.issue(&leaf, &mut world.rng).unwrap();
    world.good(&[List::new(&[entry(&world.other, &[])]).by(&new)]);
    world.revoked(&[List::new(&[entry(&world.leaf, &[])]).by(&new)]);
    let reason = world.judge(&[List::new(&[entry(&old, &[])]).by(&new)]).reason();
    assert!(reason.starts_with("cert-revoked of certificate 1"), "{reason}");
    // The old one's own lists count as well.
    world.good(&[List::new(&[]).by(&old), List::new(&[]).by(&new)]);
}
