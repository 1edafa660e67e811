//! `interlock audit`

mod device;
mod expected;
mod table;

use super::{
    FAILED, FINDING, FINE, Failure, USAGE, glob::matches, lab::interrupted, reports::Reports, unless_read_enough,
};
use crate::ci::report::Standing;
use ::audit::{
    Case, Ended, Program, Report, Role, Settings, Speech, UnknownSpeech, cases,
    grade::Because,
    recipes::{self, RECIPES},
};
use clap::Args;
use device::Guide;
use expected::Expected;
use indicatif::ProgressBar;
use lab::{
    certificate::{KeyType, UnknownKeyType},
    words,
};
use process::files::{self, Unread};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    future::Future,
    io::{self, Write},
    net::{IpAddr, TcpListener},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// Arguments of `interlock audit`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock audit -- curl --cacert {ca} https://{host}:{port}/{canary}
  interlock audit -- ./target/debug/app --trust {ca} --server {host}:{port} --password {canary}
  interlock audit --client curl --client python --client node
  interlock audit --client curl --expect audit.txt --junit audit.xml
  interlock audit --server nginx --server openssl
  interlock audit --file nginx.conf --server 'nginx -e stderr -c {dir}/nginx.conf'
  interlock audit --expose-to-network 192.0.2.7
  interlock audit --expose-to-network 192.0.2.7 -- adb shell curl --cacert /sdcard/ca.pem https://{address}:{port}/{canary}
  interlock audit --list

In the command {ca}, {crl}, {cert} and {key} are files (PEM), {host}, {port} and {address} say where the server is, {canary}
is the secret to send, or the one that a server gives to whom it believes, {dir} the run's own directory, in which the
command is started, {here} this directory. The same is in the command's environment, as INTERLOCK_CA and likewise; of yours it
has PATH alone, and what --pass names.

Exit status: 1 when a program accepted an attack or fell back and that is not expected, 2 when a command or recipe is not there, 3 when nothing could
be told of one.")]
pub(super) struct Audit {
    /// The command that sends the canary to the server
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
    /// A client with a ready recipe; may be given several times
    #[arg(long, value_name = "NAME")]
    client: Vec<String>,
    /// A server that demands certificates: the name of a recipe, or a command in one argument; may be given several times
    #[arg(long, value_name = "NAME|COMMAND")]
    server: Vec<String>,
    /// A file that the command needs in its directory, copied there with what stands between braces filled in; may be given several times
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// Tell which programs have a recipe, and which version of them is installed here
    #[arg(long, conflicts_with_all = ["command", "client", "server"])]
    list: bool,
    /// The command asks for TLS by STARTTLS, in this protocol: smtp, imap or postgres
    #[arg(long, value_name = "PROTOCOL", requires = "command", value_parser = starttls)]
    starttls: Option<Speech>,
    /// Let everybody on this network reach the servers that clients meet, at this address of this machine, for clients on phones and
    /// other machines: COMMAND has them connect to {address}; without one a browser is led through the audit by a page that it opens
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["client", "server", "list"])]
    expose_to_network: Option<IpAddr>,
    /// Only attacks like this; * stands for any characters, ? for one; may be given several times
    #[arg(long, value_name = "PATTERN")]
    attack: Vec<String>,
    /// A variable of this environment that the program is given too; may be given several times
    #[arg(long, value_name = "VARIABLE")]
    pass: Vec<String>,
    /// How long the program may take for one attack, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    deadline: u64,
    /// What keys everybody has: ed25519, p256 or rsa2048
    #[arg(long, value_name = "TYPE", default_value = "p256", value_parser = key_type)]
    key: KeyType,
    /// Runs of a program at the same time [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
    /// What is expected: a client or server, an attack, a grade and the reason in each line
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    #[command(flatten)]
    reports: Reports,
}

fn key_type(name: &str) -> Result<KeyType, String> {
    name.parse().map_err(|unknown: UnknownKeyType| unknown.to_string())
}

fn starttls(name: &str) -> Result<Speech, String> {
    name.parse().map_err(|unknown: UnknownSpeech| unknown.to_string())
}

