//! What becomes of what passes among records: it is read and sealed with the script's keys, and with those that follow from them.

use super::Scripted;
use crate::{attack::Move, leg::Leg};
use lab::{
    algebra::real::{Real, Value},
    event::Fact,
    record::{Content, RecordKey},
    role::Role,
    script::{Script, Session, Treatment, compute::Lack},
    wire::{Frame, Kind},
};

/// Octets of a record before its text: sequence number and content type.
const BEFORE_TEXT: usize = 8 + 1;

impl Scripted {
    /// Computes the keys that can be computed by now, and treats what waited for them.
    pub(super) fn settle(&mut self, script: &Session, moves: &mut Vec<Move>) {
        for role in [Role::Client, Role::Server] {
            let side = Script::side(role);
            let Some(wanted) = script.keys[side].as_ref().filter(|_| self.legs[side].is_none()) else { continue };
            let mut values = Vec::new();
            for make in [&wanted.client_write, &wanted.server_write, &wanted.exporter] {
                match self.bench.compute(make) {
                    Ok(value) => values.push(value),
                    Err(Lack::Unseen) => break,
                    Err(Lack::Logarithm(group, public)) => return self.solve(&group, public, moves),
                    Err(Lack::Never(misfit)) => return self.part(role, Kind::Record, (&misfit).into(), moves),
                }
            }
            let Ok([client_write, server_write, exporter]) = <[Value; 3]>::try_from(values) else { continue };
            let is_key = |value: &Value| value.octets().and_then(RecordKey::new).is_some();
            if !is_key(&client_write) || !is_key(&server_write) {
                continue;
            }
            let known = vec![("client_write", client_write), ("server_write", server_write), ("exporter", exporter)];
            let mut leg = Leg::new(self.table, Real::new([0; 32]), known, &[]);
            for frame in self.bench.passed(role) {
                leg.observe(frame);
            }
            let Some(fingerprint) = leg.fingerprint() else { continue };
            moves.push(Move::Tell(Fact::Holds { with: role, fingerprint }));
            self.legs[side] = Some(leg);
            if script.records[side] == Treatment::Read {
                self.speak(role, moves);
            }
        }
        for (from, frame) in std::mem::take(&mut self.waiting) {
            self.record(script, from, frame, true, moves);
        }
    }

    /// What a record says, where there are keys with its sender.
    fn open(&mut self, from: Role, frame: &Frame) -> Option<(u64, Content)> {
        self.legs[Script::side(from)].as_mut()?.open(from, frame)
    }

    fn read(&self, from: Role, content: &Content, moves: &mut Vec<Move>) {
        if let Content::Data(data) = content {
            let (text, live) = (String::from_utf8_lossy(data).into_owned(), self.ended != [true; 2]);
            moves.push(Move::Tell(Fact::Recovered { sender: from, text, live }));
        }
    }

