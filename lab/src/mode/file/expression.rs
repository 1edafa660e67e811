//! Expressions and relations, read.

use super::{Flaw, read::Line};
use crate::{
    check::Check,
    checks,
    mode::Relation,
    role::Role,
    term::{Expr, Op, Padding, Sort},
};

/// How deep expressions may stand in expressions.
const DEEPEST: usize = 32;

/// Operations without a parameter.
const PLAIN: [Op; 23] = [
    Op::Preferred,
    Op::Pick,
    Op::Accept,
    Op::GroupOf,
    Op::ServerGroup,
    Op::Public,
    Op::Agree,
    Op::PublicUnder,
    Op::Reply,
    Op::Replied,
    Op::Combine,
    Op::Extract,
    Op::Hash,
    Op::Short,
    Op::Mac,
    Op::Seal,
    Op::Open,
    Op::VerifyingKey,
    Op::LeafKey,
    Op::LeafEncryptionKey,
    Op::LeafName,
    Op::EncryptionKey,
    Op::ClockSeed,
];

/// Reads what is left of a line.
pub(super) struct Reader<'l> {
    line: &'l Line<'l>,
    rest: &'l str,
}

impl<'l> Reader<'l> {
    pub(super) fn new(line: &'l Line<'l>, text: &'l str) -> Self {
        Self { line, rest: text.trim() }
    }

    fn flaw<T>(&self, field: &'static str, expected: &'static str, got: &str) -> Result<T, Flaw> {
        self.line.flaw(field, expected, got)
    }

    /// The one expression that is left.
    pub(super) fn only(mut self) -> Result<Expr, Flaw> {
        let value = self.value(0)?;
        self.end().map(|()| value)
    }

    /// The relation with its values that is left.
    pub(super) fn relation(mut self) -> Result<(Relation, &'static [Expr]), Flaw> {
        let (name, parameter) = self.name()?;
        let relation = self.named_relation(name, parameter)?;
        let args = self.list(0)?;
        self.end().map(|()| (relation, args))
    }

    fn end(&self) -> Result<(), Flaw> {
        if self.rest.is_empty() { Ok(()) } else { self.flaw("expression", "end", self.rest) }
    }

    fn value(&mut self, depth: usize) -> Result<Expr, Flaw> {
        if depth > DEEPEST {
            return self.flaw("expression", "less-deep", self.rest);
        }
        if self.rest.starts_with('(') {
            return Ok(Expr::Tuple(self.list(depth)?));
        }
        let (name, parameter) = self.name()?;
        if !self.rest.starts_with('(') {
            return match (name, parameter) {
                ("transcript", None) => Ok(Expr::Transcript),
                (name, None) => Ok(Expr::Var(name.to_owned().leak())),
                (_, Some(_)) => self.flaw("expression", "arguments", self.rest),
            };
        }
        if name == "switch" {
            let check = self.check(parameter.unwrap_or_default())?;
            return match self.list(depth)? {
                [on, off] => Ok(Expr::Switch(check, on, off)),
                _ => self.flaw("expression", "switch", self.rest),
            };
        }
        let op = self.operation(name, parameter)?;
        Ok(Expr::Apply(op, self.list(depth)?))
    }

