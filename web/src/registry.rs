//! The registries as documents, for `/api/modes`, `/api/attacks`, `/api/checks` and `interlock list`.

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
    /// A citation; that of an RFC knows where it can be read.
    pub fn of(title: &str) -> Self {
        let number = title.strip_prefix("RFC ").map(|rest| rest.split([' ', ',']).next().unwrap_or_default());
        let url = number.filter(|number| number.parse::<u32>().is_ok()).map(|number| {
            let section = title.split("section ").nth(1).and_then(|rest| rest.split([' ', ',']).next());
            let anchor = section.map(|section| format!("#section-{section}")).unwrap_or_default();
            format!("https://www.rfc-editor.org/rfc/rfc{number}{anchor}")
        });
        Self { title: title.to_owned(), url }
    }
}

/// A kind of a mode or of an attack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// Id, after the colon.
    pub id: String,
    /// A few words.
    pub title: String,
}

/// A numeric parameter of a mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Least value.
    pub min: u64,
    /// Greatest value.
    pub max: u64,
    /// Value where none is given.
    pub default: u64,
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

/// A key exchange as deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mode {
    /// Stable id.
    pub id: String,
    /// A few words.
    pub title: String,
    /// A paragraph.
    pub summary: String,
    /// What authenticates the parties.
    pub authenticated_by: String,
    /// Its kinds, the first being the default.
    pub variants: Vec<Variant>,
    /// What it can be told in numbers.
    pub parameters: Vec<Parameter>,
    /// The exchange.
    pub flights: Vec<Flight>,
    /// Ids of its checks.
    pub checks: Vec<String>,
    /// Those of them that are off unless switched on.
    pub off: Vec<String>,
    /// Where it comes from.
    pub references: Vec<Reference>,
}

/// What an attacker does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attack {
    /// Stable id.
    pub id: String,
    /// A few words.
    pub title: String,
    /// Its family.
    pub group: String,
    /// A paragraph.
    pub summary: String,
    /// The recipe.
    pub steps: Vec<String>,
    /// Its kinds, the first being the default.
    pub variants: Vec<Variant>,
    /// Ids of the checks that stop it.
    pub stopped_by: Vec<String>,
    /// Where it comes from.
    pub references: Vec<Reference>,
}

/// One named defence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable id.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What happens where it is missing.
    pub threat: String,
    /// What it compares with what.
    pub compares: String,
    /// Where it comes from.
    pub reference: Reference,
    /// Modes that perform it.
    pub modes: Vec<String>,
}

/// Every mode.
pub fn modes() -> Vec<Mode> {
    Vec::new()
}

/// Every attack.
pub fn attacks() -> Vec<Attack> {
    Vec::new()
}

/// Every check.
pub fn checks() -> Vec<Check> {
    Vec::new()
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
