//! Who of the class does an exercise: what each has run and solved, by a nickname or by none. The lab tells them apart by
//! their cookies' numbers, which are told to nobody; to the speaker each is a row with a number of its own.

use super::{
    class::Refused,
    victims::{Cell, HandedIn},
};
use lab::{role::Role, terminal::is_plain};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Students that are known.
const STUDENTS: usize = 2000;
/// Sessions of students that wait or run at the same time.
const TOGETHER: usize = 64;
/// Students of whom victims of their own are kept.
const VICTIMS: usize = 300;
/// Characters of a nickname.
const NAME: usize = 24;

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Students {
    all: Vec<Student>,
    by_voter: HashMap<u64, usize>,
    running: usize,
    /// Counts how often everything began anew: what was begun before counts no more.
    round: u64,
}

#[derive(Debug, Default)]
struct Student {
    name: Option<String>,
    /// The speaker took the name away, and no other is taken from this one.
    unnamed: bool,
    /// It has a session that waits or runs.
    runs: bool,
    /// Sessions that it began, by scene.
    begun: HashMap<usize, u32>,
    /// Sessions by the tasks that they solved.
    solved: BTreeMap<String, String>,
    /// Its own victims, as they were handed in last.
    victims: BTreeMap<Role, Vec<Cell>>,
}

/// A victim of a student's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Victim {
    /// The student's number, from 1.
    pub student: usize,
    /// What the student wants to be called.
    pub name: Option<String>,
    /// In whose place the program is.
    pub role: Role,
    /// What it does about each check, in each mode.
    pub cells: Vec<Cell>,
}

/// A session that a student has begun.
#[derive(Debug)]
#[must_use = "its student waits for its end"]
pub(super) struct Begun {
    student: usize,
    scene: usize,
    round: u64,
}

/// A student as the speaker sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its number, from 1.
    pub id: usize,
    /// What it wants to be called.
    pub name: Option<String>,
    /// Sessions that it began, in all scenes.
    pub sessions: u32,
    /// Sessions by the tasks that they solved.
    pub solved: BTreeMap<String, String>,
}

/// How one stands, as it is told itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Own {
    /// What it is called.
    pub name: Option<String>,
    /// Sessions that it may still begin in this scene.
    pub left: u32,
    /// One of its sessions waits or runs.
    pub runs: bool,
    /// Sessions by the tasks that they solved.
    #[serde(skip)]
    pub solved: BTreeMap<String, String>,
}

impl Students {
    /// Somebody wants to be called so; by no name where there is nothing to it.
    pub(super) fn name(&mut self, voter: u64, name: &str) -> Result<(), Refused> {
        let name = name.trim();
        if name.chars().count() > NAME {
            return Err(Refused::Name(NAME));
        }
        if !name.chars().all(is_plain) {
            return Err(Refused::Unseen);
        }
        let place = self.place(voter)?;
        let student = self.all.get_mut(place).filter(|student| !student.unnamed).ok_or(Refused::Unnamed)?;
        student.name = Some(name.to_owned()).filter(|name| !name.is_empty());
        Ok(())
    }

    /// Somebody begins a session in a scene in which each may run so many.
    pub(super) fn begin(&mut self, voter: u64, scene: usize, most: u32) -> Result<Begun, Refused> {
        if self.running >= TOGETHER {
            return Err(Refused::Full);
        }
        let (round, place) = (self.round, self.place(voter)?);
        let student = self.all.get_mut(place).ok_or(Refused::Full)?;
        if student.runs {
            return Err(Refused::Runs);
        }
        let begun = student.begun.entry(scene).or_default();
        if *begun >= most {
            return Err(Refused::Spent(most));
        }
        *begun += 1;
        student.runs = true;
        self.running += 1;
        Ok(Begun { student: place, scene, round })
    }

    /// It was not begun after all, and is not counted.
    pub(super) fn withdraw(&mut self, begun: &Begun) {
        if let Some(student) = self.over(begun)
            && let Some(count) = student.begun.get_mut(&begun.scene)
        {
            *count = count.saturating_sub(1);
        }
    }

    /// It is over, and solved these tasks.
    pub(super) fn end(&mut self, begun: &Begun, session: &str, solved: impl Iterator<Item = String>) {
        if let Some(student) = self.over(begun) {
            solved.for_each(|task| {
                student.solved.entry(task).or_insert_with(|| session.to_owned());
            });
        }
    }

    /// Somebody hands in how a victim of its own was graded, in the place of what it handed in before.
    pub(super) fn hand_in(&mut self, voter: u64, report: HandedIn) -> Result<(), Refused> {
        let place = self.place(voter)?;
        let others = self.all.iter().enumerate().filter(|(at, student)| *at != place && !student.victims.is_empty());
        if others.count() >= VICTIMS {
            return Err(Refused::Full);
        }
        let student = self.all.get_mut(place).ok_or(Refused::Full)?;
        student.victims.insert(report.role, report.cells);
        Ok(())
    }

    /// Victims of their own: all, or those of one.
    pub(super) fn victims(&self, of: Option<u64>) -> Vec<Victim> {
        let only = of.map(|voter| self.by_voter.get(&voter).copied());
        let known = self.all.iter().enumerate().filter(|(place, _)| only.is_none_or(|only| only == Some(*place)));
        let all = known.flat_map(|(place, student)| {
            student.victims.iter().map(move |(role, cells)| Victim {
                student: place + 1,
                name: student.name.clone(),
                role: *role,
                cells: cells.clone(),
            })
        });
        all.collect()
    }

