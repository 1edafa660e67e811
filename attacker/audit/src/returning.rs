//! A client that comes to a server more than once, by the lab's own TLS: with the ticket of an earlier session, though what that
//! rests on would be believed no more; or with what a genuine client said by one, recorded.

use crate::{
    ability::VERSION,
    answer::{Secrets, contains},
    attempt::{Attempt, Depth, End, end_of},
    caller::{LONGEST, PATH, connected},
    case::Stage,
    grade::Lack,
    lie::{Lie, Manner},
    resumption::First,
};
use lab::{
    certificate::Policy,
    check::Switches,
    checks,
    group::Group,
    tls::v13::{Client, Heard, Identity, Reliance, Settings, Suite, Ticket},
};
use process::authorities::random;
use std::{fs, io, path::PathBuf};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Who comes, and what is so when it does.
pub(crate) struct Returning<'s> {
    pub(crate) stage: &'s Stage,
    /// The name of the server, or of its second host.
    pub(crate) host: &'s str,
    pub(crate) port: u16,
    pub(crate) secrets: &'s Secrets,
    /// A file of the server's that is as this says from the first ticket on.
    pub(crate) then: (PathBuf, String),
}

/// What one visit is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// To be given a ticket.
    Ticket,
    /// To be given the canary.
    Canary,
}

/// One connection, from its first flight on.
struct Visit {
    client: Client,
    /// What is sent first.
    flight: Vec<u8>,
    /// What is asked for once the handshake is finished; nothing where that was done before.
    question: Vec<u8>,
    aim: Aim,
    /// Whoever sends it has recorded it: it can say no more.
    replayed: bool,
}

