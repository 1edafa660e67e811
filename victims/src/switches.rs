//! The switches of a victim's checks, as flags.

use clap::Args;
use lab::{
    modes::{self, Resolved},
    scenario::{Scenario, ScenarioError, Selection},
};
use process::program::Failure;

/// Which checks a victim switches off or on.
#[derive(Clone, Debug, Args)]
pub(crate) struct Switches {
    /// Switches a check off; may be given several times
    #[arg(long = "without", value_name = "CHECK")]
    without: Vec<String>,
    /// Switches a check on that the mode leaves off; may be given several times
    #[arg(long = "with", value_name = "CHECK")]
    with: Vec<String>,
}

impl Switches {
    /// The scenario that a victim plays its part of: it knows of no attack.
    ///
    /// # Errors
    /// The flags break the grammar of scenarios, as by naming a check twice, or name something unknown.
    pub(crate) fn scenario(&self, mode: &Selection) -> Result<Resolved, Failure> {
        let scenario = Scenario {
            mode: mode.clone(),
            attack: Selection::plain("relay"),
            without: self.without.clone(),
            with: self.with.clone(),
        };
        let scenario = scenario
            .to_string()
            .parse()
            .map_err(|error: ScenarioError| Failure::Usage(format!("--without, --with: {error}")))?;
        modes::resolve(&scenario).map_err(|unknown| Failure::Usage(unknown.to_string()))
    }
}
