//! Which sessions are asked for.

use super::{
    session::{Progress, Session},
    veil::Veil,
};
use lab::{
    scenario::{Scenario, Selection},
    verdict::Kind,
};

/// What sessions must be; every one is where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Just this scenario.
    pub scenario: Option<Scenario>,
    /// This mode, in any variant and with any number where none is named.
    pub mode: Option<Selection>,
    /// This attack, likewise.
    pub attack: Option<Selection>,
    /// Judged to be this.
    pub verdict: Option<Kind>,
    /// Running, done or sealed.
    pub status: Option<Progress>,
    /// Behind it, a session has no outcome that it could be found by.
    pub veil: Veil,
}

impl Filter {
    /// A pattern (SQL's GLOB) that the scenario of every admitted session matches, as text.
    pub fn pattern(&self) -> String {
        let id = |wanted: Option<&Selection>| wanted.map_or("", |wanted| wanted.id.as_str()).to_owned();
        let mode = id(self.mode.as_ref().or(self.scenario.as_ref().map(|it| &it.mode)));
        let attack = id(self.attack.as_ref().or(self.scenario.as_ref().map(|it| &it.attack)));
        format!("{mode}*/{attack}*")
    }

    /// Whether a session is one of those.
    pub fn admits(&self, session: &Session) -> bool {
        let selects = |wanted: &Option<Selection>, got: &Selection| {
            wanted.as_ref().is_none_or(|wanted| {
                wanted.id == got.id
                    && (wanted.variant.is_none() || wanted.variant == got.variant)
                    && wanted.parameters.iter().all(|(name, value)| got.parameters.get(name) == Some(value))
            })
        };
        let sealed = self.veil.covers(&session.scenario) && session.status != Progress::Running;
        let status = if sealed { Progress::Sealed } else { session.status };
        let kind = session.verdict.as_ref().map(|verdict| verdict.kind).filter(|_| !sealed);
        self.scenario.as_ref().is_none_or(|wanted| *wanted == session.scenario)
            && selects(&self.mode, &session.mode)
            && selects(&self.attack, &session.attack)
            && (self.verdict.is_none() || self.verdict == kind)
            && self.status.is_none_or(|wanted| wanted == status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_must_be_so_and_what_is_not_may_be_anything() {
        let session = Session::new("a".into(), "dh-weak:short,bits=48/crack".parse().unwrap(), None, 1);
        let admits = |filter: Filter| filter.admits(&session);
        let mode = |text: &str| Filter { mode: Some(text.parse().unwrap()), ..Filter::default() };
        assert!(admits(Filter::default()));
        for text in ["dh-weak", "dh-weak:short", "dh-weak,bits=48", "dh-weak:short,bits=48"] {
            assert!(admits(mode(text)), "{text}");
        }
        for text in ["dh", "dh-weak:smooth", "dh-weak:short,bits=49"] {
            assert!(!admits(mode(text)), "{text}");
        }
        let attack = |text: &str| Filter { attack: Some(text.parse().unwrap()), ..Filter::default() };
        assert!(admits(attack("crack")) && !admits(attack("relay")));
        let scenario = |text: &str| Filter { scenario: Some(text.parse().unwrap()), ..Filter::default() };
        assert!(admits(scenario("dh-weak:short,bits=48/crack")) && !admits(scenario("dh-weak/crack")));
        let status = |status| Filter { status: Some(status), ..Filter::default() };
        assert!(admits(status(Progress::Running)) && !admits(status(Progress::Done)));
        assert!(!admits(Filter { verdict: Some(Kind::Read), ..Filter::default() }), "it is not judged yet");
    }
}
