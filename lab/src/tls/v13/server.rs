//! The server, honest or not.

use super::{
    Deviation, Fault, Heard, Identity, Message, Schedule, Secret, Share, Suite, TLS13, Ticket,
    hello::{RETRY, number},
    link::Link,
    message, signature,
    ticket::{WITH_AGREEMENT, before_binders},
};
use crate::{
    check::Switches,
    checks,
    group::Group,
    misfit::Need,
    tls::{
        message::{ClientHello, ServerHello, kind},
        reader::Malformed,
        record::{LONGEST_RECORD, content},
    },
};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use rand_core::Rng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Octets of X25519 in a share and in a secret: they stand last.
const POINT: usize = 32;

/// Octets that may be said by a ticket before the handshake is finished.
const EARLY: u32 = 1 << 14;
/// Octets of records that are dropped where it is not heard: by a ticket of somebody else's it may be as much.
const LONGEST_EARLY: usize = LONGEST_RECORD * 2;

/// What is awaited until the handshake is finished.
struct Awaited {
    suite: Suite,
    /// Under what the client finishes it.
    handshake: Secret,
    /// Under what the client speaks from then on.
    client: Secret,
    /// From what a ticket comes.
    master: Schedule,
}

/// The message that is awaited.
enum State {
    ClientHello,
    EndOfEarlyData(Box<Awaited>),
    Finished(Box<Awaited>),
    Open,
}

/// One session of a server.
pub struct Server {
    identity: Identity,
    /// The groups in which it agrees, the preferred first.
    groups: Vec<Group>,
    /// The protocols that it speaks inside, the preferred first.
    protocols: Vec<Vec<u8>>,
    deviations: Vec<Deviation>,
    rng: ChaCha20Rng,
    link: Link,
    state: State,
    client: Option<ClientHello>,
    /// By what it lets sessions be resumed.
    taken: Vec<Ticket>,
    /// It gives a ticket to whoever would use one.
    gives: bool,
    /// Octets that may be said early by it.
    early: u32,
    given: Option<Ticket>,
    /// What was resumed.
    resumed: bool,
    /// It has asked for another ClientHello.
    retried: bool,
}

impl Server {
    /// A server of this identity, which draws what is random from a seed. It agrees with X25519, and speaks no protocol in
    /// particular.
    pub fn new(identity: Identity, deviations: &[Deviation], seed: [u8; 32]) -> Self {
        Self {
            identity,
            groups: vec![Group::X25519],
            protocols: Vec::new(),
            deviations: deviations.to_vec(),
            rng: ChaCha20Rng::from_seed(seed),
            link: Link::new(Switches::default()),
            state: State::ClientHello,
            client: None,
            taken: Vec::new(),
            gives: false,
            early: 0,
            given: None,
            resumed: false,
            retried: false,
        }
    }

    /// The same that agrees in these groups, the preferred first.
    #[must_use]
    pub fn agreeing_in(mut self, groups: Vec<Group>) -> Self {
        self.groups = groups;
        self
    }

    /// The same that speaks these protocols inside, the preferred first, with whoever offers one of them.
    #[must_use]
    pub fn speaking(mut self, protocols: Vec<Vec<u8>>) -> Self {
        self.protocols = protocols;
        self
    }

    /// The same that resumes the sessions of these tickets, whoever it is asked for, and gives a ticket for each.
    #[must_use]
    pub fn resuming(mut self, tickets: Vec<Ticket>) -> Self {
        (self.taken, self.gives) = (tickets, true);
        self
    }

    /// The same that hears what is said by a ticket before the handshake is finished, however often that is said.
    #[must_use]
    pub fn hearing_early(mut self) -> Self {
        self.early = EARLY;
        self
    }

    /// The ticket that it gave.
    pub fn ticket(&self) -> Option<&Ticket> {
        self.given.as_ref()
    }

    /// Whether the session rests on an earlier one.
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// What the client offered.
    pub fn client(&self) -> Option<&ClientHello> {
        self.client.as_ref()
    }

    /// What is to be sent.
    pub fn take(&mut self) -> Vec<u8> {
        self.link.take()
    }

    /// What was said since the last time.
    pub fn heard(&mut self) -> Vec<Heard> {
        self.link.heard()
    }

