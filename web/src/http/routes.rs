//! The table of routes.

use super::{
    App, Guard, api, class, comparison, exploration, files, further,
    guard::guard,
    hand, join,
    limits::{BODY, BROUGHT, LESSON, REPORT, TABLE},
    metrics,
    packed::packed,
    problem::{Problem, in_its_language},
    rooms::{self, Rooms},
    sessions, software, stream, toy,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    http::{StatusCode, header},
    middleware,
    response::IntoResponse,
    routing::{MethodRouter, delete, get, post},
};
use std::sync::Arc;

/// The routes' description, OpenAPI 3.1.
pub const fn openapi() -> &'static str {
    include_str!("openapi.json")
}

/// A path and what answers there.
type Route = (&'static str, MethodRouter<Arc<App>>);

/// A path where something can be looked at, and nothing else.
fn look<T: 'static>(path: &'static str, handler: impl Handler<T, Arc<App>>) -> Route {
    (path, get(handler))
}

/// What is there for whoever comes.
fn entrance() -> Vec<Route> {
    vec![look("/healthz", api::healthz), look("/api/role", join::role), ("/api/join", post(join::join))]
}

/// What viewers look at.
fn viewing() -> Vec<Route> {
    vec![
        look("/api/openapi.json", document),
        look("/api/status", api::status),
        look("/api/modes", api::modes),
        look("/api/modes/{id}/table", exploration::table),
        look("/api/modes/{id}/toy", toy::toy),
        look("/api/attacks", api::attacks),
        look("/api/checks", api::checks),
        look("/api/verdicts", api::verdicts),
        look("/api/scenarios", api::scenarios),
        look("/api/sessions", sessions::list),
        look("/api/sessions/{id}", sessions::one),
        look("/api/sessions/{id}/events", sessions::events),
        look("/api/sessions/{id}/chains", sessions::the_chains),
        look("/api/sessions/{id}/export", sessions::the_export),
        look("/api/sessions/{id}/script", hand::the_script),
        look("/api/sessions/{id}/octets", sessions::the_octets),
        look("/api/compare", comparison::of_two),
        look("/api/compare/export", comparison::the_export),
        look("/api/matrix", api::the_matrix),
        look("/api/cracking", api::cracking),
        look("/api/exploration", exploration::shown),
        look("/api/class", class::view),
        look("/api/challenges", class::challenges),
        look("/api/software", software::all),
        look("/api/software/{id}", software::one),
        look("/api/invitation", join::invitation),
        look("/api/invitation.svg", join::picture),
        look("/api/events", stream::events),
    ]
}

/// What viewers write: an answer, what they are called, how a victim of their own was graded, and, where an exercise is open, a
/// session of their own.
fn answering() -> Vec<Route> {
    vec![
        ("/api/class/answer", post(class::answer)),
        ("/api/class/name", post(class::name)),
        ("/api/class/run", post(class::run)),
        ("/api/class/victims", get(class::victims).post(class::hand_in).layer(DefaultBodyLimit::max(REPORT))),
    ]
}

/// What only the trainer does and sees.
fn controlling() -> Vec<Route> {
    vec![
        look("/metrics", metrics::metrics),
        look("/api/lessons", class::lessons),
        ("/api/lesson", get(class::script).post(class::load).layer(DefaultBodyLimit::max(LESSON))),
        ("/api/class", post(class::act)),
        look("/api/class/students", class::students),
        ("/api/class/students/{id}", delete(class::unname)),
        ("/api/handover", post(join::hand_over)),
        ("/api/sessions", post(sessions::start)),
        ("/api/sessions/import", post(sessions::bring).layer(DefaultBodyLimit::max(BROUGHT))),
        ("/api/sessions/{id}", delete(sessions::forget)),
        ("/api/sessions/{id}/cancel", post(sessions::cancel)),
        ("/api/sessions/{id}/decision", post(hand::decide)),
        ("/api/sessions/{id}/again", post(hand::again)),
        ("/api/sessions/{id}/continuation", post(further::go_on)),
        ("/api/cancel", post(sessions::cancel_all)),
        ("/api/software", post(software::start).delete(software::cancel)),
        ("/api/compare", post(comparison::run)),
        ("/api/exploration", post(exploration::ask).delete(exploration::cancel).layer(DefaultBodyLimit::max(TABLE))),
        ("/api/exploration/performance", post(exploration::perform)),
    ]
}

