//! Scripts as JSON, read as strictly as messages are: what is wrong is named by its place.

use super::{
    Deed, Keys, LONGEST, Make, Otherwise, Play, SESSIONS, Script, Session, Treatment, VERSION, groups, items, one_of,
    operations,
};
use crate::{
    loot::{Item, Loot},
    misfit::{Given, Json as Kind, Misfit, Need},
    mode::{Message, Mode},
    modes,
    role::Role,
    scenario::Selection,
    term::Sort,
    wire::body,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value as Json, json};

/// What stands there of each session.
const MEMBERS: [&str; 6] = ["needs", "moves", "otherwise", "keys", "records", "hang_up"];
/// Most entries of a list.
const MOST: usize = 64;
/// How deep values may stand in values.
const DEEPEST: usize = 48;

/// A value with its place in the file.
pub(super) struct At<'v> {
    pub(super) place: String,
    pub(super) value: &'v Json,
}

impl<'v> At<'v> {
    pub(super) fn misfit(&self, expected: Need) -> Misfit {
        let got = match self.value {
            Json::String(text) => Given::Word { text: text.chars().take(64).collect() },
            other => Given::Json { json: Kind::of(other) },
        };
        Misfit::new(self.place.clone(), expected, got)
    }

    pub(super) fn wrong_kind(&self, json: Kind) -> Misfit {
        Misfit::new(self.place.clone(), Need::Json { json }, Given::Json { json: Kind::of(self.value) })
    }

