//! A client of real TLS that leaves checks out, to be audited: `careless [CHECK…]`. The server and the secret are told by the
//! environment, as `interlock audit` tells every client.

#![forbid(unsafe_code)]

use lab::{
    certificate::{Policy, Purpose, pem},
    check::{Check, Switches},
    checks,
    group::Group,
    tls::v13::{Client, Heard, Settings, Suite},
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

fn speak() -> Result<(), Box<dyn Error>> {
    let told = |name: &str| env::var(format!("INTERLOCK_{name}"));
    let without: Result<Vec<&'static Check>, _> =
        env::args().skip(1).map(|id| checks::find(&id).ok_or(format!("{id} is no check"))).collect();
    let (host, canary) = (told("HOST")?, told("CANARY")?);
    let anchors = pem::decode(&fs::read(told("CA")?)?)?;
    let settings = Settings {
        server_name: Some(host.clone()),
        policy: Policy {
            anchors: anchors.into_iter().map(|block| block.der).collect(),
            at: SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().try_into()?,
            name: Some(host.parse().map_err(|_| "a host")?),
            purpose: Some(Purpose::Server),
            switches: Switches::without(without?),
            ..Policy::default()
        },
        suites: Suite::ALL.to_vec(),
        groups: vec![Group::X25519MlKem768, Group::X25519],
        protocols: vec![b"http/1.1".to_vec()],
    };
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let stream = TcpStream::connect((told("ADDRESS")?, told("PORT")?.parse()?))?;
    let request = format!("GET /{canary} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let answer = ask(stream, Client::new(settings, seed), request.as_bytes())?;
    io::stdout().write_all(&answer)?;
    Ok(())
}

/// One question, and everything that is answered until the server is done.
fn ask(mut stream: TcpStream, mut client: Client, question: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
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
                Heard::Established => client.say(question),
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
