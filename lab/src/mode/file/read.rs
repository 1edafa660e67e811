//! A table, read.

use super::{Flaw, LONGEST, ModeFile, expression::Reader, print};
use crate::{
    checks,
    group::named,
    mode::{Act, By, Field, Given, Message, Mode, Names, Source, Step, validate},
    modes,
    role::Role,
    scenario::Selection,
    wire::Kind,
};

/// One line, without what is for people.
pub(super) struct Line<'t> {
    number: usize,
    text: &'t str,
}

impl<'t> Line<'t> {
    pub(super) fn flaw<T>(&self, field: &'static str, expected: &'static str, got: &str) -> Result<T, Flaw> {
        let got = got.chars().take(64).collect();
        Err(Flaw::Line { line: self.number, field, expected, got })
    }

    /// The first word, and what follows.
    fn first(&self) -> (&'t str, &'t str) {
        split(self.text)
    }

    fn word(&self, field: &'static str, text: &str) -> Result<&'static str, Flaw> {
        let of_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        if text.is_empty() || !text.chars().all(of_word) {
            return self.flaw(field, "word", text);
        }
        Ok(text.to_owned().leak())
    }

    fn by(&self, text: &str) -> Result<By, Flaw> {
        match text {
            "both" => Ok(By::Both),
            "client" => Ok(By::One(Role::Client)),
            "server" => Ok(By::One(Role::Server)),
            _ => self.flaw("by", "by", text),
        }
    }

    fn given(&self, rest: &str) -> Result<Given, Flaw> {
        let (by, rest) = split(rest);
        let by = self.by(by)?;
        let Some((name, source)) = rest.split_once(": ") else { return self.flaw("given", "given", rest) };
        let found = Source::ALL.into_iter().find(|it| it.as_str() == source.trim());
        let Some(source) = found else { return self.flaw("source", "source", source) };
        Ok(Given { by, name: self.word("name", name)?, source })
    }

    fn field(&self, rest: &str) -> Result<Field, Flaw> {
        let parts = rest.split_once(" as ").and_then(|(name, rest)| {
            let (binds, rest) = rest.split_once(": ")?;
            let (sort, value) = rest.split_once(" = ")?;
            Some((name, binds, sort, value))
        });
        let Some((name, binds, sort, value)) = parts else {
            return self.flaw("field", "field", rest);
        };
        let (name, binds) = (self.word("name", name)?, self.word("name", binds)?);
        Ok(Field { name, binds, sort: self.sort(sort)?, value: Reader::new(self, value).only()? })
    }

    fn step(&self, by: By) -> Result<Step, Flaw> {
        let (_, rest) = self.first();
        let (verb, object) = split(rest);
        let named = |text: &'t str| match text.split_once(" := ") {
            Some((name, value)) => Ok((self.word("name", name.trim())?, value.trim())),
            None => self.flaw("step", "step", rest),
        };
        let value = |text| Reader::new(self, text).only();
        let act = match verb {
            "check" => {
                let (relation, args) = Reader::new(self, object).relation()?;
                Act::Check(relation, args)
            }
            "recall" if object.contains(" := ") => {
                let (name, text) = named(object)?;
                Act::Recall(name, value(text)?)
            }
            "keep" if object.contains(" := ") => {
                let (name, text) = named(object)?;
                Act::Keep(name, value(text)?)
            }
            "install" => {
                let (of, key) = split(object);
                Act::Install(self.role(of)?, self.word("name", key)?)
            }
            "seed" if !object.starts_with(":=") => Act::Seed(value(object)?),
            "say" if object.is_empty() => Act::Say,
            "forget" if !object.starts_with(":=") => Act::Forget(self.word("name", object)?),
            _ => match named(rest)? {
                (name, text) if text.starts_with("fresh ") => {
                    let drawn = &text["fresh ".len()..];
                    let (sort, group) =
                        drawn.split_once(" for ").map_or((drawn, None), |(sort, group)| (sort, Some(group)));
                    let group = group.map(|group| self.word("group", group)).transpose()?;
                    Act::Fresh { name, sort: self.sort(sort)?, group }
                }
                (name, text) => Act::Let(name, value(text)?),
            },
        };
        Ok(Step { by, act })
    }
}

fn split(text: &str) -> (&str, &str) {
    text.split_once(' ').map_or((text, ""), |(first, rest)| (first, rest.trim_start()))
}

/// What is read so far.
#[derive(Default)]
struct Draft {
    id: Option<&'static str>,
    parameters: Option<Selection>,
    names: Option<Names>,
    met: u32,
    groups: Vec<&'static str>,
    off: Vec<&'static str>,
    given: Vec<Given>,
    messages: Vec<Part>,
}

