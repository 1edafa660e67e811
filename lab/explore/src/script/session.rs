//! One session of a script: what the attacker does with each message, and what becomes of records.

use super::{Unscripted, no_place};
use crate::{
    goal::Property,
    knowledge::Recipe,
    term::Shape,
    trace::{Arrow, Trace},
    world::{data, nonce},
};
use lab::{
    loot::Loot,
    mode::Mode,
    role::Role,
    script::{Deed, Keys, Make, Otherwise, Play, Script, Session, Treatment},
    term::Sort,
    wire::Channel,
};

/// What becomes one session of a script.
pub(super) struct Scripting<'t> {
    pub(super) trace: &'t Trace,
    pub(super) table: &'static Mode,
    pub(super) arrows: &'t [Arrow],
    pub(super) needs: Loot,
    /// Who is the lab's client.
    pub(super) caller: &'static str,
    /// Who is there in each session.
    pub(super) order: &'t [Vec<usize>],
    /// Which session this is, from 0.
    pub(super) number: usize,
    /// They are played at the same time.
    pub(super) at_once: bool,
}

impl Scripting<'_> {
    pub(super) fn session(mut self, client: Option<usize>, server: Option<usize>) -> Result<Session, Unscripted> {
        let (trace, table, arrows) = (self.trace, self.table, self.arrows);
        let casts = &trace.world.casts;
        let here = || arrows.iter().enumerate().filter(|(_, arrow)| [client, server].contains(&Some(arrow.party)));
        let mut moves = Vec::new();
        if server.is_none() {
            // The server's process is there, and hears who calls; what it says to that goes nowhere.
            let first = Script::of(table, Role::Client).next();
            moves.extend(first.map(|message| Play { message, deed: Deed::Forward }));
        }
        let together = client.zip(server).is_some_and(|(client, server)| trace.agree(client, server));
        let mut records = [if together { Treatment::Forward } else { Treatment::Drop }; 2];
        for (at, arrow) in here().filter(|(_, arrow)| !arrow.sends) {
            match arrow.message {
                Some(message) if table.messages[message].kind.channel() == Channel::Voice => {
                    self.heard(arrow, client, server)?;
                }
                Some(message) => moves.push(Play { message, deed: self.deed(at, arrow, message)? }),
                // With the keys of one who talks to nobody else, the attacker says what it likes.
                None if !together && !trace.keys_of(arrow.party).is_empty() => {
                    records[Script::side(casts[arrow.party].role)] = Treatment::Read;
                }
                None => self.record(arrow, &mut records)?,
            }
        }
        let gains = trace.gains();
        let mut keys = [None, None];
        let secrecy = matches!(trace.goal.property, Property::Secrecy | Property::ForwardSecrecy);
        for cast in [client, server].into_iter().flatten() {
            let side = Script::side(casts[cast].role);
            if !secrecy && !records.contains(&Treatment::Read) {
                continue;
            }
            let known = if cast == trace.victim && secrecy { gains.clone() } else { trace.keys_of(cast) };
            let key = |name: &str| known.iter().find(|(of, _)| *of == name).map(|(_, recipe)| recipe);
            let (Some(client), Some(server), Some(exporter)) =
                (key("client_write"), key("server_write"), key("exporter"))
            else {
                continue;
            };
            let mut make = |recipe| self.make(recipe, arrows.len(), casts[cast].role.peer());
            keys[side] =
                Some(Keys { client_write: make(client)?, server_write: make(server)?, exporter: make(exporter)? });
        }
        for role in [Role::Client, Role::Server] {
            let (own, peer) = (keys[Script::side(role)].is_some(), keys[Script::side(role.peer())].is_some());
            let treatment = &mut records[Script::side(role)];
            *treatment = match *treatment {
                Treatment::Forward if own => Treatment::Listen,
                Treatment::Drop if own && peer => Treatment::Translate,
                Treatment::Drop if own => Treatment::Read,
                other => other,
            };
        }
        // What the two say among records waits for new keys, on which they agree by themselves where nobody else has any.
        let by_themselves = !table.in_session().is_empty() && keys.iter().all(Option::is_none);
        let otherwise = if by_themselves { Otherwise::Forward } else { Otherwise::Drop };
        Ok(Session { needs: self.needs, moves, otherwise, keys, records, hang_up: false })
    }

    /// What is said by voice goes from one victim to the other of the same session, and nowhere else.
    fn heard(&self, arrow: &Arrow, client: Option<usize>, server: Option<usize>) -> Result<(), Unscripted> {
        let speaker = if self.trace.world.casts[arrow.party].role == Role::Client { server } else { client };
        let terms = |arrow: &Arrow| arrow.values.iter().map(|value| value.term.clone()).collect::<Vec<_>>();
        let said = |it: &Arrow| it.sends && Some(it.party) == speaker && it.message == arrow.message;
        let heard = self.arrows.iter().any(|it| said(it) && terms(it) == terms(arrow));
        if heard { Ok(()) } else { Err(no_place("voice")) }
    }

    /// The session in which this one of the cast takes part, from 0.
    pub(super) fn session_of(&self, cast: usize) -> Option<usize> {
        self.order.iter().position(|here| here.contains(&cast))
    }

    /// What was so in a session, as it is called from here.
    pub(super) fn then(&self, session: Option<usize>, make: Make) -> Result<Make, Unscripted> {
        match session {
            Some(session) if session == self.number => Ok(make),
            Some(session) if self.at_once => Ok(Make::Beside { session: session + 1, value: Box::new(make) }),
            Some(session) if session < self.number => Ok(Make::Earlier { session: session + 1, value: Box::new(make) }),
            _ => Err(no_place("later")),
        }
    }

    pub(super) fn sent(&self, number: usize) -> Option<&Arrow> {
        self.arrows.iter().filter(|arrow| arrow.sends).nth(number)
    }

    fn deed(&mut self, at: usize, arrow: &Arrow, message: usize) -> Result<Deed, Unscripted> {
        let speaker = self.table.messages[message].from;
        let mut makes = Vec::new();
        for value in &arrow.values {
            let (_, recipe) = value.made.as_ref().ok_or_else(|| no_place(value.name))?;
            makes.push(self.field(recipe, value.name, at, speaker, message)?);
        }
        let fields = self.table.messages[message].fields;
        let as_it_came =
            makes.iter().zip(fields).all(|(make, field)| matches!(make, Make::Seen(name) if *name == field.binds));
        Ok(if as_it_came { Deed::Forward } else { Deed::Send(makes.into_iter().map(Some).collect()) })
    }

    /// A field of a message: where nothing but something random is wanted, something of the sort's own length.
    fn field(
        &mut self,
        recipe: &Recipe,
        binds: &str,
        at: usize,
        speaker: Role,
        message: usize,
    ) -> Result<Make, Unscripted> {
        let field = self.table.messages[message].fields.iter().find(|field| field.binds == binds);
        match (recipe, field.map(|field| field.sort)) {
            (Recipe::Had(term), Some(sort @ (Sort::Signature | Sort::Mac | Sort::Digest | Sort::Sealed)))
                if *term == nonce() =>
            {
                Ok(Make::Own { name: "nonce".to_owned(), sort, group: None })
            }
            _ => self.make(recipe, at, speaker),
        }
    }

    /// What becomes of records where one is delivered to a party.
    fn record(&mut self, arrow: &Arrow, records: &mut [Treatment; 2]) -> Result<(), Unscripted> {
        let to = self.trace.world.casts[arrow.party].role;
        let value = arrow.values.first().and_then(|value| value.made.as_ref());
        let (_, recipe) = value.ok_or_else(|| no_place("record"))?;
        let (side, treatment) = match recipe {
            Recipe::Record(number) => {
                let by = self.sent(*number).map(|arrow| arrow.party).ok_or_else(|| no_place("record"))?;
                if self.session_of(by) != Some(self.number) {
                    return Err(no_place("other-record"));
                }
                let from = self.trace.world.casts[by].role;
                if by == arrow.party {
                    // What its peer says itself would come beside it.
                    records[Script::side(to.peer())] = Treatment::Drop;
                    (Script::side(to), Treatment::Return)
                } else {
                    (Script::side(from), Treatment::Forward)
                }
            }
            Recipe::Made(term, _) => match term.shape() {
                // Where nobody looks at the tag, any other text will do: the sender's own with a bit flipped.
                Shape::Sealed(key, _) if *key == nonce() => (Script::side(to.peer()), Treatment::Flip),
                Shape::Sealed(_, text) if *text == data() => (Script::side(to), Treatment::Read),
                _ => return Err(no_place(term)),
            },
            _ => return Err(no_place("record")),
        };
        records[side] = treatment;
        Ok(())
    }
}
