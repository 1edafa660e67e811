//! Certificate policies (RFC 5280 sections 6.1.2 to 6.1.5).
//!
//! Of the standard's policy tree only the deepest level is kept: a node's future depends on its policy alone, and a
//! tree without nodes on its deepest level is empty (so argues also RFC 9618). Of what stands above a node it matters only
//! whether the policy that it stands for among the anchor's is one that the verifier accepts.

use std::collections::{BTreeMap, BTreeSet};

use super::decode::Certificate;
use super::policy::PolicyInputs;

/// An object identifier in its encoded form.
type Policy<'c> = &'c [u8];

/// 2.5.29.32.0.
const ANY: Policy<'static> = &[0x55, 0x1d, 0x20, 0x00];

/// A valid policy.
struct Valid<'c> {
    /// What is expected of the next certificate.
    expected: BTreeSet<Policy<'c>>,
    /// Whether it stands for a policy that the verifier accepts.
    accepted: bool,
}

/// What a path's policies amount to, from the anchor down to some certificate.
pub(super) struct Policies<'c> {
    inputs: &'c PolicyInputs,
    /// The valid policies; `None` once there is no tree.
    level: Option<BTreeMap<Policy<'c>, Valid<'c>>>,
    /// Certificates until a valid policy is required.
    explicit: usize,
    /// Certificates until anyPolicy stands for nothing.
    inhibit_any: usize,
    /// Certificates until policies may not be mapped.
    inhibit_mapping: usize,
}

/// Why the policies of a path are not consistent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Defect {
    /// A valid policy is required, and none is left.
    NoValidPolicy,
    /// A valid policy is required, and those that are left are none that the verifier accepts.
    NoneAccepted,
    /// anyPolicy is mapped.
    MapsAny,
}

impl<'c> Policies<'c> {
    /// Before the first of `length` certificates below the anchor (section 6.1.2).
    pub(super) fn new(length: usize, inputs: &'c PolicyInputs) -> Self {
        let counter = |at_once: bool| if at_once { 0 } else { length + 1 };
        let any = Valid { expected: BTreeSet::from([ANY]), accepted: true };
        Self {
            inputs,
            level: Some(BTreeMap::from([(ANY, any)])),
            explicit: counter(inputs.explicit),
            inhibit_any: counter(inputs.inhibit_any),
            inhibit_mapping: counter(inputs.inhibit_mapping),
        }
    }

    /// Begins with what the trust anchor's certificate says, which constrains the path as any authority's does (RFC 5937
    /// section 3); one that states no policies allows all.
    pub(super) fn begin(&mut self, anchor: &'c Certificate<'_>) -> Result<(), Defect> {
        if anchor.certificate_policies().is_some() {
            self.descend(anchor, true);
        }
        self.map(anchor)?;
        self.constrain(anchor, false);
        Ok(())
    }

    /// Processes the next certificate down the path, `last` if it is the leaf.
    pub(super) fn process(&mut self, certificate: &'c Certificate<'_>, last: bool) -> Result<(), Defect> {
        let exempt = certificate.self_issued && !last;
        self.descend(certificate, exempt);
        if last {
            self.explicit = self.explicit.saturating_sub(1);
            // Nobody stands below whom a mapping could concern, but no authority may have this one (section 4.2.1.5).
            mappings(certificate)?;
        } else {
            self.map(certificate)?;
            if !exempt {
                for counter in [&mut self.explicit, &mut self.inhibit_any, &mut self.inhibit_mapping] {
                    *counter = counter.saturating_sub(1);
                }
            }
        }
        self.constrain(certificate, last);
        if self.explicit > 0 {
            return Ok(());
        }
        match &self.level {
            // Section 6.1.3 (f) and section 6.1.5 (g) alike: a requirement that is reached is never lifted.
            None => Err(Defect::NoValidPolicy),
            // Section 6.1.5 (g): what the verifier does not accept is no policy of the path.
            Some(level) if last && level.values().all(|valid| !valid.accepted) => Err(Defect::NoneAccepted),
            Some(_) => Ok(()),
        }
    }