pub(super) fn run(args: &Audit) -> Result<u8, Failure> {
    if args.list {
        return block_on(list(args.reports.on_standard_output()));
    }
    if args.command.is_empty() && args.client.is_empty() && args.server.is_empty() && args.expose_to_network.is_none() {
        return Err(refused("nothing", &json!({})));
    }
    // What a client leaves running is found and ended by its group, which only Unix has.
    if cfg!(not(unix)) {
        return Err(refused("elsewhere", &json!({})));
    }
    let settings = settings(args)?;
    let expected = args.expect.as_deref().map(Expected::read).transpose()?.unwrap_or_default();
    let began = Instant::now();
    let report = block_on(play(args, &settings))?;
    let json = serde_json::to_string(&report).map_err(io::Error::from)? + "\n";
    // The files first, and all of them: neither a reader who has read enough nor one bad path costs the others.
    let entries = expected.entries(&report);
    let unwritten = args.reports.write(&entries, &json, began.elapsed().as_secs_f64())?;
    unless_read_enough(print(args, &report, &expected, &json))?;
    if report.unplayed > 0 {
        let done = entries.entries.len();
        return Err(Failure::lab("interrupted-at", &json!({ "done": done, "all": done + report.unplayed })));
    }
    if unwritten.is_empty() { Ok(exit(&report, &expected)) } else { Err(Failure::Lab(unwritten.join("; "))) }
}

fn settings(args: &Audit) -> Result<Settings, Failure> {
    let like = |pattern: &String, case: &Case| matches(pattern, case.attack);
    let none = |pattern: &&String| !cases().any(|case| like(pattern, &case));
    if let Some(pattern) = args.attack.iter().find(none) {
        return Err(refused("no-attack-like", &json!({ "pattern": pattern })));
    }
    let asked = |case: &Case| args.attack.is_empty() || args.attack.iter().any(|pattern| like(pattern, case));
    let cases: Vec<Case> = cases().filter(asked).collect();
    if let Some(address) = args.expose_to_network {
        let not_here = |why: &str| refused("not-here", &json!({ "address": address, "why": why }));
        if address.is_unspecified() {
            return Err(not_here(&words::say("audit-command", "every", &json!({}))));
        }
        TcpListener::bind((address, 0)).map_err(|error| not_here(&error.to_string()))?;
    }
    let processors = thread::available_parallelism().map_or(1, usize::from);
    // A device does one thing after the other.
    let jobs = if args.command.is_empty() && args.expose_to_network.is_some() { 1 } else { processors };
    Ok(Settings {
        cases,
        jobs: args.jobs.map_or(jobs, usize::from),
        deadline: Duration::from_secs(args.deadline),
        keys: args.key,
        here: std::env::current_dir()?,
        exposed: args.expose_to_network,
    })
}

/// Why there is nothing to audit, in the language's words of this name.
fn refused(name: &str, members: &Value) -> Failure {
    Failure::Usage(words::say("audit-command", name, members))
}

/// What a program of a person's own is: named after its file.
fn own(role: Role, command: &[String], args: &Audit) -> Result<Option<Program>, Failure> {
    let Some(program) = command.first() else { return Ok(None) };
    let name = Path::new(program).file_stem().and_then(|name| name.to_str()).unwrap_or(program);
    let words: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    let repeat = match role {
        Role::Client => format!("-- {}", words.join(" ")),
        Role::Server => format!("--server {}", quoted(&words.join(" "))),
    };
    // A program beside which the audit is started is not beside the program's own directory.
    let mut command = command.to_vec();
    if program.contains(std::path::MAIN_SEPARATOR)
        && let (Some(first), Ok(path)) = (command.first_mut(), std::path::absolute(program))
    {
        *first = path.display().to_string();
    }
    let passed = args.pass.iter().map(|name| format!("--pass {} ", quoted(name)));
    let asking = args.starttls.map(|speech| format!("--starttls {} ", speech.as_str()));
    let files = args.file.iter().map(|file| format!("--file {} ", quoted(&file.display().to_string())));
    let exposed = args.expose_to_network.map(|address| format!("--expose-to-network {address} "));
    Ok(Some(Program {
        role,
        name: name.to_owned(),
        version: None,
        command,
        files: args.file.iter().map(|file| text(file)).collect::<Result<_, _>>()?,
        exits_honestly: role == Role::Client,
        only: None,
        speech: if role == Role::Client { args.starttls.unwrap_or_default() } else { Speech::Direct },
        defaults: Vec::new(),
        repeat: exposed.into_iter().chain(asking).chain(passed).chain(files).collect::<String>() + &repeat,
        passed: BTreeMap::new(),
        device: None,
    }))
}

/// A file's name and text.
fn text(file: &Path) -> Result<(String, String), Failure> {
    let fault = |error: Unread| Failure::Usage(format!("--file {}: {error}", file.display()));
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((name, files::text(file, files::TEXT).map_err(fault)?))
}

/// The program that a recipe stands for, or the command.
async fn server(named: &str, args: &Audit) -> Result<Option<Program>, Failure> {
    if recipes::find(Role::Server, named).is_some() {
        return recipe(Role::Server, named).await.map(Some);
    }
    let words = shlex::split(named).ok_or_else(|| refused("no-end", &json!({ "command": named })))?;
    own(Role::Server, &words, args)
}

