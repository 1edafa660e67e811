//! The table of outcomes that a command holds what comes against.

use super::Failure;
use crate::ci::outcomes::{self, Row};
use clap::Args;
use process::files::{self, Unread};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Which table it is.
#[derive(Debug, Default, Args)]
pub(super) struct Table {
    /// What has to come of each scenario, instead of the table that the program was built with
    #[arg(long, value_name = "FILE")]
    outcomes: Option<PathBuf>,
}

impl Table {
    /// Its rows, and how it is called in reports.
    pub(super) fn read(&self) -> Result<(String, Vec<Row>), Failure> {
        let Some(path) = &self.outcomes else {
            let rows = outcomes::all().map_err(|error| Failure::Lab(error.to_string()))?;
            return Ok((outcomes::FILE.to_owned(), rows));
        };
        let (file, text) = text_of(path)?;
        let rows = outcomes::parse(&file, &text).map_err(|error| Failure::Usage(error.to_string()))?;
        Ok((file, rows))
    }

    /// The arguments that name it again, with a space before them.
    pub(super) fn again(&self) -> String {
        let path = self.outcomes.as_deref().map(|path| path.display().to_string());
        let quoted = path.as_deref().and_then(|path| shlex::try_quote(path).ok());
        quoted.map(|path| format!(" --outcomes {path}")).unwrap_or_default()
    }
}

/// The text of a file that is named on the command line, and how it is called in reports.
pub(super) fn text_of(path: &Path) -> Result<(String, String), Failure> {
    let file = path.display().to_string();
    let why = |error: Unread| json!({ "file": file, "why": error.to_string() });
    let text = files::text(path, files::TEXT).map_err(|error| Failure::usage("cannot-read", &why(error)))?;
    Ok((file, text))
}
