//! Path building: from the leaf to a trust anchor, over whatever certificates are at hand, with bounded work.

use super::checks::{self, CHECKS};
use super::context::Context;
use super::decode::Certificate;
use super::dn;
use super::origin::Origin;
use super::policies::Policies;
use super::policy::Policy;
use super::reason::{Chain, Gap};
use super::rules::{RULES, Walk};
use super::signature::Signature;
use super::signers::Signers;
use super::step::{Step, fail};

/// Certificates that one search may put on a path, counted again whenever it comes back to one.
const VISITS: usize = 2_000;
/// Paths to an anchor that one search may evaluate.
const PATHS: usize = 64;
/// Longest path that is tried.
const LENGTH: usize = 32;

/// A path with everything that was found out about it.
pub(super) struct Evaluated {
    /// Indices into the nodes, leaf first.
    pub(super) path: Vec<usize>,
    pub(super) steps: Vec<Step>,
    /// Checks that are switched on and did not pass.
    failures: usize,
}

impl Evaluated {
    /// The same of a path that fails where the search for others was given up: what fails on it may pass on another, and so it is the
    /// search that is told of first.
    fn although_given_up(mut self, policy: &Policy, gap: Gap) -> Self {
        // Steps begin with the anchor's.
        let anchored = self.steps.iter_mut().find(|step| step.check == checks::CHAIN);
        if let (Some(step), Some(check), Some(found)) =
            (anchored, checks::find(checks::CHAIN), fail(Chain::GivenUp { gap }))
        {
            *step = found.step(check, step.cert_index, &policy.switches);
        }
        self
    }
}

/// Searches for a path from the first node, the leaf.
pub(super) fn search(context: &Context<'_, '_>) -> Evaluated {
    Search::run(context, &Signers::new(), context.policy, 0, None)
}

/// Depth-first search for a path that passes every check.
struct Search<'c, 's, 'a> {
    context: &'c Context<'s, 'a>,
    signers: &'c Signers,
    policy: &'c Policy,
    /// The only anchor that counts, where not every one does.
    goal: Option<usize>,
    visits: usize,
    paths: usize,
    /// The path to an anchor with the fewest failures.
    best: Option<Evaluated>,
    /// The longest path that ended nowhere, and why; or one at which the search was given up.
    dead_end: Option<(Vec<usize>, Gap)>,
}

impl<'c, 's, 'a> Search<'c, 's, 'a> {
    fn run(
        context: &'c Context<'s, 'a>,
        signers: &'c Signers,
        policy: &'c Policy,
        leaf: usize,
        goal: Option<usize>,
    ) -> Evaluated {
        let (visits, paths) = (VISITS, PATHS);
        let mut search = Self { context, signers, policy, goal, visits, paths, best: None, dead_end: None };
        search.extend(&mut vec![leaf]);
        let given_up = search.dead_end.as_ref().map(|(_, why)| *why).filter(|why| why.is_cut_off());
        match (search.best.take(), given_up) {
            (Some(best), Some(why)) if best.failures > 0 => best.although_given_up(policy, why),
            (Some(best), _) => best,
            (None, _) => {
                let (path, why) = search.dead_end.take().unwrap_or_else(|| (vec![leaf], Gap::Nowhere));
                search.evaluate(&path, Some(why))
            }
        }
    }

    fn certificate(&self, node: usize) -> &'c Certificate<'a> {
        &self.context.nodes[node].certificate
    }

    /// Whether a path may end with a node.
    fn ends(&self, node: usize) -> bool {
        matches!(self.context.nodes[node].origin, Origin::Anchor(_)) && self.goal.is_none_or(|goal| goal == node)
    }

