//! What has to be true of a table before anything runs it.
//!
//! Names are bound before they are used and only once a party, sorts fit, each field that arrives is a name of its own,
//! and the handshake ends with the keys that the record layer needs. No field carries what must not travel, and no check shows
//! what must stay secret.

use super::{
    Act, By, Mode, Relation, Source, Step,
    fault::{Fault, Place, amiss},
};
use crate::{
    role::Role,
    term::{Expr, Op, Sort},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What both parties know when the handshake is done.
const RESULTS: [&str; 3] = ["client_write", "server_write", "exporter"];

/// Checks a mode's table.
///
/// # Errors
/// The first fault, with its place.
pub fn validate(mode: &Mode) -> Result<(), Fault> {
    let mut scopes = Scopes { mode: mode.id, client: BTreeMap::new(), server: BTreeMap::new(), kept: Vec::new() };
    for given in mode.given {
        scopes.bind(&Place::Given, given.by, given.name, given.source.sort())?;
    }
    scopes.kept = mode.steps().filter_map(kept).collect();
    let wanted = mode.given.iter().any(|given| given.source == Source::Group);
    for variant in mode.variants {
        let has = variant.own_group(&BTreeMap::new()).is_some();
        if wanted != has {
            let what = amiss(if has { "unwanted-group" } else { "no-own-group" }, json!({}));
            return scopes.fault(&Place::Variant { variant: variant.id }, what);
        }
    }
    table(mode, scopes)
}

/// Checks messages and results, with what is bound already.
fn table(mode: &Mode, mut scopes: Scopes) -> Result<(), Fault> {
    for (i, message) in mode.messages.iter().enumerate() {
        let in_field = |field| Place::Message { number: i + 1, kind: message.kind.as_str(), field, step: None };
        let place = in_field(None);
        if i == mode.handshake().len() {
            scopes.results()?;
        }
        if i >= mode.handshake().len() && !message.kind.is_in_session() {
            return scopes.fault(&place, amiss("over", json!({})));
        }
        scopes.steps(&place, message.before, Some(message.from))?;
        for field in message.fields {
            let at = in_field(Some(field.name));
            let sort = scopes.sort(&at, message.from, &field.value)?;
            if sort != field.sort {
                return scopes.fault(
                    &at,
                    amiss("other-sort", json!({ "expected": field.sort.to_string(), "got": sort.to_string() })),
                );
            }
            if !sort.travels() {
                return scopes.fault(&at, amiss("does-not-travel", json!({ "sort": sort.to_string() })));
            }
            scopes.bind(&at, By::One(message.from.peer()), field.binds, field.sort)?;
            // The sender may know its field under that name already: it has to be the same value then.
            match scopes.of(message.from).get(field.binds) {
                None => scopes.bind(&at, By::One(message.from), field.binds, field.sort)?,
                Some(_) if matches!(field.value, Expr::Var(name) if name == field.binds) => {}
                Some(_) => return scopes.fault(&at, amiss("names-else", json!({ "name": field.binds }))),
            }
        }
        scopes.steps(&place, message.receipt, Some(message.from.peer()))?;
        scopes.steps(&place, message.after, None)?;
    }
    if mode.in_session().is_empty() { scopes.results() } else { Ok(()) }
}

struct Scopes {
    mode: &'static str,
    client: BTreeMap<&'static str, Sort>,
    server: BTreeMap<&'static str, Sort>,
    /// What is remembered, and by whom.
    kept: Vec<(By, &'static str)>,
}

/// What a step has remembered, and by whom.
fn kept(step: &Step) -> Option<(By, &'static str)> {
    if let Act::Keep(name, _) = step.act { Some((step.by, name)) } else { None }
}

impl Scopes {
    fn of(&self, role: Role) -> &BTreeMap<&'static str, Sort> {
        match role {
            Role::Client => &self.client,
            Role::Server => &self.server,
        }
    }

    fn scope(&mut self, role: Role) -> &mut BTreeMap<&'static str, Sort> {
        match role {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }

    /// Both know what the record layer needs.
    fn results(&self) -> Result<(), Fault> {
        for role in [Role::Client, Role::Server] {
            for name in RESULTS {
                if self.of(role).get(name) != Some(&Sort::Key) {
                    return self.fault(&Place::End, amiss("no-key", json!({ "role": role, "name": name })));
                }
            }
        }
        Ok(())
    }

    fn fault<T>(&self, place: &Place, what: Value) -> Result<T, Fault> {
        Err(Fault { mode: self.mode, place: place.clone(), what })
    }

    fn bind(&mut self, place: &Place, by: By, name: &'static str, sort: Sort) -> Result<(), Fault> {
        for role in [Role::Client, Role::Server] {
            if !by.includes(role) {
                continue;
            }
            if self.scope(role).insert(name, sort).is_some() {
                return self.fault(place, amiss("known", json!({ "role": role, "name": name })));
            }
        }
        Ok(())
    }

    fn steps(&mut self, place: &Place, steps: &[Step], only: Option<Role>) -> Result<(), Fault> {
        for step in steps {
            let at = match place {
                Place::Message { number, kind, field, .. } => {
                    Place::Message { number: *number, kind, field: *field, step: Some(step.to_string()) }
                }
                other => other.clone(),
            };
            if let Some(only) = only
                && step.by != By::One(only)
            {
                return self.fault(&at, amiss("others-step", json!({ "role": only })));
            }
            for role in [Role::Client, Role::Server].into_iter().filter(|role| step.by.includes(*role)) {
                self.step(&at, role, step)?;
            }
        }
        Ok(())
    }

    fn step(&mut self, place: &Place, role: Role, step: &Step) -> Result<(), Fault> {
        let by = By::One(role);
        match step.act {
            Act::Fresh { name, sort, group } => {
                if !sort.is_drawn(group.is_some()) {
                    return self.fault(place, amiss("not-drawn", json!({ "sort": sort.to_string() })));
                }
                if let Some(group) = group
                    && self.of(role).get(group) != Some(&Sort::Group)
                {
                    return self.fault(place, amiss("no-group", json!({ "role": role, "name": group })));
                }
                self.bind(place, by, name, sort)
            }
            Act::Seed(value) => match self.sort(place, role, &value)? {
                Sort::Secret => Ok(()),
                sort => self.fault(place, amiss("no-seed", json!({ "sort": sort.to_string() }))),
            },
            Act::Let(name, value) => {
                let sort = self.sort(place, role, &value)?;
                self.bind(place, by, name, sort)
            }
            Act::Recall(name, value) => {
                if !self.kept.iter().any(|(by, kept)| by.includes(role) && *kept == name) {
                    return self.fault(place, amiss("never-kept", json!({ "role": role, "name": name })));
                }
                let sort = self.sort(place, role, &value)?;
                self.bind(place, by, name, sort)
            }
            Act::Keep(name, value) => {
                let sort = self.sort(place, role, &value)?;
                match self.of(role).get(name) {
                    Some(recalled) if *recalled == sort => Ok(()),
                    Some(recalled) => self.fault(
                        place,
                        amiss("kept-else", json!({ "sort": sort.to_string(), "recalled": recalled.to_string() })),
                    ),
                    None => self.fault(place, amiss("never-recalled", json!({ "role": role, "name": name }))),
                }
            }
            Act::Check(relation, args) => self.relation(place, role, relation, args),
            Act::Install(_, name) if self.of(role).get(name) == Some(&Sort::Key) => Ok(()),
            Act::Install(_, name) => self.fault(place, amiss("no-key", json!({ "role": role, "name": name }))),
            Act::Say => Ok(()),
            Act::Forget(name) => match self.scope(role).remove(name) {
                Some(_) => Ok(()),
                None => self.fault(place, amiss("unknown", json!({ "role": role, "name": name }))),
            },
        }
    }

    fn relation(&self, place: &Place, role: Role, relation: Relation, args: &[Expr]) -> Result<(), Fault> {
        let sorts = self.sorts(place, role, args)?;
        let fits = match relation.sorts() {
            Some(expected) => sorts == expected,
            None => sorts.len() == 2 && sorts[0] == sorts[1],
        };
        if !fits {
            return self.fault(place, amiss("unrelated", json!({ "sorts": format!("{sorts:?}") })));
        }
        match sorts.iter().find(|sort| relation.shows() && !sort.may_be_shown()) {
            Some(secret) => self.fault(place, amiss("shows", json!({ "sort": secret.to_string() }))),
            None => Ok(()),
        }
    }

    fn sorts(&self, place: &Place, role: Role, values: &[Expr]) -> Result<Vec<Sort>, Fault> {
        values.iter().map(|value| self.sort(place, role, value)).collect()
    }

    fn sort(&self, place: &Place, role: Role, value: &Expr) -> Result<Sort, Fault> {
        match value {
            Expr::Transcript => Ok(Sort::Digest),
            Expr::Var(name) => match self.of(role).get(name) {
                Some(sort) => Ok(*sort),
                None => self.fault(place, amiss("unknown", json!({ "role": role, "name": name }))),
            },
            Expr::Switch(_, on, off) => {
                let (on, off) = (self.sort(place, role, on)?, self.sort(place, role, off)?);
                if on == off {
                    return Ok(on);
                }
                self.fault(place, amiss("either", json!({ "on": on.to_string(), "off": off.to_string() })))
            }
            Expr::Tuple(items) => {
                let sorts = self.sorts(place, role, items)?;
                match sorts.iter().find(|sort| !sort.is_encodable()) {
                    Some(sort) => self.fault(place, amiss("no-form", json!({ "sort": sort.to_string() }))),
                    None => Ok(Sort::of_tuple(&sorts)),
                }
            }
            Expr::Apply(op, args) => {
                let (expected, result) = op.signature();
                let sorts = self.sorts(place, role, args)?;
                if sorts != expected {
                    let (wanted, got) = (format!("{expected:?}"), format!("{sorts:?}"));
                    return self.fault(
                        place,
                        amiss("other-values", json!({ "operation": op.to_string(), "expected": wanted, "got": got })),
                    );
                }
                match op {
                    Op::Part(at, of, sort) if !sort.is_part() || at >= of => {
                        self.fault(place, amiss("not-taken-out", json!({ "operation": op.to_string() })))
                    }
                    _ => Ok(result),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mode::{Field, Message, Names, table::*};
    use crate::{term::Padding, wire::Kind, words};

    fn leak<T>(items: Vec<T>) -> &'static [T] {
        items.leak()
    }

    /// What is wrong with a mode that is one hello of the client's, who has a value of each sort, named by the sort.
    fn fault_of(fields: Vec<Field>, before: Vec<Step>) -> String {
        let hello = Message {
            from: Role::Client,
            kind: Kind::ClientHello,
            before: leak(before),
            fields: leak(fields),
            receipt: &[],
            after: &[],
        };
        let mode = Mode {
            id: "test",
            title: "",
            summary: "",
            authenticated_by: "nothing",
            references: &[],
            variants: &[],
            groups: &[],
            given: &[],
            messages: leak(vec![hello]),
            names: Names::Nobody,
            met: 0,
            off: &[],
        };
        let client = Sort::ALL.iter().map(|sort| (named(*sort), *sort)).collect();
        let scopes = Scopes { mode: mode.id, client, server: BTreeMap::new(), kept: Vec::new() };
        words::english().say("amiss", &table(&mode, scopes).unwrap_err().what).unwrap_or_default()
    }

    /// The name of the value of a sort.
    fn named(sort: Sort) -> &'static str {
        sort.to_string().leak()
    }

    /// Where nothing else is wrong with the hello: it gives nobody any keys.
    const NO_KEYS: &str = "the client has no key named client_write";

    #[test]
    fn every_registered_mode_is_valid() {
        for mode in crate::modes::tables() {
            assert_eq!(validate(mode), Ok(()), "{}", mode.id);
        }
        for mode in crate::modes::all() {
            assert!(mode.tables().all(|table| table.id == mode.id && table.variants.len() == mode.variants.len()));
        }
    }

    #[test]
    fn a_name_must_be_bound_before_its_use() {
        let random = field("random", "client_random", Sort::Nonce, var("client_random"));
        assert_eq!(fault_of(vec![random], vec![]), "the client knows no client_random yet");
    }

    #[test]
    fn sorts_must_fit() {
        let random = field("random", "client_random", Sort::Nonce, var("session"));
        assert_eq!(fault_of(vec![random], vec![]), "expected nonce, got session");
    }

    #[test]
    fn a_name_is_bound_once() {
        assert_eq!(fault_of(vec![], vec![nonce(CLIENT, "a"), nonce(CLIENT, "a")]), "the client already knows a a");
    }

    #[test]
    fn what_the_sender_does_before_sending_is_the_senders() {
        assert_eq!(fault_of(vec![], vec![nonce(BOTH, "a")]), "is the client's alone to take");
    }

    #[test]
    fn the_keys_of_the_records_must_be_there_at_the_end() {
        assert_eq!(fault_of(vec![], vec![]), NO_KEYS);
    }

    /// Sorts whose values are worth stealing.
    const SECRET: [Sort; 6] =
        [Sort::Secret, Sort::Shared, Sort::Key, Sort::SigningKey, Sort::DecryptionKey, Sort::Secrets];

    /// Sorts that have a form on the wire (docs/wire.md).
    const ON_THE_WIRE: [Sort; 16] = [
        Sort::Session,
        Sort::Offers,
        Sort::Choice,
        Sort::Group,
        Sort::Nonce,
        Sort::Public,
        Sort::Mac,
        Sort::Signature,
        Sort::EncryptionKey,
        Sort::Ciphertext,
        Sort::Chain,
        Sort::Name,
        Sort::Digest,
        Sort::Sealed,
        Sort::Short,
        Sort::VerifyingKey,
    ];

    #[test]
    fn a_message_carries_only_what_travels() {
        for sort in Sort::ALL.iter().copied() {
            let carried = field("field", named(sort), sort, var(named(sort)));
            let travels = ON_THE_WIRE.contains(&sort);
            let expected = if travels { NO_KEYS.to_owned() } else { format!("a {sort} does not travel") };
            assert_eq!(fault_of(vec![carried], vec![]), expected);
        }
        assert!(SECRET.iter().all(|sort| !ON_THE_WIRE.contains(sort)));
    }

    /// A value of this sort, in a tuple.
    fn in_tuple(sort: Sort) -> Expr {
        tuple(leak(vec![var("nonce"), var(named(sort))]))
    }

    #[test]
    fn a_tuple_with_a_secret_is_secret_and_is_not_hashed() {
        for sort in Sort::ALL.iter().copied() {
            let hashed = let_(CLIENT, "a", apply(Op::Hash, leak(vec![in_tuple(sort)])));
            let combined = let_(CLIENT, "a", apply(Op::Combine, leak(vec![in_tuple(sort)])));
            let what = [hashed, combined].map(|step| fault_of(vec![], vec![step]));
            if matches!(sort, Sort::SigningKey | Sort::DecryptionKey | Sort::Trust) {
                assert_eq!(what, [(); 2].map(|()| format!("a {sort} has no canonical form")));
            } else if SECRET.contains(&sort) {
                assert_eq!(what, ["hash takes [Tuple], got [Secrets]", NO_KEYS], "{sort}");
            } else {
                assert_eq!(what, [NO_KEYS, "combine takes [Secrets], got [Tuple]"], "{sort}");
            }
        }
    }

    #[test]
    fn a_tuple_with_a_secret_is_neither_sent_nor_shown() {
        let secrets = in_tuple(Sort::Key);
        let sent = field("field", "a", Sort::Secrets, secrets);
        assert_eq!(fault_of(vec![sent], vec![]), "a secrets does not travel");
        let shown = check(CLIENT, Relation::Equal(&crate::checks::FINISHED), leak(vec![secrets, secrets]));
        assert_eq!(fault_of(vec![], vec![shown]), "would show a secrets");
        // Nor by another sort's name, nor from a tuple in a tuple.
        let within = tuple(leak(vec![secrets]));
        let hashed = let_(CLIENT, "a", apply(Op::Hash, leak(vec![within])));
        assert_eq!(fault_of(vec![], vec![hashed]), "hash takes [Tuple], got [Secrets]");
    }

    #[test]
    fn what_is_drawn_is_random_and_has_a_group_where_it_needs_one() {
        for sort in Sort::ALL.iter().copied() {
            let drawn = |group| fault_of(vec![], vec![Step { by: CLIENT, act: Act::Fresh { name: "a", sort, group } }]);
            let refused = format!("nobody draws a {sort} so");
            let expected = |draws: bool| if draws { NO_KEYS.to_owned() } else { refused.clone() };
            assert_eq!(
                drawn(None),
                expected(matches!(sort, Sort::Nonce | Sort::Secret | Sort::Shared | Sort::DecryptionKey))
            );
            assert_eq!(drawn(Some("group")), expected(sort == Sort::Secret));
        }
    }

    /// What was decrypted is secret as a whole, and so is each part but a name or a nonce; nothing else is taken out.
    #[test]
    fn what_is_decrypted_falls_apart_into_what_can_be_told_apart() {
        let opened = apply(Op::Decrypt(Padding::Oaep), leak(vec![var("decryption key"), var("ciphertext")]));
        for sort in Sort::ALL.iter().copied() {
            let part = |at| let_(CLIENT, "a", apply(Op::Part(at, 2, sort), leak(vec![opened])));
            let taken = matches!(sort, Sort::Nonce | Sort::Secret | Sort::Shared | Sort::Name);
            assert_eq!(fault_of(vec![], vec![part(1)]) == NO_KEYS, taken, "{sort}");
            assert_ne!(fault_of(vec![], vec![part(2)]), NO_KEYS, "there are two");
        }
        let sent = field("field", "a", Sort::Secrets, opened);
        assert_eq!(fault_of(vec![sent], vec![]), "a secrets does not travel");
    }

    /// One of each kind of relation.
    fn relations() -> Vec<Relation> {
        let all = vec![
            Relation::Equal(&crate::checks::FINISHED),
            Relation::Same(&crate::checks::PEER_PASSWORD),
            Relation::PublicInRange,
            Relation::GroupSize(2048),
            Relation::GroupPrime,
            Relation::GroupOrder,
            Relation::GroupKnown,
            Relation::PublicInSubgroup,
            Relation::Fresh(&crate::checks::FRESH_EPHEMERAL),
            Relation::Apart(&crate::checks::FRESH_RANDOMNESS),
            Relation::Contributes,
            Relation::Padded(&crate::checks::IMPLICIT_REJECTION, Padding::Pkcs1v15),
            Relation::Signed(&crate::checks::TRANSCRIPT_SIGNATURE, "context"),
            Relation::Certified(Role::Server),
            Relation::CertifiedForAny(Role::Client),
        ];
        // A relation that is not in the list does not compile here.
        for relation in &all {
            match relation {
                Relation::Equal(_)
                | Relation::Same(_)
                | Relation::PublicInRange
                | Relation::GroupSize(_)
                | Relation::GroupPrime
                | Relation::GroupOrder
                | Relation::GroupKnown
                | Relation::PublicInSubgroup
                | Relation::Fresh(_)
                | Relation::Apart(_)
                | Relation::Contributes
                | Relation::Padded(..)
                | Relation::Signed(..)
                | Relation::Certified(_)
                | Relation::CertifiedForAny(_) => {}
            }
        }
        all
    }

    /// Whatever the relation and whatever the sort, in each place: no secret is related but where the finding says nothing
    /// of it, which is true of the shared secret that is looked at for zero, or compared with another, of the key that opens a
    /// block, and of nothing else.
    #[test]
    fn a_check_shows_only_what_may_be_shown() {
        let mut refused = 0;
        for relation in relations() {
            for sort in Sort::ALL.iter().copied() {
                let rows: Vec<Vec<Sort>> = match relation.sorts() {
                    None => vec![vec![sort, sort]],
                    Some(sorts) => (0..sorts.len())
                        .map(|at| {
                            let mut row = sorts.to_vec();
                            row[at] = sort;
                            row
                        })
                        .collect(),
                };
                for row in rows {
                    let args = leak(row.iter().map(|sort| var(named(*sort))).collect());
                    let what = fault_of(vec![], vec![check(CLIENT, relation, args)]);
                    let secret = row.iter().any(|sort| SECRET.contains(sort));
                    let silent = match relation {
                        Relation::Contributes | Relation::Same(_) => row.iter().all(|sort| *sort == Sort::Shared),
                        Relation::Apart(_) => row.iter().all(|sort| *sort == Sort::Secret),
                        Relation::Padded(..) => row == [Sort::DecryptionKey, Sort::Ciphertext],
                        _ => false,
                    };
                    if secret && !silent {
                        assert_ne!(what, NO_KEYS, "{relation:?} of {row:?}");
                        refused += usize::from(what.starts_with("would show a "));
                    } else if relation.sorts().is_none_or(|sorts| sorts == row) {
                        assert_eq!(what, NO_KEYS, "{relation:?} of {row:?}");
                    }
                }
            }
        }
        assert_eq!(refused, SECRET.len(), "two secrets of one sort are equal or not: each pair of them is refused");
    }
}
