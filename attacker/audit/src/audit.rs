//! One program against every attack.

use crate::{
    case::{Case, Scene, Stage},
    grade::{Because, Excuse, Grade, distrust, grade},
    hosts::{ADDRESS, Naming},
    moment::AHEAD,
    placeholder::Placeholder,
    program::{Program, Setup, drawn},
    ran::{Ended, Ran},
    report::{Audited, Cell},
    role::Role,
};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use lab::certificate::{KeyType, Pki, Purpose, forge::Form, issue, pem};
use process::{authorities::random, foreign::Directory};
use std::{
    io,
    net::IpAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};

/// How to audit.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The attacks, in the order of the report.
    pub cases: Vec<Case>,
    /// Runs of the program at the same time.
    pub jobs: usize,
    /// How long one run may take.
    pub deadline: Duration,
    /// What keys everybody has.
    pub keys: KeyType,
    /// The directory from which the audit was started.
    pub here: PathBuf,
    /// The address of this machine at which others are to reach the servers that clients meet; loopback alone where there is none.
    pub exposed: Option<IpAddr>,
}

/// What the audit itself cannot do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Files, sockets, randomness.
    #[error("{0}")]
    System(#[from] io::Error),
    /// A certificate cannot be made.
    #[error("certificates: {0}")]
    Certificate(#[from] issue::Error),
}

/// The server's name, from which the authorities learn for whom they may issue.
const DOMAIN: &str = "server.localhost";
/// The name in the client's own certificate.
const OWN: &str = "client.localhost";

/// What all runs of one program share.
struct Audit {
    program: Program,
    pki: Pki,
    own: (String, String),
    directory: Directory,
    here: PathBuf,
    deadline: Duration,
    /// Where its servers listen.
    address: IpAddr,
    at: i64,
    run: String,
}

impl Audit {
    fn new(program: &Program, settings: &Settings) -> Result<Self, Error> {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        let pki = Pki::generate_with(settings.keys, DOMAIN, OWN, at, &mut generator()?)?;
        let own = if program.role == Role::Client { &pki.client } else { &pki.server };
        if let Some(device) = &program.device {
            device.is_to_trust(&pem::encode(pem::CERTIFICATE, pki.authorities.root.certificate()));
        }
        // Short: programs make sockets below their directory, whose paths have about a hundred octets.
        let run = drawn(4)?;
        let directory = Directory::create(std::env::temp_dir().join(format!("interlock-audit-{run}")))?;
        Ok(Self {
            program: program.clone(),
            own: (own.to_pem(), own.key().to_pkcs8_pem()),
            pki,
            directory,
            here: settings.here.clone(),
            deadline: settings.deadline,
            address: settings.exposed.unwrap_or(ADDRESS),
            at,
            run,
        })
    }

    /// One run against what `stage` makes for the name of this test. `met` is how often the honest peer was tried before, where this is
    /// it.
    async fn run(
        &self,
        naming: Naming,
        test: &str,
        met: Option<usize>,
        stage: impl FnOnce(&Scene<'_>, &mut ChaCha20Rng) -> Result<Stage, issue::Error>,
    ) -> Result<(Ran, Stage), Error> {
        let name = naming.name(test, &self.run, self.address);
        // The peer's certificate is of the other kind.
        let purpose = if self.program.role == Role::Client { Purpose::Server } else { Purpose::Client };
        let first = naming.name("first", &self.run, self.address);
        let host = if self.program.role == Role::Client { &name } else { DOMAIN };
        let scene =
            Scene { authorities: &self.pki.authorities, name: &name, host, first: &first, purpose, at: self.at };
        let stage = stage(&scene, &mut generator()?)?;
        let anchors: String = stage.policy.anchors.iter().map(|der| pem::encode(pem::CERTIFICATE, der)).collect();
        let setup = Setup {
            stage: &stage,
            anchors: &anchors,
            own: (&self.own.0, &self.own.1),
            naming,
            server: host,
            address: self.address,
            met,
            other: &first,
            directory: self.directory.path(),
            here: &self.here,
            deadline: self.deadline,
        };
        Ok((self.program.run(&setup).await?, stage))
    }

    /// The honest peer first, more than once where sessions are to be resumed; a client under each name in turn until it connects. A
    /// server is where it is told to be.
    async fn control(&self, twice: bool) -> Result<(Naming, Ran), Error> {
        // Nobody else knows the names that this machine has for itself.
        let by_host = self.address == ADDRESS
            && (self.program.mentions(Placeholder::Host) || !self.program.mentions(Placeholder::Address));
        let tried: &[Naming] = match self.program.role {
            Role::Client if by_host => &Naming::TRIED,
            Role::Client => &[Naming::Address],
            Role::Server => &[Naming::Own],
        };
        if self.program.device.is_some() {
            return self.await_device(twice).await;
        }
        let mut last = None;
        for &naming in tried {
            if last.is_some() && !naming.is_possible().await {
                continue;
            }
            let (ran, _) = self.run(naming, "honest", Some(0), |scene, rng| scene.meeting(twice, rng)).await?;
            let settled =
                !ran.attempts.is_empty() || matches!(ran.ended, Ended::Missing { .. } | Ended::Overdue { .. });
            if settled {
                return Ok((naming, ran));
            }
            // What it says of the first name tells most.
            last.get_or_insert((naming, ran));
        }
        last.ok_or_else(|| Error::System(io::Error::other(format!("no name for {ADDRESS}"))))
    }

    /// The honest peer until a device believes it: whoever holds that has to have it trust the authority first.
    async fn await_device(&self, twice: bool) -> Result<(Naming, Ran), Error> {
        let mut met = 0;
        loop {
            let (ran, _) =
                self.run(Naming::Address, "honest", Some(met), |scene, rng| scene.meeting(twice, rng)).await?;
            if distrust(&ran).is_none() {
                return Ok((Naming::Address, ran));
            }
            met += 1;
        }
    }

    /// One attack and its twin, graded; nothing where the attack does not apply under this name.
    async fn cell(&self, naming: Naming, case: &Case) -> Result<Option<Cell>, Error> {
        // Another machine's clock is another.
        if case.is_of_a_second() && self.address != ADDRESS {
            return Ok(None);
        }
        let naming = self.naming(naming, case).await?;
        let (attack, stage) = self.in_time(naming, case, Form::Flawed).await?;
        // Whoever trusts one authority for all of it cannot be told of another.
        let untold = self.program.device.is_some() && !stage.policy.anchors.iter().any(|anchor| self.is_root(anchor));
        if !stage.flawed || untold {
            return Ok(None);
        }
        let (twin, _) = self.in_time(naming, case, Form::Mended).await?;
        let (proof, honest_exit) = (case.proof, self.program.exits_honestly);
        let (grade, because) = match attack.lacks.or(twin.lacks) {
            Some(lacks) => (Grade::NotApplicable, Because::NotApplicable { lacks }),
            None => grade(proof, &attack, &twin, honest_exit, self.excuse(case, &stage)),
        };
        let believed = Some(proof.given(&twin, honest_exit));
        let seconds = attack.seconds + twin.seconds;
        let cell = Cell::new(case, &self.program, (grade, because), &attack, believed, seconds);
        Ok(Some(Cell { exhibit: Some(stage.exhibit()), ..cell }))
    }

    /// By which name its peer is to be found in this case: where letters are counted by a short one, if it is found by that.
    async fn naming(&self, naming: Naming, case: &Case) -> Result<Naming, Error> {
        let named = self.program.role == Role::Client && naming != Naming::Address && case.counts_letters();
        if !named || !Naming::Short.is_possible().await {
            return Ok(naming);
        }
        let (ran, _) =
            self.run(Naming::Short, case.attack, None, |scene, rng| scene.of(case, Form::Mended, rng)).await?;
        Ok(if distrust(&ran).is_none() { Naming::Short } else { naming })
    }

    /// An attack or its twin; once more, with what is to come further ahead, where it came before the program had decided.
    async fn in_time(&self, naming: Naming, case: &Case, form: Form) -> Result<(Ran, Stage), Error> {
        let twin_of = format!("{}-twin", case.attack);
        let test = if form == Form::Flawed { case.attack } else { &twin_of };
        let tried = |ahead| {
            self.run(naming, test, None, move |scene: &Scene<'_>, rng: &mut ChaCha20Rng| {
                Ok(scene.of(case, form, rng)?.ahead(ahead))
            })
        };
        let [first, later @ ..] = AHEAD;
        let mut last = tried(first).await?;
        for ahead in later {
            if last.0.is_in_time() {
                break;
            }
            last = tried(ahead).await?;
        }
        Ok(last)
    }

    fn is_root(&self, anchor: &[u8]) -> bool {
        anchor == self.pki.authorities.root.certificate()
    }

    fn excuse(&self, case: &Case, stage: &Stage) -> Option<Excuse> {
        let missing = case.needs.filter(|placeholder| !self.program.mentions(*placeholder));
        let meant = [case.check.id, case.attack, case.kind()];
        let documented = self.program.defaults.iter().find(|default| meant.contains(&default.what));
        missing
            .map(|placeholder| Excuse::NotGiven { placeholder: placeholder.name() })
            .or_else(|| documented.map(|default| Excuse::Documented { source: default.source }))
            .or_else(|| case.left(self.program.role).map(|source| Excuse::Standard { source }))
            .or_else(|| stage.only_issuers_rules.then_some(Excuse::IssuersRule))
    }
}

/// Audits a program: the honest peer first, then every attack that is [put to](Program::is_put_to) it, with its twin. `done` is
/// called after each. When `stop` becomes true it is left at what is done by then: nothing where not even the honest peer was met.
///
/// # Errors
/// What the audit itself cannot do. What the program does wrong is in its cells.
pub async fn audit(
    program: &Program,
    settings: &Settings,
    mut stop: watch::Receiver<bool>,
    done: impl Fn() + Send + Sync + 'static,
) -> Result<Option<Audited>, Error> {
    let audit = Arc::new(Audit::new(program, settings)?);
    let cases = settings.cases.iter().filter(|case| program.is_put_to(case));
    let twice = cases.clone().any(Case::resumes);
    let (naming, honest) = tokio::select! {
        met = audit.control(twice) => met?,
        () = stopped(&mut stop) => return Ok(None),
    };
    if let Some(because) = distrust(&honest) {
        let cell = |case| Cell::new(case, program, (Grade::Error, because.clone()), &honest, None, 0.0);
        let cells = cases.map(cell).collect();
        return Ok(Some(Audited::new(program, naming, honest, cells)));
    }
    let places = Arc::new(Semaphore::new(settings.jobs.max(1)));
    let done = Arc::new(done);
    let mut running = JoinSet::new();
    let mut cells = Vec::new();
    for (number, case) in cases.copied().enumerate() {
        if let Some(lacks) = case.lacking(&honest) {
            let because = (Grade::NotApplicable, Because::NotApplicable { lacks });
            cells.push((number, Cell::new(&case, program, because, &honest, None, 0.0)));
            done();
            continue;
        }
        let (audit, places, done) = (Arc::clone(&audit), Arc::clone(&places), Arc::clone(&done));
        running.spawn(async move {
            // The semaphore is never closed.
            let _place = places.acquire().await;
            let cell = audit.cell(naming, &case).await;
            done();
            (number, cell)
        });
    }
    // Whatever still runs ends with the set.
    while let Some(ended) = tokio::select! {
        ended = running.join_next() => ended,
        () = stopped(&mut stop) => None,
    } {
        let (number, cell) = ended.map_err(|error| Error::System(io::Error::other(error.to_string())))?;
        cells.extend(cell?.map(|cell| (number, cell)));
    }
    cells.sort_by_key(|(number, _)| *number);
    Ok(Some(Audited::new(program, naming, honest, cells.into_iter().map(|(_, cell)| cell).collect())))
}

/// When it is to stop; never where nobody can say so any more.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending().await
    }
}

fn generator() -> io::Result<ChaCha20Rng> {
    Ok(ChaCha20Rng::from_seed(random()?))
}
