//! What somebody decided in an attacker's place, kept as a script: an attack, and the frames at which it was told otherwise.

use super::{LONGEST, VERSION, one_of, place::At, reading::modes};
use crate::{
    event::{Event, Fact, sessions},
    hand::{Decided, Verb, fits},
    misfit::{Given, Misfit, Need},
    modes as registry,
    role::Actor,
    scenario::Scenario,
    wire::{Channel, Kind, body},
};
use serde_json::{Map, Value as Json, json};

/// Most decisions of a script.
const MOST: usize = 1024;
/// Most sessions of a campaign.
const SESSIONS: usize = 256;

/// A session by hand, to be played again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What is played.
    pub scenario: Scenario,
    /// The seed with which it was played.
    pub seed: Option<u64>,
    /// What was decided in each session of a campaign, or in the only one, in order.
    pub decided: Vec<Vec<Decided>>,
}

impl Kept {
    /// What these events tell that somebody decided, the first `most` of it.
    pub fn of(scenario: Scenario, seed: Option<u64>, events: &[Event], most: usize) -> Self {
        let mut left = most;
        let mut decided: Vec<Vec<Decided>> = Vec::new();
        for session in sessions(events) {
            let told = session.iter().filter(|event| event.source == Actor::Attacker);
            let told = told.filter_map(|event| decision(&event.fact)).take(left).collect::<Vec<_>>();
            left -= told.len();
            decided.push(told);
        }
        Self { scenario, seed, decided }
    }

    /// How many decisions there are.
    pub fn count(&self) -> usize {
        self.decided.iter().map(Vec::len).sum()
    }

    /// The script that a JSON value is.
    ///
    /// # Errors
    /// The field at fault, what it has to be, what it is.
    pub fn from_json(value: &Json) -> Result<Self, Misfit> {
        let at = At { place: String::new(), value };
        at.object(&["script", "scenario", "seed", "decisions"])?;
        let version = at.field("script")?;
        if version.value.as_u64() != Some(VERSION) {
            return Err(version.misfit(one_of([VERSION.to_string()])));
        }
        let named = at.field("scenario")?;
        let scenario: Scenario = named.text()?.parse().map_err(|_| named.misfit(one_of(modes())))?;
        let mode = registry::of(&scenario.mode).ok_or_else(|| named.misfit(one_of(modes())))?;
        let seed = at.maybe("seed").map(|at| at.number()).transpose()?.map(|seed| seed as u64);
        let mut decided: Vec<Vec<Decided>> = vec![Vec::new()];
        for at in at.field("decisions")?.list_of(MOST)? {
            at.object(&["session", "from", "message", "action", "fields"])?;
            let session = at.maybe("session").map_or(Ok(1), |at| at.number())?;
            if session == 0 || session > SESSIONS {
                return Err(Misfit::new(at.inside("session"), Need::Entries { most: SESSIONS }, Given::count(session)));
            }
            let spoken = Kind::ALL.into_iter().filter(|kind| kind.channel() != Channel::Voice);
            let one = Decided {
                from: at.field("from")?.role()?,
                message: at.field("message")?.named(spoken.map(|kind| (kind.to_string(), kind)))?,
                action: at.field("action")?.named(Verb::ALL.map(|verb| (verb.to_string(), verb)))?,
                fields: at.maybe("fields").map_or(Ok(Map::new()), |at| at.map().cloned())?,
            };
            fits(mode, one.from, one.message, &one.decision())
                .map_err(|misfit| Misfit { field: at.inside(&misfit.field), ..misfit })?;
            decided.resize(decided.len().max(session), Vec::new());
            decided[session - 1].push(one);
        }
        Ok(Self { scenario, seed, decided })
    }