async fn recipe(role: Role, name: &str) -> Result<Program, Failure> {
    let recipe = recipes::find(role, name);
    let recipe = recipe.ok_or_else(|| refused(&format!("no-{}", role.as_str()), &json!({ "name": name })))?;
    recipe.program().await.ok_or_else(|| refused("not-installed", &json!({ "name": name })))
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=,@%+".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

async fn programs(args: &Audit) -> Result<Vec<Program>, Failure> {
    let mut programs: Vec<Program> = own(Role::Client, &args.command, args)?.into_iter().collect();
    for name in &args.client {
        programs.push(recipe(Role::Client, name).await?);
    }
    for named in &args.server {
        programs.extend(server(named, args).await?);
    }
    if args.key != KeyType::P256 {
        for program in &mut programs {
            program.repeat = format!("--key {} {}", args.key, program.repeat);
        }
    }
    for name in &args.pass {
        let value = std::env::var_os(name).ok_or_else(|| refused("no-variable", &json!({ "name": name })))?;
        for program in &mut programs {
            program.passed.insert(name.clone(), value.clone());
        }
    }
    Ok(programs)
}

/// What came out, by the end or by an interruption, at which nothing that was started goes on.
async fn play(args: &Audit, settings: &Settings) -> Result<Report, Failure> {
    let ((tell, stop), interrupted) = (watch::channel(false), interrupted());
    tokio::spawn(async move {
        interrupted.await;
        // Nobody listens where all is over.
        let _ = tell.send(true);
    });
    let mut programs = programs(args).await?;
    let mut guide = None;
    if let Some(address) = args.expose_to_network {
        let exposed = words::say("audit-command", "exposed", &json!({ "address": address }));
        anstream::eprintln!("{exposed}");
        if programs.is_empty() {
            let (opened, device) = Guide::open(address)?;
            anstream::eprintln!("{}", opened.invitation()?);
            programs.push(device::program(device, format!("--expose-to-network {address}")));
            guide = Some(opened);
        }
    }
    let put = |program: &Program| settings.cases.iter().filter(|case| program.is_put_to(case)).count();
    let bar = ProgressBar::new(programs.iter().map(put).sum::<usize>() as u64);
    let mut audited = Vec::new();
    for program in &programs {
        let step = bar.clone();
        let done = ::audit::audit(program, settings, stop.clone(), move || step.inc(1)).await;
        audited.extend(done.map_err(|error| Failure::Lab(error.to_string()))?);
    }
    let unplayed = if *stop.borrow() { bar.length().unwrap_or_default().saturating_sub(bar.position()) } else { 0 };
    bar.finish_and_clear();
    // With it goes what the device could still be asked for.
    drop(programs);
    // Whoever interrupts waits for nobody.
    if let Some(guide) = guide.filter(|_| !*stop.borrow()) {
        guide.close().await;
    }
    let unplayed = usize::try_from(unplayed).unwrap_or(usize::MAX);
    Ok(Report { unplayed, ..Report::new(audited) })
}

fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

async fn list(json: bool) -> Result<u8, Failure> {
    let mut rows = Vec::new();
    for recipe in RECIPES {
        rows.push((recipe, recipe.program().await.and_then(|program| program.version)));
    }
    unless_read_enough(table::list(&rows, json))?;
    Ok(FINE)
}

/// 2 where a program is not there, 3 where nothing could be told of one, 1 where a grade is not the expected one.
fn exit(report: &Report, expected: &Expected) -> u8 {
    let cells = || report.programs().flat_map(|program| program.cells.iter().map(move |cell| (program, cell)));
    let missing = |because: &Because| matches!(because, Because::NeverConnected { ended: Ended::Missing { .. }, .. });
    let any = |standing: Standing| cells().any(|(program, cell)| expected.standing(program.name(), cell) == standing);
    if cells().any(|(_, cell)| missing(&cell.grounds)) {
        USAGE
    } else if any(Standing::Unclear) {
        FAILED
    } else if any(Standing::Finding) {
        FINDING
    } else {
        FINE
    }
}

fn print(args: &Audit, report: &Report, expected: &Expected, json: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    if args.reports.on_standard_output() {
        out.write_all(json.as_bytes())
    } else {
        table::report(&mut out, report, expected)
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_is_quoted_as_a_shell_wants_it() {
        assert_eq!(quoted("https://a:1/b"), "https://a:1/b");
        assert_eq!(quoted("{ca}"), "'{ca}'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
