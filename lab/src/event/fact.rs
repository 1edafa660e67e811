//! What can happen in a session, and who can know it.

use super::{Account, Action, Cancellation, Change, Equation, Limit, Reached, Status, Way};
use crate::{
    cause::Cause,
    hand::Verb,
    loss::Loss,
    role::{Actor, Role},
    seen::Seen,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Facts, and as `Plain` how their members are read where it is known what happened.
macro_rules! facts {
    ($(#[$attribute:meta])* pub enum Fact $variants:tt) => {
        $(#[$attribute])*
        pub enum Fact $variants

        #[derive(Deserialize)]
        #[serde(remote = "Fact", rename_all = "kebab-case")]
        pub(super) enum Plain $variants
    };
}

facts! {
/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "type", rename_all = "kebab-case")]
pub enum Fact {
    /// A process took up its part of the session.
    Started {
        /// Mode with its variant, as `dh-weak:short,bits=48`; the attack's id for the attacker.
        plays: String,
        /// Checks that this party performs but had switched off.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without: Vec<String>,
        /// Checks that this party performs only because they were switched on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        with: Vec<String>,
    },
    /// A victim says by what it judges its peer's certificates. Certificates and lists are DER in base64url.
    Trusts {
        /// Trust anchors.
        anchors: Vec<String>,
        /// Revocation lists.
        revocation_lists: Vec<String>,
        /// SHA-256 of the public keys (SubjectPublicKeyInfo) that the peer's path may rest on, base64url.
        pins: Vec<String>,
        /// The name that the peer has to prove.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        peer: Option<String>,
        /// Unix seconds that it takes for the present.
        now: i64,
    },
    /// A victim sent or received a frame.
    Frame {
        /// Sent or received, seen from the victim that tells it.
        way: Way,
        /// Number of the flight, from 1; records travel in the flight after the last of the handshake.
        flight: u32,
        /// Name of the frame's kind.
        kind: String,
        /// The whole frame, header included, base64url without padding.
        bytes: String,
    },
    /// The attacker decided about a frame that it saw, or made one up.
    Relayed {
        /// Who had sent the frame; for an injected frame, in whose name it goes out.
        from: Role,
        /// What the attacker did.
        action: Action,
        /// Number of the flight.
        flight: u32,
        /// Name of the frame's kind.
        kind: String,
        /// The frame as it arrived, base64url; absent for an injected one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// The frame as it left, base64url; absent for a dropped or held one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// The fields that were altered.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changed: Vec<Change>,
    },
    /// A frame that the attacker saw waits until somebody decides about it.
    Held {
        /// Who sent it.
        from: Role,
        /// Number of the flight.
        flight: u32,
        /// Name of the frame's kind.
        kind: String,
        /// The whole frame, base64url.
        bytes: String,
        /// What the attack would do with it; absent where it would keep it to itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposes: Option<Action>,
        /// The fields that it would alter.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changed: Vec<Change>,
    },
    /// Somebody decided about a frame in the attacker's place. What was done then is told besides.
    Decided {
        /// Who had sent the frame.
        from: Role,
        /// Name of the frame's kind.
        kind: String,
        /// What becomes of it.
        action: Verb,
        /// The fields that were altered with their new values, as messages carry them; of a record `bytes`.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        fields: Map<String, Value>,
    },
    /// A victim performed a check, or says why it did not.
    Check {
        /// The check's id.
        check: String,
        /// The outcome.
        status: Status,
        /// Flight that the check concerns.
        flight: u32,
        /// What had to be there.
        #[serde(with = "Seen")]
        expected: Seen,
        /// What was there.
        #[serde(with = "Seen")]
        observed: Seen,
    },
    /// A victim finished the handshake.
    Established {
        /// Fingerprint of the session key.
        fingerprint: String,
        /// The name that it proves to its peer, where the mode has it prove one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        own: Option<String>,
        /// Whom it believes to talk to: the authenticated name, absent where the mode authenticates nobody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        peer: Option<String>,
        /// Negotiated group.
        group: String,
        /// What it offered or supports, best first.
        offered: Vec<String>,
    },
    /// A victim gave up.
    Aborted {
        /// Flight in which it happened.
        flight: u32,
        /// The check that failed; absent where something else went wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        check: Option<String>,
        /// Why.
        #[serde(with = "Cause")]
        reason: Cause,
    },
    /// A victim publishes the SHA-256 (hex) of the secret text that it is about to send.
    Canary {
        /// Hex SHA-256 of the canary.
        digest: String,
    },
    /// A victim sent or accepted one message of application data.
    Data {
        /// Sent or received.
        way: Way,
        /// Position in the stream, from 0.
        index: u32,
        /// Hex SHA-256 of the message.
        digest: String,
        /// Its length in bytes.
        length: usize,
        /// Its text, `[…]` where something of it is or may be a canary, which is nobody's to tell but the attacker's;
        /// bytes that are not UTF-8 are replaced. Absent where the victim does not tell it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A victim installed a key for the records of one side.
    Installed {
        /// Whose records: its own, or those of its peer.
        of: Role,
        /// The key's fingerprint.
        key: String,
        /// The number of the first record under it.
        number: u64,
    },
    /// A victim ended in order: it holds the peer's stream to be complete.
    Closed {
        /// Messages sent.
        sent: u32,
        /// Messages accepted.
        received: u32,
    },
    /// The attacker computed a session key.
    Holds {
        /// Whose key: the victim at the other end of that leg.
        with: Role,
        /// Fingerprint of the key.
        fingerprint: String,
    },
    /// The attacker publishes application data that it read.
    Recovered {
        /// Who had sent it.
        sender: Role,
        /// The text; bytes that are not UTF-8 are replaced.
        text: String,
        /// Read while the session ran, or from the recording afterwards.
        live: bool,
    },
    /// The attacker put two ciphertexts together that are sealed with the same octets, one of which it knows the text of.
    Combined {
        /// Who had sent them.
        sender: Role,
        /// The number that both bear.
        number: u64,
        /// The one that it could not read, in hexadecimal.
        first: String,
        /// The one whose text it knows.
        second: String,
        /// Both without carry, which is both texts without carry: the key is not in it.
        sum: String,
        /// The known text.
        known: String,
    },
    /// The attacker began a numbered step of its recipe.
    Step {
        /// Number of the step in the attack's recipe, from 1.
        number: u32,
        /// What it does, in words.
        text: String,
        /// The first attack of the registry that has this recipe: under its id other languages have the step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recipe: Option<String>,
    },
    /// The wire does not do what the attacker's script expects, and the attacker stops there.
    Parted {
        /// Number of the move that was next, from 1; the one after the last where all were made.
        number: u32,
        /// Who sends the message that it is about.
        from: Role,
        /// The kind of that message.
        kind: String,
        /// Why it cannot be made.
        #[serde(with = "Cause")]
        reason: Cause,
    },
    /// The attacker chose how to compute a logarithm.
    Chose {
        /// Size of the prime in bits.
        bits: u64,
        /// The method and why.
        method: Account,
        /// The session that paid for the work that the prime asks once for all; absent where this one pays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prepared_by: Option<String>,
    },
    /// The attacker's computation advances.
    Work {
        /// The phase, by the name of its texts `phase`.
        phase: String,
        /// Units done.
        done: u64,
        /// Units in all, 0 where unknown.
        total: u64,
        /// What is counted, by the name of its texts `unit` and `amount`. What are [`TRIES`](super::TRIES) have come to their end with the last
        /// one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
    },
    /// The attacker's computation came to an end, or was cut off before it.
    Solved {
        /// Size of the prime in bits.
        bits: u64,
        /// The method and why it was chosen; absent where none found it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<Account>,
        /// What it cost, in multiplications or work like it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operations: Option<u64>,
        /// Why there is no logarithm.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Account>,
        /// Whether the logarithm was found.
        found: bool,
        /// How far it was when it was cut off, for want of time or memory; absent where it came to its end by itself: the
        /// logarithm is found, or no method at hand finds it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cut_off: Option<Box<Reached>>,
        /// The logarithm, with what anybody needs to check it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        equation: Option<Box<Equation>>,
    },
    /// What the attacker asked the server about a ciphertext came to an end, or was cut off before it.
    Asked {
        /// Size of the modulus in bits.
        bits: u64,
        /// Questions that it asked.
        questions: u64,
        /// Whether what the ciphertext holds was found.
        found: bool,
        /// Why it was not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Account>,
        /// How far it was when it was cut off; absent where it came to its end by itself: the answers told all, or nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cut_off: Option<Box<Reached>>,
    },
    /// A limit that the lab sets itself took effect. It says nothing of attack or defence; what follows from it is told by
    /// other events.
    Limited {
        /// Which.
        limit: Limit,
        /// How much it allows, in the limit's unit.
        most: u64,
    },
    /// The process is done with the session.
    Ended,
    /// The console begins a session of a campaign: what follows belongs to it.
    Began {
        /// Which, from 1.
        number: u32,
        /// How many the campaign has.
        of: u32,
    },
    /// The console gave the session up: it was not over in its time.
    Overdue {
        /// Its time in milliseconds.
        after: u64,
    },
    /// The console ended the session before its end.
    Cancelled {
        /// Why it did.
        why: Cancellation,
    },
    /// The console lost something that the session needed.
    Lost {
        /// What was lost.
        what: Actor,
        /// Why.
        reason: Loss,
    },
}
}

impl Fact {
    /// Who can know it.
    pub const fn tellers(&self) -> &'static [Actor] {
        match self {
            Self::Started { .. } | Self::Limited { .. } | Self::Ended => {
                &[Actor::Client, Actor::Attacker, Actor::Server]
            }
            Self::Trusts { .. }
            | Self::Frame { .. }
            | Self::Check { .. }
            | Self::Established { .. }
            | Self::Aborted { .. }
            | Self::Canary { .. }
            | Self::Data { .. }
            | Self::Installed { .. }
            | Self::Closed { .. } => &[Actor::Client, Actor::Server],
            Self::Relayed { .. }
            | Self::Held { .. }
            | Self::Decided { .. }
            | Self::Holds { .. }
            | Self::Recovered { .. }
            | Self::Combined { .. }
            | Self::Step { .. }
            | Self::Parted { .. }
            | Self::Chose { .. }
            | Self::Work { .. }
            | Self::Solved { .. }
            | Self::Asked { .. } => &[Actor::Attacker],
            Self::Began { .. } | Self::Overdue { .. } | Self::Cancelled { .. } | Self::Lost { .. } => &[Actor::Console],
        }
    }
}
