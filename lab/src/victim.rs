//! A victim: handshake, then records, then application data, for either role.

mod message;
mod order;

use crate::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    cause::Cause,
    check::Switches,
    control::PlayOrder,
    event::{Fact, Limit, Way},
    evidence::hex,
    handshake::{Handshake, Output, Stop},
    memory::Memory,
    mode::{Mode, Names},
    modes::{self, Played},
    party::{Command, Input, Party},
    record::{Content, LONGEST_DATA, RecordError, Records, TooLong},
    role::Role,
    supply::{Malformed, Supply},
    wire::Frame,
};
use message::{Message, heard, script};
use order::{canary, seed};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, sync::Arc};

pub use message::LAST_WORDS;
pub use order::{Kept, Refusal, call, draws, generator, messages, trusts};

/// One victim in one session.
pub struct Victim {
    role: Role,
    mode: &'static Mode,
    switches: Switches,
    started: Fact,
    trusts: Option<Fact>,
    offered: Vec<String>,
    own_name: Option<String>,
    stage: Stage,
    reported: BTreeSet<&'static str>,
    /// What it will say, canary first.
    script: Vec<Message>,
    said: usize,
    received: u32,
    gave_up: bool,
    memory: Option<Arc<Memory>>,
}

enum Stage {
    Handshake(Box<Handshake<Real>>),
    Data(Box<Session>),
    Over,
}

/// What goes on when the handshake is done.
struct Session {
    /// The table, as far as it goes on among records.
    table: Handshake<Real>,
    records: Records,
    /// The close has gone out.
    closed: bool,
}

impl Victim {
    /// A victim that awaits its connection.
    ///
    /// # Errors
    /// The order names something unknown, or lacks what its mode needs.
    pub fn new(role: Role, order: &PlayOrder, kept: Kept) -> Result<Self, Refusal> {
        let Played { mode, selection, switches } = modes::play(&order.mode, &order.without, &order.with)?;
        let seed = seed(&order.seed).ok_or(Malformed { field: "seed", expected: "64 hexadecimal digits" })?;
        let script = script(role, &order.phrase, &canary(&seed))?;
        let known = Supply::of(order, mode, kept.group, kept.verified)?.known(mode, role);
        let algebra = generator(&seed);
        let remembered = kept.memory.as_deref().map(Memory::recall).unwrap_or_default();
        let handshake = Handshake::new(algebra, mode, role, switches.clone(), known)?.remembering(remembered);
        let credentials = order.credentials.as_ref();
        Ok(Self {
            role,
            mode,
            started: Fact::Started {
                plays: selection.to_string(),
                without: order.without.clone(),
                with: order.with.clone(),
            },
            trusts: trusts(order),
            switches,
            offered: mode.groups.iter().map(|group| (*group).to_owned()).collect(),
            own_name: credentials.and_then(|it| it.own_name.clone()),
            stage: Stage::Handshake(Box::new(handshake)),
            reported: BTreeSet::new(),
            script,
            said: 0,
            received: 0,
            gave_up: false,
            memory: kept.memory,
        })
    }

    /// The session is over for this victim.
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// It gave up.
    pub fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// Number of the flight that it waits for, or sends.
    pub fn flight(&self) -> u32 {
        match &self.stage {
            Stage::Handshake(handshake) => handshake.flight(),
            _ => self.mode.record_flight(),
        }
    }

    fn in_handshake(&mut self, frame: Option<&Frame>, commands: &mut Vec<Command>) {
        let Stage::Handshake(handshake) = &mut self.stage else { return };
        let mut outputs = Vec::new();
        let flight = handshake.flight();
        let result = frame
            .map_or(Ok(()), |frame| handshake.receive(frame, &mut outputs))
            .and_then(|()| handshake.send(&mut outputs));
        let done = handshake.is_done();
        self.carry_out(outputs, commands);
        match result {
            Err(stop) => self.stop(flight, &stop, commands),
            Ok(()) if done => self.establish(commands),
            Ok(()) => {}
        }
    }

    /// What the table has a party do, until it gives up.
    fn carry_out(&mut self, outputs: Vec<Output<Frame>>, commands: &mut Vec<Command>) {
        for output in outputs {
            match output {
                Output::Sent { flight, wire } => self.sent(flight, wire, commands),
                Output::Checked { flight, finding, status } => {
                    self.reported.insert(finding.check.id);
                    commands.push(Command::Tell(Fact::Check {
                        check: finding.check.id.to_owned(),
                        status,
                        flight,
                        expected: finding.expected,
                        observed: finding.observed,
                    }));
                }
                Output::Installed { of, key } => self.install(of, key, commands),
                Output::Says => self.say(commands),
            }
            if self.is_over() {
                return;
            }
        }
    }

    fn stop(&mut self, flight: u32, stop: &Stop, commands: &mut Vec<Command>) {
        let check = if let Stop::Check(finding) = stop { Some(finding.check.id) } else { None };
        self.abort(flight, check, Cause::from(stop), commands);
    }

