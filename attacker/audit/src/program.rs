//! A program, and one run of it: started in a directory of its own, without its caller's environment, and ended in time.

use crate::{
    answer::{Secrets, contains},
    attempt::{Attempt, Depth},
    caller::{self, Caller},
    case::{Case, Stage},
    device::Device,
    hosts::{self, Naming},
    lie::Manner,
    mail::Speech,
    namespace,
    output::Printed,
    placeholder::{Placeholder, Values, fill},
    port,
    ran::{Ended, Ran, ended},
    recipes::Documented,
    resumption::Tickets,
    returning::Returning,
    role::Role,
    server::Server,
    system::Roots,
};
use lab::certificate::pem;
use process::{
    authorities::random,
    files,
    foreign::{self, Directory, Processes},
};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs, io,
    net::{IpAddr, SocketAddr},
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::{sleep, timeout};

/// A program that is to be attacked.
#[derive(Clone, Debug)]
pub struct Program {
    /// Which of the two it is.
    pub role: Role,
    /// What it is called in reports.
    pub name: String,
    /// Its version, as it tells it.
    pub version: Option<String>,
    /// Program and arguments, with placeholders.
    pub command: Vec<String>,
    /// Files that it needs in its directory, by name, with placeholders.
    pub files: Vec<(String, String)>,
    /// Whether exit status 0 means that it got what it asked for.
    pub exits_honestly: bool,
    /// Checks that it leaves out unless it is told otherwise, by its own documentation.
    pub defaults: Vec<Documented>,
    /// What a client speaks, before TLS and inside.
    pub speech: Speech,
    /// The one attack, in all its variants, for which its command asks, where it asks for one alone.
    pub only: Option<&'static str>,
    /// The rest of the command that audits it again, behind the attack.
    pub repeat: String,
    /// What else of the caller's environment it is given.
    pub passed: BTreeMap<String, OsString>,
    /// It runs on a device that comes by itself: there is no command.
    pub device: Option<Device>,
}

/// How one run is set up.
pub(crate) struct Setup<'s> {
    /// What its peer presents.
    pub(crate) stage: &'s Stage,
    /// The trust anchors, PEM.
    pub(crate) anchors: &'s str,
    /// The program's own chain and key, PEM.
    pub(crate) own: (&'s str, &'s str),
    pub(crate) naming: Naming,
    /// The server's name.
    pub(crate) server: &'s str,
    /// Where the audit's servers listen.
    pub(crate) address: IpAddr,
    /// This is the honest peer, which was tried so often before.
    pub(crate) met: Option<usize>,
    /// The name of another host of the same server.
    pub(crate) other: &'s str,
    /// Where directories of runs are made.
    pub(crate) directory: &'s Path,
    /// Where the audit was started.
    pub(crate) here: &'s Path,
    pub(crate) deadline: Duration,
}

impl Setup<'_> {
    /// The roots that are the system's in this run, where that is of interest.
    fn roots(&self, directory: &Path) -> io::Result<Option<Roots>> {
        self.stage.system.as_ref().map(|root| Roots::write(directory, root)).transpose()
    }
}

/// Revocation lists as a client is given them, PEM.
fn listed(lists: &[Vec<u8>]) -> String {
    lists.iter().map(|list| pem::encode(pem::CRL, list)).collect()
}

/// The file with the revocation lists.
const LISTS: &str = "crl.pem";

/// So much random text, hexadecimal.
pub(crate) fn drawn(octets: usize) -> io::Result<String> {
    Ok(random()?.iter().take(octets).map(|octet| format!("{octet:02x}")).collect())
}

impl Program {
    /// Whether its command or one of its files says where this is to stand.
    #[must_use]
    pub fn mentions(&self, placeholder: Placeholder) -> bool {
        placeholder.is_in(self.command.iter().chain(self.files.iter().map(|(_, text)| text)))
    }

    /// Whether an attack is put to it at all, whatever comes of that.
    #[must_use]
    pub fn is_put_to(&self, case: &Case) -> bool {
        let asked = self.only.is_none_or(|only| [case.kind(), case.attack].contains(&only));
        let named = !case.has_two_names(self.role) || self.mentions(Placeholder::First);
        asked && named && case.is_in(self.speech) && case.is_against(self.role)
    }

    /// Runs it once, with a peer of its own.
    ///
    /// # Errors
    /// What the audit itself cannot do: listen, or write files.
    pub(crate) async fn run(&self, setup: &Setup<'_>) -> io::Result<Ran> {
        match self.role {
            Role::Client => self.connect(setup).await,
            Role::Server => self.serve(setup).await,
        }
    }

