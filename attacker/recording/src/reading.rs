//! Reading a recording: from packets to what the sessions in it give away, in one pass.

use crate::{
    capture::{End, Packet},
    connection::{Connection, Ends},
    keylog,
    logarithm::{Logarithms, Without},
    packet::{self, Other, Segment},
    rsa::RsaKey,
    session::{Secret, Session},
};
use cryptanalysis::{Budget, Observer};
use lab::tls::{Closed, Master, Side, Wanted};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Sessions whose master secret is kept for those that resume them.
const MOST_RESUMABLE: usize = 4096;

/// How much memory a reading may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at the same time; of more the longest silent are given up.
    pub connections: usize,
    /// Octets that wait for missing ones, in all connections together.
    pub held: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 1 << 14, held: 64 << 20 }
    }
}

/// Whoever is told what a reading finds.
pub trait Listener {
    /// Follows the computations.
    fn observer(&mut self) -> &mut dyn Observer;

    /// A session's secret is known: its line of a key log.
    fn secret(&mut self, line: &str);

    /// A session is over.
    fn session(&mut self, session: &Session);
}

/// What a recording has, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Packets.
    pub packets: u64,
    /// Octets of them.
    pub octets: u64,
    /// Packets that are no segments of TCP, by what they are.
    pub others: BTreeMap<Other, u64>,
    /// Sessions of TLS.
    pub sessions: u64,
    /// Those of which something was opened.
    pub read: u64,
    /// Connections of TCP that are none of TLS, or say nothing.
    pub other_connections: u64,
    /// Octets of TCP that are missing in the recording, in the connections that were followed.
    pub missing_octets: u64,
    /// Connections that were given up because there were too many at once.
    pub given_up: u64,
    /// How far the file could be read.
    pub end: Option<End>,
}

/// A reading under way.
pub struct Reading {
    limits: Limits,
    keys: Vec<RsaKey>,
    logarithms: Logarithms,
    connections: HashMap<Ends, Connection>,
    /// Octets that they hold.
    held: usize,
    /// By identifier or ticket.
    resumable: VecDeque<(Vec<u8>, Master)>,
    totals: Totals,
}

impl Reading {
    /// With leaked keys, and with what a logarithm may cost.
    pub fn new(keys: Vec<RsaKey>, budget: Budget, limits: Limits) -> Self {
        Self {
            limits,
            keys,
            logarithms: Logarithms::new(budget),
            connections: HashMap::new(),
            held: 0,
            resumable: VecDeque::new(),
            totals: Totals::default(),
        }
    }

    /// Takes the next packet.
    pub fn packet(&mut self, packet: Packet<'_>, told: &mut dyn Listener) {
        self.totals.packets += 1;
        self.totals.octets += packet.data.len() as u64;
        match packet::segment(&packet) {
            Ok(segment) => self.segment(packet.at, &segment, told),
            Err(other) => *self.totals.others.entry(other).or_default() += 1,
        }
    }

    /// Nothing more comes: what is open ends here.
    pub fn finish(mut self, end: End, told: &mut dyn Listener) -> Totals {
        let mut open: Vec<(Ends, Connection)> = self.connections.drain().collect();
        open.sort_by_key(|(_, connection)| connection.last);
        for (ends, connection) in open {
            self.close(ends, connection, told);
        }
        self.totals.end = Some(end);
        self.totals
    }

