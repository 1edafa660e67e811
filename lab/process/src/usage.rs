//! A command line that cannot be understood, told in the language of this process.
//!
//! What is wrong is the parser's to find; the words are the lab's, in every language: the texts `usage`.

use clap::{
    builder::{StyledStr, Styles},
    error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind},
};
use lab::words::{self, Language};
use serde_json::{Map, Value, json};
use std::{error::Error as _, fmt::Write as _};

/// How the parser's errors are told: `error.apply::<Told>()`.
pub struct Told;

impl ErrorFormatter for Told {
    fn format_error(error: &Error<Self>) -> StyledStr {
        told(error, words::language(words::tongue().code))
    }
}

/// What is wrong, in one line.
pub fn what_is_wrong<F: ErrorFormatter>(error: &Error<F>) -> String {
    wrong(error, words::language(words::tongue().code))
}

fn told<F: ErrorFormatter>(error: &Error<F>, language: &Language) -> StyledStr {
    let styles = Styles::styled();
    let (bad, good) = (styles.get_error(), styles.get_valid());
    let say = |name: &str, members: Value| said(language, name, &members);
    let mut text = StyledStr::new();
    // Writing to a text does not fail.
    let _ = write!(text, "{bad}{}{bad:#} {}", say("error", json!({})), wrong(error, language));
    for (kind, name) in [(ContextKind::ValidValue, "values"), (ContextKind::ValidSubcommand, "subcommands")] {
        if let Some(ContextValue::Strings(known)) = error.get(kind).filter(|known| !known.to_string().is_empty()) {
            let _ = write!(text, "\n  {}", say(name, json!({ "known": known })));
        }
    }
    let similar = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    for similar in similar.into_iter().filter_map(|kind| error.get(kind)) {
        let tip = say("similar", json!({ "known": similar.to_string() }));
        let _ = write!(text, "\n\n  {good}{}{good:#} {tip}", say("tip", json!({})));
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let _ = write!(text, "\n\n{}", usage.ansi().to_string().replacen("Usage:", &say("usage", json!({})), 1));
    }
    let _ = writeln!(text, "\n\n{}", say("help", json!({})));
    text
}

fn said(language: &Language, name: &str, members: &Value) -> String {
    let none = Map::new();
    language.name("usage", name, members.as_object().unwrap_or(&none)).unwrap_or_default()
}

fn wrong<F: ErrorFormatter>(error: &Error<F>, language: &Language) -> String {
    let name = match error.kind() {
        ErrorKind::InvalidValue => "invalid-value",
        ErrorKind::ValueValidation => "invalid-value-because",
        ErrorKind::UnknownArgument => "unknown-argument",
        ErrorKind::InvalidSubcommand => "unknown-subcommand",
        ErrorKind::MissingRequiredArgument => "missing-argument",
        ErrorKind::MissingSubcommand => "missing-subcommand",
        ErrorKind::ArgumentConflict => "conflict",
        ErrorKind::NoEquals => "no-equals",
        ErrorKind::TooManyValues => "too-many-values",
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => "other-number-of-values",
        ErrorKind::InvalidUtf8 => "no-utf8",
        other => return other.to_string(),
    };
    said(language, name, &members(error, language))
}

/// What the parser knows of an error.
fn members<F: ErrorFormatter>(error: &Error<F>, language: &Language) -> Value {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => json!(text),
        Some(ContextValue::Strings(texts)) => json!(texts),
        Some(ContextValue::Number(number)) => json!(number),
        _ => Value::Null,
    };
    let (arg, prior) = (of(ContextKind::InvalidArg), of(ContextKind::PriorArg));
    let number = [ContextKind::ExpectedNumValues, ContextKind::MinValues].into_iter().map(of);
    json!({
        // An argument that excludes itself is given twice.
        "prior": if prior == arg { Value::Null } else { prior },
        "arg": arg,
        "value": of(ContextKind::InvalidValue),
        "subcommand": of(ContextKind::InvalidSubcommand),
        "got": of(ContextKind::ActualNumValues),
        "expected": number.fold(Value::Null, |known, more| if known.is_null() { more } else { known }),
        "why": error.source().map(|source| because(&source.to_string(), language)),
    })
}