    /// An object that has no other fields than these.
    pub(super) fn object(&self, names: &[&str]) -> Result<&'v Map<String, Json>, Misfit> {
        let map = self.map()?;
        match map.keys().find(|key| !names.contains(&key.as_str())) {
            None => Ok(map),
            Some(unknown) => {
                let unknown: String = unknown.chars().take(64).collect();
                Err(Misfit::new(self.inside(&unknown), Need::NoSuchField, Given::One))
            }
        }
    }

    pub(super) fn inside(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}.{name}", self.place) }
    }

    pub(super) fn maybe(&self, name: &str) -> Option<Self> {
        Some(At { place: self.inside(name), value: self.value.get(name)? })
    }

    pub(super) fn field(&self, name: &str) -> Result<Self, Misfit> {
        self.maybe(name).ok_or_else(|| Misfit::new(self.inside(name), Need::ThisField, Given::Nothing))
    }

    pub(super) fn text(&self) -> Result<&'v str, Misfit> {
        self.value.as_str().ok_or_else(|| self.wrong_kind(Kind::String))
    }

    pub(super) fn number(&self) -> Result<usize, Misfit> {
        let number = self.value.as_u64().and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| self.wrong_kind(Kind::Number))
    }

    fn boolean(&self) -> Result<bool, Misfit> {
        self.value.as_bool().ok_or_else(|| self.wrong_kind(Kind::Boolean))
    }

    pub(super) fn map(&self) -> Result<&'v Map<String, Json>, Misfit> {
        self.value.as_object().ok_or_else(|| self.wrong_kind(Kind::Object))
    }

    fn list(&self) -> Result<Vec<Self>, Misfit> {
        self.list_of(MOST)
    }

    /// A list of at most so many entries.
    pub(super) fn list_of(&self, most: usize) -> Result<Vec<Self>, Misfit> {
        let items = self.value.as_array().ok_or_else(|| self.wrong_kind(Kind::Array))?;
        if items.len() > most {
            return Err(Misfit::new(self.place.clone(), Need::Entries { most }, Given::count(items.len())));
        }
        let at = |(i, value)| At { place: format!("{}[{i}]", self.place), value };
        Ok(items.iter().enumerate().map(at).collect())
    }

    /// Whichever of these has the name that stands here.
    pub(super) fn named<T>(&self, all: impl IntoIterator<Item = (String, T)>) -> Result<T, Misfit> {
        let text = self.text()?;
        let mut names = Vec::new();
        for (name, it) in all {
            if name == text {
                return Ok(it);
            }
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Err(self.misfit(one_of(names)))
    }

    pub(super) fn role(&self) -> Result<Role, Misfit> {
        self.named([Role::Client, Role::Server].map(|role| (role.to_string(), role)))
    }
}

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
            Some(_) => at.object(&["script", "mode", "sessions"])?,
            None => at.object(&[&["script", "mode"], &MEMBERS[..]].concat())?,
        };
        let version = at.field("script")?;
        if version.value.as_u64() != Some(VERSION) {
            return Err(version.misfit(one_of([VERSION.to_string()])));
        }
        let mode = at.field("mode")?;
        let selection: Selection = mode.text()?.parse().map_err(|_| mode.misfit(one_of(modes())))?;
        let played = modes::play(&selection, &[], &[]).map_err(|_| mode.misfit(one_of(modes())))?;
        let reader = |earlier| Reader { table: played.mode, earlier };
        let sessions = match several {
            None => vec![reader(0).session(&at)?],
            Some(at) => {
                let several = at.list_of(SESSIONS)?;
                if several.is_empty() {
                    return Err(Misfit::new(format!("{}[0]", at.place), Need::ThisField, Given::Nothing));
                }
                let all = several.iter().enumerate().map(|(earlier, at)| {
                    at.object(&MEMBERS)?;
                    reader(earlier).session(at)
                });
                all.collect::<Result<_, _>>()?
            }
        };
        Ok(Self { mode: played.selection, table: played.mode, sessions })
    }

    /// The script as JSON.
    pub fn to_json(&self) -> Json {
        let mut object = match &self.sessions[..] {
            [one] => self.session(one),
            all => Map::from_iter([("sessions".to_owned(), all.iter().map(|one| self.session(one)).collect())]),
        };
        object.insert("script".to_owned(), json!(VERSION));
        object.insert("mode".to_owned(), json!(self.mode.to_string()));
        Json::Object(object)
    }

    fn session(&self, session: &Session) -> Map<String, Json> {
        let both = |of: &dyn Fn(Role) -> Option<Json>| -> Json {
            let entry = |role: Role| Some((role.to_string(), of(role)?));
            Json::Object([Role::Client, Role::Server].into_iter().filter_map(entry).collect())
        };
        let keys = |role| {
            let keys = session.keys[Self::side(role)].as_ref()?;
            Some(json!({
                "client_write": written(&keys.client_write),
                "server_write": written(&keys.server_write),
                "exporter": written(&keys.exporter),
            }))
        };
        let mut object = Map::from_iter([
            ("needs".to_owned(), loot(&session.needs)),
            ("moves".to_owned(), session.moves.iter().map(|play| self.play(play)).collect()),
            ("otherwise".to_owned(), json!(session.otherwise.as_str())),
            ("keys".to_owned(), both(&keys)),
            ("records".to_owned(), both(&|role| Some(json!(session.records[Self::side(role)].as_str())))),
        ]);
        object.extend(session.hang_up.then(|| ("hang_up".to_owned(), json!(true))));
        object
    }

    fn play(&self, play: &Play) -> Json {
        let message = &self.table.messages[play.message];
        let (deed, fields) = match &play.deed {
            Deed::Forward => ("forward", None),
            Deed::Drop => ("drop", None),
            Deed::Send(makes) => {
                let named = message.fields.iter().zip(makes);
                let named = named.filter_map(|(field, make)| Some((field.name.to_owned(), written(make.as_ref()?))));
                ("send", Some(Json::Object(named.collect())))
            }
        };
        let mut object = json!({ "do": deed, "from": message.from, "message": message.kind.as_str() });
        if let (Some(fields), Json::Object(object)) = (fields, &mut object) {
            object.insert("fields".to_owned(), fields);
        }
        object
    }
}

/// Every mode with its variants, as scenarios name them.
pub(super) fn modes() -> Vec<String> {
    let variants = |mode: &Mode| mode.variants.iter().map(|it| format!("{}:{}", mode.id, it.id)).collect::<Vec<_>>();
    modes::all().iter().flat_map(|mode| std::iter::once(mode.id.to_owned()).chain(variants(mode))).collect()
}

fn loot(needs: &Loot) -> Json {
    let mut object = Map::new();
    for (name, item) in [("as_server", needs.as_server), ("as_client", needs.as_client)] {
        let named = item.and_then(|item| items().find(|(_, other)| *other == item));
        object.extend(named.map(|(id, _)| (name.to_owned(), json!(id))));
    }
    for (name, is) in [("called", needs.called), ("leads_back", needs.leads_back)] {
        object.extend(is.then(|| (name.to_owned(), json!(true))));
    }
    Json::Object(object)
}