    fn list(&mut self, depth: usize) -> Result<&'static [Expr], Flaw> {
        let Some(rest) = self.rest.strip_prefix('(') else { return self.flaw("expression", "opens", self.rest) };
        self.rest = rest.trim_start();
        let mut items = Vec::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest.trim_start();
                return Ok(items.leak());
            }
            if !items.is_empty() {
                match self.rest.strip_prefix(',') {
                    Some(rest) => self.rest = rest.trim_start(),
                    None => return self.flaw("expression", "goes-on", self.rest),
                }
            }
            items.push(self.value(depth + 1)?);
        }
    }

    /// A name, and what stands in brackets after it.
    fn name(&mut self) -> Result<(&'l str, Option<&'l str>), Flaw> {
        let of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let (name, rest) = self.rest.split_at(self.rest.find(|c| !of_name(c)).unwrap_or(self.rest.len()));
        if name.is_empty() {
            return self.flaw("expression", "name", self.rest);
        }
        self.rest = rest.trim_start();
        let Some(inside) = self.rest.strip_prefix('[') else { return Ok((name, None)) };
        let Some((parameter, rest)) = inside.split_once(']') else {
            return self.flaw("expression", "closes", self.rest);
        };
        self.rest = rest.trim_start();
        Ok((name, Some(parameter)))
    }

    fn operation(&self, name: &str, parameter: Option<&str>) -> Result<Op, Flaw> {
        let unknown = || self.flaw("operation", "operation", name);
        let Some(parameter) = parameter else {
            return PLAIN.into_iter().find(|op| op.to_string() == name).map_or_else(unknown, Ok);
        };
        Ok(match name {
            "hkdf-expand" => Op::Expand(parameter.to_owned().leak()),
            "sign" => Op::Sign(parameter.to_owned().leak()),
            "encrypt" => Op::Encrypt(self.padding(parameter)?),
            "decrypt" => Op::Decrypt(self.padding(parameter)?),
            "decrypt-or" => Op::DecryptOr(self.padding(parameter)?),
            "part" => {
                let places = parameter.split_once(" of ").and_then(|(at, rest)| {
                    let (of, sort) = rest.split_once(", ")?;
                    let at = at.parse::<usize>().ok()?.checked_sub(1)?;
                    Some((at, of.parse::<usize>().ok()?, sort))
                });
                let Some((at, of, sort)) = places else {
                    return self.flaw("operation", "part", parameter);
                };
                Op::Part(at, of, self.line.sort(sort)?)
            }
            _ => return unknown(),
        })
    }

    fn padding(&self, text: &str) -> Result<Padding, Flaw> {
        let found = [Padding::Oaep, Padding::Pkcs1v15].into_iter().find(|padding| padding.to_string() == text);
        found.map_or_else(|| self.flaw("padding", "padding", text), Ok)
    }

    fn check(&self, id: &str) -> Result<&'static Check, Flaw> {
        checks::find(id).map_or_else(|| self.flaw("check", "check", id), Ok)
    }

    fn role(&self, text: &str) -> Result<Role, Flaw> {
        self.line.role(text)
    }

    fn named_relation(&self, name: &str, parameter: Option<&str>) -> Result<Relation, Flaw> {
        let given = parameter.unwrap_or_default();
        let two = || given.split_once(", ").map_or((given, ""), |it| it);
        Ok(match (name, parameter.is_some()) {
            ("equal", true) => Relation::Equal(self.check(given)?),
            ("same", true) => Relation::Same(self.check(given)?),
            ("fresh", true) => Relation::Fresh(self.check(given)?),
            ("apart", true) => Relation::Apart(self.check(given)?),
            ("padded", true) => Relation::Padded(self.check(two().0)?, self.padding(two().1)?),
            ("signed", true) => Relation::Signed(self.check(two().0)?, two().1.to_owned().leak()),
            ("at-least-bits", true) => match given.parse() {
                Ok(bits) => Relation::GroupSize(bits),
                Err(_) => return self.flaw("relation", "bits", given),
            },
            ("certified", true) => Relation::Certified(self.role(given)?),
            ("certified-for-any", true) => Relation::CertifiedForAny(self.role(given)?),
            ("public-in-range", false) => Relation::PublicInRange,
            ("public-in-subgroup", false) => Relation::PublicInSubgroup,
            ("prime", false) => Relation::GroupPrime,
            ("safe-order", false) => Relation::GroupOrder,
            ("published", false) => Relation::GroupKnown,
            ("contributes", false) => Relation::Contributes,
            _ => return self.flaw("relation", "relation", name),
        })
    }
}

impl Line<'_> {
    pub(super) fn sort(&self, text: &str) -> Result<Sort, Flaw> {
        let found = Sort::ALL.iter().find(|sort| sort.to_string() == text);
        found.map_or_else(|| self.flaw("sort", "sort", text), |sort| Ok(*sort))
    }

    pub(super) fn role(&self, text: &str) -> Result<Role, Flaw> {
        let found = [Role::Client, Role::Server].into_iter().find(|role| role.as_str() == text);
        found.map_or_else(|| self.flaw("role", "role", text), Ok)
    }
}