    fn segment(&mut self, at: Option<u64>, segment: &Segment<'_>, told: &mut dyn Listener) {
        let ends = Ends::of(segment);
        let end = usize::from(ends.0 != segment.from);
        let opens = segment.syn && !segment.ack;
        if opens && self.connections.get(&ends).is_some_and(|it| it.streams[end].is_other(segment.sequence)) {
            self.end(ends, told);
        }
        if !self.connections.contains_key(&ends) {
            // what ends a connection that was never seen begins none
            if segment.rst || (segment.payload.is_empty() && !segment.syn) {
                return;
            }
            if self.connections.len() >= self.limits.connections {
                self.give_up(told);
            }
            self.connections.insert(ends, Connection::new(at));
        }
        let Some(connection) = self.connections.get_mut(&ends) else { return };
        connection.last = self.totals.packets;
        if segment.syn {
            connection.streams[end].open(segment.sequence);
            connection.client = Some(if segment.ack { 1 - end } else { end });
        }
        let before = connection.held();
        let sequence = segment.sequence.wrapping_add(u32::from(segment.syn));
        let mut stream = std::mem::take(&mut connection.streams[end]);
        stream.accept(sequence, segment.fin, segment.payload, &mut |piece| {
            connection.piece(end, piece);
            serve(connection, &self.keys, &mut self.logarithms, &mut self.resumable, told);
        });
        // what nobody reads any more need not be kept, and what is too much for all is not waited for
        if connection.tap.closed().is_some() {
            stream.forget();
        } else if self.held.saturating_sub(before) + stream.held() > self.limits.held {
            stream.finish(&mut |piece| {
                connection.piece(end, piece);
                serve(connection, &self.keys, &mut self.logarithms, &mut self.resumable, told);
            });
        }
        connection.streams[end] = stream;
        self.held = (self.held + connection.held()).saturating_sub(before);
        if segment.rst || connection.streams.iter().all(crate::stream::Stream::is_over) {
            self.end(ends, told);
        }
    }

    /// A connection is over.
    fn end(&mut self, ends: Ends, told: &mut dyn Listener) {
        if let Some(connection) = self.connections.remove(&ends) {
            self.held = self.held.saturating_sub(connection.held());
            self.close(ends, connection, told);
        }
    }

    /// Gives up the longest silent sixteenth.
    fn give_up(&mut self, told: &mut dyn Listener) {
        let mut silent: Vec<(u64, Ends)> = self.connections.iter().map(|(ends, it)| (it.last, *ends)).collect();
        silent.sort_unstable_by_key(|(last, _)| *last);
        silent.truncate((silent.len() / 16).max(1));
        for (_, ends) in silent {
            self.totals.given_up += 1;
            self.end(ends, told);
        }
    }

    fn close(&mut self, ends: Ends, mut connection: Connection, told: &mut dyn Listener) {
        for end in [0, 1] {
            let mut stream = std::mem::take(&mut connection.streams[end]);
            stream.finish(&mut |piece| {
                connection.piece(end, piece);
                serve(&mut connection, &self.keys, &mut self.logarithms, &mut self.resumable, told);
            });
            self.totals.missing_octets += stream.missing;
            let side = usize::from(connection.side(end) == Side::Server);
            connection.heard[side].missing_octets = stream.missing;
        }
        connection.tap.end();
        if connection.is_other() {
            self.totals.other_connections += 1;
            return;
        }
        self.totals.sessions += 1;
        let session = self.session(ends, connection, told);
        self.totals.read += u64::from(session.is_read());
        told.session(&session);
    }

    fn session(&mut self, ends: Ends, mut connection: Connection, told: &mut dyn Listener) -> Session {
        let tap = &connection.tap;
        let group = tap.parameters().and_then(|server| self.logarithms.seen(server, told.observer()));
        let ends = [ends.0, ends.1];
        let client = connection.client.unwrap_or_default();
        for (heard, side) in connection.heard.iter_mut().zip([Side::Client, Side::Server]) {
            heard.missing_records = tap.missing(side);
            heard.ended = tap.ended(side);
            heard.finish();
        }
        let [client_said, server_said] = connection.heard;
        Session {
            n: self.totals.sessions,
            at: connection.at,
            client: ends[client],
            server: ends[1 - client],
            name: tap.client().and_then(|hello| hello.name.clone()),
            version: tap.server().map(|hello| version(hello.version)),
            suite: tap.server().map(|hello| {
                tap.suite().map_or_else(|| format!("{:#06x}", hello.suite), |suite| suite.name.to_owned())
            }),
            extended_master_secret: tap.is_extended(),
            group: group.map(|group| (*group).clone()),
            secret: connection.secret,
            client_said,
            server_said,
            closed: tap.closed().cloned(),
            failure: connection.failure,
        }
    }
}