    /// Section 6.1.4 (i) and (j).
    fn constrain(&mut self, certificate: &Certificate<'_>, last: bool) {
        let lower = |counter: &mut usize, skip: Option<u32>| {
            if let Some(skip) = skip {
                *counter = (*counter).min(usize::try_from(skip).unwrap_or(usize::MAX));
            }
        };
        if let Some(constraints) = certificate.policy_constraints() {
            // In the leaf only an immediate requirement counts (section 6.1.5 (b)).
            let required = constraints.0.require_explicit_policy;
            lower(&mut self.explicit, required.filter(|&skip| !last || skip == 0));
            lower(&mut self.inhibit_mapping, constraints.0.inhibit_policy_mapping);
        }
        lower(&mut self.inhibit_any, certificate.inhibit_any_policy());
    }

    /// Section 6.1.3 (d) and (e).
    fn descend(&mut self, certificate: &'c Certificate<'_>, exempt: bool) {
        let (Some(above), Some((policies, _))) = (self.level.take(), certificate.certificate_policies()) else {
            return;
        };
        // Whatever is expected, and whether one that is accepted expects it.
        let mut expected = BTreeMap::<Policy<'c>, bool>::new();
        for valid in above.values() {
            for &policy in &valid.expected {
                *expected.entry(policy).or_default() |= valid.accepted;
            }
        }
        let mut level = BTreeMap::<Policy<'c>, Valid<'c>>::new();
        let mut add = |policy: Policy<'c>, accepted: bool| {
            let fresh = || Valid { expected: BTreeSet::from([policy]), accepted };
            level.entry(policy).or_insert_with(fresh);
        };
        let mut any = false;
        for policy in policies {
            let policy = policy.policy_id.as_bytes();
            if policy == ANY {
                any = true;
            } else if let Some(&accepted) = expected.get(policy) {
                add(policy, accepted);
            } else if above.contains_key(ANY) {
                add(policy, self.inputs.accepts(policy));
            }
        }
        if any && (self.inhibit_any > 0 || exempt) {
            expected.into_iter().for_each(|(policy, accepted)| add(policy, accepted));
        }
        self.level = (!level.is_empty()).then_some(level);
    }

    /// Section 6.1.4 (a) and (b).
    fn map(&mut self, certificate: &'c Certificate<'_>) -> Result<(), Defect> {
        let mut targets = BTreeMap::<Policy<'c>, BTreeSet<Policy<'c>>>::new();
        for (from, to) in mappings(certificate)? {
            targets.entry(from).or_default().insert(to);
        }
        let Some(level) = &mut self.level else { return Ok(()) };
        let any = level.contains_key(ANY);
        for (policy, expected) in targets {
            if self.inhibit_mapping == 0 {
                level.remove(policy);
            } else if let Some(valid) = level.get_mut(policy) {
                valid.expected = expected;
            } else if any {
                level.insert(policy, Valid { expected, accepted: self.inputs.accepts(policy) });
            }
        }
        if level.is_empty() {
            self.level = None;
        }
        Ok(())
    }
}