    /// Extends the path by every possible issuer of its last certificate; true once the search is over.
    fn extend(&mut self, path: &mut Vec<usize>) -> bool {
        let Some(&last) = path.last() else { return false };
        if self.ends(last) {
            let Some(left) = self.paths.checked_sub(1) else {
                self.give_up(path, Gap::TooManyPaths);
                return true;
            };
            self.paths = left;
            let found = self.evaluate(path, None);
            let done = found.failures == 0;
            if self.best.as_ref().is_none_or(|best| found.failures < best.failures) {
                self.best = Some(found);
            }
            return done;
        }
        let child = self.certificate(last);
        let (mut refused, mut looped, mut advanced) = (false, false, false);
        for issuer in self.issuers(child) {
            if path.len() == LENGTH {
                return self.give_up(path, Gap::Long { most: LENGTH });
            }
            if self.visits == 0 {
                return self.give_up(path, Gap::TooManyIssuers);
            }
            if path.iter().any(|&on_path| self.same_entity(on_path, issuer)) {
                looped = true;
                continue;
            }
            self.visits -= 1;
            match self.context.link(last, issuer) {
                None => return self.give_up(path, Gap::TooManySignatures),
                Some(Signature::Invalid) => refused = true,
                Some(Signature::Valid | Signature::Unknown) => {
                    advanced = true;
                    path.push(issuer);
                    let done = self.extend(path);
                    path.pop();
                    if done {
                        return true;
                    }
                }
            }
        }
        if !advanced {
            let why = match (refused, looped, child.self_issued) {
                _ if dn::is_empty(child.issuer()) => Gap::NoIssuer,
                (true, ..) => Gap::NotSigned,
                (_, _, true) => Gap::SelfIssued,
                (_, true, _) => Gap::Circle,
                _ => Gap::Missing,
            };
            self.give_up(path, why);
        }
        false
    }

    /// Everything that carries the name of the child's issuer: anchors first, then those whose key identifier fits.
    fn issuers(&self, child: &Certificate<'_>) -> Vec<usize> {
        let wanted = child.authority_key_identifier().and_then(|(issuer, _)| issuer.key_identifier.as_ref());
        let mut issuers: Vec<usize> =
            (0..self.context.nodes.len()).filter(|&node| child.names_as_issuer(self.certificate(node))).collect();
        issuers.sort_by_key(|&node| {
            let own = self.certificate(node).subject_key_identifier();
            let fits = wanted.is_some_and(|wanted| own.is_some_and(|(own, _)| own == wanted.0));
            (!matches!(self.context.nodes[node].origin, Origin::Anchor(_)), !fits)
        });
        issuers
    }

    /// One certified entity twice in a path is a detour: same name, same key.
    fn same_entity(&self, a: usize, b: usize) -> bool {
        let (x, y) = (self.certificate(a), self.certificate(b));
        a == b || (x.spki() == y.spki() && x.same_subject(y))
    }

    /// Of the ways that end nowhere the longest is told; but that the search was given up comes first, as the issuer that is missing
    /// there may be on a way that was not tried.
    fn give_up(&mut self, path: &[usize], why: Gap) -> bool {
        let weight = |path: &[usize], why: Gap| (why.is_cut_off(), path.len());
        if self.dead_end.as_ref().is_none_or(|(longest, known)| weight(path, why) > weight(longest, *known)) {
            self.dead_end = Some((path.to_vec(), why));
        }
        false
    }

    /// Every check of every certificate, from the anchor down, as section 6.1 of RFC 5280 processes a path.
    fn evaluate(&self, path: &[usize], gap: Option<Gap>) -> Evaluated {
        let certificates: Vec<_> = path.iter().map(|&node| self.certificate(node)).collect();
        let links: Vec<_> = path.windows(2).map(|pair| self.context.known_link(pair[0], pair[1])).collect();
        let (context, signers) = (self.context, self.signers);
        let authorize = |signer, anchor| {
            let search = || Self::run(context, signers, context.signer_policy(), signer, Some(anchor)).steps;
            signers.authorize(context, signer, anchor, search)
        };
        let mut walk = Walk {
            policy: self.policy,
            path: &certificates,
            nodes: path,
            links: &links,
            gap,
            context,
            authorize: &authorize,
            for_signer: signers.are_asked(),
            policies: Policies::new((path.len() - usize::from(gap.is_none())).max(1), &self.policy.policies),
        };
        let mut steps = Vec::with_capacity(certificates.len() * RULES.len());
        let mut failures = 0;
        for cert_index in (0..path.len()).rev() {
            for (check, rule) in CHECKS.iter().zip(RULES) {
                let Some(finding) = rule(&mut walk, cert_index) else { continue };
                let step = finding.step(check, cert_index, &self.policy.switches);
                failures += usize::from(!step.ok());
                steps.push(step);
            }
        }
        Evaluated { path: path.to_vec(), steps, failures }
    }
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use crate::certificate::issue::Limits;
    use crate::certificate::{Credential, Origin, Policy, Purpose, Status, Template, Validity, checks, validate};
    use crate::check::Switches;

    use super::LENGTH;

    const AT: i64 = 1_790_000_000;
    const EXPIRED: Validity = Validity { not_before: 0, not_after: AT - 1 };

