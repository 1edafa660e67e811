//! What the attacker tells of a frame says where it belongs: a frame that it held back, made or sent late too.

use lab::{
    event::{Action, Fact},
    mode::Mode,
    modes,
    role::Role,
    staging::Setting,
    wire::Kind,
};
use support::{conversation::attacked, outcomes, staging::stage};

/// Flights in which a role's messages of a kind stand in a mode's table. A message that a session has twice, as one that is resumed has
/// its hellos, stands in either place.
pub(super) fn flights(mode: &Mode, from: Role, kind: &str) -> Vec<u32> {
    if kind == Kind::Record.as_str() {
        return vec![mode.record_flight()];
    }
    let of_table = mode.messages.iter().zip(mode.flights());
    let of_table = of_table.filter(|(message, _)| message.from == from && message.kind.as_str() == kind);
    of_table.map(|(_, flight)| flight).collect()
}

#[test]
fn every_frame_bears_the_flight_of_its_message() {
    let (mut told, mut injected) = (0, 0);
    for outcome in outcomes::all() {
        let mode = modes::of(&outcome.scenario.mode).unwrap();
        let log = attacked(&stage(&outcome.scenario, &Setting::seeded("test", 1)).unwrap());
        for event in &log.events {
            let Fact::Relayed { from, action, flight, kind, .. } = &event.fact else { continue };
            let stands = flights(mode, *from, kind);
            if stands.is_empty() {
                continue;
            }
            assert!(stands.contains(flight), "{}: {action:?} {kind} of the {from}, {flight}", outcome.scenario);
            told += 1;
            injected += usize::from(*action == Action::Inject && kind != Kind::Record.as_str());
        }
    }
    assert!(told > 1000 && injected > 0, "{told} frames, {injected} of them handshake frames that were injected");
}