    fn sent(&self, flight: u32, frame: Frame, commands: &mut Vec<Command>) {
        commands.push(Command::Tell(frame_fact(Way::Sent, flight, &frame)));
        commands.push(Command::Send(frame));
    }

    /// The handshake is done: every check of it has an outcome, and the keys go to the record layer.
    fn establish(&mut self, commands: &mut Vec<Command>) {
        let flight = self.mode.record_flight();
        let Stage::Handshake(handshake) = &self.stage else { return };
        let silent = self
            .mode
            .handshake_checks()
            .into_iter()
            .find(|(by, check)| by.includes(self.role) && !self.reported.contains(check.id));
        let keys =
            ["client_write", "server_write", "exporter"].map(|name| handshake.value(name).and_then(Value::octets));
        let [Some(client_write), Some(server_write), Some(exporter)] = keys else {
            return self.abort(flight, None, Cause::NoKeys, commands);
        };
        if let Some((_, check)) = silent {
            return self.abort(flight, None, Cause::NoOutcome { check: check.id.to_owned() }, commands);
        }
        if let Some(memory) = &self.memory {
            memory.keep(handshake.kept().iter().cloned());
        }
        let fingerprint = handshake.algebra().fingerprint(&Value::secret(exporter));
        let records = Records::new(self.role, self.switches.clone(), client_write, server_write);
        let Some(records) = records else {
            return self.abort(flight, None, Cause::KeyLength, commands);
        };
        let named = |name: &str| handshake.value(name).and_then(Value::text).map(str::to_owned);
        let (own, peer) = match (self.mode.names, self.role) {
            (Names::Nobody, _) => (None, None),
            (Names::Server, Role::Client) => (None, named("peer_name")),
            (Names::Server, Role::Server) => (self.own_name.clone(), None),
            (Names::Both, _) => (self.own_name.clone(), named("peer_name")),
        };
        let group = match handshake.value("choice") {
            Some(Value::Choice(choice)) => choice.group.clone(),
            _ => String::new(),
        };
        let offered = self.offered.clone();
        commands.push(Command::Tell(Fact::Established { fingerprint, own, peer, group, offered }));
        let Stage::Handshake(table) = std::mem::replace(&mut self.stage, Stage::Over) else { return };
        self.stage = Stage::Data(Box::new(Session { table: *table, records, closed: false }));
        self.go_on(None, commands);
    }

    /// Takes what came among records, if anything did, sends what the table has next, and says what there is to say when
    /// nothing of it is left.
    fn go_on(&mut self, frame: Option<&Frame>, commands: &mut Vec<Command>) {
        let Stage::Data(session) = &mut self.stage else { return };
        let mut outputs = Vec::new();
        let flight = session.table.flight();
        let result = frame
            .map_or(Ok(()), |frame| session.table.receive(frame, &mut outputs))
            .and_then(|()| session.table.go_on(&mut outputs));
        let over = session.table.is_over() && !session.closed;
        self.carry_out(outputs, commands);
        if self.is_over() {
            return;
        }
        match result {
            Err(stop) => self.stop(flight, &stop, commands),
            Ok(()) if over => self.say_the_rest(commands),
            Ok(()) => {}
        }
    }

    /// A key for the records of one side, by its name in the table.
    fn install(&mut self, of: Role, name: &'static str, commands: &mut Vec<Command>) {
        let flight = self.mode.record_flight();
        let Stage::Data(session) = &mut self.stage else { return };
        let Some(key) = session.table.value(name).and_then(Value::octets) else {
            return self.abort(flight, None, Cause::NoKeys, commands);
        };
        match session.records.install(of, key) {
            Ok(Some((key, number))) => commands.push(Command::Tell(Fact::Installed { of, key, number })),
            Ok(None) => self.abort(flight, None, Cause::KeyLength, commands),
            Err(error) => self.refuse(error, commands),
        }
    }

    /// Says the next message, if one is left.
    fn say(&mut self, commands: &mut Vec<Command>) {
        let Stage::Data(session) = &mut self.stage else { return };
        let Some(Message { text, told }) = self.script.get(self.said) else { return };
        let frame = match session.records.seal(&Content::Data(text.clone().into_bytes())) {
            Ok(frame) => frame,
            Err(fault) => return self.too_long(fault, commands),
        };
        let digest = hex(&Sha256::digest(text));
        if self.said == 0 {
            commands.push(Command::Tell(Fact::Canary { digest: digest.clone() }));
        }
        let index = u32::try_from(self.said).unwrap_or(u32::MAX);
        let (length, told) = (text.len(), Some(told.clone()));
        commands.push(Command::Tell(Fact::Data { way: Way::Sent, index, digest, length, text: told }));
        self.said += 1;
        self.sent(self.mode.record_flight(), frame, commands);
    }

