//! The certificate chains of a session, out of its events: what their owner sent, what its peer received, and every step
//! of the judgement by which the peer took or refused them.

use crate::sessions::{frame::body, session::Record};
use lab::{
    certificate::{self, DecodeError, Origin, Policy, Step, Summary, Trust, only_issuers_rules_fail, validate},
    event::{Event, Fact, Way},
    evidence::hex,
    mode::Mode,
    modes,
    role::{Actor, Role},
    term::Sort,
    wire::base64url,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// Most certificates of a chain that are looked at.
const LONGEST: usize = 32;

/// The chain of one party, at both ends of its way.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// Whose chain it is meant to be.
    pub owner: Role,
    /// By what the peer judges it, where it said so.
    pub judge: Option<Judge>,
    /// As its owner sent it.
    pub sent: Option<Chain>,
    /// As it reached the peer.
    pub received: Option<Chain>,
    /// Both are there, and differ.
    pub replaced: bool,
}

/// Who judges a chain, and by what.
#[derive(Clone, Debug, Serialize)]
pub struct Judge {
    /// Who.
    pub party: Role,
    /// The name that the owner has to prove.
    pub name: Option<String>,
    /// The present, unix seconds.
    pub now: i64,
    /// Subjects of the trust anchors.
    pub anchors: Vec<String>,
    /// How many public keys are pinned.
    pub pins: usize,
    /// How many revocation lists are at hand.
    pub revocation_lists: usize,
}

/// A chain and its judgement.
#[derive(Clone, Debug, Serialize)]
pub struct Chain {
    /// Number of the event that tells it.
    pub event: u64,
    /// The certificates of the path, leaf first; those presented, where there is no path.
    pub path: Vec<Link>,
    /// Certificates that were presented for nothing.
    pub superfluous: Vec<Link>,
    /// Whether the path ends with a trust anchor, where somebody judged it.
    pub anchored: Option<bool>,
    /// Whether it would be taken, with the checks that are switched on.
    pub accepted: Option<bool>,
    /// The profile under which it would be taken, where nothing but rules for issuers fails.
    pub valid_under: Option<&'static str>,
}

/// One certificate of a chain.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    /// What it says; nothing where it cannot be read.
    pub certificate: Option<Summary>,
    /// Why it cannot be read.
    pub fault: Option<DecodeError>,
    /// SHA-256 of its public key (SubjectPublicKeyInfo), hexadecimal.
    pub key: Option<String>,
    /// Its key is pinned.
    pub pinned: bool,
    /// It is a trust anchor.
    pub trusted: bool,
    /// Its position among the certificates presented, from 0.
    pub presented: Option<usize>,
    /// Every check of it, in order.
    pub steps: Vec<Step>,
}

/// The chains of a session.
pub fn chains(record: &Record) -> Vec<Shown> {
    let Some(mode) = modes::of(&record.session.mode) else { return Vec::new() };
    let carried = mode.messages.iter().flat_map(|message| {
        let fields = message.fields.iter().filter(|field| field.sort == Sort::Chain);
        fields.map(|field| (message.from, message.kind.to_string(), field.name))
    });
    carried.map(|(owner, kind, field)| shown(&record.events, mode, owner, &kind, field)).collect()
}

/// A chain that was shown to a real program in the place of this party's peer, judged by this policy.
pub fn presented(party: Role, policy: &Policy, ders: &[Vec<u8>]) -> Shown {
    let name = policy.name.as_ref().map(ToString::to_string);
    let bench = Bench::new(party, name, policy.clone());
    let received = chain(0, ders, Some(&bench));
    Shown { owner: party.peer(), judge: Some(bench.judge), sent: None, received: Some(received), replaced: false }
}

fn shown(events: &[Event], mode: &Mode, owner: Role, kind: &str, field: &str) -> Shown {
    let peer = owner.peer();
    let judge = Bench::of(events, mode, peer);
    let at = |teller: Role, direction: Way| {
        events.iter().find_map(|event| match &event.fact {
            Fact::Frame { way, kind: told, bytes, .. }
                if event.source == Actor::from(teller) && *way == direction && told == kind =>
            {
                Some((event.n, ders(bytes, field)?))
            }
            _ => None,
        })
    };
    let (sent, received) = (at(owner, Way::Sent), at(peer, Way::Received));
    let replaced = matches!((&sent, &received), (Some((_, sent)), Some((_, received))) if sent != received);
    let chain = |told: Option<(u64, Vec<Vec<u8>>)>| told.map(|(n, ders)| chain(n, &ders, judge.as_ref()));
    Shown { owner, sent: chain(sent), received: chain(received), replaced, judge: judge.map(|it| it.judge) }
}

/// The certificates that a frame carries in a field, in DER.
fn ders(frame: &str, field: &str) -> Option<Vec<Vec<u8>>> {
    let fields = body(frame)?;
    let texts = fields.get(field)?.as_array()?.iter().take(LONGEST);
    texts.map(|text| base64url(text.as_str()?)).collect()
}

