//! The client, which performs the lab's checks, as far as they are on: its messages in their order.

mod agreement;
mod proof;

use super::{
    Fault, Heard, Identity, Reliance, Secret, Settings, Suite, Ticket,
    hello::number,
    link::Link,
    message::{self, CertificateRequest, EncryptedExtensions},
    signature,
    ticket::{ONE_BINDER, WITH_AGREEMENT},
};
use crate::{
    certificate::{self, validate},
    check::{Check, Status},
    checks,
    group::Group,
    tls::{
        message::{ClientHello, ServerHello, kind},
        reader::Malformed,
        record::content,
    },
};
use agreement::Agreed;
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use rand_core::Rng;
use zeroize::Zeroizing;

/// The message that is awaited.
enum State {
    ServerHello,
    EncryptedExtensions(Box<Agreed>),
    Certificate(Box<Agreed>),
    CertificateVerify(Box<Agreed>),
    Finished(Box<Agreed>),
    Open,
}

/// One session of a client.
pub struct Client {
    settings: Settings,
    hello: ClientHello,
    /// The secrets of the shares, in their order.
    secrets: Vec<(Group, Zeroizing<Vec<u8>>)>,
    rng: ChaCha20Rng,
    link: Link,
    state: State,
    /// Who it is, for servers that ask.
    identity: Option<Identity>,
    /// What it offers to resume a session by.
    offered: Option<Ticket>,
    /// The session rests on the ticket that was offered.
    resumed: bool,
    /// Whether the server hears what was said early, once it has told.
    heard_early: Option<bool>,
    /// What it was given to resume this one by.
    ticket: Option<Ticket>,
    /// The server's chain, once it was shown: in this session, or in the one that is resumed.
    chain: Vec<Vec<u8>>,
    /// From what tickets of this session come.
    resumption: Option<(Suite, Secret)>,
}

impl Client {
    /// A client that draws what is random from a seed. What is to be sent begins with its ClientHello.
    pub fn new(settings: Settings, seed: [u8; 32]) -> Self {
        Self::begin(settings, None, &[], seed)
    }

    /// The same that would resume the session of this ticket, where it may rely on that.
    pub fn resuming(settings: Settings, ticket: Ticket, reliance: Reliance, seed: [u8; 32]) -> Self {
        Self::resuming_early(settings, ticket, reliance, &[], seed)
    }

    /// The same that says this with its first flight, where the ticket allows for as much (RFC 8446 section 2.3). Whether the server
    /// heard it, it [tells](Self::heard_early); whoever has recorded the flight may send it again.
    pub fn resuming_early(settings: Settings, ticket: Ticket, reliance: Reliance, text: &[u8], seed: [u8; 32]) -> Self {
        let relied = reliance == Reliance::Tickets || validate(&settings.policy, ticket.chain()).accepted();
        Self::begin(settings, relied.then_some(ticket), text, seed)
    }

    /// The same that shows this to a server which asks for a certificate (section 4.3.2); another shows that it has none.
    #[must_use]
    pub fn presenting(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    fn begin(settings: Settings, offered: Option<Ticket>, early: &[u8], seed: [u8; 32]) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let mut hello = ClientHello {
            session: vec![0; 32],
            suites: settings.suites.iter().map(|suite| suite.id()).collect(),
            name: settings.server_name.clone(),
            schemes: signature::SCHEMES.to_vec(),
            protocols: settings.protocols.clone(),
            modes: vec![WITH_AGREEMENT],
            ..ClientHello::default()
        };
        rng.fill_bytes(&mut hello.random);
        rng.fill_bytes(&mut hello.session);
        let mut secrets = Vec::new();
        for group in &settings.groups {
            let secret = group.secret(&mut rng);
            if let Some((number, share)) = number(group).zip(group.public(&secret)) {
                hello.groups.push(number);
                hello.shares.push((number, share));
                secrets.push((group.clone(), secret));
            }
        }
        let mut link = Link::new(settings.policy.switches.clone());
        if let Some(ticket) = &offered {
            hello.early = !early.is_empty() && early.len() <= ticket.early();
            ticket.offer(&mut hello);
            // over all that stands before it, the header too
            let whole = message::framed(kind::CLIENT_HELLO, &hello.write());
            let transcript = link.transcript_with(&whole[..whole.len() - ONE_BINDER]);
            hello.binders = vec![ticket.binder(&transcript).to_vec()];
        }
        link.say(kind::CLIENT_HELLO, &hello.write());
        if let Some(ticket) = offered.as_ref().filter(|_| hello.early) {
            link.change_cipher_spec();
            link.write_under(ticket.suite(), ticket.early_secret(&link.transcript()));
            link.send(content::APPLICATION_DATA, early);
        }
        Self {
            settings,
            hello,
            secrets,
            rng,
            link,
            state: State::ServerHello,
            identity: None,
            offered,
            resumed: false,
            heard_early: None,
            ticket: None,
            chain: Vec::new(),
            resumption: None,
        }
    }

