//! The reports that CI systems read, as options of a command and as files.

use super::said;
use crate::{
    ci::{junit, report::Entries, sarif, summary},
    sessions::session::now_ms,
};
use clap::Args;
use serde_json::json;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The path that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// Which reports are written.
#[derive(Debug, Default, Args)]
pub(super) struct Reports {
    /// Write a JUnit report
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Print JSON instead of the table, or write it to a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = STANDARD_OUTPUT)]
    json: Option<PathBuf>,
    /// Write a SARIF report
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// Append a summary in Markdown, as for GITHUB_STEP_SUMMARY
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
}

impl Reports {
    /// Whether JSON is printed in the table's place.
    pub(super) fn on_standard_output(&self) -> bool {
        self.json.as_deref() == Some(Path::new(STANDARD_OUTPUT))
    }

    /// Writes what is asked for; answers with what could not be written.
    pub(super) fn write(&self, entries: &Entries, json: &str, seconds: f64) -> io::Result<Vec<String>> {
        let json_file = self.json.as_deref().filter(|path| *path != Path::new(STANDARD_OUTPUT));
        let ended = i64::try_from(now_ms() / 1000).unwrap_or_default();
        let written = [
            json_file.map(|path| (path, fs::write(path, json))),
            self.junit.as_deref().map(|path| (path, fs::write(path, junit::report(entries, seconds, ended)))),
            self.sarif.as_deref().map(|path| (path, fs::write(path, sarif::report(entries)))),
            self.summary.as_deref().map(|path| (path, append(path, &summary::report(entries, seconds)))),
        ];
        let mut unwritten = Vec::new();
        for (path, written) in written.into_iter().flatten() {
            let members = |error: io::Error| json!({ "file": path.display().to_string(), "why": error.to_string() });
            unwritten.extend(written.err().map(|error| said("cannot-write-file", &members(error))));
        }
        Ok(unwritten)
    }
}

fn append(path: &Path, text: &str) -> io::Result<()> {
    fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
}
