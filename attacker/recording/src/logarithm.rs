//! The secret of Diffie–Hellman from what was seen of it: one logarithm serves every session in which its value comes again.

use cryptanalysis::{Budget, Described, Explanation, Failure, Method, Observer, Solvers, Unsolved, explain};
use lab::tls::{DheParameters, Side};
use num_bigint::BigUint;
use serde::Serialize;
use std::{collections::VecDeque, sync::Arc};

/// Core seconds that the look at a group takes at most.
const LOOK: f64 = 10.0;
/// Groups and exponents that are remembered.
const MOST_GROUPS: usize = 64;
const MOST_EXPONENTS: usize = 4096;
/// So many bits of an exponent given away make a search for the rest worth its time.
const GIVEN_AWAY: u64 = 96;

/// How an exponent was come by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Logarithm {
    /// Whose.
    pub of: Side,
    /// How it was computed.
    pub method: Method,
    /// It was known from an earlier session: the value came again.
    pub reused: bool,
}

/// Why there is no secret.
pub(crate) enum Without {
    /// Nothing is known against the group, and nothing was tried.
    Sound,
    /// A logarithm was found, and the handshake does not fit it.
    Unfit,
    /// No logarithm was found.
    Failed(Box<Failure>),
}

impl From<Failure> for Without {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

struct Group {
    p: BigUint,
    g: BigUint,
    explained: Arc<Explanation>,
    /// Why no logarithm is found there, whatever the value.
    hopeless: Option<Failure>,
}

/// The groups and exponents seen so far.
pub(crate) struct Logarithms {
    budget: Budget,
    groups: VecDeque<Group>,
    solvers: Solvers,
    /// p, g, y, x and how it was found.
    known: VecDeque<(BigUint, BigUint, BigUint, BigUint, Method)>,
}

impl Logarithms {
    pub(crate) fn new(budget: Budget) -> Self {
        Self { budget, groups: VecDeque::new(), solvers: Solvers::new(8), known: VecDeque::new() }
    }

    /// What the group of a server is worth; nothing where its modulus is longer than anybody takes.
    pub(crate) fn seen(&mut self, server: &DheParameters, observer: &mut dyn Observer) -> Option<Arc<Explanation>> {
        let group = self.group(server, observer).ok()?;
        Some(Arc::clone(&group.explained))
    }

    fn group(&mut self, server: &DheParameters, observer: &mut dyn Observer) -> Result<&mut Group, Failure> {
        let found = self.groups.iter().position(|group| group.p == server.p && group.g == server.g);
        let group = match found.and_then(|at| self.groups.remove(at)) {
            Some(group) => group,
            None => {
                let described = Described { p: server.p.clone(), g: Some(server.g.clone()), ..Described::default() };
                let budget = Budget { core_seconds: LOOK, ..self.budget.clone() };
                let explained = Arc::new(explain(&described, &budget, observer)?);
                Group { p: server.p.clone(), g: server.g.clone(), explained, hopeless: None }
            }
        };
        if self.groups.len() >= MOST_GROUPS {
            self.groups.pop_front();
        }
        self.groups.push_back(group);
        let last = self.groups.len() - 1;
        Ok(&mut self.groups[last])
    }

    /// Finds the secret of two public values. `fits` is asked about each candidate, as the octets of a premaster secret
    /// (RFC 5246 section 8.1.2: without leading zeros).
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn secret(
        &mut self,
        server: &DheParameters,
        client: &BigUint,
        observer: &mut dyn Observer,
        fits: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<Logarithm, Without> {
        let values = [(Side::Server, &server.y, client), (Side::Client, client, &server.y)];
        for (of, own, other) in values {
            let known = self.known.iter().find(|(p, g, y, ..)| *p == server.p && *g == server.g && y == own);
            if let Some((p, _, _, x, method)) = known
                && fits(&other.modpow(x, p).to_bytes_be())
            {
                return Ok(Logarithm { of, method: method.clone(), reused: true });
            }
        }
        let searched = self.budget.exponent_bits.is_some();
        let group = self.group(server, observer)?;
        if let Some(failure) = &group.hopeless {
            return Err(failure.clone().into());
        }
        if group.explained.weaknesses.is_empty() && !searched {
            return Err(Without::Sound);
        }
        let given_away = group.explained.smooth_bits.is_some_and(|bits| bits >= GIVEN_AWAY);
        let interval_bits = if given_away { self.budget.interval_bits } else { 0 };
        let budget = Budget { interval_bits, ..self.budget.clone() };
        let mut failure = None;
        for (of, own, other) in values {
            match self.solve(server, own, &budget, observer) {
                Ok((x, method)) => {
                    let fitting = fits(&other.modpow(&x, &server.p).to_bytes_be());
                    self.remember(server, own, x, &method);
                    if fitting {
                        return Ok(Logarithm { of, method, reused: false });
                    }
                }
                // about this value alone: the other one may have a logarithm
                Err(none @ Failure::NoSolution { .. }) => failure = Some(none),
                Err(Failure::Cancelled) => return Err(Failure::Cancelled.into()),
                Err(other) => {
                    self.group(server, observer)?.hopeless = Some(other.clone());
                    return Err(other.into());
                }
            }
        }
        Err(failure.map_or(Without::Unfit, Without::from))
    }

    fn solve(
        &self,
        server: &DheParameters,
        y: &BigUint,
        budget: &Budget,
        observer: &mut dyn Observer,
    ) -> Result<(BigUint, Method), Failure> {
        let solver = self.solvers.get(&server.p, &server.g, budget, observer)?;
        let solution = solver.solve(y, budget, observer).map_err(|Unsolved { failure, .. }| failure)?;
        Ok((solution.x, solution.method))
    }

    fn remember(&mut self, server: &DheParameters, y: &BigUint, x: BigUint, method: &Method) {
        if self.known.len() >= MOST_EXPONENTS {
            self.known.pop_front();
        }
        self.known.push_back((server.p.clone(), server.g.clone(), y.clone(), x, method.clone()));
    }
}
