//! The sentence of a grade.

use crate::grade::Because;
use lab::words;

/// Why a grade was given, as a person reads it.
pub(crate) fn because(grounds: &Because) -> String {
    words::told_as("audit", grounds)
}
