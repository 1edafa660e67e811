//! Who may sign revocation lists: each has a valid path of his own, which is asked for once, and not without end.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::context::Context;
use super::dn;
use super::reason::Useless;
use super::revocation::Refusal;
use super::step::Step;

/// Searches for paths of those who sign revocation lists.
const SEARCHES: usize = 32;
/// How deep such searches may lead to further ones.
const DEPTH: usize = 4;

/// What was found out about those who sign revocation lists.
pub(super) struct Signers {
    /// Who may sign lists below an anchor, or why not, by node and anchor.
    asked: RefCell<HashMap<(usize, usize), Result<(), Useless>>>,
    /// Whose right to sign lists is being asked, and for whose sake.
    asking: RefCell<Vec<usize>>,
    /// Searches left.
    searches: Cell<usize>,
}

impl Signers {
    /// Of whom nothing is known yet.
    pub(super) fn new() -> Self {
        Self { asked: RefCell::default(), asking: RefCell::default(), searches: Cell::new(SEARCHES) }
    }

    /// Somebody's right to sign lists is being asked.
    pub(super) fn are_asked(&self) -> bool {
        !self.asking.borrow().is_empty()
    }

    /// Whether the certificate of somebody who signed a list has itself a valid path to the anchor of the path that the
    /// list is for (section 6.3.3 (f)): `search` answers with the steps of the best one.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn authorize(
        &self,
        context: &Context<'_, '_>,
        signer: usize,
        anchor: usize,
        search: impl FnOnce() -> Vec<Step>,
    ) -> Result<(), Refusal> {
        let Self { asked, asking, searches } = self;
        if asking.borrow().contains(&signer) {
            return Err(Refusal::Circular);
        }
        if let Some(known) = asked.borrow().get(&(signer, anchor)) {
            return known.clone().map_err(Refusal::Useless);
        }
        let Some(left) = searches.get().checked_sub(1).filter(|_| asking.borrow().len() < DEPTH) else {
            return Err(Refusal::Useless(Useless::TooManySigners));
        };
        searches.set(left);
        asking.borrow_mut().push(signer);
        let steps = search();
        asking.borrow_mut().pop();
        let known = steps.into_iter().find(|step| !step.ok()).map_or(Ok(()), |step| {
            let signer = dn::display(context.nodes[signer].certificate.subject());
            Err(Useless::Signer { signer, check: step.check.into(), reason: Box::new(step.reason) })
        });
        // Below another question, what was found may rest on lists that were left out for its sake.
        if asking.borrow().is_empty() {
            asked.borrow_mut().insert((signer, anchor), known.clone());
        }
        known.map_err(Refusal::Useless)
    }
}
