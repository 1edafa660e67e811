//! A script written as JSON.

use super::{Deed, Make, Play, Script, Session, VERSION, items};
use crate::{loot::Loot, role::Role};
use serde_json::{Map, Value as Json, json};

impl Script {
    /// The script as JSON.
    pub fn to_json(&self) -> Json {
        let mut object = match &self.sessions[..] {
            [one] => self.session(one),
            all => Map::from_iter([("sessions".to_owned(), all.iter().map(|one| self.session(one)).collect())]),
        };
        object.extend(self.at_once.then(|| ("at_once".to_owned(), json!(true))));
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

fn loot(needs: &Loot) -> Json {
    let mut object = Map::new();
    for (name, item) in [("as_server", needs.as_server), ("as_client", needs.as_client)] {
        let named = item.and_then(|item| items().find(|(_, other)| *other == item));
        object.extend(named.map(|(id, _)| (name.to_owned(), json!(id))));
    }
    for (name, is) in [("called", needs.called), ("expected", needs.expected), ("leads_back", needs.leads_back)] {
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
        Make::Beside { session, value } => json!({ "beside": { "session": session, "value": written(value) } }),
    }
}
