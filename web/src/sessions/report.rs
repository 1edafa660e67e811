//! What makes an exported session, and two side by side, look as it does on the dashboard: the page's own styles and modules, in the file itself.
//!
//! Only scripts that carry the file's nonce run; nothing that a session says can know it.

use crate::{
    page, registry,
    sessions::{chains::chains, compare::Comparison, session::Record},
};
use serde_json::{Value, json};

/// The module that shows a session, or two, in a file.
const ENTRY: &str = "report.js";

/// The page's style sheets.
pub(crate) fn styles() -> &'static str {
    page::text("style.css").unwrap_or_default()
}

/// The session as data, the modules, and what starts them.
pub(crate) fn scripts(record: &Record, nonce: &str) -> String {
    written("session", side(record), nonce)
}

/// Two sessions side by side as data, and how they compare; the modules, and what starts them.
pub(crate) fn both(records: [&Record; 2], comparison: &Comparison, nonce: &str) -> String {
    written("comparison", json!({ "sides": records.map(side), "told": comparison }), nonce)
}

/// What is shown of one session.
fn side(record: &Record) -> Value {
    json!({ "session": record.session, "events": record.events, "chains": chains(record) })
}

/// The data under its name, with what every file tells, and the modules.
fn written(name: &str, mut data: Value, nonce: &str) -> String {
    data["words"] = lab::words::tongue().file.into();
    data["verdicts"] = json!(registry::verdicts());
    data["version"] = env!("CARGO_PKG_VERSION").into();
    // So no text of a session can end the element that holds it.
    let data = data.to_string().replace('<', "\\u003c");
    let modules = page::text(ENTRY).unwrap_or_default();
    format!(
        "<script type=\"application/json\" id=\"{name}\">{data}</script>\n\
         <script type=\"module\" nonce=\"{nonce}\">\n{modules}</script>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modules_of_a_report_end_where_they_end_and_ask_nobody() {
        let modules = page::text(ENTRY).unwrap();
        for path in ["vendor/preact.js", "model/fold.js", "views/story.js"] {
            assert!(modules.contains(&format!("$modules[\"{path}\"] = ")), "{path}");
        }
        for never in ["</script", "<!--", "import ", "import(", "EventSource", "fetch("] {
            assert!(!modules.contains(never), "{never}");
        }
    }

    #[test]
    fn the_styles_are_those_of_the_shell() {
        let styles = styles();
        assert!(styles.contains(".sentence") && styles.contains(".diagram") && styles.contains("@media print {"));
    }
}
