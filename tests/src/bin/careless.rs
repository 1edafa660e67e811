//! A client of real TLS that leaves checks out, to be audited: `careless [CHECK…]`. The server and the secret are told by the
//! environment, as `interlock audit` tells every client.
//!
//! `careless --twice FIRST CA CRL` asks another server first, of that name, which that authority certified, and would resume its
//! session; with `--relies` whatever has become of the certificate by then. With `--early` it begins to speak before the handshake is
//! finished: what is secret it says then too where it leaves `fresh-transcript` out.

#![forbid(unsafe_code)]

use lab::{
    certificate::{Policy, Purpose, pem},
    check::{Check, Switches},
    checks,
    group::Group,
    tls::v13::{Client, Heard, Reliance, Settings, Suite},
};
use std::{
    env,
    error::Error,
    fs,
    io::{self, Read, Write},
    net::TcpStream,
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

fn main() -> ExitCode {
    match speak() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the command line says.
#[derive(Default)]
struct Options {
    without: Vec<&'static Check>,
    twice: Option<[String; 3]>,
    reliance: Reliance,
    early: bool,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            let mut next = || arguments.next().ok_or("--twice: expected FIRST CA CRL");
            match argument.as_str() {
                "--twice" => options.twice = Some([next()?, next()?, next()?]),
                "--relies" => options.reliance = Reliance::Tickets,
                "--early" => options.early = true,
                id => options.without.push(checks::find(id).ok_or_else(|| format!("{id} is no check"))?),
            }
        }
        Ok(options)
    }

    /// How it speaks with the server of this name, below an authority in a file.
    fn settings(&self, host: &str, authority: &str) -> Result<Settings, Box<dyn Error>> {
        let read = |path: &str| Ok::<Vec<_>, Box<dyn Error>>(pem::decode(&fs::read(path)?)?);
        let lists = self.twice.as_ref().map(|[.., lists]| read(lists)).transpose()?.unwrap_or_default();
        Ok(Settings {
            server_name: Some(host.to_owned()),
            policy: Policy {
                anchors: read(authority)?.into_iter().map(|block| block.der).collect(),
                at: SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().try_into()?,
                name: Some(host.parse().map_err(|_| "a host")?),
                purpose: Some(Purpose::Server),
                crls: lists.into_iter().map(|block| block.der).collect(),
                switches: Switches::without(self.without.iter().copied()),
                ..Policy::default()
            },
            suites: Suite::ALL.to_vec(),
            groups: vec![Group::X25519MlKem768, Group::X25519],
            protocols: vec![b"http/1.1".to_vec()],
        })
    }
}

fn speak() -> Result<(), Box<dyn Error>> {
    let told = |name: &str| env::var(format!("INTERLOCK_{name}"));
    let options = Options::read(env::args().skip(1))?;
    let (host, canary) = (told("HOST")?, told("CANARY")?);
    let port = told("PORT")?.parse()?;
    let connect = || TcpStream::connect((told("ADDRESS")?, port)).map_err(Box::<dyn Error>::from);
    let mut ticket = None;
    if let Some([first, authority, _]) = &options.twice {
        let mut client = Client::new(options.settings(first, authority)?, seed()?);
        ask(connect()?, &mut client, "", &format!("GET / HTTP/1.1\r\nHost: {first}\r\n\r\n"))?;
        ticket = client.ticket().cloned();
    }
    let settings = options.settings(&host, &told("CA")?)?;
    let (harmless, secret) = ("GET /", format!("{canary} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    let question = format!("{harmless}{secret}");
    let early = match options.early {
        true if options.without.contains(&&checks::FRESH_TRANSCRIPT) => question.as_str(),
        true => harmless,
        false => "",
    };
    let mut client = match ticket {
        Some(ticket) => Client::resuming_early(settings, ticket, options.reliance, early.as_bytes(), seed()?),
        None => Client::new(settings, seed()?),
    };
    let answer = ask(connect()?, &mut client, early, &question)?;
    io::stdout().write_all(&answer)?;
    Ok(())
}

fn seed() -> Result<[u8; 32], getrandom::Error> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    Ok(seed)
}

/// One question, of which this much was asked before, if that was heard; and everything that is answered until the server is done.
fn ask(mut stream: TcpStream, client: &mut Client, early: &str, question: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        stream.write_all(&client.take())?;
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            client.end()?;
            return Ok(answer);
        }
        let received = client.receive(&buffer[..count]);
        for heard in client.heard() {
            match heard {
                Heard::Established => {
                    let asked = if client.heard_early() == Some(true) { early.len() } else { 0 };
                    client.say(&question.as_bytes()[asked..]);
                }
                Heard::Early(_) => {}
                Heard::Data(text) => answer.extend_from_slice(&text),
                Heard::Closed => {
                    client.close();
                    stream.write_all(&client.take())?;
                    return Ok(answer);
                }
            }
        }
        if let Err(fault) = received {
            stream.write_all(&client.take())?;
            return Err(fault.into());
        }
    }
}
