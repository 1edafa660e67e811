//! The attacker's computations, as facts of a session.

use crate::cryptanalysis::{Budget, Failure, Phase, Problem, Solution, Solvers};
use lab::event::Fact;

/// What one session is worth: whatever is known to lead somewhere, and no walk in the hope of a short exponent, which the
/// lab's victims never draw.
pub fn session_budget() -> Budget {
    Budget { interval_bits: 0, memory: 1 << 30, ..Budget::default() }
}

/// Computes a discrete logarithm and tells of it: progress of each phase, and what came of it. The work for the group is
/// kept in `solvers`, so that only the first session of a prime pays for it.
///
/// # Errors
/// Why there is no logarithm.
pub fn compute(
    problem: &Problem,
    solvers: &Solvers,
    budget: &Budget,
    mut tell: impl FnMut(Fact) + Send,
) -> Result<Solution, Failure> {
    let mut told: Option<(Phase, u64)> = None;
    let result = {
        // A phase is told at its beginning, then for each further tenth.
        let mut observer = |phase: Phase, done: u64, total: u64| {
            let tenth = done.saturating_mul(10).checked_div(total).unwrap_or(0);
            if told != Some((phase, tenth)) {
                told = Some((phase, tenth));
                tell(Fact::Work { phase: phase.to_string(), done, total });
            }
        };
        let solver = solvers.get(&problem.p, &problem.g, budget, &mut observer);
        solver.and_then(|solver| solver.solve(&problem.y, budget, &mut observer))
    };
    let bits = problem.p.bits();
    tell(match &result {
        Ok(solution) => Fact::Solved {
            bits,
            method: solution.method.to_string(),
            cost: format!("{} operations", solution.cost.operations),
            found: true,
        },
        Err(failure) => Fact::Solved { bits, method: "none".to_owned(), cost: failure.to_string(), found: false },
    });
    result
}
