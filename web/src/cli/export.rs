//! `interlock export`

use super::{Data, FINE, Failure};
use crate::sessions::{
    export::{Format, Theme, export, export_both},
    session::Record,
    store::{Place, Retention, StoreError, open},
};
use clap::Args;
use serde_json::json;
use std::io::Write;

/// Arguments of `interlock export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  interlock export 5f0c6b1e9d2a4873 --format html > session.html
  interlock export 5f0c6b1e9d2a4873 --format pcapng > session.pcapng      for Wireshark, with interlock dissector
  interlock --lang de export 5f0c6b1e9d2a4873 --format svg > session.svg  the diagram, for slides
  interlock export 5f0c6b1e9d2a4873 --beside 0b7d3f6a91c2e854 --format html > comparison.html")]
pub(super) struct Export {
    /// Id of a session that the dashboard has run
    session: String,
    /// Id of another: both side by side, as HTML or JSON
    #[arg(long, value_name = "SESSION")]
    beside: Option<String>,
    /// In which form
    #[arg(long)]
    format: Format,
    /// The ground of an SVG
    #[arg(long, default_value = "light")]
    theme: Theme,
    #[command(flatten)]
    data: Data,
}

pub(super) fn run(args: &Export) -> Result<u8, Failure> {
    let record = stored(&args.session, &args.data)?;
    let file = match &args.beside {
        None => export(&record, args.format, args.theme),
        Some(_) if !args.format.of_two() => {
            return Err(Failure::usage("one-only", &json!({ "format": args.format.suffix() })));
        }
        Some(other) => {
            let other = stored(other, &args.data)?;
            if let Some(open) = [&record, &other].into_iter().find(|it| it.session.verdict.is_none()) {
                return Err(Failure::usage("unjudged", &json!({ "session": open.session.session })));
            }
            export_both(&record, &other, args.format)
        }
    };
    let file = file.map_err(|error| Failure::Lab(error.to_string()))?;
    std::io::stdout().lock().write_all(&file)?;
    Ok(FINE)
}

/// Where sessions are kept, and how that is called.
pub(super) fn place(data: &Data) -> Result<(Place, String), Failure> {
    Ok(match data.server()? {
        Some(server) => {
            let (database, hosts) = server.place();
            let named = [database.unwrap_or_default(), &hosts].join("@");
            (Place::Server(server.clone()), named)
        }
        None => {
            let directory = data.directory().ok_or_else(|| Failure::usage("no-directory", &json!({})))?;
            let named = directory.display().to_string();
            (Place::Directory(directory), named)
        }
    })
}

/// The session of this id, from where sessions are kept.
pub(super) fn stored(session: &str, data: &Data) -> Result<Record, Failure> {
    let (place, named) = place(data)?;
    if let Place::Directory(directory) = &place
        && !directory.join("interlock.sqlite3").exists()
    {
        return Err(Failure::usage("no-sessions", &json!({ "directory": named })));
    }
    let failed = |error: StoreError| Failure::Lab(error.to_string());
    let database = open(&place, Retention::default()).map_err(failed)?;
    let unknown = || Failure::usage("no-session", &json!({ "session": session, "directory": named }));
    database.record(session).map_err(failed)?.ok_or_else(unknown)
}
