//! `interlock import`

use super::{Data, FAILED, FINE, Failure, export::place};
use crate::{
    cli::style::verdict,
    console::random_id,
    plain::plain,
    sessions::{
        import::{Wrong, import},
        session::now_us,
        store::{Kept, Retention, StoreError, open},
    },
};
use bytes::Bytes;
use clap::Args;
use process::files;
use serde_json::{Value, json};
use std::{io::Write, path::PathBuf, sync::Arc};

/// Octets of a file that is taken in: of two sessions, each as long as one is kept.
const LONGEST: usize = 64 << 20;

/// Arguments of `interlock import`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock import session.json comparison.json

What such a file says came of a session is judged again, by its events. What is here already is kept once.")]
pub(super) struct Import {
    /// Files that interlock export --format json, or the page, has written
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    data: Data,
}

pub(super) fn run(args: &Import) -> Result<u8, Failure> {
    let (place, _) = place(&args.data)?;
    let failed = |error: StoreError| Failure::Lab(error.to_string());
    let mut database = open(&place, Retention::default()).map_err(failed)?;
    let mut status = FINE;
    let mut out = anstream::stdout().lock();
    for file in &args.files {
        let cannot = |why: &dyn std::fmt::Display| {
            Failure::usage("cannot-read", &json!({ "file": file.display().to_string(), "why": why.to_string() }))
        };
        let text = files::octets(file, LONGEST).map_err(|error| cannot(&error))?;
        let document: Value = serde_json::from_slice(&text).map_err(|error| cannot(&plain(&error.to_string()).1))?;
        for mut record in import(&document).map_err(|wrong: Wrong| cannot(&wrong))? {
            let known = database.record(&record.session.session).map_err(failed)?;
            if known.as_ref().is_none_or(|known| known.events != record.events) {
                if known.is_some() {
                    record = record.renamed(&random_id().map_err(|error| Failure::Lab(error.to_string()))?);
                }
                let events: Result<Vec<Bytes>, _> =
                    record.events.iter().map(|event| event.to_json().map(Bytes::from)).collect();
                let events = events.map_err(|error| Failure::Lab(error.to_string()))?;
                let kept = Kept { cursor: now_us(), record: Arc::new(record.clone()), events };
                database.put(&[kept]).map_err(failed)?;
            }
            let session = &record.session;
            let found = session.verdict.as_ref();
            writeln!(out, "{}  {}  {}", session.session, found.map(verdict).unwrap_or_default(), session.scenario)?;
            if found.is_none_or(|found| !found.kind.is_settled()) {
                status = FAILED;
            }
        }
    }
    Ok(status)
}
