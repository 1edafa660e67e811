//! A script read from JSON, as strictly as messages are.

use super::{
    Deed, Keys, LONGEST, Make, Otherwise, Play, SESSIONS, Script, Session, Treatment, VERSION, groups, items, one_of,
    operations, place::At,
};
use crate::{
    loot::{Item, Loot},
    misfit::{Given, Misfit, Need},
    mode::{Message, Mode},
    modes,
    role::Role,
    scenario::Selection,
    term::Sort,
    wire::body,
};
use serde_json::Value as Json;
use std::ops::RangeInclusive;

/// What stands there of each session.
const MEMBERS: [&str; 6] = ["needs", "moves", "otherwise", "keys", "records", "hang_up"];
/// How deep values may stand in values.
const DEEPEST: usize = 48;

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// The field at fault, what it has to be, what it is.
    pub fn read(octets: &[u8]) -> Result<Self, Misfit> {
        if octets.len() > LONGEST {
            return Err(Misfit::new("script", Need::OctetsAtMost { octets: LONGEST }, Given::count(octets.len())));
        }
        Self::from_json(&Json::Object(body::parse(octets)?))
    }

    /// The script that a JSON value is.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn from_json(value: &Json) -> Result<Self, Misfit> {
        let at = At { place: String::new(), value };
        let several = at.maybe("sessions");
        match several {
            Some(_) => at.object(&["script", "mode", "sessions", "at_once"])?,
            None => at.object(&[&["script", "mode"], &MEMBERS[..]].concat())?,
        };
        let version = at.field("script")?;
        if version.value.as_u64() != Some(VERSION) {
            return Err(version.misfit(one_of([VERSION.to_string()])));
        }
        let mode = at.field("mode")?;
        let selection: Selection = mode.text()?.parse().map_err(|_| mode.misfit(one_of(modes())))?;
        let played = modes::play(&selection, &[], &[]).map_err(|_| mode.misfit(one_of(modes())))?;
        let at_once = at.maybe("at_once").map_or(Ok(false), |at| at.boolean())?;
        let reader = |others| Reader { table: played.mode, others };
        let sessions = match several {
            None => vec![reader(Others::NONE).session(&at)?],
            Some(at) => {
                let several = at.list_of(SESSIONS)?;
                if several.is_empty() {
                    return Err(Misfit::new(format!("{}[0]", at.place), Need::ThisField, Given::Nothing));
                }
                let all = several.iter().enumerate().map(|(before, at)| {
                    at.object(&MEMBERS)?;
                    let beside = if at_once { several.len() } else { 0 };
                    reader(Others { earlier: if at_once { 0 } else { before }, beside, own: before + 1 }).session(at)
                });
                all.collect::<Result<_, _>>()?
            }
        };
        Ok(Self { mode: played.selection, table: played.mode, sessions, at_once })
    }
}

/// Every mode with its variants, as scenarios name them.
pub(super) fn modes() -> Vec<String> {
    let variants = |mode: &Mode| mode.variants.iter().map(|it| format!("{}:{}", mode.id, it.id)).collect::<Vec<_>>();
    modes::all().iter().flat_map(|mode| std::iter::once(mode.id.to_owned()).chain(variants(mode))).collect()
}

/// Reads what a table gives names to.
struct Reader {
    table: &'static Mode,
    /// From which other sessions it may take.
    others: Others,
}

/// Sessions that the one that is read may take from.
#[derive(Clone, Copy)]
struct Others {
    /// So many come before it.
    earlier: usize,
    /// So many are played at the same time, itself among them.
    beside: usize,
    /// Its own number, from 1.
    own: usize,
}

impl Others {
    const NONE: Self = Self { earlier: 0, beside: 0, own: 1 };
}