/// What a party judges by, ready to be used.
struct Bench {
    judge: Judge,
    policy: Policy,
}

impl Bench {
    fn of(events: &[Event], mode: &Mode, party: Role) -> Option<Self> {
        let told = || events.iter().filter(|event| event.source == Actor::from(party)).map(|event| &event.fact);
        let (anchors, lists, pins, name, now) = told().find_map(|fact| match fact {
            Fact::Trusts { anchors, revocation_lists, pins, peer, now } => {
                Some((anchors, revocation_lists, pins, peer, *now))
            }
            _ => None,
        })?;
        let switches = told().find_map(|fact| match fact {
            Fact::Started { without, with, .. } => Some(mode.switches(without, with)),
            _ => None,
        });
        let switches = switches.unwrap_or_else(|| mode.switches::<&str>(&[], &[]));
        let all = |texts: &[String]| texts.iter().filter_map(|text| base64url(text)).collect::<Vec<_>>();
        let trust = Trust {
            anchors: all(anchors),
            revocation_lists: all(lists),
            pins: all(pins).into_iter().filter_map(|pin| pin.try_into().ok()).collect(),
            verified: None,
        };
        let wanted = name.as_ref().and_then(|name| name.parse().ok());
        Some(Self::new(party, name.clone(), Policy::of(party.peer(), &trust, wanted, now, switches)))
    }

    fn new(party: Role, name: Option<String>, policy: Policy) -> Self {
        let subject = |der: &Vec<u8>| Summary::of(der).map_or_else(|fault| fault.to_string(), |it| it.subject);
        let judge = Judge {
            party,
            name,
            now: policy.at,
            anchors: policy.anchors.iter().map(subject).collect(),
            pins: policy.pins.len(),
            revocation_lists: policy.crls.len(),
        };
        Self { judge, policy }
    }
}

fn chain(event: u64, ders: &[Vec<u8>], bench: Option<&Bench>) -> Chain {
    let pins = bench.map(|bench| bench.policy.pins.as_slice()).unwrap_or_default();
    let presented = |index: usize| ders.get(index).map(|der| Link::of(der, pins, Some(index)));
    let Some((bench, validation)) = bench.map(|bench| (bench, validate(&bench.policy, ders))) else {
        let path = (0..ders.len()).filter_map(presented).collect();
        return Chain { event, path, superfluous: Vec::new(), anchored: None, accepted: None, valid_under: None };
    };
    let mut path: Vec<Link> = validation.path.iter().filter_map(|origin| bench.link(*origin, ders)).collect();
    let used: BTreeSet<usize> = path.iter().filter_map(|link| link.presented).collect();
    let mut rest: Vec<Link> = (0..ders.len()).filter(|index| !used.contains(index)).filter_map(presented).collect();
    if path.is_empty() {
        std::mem::swap(&mut path, &mut rest);
    }
    let accepted = validation.accepted();
    let valid_under = only_issuers_rules_fail(&bench.policy, ders, &validation).then_some("rfc5280");
    for step in validation.steps {
        if let Some(link) = path.get_mut(step.cert_index) {
            link.steps.push(step);
        }
    }
    let anchored = path.last().is_some_and(|link| link.trusted);
    Chain { event, path, superfluous: rest, anchored: Some(anchored), accepted: Some(accepted), valid_under }
}

impl Bench {
    fn link(&self, origin: Origin, ders: &[Vec<u8>]) -> Option<Link> {
        let der = origin.certificate(&self.policy, ders)?;
        let presented = ders.iter().position(|one| one == der);
        let trusted = matches!(origin, Origin::Anchor(_));
        Some(Link { trusted, ..Link::of(der, &self.policy.pins, presented) })
    }
}

