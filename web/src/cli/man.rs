//! `interlock man`

use super::{FINE, Failure};
use clap::{Args, Command};
use clap_mangen::Man as Page;
use lab::words::{self, Language};
use process::help;
use serde_json::{Map, json};
use std::{fs, io, path::PathBuf};

/// Arguments of `interlock man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock man ~/.local/share/man/man1
  interlock --lang de man ~/.local/share/man/de/man1
  interlock man pages && man pages/interlock-run.1")]
pub(super) struct Man {
    /// Where to: a page for the program and one for each of its commands
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

pub(super) fn run(args: &Man, command: Command) -> Result<u8, Failure> {
    let directory = &args.directory;
    let failed = |error: io::Error| {
        Failure::lab("cannot-write-file", &json!({ "file": directory.display().to_string(), "why": error.to_string() }))
    };
    fs::create_dir_all(directory).map_err(failed)?;
    let command = help::shown(command.disable_help_subcommand(true));
    pages(command, &mut |name, page| fs::write(directory.join(name), page)).map_err(failed)?;
    Ok(FINE)
}

/// Writes the page of a command and those of the commands below it.
fn pages(command: Command, write: &mut dyn FnMut(String, String) -> io::Result<()>) -> io::Result<()> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        pages(below.clone(), write)?;
    }
    let page = Page::new(command);
    let mut octets = Vec::new();
    page.render(&mut octets)?;
    write(page.get_filename(), in_language(&String::from_utf8_lossy(&octets), words::spoken()))
}

/// The headings of a page, which the generator has in English alone.
const HEADINGS: [&str; 7] = ["name", "synopsis", "description", "options", "subcommands", "extra", "version"];
/// What it says by itself within a line, each with what stands around it there.
const WITHIN: [(&str, &str, &str); 4] =
    [("[", "default", " "), ("\\fI", "values", "\\fR"), ("[\\fI", "command", "\\fR]"), ("<\\fI", "command", "\\fR>")];

/// A page with the generator's own words in a language.
fn in_language(page: &str, language: &Language) -> String {
    let own = |language: &Language, name: &str| language.name("manual", name, &Map::new()).unwrap_or_default();
    let english = words::english();
    let lines = page.lines().map(|line| {
        if let Some(heading) = line.strip_prefix(".SH ") {
            let name = HEADINGS.into_iter().find(|name| own(english, name) == heading);
            return name.map_or_else(|| line.to_owned(), |name| format!(".SH {}", own(language, name)));
        }
        WITHIN.iter().fold(line.to_owned(), |line, (before, name, after)| {
            let [from, to] = [english, language].map(|it| format!("{before}{}{after}", own(it, name)));
            line.replacen(&from, &to, 1)
        })
    });
    lines.map(|line| line + "\n").collect()
}