impl Reader {
    fn session(&self, at: &At<'_>) -> Result<Session, Misfit> {
        let needs = at.maybe("needs").map_or(Ok(Loot::NONE), |at| self.loot(&at))?;
        let mut moves = Vec::new();
        for at in at.field("moves")?.list()? {
            moves.push(self.play(&at, &moves)?);
        }
        let otherwise = at.maybe("otherwise").map_or(Ok(Otherwise::Drop), |at| {
            at.named([Otherwise::Forward, Otherwise::Drop].map(|it| (it.as_str().to_owned(), it)))
        })?;
        let (mut keys, mut records) = ([None, None], [Treatment::Drop; 2]);
        if let Some(at) = at.maybe("keys") {
            at.object(&["client", "server"])?;
            for role in [Role::Client, Role::Server] {
                keys[Script::side(role)] = at.maybe(role.as_str()).map(|at| self.keys(&at)).transpose()?;
            }
        }
        if let Some(at) = at.maybe("records") {
            at.object(&["client", "server"])?;
            for role in [Role::Client, Role::Server] {
                let Some(at) = at.maybe(role.as_str()) else { continue };
                records[Script::side(role)] = at.named(Treatment::ALL.map(|it| (it.as_str().to_owned(), it)))?;
            }
        }
        let hang_up = at.maybe("hang_up").map_or(Ok(false), |at| at.boolean())?;
        Ok(Session { needs, moves, otherwise, keys, records, hang_up })
    }

    fn loot(&self, at: &At<'_>) -> Result<Loot, Misfit> {
        at.object(&["as_server", "as_client", "called", "expected", "leads_back"])?;
        let item = |name: &str| -> Result<Option<Item>, Misfit> {
            at.maybe(name).map(|at| at.named(items().map(|(id, item)| (id.to_owned(), item)))).transpose()
        };
        let is = |name: &str| at.maybe(name).map_or(Ok(false), |at| at.boolean());
        Ok(Loot {
            as_server: item("as_server")?,
            as_client: item("as_client")?,
            called: is("called")?,
            expected: is("expected")?,
            leads_back: is("leads_back")?,
            ..Loot::NONE
        })
    }

    fn play(&self, at: &At<'_>, before: &[Play]) -> Result<Play, Misfit> {
        at.object(&["do", "from", "message", "fields"])?;
        let from = at.field("from")?.role()?;
        let free = |place: &usize| before.iter().all(|play| play.message != *place);
        let messages = Script::of(self.table, from).filter(free);
        let messages = messages.map(|place| (self.table.messages[place].kind.to_string(), place));
        let message = at.field("message")?.named(messages)?;
        let kinds = ["forward", "drop", "send"].map(|name| (name.to_owned(), name));
        let deed = match (at.field("do")?.named(kinds)?, at.maybe("fields")) {
            ("send", _) => Deed::Send(self.fields(&at.field("fields")?, &self.table.messages[message])?),
            (_, Some(fields)) => return Err(Misfit::new(fields.place, Need::NoSuchField, Given::One)),
            ("forward", None) => Deed::Forward,
            _ => Deed::Drop,
        };
        Ok(Play { message, deed })
    }

    fn fields(&self, at: &At<'_>, message: &Message) -> Result<Vec<Option<Make>>, Misfit> {
        let names: Vec<&str> = message.fields.iter().map(|field| field.name).collect();
        at.object(&names)?;
        names.iter().map(|name| at.maybe(name).map(|at| self.make(&at, 0)).transpose()).collect()
    }

    fn keys(&self, at: &At<'_>) -> Result<Keys, Misfit> {
        at.object(&["client_write", "server_write", "exporter"])?;
        let key = |name| self.make(&at.field(name)?, 0);
        Ok(Keys { client_write: key("client_write")?, server_write: key("server_write")?, exporter: key("exporter")? })
    }

    fn sort(&self, at: &At<'_>) -> Result<Sort, Misfit> {
        at.named(Sort::ALL.iter().map(|sort| (sort.to_string(), *sort)))
    }

    fn all(&self, at: &At<'_>, depth: usize) -> Result<Vec<Make>, Misfit> {
        at.list()?.iter().map(|at| self.make(at, depth)).collect()
    }