    /// Treats what came among records, for the first time or again.
    pub(super) fn record(&mut self, script: &Session, from: Role, frame: Frame, again: bool, moves: &mut Vec<Move>) {
        let side = Script::side(from);
        let treatment = script.records[side];
        let both = treatment == Treatment::Translate;
        let needs = [from, from.peer()];
        let needs = if both { &needs[..] } else { &needs[..1] };
        let reads = matches!(treatment, Treatment::Listen | Treatment::Translate | Treatment::Read);
        let lacks = needs.iter().any(|role| {
            let side = Script::side(*role);
            script.keys[side].is_some() && self.legs[side].is_none()
        });
        if reads && lacks {
            if !again {
                let (held, frame) = (treatment != Treatment::Listen, frame.clone());
                moves.push(if held { Move::Hold { from, frame } } else { Move::Forward { from, frame } });
            }
            self.waiting.push((from, frame));
            return;
        }
        if frame.kind.is_in_session() {
            return self.change(treatment, from, frame, again, moves);
        }
        let opened = if reads { self.open(from, &frame) } else { None };
        if let Some((_, content)) = &opened {
            self.read(from, content, moves);
        }
        match (treatment, opened) {
            (Treatment::Listen, _) if again => {}
            (Treatment::Forward | Treatment::Listen, _) => moves.push(Move::Forward { from, frame }),
            (Treatment::Drop, _) | (Treatment::Read | Treatment::Translate, None) => {
                moves.push(Move::Drop { from, frame });
            }
            (Treatment::Translate, Some((sequence, content))) => {
                let leg = self.legs[Script::side(from.peer())].as_ref();
                match leg.and_then(|leg| leg.seal(from, sequence, &content)) {
                    Some(after) => moves.push(Move::Alter { from, before: frame, after }),
                    None => moves.push(Move::Drop { from, frame }),
                }
            }
            (Treatment::Read, Some((_, content))) => {
                moves.push(Move::Drop { from, frame });
                if content == Content::Close {
                    let leg = self.legs[side].as_ref();
                    let farewell = leg.and_then(|leg| leg.seal(from.peer(), 0, &Content::Close));
                    moves.extend(farewell.map(|frame| Move::Inject { name: from.peer(), frame }));
                    moves.push(Move::Cut(from.peer()));
                }
            }
            (Treatment::Flip, _) if self.records[side] == 1 => {
                let mut after = frame.clone();
                if let Some(octet) = after.body.get_mut(BEFORE_TEXT) {
                    *octet ^= 1;
                }
                moves.push(Move::Alter { from, before: frame, after });
            }
            (Treatment::Flip, _) => moves.push(Move::Forward { from, frame }),
            (Treatment::Return, _) => {
                let name = from.peer();
                moves.extend([Move::Forward { from, frame: frame.clone() }, Move::Inject { name, frame }]);
            }
        }
    }

    /// Says among records what the peer of this victim would say next, as far as it is the peer's turn.
    pub(super) fn speak(&mut self, with: Role, moves: &mut Vec<Move>) {
        let Some(leg) = &mut self.legs[Script::side(with)] else { return };
        let name = with.peer();
        while let Some(message) = leg.message().filter(|it| it.from == name && it.kind.is_in_session()) {
            leg.draw(message, &mut self.draws);
            let Some(frame) = leg.compose(&[], &[]) else { return };
            moves.push(Move::Inject { name, frame });
        }
    }

    /// A message that changes keys among records goes the way of its sender's records.
    fn change(&mut self, treatment: Treatment, from: Role, frame: Frame, again: bool, moves: &mut Vec<Move>) {
        let observed = self.legs[Script::side(from)].as_mut().and_then(|leg| leg.observe(&frame));
        // Without any keys it cannot but let the two go on as they would.
        let treatment = match treatment {
            Treatment::Drop if self.legs.iter().all(Option::is_none) => Treatment::Forward,
            treatment => treatment,
        };
        match treatment {
            Treatment::Forward | Treatment::Listen | Treatment::Flip | Treatment::Return => {
                self.follow(from.peer(), &frame);
                if !again || treatment != Treatment::Listen {
                    moves.push(Move::Forward { from, frame });
                }
            }
            Treatment::Translate => {
                let leg = self.legs[Script::side(from.peer())].as_mut();
                match leg.zip(observed).and_then(|(leg, observed)| leg.compose(&observed, &[])) {
                    Some(after) => moves.push(Move::Alter { from, before: frame, after }),
                    None => moves.push(Move::Drop { from, frame }),
                }
            }
            Treatment::Drop => moves.push(Move::Drop { from, frame }),
            Treatment::Read => {
                moves.push(Move::Drop { from, frame });
                self.speak(from, moves);
            }
        }
    }

    /// What came next from this one travels among records, and no move is about it.
    pub(super) fn among_records(&self, script: &Session, from: Role, frame: &Frame) -> bool {
        let next = Script::of(self.table, from).nth(self.count[Script::side(from)]);
        frame.kind.is_in_session() && !script.moves.iter().any(|play| Some(play.message) == next)
    }
}
