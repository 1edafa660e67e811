//! A recording: an earlier handshake of the same server, with a client that knew nothing but the last group.

use super::{Setting, derive, own_group};
use crate::{
    algebra::real::{Real, Value},
    control::PlayOrder,
    handshake::{Handshake, Output},
    mode::Mode,
    role::Role,
    supply::Supply,
    wire::Frame,
};

/// Both parties of the recorded handshake.
pub(super) type Parties = [Handshake<Real>; 2];

/// The frames of the handshake, in order. The victims of the session that is staged have no part in it: all that is random
/// in it is drawn for it alone. Nothing where the two came to no end.
pub(super) fn of(
    mode: &'static Mode,
    client: &PlayOrder,
    server: &PlayOrder,
    setting: &Setting,
) -> Option<Vec<String>> {
    let mut parties: Parties =
        [party(mode, Role::Client, client, setting).ok()?, party(mode, Role::Server, server, setting).ok()?];
    Some(talk(&mut parties)?.iter().map(Frame::to_text).collect())
}

/// Lets two parties talk to the end; answers with the frames, in order.
pub(super) fn talk(parties: &mut Parties) -> Option<Vec<Frame>> {
    let mut frames: Vec<Frame> = Vec::new();
    while parties.iter().any(|party| !party.is_done()) {
        let sender = parties.iter().position(|party| !party.is_done() && !party.awaits_peer())?;
        let mut outputs = Vec::new();
        parties[sender].send(&mut outputs).ok()?;
        for output in outputs {
            let Output::Sent { wire, .. } = output else { continue };
            parties[1 - sender].receive(&wire, &mut Vec::new()).ok()?;
            frames.push(wire);
        }
    }
    Some(frames)
}

/// Lets two parties that are done with the handshake talk to the end of what travels among records; nothing where they come to
/// no end.
pub(super) fn go_on(parties: &mut Parties) -> Option<()> {
    let mut speaker = 1;
    while parties.iter().any(|party| !party.is_over()) {
        let mut outputs = Vec::new();
        parties[speaker].go_on(&mut outputs).ok()?;
        let sent = outputs.into_iter().filter_map(|output| match output {
            Output::Sent { wire, .. } => Some(wire),
            _ => None,
        });
        let sent: Vec<Frame> = sent.collect();
        let other = 1 - speaker;
        if sent.is_empty() && parties[other].is_over() == parties[speaker].is_over() {
            return None;
        }
        sent.iter().try_for_each(|wire| parties[other].receive(wire, &mut Vec::new())).ok()?;
        speaker = other;
    }
    Some(())
}

fn party(mode: &'static Mode, role: Role, order: &PlayOrder, setting: &Setting) -> Result<Handshake<Real>, String> {
    let group = own_group(&order.mode).filter(|_| role == Role::Server);
    let supply = Supply::of(order, mode, group, None).map_err(|malformed| malformed.to_string())?;
    let mut known = supply.known(mode, role);
    for (_, value) in known.iter_mut().filter(|_| role == Role::Client) {
        if let Value::Offers(offers) = value {
            offers.iter_mut().for_each(|offer| drop(offer.groups.drain(..offer.groups.len().saturating_sub(1))));
        }
    }
    let seed = derive(&setting.seed, &format!("recording of the {role} in {}", order.mode));
    // An old client does not look at the group, whatever the one of today does.
    let switches = mode.switches(&order.without, &[]);
    Handshake::new(Real::new(seed), mode, role, switches, known).map_err(|stop| stop.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staging::{Orders, stage};

    fn recorded(mode: &str) -> (Vec<Frame>, Orders) {
        let resolved = crate::modes::resolve(&format!("{mode}/relay").parse().unwrap()).unwrap();
        let setting = Setting::seeded("s", 7);
        let orders = stage(&resolved, &setting).unwrap();
        let frames = of(resolved.mode, &orders.client, &orders.server, &setting).unwrap();
        assert_eq!(
            frames,
            of(resolved.mode, &orders.client, &orders.server, &setting).unwrap(),
            "one seed, one recording"
        );
        let frames: Vec<Frame> = frames.iter().map(|frame| Frame::from_text(frame).unwrap()).collect();
        assert_eq!(frames.len(), resolved.mode.messages.len());
        (frames, orders)
    }

    #[test]
    fn it_is_a_whole_handshake_in_the_last_group() {
        for mode in ["dh-cert", "dh-cert:legacy", "hybrid-cert"] {
            let (frames, orders) = recorded(mode);
            assert!(orders.attack.recording.is_empty(), "{mode}: only to who came by it");
            let hello = String::from_utf8(frames[0].body.clone()).unwrap();
            let groups = crate::modes::of(&orders.client.mode).unwrap().groups;
            let (last, others) = groups.split_last().unwrap();
            assert!(
                hello.contains(last) && others.iter().all(|group| !hello.contains(&format!("\"{group}\""))),
                "{hello}"
            );
        }
    }

    #[test]
    fn what_is_no_frame_is_none() {
        for text in ["", "AQ", "not base64", "AQAAAAEAAAA"] {
            assert!(Frame::from_text(text).is_none(), "{text}");
        }
    }
}
