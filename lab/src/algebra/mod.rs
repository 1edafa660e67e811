//! What the interpreter computes with.
//!
//! The [interpreter](crate::handshake) knows names, order and switches; what a value is, how an operation is computed
//! and how a message is written is the algebra's. [`real::Real`] computes with bytes. A symbolic algebra computes with
//! terms.

pub mod real;

pub use crate::misfit::Misfit;

use crate::{
    check::Switches,
    finding::Finding,
    mode::{Message, Relation},
    term::{Op, Sort},
};

/// A domain of values with the operations of [`Op`] and the relations of [`Relation`]. A copy draws the same fresh values
/// as the original: with it a message that fails is undone.
pub trait Algebra: Clone {
    /// A value of any sort.
    type Value: Clone;
    /// A message as it travels.
    type Wire: Clone + PartialEq;
    /// The frames so far.
    type Transcript: Clone + Default;

    /// Draws a fresh value: a nonce, a secret for a group, or a secret of 32 octets for no group.
    ///
    /// # Errors
    /// The group allows no secret.
    fn fresh(&mut self, name: &'static str, sort: Sort, group: Option<&Self::Value>) -> Result<Self::Value, Misfit>;

    /// Starts the generator anew: what is [drawn](Self::fresh) from here on follows from this secret.
    ///
    /// # Errors
    /// The secret is none that a generator starts from.
    fn seed(&mut self, seed: &Self::Value) -> Result<(), Misfit>;

    /// Computes an operation.
    ///
    /// # Errors
    /// The arguments are of the right sorts, but not in the operation's domain: `pick` finds nothing in common, a
    /// public value has the wrong length.
    fn apply(&self, op: Op, args: &[Self::Value]) -> Result<Self::Value, Misfit>;

    /// Several values as one: of sort [`Sort::Secrets`] where one of them is secret, of sort [`Sort::Tuple`] otherwise. Two
    /// tuples are equal where they have the same values in the same order.
    ///
    /// # Errors
    /// One of them has no canonical form.
    fn tuple(&self, items: &[Self::Value]) -> Result<Self::Value, Misfit>;

    /// Looks whether the values are so related: one finding for each check of the relation that says anything. Findings
    /// do not depend on switches; but where there is a choice of what to look at, as between two paths of certificates,
    /// it is made for the checks that are on.
    ///
    /// # Errors
    /// The values cannot be looked at.
    fn relate(&self, relation: Relation, args: &[Self::Value], switches: &Switches) -> Result<Vec<Finding>, Misfit>;

    /// Writes a message. The values stand in the order of its fields.
    fn write(&self, message: &Message, values: &[Self::Value]) -> Self::Wire;

    /// Reads a message's values, in the order of its fields.
    ///
    /// # Errors
    /// It is another message, or one of its fields is missing, unknown or malformed.
    fn read(&self, message: &Message, wire: &Self::Wire) -> Result<Vec<Self::Value>, Misfit>;

    /// Adds a message to the frames so far.
    fn absorb(&self, transcript: &mut Self::Transcript, wire: &Self::Wire);

    /// The digest of the frames so far, of sort [`Sort::Digest`].
    fn digest(&self, transcript: &Self::Transcript) -> Self::Value;

    /// The publishable one-way label of a key.
    fn fingerprint(&self, key: &Self::Value) -> String;
}
