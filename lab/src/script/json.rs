//! Scripts as JSON: what is [read](super::reading) is what is [written](super::writing).

use super::Script;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value as Json;

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
    use crate::{
        loot::Item,
        misfit::Need,
        script::{LONGEST, SESSIONS, Treatment},
    };

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

    /// What a session takes from another at the same time is any other's, and not its own.
    #[test]
    fn sessions_at_once_take_from_every_other() {
        let several = |at_once: &str, session: usize| {
            let first = format!(
                r#"{{"needs":{{"expected":true}},"moves":[{{"do":"send","from":"client","message":"client-hello","fields":{{
                "share":{{"beside":{{"session":{session},"value":{{"seen":"client_share"}}}}}}}}}}]}}"#
            );
            format!(r#"{{"script":1,"mode":"ecdh"{at_once},"sessions":[{first},{{"moves":[]}}]}}"#)
        };
        let script = Script::read(several(r#","at_once":true"#, 2).as_bytes()).unwrap();
        let again = Script::from_json(&script.to_json()).unwrap();
        assert!(again.at_once && script.needs(1).expected);
        assert_eq!(script.to_json(), again.to_json());
        for (at_once, session) in [(r#","at_once":true"#, 1), (r#","at_once":true"#, 3), ("", 2)] {
            let place = "sessions[0].moves[0].fields.share.beside.session";
            assert_eq!(Script::read(several(at_once, session).as_bytes()).unwrap_err().field, place);
        }
        let one = r#"{"script":1,"mode":"ecdh","at_once":true,"moves":[]}"#;
        assert_eq!(Script::read(one.as_bytes()).unwrap_err().field, "at_once");
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
