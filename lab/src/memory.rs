//! What a party remembers from one session of a campaign to the next.

use crate::algebra::real::Value;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values by the names under which a mode's table has them kept. They never leave the process of the party.
#[derive(Default)]
pub struct Memory(Mutex<Vec<(&'static str, Value)>>);

impl Memory {
    /// Everything that is remembered.
    pub fn recall(&self) -> Vec<(&'static str, Value)> {
        self.values().clone()
    }

    /// Keeps values, each in the place of what had its name.
    pub fn keep(&self, kept: impl IntoIterator<Item = (&'static str, Value)>) {
        let mut values = self.values();
        for (name, value) in kept {
            values.retain(|(known, _)| *known != name);
            values.push((name, value));
        }
    }

    fn values(&self) -> MutexGuard<'_, Vec<(&'static str, Value)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_anew_takes_the_place_of_the_old() {
        let memory = Memory::default();
        memory.keep([("pin", Value::Text("a".to_owned())), ("other", Value::Time(1))]);
        memory.keep([("pin", Value::Text("b".to_owned()))]);
        let recalled = memory.recall();
        let pin: Vec<_> = recalled.iter().filter(|(name, _)| *name == "pin").map(|(_, pin)| pin.text()).collect();
        assert_eq!((pin, recalled.len()), (vec![Some("b")], 2));
    }
}