/// Paths of the page; what they show is the page's own doing.
const PAGES: [&str; 17] = [
    "/",
    "/sessions",
    "/sessions/{id}",
    "/compare",
    "/cracking",
    "/modes",
    "/modes/{id}",
    "/attacks",
    "/attacks/{id}",
    "/checks",
    "/checks/{id}",
    "/terms",
    "/class",
    "/present",
    "/challenges",
    "/software",
    "/software/{id}",
];

/// Everything that the server answers.
pub fn router(app: Arc<App>, who: Guard) -> Router {
    let room = |tables: Vec<Vec<Route>>| {
        let routes = tables.into_iter().flatten();
        let routes = routes.fold(Router::new(), |router, (path, route)| router.route(path, route));
        let pages = PAGES.into_iter().fold(routes, |router, path| router.route(path, get(files::shell)));
        pages.route("/static/{*path}", get(files::file))
    };
    let finished = |room: Router<Arc<App>>| {
        room.layer(DefaultBodyLimit::max(BODY)).layer(middleware::from_fn(packed)).with_state(Arc::clone(&app))
    };
    let others = async || Problem::said(StatusCode::METHOD_NOT_ALLOWED, "method", "method", serde_json::json!({}));
    let trainer = room(vec![entrance(), viewing(), answering(), controlling()]).fallback(files::nowhere);
    let viewer = room(vec![entrance(), viewing(), answering()]).fallback(rooms::not_for_viewers);
    let nobody = room(vec![entrance()]).fallback(rooms::not_joined);
    let rooms = Rooms {
        trainer: finished(trainer.method_not_allowed_fallback(others)),
        viewer: finished(viewer.method_not_allowed_fallback(rooms::not_for_viewers)),
        nobody: finished(nobody.method_not_allowed_fallback(rooms::not_joined)),
        app: Arc::clone(&app),
    };
    Router::new()
        .fallback(rooms::lead)
        .layer(middleware::from_fn_with_state(who, guard))
        .layer(middleware::from_fn(in_its_language))
        .with_state(Arc::new(rooms))
}

