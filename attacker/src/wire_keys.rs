//! Every key that the wire alone gives: whatever stands in a handshake for everybody to see, in the place of each secret
//! from which its keys follow.
//!
//! The places are those of the mode's table, and so are the values. In a sound exchange none of these keys opens anything.

use crate::leg::{Known, Leg};
use lab::{
    algebra::{
        Algebra,
        real::{Real, Value},
    },
    mode::{Act, Mode},
    term::{Expr, Op, Sort},
};
use sha2::{Digest, Sha256};

/// The suppositions, first that nothing is secret at all: that what is known opens the records.
pub fn suppositions(leg: &Leg) -> Vec<Vec<Known>> {
    let (places, values) = (places(leg.mode()), values(leg));
    let each = |place: &'static str| values.iter().map(move |value| vec![(place, Value::secret(value))]);
    std::iter::once(Vec::new()).chain(places.into_iter().flat_map(each)).collect()
}

/// The secrets that a table derives, by name: shared secrets and keys.
fn places(mode: &Mode) -> Vec<&'static str> {
    let mut places = Vec::new();
    for step in mode.steps() {
        if let Act::Let(name, value) = step.act
            && matches!(sort(&value), Some(Sort::Shared | Sort::Key))
            && !places.contains(&name)
        {
            places.push(name);
        }
    }
    places
}

/// What an expression amounts to; `None` for the value of a name.
fn sort(value: &Expr) -> Option<Sort> {
    match value {
        Expr::Var(_) => None,
        Expr::Transcript => Some(Sort::Digest),
        // A tuple is no key, with a secret in it or without.
        Expr::Tuple(_) => Some(Sort::Tuple),
        Expr::Switch(_, on, _) => sort(on),
        Expr::Apply(op, _) => Some(op.signature().1),
    }
}

/// What travelled, what was sent so far at every point, constants; two values of a kind, joined either way or added
/// without carry; the digest of each, and what is extracted from a constant.
fn values(leg: &Leg) -> Vec<Vec<u8>> {
    let fields = leg.mode().messages.iter().flat_map(|message| message.fields);
    let octets = |name| leg.value(name).and_then(Value::octets).map(<[u8]>::to_vec);
    let travelled: Vec<_> = fields.filter_map(|field| Some((field.sort, octets(field.binds)?))).collect();
    let constants = [Vec::new(), vec![0; 32], vec![1], vec![0xff; 32]];
    let mut values: Vec<Vec<u8>> = constants.to_vec();
    let mut transcript = Sha256::new();
    for frame in leg.frames() {
        transcript.update(frame.to_bytes());
        values.push(transcript.clone().finalize().to_vec());
    }
    for (i, (sort, a)) in travelled.iter().enumerate() {
        values.push(a.clone());
        values.push(vec![0; a.len()]);
        for (_, b) in travelled[i + 1..].iter().filter(|(other, b)| other == sort && a.len() == b.len()) {
            values.extend([[a.as_slice(), b].concat(), [b.as_slice(), a].concat()]);
            values.push(a.iter().zip(b).map(|(a, b)| a ^ b).collect());
        }
    }
    let digests: Vec<_> = values.iter().map(|value| Sha256::digest(value).to_vec()).collect();
    values.extend(digests);
    values.extend(constants.iter().filter_map(|constant| extracted(constant)));
    values.sort();
    values.dedup();
    values
}

/// The key that follows from a secret.
fn extracted(secret: &[u8]) -> Option<Vec<u8>> {
    let key = Real::new([0; 32]).apply(Op::Extract, &[Value::secret(secret)]).ok()?;
    key.octets().map(<[u8]>::to_vec)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use lab::{
        modes,
        party::{Command, Input, Party},
        record::{Content, RecordKey},
        role::Role,
        shadow::Shadow,
        staging::{Setting, stage},
        victim::{Kept, Victim},
        wire::{Frame, Kind},
    };

    /// The frames of an honest handshake.
    pub(crate) fn handshake(mode: &str) -> Vec<Frame> {
        let resolved = modes::resolve(&format!("{mode}/relay").parse().unwrap()).unwrap();
        let orders = stage(&resolved, &Setting::seeded("test", 1)).unwrap();
        let mut client = Victim::new(Role::Client, &orders.client, Kept::default()).unwrap();
        let mut server = Victim::new(Role::Server, &orders.server, Kept::default()).unwrap();
        server.handle(Input::Open);
        let frames = |commands: Vec<Command>| {
            commands.into_iter().filter_map(|command| match command {
                Command::Send(frame) if frame.kind != Kind::Record => Some(frame),
                _ => None,
            })
        };
        let (mut sent, mut all): (Vec<Frame>, _) = (frames(client.handle(Input::Open)).collect(), Vec::new());
        let mut reader = Role::Server;
        while !sent.is_empty() {
            all.extend(sent.iter().cloned());
            let party = if reader == Role::Server { &mut server } else { &mut client };
            sent = sent.into_iter().flat_map(|frame| frames(party.handle(Input::Frame(frame)))).collect();
            reader = reader.peer();
        }
        all
    }

    /// What would be read if it were so: each value in each place is tried, and opens what follows from it alone.
    #[test]
    fn each_value_in_each_place_is_tried() {
        for id in ["dh", "ecdh-cert", "ecdh-mutual"] {
            let mode = modes::find(id).unwrap();
            let frames = handshake(id);
            let mut leg = Leg::new(mode, Real::new([0; 32]), Vec::new(), &[]);
            assert!(frames.iter().all(|frame| leg.observe(frame).is_some()), "{id}");
            let tried = suppositions(&leg);
            let mut opened = 0;
            for supposed in &tried {
                let switches = mode.switches::<&str>(&[], &[]);
                let mut shadow = Shadow::new(Real::new([0; 32]), mode, switches, supposed.clone(), &[]);
                frames.iter().for_each(|frame| shadow.observe(frame).unwrap());
                let key = shadow.value("client_write").and_then(Value::octets).and_then(RecordKey::new);
                let Some(key) = key else { continue };
                let record = key.seal(0, &Content::Close).unwrap();
                assert!(leg.opens_with(supposed, Role::Client, &record), "{id}");
                assert!(!leg.opens_with(&[], Role::Client, &record), "{id}: it opens to everybody");
                opened += 1;
            }
            assert!(opened > 50, "{id}: {opened} of {}", tried.len());
        }
    }

    #[test]
    fn the_places_are_those_of_the_table() {
        let of = |id| places(modes::find(id).unwrap());
        assert_eq!(of("ecdh"), ["shared", "master", "client_write", "server_write", "exporter"]);
        assert!(of("ecdh-mutual").contains(&"server_identity_key"));
    }
}
