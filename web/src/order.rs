//! Events in the order of the flights.
//!
//! Three processes tell their events concurrently, so the order of arrival differs from run to run. The order of the
//! flights does not: sender, attacker, receiver, and what a party tells about a frame stays behind the frame.

use lab::{
    event::{Event, Fact, Way},
    role::{Actor, Role},
};

/// The events with the flights that they belong to.
pub fn by_flight(events: &[Event]) -> Vec<(u32, &Event)> {
    let mut places = [(0, 0); 4];
    let mut ordered: Vec<((u32, u8), &Event)> = Vec::with_capacity(events.len());
    for event in events {
        let place = &mut places[event.source as usize];
        *place = match &event.fact {
            Fact::Frame { way, flight, .. } => (*flight, station(event.source, *way)),
            Fact::Relayed { from: Role::Client, flight, .. } => (*flight, 1),
            Fact::Relayed { from: Role::Server, flight, .. } => (*flight, 4),
            Fact::Lost { .. } => (u32::MAX, 0),
            _ => *place,
        };
        ordered.push((*place, event));
    }
    ordered.sort_by_key(|(place, _)| *place);
    ordered.into_iter().map(|((flight, _), event)| (flight, event)).collect()
}

/// Where in its flight a victim's frame is told: from the client through the attacker to the server, then back.
fn station(source: Actor, way: Way) -> u8 {
    match (source, way) {
        (Actor::Client, Way::Sent) => 0,
        (Actor::Server, Way::Received) => 2,
        (Actor::Server, Way::Sent) => 3,
        _ => 5,
    }
}