fn written(make: &Make) -> Json {
    let all = |makes: &[Make]| makes.iter().map(written).collect::<Vec<_>>();
    match make {
        Make::Seen(name) => json!({ "seen": name }),
        Make::Had(role, name) => json!({ "had": { "as": role, "value": name } }),
        Make::Own { name, sort, group: None } => json!({ "own": { "name": name, "sort": sort.to_string() } }),
        Make::Own { name, sort, group: Some(group) } => {
            json!({ "own": { "name": name, "sort": sort.to_string(), "group": written(group) } })
        }
        Make::Literal(sort, value) => json!({ "literal": { "sort": sort.to_string(), "value": value } }),
        Make::Group(name) => json!({ "group": name }),
        Make::Degenerate(group) => json!({ "degenerate": written(group) }),
        Make::Apply(op, parts) => json!({ "apply": { "op": op.to_string(), "to": all(parts) } }),
        Make::Tuple(parts) => json!({ "tuple": all(parts) }),
        Make::Transcript { with, messages } => json!({ "transcript": { "with": with, "messages": messages } }),
        Make::Logarithm { group, of } => json!({ "logarithm": { "group": written(group), "of": written(of) } }),
        Make::Guessed { made, like } => json!({ "guessed": { "made": written(made), "like": written(like) } }),
        Make::Word => json!({ "word": true }),
        Make::Earlier { session, value } => json!({ "earlier": { "session": session, "value": written(value) } }),
    }
}

/// Reads what a table gives names to.
struct Reader {
    table: &'static Mode,
    /// How many sessions come before the one that is read.
    earlier: usize,
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
        at.object(&["as_server", "as_client", "called", "leads_back"])?;
        let item = |name: &str| -> Result<Option<Item>, Misfit> {
            at.maybe(name).map(|at| at.named(items().map(|(id, item)| (id.to_owned(), item)))).transpose()
        };
        let is = |name: &str| at.maybe(name).map_or(Ok(false), |at| at.boolean());
        Ok(Loot {
            as_server: item("as_server")?,
            as_client: item("as_client")?,
            called: is("called")?,
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
        const KINDS: [&str; 13] = [
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
                inside.object(&["session", "value"])?;
                let session = inside.field("session")?;
                let number = session.number()?;
                if !(1..=self.earlier).contains(&number) {
                    return Err(session.misfit(one_of((1..=self.earlier).map(|number| number.to_string()))));
                }
                // What is meant there is meant as it stood in that session alone.
                let then = Self { table: self.table, earlier: 0 };
                Make::Earlier { session: number, value: Box::new(then.make(&inside.field("value")?, depth)?) }
            }
            _ => Make::Word,
        })
    }
}