/// The version by which people know it.
fn version(number: u16) -> String {
    match number {
        0x0300 => "SSL 3.0".to_owned(),
        0x0301..=0x0304 => format!("1.{}", number - 0x0301),
        other => format!("{other:#06x}"),
    }
}

/// Finds the secret that a session wants, and takes what it says.
fn serve(
    connection: &mut Connection,
    keys: &[RsaKey],
    logarithms: &mut Logarithms,
    resumable: &mut VecDeque<(Vec<u8>, Master)>,
    told: &mut dyn Listener,
) {
    if connection.tap.wanted().is_some() {
        match secret(connection, keys, logarithms, resumable, told) {
            Ok(secret) => {
                connection.secret = Some(secret);
                if let (Some(randoms), Some(master)) = (connection.tap.randoms(), connection.tap.master()) {
                    told.secret(&keylog::line(&randoms, master));
                }
            }
            Err(why) => connection.tap.close(why),
        }
    }
    if connection.secret.is_some() {
        remember(connection, resumable);
    }
    for data in connection.tap.take() {
        connection.heard[usize::from(data.from == Side::Server)].hear(&data.text);
    }
}

fn secret(
    connection: &mut Connection,
    keys: &[RsaKey],
    logarithms: &mut Logarithms,
    resumable: &VecDeque<(Vec<u8>, Master)>,
    told: &mut dyn Listener,
) -> Result<Secret, Closed> {
    let tap = &mut connection.tap;
    match tap.wanted() {
        Some(Wanted::Dhe { server, client }) => {
            let (server, client) = (server.clone(), client.clone());
            let found =
                logarithms.secret(&server, &client, told.observer(), &mut |premaster| tap.offer_premaster(premaster));
            found.map(Secret::Logarithm).map_err(|without| match without {
                Without::Sound => Closed::Sound,
                Without::Unfit => Closed::Unfit,
                Without::Failed(failure) => {
                    let why = failure.to_string();
                    connection.failure = Some(*failure);
                    Closed::NoLogarithm { why }
                }
            })
        }
        Some(Wanted::Rsa { encrypted }) => {
            let secrets: Vec<_> = keys.iter().filter_map(|key| key.decrypt(encrypted)).collect();
            let found = secrets.iter().any(|premaster| tap.offer_premaster(premaster));
            if found { Ok(Secret::LeakedKey) } else { Err(Closed::NoKey { tried: keys.len() }) }
        }
        Some(Wanted::Resumed { session, ticket }) => {
            let named = |name: &[u8]| !name.is_empty() && (name == session || name == ticket);
            let masters: Vec<Master> =
                resumable.iter().filter(|(name, _)| named(name)).map(|(_, master)| master.clone()).collect();
            let found = masters.iter().any(|master| tap.offer_master(master));
            if found { Ok(Secret::Resumed) } else { Err(Closed::Resumed) }
        }
        None => Err(Closed::Unfit),
    }
}

/// Keeps the master secret of a session for those that resume it.
fn remember(connection: &mut Connection, resumable: &mut VecDeque<(Vec<u8>, Master)>) {
    let tap = &connection.tap;
    let (Some(master), Some(server)) = (tap.master(), tap.server()) else { return };
    let names = [&server.session[..], tap.ticket()];
    let named = names.iter().filter(|name| !name.is_empty()).count();
    if named == connection.named {
        return;
    }
    connection.named = named;
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        if resumable.iter().any(|(known, it)| known == name && it == master) {
            continue;
        }
        if resumable.len() >= MOST_RESUMABLE {
            resumable.pop_front();
        }
        resumable.push_back((name.to_vec(), master.clone()));
    }
}