    struct World {
        rng: ChaCha20Rng,
    }

    impl World {
        fn new() -> Self {
            Self { rng: ChaCha20Rng::from_seed([1; 32]) }
        }

        fn root(&mut self, name: &str) -> Credential {
            Credential::self_signed(&Template::authority(name, Validity::around(AT, 3650)), &mut self.rng).unwrap()
        }

        fn below(&mut self, issuer: &Credential, name: &str) -> Credential {
            issuer.issue(&Template::authority(name, Validity::around(AT, 3650)), &mut self.rng).unwrap()
        }

        /// A further certificate of an authority, by this one.
        fn way(&mut self, by: &Credential, name: &str, of: &Credential, validity: Validity) -> Vec<u8> {
            by.certify(&Template::authority(name, validity), of.key(), &mut self.rng).unwrap()
        }

        fn leaf(&mut self, issuer: &Credential) -> Credential {
            issuer
                .issue(&Template::leaf("a.example", Purpose::Server, Validity::around(AT, 90)), &mut self.rng)
                .unwrap()
        }
    }

    fn der(credential: &Credential) -> Vec<u8> {
        credential.certificate().to_vec()
    }

    fn policy(anchors: &[&Credential]) -> Policy {
        Policy {
            anchors: anchors.iter().map(|anchor| der(anchor)).collect(),
            at: AT,
            name: Some("a.example".parse().unwrap()),
            purpose: Some(Purpose::Server),
            ..Policy::default()
        }
    }

    #[test]
    fn order_and_superfluous_certificates_do_not_matter() {
        let mut world = World::new();
        let (root, other) = (world.root("root"), world.root("other"));
        let upper = world.below(&root, "upper");
        let lower = world.below(&upper, "lower");
        let stray = world.below(&other, "stray");
        let leaf = world.leaf(&lower);
        let chain = [der(&leaf), der(&stray), der(&root), der(&upper), der(&other), der(&lower)];
        let found = validate(&policy(&[&root]), &chain);
        assert!(found.accepted(), "{}", found.reason());
        use Origin::{Anchor, Presented};
        assert_eq!(found.path, [Presented(0), Presented(5), Presented(3), Anchor(0)]);
    }

    #[test]
    fn a_missing_intermediate_is_named() {
        let mut world = World::new();
        let root = world.root("root");
        let upper = world.below(&root, "upper");
        let leaf = world.leaf(&upper);
        let found = validate(&policy(&[&root]), &[der(&leaf)]);
        assert!(
            found.reason().contains("CN=upper, got no certificate of that issuer is at hand"),
            "{}",
            found.reason()
        );
        let policy = Policy { intermediates: vec![der(&upper)], ..policy(&[&root]) };
        assert!(validate(&policy, &[der(&leaf)]).accepted());
    }