    /// As a client, against a server.
    async fn connect(&self, setup: &Setup<'_>) -> io::Result<Ran> {
        let secrets = Secrets::draw()?;
        let run = drawn(16)?;
        let directory = Directory::create(setup.directory.join(drawn(4)?))?;
        let then = || (directory.path().join(LISTS), listed(&setup.stage.lists));
        let tickets = Tickets::new(setup.stage.first.as_ref().map(|_| then()));
        let server =
            Server::start(setup.address, &setup.stage.presented, self.speech, secrets.clone(), tickets).await?;
        let values = self.values(setup, directory.path(), server.port, &secrets.canary)?;
        let began = Instant::now();
        let (ended, printed) = if let Some(device) = &self.device {
            let place = SocketAddr::new(setup.address, server.port);
            let link = format!("https://{place}/{}", secrets.canary);
            (device.visit(link, setup.met, setup.deadline).await, Vec::new())
        } else {
            let command = self.command.iter().map(|argument| fill(argument, &values)).collect();
            let roots = setup.roots(directory.path())?;
            let mut mounts = setup.naming.mounts(directory.path());
            if let Some(roots) = &roots
                && namespace::is_possible().await
            {
                mounts.extend(roots.mounts());
            }
            let command = namespace::within(mounts, command);
            let deadline = async {
                sleep(setup.deadline).await;
                overdue(setup)
            };
            self.play(&command, (&values, roots.as_ref()), &run, &secrets, deadline).await
        };
        let seconds = began.elapsed().as_secs_f64();
        let (mut attempts, count) = server.finish().await;
        let acted = if keeps(directory.path(), &secrets.token) {
            Some(Depth::Kept)
        } else {
            printed.iter().any(|printed| printed.tokens > 0).then_some(Depth::Answer)
        };
        let deceived = |attempt: &&mut Attempt| attempt.depth == Depth::Canary && !attempt.replayed;
        if let Some((acted, attempt)) = acted.zip(attempts.iter_mut().rev().find(deceived)) {
            attempt.depth = acted;
        }
        let says = says(&printed, &secrets);
        Ok(Ran { role: self.role, attempts, count, ended, says, seconds, lacks: None })
    }

    /// As a server, for one client, which may come more than once.
    async fn serve(&self, setup: &Setup<'_>) -> io::Result<Ran> {
        let secrets = Secrets::draw()?;
        let run = drawn(16)?;
        let caller = Caller::new(&setup.stage.presented, setup.server, &secrets.canary)?;
        let directory = Directory::create(setup.directory.join(drawn(4)?))?;
        let reserved = port::reserve()?;
        let port = reserved.port;
        let values = self.values(setup, directory.path(), port, &secrets.canary)?;
        fs::write(directory.path().join(caller::PATH), &secrets.canary)?;
        let began = Instant::now();
        let command: Vec<String> = self.command.iter().map(|argument| fill(argument, &values)).collect();
        // By the environment alone: a server may hand on rights that nobody has in a namespace of its own.
        let roots = setup.roots(directory.path())?;
        let (mut attempts, mut lacks) = (Vec::new(), None);
        let returning = Returning {
            stage: setup.stage,
            host: setup.server,
            port,
            secrets: &secrets,
            then: (directory.path().join(LISTS), listed(&setup.stage.lists)),
        };
        let early = setup.stage.presented.manner == Manner::Early;
        let call = async {
            let calling = async {
                match &setup.stage.first {
                    Some(first) => lacks = returning.call(first, &mut attempts).await?,
                    None => {
                        caller.call(port, &mut attempts).await;
                        if early {
                            returning.probe(&mut attempts).await?;
                        }
                    }
                }
                Ok::<_, io::Error>(())
            };
            match timeout(setup.deadline, calling).await {
                Ok(Ok(())) => Ended::Stopped,
                Ok(Err(error)) => Ended::Unstarted { error: error.to_string() },
                Err(_) => overdue(setup),
            }
        };
        let (ended, printed) = self.play(&command, (&values, roots.as_ref()), &run, &secrets, call).await;
        let seconds = began.elapsed().as_secs_f64();
        // What is heard twice by a server that answers nothing comes out of it twice.
        let twice = printed.iter().map(|printed| printed.tokens).sum::<usize>() > 1;
        if let Some(last) = attempts.last_mut().filter(|last| twice && last.early) {
            last.depth = last.depth.max(Depth::Canary);
        }
        let says = says(&printed, &secrets);
        Ok(Ran { role: self.role, count: attempts.len(), attempts, ended, says, seconds, lacks })
    }