/// The mappings of a certificate, from and to.
fn mappings<'c>(certificate: &'c Certificate<'_>) -> Result<Vec<(Policy<'c>, Policy<'c>)>, Defect> {
    let mappings = certificate.policy_mappings().map(|(mappings, _)| mappings.mappings.as_slice());
    let pairs = mappings.unwrap_or_default().iter();
    let pairs = pairs.map(|pair| (pair.issuer_domain_policy.as_bytes(), pair.subject_domain_policy.as_bytes()));
    let known = |(from, to)| if from == ANY || to == ANY { Err(Defect::MapsAny) } else { Ok((from, to)) };
    pairs.map(known).collect()
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;
    use rcgen::{CertificateParams, CustomExtension, KeyIdMethod, SerialNumber};

    use super::*;
    use crate::certificate::KeyPair;

    const POLICIES: &[u64] = &[2, 5, 29, 32];
    const MAPPINGS: &[u64] = &[2, 5, 29, 33];
    const CONSTRAINTS: &[u64] = &[2, 5, 29, 36];
    const INHIBIT_ANY: &[u64] = &[2, 5, 29, 54];

    fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        let content = parts.concat();
        [vec![0x30, u8::try_from(content.len()).unwrap()], content].concat()
    }

    /// 2.999.n.
    fn oid(n: u8) -> Vec<u8> {
        vec![0x06, 0x03, 0x88, 0x37, n]
    }

    fn any() -> Vec<u8> {
        [&[0x06, 0x04], ANY].concat()
    }

    fn policies(oids: &[Vec<u8>]) -> (&'static [u64], Vec<u8>) {
        (POLICIES, sequence(&oids.iter().map(|oid| sequence(std::slice::from_ref(oid))).collect::<Vec<_>>()))
    }

    fn maps(from: u8, to: u8) -> (&'static [u64], Vec<u8>) {
        (MAPPINGS, sequence(&[sequence(&[oid(from), oid(to)])]))
    }

    /// requireExplicitPolicy: 0.
    fn explicit() -> (&'static [u64], Vec<u8>) {
        (CONSTRAINTS, sequence(&[vec![0x80, 0x01, 0x00]]))
    }

    /// Extensions: object identifier and value.
    type Extensions = Vec<(&'static [u64], Vec<u8>)>;

    fn certificate(extensions: Extensions) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.serial_number = Some(SerialNumber::from(1u64));
        params.key_identifier_method = KeyIdMethod::PreSpecified(vec![1]);
        let issuer_key = KeyPair::generate(&mut ChaCha20Rng::from_seed([9; 32]));
        params.custom_extensions =
            extensions.into_iter().map(|(oid, content)| CustomExtension::from_oid_content(oid, content)).collect();
        let mut issuer = CertificateParams::default();
        issuer.distinguished_name.push(rcgen::DnType::CommonName, "issuer");
        let issuer = rcgen::Issuer::new(issuer, issuer_key.clone());
        params.signed_by(&issuer_key, &issuer).unwrap().der().to_vec()
    }

    /// The first defect of a path, anchor's child first.
    fn run(path: &[Extensions]) -> Result<(), Defect> {
        under(&PolicyInputs::default(), None, path)
    }

    /// The same under a verifier's wishes, and below an anchor with these extensions.
    fn under(inputs: &PolicyInputs, anchor: Option<Extensions>, path: &[Extensions]) -> Result<(), Defect> {
        let anchor = anchor.map(certificate);
        let anchor = anchor.as_ref().map(|der| Certificate::decode(der).unwrap());
        let ders: Vec<_> = path.iter().map(|extensions| certificate(extensions.clone())).collect();
        let certificates: Vec<_> = ders.iter().map(|der| Certificate::decode(der).unwrap()).collect();
        let mut policies = Policies::new(certificates.len(), inputs);
        if let Some(anchor) = &anchor {
            policies.begin(anchor)?;
        }
        for (i, certificate) in certificates.iter().enumerate() {
            policies.process(certificate, i + 1 == certificates.len())?;
        }
        Ok(())
    }

    /// Section 6.1.4 (b) (2): what may not be mapped is no policy any more, and it is the certificate that maps it of which that is told.
    #[test]
    fn a_policy_that_is_mapped_although_none_may_be_is_gone_at_once() {
        let inputs = PolicyInputs { explicit: true, inhibit_mapping: true, ..PolicyInputs::default() };
        let der = certificate(vec![policies(&[oid(1)]), maps(1, 2)]);
        let authority = Certificate::decode(&der).unwrap();
        assert_eq!(Policies::new(2, &inputs).process(&authority, false), Err(Defect::NoValidPolicy));
        let free = PolicyInputs { inhibit_mapping: false, ..inputs };
        assert_eq!(Policies::new(2, &free).process(&authority, false), Ok(()));
    }

    /// RFC 5280 section 6.1, each case worked out by hand.
    #[test]
    fn paths() {
        let no_policy = Err(Defect::NoValidPolicy);
        for (name, path, expected) in [
            ("nothing required", vec![vec![], vec![]], Ok(())),
            ("disjoint, not required", vec![vec![policies(&[oid(1)])], vec![policies(&[oid(2)])]], Ok(())),
            ("required, absent", vec![vec![policies(&[oid(1)]), explicit()], vec![]], no_policy),
            ("required, same", vec![vec![policies(&[oid(1)]), explicit()], vec![policies(&[oid(1)])]], Ok(())),
            ("required, other", vec![vec![policies(&[oid(1)]), explicit()], vec![policies(&[oid(2)])]], no_policy),
            ("required in the leaf", vec![vec![], vec![explicit()]], no_policy),
            ("any above", vec![vec![policies(&[any()]), explicit()], vec![policies(&[oid(2)])]], Ok(())),
            ("any below", vec![vec![policies(&[oid(1)]), explicit()], vec![policies(&[any()])]], Ok(())),
            (
                "any inhibited below",
                vec![
                    vec![policies(&[oid(1)]), explicit(), (INHIBIT_ANY, vec![0x02, 0x01, 0x00])],
                    vec![policies(&[any()])],
                ],
                no_policy,
            ),
            (
                "any inhibited two below",
                vec![
                    vec![policies(&[oid(1)]), explicit(), (INHIBIT_ANY, vec![0x02, 0x01, 0x01])],
                    vec![policies(&[any()])],
                ],
                Ok(()),
            ),
            ("mapped", vec![vec![policies(&[oid(1)]), maps(1, 2), explicit()], vec![policies(&[oid(2)])]], Ok(())),
            (
                "mapped away",
                vec![vec![policies(&[oid(1)]), maps(1, 2), explicit()], vec![policies(&[oid(1)])]],
                no_policy,
            ),
            (
                "mapping inhibited",
                vec![
                    vec![
                        policies(&[oid(1)]),
                        (CONSTRAINTS, sequence(&[vec![0x80, 0x01, 0x00], vec![0x81, 0x01, 0x00]])),
                    ],
                    vec![policies(&[oid(1)]), maps(1, 2)],
                    vec![policies(&[oid(2)])],
                ],
                no_policy,
            ),
            (
                "any mapped",
                vec![vec![policies(&[any()]), (MAPPINGS, sequence(&[sequence(&[any(), oid(2)])]))], vec![]],
                Err(Defect::MapsAny),
            ),
            (
                "any mapped in the leaf",
                vec![vec![], vec![(MAPPINGS, sequence(&[sequence(&[oid(1), any()])]))]],
                Err(Defect::MapsAny),
            ),
        ] {
            assert_eq!(run(&path), expected, "{name}");
        }
    }

    /// A requirement that begins further down, in paths of five certificates without a policy: each that is not self-issued takes
    /// one from the counter (section 6.1.4 (h)), which a later constraint lowers and never raises (section 6.1.4 (i)); the last
    /// takes one more, and where none is left a policy has to be valid (section 6.1.5 (a) and (g)). These are the cases 43 to 47 of
    /// NIST's first suite for path processing (2001), made here by what they say: 45 and 47 are to be refused, although the list of
    /// results that Botan keeps beside its copy has them accepted, and says there that it has them so for want of policies.
    #[test]
    fn a_requirement_that_begins_further_down() {
        let after = |skip: u8| (CONSTRAINTS, sequence(&[vec![0x80, 0x01, skip]]));
        let five = |constraints: &[u8], each: &Extensions| -> Vec<Extensions> {
            let constraint = |i: usize| constraints.get(i).map(|&skip| after(skip));
            (0..5).map(|i| each.iter().cloned().chain(constraint(i)).collect()).collect()
        };
        let (no_policy, none, one) = (Err(Defect::NoValidPolicy), Vec::new(), vec![policies(&[oid(1)])]);
        for (case, constraints, each, expected) in [
            ("43", &[10][..], &none, Ok(())),
            // The last certificate is the fifth: five are skipped, and nothing is required.
            ("44", &[5], &none, Ok(())),
            ("45", &[4], &none, no_policy),
            ("46", &[0], &one, Ok(())),
            ("46, without its policies", &[0], &none, no_policy),
            // Two after the second is before the end, whatever the first and the third say.
            ("47", &[7, 2, 4], &none, no_policy),
            ("47, without the second", &[7, 9, 4], &none, Ok(())),
            ("47, with policies", &[7, 2, 4], &one, Ok(())),
        ] {
            assert_eq!(run(&five(constraints, each)), expected, "{case}");
        }
    }

    /// Section 6.1.1 (c) and (e) to (g), and section 6.1.5 (g): worked out by hand.
    #[test]
    fn inputs() {
        let accepted = |policies: &[&str]| policies.iter().map(|id| id.parse().unwrap()).collect();
        let explicit =
            |policies: &[&str]| PolicyInputs { accepted: accepted(policies), explicit: true, ..Default::default() };
        let one = || policies(&[oid(1)]);
        let (no_policy, none_accepted) = (Err(Defect::NoValidPolicy), Err(Defect::NoneAccepted));
        let mapped = || vec![vec![one(), maps(1, 2)], vec![policies(&[oid(2)])]];
        for (name, inputs, path, expected) in [
            ("not required", PolicyInputs { explicit: false, ..explicit(&["2.999.2"]) }, vec![vec![], vec![]], Ok(())),
            ("none there", explicit(&[]), vec![vec![], vec![]], no_policy),
            ("any of them", explicit(&[]), vec![vec![one()], vec![one()]], Ok(())),
            ("this one", explicit(&["2.999.1"]), vec![vec![one()], vec![one()]], Ok(())),
            ("another one", explicit(&["2.999.2"]), vec![vec![one()], vec![one()]], none_accepted),
            ("one of two", explicit(&["2.999.2", "2.999.1"]), vec![vec![one()], vec![one()]], Ok(())),
            ("anyPolicy to the end", explicit(&["2.999.2"]), vec![vec![policies(&[any()])]; 2], Ok(())),
            ("under anyPolicy", explicit(&["2.999.1"]), vec![vec![policies(&[any()])], vec![one()]], Ok(())),
            (
                "under anyPolicy, another",
                explicit(&["2.999.2"]),
                vec![vec![policies(&[any()])], vec![one()]],
                none_accepted,
            ),
            // The verifier accepts a policy of the anchor's domain, whatever it is called further down.
            ("before it is mapped", explicit(&["2.999.1"]), mapped(), Ok(())),
            ("after it is mapped", explicit(&["2.999.2"]), mapped(), none_accepted),
            (
                "anyPolicy mapped from",
                explicit(&["2.999.1"]),
                vec![vec![policies(&[any()]), maps(1, 2)], vec![policies(&[oid(2)])]],
                Ok(()),
            ),
            ("mapping inhibited", PolicyInputs { inhibit_mapping: true, ..explicit(&[]) }, mapped(), no_policy),
            (
                "anyPolicy inhibited",
                PolicyInputs { inhibit_any: true, ..explicit(&[]) },
                vec![vec![policies(&[any()])], vec![one()]],
                no_policy,
            ),
        ] {
            assert_eq!(under(&inputs, None, &path), expected, "{name}");
        }
    }

    /// What an anchor's certificate says constrains the path as any authority's does (RFC 5937 section 3).
    #[test]
    fn anchors() {
        let one = || policies(&[oid(1)]);
        let no_policy = Err(Defect::NoValidPolicy);
        let inputs = PolicyInputs::default();
        for (name, anchor, path, expected) in [
            ("says nothing", vec![], vec![vec![one(), explicit()], vec![one()]], Ok(())),
            ("requires one", vec![explicit()], vec![vec![], vec![]], no_policy),
            ("requires one that is there", vec![explicit()], vec![vec![one()], vec![one()]], Ok(())),
            ("allows another", vec![policies(&[oid(2)]), explicit()], vec![vec![one()], vec![one()]], no_policy),
            ("allows this one", vec![one(), explicit()], vec![vec![one()], vec![one()]], Ok(())),
            ("maps it", vec![one(), maps(1, 2), explicit()], vec![vec![policies(&[oid(2)])]; 2], Ok(())),
            (
                "inhibits anyPolicy",
                vec![explicit(), (INHIBIT_ANY, vec![0x02, 0x01, 0x00])],
                vec![vec![policies(&[any()])], vec![one()]],
                no_policy,
            ),
            (
                "inhibits mapping",
                vec![(CONSTRAINTS, sequence(&[vec![0x80, 0x01, 0x00], vec![0x81, 0x01, 0x00]]))],
                vec![vec![one(), maps(1, 2)], vec![policies(&[oid(2)])]],
                no_policy,
            ),
            (
                "maps anyPolicy",
                vec![policies(&[any()]), (MAPPINGS, sequence(&[sequence(&[any(), oid(2)])]))],
                vec![vec![]],
                Err(Defect::MapsAny),
            ),
        ] {
            assert_eq!(under(&inputs, Some(anchor), &path), expected, "{name}");
        }
    }
}