/// A message, and which of its parts the steps go to that follow.
struct Part {
    from: Role,
    kind: Kind,
    fields: Vec<Field>,
    steps: [Vec<Step>; 3],
    open: Option<usize>,
}

const PARTS: [&str; 3] = ["before", "receipt", "after"];

impl ModeFile {
    /// Reads a table.
    ///
    /// # Errors
    /// The line and the field at fault, or what is wrong with the table as a whole.
    pub fn read(text: &str) -> Result<Self, Flaw> {
        if text.len() > LONGEST {
            return Err(Flaw::TooLong(text.len()));
        }
        let mut draft = Draft::default();
        for (at, text) in text.lines().enumerate() {
            let text = text.split('#').next().unwrap_or_default().trim();
            if !text.is_empty() {
                draft.take(&Line { number: at + 1, text })?;
            }
        }
        let file = draft.done();
        validate(file.mode)?;
        Ok(file)
    }
}

impl Draft {
    fn take(&mut self, line: &Line<'_>) -> Result<(), Flaw> {
        let (statement, rest) = line.first();
        if let Some(message) = self.messages.last_mut() {
            match (PARTS.iter().position(|part| *part == statement), message.open) {
                (Some(part), _) if rest.is_empty() => {
                    message.open = Some(part);
                    return Ok(());
                }
                (None, Some(open)) if ["client", "server", "both"].contains(&statement) => {
                    message.steps[open].push(line.step(line.by(statement)?)?);
                    return Ok(());
                }
                _ if statement == "field" => {
                    message.fields.push(line.field(rest)?);
                    return Ok(());
                }
                _ => {}
            }
        }
        match statement {
            "message" => {
                let (from, kind) = split(rest);
                let from = line.role(from)?;
                let found = Kind::ALL.into_iter().find(|it| it.as_str() == kind && *it != Kind::Record);
                let Some(kind) = found else { return line.flaw("kind", "kind", kind) };
                self.messages.push(Part { from, kind, fields: Vec::new(), steps: Default::default(), open: None });
            }
            _ if !self.messages.is_empty() => {
                return line.flaw("statement", "in-message", statement);
            }
            "mode" => self.id = Some(line.word("mode", rest)?),
            "parameters" => {
                let selection: Option<Selection> = rest.parse().ok();
                let known = selection.filter(|it| modes::play(it, &[], &[]).is_ok());
                self.parameters = match known {
                    Some(selection) => Some(selection),
                    None => return line.flaw("parameters", "parameters", rest),
                };
            }
            "names" => {
                let found =
                    [Names::Nobody, Names::Server, Names::Both].into_iter().find(|it| print::names(*it) == rest);
                self.names = match found {
                    Some(names) => Some(names),
                    None => return line.flaw("names", "names", rest),
                };
            }
            "met" => match rest.parse() {
                Ok(met) if met <= 1 => self.met = met,
                _ => return line.flaw("met", "met", rest),
            },
            "groups" => {
                for name in rest.split_whitespace() {
                    let offered = |mode: &Mode| mode.groups.contains(&name);
                    let known = named::find(name).is_some() || modes::tables().any(offered);
                    if !known {
                        return line.flaw("groups", "groups", name);
                    }
                    self.groups.push(line.word("groups", name)?);
                }
            }
            "off" => {
                for id in rest.split_whitespace() {
                    match checks::find(id) {
                        Some(check) => self.off.push(check.id),
                        None => return line.flaw("off", "off", id),
                    }
                }
            }
            "given" => self.given.push(line.given(rest)?),
            _ => {
                return line.flaw("statement", "statement", statement);
            }
        }
        Ok(())
    }

    fn done(self) -> ModeFile {
        let message = |part: Part| {
            let [before, receipt, after] = part.steps;
            Message {
                from: part.from,
                kind: part.kind,
                before: before.leak(),
                fields: part.fields.leak(),
                receipt: receipt.leak(),
                after: after.leak(),
            }
        };
        let messages: Vec<Message> = self.messages.into_iter().map(message).collect();
        let mode = Mode {
            id: self.id.unwrap_or("mine"),
            title: "",
            summary: "",
            authenticated_by: "",
            references: &[],
            variants: &[],
            groups: self.groups.leak(),
            given: self.given.leak(),
            messages: messages.leak(),
            names: self.names.unwrap_or(Names::Nobody),
            met: self.met,
            off: self.off.leak(),
        };
        ModeFile { mode: Box::leak(Box::new(mode)), parameters: self.parameters }
    }
}
