//! In which order the rows stand where somebody sits between the victims: the frames as the attacker dealt with them, and what is told
//! beside them after the last frame that its teller had to do with. The page has the same order (`model/rows.js`).

use super::rows::{Frame, Row};
use lab::{
    event::{Event, Fact, Way},
    role::Actor,
};
use std::collections::BTreeMap;

/// Each teller counts its microseconds from its own beginning, and these lie a little apart: only of what lies farther apart than
/// this does the time tell which came first.
const ASIDE: u64 = 100_000;

/// A row beside the frames, and the event that tells it.
type Beside<'a> = (&'a Event, Row<'a>);

/// The frames that somebody dealt with, and how far each teller is among them.
struct Course<'r, 'a> {
    frames: Vec<&'r Frame<'a>>,
    /// When each was dealt with.
    when: Vec<u64>,
    /// Frames that are some end's already, as it left and as it arrived.
    taken: [Vec<bool>; 2],
    /// How many frames lie behind each teller.
    behind: [usize; 4],
}

impl Course<'_, '_> {
    /// How many frames stand before what an event tells; whether it tells of one of them by itself.
    fn place(&mut self, event: &Event, at: usize) -> (usize, bool) {
        let own = event.source as usize;
        let found = match &event.fact {
            Fact::Relayed { .. } | Fact::Held { .. } => self.frames.iter().position(|frame| frame.at == at),
            Fact::Frame { way, bytes, .. } => self.end(event.source, *way, bytes),
            _ => None,
        };
        if let Some(found) = found {
            self.behind[own] = self.behind[own].max(found + 1);
        }
        let before = match (event.source, &event.fact) {
            // What the console lost, or gave up, is behind all of them.
            (Actor::Console, _) => self.frames.len() + 1,
            // Who gives up does so after each frame that was decided about before.
            (_, Fact::Aborted { .. }) => {
                let earlier = self.when.iter().rposition(|when| when.saturating_add(ASIDE) < event.at);
                self.behind[own].max(earlier.map_or(0, |earlier| earlier + 1))
            }
            _ => self.behind[own],
        };
        (before, found.is_some())
    }

    /// The frame of which a victim tells one end.
    fn end(&mut self, by: Actor, way: Way, bytes: &str) -> Option<usize> {
        let leg = usize::from(way == Way::Received);
        let taken = &mut self.taken[leg];
        let found = self.frames.iter().zip(taken.iter()).position(|(frame, taken)| {
            let (whose, octets) = if leg == 0 { (frame.from, frame.before) } else { (frame.from.peer(), frame.after) };
            !taken && Actor::from(whose) == by && octets == Some(bytes)
        })?;
        taken[found] = true;
        Some(found)
    }
}

/// The rows in their order: `frames` as they were dealt with, and what `beside` makes of each event that tells of none of them.
pub(super) fn in_order<'a>(
    frames: Vec<Row<'a>>,
    events: &'a [Event],
    mut beside: impl FnMut(&'a Event) -> Option<Row<'a>>,
) -> Vec<Row<'a>> {
    let of_frames: Vec<&Frame<'_>> =
        frames.iter().filter_map(|row| if let Row::Frame(frame) = row { Some(&**frame) } else { None }).collect();
    let when = of_frames.iter().map(|frame| events.get(frame.at).map_or(0, |event| event.at)).collect();
    let taken = [vec![false; of_frames.len()], vec![false; of_frames.len()]];
    let mut course = Course { frames: of_frames, when, taken, behind: [0; 4] };
    let mut gaps: BTreeMap<usize, Vec<Beside<'a>>> = BTreeMap::new();
    for (at, event) in events.iter().enumerate() {
        let (before, is_told) = course.place(event, at);
        if !is_told && let Some(row) = beside(event) {
            gaps.entry(before).or_default().push((event, row));
        }
    }
    let mut ordered: Vec<Row<'a>> = settled(gaps.remove(&0).unwrap_or_default());
    for (i, frame) in frames.into_iter().enumerate() {
        ordered.push(frame);
        ordered.extend(settled(gaps.remove(&(i + 1)).unwrap_or_default()));
    }
    ordered.extend(gaps.into_values().flat_map(settled));
    ordered
}

/// What stands between two frames: in the order of time where that tells, else each teller's together, as who of two was faster differs
/// from run to run and means nothing.
fn settled(mut gap: Vec<Beside<'_>>) -> Vec<Row<'_>> {
    gap.sort_by_key(|(event, _)| event.at);
    let (mut span, mut last) = (0, None);
    let mut spans: Vec<(u64, Beside<'_>)> = Vec::with_capacity(gap.len());
    for beside in gap {
        let at = beside.0.at;
        span += u64::from(last.is_some_and(|last| at - last > ASIDE));
        last = Some(at);
        spans.push((span, beside));
    }
    spans.sort_by_key(|(span, (event, _))| (*span, teller(event.source), event.n));
    spans.into_iter().map(|(_, (_, row))| row).collect()
}

const fn teller(source: Actor) -> u8 {
    match source {
        Actor::Client => 0,
        Actor::Server => 1,
        Actor::Attacker => 2,
        Actor::Console => 3,
    }
}
