//! Where a value stands in a script's file: what is wrong with it is named by its place.

use super::one_of;
use crate::{
    misfit::{Given, Json as Kind, Misfit, Need},
    role::Role,
};
use serde_json::{Map, Value as Json};

/// Most entries of a list.
const MOST: usize = 64;

/// A value with its place in the file.
pub(super) struct At<'v> {
    pub(super) place: String,
    pub(super) value: &'v Json,
}

impl<'v> At<'v> {
    pub(super) fn misfit(&self, expected: Need) -> Misfit {
        let got = match self.value {
            Json::String(text) => Given::Word { text: text.chars().take(64).collect() },
            other => Given::Json { json: Kind::of(other) },
        };
        Misfit::new(self.place.clone(), expected, got)
    }

    pub(super) fn wrong_kind(&self, json: Kind) -> Misfit {
        Misfit::new(self.place.clone(), Need::Json { json }, Given::Json { json: Kind::of(self.value) })
    }

    /// An object that has no other fields than these.
    pub(super) fn object(&self, names: &[&str]) -> Result<&'v Map<String, Json>, Misfit> {
        let map = self.map()?;
        match map.keys().find(|key| !names.contains(&key.as_str())) {
            None => Ok(map),
            Some(unknown) => {
                let unknown: String = unknown.chars().take(64).collect();
                Err(Misfit::new(self.inside(&unknown), Need::NoSuchField, Given::One))
            }
        }
    }

    pub(super) fn inside(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}.{name}", self.place) }
    }

    pub(super) fn maybe(&self, name: &str) -> Option<Self> {
        Some(At { place: self.inside(name), value: self.value.get(name)? })
    }

    pub(super) fn field(&self, name: &str) -> Result<Self, Misfit> {
        self.maybe(name).ok_or_else(|| Misfit::new(self.inside(name), Need::ThisField, Given::Nothing))
    }

    pub(super) fn text(&self) -> Result<&'v str, Misfit> {
        self.value.as_str().ok_or_else(|| self.wrong_kind(Kind::String))
    }

    pub(super) fn number(&self) -> Result<usize, Misfit> {
        let number = self.value.as_u64().and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| self.wrong_kind(Kind::Number))
    }

    pub(super) fn boolean(&self) -> Result<bool, Misfit> {
        self.value.as_bool().ok_or_else(|| self.wrong_kind(Kind::Boolean))
    }

    pub(super) fn map(&self) -> Result<&'v Map<String, Json>, Misfit> {
        self.value.as_object().ok_or_else(|| self.wrong_kind(Kind::Object))
    }

    pub(super) fn list(&self) -> Result<Vec<Self>, Misfit> {
        self.list_of(MOST)
    }

    /// A list of at most so many entries.
    pub(super) fn list_of(&self, most: usize) -> Result<Vec<Self>, Misfit> {
        let items = self.value.as_array().ok_or_else(|| self.wrong_kind(Kind::Array))?;
        if items.len() > most {
            return Err(Misfit::new(self.place.clone(), Need::Entries { most }, Given::count(items.len())));
        }
        let at = |(i, value)| At { place: format!("{}[{i}]", self.place), value };
        Ok(items.iter().enumerate().map(at).collect())
    }

    /// Whichever of these has the name that stands here.
    pub(super) fn named<T>(&self, all: impl IntoIterator<Item = (String, T)>) -> Result<T, Misfit> {
        let text = self.text()?;
        let mut names = Vec::new();
        for (name, it) in all {
            if name == text {
                return Ok(it);
            }
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Err(self.misfit(one_of(names)))
    }

    pub(super) fn role(&self) -> Result<Role, Misfit> {
        self.named([Role::Client, Role::Server].map(|role| (role.to_string(), role)))
    }
}