async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::event::{Account, Cancellation, Equation, Fact, Limit, Reached};
    use lab::loss::Loss;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    fn document() -> Value {
        serde_json::from_str(openapi()).unwrap()
    }

    fn keys(object: &Value) -> BTreeSet<String> {
        object.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_document_describes_every_route_and_no_other() {
        let tables = [entrance(), viewing(), answering(), controlling()].into_iter().flatten();
        let routes: BTreeSet<String> = tables.map(|(path, _)| path.to_owned()).collect();
        assert_eq!(keys(&document()["paths"]), routes);
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_says_how_it_fails() {
        let document = document();
        let mut names = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap().iter().filter(|(method, _)| *method != "parameters")
            {
                let name = operation["operationId"].as_str().unwrap_or_default();
                assert!(!name.is_empty() && names.insert(name.to_owned()), "{method} {path}");
                let answers = keys(&operation["responses"]);
                assert!(["400", "403", "421"].iter().all(|status| answers.contains(*status)), "{method} {path}");
                assert_eq!(answers.contains("415"), method == "post", "{method} {path}");
            }
        }
        for response in document["components"]["responses"].as_object().unwrap().values() {
            assert_eq!(response["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/Problem");
        }
    }

    /// The variants of a fact with their fields, and which of these can be left out, as the schema's source has them.
    fn schema() -> Vec<(String, BTreeSet<String>, BTreeSet<String>)> {
        let source = include_str!("../../../lab/src/event/fact.rs");
        let body = source.split("pub enum Fact {\n").nth(1).unwrap().split("\n}\n").next().unwrap();
        let mut facts: Vec<(String, BTreeSet<String>, BTreeSet<String>)> = Vec::new();
        let mut optional = false;
        for line in body.lines() {
            let name = line.trim().trim_end_matches([' ', '{', ',']);
            match line.len() - line.trim_start().len() {
                4 if name.starts_with(char::is_uppercase) => {
                    let kebab = |c: char| if c.is_uppercase() { format!("-{}", c.to_lowercase()) } else { c.into() };
                    let name: String = name.chars().map(kebab).collect();
                    facts.push((name.trim_start_matches('-').to_owned(), BTreeSet::new(), BTreeSet::new()));
                }
                8 if line.contains("skip_serializing_if") => optional = true,
                8 if !line.trim_start().starts_with(['/', '#']) => {
                    let field = line.trim().split(':').next().unwrap().to_owned();
                    let (_, all, left_out) = facts.last_mut().unwrap();
                    all.insert(field.clone());
                    if std::mem::take(&mut optional) {
                        left_out.insert(field);
                    }
                }
                _ => {}
            }
        }
        facts
    }

    #[test]
    fn every_member_of_every_event_is_described() {
        let document = document();
        let described = document["components"]["schemas"]["Event"]["oneOf"].as_array().unwrap();
        let facts = schema();
        assert_eq!(described.len(), facts.len());
        for (name, fields, optional) in facts {
            let one = described.iter().find(|one| one["properties"]["type"]["const"] == name.as_str());
            let one = one.unwrap_or_else(|| panic!("no event {name}"));
            let mut members = keys(&one["properties"]);
            members.remove("type");
            assert_eq!(members, fields, "{name}");
            let required = one["required"].as_array().map(Vec::as_slice).unwrap_or_default();
            let required: BTreeSet<String> = required.iter().map(|it| it.as_str().unwrap().to_owned()).collect();
            assert_eq!(required, &fields - &optional, "{name}: what is always there");
        }
    }

    /// One of each with optional members, and what each member without them is: what the schema's source is taken for holds.
    #[test]
    fn the_document_describes_every_event_with_its_members() {
        let text = || "x".to_owned();
        let account = || Account::plain("x");
        let cut_off = Some(Box::new(Reached { phase: Some(text()), done: 1, total: 2, unit: Some(text()) }));
        let equation = Some(Box::new(Equation { p: text(), g: text(), y: text(), x: text() }));
        let facts = [
            Fact::Chose { bits: 1, method: account(), prepared_by: Some(text()) },
            Fact::Work { phase: text(), done: 1, total: 2, unit: Some(text()) },
            Fact::Solved {
                bits: 1,
                method: Some(account()),
                operations: Some(1),
                failure: Some(account()),
                found: false,
                cut_off: cut_off.clone(),
                equation,
            },
            Fact::Asked { bits: 1, questions: 1, found: false, failure: Some(account()), cut_off: cut_off.clone() },
            Fact::Trusts { anchors: vec![], revocation_lists: vec![], pins: vec![], peer: Some(text()), now: 1 },
            Fact::Canary { digest: text() },
            Fact::Step { number: 1, text: text(), recipe: Some(text()) },
            Fact::Limited { limit: Limit::Held, most: 1 },
            Fact::Ended,
            Fact::Overdue { after: 1 },
            Fact::Cancelled { why: Cancellation::Asked },
            Fact::Lost { what: lab::role::Actor::Client, reason: Loss::NoPipes },
        ];
        let document = document();
        let described = document["components"]["schemas"]["Event"]["oneOf"].as_array().unwrap();
        for fact in facts {
            let told = serde_json::to_value(&fact).unwrap();
            let one = described.iter().find(|one| one["properties"]["type"]["const"] == told["type"]);
            let one = one.unwrap_or_else(|| panic!("no event {}", told["type"]));
            assert_eq!(keys(&told), keys(&one["properties"]), "{told}");
            let (_, fields, _) = schema().into_iter().find(|(name, ..)| told["type"] == name.as_str()).unwrap();
            assert_eq!(keys(&told), &fields | &BTreeSet::from(["type".to_owned()]), "{told}");
        }
        // A name that is described is one that can be read.
        for one in described {
            let name = &one["properties"]["type"]["const"];
            let read = serde_json::from_value::<Fact>(json!({ "type": name }));
            assert!(read.is_ok() || !read.unwrap_err().to_string().contains("unknown variant"), "{name}");
        }
    }
}
