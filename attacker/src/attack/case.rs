//! Where an attack was seen outside a laboratory, or why it never was.

/// What is known of an attack in the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It happened.
    Seen {
        /// What, where and when, in a line.
        what: &'static str,
        /// Who wrote about it.
        source: &'static str,
    },
    /// Nothing like it is known.
    Unseen {
        /// Why the lab has it all the same, or where it is known from.
        why: &'static str,
    },
}

/// The case of an attack by its id; `None` where the list has none.
pub fn of(id: &str) -> Option<Case> {
    rows().find(|(of, _)| *of == id).map(|(_, case)| case)
}

/// The list: `id | what | source`, or `id | - | why not`.
fn rows() -> impl Iterator<Item = (&'static str, Case)> {
    let lines = include_str!("cases.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut parts = line.splitn(3, " | ");
        let (id, what, source) = (parts.next()?, parts.next()?, parts.next()?);
        Some((id, if what == "-" { Case::Unseen { why: source } } else { Case::Seen { what, source } }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attacks;
    use std::collections::BTreeSet;

    #[test]
    fn every_attack_has_a_case_or_says_why_there_is_none() {
        let missing: Vec<_> = attacks::all().iter().map(|info| info.id).filter(|id| of(id).is_none()).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }

    #[test]
    fn every_line_is_one_case_of_one_attack() {
        let lines = include_str!("cases.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let ids: BTreeSet<_> = rows().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), lines.count());
        let nobody: Vec<_> = ids.into_iter().filter(|id| attacks::find(id).is_none()).collect();
        assert_eq!(nobody, Vec::<&str>::new(), "there are no such attacks");
    }

    /// A case that happened says when; its source can be looked up.
    #[test]
    fn what_happened_has_a_year_and_a_source() {
        let year = |text: &str| text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 4);
        for (id, case) in rows() {
            match case {
                Case::Seen { what, source } => assert!(year(what) && year(source), "{id}: {what} ({source})"),
                Case::Unseen { why } => assert!(why.ends_with('.'), "{id}: {why}"),
            }
        }
    }
}
