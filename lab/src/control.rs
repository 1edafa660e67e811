//! What the console tells the three processes, and what they tell it: one JSON object a line, orders on a process's
//! standard input, reports on its standard output.
//!
//! The end of standard input is the order to leave: no process outlives the console. An order carries what its receiver
//! may know and nothing else; an [`AttackOrder`] holds no victim's seed, key or canary.

use crate::{
    event::{Event, Limit, Told},
    hand::{Decision, Hand},
    role::Role,
    scenario::Selection,
    script::Script,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An order to one of the three processes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "order", rename_all = "kebab-case")]
pub enum Order {
    /// To a victim: play your part in one session.
    Play(Box<PlayOrder>),
    /// To the attacker: treat one session so.
    Attack(Box<AttackOrder>),
    /// To the attacker: go on computing on what was recorded in a session that is over.
    Read(Box<ReadOrder>),
    /// To those who are connected to: nobody will connect in this session any more. A part that still waits for its connection is
    /// over; one that has it goes on.
    NobodyComes {
        /// The session.
        session: String,
    },
    /// Forget about a session; its connections are closed.
    Cancel {
        /// The session.
        session: String,
    },
    /// To a victim: your patience stands still, or goes on.
    Clock {
        /// The session.
        session: String,
        /// It stands still.
        stands: bool,
    },
    /// To the attacker: do this with the frame that you hold.
    Decide {
        /// The session.
        session: String,
        /// What.
        decision: Decision,
    },
}

/// The place of a session in a campaign: what a party remembers goes by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The campaign.
    pub campaign: String,
    /// Which of its sessions, from 1.
    pub number: u32,
    /// How many it has.
    pub of: u32,
    /// It is played at the same time as the one before it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_once: bool,
}

/// A victim's part in one session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlayOrder {
    /// The session's id in events.
    pub session: String,
    /// What the client's first flight carries to correlate the processes' parts; it follows from the seed.
    pub correlation: String,
    /// The mode with its variant and parameters.
    pub mode: Selection,
    /// Checks switched off.
    pub without: Vec<String>,
    /// Checks switched on.
    pub with: Vec<String>,
    /// This party's own seed, hex; everything random of its part follows from it.
    pub seed: String,
    /// Unix seconds that the party takes for the present.
    pub now: i64,
    /// What it says before its canary's random part.
    pub phrase: String,
    /// How long it waits for each flight, in milliseconds.
    pub patience: u64,
    /// Its place in a campaign; absent where the session stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Where the client connects; absent for the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<String>,
    /// The secret that it shares with its peer, in the modes that start from one, in base64url without padding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_secret: Option<String>,
    /// What it knows of certificates and names, in the modes that use them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Credentials>,
    /// So many connections the server takes besides, once the session has its own: each is a handshake by itself, of which
    /// nothing is told.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub calls: u32,
}

fn is_zero(calls: &u32) -> bool {
    *calls == 0
}

/// What a party owns and trusts, in base64url without padding, certificates and lists as DER.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Credentials {
    /// Trust anchors.
    #[serde(default)]
    pub anchors: Vec<String>,
    /// Revocation lists.
    #[serde(default)]
    pub revocation_lists: Vec<String>,
    /// SHA-256 of the public keys (SubjectPublicKeyInfo) that the peer's path may rest on.
    #[serde(default)]
    pub pins: Vec<String>,
    /// The name that the peer must prove.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_name: Option<String>,
    /// The name that the own chain is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_name: Option<String>,
    /// The own chain, leaf first.
    #[serde(default)]
    pub chain: Vec<String>,
    /// The private key that opens what is encrypted to the party, PKCS#8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decryption_key: Option<String>,
    /// The public key of its peer, RSAPublicKey (RFC 8017), where the two met before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_key: Option<String>,
    /// The Ed25519 seed of the leaf's key, or of one that nobody certifies, 32 bytes in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The secret of the own lasting public value in X25519, 32 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub static_key: Option<String>,
    /// The peer's lasting public value, 32 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_static: Option<String>,
}

/// What leaks when a session is over.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Afterwards {
    /// Lasting keys of the server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_server: Option<Credentials>,
    /// Lasting keys of the client's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_client: Option<Credentials>,
    /// Secrets of the victims in this session, by the names that the mode's table has for them, in base64url without padding.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub drawn: BTreeMap<String, String>,
}

/// The attacker's part in one session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AttackOrder {
    /// The session's id in events.
    pub session: String,
    /// What the client's first flight carries to correlate the processes' parts; it follows from the seed.
    pub correlation: String,
    /// The attack with its variant.
    pub attack: Selection,
    /// The mode under attack: what the victims speak is no secret.
    pub mode: Selection,
    /// The attacker's own seed, hex.
    pub seed: String,
    /// Unix seconds that it takes for the present.
    pub now: i64,
    /// How long the victims wait for a flight, in milliseconds: it shows on the wire.
    pub patience: u64,
    /// How long the session may take in all, in milliseconds from the client's connection on: what is being computed then
    /// is cut off.
    pub deadline: u64,
    /// What the attacker came by before the session to stand in for the server with: certificates and a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_server: Option<Credentials>,
    /// What it came by to stand in for the client with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_client: Option<Credentials>,
    /// What it comes by when the session is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub afterwards: Option<Afterwards>,
    /// The session's place in a campaign; absent where it stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Frames of an earlier handshake that it recorded, whole, in base64url without padding.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recording: Vec<String>,
    /// What it is to do, where that does not stand with the attack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Script>,
    /// Somebody decides in its place; absent where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand: Option<Hand>,
}