    /// A value: an object with one field, which says what it is.
    fn make(&self, at: &At<'_>, depth: usize) -> Result<Make, Misfit> {
        const KINDS: [&str; 14] = [
            "seen",
            "had",
            "own",
            "literal",
            "group",
            "degenerate",
            "apply",
            "tuple",
            "transcript",
            "logarithm",
            "guessed",
            "word",
            "earlier",
            "beside",
        ];
        let depth = depth + 1;
        let map = at.object(&KINDS)?;
        let kinds = || one_of(KINDS.map(str::to_owned));
        let kind = match (map.keys().next(), map.len()) {
            (Some(kind), 1) if depth < DEEPEST => kind.as_str(),
            (_, fields) => return Err(Misfit::new(at.place.clone(), kinds(), Given::Fields { count: fields })),
        };
        let inside = At { place: at.inside(kind), value: &map[kind] };
        let boxed = |name: &str| Ok::<_, Misfit>(Box::new(self.make(&inside.field(name)?, depth)?));
        Ok(match kind {
            "seen" => {
                let fields = self.table.messages.iter().flat_map(|message| message.fields);
                Make::Seen(inside.named(fields.map(|field| (field.binds.to_owned(), field.binds)))?)
            }
            "had" => {
                inside.object(&["as", "value"])?;
                let role = inside.field("as")?.role()?;
                let given = self.table.given.iter().filter(|given| given.by.includes(role));
                let given = given.map(|given| (given.name.to_owned(), given.name));
                Make::Had(role, inside.field("value")?.named(given)?)
            }
            "own" => {
                inside.object(&["name", "sort", "group"])?;
                let group = inside.maybe("group").map(|at| self.make(&at, depth).map(Box::new)).transpose()?;
                let name = inside.field("name")?;
                Make::Own {
                    name: body::word(&name.place, name.value)?,
                    sort: self.sort(&inside.field("sort")?)?,
                    group,
                }
            }
            "literal" => {
                inside.object(&["sort", "value"])?;
                Make::Literal(self.sort(&inside.field("sort")?)?, inside.field("value")?.value.clone())
            }
            "group" => Make::Group(inside.named(groups().map(|name| (name.to_owned(), name.to_owned())))?),
            "degenerate" => Make::Degenerate(Box::new(self.make(&inside, depth)?)),
            "apply" => {
                inside.object(&["op", "to"])?;
                let named = operations(self.table).into_iter().map(|op| (op.to_string(), op));
                Make::Apply(inside.field("op")?.named(named)?, self.all(&inside.field("to")?, depth)?)
            }
            "tuple" => Make::Tuple(self.all(&inside, depth)?),
            "transcript" => {
                inside.object(&["with", "messages"])?;
                let messages = inside.field("messages")?;
                let number = messages.number()?;
                if number > self.table.messages.len() {
                    let most = Need::Entries { most: self.table.messages.len() };
                    return Err(Misfit::new(messages.place, most, Given::count(number)));
                }
                Make::Transcript { with: inside.field("with")?.role()?, messages: number }
            }
            "logarithm" => {
                inside.object(&["group", "of"])?;
                Make::Logarithm { group: boxed("group")?, of: boxed("of")? }
            }
            "guessed" => {
                inside.object(&["made", "like"])?;
                Make::Guessed { made: boxed("made")?, like: boxed("like")? }
            }
            "earlier" => {
                let (session, value) = self.elsewhere(&inside, 1..=self.others.earlier, depth)?;
                Make::Earlier { session, value }
            }
            "beside" => {
                let (session, value) = self.elsewhere(&inside, 1..=self.others.beside, depth)?;
                Make::Beside { session, value }
            }
            _ => Make::Word,
        })
    }

    /// A value of one of these sessions, which is not the one that is read: its number, and the value.
    fn elsewhere(
        &self,
        at: &At<'_>,
        sessions: RangeInclusive<usize>,
        depth: usize,
    ) -> Result<(usize, Box<Make>), Misfit> {
        at.object(&["session", "value"])?;
        let session = at.field("session")?;
        let (number, others) = (session.number()?, || sessions.clone().filter(|number| *number != self.others.own));
        if !others().any(|other| other == number) {
            return Err(session.misfit(one_of(others().map(|number| number.to_string()))));
        }
        // What is meant there is meant as it stands in that session alone.
        let there = Self { table: self.table, others: Others::NONE };
        Ok((number, Box::new(there.make(&at.field("value")?, depth)?)))
    }
}
