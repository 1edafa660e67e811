//! All that one validation has at hand, and what it has found out and spent so far.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::constraints;
use super::node::Node;
use super::policy::{Policy, Profile};
use super::revocation::{Lists, Signed};
use super::signature::{self, Signature};

/// Signatures of certificates that one validation may verify.
const SIGNATURES: usize = 128;

/// What a search for a path, and the rules along one, draw on.
pub(super) struct Context<'s, 'a> {
    pub(super) policy: &'s Policy,
    pub(super) nodes: &'s [Node<'a>],
    pub(super) lists: &'s Lists<'a>,
    /// Comparisons with name constraints that are left for all paths together.
    pub(super) comparisons: Cell<usize>,
    links: RefCell<HashMap<(usize, usize), Signature>>,
    signatures: Cell<usize>,
    namesakes: RefCell<HashMap<usize, Rc<[usize]>>>,
    signer_policy: OnceCell<Policy>,
}

impl<'s, 'a> Context<'s, 'a> {
    pub(super) fn new(policy: &'s Policy, nodes: &'s [Node<'a>], lists: &'s Lists<'a>) -> Self {
        Self {
            policy,
            nodes,
            lists,
            comparisons: Cell::new(constraints::BUDGET),
            links: RefCell::default(),
            signatures: Cell::new(SIGNATURES),
            namesakes: RefCell::default(),
            signer_policy: OnceCell::new(),
        }
    }

    /// The signature of one certificate under the key of another; `None` once too many were verified.
    pub(super) fn link(&self, child: usize, issuer: usize) -> Option<Signature> {
        if let Some(&known) = self.links.borrow().get(&(child, issuer)) {
            return Some(known);
        }
        self.signatures.set(self.signatures.get().checked_sub(1)?);
        let x509 = &self.nodes[child].certificate.x509;
        let key = &self.nodes[issuer].certificate.x509.tbs_certificate.subject_pki;
        let message = x509.tbs_certificate.as_ref();
        let known = self.policy.verified.as_deref();
        let verified = signature::verify(key, &x509.signature_algorithm, message, &x509.signature_value, known);
        self.links.borrow_mut().insert((child, issuer), verified);
        Some(verified)
    }

    /// The same, as far as it was verified.
    pub(super) fn known_link(&self, child: usize, issuer: usize) -> Signature {
        self.links.borrow().get(&(child, issuer)).copied().unwrap_or(Signature::Unknown)
    }

    /// Every certificate under whose name a list is issued.
    pub(super) fn namesakes(&self, list: Signed<'_, '_>) -> Rc<[usize]> {
        let mut known = self.namesakes.borrow_mut();
        let find = || (0..self.nodes.len()).filter(|&node| list.names(&self.nodes[node].certificate)).collect();
        known.entry(list.index()).or_insert_with(find).clone()
    }

    /// What those who sign lists must satisfy: the rules for those who rely on a certificate alone, under no name and for
    /// no purpose.
    pub(super) fn signer_policy(&self) -> &Policy {
        self.signer_policy.get_or_init(|| Policy {
            at: self.policy.at,
            require_revocation: self.policy.require_revocation,
            profile: Profile::Rfc5280,
            switches: self.policy.switches.clone(),
            verified: self.policy.verified.clone(),
            ..Policy::default()
        })
    }
}