    /// One authority, certified twice: by an anchor, and by one who is not trusted or no longer valid.
    #[test]
    fn cross_signed() {
        let mut world = World::new();
        let (trusted, untrusted) = (world.root("trusted"), world.root("untrusted"));
        let authority = world.below(&untrusted, "authority");
        let good = world.way(&trusted, "authority", &authority, Validity::around(AT, 100));
        let expired = world.way(&trusted, "authority", &authority, EXPIRED);
        let leaf = world.leaf(&authority);
        let ways = [der(&authority), expired, good];
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let chain: Vec<_> = [der(&leaf)].into_iter().chain(order.map(|way| ways[way].clone())).collect();
            let found = validate(&policy(&[&trusted]), &chain);
            assert!(found.accepted(), "{order:?}: {}", found.reason());
        }
        let found = validate(&policy(&[&trusted]), &[der(&leaf), ways[0].clone(), ways[1].clone()]);
        assert!(found.reason().starts_with("cert-validity of certificate 1"), "{}", found.reason());
    }

    /// Two ways, each with one fault: whichever check is off, the way is found that satisfies the others.
    #[test]
    fn the_way_is_chosen_for_the_checks_that_are_on() {
        let mut world = World::new();
        let root = world.root("root");
        let authority = world.below(&root, "authority");
        let leaf = world.leaf(&authority);
        let mut way = |template: Template| root.certify(&template, authority.key(), &mut world.rng).unwrap();
        let expired = way(Template::authority("authority", EXPIRED));
        let elsewhere = Limits { permitted: vec!["b.example".into()], path_length: None };
        let elsewhere =
            way(Template { authority: Some(elsewhere), ..Template::authority("authority", Validity::around(AT, 90)) });
        for ways in [[&expired, &elsewhere], [&elsewhere, &expired]] {
            let chain = [der(&leaf), ways[0].clone(), ways[1].clone()];
            let found = validate(&policy(&[&root]), &chain);
            assert!(!found.accepted());
            assert_eq!(found.path[1], Origin::Presented(1), "of ways that fail alike the first is told");
            for check in [checks::VALIDITY, checks::NAME_CONSTRAINTS] {
                let switches = Switches::without(checks::find(check));
                let found = validate(&Policy { switches, ..policy(&[&root]) }, &chain);
                assert!(found.accepted(), "{check}: {}", found.reason());
                assert_eq!(found.status(check), Some(Status::Skipped));
            }
        }
    }

    /// Two authorities that certify each other, and nobody else certifies.
    #[test]
    fn circles_end() {
        let mut world = World::new();
        let (root, a) = (world.root("root"), world.root("a"));
        let b = world.below(&a, "b");
        let validity = Validity::around(AT, 100);
        let back = world.way(&b, "a", &a, validity);
        let leaf = world.leaf(&b);
        let chain = [der(&leaf), der(&b), back];
        let found = validate(&policy(&[&root]), &chain);
        assert!(found.reason().contains("the issuers lead in a circle"), "{}", found.reason());
        // With two certificates of one authority the way does not become longer: it is the authority that comes twice.
        let again = world.way(&a, "b", &b, validity);
        let found = validate(&policy(&[&root]), &[chain.as_slice(), &[again]].concat());
        assert!(found.reason().contains("the issuers lead in a circle"), "{}", found.reason());
        assert_eq!(found.path, [0, 1, 2].map(Origin::Presented));
        // The certificate that is asked about is one of the two.
        let anybody = Policy { name: None, purpose: None, ..policy(&[&root]) };
        let found = validate(&anybody, &[chain[2].clone(), chain[1].clone()]);
        assert!(found.reason().contains("the issuers lead in a circle"), "{}", found.reason());
    }

    /// Of two certificates for one key the one comes first that bears the identifier which the leaf names.
    #[test]
    fn an_issuer_whose_identifier_fits_comes_first() {
        let mut world = World::new();
        let root = world.root("root");
        let authority = world.below(&root, "authority");
        let claims = Template {
            key_identifier: Some(vec![7; 20]),
            ..Template::authority("authority", Validity::around(AT, 100))
        };
        let claims = root.certify(&claims, authority.key(), &mut world.rng).unwrap();
        let leaf = world.leaf(&authority);
        for (chain, fits) in [([&der(&authority), &claims], 1), ([&claims, &der(&authority)], 2)] {
            let found = validate(&policy(&[&root]), &[der(&leaf), chain[0].clone(), chain[1].clone()]);
            assert!(found.accepted(), "{}", found.reason());
            assert_eq!(found.path[1], Origin::Presented(fits));
        }
    }

    /// An authority that is trusted and that another trusted one certifies as well.
    #[test]
    fn an_anchor_comes_before_a_way_around() {
        let mut world = World::new();
        let (near, far) = (world.root("near"), world.root("far"));
        let around = world.way(&far, "near", &near, Validity::around(AT, 100));
        let leaf = world.leaf(&near);
        let found = validate(&policy(&[&near, &far]), &[der(&leaf), around]);
        assert!(found.accepted(), "{}", found.reason());
        assert_eq!(found.path, [Origin::Presented(0), Origin::Anchor(0)]);
    }

    #[test]
    fn a_trusted_leaf_needs_no_issuer() {
        let mut world = World::new();
        let template = Template::leaf("a.example", Purpose::Server, Validity::around(AT, 90));
        let leaf = Credential::self_signed(&template, &mut world.rng).unwrap();
        let found = validate(&policy(&[&leaf]), &[der(&leaf)]);
        assert!(found.accepted(), "{}", found.reason());
        let expired = Policy { at: AT + 91 * 86_400, ..policy(&[&leaf]) };
        assert!(validate(&expired, &[der(&leaf)]).reason().starts_with("cert-validity"));
    }

    /// Only the last of each authority's certificates holds, so that the last of all paths is the good one: as the sixty-fourth it is
    /// found, and one later it is not, which is told as that and not as what is wrong with the others. Where all were tried it is theirs.
    #[test]
    fn so_many_paths_are_evaluated_and_no_more() {
        let given_up = "cert-chain of certificate 3: this path does not pass, and not every other was tried";
        for (uppers, lowers, holds, told) in [
            (8, 8, true, "every check passed"),
            (8, 8, false, "cert-validity of certificate 2"),
            (13, 5, true, given_up),
            (13, 5, false, given_up),
        ] {
            let mut world = World::new();
            let root = world.root("root");
            let upper = world.below(&root, "upper");
            let lower = world.below(&upper, "lower");
            let leaf = world.leaf(&lower);
            let last = if holds { Validity::around(AT, 100) } else { EXPIRED };
            let last_of = |count: usize| (1..=count).map(move |at| if at < count { EXPIRED } else { last });
            let above: Vec<_> = last_of(uppers).map(|validity| world.way(&root, "upper", &upper, validity)).collect();
            let below: Vec<_> = last_of(lowers).map(|validity| world.way(&upper, "lower", &lower, validity)).collect();
            let chain: Vec<_> = [der(&leaf)].into_iter().chain(below).chain(above).collect();
            let found = validate(&policy(&[&root]), &chain);
            assert!(found.reason().starts_with(told), "{}", found.reason());
            for check in [checks::CHAIN, checks::ENCODING] {
                let of: Vec<_> = found.steps.iter().filter(|it| it.check == check).map(|it| it.cert_index).collect();
                assert_eq!(of, [3, 2, 1, 0], "each is told of each certificate once");
            }
            let unchained = Switches::without(checks::find(checks::CHAIN));
            let found = validate(&Policy { switches: unchained, ..policy(&[&root]) }, &chain);
            let told = if told == given_up { "cert-validity of certificate " } else { told };
            assert!(found.reason().starts_with(told), "{}", found.reason());
        }
    }

    /// One way is longer than is tried, and the other passes: that is enough, whatever the first may lead to.
    #[test]
    fn a_way_that_was_given_up_takes_nothing_from_one_that_passes() {
        let mut world = World::new();
        let root = world.root("root");
        let names: Vec<String> = (0..LENGTH).map(|at| format!("authority {at}")).collect();
        let authorities: Vec<Credential> = names.iter().map(|name| world.root(name)).collect();
        let holds = Validity::around(AT, 100);
        let leaf = world.leaf(&authorities[0]);
        let mut chain = vec![der(&leaf)];
        chain.extend((1..LENGTH).map(|at| world.way(&authorities[at], &names[at - 1], &authorities[at - 1], holds)));
        chain.push(world.way(&root, &names[LENGTH - 1], &authorities[LENGTH - 1], holds));
        let found = validate(&policy(&[&root]), &chain);
        assert!(found.reason().contains("the path would be longer than 32 certificates"), "{}", found.reason());
        chain.push(world.way(&root, &names[0], &authorities[0], holds));
        let found = validate(&policy(&[&root]), &chain);
        assert!(found.accepted(), "{}", found.reason());
        assert_eq!(found.path.len(), 3);
    }

    /// Ways that nobody's anchor ends are told as that as long as each could be tried: 5 + 5 * 7 + 5 * 7 * 4 + 5 * 7 * 4 * 13 = 2000
    /// visits, of 120 signatures. With one more the search is given up, which is what is told then: the way that was not tried might
    /// have led to an anchor, although the only one that did fails.
    #[test]
    fn a_search_that_was_given_up_is_told_as_that() {
        for (more, anchored, why) in [
            (false, false, "no certificate of that issuer is at hand"),
            (true, false, "got the search was given up: too many certificates could be issuers"),
            (true, true, "not every other was tried"),
        ] {
            let mut world = World::new();
            let (root, stranger) = (world.root("root"), world.root("stranger"));
            let keys = ["a", "b", "c", "d"].map(|name| world.root(name));
            let leaf = world.leaf(&keys[0]);
            let mut chain = vec![der(&leaf)];
            for (at, count) in [5, 7, 4, 13].into_iter().enumerate() {
                let by = keys.get(at + 1).unwrap_or(&stranger);
                let name = ["a", "b", "c", "d"][at];
                chain.extend((0..count).map(|_| world.way(by, name, &keys[at], Validity::around(AT, 100))));
            }
            if more {
                chain.push(world.way(&stranger, "a", &keys[0], Validity::around(AT, 100)));
            }
            if anchored {
                chain.insert(1, world.way(&root, "a", &keys[0], EXPIRED));
            }
            let found = validate(&policy(&[&root]), &chain);
            assert!(found.reason().contains(why), "{}", found.reason());
        }
    }
}
