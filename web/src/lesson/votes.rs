//! What a class answers: one answer a voter, without a name, and hands that the speaker counted.

use std::collections::HashMap;

/// Voters whose answers are kept.
const VOTERS: usize = 10_000;
/// Hands that are counted for one answer.
const HANDS: u32 = 10_000;

/// The answers to the question of a scene.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Votes {
    voters: HashMap<u64, usize>,
    hands: Vec<u32>,
}

impl Votes {
    /// No answer yet, out of so many.
    pub(super) fn among(answers: usize) -> Self {
        Self { voters: HashMap::new(), hands: vec![0; answers] }
    }

    /// A voter answers, or changes its mind; `false` where there is no such answer, or no room for another voter.
    pub(super) fn cast(&mut self, voter: u64, answer: usize) -> bool {
        let room = self.voters.len() < VOTERS || self.voters.contains_key(&voter);
        let taken = room && answer < self.hands.len();
        if taken {
            self.voters.insert(voter, answer);
        }
        taken
    }

    /// One more hand is up for an answer; `false` where there is no such answer.
    pub(super) fn hand(&mut self, answer: usize) -> bool {
        self.hands.get_mut(answer).is_some_and(|hands| {
            *hands = HANDS.min(*hands + 1);
            true
        })
    }

    /// How many answers each got.
    pub(super) fn tally(&self) -> Vec<u32> {
        let mut tally = self.hands.clone();
        for answer in self.voters.values() {
            if let Some(count) = tally.get_mut(*answer) {
                *count += 1;
            }
        }
        tally
    }

    /// How many answers there are in all.
    pub(super) fn answered(&self) -> u32 {
        self.tally().iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voter_has_one_answer_and_may_change_it() {
        let mut votes = Votes::among(3);
        assert!(votes.cast(7, 0) && votes.cast(8, 2) && votes.cast(7, 2) && votes.hand(1) && votes.hand(1));
        assert!(!votes.cast(9, 3) && !votes.hand(3));
        assert_eq!((votes.tally(), votes.answered()), (vec![0, 2, 2], 4));
    }

    #[test]
    fn voters_are_bounded_and_those_who_are_in_stay_in() {
        let mut votes = Votes::among(2);
        let taken = (0..2 * VOTERS as u64).filter(|voter| votes.cast(*voter, 0)).count();
        assert_eq!(taken, VOTERS);
        assert!(votes.cast(3, 1) && !votes.cast(u64::MAX, 1));
        assert_eq!(votes.tally(), [9_999, 1]);
    }
}
