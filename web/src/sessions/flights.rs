//! Events in the order of the flights.
//!
//! Three processes tell their events concurrently, so the order of arrival differs from run to run. The order of the
//! flights does not: sender, attacker, receiver, and what a party tells about a frame stays behind the frame.

use lab::{
    event::{Event, Fact, Way, sessions},
    role::{Actor, Role},
};

/// The events with the flights that they belong to, those of a campaign session after session.
pub fn by_flight(events: &[Event]) -> Vec<(u32, &Event)> {
    sessions(events).flat_map(of_one_session).collect()
}

fn of_one_session(events: &[Event]) -> Vec<(u32, &Event)> {
    let mut places = [(0, 0); 4];
    let mut ordered: Vec<((u32, u8), &Event)> = Vec::with_capacity(events.len());
    for event in events {
        let place = &mut places[event.source as usize];
        *place = match &event.fact {
            Fact::Frame { way, flight, .. } => (*flight, station(event.source, *way)),
            Fact::Relayed { from: Role::Client, flight, .. } | Fact::Held { from: Role::Client, flight, .. } => {
                (*flight, 1)
            }
            Fact::Relayed { from: Role::Server, flight, .. } | Fact::Held { from: Role::Server, flight, .. } => {
                (*flight, 4)
            }
            // Who gives up waiting for the next flight does so behind everything of this one.
            Fact::Aborted { flight, .. } if *flight > place.0 => (*flight, 6),
            Fact::Lost { .. } | Fact::Overdue { .. } | Fact::Cancelled { .. } => (u32::MAX, 0),
            _ => *place,
        };
        ordered.push((*place, event));
    }
    // A step of the attacker's recipe, or a decision in its place, is announced before what it does.
    let mut next = None;
    for (place, event) in ordered.iter_mut().rev() {
        match &event.fact {
            Fact::Relayed { .. } => next = Some(*place),
            Fact::Step { .. } | Fact::Decided { .. } => *place = next.unwrap_or(*place),
            _ => {}
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use lab::cause::Cause;
    use lab::event::{Action, Status, VERSION};

    #[test]
    fn a_step_comes_before_its_frame_and_who_waited_in_vain_after_everything() {
        let frame = |way, flight| Fact::Frame { way, flight, kind: "hello".into(), bytes: String::new() };
        let (before, after) = (None, None);
        let relayed = Fact::Relayed {
            from: Role::Server,
            action: Action::Forward,
            flight: 2,
            kind: "hello".into(),
            before,
            after,
            changed: vec![],
        };
        let facts = [
            (Actor::Server, frame(Way::Sent, 2)),
            (Actor::Server, Fact::Aborted { flight: 3, check: None, reason: Cause::Ended }),
            (Actor::Attacker, Fact::Step { number: 2, text: "forward".into(), recipe: None }),
            (Actor::Attacker, relayed),
            (Actor::Client, frame(Way::Received, 2)),
        ];
        let event = |(i, (source, fact)): (usize, _)| Event {
            v: VERSION,
            session: "a".into(),
            n: i as u64,
            source,
            at: 0,
            fact,
        };
        let events: Vec<Event> = facts.into_iter().enumerate().map(event).collect();
        let order: Vec<(u32, u64)> = by_flight(&events).into_iter().map(|(flight, event)| (flight, event.n)).collect();
        assert_eq!(order, [(2, 0), (2, 2), (2, 3), (2, 4), (3, 1)]);
    }

    #[test]
    fn who_waits_in_vain_gives_up_after_the_cause() {
        let frame = |flight, way| Fact::Frame { way, flight, kind: "finished".into(), bytes: String::new() };
        let check = Fact::Check {
            check: "transcript-signature".into(),
            status: Status::Failed,
            flight: 2,
            expected: "".into(),
            observed: "".into(),
        };
        let abort = |flight| Fact::Aborted { flight, check: None, reason: Cause::Ended };
        let told = [
            (Actor::Server, frame(2, Way::Sent)),
            (Actor::Server, abort(3)),
            (Actor::Client, frame(2, Way::Received)),
            (Actor::Client, check),
            (Actor::Client, abort(2)),
        ];
        let events: Vec<Event> = told
            .into_iter()
            .zip(1..)
            .map(|((source, fact), n)| Event { v: VERSION, session: "s".into(), n, source, at: 0, fact })
            .collect();
        let order: Vec<(u32, u64)> = by_flight(&events).into_iter().map(|(flight, event)| (flight, event.n)).collect();
        assert_eq!(order, [(2, 1), (2, 3), (2, 4), (2, 5), (3, 2)]);
    }
}
