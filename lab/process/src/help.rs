//! The help of a program, in the language of this process.
//!
//! What commands and flags are for stands in English with them. Another language has a text for each, by the place of the
//! command among the commands and the name of the flag (`flag interlock/run:seed`); what several commands have in common it has
//! once, by the name alone (`flag seed`). Before a command line is read its program's commands get these texts.

use crate::usage::Told;
use clap::{
    Arg, Command, CommandFactory, Error, Parser,
    builder::{PossibleValuesParser, StyledStr},
    error::ErrorKind,
};
use lab::words::{self, Language};
use serde_json::{Map, json};
use std::{
    ffi::OsString,
    io::{self, Write},
};

/// Columns that a paragraph below the flags has at most.
const WIDTH: usize = 118;
/// What begins the examples below the flags.
const EXAMPLES: &str = "Examples:";

/// Reads a command line.
///
/// # Errors
/// It cannot be understood, or asks for help.
pub fn parse<A: Parser + CommandFactory>(args: impl IntoIterator<Item = OsString>) -> Result<A, Error> {
    let matches = told(A::command()).try_get_matches_from(args)?;
    A::from_arg_matches(&matches).map_err(|error| error.format(&mut A::command()))
}

/// The commands of a program with their help in the language of this process.
pub fn told(command: Command) -> Command {
    match words::tongue() {
        tongue if tongue == words::TONGUES[0] => command,
        tongue => in_language(command, words::language(tongue.code)),
    }
}

/// The same for what shows commands and reads none, as manual pages do: with what the parser adds by itself, and what it says of
/// each value of a flag.
pub fn shown(command: Command) -> Command {
    let place = command.get_name().to_owned();
    let mut command = told(command);
    command.build();
    match words::tongue() {
        tongue if tongue == words::TONGUES[0] => command,
        tongue => complete(command, &place, words::language(tongue.code)),
    }
}

/// A command at its place, with what the parser has added to it.
fn complete(command: Command, place: &str, language: &Language) -> Command {
    command
        .mut_args(|arg| {
            let said = [arg.get_help(), arg.get_long_help()].map(|text| text.and_then(|text| added(text, language)));
            let [briefly, at_length] = said;
            let arg = if let Some(text) = briefly { arg.help(text) } else { arg };
            let arg = if let Some(text) = at_length { arg.long_help(text) } else { arg };
            let values = arg.get_possible_values();
            if values.iter().all(|value| value.get_help().is_none()) {
                return arg;
            }
            let own = format!("{place}:{}", name(&arg));
            arg.value_parser(PossibleValuesParser::new(values.into_iter().map(|value| {
                let text = language.name("choice", &format!("{own}:{}", value.get_name()), &Map::new());
                if let Some(text) = text { value.help(text) } else { value }
            })))
        })
        .mut_subcommands(|command| {
            let place = format!("{place}/{}", command.get_name());
            complete(command, &place, language)
        })
}

/// What the parser says of a flag of its own, in a language; nothing where it is none of its sentences.
fn added(text: &StyledStr, language: &Language) -> Option<String> {
    let english = words::english();
    let text = text.to_string();
    let name = ["help-briefly", "help-at-length", "help-flag", "version-flag"].into_iter();
    name.filter(|name| own(english, name) == text).map(|name| own(language, name)).next()
}

/// Says what an error says, the help that was asked for too.
///
/// # Errors
/// It cannot be printed.
pub fn print<A: CommandFactory>(error: Error) -> io::Result<()> {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
    let tongue = words::tongue();
    if !asked || tongue == words::TONGUES[0] {
        return error.apply::<Told>().print();
    }
    let language = words::language(tongue.code);
    let help = own_words(&error.render(), &choices(&A::command(), language), language);
    if error.use_stderr() {
        anstream::stderr().lock().write_all(help.as_bytes())
    } else {
        anstream::stdout().lock().write_all(help.as_bytes())
    }
}

/// The commands of a program with their help in a language.
pub fn in_language(command: Command, language: &Language) -> Command {
    let place = command.get_name().to_owned();
    at(command, &place, language)
}

/// A command at its place, with all that is below it.
fn at(command: Command, place: &str, language: &Language) -> Command {
    let below = command.get_after_help().map(|text| below(&text.to_string(), place, language));
    let command = command
        .mut_args(|arg| match text_of(language, place, &arg) {
            Some(text) => arg.help(text),
            None => arg,
        })
        .mut_subcommands(|command| {
            let place = format!("{place}/{}", command.get_name());
            at(command, &place, language)
        });
    let command = match language.name("command", place, &Map::new()) {
        Some(about) => command.about(about),
        None => command,
    };
    match below {
        Some(below) => command.after_help(below),
        None => command,
    }
}

/// The flag's long name, or what the place of an argument is called.
fn name(arg: &Arg) -> &str {
    arg.get_long().unwrap_or(arg.get_id().as_str())
}

/// What it is for, and what each of its values is.
fn text_of(language: &Language, place: &str, arg: &Arg) -> Option<StyledStr> {
    let of = |key: &str| language.name("flag", key, &Map::new());
    let text = of(&format!("{place}:{}", name(arg))).or_else(|| of(name(arg)))?;
    Some(text.into())
}

