//! What makes an exported session look as it does on the dashboard: the page's own styles and modules, in the file itself.
//!
//! Only scripts that carry the file's nonce run; nothing that a session says can know it.

use crate::{
    page, registry,
    sessions::{chains::chains, session::Record},
};
use serde_json::json;

/// The module that shows a session in a file.
const ENTRY: &str = "report.js";

/// The page's style sheets.
pub(crate) fn styles() -> &'static str {
    page::text("style.css").unwrap_or_default()
}

/// The session as data, the modules, and what starts them.
pub(crate) fn scripts(record: &Record, nonce: &str) -> String {
    // So no text of a session can end the element that holds it.
    let words = lab::words::tongue().file;
    let data = json!({ "session": record.session, "events": record.events, "chains": chains(record), "words": words,
                       "verdicts": registry::verdicts(),
                       "version": env!("CARGO_PKG_VERSION") });
    let data = data.to_string().replace('<', "\\u003c");
    let modules = page::text(ENTRY).unwrap_or_default();
    format!(
        "<script type=\"application/json\" id=\"session\">{data}</script>\n\
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