impl Link {
    fn of(der: &[u8], pins: &[[u8; 32]], presented: Option<usize>) -> Self {
        let (certificate, fault) = match Summary::of(der) {
            Ok(summary) => (Some(summary), None),
            Err(fault) => (None, Some(fault)),
        };
        let key = certificate::spki_sha256(der).ok();
        let pinned = key.is_some_and(|key| pins.contains(&key));
        let key = key.map(|key| hex(&key));
        Self { certificate, fault, key, pinned, trusted: false, presented, steps: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::session::Session;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use lab::{certificate::Status, event::VERSION, staging::Setting};
    use serde_json::json;
    use support::staging::stage;

    /// A frame of no particular kind around a JSON body, in base64url.
    fn frame(body: &serde_json::Value) -> String {
        let body = body.to_string().into_bytes();
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        URL_SAFE_NO_PAD.encode([&[1], &length[1..], &body].concat())
    }

    /// The events that tell of chains in a session of this scenario, in which the client receives `received`.
    fn record(scenario: &str, received: impl Fn(&[String], &[String]) -> serde_json::Value) -> Record {
        let scenario: lab::scenario::Scenario = scenario.parse().unwrap();
        let orders = stage(&scenario, &Setting::seeded("s", 1)).unwrap();
        let trust = orders.client.credentials.unwrap();
        let own = orders.server.credentials.unwrap().chain;
        let forged = orders.attack.as_server.unwrap().chain;
        let frame = |way, chain| Fact::Frame { way, flight: 2, kind: "certificate".into(), bytes: frame(&chain) };
        let facts = [
            (Actor::Client, Fact::Started { plays: String::new(), without: scenario.without.clone(), with: vec![] }),
            (
                Actor::Client,
                Fact::Trusts {
                    anchors: trust.anchors,
                    revocation_lists: trust.revocation_lists,
                    pins: trust.pins,
                    peer: trust.peer_name,
                    now: orders.client.now,
                },
            ),
            (Actor::Server, frame(Way::Sent, json!({ "chain": own }))),
            (Actor::Client, frame(Way::Received, received(&own, &forged))),
        ];
        let event = |(n, (source, fact))| Event { v: VERSION, session: "s".into(), n, source, at: 0, fact };
        let session = Session::new("s".into(), scenario, Some(1), 0);
        Record { session, events: (1..).zip(facts).map(event).collect() }
    }

    fn failed(chain: &Chain) -> Vec<(usize, &str)> {
        let steps = chain.path.iter().enumerate().flat_map(|(i, link)| link.steps.iter().map(move |step| (i, step)));
        steps.filter(|(_, step)| step.status == Status::Failed).map(|(i, step)| (i, step.check)).collect()
    }

    #[test]
    fn the_forged_chain_fails_where_it_is_wrong_and_the_genuine_one_nowhere() {
        for (attack, wrong) in [
            ("forge-expired", (0, "cert-validity")),
            ("forge-name", (0, "cert-name")),
            ("forge-revoked", (0, "cert-revoked")),
            ("forge-leaf-as-ca", (1, "cert-ca-flag")),
            ("forge-serial", (0, "cert-serial")),
            ("forge-key-identifier", (0, "cert-key-identifier")),
        ] {
            let record = record(&format!("ecdh-cert/{attack}"), |_, forged| json!({ "chain": forged }));
            let [shown] = &chains(&record)[..] else { panic!("{attack}") };
            let (sent, received) = (shown.sent.as_ref().unwrap(), shown.received.as_ref().unwrap());
            assert!(shown.replaced && shown.owner == Role::Server);
            assert_eq!((failed(sent), sent.accepted, sent.anchored), (vec![], Some(true), Some(true)), "{attack}");
            assert_eq!((failed(received), received.accepted), (vec![wrong], Some(false)), "{attack}");
            assert_eq!((sent.event, received.event), (3, 4));
            // By the rules for those who rely on certificates alone, it is good.
            let issuers = ["cert-serial", "cert-key-identifier"].contains(&wrong.1);
            assert_eq!((sent.valid_under, received.valid_under), (None, issuers.then_some("rfc5280")), "{attack}");
            assert!(sent.path[0].pinned && !received.path[0].pinned);
        }
    }

    #[test]
    fn what_is_switched_off_is_told_and_does_not_decide() {
        let record = record("ecdh-cert/forge-self-signed~cert-chain", |_, forged| json!({ "chain": forged }));
        let shown = chains(&record).remove(0).received.unwrap();
        assert_eq!((shown.accepted, shown.anchored), (Some(true), Some(false)));
        assert!(shown.path[0].steps.iter().any(|it| it.check == "cert-chain" && it.status == Status::Skipped));
    }

    #[test]
    fn a_chain_that_is_none_is_shown_as_far_as_it_goes() {
        let broken = record("ecdh-cert/forge-name", |own, _| json!({ "chain": ["AAAA", own[1]] }));
        let shown = chains(&broken).remove(0).received.unwrap();
        assert_eq!(shown.path.len(), 2);
        assert!(shown.path[0].fault.is_some() && shown.path[1].certificate.is_some());
        assert_eq!((failed(&shown), shown.accepted), (vec![(0, "cert-encoding")], Some(false)));
        for nonsense in [json!({ "chain": 7 }), json!({ "chain": [7] }), json!({}), json!({ "chain": ["="] })] {
            let record = record("ecdh-cert/forge-name", |_, _| nonsense.clone());
            assert!(chains(&record).remove(0).received.is_none(), "{nonsense}");
        }
    }

    #[test]
    fn without_a_judge_the_chains_are_told_all_the_same() {
        let mut record = record("ecdh-cert/forge-name", |own, _| json!({ "chain": own }));
        record.events.retain(|event| !matches!(event.fact, Fact::Trusts { .. }));
        let shown = chains(&record).remove(0);
        assert!(shown.judge.is_none() && !shown.replaced);
        let sent = shown.sent.unwrap();
        assert_eq!((sent.accepted, sent.path.len(), sent.path[0].steps.len()), (None, 2, 0));
        record.events.clear();
        assert!(chains(&record).remove(0).sent.is_none());
    }
}
