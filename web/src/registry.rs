//! The registries as documents, for `/api/modes`, `/api/attacks`, `/api/checks` and `interlock list`.

use attacker::attack::case::{self, Case};
use lab::{
    mode::{By, Parameter},
    modes,
    toy::Toy,
    verdict::{Class, Kind},
};
use serde::Serialize;

/// Where something comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// As one cites it.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
}

impl Reference {
    /// A citation; that of an RFC, or of nothing but a CVE, knows where it can be read.
    pub fn of(title: &str) -> Self {
        let number = title.strip_prefix("RFC ").map(|rest| rest.split([' ', ',']).next().unwrap_or_default());
        let url = number.filter(|number| number.parse::<u32>().is_ok()).map(|number| {
            let section = title.split("section ").nth(1).and_then(|rest| rest.split([' ', ',']).next());
            let anchor = section.map(|section| format!("#section-{section}")).unwrap_or_default();
            format!("https://www.rfc-editor.org/rfc/rfc{number}{anchor}")
        });
        let url = url.or_else(|| vulnerability(title));
        Self { title: title.to_owned(), url }
    }
}

/// Where a vulnerability by its number can be read.
fn vulnerability(title: &str) -> Option<String> {
    title.starts_with("CVE-").then(|| format!("https://nvd.nist.gov/vuln/detail/{title}"))
}

/// A kind of a mode or of an attack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// Id, after the colon.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What it can be told in numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// How the server came by a group of its own, where a mode's variant has one: `safe`, where what its prime costs to
    /// break depends on the size alone, `smooth`, `random`, `composite`, `subgroup`, or `published`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<&'static str>,
    /// It goes without saying: a scenario that means it names the mode, or the attack, alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unsaid: bool,
    /// The exchange, where the variant has another one than its mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
}

/// One field of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name on the wire.
    pub name: String,
    /// What it is.
    pub sort: String,
    /// What the sender puts there, as the mode's table says it.
    pub value: String,
}

/// What a party does besides sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// `client`, `server` or `both`.
    pub party: &'static str,
    /// What it does, as the mode's table says it.
    pub text: String,
}

/// One message of a flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Kind of its frame.
    pub kind: String,
    /// What it carries.
    pub fields: Vec<Field>,
    /// What is done before and after.
    pub steps: Vec<Step>,
}

/// What one party sends in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flight {
    /// From 1.
    pub number: u32,
    /// Who sends it.
    pub from: &'static str,
    /// Its messages.
    pub messages: Vec<Message>,
}

/// An exchange, and what is checked in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The exchange.
    pub flights: Vec<Flight>,
    /// Ids of its checks.
    pub checks: Vec<&'static str>,
    /// Those of them that are off unless switched on.
    pub off: &'static [&'static str],
}

/// A key exchange as deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mode {
    /// Stable id.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// A paragraph.
    pub summary: &'static str,
    /// What authenticates the parties.
    pub authenticated_by: &'static str,
    /// Its kinds, the first being the default.
    pub variants: Vec<Variant>,
    /// What any of its kinds can be told in numbers, in the widest range and with the default of the first.
    pub parameters: Vec<Parameter>,
    /// The exchange, but for the variants that have another one.
    #[serde(flatten)]
    pub table: Table,
    /// Where it comes from.
    pub references: Vec<Reference>,
    /// What it protects and what it does not, all of its usual checks being on, in its first variant.
    pub promises: Vec<Promise>,
    /// Where it is deployed.
    pub deployed: &'static str,
    /// How its keys are renewed and thrown away there.
    pub renewal: &'static str,
    /// It can be computed on paper, with small numbers.
    pub toy: bool,
}

/// Something that a mode might promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// What.
    pub name: &'static str,
    /// Whether it keeps that.
    #[serde(flatten)]
    pub promise: lab::modes::properties::Promise,
}

/// What an attacker does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attack {
    /// Stable id.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// Its family.
    pub group: &'static str,
    /// A paragraph.
    pub summary: String,
    /// The recipe.
    pub steps: Vec<String>,
    /// The first attack that has this recipe: under its id languages have the summary, the steps and the variants.
    pub recipe: &'static str,
    /// Its kinds, the first being the default.
    pub variants: Vec<Variant>,
    /// When it computes a discrete logarithm, where it does: `live`, while the victims wait, or `later`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logarithm: Option<&'static str>,
    /// Ids of the checks that stop it.
    pub stopped_by: &'static [&'static str],
    /// What happened where it was seen outside a laboratory; why it was not, where it was not.
    pub case: &'static str,
    /// It was seen.
    pub seen: bool,
    /// Where that is told.
    pub references: Vec<Reference>,
}

/// One named defence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable id.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What happens where it is missing.
    pub threat: &'static str,
    /// What it compares with what.
    pub compares: &'static str,
    /// Where it comes from.
    pub reference: Reference,
    /// Modes that perform it.
    pub modes: Vec<&'static str>,
}

/// A kind of verdict, and what it means for a real system.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// The kind.
    pub kind: Kind,
    /// The letter that stands for it.
    pub letter: char,
    /// Defended, broken, neutral or error.
    pub class: Class,
    /// One line.
    pub meaning: String,
}

