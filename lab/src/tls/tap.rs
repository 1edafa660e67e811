//! A listener on one session: the octets of both directions go in as they were seen; the exchange comes out for which a
//! secret is wanted, and with the secret what both said.

use super::{
    closed::Closed,
    direction::{Direction, Item, LONGEST_HANDSHAKE, Side},
    message::{ClientHello, DheParameters, ServerHello, client_key_exchange, group_name, kind, new_session_ticket},
    protect::Opener,
    record::content,
    schedule::{Master, Randoms, finished, key_block, master, master_extended},
    suite::{Exchange, Suite},
};
use crate::tls::message;
use num_bigint::BigUint;

/// What has to be found out to read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// The premaster secret of Diffie–Hellman in the server's group: what the public values come to, in as many octets as
    /// it has (RFC 5246 section 8.1.2).
    Dhe {
        /// The group and the server's public value.
        server: &'a DheParameters,
        /// The client's public value.
        client: &'a BigUint,
    },
    /// The premaster secret, encrypted to the server's key by PKCS #1 v1.5: 48 octets.
    Rsa {
        /// What is encrypted.
        encrypted: &'a [u8],
    },
    /// The master secret of the session that is resumed.
    Resumed {
        /// Its identifier; empty where there is none.
        session: &'a [u8],
        /// Its ticket; empty where there is none.
        ticket: &'a [u8],
    },
}

/// What one record said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Who said it.
    pub from: Side,
    /// Octets of application data.
    pub text: Vec<u8>,
}

/// Where a handshake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    ClientHello,
    ServerHello,
    /// The server's messages up to its last, or its change of ciphers where it resumes.
    Server,
    /// The client's messages up to its change of ciphers.
    Client,
    /// The first sealed record of this side, which is its Finished.
    Sealed(Side),
    /// A secret is wanted.
    Wanted(Side),
    /// The keys are known.
    Open,
}

/// The secret of an exchange.
enum Agreed {
    Dhe(BigUint),
    Rsa(Vec<u8>),
}

/// A listener.
pub struct Tap {
    directions: [Direction; 2],
    state: State,
    closed: Option<Closed>,
    client: Option<ClientHello>,
    server: Option<ServerHello>,
    suite: Option<&'static Suite>,
    parameters: Option<DheParameters>,
    agreed: Option<Agreed>,
    /// Every message so far, in the order of the protocol.
    transcript: Vec<u8>,
    /// The hash of it at the client's key exchange.
    session_hash: Vec<u8>,
    ticket: Vec<u8>,
    master: Option<Master>,
    data: Vec<Data>,
}

impl Default for Tap {
    fn default() -> Self {
        Self::new()
    }
}

impl Tap {
    /// At the beginning of a session.
    pub fn new() -> Self {
        Self {
            directions: Default::default(),
            state: State::ClientHello,
            closed: None,
            client: None,
            server: None,
            suite: None,
            parameters: None,
            agreed: None,
            transcript: Vec::new(),
            session_hash: Vec::new(),
            ticket: Vec::new(),
            master: None,
            data: Vec::new(),
        }
    }

    /// What the client offered.
    pub fn client(&self) -> Option<&ClientHello> {
        self.client.as_ref()
    }

    /// What the server picked.
    pub fn server(&self) -> Option<&ServerHello> {
        self.server.as_ref()
    }

