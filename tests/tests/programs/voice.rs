//! What people read to each other: an attacker hears it, and that is all.

use attacker::{
    attack::{Attack, Info, Move, Seen, Start},
    attacks,
    session::{Command, Session},
};
use lab::{
    algebra::real::Real,
    event::{Action, Event, Fact, Way},
    evidence::{Contradiction, Evidence},
    modes,
    role::{Actor, Role},
    staging::Setting,
    verdict::{Kind, judge},
    wire::{Frame, Kind as FrameKind},
};
use support::{conversation::attacked, staging::stage};

fn spoken(text: &str) -> Frame {
    Frame { kind: FrameKind::Spoken, body: format!(r#"{{"string":"{text}"}}"#).into_bytes() }
}

/// Tries everything that a recipe can do with a frame, and makes one up.
struct Liar(usize);

impl Attack for Liar {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let Seen::Frame { from, frame } = seen else { return Vec::new() };
        self.0 += 1;
        let invented = Move::Inject { name: Role::Server, frame: spoken("AAAA") };
        match self.0 {
            1 => vec![Move::Alter { from, before: frame, after: spoken("AAAA") }, invented],
            2 => vec![Move::Drop { from, frame }, invented],
            3 => vec![Move::Hold { from, frame }, invented],
            _ => vec![invented],
        }
    }
}

#[test]
fn no_recipe_changes_what_is_said() {
    let info = Info { start: |_| Box::new(Liar(0)), ..*attacks::find("relay").expect("an attack") };
    let start = Start {
        mode: modes::find("sas").expect("a mode"),
        variant: None,
        now: 0,
        algebra: Box::new(|_| Real::new([0; 32])),
        as_server: None,
        as_client: None,
        afterwards: None,
        recording: Vec::new(),
        group: None,
        script: None,
    };
    let mut session = Session::new(info, "liar".to_owned(), start);
    for (from, text) in [(Role::Server, "AQID"), (Role::Client, "AQIE"), (Role::Server, "AQIF"), (Role::Client, "AQIG")]
    {
        let said = spoken(text);
        let commands = session.handle(Seen::Frame { from, frame: said.clone() });
        let [Command::Tell(Fact::Relayed { action: Action::Forward, .. }), Command::Send { to, frame }] = &commands[..]
        else {
            panic!("{text}: {commands:?}")
        };
        assert_eq!((*to, frame), (from.peer(), &said));
        assert!(!session.holds(), "nothing is kept back");
    }
}

#[test]
fn both_hear_what_the_other_says() {
    let orders = stage(&"sas/relay".parse().expect("a scenario"), &Setting::seeded("test", 1)).expect("orders");
    let told = attacked(&orders).events;
    let voice = |source: Actor, way: Way| -> Vec<String> {
        let of = |event: &Event| match &event.fact {
            Fact::Frame { way: it, kind, bytes, .. } if kind == "spoken" && *it == way => Some(bytes.clone()),
            _ => None,
        };
        told.iter().filter(|event| event.source == source).filter_map(of).collect()
    };
    for (speaker, hearer) in [(Actor::Client, Actor::Server), (Actor::Server, Actor::Client)] {
        let said = voice(speaker, Way::Sent);
        assert_eq!(said.len(), 1);
        assert_eq!(voice(hearer, Way::Received), said);
    }
}

/// Events in which somebody heard another string than was read aloud cannot be true, whoever tells them.
#[test]
fn a_voice_that_was_imitated_is_a_contradiction() {
    let orders = stage(&"sas/relay".parse().expect("a scenario"), &Setting::seeded("test", 1)).expect("orders");
    let mut told: Vec<Event> = attacked(&orders).events;
    assert_eq!(judge(&told).verdict.kind, Kind::Private);
    let forged = spoken("AAAA").to_text();
    for event in &mut told {
        match &mut event.fact {
            Fact::Frame { way: Way::Received, kind, bytes, .. }
                if event.source == Actor::Client && kind == "spoken" =>
            {
                bytes.clone_from(&forged);
            }
            Fact::Relayed { from: Role::Server, kind, after, action, .. } if kind == "spoken" => {
                *after = Some(forged.clone());
                *action = Action::Alter;
            }
            _ => {}
        }
    }
    let contradictions = Evidence::of(&told).contradictions;
    let imitated = Contradiction::NotItsVoice { teller: Role::Client };
    assert!(contradictions.iter().any(|it| it.it == imitated), "{contradictions:?}");
    assert_eq!(judge(&told).verdict.kind, Kind::Inconclusive);
}
