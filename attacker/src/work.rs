//! The attacker's computations, as facts of a session.

use cryptanalysis::{Budget, Failure, Method, Observer, Phase, Problem, Solution, Solver, Solvers};
use lab::event::{Account, Equation, Fact, Reached};
use num_bigint::BigUint;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Steps in which a phase is told, at most.
const STEPS: u64 = 50;
/// A phase is told no more often than this after its beginning, so that quick work tells little.
const PAUSE: Duration = Duration::from_millis(80);

/// Facts that one computation tells of its progress, at most: phases may follow each other as often as they like.
const MOST: usize = 1000;
/// Groups whose payers are remembered; those of forgotten ones pay again, or are not named.
const PAYERS: usize = 1024;

/// What one session is worth: whatever is known to lead somewhere, and no walk in the hope of a short exponent, which the
/// lab's victims never draw.
pub fn session_budget() -> Budget {
    Budget { interval_bits: 0, memory: 1 << 30, ..Budget::default() }
}

/// Where logarithms are computed: the work for a group is kept, so that only the first session of a prime pays for it,
/// and which session that was.
pub struct Workshop {
    solvers: Solvers,
    /// Sessions that paid, by the group's p and g.
    payers: Mutex<HashMap<(BigUint, BigUint), String>>,
}

impl Workshop {
    /// A workshop that keeps the work for so many groups.
    pub fn new(groups: usize) -> Self {
        Self { solvers: Solvers::new(groups), payers: Mutex::default() }
    }

    /// Computes a discrete logarithm for a session and tells of it: the method, the progress of each phase, and what came
    /// of it.
    ///
    /// # Errors
    /// Why there is no logarithm.
    pub fn compute(
        &self,
        problem: &Problem,
        session: &str,
        budget: &Budget,
        tell: impl FnMut(Fact) + Send,
    ) -> Result<Solution, Failure> {
        let mut told =
            Told { bits: problem.p.bits(), chose: false, last: None, reached: Reached::default(), count: 0, tell };
        let result = self.solver(problem, session, budget, &mut told).and_then(|(solver, payer)| {
            told.choose(Account::of(&solver.method()), payer.filter(|payer| payer != session));
            solver.solve(&problem.y, budget, &mut told).map_err(|unsolved| unsolved.failure)
        });
        (told.tell)(solved(problem, &result, told.reached));
        result
    }

    /// The group's solver, and who paid for it.
    fn solver(
        &self,
        problem: &Problem,
        session: &str,
        budget: &Budget,
        told: &mut Told<impl FnMut(Fact) + Send>,
    ) -> Result<(Arc<Solver>, Option<String>), Failure> {
        let group = (problem.p.clone(), problem.g.clone());
        let mut payer = Payer { pays: || self.paid(&group, session), told };
        let solver = self.solvers.get(&problem.p, &problem.g, budget, &mut payer)?;
        Ok((solver, self.payers().get(&group).cloned()))
    }

    /// Remembers who paid for a group.
    fn paid(&self, group: &(BigUint, BigUint), session: &str) {
        let mut payers = self.payers();
        if payers.len() >= PAYERS {
            payers.clear();
        }
        payers.insert(group.clone(), session.to_owned());
    }

    fn payers(&self) -> MutexGuard<'_, HashMap<(BigUint, BigUint), String>> {
        self.payers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session that pays for a group, once there is something to pay for.
struct Payer<'t, P, T> {
    pays: P,
    told: &'t mut Told<T>,
}

impl<P: Fn() + Send, T: FnMut(Fact) + Send> Observer for Payer<'_, P, T> {
    fn progress(&mut self, phase: Phase, done: u64, total: u64) {
        if self.told.last.is_none() {
            (self.pays)();
        }
        self.told.progress(phase, done, total);
    }

    fn chose(&mut self, method: &Method) {
        self.told.chose(method);
    }
}

/// What a session was told of its computation.
struct Told<T> {
    bits: u64,
    chose: bool,
    last: Option<(Phase, u64, Instant)>,
    /// How far it is, told or not.
    reached: Reached,
    count: usize,
    tell: T,
}

impl<T: FnMut(Fact) + Send> Told<T> {
    fn choose(&mut self, method: Account, prepared_by: Option<String>) {
        if !std::mem::replace(&mut self.chose, true) {
            (self.tell)(Fact::Chose { bits: self.bits, method, prepared_by });
        }
    }
}

impl<T: FnMut(Fact) + Send> Observer for Told<T> {
    fn chose(&mut self, method: &Method) {
        self.choose(Account::of(method), None);
    }

