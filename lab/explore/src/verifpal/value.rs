//! The values of a model for Verifpal: constants, and what is computed of them.

use lab::role::Role;
use std::fmt;

/// A value of the model: a constant, or what is computed of some.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// What has no choice in it.
    Nil,
    /// What both know from the beginning.
    Known(String),
    /// What one of the two has made, or alone knows.
    Own(Role, String),
    /// What stands in a field: the message's number, the field's name.
    Field(usize, &'static str),
    /// A part of a tuple that was taken apart, by its place from 1 on.
    Part(Box<Self>, usize),
    /// What is no constant.
    Computed(String),
}

impl Value {
    pub(super) fn known(name: &str) -> Self {
        Self::Known(name.to_owned())
    }

    /// Somebody's own, by the table's name.
    pub(super) fn own(role: Role, name: &str) -> Self {
        Self::Own(role, name.replace('-', "_"))
    }

    pub(super) fn is_constant(&self) -> bool {
        !matches!(self, Self::Computed(_))
    }

    /// What it is a part of, or it itself.
    fn whole(&self) -> &Self {
        match self {
            Self::Part(of, _) => of.whole(),
            _ => self,
        }
    }

    /// Who has made it.
    pub(super) fn owner(&self) -> Option<Role> {
        match self.whole() {
            Self::Own(role, _) => Some(*role),
            _ => None,
        }
    }

    /// As it stands in a field. What both know from the beginning cannot be sent under its own name, as nothing can that the other has.
    pub(super) fn said(self) -> Self {
        if self.is_constant() { Self::Computed(format!("CONCAT({self}, nil)")) } else { self }
    }

    /// As it is compared with this: what both know from the beginning is wrapped where the other is a field of its own.
    pub(super) fn beside(&self, other: &Self) -> Self {
        let is_field = matches!(other.whole(), Self::Field(..));
        if is_field && self.owner().is_none() { self.clone().said() } else { self.clone() }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::Known(name) => f.write_str(name),
            Self::Own(role, name) => write!(f, "{}_{name}", letter(*role)),
            Self::Field(message, name) => write!(f, "m{message}_{name}"),
            Self::Part(of, place) => write!(f, "{of}_{place}"),
            Self::Computed(text) => f.write_str(text),
        }
    }
}

/// Several, as they are written one after the other.
pub(super) fn list(values: &[Value]) -> String {
    values.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")
}

/// Somebody's name.
pub(super) fn name(role: Role) -> Value {
    Value::Known(format!("name_{role}"))
}

const fn letter(role: Role) -> char {
    match role {
        Role::Client => 'c',
        Role::Server => 's',
    }
}