    /// Nothing was run, nothing solved; names stay.
    pub(super) fn start(&mut self) {
        self.round += 1;
        for student in &mut self.all {
            student.begun.clear();
            student.solved.clear();
        }
    }

    /// Takes a student's name away, for good, and what it handed in; `false` where there is no such student.
    pub(super) fn unname(&mut self, id: usize) -> bool {
        let student = id.checked_sub(1).and_then(|place| self.all.get_mut(place));
        student.is_some_and(|student| {
            (student.name, student.unnamed) = (None, true);
            student.victims.clear();
            true
        })
    }

    /// All of them, in the order in which they came.
    pub(super) fn rows(&self) -> Vec<Row> {
        let row = |(id, student): (usize, &Student)| Row {
            id,
            name: student.name.clone(),
            sessions: student.begun.values().sum(),
            solved: student.solved.clone(),
        };
        (1..).zip(&self.all).map(row).collect()
    }

    /// How one stands in a scene in which each may run so many.
    pub(super) fn own(&self, voter: u64, scene: usize, most: u32) -> Own {
        let Some(student) = self.by_voter.get(&voter).and_then(|place| self.all.get(*place)) else {
            return Own { left: most, ..Own::default() };
        };
        let left = most.saturating_sub(student.begun.get(&scene).copied().unwrap_or_default());
        Own { name: student.name.clone(), left, runs: student.runs, solved: student.solved.clone() }
    }

    /// The student of a session that is over, where that still counts.
    fn over(&mut self, begun: &Begun) -> Option<&mut Student> {
        self.running = self.running.saturating_sub(1);
        let student = self.all.get_mut(begun.student)?;
        student.runs = false;
        (begun.round == self.round).then_some(student)
    }

    /// The place of whoever has this number; a new one where it is new.
    fn place(&mut self, voter: u64) -> Result<usize, Refused> {
        if let Some(place) = self.by_voter.get(&voter) {
            return Ok(*place);
        }
        if self.all.len() >= STUDENTS {
            return Err(Refused::Full);
        }
        self.all.push(Student::default());
        self.by_voter.insert(voter, self.all.len() - 1);
        Ok(self.all.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solved(task: &str) -> impl Iterator<Item = String> {
        std::iter::once(task.to_owned())
    }

    #[test]
    fn each_has_one_session_at_a_time_and_so_many_in_a_scene() {
        let mut students = Students::default();
        let first = students.begin(7, 0, 2).unwrap();
        assert_eq!(students.begin(7, 0, 2).unwrap_err(), Refused::Runs);
        let other = students.begin(8, 0, 2).unwrap();
        students.end(&first, "s1", solved("a"));
        let second = students.begin(7, 0, 2).unwrap();
        students.end(&second, "s2", solved("a"));
        assert_eq!(students.begin(7, 0, 2).unwrap_err(), Refused::Spent(2));
        assert_eq!(students.own(7, 0, 2).solved, BTreeMap::from([("a".to_owned(), "s1".to_owned())]), "the first one");
        assert_eq!((students.own(7, 1, 5).left, students.own(99, 0, 2).left), (5, 2), "another scene, another student");
        students.withdraw(&other);
        assert_eq!(students.own(8, 0, 2).left, 2, "what was not begun is not counted");
    }

    #[test]
    fn students_and_their_sessions_are_bounded() {
        let mut students = Students::default();
        let begun: Vec<Begun> = (0..TOGETHER as u64).map(|voter| students.begin(voter, 0, 1).unwrap()).collect();
        assert_eq!(students.begin(900, 0, 1).unwrap_err(), Refused::Full);
        begun.iter().for_each(|begun| students.end(begun, "s", std::iter::empty()));
        assert!(students.begin(900, 0, 1).is_ok());
        let named = (0..2 * STUDENTS as u64).filter(|voter| students.name(*voter, "Eve").is_ok()).count();
        assert!(named <= STUDENTS && students.rows().len() == STUDENTS, "{named}");
        assert!(students.name(3, "Mallory").is_ok(), "who is in stays in");
    }

    #[test]
    fn a_name_is_short_and_seen_and_the_speaker_can_take_it_away() {
        let mut students = Students::default();
        assert_eq!(students.name(1, "  Zoë 🦉 "), Ok(()));
        assert_eq!(students.name(1, &"x".repeat(NAME + 1)), Err(Refused::Name(NAME)));
        for unseen in ["a\u{202e}b", "a\nb", "\u{200b}", "a\0"] {
            assert_eq!(students.name(1, unseen), Err(Refused::Unseen), "{unseen:?}");
        }
        assert_eq!(students.rows()[0].name.as_deref(), Some("Zoë 🦉"));
        assert!(students.unname(1) && !students.unname(2) && !students.unname(0));
        assert_eq!((students.rows()[0].name.as_deref(), students.name(1, "Zoë")), (None, Err(Refused::Unnamed)));
        assert_eq!((students.name(2, "Bo"), students.name(2, " ")), (Ok(()), Ok(())));
        assert_eq!(students.rows()[1].name, None, "who wants no name has none");
    }

    #[test]
    fn what_was_begun_before_the_start_does_not_count_after_it() {
        let mut students = Students::default();
        students.name(1, "Ada").unwrap();
        let begun = students.begin(1, 0, 1).unwrap();
        students.start();
        students.end(&begun, "s", solved("a"));
        let own = students.own(1, 0, 1);
        assert_eq!((own.name.as_deref(), own.left, own.runs, own.solved.len()), (Some("Ada"), 1, false, 0));
    }
}