    /// A phase is told at its beginning and at its end, and between them in bounded steps.
    fn progress(&mut self, phase: Phase, done: u64, total: u64) {
        (self.reached.done, self.reached.total) = (done, total);
        if self.last.is_none_or(|(last, ..)| last != phase) {
            self.reached.phase = Some(named(phase));
            self.reached.unit = unit(phase).map(str::to_owned);
        }
        let step = done.saturating_mul(STEPS).checked_div(total).unwrap_or(0);
        let again = match self.last {
            Some((last, ..)) if last != phase => true,
            Some((_, last, when)) => step != last && (done >= total || when.elapsed() >= PAUSE),
            None => true,
        };
        if !again || self.count >= MOST {
            return;
        }
        self.count += 1;
        self.last = Some((phase, step, Instant::now()));
        (self.tell)(Fact::Work { phase: named(phase), done, total, unit: unit(phase).map(str::to_owned) });
    }
}

/// A phase by its name in events.
fn named(phase: Phase) -> String {
    serde_json::to_value(phase).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What a phase counts, where its total is more than a limit.
fn unit(phase: Phase) -> Option<&'static str> {
    match phase {
        Phase::Factor => Some("bits"),
        Phase::Table => Some("prime-factors"),
        Phase::Walk => Some("steps"),
        Phase::Sieve => Some("relations"),
        Phase::LinearAlgebra => Some("unknowns"),
        _ => None,
    }
}

