//! Ready commands for programs that many have installed. Each is a row; what ends in `-crl` is given revocation lists.

mod clients;
mod documented;
mod servers;

use crate::{mail::Speech, program::Program, role::Role};
use process::authorities::random;
use process::foreign::Processes;
use std::{collections::BTreeMap, process::Stdio, time::Duration};
use tokio::{process::Command, time::timeout};

pub use documented::Documented;

/// How to ask for the canary with one program, or to serve it.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// Which of the two the program is.
    pub role: Role,
    /// What it is called.
    pub name: &'static str,
    /// What asks it for its version.
    pub version: &'static [&'static str],
    /// The command, with placeholders.
    pub command: &'static [&'static str],
    /// Files that it needs in its directory, by name, with placeholders.
    pub files: &'static [(&'static str, &'static str)],
    /// Checks that it leaves out by default.
    pub defaults: &'static [Documented],
    /// Whether exit status 0 means that it got what it asked for.
    pub exits_honestly: bool,
    /// The one attack, in all its variants or in one, for which its command asks, where it asks for one alone.
    pub only: Option<&'static str>,
    /// What a client speaks, before TLS and inside.
    pub speech: Speech,
}

const fn recipe(name: &'static str, version: &'static [&'static str], command: &'static [&'static str]) -> Recipe {
    Recipe {
        role: Role::Client,
        name,
        version,
        command,
        files: &[],
        defaults: &[],
        exits_honestly: true,
        only: None,
        speech: Speech::Direct,
    }
}

const fn server(name: &'static str, version: &'static [&'static str], command: &'static [&'static str]) -> Recipe {
    Recipe { role: Role::Server, exits_honestly: false, ..recipe(name, version, command) }
}

/// Every recipe, clients first.
pub const RECIPES: &[Recipe] = &{
    let mut all = [clients::CLIENTS[0]; clients::CLIENTS.len() + servers::SERVERS.len()];
    let mut place = 0_usize;
    while place < all.len() {
        all[place] = match place.checked_sub(clients::CLIENTS.len()) {
            Some(place) => servers::SERVERS[place],
            None => clients::CLIENTS[place],
        };
        place += 1;
    }
    all
};

/// The recipe of this name for a program of this role.
#[must_use]
pub fn find(role: Role, name: &str) -> Option<&'static Recipe> {
    RECIPES.iter().find(|recipe| (recipe.role, recipe.name) == (role, name))
}

/// How long a program may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(20);

impl Recipe {
    /// The program, if it is installed here.
    pub async fn program(&self) -> Option<Program> {
        Some(Program { version: Some(told_version(self.version).await?), ..self.described() })
    }

    /// The program, wherever it is installed.
    #[must_use]
    pub fn described(&self) -> Program {
        Program {
            role: self.role,
            name: self.name.to_owned(),
            version: None,
            command: self.command.iter().map(|argument| (*argument).to_owned()).collect(),
            files: self.files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
            exits_honestly: self.exits_honestly,
            defaults: self.defaults.to_vec(),
            repeat: format!("--{} {}", self.role.as_str(), self.name),
            only: self.only,
            speech: self.speech,
            passed: BTreeMap::new(),
            device: None,
        }
    }
}

/// The first line in which a program tells its version: what stands there up to the first bracket. Nothing where it is not
/// installed, or not in working order.
async fn told_version(command: &[&str]) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let child = command.spawn().ok()?;
    let run: String = random().ok()?.iter().map(|octet| format!("{octet:02x}")).collect();
    let _processes = Processes::of(&child, &run);
    let output = timeout(PATIENCE, child.wait_with_output()).await.ok()?.ok()?;
    if !output.status.success() {
        return None;
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    let line = text.lines().map(str::trim).find(|line| line.chars().any(|character| character.is_ascii_digit()))?;
    let short = line.split([',', '(', '[']).next().unwrap_or(line).trim();
    Some(short.chars().take(60).collect())
}