impl Serialize for Script {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Script {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Json::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = r#"{"script":1,"mode":"ecdh","needs":{"as_server":"forge-expired","called":true},"moves":[
        {"do":"forward","from":"client","message":"client-hello"},
        {"do":"send","from":"server","message":"server-hello","fields":{"share":{"apply":{"op":"public","to":[
            {"group":"x25519"},{"own":{"name":"a","sort":"secret","group":{"group":"x25519"}}}]}}}}],
        "otherwise":"forward","keys":{"client":{"client_write":{"transcript":{"with":"client","messages":2}},
        "server_write":{"seen":"client_share"},"exporter":{"literal":{"sort":"name","value":"bob.lab"}}}},
        "records":{"client":"read"}}"#;

    fn fault(of: &str, instead: &str) -> (String, Need) {
        assert!(SCRIPT.contains(of), "{of}");
        let misfit = Script::read(SCRIPT.replacen(of, instead, 1).as_bytes()).expect_err(instead);
        (misfit.field, misfit.expected)
    }

    #[test]
    fn what_is_read_is_what_is_written() {
        let script = Script::read(SCRIPT.as_bytes()).unwrap();
        let again = Script::from_json(&script.to_json()).unwrap();
        assert_eq!(script.to_json(), again.to_json());
        let [session] = &script.sessions[..] else { panic!("one session") };
        assert_eq!(session.moves.len(), 2);
        assert_eq!(session.records, [Treatment::Read, Treatment::Drop]);
        assert!(matches!(session.needs.as_server, Some(Item::Forged(forgery)) if forgery.id == "forge-expired"));
    }

    /// What a session takes from another lies before it.
    #[test]
    fn several_sessions_are_read_as_they_are_written_and_take_from_those_before_alone() {
        let several = |session: usize| {
            let earlier = format!(r#"{{"earlier":{{"session":{session},"value":{{"seen":"client_share"}}}}}}"#);
            let later = format!(
                r#"{{"moves":[{{"do":"send","from":"client","message":"client-hello","fields":{{"share":{earlier}}}}}]}}"#
            );
            let first = r#"{"needs":{"leads_back":true},"moves":[],"hang_up":true}"#;
            format!(r#"{{"script":1,"mode":"ecdh","sessions":[{first},{later}]}}"#)
        };
        let script = Script::read(several(1).as_bytes()).unwrap();
        let again = Script::from_json(&script.to_json()).unwrap();
        assert_eq!(script.to_json(), again.to_json());
        assert!(script.needs(1).leads_back && !script.needs(2).leads_back && script.sessions[0].hang_up);
        for session in [0, 2, 3] {
            let place = "sessions[1].moves[0].fields.share.earlier.session";
            assert_eq!(Script::read(several(session).as_bytes()).unwrap_err().field, place);
        }
    }

    /// Whatever is wrong is refused by the place at which it stands.
    #[test]
    fn a_fault_is_named_by_its_place() {
        for (of, instead, place) in [
            (r#""script":1"#, r#""script":2"#, "script"),
            (r#""mode":"ecdh""#, r#""mode":"dh2""#, "mode"),
            (r#""mode":"ecdh","#, "", "mode"),
            (r#""as_server":"forge-expired""#, r#""as_server":"stolen""#, "needs.as_server"),
            (r#""called":true"#, r#""called":1"#, "needs.called"),
            (r#""do":"forward""#, r#""do":"pass""#, "moves[0].do"),
            (r#""do":"forward""#, r#""do":"send""#, "moves[0].fields"),
            (r#""from":"client""#, r#""from":"mallory""#, "moves[0].from"),
            (r#""message":"server-hello""#, r#""message":"finished""#, "moves[1].message"),
            (r#""share":"#, r#""shares":"#, "moves[1].fields.shares"),
            (r#""op":"public""#, r#""op":"privy""#, "moves[1].fields.share.apply.op"),
            (r#"{"group":"x25519"}"#, r#"{"group":"x448"}"#, "moves[1].fields.share.apply.to[0].group"),
            (r#"{"group":"x25519"}"#, r#"{"group":"x25519","word":true}"#, "moves[1].fields.share.apply.to[0]"),
            (r#""sort":"secret""#, r#""sort":"secrets!""#, "moves[1].fields.share.apply.to[1].own.sort"),
            (r#""messages":2"#, r#""messages":3"#, "keys.client.client_write.transcript.messages"),
            (r#""seen":"client_share""#, r#""seen":"client_secret""#, "keys.client.server_write.seen"),
            (r#""client":"read""#, r#""client":"eat""#, "records.client"),
            (r#""otherwise":"forward""#, r#""otherwise":"forward","more":1"#, "more"),
        ] {
            assert_eq!(fault(of, instead).0, place, "{instead}");
        }
        for (session, of, place) in [
            (r#"{"moves":[]}"#, 0, "sessions[0]"),
            (r#"{"moves":[]}"#, SESSIONS + 1, "sessions"),
            (r#"{"moves":[],"more":1}"#, 2, "sessions[0].more"),
            (r#"{"moves":[],"hang_up":"yes"}"#, 2, "sessions[0].hang_up"),
        ] {
            let several = format!(r#"{{"script":1,"mode":"ecdh","sessions":[{}]}}"#, vec![session; of].join(","));
            assert_eq!(Script::read(several.as_bytes()).err().map(|misfit| misfit.field).as_deref(), Some(place));
        }
        assert_eq!(Script::read(&vec![b' '; LONGEST + 1]).err().map(|misfit| misfit.field).as_deref(), Some("script"));
        let deep = format!("{}{{\"word\":true}}{}", "{\"degenerate\":".repeat(60), "}".repeat(60));
        assert!(Script::read(SCRIPT.replacen(r#"{"group":"x25519"}"#, &deep, 1).as_bytes()).is_err());
    }
}