fn solved(problem: &Problem, result: &Result<Solution, Failure>, reached: Reached) -> Fact {
    let bits = problem.p.bits();
    match result {
        Ok(solution) => Fact::Solved {
            bits,
            method: Some(Account::of(&solution.method)),
            operations: Some(solution.cost.operations),
            failure: None,
            found: true,
            cut_off: None,
            equation: Some(Box::new(Equation {
                p: format!("{:x}", problem.p),
                g: format!("{:x}", problem.g),
                y: format!("{:x}", problem.y),
                x: format!("{:x}", solution.x),
            })),
        },
        Err(failure) => {
            // Not done is not impossible: only a limit that was met says nothing about the group.
            let limited = matches!(failure, Failure::Cancelled | Failure::OutOfBudget { .. });
            let cut_off = limited.then(|| Box::new(reached));
            let failure = Some(Account::of(failure));
            Fact::Solved { bits, method: None, operations: None, failure, found: false, cut_off, equation: None }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::words::english;

    /// A safe prime of 48 bits and two targets.
    fn told(workshop: &Workshop, session: &str, exponent: u32) -> Vec<Fact> {
        let p = lab::group::weak::short(48).p;
        let g = BigUint::from(2u8);
        let problem = Problem { y: g.modpow(&exponent.into(), &p), p, g };
        let mut facts = Vec::new();
        workshop.compute(&problem, session, &session_budget(), |fact| facts.push(fact)).unwrap();
        facts
    }

    fn payer(facts: &[Fact]) -> Option<&str> {
        let chose = facts.iter().filter_map(|fact| match fact {
            Fact::Chose { prepared_by, .. } => Some(prepared_by.as_deref()),
            _ => None,
        });
        let chose: Vec<_> = chose.collect();
        assert_eq!(chose.len(), 1, "{facts:?}");
        chose[0]
    }

    #[test]
    fn the_first_session_of_a_prime_pays_and_the_next_names_it() {
        let workshop = Workshop::new(2);
        let first = told(&workshop, "first", 1234);
        assert_eq!(payer(&first), None);
        let second = told(&workshop, "second", 5678);
        assert_eq!(payer(&second), Some("first"));
        assert!(second.len() < first.len(), "{second:?}");
        let Some(Fact::Solved { equation: Some(equation), .. }) = second.last() else { panic!("{second:?}") };
        assert_eq!((equation.g.as_str(), equation.x.as_str()), ("2", "162e"), "5678 in hexadecimal");
    }

    /// (p − 1)/2 of ffdhe2048 is prime (RFC 7919): nothing at hand finds a logarithm of 128 bits there.
    #[test]
    fn a_prime_that_holds_is_said_to_hold() {
        let Some(lab::group::Group::Modp(group)) = lab::group::named::find("ffdhe2048") else { panic!("no group") };
        let mut facts = Vec::new();
        let budget = Budget { operations: 1 << 24, ..session_budget() };
        let y = group.g.modpow(&BigUint::from(u128::MAX), &group.p);
        let problem = Problem { p: group.p.clone(), g: group.g.clone(), y };
        let failed = Workshop::new(1).compute(&problem, "s", &budget, |fact| facts.push(fact));
        assert!(matches!(failed, Err(Failure::OutOfReach { .. })), "{failed:?}");
        let chose =
            facts.iter().find_map(|fact| if let Fact::Chose { method, .. } = fact { Some(method) } else { None });
        assert_eq!(chose.map(|method| method.kind.as_str()), Some("none"), "{facts:?}");
        // Nothing at hand reaches that far, and no time would help.
        let end = facts.last();
        assert!(matches!(end, Some(Fact::Solved { found: false, cut_off: None, equation: None, .. })), "{facts:?}");
    }

    #[test]
    fn a_computation_that_meets_a_limit_says_how_far_it_was() {
        let p = lab::group::weak::short(120).p;
        let g = BigUint::from(2u8);
        let problem = Problem { y: g.modpow(&BigUint::from(1u64 << 60), &p), p, g };
        let short_of_memory = Budget { memory: 1 << 10, ..session_budget() };
        let cancelled = session_budget();
        cancelled.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
        for budget in [short_of_memory, cancelled] {
            let mut facts = Vec::new();
            let failed = Workshop::new(1).compute(&problem, "s", &budget, |fact| facts.push(fact));
            assert!(matches!(failed, Err(Failure::Cancelled | Failure::OutOfBudget { .. })), "{failed:?}");
            assert!(matches!(facts.last(), Some(Fact::Solved { found: false, cut_off: Some(_), .. })), "{facts:?}");
        }
        let mut told =
            Told { bits: 64, chose: true, last: None, reached: Reached::default(), count: MOST, tell: |_| {} };
        told.progress(Phase::Sieve, 3, 8);
        assert_eq!((told.reached.phase.as_deref(), told.reached.done), (Some("sieve"), 3));
    }

    #[test]
    fn progress_is_told_in_bounded_steps() {
        let mut count = 0;
        let mut told =
            Told { bits: 64, chose: true, last: None, reached: Reached::default(), count: 0, tell: |_| count += 1 };
        for done in 0..1_000_000 {
            told.progress(Phase::Sieve, done, 1_000_000);
        }
        assert!((1..=STEPS + 1).contains(&count), "{count}");
    }

    /// One of each; a new one has to be added here.
    fn methods() -> Vec<Method> {
        let all = vec![
            Method::Trivial,
            Method::None { hard_bits: 900 },
            Method::BabyStepGiantStep { order_bits: 40 },
            Method::Rho { order_bits: 60 },
            Method::PohligHellman { subgroups: 7, largest_bits: 20 },
            Method::Kangaroo { interval_bits: 40, known_bits: 0 },
            Method::Kangaroo { interval_bits: 40, known_bits: 12 },
            Method::Interval { interval_bits: 0, known_bits: 12 },
            Method::Interval { interval_bits: 40, known_bits: 0 },
            Method::Interval { interval_bits: 40, known_bits: 12 },
            Method::IndexCalculus { bits: 96, polynomials: ["x".into(), "x²+1".into()], known_logarithms: 9 },
            Method::Padic { exponent: 3 },
            Method::Composite { factors: vec![Method::Rho { order_bits: 60 }, Method::Trivial] },
        ];
        for method in &all {
            match method {
                Method::Trivial
                | Method::None { .. }
                | Method::BabyStepGiantStep { .. }
                | Method::Rho { .. }
                | Method::PohligHellman { .. }
                | Method::Kangaroo { .. }
                | Method::Interval { .. }
                | Method::IndexCalculus { .. }
                | Method::Padic { .. }
                | Method::Composite { .. } => {}
            }
        }
        all
    }

    #[test]
    fn every_method_phase_and_unit_has_words() {
        let lacks = |family: &str, account: &Account| {
            let value = serde_json::to_value(account).unwrap();
            assert_eq!(english().lacks(family, &value), Vec::<String>::new(), "{family}: {value}");
            assert!(!english().say(family, &value).unwrap().is_empty());
        };
        methods().iter().map(Account::of).for_each(|it| lacks("method", &it));
        let bad_input = Failure::BadInput { field: "p", expected: "a prime", got: "1".to_owned() };
        for failure in [Failure::Cancelled, bad_input] {
            lacks("failure", &Account::of(&failure));
        }
        for phase in [
            Phase::Factor,
            Phase::Table,
            Phase::Walk,
            Phase::Sieve,
            Phase::Filter,
            Phase::LinearAlgebra,
            Phase::Descent,
        ] {
            let unit = unit(phase);
            for (family, name) in [("phase", named(phase)), ("unit", unit.unwrap_or("bits").to_owned())] {
                assert_ne!(english().term(family, &name), "", "{name}");
                assert!(lab::words::ENGLISH.contains(&format!("\n{family} {name}: ")), "{family} {name}");
            }
        }
    }
}