    /// Makes the directory and its files, and says what is filled in.
    fn values(&self, setup: &Setup<'_>, directory: &Path, port: u16, canary: &str) -> io::Result<Values> {
        let first = setup.stage.first.as_ref();
        let lists = listed(first.map_or(&setup.stage.lists, |first| &first.lists));
        // A server has two hosts whatever comes; a client connects to one of them twice where nothing is said of another.
        let otherwise = if self.role == Role::Server { setup.other } else { setup.server };
        let first_name =
            first.map(|first| first.name.as_str()).filter(|name| *name != setup.server).unwrap_or(otherwise);
        let first_anchor = first.map(|first| pem::encode(pem::CERTIFICATE, &first.anchor));
        // One file where both are the same: some take what they trust for another where its file is another.
        let first_anchor = first_anchor.filter(|anchor| anchor != setup.anchors);
        let first_file = if first_anchor.is_some() { "first_ca.pem" } else { "ca.pem" };
        let hosts = hosts::file(setup.server, first_name);
        let own = [
            (first_file, first_anchor.as_deref().unwrap_or_default()),
            ("ca.pem", setup.anchors),
            (LISTS, &lists),
            ("cert.pem", setup.own.0),
            ("key.pem", setup.own.1),
        ];
        for (name, text) in own.into_iter().chain([(hosts::FILE, hosts.as_str())]) {
            fs::write(directory.join(name), text)?;
        }
        let file = |name: &str| directory.join(name).display().to_string();
        let values = Values::from([
            (Placeholder::Ca, file("ca.pem")),
            (Placeholder::First, first_name.to_owned()),
            (Placeholder::FirstCa, file(first_file)),
            (Placeholder::Crl, file(LISTS)),
            (Placeholder::Cert, file("cert.pem")),
            (Placeholder::Key, file("key.pem")),
            (Placeholder::Host, setup.server.to_owned()),
            (Placeholder::Port, port.to_string()),
            (Placeholder::Address, setup.address.to_string()),
            (Placeholder::Canary, canary.to_owned()),
            (Placeholder::Dir, directory.display().to_string()),
            (Placeholder::Here, setup.here.display().to_string()),
        ]);
        for (name, text) in &self.files {
            fs::write(directory.join(name), fill(text, &values))?;
        }
        Ok(values)
    }

    /// Starts the process and awaits its end, or `over`; tells what it printed, errors first.
    async fn play(
        &self,
        command: &[String],
        (values, roots): (&Values, Option<&Roots>),
        run: &str,
        secrets: &Secrets,
        over: impl Future<Output = Ended>,
    ) -> (Ended, Vec<Printed>) {
        let Some((program, arguments)) = command.split_first() else {
            return (Ended::Missing { program: String::new() }, Vec::new());
        };
        let directory = values.get(&Placeholder::Dir).map(String::as_str).unwrap_or_default();
        let mut command = foreign::command(program, arguments, Path::new(directory), run);
        command.envs(values.iter().map(|(placeholder, value)| (placeholder.variable(), value)));
        command.envs(roots.map(Roots::variables).into_iter().flatten());
        command.envs(&self.passed);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return (Ended::Missing { program: program.clone() }, Vec::new());
            }
            Err(error) => return (Ended::Unstarted { error: error.to_string() }, Vec::new()),
        };
        let mut processes = Processes::of(&child, run);
        let errors = child.stderr.take().map(|stream| tokio::spawn(Printed::read(stream, secrets.token.clone())));
        let output = child.stdout.take().map(|stream| tokio::spawn(Printed::read(stream, secrets.token.clone())));
        tokio::pin!(over);
        let ended = tokio::select! {
            status = child.wait() => match status {
                // A server may have gone on in the background.
                Ok(status) if self.role == Role::Server && status.success() => over.await,
                Ok(status) => ended(status),
                Err(error) => Ended::Unstarted { error: error.to_string() },
            },
            ended = &mut over => ended,
        };
        // With whatever else it started, which may hold its outputs open.
        processes.end();
        let mut printed = Vec::new();
        for reading in [errors, output].into_iter().flatten() {
            printed.extend(reading.await.ok());
        }
        (ended, printed)
    }
}

fn overdue(setup: &Setup<'_>) -> Ended {
    Ended::Overdue { seconds: setup.deadline.as_secs() }
}

/// What a program says of a fault, without what is secret.
fn says(printed: &[Printed], secrets: &Secrets) -> Option<String> {
    let says = printed.iter().find_map(Printed::fault);
    says.map(|line| line.replace(&secrets.canary, "CANARY").replace(&secrets.token, "TOKEN"))
}

/// Largest file, and most files, in which it is looked for what a client kept.
const LARGEST: usize = 4 << 20;
const FILES: usize = 2000;

/// Whether a file that the client wrote has the token in it.
fn keeps(directory: &Path, token: &str) -> bool {
    let (mut directories, mut seen) = (vec![directory.to_owned()], 0);
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            seen += 1;
            let Ok(kind) = entry.file_type() else { continue };
            if seen > FILES {
                return false;
            } else if kind.is_dir() {
                directories.push(entry.path());
            } else if kind.is_file() {
                let content = files::octets(&entry.path(), LARGEST).unwrap_or_default();
                if contains(&content, token.as_bytes()) {
                    return true;
                }
            }
        }
    }
    false
}