/// Why a value is refused: what the standard library and the parser say of numbers and addresses in the language's words,
/// what the lab says as it is.
fn because(why: &str, language: &Language) -> String {
    let known = [
        ("invalid digit", "whole"),
        ("number too", "whole"),
        ("cannot parse integer", "whole"),
        ("invalid float", "number"),
        ("cannot parse float", "number"),
        ("invalid socket address", "address"),
    ];
    if let Some((got, range)) = why.split_once(" is not in ") {
        return said(language, "range", &json!({ "got": got, "range": range }));
    }
    match known.into_iter().find(|(start, _)| why.starts_with(start)) {
        Some((_, name)) => said(language, name, &json!({})),
        None => why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, ArgAction, Command, value_parser};
    use lab::words::TONGUES;
    use std::net::SocketAddr;

    fn command() -> Command {
        let number = Arg::new("n").long("number").value_parser(value_parser!(u64).range(1..=9));
        let colour = Arg::new("colour").long("colour").value_parser(["red", "green"]);
        let word = Arg::new("word").long("word").value_parser(|text: &str| match text {
            "good" => Ok(text.to_owned()),
            _ => Err("a bad one".to_owned()),
        });
        let address = Arg::new("address").long("address").value_parser(value_parser!(SocketAddr));
        let share = Arg::new("share").long("share").value_parser(value_parser!(f64)).require_equals(true);
        let quiet = Arg::new("quiet").long("quiet").action(ArgAction::SetTrue).conflicts_with("n");
        let pair = Arg::new("pair").long("pair").num_args(2);
        let needy = Command::new("needy").arg(Arg::new("file").required(true));
        let parent = Command::new("parent").subcommand_required(true).subcommand(Command::new("child"));
        let args = [number, colour, word, address, share, quiet, pair];
        Command::new("program").args(args).subcommand(needy).subcommand(parent)
    }

    /// Whatever a command line can have wrong is told in both languages, and in each otherwise.
    #[test]
    fn whatever_is_wrong_is_told_in_every_language() {
        for (line, told) in [
            ("--number 0", "invalid value '0' for '--number <n>': 0 is not in 1..=9"),
            ("--number x", "invalid value 'x' for '--number <n>': expected a whole number"),
            ("--number", "a value is required for '--number <n>' but none was supplied"),
            ("--number 1 --number 2", "the argument '--number <n>' cannot be used multiple times"),
            ("--number 1 --quiet", "the argument '--number <n>' cannot be used with '--quiet'"),
            ("--colour blue", "invalid value 'blue' for '--colour <colour>'"),
            ("--word bad", "invalid value 'bad' for '--word <word>': a bad one"),
            ("--address x", "invalid value 'x' for '--address <address>': expected ADDRESS:PORT"),
            ("--share=x", "invalid value 'x' for '--share=<share>': expected a number"),
            ("--share 1", "equal sign is needed when assigning values to '--share=<share>'"),
            ("--pair 1", "2 values required for '--pair <pair> <pair>', got 1"),
            ("--numbr 1", "unexpected argument '--numbr' found"),
            ("neady", "unrecognized subcommand 'neady'"),
            ("needy", "the following required arguments were not provided: <file>"),
            ("parent", "'program parent' requires a subcommand but one was not provided"),
        ] {
            let words = std::iter::once("program").chain(line.split(' '));
            let error = command().try_get_matches_from(words).unwrap_err();
            let [english, german] = TONGUES.map(|tongue| wrong(&error, words::language(tongue.code)));
            assert_eq!(english, told, "{line}");
            assert!(!german.is_empty() && german != english, "{line}: {german}");
        }
    }

    #[test]
    fn what_could_have_been_meant_is_told_and_how_the_program_is_called() {
        let told = |line: &str, code| {
            let error = command().try_get_matches_from(line.split(' ')).unwrap_err();
            self::told(&error, words::language(code)).to_string()
        };
        let english = told("program --numbr 1", "en");
        assert!(english.starts_with("error: unexpected argument '--numbr' found\n\n  tip: "), "{english}");
        assert!(english.contains("'--number'") && english.contains("\n\nUsage: program "), "{english}");
        assert!(english.ends_with("\n\nFor more information, try '--help'.\n"), "{english}");
        let [values, called] = ["--colour blue", "--numbr 1"].map(|line| told(&format!("program {line}"), "de"));
        assert!(values.contains("red, green") && !values.contains("possible values"), "{values}");
        assert!(called.contains("„--number“") && called.contains("\n\nAufruf: program "), "{called}");
        assert!(!called.contains("For more") && !called.contains("tip"), "{called}");
    }
}
