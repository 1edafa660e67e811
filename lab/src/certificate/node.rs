//! What paths are made of.

use super::decode::Certificate;
use super::origin::Origin;

/// A certificate that may stand in a path.
pub(super) struct Node<'a> {
    pub(super) certificate: Certificate<'a>,
    pub(super) origin: Origin,
}