/// A recording that the attacker reads: nobody connects any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadOrder {
    /// The session's id in events.
    pub session: String,
    /// The mode that the victims spoke.
    pub mode: Selection,
    /// The frames in the order in which they passed: who sent each, and all of it, in base64url without padding.
    pub frames: Vec<(Role, String)>,
    /// How long it may take in all, in milliseconds: what is being computed then is cut off.
    pub deadline: u64,
}

/// What a process tells the console.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "report", rename_all = "kebab-case")]
pub enum Report {
    /// It listens; the address is `host:port`.
    Listening {
        /// Where.
        address: String,
    },
    /// It took an order and awaits the session.
    Ready {
        /// The session.
        session: String,
    },
    /// An order that it cannot carry out.
    Refused {
        /// The session.
        session: String,
        /// Why.
        reason: String,
    },
    /// Something happened.
    Event(#[serde(serialize_with = "Event::serialize")] Event),
    /// The attacker would have the victims' patience stand still, or go on: a frame is held, or something is computed by hand.
    Clock {
        /// The session.
        session: String,
        /// It is to stand still.
        stands: bool,
    },
    /// A connection that belongs to no session.
    Stray {
        /// Which victim's side it came from, where that is known.
        from: Option<Role>,
        /// What was wrong.
        reason: String,
        /// The lab's own limit that took effect, where it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<Limit>,
    },
    /// More such connections than are told one by one.
    MoreStrays {
        /// How many.
        count: u64,
        /// Within how many milliseconds.
        within: u64,
    },
    /// Nobody listens yet where it has to connect to; it waits.
    Waiting {
        /// For whom, as `host:port`.
        address: String,
    },
}

impl Report {
    /// Reads a report from JSON. Events, of which each session has many, are read in one go where they stand as they are
    /// written.
    ///
    /// # Errors
    /// It is no report.
    pub fn read(json: &[u8]) -> serde_json::Result<Self> {
        // Members that nobody knows are passed over in one go, whatever octets they have: no text is no JSON (RFC 8259 section 8.1).
        match std::str::from_utf8(json).ok().and_then(|text| serde_json::from_str::<Told>(text).ok()) {
            Some(Told(event)) => Ok(Self::Event(event)),
            None => serde_json::from_slice(json),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_its_type_says() {
        for json in [
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"ended"}"#,
            r#"{"type":"holds","with":"server","fingerprint":"f","at":5,"source":"attacker","n":1,"session":"\u0061","v":3,"report":"event"}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"frame","way":"sent","flight":1,"kind":"hello","bytes":"AQ","more":[1]}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"frame","way":"sent","flight":1,"kind":"hello","bytes":"AQ","flight":1}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"frame","way":"sent","flight":1,"kind":"hello"}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"frame","way":"sent","flight":1,"kind":"hello","bytes":"AQ","n":1}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"frame","way":"sent","flight":1,"kind":"hello","\u0062ytes":"\u0041Q"}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"aborted","flight":1,"reason":{"is":"x"},"at":5}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"ended","more":{"type":"ended"}}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"ended","at":5}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"check","check":"c","status":"failed","flight":1,"expected":"x","observed":{"is":"in-range"}}"#,
            r#"{"report":"event","v":3,"session":"a","n":-1,"source":"client","at":5,"type":"ended"}"#,
            r#"["event",3,"a",1,"client",5,"ended"]"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"attacker","at":5,"type":"decided","from":"client","kind":"record","action":"alter","fields":{"bytes":"AA"}}"#,
            r#"{"report":"clock","session":"a","stands":true}"#,
            r#"{"report":"ready","session":"a"}"#,
            r#"{"report":"stray","from":null,"reason":"x"}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"telepathy"}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"n":2,"source":"client","at":5,"type":"ended"}"#,
            r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"ended"} 1"#,
            r#"{"session":"a"}"#,
            "",
        ] {
            let told =
                |report: serde_json::Result<Report>| report.ok().map(|report| serde_json::to_string(&report).ok());
            assert_eq!(told(Report::read(json.as_bytes())), told(serde_json::from_str(json)), "{json}");
            // Written in one go it is what its serialiser says.
            let Ok(report) = Report::read(json.as_bytes()) else { continue };
            assert_eq!(report.to_json().unwrap(), serde_json::to_vec(&report).unwrap());
            if let Report::Event(event) = report {
                assert_eq!(event.to_json().unwrap(), serde_json::to_vec(&event).unwrap());
            }
        }
    }

    #[test]
    fn what_is_no_text_is_no_report_whichever_member_has_it() {
        let with = |octets: &[u8]| {
            let before =
                r#"{"report":"event","v":3,"session":"a","n":1,"source":"client","at":5,"type":"ended","more":""#;
            Report::read(&[before.as_bytes(), octets, b"\"}"].concat())
        };
        assert!(with("é".as_bytes()).is_ok() && with(&[0xe9]).is_err() && with(&[0x81, b'x']).is_err());
    }
}