    fn say_the_rest(&mut self, commands: &mut Vec<Command>) {
        while self.said < self.script.len() && !self.is_over() {
            self.say(commands);
        }
        let Stage::Data(session) = &mut self.stage else { return };
        session.closed = true;
        match session.records.seal(&Content::Close) {
            Ok(frame) => self.sent(self.mode.record_flight(), frame, commands),
            Err(fault) => self.too_long(fault, commands),
        }
    }

    fn too_long(&mut self, TooLong(octets): TooLong, commands: &mut Vec<Command>) {
        self.abort(self.mode.record_flight(), None, Cause::LongMessage { octets, most: LONGEST_DATA }, commands);
    }

    fn in_data(&mut self, frame: &Frame, commands: &mut Vec<Command>) {
        let Stage::Data(session) = &mut self.stage else { return };
        if frame.kind.is_in_session() && !self.mode.in_session().is_empty() {
            return self.go_on(Some(frame), commands);
        }
        match session.records.open(frame) {
            Ok(Content::Data(data)) => {
                let digest = hex(&Sha256::digest(&data));
                let index = self.received;
                self.received += 1;
                let (length, text) = (data.len(), Some(heard(&data)));
                commands.push(Command::Tell(Fact::Data { way: Way::Received, index, digest, length, text }));
            }
            Ok(Content::Close) => self.end(commands),
            Err(error) => self.refuse(error, commands),
        }
    }

    /// The peer's stream has come to an end, by its close record or by the end of the connection.
    fn end(&mut self, commands: &mut Vec<Command>) {
        let Stage::Data(session) = &mut self.stage else { return };
        if let Err(error) = session.records.end() {
            return self.refuse(error, commands);
        }
        self.summarise_records(None, commands);
        let sent = u32::try_from(self.said).unwrap_or(u32::MAX);
        commands.push(Command::Tell(Fact::Closed { sent, received: self.received }));
        self.leave(commands);
    }

    fn refuse(&mut self, error: RecordError, commands: &mut Vec<Command>) {
        let flight = self.mode.record_flight();
        let check = match &error {
            RecordError::Check(finding) => {
                commands.push(Command::Tell(self.outcome(finding)));
                Some(finding.check.id)
            }
            RecordError::Malformed(_) => None,
        };
        self.abort(flight, check, Cause::from(&error), commands);
    }

    fn outcome(&self, finding: &crate::finding::Finding) -> Fact {
        Fact::Check {
            check: finding.check.id.to_owned(),
            status: finding.status(&self.switches),
            flight: self.mode.record_flight(),
            expected: finding.expected.clone(),
            observed: finding.observed.clone(),
        }
    }

    fn summarise_records(&mut self, but: Option<&str>, commands: &mut Vec<Command>) {
        if let Stage::Data(session) = &self.stage {
            let findings = session.records.findings();
            let told = findings.iter().filter(|finding| Some(finding.check.id) != but);
            commands.extend(told.map(|finding| Command::Tell(self.outcome(finding))));
        }
    }

    fn abort(&mut self, flight: u32, check: Option<&str>, reason: Cause, commands: &mut Vec<Command>) {
        self.summarise_records(check, commands);
        self.gave_up = true;
        commands.push(Command::Tell(Fact::Aborted { flight, check: check.map(str::to_owned), reason }));
        self.leave(commands);
    }

    fn leave(&mut self, commands: &mut Vec<Command>) {
        self.stage = Stage::Over;
        commands.push(Command::Tell(Fact::Ended));
        commands.push(Command::Close);
    }
}

impl Party for Victim {
    fn handle(&mut self, input: Input) -> Vec<Command> {
        let mut commands = Vec::new();
        if self.is_over() {
            return commands;
        }
        let flight = self.flight();
        match input {
            Input::Open => {
                commands.push(Command::Tell(self.started.clone()));
                commands.extend(self.trusts.take().map(Command::Tell));
                self.in_handshake(None, &mut commands);
            }
            Input::Frame(frame) => {
                commands.push(Command::Tell(frame_fact(Way::Received, flight, &frame)));
                match self.stage {
                    Stage::Handshake(_) => self.in_handshake(Some(&frame), &mut commands),
                    _ => self.in_data(&frame, &mut commands),
                }
            }
            Input::Malformed(error) => self.abort(flight, None, Cause::from(&error), &mut commands),
            Input::Silence(most) => {
                commands.push(Command::Tell(Fact::Limited { limit: Limit::Silence, most }));
                self.abort(flight, None, Cause::Silence { most }, &mut commands);
            }
            Input::Overdue(most) => {
                commands.push(Command::Tell(Fact::Limited { limit: Limit::Session, most }));
                self.abort(flight, None, Cause::Overdue { most }, &mut commands);
            }
            Input::Ended if matches!(self.stage, Stage::Data(_)) => self.end(&mut commands),
            Input::Ended => self.abort(flight, None, Cause::Ended, &mut commands),
        }
        commands
    }
}

fn frame_fact(way: Way, flight: u32, frame: &Frame) -> Fact {
    Fact::Frame { way, flight, kind: frame.kind.to_string(), bytes: frame.to_text() }
}