impl Returning<'_> {
    /// Finds out whether the server resumes sessions, and whether it hears what is said early, and notes that.
    pub(crate) async fn probe(&self, noted: &mut Vec<Attempt>) -> io::Result<()> {
        let Some(ticket) = self.given(self.host).await? else { return Ok(()) };
        let question = self.question();
        let client = self.resuming(ticket, &question, random()?);
        self.noted(Visit { question, ..self.asking(client) }, noted).await;
        Ok(())
    }

    /// Comes with what the first visit gave, and notes what came of the last; what the server lacks for it, if it does.
    pub(crate) async fn call(&self, first: &First, noted: &mut Vec<Attempt>) -> io::Result<Option<Lack>> {
        let Some(ticket) = self.given(&first.name).await? else { return Ok(Some(Lack::Resumption)) };
        if self.stage.presented.manner == Manner::Early {
            return self.repeat(ticket, noted).await;
        }
        let (path, text) = &self.then;
        fs::write(path, text)?;
        let client = self.resuming(ticket, &[], random()?);
        let believed = self.noted(Visit { question: self.question(), ..self.asking(client) }, noted).await;
        let client = self.presenting(Client::new(self.settings(self.host), random()?));
        let anew = Visit { question: self.question(), ..self.asking(client) };
        if !believed {
            // A server may refuse a ticket and the whole handshake with it: whoever is somebody comes once more without.
            self.noted(anew, noted).await;
        } else if first.lists != self.stage.lists {
            // Who is believed without a ticket as well does not know of the lists by now.
            let mut again = Attempt::opened();
            self.visit(anew, &mut again).await;
            return Ok((again.depth >= Depth::Canary).then_some(Lack::Lists));
        }
        Ok(None)
    }

    /// A genuine client asks early; then the attacker sends that once more, or, in the twin, the client asks anew.
    async fn repeat(&self, ticket: Ticket, noted: &mut Vec<Attempt>) -> io::Result<Option<Lack>> {
        let question = self.question();
        let seed = random()?;
        let genuine = || self.asking(self.resuming(ticket.clone(), &question, seed));
        let mut once = Attempt::opened();
        self.visit(genuine(), &mut once).await;
        if !once.early {
            return Ok(Some(Lack::EarlyData));
        }
        let again = if self.stage.presented.lie == Lie::Replayed {
            // What the server answers tells whether it acted upon it: the client whose flight it is could read that.
            Visit { replayed: true, ..genuine() }
        } else {
            let Some(ticket) = self.given(self.host).await? else { return Ok(Some(Lack::Resumption)) };
            self.asking(self.resuming(ticket, &question, random()?))
        };
        self.noted(again, noted).await;
        Ok(None)
    }

    /// What is asked for. The token in it comes out of a server that prints what it is asked.
    fn question(&self) -> Vec<u8> {
        let (host, token) = (self.host, &self.secrets.token);
        format!("GET /{PATH} HTTP/1.0\r\nHost: {host}\r\nInterlock-Token: {token}\r\n\r\n").into_bytes()
    }

    /// The ticket that a host gives, if it does.
    async fn given(&self, host: &str) -> io::Result<Option<Ticket>> {
        let client = Client::new(self.settings(host), random()?);
        let client = if self.stage.presented.lie == Lie::Nobody { client } else { self.identified(client) };
        let question = format!("GET / HTTP/1.0\r\nHost: {host}\r\n\r\n").into_bytes();
        let visit = Visit { aim: Aim::Ticket, question, ..self.asking(client) };
        Ok(self.visit(visit, &mut Attempt::opened()).await)
    }

    fn asking(&self, mut client: Client) -> Visit {
        Visit { flight: client.take(), client, question: Vec::new(), aim: Aim::Canary, replayed: false }
    }

    fn resuming(&self, ticket: Ticket, early: &[u8], seed: [u8; 32]) -> Client {
        let settings = self.settings(self.host);
        self.presenting(Client::resuming_early(settings, ticket, Reliance::Tickets, early, seed))
    }

    fn presenting(&self, client: Client) -> Client {
        let presented = &self.stage.presented;
        if matches!(presented.lie, Lie::Nobody | Lie::TicketAlone) {
            return client;
        }
        self.identified(client)
    }

    fn identified(&self, client: Client) -> Client {
        let presented = &self.stage.presented;
        client.presenting(Identity { chain: presented.chain.clone(), key: presented.key.clone() })
    }

    /// How it speaks with a host, whoever that is: it is not the server that is to be found out.
    fn settings(&self, host: &str) -> Settings {
        Settings {
            server_name: Some(host.to_owned()),
            policy: Policy { switches: Switches::without(checks::of_certificates()), ..Policy::default() },
            suites: Suite::ALL.to_vec(),
            groups: vec![Group::X25519],
            protocols: Vec::new(),
        }
    }

    /// Whether the server acted as for whom it believes, which is noted from the beginning.
    async fn noted(&self, visit: Visit, noted: &mut Vec<Attempt>) -> bool {
        noted.push(Attempt { replayed: visit.replayed, ..Attempt::opened() });
        let Some(attempt) = noted.last_mut() else { return false };
        self.visit(visit, attempt).await;
        attempt.depth >= Depth::Canary
    }

    /// The ticket that comes of it, if one does.
    async fn visit(&self, mut visit: Visit, attempt: &mut Attempt) -> Option<Ticket> {
        let stream = connected(self.port).await;
        attempt.end = match self.converse(stream, &mut visit, attempt).await {
            Ok(()) => End::Closed,
            Err(error) => end_of(&error),
        };
        attempt.resumed = visit.client.is_resumed();
        attempt.early = visit.client.heard_early() == Some(true);
        visit.client.ticket().cloned()
    }

    async fn converse(&self, mut stream: TcpStream, visit: &mut Visit, attempt: &mut Attempt) -> io::Result<()> {
        stream.write_all(&visit.flight).await?;
        let (mut heard, mut buffer) = (Vec::new(), [0; 4096]);
        let mut ends = false;
        while heard.len() < LONGEST {
            let count = match stream.read(&mut buffer).await? {
                0 => break,
                count => count,
            };
            let received = visit.client.receive(&buffer[..count]);
            attempt.depth = attempt.depth.max(Depth::ClientHello);
            let early = visit.client.heard_early();
            for said in visit.client.heard() {
                match said {
                    Heard::Established if !visit.replayed => {
                        attempt.depth = Depth::Handshake;
                        attempt.version = Some(VERSION.to_owned());
                        if early != Some(true) {
                            visit.client.say(&visit.question);
                        }
                    }
                    Heard::Data(text) => {
                        heard.extend_from_slice(&text);
                        attempt.depth = attempt.depth.max(Depth::Bytes);
                    }
                    Heard::Established | Heard::Early(_) | Heard::Closed => {}
                }
            }
            let given = contains(&heard, self.secrets.canary.as_bytes());
            attempt.depth = attempt.depth.max(if given { Depth::Canary } else { Depth::Connected });
            let said = visit.client.take();
            if !visit.replayed {
                stream.write_all(&said).await?;
            }
            received.map_err(io::Error::other)?;
            // Who only sends what was recorded cannot go on: it is acted upon by now, or never.
            let over = visit.replayed && early.is_some()
                || visit.aim == Aim::Ticket && visit.client.ticket().is_some()
                || early == Some(true) && visit.client.ticket().is_some();
            if given && visit.aim == Aim::Canary || visit.replayed && early == Some(false) {
                break;
            }
            if over && !std::mem::replace(&mut ends, true) {
                if !visit.replayed {
                    visit.client.close();
                    stream.write_all(&visit.client.take()).await?;
                }
                stream.shutdown().await?;
            }
        }
        Ok(())
    }
}