    /// The suite, where it is understood.
    pub fn suite(&self) -> Option<&'static Suite> {
        self.suite
    }

    /// The server's group and public value.
    pub fn parameters(&self) -> Option<&DheParameters> {
        self.parameters.as_ref()
    }

    /// Whether the master secret is bound to the handshake (RFC 7627).
    pub fn is_extended(&self) -> bool {
        let offered = self.client.as_ref().is_some_and(|hello| hello.extended_master_secret);
        offered && self.server.as_ref().is_some_and(|hello| hello.extended_master_secret)
    }

    /// The master secret, once it is known.
    pub fn master(&self) -> Option<&Master> {
        self.master.as_ref()
    }

    /// The ticket that the server gave for another time; empty without one.
    pub fn ticket(&self) -> &[u8] {
        &self.ticket
    }

    /// Why nothing more is read.
    pub fn closed(&self) -> Option<&Closed> {
        self.closed.as_ref()
    }

    /// Records of a side that were not read because segments were missing.
    pub fn missing(&self, side: Side) -> u64 {
        self.directions[side.index()].missing
    }

    /// Whether a side said that it is over (close_notify).
    pub fn ended(&self, side: Side) -> bool {
        self.directions[side.index()].closed
    }

    /// What was read since the last time.
    pub fn take(&mut self) -> Vec<Data> {
        std::mem::take(&mut self.data)
    }

    /// Takes what a side sent next.
    pub fn feed(&mut self, from: Side, bytes: &[u8]) {
        if self.closed.is_some() {
            return;
        }
        self.directions[from.index()].records.push(bytes);
        self.advance();
    }

    /// So many octets of a side are missing here.
    pub fn gap(&mut self, from: Side, octets: u64) {
        if self.closed.is_some() {
            return;
        }
        if self.state != State::Open {
            return self.close(Closed::Gap { from, octets });
        }
        let direction = &mut self.directions[from.index()];
        if direction.opener.is_none() {
            return self.close(Closed::Gap { from, octets });
        }
        direction.records.clear();
        direction.gap = true;
    }

    /// Nothing more comes.
    pub fn end(&mut self) {
        if self.closed.is_none() && self.state != State::Open {
            self.close(Closed::Cut);
        }
    }

    /// Reads no more, and keeps nothing of what waits.
    pub fn close(&mut self, why: Closed) {
        self.directions.iter_mut().for_each(|direction| {
            direction.records.clear();
            direction.items.clear();
            direction.begun = Vec::new();
        });
        self.transcript = Vec::new();
        self.closed.get_or_insert(why);
    }

    /// What is wanted to read on.
    pub fn wanted(&self) -> Option<Wanted<'_>> {
        if self.closed.is_some() || !matches!(self.state, State::Wanted(_)) {
            return None;
        }
        match (&self.agreed, &self.parameters) {
            (Some(Agreed::Dhe(client)), Some(server)) => Some(Wanted::Dhe { server, client }),
            (Some(Agreed::Rsa(encrypted)), _) => Some(Wanted::Rsa { encrypted }),
            _ => {
                let client = self.client.as_ref()?;
                Some(Wanted::Resumed { session: &client.session, ticket: &client.ticket })
            }
        }
    }

    /// Tries a premaster secret; whether the handshake fits it.
    pub fn offer_premaster(&mut self, premaster: &[u8]) -> bool {
        let (Some(suite), Some(randoms)) = (self.suite, self.randoms()) else { return false };
        let master = match self.is_extended() {
            true => master_extended(suite.hash, premaster, &self.session_hash),
            false => master(suite.hash, premaster, &randoms),
        };
        self.offer_master(&master)
    }

    /// Tries a master secret; whether the handshake fits it: the Finished that waits is opened, and says what it has to.
    pub fn offer_master(&mut self, master: &Master) -> bool {
        let State::Wanted(side) = self.state else { return false };
        let (Some(suite), Some(randoms), Some(server)) = (self.suite, self.randoms(), &self.server) else {
            return false;
        };
        let keys = key_block(suite.hash, suite.cipher, master, &randoms);
        let [Ok(client), Ok(other)] = keys.map(|keys| Opener::new(suite.cipher, keys, server.encrypt_then_mac)) else {
            return false;
        };
        let mut openers = [client, other];
        let Some(Item::Sealed(record)) = self.directions[side.index()].items.front() else { return false };
        let Ok(message) = openers[side.index()].open(record) else { return false };
        let hash = suite.hash.of(&self.transcript);
        let [kind::FINISHED, 0, 0, 12, said @ ..] = &message[..] else { return false };
        if said != &finished(suite.hash, master, side, &hash)[..] {
            return false;
        }
        self.directions[side.index()].items.pop_front();
        self.transcript = Vec::new();
        for (direction, opener) in self.directions.iter_mut().zip(openers) {
            direction.opener = Some(opener);
        }
        self.master = Some(master.clone());
        self.state = State::Open;
        self.advance();
        true
    }

    /// The random values of both hellos.
    pub fn randoms(&self) -> Option<Randoms> {
        Some(Randoms { client: self.client.as_ref()?.random, server: self.server.as_ref()?.random })
    }

    fn advance(&mut self) {
        while self.closed.is_none() {
            let moved = match self.state {
                State::Open => self.read(Side::Client).and_then(|one| Ok(self.read(Side::Server)? || one)),
                State::Wanted(_) => break,
                _ => self.sort(Side::Client).and_then(|()| self.sort(Side::Server)).and_then(|()| self.step()),
            };
            match moved {
                Ok(true) => {}
                Ok(false) => break,
                Err(why) => self.close(why),
            }
        }
    }

    /// Takes the records of a direction apart.
    fn sort(&mut self, side: Side) -> Result<(), Closed> {
        let (first, open) = (self.state == State::ClientHello, self.state == State::Open);
        self.directions[side.index()].sort(side, first, open)
    }

    /// One message of the handshake, in the order of the protocol; whether there was one.
    fn step(&mut self) -> Result<bool, Closed> {
        let side = match self.state {
            State::ClientHello | State::Client | State::Sealed(Side::Client) => Side::Client,
            _ => Side::Server,
        };
        let Some(item) = self.directions[side.index()].items.pop_front() else { return Ok(false) };
        let message = match (item, self.state) {
            (Item::Sealed(record), State::Sealed(_)) => {
                self.directions[side.index()].items.push_front(Item::Sealed(record));
                self.state = State::Wanted(side);
                return Ok(true);
            }
            (Item::Alert(alert), _) => return Err(Closed::Alert { from: side, alert }),
            (Item::ChangeCipher, State::Client) if self.agreed.is_some() => {
                self.state = State::Sealed(side);
                return Ok(true);
            }
            // without a key exchange of its own the server resumes a session
            (Item::ChangeCipher, State::Server) => {
                self.state = State::Sealed(side);
                return Ok(true);
            }
            (Item::Message(message), _) => message,
            _ => return Err(Closed::Unexpected { from: side, message: None }),
        };
        self.transcript.extend_from_slice(&message);
        if self.transcript.len() > LONGEST_HANDSHAKE {
            return Err(Closed::Long);
        }
        let unexpected = Closed::Unexpected { from: side, message: Some(message[0]) };
        let body = &message[4..];
        match (self.state, message[0]) {
            (State::ClientHello, kind::CLIENT_HELLO) => {
                self.client = Some(ClientHello::read(body)?);
                self.state = State::ServerHello;
            }
            (State::ServerHello, kind::SERVER_HELLO) => self.picked(ServerHello::read(body)?)?,
            (State::Server, kind::SERVER_HELLO_DONE) => self.state = State::Client,
            (State::Server, kind::SERVER_KEY_EXCHANGE) => match self.suite.map(|suite| suite.exchange) {
                Some(Exchange::Dhe) => self.parameters = Some(DheParameters::read(body)?),
                Some(Exchange::Ecdhe) => {
                    // a named curve: its type, its number (RFC 8422 section 5.4)
                    let curve = if let [3, high, low, ..] = body { Some([*high, *low]) } else { None };
                    return Err(Closed::Ecdhe { curve: curve.map(|curve| group_name(u16::from_be_bytes(curve))) });
                }
                _ => return Err(unexpected),
            },
            (State::Server, kind::NEW_SESSION_TICKET) => self.ticket = new_session_ticket(body)?,
            (State::Client, kind::CLIENT_KEY_EXCHANGE) => {
                let value = client_key_exchange(body)?;
                self.agreed = Some(match self.suite.map(|suite| suite.exchange) {
                    Some(Exchange::Rsa) => Agreed::Rsa(value),
                    _ if self.parameters.is_some() => Agreed::Dhe(BigUint::from_bytes_be(&value)),
                    _ => return Err(unexpected),
                });
                self.session_hash = self.suite.map(|suite| suite.hash.of(&self.transcript)).unwrap_or_default();
            }
            // certificates, what is asked of the client and how it proves its own
            (State::Server | State::Client, _) => {}
            _ => return Err(unexpected),
        }
        Ok(true)
    }

    fn picked(&mut self, hello: ServerHello) -> Result<(), Closed> {
        let (version, suite) = (hello.version, hello.suite);
        let group = hello.group.map(message::group_name);
        self.server = Some(hello);
        match version {
            0x0303 => {}
            0x0304 => return Err(Closed::Tls13 { group }),
            _ => return Err(Closed::Version { version: format!("{version:#06x}") }),
        }
        self.suite = Some(Suite::find(suite).ok_or_else(|| Closed::Suite { suite: format!("{suite:#06x}") })?);
        self.state = State::Server;
        Ok(())
    }

    /// One record of a side whose keys are known; whether there was one.
    fn read(&mut self, side: Side) -> Result<bool, Closed> {
        let direction = &mut self.directions[side.index()];
        let record = loop {
            let record = match direction.items.pop_front() {
                Some(Item::Sealed(record)) => record,
                // a message in the clear before the change of ciphers
                Some(Item::Message(message)) => {
                    if message[0] == kind::NEW_SESSION_TICKET {
                        self.ticket = new_session_ticket(&message[4..])?;
                    }
                    return Ok(true);
                }
                Some(Item::ChangeCipher) => return Ok(true),
                Some(Item::Alert(alert)) => return Err(Closed::Alert { from: side, alert }),
                None if !direction.changed => {
                    let (sealed, messages) = (direction.changed, direction.items.len());
                    self.sort(side)?;
                    let direction = &self.directions[side.index()];
                    return Ok(direction.changed != sealed || direction.items.len() > messages);
                }
                None => match direction.records.take() {
                    Ok(Some(record)) => record,
                    Ok(None) => return Ok(false),
                    Err(_) if direction.gap => match direction.records.skip() {
                        true => continue,
                        false => return Ok(false),
                    },
                    Err(fault) => return Err(fault.into()),
                },
            };
            break record;
        };
        let direction = &mut self.directions[side.index()];
        let Some(text) = direction.open(side, &record)? else { return Ok(true) };
        match record.kind {
            content::APPLICATION_DATA if !text.is_empty() => self.data.push(Data { from: side, text }),
            content::HANDSHAKE if text.first() != Some(&kind::FINISHED) => return Err(Closed::Renegotiated),
            // close_notify (RFC 5246 section 7.2.1)
            content::ALERT if text.get(1) == Some(&0) => direction.closed = true,
            content::ALERT => {
                return Err(Closed::Alert { from: side, alert: text.get(1).copied().unwrap_or_default() });
            }
            _ => {}
        }
        Ok(true)
    }
}