/// What stands below the flags: examples with remarks beside them, and paragraphs.
fn below(english: &str, place: &str, language: &Language) -> String {
    let (mut paragraphs, mut remarks) = (0, 0);
    let numbered = |family: &str, count: &mut usize, text: &str| {
        *count += 1;
        let number = json!({ "number": *count });
        number.as_object().and_then(|it| language.name(family, place, it)).unwrap_or_else(|| text.to_owned())
    };
    let mut lines = Vec::new();
    for piece in pieces(english) {
        match piece {
            Piece::Verbatim("") => lines.push(String::new()),
            Piece::Verbatim(EXAMPLES) => lines.push(own(language, "examples")),
            Piece::Verbatim(line) => lines.push(line.to_owned()),
            Piece::Remark(line, remark) => lines.push(line.to_owned() + &numbered("beside", &mut remarks, remark)),
            Piece::Paragraph(text) => lines.extend(filled(&numbered("below", &mut paragraphs, &text))),
        }
    }
    lines.join("\n")
}

/// A piece of what stands below the flags.
enum Piece<'a> {
    /// A line that is the same in every language, or the one above the examples.
    Verbatim(&'a str),
    /// An example as far as the remark beside it, and that.
    Remark(&'a str, &'a str),
    /// A paragraph in one line.
    Paragraph(String),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        let said = line.trim_start();
        let example = said.len() < line.len() || said.is_empty() || said == EXAMPLES;
        match (example, pieces.last_mut()) {
            (true, _) => {
                // Two blanks within it, and before the remark.
                let beside = said.rsplit_once("  ").map(|(_, remark)| line.split_at(line.len() - remark.len()));
                pieces.push(beside.map_or(Piece::Verbatim(line), |(line, remark)| Piece::Remark(line, remark)));
            }
            (false, Some(Piece::Paragraph(begun))) if goes_on => {
                begun.push(' ');
                begun.push_str(line);
            }
            (false, _) => pieces.push(Piece::Paragraph(line.to_owned())),
        }
        goes_on = !example;
    }
    pieces
}

/// A paragraph in lines.
fn filled(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn own(language: &Language, name: &str) -> String {
    language.name("usage", name, &Map::new()).unwrap_or_default()
}

/// The parser's own headings, each a line by itself.
const HEADINGS: [&str; 3] = ["commands", "arguments", "options"];
/// What the parser says by itself within a line, and what stands before it there; the longer one first where one begins with
/// another.
const WITHIN: [(&str, &str); 10] = [
    ("", "usage"),
    ("", "help-command"),
    ("", "help-briefly"),
    ("", "help-at-length"),
    ("", "help-flag"),
    ("", "version-flag"),
    ("", "values-each"),
    ("[", "values-all"),
    ("[", "default"),
    ("[", "environment"),
];

/// Help with the parser's own words in a language, and what it says of each value of a flag, as it is printed: with its colours.
fn own_words(help: &StyledStr, choices: &[(String, String)], language: &Language) -> String {
    let english = words::english();
    let (plain, styled) = (help.to_string(), help.ansi().to_string());
    let lines = plain.lines().zip(styled.split_inclusive('\n')).map(|(plain, styled)| {
        if let Some(heading) = HEADINGS.iter().find(|heading| own(english, heading) == plain.trim_end()) {
            return styled.replacen(&own(english, heading), &own(language, heading), 1);
        }
        let line = WITHIN.iter().fold(styled.to_owned(), |line, (before, name)| {
            let [from, to] = [english, language].map(|it| format!("{before}{}", own(it, name)));
            line.replacen(&from, &to, 1)
        });
        let choice = choices
            .iter()
            .find(|(from, _)| plain.ends_with(&format!(": {from}")) || plain.ends_with(&format!("  {from}")));
        choice.map_or(line.clone(), |(from, to)| line.replacen(from, to, 1))
    });
    lines.collect()
}

/// What a program's help says of each value of its flags, in English and in a language.
fn choices(command: &Command, language: &Language) -> Vec<(String, String)> {
    let told = texts(command).into_iter().filter(|text| text.family == "choice");
    told.filter_map(|text| Some((text.english, language.name("choice", &text.own, &Map::new())?))).collect()
}

/// A text of a program's help, as it stands in English with what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The family of texts in other languages.
    pub family: &'static str,
    /// By what name it stands there.
    pub own: String,
    /// By what name it may stand there once for several commands.
    pub common: Option<String>,
    /// In English.
    pub english: String,
}

/// All texts of a program's help that a language has to have.
pub fn texts(command: &Command) -> Vec<Text> {
    let mut texts = Vec::new();
    collect(command, command.get_name(), &mut texts);
    texts
}

fn collect(command: &Command, place: &str, texts: &mut Vec<Text>) {
    let mut add = |family, own: String, common: Option<&str>, english: String| {
        texts.push(Text { family, own, common: common.map(str::to_owned), english });
    };
    let told = |text: Option<&StyledStr>| text.map(ToString::to_string).unwrap_or_default();
    add("command", place.to_owned(), None, told(command.get_about()));
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let own = format!("{place}:{}", name(arg));
        for value in arg.get_possible_values().iter().filter(|value| !value.is_hide_set()) {
            let help = value.get_help().map(ToString::to_string);
            help.into_iter().for_each(|help| add("choice", format!("{own}:{}", value.get_name()), None, help));
        }
        add("flag", own, Some(name(arg)), told(arg.get_help()));
    }
    let after = told(command.get_after_help());
    let (mut paragraphs, mut remarks) = (0, 0);
    for piece in pieces(&after) {
        let (family, count, text) = match piece {
            Piece::Verbatim(_) => continue,
            Piece::Remark(_, remark) => ("beside", &mut remarks, remark.to_owned()),
            Piece::Paragraph(text) => ("below", &mut paragraphs, text),
        };
        *count += 1;
        add(family, format!("{place} number={count}"), None, text);
    }
    command.get_subcommands().for_each(|command| collect(command, &format!("{place}/{}", command.get_name()), texts));
}