    /// The script as JSON.
    pub fn to_json(&self) -> Json {
        let written = |(session, it): (usize, &Decided)| {
            let mut one = json!({ "from": it.from, "message": it.message, "action": it.action });
            if let Json::Object(one) = &mut one {
                one.extend((session > 1).then(|| ("session".to_owned(), json!(session))));
                one.extend((!it.fields.is_empty()).then(|| ("fields".to_owned(), json!(it.fields))));
            }
            one
        };
        let decided = (1..).zip(&self.decided).flat_map(|(session, all)| all.iter().map(move |it| (session, it)));
        let decisions: Vec<Json> = decided.map(written).collect();
        let mut script = json!({ "script": VERSION, "scenario": self.scenario.to_string(), "decisions": decisions });
        if let (Some(seed), Json::Object(script)) = (self.seed, &mut script) {
            script.insert("seed".to_owned(), json!(seed));
        }
        script
    }
}

fn decision(fact: &Fact) -> Option<Decided> {
    let Fact::Decided { from, kind, action, fields } = fact else { return None };
    let message = Kind::ALL.into_iter().find(|it| it.as_str() == kind)?;
    Some(Decided { from: *from, message, action: *action, fields: fields.clone() })
}

/// A script of either form.
#[derive(Clone, Debug)]
pub enum Written {
    /// What the attacker does with each message.
    Script(Box<super::Script>),
    /// An attack, and what it is told otherwise.
    Kept(Box<Kept>),
}

impl Written {
    /// Reads a script.
    ///
    /// # Errors
    /// As [`Script::read`](super::Script::read).
    pub fn read(octets: &[u8]) -> Result<Self, Misfit> {
        if octets.len() > LONGEST {
            return Err(Misfit::new("script", Need::OctetsAtMost { octets: LONGEST }, Given::count(octets.len())));
        }
        let json = Json::Object(body::parse(octets)?);
        match json.get("decisions") {
            Some(_) => Ok(Self::Kept(Box::new(Kept::from_json(&json)?))),
            None => Ok(Self::Script(Box::new(super::Script::from_json(&json)?))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: &str = r#"{"script":1,"scenario":"ecdh-cert/substitute~cert-chain","seed":7,"decisions":[
        {"from":"client","message":"client-hello","action":"forward"},
        {"from":"server","message":"certificate","action":"alter","fields":{"chain":["AAAA"]}},
        {"from":"client","message":"record","action":"drop","session":2}]}"#;

    #[test]
    fn what_is_read_is_what_is_written() {
        let Written::Kept(kept) = Written::read(KEPT.as_bytes()).unwrap() else { panic!("a script of moves") };
        assert_eq!(Kept::from_json(&kept.to_json()).unwrap(), *kept);
        assert_eq!((kept.seed, kept.count()), (Some(7), 3));
        assert_eq!(kept.decided[1][0].action, Verb::Drop);
    }

    #[test]
    fn a_fault_is_named_by_its_place() {
        for (of, instead, place) in [
            (r#""script":1"#, r#""script":2"#, "script"),
            ("ecdh-cert/", "ecdh-cart/", "scenario"),
            ("ecdh-cert/substitute~cert-chain", "ecdh-cert", "scenario"),
            (r#""seed":7"#, r#""seed":-7"#, "seed"),
            (r#""seed":7"#, r#""sead":7"#, "sead"),
            (r#""from":"client""#, r#""from":"mallory""#, "decisions[0].from"),
            (r#""message":"client-hello""#, r#""message":"spoken""#, "decisions[0].message"),
            (r#""action":"forward""#, r#""action":"inject""#, "decisions[0].action"),
            (r#""action":"alter""#, r#""action":"drop""#, "decisions[1].fields"),
            (r#""chain":["AAAA"]"#, r#""chain":"AAAA""#, "decisions[1].fields.chain"),
            (r#""chain":["AAAA"]"#, r#""share":"AAAA""#, "decisions[1].fields.share"),
            (r#""session":2"#, r#""session":0"#, "decisions[2].session"),
        ] {
            assert!(KEPT.contains(of), "{of}");
            let misfit = Written::read(KEPT.replacen(of, instead, 1).as_bytes()).expect_err(instead);
            assert_eq!(misfit.field, place, "{instead}");
        }
    }
}