/// Every kind of verdict, in the order of the documentation.
pub fn verdicts() -> Vec<Verdict> {
    let verdict = |kind: Kind| Verdict { kind, letter: kind.letter(), class: kind.class(), meaning: kind.meaning() };
    Kind::ALL.map(verdict).into()
}

/// Every mode.
pub fn modes() -> Vec<Mode> {
    modes::all().iter().map(|mode| document(mode)).collect()
}

fn document(mode: &'static lab::mode::Mode) -> Mode {
    let variants: Vec<Variant> = mode.variants.iter().map(variant).collect();
    let properties = lab::modes::properties::of(mode.id);
    let mut parameters: Vec<Parameter> = Vec::new();
    for parameter in variants.iter().flat_map(|variant| &variant.parameters) {
        match parameters.iter_mut().find(|known| known.name == parameter.name) {
            Some(known) => (known.min, known.max) = (known.min.min(parameter.min), known.max.max(parameter.max)),
            None => parameters.push(*parameter),
        }
    }
    Mode {
        id: mode.id,
        title: mode.title,
        summary: mode.summary,
        authenticated_by: mode.authenticated_by,
        variants,
        parameters,
        table: table(mode),
        references: mode.references.iter().map(|title| Reference::of(title)).collect(),
        promises: properties
            .into_iter()
            .flat_map(|properties| properties.promises().map(|(name, promise)| Promise { name, promise }))
            .collect(),
        deployed: properties.map_or("", |properties| properties.deployed),
        renewal: properties.map_or("", |properties| properties.renewal),
        toy: Toy::of(mode, 0).is_some(),
    }
}

fn variant(variant: &lab::mode::Variant) -> Variant {
    Variant {
        id: variant.id,
        title: variant.title,
        parameters: variant.parameters.to_vec(),
        group: variant.group.map(lab::group::own::Own::as_str),
        unsaid: variant.unsaid,
        table: variant.table.map(table),
    }
}

fn table(mode: &lab::mode::Mode) -> Table {
    Table { flights: flights(mode), checks: mode.checks().iter().map(|check| check.id).collect(), off: mode.off }
}

fn flights(mode: &lab::mode::Mode) -> Vec<Flight> {
    let mut flights: Vec<Flight> = Vec::new();
    for (message, number) in mode.messages.iter().zip(mode.flights()) {
        if flights.last().is_none_or(|flight| flight.number != number) {
            flights.push(Flight { number, from: message.from.as_str(), messages: Vec::new() });
        }
        if let Some(flight) = flights.last_mut() {
            flight.messages.push(self::message(message));
        }
    }
    flights
}

fn message(message: &lab::mode::Message) -> Message {
    let field = |field: &lab::mode::Field| Field {
        name: field.name.to_owned(),
        sort: field.sort.to_string(),
        value: field.value.to_string(),
    };
    let step = |step: &lab::mode::Step| Step {
        party: match step.by {
            By::One(role) => role.as_str(),
            By::Both => "both",
        },
        text: step.to_string(),
    };
    let steps = message.before.iter().chain(message.receipt).chain(message.after);
    Message {
        kind: message.kind.to_string(),
        fields: message.fields.iter().map(field).collect(),
        steps: steps.map(step).collect(),
    }
}

/// Every attack.
pub fn attacks() -> Vec<Attack> {
    let document = |info: &attacker::attack::Info| {
        let (case, source) = match case::of(info.id) {
            Some(Case::Seen { what, source }) => (what, Some(source)),
            Some(Case::Unseen { why }) => (why, None),
            None => ("", None),
        };
        Attack {
            id: info.id,
            title: info.title,
            group: info.family.as_str(),
            summary: info.summary(),
            steps: info.steps(),
            recipe: attacker::attacks::recipe(info),
            variants: info
                .variants
                .iter()
                .map(|variant| Variant {
                    id: variant.id,
                    title: variant.title,
                    parameters: Vec::new(),
                    group: None,
                    unsaid: false,
                    table: None,
                })
                .collect(),
            logarithm: info.logarithm.map(attacker::attack::When::as_str),
            stopped_by: info.stopped_by,
            case,
            seen: source.is_some(),
            references: source.map(Reference::of).into_iter().collect(),
        }
    };
    attacker::attacks::all().iter().map(document).collect()
}

/// Every check.
pub fn checks() -> Vec<Check> {
    let document = |check: &'static lab::check::Check| Check {
        id: check.id,
        title: check.title,
        threat: check.threat,
        compares: check.compares,
        reference: Reference::of(check.reference),
        modes: modes::all()
            .iter()
            .filter(|mode| mode.tables().any(|table| table.checks().contains(&check)))
            .map(|mode| mode.id)
            .collect(),
    };
    lab::checks::all().iter().map(|check| document(check)).collect()
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn an_rfc_knows_where_it_can_be_read() {
        let url = |title| Reference::of(title).url;
        assert_eq!(url("RFC 7748 section 6.1").as_deref(), Some("https://www.rfc-editor.org/rfc/rfc7748#section-6.1"));
        assert_eq!(url("RFC 7919").as_deref(), Some("https://www.rfc-editor.org/rfc/rfc7919"));
        assert_eq!(url("Rivest and Shamir, 1984"), None);
    }
}