    /// Takes what arrived. After a fault the session is over.
    ///
    /// # Errors
    /// What is wrong with it. The alert for it stands in what is to be sent.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.link.push(bytes)?;
        self.advance().inspect_err(|fault| self.link.give_up(fault))
    }

    /// Says this, once the handshake is finished.
    pub fn say(&mut self, text: &[u8]) {
        self.link.speak(text);
    }

    /// Says these, a record each, which may reach the client in another order than this.
    pub fn answer(&mut self, pieces: &[Vec<u8>]) {
        if !self.link.is_open() {
            return;
        }
        let mut records: Vec<_> =
            pieces.iter().map(|piece| self.link.sealed(content::APPLICATION_DATA, piece)).collect();
        for deviation in &self.deviations {
            if let Deviation::Sends(order) = deviation {
                order.apply(&mut records);
            }
        }
        records.iter().for_each(|record| self.link.pass(record));
    }

    /// Says that it is over.
    pub fn close(&mut self) {
        self.link.close();
    }

    fn advance(&mut self) -> Result<(), Fault> {
        while let Some(message) = self.link.next()? {
            self.step(&message)?;
        }
        Ok(())
    }

    /// One message, in the order of the protocol.
    fn step(&mut self, message: &[u8]) -> Result<(), Fault> {
        let unexpected = Fault::Unexpected { field: "handshake message", got: message[0] };
        self.state = match (std::mem::replace(&mut self.state, State::Open), message) {
            (State::ClientHello, [kind::CLIENT_HELLO, ..]) => self.greet(message)?,
            (State::EndOfEarlyData(awaited), [kind::END_OF_EARLY_DATA, 0, 0, 0]) => {
                self.link.count(message);
                self.link.hear_early(false);
                self.link.read_under(awaited.suite, awaited.handshake.clone())?;
                State::Finished(awaited)
            }
            (State::Finished(awaited), [kind::FINISHED, 0, 0, 32, said @ ..]) => {
                let expected = awaited.handshake.finished(&self.link.transcript());
                if !bool::from(said.ct_eq(&expected)) {
                    return Err(Fault::Refused { check: &checks::FINISHED, alert: 51 });
                }
                self.link.count(message);
                let resumption = awaited.master.derive("res master", &self.link.transcript());
                self.link.read_under(awaited.suite, awaited.client)?;
                self.link.finish();
                self.give(awaited.suite, &resumption);
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

    /// Gives a ticket to whoever would use it.
    fn give(&mut self, suite: Suite, resumption: &Secret) {
        let uses = self.client.as_ref().is_some_and(|hello| hello.modes.contains(&WITH_AGREEMENT));
        if self.gives && uses {
            let mut drawn = [0; 32];
            self.rng.fill_bytes(&mut drawn);
            let ticket = self.given.insert(Ticket::new(suite, resumption, drawn, self.early));
            self.link.say(kind::NEW_SESSION_TICKET, &ticket.write());
        }
    }

    /// The ticket that a client offers and that is taken here, once it has shown that it holds what it is for.
    fn resumable(&self, message: &[u8], hello: &ClientHello) -> Result<Option<Ticket>, Fault> {
        let Some(ticket) = self.taken.iter().find(|ticket| ticket.is_offered(hello)) else { return Ok(None) };
        let transcript = self.link.transcript_with(&message[..before_binders(message, hello)?]);
        let shown = hello.binders.first().map(Vec::as_slice).unwrap_or_default();
        match bool::from(shown.ct_eq(&ticket.binder(&transcript))) {
            true => Ok(Some(ticket.clone())),
            false => Err(Fault::Refused { check: &checks::FINISHED, alert: 51 }),
        }
    }

    /// Asks for another ClientHello, with a share in this group (section 4.1.4), once.
    fn retry(&mut self, message: &[u8], suite: Suite, number: u16, session: Vec<u8>) {
        self.retried = true;
        self.link.count(message);
        self.link.ask_again();
        let group = Some(number);
        self.link.drop_early(LONGEST_EARLY);
        let asked =
            ServerHello { version: TLS13, random: RETRY, session, suite: suite.id(), group, ..ServerHello::default() };
        self.link.say(kind::SERVER_HELLO, &asked.write());
        if !asked.session.is_empty() {
            self.link.change_cipher_spec();
        }
    }

    /// Answers a ClientHello with everything up to the own Finished, or asks for another; what is awaited then.
    fn greet(&mut self, message: &[u8]) -> Result<State, Fault> {
        let hello = ClientHello::read(&message[4..])?;
        let resumed = self.resumable(message, &hello)?;
        let hello = self.client.insert(hello);
        if !hello.versions.contains(&TLS13) {
            return Err(Fault::NothingInCommon { field: "version" });
        }
        let suite = hello.suites.iter().find_map(|id| Suite::find(*id));
        let suite = suite.ok_or(Fault::NothingInCommon { field: "cipher suite" })?;
        let scheme = signature::scheme(&self.identity.key);
        if resumed.is_none() && !hello.schemes.contains(&scheme) {
            return Err(Fault::NothingInCommon { field: "signature scheme" });
        }
        let shared = self.groups.iter().find_map(|group| {
            let number = number(group)?;
            let (_, share) = hello.shares.iter().find(|(offered, _)| *offered == number)?;
            Some((group.clone(), number, share.clone()))
        });
        let Some((group, number, share)) = shared else {
            let known = self.groups.iter().filter_map(number).find(|number| hello.groups.contains(number));
            let known = known.filter(|_| !self.retried).ok_or(Fault::NothingInCommon { field: "group" })?;
            let session = hello.session.clone();
            self.retry(message, suite, known, session);
            return Ok(State::ClientHello);
        };
        let protocol = self.protocols.iter().find(|protocol| hello.protocols.contains(protocol)).cloned();
        let (session, says_early) = (hello.session.clone(), hello.early);
        let (answer, agreed) = self.agree(&group, &share)?;

        self.link.count(message);
        let hears = says_early && self.early > 0 && !self.retried;
        let early = resumed.as_ref().filter(|ticket| hears && ticket.suite() == suite && ticket.early() > 0);
        let early = early.map(|ticket| ticket.early_secret(&self.link.transcript()));
        let mut random = [0; 32];
        self.rng.fill_bytes(&mut random);
        let picked = ServerHello {
            version: TLS13,
            random,
            session,
            suite: suite.id(),
            group: Some(number),
            share: answer,
            resumed: resumed.is_some().then_some(0),
            ..ServerHello::default()
        };
        self.link.say(kind::SERVER_HELLO, &picked.write());
        if !picked.session.is_empty() {
            self.link.change_cipher_spec();
        }
        self.resumed = resumed.is_some();
        let schedule = resumed.as_ref().map_or_else(|| Schedule::early(None), Ticket::schedule).handshake(&agreed);
        let hellos = self.link.transcript();
        let [handshake, server] = ["c hs traffic", "s hs traffic"].map(|label| schedule.derive(label, &hellos));
        self.link.write_under(suite, server.clone());
        self.prove(protocol, early.is_some(), scheme, &server);

        let master = schedule.master();
        let transcript = self.link.transcript();
        self.link.write_under(suite, master.derive("s ap traffic", &transcript));
        let client = master.derive("c ap traffic", &transcript);
        let awaited = Box::new(Awaited { suite, handshake, client, master });
        let Some(early) = early else {
            self.link.drop_early(if says_early { LONGEST_EARLY } else { 0 });
            self.link.read_under(suite, awaited.handshake.clone())?;
            return Ok(State::Finished(awaited));
        };
        self.link.read_under(suite, early)?;
        self.link.hear_early(true);
        Ok(State::EndOfEarlyData(awaited))
    }

    /// The own share and the secret.
    fn agree(&mut self, group: &Group, theirs: &[u8]) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), Fault> {
        let malformed = |_: Need| Malformed::new("key share", "one of its group", format!("{} octets", theirs.len()));
        let own = group.secret(&mut self.rng);
        let mut answer = group.reply(&own, theirs).map_err(malformed)?;
        let mut secret = group.replied(&own, theirs).map_err(malformed)?;
        for deviation in &self.deviations {
            let Deviation::Shares(share) = deviation else { continue };
            let (half, point) = (secret.len().saturating_sub(POINT), answer.len().saturating_sub(POINT));
            match share {
                Share::ZeroPoint => {
                    answer[point..].fill(0);
                    secret[half..].fill(0);
                }
                Share::NoCiphertext => {
                    answer.drain(..point);
                    secret[..half].fill(0);
                }
            }
        }
        Ok((answer, secret))
    }

    /// EncryptedExtensions, Certificate, CertificateVerify and Finished, as far as they are sent.
    fn prove(&mut self, protocol: Option<Vec<u8>>, early: bool, scheme: u16, server: &Secret) {
        let (mut selected, mut context) = (protocol, signature::SERVER);
        for deviation in &self.deviations {
            match deviation {
                Deviation::Selects(protocol) => selected = Some(protocol.to_vec()),
                Deviation::SignsUnder(other) => context = other,
                _ => {}
            }
        }
        let extensions = message::EncryptedExtensions { protocol: selected, early };
        self.link.say(kind::ENCRYPTED_EXTENSIONS, &extensions.write());
        if !self.resumed {
            self.utter(Message::Certificate, message::certificate(&[], &self.identity.chain));
            let content = signature::content(context, &self.link.transcript());
            let signature = signature::sign(&self.identity.key, &content, &mut self.rng);
            self.utter(Message::CertificateVerify, message::certificate_verify(scheme, &signature));
        }
        self.utter(Message::Finished, server.finished(&self.link.transcript()).to_vec());
    }

    /// Says a message of the first flight, or something else in its place.
    fn utter(&mut self, message: Message, mut body: Vec<u8>) {
        if self.deviations.contains(&Deviation::Omits(message)) {
            return;
        }
        if let Some(last) = body.last_mut().filter(|_| self.deviations.contains(&Deviation::Alters(message))) {
            *last ^= 1;
        }
        self.link.say(message.kind(), &body);
    }
}