    /// What is to be sent.
    pub fn take(&mut self) -> Vec<u8> {
        self.link.take()
    }

    /// What was said since the last time.
    pub fn heard(&mut self) -> Vec<Heard> {
        self.link.heard()
    }

    /// Whether the server hears what was said with the first flight; nothing before it has told.
    pub fn heard_early(&self) -> Option<bool> {
        self.heard_early
    }

    /// Whether the session rests on an earlier one.
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// What the server gave to resume this session by, the last of it.
    pub fn ticket(&self) -> Option<&Ticket> {
        self.ticket.as_ref()
    }

    /// Takes what arrived. After a fault the session is over.
    ///
    /// # Errors
    /// What is wrong with it. The alert for it stands in what is to be sent.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.link.push(bytes)?;
        self.advance().inspect_err(|fault| self.link.give_up(fault))
    }

    /// The connection has ended: whether the session has.
    ///
    /// # Errors
    /// Nobody said that it is over.
    pub fn end(&mut self) -> Result<(), Fault> {
        match self.link.end() {
            Some(true) => Ok(()),
            Some(false) => self.fail(&checks::AUTHENTICATED_CLOSE, 0),
            None => Err(Fault::Refused { check: &checks::AUTHENTICATED_CLOSE, alert: 0 }),
        }
    }

    /// Says this, once the handshake is finished.
    pub fn say(&mut self, text: &[u8]) {
        self.link.speak(text);
    }

    /// Says that it is over.
    pub fn close(&mut self) {
        self.link.close();
    }

    /// A check does not hold: the session is over, where it is not left out.
    fn fail(&self, check: &'static Check, alert: u8) -> Result<(), Fault> {
        match self.settings.policy.switches.status(check, Some(false)) {
            Status::Failed => Err(Fault::Refused { check, alert }),
            _ => Ok(()),
        }
    }

    fn advance(&mut self) -> Result<(), Fault> {
        while let Some(message) = self.link.next()? {
            self.step(&message)?;
        }
        Ok(())
    }

    /// One message, in the order of the protocol; where a check is off that would miss one, without that.
    fn step(&mut self, message: &[u8]) -> Result<(), Fault> {
        let (got, body) = (message[0], &message[4..]);
        let unexpected = Fault::Unexpected { field: "handshake message", got };
        self.state = match (std::mem::replace(&mut self.state, State::Open), got) {
            (State::ServerHello, kind::SERVER_HELLO) => {
                let picked = ServerHello::read(body)?;
                self.link.count(message);
                State::EncryptedExtensions(Box::new(self.picked(&picked)?))
            }
            (State::EncryptedExtensions(agreed), kind::ENCRYPTED_EXTENSIONS) => {
                let told = EncryptedExtensions::read(body)?;
                if told.protocol.is_some_and(|protocol| !self.settings.protocols.contains(&protocol)) {
                    self.fail(&checks::OFFERS_BOUND, 110)?;
                }
                if told.early && !(self.hello.early && self.resumed) {
                    return Err(Malformed::new("early data", "what was offered", "that it is heard").into());
                }
                self.heard_early = Some(told.early);
                self.link.count(message);
                if self.resumed { State::Finished(agreed) } else { State::Certificate(agreed) }
            }
            (State::Certificate(mut agreed), kind::CERTIFICATE_REQUEST) if agreed.request.is_none() => {
                agreed.request = Some(CertificateRequest::read(body)?);
                self.link.count(message);
                State::Certificate(agreed)
            }
            (State::Certificate(agreed), kind::CERTIFICATE) => {
                self.chain = message::chain(body)?;
                self.judge(&self.chain)?;
                self.link.count(message);
                State::CertificateVerify(agreed)
            }
            (State::Certificate(agreed), kind::FINISHED) => {
                let chain = checks::find(certificate::checks::CHAIN).ok_or(unexpected)?;
                self.fail(chain, 10)?;
                self.finished(&agreed, message)?
            }
            (State::CertificateVerify(agreed), kind::CERTIFICATE_VERIFY) => {
                self.verify(body)?;
                self.link.count(message);
                State::Finished(agreed)
            }
            (State::CertificateVerify(agreed), kind::FINISHED) => {
                self.fail(&checks::TRANSCRIPT_SIGNATURE, 10)?;
                self.finished(&agreed, message)?
            }
            (State::Finished(agreed), kind::FINISHED) => self.finished(&agreed, message)?,
            (State::Open, kind::NEW_SESSION_TICKET) => {
                if let Some((suite, resumption)) = &self.resumption {
                    self.ticket = Some(Ticket::read(body, *suite, resumption, &self.chain)?);
                }
                State::Open
            }
            (State::Open, _) => {
                self.link.afterwards(message)?;
                State::Open
            }
            _ => return Err(unexpected),
        };
        Ok(())
    }
}
